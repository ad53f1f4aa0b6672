"""Projections gathered: terms that make up X X⁺ or I − X X⁺."""

from __future__ import annotations

from derive.calculus.simplify.laws.pseudo_inverse import complement, inverts
from derive.expressions.build import MINUS_ONE, add, coefficient, matmul, scale
from derive.expressions.nodes import Add, Expr, Identity, MatMul, number


def gathered(expr: Add) -> Expr:
    """A sum of terms with X X⁺ brought together in I − X X⁺, where that leaves fewer terms: M − XX⁺M is (I − XX⁺)M."""
    from derive.calculus.simplify.collect import collect

    opened = collect(add(*(t for term in expr.terms for t in _opened(term))))
    terms = list(opened.terms) if isinstance(opened, Add) else [opened]
    out: list[Expr] = []
    while terms:
        c, whole = coefficient(terms.pop(0))
        for other in terms:
            joined = _beside(whole, coefficient(other)[1]) if coefficient(other)[0] == -c else None
            if joined is not None:
                terms.remove(other)
                whole = joined
                break
        out.append(whole if c == 1 else scale(number(c), whole))
    return add(*out) if len(out) < len(expr.terms) else expr


def _opened(term: Expr) -> tuple[Expr, ...]:
    """The two terms of a product with a factor I − X X⁺."""
    c, body = coefficient(term)
    if isinstance(body, MatMul):
        for k, factor in enumerate(body.factors):
            pair = complement(factor)
            if pair is not None:
                front, back = body.factors[:k], body.factors[k + 1 :]
                return scale(number(c), matmul(*front, *back)), scale(number(-c), matmul(*front, *pair, *back))
    return (term,)


def _beside(one: Expr, other: Expr) -> Expr | None:
    """(I − X X⁺)M of M and X X⁺ M, in either order; the brackets stand where the other has X X⁺."""
    for short, long in ((one, other), (other, one)):
        factors = short.factors if isinstance(short, MatMul) else (short,)
        more = long.factors if isinstance(long, MatMul) else (long,)
        if short is other or len(more) != len(factors) + 2:
            continue
        for k in range(len(factors) + 1):
            a, b = more[k : k + 2]
            if (*more[:k], *more[k + 2 :]) == factors and inverts(a, b) is not None:
                return matmul(*factors[:k], add(Identity(a.shape[0]), scale(MINUS_ONE, matmul(a, b))), *factors[k:])
    return None
