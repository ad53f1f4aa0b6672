"""Indices of pasted formulas: which are free, which are summed without a sign, how far they run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from derive.reviewing.tree import (
    Add,
    Const,
    Name,
    Neg,
    Num,
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
        for index in tree.size if tree.kind == "delta" else tree.size[:1]:  # the other of a unit vector is its length
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
    """Einstein's convention: an index that is not free on the left and stands twice in a term is summed there.

    kept   indices that are free on the left
    known  names that are no indices
    """
    tree = _over_pairs(tree, kept | known)
    names = [n for n in free(tree, known) if n not in kept]
    return _summed(tree, frozenset(names)) if names else tree


def _over_pairs(tree: Tree, bound: frozenset[str]) -> Tree:
    """A sum over i ≠ j is one over both where nothing else says what j is."""
    if isinstance(tree, Total):
        if tree.condition is not None and tree.condition[1] == "≠" and tree.condition[2] not in bound | set(tree.indices):
            tree = replace(tree, indices=(*tree.indices, tree.condition[2]))
        bound = bound | set(tree.indices)
    return rebuilt(tree, lambda t: _over_pairs(t, bound))


def _summed(tree: Tree, names: frozenset[str]) -> Tree:
    """The sums over these indices, each around the smallest term that holds its index twice."""
    names = frozenset(n for n in names if count(tree, n))
    if not names:
        return tree
    if isinstance(tree, (Add, Neg)):
        return rebuilt(tree, lambda t: _summed(t, names))
    if isinstance(tree, Total):
        return replace(tree, body=_summed(tree.body, names - set(tree.indices)))
    parts = [c for c in children(tree) if not _is_index(tree, c)]
    deeper, here = set(), []
    for name in sorted(names):
        holders = [c for c in parts if count(c, name)]
        own = any(n == name for n in indices_of(tree))
        if len(holders) == 1 and not own and count(holders[0], name) >= 2:
            deeper.add(name)
        elif count(tree, name) >= 2:
            here.append(name)
    if deeper:
        tree = rebuilt(tree, lambda t: _summed(t, frozenset(deeper)) if any(t is p for p in parts) else t)
    return Total(tuple(here), None, None, tree) if here else tree
