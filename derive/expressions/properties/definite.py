"""What kind of quadratic form a symmetric matrix has: a value with a sign, of which it is asked what it says."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Definite(StrEnum):
    """The values of x'Ax for x ≠ 0; of a number its sign. The text is what a reader is told."""

    POSITIVE = "positive definite"
    SEMI_POSITIVE = "positive semidefinite"
    ZERO = "zero"
    SEMI_NEGATIVE = "negative semidefinite"
    NEGATIVE = "negative definite"
    INDEFINITE = "indefinite"
    UNDECIDED = "undecided"

    @property
    def sign(self) -> int:
        """1 where no value is negative, -1 where none is positive, 0 elsewhere."""
        return _SIGN.get(self, 0)

    @property
    def strict(self) -> bool:
        """Whether no value is 0."""
        return self in (Definite.POSITIVE, Definite.NEGATIVE)

    @property
    def weakened(self) -> Definite:
        """Of B'AB where B may send a vector to 0."""
        return semidefinite(self.sign) if self.strict else self

    @property
    def negated(self) -> Definite:
        """Of -A."""
        return _NEGATED.get(self, self)


_SIGN = {Definite.POSITIVE: 1, Definite.SEMI_POSITIVE: 1, Definite.SEMI_NEGATIVE: -1, Definite.NEGATIVE: -1}
_NEGATED = {
    Definite.POSITIVE: Definite.NEGATIVE, Definite.NEGATIVE: Definite.POSITIVE,
    Definite.SEMI_POSITIVE: Definite.SEMI_NEGATIVE, Definite.SEMI_NEGATIVE: Definite.SEMI_POSITIVE,
}
AT_LEAST_SEMI = (Definite.POSITIVE, Definite.SEMI_POSITIVE)
STRICT = (Definite.POSITIVE, Definite.NEGATIVE)


def semidefinite(sign: int) -> Definite:
    """Semidefinite of a sign, 1 or -1."""
    return Definite.SEMI_POSITIVE if sign > 0 else Definite.SEMI_NEGATIVE


def of_sum(kinds: Iterable[Definite | None]) -> Definite | None:
    """Of a sum of matrices of these kinds: one sign, strict where one of them is; None where it is not told."""
    known = list(kinds)
    for strict in STRICT:
        if all(k is not None and (k.sign == strict.sign or k is Definite.ZERO) for k in known):
            return strict if strict in known else semidefinite(strict.sign)
    return None


def of_product(kinds: Iterable[Definite]) -> Definite:
    """Of a form that is a product of forms of these kinds, none of which is zero: the signs multiplied, strict where all are."""
    known = list(kinds)
    sign = -1 if sum(k.sign < 0 for k in known) % 2 else 1
    return (Definite.POSITIVE if sign > 0 else Definite.NEGATIVE) if all(k.strict for k in known) else semidefinite(sign)
