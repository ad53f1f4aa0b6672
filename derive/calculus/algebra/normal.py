"""The normal form of an expression: two expressions with the same one are equal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from derive.calculus.algebra import words
from derive.calculus.algebra.words import (
    UNIT,
    Poly,
    Scalars,
    TooManyTerms,
    Word,
    fingerprint,
    product,
    scalar_atom,
    scaled,
)
from derive.language import build
from derive.language.functions import FUNCTIONS
from derive.language.nodes import (
    Add,
    Call,
    Entry,
    Expr,
    Identity,
    Map,
    MatMul,
    Number,
    Ones,
    Power,
    Scale,
    SizeValue,
    Sum,
    Symbol,
    Times,
    Transpose,
    Unit,
    Zeros,
    number,
    substitute,
)
from derive.language.sizes import ONE as SIZE_ONE
from derive.language.sizes import SCALAR, Shape, Size


@dataclass(frozen=True)
class NormalForm:
    """A polynomial in canonical order: (coefficient, scalar atoms with exponents, word of matrices) for each term."""

    shape: Shape
    terms: tuple[tuple[Fraction, Scalars, Word], ...]


def normal_form(expr: Expr) -> NormalForm:
    """The normal form of an expression of any shape; equal forms mean equal values.

    Products are expanded, transposes stand at the letters, traces and scalar products are cyclic and transposed words in one
    order, declared properties are used.  TooManyTerms when the expansion has thousands of terms.
    """
    poly = polynomial_of(expr)
    terms = tuple((poly[key], *key) for key in sorted(poly, key=words.term_key))
    return NormalForm(expr.shape, terms)


def canonical(expr: Expr) -> Expr:
    """The expression that is written from the normal form; the expression itself where that is too long."""
    try:
        return to_expr(polynomial_of(expr), expr.shape)
    except TooManyTerms:
        return expr


def canonical_transpose(expr: Expr) -> Expr:
    return canonical(build.transpose(expr))


def polynomial_of(expr: Expr) -> Poly:
    """`polynomial`, from the leaves upwards so that deep expressions need no deep recursion."""
    order: list[Expr] = []
    seen: set[Expr] = set()
    stack = [(expr, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((child, False) for child in node.children)
    if len(order) > 200:
        for node in order:
            try:
                polynomial(node)
            except TooManyTerms:
                continue
    return polynomial(expr)


@lru_cache(maxsize=50_000)
def _items(expr: Expr) -> Poly:
    poly = _polynomial(expr)
    assert not expr.is_scalar or not any(word for _, word in poly), "a scalar has no words"
    return poly


def polynomial(expr: Expr) -> Poly:
    """The expression as a polynomial (do not change it); of a scalar the words are empty."""
    return _items(expr)


def _polynomial(e: Expr) -> Poly:
    match e:
        case Number(value):
            return {((), ()): value} if value else {}
        case SizeValue(size):
            return words.size_poly(size)
        case Zeros():
            return {}
        case Identity():
            return UNIT
        case Ones(dims):
            return _ones(dims)
        case Symbol():
            return scalar_atom(e) if e.is_scalar else {((), (e,)): Fraction(1)}
        case Add(terms):
            return words.add(polynomial(t) for t in terms)
        case Times(factors):
            return _product(factors)
        case Scale(scalar, arg):
            return product(polynomial(scalar), polynomial(arg))
        case MatMul(factors):
            poly = _product(factors)
            return words.trace(poly, SIZE_ONE) if e.is_scalar else poly
        case Transpose(arg):
            return words.transposed(polynomial(arg))
        case Power(base, exponent):
            return _scalar_power(base, exponent) if e.is_scalar else _matrix_power(base, exponent)
        case Entry():
            return _entry(e)
        case Sum():
            return _sum(e)
        case Call(name, args):
            rule = _CALLS.get(name)
            if rule is not None and all(isinstance(a, Expr) for a in args):
                return rule(e)
            return _by_table(e)
        case _:
            return _opaque(e)


def _product(factors: tuple[Expr, ...]) -> Poly:
    out = UNIT
    for factor in factors:
        out = product(out, polynomial(factor))
    if any(abs(k) >= 2 and _root(atom) is not None for scalars, _ in out for atom, k in scalars):
        return words.add(_norms({key: c}) for key, c in out.items())
    return out


def _root(atom: Expr) -> Poly | None:
    """The polynomial whose square root the atom is: ‖A‖ and √s."""
    if isinstance(atom, Call) and atom.name == "norm":
        return _inner(atom.args[0], atom.args[0])
    return polynomial(atom.arg) if isinstance(atom, Map) and atom.function == "sqrt" else None


def _opaque(e: Expr) -> Poly:
    """A letter, or a scalar atom, over canonical children."""
    node = e.rebuild(tuple(canonical(c) for c in e.children))
    if node.is_scalar:
        return scalar_atom(node)
    return {((), (node,)): Fraction(1)}


def _ones(dims: Shape) -> Poly:
    m, n = dims
    column: Word = (Ones((m, SIZE_ONE)),) if m != SIZE_ONE else ()
    row: Word = (Transpose(Ones((n, SIZE_ONE))),) if n != SIZE_ONE else ()
    return {((), column + row): Fraction(1)}


# --------------------------------------------------------------------------------------------- powers
def _primitive(poly: Poly) -> tuple[Fraction, Poly]:
    """(c, p) with poly = c p and the first coefficient of p equal to 1."""
    c = poly[min(poly, key=words.term_key)]
    return c, scaled(poly, 1 / c)


def _scalar_power(base: Expr, exponent: Expr) -> Poly:
    poly = polynomial(base)
    k = exponent.value if isinstance(exponent, Number) else None
    if k is None or not poly:
        return scalar_atom(Power(canonical(base), canonical(exponent)))
    if k.denominator == 1 and len(poly) == 1:
        ((scalars, _), c), = poly.items()
        if abs(k) > 64 and c not in (1, -1):
            return scalar_atom(Power(canonical(base), exponent))
        return _norms({(tuple((a, p * k) for a, p in scalars), ()): c ** int(k)})
    if k.denominator == 1 and 0 < k <= 16:
        out = UNIT
        for _ in range(int(k)):
            out = product(out, poly)
        return out
    if k.denominator == 1 and abs(k) <= 64:
        c, primitive = _primitive(poly)
        return scaled(scalar_atom(to_expr(primitive, SCALAR), k), c ** int(k))
    return scalar_atom(Power(canonical(base), exponent))


def _norms(poly: Poly) -> Poly:
    """‖A‖² = tr(A'A) wherever a norm stands to an even power, √s² = s likewise."""
    out = UNIT
    ((scalars, word), c), = poly.items()
    for atom, k in scalars:
        square = _root(atom) if abs(k) >= 2 else None
        if square is None:
            out = product(out, scalar_atom(atom, k))
            continue
        half = int(k / 2)
        out = product(out, _scalar_power(to_expr(square, SCALAR), number(half)))
        if k != 2 * half:
            out = product(out, scalar_atom(atom, k - 2 * half))
    return {(s, word): c * d for (s, _), d in out.items()}


def _matrix_power(base: Expr, exponent: Expr) -> Poly:
    poly = polynomial(base)
    k = int(exponent.value) if isinstance(exponent, Number) and exponent.value.denominator == 1 else None
    if k is not None and 0 < k <= 12:
        out = UNIT
        for _ in range(k):
            out = product(out, poly)
        return out
    if k == 0:
        return UNIT
    if not poly:
        return {((), (Power(base, exponent),)): Fraction(1)}
    if k is None:
        return {((), (Power(canonical(base), canonical(exponent)),)): Fraction(1)}
    if len(poly) == 1:
        ((scalars, word), c), = poly.items()
        if all(letter.shape[0] == letter.shape[1] for letter in word):
            inverse = UNIT
            for letter in reversed(word):
                inverse = product(inverse, _inverse_letter(letter))
            inverse = words.times_scalars(inverse, tuple((a, -p) for a, p in scalars), 1 / c)
            return _repeat(inverse, -k)
    c, primitive = _primitive(poly)
    one: Poly = {((), (Power(to_expr(primitive, base.shape), number(-1)),)): 1 / c}
    return _repeat(one, -k) if -k <= 12 else {((), (Power(to_expr(primitive, base.shape), exponent),)): c**k}


def _repeat(poly: Poly, k: int) -> Poly:
    out = UNIT
    for _ in range(k):
        out = product(out, poly)
    return out


def _inverse_letter(letter: Expr) -> Poly:
    if isinstance(letter, Power):
        return _matrix_power(letter.base, build.negate(letter.exponent))
    if isinstance(letter, Symbol) and "orthogonal" in letter.has:
        sign, flipped = words.flip(letter)
        return {((), (flipped,)): Fraction(sign)}
    if isinstance(letter, Transpose) and isinstance(letter.arg, Symbol) and "orthogonal" in letter.arg.has:
        return {((), (letter.arg,)): Fraction(1)}
    return {((), (Power(letter, number(-1)),)): Fraction(1)}


# --------------------------------------------------------------------------------------------- entries, sums over an index
def _entry(e: Entry) -> Poly:
    """e_i' A e_j, A e_j, A' e_i."""
    rows, columns = e.arg.shape
    left, right = UNIT, UNIT
    if e.row is not None and rows != SIZE_ONE:
        left = words.transposed(polynomial(Unit(canonical(e.row), rows)))
    if e.column is not None and columns != SIZE_ONE:
        right = polynomial(Unit(canonical(e.column), columns))
    poly = product(product(left, polynomial(e.arg)), right)
    if e.is_scalar:
        return poly if e.arg.is_scalar else words.trace(poly, SIZE_ONE)
    return poly if e.row is None else words.transposed(poly)


def _sum(e: Sum) -> Poly:
    """Sums over an index term by term, what does not depend on it in front."""
    depth = sum(1 for node in _sums_inside(e.body))
    index = Symbol(f"_{depth}", SCALAR, frozenset({"integer"}))
    body = polynomial(substitute(e.body, {e.index: index}))
    lower, upper = canonical(e.lower), canonical(e.upper)
    out: list[Poly] = []
    for (scalars, word), c in body.items():
        free = tuple(pair for pair in scalars if index.name not in pair[0].free)
        bound = tuple(pair for pair in scalars if index.name in pair[0].free)
        start, stop = 0, len(word)
        while start < stop and index.name not in word[start].free:
            start += 1
        while stop > start and index.name not in word[stop - 1].free:
            stop -= 1
        if not bound and start == stop:
            count = build.add(upper, build.negate(lower), build.ONE)
            out.append(product({(free, ()): c}, product(polynomial(count), {((), word): Fraction(1)})))
            continue
        inner_shape = SCALAR if not word[start:stop] else (word[start].shape[0], word[stop - 1].shape[1])
        inner = Sum(index, lower, upper, to_expr({(bound, word[start:stop]): Fraction(1)}, inner_shape))
        middle: Poly = scalar_atom(inner) if inner.is_scalar else {((), (inner,)): Fraction(1)}
        whole = product(product({((), word[:start]): Fraction(1)}, middle), {((), word[stop:]): Fraction(1)})
        out.append(words.times_scalars(whole, free, c))
    return words.add(out)


def _sums_inside(e: Expr) -> list[Expr]:
    from derive.language.nodes import walk

    return [node for node in walk(e) if isinstance(node, Sum)]


# --------------------------------------------------------------------------------------------- functions
def _by_table(e: Call) -> Poly:
    """Linear functions of one argument and bilinear ones are expanded over sums, numbers drawn out; others are letters."""
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
    return _letter(Call(e.name, tuple(canonical(a) for a in e.args)))


def _letter(e: Expr) -> Poly:
    return scalar_atom(e) if e.is_scalar else {((), (e,)): Fraction(1)}


def _inner(a: Expr, b: Expr) -> Poly:
    if a.is_scalar:
        return product(polynomial(a), polynomial(b))
    return words.trace(product(words.transposed(polynomial(a)), polynomial(b)), a.shape[1])


def _tr(e: Call) -> Poly:
    return words.trace(polynomial(e.args[0]), e.args[0].shape[0])


def _sum_entries(e: Call) -> Poly:
    arg = e.args[0]
    return polynomial(arg) if arg.is_scalar else _inner(Ones(arg.shape), arg)


def _mean(e: Call) -> Poly:
    m, n = e.args[0].shape
    count = to_expr(words.size_poly(m * n), SCALAR)
    return product(_sum_entries(e), polynomial(build.power(count, -1)))


def _norm(e: Call) -> Poly:
    poly = polynomial(e.args[0])
    if not poly:
        return {}
    c, primitive = _primitive(poly)
    if len(poly) == 1:
        ((_, word), _c), = primitive.items()
        if len(word) == 1 and isinstance(word[0], Symbol) and "unit" in word[0].has and word[0].shape[1] == SIZE_ONE:
            return scaled(polynomial(Map("abs", to_expr({(key[0], ()): d for key, d in primitive.items()}, SCALAR))), abs(c))
    body = to_expr(primitive, e.args[0].shape)
    if body.shape[0] == SIZE_ONE:
        body = canonical_transpose(body)
    return {key: abs(c) * d for key, d in scalar_atom(Call(e.name, (body,))).items()}


def _part(sign: int) -> Callable[[Call], Poly]:
    def rule(e: Call) -> Poly:
        poly = polynomial(e.args[0])
        return scaled(words.add([poly, scaled(words.transposed(poly), Fraction(sign))]), Fraction(1, 2))

    return rule


def _softmax(e: Call) -> Poly:
    exps = Map("exp", e.args[0])
    return polynomial(build.scale(build.power(Call("sum", (exps,)), -1), exps))


def _diag(e: Call) -> Poly:
    """diag(diag(x)) is x, diag(1) is I."""
    out: list[Poly] = []
    for (scalars, word), c in polynomial(e.args[0]).items():
        body = to_expr({((), word): Fraction(1)}, e.args[0].shape)
        if isinstance(body, Call) and body.name == "diag":
            inner = polynomial(body.args[0])
        elif isinstance(body, Ones) and body.shape[1] == SIZE_ONE:
            inner = UNIT
        elif isinstance(body, Identity):
            inner = polynomial(Ones((body.size, SIZE_ONE)))
        else:
            inner = {((), (Call("diag", (body,)),)): Fraction(1)}
        out.append(words.times_scalars(inner, scalars, c))
    return words.add(out)


def _vec(e: Call) -> Poly:
    return polynomial(e.args[0]) if e.args[0].shape[1] == SIZE_ONE else _by_table(e)


# --------------------------------------------------------------------------------------------- entry by entry products
def hadamard_factors(letter: Expr) -> list[Expr]:
    """B, C, … of a letter B ∘ C ∘ …; the letter alone otherwise."""
    if isinstance(letter, Call) and letter.name == "hadamard":
        return [part for arg in letter.args for part in hadamard_factors(arg)]
    return [letter]


def _raised(part: Expr) -> tuple[Expr, Expr]:
    """(base, scalar exponent) of an entry by entry power of a matrix; (part, 1) of anything else."""
    if isinstance(part, Call) and part.name == "entrypower" and part.args[0].shape == part.shape and part.args[1].is_scalar:
        return part.args[0], part.args[1]
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
        return _ones(shape)
    if len(out) == 1:
        return polynomial(out[0]) if not (isinstance(out[0], Call) and out[0].name == "entrypower") else _letter(out[0])
    joined = out[0]
    for part in out[1:]:
        joined = Call("hadamard", (joined, part))
    return _letter(joined)


def entrywise_sum(parts: list[Expr]) -> Poly:
    """The sum of all entries of a product B ∘ C ∘ …: tr(B'C) for two factors."""
    flat = [piece for part in parts for piece in hadamard_factors(part)]
    out: list[Poly] = []
    for (scalars, word), c in _hadamard_word(flat).items():
        body = to_expr({((), word): Fraction(1)}, parts[0].shape)
        two = hadamard_factors(body)
        if len(two) == 2:
            inner = _inner(*two)
        elif len(two) == 1:
            inner = _inner(Ones(body.shape), body)
        else:
            other = Call("sum", (min(body, _joined_transpose(two), key=fingerprint),))
            inner = scalar_atom(other)
        out.append(words.times_scalars(inner, scalars, c))
    return words.add(out)


def _joined_transpose(parts: list[Expr]) -> Expr:
    ((_, word), _c), = _hadamard_word([canonical_transpose(p) for p in parts]).items()
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
        words.times_scalars(_hadamard_word([p for b in built for p in hadamard_factors(b)]), s, c) for c, s, built in combos
    )


def _hadamard(e: Call) -> Poly:
    if e.is_scalar:
        return _product(e.args)
    return entrywise_product(e.args, e.shape)


def _entrypower(e: Call) -> Poly:
    base, exponent = e.args
    if e.is_scalar:
        return _scalar_power(base, exponent)
    if base.is_scalar or not exponent.is_scalar:
        return _letter(Call(e.name, (canonical(base), canonical(exponent))))
    if isinstance(exponent, Number) and exponent.value.denominator == 1 and 0 < exponent.value <= 8:
        return entrywise_product((base,) * int(exponent.value), e.shape)
    poly = polynomial(base)
    if isinstance(exponent, Number) and exponent.value.denominator == 1 and len(poly) == 1 and abs(exponent.value) <= 64:
        ((scalars, word), c), = poly.items()
        parts = hadamard_factors(to_expr({((), word): Fraction(1)}, e.shape))
        raised = [
            Call("entrypower", (b, canonical(build.times(k, exponent)))) for b, k in map(_raised, parts)
        ]
        power = int(exponent.value)
        return words.times_scalars(_hadamard_word(list(raised)), tuple((a, p * power) for a, p in scalars), c**power)
    return _letter(Call(e.name, (canonical(base), canonical(exponent))))


def _quotient(e: Call) -> Poly:
    above, below = e.args
    if below.is_scalar:
        return product(polynomial(build.power(below, -1)), polynomial(above))
    inverse = Call("entrypower", (below, number(-1)))
    if above.is_scalar:
        return product(polynomial(above), polynomial(inverse))
    return entrywise_product((above, to_expr(polynomial(inverse), e.shape)), e.shape)


_CALLS: dict[str, Callable[[Call], Poly]] = {
    "tr": _tr, "sum": _sum_entries, "mean": _mean, "norm": _norm, "softmax": _softmax, "diag": _diag, "vec": _vec,
    "inner": lambda e: _inner(*e.args), "dot": lambda e: _inner(*e.args),
    "sym": _part(1), "skewpart": _part(-1),
    "hadamard": _hadamard, "entrypower": _entrypower, "quotient": _quotient,
}


# --------------------------------------------------------------------------------------------- back
def to_expr(poly: Poly, shape: Shape) -> Expr:
    """The expression of a polynomial, its terms in canonical order."""
    return build.total((_term(key, poly[key], shape) for key in sorted(poly, key=words.term_key)), shape)


def _term(key: tuple[Scalars, Word], c: Fraction, shape: Shape) -> Expr:
    scalars, word = key
    parts: list[Expr] = [number(c)]
    parts += [atom if k == 1 else build.power(atom, number(k)) for atom, k in scalars]
    if word:
        ones = [letter for letter in word if isinstance(letter, Ones) or (isinstance(letter, Transpose) and isinstance(letter.arg, Ones))]
        body = Ones(shape) if len(ones) == len(word) else build.matmul(*word)
        return build.scale(build.times(*parts), body)
    if shape == SCALAR:
        return build.times(*parts)
    return build.scale(build.times(*parts), Identity(shape[0]))


def size_of(size: Size) -> Expr:
    """A size as an expression."""
    return to_expr(words.size_poly(size), SCALAR)
