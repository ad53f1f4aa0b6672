"""What a member of a relation says, as written: sizes are not known yet, and nothing is evaluated.

The expressions of `derive.expressions` have sizes when they are made; pasted mathematics gets its sizes from its context, and holds
operators (d, ∂/∂x, D[H], o(‖H‖)) on whatever stands behind them.  So a member is read as a tree first, and its values are told by
`evaluation` at a point.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from fractions import Fraction

from derive.values import dataclass


@dataclass(frozen=True)
class Tree:
    """A node; two that read alike are equal."""


@dataclass(frozen=True)
class Num(Tree):
    value: Fraction


@dataclass(frozen=True)
class Name(Tree):
    r"""A letter or a word: `X`, `beta`, `\mathcal L` as `L`; marks: its accents and labels (hat, bar, *, opt)."""

    name: str
    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Const(Tree):
    """I, ones, zeros, unit, commutation, delta, pi, e, infinity, an arbitrary constant: kind; size: what its subscript says."""

    kind: str
    size: tuple[Tree, ...] = ()


@dataclass(frozen=True)
class Add(Tree):
    terms: tuple[Tree, ...]


@dataclass(frozen=True)
class Neg(Tree):
    arg: Tree


@dataclass(frozen=True)
class Mul(Tree):
    """Factors side by side."""

    factors: tuple[Tree, ...]


@dataclass(frozen=True)
class Binary(Tree):
    """op: dot, hadamard, kron, colon, over."""

    op: str
    left: Tree
    right: Tree


@dataclass(frozen=True)
class Pow(Tree):
    base: Tree
    exponent: Tree
    entrywise: bool = False


@dataclass(frozen=True)
class Turn(Tree):
    """A transpose."""

    arg: Tree


@dataclass(frozen=True)
class Sub(Tree):
    """Indices; None is a whole row or column.  above: the index stands in a superscript, as in x^{(i)}."""

    base: Tree
    indices: tuple[Tree | None, ...]
    above: bool = False


@dataclass(frozen=True)
class Fun(Tree):
    """A function of the table, or one that only review reads (bracket, norms): its name and arguments."""

    name: str
    args: tuple[Tree, ...]


@dataclass(frozen=True)
class Call(Tree):
    """A function of the problem, or one that the text defines, at arguments; order: how many primes it has."""

    name: str
    args: tuple[Tree, ...]
    order: int = 0


@dataclass(frozen=True)
class Total(Tree):
    """A sum (or product) over indices.  ranges: (index, from, to), either None; unequal: indices that must differ from another."""

    indices: tuple[str, ...]
    lower: Tree | None
    upper: Tree | None
    body: Tree
    product: bool = False
    condition: tuple[str, str, str] | None = None


@dataclass(frozen=True)
class Differential(Tree):
    """d(…), δ(…); order 2 for d²."""

    arg: Tree
    order: int = 1


@dataclass(frozen=True)
class Partial(Tree):
    """∂ arg / ∂ by: `by` has an entry for each order; nabla: written ∇; straight: written with d, so that all moves with `by`."""

    arg: Tree
    by: tuple[Tree, ...]
    nabla: bool = False
    straight: bool = False


@dataclass(frozen=True)
class Along(Tree):
    """D arg [H, K]; by: the variable that moves, where it is said."""

    arg: Tree
    directions: tuple[Tree, ...]
    by: tuple[Tree, ...] = ()


@dataclass(frozen=True)
class Limit(Tree):
    """lim of arg for name → value."""

    arg: Tree
    name: str
    value: Tree


@dataclass(frozen=True)
class Evaluated(Tree):
    """arg with names replaced: (…)|_{X = A}."""

    arg: Tree
    name: str
    value: Tree


@dataclass(frozen=True)
class Rest(Tree):
    """o(‖H‖), O(ε²), dots: what is dropped; order: the degree up to which all is kept."""

    order: int


@dataclass(frozen=True)
class Block(Tree):
    rows: tuple[tuple[Tree, ...], ...]


@dataclass(frozen=True)
class ByCases(Tree):
    """Values with their conditions (left, op, right); None is otherwise."""

    rows: tuple[tuple[Tree, tuple[Tree, str, Tree] | None], ...]


def children(tree: Tree) -> Iterator[Tree]:
    for f in fields(tree):
        yield from _trees(getattr(tree, f.name))


def _trees(value: object) -> Iterator[Tree]:
    if isinstance(value, Tree):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _trees(part)


def walk(tree: Tree) -> Iterator[Tree]:
    """The node and all below it."""
    yield tree
    for child in children(tree):
        yield from walk(child)


def rebuilt(tree: Tree, change: Callable[[Tree], Tree]) -> Tree:
    """The node with its children changed."""
    return replace(tree, **{f.name: _changed(getattr(tree, f.name), change) for f in fields(tree)}) if fields(tree) else tree


def _changed(value: object, change: Callable[[Tree], Tree]) -> object:
    if isinstance(value, Tree):
        return change(value)
    if isinstance(value, tuple):
        return tuple(_changed(part, change) for part in value)
    return value


def names_in(tree: Tree) -> frozenset[str]:
    """The letters that occur, with their marks, functions and indices among them."""
    out = set()
    for node in walk(tree):
        if isinstance(node, Name):
            out.add(key(node))
        elif isinstance(node, Call):
            out.add(node.name)
        elif isinstance(node, Total):
            out |= set(node.indices)
    return frozenset(out)


def key(name: Name) -> str:
    """One text for a name with its marks."""
    return name.name + "".join(f"@{mark}" for mark in name.marks)


def number(value: int | Fraction) -> Num:
    return Num(Fraction(value))
