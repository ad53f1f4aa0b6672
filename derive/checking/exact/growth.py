"""How degrees, letters and choices grow from the arguments of a function to its value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import prod

from derive.checking.exact.field import NotExact
from derive.values import dataclass

Extent = tuple[int, int]


@dataclass(frozen=True)
class Bound:
    """Of an expression whose entries are brought to one denominator.

    degree   at least those of the numerators and of the denominator
    letters  at least as many as the values in it of functions that are no quotients of polynomials: each is a letter of its own
    within   at least the degrees of the arguments of these
    choices  in how many cases at most a product of it lies: its degree in the letters, 0 or 1, that choose between two cases
    divides  whether there may be a denominator
    """

    degree: int
    letters: int = 0
    within: int = 0
    choices: int = 0
    divides: bool = False


Growth = Callable[[Sequence[Bound], Sequence[Extent]], Bound]


def _joined(parts: Sequence[Bound], degree: int, choices: int) -> Bound:
    return Bound(degree, sum(p.letters for p in parts), max((p.within for p in parts), default=0), choices, any(p.divides for p in parts))


def added(parts: Sequence[Bound]) -> Bound:
    """Of a sum: the largest, and all together where denominators are brought together."""
    degrees = [p.degree for p in parts]
    together = any(p.divides for p in parts)
    return _joined(parts, sum(degrees) if together else max(degrees, default=0), max((p.choices for p in parts), default=0))


def multiplied(parts: Sequence[Bound], extents: Sequence[Extent] = ()) -> Bound:
    del extents
    return _joined(parts, sum(p.degree for p in parts), sum(p.choices for p in parts))


def linear(parts: Sequence[Bound], extents: Sequence[Extent]) -> Bound:
    """The arguments behind the first say a place or a shape."""
    del extents
    return added(parts[:1])


def combined(parts: Sequence[Bound], extents: Sequence[Extent]) -> Bound:
    """Of entries of the arguments, one beside the other."""
    del extents
    return added(parts)


def determinant(parts: Sequence[Bound], extents: Sequence[Extent]) -> Bound:
    size = extents[0][0]
    return _joined(parts, size * parts[0].degree, size * parts[0].choices)


def plain(parts: Sequence[Bound]) -> None:
    """NotExact where cases are chosen inside: what is no polynomial in the choices is not bounded."""
    if any(p.choices for p in parts):
        raise NotExact("cases inside what is no polynomial")


def chosen(parts: Sequence[Bound], extents: Sequence[Extent]) -> Bound:
    """One of two cases, as a condition on the arguments says."""
    del extents
    plain(parts)
    return replace(added(parts), choices=1)


def letter(parts: Sequence[Bound], extents: Sequence[Extent]) -> Bound:
    """A value that no argument tells, entry by entry, and derivatives that are such values too."""
    plain(parts)
    joined = added(parts)
    return replace(joined, degree=1 + joined.degree, letters=joined.letters + prod(extents[0]), within=max(joined.within, joined.degree))


def quotient(factor: int) -> Growth:
    """A quotient of polynomials in the argument and letters, each entry with a denominator of its own.

    factor  of the degree, derivatives included
    """

    def grown(parts: Sequence[Bound], extents: Sequence[Extent]) -> Bound:
        one = letter(parts, extents)
        return replace(one, degree=factor * max(map(prod, extents)) * one.degree, divides=True)

    return grown


def of_number(inner: Growth) -> Growth:
    """A quotient in a number that grows from the arguments as `inner` says, and in a letter."""
    return lambda parts, extents: quotient(4)([inner(parts, extents)], [(1, 1)])


def squared(parts: Sequence[Bound], extents: Sequence[Extent]) -> Bound:
    """Of a sum of squares."""
    return multiplied([*parts, *parts], extents)


def spectral(parts: Sequence[Bound], extents: Sequence[Extent]) -> Bound:
    """Of a function by way of eigenvalues, which are found in a basis of degree 4n²; up to its second derivative, of which a denominator
    holds each difference of two eigenvalues three times."""
    plain(parts)
    joined, n = added(parts), max(extents[0])
    one = joined.degree + 4 * n * n
    return replace(joined, degree=joined.degree + 2 * n * n * one, letters=joined.letters + n, within=max(joined.within, one), divides=True)


def eliminated(factor: int, of: Callable[[Extent], int] = max) -> Growth:
    """What elimination gives: denominators are determinants, or products of such.

    of  the size of these, from the extent of an argument
    """

    def grown(parts: Sequence[Bound], extents: Sequence[Extent]) -> Bound:
        plain(parts)
        joined = added(parts)
        return replace(joined, degree=factor * max(map(of, extents)) * (1 + joined.degree), divides=True)

    return grown


def nested(parts: Sequence[Bound], extents: Sequence[Extent]) -> Bound:
    """Column by column, each by way of those before it."""
    plain(parts)
    joined = added(parts)
    return replace(joined, degree=4 * 2 ** extents[0][1] * (1 + joined.degree), divides=True)
