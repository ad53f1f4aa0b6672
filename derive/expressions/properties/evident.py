"""What a name for an expression inherits, and what a printer asks."""

from __future__ import annotations

from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Add, Call, Expr, Rate
from derive.expressions.properties.definite import Definite
from derive.expressions.properties.inference import definiteness, holds, is_nonnegative, is_positive
from derive.expressions.properties.symmetry import is_symmetric
from derive.expressions.sizes import is_square
from derive.expressions.traverse import walk


def evident(expr: Expr) -> frozenset[str]:
    """What a name for the expression is declared to have: of a number, positive; of a matrix, symmetric, spd, psd, diagonal."""
    if expr.is_scalar:
        return frozenset({"positive"} if is_positive(expr) else ())
    if not is_square(expr.shape):
        return frozenset()
    out = {word for word in ("symmetric", "spd", "diagonal") if holds(expr, word)}
    return frozenset(out | ({"psd"} if "spd" not in out and holds(expr, "psd") else set()))


def value_properties(expr: Expr) -> frozenset[str]:
    """What a letter for the expression is declared to have: what its function gives, and that it is positive definite."""
    given = FUNCTIONS[expr.name].gives if isinstance(expr, Call) else frozenset()
    if definiteness(expr) == Definite.POSITIVE:
        return given | ({"positive"} if expr.is_scalar else {"spd", "symmetric", "invertible"})
    return given


def parameters(root: Expr) -> frozenset[str]:
    """The parameters of the pending derivatives in an expression: they are near 0 in what is printed under d/dt."""
    return frozenset(p.name for node in walk(root) if isinstance(node, Rate) for p in node.parameters)


def is_semidefinite(expr: Expr, small: frozenset[str] = frozenset()) -> bool:
    """Positive semidefinite for certain, and symmetric.

    small  scalars near 0: S + tH is positive definite for a positive definite S and a symmetric H
    """
    if expr.is_scalar:
        return is_nonnegative(expr)
    if holds(expr, "psd"):
        return True
    if not (small and isinstance(expr, Add) and expr.free & small):
        return False
    still = [term for term in expr.terms if not term.free & small]
    moving = [term for term in expr.terms if term.free & small]
    return (
        any(holds(t, "spd") for t in still) and all(holds(t, "psd") for t in still) and all(is_symmetric(t) for t in moving)
    )
