"""Functions without a formula over the field: random ones, with random derivatives up to the second order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from derive.checking.exact import jets
from derive.checking.exact.field import NotExact, P, Residues, scrambled
from derive.checking.exact.jets import Jet

HALF = (P + 1) // 2


def seed_of(name: str) -> int:
    """Another one for another name."""
    return int(sum(ord(c) * 131**k for k, c in enumerate(name, 1)) % 2**40)


def elementwise(name: str, order: int, a: Jet) -> Jet:
    """σ, σ', σ'' of an elementwise function.

    name   of the author's function
    order  of the derivative, 0 for the function
    """
    seed = seed_of(name)
    values = [scrambled(jets.at(a), seed + 1000 * k) for k in range(order, order + 4)]
    return jets.composed(values[0], values[1:], jets.nilpotent(a))


def function(name: str, shape: jets.Shape, order: int, arg: Jet, directions: Sequence[Jet], adjoint: bool) -> Jet:
    """E(x + N) = E + J N + ½ N'TN with random E, J, T at each x, or one of its derivatives, as `Apply` says.

    name        of the author's function
    shape       of the value
    directions  along which the derivative is
    adjoint     whether it is DE(x)*[w], w the direction
    NotExact beyond the second derivative.
    """
    takes, flat = jets.shape(arg), jets.stacked(arg)
    steps, along = jets.nilpotent(flat), [jets.stacked(d) for d in directions]
    rows, columns = shape[0] * shape[1], takes[0] * takes[1]
    if len(jets.steps(steps)) + order > 2:
        raise NotExact("a third derivative of a function without a formula")
    mixed = np.zeros((len(jets.at(flat)), 1, 1), dtype=np.int64)
    for k in range(columns):
        mixed = scrambled((mixed + jets.at(flat)[:, k : k + 1]) % P, seed_of(name))
    jacobian = _letters(mixed, (rows, columns), 1)
    raw = _letters(mixed, (rows * columns, columns), 2).reshape(-1, rows, columns, columns)
    second = ((raw + raw.transpose(0, 1, 3, 2)) % P).reshape(-1, rows * columns, columns)

    def curved(by: Jet) -> Jet:
        """By how much J changes."""
        return jets.mapped(jets.multiplied({0: second}, by), lambda x: x.reshape(-1, rows, columns)) if by else {}

    slope = jets.added({0: jacobian}, curved(steps))
    if order == 2:
        out = curved(along[0]) if along else {0: second}
        if len(along) < 2:
            return out if not along else shaped(jets.transposed(out), takes)
        return shaped(jets.multiplied(out, along[1]), shape)
    if adjoint:
        return shaped(jets.multiplied(jets.transposed(slope), along[0]), takes)
    if order == 1:
        return shaped(jets.multiplied(slope, along[0]), shape) if along else slope if shape != (1, 1) else shaped(jets.transposed(slope), takes)
    value: Jet = {0: _letters(mixed, (rows, 1), 0)}
    if steps:
        halved = jets.mapped(curved(steps), lambda x: x * HALF % P)
        value = jets.added(value, jets.multiplied(jets.added({0: jacobian}, halved), steps))
    return shaped(value, shape)


def _letters(mixed: Residues, shape: jets.Shape, order: int) -> Residues:
    seeds = (np.arange(shape[0] * shape[1]).reshape(1, *shape) + 1).astype(np.uint64) * np.uint64(0xD1B54A32D192ED03 + order)
    return scrambled(mixed, seeds)


def shaped(column: Jet, shape: jets.Shape) -> Jet:
    """A column of entries, columns stacked, as the matrix."""
    return jets.mapped(column, lambda x: x.reshape(len(x), shape[1], shape[0]).transpose(0, 2, 1))
