"""Real powers of symmetric positive definite matrices: S^p, S^(-1/2)."""

from __future__ import annotations

from fractions import Fraction

from derive.expressions.build import power
from derive.expressions.nodes import Call, Expr, Number
from derive.expressions.properties.inference import holds


def real_power(base: Expr, exponent: Expr) -> Expr | None:
    """base^exponent for an exponent that is no integer; None where the base is not evidently symmetric positive definite."""
    if not holds(base, "spd"):
        return None
    if isinstance(exponent, Number) and abs(exponent.value) == Fraction(1, 2):
        root: Expr = Call("sqrtm", (base,))
        return root if exponent.value > 0 else power(root, -1)
    out: Expr = Call("powm", (base, exponent))
    return out
