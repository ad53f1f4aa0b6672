"""Functions of a matrix along a direction that commutes with it: L_log(A, A) = A⁻¹A = I, by the column `commuting` of the table."""

from __future__ import annotations

from collections.abc import Callable

from derive.calculus.simplify.recursion import tidied
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Expr, Identity
from derive.expressions.properties.transpose import commuting_in_order, made_of

Simplify = Callable[[Expr], Expr]


def along(name: str, args: tuple[Expr, ...]) -> Expr | None:
    """The value where the second argument is made of the first alone; None where it is not known to commute with it."""
    template = FUNCTIONS[name].commuting
    if not template or not _commute(*args):
        return None
    from derive.calculus.rules.rule import compiled, fill
    a, e = args
    return tidied(fill(compiled(template, "A: n n, E: n n"), {"A": a, "E": e}, {"n": a.shape[0]}))


def _commute(a: Expr, e: Expr) -> bool:
    return isinstance(e, Identity) or made_of(a) is made_of(e)


def in_order(node: Expr, _: Simplify) -> Expr | None:
    """Neighbours that are powers and functions of one matrix in one order, which they may stand in: logm(X) X⁻¹ is X⁻¹ logm(X)."""
    return None if (new := commuting_in_order(node)) is node else new
