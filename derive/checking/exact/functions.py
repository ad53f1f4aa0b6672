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
from derive.checking.exact.growth import Growth, chosen, determinant, eliminated, letter, linear, multiplied, nested, quotient
from derive.checking.exact.jets import Jet
from derive.checking.exact.unnamed import shaped
from derive.values import dataclass

HALF = (P + 1) // 2


def _exponential(u: Residues) -> Residues:
    """With exp(-u) = 1 / exp(u), and exp(0) = 1."""
    small = np.minimum(u, -u % P)
    value = scrambled(small, 11)
    value = np.where(u == small, value, power(value, P - 2))
    return np.where(u == 0, 1, value)


def exp(a: Jet) -> Jet:
    value = _exponential(jets.at(a))
    return jets.composed(value, [value] * 4, jets.nilpotent(a))


def log(a: Jet) -> Jet:
    u = jets.at(a)
    one = reciprocal(u)
    two, three = one * one % P, one * one % P * one % P
    even = np.minimum(u, -u % P)  # log|u| of a determinant
    return jets.composed(scrambled(even, 12) * (even != 1), [one, -two % P, 2 * three % P, -6 * (three * one % P) % P], jets.nilpotent(a))


def sqrt(a: Jet) -> Jet:
    r = root(jets.at(a))
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
    s, c = _circle(jets.at(a))
    return jets.composed(s, [c, -s % P, -c % P, s], jets.nilpotent(a))


def cos(a: Jet) -> Jet:
    s, c = _circle(jets.at(a))
    return jets.composed(c, [-s % P, -c % P, s, c], jets.nilpotent(a))


def sigmoid(a: Jet) -> Jet:
    return reciprocals(jets.added(_ones(a), exp(jets.negated(a))))


def tanh(a: Jet) -> Jet:
    square = exp(jets.added(a, a))
    return jets.entrywise(jets.added(square, jets.negated(_ones(a))), reciprocals(jets.added(square, _ones(a))))


def softplus(a: Jet) -> Jet:
    s = sigmoid({0: jets.at(a)})[0]
    slope = s * (1 - s) % P
    return jets.composed(scrambled(jets.at(a), 14), [s, slope, slope * (1 - 2 * s) % P], jets.nilpotent(a))


def tan(a: Jet) -> Jet:
    return jets.entrywise(sin(a), reciprocals(cos(a)))


def cosh(a: Jet) -> Jet:
    return _halved(jets.added(exp(a), exp(jets.negated(a))))


def sinh(a: Jet) -> Jet:
    return _halved(jets.added(exp(a), jets.negated(exp(jets.negated(a)))))


def atan(a: Jet) -> Jet:
    u = jets.at(a)
    one = reciprocal((1 + u * u) % P)
    square = one * one % P
    third = (6 * (u * u % P) - 2) % P * (square * one % P) % P
    return jets.composed(scrambled(u, 15), [one, -2 * (u * square % P) % P, third], jets.nilpotent(a))


def _ones(a: Jet) -> Jet:
    return {0: np.ones_like(next(iter(a.values())))}


def _halved(a: Jet) -> Jet:
    return jets.mapped(a, lambda x: x * HALF % P)


def reciprocals(a: Jet) -> Jet:
    """1 / a, entry by entry."""
    one = reciprocal(jets.at(a))
    square = one * one % P
    return jets.composed(one, [-square % P, 2 * (square * one % P) % P, -6 * (square * square % P) % P], jets.nilpotent(a))


def condition(op: str, left: Jet, right: Jet) -> Residues:
    """A condition: any function of the difference that is not both > and <.

    op           `<`, `<=`, `>` or `>=`
    left, right  the two sides, of one shape; only their values count, not how they move
    """
    difference = (jets.at(left) - jets.at(right)) % P
    small = np.minimum(difference, -difference % P)
    larger = ((scrambled(small, 16) & 1) == 0) ^ (difference != small)
    return np.asarray(larger if op in (">", ">=") else ~larger)


def branched(where: Residues, a: Jet, b: Jet) -> Jet:
    """`a` where it holds, `b` elsewhere."""
    masks, blank = {*a, *b}, np.zeros_like(next(iter((a or b).values())))
    return {s: np.where(where, a.get(s, blank), b.get(s, blank)) for s in masks}


def _relu(a: Jet) -> Jet:
    return branched(condition(">", a, {0: np.zeros_like(jets.at(a))}), a, {})


def _larger(a: Jet, b: Jet) -> Jet:
    return branched(condition(">", a, b), a, b)


def _smaller(a: Jet, b: Jet) -> Jet:
    return branched(condition(">", a, b), b, a)


def _absolute(a: Jet) -> Jet:
    return branched(condition(">", a, {0: np.zeros_like(jets.at(a))}), a, jets.negated(a))


def _sign(a: Jet) -> Jet:
    return branched(condition(">", a, {0: np.zeros_like(jets.at(a))}), _ones(a), jets.negated(_ones(a)))


def _squared(a: Jet) -> Jet:
    return jets.total(jets.entrywise(a, a))


def _norm(a: Jet) -> Jet:
    return sqrt(_squared(a))


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


def _part(mask: Callable[[Residues], Residues]) -> Meaning:
    return Meaning(jets.masked(mask), linear)


_RATIONAL = quotient(6)

MAPS: dict[str, Meaning] = {
    "exp": Meaning(exp, letter), "log": Meaning(log, _RATIONAL), "sqrt": Meaning(sqrt, _RATIONAL), "sin": Meaning(sin, _RATIONAL),
    "cos": Meaning(cos, _RATIONAL), "tan": Meaning(tan, _RATIONAL), "tanh": Meaning(tanh, _RATIONAL), "sinh": Meaning(sinh, _RATIONAL),
    "cosh": Meaning(cosh, _RATIONAL), "sigmoid": Meaning(sigmoid, _RATIONAL), "softplus": Meaning(softplus, _RATIONAL),
    "atan": Meaning(atan, _RATIONAL), "relu": Meaning(_relu, chosen), "abs": Meaning(_absolute, chosen), "sign": Meaning(_sign, chosen),
}
"""Functions entry by entry."""

CALLS: dict[str, Meaning] = {
    "tr": Meaning(jets.trace, linear), "det": Meaning(jets.determinant, determinant),
    "logdet": Meaning(lambda a: log(jets.determinant(a)), _RATIONAL), "sum": Meaning(jets.total, linear), "mean": Meaning(_mean, linear),
    "norm": Meaning(_norm, _RATIONAL, _squared), "vec": Meaning(jets.stacked, linear), "diag": Meaning(jets.diagonal, linear),
    "hadamard": Meaning(jets.entrywise, multiplied), "quotient": Meaning(_quotient, _RATIONAL), "kron": Meaning(jets.kronecker, multiplied),
    "inner": Meaning(_paired, multiplied), "dot": Meaning(_paired, multiplied), "sym": Meaning(_symmetric, linear),
    "skewpart": Meaning(_skew, linear), "adj": Meaning(_adjugate, determinant), "softmax": Meaning(_softmax, _RATIONAL),
    "logsumexp": Meaning(_logsumexp, _RATIONAL), "unvec": Meaning(_unstacked, linear), "tril": _part(np.tril), "triu": _part(np.triu),
    "stril": _part(lambda x: np.tril(x, -1)), "striu": _part(lambda x: np.triu(x, 1)), "qr_q": Meaning(_qr_q, nested),
    "qr_r": Meaning(_qr_r, nested), "cholesky": Meaning(_cholesky, nested), "pinv": Meaning(_pseudo_inverse, eliminated(6)),
    "ptrace1": Meaning(_diagonal_blocks, linear), "ptrace2": Meaning(_traces_of_blocks, linear), "entrypower": Meaning(_entry_power, quotient(40)),
    "max": Meaning(_larger, chosen), "min": Meaning(_smaller, chosen), **MAPS,
}
"""Functions of whole arguments."""
