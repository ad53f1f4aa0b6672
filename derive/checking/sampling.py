"""Random points at which a problem's function is smooth: sizes, values with the declared properties, directions.

Points are reproducible: the seed is a hash of the problem's id.  Directions lie in the structure of their variable.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import CodeType
from typing import Any

import numpy as np

from derive.checking import smooth
from derive.checking.evaluation import Unevaluable, compiled, derivative, evaluate, largest, quiet
from derive.checking.sizing import assignments
from derive.checking.structures import STYLES, Style, array_shape, direction, draw
from derive.errors import DeriveError
from derive.language.functions import FUNCTIONS
from derive.language.nodes import Call, Compare, Expr, Map, Symbol, Unnamed, walk
from derive.language.problem import Problem
from derive.notation.identifiers import identifier
from derive.notation.numpy_source import Names

RELIABLE = 1e-7
"""The relative error that the difference quotient may have at a point."""
LARGE = 1e7
FLAT = 12
"""Points with a vanishing derivative after which one is taken for want of a better."""
TRIES = 3
"""Draws for each style of entries and each choice of sizes."""


@dataclass(frozen=True)
class Point:
    """One random point.

    sizes    by size name
    values   by symbol: float, int, or array; directions and path derivatives (dA, d2A) too
    calls    what unnamed functions are here, by Python name: s, ds, d2s, E, dE, …
    paths    path name → (its parameter, τ ↦ (A, dA, d2A) at t + τ)
    """

    sizes: Mapping[str, int]
    values: Mapping[str, Any]
    calls: Mapping[str, Callable[..., Any]]
    paths: Mapping[str, tuple[str, smooth.PathFunction]]
    seed: tuple[int, ...]
    _namespace: dict[str, Any] = field(default_factory=dict, compare=False)
    _drawn: dict[tuple[str, str], Any] = field(default_factory=dict, compare=False)

    @property
    def namespace(self) -> dict[str, Any]:
        """What emitted source needs, by Python name."""
        if not self._namespace:
            named = {**self.sizes, **self.values}
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
        return np.random.default_rng([*self.seed, *_hash("/".join(salt))])

    def direction(self, variable: Symbol, salt: str) -> Any:
        """A random direction of the variable, in its structure: the same for the same salt."""
        key = (variable.name, salt)
        if key not in self._drawn:
            self._drawn[key] = direction(variable.has, self.values[variable.name], self.random(variable.name, salt))
        return self._drawn[key]

    def with_values(self, values: Mapping[str, Any]) -> Point:
        """The point with other values of some symbols, or with values of further ones."""
        return Point(self.sizes, {**self.values, **values}, self.calls, self.paths, self.seed)

    def with_symbols(self, symbols: Mapping[str, Symbol], along: Mapping[str, Symbol]) -> Point:
        """The point with random values for further symbols: `along` says of which variable one is a direction."""
        values: dict[str, Any] = {}
        for name, symbol in symbols.items():
            if name in self.values:
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


def _hash(text: str) -> tuple[int, int]:
    digest = hashlib.sha256(text.encode()).digest()
    return int.from_bytes(digest[:4], "big"), int.from_bytes(digest[4:8], "big")


def points(
    problem: Problem, count: int = 3, extra_seed: int = 0, serves: Callable[[Point], None] | None = None
) -> list[Point]:
    """`count` points where the function and its derivative along a random direction are finite and well conditioned.

    serves  raises Unevaluable for a point that does not serve for another reason
    DeriveError `no-point` when none is found.
    """
    code = compiled(problem.function, Names(problem.let))
    kinked = any(_has_kink(e) for e in (problem.function, *(d for _, d in problem.let)))
    with quiet():
        return [
            _first(problem, code, serves, (*_hash(problem.id), k, extra_seed), k % 2, kinked and k > 0)
            for k in range(count)
        ]


def _has_kink(expr: Expr) -> bool:
    return any(
        isinstance(n, Compare)
        or (isinstance(n, Call) and FUNCTIONS[n.name].kinks is not None)
        or (isinstance(n, Map) and isinstance(n.function, str) and FUNCTIONS[n.function].kinks is not None)
        for n in walk(expr)
    )


def _first(
    problem: Problem,
    code: CodeType,
    serves: Callable[[Point], None] | None,
    seed: tuple[int, ...],
    shift: int,
    zero_is_fine: bool,
) -> Point:
    fallback: Point | None = None
    flat = 0
    reason = "it has no value"
    for point in _candidates(problem, seed, shift):
        try:
            quality = _quality(problem, code, point)
            if serves is not None:
                serves(point)
        except Unevaluable as e:
            reason = str(e)
            continue
        if quality == "good" or (zero_is_fine and quality == "flat"):
            return point
        fallback, flat = fallback or point, flat + 1
        if flat == FLAT:
            break
    if fallback is not None:
        return fallback
    raise DeriveError(
        f"no random point was found at which {problem.name} is defined and smooth (at the last one tried: {reason})",
        code="no-point",
        where=problem.positions.get("function"),
        hint="declare what the symbols must satisfy (positive, spd, invertible, unit, …), or relations under `sizes:`",
    )


def _candidates(problem: Problem, seed: tuple[int, ...], shift: int) -> Iterator[Point]:
    for round_, sizes in enumerate(assignments(problem, shift=shift)):
        for s, style in enumerate(STYLES):
            for attempt in range(TRIES if round_ < 4 else 1):
                yield draw_point(problem, sizes, style, (*seed, round_, s, attempt))


def _quality(problem: Problem, code: CodeType, point: Point) -> str:
    """good, flat (the derivative vanishes there); Unevaluable when the point does not serve."""
    shape = array_shape(problem.function.shape, point.sizes)
    value = evaluate(code, point.namespace, shape)
    size = largest(value)
    if size > LARGE:
        raise Unevaluable("it is too large there")
    moves = {v.name: point.direction(v, "0") for v in problem.wrt}
    found = derivative(lambda t: evaluate(code, point.moved(moves, t), shape), speed=speed(moves))
    slope = largest(found.value)
    if slope > LARGE * max(1.0, size):
        raise Unevaluable("its derivative is too large there")
    if slope <= 1e-9 * max(size, 1e-9):
        return "flat"
    if found.error > RELIABLE * max(slope, 1e-3 * size):
        raise Unevaluable("its derivative is not well conditioned there")
    return "good"


def speed(moves: Mapping[str, Any]) -> float:
    """The length of a direction, of all variables together."""
    return float(np.sqrt(sum(np.sum(np.square(m)) for m in moves.values())))


def draw_point(problem: Problem, sizes: Mapping[str, int], style: Style, seed: tuple[int, ...]) -> Point:
    """A random point with these sizes, whether the function is defined there or not."""
    rng = np.random.default_rng(seed)
    values: dict[str, Any] = {}
    paths: dict[str, tuple[str, smooth.PathFunction]] = {}
    for name, symbol in problem.symbols.items():
        values[name] = draw(symbol.has, array_shape(symbol.dims, sizes), rng, style)
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
