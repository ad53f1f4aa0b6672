"""Functions of a square matrix where a product of vectors and matrices is a number: tr(x' S x), log det(x' S x)."""

from __future__ import annotations

from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Expr, Map
from derive.expressions.properties.inference import is_nonnegative
from derive.expressions.sizes import ShapeError
from derive.expressions.traverse import walk


def of_number(name: str, args: tuple[Expr, ...]) -> Expr | None:
    """The function of a number, as the table says what it is then; None where the call is one of a vector or matrix.

    ShapeError where nothing in the argument is a vector or matrix: tr(x) of a declared number is a slip of the pen.
    """
    maps = FUNCTIONS[name].of_number
    if maps is None or len(args) != 1 or not args[0].is_scalar:
        return None
    out = args[0]
    if all(node.is_scalar for node in walk(out)):
        row = FUNCTIONS[name]
        kind = "a square matrix" if row.signature.startswith("square") else "a matrix"
        raise ShapeError(f"the argument of {name} is {kind}, and this is a scalar", f"{name}: {row.signature}", code="not-square")
    for word in reversed(maps):
        if word != "abs" or not is_nonnegative(out):
            out = Map(word, out, 0)
    return out
