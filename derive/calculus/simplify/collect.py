"""Like terms, common factors, and the order in which a sum is written.

Scalars are compared in a canonical form (a scalar is its own transpose, a trace is cyclic and its own transpose), so
that h'Ax and x'Ah are one term once A' = A is known.  Sums are collected in the order of first appearance.
"""

from __future__ import annotations

from fractions import Fraction

from derive.calculus.simplify.like_terms import Term, representative, signed, tell
from derive.calculus.simplify.simplify import tidy_with
from derive.calculus.simplify.terms import join, split
from derive.calculus.simplify.used import Used
from derive.expressions.build import ONE, add, primes, total, transpose, zero
from derive.expressions.nodes import Add, Expr, MatMul, Transpose


def collect(expr: Expr, words: list[str] | None = None, used: Used | None = None) -> Expr:
    """Like terms of a sum added up, in the order in which each first appears.

    words, used  what made terms alike that were not written alike is appended: x'Ah and h'Ax are one where A' = A
    """
    if not isinstance(expr, Add):
        return expr
    opened = _opened(expr)
    if opened is not None:
        return opened
    order: list[object] = []
    coefficients: dict[object, Fraction] = {}
    first: dict[object, tuple[dict[Expr, Expr], Expr | None]] = {}
    signs: dict[object, int] = {}
    for term in expr.terms:
        c, powers, body = split(term)
        sign, alike = signed(powers, body)
        key = (
            frozenset((representative(b), e) for b, e in alike[0].items()),
            None if alike[1] is None else representative(alike[1]),
        )
        if key not in coefficients:
            order.append(key)
            coefficients[key] = c
            first[key] = (powers, body)
            signs[key] = sign
        else:
            coefficients[key] += c * sign * signs[key]
            if words is not None and used is not None:
                tell((powers, body), first[key], words, used)
            if _plainer((powers, body), first[key]):
                first[key] = (powers, body)
    if len(order) == len(expr.terms):
        return expr
    kept = [join(coefficients[k], *first[k]) for k in order if coefficients[k]]
    return total(kept, expr.shape) if kept else zero(expr.shape)


def _plainer(new: Term, old: Term) -> bool:
    """Whether the term is the same product of vectors with fewer transposes in it: h'Ah for h'A'h."""
    (a, *more), (b, *others) = (tuple(powers) or (ONE,) for powers, _ in (new, old))
    if more or others or not isinstance(a, MatMul) or not isinstance(b, MatMul) or a.factors[-1] is not b.factors[-1]:
        return False
    return primes(a) < primes(b)


def _opened(expr: Add) -> Expr | None:
    """(U - A)' + U - A with the transpose of the sum multiplied out, where terms then come together."""
    flipped = [t for t in expr.terms if isinstance(t, Transpose) and isinstance(t.arg, Add)]
    if not flipped:
        return None
    terms: list[Expr] = []
    for t in expr.terms:
        if t in flipped and isinstance(t, Transpose) and isinstance(t.arg, Add):
            terms.extend(tidy_with(transpose(u), []) for u in t.arg.terms)
        else:
            terms.append(t)
    collected = collect(add(*terms))
    count = len(collected.terms) if isinstance(collected, Add) else 1
    return collected if count < len(terms) else None
