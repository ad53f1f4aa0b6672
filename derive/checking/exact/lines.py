"""Which lines of a derivation hold exactly: as identities of rational functions, decided at random points of a field.

An identity that is false holds at a random point with a probability of at most its degree over the number of residues (Schwartz 1980,
Zippel 1979); `bits` says below which power of two the bound is.  A line that does not hold here is not decided, no more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import product
from math import factorial, log2, prod

import numpy as np

from derive.checking.exact import jets
from derive.checking.exact.degree import degree
from derive.checking.exact.evaluate import Place
from derive.checking.exact.field import NotExact, P, Rootless
from derive.checking.exact.jets import Jet
from derive.checking.exact.points import Points, inside
from derive.derivation.derivation import Derivation, Head, Line
from derive.expressions.nodes import Expr, Number, Symbol
from derive.language.problems.quantity import states
from derive.values import dataclass

POINTS = 6
MANY = 1024
"""Points that are drawn where roots are to be in the field."""
BITS = 100
MOST_ENTRIES = 1500
Where = tuple[int, int]


@dataclass(frozen=True)
class Decided:
    """The lines that hold exactly, by their place, and the exponent of the bound 2^-bits on the error of each."""

    lines: frozenset[Where]
    bits: int


def decided(
    derivation: Derivation, sizes: Mapping[str, int], stated: list[tuple[Head, Line]], further: Mapping[str, Symbol],
    along: Mapping[str, Symbol],
) -> Decided:
    """stated: the results, each with its left side and a line that states it; further: symbols that only lines hold, along: of which
    variable one is a direction.

    sizes  what the names of sizes stand for
    """
    try:
        decider = _Decider(derivation, sizes, further, along)
    except NotExact:
        return Decided(frozenset(), 0)
    found: set[Where] = set()
    for where, head, line, previous in _lines(derivation):
        if decider.holds(lambda place, head=head, line=line, previous=previous: _line(decider.points, place, head, line, previous), line):  # type: ignore[misc]
            found.add(where)
    for k, (head, line) in enumerate(stated):
        if decider.holds(lambda place, head=head, line=line: _line(decider.points, place, head, line, None), line):  # type: ignore[misc]
            found.add((len(derivation.chains), k))
    return Decided(frozenset(found), decider.bits)


def _lines(derivation: Derivation) -> Iterator[tuple[Where, Head | None, Line, Line | None]]:
    for c, chain in enumerate(derivation.chains):
        head: Head | None = None
        of: Expr | None = None
        for k, line in enumerate(chain.lines):
            if line.left is not None or line.of is not None:
                head = line.left if isinstance(line.left, Head) else None
                of = line.of
            yield (c, k), head, replace(line, of=of), chain.lines[k - 1] if k else None


class _Decider:
    def __init__(
        self, derivation: Derivation, sizes: Mapping[str, int], further: Mapping[str, Symbol], along: Mapping[str, Symbol]
    ) -> None:
        self.problem = derivation.problem
        self.let = {s.name: e for s, e in (*derivation.problem.let, *derivation.where)}
        self.points = Points(derivation.problem, sizes, POINTS, further, along)
        self.few: Place | None = None
        self.bits = 0
        degrees: dict[str, int] = {}
        for name, expr in self.let.items():
            degrees[name] = degree(expr, degrees)
        self.degrees = degrees
        self.own = degree(derivation.problem.function, degrees)

    def holds(self, line: Callable[[Place], bool], at: Line) -> bool:
        """Whether a line holds at all points; False where that is not decided."""
        try:
            solved = sum(degree(e, self.degrees) for e in (at.solution or {}).values())
            total = (degree(at.expr, self.degrees) + 4 * self.own + 2) * (1 + solved)
            if isinstance(at.left, Expr):
                total += degree(at.left, self.degrees) * (1 + solved)
            bits = int(POINTS * (log2(P) - log2(total)))
            if bits < BITS or not self._at_points(line):
                return False
        except (NotExact, RecursionError, KeyError, IndexError, ValueError):
            return False
        self.bits = min(self.bits or bits, bits)
        return True

    def _at_points(self, line: Callable[[Place], bool]) -> bool:
        try:
            if self.few is None:
                self.few = self.points.place(self.let)
            self.few.effort[0] = 0
            return line(self.few)
        except Rootless:
            pass
        many = Points(self.problem, self.points.sizes, MANY, self.points.further, self.points.along)
        place, before = many.place(self.let), self.points
        for _ in range(12):
            try:
                self.points.count = place.points
                return place.points >= POINTS and line(place)
            except Rootless as found:
                place = place.only(found.good)
            finally:
                before.count = POINTS
        return False


# ------------------------------------------------------------------------------------------------ one line
def _line(points: Points, place: Place, head: Head | None, line: Line, previous: Line | None) -> bool:
    del previous
    problem = points.problem
    if line.relation not in ("=", "⇔", "⇒", "or", ":="):
        raise NotExact("an inequality, or an approximation")
    if line.partial is not None:
        others = tuple(name for name in place.let if name in line.partial.definition.free and name != line.partial.name.name)
        free = replace(place, values={**place.values, **{n: place.value(place.let[n]) for n in others}}, cache={})
        name = line.partial.name
        free = free if name.name in free.values else replace(free, values={**free.values, name.name: place.value(place.let[name.name])}, cache={})
        return _jacobian(points, free, line.partial.definition, (name,), free.value(line.expr), False)
    if line.quantity == "stationary":
        solution = line.solution or ({problem.wrt[0]: line.expr} if len(problem.wrt) == 1 else {})
        return _stationary(points, place, solution)
    here = solved(place, line.solution) if line.solution else place
    if line.equation:
        return _equation(points, here, line)
    if line.quantity == "value" and isinstance(line.left, Expr) and line.of is None:
        return jets.equal(here.value(line.left), here.value(line.expr))
    holds = _stated(points, here, line.quantity, head, line.of, line.expr, line)
    if holds and isinstance(line.left, Expr):
        holds = _stated(points, here, line.quantity, None, line.of, line.left, line)
    return holds


def solved(place: Place, solution: Mapping[Symbol, Expr]) -> Place:
    """The place with symbols at what a solution says."""
    return replace(place, values={**place.values, **{s.name: place.value(e) for s, e in solution.items()}}, cache={})


def _equation(points: Points, place: Place, line: Line) -> bool:
    if not isinstance(line.left, Expr):
        if not (isinstance(line.left, Head) and line.left.quantity == "gradient" and len(line.left.wrt) == 1):
            raise NotExact("the left side is no expression")
        return _stated(points, place, "gradient", line.left, None, line.expr, line)
    return jets.equal(place.value(line.left), place.value(line.expr))


def _stationary(points: Points, place: Place, solution: Mapping[Symbol, Expr]) -> bool:
    problem = points.problem
    if {s.name for s in solution} < {v.name for v in problem.wrt}:
        raise NotExact("it does not say the values of all variables")
    there = solved(place, solution)
    if not all(jets.shape(there.values[v.name]) == points.extents(v) for v in problem.wrt):
        return False
    slope = there.derivative(problem.function, {v.name: points.direction(v, there.values[v.name]) for v in problem.wrt})
    elsewhere = place.derivative(problem.function, {v.name: points.direction(v, place.values[v.name]) for v in problem.wrt})
    return jets.equal(slope, {}) and not jets.equal(elsewhere, {})


def _moves(points: Points, place: Place, head: Head) -> list[dict[str, Jet]]:
    """The directions of a left side, in groups that move together."""
    problem = points.problem
    given = [place.value(h) for h in head.directions]
    if not given:
        if head.quantity == "differential":
            return [{v.name: place.values.get(f"d{v.name}", points.direction(v, place.values[v.name])) for v in head.wrt}]
        if len(head.wrt) == 1 and head.wrt[0].is_scalar and not problem.direction_named:
            return [{head.wrt[0].name: jets.constant(1, place.points)}] * 2
        return [{v.name: place.values[h.name] for v, h in zip(problem.wrt, along, strict=True) if v in head.wrt}
                for along in (problem.directions, problem.second_directions) if along]
    if head.quantity == "second-derivative" and len(given) == len(head.wrt) == 2:
        return [{v.name: h} for v, h in zip(head.wrt, given, strict=True)]
    for count in {"second-derivative": (2, 1), "quadratic": (1, 2)}.get(head.quantity, (1,)):
        for variables in (head.wrt, head.arguments, problem.wrt):
            size = len(variables)
            if len(given) == count * size and all(h.shape == v.shape for h, v in zip(head.directions, variables * count, strict=True)):
                parts = [given[k : k + size] for k in range(0, len(given), size)]
                return [{v.name: h for v, h in zip(variables, part, strict=True)} for part in parts]
    raise NotExact("the directions are not those of the variables")


def _stated(points: Points, place: Place, quantity: str, head: Head | None, of: Expr | None, expr: Expr, line: Line) -> bool:
    problem = points.problem
    if head is None or quantity not in states(head.quantity):
        head = Head(quantity, problem.name, problem.wrt)
    if any(isinstance(d, Number) for d in head.directions) and head.quantity.endswith(("entry", "array")):
        raise NotExact("it is about one entry")
    function = problem.function if of is None else of
    if line.free:
        return _entries(points, place, function, head, expr, line)
    if head.indices:
        raise NotExact("it is about entries")
    got = place.value(expr)
    match head.quantity:
        case "value":
            return jets.equal(got, place.value(function))
        case "derivative" | "differential":
            return jets.equal(got, place.derivative(function, _moves(points, place, head)[0]))
        case "gradient" | "entries" if function.is_scalar and len(head.wrt) == 1:
            return _gradient(points, place, function, head.wrt[0], got)
        case "quadratic":
            h = _moves(points, place, head)[0]
            return jets.equal(got, place.derivative(function, h, h))
        case "second-derivative":
            h, *rest = _moves(points, place, head)
            return jets.equal(got, place.derivative(function, h, rest[0] if rest else h))
        case "hessian" | "vectorized-hessian":
            return _hessian(points, place, function, head, got)
        case "jacobian" | "vectorized" | "entries" | "jacobian-denominator":
            return _jacobian(points, place, function, head.wrt, got, head.quantity == "jacobian-denominator")
        case "vectorized-derivative":
            return jets.equal(got, jets.stacked(place.derivative(function, _moves(points, place, head)[0])))
        case "taylor":
            h, out = _moves(points, place, head)[0], place.value(function)
            for k in range(1, problem.options.order + 1):
                weight = jets.constant(pow(factorial(k), P - 2, P), place.points)
                out = jets.added(out, jets.entrywise(place.derivative(function, *([h] * k)), weight))
            return jets.equal(got, out)
    raise NotExact(f"there is no exact check of {head.quantity}")


def _entries(points: Points, place: Place, function: Expr, head: Head, expr: Expr, line: Line) -> bool:
    """An entry for all values of its free indices: those of the function first, then those of the variable."""
    extents = [range(1, place.size(size) + 1) for _, size in line.free]
    if prod(len(e) for e in extents) > MOST_ENTRIES:
        raise NotExact("many entries")
    m, n = (place.size(s) for s in function.shape)
    own = tuple(k for k in (m, n) if k != 1)
    rest: tuple[int, ...] = ()
    x = head.wrt[0] if len(head.wrt) == 1 else None
    if head.quantity == "value" or line.quantity == "value":
        slope = place.value(function)
    elif head.indices:
        slope = place.derivative(function, _moves(points, place, head)[0])
    elif x is not None:
        e = points.direction(x, place.values[x.name])
        slope, rest = place.derivative(function, {x.name: e}), tuple(k for k in points.extents(x) if k != 1)
    else:
        raise NotExact("it does not say by which variable")
    found = slope[0].reshape(place.points, *own)
    if [len(r) for r in extents] != [*own, *rest]:
        raise NotExact("other indices")
    got = np.zeros((place.points, *own, *rest), dtype=np.int64)
    for index in product(*extents):
        here = place
        for (symbol, _), k in zip(line.free, index, strict=True):
            here = here.at_index(symbol.name, k)
        got.reshape(place.points, -1)[:, int(np.ravel_multi_index([k - 1 for k in index], [*own, *rest]))] = here.value(expr)[0][:, 0, 0]
    if rest:
        along = e[0].reshape(place.points, *(1,) * len(own), *rest)
        got = got * along % P
        got = np.sum(got, axis=tuple(range(1 + len(own), got.ndim))) % P
    return bool(np.array_equal(got, found))


def _gradient(points: Points, place: Place, function: Expr, x: Symbol, got: Jet) -> bool:
    """⟨G, E⟩ = Df[E] for a random direction, and G in the structure of x."""
    at = place.values[x.name]
    if jets.shape(got) != jets.shape(at):
        return False
    metric = points.problem.inner_product
    dual = got if metric is None else jets.multiplied(place.value(metric), got)
    e = points.direction(x, at)
    pairing = jets.total(jets.entrywise(dual, e))
    return jets.equal(pairing, place.derivative(function, {x.name: e})) and (metric is not None or inside(x, at, got))


def _hessian(points: Points, place: Place, function: Expr, head: Head, got: Jet) -> bool:
    if not function.is_scalar:
        raise NotExact("only a scalar function has a Hessian")
    if not head.directions:
        both = [{v.name: points.direction(v, place.values[v.name]) for v in head.wrt} for _ in range(2)]
        left, right = (_column(m, head.wrt) for m in both)
        form = jets.multiplied(jets.multiplied(jets.transposed(left), got), right)
        return jets.equal(form, place.derivative(function, *both))
    if len(head.wrt) != 1:
        raise NotExact("it does not say by which variable")
    x = head.wrt[0]
    at = place.values[x.name]
    e = {0: points.drawn(*points.extents(x))} if x.has & {"unit", "stiefel", "orthogonal"} else points.direction(x, at)
    along = _moves(points, place, head)[-1]
    tested, found = (jets.stacked(e), got) if head.quantity == "vectorized-hessian" else (e, got)
    if jets.shape(tested) != jets.shape(found):
        return False
    return jets.equal(jets.total(jets.entrywise(found, tested)), place.derivative(function, {x.name: e}, along)) and (
        head.quantity == "vectorized-hessian" or bool(x.has & {"unit", "stiefel", "orthogonal"}) or inside(x, at, got))


def _column(moves: Mapping[str, Jet], variables: tuple[Symbol, ...]) -> Jet:
    return {0: np.concatenate([jets.stacked(moves[v.name])[0] for v in variables], axis=1)}


def _jacobian(points: Points, place: Place, function: Expr, wrt: tuple[Symbol, ...], got: Jet, turned: bool) -> bool:
    """J vec(E) = vec(Df[E]) for a random direction."""
    e = {v.name: points.direction(v, place.values[v.name]) for v in wrt}
    column, slope = _column(e, wrt), jets.stacked(place.derivative(function, e))
    matrix = jets.transposed(got) if turned else got
    if len(wrt) == 1 and function.is_scalar and jets.shape(got) == jets.shape(place.values[wrt[0].name]):
        matrix = jets.transposed(jets.stacked(got))
    if jets.shape(matrix) != (jets.shape(slope)[0], jets.shape(column)[0]):
        return False
    return jets.equal(jets.multiplied(matrix, column), slope)
