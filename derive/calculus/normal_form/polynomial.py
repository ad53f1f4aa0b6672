"""Polynomials in noncommuting matrices: the arithmetic of words.

A monomial is a rational number, powers of scalar atoms, and a word of letters (matrices or their transposes); a
polynomial maps monomials to numbers.  Multiplying brings words to their reduced form: X⁻¹X and what a declaration
cancels (Q'Q = I) disappear, a factor of size 1×1 inside a word is a scalar and leaves it, a trace is one of its
cyclic and transposed forms.  Every rewrite is an identity, so equal normal forms mean equal values (the converse need
not hold).
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from hashlib import blake2b

from derive.expressions import build
from derive.expressions.nodes import Call, Expr, Identity, Map, Number, Ones, SizeValue, Symbol, Transpose, number
from derive.expressions.sizes import SCALAR, Shape, Size

Scalars = tuple[tuple[Expr, Fraction], ...]
Word = tuple[Expr, ...]
Poly = dict[tuple[Scalars, Word], Fraction]
"""{(scalar atoms with exponents, word): coefficient}, never changed once made; no zero coefficients."""

LIMIT = 4000
UNIT: Poly = {((), ()): Fraction(1)}


class TooManyTerms(ValueError):
    """An expansion with more than LIMIT terms."""


# --------------------------------------------------------------------------------------------- order
@lru_cache(maxsize=200_000)
def fingerprint(expr: Expr) -> str:
    """A text that orders expressions, the same in every run; of bounded length, so that shared parts stay shared."""
    inside = ",".join(fingerprint(c) for c in expr.children)
    match expr:
        case Symbol():
            return expr.name
        case Number(value):
            return str(value)
        case SizeValue(size):
            return f"#{size}"
        case Call(name):
            out = f"{name}({inside})"
        case Map(function, _, order):
            out = f"{function if isinstance(function, str) else function.name}.{order}({inside})"
        case Transpose():
            out = f"{inside}'"
        case _:
            out = f"{type(expr).__name__}({'' if expr.children else repr(expr)}{inside})"
    return out if len(out) <= 100 else f"{out[:60]}…{blake2b(out.encode(), digest_size=12).hexdigest()}"


def word_key(word: Word) -> tuple[int, tuple[str, ...]]:
    """What orders words: shorter ones first, then by their letters."""
    return len(word), tuple(fingerprint(letter) for letter in word)


def term_key(key: tuple[Scalars, Word]) -> tuple[object, ...]:
    """What orders the terms of a polynomial."""
    scalars, word = key
    return word_key(word), tuple((fingerprint(atom), exponent) for atom, exponent in scalars)


# --------------------------------------------------------------------------------------------- arithmetic
def add(polys: Iterable[Poly]) -> Poly:
    """The sum; terms that cancel are gone."""
    out: Poly = {}
    for poly in polys:
        for key, c in poly.items():
            out[key] = out.get(key, Fraction(0)) + c
    return _within({key: c for key, c in out.items() if c})


def scaled(poly: Poly, c: Fraction) -> Poly:
    """A number times a polynomial."""
    return {key: value * c for key, value in poly.items()} if c else {}


def times_scalars(poly: Poly, scalars: Scalars, c: Fraction) -> Poly:
    """A number and scalar atoms times a polynomial.

    poly     a polynomial of matrices, as words with their coefficients
    scalars  what stands in front of every term, with exponents
    c        the number in front
    """
    if not scalars:
        return scaled(poly, c)
    return {(merge(s, scalars), w): d * c for (s, w), d in poly.items()}


def merge(left: Scalars, right: Scalars) -> Scalars:
    """The atoms of a product, the exponents of one atom added."""
    if not left or not right:
        return left or right
    out = dict(left)
    for atom, exponent in right:
        out[atom] = out.get(atom, Fraction(0)) + exponent
    return tuple(sorted(((a, e) for a, e in out.items() if e), key=lambda pair: fingerprint(pair[0])))


def scalar_atom(atom: Expr, exponent: Fraction | int = 1) -> Poly:
    """The polynomial of one scalar atom, to a power."""
    return {(((atom, Fraction(exponent)),), ()): Fraction(1)}


def size_poly(size: Size) -> Poly:
    """A size as a polynomial in the size names."""
    out: list[Poly] = []
    for names, c in size.terms:
        scalars: Scalars = ()
        for name in names:
            scalars = merge(scalars, ((SizeValue(Size.of(name)), Fraction(1)),))
        out.append({(scalars, ()): Fraction(c)})
    return add(out)


def _within(poly: Poly) -> Poly:
    if len(poly) > LIMIT:
        raise TooManyTerms
    return poly


# --------------------------------------------------------------------------------------------- back
def to_expr(poly: Poly, shape: Shape) -> Expr:
    """The expression of a polynomial, its terms in canonical order."""
    return build.total((_term(key, poly[key], shape) for key in sorted(poly, key=term_key)), shape)


def _term(key: tuple[Scalars, Word], c: Fraction, shape: Shape) -> Expr:
    scalars, word = key
    parts: list[Expr] = [number(c)]
    parts += [atom if k == 1 else build.power(atom, number(k)) for atom, k in scalars]
    if word:
        bare = [letter.arg if isinstance(letter, Transpose) else letter for letter in word]
        body = Ones(shape) if all(isinstance(letter, Ones) for letter in bare) else build.matmul(*word)
        return build.scale(build.times(*parts), body)
    if shape == SCALAR:
        return build.times(*parts)
    return build.scale(build.times(*parts), Identity(shape[0]))
