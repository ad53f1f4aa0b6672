"""Matrices over the integers modulo a prime, several at a time: arrays (points, rows, columns) of int64."""

from __future__ import annotations

from contextvars import ContextVar

import numpy as np
from numpy.typing import NDArray

P = 2**31 - 1
"""A Mersenne prime: products of two residues fit into 63 bits, and -1 is no square."""
FEW = 100
"""So many residues are inverted sooner one by one."""
Residues = NDArray[np.int64]


class NotExact(Exception):
    """What the field does not decide: a function that is not algebraic, a pivot that is 0, a size that is not known."""


class Rootless(NotExact):
    """A square root is not in the field at some of the points; `good` are the others."""

    def __init__(self, of: Residues, good: NDArray[np.bool_]) -> None:
        super().__init__("a root is not in the field")
        self.of, self.good = of, good


class Roots:
    """The roots that were taken at some points.

    Where a radicand had no root at some of the points it is no square of a quotient of polynomials, and its root is of degree two
    over these: a line that holds for one root holds for the other.  A radicand that had a root at all points may be the square of v:
    its root is then v or -v as chance has it, a toss for each entry and point.

    proper  radicands, at the points that are left
    taken   how many roots there are, entries counted
    tosses  how many of them may be such a v
    """

    def __init__(self) -> None:
        self.proper: list[Residues] = []
        self.taken = self.tosses = 0

    def only(self, of: Residues, good: NDArray[np.bool_]) -> Roots:
        """The same at the points where `of` has a root."""
        out = Roots()
        out.proper = [*(x[good] for x in self.proper), of[good]]
        out.taken, out.tosses = self.taken + of[0].size, self.tosses
        return out

    def note(self, of: Residues) -> None:
        if not any(of.shape == x.shape and np.array_equal(of, x) for x in self.proper):
            self.proper.append(of)
            self.taken += of[0].size
            self.tosses += of[0].size


ROOTS: ContextVar[Roots] = ContextVar("ROOTS")


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
    if a.size <= FEW:
        return np.array([pow(x, -1, P) for x in a.ravel().tolist()], dtype=np.int64).reshape(a.shape)
    return power(a, P - 2)


def root(a: Residues) -> Residues:
    """The square root that is itself a square, entry by entry; of a square of a fraction of small numbers the positive fraction.

    Rootless where there is none.
    """
    out = power(a, (P + 1) // 4)
    wrong = out * out % P != a
    if np.any(wrong):
        raise Rootless(a, ~np.any(wrong.reshape(len(a), -1), axis=1))
    fixed = np.all(a == a[:1], axis=0)
    if np.any(fixed):
        turned = fixed & ~small(out[0]) & small(-out[0] % P)
        out = np.where(turned, -out % P, out)
    if not np.all(fixed):
        ROOTS.get(Roots()).note(a)
    return out


def small(a: Residues) -> NDArray[np.bool_]:
    """Which residues are those of positive fractions with a numerator and a denominator below the root of P / 2."""
    out = np.zeros(a.shape, dtype=bool)
    for place in np.ndindex(a.shape):
        (r, s), (u, v) = (P, int(a[place])), (0, 1)
        while s * s * 2 > P:
            r, s, u, v = s, r % s, v, u - r // s * v
        out[place] = v > 0 and 2 * v * v < P
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


def scrambled(a: Residues, seed: int | NDArray[np.uint64]) -> Residues:
    """A random function of residues: equal ones have equal values.

    Source: Steele, Lea & Flood, Fast splittable pseudorandom number generators (2014).
    """
    z = a.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + (np.uint64(seed % 2**63) if isinstance(seed, int) else seed)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return (z % np.uint64(P - 1)).astype(np.int64) + 1
