"""Matrices of numbers, by elimination in fractions."""

from __future__ import annotations

from derive.expressions.nodes import Expr, Number, Stack


def has_independent_columns(expr: Expr) -> bool:
    """A matrix of numbers with independent columns, by elimination in fractions."""
    if not isinstance(expr, Stack) or not all(isinstance(e, Number) for row in expr.rows for e in row):
        return False
    rows = [[e.value for e in row if isinstance(e, Number)] for row in expr.rows]
    for column in range(len(rows[0])):
        pivot = next((k for k in range(column, len(rows)) if rows[k][column]), None)
        if pivot is None:
            return False
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for k in range(column + 1, len(rows)):
            c = rows[k][column] / rows[column][column]
            rows[k] = [a - c * b for a, b in zip(rows[k], rows[column], strict=True)]
    return True
