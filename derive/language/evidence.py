"""What the form of an expression shows by itself, without the rules of the calculus."""

from __future__ import annotations

from collections.abc import Callable

from derive.language.nodes import Add, Call, Expr, Identity, MatMul, Power, Scale, Symbol, Transpose


def evidently_symmetric(node: Expr) -> bool:
    """Symmetric by its form: a declared one, its inverse or power, B'SB, B'B, sums and multiples of such, `sym(A)`."""
    match node:
        case Symbol():
            return bool(node.has & {"symmetric", "spd", "psd", "diagonal"})
        case Identity():
            return True
        case Power():
            return evidently_symmetric(node.base)
        case Transpose():
            return evidently_symmetric(node.arg)
        case Add():
            return all(evidently_symmetric(term) for term in node.terms)
        case Scale():
            return evidently_symmetric(node.arg)
        case Call():
            return node.name == "sym"
        case MatMul():
            return mirrored(node, evidently_symmetric)
    return False


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
