"""Which declared property of which symbol a simplification used."""

from __future__ import annotations

from derive.expressions.nodes import Expr

Used = list[tuple[str, Expr]]
"""(property, symbol) pairs that were used, in order."""


def note_use(used: Used, name: str, symbol: Expr) -> None:
    """Appends that `name` was used of the symbol, once."""
    if (name, symbol) not in used:
        used.append((name, symbol))
