"""How large the degree of an expression can be, as a quotient of polynomials in the entries: for the bound of Schwartz and Zippel."""

from __future__ import annotations

from derive.checking.exact.field import NotExact
from derive.expressions import nodes as n
from derive.expressions.nodes import Expr

LARGE = 8
"""No size of a point is larger."""
MOST = 20_000
CURVED = 2 * LARGE
"""Of an entry of an orthogonal matrix in the entries of the skew one that it comes from."""


def degree(expr: Expr, let: dict[str, int]) -> int:
    """A bound of the degrees of numerator and denominator; `let` those of what names stand for.

    A function that is no quotient of polynomials, and its derivatives, count as letters of their own; an inverse and a determinant as
    the products of `LARGE` entries.  NotExact beyond `MOST`.
    """
    memo: dict[Expr, int] = {}

    def of(e: Expr) -> int:
        if e not in memo:
            memo[e] = min(_degree(e), 10 * MOST)
        return memo[e]

    def _degree(e: Expr) -> int:
        match e:
            case n.Number() | n.SizeValue() | n.Identity() | n.Ones() | n.Zeros() | n.Unit() | n.Commutation() | n.Delta():
                return 0
            case n.Symbol(name=name):
                return let.get(name, CURVED if e.has & {"orthogonal", "stiefel", "unit"} else 1)
            case n.Add() | n.Stack():
                return _fractions(e, [of(c) for c in e.children])
            case n.Power(base=base, exponent=exponent):
                k = abs(int(exponent.value)) + 1 if isinstance(exponent, n.Number) else LARGE
                inverted = not (isinstance(exponent, n.Number) and exponent.value > 0)
                return k * of(base) * (LARGE if inverted and not e.is_scalar else 1)
            case n.Sum(body=body):
                return of(body) * (LARGE if _divides(body) else 1)
            case n.D() | n.Rate():
                return 2 * sum(of(c) for c in e.children)
            case n.Call():
                return LARGE * (1 + sum(of(c) for c in e.children))
            case n.Map() | n.Apply():
                return 3 * (1 + sum(of(c) for c in e.children))
        return sum(of(c) for c in e.children)

    out = of(expr)
    if out > MOST:
        raise NotExact("the degree is too high for the bound")
    return out


def _fractions(e: Expr, degrees: list[int]) -> int:
    """Of a sum: the largest, and all together where denominators are brought together."""
    return sum(degrees) if _divides(e) else max(degrees, default=0)


def _divides(e: Expr) -> bool:
    todo = [e]
    while todo:
        node = todo.pop()
        if isinstance(node, n.Power) and not (isinstance(node.exponent, n.Number) and node.exponent.value > 0):
            return True
        if isinstance(node, (n.Call, n.Map, n.Apply, n.D, n.Rate)):
            return True
        todo += node.children
    return False
