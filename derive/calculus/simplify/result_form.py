"""The form in which a result is written."""

from __future__ import annotations

from itertools import groupby, pairwise

from derive.calculus.simplify import projections, transposes
from derive.calculus.simplify.collect import collect
from derive.calculus.simplify.factor import by_body, factor, united
from derive.calculus.simplify.index_sums import in_front
from derive.calculus.simplify.known_forms import known, known_result
from derive.calculus.simplify.laws.letters import unclashed
from derive.calculus.simplify.measure import measure
from derive.calculus.simplify.names import Definitions, named
from derive.calculus.simplify.signs import all_opened, positive_first
from derive.calculus.simplify.simplify import tidy, tidy_with
from derive.calculus.simplify.used import Used
from derive.expressions.build import add, coefficient, matmul, power, scale, transpose
from derive.expressions.nodes import Add, Expr, MatMul, Number, Power, Scale, Sum, Times, Transpose
from derive.expressions.rewrite import transform

_ROUNDS = 3
"""Common factors taken out may bring together what a law makes shorter, and the other way round."""


def only_factored(before: Expr, after: Expr) -> bool:
    """Whether nothing was done to a sum but to write a number, or a factor of every term, outside it."""
    rest = coefficient(after)[1]
    if isinstance(rest, MatMul):
        sums = [f for f in rest.factors if isinstance(f, Add)]
        rest = sums[0] if len(sums) == 1 else rest
    return after is not before and isinstance(before, Add) and isinstance(rest, Add) and len(rest.terms) == len(before.terms)


def _together(factor: Expr) -> Expr:
    """The like terms of a factor that is a sum, or a sum transposed."""
    if isinstance(factor, Transpose) and isinstance(factor.arg, Add):
        inside = _together(factor.arg)
        return factor if inside is factor.arg else transpose(inside)
    if not isinstance(factor, Add):
        return factor
    out = _collected(factor.terms)
    return (by_body(out) if isinstance(out, Add) else None) or out


def _collected(terms: tuple[Expr, ...]) -> Expr:
    """The like terms of a sum, those of a sum that is subtracted among them."""
    return collect(united(all_opened(terms)))


def neat(expr: Expr, used: Used) -> Expr:
    """Properties used, like terms collected, common factors out: how a result is written."""
    memo: dict[Expr, Expr] = {}

    def go(node: Expr) -> Expr:
        found = memo.get(node)
        if found is not None:
            return found
        if isinstance(node, Add):
            out = _collected(tuple(map(go, node.terms)))
            out = factor(positive_first(projections.gathered(out) if isinstance(out, Add) else out))
        elif isinstance(node, Sum):
            out = in_front(Sum(node.index, node.lower, node.upper, go(node.body)))
        elif isinstance(node, Scale):
            out = tidy(scale(positive_first(node.scalar), go(node.arg)))
        elif isinstance(node, MatMul):
            inside = [go(f) if isinstance(f, Sum) else _together(f) for f in node.factors]
            out = node if all(x is y for x, y in zip(inside, node.factors, strict=True)) else tidy(matmul(*inside))
        else:
            out = node
        memo[node] = out
        return out

    out = known(tidy_with(expr, used), used)
    for _ in range(_ROUNDS):
        out = unclashed(tidy(go(out)))
        again = known(out, used)
        if again is out:
            break
        out = again
    return out


def result(expr: Expr, used: Used, definitions: Definitions = ()) -> Expr:
    """`neat` with names put back, and the forms in which a result alone is written: entry by entry products for diag(u)v, powers, roots.

    used         what was used is appended
    definitions  (name, what it stands for), each in terms of those before it
    """
    out = neat(expr, used)
    with_names = named(out, definitions)
    if definitions and isinstance(out, Scale) and isinstance(out.arg, Add):
        apart = named(add(*(tidy(scale(out.scalar, t)) for t in out.arg.terms)), definitions)
        with_names = min(with_names, apart, key=measure)
    if with_names is not out:
        out = neat(with_names, used)
    written = tidy_with(known_result(out, used), used)
    if written is not out and (again := neat(written, used)) is not written:
        written = tidy_with(known_result(again, used), used)
    out = transform(written, _short_fraction)
    return transform(transposes.outside(out), in_powers)


def _short_fraction(node: Expr) -> Expr:
    """A number in front, of a sum over a sum, with what cancels taken out: a + b for (a² − b²)/(a − b)."""
    scalar = node.scalar if isinstance(node, Scale) else node
    factors = scalar.factors if isinstance(scalar, Times) else ()
    below = any(isinstance(f, Power) and isinstance(f.base, Add) and isinstance(f.exponent, Number) and f.exponent.value < 0 for f in factors)
    if not below or not any(isinstance(f, Add) for f in factors):
        return node
    from derive.calculus.algebra import simplify_scalar

    short = simplify_scalar(scalar)
    if measure(short) >= measure(scalar):
        return node
    return scale(short, node.arg) if isinstance(node, Scale) else short


def in_powers(node: Expr) -> Expr:
    """A product with equal neighbours as a power: X X is X², X'X' is (X²)'; an exponent that begins with a positive term."""
    if isinstance(node, Power) and isinstance(node.exponent, Add):
        return power(node.base, positive_first(node.exponent))
    if not isinstance(node, MatMul) or all(a is not b for a, b in pairwise(node.factors)):
        return node
    out: list[Expr] = []
    for letter, group in groupby(node.factors):
        k = len(list(group))
        if k > 1:
            letter = transpose(power(letter.arg, k)) if isinstance(letter, Transpose) else power(letter, k)
        out.append(letter)
    return matmul(*out)
