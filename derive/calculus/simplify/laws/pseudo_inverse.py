"""X X⁺ and I − X X⁺ recognised; what they cancel are rows (`rules/everyday`)."""

from __future__ import annotations

from derive.expressions.build import MINUS_ONE, power, scale
from derive.expressions.nodes import Add, Call, Expr, Identity, MatMul


def pinv(x: Expr) -> Expr:
    """The pseudo-inverse, of a number its reciprocal."""
    out: Expr = power(x, -1) if x.is_scalar else Call("pinv", (x,))
    return out


def inverts(a: Expr, b: Expr) -> Expr | None:
    """X when a and b are X and X⁺ in one order or the other."""
    if b is pinv(a):
        return a
    return b if a is pinv(b) else None


def complement(expr: Expr) -> tuple[Expr, Expr] | None:
    """(A, B) of I − AB where A and B are X and X⁺."""
    if not isinstance(expr, Add) or len(expr.terms) != 2 or not isinstance(expr.terms[0], Identity):
        return None
    product = scale(MINUS_ONE, expr.terms[1])
    if not isinstance(product, MatMul) or len(product.factors) != 2 or inverts(*product.factors) is None:
        return None
    return product.factors[0], product.factors[1]
