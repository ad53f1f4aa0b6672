"""Evaluating emitted NumPy source, and derivatives of what it computes by extrapolated central differences.

Nothing here knows a rule of differentiation.  Only source that `notation.python` emitted is evaluated (`notation/python/run`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite, prod
from types import CodeType
from typing import Any

import numpy as np

from derive.checking.random_arrays import Array, array_shape
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Add, Call, Expr, Map, MatMul, Power, Scale, Times
from derive.notation.python.run import NO_VALUE, compiled, computed, namespace
from derive.notation.python.source import Names
from derive.values import dataclass

NAMESPACE = namespace()
"""What emitted source may call."""


class Unevaluable(Exception):
    """A value that does not exist at a point, with the reason in words."""


def evaluate(code: CodeType, known: dict[str, Any], shape: tuple[int, ...] | None = None) -> Array:
    """The value as a float array; Unevaluable when it is not finite, not real, not of the shape, or does not exist.

    code   of `compiled`
    known  values and sizes by their identifiers; a namespace that holds NAMESPACE already is used as it is
    shape  that the value must have; None where any will do
    """
    try:
        value: Array = computed(code, known if "np" in known else NAMESPACE | known)
    except NO_VALUE as e:
        raise Unevaluable(f"{type(e).__name__}: {e}") from None
    if value.dtype.kind not in "fiub":
        raise Unevaluable("it is not a real array")
    if shape is not None and value.shape != shape:
        raise Unevaluable(f"its shape is {value.shape} instead of {shape}")
    if value.dtype.kind != "f":
        value = value.astype(float)
    if not (isfinite(value) if value.ndim == 0 else np.isfinite(value).all()):
        raise Unevaluable("it is not finite")
    return value


@dataclass(frozen=True)
class Estimate:
    """A derivative and a bound of its error, estimated from the extrapolation and from rounding."""

    value: Array
    error: float

    @property
    def relative(self) -> float:
        return self.error / max(largest(self.value), 1e-300)

    def combined(self, other: Estimate, a: float, b: float) -> Estimate:
        """a times this estimate plus b times the other one, with the error that this has at most.

        a, b  exact numbers
        """
        return Estimate(a * self.value + b * other.value, abs(a) * self.error + abs(b) * other.error)


Curve = Callable[[float], Array]
_EPS = float(np.finfo(float).eps)
_STENCILS: dict[int, tuple[tuple[float, float], ...]] = {
    1: ((1.0, 0.5), (-1.0, -0.5)),
    2: ((1.0, 1.0), (0.0, -2.0), (-1.0, 1.0)),
    3: ((2.0, 0.5), (1.0, -1.0), (-1.0, 1.0), (-2.0, -0.5)),
    4: ((2.0, 1.0), (1.0, -4.0), (0.0, 6.0), (-1.0, -4.0), (-2.0, 1.0)),
}
_FIRST_STEP = {1: 0.02, 2: 0.06, 3: 0.12, 4: 0.2}
_LEVELS = 3
_CANCELLED = 8.0
"""So many times more than its value lets expect a function may be rounded, whose terms cancel."""


def derivative(
    curve: Curve, order: int = 1, speed: float = 1.0, enough: float = 1e-9, attempts: int = 4
) -> Estimate:
    """The order-th derivative of `curve` at 0: central differences, three steps, extrapolated twice (error O(h⁶)).

    speed   how fast the curve moves: steps are divided by it
    enough  a relative error estimate at which the steps are not made smaller; they are `attempts` times at most
    Unevaluable when the curve is nowhere defined on both sides of 0.
    """
    best: Estimate | None = None
    reason = Unevaluable("no difference quotient exists")
    step = _FIRST_STEP[order] / max(1.0, speed)
    for _ in range(attempts):
        try:
            found = _extrapolated(curve, order, step)
        except Unevaluable as e:
            reason = e
        else:
            if best is not None:
                # An estimate that a shorter step contradicts was good by accident; by less than this it is the shorter one's rounding.
                best = Estimate(best.value, max(best.error, _distance(best.value, found.value) - _CANCELLED * found.error))
            if best is None or found.error < best.error:
                best = found
            if best.relative < enough:
                break
        step /= 5
    if best is None:
        raise reason
    return best


def _extrapolated(curve: Curve, order: int, step: float) -> Estimate:
    values: dict[float, Array] = {}

    def at(t: float) -> Array:
        if t not in values:
            values[t] = curve(t)
        return values[t]

    table: list[Array] = []
    previous: list[Array] = []
    for level in range(_LEVELS):
        h = step / 2**level
        stencil = [weight * at(place * h) for place, weight in _STENCILS[order]]
        table = [np.asarray(sum(stencil[1:], stencil[0]) / h**order)]
        for k, coarse in enumerate(previous):
            table.append(table[k] + (table[k] - coarse) / (4 ** (k + 1) - 1))
        if level < _LEVELS - 1:
            previous = table
    size = max(largest(v) for v in values.values())
    rounding = 4 * _EPS * size / (step / 2 ** (_LEVELS - 1)) ** order
    spread = min(_distance(table[-1], table[-2]), _distance(table[-1], previous[-1]))
    return Estimate(table[-1], spread + rounding)


def _distance(a: Array, b: Array) -> float:
    return largest(a - b)


def largest(value: Any) -> float:
    """The largest absolute value of an entry; 0 for an empty array."""
    if np.ndim(value) == 0:
        return abs(float(value))
    return float(np.abs(value).max(initial=0.0))


NOTHING = 1e-12
"""Of the terms of a function: a value below that at a random point is that of a function whose terms cancel."""


def magnitude(value: float, expr: Expr, names: Names, known: dict[str, Any], sizes: Mapping[str, int]) -> float:
    """The largest entry of a value, the scale of what may be rounding; of an expression that is 0 but for rounding, that of
    its terms: the largest entries of their factors, multiplied.

    known  the value of every name at the point
    sizes  what the names of sizes stand for
    """
    if value > NOTHING:
        return value

    def extent(e: Expr) -> float:
        match e:
            case Add():
                return max(extent(t) for t in e.terms)
            case MatMul() | Times() | Scale():
                return prod(extent(factor) for factor in e.children)
            case Call(name=name) if FUNCTIONS[name].linear or FUNCTIONS[name].bilinear:
                return prod(extent(arg) for arg in e.args)
            case _:
                own = largest(evaluate(compiled(e, names), known, array_shape(e.shape, sizes)))
                return max(map(extent, e.children)) if own <= NOTHING and isinstance(e, Call | Map | Power) and e.children else own

    terms = extent(expr)
    return terms if value <= NOTHING * terms else value
