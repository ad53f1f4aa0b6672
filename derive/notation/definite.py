"""Matrices that are positive semidefinite by their form."""

from __future__ import annotations

from derive.expressions.nodes import Add, Expr, Identity, MatMul, Number, Power, Rate, Scale, Symbol, Transpose
from derive.expressions.traverse import walk
from derive.language.evidence import mirrored
from derive.language.evident import symmetric


def parameters(root: Expr) -> frozenset[str]:
    """The parameters of the pending derivatives in an expression: they are near 0 in what is printed under d/dt."""
    return frozenset(p.name for node in walk(root) if isinstance(node, Rate) for p in node.parameters)


def evidently_semidefinite(node: Expr, small: frozenset[str] = frozenset()) -> bool:
    """Positive semidefinite by its form: a declared one, its inverse, B'SB, B'B, a sum or a positive multiple of such.

    small  scalars near 0: S + tH is positive definite for a positive definite S and a symmetric H
    """
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
        case Add() if all(map(evidently_semidefinite, node.terms)):
            return True
        case Add() if small and any(term.free & small for term in node.terms):
            still = [term for term in node.terms if not term.free & small]
            moving = [term for term in node.terms if term.free & small]
            definite = any(isinstance(term, Symbol) and "spd" in term.has for term in still)
            return definite and all(map(evidently_semidefinite, still)) and all(map(symmetric, moving))
        case Scale():
            scalar = node.scalar
            number = isinstance(scalar, Number) and scalar.value > 0
            symbol = isinstance(scalar, Symbol) and "positive" in scalar.has
            return (number or symbol) and evidently_semidefinite(node.arg)
        case MatMul():
            return mirrored(node, evidently_semidefinite)
    return False
