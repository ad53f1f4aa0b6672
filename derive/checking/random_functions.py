"""Random smooth functions and paths with their exact derivatives: unnamed functions and A(t) in a check."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from derive.checking.random_arrays import Array, array_shape, project
from derive.expressions.nodes import Unnamed
from derive.values import dataclass

MAX_ORDER = 8


def _sine(x: Any, order: int) -> Any:
    return np.sin(x + order * np.pi / 2)


def elementwise(rng: np.random.Generator) -> tuple[Callable[[Any], Any], ...]:
    """σ, σ', σ'', …: a sine and a line, so that a composition of many of them stays tame."""
    amplitude, frequency, phase = 0.5 + rng.random(), 0.6 + rng.random(), 6 * rng.random()
    slope = 0.1 + 0.3 * rng.random()

    def derivative(order: int) -> Callable[[Any], Any]:
        def value(x: Any) -> Any:
            out = amplitude * frequency**order * _sine(frequency * x + phase, order)
            return out + (slope * x, slope)[order] if order <= 1 else out

        return value

    return tuple(derivative(k) for k in range(MAX_ORDER + 1))


@dataclass(frozen=True)
class _Ridge:
    """x ↦ Σ_i q_i sin(⟨c_i, x⟩ + p_i): c of shape (terms, *argument), q of shape (terms, *value)."""

    c: Array
    q: Array
    p: Array

    def __call__(self, order: int, x: Any, *directions: Any) -> Any:
        axes = self.c.ndim - 1
        weights = _sine(np.tensordot(self.c, x, axes) + self.p, order)
        for h in directions:
            weights = weights * np.tensordot(self.c, h, axes)
        if len(directions) == order:
            return np.tensordot(weights, self.q, (0, 0))
        if len(directions) != order - 1:
            raise ValueError("a derivative takes one direction for each order, or one less")
        # one slot open: the gradient (value scalar: of the shape of x), or the Jacobian (a row an entry of the value)
        return np.tensordot(self.q, weights.reshape(-1, *[1] * axes) * self.c, (0, 0)) if self.q.ndim > 1 else (
            np.tensordot(self.q * weights, self.c, (0, 0))
        )


def function(unnamed: Unnamed, sizes: Mapping[str, int], rng: np.random.Generator) -> tuple[Callable[..., Any], ...]:
    """E, dE, d2E, …: dE(x) is the gradient or the Jacobian, dE(x, h) the derivative, d2E(x, h) the Hessian on h.

    unnamed  the function, with the shapes of its argument and value
    sizes    what the names in these shapes are
    rng      draws its coefficients: the same state, the same function
    """
    assert unnamed.argument is not None and unnamed.value is not None
    takes, gives = array_shape(unnamed.argument, sizes), array_shape(unnamed.value, sizes)
    terms = 4
    scale = np.sqrt(max(1, int(np.prod(takes))))
    ridge = _Ridge(
        1.3 * rng.normal(size=(terms, *takes)) / scale, 0.5 + rng.random((terms, *gives)), 6 * rng.random(terms)
    )

    def derivative(order: int) -> Callable[..., Any]:
        def value(x: Any, *directions: Any) -> Any:
            return ridge(order, x, *directions)

        return value

    return tuple(derivative(k) for k in range(MAX_ORDER + 1))


PathFunction = Callable[[float], tuple[Any, Any, Any]]
"""τ ↦ (A, dA, d2A) at t + τ."""


def path(has: frozenset[str], start: Any, rng: np.random.Generator) -> PathFunction:
    """A smooth path in the structure through `start` at τ = 0.

    has  properties, with what they imply
    rng  where the random numbers come from
    """
    shape = np.shape(start)
    if "orthogonal" in has or "stiefel" in has or ("unit" in has and shape):
        return _rotating(start, rng)
    speed = 0.7 / np.sqrt(max(shape, default=1) ** len(shape))  # as long for a matrix as for a number
    first, second, third = (speed * project(has - {"unit"}, start, rng.normal(size=shape)) for _ in range(3))
    if not shape:
        first, second, third = float(first), float(second), float(third)

    def at(tau: float) -> tuple[Any, Any, Any]:
        s, c = np.sin(tau), np.cos(tau)
        return (
            start + s * first + (1 - c) * second + tau**3 * third,
            c * first + s * second + 3 * tau**2 * third,
            -s * first + c * second + 6 * tau * third,
        )

    return at


def _rotating(start: Any, rng: np.random.Generator) -> PathFunction:
    """exp(S τ) exp(T τ²/2) start with skew S, T: columns keep their lengths and angles."""
    import scipy.linalg

    n = len(start)
    z, w = rng.normal(size=(2, n, n))
    s, t = 0.6 * (z - z.T), 0.6 * (w - w.T)

    def at(tau: float) -> tuple[Any, Any, Any]:
        left, right = scipy.linalg.expm(s * tau), scipy.linalg.expm(t * tau**2 / 2)
        return (
            left @ right @ start,
            left @ (s + tau * t) @ right @ start,
            left @ (s @ s + 2 * tau * s @ t + tau**2 * t @ t + t) @ right @ start,
        )

    return at
