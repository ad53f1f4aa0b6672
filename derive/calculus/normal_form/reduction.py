"""Multiplying words and taking their traces: the reduced form of each, by identities only.

X⁻¹X and what a declaration cancels (Q'Q = I) disappear, a factor of size 1×1 inside a word is a scalar and leaves it,
a trace is one of its cyclic and transposed forms.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache

from derive.calculus.normal_form.polynomial import (
    LIMIT,
    UNIT,
    Poly,
    Scalars,
    TooManyTerms,
    Word,
    add,
    merge,
    scalar_atom,
    scaled,
    size_poly,
    term_key,
    times_scalars,
    to_expr,
    word_key,
)
from derive.calculus.normal_form.recursion import polynomial
from derive.calculus.normal_form.transposes import flip, flip_word
from derive.expressions.build import ONE
from derive.expressions.nodes import Call, Expr, MatMul, Number, Ones, Power, Symbol, Transpose, Unit, number
from derive.expressions.sizes import ONE as SIZE_ONE
from derive.expressions.sizes import SCALAR, Size

WORD_RULES: list[Callable[[Word, list[int]], Poly | None]] = []
"""What a word with functions in it is in fewer letters; the places behind which it may be cut. `functions` adds them."""
TRACE_RULES: list[Callable[[Word], Poly | None]] = []
"""The trace of a word with functions in it, where that has a form of its own. `functions` adds them."""


def product(left: Poly, right: Poly) -> Poly:
    """left · right; where neither has words, the product of two scalars."""
    if len(left) * len(right) > LIMIT:
        raise TooManyTerms
    out: list[Poly] = []
    for (s, v), c in left.items():
        for (r, w), d in right.items():
            scalars = merge(s, r)
            if not v or not w:
                out.append({(scalars, v + w): c * d})
            else:
                out.append(times_scalars(reduced(v + w), scalars, c * d))
    return add(out)


@lru_cache(maxsize=50_000)
def _reduced(word: Word) -> tuple[tuple[tuple[Scalars, Word], Fraction], ...]:
    return tuple(_reduce(word).items())


def reduced(word: Word) -> Poly:
    """The word in reduced form, a polynomial: 1×1 factors drawn out, inverses and orthogonal factors cancelled."""
    return dict(_reduced(word))


def _reduce(word: Word) -> Poly:
    for i in range(len(word) - 1):
        replaced = _pair(word[i], word[i + 1])
        if replaced is not None:
            return sandwich(word[:i], replaced, word[i + 2 :])
    for i, letter in enumerate(word):
        found = _inverse_of_word(word, i, letter)
        if found is not None:
            return found
    return _split(word)


def sandwich(left: Word, middle: Poly, right: Word) -> Poly:
    """Words around a polynomial.

    left, right  the factors before and behind every term
    middle       the terms between
    """
    return product(product(as_poly(left), middle), as_poly(right)) if left or right else middle


def as_poly(word: Word) -> Poly:
    """A word as a polynomial."""
    return {((), word): Fraction(1)}


def _pair(a: Expr, b: Expr) -> Poly | None:
    """What two neighbours are together, or None: X⁻¹X, X'X of an orthogonal X, e_i'e_j, 1'1, powers of one base."""
    base_a, power_a = (a.base, a.exponent) if isinstance(a, Power) else (a, ONE)
    base_b, power_b = (b.base, b.exponent) if isinstance(b, Power) else (b, ONE)
    if base_a is base_b and (isinstance(a, Power) or isinstance(b, Power)):
        return _power_letter(base_a, power_a, power_b)
    sign, flipped = flip(a)
    if flipped is b and isinstance(a, Transpose) and isinstance(b, Symbol) and (
        b.has & {"orthogonal", "stiefel"} or ("unit" in b.has and b.shape[1] == SIZE_ONE)
    ):
        return UNIT
    if isinstance(a, Symbol) and "orthogonal" in a.has and flipped is b:
        return UNIT if sign > 0 else None
    return _of_ones_and_units(a.arg, b) if isinstance(a, Transpose) else None


def _of_ones_and_units(a: Expr, b: Expr) -> Poly | None:
    """The number a'b of ones and unit vectors; None where it is not told."""
    match a, b:
        case Unit(index=i), Unit(index=j) if i is j:
            return UNIT
        case Unit(index=Number()), Unit(index=Number()):
            return {}
        case Ones(), Ones():
            return size_poly(b.shape[0])
        case (Ones(), Unit()) | (Unit(), Ones()):
            return UNIT
        case _:
            return None


def _power_letter(base: Expr, *exponents: Expr) -> Poly | None:
    total = add(polynomial(e) for e in exponents)
    if not total:
        return UNIT
    exponent = to_expr(total, SCALAR)
    if exponent is ONE:
        return polynomial(base)
    if isinstance(exponent, Number) and exponent.value.denominator == 1 and 0 < exponent.value <= 12:
        return as_poly((base,) * int(exponent.value)) if not isinstance(base, MatMul) else None
    return as_poly((Power(base, exponent),))


def _inverse_of_word(word: Word, i: int, letter: Expr) -> Poly | None:
    """W (W)⁻¹ = I for a product W, T (T + S)⁻¹ = I − S (T + S)⁻¹ for the leading term T of a sum; from both sides."""
    if not (isinstance(letter, Power) and letter.exponent is number(-1)) or isinstance(letter.base, Symbol):
        return None
    base = polynomial(letter.base)
    if not base:
        return None
    lead = max(base, key=term_key)
    (scalars, v), c = lead, base[lead]
    if scalars or not v:
        return None
    rest = {key: -d / c for key, d in base.items() if key != lead}
    here = as_poly((letter,))
    if word[max(0, i - len(v)) : i] == v:
        return sandwich(word[: i - len(v)], add([scaled(UNIT, 1 / c), product(rest, here)]), word[i + 1 :])
    if word[i + 1 : i + 1 + len(v)] == v:
        return sandwich(word[:i], add([scaled(UNIT, 1 / c), product(here, rest)]), word[i + 1 + len(v) :])
    return None


def _split(word: Word) -> Poly:
    """Draw the 1×1 factors out of a word: x (y'z) w' = (y'z) x w'."""
    cuts = [i + 1 for i in range(len(word) - 1) if word[i].shape[1] == SIZE_ONE]
    for shorter in WORD_RULES:
        folded = shorter(word, cuts)
        if folded is not None:
            return folded
    if not cuts:
        return as_poly(word)
    segments = [word[i:j] for i, j in zip([0, *cuts], [*cuts, len(word)], strict=True)]
    scalars: Poly = UNIT
    kept: Word = ()
    for segment in segments:
        if segment[0].shape[0] == SIZE_ONE and segment[-1].shape[1] == SIZE_ONE:
            scalars = product(scalars, closed(segment))
        else:
            kept += segment
    return product(scalars, as_poly(kept))


def trace(poly: Poly, size: Size) -> Poly:
    """tr of a polynomial of size × size matrices; also the value of a polynomial of 1×1 products."""
    out: list[Poly] = []
    for (scalars, word), c in poly.items():
        inner = closed(word) if word else size_poly(size)
        out.append(times_scalars(inner, scalars, c))
    return add(out)


@lru_cache(maxsize=50_000)
def _closed(word: Word) -> tuple[tuple[tuple[Scalars, Word], Fraction], ...]:
    return tuple(_close(word).items())


def closed(word: Word) -> Poly:
    """The trace of a reduced word, a scalar polynomial: one of its cyclic and transposed forms."""
    return dict(_closed(word))


def _close(word: Word) -> Poly:
    n = len(word)
    cuts = [i for i in range(n) if word[i].shape[0] == SIZE_ONE]
    if cuts and cuts != [0]:
        first = cuts[0]
        return trace(reduced(word[first:] + word[:first]), SIZE_ONE)
    if n > 1:
        for k in range(1, n):
            if cuts:
                break
            rotated = word[k:] + word[:k]
            again = reduced(rotated)
            if again != as_poly(rotated):
                return trace(again, rotated[0].shape[0])
    for value in TRACE_RULES:
        found = value(word)
        if found is not None:
            return found
    best, sign = _best_rotation(word, bool(cuts))
    if sign == 0:
        return {}
    body: Expr = best[0] if len(best) == 1 else MatMul(best)
    return scaled(scalar_atom(body if body.is_scalar else Call("tr", (body,))), Fraction(sign))


def _best_rotation(word: Word, fixed: bool) -> tuple[Word, int]:
    sign, flipped = flip_word(word)
    ways = [(w[k:] + w[:k], s) for w, s in ((word, 1), (flipped, sign)) for k in range(1 if fixed else len(word))]
    best = min((w for w, _ in ways), key=word_key)
    signs = {s for w, s in ways if w == best}
    return best, 0 if len(signs) == 2 else signs.pop()


