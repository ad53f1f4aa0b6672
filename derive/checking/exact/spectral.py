"""Functions of a matrix over the field, where its eigenvectors are known: points are drawn as products of a decomposition.

What a matrix is near such a point follows from its eigenvalues and eigenvectors there, all of them being apart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product as tuples
from typing import Any

import numpy as np

from derive.checking.exact import jets
from derive.checking.exact.entrywise import exponential, logarithm, reciprocals
from derive.checking.exact.field import NotExact, P, Residues, power, product, reciprocal, root
from derive.checking.exact.functions import Meaning, rows
from derive.checking.exact.growth import spectral
from derive.checking.exact.jets import Jet
from derive.values import dataclass

HALF = (P + 1) // 2
FIRST, SECOND = 1 << 10, 1 << 11
"""Steps of functions that are derivatives themselves."""


@dataclass(frozen=True)
class Basis:
    """Eigenvectors of length 1, their inverse, and the roots of the eigenvalues that go with them: (points, n, n) and (points, n)."""

    vectors: Residues
    inverse: Residues
    roots: Residues

    def only(self, good: np.ndarray[Any, np.dtype[np.bool_]]) -> Basis:
        """The same at some of the points."""
        return Basis(self.vectors[good], self.inverse[good], self.roots[good])

    @property
    def turned(self) -> Basis:
        """Of the transpose."""
        return Basis(self.inverse.transpose(0, 2, 1), self.vectors.transpose(0, 2, 1), self.roots)


Bases = Sequence[Basis]


@dataclass(frozen=True)
class Spectrum:
    """values  the eigenvalues (points, n); `moves` by what the matrix changes, in the basis"""

    basis: Basis
    values: Residues
    moves: Jet

    def roots(self) -> Residues:
        """Of the eigenvalues: those that were drawn, or any."""
        drawn = self.basis.roots
        return drawn if np.array_equal(drawn * drawn % P, self.values) else root(self.values[:, :, None])[:, :, 0]


def spectrum(bases: Bases, a: Jet) -> Spectrum:
    """NotExact where no basis is that of a matrix, or two of its eigenvalues are one."""
    base = jets.at(a)
    n = base.shape[1]
    for basis in (b for one in bases for b in (one, one.turned)):
        if base.shape[1:] != basis.vectors.shape[1:]:
            continue
        inside = product(product(basis.inverse, base), basis.vectors)
        values = np.diagonal(inside, axis1=1, axis2=2)
        if np.array_equal(inside, values[:, :, None] * np.eye(n, dtype=np.int64)):
            moves = jets.mapped(jets.nilpotent(a), lambda x, b=basis: product(product(b.inverse, x), b.vectors))  # type: ignore[misc]
            return Spectrum(basis, values.copy(), moves)
    raise NotExact("its eigenvectors are not known")


# ------------------------------------------------------------------------------------------------ primary functions
Scalar = Callable[[Spectrum], list[Residues]]
"""f, f′, f″, … at the eigenvalues."""


def primary(bases: Bases, a: Jet, scalar: Scalar) -> Jet:
    """f(A + N) by divided differences: in the basis of A, Σ f[λ_i, …, λ_j] N_i· … N_·j over all ways from i to j.

    bases   those that are known
    scalar  f and its derivatives at the eigenvalues; NotExact where there are not enough of them
    Source: N. Higham, Functions of Matrices (2008), section 3.2.
    """
    at = spectrum(bases, a)
    derivatives = scalar(at)
    n, steps = at.values.shape[1], len(jets.steps(a))
    if steps >= len(derivatives):
        raise NotExact("a derivative of this order is not known")
    gaps = (at.values[:, :, None] - at.values[:, None, :]) % P
    known: dict[tuple[int, ...], Residues] = {}

    def divided(nodes: tuple[int, ...]) -> Residues:
        if nodes not in known:
            first, last = nodes[0], nodes[-1]
            if first == last:
                known[nodes] = derivatives[len(nodes) - 1][:, first] * pow(jets.factorial(len(nodes) - 1), P - 2, P) % P
            else:
                rise = divided(nodes[:-1]) - divided(nodes[1:])
                known[nodes] = rise % P * reciprocal(gaps[:, first, last]) % P
        return known[nodes]

    out: Jet = {0: derivatives[0][:, :, None] * np.eye(n, dtype=np.int64)}
    ways = at.moves
    for k in range(1, steps + 1):
        if not ways:
            break
        weights = np.stack([divided(tuple(sorted(nodes))) for nodes in tuples(range(n), repeat=k + 1)], axis=1)
        weights = weights.reshape(-1, *[n] * (k + 1))
        out = jets.added(out, jets.mapped(ways, lambda x, w=weights, k=k: np.sum(x * w % P, axis=tuple(range(2, k + 1))) % P))  # type: ignore[misc]
        ways = jets.joined(ways, at.moves, lambda x, y, k=k: x[..., None] * y.reshape(-1, *[1] * k, n, n) % P)  # type: ignore[misc]
    return jets.mapped(out, lambda x: product(product(at.basis.vectors, x), at.basis.inverse))


def _exponentials(at: Spectrum) -> list[Residues]:
    """Their product is the exponential of the trace."""
    letters = exponential(at.values)
    letters[:, -1] = exponential(np.sum(at.values, axis=1) % P) * reciprocal(_multiplied(letters[:, :-1])) % P
    return [letters] * 6


def _logarithms(at: Spectrum) -> list[Residues]:
    """Their sum is the logarithm of the determinant."""
    letters = logarithm(at.values)
    letters[:, -1] = (logarithm(_multiplied(at.values)) - np.sum(letters[:, :-1], axis=1)) % P
    one = reciprocal(at.values)
    return [letters, one, -power(one, 2) % P, 2 * power(one, 3) % P, -6 * power(one, 4) % P]


def _square_roots(at: Spectrum) -> list[Residues]:
    r = at.roots()
    one = reciprocal(r)
    return [r, one * HALF % P, -power(one, 3) * pow(4, P - 2, P) % P, power(one, 5) * (3 * pow(8, P - 2, P) % P) % P]


def _multiplied(values: Residues) -> Residues:
    out = np.ones_like(values[:, 0])
    for k in range(values.shape[1]):
        out = out * values[:, k] % P
    return out


def _along(scalar: Scalar, *needed: int) -> Callable[..., Jet]:
    """The derivative of a function along the further arguments."""

    def value(bases: Bases, a: Jet, *directions: Jet) -> Jet:
        for bit, e in zip(needed, directions, strict=True):
            a = jets.added(a, {s | bit: x for s, x in e.items()})
        out = primary(bases, a, scalar)
        for bit in needed:
            out = jets.coefficient(out, bit)
        return out

    return value


# ------------------------------------------------------------------------------------------------ eigenvectors
def _pair(at: Spectrum, i: int, turned: bool = False) -> tuple[Jet, Jet]:
    """(λ_i, its eigenvector with the i-th coordinate 1 in the basis), in powers of what the matrix moves by; `turned` of the transpose."""
    n = at.values.shape[1]
    moves, basis = (jets.transposed(at.moves), at.basis.turned) if turned else (at.moves, at.basis)
    gaps = (at.values[:, [i]] - at.values) % P
    gaps[:, i] = 1
    inverse = reciprocal(gaps)
    inverse[:, i] = 0
    unit: Jet = {0: np.broadcast_to(np.eye(n, dtype=np.int64)[:, [i]], (len(gaps), n, 1)).copy()}
    rest: Jet = {}
    change: Jet = {}
    for _ in range(len(jets.steps(moves))):
        image = jets.multiplied(moves, jets.added(unit, rest))
        change = jets.mapped(image, lambda x: x[:, i : i + 1])
        off = jets.added(image, jets.negated(jets.entrywise(change, rest))) if rest else image
        rest = jets.mapped(off, lambda x: x * inverse[:, :, None] % P)
    value: Jet = jets.added({0: at.values[:, i].reshape(-1, 1, 1)}, change)
    return value, jets.multiplied({0: basis.vectors}, jets.added(unit, rest))


def _normed(v: Jet) -> Jet:
    """v / ‖v‖ of a vector whose length is 1 where nothing moves."""
    square = jets.total(jets.entrywise(v, v))
    one = np.ones_like(jets.at(square))
    if not np.array_equal(jets.at(square), one):
        raise NotExact("an eigenvector whose length has no root")
    slopes = [one * (-HALF % P), one * (3 * pow(4, P - 2, P) % P), one * (-15 * pow(8, P - 2, P) % P)]
    return jets.entrywise(v, jets.composed(one, slopes, jets.nilpotent(square)))


def _index(i: Jet, at: Spectrum) -> int:
    k = int(jets.at(i)[0, 0, 0]) - 1
    if not 0 <= k < at.values.shape[1]:
        raise NotExact("an index runs beyond the eigenvalues")
    return k


def _eigenvalue(bases: Bases, a: Jet, i: Jet) -> Jet:
    at = spectrum(bases, a)
    return _pair(at, _index(i, at))[0]


def _eigenvector(bases: Bases, a: Jet, i: Jet) -> Jet:
    at = spectrum(bases, a)
    return _normed(_pair(at, _index(i, at))[1])


def _left_eigenvector(bases: Bases, a: Jet, i: Jet) -> Jet:
    """u with u'v = 1."""
    at = spectrum(bases, a)
    u, v = _pair(at, _index(i, at), turned=True)[1], _eigenvector(bases, a, i)
    return jets.entrywise(u, reciprocals(jets.total(jets.entrywise(u, v))))


# ------------------------------------------------------------------------------------------------ singular values
def _singular(bases: Bases, a: Jet) -> tuple[list[Jet], list[Jet]]:
    """(singular values, right singular vectors) of a matrix with at least as many rows as columns."""
    m, n = jets.shape(a)
    if m < n:
        raise NotExact("fewer rows than columns")
    at = spectrum(bases, jets.multiplied(jets.transposed(a), a))
    roots = _square_roots(at)
    values, vectors = [], []
    for i in range(n):
        square, v = _pair(at, i)
        here = [f[:, i].reshape(-1, 1, 1) for f in roots]
        values.append(jets.composed(here[0], here[1:], jets.nilpotent(square)))
        vectors.append(_normed(v))
    return values, vectors


def _singular_value(bases: Bases, a: Jet, i: Jet) -> Jet:
    tall = a if jets.shape(a)[0] >= jets.shape(a)[1] else jets.transposed(a)
    values, _ = _singular(bases, tall)
    return values[int(jets.at(i)[0, 0, 0]) - 1]


def _singular_values(bases: Bases, a: Jet) -> Jet:
    return jets.transposed(jets.beside(_singular(bases, a)[0]))


def _right(bases: Bases, a: Jet) -> Jet:
    return jets.beside(_singular(bases, a)[1])


def _left(bases: Bases, a: Jet) -> Jet:
    values, vectors = _singular(bases, a)
    return jets.beside([jets.entrywise(jets.multiplied(a, v), reciprocals(s)) for s, v in zip(values, vectors, strict=True)])


def _positive_factor(bases: Bases, a: Jet) -> Jet:
    return primary(bases, jets.multiplied(jets.transposed(a), a), _square_roots)


def _orthonormal_factor(bases: Bases, a: Jet) -> Jet:
    return jets.multiplied(a, jets.inverted(_positive_factor(bases, a)))


EIGEN: dict[str, Meaning] = rows(
    spectral, expm=_along(_exponentials), logm=_along(_logarithms), sqrtm=_along(_square_roots), frechet_expm=_along(_exponentials, FIRST),
    frechet2_expm=_along(_exponentials, FIRST, SECOND), frechet_logm=_along(_logarithms, FIRST), eigval=_eigenvalue, eigvec=_eigenvector,
    eigvec_right=_eigenvector, eigvec_left=_left_eigenvector,
)
"""Functions of a square matrix that its eigenvectors tell."""

SINGULAR: dict[str, Meaning] = rows(
    spectral, singval=_singular_value, svd_u=_left, svd_s=_singular_values, svd_v=_right, polar_u=_orthonormal_factor,
    polar_p=_positive_factor,
)
"""Functions of any matrix that its singular vectors tell."""
SPECTRAL = {**EIGEN, **SINGULAR}
