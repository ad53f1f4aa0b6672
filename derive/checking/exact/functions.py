"""What functions are over the field.

Of a function that is not algebraic, exp or an unnamed σ, a random function of residues is taken that has its derivatives: a line
that holds for all such functions holds for this one.  What uses more of the function than its derivatives stays undecided.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np

from derive.checking.exact import jets
from derive.checking.exact.field import NotExact, P, Residues, power, reciprocal, root, scrambled
from derive.checking.exact.jets import Jet

HALF = (P + 1) // 2


def _exponential(u: Residues) -> Residues:
    """With exp(-u) = 1 / exp(u), and exp(0) = 1."""
    small = np.minimum(u, -u % P)
    value = scrambled(small, 11)
    value = np.where(u == small, value, power(value, P - 2))
    return np.where(u == 0, 1, value)


def exp(a: Jet) -> Jet:
    value = _exponential(_at(a))
    return jets.composed(value, [value] * 4, jets.nilpotent(a))


def log(a: Jet) -> Jet:
    u = _at(a)
    one = reciprocal(u)
    two, three = one * one % P, one * one % P * one % P
    even = np.minimum(u, -u % P)  # log|u| of a determinant
    return jets.composed(scrambled(even, 12) * (even != 1), [one, -two % P, 2 * three % P, -6 * (three * one % P) % P], jets.nilpotent(a))


def sqrt(a: Jet) -> Jet:
    r = root(_at(a))
    one = reciprocal(r)
    three = power(one, 3)
    return jets.composed(r, [one * HALF % P, -three * (HALF * HALF % P) % P, power(one, 5) * (3 * pow(8, P - 2, P) % P) % P], jets.nilpotent(a))


def _circle(u: Residues) -> tuple[Residues, Residues]:
    """(sin, cos) with sin² + cos² = 1, sin odd and cos even."""
    small = np.minimum(u, -u % P)
    w = scrambled(small, 13)
    scale = reciprocal((1 + w * w) % P)
    sine, cosine = 2 * w % P * scale % P, (1 - w * w) % P * scale % P
    sine = np.where(u == small, sine, -sine % P)
    return np.where(u == 0, 0, sine), np.where(u == 0, 1, cosine)


def sin(a: Jet) -> Jet:
    s, c = _circle(_at(a))
    return jets.composed(s, [c, -s % P, -c % P, s], jets.nilpotent(a))


def cos(a: Jet) -> Jet:
    s, c = _circle(_at(a))
    return jets.composed(c, [-s % P, -c % P, s, c], jets.nilpotent(a))


def sigmoid(a: Jet) -> Jet:
    return reciprocals(jets.added(_ones(a), exp(jets.negated(a))))


def tanh(a: Jet) -> Jet:
    square = exp(jets.added(a, a))
    return jets.entrywise(jets.added(square, jets.negated(_ones(a))), reciprocals(jets.added(square, _ones(a))))


def softplus(a: Jet) -> Jet:
    s = sigmoid({0: _at(a)})[0]
    slope = s * (1 - s) % P
    return jets.composed(scrambled(_at(a), 14), [s, slope, slope * (1 - 2 * s) % P], jets.nilpotent(a))


def tan(a: Jet) -> Jet:
    return jets.entrywise(sin(a), reciprocals(cos(a)))


def cosh(a: Jet) -> Jet:
    return _halved(jets.added(exp(a), exp(jets.negated(a))))


def sinh(a: Jet) -> Jet:
    return _halved(jets.added(exp(a), jets.negated(exp(jets.negated(a)))))


def atan(a: Jet) -> Jet:
    u = _at(a)
    one = reciprocal((1 + u * u) % P)
    square = one * one % P
    third = (6 * (u * u % P) - 2) % P * (square * one % P) % P
    return jets.composed(scrambled(u, 15), [one, -2 * (u * square % P) % P, third], jets.nilpotent(a))


def _at(a: Jet) -> Residues:
    if 0 in a:
        return a[0]
    one = next(iter(a.values()))
    return np.zeros_like(one)


def _ones(a: Jet) -> Jet:
    return {0: np.ones_like(next(iter(a.values())))}


def _halved(a: Jet) -> Jet:
    return jets.mapped(a, lambda x: x * HALF % P)


def reciprocals(a: Jet) -> Jet:
    """1 / a, entry by entry."""
    one = reciprocal(_at(a))
    square = one * one % P
    return jets.composed(one, [-square % P, 2 * (square * one % P) % P, -6 * (square * square % P) % P], jets.nilpotent(a))


def unnamed(name: str, order: int, a: Jet) -> Jet:
    """σ, σ', σ'' of an elementwise function without a formula.

    name   of the author's function
    order  of the derivative, 0 for the function
    """
    seed = sum(ord(c) * 131**k for k, c in enumerate(name)) % 2**40
    values = [scrambled(_at(a), seed + 1000 * k) for k in range(order, order + 4)]
    return jets.composed(values[0], values[1:], jets.nilpotent(a))


def chosen(op: str, left: Jet, right: Jet) -> Residues:
    """A condition: any function of the difference that is not both > and <.

    op           `<`, `<=`, `>` or `>=`
    left, right  the two sides, of one shape; only their values count, not how they move
    """
    difference = (_at(left) - _at(right)) % P
    small = np.minimum(difference, -difference % P)
    larger = ((scrambled(small, 16) & 1) == 0) ^ (difference != small)
    return np.asarray(larger if op in (">", ">=") else ~larger)


def branched(condition: Residues, a: Jet, b: Jet) -> Jet:
    """`a` where the condition holds, `b` elsewhere."""
    masks, blank = {*a, *b}, np.zeros_like(next(iter((a or b).values())))
    return {s: np.where(condition, a.get(s, blank), b.get(s, blank)) for s in masks}


def _relu(a: Jet) -> Jet:
    return branched(chosen(">", a, {0: np.zeros_like(_at(a))}), a, {})


def _larger(a: Jet, b: Jet) -> Jet:
    return branched(chosen(">", a, b), a, b)


def _smaller(a: Jet, b: Jet) -> Jet:
    return branched(chosen(">", a, b), b, a)


def _absolute(a: Jet) -> Jet:
    return branched(chosen(">", a, {0: np.zeros_like(_at(a))}), a, jets.negated(a))


def _sign(a: Jet) -> Jet:
    return branched(chosen(">", a, {0: np.zeros_like(_at(a))}), _ones(a), jets.negated(_ones(a)))


MAPS: dict[str, Callable[[Jet], Jet]] = {
    "exp": exp, "log": log, "sqrt": sqrt, "sin": sin, "cos": cos, "tan": tan, "tanh": tanh, "sinh": sinh, "cosh": cosh, "sigmoid": sigmoid,
    "softplus": softplus, "atan": atan, "relu": _relu, "abs": _absolute, "sign": _sign,
}
"""Functions entry by entry."""


def _norm(a: Jet) -> Jet:
    return sqrt(jets.total(jets.entrywise(a, a)))


def _softmax(a: Jet) -> Jet:
    if jets.shape(a)[1] != 1:
        raise NotExact("softmax of the rows of a matrix")
    powers = exp(a)
    return jets.entrywise(powers, reciprocals(jets.total(powers)))


def _logsumexp(a: Jet) -> Jet:
    if jets.shape(a)[1] != 1:
        raise NotExact("logsumexp of the rows of a matrix")
    return log(jets.total(exp(a)))


def _mean(a: Jet) -> Jet:
    m, n = jets.shape(a)
    return jets.entrywise(jets.total(a), jets.constant(Fraction(1, m * n), len(next(iter(a.values())))))


def _adjugate(a: Jet) -> Jet:
    return jets.entrywise(jets.determinant(a), jets.inverted(a))


def _symmetric(a: Jet) -> Jet:
    return _halved(jets.added(a, jets.transposed(a)))


def _skew(a: Jet) -> Jet:
    return _halved(jets.added(a, jets.negated(jets.transposed(a))))


def _paired(a: Jet, b: Jet) -> Jet:
    return jets.total(jets.entrywise(a, b))


def _quotient(a: Jet, b: Jet) -> Jet:
    return jets.entrywise(a, reciprocals(b))


def _unstacked(a: Jet, like: Jet) -> Jet:
    m, n = jets.shape(like)
    return jets.mapped(a, lambda x: x.reshape(len(x), n, m).transpose(0, 2, 1))


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


def _beside(columns: list[Jet]) -> Jet:
    masks = {s for c in columns for s in c}
    blank = np.zeros_like(next(iter(columns[0].values())))
    return {s: np.concatenate([c.get(s, blank) for c in columns], axis=2) for s in masks}


def _qr_q(a: Jet) -> Jet:
    return _beside(_orthonormal(a)[0])


def _qr_r(a: Jet) -> Jet:
    return jets.multiplied(jets.transposed(_qr_q(a)), a)


def _cholesky(a: Jet) -> Jet:
    """Column by column: the rest of the column over the root of its first entry."""
    n, rest = jets.shape(a)[0], a
    columns: list[Jet] = []
    for k in range(n):
        pivot = jets.mapped(rest, lambda x, k=k: x[:, k : k + 1, k : k + 1])  # type: ignore[misc]
        column = jets.entrywise(jets.mapped(rest, lambda x, k=k: x[:, :, k : k + 1]), reciprocals(sqrt(pivot)))  # type: ignore[misc]
        columns.append(column)
        rest = jets.added(rest, jets.negated(jets.multiplied(column, jets.transposed(column))))
    return _beside(columns)


def _pseudo_inverse(a: Jet) -> Jet:
    """Of a matrix of full rank."""
    m, n = jets.shape(a)
    turned = jets.transposed(a)
    return jets.multiplied(jets.inverted(jets.multiplied(turned, a)), turned) if m >= n else (
        jets.multiplied(turned, jets.inverted(jets.multiplied(a, turned))))


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
    out = _ones(a)
    for _ in range(abs(exponent)):
        out = jets.entrywise(out, base)
    return out


CALLS: dict[str, Callable[..., Jet]] = {
    "tr": jets.trace, "det": jets.determinant, "logdet": lambda a: log(jets.determinant(a)), "sum": jets.total, "mean": _mean, "norm": _norm,
    "vec": jets.stacked, "diag": jets.diagonal, "hadamard": jets.entrywise, "quotient": _quotient, "kron": jets.kronecker, "inner": _paired,
    "dot": _paired, "sym": _symmetric, "skewpart": _skew, "adj": _adjugate, "softmax": _softmax, "logsumexp": _logsumexp, "unvec": _unstacked,
    "tril": jets.masked(np.tril), "triu": jets.masked(np.triu), "stril": jets.masked(lambda x: np.tril(x, -1)),
    "qr_q": _qr_q, "qr_r": _qr_r, "cholesky": _cholesky, "pinv": _pseudo_inverse, "ptrace1": _diagonal_blocks, "ptrace2": _traces_of_blocks,
    "entrypower": _entry_power, "max": _larger, "min": _smaller, "striu": jets.masked(lambda x: np.triu(x, 1)), **MAPS,
}
"""Functions of whole arguments."""
