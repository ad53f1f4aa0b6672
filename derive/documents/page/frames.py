"""A derivation cut into slides: few rows on each, cut between rules, the last row repeated where a passage goes on."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from derive.documents.layout.measure import width
from derive.documents.page.document import Answer, Block, Frame, PartText, Row
from derive.documents.page.rows import HANG, Measure, answer, broken, mark, row, side, sides
from derive.documents.page.views import Boxed, Passage, View
from derive.documents.wording.reasons import reason, reason_width
from derive.errors import Position
from derive.expressions.nodes import Expr, Symbol
from derive.expressions.traverse import Path
from derive.notation import shapes
from derive.notation.latex import latex
from derive.notation.settings import Notation

# Heights in points, of a slide at 11 pt; the page itself is measured by TeX.
LINE, TALL, BELOW, BOX, CONDITION, BETWEEN, CLOSING, HEADING = 20.0, 31.0, 14.0, 44.0, 13.0, 12.0, 22.0, 14.0
SHAPES = 18.0
"""What a row is higher with the shapes under its factors."""
REPEATED_MOST = 64.0
"""A row taller than this is not repeated on the next frame."""
BOXES_TOGETHER = 90.0
"""Answers that take more than this may stand on several frames."""

_TALL = ("\\frac", "\\begin", "\\sum", "\\left")


@dataclass(frozen=True)
class Unit:
    """What stands on one frame undivided: a row (`view` from 0), boxes of a passage, the closing words; heights in points.

    lines  (from, to) of a row or box that no frame is high enough for, and that goes on over several; None is all of it
    key    names it
    alone  a frame that begins with it has no room for the row above
    lemma  it belongs to a lemma, which has frames of its own
    """

    passage: int
    view: int
    boxes: tuple[Boxed, ...]
    height: float
    lines: tuple[int, int] | None = None
    key: str = ""
    alone: bool = False
    lemma: bool = False

    @property
    def goes_on(self) -> bool:
        return self.lines is not None and self.lines[0] > 0


QUESTION = Unit(-1, -1, (), 0.0, None, "question")
"""Stands first, so that a question that fills a frame can have it alone; its height is the room's affair."""


@dataclass(frozen=True)
class Room:
    """What a frame holds: rows, and points of height on the first frame and on the others."""

    rows: int
    first: float
    other: float


@dataclass(frozen=True)
class Page:
    """What is the same for all rows of a problem; `title` is how wide its title is, in em; `parts` are (a), (b), …"""

    notation: Notation
    measure: Measure
    where: Position
    words: Mapping[str, str]
    highlight: bool = True
    rows: int = 4
    title: float = 10.0
    parts: Sequence[PartText] = ()
    reason: str = "right"
    meant: Sequence[tuple[Symbol, Expr]] = ()
    id: str = ""


def units(passages: Sequence[Passage], page: Page, most: float, remarks: Sequence[str] = ()) -> tuple[Unit, ...]:
    """The question, the rows of all passages in order, and after each passage its boxes; none higher than `most`."""
    out: list[Unit] = []
    for p, passage in enumerate(passages):
        stand = sides(passage.views, page.notation, page.measure)
        begun = len(out)
        for v, view in enumerate(passage.views):
            shown = row(view, page.notation, page.measure, stand, page.where)
            beside = 0.0 if stand.style == "aligned" else HANG if shown.alone or not shown.left else width(shown.whole_left)
            whole = Unit(p, v, (), _row_height(shown, page, stand.left + beside), None, view.key)
            out.extend(_parts(whole, shown.lines, most))
        together = _boxes_height(passage.boxed, page)
        if together <= BOXES_TOGETHER:
            out.extend([Unit(p, -1, passage.boxed, together, None, passage.boxed[0].key)] if passage.boxed else [])
        else:
            for box in passage.boxed:
                lines = answer(box, page.notation, page.measure, page.where, {}).lines
                out.extend(_parts(Unit(p, -1, (box,), _boxes_height((box,), page), None, box.key), lines, most))
        if passage.chain.quantity == "lemma":
            out[begun:] = [replace(unit, lemma=True) for unit in out[begun:]]
        if passage.part and begun < len(out) and (p == 0 or passages[p - 1].part != passage.part):
            out[begun] = replace(out[begun], height=out[begun].height + HEADING)
    # The closing words stand with the last answer where they fit.
    closing = CLOSING + sum(4.0 + 12.5 * math.ceil((reason_width(words) * 1.1 + 4.0) / page.measure.line) for words in remarks)
    last = Unit(out[-1].passage, -1, (), closing, None, f"{page.id}/closing") if out else None
    return (replace(QUESTION, key=f"{page.id}/question"), *out, last) if last else ()


def learned(all_units: Sequence[Unit], apart: frozenset[tuple[str, str]]) -> tuple[Unit, ...]:
    """The units, those alone that a frame was too small for together with the row above."""
    return tuple(replace(unit, alone=(unit.key, unit.key) in apart) for unit in all_units)


def _parts(whole: Unit, lines: Sequence[str], most: float) -> list[Unit]:
    """The unit, in as many parts as no frame is high enough for all of it."""
    if whole.height <= most or len(lines) < 2:
        return [whole]
    around = max(whole.height - sum(map(_line_height, lines)), 0.0)
    parts = [whole]
    for count in range(math.ceil(whole.height / most), len(lines) + 1):
        bounds = [round(k * len(lines) / count) for k in range(count + 1)]
        parts = [
            replace(whole, height=sum(map(_line_height, lines[a:b])) + around, lines=(a, b), key=f"{whole.key}:{a}")
            for a, b in pairwise(bounds)
        ]
        if max(part.height for part in parts) <= most:
            break
    return parts


def _row_height(shown: Row, page: Page, left: float) -> float:
    """The height of a row: its lines, and the reason where it goes below."""
    total = sum(_line_height(line) for line in (shown.lines[0] + shown.left, *shown.lines[1:])) + (LINE if shown.alone else 0.0)
    if page.reason == "overset":
        return total + 9.0 * math.ceil(reason_width(shown.reason) / 5.5)
    beside = left + width(shown.lines[-1]) + reason_width(shown.reason) + 1.5
    below = shown.reason and (page.reason == "below" or (page.reason == "right" and beside > page.measure.line))
    return total + (BELOW if below else 0.0)


def _line_height(line: str) -> float:
    if shapes.MACRO in line:
        return _line_height(line.replace(shapes.MACRO, "")) + SHAPES
    if not any(sign in line for sign in _TALL):
        return LINE + (7.0 if "\\Big" in line or "\\bigg" in line else 0.0)
    nested = 10.0 if "\\frac{\\frac" in line or "}{\\frac" in line else 0.0
    blocks = [body.count("\\\\") + 1 for body in re.findall(r"\\begin\{\w+\}(.*?)\\end", line, re.DOTALL)]
    entries = 24.0 if blocks and "\\frac" in line else 15.0
    return max(TALL + nested, entries * max(blocks, default=0) + 10.0)


def _boxes_height(boxes: Sequence[Boxed], page: Page) -> float:
    """The height of answers, set side by side where they fit."""
    total, used = 0.0, page.measure.line + 1.0
    for box in boxes:
        shown = answer(box, page.notation, page.measure, page.where, {}, 1)
        size = width(shown.left) + max(map(width, shown.lines)) + 4.0
        extra = sum(_line_height(line) for line in shown.lines) - (0.0 if shown.alone else LINE)
        if shown.conditions or used + size > page.measure.line:
            total += BOX + extra + sum(_line_height(words) - LINE + CONDITION for words in shown.conditions)
            used = 0.0
        used += size
    return total


def cut(
    all_units: Sequence[Unit], room: Room, apart: frozenset[tuple[str, str]] = frozenset()
) -> tuple[tuple[int, int], ...]:
    """(from, to) of each frame: the fewest frames that fit, and among those the most even ones; no frame holds both ends of
    what is to stand `apart`."""
    count = len(all_units)
    places = {unit.key: k for k, unit in enumerate(all_units)}
    never = [(places[a], places[b]) for a, b in apart if a in places and b in places]
    best: list[tuple[int, float, int]] = [(0, 0.0, 0)]
    for end in range(1, count + 1):
        options: list[tuple[int, float, int]] = []
        for start in range(end - 1, -1, -1):
            used = _used(all_units, start, end, room.rows)
            limit = room.first if start == 0 else room.other
            full = used > limit or _rows(all_units, start, end, room.rows) > room.rows
            mixed = len({unit.lemma for unit in all_units[start:end] if unit.passage >= 0}) > 1
            if end - start > 1 and (full or mixed or any(start <= a and b < end for a, b in never)):
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
    its row, one that leaves the closing words alone, and one that holds the question alone."""
    if end == len(all_units):
        return 0.0
    if all_units[end - 1].passage < 0:
        return 3.0
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
    if all_units[start].goes_on or all_units[start].alone or above.lines is not None:
        return None
    return above if above.view >= 0 and above.height <= REPEATED_MOST else None


def _rows(all_units: Sequence[Unit], start: int, end: int, rows: int) -> int:
    return sum(unit.view >= 0 for unit in all_units[start:end]) + (repeated(all_units, start, rows) is not None)


def _used(all_units: Sequence[Unit], start: int, end: int, rows: int) -> float:
    part = all_units[start:end]
    above = repeated(all_units, start, rows)
    count = len({unit.passage for unit in part if unit.passage >= 0})
    total = sum(unit.height for unit in part) + BETWEEN * count + (HEADING * count if count > 1 else 0.0)
    return total + (above.height if above else 0.0)


def frames(passages: Sequence[Passage], all_units: Sequence[Unit], bounds: Sequence[tuple[int, int]], page: Page) -> tuple[Frame, ...]:
    """The frames themselves, their rows numbered by clicks: the question is on the first, each row takes one more."""
    out: list[Frame] = []
    begun: set[str] = set()
    for number, (start, end) in enumerate(bounds, 1):
        click = 1
        blocks: list[Block] = []
        k = start
        while k < end:
            p = all_units[k].passage
            if p < 0:
                k += 1
                continue
            group = [unit for unit in all_units[k:end] if unit.passage == p]
            again = repeated(all_units, k, page.rows) if k == start and k else None
            rows = [unit for unit in ([again] if again else []) + group if unit.view >= 0]
            shown = [passages[p].views[unit.view] for unit in rows]
            clicks: list[int] = []
            for j in range(len(shown)):
                click += not (again and j == 0)
                clicks.append(1 if again and j == 0 else click)
            answers: list[Answer] = []
            for unit, box in [(one, box) for one in group for box in one.boxes]:
                click += 1
                whole = answer(box, page.notation, page.measure, page.where, page.words, click)
                answers.append(_part_of_answer(whole, unit))
            block = _block(passages[p], shown, clicks, again is not None, tuple(answers), page)
            part = next((one for one in page.parts if one.label == block.letter and one.label not in begun), None)
            begun.add(block.letter)
            blocks.append(replace(block, rows=tuple(map(_part_of_row, block.rows, rows)), part=part))
            k += len(group)
        lines = [passages[u.passage].views[u.view].line for u in all_units[start:end] if u.view >= 0]
        exprs = [part for line in lines for part in (line.expr, line.left, *line.why) if isinstance(part, Expr)]
        exprs += [box.result.expr for unit in all_units[start:end] for box in unit.boxes]
        out.append(Frame(
            _subtitle(blocks, page), number, len(bounds), tuple(blocks), number == len(bounds), click,
            mark(page.where, f"frame {number}"), (all_units[start].key, all_units[end - 1].key), definitions(page, exprs),
        ))
    return tuple(out)


def definitions(page: Page, exprs: Sequence[Expr]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What the letters in some formulas stand for, and the letters in that; dQ speaks of Q."""
    names = {name for expr in exprs for name in expr.free}
    names |= {symbol.name for symbol, _ in page.meant if f"d{symbol.name}" in names}
    for symbol, expr in reversed(page.meant):
        names |= expr.free if symbol.name in names else set()
    return tuple(
        (latex.latex(symbol, page.notation), broken(expr, page.notation, {}, page.measure.line - 6.0))
        for symbol, expr in page.meant if symbol.name in names
    )


def _block(
    passage: Passage, shown: Sequence[View], clicks: Sequence[int], again: bool, answers: tuple[Answer, ...], page: Page
) -> Block:
    stand = sides(passage.views, page.notation, page.measure)
    rows = [
        row(
            view, page.notation, page.measure, stand, page.where, _highlights(shown, clicks, k) if page.highlight else {},
            clicks[k], again and k == 0,
        )
        for k, view in enumerate(shown)
    ]
    if rows and not rows[0].left and shown[0].left is not None:
        # A passage that goes on after a cut begins with its left side again.
        rows[0] = replace(rows[0], left=side(shown[0].left, page.notation), alone=stand.style == "hanging")
    title = reason(passage.title, page.notation)
    return Block(
        title, passage.chain.quantity, tuple(rows), answers, *widest(rows), stand.style, letter=passage.part, reached=passage.reached
    )


def _subtitle(blocks: Sequence[Block], page: Page) -> str:
    """What the blocks are about, as far as it fits beside the title."""
    named = [f"({block.letter}) {block.title}".strip() if block.letter else block.title for block in blocks]
    titles = list(dict.fromkeys(filter(None, named)))
    while titles and page.title + 1.05 * reason_width(", ".join(titles)) > page.measure.line - 4.0:
        titles.pop(0)
    return page.words["comma"].join(titles)


def _part_of_row(whole: Row, unit: Unit) -> Row:
    if unit.lines is None:
        return whole
    start, end = unit.lines
    last = end == len(whole.lines)
    part = replace(whole, lines=whole.lines[start:end], reason=whole.reason if last else "")
    return replace(part, lead="", left="", relation="", alone=False) if start else part


def _part_of_answer(whole: Answer, unit: Unit) -> Answer:
    if unit.lines is None:
        return whole
    start, end = unit.lines
    last = end == len(whole.lines)
    part = replace(whole, lines=whole.lines[start:end], conditions=whole.conditions if last else ())
    return replace(part, left="", alone=False) if start else part


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
