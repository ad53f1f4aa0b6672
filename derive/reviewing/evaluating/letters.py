"""What letters and constants are at a point.

Undefined where there is no value, Unknown for what is not understood, SizeNeeded for a size that the text does not tell.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np

from derive.reviewing.evaluating import values
from derive.reviewing.evaluating.situation import Definition, Situation
from derive.reviewing.evaluating.values import Array, Undefined, Unknown, as_array, scalar
from derive.reviewing.tree import (
    Const,
    Name,
    Num,
    Rest,
    Tree,
    key,
)

MAX_DEPTH = 150
"""Of nodes in one another, what names stand for among them."""
MOST_STEPS = 1_200_000
"""Nodes that the review of one derivation evaluates: a text may nest sums without end."""


class SizeNeeded(Exception):
    """A constant that does not say its size: `name` is to be assigned."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

class Letters:
    """Letters and constants; the layers above add what is made of them.

    name, word  of an index; of a letter that the text defines
    steps  how many nodes have been evaluated, of all lines together
    """

    steps = 0
    depth = 0

    def __init__(self) -> None:
        self.gathering: set[str] = set()
        """The names whose entries are being computed."""

    def value(self, tree: Tree, at: Situation) -> Array:
        """The array, at least 1×1.  Undefined where shapes do not fit, Unknown where a letter means nothing, SizeNeeded."""
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise Unknown("this takes too long to compute")
        handler = self.handlers().get(type(tree))
        if handler is None:
            raise Unknown("this is not understood here")
        self.depth += 1
        try:
            if self.depth > MAX_DEPTH:
                raise Unknown("these definitions go round in a circle")
            return handler(tree, at)
        finally:
            self.depth -= 1

    def handlers(self) -> dict[type, Callable[..., Array]]:
        return {
            Num: lambda t, at: scalar(float(t.value)), Name: self.name, Const: self.constant, Rest: lambda t, at: scalar(0.0),
        }

    def extent(self, name: str, body: Tree, at: Situation) -> int | None:
        """How far an index runs, told by the arrays that it stands at."""
        raise NotImplementedError

    # ------------------------------------------------------------------------------------------ letters
    def name(self, tree: Name, at: Situation) -> Array:
        found = self.known(tree, at)
        if found is None:
            raise Unknown(f"`{spoken(tree)}` is not declared and not defined")
        return found

    def known(self, tree: Name, at: Situation) -> Array | None:
        """The value of a name; None where it has none."""
        word = key(tree)
        if word in at.bound:
            return at.bound[word]
        if at.meanings.paths and word.split("@")[0] in at.meanings.paths:
            base, *marks = word.split("@")
            parameter, path = at.meanings.paths[base]
            order = {(): 0, ("dot",): 1, ("ddot",): 2}.get(tuple(marks))
            if order is not None:
                return path(float(at.values[parameter][0, 0]))[order]
        if word in at.values:
            return at.values[word]
        definition = at.meanings.definitions.get(word)
        if definition is not None:
            return self.defined(word, definition, at)
        if word in at.meanings.aliases:
            return at.meanings.function(at.values)
        if word in at.sizes:
            return scalar(at.sizes[word])
        if tree.marks:
            return self.marked(tree, at)
        if tree.name == "e":
            return scalar(np.e)
        return None

    def marked(self, tree: Name, at: Situation) -> Array | None:
        base = self.known(Name(tree.name, tree.marks[:-1]), at)
        if tree.marks[-1] == "bar" and (base is None or values.is_number(base)):
            return self.mean_of_rows(tree, at)
        if base is None:
            return None
        if tree.marks[-1] == "bar":
            if values.is_number(base):
                return None
            return scalar(float(np.mean(base))) if 1 in base.shape else as_array(np.mean(base, axis=0))
        return base if tree.name in at.meanings.variables else None

    def mean_of_rows(self, tree: Name, at: Situation) -> Array | None:
        """x̄ of the samples that are the rows of X, or its columns."""
        capital = tree.name.upper() if len(tree.name) == 1 else tree.name.capitalize()
        a = self.known(Name(capital), at) if capital != tree.name else None
        if a is None or 1 in a.shape:
            return None
        return as_array(np.mean(a, axis=1 if capital in at.meanings.columns else 0))

    def defined(self, word: str, definition: Definition, at: Situation) -> Array:
        """The value of a letter by its definition, looked up where it holds no index.  Unknown for a function without its argument."""
        if definition.parameters:
            raise Unknown(f"`{word}` is a function, and stands without its argument")
        if definition.indices:
            return self.gathered(word, definition, at)
        inner = definition.letters & at.bound.keys()
        if inner:
            return self.value(definition.tree, at)
        cached = at.cache.get(word)
        if cached is None:
            cached = at.cache[word] = self.value(definition.tree, at)
        return np.asarray(cached)

    def gathered(self, word: str, definition: Definition, at: Situation) -> Array:
        """The array of what is defined entry by entry."""
        if word in self.gathering:
            raise Unknown("these definitions go round in a circle")
        self.gathering.add(word)
        try:
            return self.from_entries(definition, at)
        finally:
            self.gathering.discard(word)

    def from_entries(self, definition: Definition, at: Situation) -> Array:
        extents = [self.extent(name, definition.tree, at) for name in definition.indices]
        if any(n is None for n in extents) or len(extents) > 2:
            raise Unknown("how far the indices of this definition run is not known")
        ranges = [range(1, (n or 0) + 1) for n in extents]
        found = [self.value(definition.tree, self.indexed(definition.indices, place, at)) for place in product(*ranges)]
        if any(not values.is_number(a) for a in found):
            if len(extents) == 1 and all(a.shape[1] == 1 for a in found):
                return np.vstack([a.T for a in found])
            raise Unknown("this definition by entries is not one of numbers")
        flat = np.array([a[0, 0] for a in found])
        return as_array(flat) if len(extents) == 1 else flat.reshape([n or 0 for n in extents])

    def indexed(self, names: tuple[str, ...], place: tuple[int, ...], at: Situation) -> Situation:
        """The situation in which each index has the value of its place.

        names  of the indices
        place  their values, counted from 1
        """
        return at.binding({name: scalar(k) for name, k in zip(names, place, strict=True)})

    def constant(self, tree: Const, at: Situation) -> Array:
        match tree.kind:
            case "pi":
                return scalar(np.pi)
            case "infinity" | "any":
                return scalar(0.0)
            case "delta":
                left, right = (self.value(t, at) for t in tree.size)
                return scalar(float(left[0, 0] == right[0, 0]))
            case "unit":
                index, *size = tree.size
                n = self.size(size[0], at) if size else 0
                k = round(float(self.value(index, at)[0, 0]))
                if not 1 <= k <= n:
                    raise Undefined("this unit vector has no such entry")
                return np.eye(n)[:, [k - 1]]
        sizes = [self.size(t, at) for t in tree.size]
        if not sizes:
            raise Unknown("the size of this constant is not said")
        if tree.kind == "commutation":
            m, n = sizes
            return np.eye(m * n).reshape(n, m, m * n).transpose(1, 0, 2).reshape(m * n, m * n)
        if tree.kind == "identity":
            return np.eye(sizes[0])
        shape = (sizes[0], sizes[1] if len(sizes) > 1 else 1)
        return np.ones(shape) if tree.kind == "ones" else np.zeros(shape)

    def size(self, tree: Tree, at: Situation) -> int:
        if isinstance(tree, Name) and tree.name.startswith("?"):
            if tree.name not in at.assigned:
                raise SizeNeeded(tree.name)
            return at.assigned[tree.name]
        n = float(self.value(tree, at)[0, 0])
        if n != int(n) or not 1 <= n <= 200:
            raise Undefined("a size is a positive integer")
        return int(n)



def spoken(tree: Name) -> str:
    return " ".join((tree.name, *tree.marks))
