"""Norms by what stands beside them: norm(x, 1), norm(x, inf), norm(A, nuclear), norm(A, 2), norm(x, S) with x' S x."""

from __future__ import annotations

from collections.abc import Callable

from derive.expressions.build import ONE, divide, matmul, power, transpose
from derive.expressions.nodes import Call, Expr, Map, Number, number
from derive.expressions.sizes import ShapeError, is_column, is_square, show

KINDS = {"inf": "inf", "infty": "inf", "nuclear": "nuclear", "nuc": "nuclear", "F": "F", "fro": "F"}
"""Words that may stand as the second argument of norm."""


OF_VECTORS: dict[str, Callable[[Expr], Expr]] = {
    "F": lambda x: Call("norm", (x,)),
    "nuclear": lambda x: Call("nuclear", (x,)),
    "inf": lambda x: Call("norminf", (x,)),
    "1": lambda x: Call("norm1", (x,)),
    "2": lambda x: Call("norm", (x,)),
}
"""The norms of a column, by what stands beside them."""
OF_MATRICES: dict[str, Callable[[Expr], Expr]] = {
    "F": lambda a: Call("norm", (a,)),
    "nuclear": lambda a: Call("nuclear", (a,)),
    "2": lambda a: Call("singval", (a, ONE)),
}
"""Those of a matrix."""


def norm_of(arg: Expr, kind: str | Expr) -> Expr:
    """The norm of a vector or matrix that a second argument names: a word of KINDS, a number p ≥ 1, or the matrix S of x' S x.

    ShapeError where there is none, or where people read it in two ways.
    """
    vector = is_column(arg.shape) or is_column(arg.shape[::-1])
    column = arg if is_column(arg.shape) else transpose(arg)
    word = kind if isinstance(kind, str) else str(kind.value) if isinstance(kind, Number) else ""
    if word in (OF_VECTORS if vector else OF_MATRICES):
        return (OF_VECTORS if vector else OF_MATRICES)[word](column if vector else arg)
    if word and not vector:
        raise ShapeError(
            "this norm of a matrix has two readings: the operator norm, and that of all its entries",
            "norm1(A) is the sum of all absolute values, norm(A, 2) the spectral norm, norm(A, nuclear) the nuclear one", code="two-readings",
        )
    assert isinstance(kind, Expr)
    if kind.is_scalar:
        if isinstance(kind, Number) and kind.value < 1:
            raise ShapeError("the p of a norm is at least 1", code="two-readings")
        whole = Call("sum", (Call("entrypower", (Map("abs", column), kind)),))
        return power(whole, divide(number(1), kind))
    if not vector or not is_square(kind.shape) or kind.shape[0] != column.shape[0]:
        raise ShapeError(
            f"the second argument of norm is a number, one of {', '.join(('inf', 'nuclear', 'F'))}, or the matrix S of x' S x, and this is "
            f"{show(kind.shape)}", code="size-mismatch",
        )
    return Map("sqrt", matmul(transpose(column), kind, column))


def raised(norm: Expr, exponent: Expr) -> Expr | None:
    """An even power of a norm that is a root or an absolute value: sqrt(x' S x)^2 is x' S x; None for another one."""
    if not isinstance(norm, Map) or norm.function not in ("sqrt", "abs") or not isinstance(exponent, Number):
        return None
    k = exponent.value
    if k.denominator != 1 or k < 2 or k.numerator % 2:
        return None
    whole = int(k) if norm.function == "abs" else int(k) // 2
    return norm.arg if whole == 1 else power(norm.arg, whole)
