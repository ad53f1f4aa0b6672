"""The normal form of an expression: two expressions with the same one are equal."""

from __future__ import annotations

from fractions import Fraction

from derive.calculus.normal_form import polynomial as words
from derive.calculus.normal_form import reduction
from derive.calculus.normal_form.functions import of_call
from derive.calculus.normal_form.polynomial import UNIT, Poly, Scalars, TooManyTerms, Word, scalar_atom, to_expr
from derive.calculus.normal_form.products import matrix_power, of_ones, of_product, scalar_power
from derive.calculus.normal_form.recursion import polynomial, rule_of, written
from derive.calculus.normal_form.reduction import product
from derive.calculus.normal_form.transposes import transposed
from derive.expressions import build
from derive.expressions.nodes import (
    Add,
    Call,
    Entry,
    Expr,
    Identity,
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
)
from derive.expressions.rewrite import substitute
from derive.expressions.sizes import ONE as SIZE_ONE
from derive.expressions.sizes import SCALAR, Shape
from derive.expressions.traverse import bottom_up
from derive.values import dataclass


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


def polynomial_of(expr: Expr) -> Poly:
    """`polynomial`, from the leaves upwards so that deep expressions need no deep recursion."""
    order = bottom_up(expr)
    if len(order) > 200:
        for node in order:
            try:
                polynomial(node)
            except TooManyTerms:
                continue
    return polynomial(expr)


@rule_of.register
def _(e: Expr) -> Poly:
    return _opaque(e)


@rule_of.register
def _(e: Number) -> Poly:
    return {((), ()): e.value} if e.value else {}


@rule_of.register
def _(e: SizeValue) -> Poly:
    return words.size_poly(e.size)


@rule_of.register
def _(e: Zeros) -> Poly:
    return {}


@rule_of.register
def _(e: Identity) -> Poly:
    return UNIT


@rule_of.register
def _(e: Ones) -> Poly:
    return of_ones(e.dims)


@rule_of.register
def _(e: Symbol) -> Poly:
    return scalar_atom(e) if e.is_scalar else {((), (e,)): Fraction(1)}


@rule_of.register
def _(e: Add) -> Poly:
    return words.add(polynomial(t) for t in e.terms)


@rule_of.register
def _(e: Times) -> Poly:
    return of_product(e.factors)


@rule_of.register
def _(e: Scale) -> Poly:
    return product(polynomial(e.scalar), polynomial(e.arg))


@rule_of.register
def _(e: MatMul) -> Poly:
    poly = of_product(e.factors)
    return reduction.trace(poly, SIZE_ONE) if e.is_scalar else poly


@rule_of.register
def _(e: Transpose) -> Poly:
    return transposed(polynomial(e.arg))


@rule_of.register
def _(e: Power) -> Poly:
    return scalar_power(e.base, e.exponent) if e.is_scalar else matrix_power(e.base, e.exponent)


@rule_of.register
def _(e: Call) -> Poly:
    return of_call(e)


def _opaque(e: Expr) -> Poly:
    """A letter, or a scalar atom, over canonical children."""
    node = e.rebuild(tuple(written(c) for c in e.children))
    if node.is_scalar:
        return scalar_atom(node)
    return {((), (node,)): Fraction(1)}


# --------------------------------------------------------------------------------------------- entries and sums
@rule_of.register
def _(e: Entry) -> Poly:
    """e_i' A e_j, A e_j, A' e_i."""
    rows, columns = e.arg.shape
    left, right = UNIT, UNIT
    if e.row is not None and rows != SIZE_ONE:
        left = transposed(polynomial(Unit(written(e.row), rows)))
    if e.column is not None and columns != SIZE_ONE:
        right = polynomial(Unit(written(e.column), columns))
    poly = product(product(left, polynomial(e.arg)), right)
    if e.is_scalar:
        return poly if e.arg.is_scalar else reduction.trace(poly, SIZE_ONE)
    return poly if e.row is None else transposed(poly)


@rule_of.register
def _(e: Sum) -> Poly:
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
