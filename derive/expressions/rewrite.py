"""New expressions from old ones: bottom-up transformation, substitution, replacement at a path."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from derive.expressions.nodes import Expr, Symbol
from derive.expressions.traverse import Path


def transform(expr: Expr, visit: Callable[[Expr], Expr], memo: dict[Expr, Expr] | None = None) -> Expr:
    """Bottom-up: children first, then `visit` on the rebuilt node; every shared node is visited once.

    memo  what is known of nodes already, and is added to; None: nothing is

    Rebuilding goes through `build.remake`, so that products stay flat.
    """
    from derive.expressions.build import remake

    memo = {} if memo is None else memo
    stack = [expr]
    while stack:
        node = stack[-1]
        children = node.children
        waiting = () if node in memo else [child for child in children if child not in memo]
        if waiting:
            stack.extend(waiting)
            continue
        stack.pop()
        if node not in memo:
            new = tuple([memo[child] for child in children])
            memo[node] = visit(node if new == children else remake(node, new))
    return memo[expr]


def substitute(expr: Expr, values: Mapping[Expr, Expr]) -> Expr:
    """Replace whole subexpressions (symbols, mostly) at once; a name bound by `Sum` or `Rate` is left alone."""
    names = {s.name for s in values if isinstance(s, Symbol)}
    symbols_only = len(names) == len(values)
    memo: dict[Expr, Expr] = dict(values)

    def go(node: Expr) -> Expr:
        from derive.expressions.build import remake

        found = memo.get(node)
        if found is not None:
            return found
        if symbols_only and not (node.free & names):
            return node
        children = node.children
        new = tuple(map(go, children))
        out = node if new == children else remake(node, new)
        memo[node] = out
        return out

    return go(expr)


def replace(expr: Expr, path: Path, new: Expr) -> Expr:
    """The expression with the subexpression at `path` exchanged; products and sums around it stay flat.

    new  of the shape of what it replaces; the rest of `expr` stays
    """
    from derive.expressions.build import remake

    if not path:
        return new
    children = list(expr.children)
    children[path[0]] = replace(children[path[0]], path[1:], new)
    return remake(expr, tuple(children))
