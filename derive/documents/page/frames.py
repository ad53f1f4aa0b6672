"""A derivation cut into slides that are packed by height: what a frame holds, click by click."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from derive.derivation.derivation import Head
from derive.documents.layout.measure import width
from derive.documents.layout.packing import Bounds, Room, spread, used
from derive.documents.page.document import Answer, Block, Frame, Row
from derive.documents.page.parts import titled_once
from derive.documents.page.rows import HIGHLIGHT, Sides, answer, mark, row, sides
from derive.documents.page.units import (
    HEADING,
    Page,
    Unit,
    in_column,
    part_of_answer,
    part_of_row,
    reason_column,
    reasoned,
    row_height,
    row_width,
)
from derive.documents.page.views import Passage, View
from derive.documents.wording.reasons import reason, reason_width
from derive.expressions.traverse import Path
from derive.notation.latex.boxes import Formula
from derive.notation.latex.compose import NOTHING, is_marked
from derive.notation.latex.lines import side
from derive.notation.latex.text import Text, filled, joined

REPEATED_MOST = 64.0
"""A row taller than this is not repeated on the next frame."""
SMALL_PRINT = 24.0
"""What a line of small print takes, in points."""
SPREAD = 13.0
"""Points by which rows stand further apart at most, where a frame has room."""


def frames(passages: Sequence[Passage], units: Sequence[Unit], bounds: Bounds, room: Room, page: Page, clicks: int = 1) -> tuple[Frame, ...]:
    """The frames, their rows numbered by clicks: the first shows the question on its first `clicks`, every other one its first new row.

    passages  in whose order the units stand
    units     what stands on frames: the question, rows, answers, words
    bounds    the first unit of each frame, and the one behind its last
    """
    out: list[Frame] = []
    begun: set[str] = set()
    pieces = [unit.piece for unit in units]
    for number, (start, end) in enumerate(bounds, 1):
        height = used(pieces, start, end, room)
        above = _repeated(units, start, end, height, room)
        click = clicks if start == 0 else 0
        blocks: list[Block] = []
        stands: list[Sides] = []
        for p in dict.fromkeys(unit.passage for unit in units[start:end] if unit.piece.kind in ("row", "box")):
            group = [unit for unit in units[start:end] if unit.passage == p and unit.piece.kind in ("row", "box")]
            again = above if above is not None and not blocks and above.passage == p else None
            rows = [unit for unit in ([again] if again else []) + group if unit.piece.kind == "row"]
            shown_on: list[int] = []
            for unit in rows:
                click += unit is not again and not passages[p].views[unit.view].again
                shown_on.append(max(click, 1))
            answers: list[Answer] = []
            for unit, box in [(one, box) for one in group for box in one.boxes]:
                click += 1
                answers.append(part_of_answer(answer(box, page.notation, page.measure, page.where, page.words, click), unit))
            stands.append(sides(passages[p].views, page.notation, page.measure))
            block = _block(passages[p], stands[-1], rows, shown_on, again, tuple(answers), page)
            part = next((one for one in page.parts if one.label == block.letter and one.label not in begun), None)
            begun.add(block.letter)
            blocks.append(replace(block, part=part))
        height += above.piece.height if above else 0.0
        subtitle, limit = _subtitle(blocks, page), room.limit(start)
        headed, taken = _heading(blocks, limit - height if start == 0 else HEADING) if not subtitle and len(bounds) > 1 else (False, 0.0)
        height += taken
        blocks = list(titled_once(_in_one_column(blocks, stands, page)))
        gaps = sum(len(row.lines) for block in blocks for row in block.rows) + len(blocks)
        out.append(Frame(
            subtitle, number, len(bounds), tuple(blocks), number == len(bounds), max(click, 1),
            mark(page.where, f"frame {number}"), (units[start].piece.key, units[end - 1].piece.key),
            *_air(height, limit, gaps, number == len(bounds)),
            _type_of(page), headed=headed,
        ))
    return tuple(out)


def _in_one_column(blocks: Sequence[Block], stands: Sequence[Sides], page: Page) -> Sequence[Block]:
    """The blocks of a frame, their reasons in one column where no row is taller for that.

    stands  how the left sides of each block stand
    """
    together = in_column(blocks, stands, page)
    rows = [(row, stand) for block, stand in zip(together, stands, strict=True) for row in block.rows]
    least = [row for block in blocks for row in block.rows]
    taller = any(
        row_height(row, page, stand, row.column) > row_height(before, page, stand, before.column)
        for (row, stand), before in zip(rows, least, strict=True)
    )
    return blocks if taller else together


def _type_of(page: Page) -> str:
    """The size of the formulas, '' for the document's own."""
    return "small" if page.type < 1.0 else "large" if page.type > 1.0 else ""


def _air(height: float, limit: float, gaps: int, last: bool) -> tuple[float, bool]:
    """How much further apart the rows of a frame stand, and whether small print has room below them, which the last frame keeps for it."""
    noted = height + SMALL_PRINT < limit
    return spread(height + (SMALL_PRINT if noted and last else 0.0), limit, gaps, SPREAD), noted


def _repeated(units: Sequence[Unit], start: int, end: int, height: float, room: Room) -> Unit | None:
    """The row that a frame starting here repeats, where there is room: the one above, when what it belongs to goes on."""
    full = room.rows and sum(unit.piece.kind == "row" for unit in units[start:end]) >= room.rows
    if start == 0 or full or units[start].passage != units[start - 1].passage or units[start].piece.kind != "row":
        return None
    above = units[start - 1]
    if above.lines is not None or above.piece.kind != "row" or above.piece.height > REPEATED_MOST:
        return None
    return above if height + above.piece.height <= room.other else None


def _block(
    passage: Passage, stand: Sides, units: Sequence[Unit], clicks: Sequence[int], again: Unit | None, answers: tuple[Answer, ...], page: Page
) -> Block:
    shown = [passage.views[unit.view] for unit in units]
    rows: list[Row] = []
    for k, (view, unit) in enumerate(zip(shown, units, strict=True)):
        marks = _highlights(shown, clicks, k) if page.highlight else {}
        repeated = unit is again or view.again
        whole = row(view, page.notation, page.measure, stand, page.where, marks, clicks[k], repeated, kinds=page.words)
        whole = replace(whole, named=whole.named and not _at_what_was_found(passage, view))
        whole = replace(whole, definitions=unit.shown.definitions if unit.shown and not repeated else ())
        if repeated:
            whole = replace(whole, boxed=False, conditions=(), classification=Text(), reason=Text())
        rows.append(part_of_row(whole, unit))
    if rows and not rows[0].left and shown[0].left is not None and not units[0].goes_on:
        # A passage that goes on after a cut begins with its left side again.
        rows[0] = replace(rows[0], left=side(shown[0].left, page.notation), alone=stand.style == "hanging")
    column = reason_column([(row_width(one, stand, page), one.reason) for one in rows], page)
    rows = [reasoned(one, stand, column, page) for one in rows]
    return Block(
        reason(passage.title, page.notation), passage.chain.quantity, tuple(rows), answers, *widest(rows), stand.style,
        letter=passage.part, reached=passage.reached,
    )


def _at_what_was_found(passage: Passage, view: View) -> bool:
    """Whether a left side speaks of the values at a point that was found: ∇²f(1, 1) of a second-order test."""
    return passage.chain.quantity == "stationary" and isinstance(view.line.left, Head) and bool(view.line.left.at)


def widest(rows: Sequence[Row]) -> tuple[Formula, Formula]:
    """The widest of what stands in front of rows, and of their left sides."""
    unmarked = (row.whole_left if is_marked(row.left, HIGHLIGHT) else row.left for row in rows)
    return max((row.lead for row in rows), key=width, default=NOTHING), max(unmarked, key=width, default=NOTHING)


def _heading(blocks: Sequence[Block], left: float) -> tuple[bool, float]:
    """Whether what a frame is about stands above its rows, and what that takes; later frames keep room for it, the first may have some left."""
    headed = bool(blocks and blocks[0].title) and left >= HEADING
    return headed, HEADING if headed and left > HEADING else 0.0


def _subtitle(blocks: Sequence[Block], page: Page) -> Text:
    """What the blocks are about, as far as it fits beside the title; the first stays longest, for the others
    have headings on the frame."""
    letters: set[str] = set()
    named: list[Text] = []
    for block in blocks:
        letter = f"({block.letter}) " if block.letter and block.letter not in letters else ""
        letters.add(block.letter)
        named.append(Text.of(letter, block.title).stripped())
    titles = list(dict.fromkeys(filter(None, named)))
    shorter = [titles[:n] for n in range(len(titles), 0, -1)]
    if titles:
        # "Forward: the intermediates along all directions" is known by its first word, "Hessian, entry by entry" by the quantity.
        shorter += [titles[0].split("[:：]")[:1], titles[0].split("[:：,，]")[:1]]
    between = filled(page.words["between-titles"])
    fitting = (some for some in shorter if has_room_beside(joined(between, some), page))
    return joined(between, next(fitting, []))


def has_room_beside(words: Text, page: Page) -> bool:
    """Whether words have room beside the title of a frame."""
    return page.title + 1.05 * reason_width(words) <= page.head - 4.0


def _highlights(shown: Sequence[View], clicks: Sequence[int], k: int) -> dict[Path, str]:
    """Where row k is marked, and on which clicks: on its own what is new in it, on the next row's what that one changes."""
    on: dict[Path, list[int]] = {}
    if k > 0:
        for path in shown[k].new:
            on.setdefault(path, []).append(clicks[k])
    if k + 1 < len(shown):
        for path in shown[k + 1].old:
            on.setdefault(path, []).append(clicks[k + 1])
    return {path: ",".join(map(str, sorted(set(numbers)))) for path, numbers in on.items()}
