"""The order in which the printers visit an expression: children first, so that nothing recurses far."""

from __future__ import annotations

from derive.expressions.nodes import Expr
from derive.expressions.traverse import Path


def bottom_up(root: Expr) -> list[Expr]:
    """Every distinct subexpression, children before parents."""
    out: list[Expr] = []
    seen: set[Expr] = set()
    stack: list[tuple[Expr, bool]] = [(root, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            out.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((child, False) for child in node.children)
    return out


def at_path(node: Expr, path: Path) -> Expr:
    for k in path:
        node = node.children[k]
    return node
