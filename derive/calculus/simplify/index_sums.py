"""Sums over an index: what does not depend on the index in front of the sum, a constant term counted, a sum split.

Σᵢ 2(xᵢ − μ) is 2 Σᵢ (xᵢ − μ) as a result is written, and 2 (Σᵢ xᵢ − N μ) as an equation is solved.
"""

from __future__ import annotations

from derive.calculus.simplify.simplify import tidy
from derive.expressions.build import ONE, add, coefficient, is_zero, matmul, negate, scale, times
from derive.expressions.nodes import Expr, MatMul, Scale, Sum, Times, number
from derive.expressions.sizes import is_scalar


def count(node: Sum) -> Expr:
    """How many terms there are: N for i = 1 … N."""
    if node.lower is ONE:
        return node.upper
    return tidy(add(node.upper, negate(node.lower), ONE))


def in_front(node: Sum) -> Expr:
    """The sum with its constant factors in front: c L (Σ body) R; a body that is constant is counted."""
    name = node.index.name
    if is_zero(node.body):
        return node
    if name not in node.body.free:
        return tidy(scale(count(node), node.body))
    outside, inside, body = _numbers(node)
    c = coefficient(node.body)[0]
    left, body, right = _sides(body, name) if isinstance(body, MatMul) and not node.is_scalar else ([], body, [])
    if name not in body.free and not body.is_scalar and inside is not ONE:
        weights: Expr = Sum(node.index, node.lower, node.upper, inside)
        return tidy(scale(times(*outside, weights), matmul(*left, body, *right)))
    body = scale(inside, body)
    if len(outside) == 1 and c == 1 and not left and not right:
        return node
    inner: Expr = Sum(node.index, node.lower, node.upper, tidy(body))
    return tidy(scale(times(*outside), matmul(*left, inner, *right)))


def _numbers(node: Sum) -> tuple[list[Expr], Expr, Expr]:
    """(numbers that are constant, the product of those that are not, what they stand before) in the terms of a sum."""
    c, body = coefficient(node.body)
    if isinstance(body, Scale):
        factors, body = _factors(body.scalar), body.arg
    elif body.is_scalar and not isinstance(body, MatMul):
        factors, body = _factors(body), ONE
    else:
        factors = ()
    moving = times(*(f for f in factors if node.index.name in f.free))
    outside = [number(c), *(f for f in factors if node.index.name not in f.free)]
    return (outside, ONE, moving) if body is ONE else (outside, moving, body)


def _sides(body: MatMul, name: str) -> tuple[list[Expr], Expr, list[Expr]]:
    """(constant factors in front, the rest, constant factors behind)."""
    left: list[Expr] = []
    right: list[Expr] = []
    chain = list(body.factors)
    while chain and name not in chain[0].free and not _closes(chain[1:]):
        left.append(chain.pop(0))
    while chain and name not in chain[-1].free and not _closes(chain[:-1]):
        right.insert(0, chain.pop())
    return left, matmul(*chain) if chain else body, right


def _closes(chain: list[Expr]) -> bool:
    """Whether what is left would be a scalar, which cannot stand between two matrices as a factor of them."""
    return not chain or is_scalar((chain[0].shape[0], chain[-1].shape[1]))


def _factors(scalar: Expr) -> tuple[Expr, ...]:
    return scalar.factors if isinstance(scalar, Times) else (scalar,)
