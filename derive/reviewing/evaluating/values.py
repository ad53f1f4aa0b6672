"""Products, sums and functions of arrays whose shapes are mathematics: columns n×1, rows 1×n, numbers 1×1.

Undefined where there is no value, Unknown for what is not understood.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from derive.checking.evaluation import NAMESPACE
from derive.expressions.functions import FUNCTIONS

Array = NDArray[np.float64]

MAX_ENTRIES = 40_000


class Undefined(Exception):
    """Operands whose shapes do not fit: what is written has no value."""


class Unknown(Exception):
    """A letter or operator whose meaning is not known here."""


def shown(a: Array) -> str:
    """The shape in words."""
    m, n = a.shape
    return "a number" if m == n == 1 else f"{m}×{n}"


def is_number(a: Array) -> bool:
    return a.shape == (1, 1)


def scalar(value: float) -> Array:
    return np.array([[float(value)]])


def as_array(value: Any) -> Array:
    """What NumPy source computes, with columns for vectors."""
    a = np.asarray(value, dtype=float)
    return a.reshape(1, 1) if a.ndim == 0 else a.reshape(-1, 1) if a.ndim == 1 else a


def added(a: Array, b: Array) -> Array:
    if a.shape != b.shape:
        raise Undefined(f"the sum of {shown(a)} and {shown(b)} is not defined")
    return a + b


def multiplied(factors: Sequence[Array]) -> Array:
    """The matrix product; a number in it scales.  Where left to right does not fit, brackets that do: A x'x is A (x'x)."""
    try:
        out = factors[0]
        for factor in factors[1:]:
            out = _times(out, factor)
        return out
    except Undefined as error:
        found = _bracketed(tuple(factors)) if 2 < len(factors) <= 8 else None
        if found is None:
            raise error
        return found


def _times(a: Array, b: Array) -> Array:
    if is_number(a) or is_number(b):
        return a * b if is_number(a) and is_number(b) else (a[0, 0] * b if is_number(a) else a * b[0, 0])
    if a.shape[1] != b.shape[0]:
        raise Undefined(f"the product of {shown(a)} and {shown(b)} is not defined")
    out: Array = a @ b
    return out


def _bracketed(factors: tuple[Array, ...]) -> Array | None:
    if len(factors) == 1:
        return factors[0]
    for k in range(len(factors) - 1, 0, -1):
        left = _bracketed(factors[:k])
        right = _bracketed(factors[k:]) if left is not None else None
        if left is None or right is None:
            continue
        try:
            return _times(left, right)
        except Undefined:
            continue
    return None


def dotted(a: Array, b: Array) -> Array:
    """a · b: of two vectors alike the inner product; else the matrix product."""
    if a.shape == b.shape and not is_number(a) and 1 in a.shape:
        return scalar(float(np.sum(a * b)))
    return _times(a, b)


def entrywise(a: Array, b: Array) -> Array:
    if is_number(a) or is_number(b):
        return a * b
    if a.shape != b.shape:
        if a.shape[0] == b.shape[0] and 1 in (a.shape[1], b.shape[1]) and a.shape[0] != 1:
            raise Undefined(f"the entrywise product of {shown(a)} and {shown(b)} is not defined")
        raise Undefined(f"the entrywise product of {shown(a)} and {shown(b)} is not defined")
    return a * b


def paired(a: Array, b: Array) -> Array:
    """A : B, ⟨A, B⟩: the sum of the products of the entries."""
    if a.shape != b.shape:
        if a.size == b.size and 1 in a.shape and 1 in b.shape:
            return scalar(float(np.ravel(a) @ np.ravel(b)))
        raise Undefined(f"the inner product of {shown(a)} and {shown(b)} is not defined")
    return scalar(float(np.sum(a * b)))


def divided(a: Array, b: Array) -> Array:
    """a / b by a number; of vectors entry by entry."""
    if is_number(b) or a.shape == b.shape or (is_number(a) and 1 in b.shape):
        return np.asarray(a / b, dtype=float)
    raise Undefined(f"{shown(a)} is not divided by {shown(b)}")


def divided_entrywise(a: Array, b: Array) -> Array:
    if a.shape != b.shape and not is_number(a) and not is_number(b):
        raise Undefined(f"the entrywise quotient of {shown(a)} and {shown(b)} is not defined")
    return np.asarray(a / b, dtype=float)


def kronecker(a: Array, b: Array) -> Array:
    if a.size * b.size > MAX_ENTRIES:
        raise Unknown("this Kronecker product is too large")
    return as_array(np.kron(a, b))


def square(a: Array, what: str) -> Array:
    if a.shape[0] != a.shape[1]:
        raise Undefined(f"only a square matrix has {what}, and this is {shown(a)}")
    return a


def raised(a: Array, exponent: float) -> Array:
    """A power: of a number any, of a square matrix an integer one or ±1/2; of a vector -1 or 2 entry by entry is refused."""
    if is_number(a):
        with np.errstate(all="ignore"):
            return np.asarray(a**exponent, dtype=float)
    square(a, "powers")
    if not np.isfinite(exponent):
        raise Undefined("the exponent is no number")
    if exponent == int(exponent):
        if exponent < 0:
            try:
                return as_array(np.linalg.matrix_power(np.linalg.inv(a), int(-exponent)))
            except np.linalg.LinAlgError:
                raise Undefined("the inverse does not exist") from None
        if exponent > 40:
            raise Unknown("this power is too high")
        return as_array(np.linalg.matrix_power(a, int(exponent)))
    half = table("sqrtm")(a) if exponent * 2 == int(exponent * 2) else None
    if half is None:
        raise Unknown("this power of a matrix is not understood")
    return raised(half, exponent * 2)


def diagonal(a: Array) -> Array:
    if is_number(a):
        return a
    if 1 in a.shape:
        return as_array(np.diag(np.ravel(a)))
    return as_array(np.diag(square(a, "a diagonal")))


def stacked(a: Array) -> Array:
    """vec: the columns in one."""
    return a.reshape(-1, 1, order="F")


def determinant(a: Array) -> Array:
    return scalar(float(np.linalg.det(square(a, "a determinant"))))


def log_determinant(a: Array) -> Array:
    return scalar(float(np.linalg.slogdet(square(a, "a determinant"))[1]))


def trace(a: Array) -> Array:
    return scalar(float(np.trace(square(a, "a trace"))))


def cofactors(a: Array) -> Array:
    return table("adj")(square(a, "cofactors")).T


def norm(a: Array) -> Array:
    return scalar(float(np.linalg.norm(a)))


def spectral(a: Array) -> Array:
    return scalar(float(np.linalg.norm(a, 2)))


def softmax(a: Array) -> Array:
    if 1 not in a.shape:
        raise Unknown("softmax of a matrix is not understood")
    z = np.exp(a - np.max(a))
    out: Array = z / np.sum(z)
    return out


def logsumexp(a: Array) -> Array:
    top = np.max(a)
    return scalar(float(top + np.log(np.sum(np.exp(a - top)))))


def _inverse_of(function: Callable[[Array], Array]) -> Callable[[Array], Array]:
    return lambda a: np.asarray(1.0 / function(a), dtype=float)


OWN: dict[str, Callable[[Array], Array]] = {
    "tr": trace, "det": determinant, "logdet": log_determinant, "vec": stacked, "diag": diagonal, "norm": norm,
    "norm1": lambda a: scalar(float(np.sum(np.abs(a)))), "norminf": lambda a: scalar(float(np.max(np.abs(a)))),
    "nuclear": lambda a: scalar(float(np.sum(np.linalg.svd(a, compute_uv=False)))),
    "sum": lambda a: scalar(float(np.sum(a))), "mean": lambda a: scalar(float(np.mean(a))), "softmax": softmax,
    "logsumexp": logsumexp, "cof": cofactors, "sym": lambda a: (square(a, "a symmetric part") + a.T) / 2,
    "sech": _inverse_of(np.cosh), "sec": _inverse_of(np.cos), "csc": _inverse_of(np.sin), "cot": _inverse_of(np.tan),
    "coth": _inverse_of(np.tanh), "csch": _inverse_of(np.sinh),
    "skewpart": lambda a: (square(a, "a skew part") - a.T) / 2, "rank": lambda a: scalar(int(np.linalg.matrix_rank(a))),
}
"""Functions of one array; the others of the table are its own NumPy source."""


@lru_cache(maxsize=128)
def table(name: str) -> Callable[..., Array]:
    """A function of the table.  Unknown for one that it does not have, Undefined where it has no value."""
    row = FUNCTIONS.get(name)
    if row is None or not row.numpy:
        raise Unknown(f"the function {name} is not understood here")
    names = [f"_a{k}" for k in range(3)]
    code = compile(f"lambda {', '.join(n + '=None' for n in names)}: {row.numpy.format(*names)}", "<table>", "eval")
    function = eval(code, dict(NAMESPACE))
    flat = not row.maps and not row.rank2 and row.infix is None and not row.of_pairs

    indexed = "index" in row.signature

    def applied(*args: Array) -> Array:
        given = [a[0, 0] if is_number(a) and flat else np.ravel(a) if flat and 1 in a.shape else a for a in args]
        if indexed and np.size(given[-1]) == 1:
            given[-1] = round(float(np.ravel(given[-1])[0]))
        try:
            with np.errstate(all="ignore"):
                return as_array(np.real(function(*given)))
        except (ValueError, TypeError, IndexError, np.linalg.LinAlgError, ArithmeticError) as error:
            raise Undefined(f"{name} has no value there ({type(error).__name__})") from None

    return applied
