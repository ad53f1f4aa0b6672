"""What the terms of the lowest order of a polynomial around a point say, where the second derivative decides nothing; signs of
numbers under conditions.

Source: Apostol, Mathematical Analysis (1974), sec. 13.7, for the lowest order along a line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from derive.calculus.algebra.door import sp
from derive.calculus.algebra.equality import sympy_zero
from derive.calculus.algebra.scalars import Atoms, Untranslatable, from_sympy_scalar, to_sympy_scalar
from derive.expressions.nodes import Expr, Number, Symbol
from derive.values import dataclass

HIGHEST = 12
"""The highest order of a derivative that is taken."""


@dataclass(frozen=True)
class Along:
    """f(x* + t h) − f(x*) = coefficient t^order + …, the direction h in small whole numbers."""

    direction: tuple[int, ...]
    coefficient: Expr
    order: int

    @property
    def sign(self) -> str:
        assert isinstance(self.coefficient, Number)
        return ("+" if self.coefficient.value > 0 else "-") if self.order % 2 == 0 else "both"


def lowest_derivative(function: Expr, x: Symbol, root: Expr) -> tuple[int, Expr] | None:
    """(k, its value) of the first derivative of order above 2 that is not 0 at a root; None where none is found.

    function  of the number x alone, other symbols constant
    """
    atoms = Atoms()
    try:
        value, at = to_sympy_scalar(function, atoms), to_sympy_scalar(root, atoms)
        letter = atoms.of(x)
        for k in range(1, HIGHEST):
            value = sp().diff(value, letter)
            there = sp().simplify(value.subs(letter, at))
            if k > 2 and there.is_zero is False and not there.has(sp().nan, sp().zoo, sp().oo):
                return k, from_sympy_scalar(there, atoms.meaning)
    except (ValueError, Untranslatable):
        return None
    return None


def along_lines(function: Expr, point: Mapping[Expr, Expr]) -> Iterator[Along]:
    """The lowest order of a polynomial along directions of small whole numbers through a point of numbers, the simplest first."""
    found = _around(function, point)
    if found is None:
        return
    poly, letters = found
    t = sp().Dummy("t", real=True)
    for h in sorted(product(range(-2, 3), repeat=len(letters)), key=lambda h: (sum(map(abs, h)), tuple(-k for k in h))):
        if not any(h):
            continue
        line = sp().Poly(poly.as_expr().subs(dict(zip(letters, [k * t for k in h], strict=True)), simultaneous=True), t)
        terms = [(k, c) for (k,), c in line.terms() if k and c != 0]
        if terms:
            k, c = min(terms, key=lambda pair: pair[0])
            yield Along(h, from_sympy_scalar(c), k)


def even_powers(function: Expr, point: Mapping[Expr, Expr]) -> str | None:
    """"+" where f − f(x*) is a sum of even powers of the distances with coefficients ≥ 0, "-" where ≤ 0, each distance in a power of
    its own; None elsewhere."""
    found = _around(function, point)
    if found is None:
        return None
    poly, letters = found
    terms = [(powers, c) for powers, c in poly.terms() if any(powers)]
    if not terms or any(k % 2 for powers, _ in terms for k in powers):
        return None
    alone = {j for powers, _ in terms for j in range(len(letters)) if powers[j] and sum(powers) == powers[j]}
    signs = {bool(c > 0) for _, c in terms}
    return ("+" if signs.pop() else "-") if len(signs) == 1 and len(alone) == len(letters) else None


def _around(function: Expr, point: Mapping[Expr, Expr]) -> tuple[Any, list[Any]] | None:
    """The function as a polynomial in the distances from the point, with numbers as coefficients."""
    atoms = Atoms()
    try:
        value = to_sympy_scalar(function, atoms)
        letters = [atoms.of(x) for x in point]
        moved = value.subs({x: x + to_sympy_scalar(at, atoms) for x, at in zip(letters, point.values(), strict=True)}, simultaneous=True)
        poly = sp().Poly(moved, *letters)
    except (ValueError, sp().PolynomialError):
        return None
    if not all(c.is_Rational for c in poly.coeffs()):
        return None
    return poly, letters


def sign_given(value: Expr, positive: Iterable[Expr]) -> str | None:
    """"+" or "-" of a number whose factors are positive, negative, or multiples of what is given to be positive; None elsewhere."""
    atoms = Atoms()
    try:
        number = sp().factor(to_sympy_scalar(value, atoms))
        given = [sp().factor(to_sympy_scalar(p, atoms)) for p in positive]
    except ValueError:
        return None
    sign = 1
    strict = _signs_of_factors(given)
    for base, exponent in number.as_powers_dict().items():
        own = _sign(base, given)
        own = own if own is not None else next((e for b, e in strict if sympy_zero(b - base)), None)
        own = own if own is not None else next((-e for b, e in strict if sympy_zero(b + base)), None)
        if own is None and exponent.is_even and base.is_zero is False:
            own = 1
        if own is None or not exponent.is_Integer:
            return None
        sign *= own if exponent % 2 else 1
    return "+" if sign > 0 else "-"


def _signs_of_factors(positive: Sequence[Any]) -> list[tuple[Any, int]]:
    """The sign of each factor of what is given to be positive, where at most one of them may have either: n − p > 0 for q²/(n − p) > 0."""
    out: list[tuple[Any, int]] = []
    for p in positive:
        powers = p.as_powers_dict()
        weak = {b: 1 if b.is_nonnegative else -1 if b.is_nonpositive else None for b in powers}
        unknown = [b for b, own in weak.items() if own is None]
        if len(unknown) > 1 or any(not e.is_Integer for e in powers.values()):
            continue
        sign = 1
        for b, own in weak.items():
            sign *= (own or 1) ** int(abs(powers[b]))
        out += [(b, own) for b, own in weak.items() if own is not None]
        out += [(b, sign) for b in unknown if powers[b] % 2]
    return out


def _sign(base: Any, given: Sequence[Any]) -> int | None:
    if base.is_positive or base.is_negative:
        return 1 if base.is_positive else -1
    for p in given:
        ratio = sp().cancel(base / p)
        below = sp().fraction(sp().cancel(p))[1].free_symbols
        certain = ratio.is_positive or ratio.is_negative or (not ratio.is_Add and all(
            x.is_positive or x in below for x in ratio.free_symbols))
        if certain and (ratio.is_nonnegative or ratio.is_nonpositive):
            return 1 if ratio.is_nonnegative else -1
    return None
