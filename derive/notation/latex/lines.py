"""Left sides and relations in LaTeX."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from derive.derivation.derivation import Head, Line
from derive.expressions.nodes import Expr
from derive.expressions.spelling import symbol_latex
from derive.notation import heads
from derive.notation.coloured import coloured
from derive.notation.latex.boxes import Box, Fenced, Letters, Row, Scripted, Sign, Sized, begins, beside, parts
from derive.notation.latex.boxes import printed as printed_box
from derive.notation.latex.compose import (
    BLANK,
    NABLA,
    NAMED_D,
    PARTIAL,
    THIN,
    ends_in_letter,
    flat,
    frac,
    group,
    indices,
    is_single,
    is_subscripted,
    letters,
    listed,
    power,
    raised,
    scripted,
)
from derive.notation.latex.compose import D as SMALL_D
from derive.notation.latex.latex import formula
from derive.notation.latex.reading import declared
from derive.notation.latex.structure import transposed
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


class _Left:
    """The pieces of a left side as boxes."""

    def __init__(self, notation: Notation) -> None:
        self.notation = notation

    def beside(self, *parts: Row | str) -> Row:
        return beside(*(declared(part) if isinstance(part, str) else part for part in parts))

    def name(self, function: str) -> Row:
        return coloured(declared(symbol_latex(function)), function, self.notation)

    def expr(self, expr: Expr) -> Row:
        return formula(expr, self.notation)

    def indexed(self, name: Row, indices: Sequence[Expr]) -> Row:
        if not indices:
            return name
        below = group(self._scripts(indices))
        if len(name.items) == 1 and isinstance(bold := name.items[0], Letters) and bold.command == "boldsymbol":
            name = bold.inside  # an entry is a number, and not bold
        if any(box == Sign("(") for box in parts(name)):
            return beside(Sized("bigl", "["), name, Scripted(Sized("bigr", "]"), below=below))
        return beside(Sign("["), name, Scripted(Sign("]"), below=below)) if is_subscripted(name) else scripted(name, below=below)

    def _scripts(self, among: Sequence[Expr]) -> Row:
        rows = list(map(self.expr, among))
        return indices(rows, all(map(is_single, rows)))

    def below(self, variables: Row) -> Row:
        return variables

    def applied(self, sign: heads.Sign, order: int, below: Row, name: Row, rest: Row) -> Row:
        front = scripted(Row((_SIGNS[sign],)), below=group(below) if below else None, above=power(order)) if below or order > 1 else _SIGNS[sign]
        if (sign == "d" and not rest) or (sign in "Dd" and order > 1):
            apart = ends_in_letter(name)
        elif sign in "Dd":
            apart = bool(below) and begins(name)[:1] == "\\"
        else:
            apart = True
        return beside(front, *((BLANK,) if apart else ()), name, rest)

    def quotient(self, sign: heads.Sign, above: Row, below: Sequence[Row]) -> Row:
        d, order = _SIGNS[sign], len(below)
        over = beside(raised(d, order), BLANK, above)
        if len(set(below)) == 1:
            same = scripted(below[0], above=power(order)) if order > 1 else below[0]
            return Row((frac(over, beside(d, BLANK, same)),))
        return Row((frac(over, listed([beside(d, BLANK, x) for x in below], THIN)),))

    def operator(self, name: str, inside: Row, bracketed: bool) -> Row:
        if bracketed:
            return beside(letters("operatorname", name), Sized("bigl", "("), inside, Sized("bigr", ")"))
        return beside(Sign(f"\\{name}"), BLANK, inside)

    def jacobian(self, name: Row) -> Row:
        return Row((Scripted(Sign("J"), below=group(name)),))

    def transposed(self, inside: Row, quotient: bool) -> Row:
        return transposed(Row((Fenced("(", inside, ")"),)) if quotient else inside, self.notation)

    def stacked(self, name: Row, variable: Row, order: int) -> Row:
        if order == 1:
            d = _SIGNS["∂" if self.notation.quotient == "partial" else "d"]
            return Row((frac(beside(d, BLANK, VEC, BLANK, name), beside(d, BLANK, VEC, BLANK, variable)),))
        below = beside(PARTIAL, BLANK, Sign("("), VEC, BLANK, variable, Sign(")"))
        return Row((frac(beside(raised(PARTIAL, 2), BLANK, name), beside(below, THIN, transposed(below, self.notation))),))

    def summed(self, indices: Sequence[Expr], terms: Sequence[Row]) -> Row:
        sign = (Scripted(Sign(r"\sum"), below=group(self._scripts(indices))), BLANK) if indices else ()
        return beside(*sign, listed(terms, THIN))


VEC = letters("operatorname", "vec")
_SIGNS: dict[heads.Sign, Box] = {
    "D": NAMED_D, "d": SMALL_D, "∂": PARTIAL, "∇": NABLA, "grad": letters("operatorname", "grad"), "Hess": letters("operatorname", "Hess"),
}


@lru_cache(maxsize=4096)
def head_formula(it: Head, notation: Notation = DEFAULT) -> Row:
    """The boxes of a left side that names what is derived."""
    return heads.head(it, _Left(notation))


def head(it: Head, notation: Notation = DEFAULT) -> str:
    r"""The left side that names what is derived: `\mathrm{D}f(X)[H]`, `\nabla f(X)`, `\mathrm{D}^{2}f(X)[H, K]`, …"""
    return printed_box(head_formula(it, notation))


def side(left: Head | Expr, notation: Notation = DEFAULT) -> Row:
    """The boxes of a left side."""
    return head_formula(left, notation) if isinstance(left, Head) else formula(left, notation)


def line_left(line: Line, notation: Notation = DEFAULT) -> str:
    """The left side of a line, empty when it continues the line above."""
    return "" if line.left is None else printed_box(side(line.left, notation))
