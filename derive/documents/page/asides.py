"""Words that no frame has room for beside a derivation: on frames of their own."""

from __future__ import annotations

import math
from collections.abc import Sequence

from derive.documents.layout.measure import line_height
from derive.documents.page.rows import QUAD
from derive.documents.wording.reasons import reason_width
from derive.notation.latex.boxes import Array, Formula, Row, beside
from derive.notation.latex.compose import BLANK, EQUALS, group
from derive.notation.latex.text import Display, Text, parts

TALLEST_WORDS = 150.0
"""Points of height that words may take on a frame of their own."""


def opened(paragraphs: Sequence[Text], line: float) -> tuple[tuple[Text, ...], ...]:
    """Paragraphs on as many frames as they need; one that is higher than a frame is parted between its sentences."""
    pieces: list[Text] = []
    for paragraph in filter(None, paragraphs):
        if _height(paragraph, line) <= TALLEST_WORDS:
            pieces.append(paragraph)
            continue
        whole = Text()
        for sentence in paragraph.split(r"(?<=[.!?]) +(?=[A-Z])"):
            if whole and _height(Text.of(whole, " ", sentence), line) > TALLEST_WORDS:
                pieces.append(whole)
                whole = sentence
            else:
                whole = Text.of(whole, " ", sentence).stripped()
        pieces.append(whole)
    out: list[tuple[Text, ...]] = []
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


def displayed(left: Formula, lines: Sequence[Formula]) -> tuple[Text, ...]:
    """A formula of many lines as displays, which a frame can hold."""
    out: list[Text] = []
    for start in range(0, len(lines), LINES):
        rows = []
        for k, one in enumerate(lines[start : start + LINES]):
            if start + k == 0:
                rows.append((beside(left, BLANK), beside(EQUALS, BLANK, one, BLANK)) if left else (beside(group()), beside(BLANK, one, BLANK)))
            else:
                rows.append((Row((BLANK,)) if k else beside(group()), beside(*QUAD, one, BLANK)))
        out.append(Text((Row((Array("aligned", tuple(rows), "", ("",) * (len(rows) - 1)),)),)))
    return tuple(out)


def _height(paragraph: Text, line: float) -> float:
    match paragraph.pieces:
        case (Row(items=(Array(name="aligned", rows=rows),)),):
            return 6.0 + 24.0 * len(rows)
    return 6.0 + 13.6 * math.ceil(1.25 * reason_width(paragraph) / line)


DISPLAY = 2.0
"""What a formula of one line on a line of its own takes, in lines of words."""


def words_lines(paragraphs: Sequence[Text], line: float) -> float:
    """On about how many lines paragraphs stand, the formulas on lines of their own among them."""
    return sum(_lines(paragraph, line) + 0.4 for paragraph in paragraphs)


def _lines(paragraph: Text, line: float) -> float:
    words = Text.of(*(" " if isinstance(piece, Display) else piece for piece in paragraph.pieces))
    shown = sum(DISPLAY - 1.0 + line_height(piece.formula) / 1.24 for piece in parts(paragraph) if isinstance(piece, Display))
    return shown + math.ceil(1.22 * reason_width(words) / line)
