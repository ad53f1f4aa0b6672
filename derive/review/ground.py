"""A problem at random points: the values that lines are held against, and its stationary points."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from derive.checking.evaluation import Unevaluable, compiled, evaluate, quiet
from derive.checking.random_arrays import array_shape, inside, project
from derive.checking.sampling import Point, points
from derive.errors import DeriveError
from derive.expressions.nodes import Expr, Map, Symbol
from derive.expressions.spelling import UNICODE_GREEK
from derive.expressions.traverse import walk
from derive.language.problems.problem import Problem
from derive.notation.python.identifiers import identifier
from derive.notation.python.source import Names
from derive.review.differences import slope
from derive.review.situation import Meanings, Situation
from derive.review.values import Array, Undefined, as_array

POINTS = 3
MATRIX_FUNCTIONS = frozenset(("expm", "logm", "sqrtm"))


@dataclass(frozen=True)
class Ground:
    """The problem, and the points at which everything is held against it."""

    problem: Problem
    points: tuple[Point, ...]

    @classmethod
    def of(cls, problem: Problem, count: int = POINTS) -> Ground:
        """DeriveError [no-point] where the function is defined nowhere."""
        return cls(problem, tuple(points(problem, count)))

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
    def variables(self) -> tuple[str, ...]:
        return tuple(self.spoken[v.name] for v in self.problem.wrt)

    @property
    def size_names(self) -> frozenset[str]:
        return frozenset(self.points[0].sizes)

    def symbol(self, spoken: str) -> Symbol:
        return next(self.problem.symbols[name] for name, said in self.spoken.items() if said == spoken)

    # ------------------------------------------------------------------------------------------ values
    def situation(self, k: int, meanings: Meanings, extra: Mapping[str, Array], moves: Mapping[str, Array]) -> Situation:
        point = self.points[k]
        values = {said: as_array(point.values[name]) for name, said in self.spoken.items()}
        for symbol, _ in self.problem.let:
            values.setdefault(symbol.name, self.evaluated(symbol, point))
        return Situation(meanings, dict(point.sizes), {**values, **extra}, moves, point.calls)

    def evaluated(self, expr: Expr, point: Point, namespace: dict[str, Any] | None = None) -> Array:
        code = compiled(expr, Names(self.problem.let))
        shape = array_shape(expr.shape, point.sizes)
        try:
            with quiet():
                value = evaluate(code, point.namespace if namespace is None else namespace, shape)
        except Unevaluable as error:
            raise Undefined(f"{self.problem.name} has no value there: {error}") from None
        return as_array(value) if not (len(shape) == 1 and expr.shape[0].is_number and str(expr.shape[0]) == "1") else as_array(value).T

    def function(self, k: int) -> Callable[[Mapping[str, Array]], Array]:
        """f of the values of the symbols, at the sizes of a point."""
        point = self.points[k]
        shapes = {name: array_shape(symbol.dims, point.sizes) for name, symbol in self.problem.symbols.items()}

        def at(values: Mapping[str, Array]) -> Array:
            namespace = dict(point.namespace)
            for name, shape in shapes.items():
                a = values[self.spoken[name]]
                namespace[identifier(name)] = float(a[0, 0]) if not shape else a.reshape(shape)
            return self.evaluated(self.problem.function, point, namespace)

        return at

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

    def moves(self, k: int, salt: str = "d") -> dict[str, Array]:
        point = self.points[k]
        return {self.spoken[v.name]: as_array(point.direction(v, salt)) for v in self.problem.wrt}

    def direction(self, k: int, variable: str, salt: str) -> Array:
        return as_array(self.points[k].direction(self.symbol(variable), salt))

    @property
    def matrix_functions(self) -> bool:
        """Whether exp, log of a square matrix are meant as functions of the matrix."""
        nodes = [n for e in (self.problem.function, *(d for _, d in self.problem.let)) for n in walk(e)]
        return not any(isinstance(n, Map) and n.function in ("exp", "log", "sqrt") and not n.is_scalar and n.shape[0] == n.shape[1]
                       for n in nodes)

    # ------------------------------------------------------------------------------------------ stationary points
    def stationary(self, situation: Situation, k: int, variables: tuple[str, ...], starts: int = 3) -> list[Situation]:
        """Points near at which the derivative by these variables vanishes, by Newton's method on differences."""
        found: list[Situation] = []
        if not self.problem.function.is_scalar:
            return found
        bases = situation.meanings.bases
        directions = [(v, b) for v in variables for b in independent(bases[v])]
        if not directions or len(directions) > 40:
            return found
        for start in range(starts):
            there = self._newton(self._start(situation, k, variables, start), directions, k)
            if there is None:
                continue
            if not any(all(np.allclose(there.values[v], other.values[v], rtol=1e-5, atol=1e-6) for v in variables) for other in found):
                found.append(there)
        return found

    def _start(self, situation: Situation, k: int, variables: tuple[str, ...], start: int) -> Situation:
        if not start:
            return situation
        moves = self.moves(k, f"start {start}")
        return situation.with_values({v: situation.values[v] + (1.5 if start % 2 else -2.0) * moves[v] for v in variables})

    def _newton(self, at: Situation, directions: list[tuple[str, Array]], k: int) -> Situation | None:
        function = at.meanings.function

        def gradient(there: Situation) -> Array:
            return np.array([slope(lambda t, v=v, b=b: function({**there.values, v: there.values[v] + t * b}))[0, 0]  # type: ignore[misc]
                             for v, b in directions])

        def shifted(there: Situation, z: Array) -> Situation:
            values = dict(there.values)
            for (v, b), step in zip(directions, z, strict=True):
                values[v] = values[v] + step * b
            return there.with_values(values)

        try:
            g = gradient(at)
            size = max(float(np.max(np.abs(g))), 1e-12)
            for _ in range(40):
                if float(np.max(np.abs(g))) <= 1e-8 * max(size, 1.0):
                    return at if self._inside(at, directions) else None
                h = 1e-4
                columns = [(gradient(shifted(at, h * e)) - gradient(shifted(at, -h * e))) / (2 * h) for e in np.eye(len(directions))]
                step = np.linalg.lstsq(np.array(columns).T, -g, rcond=1e-9)[0]
                at, g = self._damped(at, g, step, gradient, shifted, directions)
        except (Undefined, np.linalg.LinAlgError):
            return None
        return None

    def _damped(self, at: Situation, g: Array, step: Array, gradient: Callable[[Situation], Array],
                shifted: Callable[[Situation, Array], Situation], directions: list[tuple[str, Array]]) -> tuple[Situation, Array]:
        length = 1.0
        for _ in range(12):
            try:
                there = shifted(at, length * step)
                if self._inside(there, directions):
                    new = gradient(there)
                    if np.linalg.norm(new) < (1 - 0.1 * length) * np.linalg.norm(g) or length < 1e-3:
                        return there, new
            except Undefined:
                pass
            length /= 2
        raise Undefined("no stationary point was found")

    def _inside(self, at: Situation, directions: list[tuple[str, Array]]) -> bool:
        for v in {v for v, _ in directions}:
            a = at.values[v]
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


