"""Indices of pasted formulas: which are free, which are summed without a sign, how far they run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from derive.review.tree import (
    Add,
    Binary,
    Const,
    Differential,
    Mul,
    Name,
    Neg,
    Num,
    Partial,
    Pow,
    Sub,
    Total,
    Tree,
    children,
    rebuilt,
    walk,
)


def index_names(tree: Tree | None) -> Iterator[str]:
    """The letters in an index: i, i + 1."""
    if tree is not None:
        yield from (node.name for node in walk(tree) if isinstance(node, Name) and not node.marks)


def indices_of(tree: Tree) -> Iterator[str]:
    """The letters at the places of indices in one node."""
    if isinstance(tree, Sub):
        for index in tree.indices:
            yield from index_names(index)
    elif isinstance(tree, Const) and tree.kind in ("delta", "unit"):
        for index in tree.size:
            yield from index_names(index)


def free(tree: Tree, known: frozenset[str]) -> list[str]:
    """The indices that no sum binds, in the order of their appearance; `known` letters are no indices."""
    found: dict[str, None] = {}

    def visit(node: Tree, bound: frozenset[str]) -> None:
        if isinstance(node, Total):
            bound = bound | set(node.indices)
        for name in indices_of(node):
            if name not in bound and name not in known:
                found.setdefault(name)
        for child in children(node):
            visit(child, bound)

    visit(tree, frozenset())
    return list(found)


def count(tree: Tree, name: str) -> int:
    """How often a term holds an index that it does not bind."""
    if isinstance(tree, Total) and name in tree.indices:
        return 0
    own = sum(n == name for n in indices_of(tree))
    if isinstance(tree, Pow) and isinstance(tree.exponent, Num) and tree.exponent.value == 2:
        return 2 * count(tree.base, name)
    if isinstance(tree, Add):
        return max(count(t, name) for t in tree.terms)
    return own + sum(count(child, name) for child in children(tree) if not _is_index(tree, child))


def _is_index(tree: Tree, child: Tree) -> bool:
    return (isinstance(tree, Sub) and child is not tree.base) or (isinstance(tree, Const))


def summed(tree: Tree, kept: frozenset[str], known: frozenset[str]) -> Tree:
    """Einstein's convention: an index that is not free on the left and stands twice in a term is summed there."""
    names = [n for n in free(tree, known) if n not in kept]
    return _summed(tree, frozenset(names)) if names else tree


def _summed(tree: Tree, names: frozenset[str]) -> Tree:
    if isinstance(tree, Add):
        return Add(tuple(_summed(t, names) for t in tree.terms))
    if isinstance(tree, Neg):
        return Neg(_summed(tree.arg, names))
    if isinstance(tree, Total):
        return Total(tree.indices, tree.lower, tree.upper, _summed(tree.body, names - set(tree.indices)), tree.product, tree.condition)
    counts = Counter({name: count(tree, name) for name in names})
    inner = _narrowest(tree, names)
    if inner is not None:
        return inner
    here = tuple(name for name in counts if counts[name] >= 2)
    rest = names - set(here)
    if rest and isinstance(tree, (Mul, Binary, Partial, Differential)):
        tree = rebuilt(tree, lambda t: _summed(t, rest) if any(count(t, n) >= 2 for n in rest) else t)
    return Total(here, None, None, tree) if here else tree


def _narrowest(tree: Tree, names: frozenset[str]) -> Tree | None:
    """A product with one factor that holds all pairs, a sum in brackets among them, is summed inside that factor."""
    if not isinstance(tree, (Mul, Binary)):
        return None
    parts = list(children(tree))
    inside = [p for p in parts if any(count(p, n) >= 2 for n in names)]
    across = [n for n in names if sum(count(p, n) > 0 for p in parts) > 1]
    if len(inside) == 1 and not across and _holds_sum(inside[0]):
        return rebuilt(tree, lambda t: _summed(t, names) if t is inside[0] else t)
    return None


def _holds_sum(tree: Tree) -> bool:
    return isinstance(tree, (Add, Pow, Neg)) and any(isinstance(n, Add) for n in walk(tree))
