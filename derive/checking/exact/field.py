"""Matrices over the integers modulo a prime, several at a time: arrays (points, rows, columns) of int64."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

P = 2**31 - 1
"""A Mersenne prime: products of two residues fit into 63 bits, and -1 is no square."""
Residues = NDArray[np.int64]


class NotExact(Exception):
    """What the field does not decide: a function that is not algebraic, a pivot that is 0, a size that is not known."""


class Rootless(NotExact):
    """A square root is not in the field at some of the points; `good` are the others."""

    def __init__(self, good: NDArray[np.bool_]) -> None:
        super().__init__("a root is not in the field")
        self.good = good


def product(a: Residues, b: Residues) -> Residues:
    """a @ b, the left factor cut into halves so that nothing overflows."""
    high, low = a >> 16, a & 0xFFFF
    out: Residues = ((np.matmul(high, b) % P << 16) + np.matmul(low, b)) % P
    return out


def power(a: Residues, k: int) -> Residues:
    """Entry by entry, k ≥ 0."""
    out = np.ones_like(a)
    while k:
        if k & 1:
            out = out * a % P
        a = a * a % P
        k >>= 1
    return out


def reciprocal(a: Residues) -> Residues:
    """Entry by entry.  NotExact where one is 0."""
    if np.any(a == 0):
        raise NotExact("a denominator is 0 at a point")
    return power(a, P - 2)


def root(a: Residues) -> Residues:
    """The square root that is itself a square, entry by entry.  Rootless where there is none."""
    out = power(a, (P + 1) // 4)
    wrong = out * out % P != a
    if np.any(wrong):
        raise Rootless(~np.any(wrong.reshape(len(a), -1), axis=1))
    return out


def inverse(a: Residues) -> tuple[Residues, Residues]:
    """(inverses, determinants) by elimination.  NotExact where a pivot is 0."""
    count, n, _ = a.shape
    rows = np.concatenate([a, np.broadcast_to(np.eye(n, dtype=np.int64), (count, n, n))], axis=2)
    determinant = np.ones(count, dtype=np.int64)
    for k in range(n):
        pivot = rows[:, k, k]
        determinant = determinant * pivot % P
        rows[:, k] = rows[:, k] * reciprocal(pivot)[:, None] % P
        factors = rows[:, :, k].copy()
        factors[:, k] = 0
        rows = (rows - factors[:, :, None] * rows[:, None, k] % P) % P
    return rows[:, :, n:], determinant


def scrambled(a: Residues, seed: int) -> Residues:
    """A random function of residues: equal ones have equal values.

    Source: Steele, Lea & Flood, Fast splittable pseudorandom number generators (2014).
    """
    z = a.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(seed % 2**63)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return (z % np.uint64(P - 1)).astype(np.int64) + 1
