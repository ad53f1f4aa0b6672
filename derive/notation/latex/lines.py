"""Left sides and relations in LaTeX."""

from __future__ import annotations

from functools import lru_cache

from derive.derivation.derivation import Head, Line
from derive.expressions.nodes import Expr
from derive.notation import heads
from derive.notation.latex.boxes import Row
from derive.notation.latex.boxes import printed as printed_box
from derive.notation.latex.compose import flat
from derive.notation.latex.latex import formula
from derive.notation.latex.left import Pieces
from derive.notation.latex.reading import declared
from derive.notation.settings import DEFAULT, Notation

RELATIONS: dict[str, str] = {
    "=": "=", "⇔": r"\iff", "⇒": r"\implies", "or": r"\text{or}", "≈": r"\approx", "≠": r"\ne", ":=": ":=", "=:": "=:",
    "≻": r"\succ", "⪰": r"\succeq", "≺": r"\prec", "⪯": r"\preceq",
    ">": ">", "≥": r"\ge", "<": "<", "≤": r"\le", ">=": r"\ge", "<=": r"\le", "∈": r"\in", "→": r"\to", "↦": r"\mapsto",
}
"""What stands between the two sides of a line."""

def inline(expr: Expr, notation: Notation = DEFAULT) -> Row:
    """The boxes of an expression inside a line of text: no brackets taller than the line."""
    return flat(formula(expr, notation), fences=False)


def relation(sign: str) -> Row:
    """The boxes of a relation; KeyError when it is none of `RELATIONS`."""
    return declared(RELATIONS[sign])


@lru_cache(maxsize=4096)
def head_formula(it: Head, notation: Notation = DEFAULT) -> Row:
    """The boxes of a left side that names what is derived."""
    return heads.head(it, Pieces(notation))


def head(it: Head, notation: Notation = DEFAULT) -> str:
    r"""The left side that names what is derived: `\mathrm{D}f(X)[H]`, `\nabla f(X)`, `\mathrm{D}^{2}f(X)[H, K]`, …"""
    return printed_box(head_formula(it, notation))


def side(left: Head | Expr, notation: Notation = DEFAULT) -> Row:
    """The boxes of a left side."""
    return head_formula(left, notation) if isinstance(left, Head) else formula(left, notation)


def line_left(line: Line, notation: Notation = DEFAULT) -> str:
    """The left side of a line, empty when it continues the line above."""
    return "" if line.left is None else printed_box(side(line.left, notation))
