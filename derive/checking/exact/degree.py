"""How large the degree of an expression can be, as a quotient of polynomials in the entries: for the bound of Schwartz and Zippel."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field, replace
from fractions import Fraction

from derive.checking.exact.field import NotExact
from derive.checking.exact.functions import CALLS
from derive.checking.exact.growth import Bound, Extent, added, letter, linear, multiplied, plain
from derive.checking.exact.spectral import SPECTRAL
from derive.expressions import nodes as n
from derive.expressions.nodes import Expr
from derive.expressions.sizes import Shape
from derive.values import dataclass

MOST = 2**60
MEANINGS = {**CALLS, **SPECTRAL}
LONG = 400
"""Terms of a sum whose ends are not known."""
CURVED = frozenset(("orthogonal", "stiefel", "unit"))


@dataclass(frozen=True)
class Bounds:
    """The bounds of expressions at a point.

    sizes       what the names of sizes stand for
    names       what names stand for
    decomposed  symbols that are drawn as products of a decomposition
    """

    sizes: Mapping[str, int]
    names: Mapping[str, Expr]
    decomposed: Collection[str] = ()
    _memo: dict[Expr, Bound] = field(default_factory=dict)

    def of(self, expr: Expr) -> Bound:
        """NotExact beyond `MOST`, and where choices between cases stand inside what is no polynomial."""
        if expr not in self._memo:
            self._memo[expr] = self._bound(expr)
            if self._memo[expr].degree > MOST:
                raise NotExact("the degree is too high for the bound")
        return self._memo[expr]

    def extent(self, shape: Shape) -> Extent:
        """Rows and columns in numbers.  NotExact where a size is not known."""
        try:
            return shape[0].value(self.sizes), shape[1].value(self.sizes)
        except KeyError as error:
            raise NotExact(f"the size {error.args[0]} is not known") from None

    def _bound(self, e: Expr) -> Bound:
        match e:
            case n.Number() | n.SizeValue() | n.Identity() | n.Ones() | n.Zeros() | n.Unit() | n.Commutation() | n.Delta():
                return Bound(0)
            case n.Symbol():
                return self._symbol(e)
            case n.Add() | n.Stack():
                return added([self.of(c) for c in e.children])
            case n.Entry(arg=arg):
                return self.of(arg)
            case n.Power():
                return self._power(e)
            case n.Sum(body=body):
                return self._times(self.of(body), self._terms(e))
            case n.D():
                return _moved([self.of(c) for c in e.children])
            case n.Rate(body=body, parameters=parameters):
                return _moved([self.of(body)] * len(parameters))
            case n.Where(condition=condition, then=then, otherwise=otherwise):
                tested, a, b = (self.of(x) for x in (condition, then, otherwise))
                plain([tested])
                joined = added([a, b])
                return replace(joined, choices=joined.choices + 1, letters=joined.letters + tested.letters)
            case n.Map(function=n.Unnamed(), arg=arg):
                return letter([self.of(arg)], [self.extent(arg.shape)])
            case n.Map(function=str(name)) | n.Call(name=name):
                if name not in MEANINGS:
                    raise NotExact(f"{name} is not algebraic")
                return MEANINGS[name].growth([self.of(c) for c in e.children], [self.extent(c.shape) for c in e.children])
            case n.Apply(arg=arg, directions=directions):
                return multiplied([letter([self.of(arg)], [(1, 1)]), *(self.of(d) for d in directions)])
            case n.Compare():
                return linear([self.of(c) for c in e.children], [])
        return multiplied([self.of(c) for c in e.children])

    def _symbol(self, e: n.Symbol) -> Bound:
        if e.name in self.names:
            return self.of(self.names[e.name])
        size = max(self.extent(e.dims)) if e.has & CURVED or e.name in self.decomposed else 1
        if e.name in self.decomposed:
            return Bound(4 * size**2 + 8, divides=True)
        return Bound(2 * size, divides=True) if e.has & CURVED else Bound(1)

    def _power(self, e: n.Power) -> Bound:
        inner, exponent = e.base, e.exponent
        k = exponent.value if isinstance(exponent, n.Number) else Fraction(max(self.sizes.values(), default=LONG) + 1, 2)
        if k > 0 and k % 2 == 0 and isinstance(inner, n.Call) and inner.name in CALLS and CALLS[inner.name].square is not None:
            return multiplied([self.of(inner.args[0])] * int(k))
        base = self.of(inner)
        if k > 0 and k.denominator == 1:
            return replace(base, degree=int(k) * base.degree, choices=int(k) * base.choices)
        plain([base])
        return replace(base, degree=int(abs(2 * k) + 1) * self.extent(inner.shape)[0] * base.degree, divides=True)

    def _terms(self, e: n.Sum) -> int:
        match e.lower, e.upper:
            case n.Number(value=low), n.SizeValue(size=size) if not size.names - self.sizes.keys():
                return max(1, size.value(self.sizes) + 1 - int(low))
            case n.Number(value=low), n.Number(value=high):
                return max(1, int(high - low) + 1)
        return LONG

    def _times(self, body: Bound, count: int) -> Bound:
        return replace(body, degree=body.degree * (count if body.divides else 1), letters=body.letters * count)


def _moved(parts: Sequence[Bound]) -> Bound:
    out = multiplied(parts)
    return replace(out, degree=2 * out.degree + 1, choices=max(p.choices for p in parts))
