"""Words that no frame has room for beside a derivation: on frames of their own."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from derive.documents.layout.measure import line_height
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
