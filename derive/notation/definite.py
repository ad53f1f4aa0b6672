"""Matrices that are positive semidefinite by their form."""

from __future__ import annotations

from derive.language.evidence import mirrored
from derive.language.nodes import Add, Expr, Identity, MatMul, Number, Power, Scale, Symbol, Transpose


def evidently_semidefinite(node: Expr) -> bool:
    """Positive semidefinite by its form: a declared one, its inverse, B'SB, B'B, a sum or a positive multiple of such."""
    match node:
        case Symbol():
            return "spd" in node.has or "psd" in node.has
        case Identity():
            return True
        case Number():
            return node.value >= 0
        case Power():
            return isinstance(node.exponent, Number) and evidently_semidefinite(node.base)
        case Transpose():
            return evidently_semidefinite(node.arg)
        case Add():
            return all(evidently_semidefinite(t) for t in node.terms)
        case Scale():
            scalar = node.scalar
            number = isinstance(scalar, Number) and scalar.value > 0
            symbol = isinstance(scalar, Symbol) and "positive" in scalar.has
            return (number or symbol) and evidently_semidefinite(node.arg)
        case MatMul():
            return mirrored(node, evidently_semidefinite)
    return False
