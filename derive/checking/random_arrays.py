"""Random arrays with declared properties, random directions that keep them, and the projection onto those directions.

Arrays are as docs/language.md gives them: scalars floats, columns and rows 1-D, matrices 2-D.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from derive.expressions.properties.facts import STOCHASTIC
from derive.expressions.sizes import ONE, Shape
from derive.values import dataclass

Array = NDArray[np.float64]


def array_shape(shape: Shape, sizes: Mapping[str, int]) -> tuple[int, ...]:
    """() for a scalar, (n,) for a column or a row, (m, n); by the symbolic shape, not by the numbers."""
    return tuple(size.value(sizes) for size in shape if size != ONE)


@dataclass(frozen=True)
class Style:
    """How entries without a declared property are drawn: the domain of the function decides which one serves.

    positive  all entries are
    spread    a square matrix is a small one plus distinct positive diagonal entries
    full      a psd matrix is not made singular
    scalars   how large scalars are
    """

    scale: float = 1.0
    scalars: float = 1.0
    positive: bool = False
    spread: bool = False
    full: bool = False

    def entries(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        if self.positive:
            return self.scale * (0.4 + rng.random(shape))
        # matrices of length about 2 as operators: products of many stay of moderate size
        return self.scale * rng.normal(size=shape) / (np.sqrt(max(shape)) if len(shape) == 2 else 1.0)


STYLES = (
    Style(),
    Style(full=True),
    Style(positive=True, full=True),
    Style(spread=True, full=True),
    Style(scale=0.3, full=True),
    Style(spread=True, positive=True, full=True),
    Style(scale=0.5, positive=True, full=True),
    Style(scale=0.1, spread=True, full=True),
    Style(scalars=10.0, full=True),
    Style(scalars=10.0, positive=True, full=True),
)
"""In the order in which they are tried."""


def draw(has: frozenset[str], shape: tuple[int, ...], rng: np.random.Generator, style: Style) -> Any:
    """A random value with exactly the declared properties; a float for a scalar, an int for an integer.

    rng    where the random numbers come from
    has    properties, with what they imply
    shape  (), (n,) or (m, n)
    style  of entries about which nothing is declared
    """
    if "integer" in has and not shape:
        return int(rng.integers(2, 5))
    positive = "positive" in has
    if not shape:
        if positive or style.positive:
            return float(style.scale * style.scalars * (0.5 + rng.random()))
        return float(style.scale * style.scalars * (0.4 + rng.random()) * rng.choice((-1.0, 1.0)))
    z = 0.5 + rng.random(shape) if positive else style.entries(rng, shape)
    if "integer" in has:
        z = np.floor(3 * z) + positive
    if len(shape) == 2 and shape[0] == shape[1]:
        z = _square(has, z, rng, style)
    elif "stiefel" in has or "orthogonal" in has:
        z = _orthonormal(z)
    if "unit" in has:
        z = z / np.linalg.norm(z)
    if has & STOCHASTIC:
        z = np.abs(z) / np.sum(np.abs(z), axis=-1, keepdims=True)
    return z


def _orthonormal(z: Array) -> Array:
    q, r = np.linalg.qr(z)
    return np.asarray(q * np.sign(np.diag(r)))


def _square(has: frozenset[str], z: Array, rng: np.random.Generator, style: Style) -> Array:
    n = z.shape[0]
    if "orthogonal" in has or "stiefel" in has:
        return _orthonormal(z)
    if "diagonal" in has or "upper" in has or "lower" in has:
        z = np.triu(z) if "upper" in has and "diagonal" not in has else z
        z = np.tril(z) if "lower" in has and "diagonal" not in has else z
        sign = 1.0 if style.positive or {"spd", "psd", "positive"} & has else rng.choice((-1.0, 1.0), size=n)
        z = z - np.diag(np.diag(z)) if "diagonal" not in has else np.zeros((n, n))
        return np.asarray(z + np.diag(sign * (0.5 + rng.random(n))))
    if "spd" in has:
        return np.asarray(z @ z.T / n + 0.6 * np.eye(n))
    if "psd" in has:
        z = z if style.full or "invertible" in has else z[:, :-1]
        return np.asarray(z @ z.T / n + (0.6 * np.eye(n) if style.full else 0.0))
    if "skew" in has:
        return z - z.T
    if style.spread:
        z = 0.3 * z + np.diag(style.scale * (1.0 + np.arange(n) + 0.3 * rng.random(n)))
    if "symmetric" in has:
        z = (z + z.T) / 2
    if "invertible" in has or "positive" not in has:
        z = _conditioned(z, rng)
    return z


def _conditioned(z: Array, rng: np.random.Generator) -> Array:
    """The matrix, moved away from the singular ones when it is near one."""
    for _ in range(20):
        if np.linalg.cond(z) < 40:
            break
        z = z + np.linalg.norm(z) / len(z) * rng.random() * np.eye(len(z))
    return z


HAIR = 1e-2
"""A positive number below that is too near to 0 for the steps of a numeric derivative."""


def inside(has: frozenset[str], value: Any) -> bool:
    """Whether a value satisfies what is declared by inequalities: positive, (semi)definite, by more than a hair."""
    if "positive" in has and not np.all(np.asarray(value) > HAIR):
        return False
    if np.ndim(value) == 2 and has & {"spd", "psd"}:
        low = float(np.linalg.eigvalsh(value)[0])
        return low > 1e-2 * float(np.max(np.abs(value))) if "spd" in has else low > -1e-9 * float(np.max(np.abs(value)))
    return True


def project(has: frozenset[str], at: Any, z: Any) -> Any:
    """The orthogonal projection of z onto the directions that keep the structure at the point `at`.

    has  properties, with what they imply
    """
    if np.ndim(z) == 2:
        if "orthogonal" in has or "stiefel" in has:
            inner = at.T @ z
            return z - at @ (inner + inner.T) / 2
        if "diagonal" in has:
            return np.diag(np.diag(z))
        if "skew" in has:
            z = (z - z.T) / 2
        elif "symmetric" in has:
            z = (z + z.T) / 2
        elif "upper" in has:
            z = np.triu(z)
        elif "lower" in has:
            z = np.tril(z)
    if "unit" in has and np.ndim(z):
        return z - at * np.sum(at * z)
    return z


def direction(has: frozenset[str], at: Any, rng: np.random.Generator) -> Any:
    """A random direction at `at` that keeps the structure: symmetric, …, tangent for orthogonal, Stiefel, unit.

    has  properties, with what they imply
    rng  where the random numbers come from

    An array is about as long as 0.4, so that the steps of a difference quotient are short against what the function does:
    a line may hold terms that cancel, each with its own quotient.
    """
    if not np.ndim(at):
        return float((0.5 + rng.random()) * rng.choice((-1.0, 1.0)))
    out = project(has, at, rng.normal(size=np.shape(at)))
    length = np.linalg.norm(out)
    return out * ((0.3 + 0.2 * rng.random()) / length) if length > 0 else out
