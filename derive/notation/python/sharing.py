"""Which subexpressions of an emitted expression are bound to a name, so that its text is linear in the number of nodes.

A network of 100 layers is a small graph and an exponential tree.  Where writing the tree out would blow up (or nest too
deep for Python's parser), every subexpression that occurs twice is bound once, each after those that it uses.
"""

from __future__ import annotations

from collections.abc import Callable

from derive.expressions.nodes import Expr, Identity, Number, Ones, SizeValue, Symbol, Unit, Zeros
from derive.expressions.traverse import bottom_up
from derive.values import dataclass

INLINE_NODES = 160
"""A tree of up to this many nodes is written out."""
BLOWUP = 1.5
"""So is a larger one that sharing would not make this many times smaller."""
DEPTH = 24
"""Nodes above one another without a name in between; each is at most three pairs of parentheses."""
CAP = 10**9

_SMALL = (Number, SizeValue, Symbol, Identity, Ones, Zeros, Unit)


@dataclass(frozen=True)
class Sharing:
    """bound: the nodes to be given a name, each after those that it uses."""

    bound: tuple[Expr, ...]


def sharing(root: Expr, below: Callable[[Expr], tuple[Expr, ...]]) -> Sharing:
    """What is to be bound when `root` is written; `below` gives the nodes that are written directly inside a node."""
    order = bottom_up(root, below)
    uses: dict[Expr, int] = {root: 1}
    size: dict[Expr, int] = {}
    depth: dict[Expr, int] = {}
    for node in order:
        inside = below(node)
        for child in inside:
            uses[child] = uses.get(child, 0) + 1
        size[node] = min(CAP, 1 + sum(size[c] for c in inside))
        depth[node] = 1 + max((depth[c] for c in inside), default=0)
    shared = size[root] > INLINE_NODES and size[root] > BLOWUP * len(order)
    if not shared and depth[root] <= DEPTH:
        return Sharing(())
    bound: list[Expr] = []
    since: dict[Expr, int] = {}
    for node in order:
        deep = 1 + max((since[c] for c in below(node)), default=0)
        worth = not isinstance(node, _SMALL)
        if node is not root and worth and ((shared and uses[node] > 1) or deep >= DEPTH):
            bound.append(node)
            deep = 0
        since[node] = deep
    return Sharing(tuple(bound))
