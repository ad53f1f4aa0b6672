"""The pieces of a left side as boxes: the signs of differentiation, indices, quotients."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from derive.expressions.nodes import Expr
from derive.expressions.spelling import symbol_latex
from derive.notation.coloured import coloured
from derive.notation.latex.boxes import Box, Fenced, Letters, Row, Scripted, Sign, Sized, begins, beside, parts
from derive.notation.latex.compose import (
    BLANK,
    NABLA,
    NAMED_D,
    PARTIAL,
    THIN,
    ends_in_letter,
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
from derive.notation.settings import Notation

Operator = Literal["D", "d", "∂", "∇", "grad", "Hess"]

VEC = letters("operatorname", "vec")
_SIGNS: dict[Operator, Box] = {
    "D": NAMED_D, "d": SMALL_D, "∂": PARTIAL, "∇": NABLA, "grad": letters("operatorname", "grad"), "Hess": letters("operatorname", "Hess"),
}


class Pieces:
    """The pieces of a left side as boxes; `formula` prints the expressions in it."""

    def __init__(self, notation: Notation, formula: Callable[[Expr, Notation], Row] = formula) -> None:
        self.notation, self.formula = notation, formula

    def beside(self, *parts: Row | str) -> Row:
        """Pieces and signs beside each other."""
        return beside(*(declared(part) if isinstance(part, str) else part for part in parts))

    def name(self, function: str) -> Row:
        """The name of the function."""
        return coloured(declared(symbol_latex(function)), function, self.notation)

    def expr(self, expr: Expr) -> Row:
        """An expression, a direction or a variable."""
        return self.formula(expr, self.notation)

    def indexed(self, name: Row, indices: Sequence[Expr]) -> Row:
        """A name with indices below it; what has arguments stands in brackets."""
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

    def applied(self, sign: Operator, order: int, below: Row, name: Row, rest: Row) -> Row:
        """A sign of differentiation at the function's name and what stands behind it: D²f(X)[H, K].

        order  of the derivative
        below  the variables below the sign, empty where all of them are meant
        rest   what stands behind the name
        """
        front = scripted(Row((_SIGNS[sign],)), below=group(below) if below else None, above=power(order)) if below or order > 1 else _SIGNS[sign]
        if (sign == "d" and not rest) or (sign in "Dd" and order > 1):
            apart = ends_in_letter(name)
        elif sign in "Dd":
            apart = bool(below) and begins(name)[:1] == "\\"
        else:
            apart = True
        return beside(front, *((BLANK,) if apart else ()), name, rest)

    def quotient(self, sign: Operator, above: Row, below: Sequence[Row]) -> Row:
        """∂²f/∂x∂y: as often as there are variables below, two that are the same as a square.

        above, below  the function; the variables
        """
        d, order = _SIGNS[sign], len(below)
        over = beside(raised(d, order), BLANK, above)
        if len(set(below)) == 1:
            same = scripted(below[0], above=power(order)) if order > 1 else below[0]
            return Row((frac(over, beside(d, BLANK, same)),))
        return Row((frac(over, listed([beside(d, BLANK, x) for x in below], THIN)),))

    def operator(self, name: str, inside: Row, bracketed: bool) -> Row:
        """vec, det of a left side.

        name       of the operator
        inside     its argument
        bracketed  whether that stands in brackets
        """
        if bracketed:
            return beside(letters("operatorname", name), Sized("bigl", "("), inside, Sized("bigr", ")"))
        return beside(Sign(f"\\{name}"), BLANK, inside)

    def jacobian(self, name: Row) -> Row:
        """The sign of the Jacobian of a function."""
        return Row((Scripted(Sign("J"), below=group(name)),))

    def transposed(self, inside: Row, quotient: bool) -> Row:
        """A left side transposed; `quotient`: it is one, and stands in brackets."""
        return transposed(Row((Fenced("(", inside, ")"),)) if quotient else inside, self.notation)

    def stacked(self, name: Row, variable: Row, order: int) -> Row:
        """d vec f / d vec X, and the second derivative by vec X.

        name      f
        variable  X
        order     1 or 2
        """
        if order == 1:
            d = _SIGNS["∂" if self.notation.quotient == "partial" else "d"]
            return Row((frac(beside(d, BLANK, VEC, BLANK, name), beside(d, BLANK, VEC, BLANK, variable)),))
        below = beside(PARTIAL, BLANK, Sign("("), VEC, BLANK, variable, Sign(")"))
        return Row((frac(beside(raised(PARTIAL, 2), BLANK, name), beside(below, THIN, transposed(below, self.notation))),))

    def summed(self, indices: Sequence[Expr], terms: Sequence[Row]) -> Row:
        """The product of the terms, summed over the indices; without a sign for the sum where there are none."""
        sign = (Scripted(Sign(r"\sum"), below=group(self._scripts(indices))), BLANK) if indices else ()
        return beside(*sign, listed(terms, THIN))
