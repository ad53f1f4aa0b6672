"""A term as its number and its letters, and back."""

from __future__ import annotations

from fractions import Fraction

from derive.calculus.simplify.simplify import tidy
from derive.expressions.build import ONE, add, coefficient, power, scale, times
from derive.expressions.nodes import Expr, Number, Power, Scale, Times, number


def split(term: Expr) -> tuple[Fraction, dict[Expr, Expr], Expr | None]:
    """A term as number · Π base^exponent · body: the body is None for a scalar."""
    c, rest = coefficient(term)
    if isinstance(rest, Scale):
        scalars: Expr = rest.scalar
        body: Expr | None = rest.arg
    elif rest.is_scalar:
        scalars, body = rest, None
    else:
        scalars, body = ONE, rest
    powers: dict[Expr, Expr] = {}
    for f in scalars.factors if isinstance(scalars, Times) else (scalars,):
        if f is ONE:
            continue
        base, exponent = (f.base, f.exponent) if isinstance(f, Power) and f.is_scalar else (f, ONE)
        powers[base] = exponent if base not in powers else tidy(add(powers[base], exponent))
    return c, powers, body


def join(c: Fraction, powers: dict[Expr, Expr], body: Expr | None) -> Expr:
    """A number, powers of scalars and a body as one term."""
    scalars = times(number(c), *(power(b, e) if e is not ONE else b for b, e in powers.items() if not _is_zero(e)))
    return scalars if body is None else scale(scalars, body)


def _is_zero(exponent: Expr) -> bool:
    return isinstance(exponent, Number) and exponent.value == 0
