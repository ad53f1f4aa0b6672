"""What the form of an expression shows by itself, without the rules of the calculus."""

from __future__ import annotations

from collections.abc import Callable

from derive.expressions.nodes import Expr, MatMul, Symbol, Transpose


def mirrored(node: MatMul, middle: Callable[[Expr], bool]) -> bool:
    """Whether a product reads B'…SB…, the middle factor (if there is one) satisfying a condition."""
    factors = list(node.factors)
    while len(factors) >= 2:
        first, last = factors[0], factors[-1]
        paired = (
            (isinstance(first, Transpose) and first.arg is last)
            or (isinstance(last, Transpose) and last.arg is first)
            or (first is last and isinstance(first, Symbol) and "symmetric" in first.has)
        )
        if not paired:
            return False
        factors = factors[1:-1]
    return not factors or middle(factors[0])
