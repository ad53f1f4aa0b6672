"""A line of a derivation as a displayed row: LaTeX of its sides, broken where it is too long, marked where it changed.

`words` are the language's, by key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Literal

from derive.derivation.derivation import Head, Line, Result
from derive.documents.layout.breaking import INDENT, even, finer
from derive.documents.layout.cutting import Piece
from derive.documents.layout.measure import width
from derive.documents.page.changes import LEFT
from derive.documents.page.document import Answer, Row
from derive.documents.page.settings import Settings
from derive.documents.page.views import Boxed, View
from derive.documents.wording.reasons import reason, reason_width, shortened
from derive.documents.wording.words import words as words_of
from derive.errors import Position
from derive.expressions.nodes import D, Expr, Symbol
from derive.expressions.traverse import Path, at
from derive.notation import shapes
from derive.notation.latex import lines as latex_lines
from derive.notation.latex.boxes import Array, Box, Formula, Sign, begins, beside
from derive.notation.latex.compose import BLANK, COMMA, EQUALS, NOTHING, group
from derive.notation.latex.latex import formula
from derive.notation.latex.lines import side
from derive.notation.latex.piece import Mark
from derive.notation.latex.reading import read
from derive.notation.latex.signs import NAMED
from derive.notation.latex.text import Text, joined
from derive.notation.settings import DEFAULT, Notation
from derive.values import dataclass

EQUIVALENCES = ("⇔", "⇒", "or")
"""What stands in front of a whole equation, not between its sides."""
LEAD = 3.0
"""What ⇔ and the gap behind it take, in em."""
UNLIKE = 8.0
"""Left sides that differ by more, in em, are not aligned."""
RELATION = 1.34
"""What a relation sign takes, in em."""
OVER = 6.6
"""What a relation takes that has its reason over it."""
WIDE = 0.4
"""Left sides that take more of the line than this stand on lines of their own where a row does not fit beside them."""
BOX = 0.9
"""What the frame of a boxed row takes of its line, in em."""
OTHER_ROOM = (0.7, 1.2, 1.4, 1.7, 2.0)
"""The shares of the room that a row is cut for where no cut for the room itself is short enough."""
HANG = 1.0
"""How far the right sides of such rows are moved to the right, in em."""


@dataclass(frozen=True)
class Measure:
    """How wide a line of the page is, in em, and how much of it the rows with these keys may take (1 where none is given);
    the left sides of `hanging` chains and answers stand on lines of their own; `relation` is what a relation takes."""

    line: float
    narrow: Mapping[str, float]
    hanging: frozenset[str] = frozenset()
    relation: float = RELATION

    def available(self, key: str, left: float) -> float:
        """How much of the line the right side of a row may take, in em."""
        return max(self.line * self.narrow.get(key, 1.0) - left - self.relation, 6.0)


def lead(line: Line, notation: Notation = DEFAULT) -> Formula:
    """⇔ or ⇒ in front of a whole equation; the intermediate and its definition, in a table."""
    if line.beside is not None:
        name, definition = line.beside
        return beside(side(name, notation), EQUAL, formula(definition, notation), COMMA, Sign(r"\quad"))
    if line.left is None or line.relation not in EQUIVALENCES:
        return NOTHING
    return read(rf"\text{{{words_of(notation.language)['or']}}}") if line.relation == "or" else latex_lines.relation(line.relation)


EQUAL = Formula((BLANK, EQUALS, BLANK))


def left_side(line: Line, notation: Notation) -> Formula:
    """A line's left side, empty where it continues the line above."""
    return NOTHING if line.left is None else side(line.left, notation)


def unlike(lines: Iterable[Line], notation: Notation) -> bool:
    """Whether left sides are too different to be aligned at their relations."""
    sizes = [width(left_side(line, notation)) for line in lines if line.left is not None]
    return len(sizes) > 1 and max(sizes) - min(sizes) > UNLIKE


@dataclass(frozen=True)
class Sides:
    """How the left sides of rows that belong together stand.

    style  `aligned` at their relations; `flush`: every row begins at the left; `hanging`: so it does, and a left side that
           leaves its row no room has a line alone
    left   what all of them take of every line, in em
    """

    style: Literal["aligned", "flush", "hanging"]
    left: float

    def room(self, view: View, whole_left: Formula, measure: Measure, size: float) -> tuple[float, bool]:
        """How much of the line a right side of this size may take, and whether its left side has a line alone.

        whole_left  the whole left side, its relation sign with it
        """
        if self.style != "hanging":
            return measure.available(view.key, self.left + (0.0 if self.style == "aligned" else width(whole_left))), False
        beside = measure.available(view.key, self.left + width(whole_left))
        taken = self.left + width(whole_left) + measure.relation
        if view.line.left is not None and taken + size <= measure.line * measure.narrow.get(view.key, 1.0):
            return beside, False
        return measure.available(view.key, self.left + HANG), view.line.left is not None


def sides(views: Sequence[View], notation: Notation, measure: Measure) -> Sides:
    """How the left sides of these rows stand.

    views  the rows that stand together
    """
    lines = [view.line for view in views]
    leads = lead_width(lines, notation)
    widths = [width(left_side(line, notation)) for line in lines]
    most = max(widths, default=0.0)
    if any(chain_of(view.key) in measure.hanging for view in views):
        return Sides("hanging", leads)
    apart = unlike(lines, notation)
    if most > WIDE * measure.line:
        for line, own in zip(lines, widths, strict=True):
            taken = own if apart and line.left is not None else most
            if leads + taken + measure.relation + width(formula(line.expr, notation)) > measure.line:
                return Sides("hanging", leads)
    return Sides("flush", leads) if apart else Sides("aligned", leads + most)


def lead_width(lines: Iterable[Line], notation: Notation) -> float:
    """What stands in front of the left sides takes, in em."""
    ahead = [(line, lead(line, notation)) for line in lines]
    return max((width(text) + 1.0 if line.beside else LEAD for line, text in ahead if text), default=0.0)


def aligned(views: Sequence[View], notation: Notation) -> Sides:
    """The left sides aligned, however wide they are."""
    lines = [view.line for view in views]
    leads = lead_width(lines, notation)
    return Sides("aligned", leads + max((width(left_side(line, notation)) for line in lines), default=0.0))


def relation_width(settings: Settings) -> float:
    """What a relation takes, in em."""
    return OVER if settings.reason == "overset" else RELATION


def chain_of(key: str) -> str:
    """The chain that a row's key begins with."""
    return key.rpartition(".")[0]


def relation(line: Line) -> Formula:
    """What stands between the sides of a line."""
    return Formula((EQUALS,)) if line.beside is not None or lead(line) else latex_lines.relation(line.relation)


def row(
    view: View,
    notation: Notation,
    measure: Measure,
    sides: Sides,
    where: Position,
    clicks: Mapping[Path, str] | None = None,
    overlay: int = 1,
    repeated: bool = False,
    kinds: Mapping[str, str] | None = None,
) -> Row:
    """The row of a view.

    overlay   the click on which the row is shown, from 1; 0 where there are none
    repeated  whether it was shown on the frame before
    sides     how the left sides of the rows around it stand
    kinds     of stationary points: what they are called
    clicks    path -> the overlays (`2,3`) on which what stands there is highlighted
    """
    whole_left = side(view.left, notation) if view.left is not None else NOTHING
    box = view.boxed
    room, alone = sides.room(view, whole_left, measure, width(formula(view.line.expr, notation)) + (BOX if box else 0.0))
    room -= BOX if box else 0.0
    marks = {path: _mark(view.line.expr, path, on, notation) for path, on in (clicks or {}).items() if path[:1] != (LEFT,)}
    if view.line.shaped:
        marks = shapes.marks(view.line.expr)
    behind = shapes.space_formula(view.line)
    said = shortened(reason(view.line.why, notation)) if view.line.why else Text()
    lines = _behind(broken(view.line.expr, notation, marks, room - width(behind)), behind)
    conditions, kind = _stated(box, said, sides.left + width(whole_left) + width(lines[-1]), notation, measure, kinds or {})
    return Row(
        view.key,
        view.number,
        lead(view.line, notation),
        _stacked(view.line, notation, measure.available(view.key, sides.left - RELATION)) if alone else _left(view.line, notation, clicks or {}),
        whole_left,
        relation(view.line),
        lines,
        said,
        overlay,
        mark(where, f"step {view.number}"),
        repeated,
        alone,
        view.line.partial is not None,
        box is not None,
        conditions,
        kind,
        (),
        view.line.left is None or is_name(view.line.left),
    )


def _left(line: Line, notation: Notation, clicks: Mapping[Path, str]) -> Formula:
    """The left side with its own marks."""
    if not isinstance(line.left, Expr):
        return left_side(line, notation)
    left = line.left
    return formula(left, notation, {path[1:]: _mark(left, path[1:], on, notation) for path, on in clicks.items() if path[:1] == (LEFT,)})


def _stated(
    box: Boxed | None, said: Text, taken: float, notation: Notation, measure: Measure, words: Mapping[str, str]
) -> tuple[tuple[Text, ...], Text]:
    """Under which conditions an answer holds, where its reason does not say so, as a line to stand below it; and what kind of point it is,
    where there is room beside it."""
    if box is None:
        return (), Text()
    found = [text for text in conditions_of(box, notation) if text not in said]
    kind = kind_of(box.result, notation, words)
    kind = Text() if kind in said else kind
    if not found:
        beside = taken + RELATION + BOX + reason_width(kind) + 2.0 <= measure.line
        return ((), kind) if beside or not kind else ((Text.of("(", kind, ")"),), Text())
    line = Text.of(words.get("where", ""), " ", joined(words.get("comma", ", "), found))
    return ((Text.of(line, " (", kind, ")") if kind else line),), Text()


def conditions_of(box: Boxed, notation: Notation) -> tuple[Text, ...]:
    """Under which conditions an answer holds; what they say of the answer itself they say by its name."""
    named = box.left if isinstance(box.left, Expr) and is_name(box.left) else None
    said = (tuple(named if named is not None and part is box.result.expr else part for part in why) for why in box.result.conditions)
    return tuple(dict.fromkeys(reason(why, notation) for why in said))


def kind_of(result: Result, notation: Notation, words: Mapping[str, str]) -> Text:
    """What kind of stationary point it is: a minimum, the minimum subject to a'w = 1; nothing where that is not known."""
    if result.subject:
        return reason(result.subject, notation)
    return Text.of(words.get(result.classification or "", ""))


def is_name(left: Head | Expr) -> bool:
    """Whether a left side names what is found, and does not say what it is: Df(X)[H], x*, but not the gradient that is set to 0."""
    return isinstance(left, Head) or not left.children or isinstance(left, D)


def defined(symbol: Symbol, expr: Expr, notation: Notation, line: float) -> tuple[Formula, tuple[Formula, ...]]:
    """A letter and what it stands for, broken into lines."""
    return formula(symbol, notation), broken(expr, notation, {}, line - 6.0)


def _stacked(line: Line, notation: Notation, room: float) -> Formula:
    """A left side that has a line alone, on several where it is wider than that."""
    whole = left_side(line, notation)
    if not isinstance(line.left, Expr) or width(whole) <= room:
        return whole
    lines = broken(line.left, notation, {}, room)
    rows = tuple((Formula((BLANK,)), beside(*(QUAD if k else ()), one, BLANK)) for k, one in enumerate(lines))
    return Formula((Array("aligned", rows, "t", ("",) * (len(lines) - 1)),)) if len(lines) > 1 else whole


QUAD: tuple[Box, ...] = (Sign(r"\quad"), group(), BLANK)
"""How far a line is moved to the right that goes on with the one above."""


def _behind(lines: tuple[Formula, ...], more: Formula) -> tuple[Formula, ...]:
    return (*lines[:-1], beside(lines[-1], BLANK, more)) if more else lines


def answer(box: Boxed, notation: Notation, measure: Measure, where: Position, words: Mapping[str, str], overlay: int = 1) -> Answer:
    """The box of a result, narrower than a row by its own margins.

    overlay  the click on which the box is shown, from 1; 0 where there are none
    """
    left = side(box.left, notation)
    size = width(formula(box.result.expr, notation))
    room = measure.available(box.key, width(left) + 2.5 + RELATION - measure.relation)
    alone = box.key in measure.hanging or (width(left) > WIDE * measure.line and size > room)
    if alone:
        room = measure.available(box.key, HANG + 2.5 + RELATION - measure.relation)
    return Answer(
        box.key,
        box.quantity,
        left,
        broken(box.result.expr, notation, {}, room),
        conditions_of(box, notation),
        overlay,
        mark(where, "the answer"),
        kind_of(box.result, notation, words),
        latex_lines.relation(box.relation),
        alone,
        is_name(box.left),
    )


def broken(expr: Expr, notation: Notation, marks: Mapping[Path, Mark], available: float) -> tuple[Formula, ...]:
    """The expression on one line where it fits, else broken at its outermost + or -, inside brackets where needed,
    and between factors at last.

    marks      by path what is highlighted; left out where it would make a line too wide
    available  the width that there is, in em
    """
    return _broken(expr, notation, tuple(marks.items()), available)


def longest(lines: Sequence[Formula]) -> float:
    """The width of the longest line, in em."""
    return max(map(width, lines))


@lru_cache(maxsize=256)
def _broken(expr: Expr, notation: Notation, marked: tuple[tuple[Path, Mark], ...], available: float) -> tuple[Formula, ...]:
    """Kept, for a long row stands on many frames, a part of it on each."""
    whole = formula(expr, notation, dict(marked))
    if width(whole) <= available:
        return (whole,)
    lines = even(finer([Piece(whole)], available), available)
    if max(map(width, lines)) > available:
        # Less room may lead to other cuts, and these to a longer line: the shortest that is found will do.
        lines = min((lines, *(even(finer([Piece(whole)], room), room) for room in (share * available for share in OTHER_ROOM))), key=longest)
    if marked and max(map(width, lines)) > available - INDENT:
        # A marked term stands in braces and is not parted: where that leaves a line too long, nothing is marked.
        return _broken(expr, notation, (), available)
    return lines


def mark(where: Position, what: str) -> str:
    """`file:line step k`, without the characters that TeX would read."""
    name = "".join(c if (c.isalnum() and c.isascii()) or c in "/._-+=,@ " else "?" for c in where.file)
    return f"{name}:{where.line} {what}"


HIGHLIGHT = "dvchange"
"""The command that marks what changes."""


def _mark(expr: Expr, path: Path, clicks: str, notation: Notation) -> Mark:
    """The highlighting; a word like tr keeps the thin space that it has before it as an operator."""
    first = begins(formula(at(expr, path), notation))
    return Mark(HIGHLIGHT, clicks, operator=first in (r"\operatorname", r"\sum") or first[1:] in NAMED)
