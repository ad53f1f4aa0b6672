"""Random points at which a problem's function is smooth: sizes, values with the declared properties, directions.

Points are reproducible: the seed is a hash of the problem's id.  Directions lie in the structure of their variable.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field, replace
from itertools import islice
from math import prod
from types import CodeType
from typing import Any

import numpy as np

from derive.checking import random_functions as smooth
from derive.checking.domains import check, demands
from derive.checking.evaluation import NAMESPACE, Unevaluable, derivative, evaluate, largest, magnitude
from derive.checking.random_arrays import STYLES, Array, Style, array_shape, direction, draw
from derive.checking.random_sizes import MOST_ROWS, assignments, implied, reached
from derive.errors import DeriveError
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Call, Compare, Expr, Map, Symbol, Unnamed
from derive.expressions.traverse import walk
from derive.language.problems.problem import Problem
from derive.language.problems.quantity import QUANTITIES
from derive.notation.python.identifiers import identifier
from derive.notation.python.run import compiled, quiet
from derive.notation.python.source import Names
from derive.values import dataclass

RELIABLE = 1e-7
"""The relative error that the difference quotient may have at a point."""
WELL_BENT = 2e-7
"""Likewise of the second difference, against it or what of the function is not rounding."""
LARGE = 1e7
LARGEST = 1e60
"""Values beyond the first are looked at where there are no others: a product of twenty factors has none."""
FLAT, FAIR = 5, 40
"""Points with a vanishing derivative, or with one that only short steps give, after which one is taken."""
NEARBY = 1e-9
MOST_ENTRIES = 10_000_000
"""Entries of one array that is drawn."""
QUICK = 6
"""Choices of sizes that are tried with the first styles before all are tried with all."""
TRIES = 3
"""Draws for each style of entries and each choice of sizes."""


@dataclass(frozen=True)
class Point:
    """One random point.

    sizes    by size name
    values   by symbol: float, int, or array; directions and path derivatives (dA, d2A) too
    calls    what unnamed functions are here, by Python name: s, ds, d2s, E, dE, …
    paths    path name → (its parameter, τ ↦ (A, dA, d2A) at t + τ)
    short_steps  whether differences give derivatives here only where their steps are chosen for each
    """

    sizes: Mapping[str, int]
    values: Mapping[str, Any]
    calls: Mapping[str, Callable[..., Any]]
    paths: Mapping[str, tuple[str, smooth.PathFunction]]
    seed: tuple[int, ...]
    short_steps: bool = False
    _namespace: dict[str, Any] = field(default_factory=dict, compare=False)
    _drawn: dict[tuple[str, str], Any] = field(default_factory=dict, compare=False)

    @property
    def namespace(self) -> dict[str, Any]:
        """What emitted source needs, by Python name."""
        if not self._namespace:
            named = {**self.sizes, **self.values}
            self._namespace.update(NAMESPACE)
            self._namespace.update({identifier(name): value for name, value in named.items()}, **self.calls)
        return self._namespace

    def moved(self, moves: Mapping[str, Any], t: float) -> dict[str, Any]:
        """The namespace with each symbol of `moves` t times its direction further; a path follows its parameter."""
        out = dict(self.namespace)
        for name, along in moves.items():
            out[identifier(name)] = self.values[name] + t * along
            for path, (parameter, at) in self.paths.items():
                if parameter == name:
                    out.update(_path_names(path, at(t * along)))
        return out

    def random(self, *salt: str) -> np.random.Generator:
        """A generator of its own for whatever else is drawn at this point."""
        return np.random.default_rng([*self.seed, *name_seed("/".join(salt))])

    def direction(self, variable: Symbol, salt: str) -> Any:
        """A random direction of the variable, in its structure: the same for the same salt."""
        key = (variable.name, salt)
        if key not in self._drawn:
            self._drawn[key] = direction(variable.has, self.values[variable.name], self.random(variable.name, salt))
        return self._drawn[key]

    def nearby(self, symbols: Iterable[Symbol]) -> Point:
        """The point with each symbol moved a little in its structure: what is well conditioned hardly changes."""
        moved = {}
        for s in symbols:
            if "integer" not in s.has and s.of is None and s.count is None:
                moved[s.name] = self.values[s.name] + NEARBY * self.direction(s, "nearby")
        return self.with_values(moved)

    def with_values(self, values: Mapping[str, Any]) -> Point:
        """The point with other values of some symbols, or with values of further ones."""
        return Point(self.sizes, {**self.values, **values}, self.calls, self.paths, self.seed, self.short_steps)

    def with_symbols(self, symbols: Mapping[str, Symbol], along: Mapping[str, Symbol]) -> Point:
        """The point with random values for further symbols: `along` says of which variable one is a direction."""
        values: dict[str, Any] = {}
        for name, symbol in symbols.items():
            if name in self.values or not {n for d in symbol.dims for n in d.names} <= self.sizes.keys():
                continue
            rng = self.random(name)
            variable = along.get(name)
            if variable is not None and variable.name in self.values:
                values[name] = direction(variable.has, self.values[variable.name], rng)
            else:
                values[name] = draw(symbol.has, array_shape(symbol.dims, self.sizes), rng, Style(full=True))
        return self.with_values(values)


def _path_names(path: str, values: tuple[Any, Any, Any]) -> dict[str, Any]:
    return {identifier(prefix + path): value for prefix, value in zip(("", "d", "d2"), values, strict=True)}


def name_seed(text: str) -> tuple[int, int]:
    """Two numbers from a text, the same in every run."""
    digest = hashlib.sha256(text.encode()).digest()
    return int.from_bytes(digest[:4], "big"), int.from_bytes(digest[4:8], "big")


def points(
    problem: Problem, count: int = 3, extra_seed: int = 0, serves: Callable[[Point], None] | None = None
) -> list[Point]:
    """`count` points where the function and its derivative along a random direction are finite and well conditioned.

    extra_seed  draws other points of the same problem
    serves      raises Unevaluable for a point that does not serve for another reason
    DeriveError `no-point` when none is found.
    """
    names = Names(problem.let)
    if next(assignments(problem), None) is None:
        told = (*problem.sizes, *implied(problem.symbols.values()), *reached(problem))
        relations = dict.fromkeys(f"{r.left} {r.op} {r.right}" for r in told)
        large = any(bound.is_number and bound.value({}) > MOST_ROWS for r in told for bound in (r.left, r.right))
        columns = "orthonormal or independent columns are at most as many as rows" if implied(problem.symbols.values()) else None
        raise DeriveError(
            f"no sizes {'that can be checked ' if large else ''}satisfy {' and '.join(relations)} at once", code="sizes",
            where=problem.positions.get("sizes"), hint=f"the check draws arrays of at most {MOST_ROWS} rows" if large else columns,
        )
    code = compiled(problem.function, names)
    asked = demands((problem.function, *(d for _, d in problem.let)))

    def inside(point: Point) -> None:
        check(asked, names, point.namespace)

    kinked = any(has_kink(e) for e in (problem.function, *(d for _, d in problem.let)))
    with quiet():
        return [
            _first(problem, code, inside, serves, (*name_seed(problem.id), k, extra_seed), k % 2, kinked, k > 0)
            for k in range(count)
        ]


def has_kink(expr: Expr) -> bool:
    """Whether a comparison or a function with a corner stands in it."""
    return any(
        isinstance(n, Compare)
        or (isinstance(n, Call) and FUNCTIONS[n.name].kinks is not None)
        or (isinstance(n, Map) and isinstance(n.function, str) and FUNCTIONS[n.function].kinks is not None)
        for n in walk(expr)
    )


def _first(
    problem: Problem,
    code: CodeType,
    inside: Callable[[Point], None],
    serves: Callable[[Point], None] | None,
    seed: tuple[int, ...],
    shift: int,
    kinked: bool,
    further: bool,
) -> Point:
    spare: dict[str, Point] = {}
    left = {"flat": FLAT, "fair": FAIR}
    reason = "it has no value"
    for point in candidates(problem, seed, shift):
        try:
            inside(point)
            quality = _graded(problem, code, point, kinked)
            if serves is not None:
                serves(point)
        except Unevaluable as e:
            reason = str(e)
            continue
        if quality == "good" or (kinked and further and quality == "flat" and "stationary" not in problem.find):
            return point
        spare.setdefault(quality, point)
        if quality in left:
            left[quality] -= 1
            if not left[quality]:
                break
    if spare:
        best = spare.get("fair") or spare.get("flat") or spare["large"]
        return best if best is spare.get("flat") else replace(best, short_steps=True)
    raise DeriveError(
        f"no random point was found at which {problem.name} is defined and smooth (at the last one tried: {reason})",
        code="no-point",
        where=problem.positions.get("function"),
        hint="declare what the symbols must satisfy (positive, spd, invertible, unit, …), or relations under `sizes:`",
    )


def candidates(problem: Problem, seed: tuple[int, ...], shift: int) -> Iterator[Point]:
    """The likely ones first: a few choices of sizes with the first styles, then all choices with all styles.

    seed   of the problem; every point has a seed of its own that begins with it
    shift  begins with other sizes
    """
    for quick in (True, False):
        chosen = assignments(problem, shift=shift)
        for round_, sizes in enumerate(islice(chosen, QUICK) if quick else chosen):
            for s, style in enumerate(STYLES[:3] if quick else STYLES):
                for attempt in range(1 if quick or round_ >= 4 else TRIES):
                    yield draw_point(problem, sizes, style, (*seed, quick, round_, s, attempt))


_grades: tuple[Problem | None, dict[tuple[int, ...], str | Unevaluable]] = (None, {})
"""The problem whose points were looked at last, and what each was found to be, by its seed."""


def _graded(problem: Problem, code: CodeType, point: Point, kinked: bool) -> str:
    """The quality of a point, which is looked at once: answers are compared at the points at which lines are checked."""
    global _grades
    if _grades[0] is not problem:
        _grades = problem, {}
    known = _grades[1]
    if point.seed not in known:
        try:
            known[point.seed] = _quality(problem, code, point, kinked)
        except Unevaluable as e:
            known[point.seed] = e.with_traceback(None)
    found = known[point.seed]
    if isinstance(found, Unevaluable):
        raise found
    return found


def _quality(problem: Problem, code: CodeType, point: Point, kinked: bool) -> str:
    """good; fair, where only short steps give the derivative; flat, where it vanishes; large, where the values are.

    Unevaluable: it does not serve.
    """
    shape = array_shape(problem.function.shape, point.sizes)
    names = Names(problem.let)
    size = magnitude(largest(evaluate(code, point.namespace, shape)), problem.function, names, point.namespace, point.sizes)
    if size > LARGEST:
        raise Unevaluable("it is too large there")
    second = any(QUANTITIES[quantity].order == 2 for quantity in problem.find)
    ways = [_along(point, problem.wrt, problem.directions)]
    if kinked:  # along another direction a kink may be nearer
        ways.append({v.name: point.direction(v, "0") for v in problem.wrt})
        ways += [_along(point, problem.wrt, problem.second_directions)] if second else []
    def curve(moves: Mapping[str, Any]) -> Callable[[float], Array]:
        return lambda t: evaluate(code, point.moved(moves, t), shape)

    grades = {_grade(curve(moves), size, speed(moves), second) for moves in ways}
    return "large" if size > LARGE else next(grade for grade in ("fair", "flat", "good") if grade in grades)


def _along(point: Point, variables: Iterable[Symbol], directions: Iterable[Symbol]) -> dict[str, Any]:
    return {v.name: point.values[h.name] for v, h in zip(variables, directions, strict=False)}


def _grade(curve: Callable[[float], Array], size: float, fast: float, second: bool) -> str:
    """The quality of a point along one curve through it."""
    found = derivative(curve, speed=fast, attempts=1)
    plain = (8 * (curve(1e-3) - curve(-1e-3)) - (curve(2e-3) - curve(-2e-3))) / 12e-3
    long_steps = found.relative < RELIABLE and largest(plain - found.value) <= RELIABLE * largest(found.value)
    if not long_steps:
        found = derivative(curve, speed=fast)
    slope = largest(found.value)
    if slope > LARGE * max(1.0, size):
        raise Unevaluable("its derivative is too large there")
    if slope <= 1e-9 * max(size, 1e-9):
        return "flat"
    if found.error > RELIABLE * max(slope, 1e-3 * size):
        raise Unevaluable("its derivative is not well conditioned there")
    if long_steps and second:
        bend = derivative(curve, 2, fast, attempts=1)
        pairs = [curve(k * 1e-2) + curve(-k * 1e-2) for k in (1, 2, 3)]
        plain = (270 * pairs[0] - 27 * pairs[1] + 2 * pairs[2] - 490 * curve(0.0)) / 180e-4
        long_steps = max(bend.error, largest(plain - bend.value)) < WELL_BENT * max(largest(bend.value), 1e-4 * size)
    return "good" if long_steps else "fair"


def speed(moves: Mapping[str, Any]) -> float:
    """The length of a direction, of all variables together."""
    return float(np.sqrt(sum(np.sum(np.square(m)) for m in moves.values())))


def draw_point(problem: Problem, sizes: Mapping[str, int], style: Style, seed: tuple[int, ...]) -> Point:
    """A random point with these sizes, whether the function is defined there or not.

    DeriveError [size] for a symbol of too many entries.
    """
    rng = np.random.default_rng(seed)
    values: dict[str, Any] = {}
    paths: dict[str, tuple[str, smooth.PathFunction]] = {}
    for name, symbol in problem.symbols.items():
        shape = array_shape(symbol.dims, sizes)
        count = 1 if symbol.count is None else symbol.count.value(sizes)
        if prod(shape) * count > MOST_ENTRIES:
            raise DeriveError(
                f"{name} has {prod(shape) * count} entries with the sizes given, too large for the numeric check: the limit is {MOST_ENTRIES}",
                code="size", where=problem.positions.get("sizes") or problem.positions.get(f"symbols.{name}"),
            )
        values[name] = draw(symbol.has, shape, rng, style)
        if symbol.count is not None:
            values[name] = np.stack([draw(symbol.has, shape, rng, style) for _ in range(count)])
    for name, symbol in problem.symbols.items():
        if symbol.of is not None and symbol.order == 0:
            at = smooth.path(symbol.has, values[name], rng)
            paths[name] = (symbol.of, at)
            values.update({prefix + name: value for prefix, value in zip(("", "d", "d2"), at(0.0), strict=True)})
    for variables, along in ((problem.wrt, problem.directions), (problem.wrt, problem.second_directions)):
        for variable, h in zip(variables, along, strict=False):
            values[h.name] = direction(variable.has, values[variable.name], rng)
    calls: dict[str, Callable[..., Any]] = {}
    for name, unnamed in problem.unnamed.items():
        calls.update(_call_names(name, _realized(unnamed, sizes, rng)))
    return Point(dict(sizes), values, calls, paths, seed)


def _realized(unnamed: Unnamed, sizes: Mapping[str, int], rng: np.random.Generator) -> tuple[Callable[..., Any], ...]:
    return smooth.elementwise(rng) if unnamed.argument is None else smooth.function(unnamed, sizes, rng)


def _call_names(name: str, derivatives: tuple[Callable[..., Any], ...]) -> dict[str, Callable[..., Any]]:
    return {
        identifier(name if k == 0 else f"d{name}" if k == 1 else f"d{k}{name}"): f for k, f in enumerate(derivatives)
    }
