"""The normal forms of the functions of the table: what is linear, a trace in disguise, or an entry by entry product."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from derive.calculus.normal_form import polynomial as words
from derive.calculus.normal_form import reduction
from derive.calculus.normal_form.polynomial import UNIT, Poly, Scalars, TooManyTerms, Word, fingerprint, scalar_atom, scaled, term_key, to_expr
from derive.calculus.normal_form.products import inner, of_ones, of_product, primitive, scalar_power
from derive.calculus.normal_form.recursion import polynomial, written, written_transpose
from derive.calculus.normal_form.reduction import as_poly, product, sandwich
from derive.calculus.normal_form.transposes import flip_word, transposed
from derive.expressions import build
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Call, Expr, Identity, Map, Number, Ones, Symbol, number
from derive.expressions.sizes import ONE as SIZE_ONE
from derive.expressions.sizes import SCALAR, Shape


def of_call(e: Call) -> Poly:
    """The polynomial of a function of the table."""
    rule = _CALLS.get(e.name)
    return rule(e) if rule is not None else _by_table(e)


def _by_table(e: Call) -> Poly:
    """Linear and bilinear functions are expanded over sums, numbers drawn out; others are letters."""
    row = FUNCTIONS[e.name]
    if (row.linear and len(e.args) == 1) or (row.bilinear and len(e.args) == 2):
        out: list[Poly] = []
        combos: list[tuple[Fraction, Scalars, tuple[Expr, ...]]] = [(Fraction(1), (), ())]
        for arg in e.args:
            poly = polynomial(arg)
            if len(combos) * len(poly) > words.LIMIT:
                raise TooManyTerms
            combos = [
                (c * d, words.merge(s, r), (*built, to_expr({((), w): Fraction(1)}, arg.shape)))
                for c, s, built in combos
                for (r, w), d in poly.items()
            ]
        for c, s, built in combos:
            out.append({(s, ()): c} if all(b is build.ONE for b in built) and e.is_scalar
                       else words.times_scalars(_letter(Call(e.name, built)), s, c))
        return words.add(out)
    return _letter(Call(e.name, tuple(written(a) for a in e.args)))


def _letter(e: Expr) -> Poly:
    return scalar_atom(e) if e.is_scalar else {((), (e,)): Fraction(1)}


def _tr(e: Call) -> Poly:
    return reduction.trace(polynomial(e.args[0]), e.args[0].shape[0])


def _sum_entries(e: Call) -> Poly:
    arg = e.args[0]
    return polynomial(arg) if arg.is_scalar else inner(Ones(arg.shape), arg)


def _mean(e: Call) -> Poly:
    m, n = e.args[0].shape
    count = to_expr(words.size_poly(m * n), SCALAR)
    return product(_sum_entries(e), polynomial(build.power(count, -1)))


def _norm(e: Call) -> Poly:
    poly = polynomial(e.args[0])
    if not poly:
        return {}
    c, rest = primitive(poly)
    if len(poly) == 1:
        ((_, word), _c), = rest.items()
        if len(word) == 1 and isinstance(word[0], Symbol) and "unit" in word[0].has and word[0].shape[1] == SIZE_ONE:
            return scaled(polynomial(Map("abs", to_expr({(key[0], ()): d for key, d in rest.items()}, SCALAR))), abs(c))
    body = to_expr(rest, e.args[0].shape)
    if body.shape[0] == SIZE_ONE:
        body = written_transpose(body)
    return {key: abs(c) * d for key, d in scalar_atom(Call(e.name, (body,))).items()}


def _part(sign: int) -> Callable[[Call], Poly]:
    def rule(e: Call) -> Poly:
        poly = polynomial(e.args[0])
        return scaled(words.add([poly, scaled(transposed(poly), Fraction(sign))]), Fraction(1, 2))

    return rule


def _softmax(e: Call) -> Poly:
    exps = Map("exp", e.args[0])
    if e.shape[1] != SIZE_ONE:  # row by row
        return {((), (e,)): Fraction(1)}
    return polynomial(build.scale(build.power(Call("sum", (exps,)), -1), exps))


def _diag(e: Call) -> Poly:
    """diag(diag(x)) is x, diag(1) is I."""
    out: list[Poly] = []
    for (scalars, word), c in polynomial(e.args[0]).items():
        body = to_expr({((), word): Fraction(1)}, e.args[0].shape)
        if (entries := build.on_diagonal(body)) is not None:
            inside = polynomial(entries)
        elif isinstance(body, Ones) and body.shape[1] == SIZE_ONE:
            inside = UNIT
        elif isinstance(body, Identity):
            inside = polynomial(Ones((body.size, SIZE_ONE)))
        else:
            inside = {((), (Call("diag", (body,)),)): Fraction(1)}
        out.append(words.times_scalars(inside, scalars, c))
    return words.add(out)


def _vec(e: Call) -> Poly:
    return polynomial(e.args[0]) if e.args[0].shape[1] == SIZE_ONE else _by_table(e)


# --------------------------------------------------------------------------------------------- entry by entry products
def _raised(part: Expr) -> tuple[Expr, Expr]:
    """(base, scalar exponent) of an entry by entry power of a matrix; (part, 1) of anything else."""
    if isinstance(part, Call) and part.name == "entrypower":
        base, exponent = part.args
        if base.shape == part.shape and exponent.is_scalar:
            return base, exponent
    return part, build.ONE


def _hadamard_word(parts: list[Expr]) -> Poly:
    """B ∘ C ∘ …, powers of one base merged, the all-ones factor dropped, in one order."""
    bases: dict[Expr, Poly] = {}
    for part in parts:
        base, exponent = _raised(part)
        bases[base] = words.add([bases.get(base, {}), polynomial(exponent)])
    shape = parts[0].shape
    out: list[Expr] = []
    for base in sorted(bases, key=fingerprint):
        if isinstance(base, Ones) or not bases[base]:
            continue
        exponent = to_expr(bases[base], SCALAR)
        out.append(base if exponent is build.ONE else Call("entrypower", (base, exponent)))
    if not out:
        return of_ones(shape)
    if len(out) == 1:
        return polynomial(out[0]) if not (isinstance(out[0], Call) and out[0].name == "entrypower") else _letter(out[0])
    return _letter(build.entry_product(*out))


def entrywise_sum(parts: list[Expr]) -> Poly:
    """The sum of all entries of a product B ∘ C ∘ …: tr(B'C) for two factors."""
    flat = [piece for part in parts for piece in build.entry_factors(part)]
    out: list[Poly] = []
    for (scalars, word), c in _hadamard_word(flat).items():
        body = to_expr({((), word): Fraction(1)}, parts[0].shape)
        two = build.entry_factors(body)
        if len(two) == 2:
            value = inner(*two)
        elif len(two) == 1:
            value = inner(Ones(body.shape), body)
        else:
            other = Call("sum", (min(body, _joined_transpose(two), key=fingerprint),))
            value = scalar_atom(other)
        out.append(words.times_scalars(value, scalars, c))
    return words.add(out)


def _joined_transpose(parts: tuple[Expr, ...]) -> Expr:
    ((_, word), _c), = _hadamard_word([written_transpose(p) for p in parts]).items()
    return to_expr({((), word): Fraction(1)}, (parts[0].shape[1], parts[0].shape[0]))


def entrywise_product(args: tuple[Expr, ...], shape: Shape) -> Poly:
    """The polynomial of a ∘ b ∘ …, expanded over sums."""
    combos: list[tuple[Fraction, Scalars, list[Expr]]] = [(Fraction(1), (), [])]
    for arg in args:
        poly = polynomial(arg)
        if len(combos) * len(poly) > words.LIMIT:
            raise TooManyTerms
        combos = [
            (c * d, words.merge(s, r), [*built, to_expr({((), w): Fraction(1)}, shape)])
            for c, s, built in combos
            for (r, w), d in poly.items()
        ]
    return words.add(
        words.times_scalars(_hadamard_word([p for b in built for p in build.entry_factors(b)]), s, c)
        for c, s, built in combos
    )


def _hadamard(e: Call) -> Poly:
    if e.is_scalar:
        return of_product(e.args)
    return entrywise_product(e.args, e.shape)


def _entrypower(e: Call) -> Poly:
    base, exponent = e.args
    if e.is_scalar:
        return scalar_power(base, exponent)
    if base.is_scalar or not exponent.is_scalar:
        return _letter(Call(e.name, (written(base), written(exponent))))
    if isinstance(exponent, Number) and exponent.value.denominator == 1 and 0 < exponent.value <= 8:
        return entrywise_product((base,) * int(exponent.value), e.shape)
    poly = polynomial(base)
    whole = isinstance(exponent, Number) and exponent.value.denominator == 1 and abs(exponent.value) <= 64
    if isinstance(exponent, Number) and whole and len(poly) == 1:
        ((scalars, word), c), = poly.items()
        parts = build.entry_factors(to_expr({((), word): Fraction(1)}, e.shape))
        raised = [
            Call("entrypower", (b, written(build.times(k, exponent)))) for b, k in map(_raised, parts)
        ]
        power = int(exponent.value)
        return words.times_scalars(_hadamard_word(list(raised)), tuple((a, p * power) for a, p in scalars), c**power)
    return _letter(Call(e.name, (written(base), written(exponent))))


def _quotient(e: Call) -> Poly:
    above, below = e.args
    if below.is_scalar:
        return product(polynomial(build.power(below, -1)), polynomial(above))
    inverse = Call("entrypower", (below, number(-1)))
    if above.is_scalar:
        return product(polynomial(above), polynomial(inverse))
    return entrywise_product((above, to_expr(polynomial(inverse), e.shape)), e.shape)


def _fold_diagonal(word: Word, cuts: list[int]) -> Poly | None:
    """diag(u) v is u ∘ v for a vector v, and v' diag(u) is (u ∘ v)'."""
    for i, letter in enumerate(word):
        if not (isinstance(letter, Call) and letter.name == "diag" and letter.args[0].shape[1] == SIZE_ONE):
            continue
        u = letter.args[0]
        stop = next((c for c in cuts if c > i + 1), len(word))
        if i + 1 < len(word) and word[stop - 1].shape[1] == SIZE_ONE:
            vector = to_expr(as_poly(word[i + 1 : stop]), u.shape)
            return sandwich(word[:i], entrywise_product((u, vector), u.shape), word[stop:])
        start = max((c for c in cuts if c <= i), default=0)
        if i > 0 and start < i and word[start].shape[0] == SIZE_ONE:
            sign, flipped = flip_word(word[start:i])
            vector = to_expr(as_poly(flipped), u.shape)
            row = scaled(transposed(entrywise_product((u, vector), u.shape)), Fraction(sign))
            return sandwich(word[:start], row, word[i + 1 :])
    return None


# --------------------------------------------------------------------------------------------- traces
def _entrywise(word: Word) -> Poly | None:
    """tr(R (B ∘ C)) is the sum of all entries of R' ∘ B ∘ C: one form for each way to read it."""
    found: list[Poly] = []
    for k, letter in enumerate(word):
        parts = build.entry_factors(letter)
        if len(parts) > 1:
            rest = word[k + 1 :] + word[:k]
            if not rest:
                return None
            sign, flipped = flip_word(rest)
            other = to_expr(as_poly(flipped), (letter.shape[0], letter.shape[1]))
            found.append(scaled(entrywise_sum([*parts, other]), Fraction(sign)))
    return min(found, key=lambda p: sorted(map(term_key, p))) if found else None


_CALLS: dict[str, Callable[[Call], Poly]] = {
    "tr": _tr, "sum": _sum_entries, "mean": _mean, "norm": _norm, "softmax": _softmax, "diag": _diag, "vec": _vec,
    "inner": lambda e: inner(*e.args), "dot": lambda e: inner(*e.args),
    "sym": _part(1), "skewpart": _part(-1),
    "hadamard": _hadamard, "entrypower": _entrypower, "quotient": _quotient,
}

reduction.WORD_RULES.append(_fold_diagonal)
reduction.TRACE_RULES.append(_entrywise)
