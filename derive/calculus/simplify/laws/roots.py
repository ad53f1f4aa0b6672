"""Powers of one base above and below, a root being a power one half and a norm one of x'x: u/√u is √u, det/√det is √det."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from math import lcm

from derive.calculus.simplify.laws.monomial import monomial, written
from derive.calculus.simplify.measure import measure
from derive.calculus.simplify.recursion import tidied
from derive.expressions.build import MINUS_ONE, power, scale, times
from derive.expressions.nodes import Call, Expr, Map, Number, Power, Scale, Times, number
from derive.expressions.properties.inference import is_positive

_HIGHEST_ROOT = 6
"""Roots of higher order are not put together."""
_LARGEST_UNDER = 100
"""A number in front that is larger than this under the root stays in front."""


def roots(node: Expr, _: Callable[[Expr], Expr]) -> Expr | None:
    """A product in which a root stands beside another power of what is under it, with the powers put together."""
    if isinstance(node, Power):
        return None if not _even_power_of_root(node) else written(monomial(node), node.shape)
    factors = _factors(node)
    if not _cancels(list(_powers(node, 1))):
        return None
    new = written(monomial(node), node.shape)
    return new if len(_factors(new)) < len(factors) else None


def quotient_of_roots(node: Expr, _: Callable[[Expr], Expr]) -> Expr | None:
    """√(x/y) for √x/√y of positive numbers."""
    scalars = _factors(node.scalar) if isinstance(node, Scale) else _factors(node)
    above = next((f for f in scalars if _is_root(f)), None)
    below = next((f for f in scalars if isinstance(f, Power) and f.exponent is MINUS_ONE and _is_root(f.base)), None)
    if above is None or below is None:
        return None
    (x,), (y,) = above.children, below.children[0].children
    whole = times(*(f for f in scalars if f is not above and f is not below), Map("sqrt", times(x, power(y, MINUS_ONE))))
    return scale(whole, node.arg) if isinstance(node, Scale) else whole


def one_root(node: Expr, _: Callable[[Expr], Expr]) -> Expr | None:
    """(V/(2π))^⅓ for ½ · 2^⅔ V^⅓ π^(−⅓), √(2r) for √2 √r, of positive numbers; a number in front goes under the root where that is shorter."""
    if not isinstance(node, Times):
        return None
    found = {f: under for f in node.factors if (under := _under_a_root(f)) is not None}
    front = next((f.value for f in node.factors if isinstance(f, Number)), Fraction(1))
    rest = [f for f in node.factors if f not in found and not isinstance(f, Number)]
    q = lcm(*(k.denominator for _, k in found.values()))
    if len(found) < 2 or q > _HIGHEST_ROOT or (q == 2 and front != 1):
        return None

    def root(*factors: Expr) -> Expr:
        under = tidied(times(*factors))
        return Map("sqrt", under) if q == 2 else power(under, number(Fraction(1, q)))

    whole = [power(base, number(k * q)) for base, k in found.values()]
    forms = [times(number(front), *rest, root(*whole))]
    if front > 0 and max(front.numerator, front.denominator) ** q <= _LARGEST_UNDER:
        forms.append(times(*rest, root(number(front**q), *whole)))
    short = min(forms, key=measure)
    return short if measure(short) < measure(node) else None


def _under_a_root(factor: Expr) -> tuple[Expr, Fraction] | None:
    """(b, k) of b^k, a root of a positive number or a power of one; None of what is none."""
    match factor:
        case Map(function="sqrt", arg=arg) if factor.is_scalar and is_positive(arg):
            return arg, Fraction(1, 2)
        case Power(base=base, exponent=Number(value=k)) if k.denominator > 2 and is_positive(base):
            return base, k
    return None


def _is_root(factor: Expr) -> bool:
    return isinstance(factor, Map) and factor.function == "sqrt" and factor.is_scalar and is_positive(factor.arg)


def _cancels(powers: list[tuple[Expr, Fraction]]) -> bool:
    """Whether a root stands above and another power of the same below, or the other way round."""
    halves = {base for base, k in powers if k.denominator == 2}
    return any(base in halves and any(k * j < 0 for other, j in powers if other is base) for base, k in powers)


def _powers(expr: Expr, sign: int) -> Iterator[tuple[Expr, Fraction]]:
    """The powers as they are written, one for each factor."""
    if isinstance(expr, Call) and expr.name == "quotient":
        yield from _powers(expr.args[0], sign)
        yield from _powers(expr.args[1], -sign)
    elif (factors := _factors(expr)) != (expr,):
        for factor in factors:
            yield from _powers(factor, sign)
    else:
        yield from ((base, sign * k) for base, k in monomial(expr).powers.items())


def _even_power_of_root(node: Power) -> bool:
    """Whether the node is sqrt(u)² or another even power of a root."""
    root = isinstance(node.base, Map) and node.base.function == "sqrt" and node.is_scalar
    return root and isinstance(node.exponent, Number) and (node.exponent.value / 2).denominator == 1


def _factors(expr: Expr) -> tuple[Expr, ...]:
    match expr:
        case Times(factors=factors):
            return factors
        case Scale(scalar=scalar, arg=arg):
            return (*_factors(scalar), *_factors(arg))
        case Call(name="hadamard" | "quotient", args=args):
            return tuple(f for a in args for f in _factors(a))
        case _:
            return (expr,)


