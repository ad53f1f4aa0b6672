"""Functions entry by entry over the field.

Of a function that is not algebraic, exp or log, a random function of residues is taken that has its derivatives: a line that holds for
all such functions holds for this one.  What uses more of the function than its derivatives, and than is said here, stays undecided.
NotExact for a denominator that is 0.
"""

from __future__ import annotations

import numpy as np

from derive.checking.exact import jets
from derive.checking.exact.field import P, Residues, power, reciprocal, root, scrambled
from derive.checking.exact.jets import Jet

HALF = (P + 1) // 2
BELOW = 2**30
"""Every residue is u or -u with a u below."""
_ROUNDS = ((0x2C1B3C6D, 15), (0x297A2D39, 16), (0x3B9ACA07, 17))


def _mixed(u: Residues) -> Residues:
    """A random permutation of the residues, which takes -u to minus what it takes u to."""
    x = np.minimum(u, -u % P)
    for factor, shift in _ROUNDS:
        x = x * factor % BELOW
        x ^= x >> shift
    return np.where(u < BELOW, x, -x % P)


def _unmixed(u: Residues) -> Residues:
    """The inverse of `_mixed`."""
    x = np.minimum(u, -u % P)
    for factor, shift in reversed(_ROUNDS):
        x ^= x >> shift
        x = x * pow(factor, -1, BELOW) % BELOW
    return np.where(u < BELOW, x, -x % P)


def exponential(u: Residues) -> Residues:
    """(1 + w) / (1 - w) of a random w with w(-u) = -w(u): exp(-u) = 1 / exp(u), and exp(0) = 1."""
    w = _mixed(u)
    return (1 + w) * reciprocal((1 - w) % P) % P


def logarithm(v: Residues) -> Residues:
    """What `exponential` has the value v at, so that log(1 / v) = -log(v)."""
    return _unmixed((v - 1) * reciprocal((v + 1) % P) % P)


def exp(a: Jet) -> Jet:
    value = exponential(jets.at(a))
    return jets.composed(value, [value] * 4, jets.nilpotent(a))


def log(a: Jet) -> Jet:
    u = jets.at(a)
    one = reciprocal(u)
    two, three = one * one % P, one * one % P * one % P
    return jets.composed(logarithm(u), [one, -two % P, 2 * three % P, -6 * (three * one % P) % P], jets.nilpotent(a))


def log_of_size(a: Jet) -> Jet:
    """log|u|: of u or -u the one that is a square."""
    square = power(jets.at(a), (P - 1) // 2) == 1
    return log(jets.mapped(a, lambda x: np.where(square, x, -x % P)))


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
    return reciprocals(jets.added(ones(a), exp(jets.negated(a))))


def tanh(a: Jet) -> Jet:
    square = exp(jets.added(a, a))
    return jets.entrywise(jets.added(square, jets.negated(ones(a))), reciprocals(jets.added(square, ones(a))))


def softplus(a: Jet) -> Jet:
    return log(jets.added(ones(a), exp(a)))


def tan(a: Jet) -> Jet:
    return jets.entrywise(sin(a), reciprocals(cos(a)))


def cosh(a: Jet) -> Jet:
    return halved(jets.added(exp(a), exp(jets.negated(a))))


def sinh(a: Jet) -> Jet:
    return halved(jets.added(exp(a), jets.negated(exp(jets.negated(a)))))


def atan(a: Jet) -> Jet:
    u = jets.at(a)
    one = reciprocal((1 + u * u) % P)
    square = one * one % P
    third = (6 * (u * u % P) - 2) % P * (square * one % P) % P
    return jets.composed(scrambled(u, 15), [one, -2 * (u * square % P) % P, third], jets.nilpotent(a))


def ones(a: Jet) -> Jet:
    """1 for every entry."""
    return {0: np.ones_like(next(iter(a.values())))}


def halved(a: Jet) -> Jet:
    """a / 2"""
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


def relu(a: Jet) -> Jet:
    return branched(condition(">", a, {0: np.zeros_like(jets.at(a))}), a, {})


def larger(a: Jet, b: Jet) -> Jet:
    return branched(condition(">", a, b), a, b)


def smaller(a: Jet, b: Jet) -> Jet:
    return branched(condition(">", a, b), b, a)


def absolute(a: Jet) -> Jet:
    return branched(condition(">", a, {0: np.zeros_like(jets.at(a))}), a, jets.negated(a))


def sign(a: Jet) -> Jet:
    return branched(condition(">", a, {0: np.zeros_like(jets.at(a))}), ones(a), jets.negated(ones(a)))
