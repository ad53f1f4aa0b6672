"""What a line may state about a function, in numbers: derivatives of what the user wrote, by differences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field, replace
from math import factorial
from typing import Any

import numpy as np

from derive.checking import intermediates
from derive.checking.evaluation import Estimate, Unevaluable, derivative, evaluate, largest, magnitude
from derive.checking.intermediates import stepwise
from derive.checking.random_arrays import Array, array_shape, project
from derive.checking.sampling import Point, speed
from derive.expressions.nodes import Expr, Symbol
from derive.notation.python.run import compiled
from derive.notation.python.source import Names
from derive.values import dataclass

FIRST = 1e-6
"""Relative tolerance of a first derivative."""
SECOND = 1e-4
"""Of a second one at most: 20 times the estimated error of the difference, and at least FIRST."""
CANCELLED = 1e-3
"""Of the terms of a product: a sum of them below 1e-7 of that is held against it, not against itself."""
DIRECTIONS = 3
"""Random directions of the structure along which a gradient, a Jacobian, a Hessian is tested."""

Moves = dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """How far a stated value is from the true one, relative to it, and how far it may be; what is `wrong` beyond that."""

    error: float
    tolerance: float
    against: str
    wrong: str = ""

    @property
    def passed(self) -> bool:
        return self.error <= self.tolerance

    def at_best(self, tolerance: float) -> Outcome:
        """The same of a value that is rounded: no nearer than that tolerance is asked."""
        return replace(self, tolerance=max(self.tolerance, tolerance))

    def and_(self, other: Outcome) -> Outcome:
        """The worse of two."""
        return max(self, other, key=lambda o: o.error / o.tolerance if o.error == o.error else np.inf)


def refused(wrong: str) -> Outcome:
    """The outcome of a value that is not even comparable."""
    return Outcome(float("inf"), FIRST, "", wrong)


@dataclass(frozen=True)
class Function:
    """A function of the symbols near one point.  `variables` may be names of `let`: they then move by themselves."""

    expr: Expr
    names: Names
    point: Point
    variables: tuple[Symbol, ...]
    _cache: dict[Any, Estimate] = field(default_factory=dict)

    @property
    def shape(self) -> tuple[int, ...]:
        return array_shape(self.expr.shape, self.point.sizes)

    @property
    def code(self) -> Any:
        free = {v.name for v in self.variables}
        moved_names = tuple((s, e) for s, e in self.names.let if s.name not in free)
        return compiled(self.expr, self.names if len(moved_names) == len(self.names.let) else Names(moved_names))

    def curve(self, moves: Moves) -> Callable[[float], Array]:
        """t ↦ f(X + tH)."""
        if stepwise(self.names) and not self.expr.pending:
            fixed = frozenset(v.name for v in self.variables)
            return intermediates.curve(self.expr, self.names, self.point, fixed, moves, self.shape)
        code, shape, point = self.code, self.shape, self.point
        return lambda t: evaluate(code, point.moved(moves, t), shape)

    def value(self) -> Estimate:
        return self._once("value", lambda: Estimate(self.curve({})(0.0), 0.0))

    def size(self) -> float:
        """The largest entry of the value, the scale of what may be rounding.

        Of a function that is 0 here but for rounding, and so everywhere (x'Kx with a skew K), that of its terms.
        """
        own = largest(self.value().value)
        return own if stepwise(self.names) else magnitude(own, self.expr, self.names, self.point.namespace, self.point.sizes)

    def along(self, moves: Moves, order: int = 1) -> Estimate:
        """The order-th derivative of t ↦ f(X + tH) at 0."""
        if order == 0:
            return self.value()
        enough = 1e-9 if order == 1 else 1e-8
        return self._once((order, _key(moves)), lambda: derivative(self.curve(moves), order, speed(moves), enough))

    def second(self, h: Moves, k: Moves) -> Estimate:
        """D²f[H, K] by polarization, (q(H + K) - q(H - K)) / 4 with q(H) = D²f[H, H]."""
        if _key(h) == _key(k):
            return self.along(h, 2)
        plus = {name: h.get(name, 0.0) + k.get(name, 0.0) for name in {**h, **k}}
        minus = {name: h.get(name, 0.0) - k.get(name, 0.0) for name in {**h, **k}}
        return self.along(plus, 2).combined(self.along(minus, 2), 0.25, -0.25)

    def taylor(self, moves: Moves, order: int) -> Estimate:
        """f + Df[H] + ½ D²f[H, H] + …"""
        out = self.value()
        for k in range(1, order + 1):
            out = out.combined(self.along(moves, k), 1.0, 1.0 / factorial(k))
        return out

    def gradient(self, variable: Symbol) -> Array:
        """The dense gradient by one variable, entry by entry, projected onto the structure."""
        at = np.asarray(self.point.values[variable.name], dtype=float)
        out = np.zeros(at.shape)
        for index in np.ndindex(at.shape):
            unit = np.zeros(at.shape)
            unit[index] = 1.0
            out[index] = float(self.along({variable.name: unit if at.ndim else 1.0}).value)
        return np.asarray(project(variable.has, at, out))

    def _once(self, key: Any, compute: Callable[[], Estimate]) -> Estimate:
        if key not in self._cache:
            self._cache[key] = compute()
        return self._cache[key]


def _key(moves: Moves) -> tuple[tuple[str, bytes], ...]:
    return tuple(sorted((name, np.asarray(value, dtype=float).tobytes()) for name, value in moves.items()))


def random_moves(point: Point, variables: tuple[Symbol, ...], salt: int | str) -> dict[str, Any]:
    """A random direction of all variables together, in their structures.

    salt  draws other directions at the same point
    """
    return {v.name: point.direction(v, str(salt)) for v in variables}


def compare(got: Array, want: Estimate, size: float, order: int, against: str) -> Outcome:
    """The largest difference relative to the largest entry of the true value.

    order    of the derivative: a second one is known less exactly
    against  what the value is compared with, in words
    Unevaluable where the difference quotient is not known well enough.

    A true value below 1e-4 of `size`, the size of the function, is compared on that scale: less is rounding.
    """
    if np.shape(got) != np.shape(want.value):
        return refused(f"its shape is {np.shape(got)} where it should be {np.shape(want.value)}")
    scale = max(largest(want.value), 1e-4 * size, 1e-30)
    error = largest(got - want.value) / scale
    doubt = want.error / scale
    tolerance = min(max(FIRST, 20 * doubt), FIRST if order < 2 else SECOND)
    if doubt > tolerance:
        raise Unevaluable(f"the difference quotient is known to {doubt:.0e} only")
    return Outcome(error, tolerance, against)


def check_value(function: Function, got: Array) -> Outcome:
    """The value of the function."""
    return compare(got, function.value(), 0.0, 0, "the function")


def check_derivative(function: Function, got: Array, moves: Moves) -> Outcome:
    """Df[H], H by `moves`."""
    return compare(got, function.along(moves), function.size(), 1, "difference quotient")


def check_second(function: Function, got: Array, h: Moves, k: Moves) -> Outcome:
    """D²f[H, K].

    h, k  a direction of each variable, by name
    """
    return compare(got, function.second(h, k), function.size(), 2, "second difference")


def check_taylor(function: Function, got: Array, moves: Moves, order: int) -> Outcome:
    """The Taylor polynomial of that order at X + H, H by `moves`."""
    return compare(got, function.taylor(moves, order), function.size(), order, f"differences to order {order}")


def check_gradient(function: Function, got: Array, variable: Symbol, metric: Array | None = None) -> Outcome:
    """⟨G, E⟩ = Df[E] for random E of the structure, and G itself in the structure; ⟨x, y⟩ = x'My with a metric M."""
    at = function.point.values[variable.name]
    if np.shape(got) != np.shape(at):
        return refused(f"its shape is not that of {variable.name}")
    dual = got if metric is None else metric @ got
    tests = [random_moves(function.point, (variable,), k) for k in range(DIRECTIONS)]
    outcome = _pairings(
        [np.sum(dual * e[variable.name]) for e in tests], [function.along(e) for e in tests], function.size(), 1,
        "difference quotients",
    )
    return outcome if metric is not None else outcome.and_(_membership(variable, at, got, function.size()))


def _membership(variable: Symbol, at: Any, got: Array, function: float) -> Outcome:
    """Whether a gradient lies in the structure of its variable; below 1e-6 of the function's size it is rounding of 0."""
    off = np.asarray(project(variable.has, at, got) - got)
    size = max(largest(got), 1e-6 * function, 1e-30)
    error = largest(off) / size
    return Outcome(error, FIRST, "the structure", f"it does not lie in the structure of {variable.name}" * (error > FIRST))


def _pairings(got: list[Any], want: list[Estimate], size: float, order: int, against: str) -> Outcome:
    values = Estimate(np.array([w.value for w in want]), max(w.error for w in want))
    return compare(np.array(got), values, size, order, against)


def vec(value: Any) -> Array:
    """The columns stacked."""
    return np.asarray(value, dtype=float).reshape(-1, order="F")


def check_jacobian(function: Function, got: Array, variables: tuple[Symbol, ...], transposed: bool) -> Outcome:
    """J vec(E) = vec(Df[E]) for random E of the structure: a row an entry of f, columns stacked on both sides.

    got         p×q for p entries of f and q of the variables together
    variables   in the order of the columns
    transposed  whether it is stated q×p (denominator layout)
    """
    point = function.point
    rows = int(np.prod(function.shape, dtype=int))
    columns = sum(int(np.size(point.values[v.name])) for v in variables)
    stacked = np.asarray(got, dtype=float)
    if rows == 1 and len(variables) == 1 and np.shape(got) == np.shape(point.values[variables[0].name]):
        stacked = vec(got)
    if stacked.size != rows * columns:
        return refused(f"it is not a matrix of {rows}×{columns}")
    expected = (columns, rows) if transposed else (rows, columns)
    if stacked.ndim == 2 and stacked.shape != expected:
        return refused(f"it is not a matrix of {expected[0]}×{expected[1]}")
    matrix = stacked.T if transposed and stacked.ndim == 2 else stacked.reshape(rows, columns)
    outcome: Outcome | None = None
    for k in range(DIRECTIONS):
        e = random_moves(point, variables, k)
        want = function.along(e)
        flat = Estimate(vec(want.value), want.error)
        stack = np.concatenate([vec(e[v.name]) for v in variables])
        terms = largest(matrix) * largest(stack) if matrix.size else 0.0  # which may cancel, where the function is constant
        one = compare(matrix @ stack, flat, max(function.size(), CANCELLED * terms), 1, "difference quotients")
        outcome = one if outcome is None else outcome.and_(one)
    assert outcome is not None
    return outcome


def check_partials(function: Function, got: Array, variable: Symbol) -> Outcome:
    """The array of ∂f_ij/∂X_pq, the indices of f first: summed against E it is Df[E] for random E of the structure.

    got       of the shape of f with that of the variable behind it
    variable  by whose entries
    """
    axes = np.ndim(function.point.values[variable.name])
    outcomes = []
    for k in range(DIRECTIONS):
        e = random_moves(function.point, (variable,), k)
        applied = np.asarray(np.tensordot(got, e[variable.name], axes))
        outcomes.append(compare(applied, function.along(e), function.size(), 1, "difference quotients"))
    return max(outcomes, key=lambda o: o.error)


def check_one_entry(function: Function, got: Array, variable: Symbol, at: list[int], what: str) -> Outcome:
    """One entry: ∂f_i/∂x_p (`entry`: of the value, then of the variable), the array ∂f_i/∂X (`entry-array`), ∂²f/∂x_p∂x_q.

    at  the indices, counted from 0
    """
    axes = np.ndim(function.point.values[variable.name])

    def unit(index: tuple[int, ...]) -> Moves:
        one = np.zeros(np.shape(function.point.values[variable.name]))
        one[index] = 1.0
        return {variable.name: one}

    if what == "second-entry":
        want = function.second(unit(tuple(at[:axes])), unit(tuple(at[axes:])))
        return compare(got, want, function.size(), 2, "second difference")
    if what == "entry":
        split = len(at) - axes
        want = function.along(unit(tuple(at[split:])))
        one = Estimate(np.asarray(want.value)[tuple(at[:split])], want.error)
        return compare(got, one, function.size(), 1, "difference quotient")
    tests = [random_moves(function.point, (variable,), k) for k in range(DIRECTIONS)]
    wants = [function.along(e) for e in tests]
    ones = [Estimate(np.asarray(w.value)[tuple(at)], w.error) for w in wants]
    return _pairings([np.sum(got * e[variable.name]) for e in tests], ones, function.size(), 1, "difference quotients")


def check_hessian_operator(function: Function, got: Array, variable: Symbol, along: Moves) -> Outcome:
    """⟨Hess[K], E⟩ = D²f[E, K] for random E of the structure, and the value itself in the structure.

    On a curved set it is the Hessian of the function on the surrounding space: E is any direction there.

    got       of the shape of the variable
    variable  by which the gradient is
    along     the direction K of each variable that moves
    """
    at = function.point.values[variable.name]
    if np.shape(got) != np.shape(at):
        return refused(f"its shape is not that of {variable.name}")
    curved = variable.has & {"orthogonal", "stiefel", "unit"}
    tested: Symbol = Symbol(variable.name, variable.dims) if curved else variable
    tests = [random_moves(function.point, (tested,), f"{k} in space" if curved else k) for k in range(DIRECTIONS)]
    outcome = _pairings(
        [np.sum(got * e[variable.name]) for e in tests], [function.second(e, along) for e in tests], function.size(), 2,
        "second differences",
    )
    return outcome if curved else outcome.and_(_membership(variable, at, got, function.size()))


def check_hessian_matrix(function: Function, got: Array, variables: tuple[Symbol, ...]) -> Outcome:
    """x' Hess y = D²f[x, y] for random x, y of the stacked variables."""
    point = function.point
    n = sum(int(np.size(point.values[v.name])) for v in variables)
    if np.size(got) != n * n or np.ndim(got) not in (0, 2):
        return refused(f"it is not a matrix of {n}×{n}")
    matrix = np.reshape(got, (n, n))
    pairs, wants = [], []
    for k in range(DIRECTIONS):
        x, y = (random_moves(point, variables, salt) for salt in (k, DIRECTIONS + k))
        left, right = (np.concatenate([vec(m[v.name]) for v in variables]) for m in (x, y))
        pairs.append(left @ matrix @ right)
        wants.append(function.second(x, y))
    return _pairings(pairs, wants, function.size(), 2, "second differences")


def check_vectorized_derivative(function: Function, got: Array, moves: Moves) -> Outcome:
    """vec(Df[H]).

    got    a column of the entries of f, columns stacked
    moves  the direction of each variable
    """
    want = function.along(moves)
    return compare(vec(got), Estimate(vec(want.value), want.error), function.size(), 1, "difference quotient")
