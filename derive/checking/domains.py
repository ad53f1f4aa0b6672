"""Where a function of a matrix exists by more than a hair: eigenvalues and singular values that keep their distance.

The entries of a value say where log or sqrt end; that a determinant is rounding, or two singular values are one, shows in no
value.  At such a point nothing is defined that could be checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from derive.checking.evaluation import Unevaluable, evaluate
from derive.checking.random_arrays import Array
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Call, Expr, Number, Power, Sum
from derive.expressions.traverse import walk
from derive.notation.python.run import compiled
from derive.notation.python.source import Names
from derive.values import dataclass

APART = 1e-6
"""The distance that must be kept, relative to the largest eigenvalue or singular value."""


ZERO = 1e-11
"""Below this, relative to the largest, a singular value is 0 to the pseudo-inverse."""


@dataclass(frozen=True)
class Demand:
    """What an argument must satisfy; `index` picks an eigenvalue or singular value."""

    word: str
    arg: Expr
    index: Expr | None = None


def demands(exprs: Iterable[Expr]) -> tuple[Demand, ...]:
    """The demands of every function of a matrix in the expressions, but for those under a sum over an index; those of an
    argument before those of what it is an argument of."""
    found: dict[Demand, None] = {}
    for expr in exprs:
        bound = {node.index.name for node in walk(expr) if isinstance(node, Sum)}
        for node in walk(expr):
            if node.free & bound:
                continue
            if isinstance(node, Call) and FUNCTIONS[node.name].domain:
                words = FUNCTIONS[node.name].domain
                index = node.args[1] if FUNCTIONS[node.name].signature.count("index") else None
                found.update({Demand(word, arg, index): None for word, arg in zip(words, node.args, strict=False) if word in _MARGINS})
            elif isinstance(node, Power) and not node.is_scalar and isinstance(node.exponent, Number) and node.exponent.value < 0:
                found[Demand("invertible", node.base)] = None
    return tuple(reversed(found))


def check(found: Iterable[Demand], names: Names, namespace: dict[str, Any]) -> None:
    """Unevaluable where a demand is not met by more than APART, or asks something of an entry that is not finite: LAPACK may
    never return from that.

    found      of `demands`
    names      as the source writes them
    namespace  values by identifier
    """
    for demand in found:
        value = np.atleast_2d(evaluate(compiled(demand.arg, names), namespace))
        if not np.all(np.isfinite(value)):
            raise Unevaluable("it is not finite")
        if demand.arg.shape[1] == demand.arg.shape[1].of(1):
            value = value.reshape(-1, 1)
        index = None if demand.index is None else int(evaluate(compiled(demand.index, names), namespace))
        try:
            margin = _MARGINS[demand.word](value, index)
        except (np.linalg.LinAlgError, ValueError, IndexError) as e:
            raise Unevaluable(f"{type(e).__name__}: {e}") from None
        if not margin > APART:
            raise Unevaluable(f"a matrix is hardly {demand.word} there")


def _rank(value: Array, _index: int | None) -> float:
    s = np.linalg.svd(value, compute_uv=False)
    return float(s[-1] / s[0])


def _constant_rank(value: Array, _index: int | None) -> float:
    """The smallest singular value that is not 0: nearby the rank is the same where it cannot be larger."""
    s = np.linalg.svd(value, compute_uv=False)
    return float(np.min(s[s > ZERO * s[0]], initial=s[0]) / s[0])


def _column_rank(value: Array, index: int | None) -> float:
    return _rank(value, index) if value.shape[0] >= value.shape[1] else 0.0


def _definite(value: Array, _index: int | None) -> float:
    low, high = np.linalg.eigvalsh((value + value.T) / 2)[[0, -1]]
    return float(low / abs(high))


def _off_the_cut(value: Array, _index: int | None) -> float:
    """How far the eigenvalues are from the half-line (-∞, 0]."""
    w = np.linalg.eigvals(value)
    return float(np.min(np.where(w.real > 0, np.abs(w), np.abs(w.imag))) / np.max(np.abs(w)))


def _not_opposite(value: Array, _index: int | None) -> float:
    """How far from 0 the sum of two eigenvalues is."""
    w = np.linalg.eigvals(value)
    return float(np.min(np.abs(w[:, None] + w[None, :])) / np.max(np.abs(w)))


def _simple(value: Array, index: int | None) -> float:
    """How far the i-th smallest real eigenvalue is from the others."""
    w = np.linalg.eigvals(value)
    size = np.max(np.abs(w))
    order = np.argsort(np.where(np.abs(w.imag) <= 1e-9 * size, w.real, np.inf))
    if index is None or index > w.size or np.abs(w[order[index - 1]].imag) > 1e-9 * size:
        return 0.0
    return float(np.min(np.abs(np.delete(w, order[index - 1]) - w[order[index - 1]]), initial=size) / size)


def _distinct(value: Array, index: int | None) -> float:
    """How far the singular values are from one another and from 0: the i-th one, or all of a matrix that is not wide."""
    if index is None and value.shape[0] < value.shape[1]:
        return 0.0
    s = np.append(np.linalg.svd(value, compute_uv=False), 0.0)
    gaps = -np.diff(s)
    if index is not None:
        if index >= s.size:
            return 0.0
        gaps = gaps[max(0, index - 2) : index]
    return float(np.min(gaps) / s[0])


def _entries_apart(value: Array, _index: int | None) -> float:
    s = np.sort(np.abs(value.ravel()))
    return float(np.min(np.diff(s), initial=s[-1]) / s[-1])


_MARGINS: dict[str, Callable[[Array, int | None], float]] = {
    "invertible": _rank, "full-rank": _constant_rank, "full-column-rank": _column_rank, "spd": _definite,
    "no-negative-eigenvalues": _off_the_cut, "simple-eigenvalue": _simple, "distinct-singular-values": _distinct,
    "distinct-entries": _entries_apart, "no-opposite-eigenvalues": _not_opposite,
}
"""By how much each word is satisfied, relative to the size of the argument; not more than 0 is not at all."""
