"""A line of a derivation as a displayed row: LaTeX of its sides, broken where it is too long, marked where it changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from derive.calculus.derivation import Head, Line
from derive.documents.breaking import INDENT, even, finer, pieces
from derive.documents.document import Answer, Row
from derive.documents.measure import width
from derive.documents.reasons import reason
from derive.documents.sentences import sentence
from derive.documents.views import Boxed, View
from derive.errors import Position
from derive.language.nodes import Expr, Path, at
from derive.notation import latex
from derive.notation.settings import Notation

EQUIVALENCES = ("⇔", "⇒")
"""What stands in front of a whole equation, not between its sides."""
LEAD = 3.0
"""What ⇔ and the gap behind it take, in em."""
UNLIKE = 8.0
"""Left sides that differ by more, in em, are not aligned."""
RELATION = 1.34
"""What a relation sign takes, in em."""


@dataclass(frozen=True)
class Measure:
    """How wide a line of the page is, in em, and how much of it the rows with these keys may take (1 where none is given)."""

    line: float
    narrow: Mapping[str, float]

    def available(self, key: str, left: float) -> float:
        return max(self.line * self.narrow.get(key, 1.0) - left - RELATION, 6.0)


def lead(line: Line) -> str:
    """⇔ or ⇒ in front of a whole equation."""
    return latex.relation(line.relation) if line.left is not None and line.relation in EQUIVALENCES else ""


def left_side(line: Line, notation: Notation) -> str:
    return "" if line.left is None else side(line.left, notation)


def flush(lines: Iterable[Line], notation: Notation) -> bool:
    """Whether left sides are too different to be aligned at their relations."""
    sizes = [width(left_side(line, notation)) for line in lines if line.left is not None]
    return len(sizes) > 1 and max(sizes) - min(sizes) > UNLIKE


def left_width(lines: Iterable[Line], notation: Notation) -> float:
    """What the left sides of lines that are aligned take, in em; 0 where each line stands for itself."""
    several = list(lines)
    leads = LEAD if any(lead(line) for line in several) else 0.0
    if flush(several, notation):
        return leads
    return leads + max((width(left_side(line, notation)) for line in several), default=0.0)


def side(left: Head | Expr, notation: Notation) -> str:
    return latex.head(left, notation) if isinstance(left, Head) else latex.latex(left, notation)


def relation(line: Line) -> str:
    return "=" if lead(line) else latex.relation(line.relation)


def row(
    view: View,
    notation: Notation,
    measure: Measure,
    left_width: float,
    where: Position,
    clicks: Mapping[Path, str] | None = None,
    overlay: int = 1,
    repeated: bool = False,
    words: Mapping[str, str] | None = None,
    unaligned: bool = False,
) -> Row:
    """The row of a view.

    left_width  of the widest left side that it is aligned with, in em
    words       of the language, where sentences are wanted
    unaligned   each row begins at the left, so that its own left side takes room
    clicks      path -> the overlays (`2,3`) on which what stands there is highlighted
    """
    whole_left = side(view.left, notation) if view.left is not None else ""
    room = measure.available(view.key, left_width + (width(whole_left) if unaligned else 0.0))
    marks = {path: _macro(view.line.expr, path, on, notation) for path, on in (clicks or {}).items()}
    said = reason(view.line.why, notation) if view.line.why else ""
    return Row(
        view.key,
        view.number,
        lead(view.line),
        left_side(view.line, notation),
        whole_left,
        relation(view.line),
        broken(view.line.expr, notation, marks, room),
        said,
        sentence(view.line, notation, words) if words else "",
        overlay,
        mark(where, f"step {view.number}"),
        repeated,
    )


def answer(box: Boxed, notation: Notation, measure: Measure, where: Position, words: Mapping[str, str], overlay: int = 1) -> Answer:
    """The box of a result, narrower than a row by its own margins."""
    left = side(box.left, notation)
    return Answer(
        box.key,
        box.quantity,
        left,
        broken(box.result.expr, notation, {}, measure.available(box.key, width(left) + 2.5)),
        tuple(dict.fromkeys(reason(condition, notation) for condition in box.result.conditions)),
        overlay,
        mark(where, "the answer"),
        words.get(box.result.classification, "") if box.result.classification else "",
        latex.relation(box.relation),
    )


def broken(expr: Expr, notation: Notation, marks: Mapping[Path, str], available: float) -> tuple[str, ...]:
    """The expression on one line where it fits, else broken at its outermost + or -, inside brackets where needed,
    and between factors at last."""
    whole = latex.latex(expr, notation, marks)
    if width(whole) <= available:
        return (whole,)
    lines = even(finer(pieces(whole), available), available)
    if marks and max(map(width, lines)) > available - INDENT:
        # A marked term stands in braces and is not parted: where that leaves a line too long, nothing is marked.
        return broken(expr, notation, {}, available)
    return lines


def mark(where: Position, what: str) -> str:
    """`file:line step k`, without the characters that TeX would read."""
    name = "".join(c if (c.isalnum() and c.isascii()) or c in "/._-+=,@ " else "?" for c in where.file)
    return f"{name}:{where.line} {what}"


def _macro(expr: Expr, path: Path, clicks: str, notation: Notation) -> str:
    """The highlighting macro; a word like tr keeps the thin space that it has before it as an operator."""
    begins = latex.latex(at(expr, path), notation)
    operator = begins.startswith(("\\operatorname", "\\log", "\\det", "\\exp", "\\sin", "\\cos", "\\tan", "\\max", "\\min", "\\sum"))
    return (r"\mathop{}\!" if operator else "") + rf"\dvchange<{clicks}>"
