"""Multiplying words and taking their traces: the reduced form of each, by identities only.

X⁻¹X and what a declaration cancels (Q'Q = I) disappear, a factor of size 1×1 inside a word is a scalar and leaves it,
a trace is one of its cyclic and transposed forms.
"""

from __future__ import annotations

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
    flip,
    flip_word,
    merge,
    scalar_atom,
    scaled,
    size_poly,
    term_key,
    times_scalars,
    transposed,
    word_key,
)
from derive.expressions.build import ONE
from derive.expressions.nodes import Call, Expr, MatMul, Number, Ones, Power, Symbol, Transpose, Unit, number
from derive.expressions.sizes import ONE as SIZE_ONE
from derive.expressions.sizes import SCALAR, Size


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
            return _sandwich(word[:i], replaced, word[i + 2 :])
    for i, letter in enumerate(word):
        found = _inverse_of_word(word, i, letter)
        if found is not None:
            return found
    return _split(word)


def _sandwich(left: Word, middle: Poly, right: Word) -> Poly:
    return product(product(_as_poly(left), middle), _as_poly(right)) if left or right else middle


def _as_poly(word: Word) -> Poly:
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
    if isinstance(a, Transpose) and isinstance(b, Unit) and isinstance(a.arg, Unit):
        i, j = a.arg.index, b.index
        if i is j:
            return UNIT
        return {} if isinstance(i, Number) and isinstance(j, Number) else None
    if isinstance(a, Transpose) and isinstance(a.arg, Ones) and isinstance(b, Ones):
        return size_poly(b.shape[0])
    if isinstance(a, Transpose) and isinstance(a.arg, Ones) and isinstance(b, Unit):
        return UNIT
    if isinstance(a, Transpose) and isinstance(a.arg, Unit) and isinstance(b, Ones):
        return UNIT
    return None


def _power_letter(base: Expr, *exponents: Expr) -> Poly | None:
    from derive.calculus.normal_form.normal_form import polynomial
    from derive.calculus.normal_form.polynomial import to_expr

    total = add(polynomial(e) for e in exponents)
    if not total:
        return UNIT
    exponent = to_expr(total, SCALAR)
    if exponent is ONE:
        return polynomial(base)
    if isinstance(exponent, Number) and exponent.value.denominator == 1 and 0 < exponent.value <= 12:
        return _as_poly((base,) * int(exponent.value)) if not isinstance(base, MatMul) else None
    return _as_poly((Power(base, exponent),))


def _inverse_of_word(word: Word, i: int, letter: Expr) -> Poly | None:
    """W (W)⁻¹ = I for a product W, T (T + S)⁻¹ = I − S (T + S)⁻¹ for the leading term T of a sum; from both sides."""
    if not (isinstance(letter, Power) and letter.exponent is number(-1)) or isinstance(letter.base, Symbol):
        return None
    from derive.calculus.normal_form.normal_form import polynomial

    base = polynomial(letter.base)
    if not base:
        return None
    lead = max(base, key=term_key)
    (scalars, v), c = lead, base[lead]
    if scalars or not v:
        return None
    rest = {key: -d / c for key, d in base.items() if key != lead}
    here = _as_poly((letter,))
    if word[max(0, i - len(v)) : i] == v:
        return _sandwich(word[: i - len(v)], add([scaled(UNIT, 1 / c), product(rest, here)]), word[i + 1 :])
    if word[i + 1 : i + 1 + len(v)] == v:
        return _sandwich(word[:i], add([scaled(UNIT, 1 / c), product(here, rest)]), word[i + 1 + len(v) :])
    return None


def _split(word: Word) -> Poly:
    """Draw the 1×1 factors out of a word: x (y'z) w' = (y'z) x w'."""
    cuts = [i + 1 for i in range(len(word) - 1) if word[i].shape[1] == SIZE_ONE]
    folded = _fold_diagonal(word, cuts)
    if folded is not None:
        return folded
    if not cuts:
        return _as_poly(word)
    segments = [word[i:j] for i, j in zip([0, *cuts], [*cuts, len(word)], strict=True)]
    scalars: Poly = UNIT
    kept: Word = ()
    for segment in segments:
        if segment[0].shape[0] == SIZE_ONE and segment[-1].shape[1] == SIZE_ONE:
            scalars = product(scalars, closed(segment))
        else:
            kept += segment
    return product(scalars, _as_poly(kept))


def _fold_diagonal(word: Word, cuts: list[int]) -> Poly | None:
    """diag(u) v is u ∘ v for a vector v, and v' diag(u) is (u ∘ v)'."""
    from derive.calculus.normal_form.functions import entrywise_product
    from derive.calculus.normal_form.polynomial import to_expr

    for i, letter in enumerate(word):
        if not (isinstance(letter, Call) and letter.name == "diag" and letter.args[0].shape[1] == SIZE_ONE):
            continue
        u = letter.args[0]
        stop = next((c for c in cuts if c > i + 1), len(word))
        if i + 1 < len(word) and word[stop - 1].shape[1] == SIZE_ONE:
            vector = to_expr(_as_poly(word[i + 1 : stop]), u.shape)
            return _sandwich(word[:i], entrywise_product((u, vector), u.shape), word[stop:])
        start = max((c for c in cuts if c <= i), default=0)
        if i > 0 and start < i and word[start].shape[0] == SIZE_ONE:
            sign, flipped = flip_word(word[start:i])
            vector = to_expr(_as_poly(flipped), u.shape)
            row = scaled(transposed(entrywise_product((u, vector), u.shape)), Fraction(sign))
            return _sandwich(word[:start], row, word[i + 1 :])
    return None


# --------------------------------------------------------------------------------------------- traces
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
            if again != _as_poly(rotated):
                return trace(again, rotated[0].shape[0])
    entrywise = _entrywise(word)
    if entrywise is not None:
        return entrywise
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


def _entrywise(word: Word) -> Poly | None:
    """tr(R (B ∘ C)) is the sum of all entries of R' ∘ B ∘ C: one form for each way to read it."""
    from derive.calculus.normal_form.functions import entrywise_sum, hadamard_factors
    from derive.calculus.normal_form.polynomial import to_expr

    found: list[Poly] = []
    for k, letter in enumerate(word):
        parts = hadamard_factors(letter)
        if len(parts) > 1:
            rest = word[k + 1 :] + word[:k]
            if not rest:
                return None
            sign, flipped = flip_word(rest)
            other = to_expr(_as_poly(flipped), (letter.shape[0], letter.shape[1]))
            found.append(scaled(entrywise_sum([*parts, other]), Fraction(sign)))
    return min(found, key=lambda p: sorted(map(term_key, p))) if found else None
