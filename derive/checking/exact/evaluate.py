"""Expressions over the field: every node by its meaning, derivatives that are still to be taken by a step of their own.

NotExact for what has no exact value modulo the prime.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from derive.checking.exact import jets, unnamed
from derive.checking.exact.entrywise import branched, condition, reciprocals, sqrt
from derive.checking.exact.field import NotExact, Residues
from derive.checking.exact.functions import CALLS, MAPS
from derive.checking.exact.jets import Jet
from derive.checking.exact.spectral import SPECTRAL, Basis
from derive.expressions import nodes as n
from derive.expressions.nodes import Expr, Symbol
from derive.expressions.sizes import Shape, Size
from derive.values import dataclass

MOST_TERMS = 400
MOST_STEPS = 4
MOST_RESIDUES = 8_000_000
FEWEST = 400
"""So many residues are computed for one line, at all its points, and each node counts as so many at least: sums in sums take more, as do
products of long sums at many points, and are left to the check by numbers."""


@dataclass(frozen=True)
class Place:
    """The points, several at a time.

    values  by name of a symbol
    let     definitions that are put in where their names stand
    bound   indices
    steps   how many nilpotent steps are in use
    """

    points: int
    sizes: Mapping[str, int]
    values: Mapping[str, Jet]
    let: Mapping[str, Expr]
    bound: Mapping[str, int] = field(default_factory=dict)
    steps: int = 0
    paths: Mapping[str, tuple[str, list[Residues]]] = field(default_factory=dict)
    """Path → (its parameter, its value and derivatives)."""
    bases: tuple[Basis, ...] = ()
    """Eigenvectors of what the values were made of."""
    cache: dict[Expr, Jet] = field(default_factory=dict)
    slopes: dict[Any, tuple[Jet, Any]] = field(default_factory=dict)
    """Derivatives that were taken here, and random directions; with the directions of each, which are known by their identity."""
    outside: tuple[str, Place] | None = None
    """The index that was bound last, and the place without it."""
    effort: list[int] = field(default_factory=lambda: [0])
    """How many nodes were evaluated for this line, here and at the places made of this one."""

    def moved(self, moves: Mapping[str, Jet]) -> tuple[Place, int]:
        """The place with symbols moved along a new step, and the bit of the step."""
        if self.steps >= MOST_STEPS:
            raise NotExact("derivatives in one another too deep")
        bit = 1 << self.steps
        values = dict(self.values)
        for name, along in moves.items():
            start = self.values.get(name) or self.value(_symbol(self.let, name))
            values[name] = jets.added(start, {s | bit: x for s, x in along.items()})
            for path, (parameter, derivatives) in self.paths.items():
                if parameter == name:
                    values |= _along(path, derivatives, jets.nilpotent(values[name]))
        return self.changed(values, steps=self.steps + 1), bit

    def changed(self, values: Mapping[str, Jet], **further: Any) -> Place:
        """The place with other values."""
        return replace(self, values=values, **further, cache={}, slopes={}, outside=None)

    def only(self, good: NDArray[np.bool_]) -> Place:
        """The same at some of its points."""
        values = {name: {s: x[good] for s, x in a.items()} for name, a in self.values.items()}
        paths = {name: (parameter, [x[good] for x in found]) for name, (parameter, found) in self.paths.items()}
        return self.changed(values, points=int(np.sum(good)), paths=paths, bases=tuple(b.only(good) for b in self.bases))

    def derivative(self, expr: Expr, *moves: Mapping[str, Jet]) -> Jet:
        """D expr [H], D² expr [H, K]."""
        key = expr, tuple(tuple((name, id(along)) for name, along in move.items()) for move in moves)
        if key in self.slopes:
            return self.slopes[key][0]
        here = self
        bits: list[int] = []
        for move in moves:
            here, bit = here.moved(move)
            bits.append(bit)
        out = here.value(expr)
        for bit in bits:
            out = jets.coefficient(out, bit)
        out = out or self.nothing(expr.shape)
        self.slopes[key] = out, tuple(map(dict, moves))
        return out

    def nothing(self, shape: Shape) -> Jet:
        m, k = (self.size(s) for s in shape)
        return {0: np.zeros((self.points, m, k), dtype=np.int64)}

    def size(self, size: Size) -> int:
        try:
            return size.value(self.sizes)
        except KeyError as error:
            raise NotExact(f"the size {error.args[0]} is not known") from None

    def value(self, expr: Expr) -> Jet:
        """NotExact where the field does not tell it."""
        if expr in self.cache:
            return self.cache[expr]
        if self.outside is not None and self.outside[0] not in expr.free and expr.free.isdisjoint(self.let):
            self.cache[expr] = self.outside[1].value(expr)
            return self.cache[expr]
        handler = _HANDLERS.get(type(expr))
        if handler is None:
            raise NotExact(f"{type(expr).__name__} is not algebraic")
        out: Jet = handler(self, expr) or self.nothing(expr.shape)
        self.effort[0] += max(FEWEST, sum(x.size for x in out.values()))
        if self.effort[0] > MOST_RESIDUES:
            raise NotExact("too much to evaluate")
        self.cache[expr] = out
        return out

    def index(self, expr: Expr) -> int:
        """The integer that an index is."""
        match expr:
            case n.Number(value=value) if value.denominator == 1:
                return int(value)
            case n.SizeValue(size=size):
                return self.size(size)
            case Symbol(name=name) if name in self.bound:
                return self.bound[name]
            case n.Add(terms=terms):
                return sum(self.index(t) for t in terms)
            case n.Times(factors=factors):
                return int(np.prod([self.index(f) for f in factors]))
        raise NotExact("an index is not known")

    def at_index(self, name: str, value: int) -> Place:
        return replace(self, bound={**self.bound, name: value}, cache={}, slopes={}, outside=(name, self))


def _along(path: str, derivatives: list[Residues], steps: Jet) -> dict[str, Jet]:
    """A path and its derivatives where its parameter has moved."""
    return {prefix + path: jets.composed(derivatives[k], derivatives[k + 1 :], steps) for k, prefix in enumerate(("", "d", "d2"))}


def _symbol(let: Mapping[str, Expr], name: str) -> Expr:
    if name not in let:
        raise NotExact(f"{name} has no value here")
    return let[name]


# ------------------------------------------------------------------------------------------------ leaves
def _array(place: Place, a: Any) -> Jet:
    return {0: np.broadcast_to(np.asarray(a, dtype=np.int64), (place.points, *np.shape(a))).copy()}


def _name(place: Place, e: Symbol) -> Jet:
    if e.name in place.bound:
        return jets.constant(place.bound[e.name], place.points)
    if e.count is not None or e.index is not None:
        raise NotExact("a family of symbols")
    if e.name in place.values:
        return place.values[e.name]
    return place.value(_symbol(place.let, e.name))


def _number(place: Place, e: n.Number) -> Jet:
    return jets.constant(e.value, place.points)


def _unit(place: Place, e: n.Unit) -> Jet:
    return _array(place, np.eye(place.size(e.size), dtype=np.int64)[:, [place.index(e.index) - 1]])


def _commutation(place: Place, e: n.Commutation) -> Jet:
    m, k = place.size(e.rows), place.size(e.columns)
    return _array(place, np.eye(m * k, dtype=np.int64).reshape(k, m, m * k).transpose(1, 0, 2).reshape(m * k, m * k))


def _filled(place: Place, e: Expr, value: int) -> Jet:
    return _array(place, np.full(tuple(place.size(s) for s in e.shape), value))


# ------------------------------------------------------------------------------------------------ algebra
def _product(place: Place, factors: tuple[Expr, ...], times: Callable[[Jet, Jet], Jet]) -> Jet:
    out = place.value(factors[0])
    for factor in factors[1:]:
        out = times(out, place.value(factor))
        if not out:
            break
    return out


def _sum_of(place: Place, e: n.Add) -> Jet:
    out = place.value(e.terms[0])
    for t in e.terms[1:]:
        out = jets.added(out, place.value(t))
    return out


def _power(place: Place, e: n.Power) -> Jet:
    base = place.value(e.base)
    exponent = e.exponent
    if isinstance(exponent, n.Number) and exponent.value.denominator == 2 and e.base.is_scalar:
        base, k = sqrt(base), int(exponent.value * 2)
    else:
        k = place.index(exponent)
    if k < 0:
        base, k = (reciprocals(base) if e.base.is_scalar else jets.inverted(base)), -k
    if k > 60:
        raise NotExact("a high power")
    out = jets.constant(1, place.points) if e.base.is_scalar else _array(place, np.eye(place.size(e.shape[0]), dtype=np.int64))
    for _ in range(k):
        out = jets.entrywise(out, base) if e.base.is_scalar else jets.multiplied(out, base)
    return out


def _root_squared(place: Place, e: n.Power) -> Jet:
    """An even power of a root, as ‖A‖², without the root."""
    inner, exponent = e.base, e.exponent
    square = CALLS[inner.name].square if isinstance(inner, n.Call) and inner.name in CALLS else None
    if square is None or not isinstance(exponent, n.Number) or exponent.value % 2 != 0 or exponent.value <= 0:
        return _power(place, e)
    once = square(place.value(inner.children[0])) or place.nothing(e.shape)
    out = once
    for _ in range(int(exponent.value) // 2 - 1):
        out = jets.entrywise(out, once)
    return out


def _entry(place: Place, e: n.Entry) -> Jet:
    a = place.value(e.arg)
    rows, columns = jets.shape(a)
    i, j = (None if x is None else place.index(x) - 1 for x in (e.row, e.column))
    if (i is not None and not 0 <= i < rows) or (j is not None and not 0 <= j < columns):
        raise NotExact("an index runs beyond the entries")
    if i is None:
        column = slice(j, (j or 0) + 1)
        return jets.mapped(a, lambda x: x[:, :, column])
    if j is None:
        return jets.mapped(a, lambda x: x[:, i : i + 1, :].transpose(0, 2, 1))
    return jets.mapped(a, lambda x: x[:, i : i + 1, j : j + 1])


def _stack(place: Place, e: n.Stack) -> Jet:
    blocks = [[place.value(b) for b in row] for row in e.rows]
    masks = {s for row in blocks for b in row for s in b}

    def part(b: Jet, s: int) -> Any:
        return b[s] if s in b else np.zeros((place.points, *jets.shape(b)), dtype=np.int64)

    return {s: np.concatenate([np.concatenate([part(b, s) for b in row], axis=2) for row in blocks], axis=1) for s in masks}


def _sum(place: Place, e: n.Sum) -> Jet:
    low, high = place.index(e.lower), place.index(e.upper)
    if high - low > MOST_TERMS:
        raise NotExact("a long sum")
    out: Jet = {}
    for k in range(low, high + 1):
        out = jets.added(out, place.at_index(e.index.name, k).value(e.body))
    return out


def _delta(place: Place, e: n.Delta) -> Jet:
    return jets.constant(int(place.index(e.left) == place.index(e.right)), place.points)


# ------------------------------------------------------------------------------------------------ functions
def _call(place: Place, e: n.Call) -> Jet:
    if e.name in SPECTRAL:
        return SPECTRAL[e.name].value(place.bases, *(place.value(a) for a in e.args))
    if e.name not in CALLS:
        raise NotExact(f"{e.name} is not algebraic")
    return CALLS[e.name].value(*(place.value(a) for a in e.args))


def _map(place: Place, e: n.Map) -> Jet:
    arg = place.value(e.arg)
    if isinstance(e.function, n.Unnamed):
        return unnamed.elementwise(e.function.name, e.order, arg)
    if e.function not in MAPS or e.order:
        raise NotExact(f"{e.function} is not algebraic")
    return MAPS[e.function].value(arg)


def _where(place: Place, e: n.Where) -> Jet:
    """Either case, as any condition says: a line that holds for all conditions holds for this one."""
    if not isinstance(e.condition, n.Compare):
        raise NotExact("a condition that compares nothing")
    holds = condition(e.condition.op, place.value(e.condition.left), place.value(e.condition.right))
    return branched(holds, place.value(e.then), place.value(e.otherwise))


def _apply(place: Place, e: n.Apply) -> Jet:
    assert e.function.value is not None
    rows, columns = (place.size(s) for s in e.function.value)
    directions = [place.value(d) for d in e.directions]
    return unnamed.function(e.function.name, (rows, columns), e.order, place.value(e.arg), directions, e.adjoint)


# ------------------------------------------------------------------------------------------------ derivatives to be taken
def _pending(place: Place, e: n.D) -> Jet:
    return place.derivative(e.arg, {symbol.name: place.value(direction) for symbol, direction in e.moves})


def _rate(place: Place, e: n.Rate) -> Jet:
    here = place.changed({**place.values, **{p.name: jets.constant(0, place.points) for p in e.parameters}})
    return here.derivative(e.body, *({p.name: jets.constant(1, place.points)} for p in e.parameters))


_HANDLERS: dict[type, Callable[..., Jet]] = {
    n.Number: _number, n.SizeValue: lambda p, e: jets.constant(p.size(e.size), p.points), Symbol: _name,
    n.Identity: lambda p, e: _array(p, np.eye(p.size(e.size), dtype=np.int64)), n.Ones: lambda p, e: _filled(p, e, 1),
    n.Zeros: lambda p, e: _filled(p, e, 0), n.Unit: _unit, n.Commutation: _commutation, n.Add: _sum_of,
    n.Times: lambda p, e: _product(p, e.factors, jets.entrywise), n.Scale: lambda p, e: jets.entrywise(p.value(e.scalar), p.value(e.arg)),
    n.MatMul: lambda p, e: _product(p, e.factors, jets.multiplied), n.Power: _root_squared,
    n.Transpose: lambda p, e: jets.transposed(p.value(e.arg)), n.Entry: _entry, n.Stack: _stack, n.Sum: _sum, n.Delta: _delta, n.Call: _call,
    n.Map: _map, n.Where: _where, n.Apply: _apply, n.D: _pending, n.Rate: _rate,
}
