"""Powers of one base, a root being a power one half and a norm one of x'x: u/√u is √u, det/√det is √det."""

from __future__ import annotations

from collections.abc import Callable

from derive.calculus.simplify.laws.monomial import monomial, written
from derive.expressions.nodes import Call, Expr, Map, Power, Scale, Times


def roots(node: Expr, _: Callable[[Expr], Expr]) -> Expr | None:
    """A product in which a root stands beside another power of what is under it, with the powers put together."""
    if isinstance(node, Power) and not (isinstance(node.base, Map) and node.base.function == "sqrt" and node.is_scalar):
        return None
    factors = _factors(node)
    bases = [base for f in factors for base in monomial(f).powers]
    if len(bases) == len(set(bases)) and not isinstance(node, Power):
        return None
    new = written(monomial(node), node.shape)
    return new if len(_factors(new)) < len(factors) or (isinstance(node, Power) and new is not node and not _rooted(new)) else None


def _rooted(expr: Expr) -> bool:
    return isinstance(expr, Power) and isinstance(expr.base, Map)


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


