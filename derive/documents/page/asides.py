"""What a frame has no room for: words beside a derivation, on frames of their own; half of what a lecture puts on one frame."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from derive.documents.layout.measure import line_height
from derive.documents.page.document import Cell, Panel, Stack
from derive.documents.page.items import Exercises, Prose
from derive.documents.wording.reasons import reason_width
from derive.notation.latex.boxes import Formula
from derive.notation.latex.reading import read

TALLEST_WORDS = 150.0
"""Points of height that words may take on a frame of their own."""


def opened(paragraphs: Sequence[str], line: float) -> tuple[tuple[str, ...], ...]:
    """Paragraphs on as many frames as they need; one that is higher than a frame is parted between its sentences."""
    pieces: list[str] = []
    for paragraph in filter(None, paragraphs):
        if _height(paragraph, line) <= TALLEST_WORDS:
            pieces.append(paragraph)
            continue
        whole = ""
        for sentence in re.split(r"(?<=[.!?]) +(?=[A-Z])", paragraph):
            if whole and _height(f"{whole} {sentence}", line) > TALLEST_WORDS:
                pieces.append(whole)
                whole = sentence
            else:
                whole = f"{whole} {sentence}".strip()
        pieces.append(whole)
    out: list[tuple[str, ...]] = []
    used = TALLEST_WORDS
    for piece in pieces:
        size = _height(piece, line)
        if used + size > TALLEST_WORDS:
            out.append(())
            used = 0.0
        out[-1] = (*out[-1], piece)
        used += size
    return tuple(out)


LINES = 6
"""Of a long formula so many lines stand together on a frame of words."""


def displayed(left: Formula, lines: Sequence[Formula]) -> tuple[str, ...]:
    """A formula of many lines as displays, which a frame can hold."""
    out: list[str] = []
    for start in range(0, len(lines), LINES):
        body = r" \\ &\quad{} ".join(map(str, lines[start : start + LINES]))
        before = f"{left} &= " if left and not start else r"{}&\quad{} " if start else "{}& "
        out.append(r"$\begin{aligned}" + before + body + r"\end{aligned}$")
    return tuple(out)


def _height(paragraph: str, line: float) -> float:
    if paragraph.startswith(r"$\begin{aligned}"):
        return 6.0 + 24.0 * (paragraph.count(r"\\") + 1)
    return 6.0 + 13.6 * math.ceil(1.25 * reason_width(paragraph) / line)


DISPLAY = 2.0
"""What a formula of one line on a line of its own takes, in lines of words."""


def words_lines(paragraphs: Sequence[str], line: float) -> float:
    """On about how many lines paragraphs stand, the formulas on lines of their own among them."""
    return sum(_lines(paragraph, line) + 0.4 for paragraph in paragraphs)


def _lines(paragraph: str, line: float) -> float:
    words = _DISPLAY.sub(" ", paragraph)
    shown = sum(DISPLAY - 1.0 + line_height(read(found[1])) / 1.24 for found in _DISPLAY.finditer(paragraph))
    return shown + math.ceil(1.22 * reason_width(words) / line)


_DISPLAY = re.compile(r"\\\[(.*?)\\\]", re.DOTALL)


def in_two(frame: Panel | Prose) -> tuple[Panel | Prose, ...]:
    """A frame of a lecture as two, the first half of what is on it and the second; undivided where it holds one thing alone."""
    if isinstance(frame, Prose):
        return tuple(replace(frame, **half) for half in _words_in_two(frame))
    parts: Sequence[Cell] = frame.columns
    if len(parts) == 1 and isinstance(parts[0], Stack):
        parts = parts[0].cells
    if len(parts) == 1 and isinstance(parts[0], Exercises):
        parts = [replace(parts[0], exercises=(one,)) for one in parts[0].exercises]
    if len(parts) == 1 and isinstance(parts[0], Prose):
        parts = [one for one in in_two(parts[0]) if isinstance(one, Prose)]
    middle = len(parts) // 2
    halves = [half for half in (parts[:middle], parts[middle:]) if half]
    return tuple(
        replace(frame, columns=(half[0] if len(half) == 1 else Stack(tuple(half)),), widths=(1.0,), size=_legible(half, frame.size))
        for half in halves
    )


def _legible(half: Sequence[Cell], size: str) -> str:
    """The type of a half: words alone are not set in the type that a derivation on the other half needs."""
    return "small" if size == "footnotesize" and all(isinstance(one, Prose) for one in half) else size


def _words_in_two(words: Prose) -> Iterator[dict[str, Any]]:
    """What the two halves of words have otherwise: the text, and its points with the answer; half of the text, or of the points, where there
    is nothing else."""
    rest = {"items": words.items, "answer": words.answer, "by": words.by}
    if words.paragraphs and words.items:
        yield {"items": (), "answer": (), "by": ""}
        yield {"paragraphs": (), "style": "frame" if words.title else words.style, **rest}
    elif len(words.paragraphs) > 1:
        middle = (len(words.paragraphs) + 1) // 2
        yield {"paragraphs": words.paragraphs[:middle], "answer": (), "by": ""}
        yield {"paragraphs": words.paragraphs[middle:]}
    elif len(words.items) > 1:
        middle = (len(words.items) + 1) // 2
        yield {"items": words.items[:middle], "answer": (), "by": ""}
        yield {**rest, "items": words.items[middle:], "clicks": words.clicks + middle}
    else:
        yield {}
