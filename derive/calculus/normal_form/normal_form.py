"""The normal form of an expression: two expressions with the same one are equal."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from derive.calculus.normal_form import polynomial as words
from derive.calculus.normal_form import reduction
from derive.calculus.normal_form.polynomial import UNIT, Poly, Scalars, TooManyTerms, Word, scalar_atom, scaled, to_expr
from derive.calculus.normal_form.reduction import product
from derive.expressions import build
from derive.expressions.nodes import (
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
)
from derive.expressions.rewrite import substitute
from derive.expressions.sizes import ONE as SIZE_ONE
from derive.expressions.sizes import SCALAR, Shape, Size


@dataclass(frozen=True)
class NormalForm:
    """A polynomial in canonical order: (coefficient, scalar atoms with exponents, word of matrices) for each term."""

    shape: Shape
    terms: tuple[tuple[Fraction, Scalars, Word], ...]


def normal_form(expr: Expr) -> NormalForm:
    """The normal form of an expression of any shape; equal forms mean equal values.

    Products are expanded, transposes stand at the letters, traces and scalar products are cyclic and transposed words
    in one order, declared properties are used.  TooManyTerms when the expansion has thousands of terms.
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


@lru_cache(maxsize=50_000)
def written(expr: Expr) -> Expr:
    """As `canonical`, for a part of an expression whose smaller parts are done."""
    try:
        return to_expr(polynomial(expr), expr.shape)
    except TooManyTerms:
        return expr


def written_transpose(expr: Expr) -> Expr:
    return written(build.transpose(expr))


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
            return of_ones(dims)
        case Symbol():
            return scalar_atom(e) if e.is_scalar else {((), (e,)): Fraction(1)}
        case Add(terms):
            return words.add(polynomial(t) for t in terms)
        case Times(factors):
            return of_product(factors)
        case Scale(scalar, arg):
            return product(polynomial(scalar), polynomial(arg))
        case MatMul(factors):
            poly = of_product(factors)
            return reduction.trace(poly, SIZE_ONE) if e.is_scalar else poly
        case Transpose(arg):
            return words.transposed(polynomial(arg))
        case Power(base, exponent):
            return scalar_power(base, exponent) if e.is_scalar else _matrix_power(base, exponent)
        case Entry():
            return _entry(e)
        case Sum():
            return _sum(e)
        case Call():
            from derive.calculus.normal_form.functions import of_call

            return of_call(e)
        case _:
            return _opaque(e)


def of_product(factors: tuple[Expr, ...]) -> Poly:
    out = UNIT
    for factor in factors:
        out = product(out, polynomial(factor))
    if any(abs(k) >= 2 and _root(atom) is not None for scalars, _ in out for atom, k in scalars):
        return words.add(_norms({key: c}) for key, c in out.items())
    return out


def _root(atom: Expr) -> Poly | None:
    """The polynomial whose square root the atom is: ‖A‖ and √s."""
    if isinstance(atom, Call) and atom.name == "norm":
        return inner(atom.args[0], atom.args[0])
    return polynomial(atom.arg) if isinstance(atom, Map) and atom.function == "sqrt" else None


def _opaque(e: Expr) -> Poly:
    """A letter, or a scalar atom, over canonical children."""
    node = e.rebuild(tuple(written(c) for c in e.children))
    if node.is_scalar:
        return scalar_atom(node)
    return {((), (node,)): Fraction(1)}


def of_ones(dims: Shape) -> Poly:
    m, n = dims
    column: Word = (Ones((m, SIZE_ONE)),) if m != SIZE_ONE else ()
    row: Word = (Transpose(Ones((n, SIZE_ONE))),) if n != SIZE_ONE else ()
    return {((), column + row): Fraction(1)}


def inner(a: Expr, b: Expr) -> Poly:
    if a.is_scalar:
        return product(polynomial(a), polynomial(b))
    return reduction.trace(product(words.transposed(polynomial(a)), polynomial(b)), a.shape[1])


# --------------------------------------------------------------------------------------------- powers
def primitive(poly: Poly) -> tuple[Fraction, Poly]:
    """(c, p) with poly = c p and the first coefficient of p equal to 1."""
    c = poly[min(poly, key=words.term_key)]
    return c, scaled(poly, 1 / c)


def scalar_power(base: Expr, exponent: Expr) -> Poly:
    poly = polynomial(base)
    k = exponent.value if isinstance(exponent, Number) else None
    if k is None or not poly:
        return scalar_atom(Power(written(base), written(exponent)))
    if k.denominator == 1 and len(poly) == 1:
        ((scalars, _), c), = poly.items()
        if abs(k) > 64 and c not in (1, -1):
            return scalar_atom(Power(written(base), exponent))
        return _norms({(tuple((a, p * k) for a, p in scalars), ()): c ** int(k)})
    if k.denominator == 1 and 0 < k <= 16:
        out = UNIT
        for _ in range(int(k)):
            out = product(out, poly)
        return out
    if k.denominator == 1 and abs(k) <= 64:
        c, rest = primitive(poly)
        return scaled(scalar_atom(to_expr(rest, SCALAR), k), c ** int(k))
    return scalar_atom(Power(written(base), exponent))


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
        out = product(out, scalar_power(to_expr(square, SCALAR), number(half)))
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
        return {((), (Power(written(base), written(exponent)),)): Fraction(1)}
    if len(poly) == 1:
        ((scalars, word), c), = poly.items()
        if all(letter.shape[0] == letter.shape[1] for letter in word):
            inverse = UNIT
            for letter in reversed(word):
                inverse = product(inverse, _inverse_letter(letter))
            inverse = words.times_scalars(inverse, tuple((a, -p) for a, p in scalars), 1 / c)
            return _repeat(inverse, -k)
    c, rest = primitive(poly)
    one: Poly = {((), (Power(to_expr(rest, base.shape), number(-1)),)): 1 / c}
    return _repeat(one, -k) if -k <= 12 else {((), (Power(to_expr(rest, base.shape), exponent),)): c**k}


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


# --------------------------------------------------------------------------------------------- entries and sums
def _entry(e: Entry) -> Poly:
    """e_i' A e_j, A e_j, A' e_i."""
    rows, columns = e.arg.shape
    left, right = UNIT, UNIT
    if e.row is not None and rows != SIZE_ONE:
        left = words.transposed(polynomial(Unit(written(e.row), rows)))
    if e.column is not None and columns != SIZE_ONE:
        right = polynomial(Unit(written(e.column), columns))
    poly = product(product(left, polynomial(e.arg)), right)
    if e.is_scalar:
        return poly if e.arg.is_scalar else reduction.trace(poly, SIZE_ONE)
    return poly if e.row is None else words.transposed(poly)


def _sum(e: Sum) -> Poly:
    """Sums over an index term by term, what does not depend on it in front."""
    depth = sum(1 for node in _sums_inside(e.body))
    index = Symbol(f"_{depth}", SCALAR, frozenset({"integer"}))
    body = polynomial(substitute(e.body, {e.index: index}))
    lower, upper = written(e.lower), written(e.upper)
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
    from derive.expressions.traverse import walk

    return [node for node in walk(e) if isinstance(node, Sum)]


def size_of(size: Size) -> Expr:
    """A size as an expression."""
    return to_expr(words.size_poly(size), SCALAR)
