"""A problem at random points: the values that lines are held against, and its stationary points."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from math import prod
from typing import Any

import numpy as np

from derive.checking.evaluation import Unevaluable, evaluate
from derive.checking.random_arrays import STYLES, array_shape, inside, project
from derive.checking.sampling import Point, draw_point, points
from derive.expressions.functions import OF_MATRICES
from derive.expressions.nodes import Expr, Map, Symbol, Unnamed
from derive.expressions.sizes import is_row
from derive.expressions.spelling import UNICODE_GREEK
from derive.expressions.traverse import walk
from derive.language.problems.problem import Problem
from derive.notation.python.identifiers import identifier
from derive.notation.python.run import compiled, quiet
from derive.notation.python.source import Names
from derive.reviewing.evaluating.situation import Meanings, Situation
from derive.reviewing.evaluating.values import Array, Undefined, as_array
from derive.values import dataclass

POINTS = 3
MOST_UNKNOWNS = 30
MOST_MOVING = 60
STEP = 3e-4
ELSEWHERE = 9
"""The start from which the other symbols are moved as well, until the derivative vanishes."""
MATRIX_FUNCTIONS = frozenset(OF_MATRICES.values())


@dataclass(frozen=True)
class Ground:
    """The problem, and the points at which everything is held against it.

    k  the number of the random point, from 0
    """

    problem: Problem
    points: tuple[Point, ...]

    @classmethod
    def of(cls, problem: Problem, count: int = POINTS) -> Ground:
        """DeriveError [no-point] where the function is defined nowhere."""
        return cls(problem, tuple(points(problem, count)))

    @cached_property
    def in_numbers(self) -> Ground | None:
        """The same where the symbols have the numbers that the problem gives them; None where it gives none."""
        given = {**self.problem.options.data, **self.problem.options.at}
        values = {name: np.array(numbers, dtype=float) for name, numbers in given.items() if name in self.problem.symbols}
        sizes = dict(self.points[0].sizes)
        for name, value in values.items():
            for size, extent in zip(self.problem.symbols[name].dims, value.shape or (1,), strict=False):
                if str(size) in sizes:
                    sizes[str(size)] = extent
        if not values:
            return None
        point = draw_point(self.problem, sizes, STYLES[0], (1, 7))
        return Ground(self.problem, (point.with_values({n: v if v.ndim else float(v) for n, v in values.items()}),) * POINTS)

    # ------------------------------------------------------------------------------------------ names
    @cached_property
    def spoken(self) -> dict[str, str]:
        r"""What the reader calls each symbol: `mu` for μ, the letter of `latex: '\Phi'`."""
        out = {}
        for name, symbol in self.problem.symbols.items():
            own = (symbol.latex or "").strip().lstrip("\\")
            out[name] = own if own.isalpha() and symbol.latex else UNICODE_GREEK.get(name, name)
        return out

    @property
    def unnamed(self) -> dict[str, Unnamed]:
        """The functions without a formula, by what the reader calls them."""
        return {self._said(name): function for name, function in self.problem.unnamed.items()}

    def _calls(self, point: Point) -> dict[str, Callable[..., Any]]:
        """The examples of these functions at a point, and under dσ, d2σ their derivatives."""
        return {n.removesuffix(own) + self._said(own): call for n, call in point.calls.items() for own in self.problem.unnamed if n.endswith(own)}

    def _said(self, name: str) -> str:
        return self.spoken.get(name, UNICODE_GREEK.get(name, name))

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple(self.spoken[v.name] for v in self.problem.wrt)

    @property
    def size_names(self) -> frozenset[str]:
        return frozenset(self.points[0].sizes)

    @property
    def square(self) -> frozenset[str]:
        """The square matrices."""
        symbols = self.problem.symbols
        return frozenset(said for name, said in self.spoken.items() if symbols[name].dims[0] == symbols[name].dims[1] and not symbols[name].is_scalar)

    def symbol(self, spoken: str) -> Symbol:
        return next(self.problem.symbols[name] for name, said in self.spoken.items() if said == spoken)

    # ------------------------------------------------------------------------------------------ values
    def situation(self, k: int, meanings: Meanings, extra: Mapping[str, Array], moves: Mapping[str, Array]) -> Situation:
        """The values of all names at a point, as the text spells them.

        extra  values of further names, which go before the problem's
        moves  by name how the values move with t
        """
        point = self.points[k]
        values = {said: as_array(point.values[name]) for name, said in self.spoken.items()}
        for symbol, _ in self.problem.let:
            if symbol.name not in meanings.definitions:
                values.setdefault(symbol.name, self.evaluated(symbol, point))
        for name, said in self.spoken.items():
            if name in point.paths:
                values |= {f"{said}@dot": as_array(point.values[f"d{name}"]), f"{said}@ddot": as_array(point.values[f"d2{name}"])}
        return Situation(meanings, dict(point.sizes), {**values, **extra}, moves, self._calls(point))

    def paths(self, k: int) -> dict[str, tuple[str, Callable[[float], tuple[Array, Array, Array]]]]:
        """Path → (its parameter, the value of the parameter ↦ (A, dA, d2A))."""
        out: dict[str, tuple[str, Callable[[float], tuple[Array, Array, Array]]]] = {}
        for name, (parameter, at) in self.points[k].paths.items():
            start = float(self.points[k].values[parameter])

            def along(t: float, at: Callable[[float], Any] = at, start: float = start) -> tuple[Array, Array, Array]:
                a, b, c = at(t - start)
                return as_array(a), as_array(b), as_array(c)

            out[self.spoken[name]] = (self.spoken[parameter], along)
        return out

    def evaluated(self, expr: Expr, point: Point) -> Array:
        """The value of an expression of the problem at a point.  Undefined where it has none."""
        code = compiled(expr, Names(self.problem.let))
        shape = array_shape(expr.shape, point.sizes)
        try:
            with quiet():
                return self._upright(evaluate(code, point.namespace, shape), expr)
        except Unevaluable as error:
            raise Undefined(f"{self.problem.name} has no value there: {error}") from None

    def _upright(self, value: Array, expr: Expr) -> Array:
        a = as_array(value)
        return a.T if value.ndim == 1 and is_row(expr.shape) else a

    def metric(self, k: int) -> Array | None:
        """The matrix of the inner product that the problem gives."""
        given = self.problem.inner_product
        return None if given is None else self.evaluated(given, self.points[k])

    def function(self, k: int) -> Callable[[Mapping[str, Array]], Array]:
        """f of the values of the symbols, at the sizes of a point."""
        point = self.points[k]
        expr = self.problem.function
        code = compiled(expr, Names(self.problem.let))
        result = array_shape(expr.shape, point.sizes)
        shapes = [(identifier(name), self.spoken[name], array_shape(symbol.dims, point.sizes), prod(array_shape(symbol.dims, point.sizes)))
                  for name, symbol in self.problem.symbols.items() if name in self._used]
        base = dict(point.namespace)
        paths = self.paths(k)

        def at(values: Mapping[str, Array]) -> Array:
            namespace = dict(base)
            for name, said, shape, size in shapes:
                a = paths[said][1](float(values[paths[said][0]][0, 0]))[0] if said in paths and f"{said}@free" not in values else values[said]
                if a.size != size:
                    raise Undefined(f"{said} has another shape")
                namespace[name] = a.reshape(shape) if shape else float(a[0, 0])
            try:
                return self._upright(evaluate(code, namespace, result), expr)
            except Unevaluable as error:
                raise Undefined(f"{self.problem.name} has no value there: {error}") from None

        return at

    @cached_property
    def _used(self) -> frozenset[str]:
        """The symbols that the function holds, by itself or through `let`."""
        return self.problem.function.free.union(*(d.free for _, d in self.problem.let))

    def bases(self, k: int) -> dict[str, tuple[Array, ...]]:
        """Of each symbol the directions of its entries in its structure, column by column."""
        out = {}
        point = self.points[k]
        for name, symbol in self.problem.symbols.items():
            value = np.asarray(point.values[name], dtype=float)
            a = as_array(value)
            basis = []
            for unit in np.eye(a.size):
                e = unit.reshape(a.shape, order="F")
                structured = project(symbol.has, value, e.reshape(value.shape)) if value.ndim and symbol in self.problem.wrt else e
                basis.append(as_array(structured) if value.ndim else e)
            out[self.spoken[name]] = tuple(basis)
        return out

    def tangents(self, variable: str, value: Array, at: Situation) -> tuple[Array, ...]:
        """The directions of a variable at another value of it: on a curved set those that are tangent there."""
        has = self.symbol(variable).has
        if not has & {"unit", "orthogonal", "stiefel"}:
            return at.meanings.bases[variable]
        shape = (value.size,) if value.shape[1] == 1 else value.shape
        units = [unit.reshape(value.shape, order="F") for unit in np.eye(value.size)]
        return tuple(as_array(project(has, value.reshape(shape), unit.reshape(shape))) for unit in units)

    def moves(self, k: int, salt: str = "d") -> dict[str, Array]:
        point = self.points[k]
        return {self.spoken[v.name]: as_array(point.direction(v, salt)) for v in self.problem.wrt}

    def direction(self, k: int, variable: str, salt: str) -> Array:
        """A random direction of a variable in its structure.

        salt  draws another one at the same point
        """
        return as_array(self.points[k].direction(self.symbol(variable), salt))

    @property
    def matrix_functions(self) -> bool:
        """Whether exp, log of a square matrix are meant as functions of the matrix."""
        nodes = [n for e in (self.problem.function, *(d for _, d in self.problem.let)) for n in walk(e)]
        return not any(isinstance(n, Map) and n.function in ("exp", "log", "sqrt") and not n.is_scalar and n.shape[0] == n.shape[1]
                       for n in nodes)

    # ------------------------------------------------------------------------------------------ stationary points
    def stationary(self, situation: Situation, k: int, variables: tuple[str, ...], start: int) -> tuple[Situation | None, bool]:
        """A point at which the derivative by these variables vanishes, by Newton's method on differences from one of several
        starts; and whether the derivative is linear, so that other starts give no other.

        start  which of the starts, from 0
        """
        if not self.problem.function.is_scalar:
            return None, True
        bases = situation.meanings.bases
        directions = [(v, b) for v in variables for b in independent(self._tangent(v, situation))]
        if not directions or len(directions) > MOST_UNKNOWNS:
            return None, True
        if start != ELSEWHERE:
            return self._newton(self._start(situation, k, variables, start), directions, directions)
        moving = [(v, b) for v in self.spoken.values() if v in bases and self._free(v) for b in independent(bases[v])]
        if not moving or len(moving) > MOST_MOVING:
            return None, False
        return self._newton(situation, directions, moving)

    def _free(self, name: str) -> bool:
        """Whether a symbol may be moved by itself: no whole number, on no curved set."""
        symbol = self.symbol(name)
        return name not in self.paths(0) and symbol.name in self._used and not symbol.has & {"unit", "orthogonal", "stiefel", "integer"}

    def _tangent(self, variable: str, at: Situation) -> tuple[Array, ...]:
        return self.tangents(variable, at.values[variable], at)

    def _start(self, situation: Situation, k: int, variables: tuple[str, ...], start: int) -> Situation:
        if not start:
            return situation
        moves = self.moves(k, f"start {start}")
        return situation.with_values({v: situation.values[v] + (1.5 if start % 2 else -2.0) * moves[v] for v in variables})

    def _newton(self, at: Situation, directions: list[tuple[str, Array]], moving: list[tuple[str, Array]]) -> tuple[Situation | None, bool]:
        """The derivative along `directions` made 0 by steps along `moving`, the shortest ones where there are more of these."""
        function = at.meanings.function

        def value(values: Mapping[str, Array]) -> float:
            return float(function(values)[0, 0])

        def moved(values: Mapping[str, Array], *steps: tuple[int, float], along: list[tuple[str, Array]] = moving) -> dict[str, Array]:
            out = dict(values)
            for i, t in steps:
                v, b = along[i]
                out[v] = out[v] + t * b
            return out

        def gradient(values: Mapping[str, Array]) -> Array:
            h = STEP
            along = [[value(moved(values, (i, k * h), along=directions)) for k in (1, -1, 2, -2)] for i in range(len(directions))]
            return np.array([(8 * (a - b) - (c - d)) / (12 * h) for a, b, c, d in along])

        def hessian(values: Mapping[str, Array]) -> Array:
            h = 2e-3
            if moving is not directions:
                return np.array([(gradient(moved(values, (j, h))) - gradient(moved(values, (j, -h)))) / (2 * h) for j in range(len(moving))]).T
            out = np.zeros((len(directions),) * 2)
            for i in range(len(directions)):
                for j in range(i + 1):
                    corners = [s * t * value(moved(values, (i, s * h), (j, t * h))) for s in (1, -1) for t in (1, -1)]
                    out[i, j] = out[j, i] = sum(corners) / (4 * h * h)
            return out

        values: Mapping[str, Array] = at.values
        try:
            g = gradient(values)
            size = max(float(np.max(np.abs(g))), 1.0)
            for count in range(25 if moving is directions else 12):
                if float(np.max(np.abs(g))) <= 1e-8 * size:
                    lengths = [(float(np.linalg.norm(values[v])), float(np.linalg.norm(at.values[v]))) for v, _ in moving]
                    near = all(0.02 * before < now < 50 * before for now, before in lengths)
                    found = at.with_values(dict(values)) if near and self._inside(values, moving) else None
                    return found, count <= 2
                step = np.linalg.lstsq(hessian(values), -g, rcond=1e-7)[0]
                length = 1.0
                while length > 1e-3:
                    there = moved(values, *((i, length * float(t)) for i, t in enumerate(step)))
                    try:
                        new = gradient(there) if self._inside(there, moving) else None
                    except Undefined:
                        new = None
                    if new is not None and np.linalg.norm(new) < (1 - 0.1 * length) * np.linalg.norm(g):
                        values, g = there, new
                        break
                    length /= 2
                else:
                    break
        except (Undefined, np.linalg.LinAlgError):
            pass
        return (self._squares(at, directions, gradient, moved) if moving is directions else None), False

    def _squares(self, at: Situation, directions: list[tuple[str, Array]], gradient: Callable[[Mapping[str, Array]], Array],
                 moved: Callable[..., dict[str, Array]]) -> Situation | None:
        """The same by least squares of the gradient times the length of the point, where Newton's steps lead nowhere."""
        import scipy.optimize

        if len(directions) > 12:
            return None

        def length(values: Mapping[str, Array]) -> float:
            return float(np.sqrt(sum(np.sum(values[v] ** 2) for v in {v for v, _ in directions})))

        def values_at(z: Array) -> dict[str, Array]:
            return moved(at.values, *((i, float(t)) for i, t in enumerate(z)))

        def slopes(z: Array) -> Array:
            values = values_at(z)
            return np.asarray(gradient(values) * length(values))

        try:
            base = float(np.max(np.abs(slopes(np.zeros(len(directions))))))
            found = scipy.optimize.root(slopes, np.zeros(len(directions)), method="lm", options={"xtol": 1e-12, "maxiter": 150})
            values = values_at(found.x)
            near = 1e-3 < length(values) / max(length(at.values), 1e-9) < 1e3
            if near and self._inside(values, directions) and float(np.max(np.abs(slopes(found.x)))) <= 1e-7 * base:
                return at.with_values(values)
        except (Undefined, ValueError):
            pass
        return None

    def _inside(self, values: Mapping[str, Array], directions: list[tuple[str, Array]]) -> bool:
        for v in {v for v, _ in directions}:
            a = values[v]
            has = self.symbol(v).has
            flat: Any = float(a[0, 0]) if a.size == 1 else a
            if not inside(has, flat):
                return False
        return True


def independent(basis: tuple[Array, ...]) -> list[Array]:
    """Directions of a basis without those that others give."""
    out: list[Array] = []
    for b in basis:
        if not np.any(b):
            continue
        stack = np.array([np.ravel(x) for x in (*out, b)])
        if np.linalg.matrix_rank(stack) == len(stack):
            out.append(b)
    return out


