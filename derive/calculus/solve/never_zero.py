"""Equations without a solution: a side that has one sign, or is invertible, is not 0."""

from __future__ import annotations

from derive.calculus import algebra
from derive.calculus.simplify.simplify import tidy
from derive.calculus.solve.entrywise import read_entries
from derive.derivation.reason import Why
from derive.expressions.build import coefficient, negate
from derive.expressions.nodes import Expr, MatMul, Number, Scale, Symbol, Zeros
from derive.expressions.properties.definite import STRICT
from derive.expressions.properties.inference import definiteness, is_invertible, is_nonzero, is_positive
from derive.expressions.sizes import ONE

Refutation = tuple[str, Why]
"""The relation in which the left side stands to 0, and why."""


def never_zero(g: Expr, x: Symbol) -> Refutation | None:
    """Why g = 0 has no solution in x, which may be any value that its declaration allows; None where that is not evident."""
    for sign, expr in ((">", g), ("<", tidy(negate(g)))):
        if is_positive(expr):
            return sign, ("for every ", x) if x.name in g.free else ("always",)
    kind = definiteness(g) if g.shape[0] == g.shape[1] and not g.is_scalar else None
    if kind in STRICT:
        return ("≻" if kind.sign > 0 else "≺"), ("for every ", x)
    if g.is_scalar and (is_nonzero(g) or (isinstance(g, Number) and g.value != 0)):
        return "≠", ("for every ", x)
    core, factor = _core(g)
    if not core.is_scalar and core.shape[0] == core.shape[1] and is_invertible(core):
        return "≠", (core, " is invertible") if factor is None else (core, " is invertible, ", factor, " ≠ 0")
    return _by_entries(g, x)


def _core(g: Expr) -> tuple[Expr, Expr | None]:
    """Without its scalar factors; the letter among them that is not known to be nonzero."""
    unknown: Expr | None = None
    while isinstance(g, Scale):
        _, rest = coefficient(g.scalar)
        if not is_nonzero(g.scalar):
            if not isinstance(rest, Symbol) or unknown is not None:
                return g, None
            unknown = rest
        g = g.arg
    return g, unknown


def _by_entries(g: Expr, x: Symbol) -> Refutation | None:
    """Of an equation entry by entry without a root: the sign that every entry has."""
    found = read_entries(g, x)
    if found is None or algebra.solve_scalar(found[1], found[0].unknown) != []:
        return None
    return "≠", ("no entry can be 0",)


def rank_one(expr: Expr) -> bool:
    """Whether a matrix is a multiple of a column times a row, or 0, and so not definite where it has two rows."""
    while isinstance(expr, Scale):
        expr = expr.arg
    if isinstance(expr, Zeros):
        return True
    return isinstance(expr, MatMul) and any(a.shape[1] == ONE for a in expr.factors[:-1])
