"""Ways through an expression: every node, from the outside in or from the leaves up, and the node at a path."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from derive.expressions.nodes import Expr


# --------------------------------------------------------------------------------------------- walking
def bottom_up(root: Expr, below: Callable[[Expr], Sequence[Expr]] = lambda node: node.children) -> list[Expr]:
    """Every distinct subexpression, children before parents, without recursion; `below` says what stands in a node."""
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
            stack.extend((child, False) for child in reversed(below(node)) if child not in seen)
    return out


def walk(*exprs: Expr) -> Iterator[Expr]:
    """Every distinct subexpression of them once, the outermost first."""
    seen: set[Expr] = set()
    stack = list(reversed(exprs))
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            yield node
            stack.extend(reversed(node.children))


Path = tuple[int, ...]


def at(expr: Expr, path: Path) -> Expr:
    """The subexpression at a path of child positions."""
    for k in path:
        expr = expr.children[k]
    return expr
