"""What functions of whole arguments are over the field, in a table."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np

from derive.checking.exact import entrywise, jets
from derive.checking.exact.entrywise import reciprocals
from derive.checking.exact.field import NotExact, P, Residues
from derive.checking.exact.growth import (
    Growth,
    chosen,
    determinant,
    eliminated,
    letter,
    linear,
    multiplied,
    nested,
    of_number,
    quotient,
    squared,
)
from derive.checking.exact.jets import Jet
from derive.checking.exact.unnamed import shaped
from derive.values import dataclass


def _squared(a: Jet) -> Jet:
    return jets.total(jets.entrywise(a, a))


def _norm(a: Jet) -> Jet:
    return entrywise.sqrt(_squared(a))


def _softmax(a: Jet) -> Jet:
    if jets.shape(a)[1] != 1:
        raise NotExact("softmax of the rows of a matrix")
    powers = entrywise.exp(a)
    return jets.entrywise(powers, reciprocals(jets.total(powers)))


def _logsumexp(a: Jet) -> Jet:
    if jets.shape(a)[1] != 1:
        raise NotExact("logsumexp of the rows of a matrix")
    return entrywise.log(jets.total(entrywise.exp(a)))


def _mean(a: Jet) -> Jet:
    m, n = jets.shape(a)
    return jets.entrywise(jets.total(a), jets.constant(Fraction(1, m * n), len(next(iter(a.values())))))


def _adjugate(a: Jet) -> Jet:
    return jets.entrywise(jets.determinant(a), jets.inverted(a))


def _symmetric(a: Jet) -> Jet:
    return entrywise.halved(jets.added(a, jets.transposed(a)))


def _skew(a: Jet) -> Jet:
    return entrywise.halved(jets.added(a, jets.negated(jets.transposed(a))))


def _paired(a: Jet, b: Jet) -> Jet:
    return jets.total(jets.entrywise(a, b))


def _quotient(a: Jet, b: Jet) -> Jet:
    return jets.entrywise(a, reciprocals(b))


def _unstacked(a: Jet, like: Jet) -> Jet:
    return shaped(a, jets.shape(like))


def _orthonormal(a: Jet) -> tuple[list[Jet], list[list[Jet]]]:
    """The columns of Q, and the entries of R above and on its diagonal, by Gram and Schmidt."""
    m, n = jets.shape(a)
    if m < n:
        raise NotExact("fewer rows than columns")
    columns: list[Jet] = []
    entries: list[list[Jet]] = []
    for k in range(n):
        rest = jets.mapped(a, lambda x, k=k: x[:, :, k : k + 1])  # type: ignore[misc]
        above = []
        for q in columns:
            r = _paired(q, rest)
            above.append(r)
            rest = jets.added(rest, jets.negated(jets.entrywise(q, r)))
        length = _norm(rest)
        columns.append(jets.entrywise(rest, reciprocals(length)))
        entries.append([*above, length])
    return columns, entries


def _qr_q(a: Jet) -> Jet:
    return jets.beside(_orthonormal(a)[0])


def _qr_r(a: Jet) -> Jet:
    return jets.multiplied(jets.transposed(_qr_q(a)), a)


def _cholesky(a: Jet) -> Jet:
    """Column by column: the rest of the column over the root of its first entry."""
    n, rest = jets.shape(a)[0], a
    columns: list[Jet] = []
    for k in range(n):
        pivot = jets.mapped(rest, lambda x, k=k: x[:, k : k + 1, k : k + 1])  # type: ignore[misc]
        column = jets.entrywise(jets.mapped(rest, lambda x, k=k: x[:, :, k : k + 1]), reciprocals(entrywise.sqrt(pivot)))  # type: ignore[misc]
        columns.append(column)
        rest = jets.added(rest, jets.negated(jets.multiplied(column, jets.transposed(column))))
    return jets.beside(columns)


def _pseudo_inverse(a: Jet) -> Jet:
    """Of a matrix of any rank, which is the same nearby: from the coefficients of the characteristic polynomial of AA'.

    Source: H. Decell, An application of the Cayley-Hamilton theorem to generalized matrix inversion (1965).
    """
    m, n = jets.shape(a)
    if m > n:
        return jets.transposed(_pseudo_inverse(jets.transposed(a)))
    square, eye = jets.multiplied(a, jets.transposed(a)), np.broadcast_to(np.eye(m, dtype=np.int64), (len(jets.at(a)), m, m))
    before: Jet = {0: eye.copy()}
    last: tuple[Jet, Jet] | None = None
    for k in range(1, m + 1):
        image = jets.multiplied(square, before)
        coefficient = jets.entrywise(jets.trace(image), jets.constant(Fraction(-1, k), len(eye)))
        if not jets.equal(coefficient, {}):
            last = coefficient, before
        before = jets.added(image, jets.entrywise(coefficient, {0: eye.copy()}))
    if last is None:
        raise NotExact("the pseudo-inverse of 0")
    return jets.entrywise(jets.multiplied(jets.transposed(a), last[1]), jets.negated(reciprocals(last[0])))


def _sylvester(b: Jet, c: Jet) -> Jet:
    """L with BL + LB = C."""
    n = jets.shape(b)[0]
    eye: Jet = {0: np.broadcast_to(np.eye(n, dtype=np.int64), (len(jets.at(b)), n, n)).copy()}
    both = jets.added(jets.kronecker(eye, b), jets.kronecker(jets.transposed(b), eye))
    return shaped(jets.multiplied(jets.inverted(both), jets.stacked(c)), (n, n))


def _gaps(x: Jet) -> Jet:
    """1 / (x_j² - x_i²) at i, j, and 0 on the diagonal."""
    n, ones = jets.shape(x)[0], np.ones_like(jets.at(x))
    square = jets.multiplied(jets.entrywise(x, x), {0: ones.transpose(0, 2, 1)})
    apart = jets.added(jets.transposed(square), jets.negated(square))
    eye: Jet = {0: np.broadcast_to(np.eye(n, dtype=np.int64), jets.at(square).shape).copy()}
    return jets.mapped(reciprocals(jets.added(apart, eye)), lambda a: a * (1 - eye[0]))


def _diagonal_blocks(a: Jet, like: Jet) -> Jet:
    """The sum of the diagonal blocks."""
    m, n = jets.shape(like)

    def summed(x: Residues) -> Residues:
        blocks = x.reshape(len(x), x.shape[1] // m, m, x.shape[2] // n, n)
        return np.asarray(np.trace(blocks, axis1=1, axis2=3) % P)

    return jets.mapped(a, summed)


def _traces_of_blocks(a: Jet, like: Jet) -> Jet:
    m, n = jets.shape(like)

    def summed(x: Residues) -> Residues:
        blocks = x.reshape(len(x), m, x.shape[1] // m, n, x.shape[2] // n)
        return np.asarray(np.trace(blocks, axis1=2, axis2=4) % P)

    return jets.mapped(a, summed)


def _entry_power(a: Jet, k: Jet) -> Jet:
    small = k.get(0)
    if jets.shape(k) != (1, 1) or small is None or len(k) > 1 or np.any(small != small[0]):
        raise NotExact("an exponent that is no number")
    exponent = int(small[0, 0, 0])
    exponent = exponent - P if exponent > P // 2 else exponent
    if abs(exponent) > 40:
        raise NotExact("a high power")
    base = a if exponent >= 0 else reciprocals(a)
    out = entrywise.ones(a)
    for _ in range(abs(exponent)):
        out = jets.entrywise(out, base)
    return out


@dataclass(frozen=True)
class Meaning:
    """What a function is over the field.

    value   from the values of its arguments
    growth  of degrees and of what else the bound needs
    square  the square of its value, where that has one without a root
    """

    value: Callable[..., Jet]
    growth: Growth
    square: Callable[[Jet], Jet] | None = None


_RATIONAL = quotient(6)

def rows(growth: Growth, **values: Callable[..., Jet]) -> dict[str, Meaning]:
    """Of functions that grow alike, by their names."""
    return {name: Meaning(value, growth) for name, value in values.items()}


MAPS: dict[str, Meaning] = {
    **rows(letter, exp=entrywise.exp),
    **rows(_RATIONAL, log=entrywise.log, sqrt=entrywise.sqrt, sin=entrywise.sin, cos=entrywise.cos, tan=entrywise.tan, tanh=entrywise.tanh,
            sinh=entrywise.sinh, cosh=entrywise.cosh, sigmoid=entrywise.sigmoid, softplus=entrywise.softplus, atan=entrywise.atan),
    **rows(chosen, relu=entrywise.relu, abs=entrywise.absolute, sign=entrywise.sign),
}
"""Functions entry by entry."""

CALLS: dict[str, Meaning] = {
    **MAPS,
    **rows(linear, tr=jets.trace, sum=jets.total, mean=_mean, vec=jets.stacked, diag=jets.diagonal, sym=_symmetric, skewpart=_skew,
            unvec=_unstacked, ptrace1=_diagonal_blocks, ptrace2=_traces_of_blocks, tril=jets.masked(np.tril), triu=jets.masked(np.triu),
            stril=jets.masked(lambda x: np.tril(x, -1)), striu=jets.masked(lambda x: np.triu(x, 1))),
    **rows(multiplied, hadamard=jets.entrywise, kron=jets.kronecker, khatrirao=jets.khatri_rao, inner=_paired, dot=_paired),
    **rows(_RATIONAL, quotient=_quotient, softmax=_softmax, logsumexp=_logsumexp, gaps=_gaps),
    **rows(of_number(determinant), logdet=lambda a: entrywise.log_of_size(jets.determinant(a))),
    **rows(nested, qr_q=_qr_q, qr_r=_qr_r, cholesky=_cholesky),
    **rows(determinant, det=jets.determinant, adj=_adjugate),
    **rows(chosen, max=entrywise.larger, min=entrywise.smaller),
    **rows(eliminated(6), pinv=_pseudo_inverse),
    **rows(eliminated(4, lambda e: e[0] ** 2), sylvester=_sylvester),
    **rows(quotient(40), entrypower=_entry_power),
    "norm": Meaning(_norm, of_number(squared), _squared),
}
"""Functions of whole arguments."""
