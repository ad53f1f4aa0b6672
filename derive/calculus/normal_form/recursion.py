"""The one recursion of the normal form: a node's polynomial, by the rule that its kind has registered.

What reduces words needs the polynomials of exponents and of inverted products, and these need words reduced: each asks here, and
knows nothing of the other.
"""

from __future__ import annotations

from functools import lru_cache, singledispatch

from derive.calculus.normal_form.polynomial import Poly, TooManyTerms, to_expr
from derive.expressions import build
from derive.expressions.nodes import Expr


@singledispatch
def rule_of(expr: Expr) -> Poly:
    """The polynomial of a node, its parts done; each kind of node registers its own rule."""
    raise TypeError(f"no rule for {type(expr).__name__}")


@lru_cache(maxsize=50_000)
def _kept(expr: Expr) -> Poly:
    poly = rule_of(expr)
    assert not expr.is_scalar or not any(word for _, word in poly), "a scalar has no words"
    return poly


def polynomial(expr: Expr) -> Poly:
    """The expression as a polynomial (do not change it); of a scalar the words are empty."""
    return _kept(expr)


@lru_cache(maxsize=50_000)
def written(expr: Expr) -> Expr:
    """As `canonical`, for a part of an expression whose smaller parts are done."""
    try:
        return to_expr(polynomial(expr), expr.shape)
    except TooManyTerms:
        return expr


def written_transpose(expr: Expr) -> Expr:
    """The transpose, written from its polynomial."""
    return written(build.transpose(expr))
