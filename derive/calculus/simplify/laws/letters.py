"""Bound letters of sums: fresh where two would clash."""

from __future__ import annotations

from derive.expressions.build import fresh_letter
from derive.expressions.nodes import Expr, Sum, Symbol
from derive.expressions.rewrite import substitute, transform
from derive.expressions.traverse import walk


def unshadowed(index: Symbol, body: Expr) -> Expr:
    """The body of a sum with another letter for the sums in it over an index of the same name."""
    return _relettered(body, index.name)


def unclashed(expr: Expr) -> Expr:
    """The expression with another letter for the sums over an index whose name stands free in it: a symbol k beside Σ over k."""
    for name in sorted({node.index.name for node in walk(expr) if isinstance(node, Sum)} & expr.free):
        expr = _relettered(expr, name)
    return expr


def _relettered(body: Expr, name: str) -> Expr:
    sums = {node.index.name for node in walk(body) if isinstance(node, Sum)}
    if name not in sums:
        return body
    letter = fresh_letter(body)

    def visit(node: Expr) -> Expr:
        if not isinstance(node, Sum) or node.index.name != name:
            return node
        other: Symbol = Symbol(letter, node.index.dims, node.index.has)
        return Sum(other, node.lower, node.upper, substitute(node.body, {node.index: other}))

    return transform(body, visit)
