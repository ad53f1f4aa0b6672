"""The pieces of a derivation that frames are packed with, and how tall they are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from itertools import pairwise

from derive.documents.layout.measure import extent, line_height, width
from derive.documents.layout.packing import Piece
from derive.documents.page.document import Answer, Block, PartText, Row
from derive.documents.page.letters import needed
from derive.documents.page.rows import EQUAL, HANG, Measure, Sides, answer, defined, row, sides
from derive.documents.page.views import Boxed, Passage
from derive.documents.wording.reasons import reason_width
from derive.errors import Position
from derive.expressions.nodes import Expr, Symbol
from derive.notation.latex.boxes import Formula, beside
from derive.notation.latex.compose import NOTHING
from derive.notation.settings import Notation
from derive.values import dataclass

EM = 10.95
"""Points in an em of the documents' type."""
JOT = 4.6
"""Points between the lines of a display."""
AROUND = 7.6
"""What the frame of a boxed row takes above and below it."""
BELOW, WHERE, SMALL, BETWEEN, HEADING, BOX_GAP = 13.0, 16.0, 12.0, 8.0, 18.0, 9.0
"""A reason below its row, a line of definitions or conditions, a line of small words, the gaps around a display, a heading, around a box."""


@dataclass(frozen=True)
class Page:
    """What is the same for all rows of a problem; `title` is how wide its title is and `head` the line that it stands on, in em; `parts` are
    (a), (b), …; `meant` what its letters stand for; `conventions` are small print at its end; `type` the size of its formulas, as a share of
    the document's."""

    notation: Notation
    measure: Measure
    where: Position
    words: Mapping[str, str]
    highlight: bool = True
    title: float = 10.0
    parts: Sequence[PartText] = ()
    reason: str = "right"
    meant: Sequence[tuple[Symbol, Expr]] = ()
    id: str = ""
    type: float = 1.0
    conventions: Sequence[str] = ()
    head: float = math.inf

    @property
    def em(self) -> float:
        """Points in an em of its formulas."""
        return EM * self.type

    def wide(self, words: str) -> float:
        """About how wide a reason prints, in em of its formulas."""
        return reason_width(words) / self.type


@dataclass(frozen=True)
class Unit:
    """What stands on one frame undivided.

    piece  for the packing
    view   the row's number in its passage from 0, -1 for answers and closing words
    boxes  answers that no row states
    lines  (from, to) of a row or box that no frame is high enough for, and that goes on over several; None is all of it
    """

    piece: Piece
    view: int = -1
    boxes: tuple[Boxed, ...] = ()
    lines: tuple[int, int] | None = None
    shown: Row | None = field(default=None, compare=False)

    @property
    def passage(self) -> int:
        return self.piece.group

    @property
    def goes_on(self) -> bool:
        return self.lines is not None and self.lines[0] > 0


def units(passages: Sequence[Passage], page: Page, most: float, remarks: Sequence[str], taller: Mapping[str, float]) -> tuple[Unit, ...]:
    """The question, the rows of all passages in order, the answers that no row states, and the closing words; no row is higher than
    `most`, in points; `taller` says by key what typesetting taught.

    remarks  sentences at the end, ready to be printed
    """
    out: list[Unit] = []
    known: set[str] = set()
    for p, passage in enumerate(passages):
        stand = sides(passage.views, page.notation, page.measure)
        headed = (passage.title or passage.part) and not (p and goes_on(passages[p - 1], passage))
        opens = HEADING if len(passages) > 1 and headed else 0.0
        rows = [row(view, page.notation, page.measure, stand, page.where, kinds=page.words) for view in passage.views]
        column = reason_column([(row_width(shown, stand, page), shown.reason) for shown in rows], page)
        begun = len(out)
        for v, (view, shown) in enumerate(zip(passage.views, rows, strict=True)):
            known |= {view.left.name} if isinstance(view.left, Symbol) else set()
            shown = replace(shown, definitions=definitions(page, view.exprs, known))
            known |= {symbol.name for symbol, _ in needed(view.exprs, page.meant)}
            whole = Unit(Piece(view.key, row_height(shown, page, stand, column), "row", p, answer=shown.boxed), v, (), None, shown)
            out.extend(_parts(whole, shown.lines, most, page.em))
        for box in passage.boxed:
            lines = answer(box, page.notation, page.measure, page.where, page.words).lines
            out.extend(_parts(Unit(Piece(box.key, _box_height(box, page), "box", p), -1, (box,)), lines, most, page.em))
        if begun < len(out):
            out[begun] = replace(out[begun], piece=replace(out[begun].piece, opens=opens))
    if not out:
        return ()
    out.insert(0, Unit(Piece(f"{page.id}/question", 0.0, "question", -1)))
    if remarks or page.conventions:
        line = page.measure.line * page.type
        height = (words_height(remarks, line) if remarks else 0.0) + (words_height(page.conventions, line / 0.8, 9.5) if page.conventions else 0.0)
        out.append(Unit(Piece(f"{page.id}/closing", height, "words", out[-1].passage)))
    return tuple(replace(unit, piece=replace(unit.piece, height=unit.piece.height + taller.get(unit.piece.key, 0.0))) for unit in out)


def goes_on(above: Passage, passage: Passage) -> bool:
    """Whether a passage is about what the one above it is about, so that it needs no heading of its own."""
    return (passage.title, passage.part, passage.reached) == (above.title, above.part, above.reached)


def words_height(paragraphs: Sequence[str], line: float, size: float = SMALL) -> float:
    """The height of small paragraphs, their lines of this height.

    line  the width of a line, in em
    size  the height of a line, in points
    """
    return 8.0 + sum(4.0 + size * math.ceil((reason_width(words) * 1.05 + 4.0) / line) for words in paragraphs)


def _parts(whole: Unit, lines: Sequence[Formula], most: float, em: float) -> list[Unit]:
    """The unit, in as many parts as no frame is high enough for all of it."""
    height = whole.piece.height
    if height <= most or len(lines) < 2 or most <= 0.0:  # a question as tall as the frame leaves no room for any part
        return [whole]
    tall = [em * line_height(line) + JOT for line in lines]
    around = max(height - sum(tall), 0.0)
    parts = [whole]
    for count in range(math.ceil(height / most), len(lines) + 1):
        bounds = [round(k * len(lines) / count) for k in range(count + 1)]
        parts = [
            replace(whole, piece=replace(whole.piece, height=sum(tall[a:b]) + around, key=f"{whole.piece.key}:{a}"), lines=(a, b))
            for a, b in pairwise(bounds)
        ]
        if max(part.piece.height for part in parts) <= most:
            break
    return parts


def row_height(shown: Row, page: Page, stand: Sides, column: float) -> float:
    """The height of a row: its lines, its reason where that goes below, its letters and conditions.

    column  the width of the column of reasons, as a share of the line
    """
    tall = [page.em * line_height(line) + JOT for line in (beside(shown.lines[0], shown.left), *shown.lines[1:])]
    if shown.boxed:
        framed = shown.lines[0] if shown.alone else beside(shown.lines[0], shown.left)
        tall[0] = max(tall[0], page.em * extent(framed).tall + AROUND + JOT)
    total = sum(tall) + (page.em * line_height(shown.left) + JOT if shown.alone else 0.0)
    room = 0.8 * page.measure.line
    total += sum(WHERE + SMALL * (math.ceil(1.1 * page.wide(words) / room) - 1) for words in shown.conditions)
    total += sum(max(WHERE, page.em * line_height(line) + 3.0) for line in _where_lines(shown))
    if page.reason == "overset":
        return total + 9.0 * math.ceil(page.wide(shown.reason) / 5.5)
    if not shown.reason or page.reason == "none":
        return total
    share, at = reason_place(shown, stand, column, page)
    count = reason_lines(page.wide(shown.reason), share * page.measure.line)
    fits = row_width(shown, stand, page, at) + CLEAR <= (1.0 - share) * page.measure.line
    if page.reason == "below" or not fits:
        return total + BELOW + SMALL * (count - 1)
    if at == 0:
        return total + max(SMALL * count + 3.0 - tall[0], 0.0)
    return max(total, SMALL * count + 3.0)


def reason_place(shown: Row, stand: Sides, column: float, page: Page) -> tuple[float, int]:
    """Where the reason of a row stands: the share of the line that it takes, and beside which of the row's lines, -1 for the last.

    It takes the column; beside a line that ends behind the column's left edge what that leaves, where the reason fits into it; otherwise it
    stands beside the first of several lines, or below the last so wide that it takes two lines at most.
    """
    line, said = page.measure.line, page.wide(shown.reason)
    several = len(shown.lines) > 1 and not shown.boxed and not shown.alone and page.reason == "right"
    for at in (-1, *((0,) if several else ())):
        left = line - row_width(shown, stand, page, at)
        if left >= column * line + (CLEAR if at else APART):
            return column, at
        beside = math.floor(100.0 * (left - APART) / line) / 100.0
        if shown.reason and beside > 0.0 and reason_lines(said, beside * line) == 1:
            return beside, at
    return next((share for share in (column, *BELOW_SHARES) if share >= column and reason_lines(said, share * line) <= 2), BELOW_SHARES[-1]), -1


def reasoned(shown: Row, stand: Sides, column: float, page: Page) -> Row:
    """The row with the place of its reason."""
    share, at = reason_place(shown, stand, column, page)
    return replace(shown, column=share, beside=at)


def _where_lines(shown: Row) -> list[Formula]:
    return [beside(left, EQUAL, line) for left, lines in shown.definitions for line in lines]


def row_width(shown: Row, stand: Sides, page: Page, at: int = -1) -> float:
    """What a row takes of the line, in em, up to the end of one of its lines.

    at  which, -1 for the last
    """
    left = stand.left + (0.0 if stand.style == "aligned" else HANG if shown.alone or not shown.left else width(shown.whole_left))
    more = 0.9 if shown.boxed else 0.0
    if shown.classification:
        more += 1.5 + page.wide(shown.classification)
    return left + 1.34 + (1.0 if at and len(shown.lines) > 1 else 0.0) + width(shown.lines[at]) + more


APART, CLEAR = 1.3, 0.6
"""How far a reason stands behind a row that reaches into the column, and behind one that does not, at least, in em."""
COLUMNS = (0.21, 0.24, 0.27, 0.30, 0.33, 0.36, 0.39, 0.42, 0.45, 0.48, 0.51)
"""Shares of the line that the column of the reasons may take."""
FOR_TWO = 0.3
"""A narrower column is for reasons of one line."""
BELOW_SHARES = (0.6, 0.7, 0.8, 0.9)
"""Those that a reason may take below its row."""


def reason_column(rows: Sequence[tuple[float, str]], page: Page) -> float:
    """How much of the line the column of the reasons takes, for rows of these widths, in em: reasons stand beside their rows, on at most
    two lines, and near them."""
    line = page.measure.line

    def cost(share: float) -> float:
        total = 0.0
        for wide, words in rows:
            if not words:
                continue
            count = reason_lines(page.wide(words), share * line)
            several = 0.3 if share >= FOR_TWO else 1.0
            total += (1.0 if wide + CLEAR > (1.0 - share) * line else 0.0) + several * (count - 1) + (2.0 if count > 2 else 0.0)
        return total - 0.4 * share

    return min(COLUMNS, key=cost)


def in_column(blocks: Sequence[Block], stands: Sequence[Sides], page: Page) -> tuple[Block, ...]:
    """The blocks, the reasons of all their rows in one column.

    stands  how the left sides of each block stand
    """
    pairs = list(zip(blocks, stands, strict=True))
    column = reason_column([(row_width(one, stand, page), one.reason) for block, stand in pairs for one in block.rows], page)
    return tuple(
        replace(block, rows=tuple(reasoned(one, stand, column, page) for one in block.rows)) for block, stand in pairs
    )


def reason_lines(size: float, room: float) -> int:
    """On how many lines a reason so wide stands in a column, in em."""
    return 1 if size <= 0.97 * room else math.ceil(1.15 * size / room)


def _box_height(box: Boxed, page: Page) -> float:
    """The height of an answer that stands alone."""
    shown = answer(box, page.notation, page.measure, page.where, page.words)
    tall = sum(page.em * line_height(line) + JOT for line in shown.lines) - JOT + (page.em * line_height(shown.left) + JOT if shown.alone else 0.0)
    size = width(shown.left) + max(map(width, shown.lines)) + 4.0
    said = [words for words in (*shown.conditions, shown.classification) if words]
    room = page.measure.line - size
    count = 0 if not said else math.ceil(max(1.1 * sum(map(page.wide, said)) - room, 0.0) / page.measure.line)
    return tall + 13.6 + BOX_GAP + SMALL * count


def definitions(page: Page, exprs: Sequence[Expr], known: set[str]) -> tuple[tuple[Formula, tuple[Formula, ...]], ...]:
    """What the letters that stand in some formulas for the first time stand for; those that these need come first.

    exprs  the formulas, in their order
    known  letters that were explained before; filled in
    """
    new = [(symbol, expr) for symbol, expr in needed(exprs, page.meant) if symbol.name not in known]
    return tuple(defined(symbol, expr, page.notation, page.measure.line) for symbol, expr in new)


def part_of_row(whole: Row, unit: Unit) -> Row:
    """The lines of a row that stand on a frame."""
    if unit.lines is None:
        return whole
    start, end = unit.lines
    last = end == len(whole.lines)
    part = replace(
        whole, lines=whole.lines[start:end], reason=whole.reason if last else "", conditions=whole.conditions if last else (),
        definitions=() if start else whole.definitions, boxed=False,
    )
    return replace(part, lead=NOTHING, left=NOTHING, relation=NOTHING, alone=False) if start else part


def part_of_answer(whole: Answer, unit: Unit) -> Answer:
    """The lines of an answer that stand on a frame."""
    if unit.lines is None:
        return whole
    start, end = unit.lines
    last = end == len(whole.lines)
    part = replace(whole, lines=whole.lines[start:end], conditions=whole.conditions if last else ())
    return replace(part, left=NOTHING, alone=False) if start else part
