"""A derivation cut into slides: few rows on each, cut between rules, the last row repeated where a passage goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from derive.documents.document import Answer, Block, Frame, Row
from derive.documents.measure import width
from derive.documents.reasons import reason_width
from derive.documents.rows import Measure, answer, left_width, row, side
from derive.documents.views import Boxed, Passage, View
from derive.errors import Position
from derive.language.nodes import Path
from derive.notation.settings import Notation

# Heights in points, of a slide at 11 pt; the page itself is measured by TeX.
LINE, TALL, BELOW, BOX, CONDITION, BETWEEN, CLOSING = 20.0, 31.0, 14.0, 44.0, 13.0, 12.0, 24.0
REPEATED_MOST = 64.0
"""A row taller than this is not repeated on the next frame."""
BOXES_TOGETHER = 90.0
"""Answers that take more than this may stand on several frames."""

_TALL = ("\\frac", "\\begin", "\\sum", "\\left")


@dataclass(frozen=True)
class Unit:
    """What stands on one frame undivided: a row (`view` from 0), boxes of a passage, the closing words; heights in points."""

    passage: int
    view: int
    boxes: tuple[Boxed, ...]
    height: float


@dataclass(frozen=True)
class Room:
    """What a frame holds: rows, and points of height on the first frame and on the others."""

    rows: int
    first: float
    other: float


@dataclass(frozen=True)
class Page:
    """What is the same for all rows of a problem."""

    notation: Notation
    measure: Measure
    where: Position
    words: Mapping[str, str]
    highlight: bool = True
    rows: int = 4


def units(passages: Sequence[Passage], page: Page) -> tuple[Unit, ...]:
    """The rows of all passages in order, and after each passage its boxes."""
    out: list[Unit] = []
    for p, passage in enumerate(passages):
        left = left_width((view.line for view in passage.views), page.notation)
        out.extend(Unit(p, v, (), _row_height(view, page, left)) for v, view in enumerate(passage.views))
        together = _boxes_height(passage.boxed, page)
        if together <= BOXES_TOGETHER:
            out.extend([Unit(p, -1, passage.boxed, together)] if passage.boxed else [])
        else:
            out.extend(Unit(p, -1, (box,), _boxes_height((box,), page)) for box in passage.boxed)
    # The closing words stand with the last answer where they fit.
    return (*out, Unit(out[-1].passage, -1, (), CLOSING)) if out else ()


def _row_height(view: View, page: Page, left: float) -> float:
    """The height of a row: its lines, and the reason where it goes below."""
    shown = row(view, page.notation, page.measure, left, page.where)
    total = sum(_line_height(line) for line in (shown.lines[0] + shown.left, *shown.lines[1:]))
    beside = left + width(shown.lines[-1]) + reason_width(shown.reason) + 1.5
    return total + (BELOW if shown.reason and beside > page.measure.line else 0.0)


def _line_height(line: str) -> float:
    if not any(sign in line for sign in _TALL):
        return LINE
    return TALL + (10.0 if "\\frac{\\frac" in line or "}{\\frac" in line else 0.0)


def _boxes_height(boxes: Sequence[Boxed], page: Page) -> float:
    """The height of answers, set side by side where they fit."""
    total, used = 0.0, page.measure.line + 1.0
    for box in boxes:
        shown = answer(box, page.notation, page.measure, page.where, {}, 1)
        size = width(shown.left) + max(map(width, shown.lines)) + 4.0
        extra = sum(_line_height(line) for line in shown.lines) - LINE
        if shown.conditions or used + size > page.measure.line:
            total += BOX + extra + (CONDITION if shown.conditions else 0.0)
            used = 0.0
        used += size
    return total


def cut(all_units: Sequence[Unit], room: Room) -> tuple[tuple[int, int], ...]:
    """(from, to) of each frame: the fewest frames that fit, and among those the most even ones."""
    count = len(all_units)
    best: list[tuple[int, float, int]] = [(0, 0.0, 0)]
    for end in range(1, count + 1):
        options: list[tuple[int, float, int]] = []
        for start in range(end - 1, -1, -1):
            used = _used(all_units, start, end, room.rows)
            limit = room.first if start == 0 else room.other
            if (used > limit or _rows(all_units, start, end, room.rows) > room.rows) and end - start > 1:
                break
            frames_before, cost, _ = best[start]
            options.append((frames_before + 1, cost + (used / limit) ** 2 + _penalty(all_units, end), start))
        best.append(min(options))
    bounds: list[tuple[int, int]] = []
    end = count
    while end > 0:
        start = best[end][2]
        bounds.append((start, end))
        end = start
    return tuple(reversed(bounds))


def _penalty(all_units: Sequence[Unit], end: int) -> float:
    """A frame that ends inside a passage is worse than one that ends with it; worse still are one that parts the answer from
    its row, and one that leaves the closing words alone."""
    if end == len(all_units):
        return 0.0
    unit = all_units[end]
    if unit.view < 0 and not unit.boxes:
        return 2.0
    if unit.passage != all_units[end - 1].passage:
        return 0.0
    return 0.3 if unit.view >= 0 else 0.6


def repeated(all_units: Sequence[Unit], start: int, rows: int = 2) -> Unit | None:
    """The row that a frame starting here repeats: the one above, when a passage goes on, the row is not too tall,
    and a frame may hold more than one."""
    if rows < 2 or start == 0 or all_units[start].passage != all_units[start - 1].passage:
        return None
    above = all_units[start - 1]
    return above if above.view >= 0 and above.height <= REPEATED_MOST else None


def _rows(all_units: Sequence[Unit], start: int, end: int, rows: int) -> int:
    return sum(unit.view >= 0 for unit in all_units[start:end]) + (repeated(all_units, start, rows) is not None)


def _used(all_units: Sequence[Unit], start: int, end: int, rows: int) -> float:
    part = all_units[start:end]
    above = repeated(all_units, start, rows)
    total = sum(unit.height for unit in part) + BETWEEN * len({unit.passage for unit in part})
    return total + (above.height if above else 0.0)


def frames(passages: Sequence[Passage], all_units: Sequence[Unit], bounds: Sequence[tuple[int, int]], page: Page) -> tuple[Frame, ...]:
    """The frames themselves, their rows numbered by clicks: the question is on the first, each row takes one more."""
    out: list[Frame] = []
    for number, (start, end) in enumerate(bounds, 1):
        click = 1
        blocks: list[Block] = []
        k = start
        while k < end:
            p = all_units[k].passage
            group = [unit for unit in all_units[k:end] if unit.passage == p]
            again = repeated(all_units, k, page.rows) if k == start else None
            shown = [passages[p].views[unit.view] for unit in ([again] if again else []) + group if unit.view >= 0]
            clicks: list[int] = []
            for j in range(len(shown)):
                click += not (again and j == 0)
                clicks.append(1 if again and j == 0 else click)
            answers: list[Answer] = []
            for box in (box for unit in group for box in unit.boxes):
                click += 1
                answers.append(answer(box, page.notation, page.measure, page.where, page.words, click))
            blocks.append(_block(passages[p], shown, clicks, again is not None, tuple(answers), page))
            k += len(group)
        out.append(Frame(number, len(bounds), tuple(blocks), number == len(bounds), click))
    return tuple(out)


def _block(
    passage: Passage, shown: Sequence[View], clicks: Sequence[int], again: bool, answers: tuple[Answer, ...], page: Page
) -> Block:
    left = left_width((view.line for view in passage.views), page.notation)
    rows = [
        row(
            view, page.notation, page.measure, left, page.where,
            _highlights(shown, clicks, k) if page.highlight else {}, clicks[k], again and k == 0,
        )
        for k, view in enumerate(shown)
    ]
    if rows and not rows[0].left and shown[0].left is not None:
        # A passage that goes on after a cut begins with its left side again.
        rows[0] = replace(rows[0], left=side(shown[0].left, page.notation))
    return Block(passage.chain.title, passage.chain.quantity, tuple(rows), answers, *widest(rows))


def widest(rows: Sequence[Row]) -> tuple[str, str]:
    """The widest of what stands in front of rows, and of their left sides."""
    return max((row.lead for row in rows), key=len, default=""), max((row.left for row in rows), key=width, default="")


def _highlights(shown: Sequence[View], clicks: Sequence[int], k: int) -> dict[Path, str]:
    """Where row k is marked, and on which clicks: on its own what is new in it, on the next row's what that one changes."""
    on: dict[Path, list[int]] = {}
    if k > 0:
        for path in shown[k].new:
            on.setdefault(path, []).append(clicks[k])
    if k + 1 < len(shown):
        for path in shown[k + 1].old:
            on.setdefault(path, []).append(clicks[k + 1])
    return {path: ",".join(map(str, numbers)) for path, numbers in on.items()}
