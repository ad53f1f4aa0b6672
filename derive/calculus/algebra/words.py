"""Polynomials in noncommuting matrices: the arithmetic of words.

A monomial is a rational number, powers of scalar atoms, and a word of letters (matrices or their transposes); a polynomial
maps monomials to numbers.  Multiplying brings words to their reduced form: X⁻¹X and what a declaration cancels (Q'Q = I)
disappear, a factor of size 1×1 inside a word is a scalar and leaves it, a trace is one of its cyclic and transposed forms.  Every rewrite is an identity, so equal normal forms mean equal values (the converse need not hold).
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache

from derive.language.build import ONE
from derive.language.functions import FUNCTIONS
from derive.language.nodes import (
    Call,
    Commutation,
    Expr,
    Map,
    MatMul,
    Number,
    Ones,
    Power,
    SizeValue,
    Symbol,
    Transpose,
    Unit,
    number,
)
from derive.language.sizes import ONE as SIZE_ONE
from derive.language.sizes import SCALAR, Size

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
    """A text that orders expressions, the same in every run."""
    inside = ",".join(fingerprint(c) for c in expr.children)
    match expr:
        case Symbol():
            return expr.name
        case Number(value):
            return str(value)
        case SizeValue(size):
            return f"#{size}"
        case Call(name):
            return f"{name}({inside})"
        case Map(function, _, order):
            return f"{function if isinstance(function, str) else function.name}.{order}({inside})"
        case Transpose():
            return f"{inside}'"
    own = "" if expr.children else repr(expr)
    return f"{type(expr).__name__}({own}{inside})"


def word_key(word: Word) -> tuple[int, tuple[str, ...]]:
    return len(word), tuple(fingerprint(letter) for letter in word)


def term_key(key: tuple[Scalars, Word]) -> tuple[object, ...]:
    scalars, word = key
    return word_key(word), tuple((fingerprint(atom), exponent) for atom, exponent in scalars)


# --------------------------------------------------------------------------------------------- arithmetic
def add(polys: Iterable[Poly]) -> Poly:
    out: Poly = {}
    for poly in polys:
        for key, c in poly.items():
            out[key] = out.get(key, Fraction(0)) + c
    return _within({key: c for key, c in out.items() if c})


def scaled(poly: Poly, c: Fraction) -> Poly:
    return {key: value * c for key, value in poly.items()} if c else {}


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


def times_scalars(poly: Poly, scalars: Scalars, c: Fraction) -> Poly:
    if not scalars:
        return scaled(poly, c)
    return {(merge(s, scalars), w): d * c for (s, w), d in poly.items()}


def merge(left: Scalars, right: Scalars) -> Scalars:
    if not left or not right:
        return left or right
    out = dict(left)
    for atom, exponent in right:
        out[atom] = out.get(atom, Fraction(0)) + exponent
    return tuple(sorted(((a, e) for a, e in out.items() if e), key=lambda pair: fingerprint(pair[0])))


def scalar_atom(atom: Expr, exponent: Fraction | int = 1) -> Poly:
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


# --------------------------------------------------------------------------------------------- transposes
@lru_cache(maxsize=50_000)
def flip(letter: Expr) -> tuple[int, Expr]:
    """(sign, letter') with the transpose pushed as far in as it goes."""
    from derive.calculus.algebra.normal import canonical_transpose

    match letter:
        case Transpose(arg):
            return 1, arg
        case Symbol(has=has) if has & {"symmetric", "diagonal", "spd", "psd"}:
            return 1, letter
        case Symbol(has=has) if "skew" in has:
            return -1, letter
        case Commutation(rows, columns):
            return 1, Commutation(columns, rows)
        case Power(base, exponent):
            return 1, Power(canonical_transpose(base), exponent)
        case Map(function, arg, order):
            return 1, Map(function, canonical_transpose(arg), order)
        case Call(name, args):
            how = FUNCTIONS[name].transposes
            if how == "self" or (how == "self-if-square" and letter.shape[0] == letter.shape[1]):
                return 1, letter
            if how == "args":
                new = tuple(sorted((canonical_transpose(a) for a in args), key=fingerprint)
                            if name == "hadamard" else (canonical_transpose(a) for a in args))
                return 1, Call(name, new)
            if how in FUNCTIONS:
                return 1, Call(how, tuple(canonical_transpose(a) for a in args))
    return 1, Transpose(letter)


def flip_word(word: Word) -> tuple[int, Word]:
    sign, out = 1, []
    for letter in reversed(word):
        s, flipped = flip(letter)
        sign *= s
        out.append(flipped)
    return sign, tuple(out)


def transposed(poly: Poly) -> Poly:
    out: list[Poly] = []
    for (scalars, word), c in poly.items():
        sign, flipped = flip_word(word)
        out.append({(scalars, flipped): c * sign})
    return add(out)


# --------------------------------------------------------------------------------------------- reduction
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
    from derive.calculus.algebra.normal import polynomial, to_expr

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
    from derive.calculus.algebra.normal import polynomial

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
    from derive.calculus.algebra.normal import entrywise_product, to_expr

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
    from derive.calculus.algebra.normal import entrywise_sum, hadamard_factors, to_expr

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
