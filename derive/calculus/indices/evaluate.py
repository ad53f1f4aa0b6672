"""Expressions in numbers evaluated."""

from __future__ import annotations

from fractions import Fraction

from derive.calculus.indices.explicit import entries_of
from derive.calculus.rules.rule import fill
from derive.calculus.simplify.simplify import tidy
from derive.derivation.reason import Why
from derive.expressions.build import add, matmul, times
from derive.expressions.nodes import Expr, MatMul, Number, Stack, Symbol
from derive.expressions.rewrite import substitute, transform
from derive.expressions.traverse import walk


def evaluated(expr: Expr, values: dict[Symbol, Expr], let: tuple[tuple[Symbol, Expr], ...]) -> Expr | None:
    """The value in numbers, names of `let` and sizes put in where they are known by the values; None where some stay letters."""
    sizes = {
        str(size): there for symbol, value in values.items() for size, there in zip(symbol.shape, value.shape, strict=True)
        if there.is_number and not size.is_number
    }
    for symbol, definition in reversed(let):
        expr = substitute(expr, {symbol: definition})
    if sizes:
        letters = {node.name: node for node in walk(expr) if isinstance(node, Symbol)}
        if not letters.keys() <= {symbol.name for symbol in values}:
            return None
        there = tidy(fill(expr, {symbol.name: value for symbol, value in values.items()}, sizes))
    else:
        known: dict[Expr, Expr] = dict(values.items())
        there = tidy(substitute(expr, known))
    if there.is_scalar:
        return tidy(transform(there, _multiplied)) if sizes else there
    table = entries_of(there)
    if table is None:
        return None
    out: Expr = Stack(tuple(tuple(row) for row in table))
    return out


def _multiplied(node: Expr) -> Expr:
    """A product of vectors of numbers is a number."""
    if isinstance(node, MatMul) and node.is_scalar and not node.free:
        left, right = entries_of(matmul(*node.factors[:-1])), entries_of(node.factors[-1])
        if left is not None and right is not None:
            return tidy(add(*(times(a, b[0]) for a, b in zip(left[0], right, strict=True))))
    return node


def in_figures(expr: Expr) -> tuple[Expr, Why] | None:
    """(the value, about what it is in decimals) of an expression of numbers alone that is not one yet."""
    if expr.free or isinstance(expr, Stack | Number):
        return None
    found = evaluated(expr, {}, ())
    if found is None or found is expr or not isinstance(found, Stack | Number):
        return None
    if not all(isinstance(e, Number) for e in found.children):
        return None
    decimals = decimals_of(found)
    return found, (f"about {decimals}",) if decimals else ("in numbers",)


def decimals_of(expr: Expr) -> str:
    """`(3.0000, 0.4394, −0.2879)` for a vector of numbers of which one is a fraction."""
    entries = expr.children if isinstance(expr, Stack) else (expr,)
    values = [e.value for e in entries if isinstance(e, Number)]
    if len(values) != len(entries) or all(v.denominator == 1 for v in values):
        return ""
    texts = [_decimal(v) for v in values]
    return f"({', '.join(texts)})" if len(texts) > 1 else texts[0]


def _decimal(value: Fraction) -> str:
    return f"{float(value):.4f}".replace("-", "−")
