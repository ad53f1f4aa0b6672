"""Values with nilpotent steps: Σ a_S ε_S over sets S of steps, ε² = 0 for each, so that the coefficient of ε is a derivative.

NotExact for what has no exact value modulo the prime.

A jet is a mapping from the set (its bits) to an array (points, rows, columns) over the field; what is 0 is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np

from derive.checking.exact.field import NotExact, P, Residues, inverse, product, reciprocal

Jet = dict[int, Residues]
Shape = tuple[int, int]


def constant(value: Fraction | int, points: int) -> Jet:
    value = Fraction(value)
    residue = value.numerator % P * pow(value.denominator, P - 2, P) % P
    return {0: np.full((points, 1, 1), residue, dtype=np.int64)}


def shape(a: Jet) -> Shape:
    one = next(iter(a.values()))
    return one.shape[1], one.shape[2]


def mapped(a: Jet, change: Callable[[Residues], Residues]) -> Jet:
    """A linear change of each coefficient."""
    return {s: change(x) for s, x in a.items()}


def added(a: Jet, b: Jet) -> Jet:
    out = dict(a)
    for s, x in b.items():
        out[s] = (out[s] + x) % P if s in out else x
    return out


def negated(a: Jet) -> Jet:
    return mapped(a, lambda x: -x % P)


def joined(a: Jet, b: Jet, together: Callable[[Residues, Residues], Residues]) -> Jet:
    """The product of `a` and `b` that `together` is of coefficients, linear in both."""
    out: Jet = {}
    for s, x in a.items():
        for t, y in b.items():
            if s & t:
                continue
            z = together(x, y)
            out[s | t] = (out[s | t] + z) % P if s | t in out else z
    return out


def entrywise(a: Jet, b: Jet) -> Jet:
    """The product entry by entry; a number with every entry."""
    return joined(a, b, lambda x, y: x * y % P)


def multiplied(a: Jet, b: Jet) -> Jet:
    """The matrix product; a number scales."""
    if (1, 1) in (shape(a), shape(b)) and shape(a)[1] != shape(b)[0]:
        return entrywise(a, b)
    if shape(a)[1] != shape(b)[0]:
        raise NotExact("these shapes do not fit")
    return joined(a, b, product)


def transposed(a: Jet) -> Jet:
    return mapped(a, lambda x: x.transpose(0, 2, 1))


def nilpotent(a: Jet) -> Jet:
    return {s: x for s, x in a.items() if s}


def at(a: Jet) -> Residues:
    """Its value, where it does not move."""
    return a[0] if 0 in a else np.zeros_like(next(iter(a.values())))


def steps(a: Jet) -> set[int]:
    """The steps that are in it."""
    return {bit for s in a for bit in range(12) if s >> bit & 1}


def composed(base: Residues, derivatives: list[Residues], moves: Jet) -> Jet:
    """f(a + N) = Σ f⁽ᵏ⁾(a) Nᵏ / k!, entry by entry; N has as many powers as it has steps.

    base         f(a), modulo the prime
    derivatives  f′(a), f″(a), …, as many as are known
    moves        N: what a moves by, in each of its steps
    """
    out: Jet = {0: base}
    count = len(steps(moves))
    if count > len(derivatives):
        raise NotExact("a derivative of this order is not known")
    powers: Jet = moves
    for k, f in enumerate(derivatives[:count], 1):
        weight = pow(factorial(k), P - 2, P)
        out = added(out, mapped(powers, lambda x, f=f, w=weight: x * (f * w % P) % P))  # type: ignore[misc]
        powers = entrywise(powers, moves)
        if not powers:
            break
    return out


def factorial(k: int) -> int:
    """1 · 2 · … · k"""
    return 1 if k < 2 else k * factorial(k - 1)


def inverted(a: Jet) -> Jet:
    """(A + N)⁻¹ = A⁻¹ - A⁻¹NA⁻¹ + …; of a number its reciprocal."""
    base = reciprocal(a[0]) if shape(a) == (1, 1) and 0 in a else inverse(_base(a))[0]
    moves = nilpotent(a)
    out: Jet = {0: base}
    term: Jet = {0: base}
    while moves and term:
        term = negated(joined(joined(term, moves, product), {0: base}, product))
        out = added(out, term)
    return out


def determinant(a: Jet) -> Jet:
    """det(A + N) = det A · det(I + A⁻¹N), this by Newton's identities from the traces of powers."""
    inverses, base = inverse(_base(a))
    step = joined({0: inverses}, nilpotent(a), product)
    sums: list[Jet] = []
    current = step
    while current:
        sums.append(trace(current))
        current = joined(current, step, product)
    elementary: list[Jet] = [constant(1, len(base))]
    for k in range(1, len(sums) + 1):
        total: Jet = {}
        for i in range(1, k + 1):
            term = entrywise(elementary[k - i], sums[i - 1])
            total = added(total, term if i % 2 else negated(term))
        elementary.append(entrywise(total, constant(Fraction(1, k), len(base))) if total else {})
    out: Jet = {}
    for e in elementary:
        out = added(out, e)
    return mapped(out, lambda x: x * base[:, None, None] % P)


def _base(a: Jet) -> Residues:
    if 0 not in a:
        raise NotExact("it is 0 where its inverse is meant")
    return a[0]


def trace(a: Jet) -> Jet:
    return mapped(a, lambda x: (np.trace(x, axis1=1, axis2=2) % P)[:, None, None])


def total(a: Jet) -> Jet:
    return mapped(a, lambda x: (np.sum(x, axis=(1, 2)) % P)[:, None, None])


def stacked(a: Jet) -> Jet:
    """vec: the columns in one."""
    return mapped(a, lambda x: x.transpose(0, 2, 1).reshape(len(x), -1, 1))


def diagonal(a: Jet) -> Jet:
    m, n = shape(a)
    if 1 in (m, n) and (m, n) != (1, 1):
        return mapped(a, lambda x: x.reshape(len(x), -1, 1) * np.eye(m * n, dtype=np.int64))
    return mapped(a, lambda x: np.diagonal(x, axis1=1, axis2=2).reshape(len(x), -1, 1).copy())


def kronecker(a: Jet, b: Jet) -> Jet:
    def together(x: Residues, y: Residues) -> Residues:
        out = x[:, :, None, :, None] * y[:, None, :, None, :] % P
        return out.reshape(len(x), x.shape[1] * y.shape[1], x.shape[2] * y.shape[2])

    return joined(a, b, together)


def khatri_rao(a: Jet, b: Jet) -> Jet:
    """The Kronecker products of the columns."""

    def together(x: Residues, y: Residues) -> Residues:
        return (x[:, :, None, :] * y[:, None, :, :] % P).reshape(len(x), -1, x.shape[2])

    return joined(a, b, together)


def beside(columns: list[Jet]) -> Jet:
    """Matrices of as many rows, one beside the other."""
    masks, blanks = {s for c in columns for s in c}, [np.zeros_like(next(iter(c.values()))) for c in columns]
    return {s: np.concatenate([c.get(s, blank) for c, blank in zip(columns, blanks, strict=True)], axis=2) for s in masks}


def masked(mask: Callable[[Residues], Residues]) -> Callable[[Jet], Jet]:
    """A part of a matrix, as tril."""
    return lambda a: mapped(a, mask)


def coefficient(a: Jet, step: int) -> Jet:
    """What stands at ε, its other steps kept."""
    return {s ^ step: x for s, x in a.items() if s & step}


def equal(a: Jet, b: Jet) -> bool:
    """Whether all coefficients agree; a number 0 is a zero of any shape."""
    difference = added(a, negated(b)) if a and b else (a or b)
    if a and b and shape(a) != shape(b) and not (_nought(a) or _nought(b)):
        return False
    return _nought(difference)


def _nought(a: Jet) -> bool:
    return not any(np.any(x) for x in a.values())
