"""Signs of terms: the opposite, and a positive term first."""

from __future__ import annotations

from collections.abc import Iterable

from derive.expressions.build import add, coefficient, matmul, scale
from derive.expressions.nodes import Add, Expr, MatMul, Number, Scale, number


def opposite(expr: Add) -> Expr:
    """The sum with every sign changed, a positive term first."""
    terms = [scale(number(-1), t) for t in expr.terms]
    first = next((k for k, t in enumerate(terms) if not negative(t)), 0)
    return add(terms[first], *terms[:first], *terms[first + 1 :])


def negative(term: Expr) -> bool:
    """Whether the number in front is < 0."""
    return coefficient(term)[0] < 0


def positive_first(expr: Expr) -> Expr:
    """A sum that begins with a positive term where it has one."""
    if not isinstance(expr, Add) or coefficient(expr.terms[0])[0] > 0:
        return expr
    for k, term in enumerate(expr.terms):
        if coefficient(term)[0] > 0:
            return add(term, *expr.terms[:k], *expr.terms[k + 1 :])
    return expr


def opened(term: Expr) -> tuple[Expr, ...]:
    """The terms of a sum that is subtracted: a, b of −(−a − b)."""
    match term:
        case Scale(scalar=Number(value=c), arg=Add(terms=inside)) if c == -1:
            return tuple(scale(term.scalar, t) for t in inside)
        case _:
            return (term,)


def all_opened(terms: Iterable[Expr]) -> Expr:
    """The sum of the terms, those of a sum that is subtracted among them."""
    return add(*(part for t in terms for part in opened(t)))


def unsigned(expr: Expr) -> Expr:
    """b − a for −(a − b), and (b − a)c' for −(a − b)c'."""
    c, rest = coefficient(expr)
    factors = rest.factors if isinstance(rest, MatMul) else (rest,)
    first = factors[0]
    if c != -1 or not isinstance(first, Add) or not any(map(negative, first.terms)):
        return expr
    return matmul(opposite(first), *factors[1:]) if factors[1:] else opposite(first)
