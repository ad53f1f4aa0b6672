"""Which letters a page must define: those that its formulas use, and those that these are defined by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from derive.expressions.nodes import Expr, Symbol

Meant = tuple[Symbol, Expr]
"""A letter and what it stands for."""


def needed(exprs: Iterable[Expr], meant: Sequence[Meant]) -> tuple[Meant, ...]:
    """Those of the letters, in their order, that occur in the formulas or in the definition of one that does; dQ speaks of Q.

    meant  every letter that there is, each after those that it is defined by
    """
    names = {name for expr in exprs for name in expr.free}
    names |= {symbol.name for symbol, _ in meant if f"d{symbol.name}" in names}
    for symbol, expr in reversed(meant):
        names |= expr.free if symbol.name in names else set()
    return tuple((symbol, expr) for symbol, expr in meant if symbol.name in names)
