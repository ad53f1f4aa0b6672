"""Ways through an expression: every node, the path to a node, the node at a path."""

from __future__ import annotations

from collections.abc import Iterator

from derive.expressions.nodes import Expr


# --------------------------------------------------------------------------------------------- walking
def walk(expr: Expr) -> Iterator[Expr]:
    """Every distinct subexpression once, the outermost first."""
    seen: set[int] = set()
    stack = [expr]
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        stack.extend(reversed(node.children))


Path = tuple[int, ...]


def at(expr: Expr, path: Path) -> Expr:
    """The subexpression at a path of child positions."""
    for k in path:
        expr = expr.children[k]
    return expr
