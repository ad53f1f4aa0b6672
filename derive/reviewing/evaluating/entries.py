"""Sums, products, entries and sums over indices at a point.

Undefined where there is no value, Unknown for what is not understood.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np

from derive.expressions.spelling import GREEK
from derive.reviewing.evaluating import values
from derive.reviewing.evaluating.letters import Letters, SizeNeeded, spoken
from derive.reviewing.evaluating.situation import Situation
from derive.reviewing.evaluating.values import Array, Undefined, Unknown, scalar
from derive.reviewing.tree import (
    Add,
    Binary,
    Mul,
    Name,
    Neg,
    Num,
    Pow,
    Rest,
    Sub,
    Total,
    Tree,
    Turn,
    key,
    walk,
)

MAX_TERMS = 4000
_TWINS = {
    **{chr(c): chr(c).upper() for c in range(ord("a"), ord("z") + 1)},
    **{name: name.capitalize() for name in GREEK if name.capitalize() in GREEK},
}



class Entries(Letters):
    """Algebra and indices.

    name  of an index, or of what an index stands at
    """

    def handlers(self) -> dict[type, Callable[..., Array]]:
        return {
            **super().handlers(), Add: self.sum, Mul: self.product, Neg: lambda t, at: -self.value(t.arg, at), Binary: self.binary,
            Pow: self.power, Turn: self.turned, Sub: self.entry, Total: self.total,
        }

    # ------------------------------------------------------------------------------------------ algebra
    def sum(self, tree: Add, at: Situation) -> Array:
        """A sum; a literal number beside a vector is added to every entry (1 - p)."""
        found = [(self.value(t, at), t) for t in tree.terms]
        shape = next((a.shape for a, _ in found if not values.is_number(a)), (1, 1))
        out: Array | None = None
        for a, t in found:
            if isinstance(t, Rest) or (isinstance(t, Neg) and isinstance(t.arg, Rest)) or (values.is_number(a) and shape != (1, 1) and _literal(t)):
                a = np.full(shape, a[0, 0])
            out = a if out is None else values.added(out, a)
        assert out is not None
        return out

    def product(self, tree: Mul, at: Situation) -> Array:
        return values.multiplied([self.value(f, at) for f in tree.factors])

    def binary(self, tree: Binary, at: Situation) -> Array:
        a, b = self.value(tree.left, at), self.value(tree.right, at)
        match tree.op:
            case "dot":
                return values.dotted(a, b)
            case "hadamard":
                return values.entrywise(a, b)
            case "kron":
                return values.kronecker(a, b)
            case "colon":
                return values.paired(a, b)
        return values.divided_entrywise(a, b) if tree.op == "quotient" else values.divided(a, b)

    def power(self, tree: Pow, at: Situation) -> Array:
        base, exponent = self.value(tree.base, at), self.value(tree.exponent, at)
        if not values.is_number(exponent):
            raise Undefined("an exponent is a number")
        k = float(exponent[0, 0])
        if tree.entrywise:
            with np.errstate(all="ignore"):
                return np.asarray(base**k, dtype=float)
        if not values.is_number(base) and base.shape[0] != base.shape[1] and k > 0:  # 1 - h^2 of a layer h
            with np.errstate(all="ignore"):
                return np.asarray(base**k, dtype=float)
        return values.raised(base, k)

    def turned(self, tree: Turn, at: Situation) -> Array:
        return self.value(tree.arg, at).T

    # ------------------------------------------------------------------------------------------ entries
    def entry(self, tree: Sub, at: Situation) -> Array:
        base = tree.base
        if isinstance(base, Name):
            definition = at.meanings.definitions.get(key(base))
            if definition is not None and len(definition.indices) == len(tree.indices):
                places = tuple(self.place(t, at) for t in tree.indices if t is not None)
                if len(places) == len(definition.indices):
                    return self.value(definition.tree, self.indexed(definition.indices, places, at))
        a, name = self.based(base, at)
        return self.picked(a, tree, name, at)

    def based(self, base: Tree, at: Situation) -> tuple[Array, str]:
        """The array that indices pick from: a_ij of A, x_i of the rows of X."""
        if not isinstance(base, Name):
            return self.value(base, at), ""
        found = self.known(base, at)
        if found is not None and not (values.is_number(found) and self.twin(base, at) is not None):
            return found, base.name
        twin = self.twin(base, at)
        if twin is None:
            raise Unknown(f"`{spoken(base)}` is not declared and not defined")
        return twin, _TWINS[base.name]

    def twin(self, base: Name, at: Situation) -> Array | None:
        capital = _TWINS.get(base.name)
        return self.known(Name(capital, base.marks), at) if capital is not None else None

    def place(self, tree: Tree, at: Situation) -> int:
        k = self.value(tree, at)
        if not values.is_number(k) or k[0, 0] != round(float(k[0, 0])):
            raise Unknown("an index is an integer")
        return round(float(k[0, 0]))

    def picked(self, a: Array, tree: Sub, name: str, at: Situation) -> Array:
        """The entry, the row (as a column) or the column of an array that the indices of a tree name.  Undefined beyond its borders."""
        places = [None if t is None else self.place(t, at) for t in tree.indices]
        if values.is_number(a):
            raise Undefined("a number has no entries")
        if len(places) == 1 and places[0] is not None:
            k = places[0]
            if 1 in a.shape:
                return scalar(float(np.ravel(a)[self.inside(k, a.size)]))
            if name in at.meanings.columns:
                return a[:, [self.inside(k, a.shape[1])]]
            return a[[self.inside(k, a.shape[0])], :].T
        if len(places) != 2:
            raise Undefined("a matrix has two indices, a row and a column")
        row, column = places
        if 1 in a.shape:
            raise Undefined("a vector has one index")
        if row is None and column is None:
            return a
        if row is None:
            return a[:, [self.inside(column or 0, a.shape[1])]]
        if column is None:
            return a[[self.inside(row, a.shape[0])], :].T
        return scalar(float(a[self.inside(row, a.shape[0]), self.inside(column, a.shape[1])]))

    def inside(self, k: int, n: int) -> int:
        if not 1 <= k <= n:
            raise Undefined(f"index {k} runs beyond {n} entries")
        return k - 1

    # ------------------------------------------------------------------------------------------ sums
    def extent(self, name: str, body: Tree, at: Situation) -> int | None:
        """How far an index runs, told by the arrays that it stands at."""
        for node in walk(body):
            if not isinstance(node, Sub):
                continue
            for k, index in enumerate(node.indices):
                if isinstance(index, Name) and index.name == name:
                    found = self._extent_at(node, k, at)
                    if found is not None:
                        return found
        return None

    def _extent_at(self, node: Sub, k: int, at: Situation) -> int | None:
        base = node.base
        if isinstance(base, Name):
            definition = at.meanings.definitions.get(key(base))
            if definition is not None and len(definition.indices) == len(node.indices):
                return self.extent(definition.indices[k], definition.tree, at)
        filled = {n: scalar(1) for i in walk(base) if isinstance(i, Name) and not i.marks for n in [i.name]
                  if n not in at.values and n not in at.bound and n in "ijklpqrstabc" and n not in at.meanings.definitions}
        try:
            a, name = self.based(base, at.binding(filled) if filled else at)
        except (Unknown, Undefined, SizeNeeded):
            return None
        if values.is_number(a):
            return None
        if len(node.indices) == 1:
            if 1 in a.shape:
                return int(a.size)
            return int(a.shape[1] if name in at.meanings.columns else a.shape[0])
        return int(a.shape[k]) if len(node.indices) == 2 else None

    def total(self, tree: Total, at: Situation) -> Array:
        ranges = []
        for name in tree.indices:
            low = 1 if tree.lower is None else self.place(tree.lower, at)
            high = self.highest(name, tree, at)
            ranges.append(range(low, high + 1))
        if np.prod([len(r) for r in ranges], dtype=float) > MAX_TERMS:
            raise Unknown("this sum has too many terms")
        out: Array | None = None
        for place in product(*ranges):
            inner = self.indexed(tree.indices, place, at)
            if tree.condition is not None and not self.satisfied(tree.condition, inner):
                continue
            term = self.value(tree.body, inner)
            out = term if out is None else (out * term if tree.product else values.added(out, term))
        return scalar(1.0 if tree.product else 0.0) if out is None else out

    def highest(self, name: str, tree: Total, at: Situation) -> int:
        """The last value of the index of a sum.  SizeNeeded where nothing tells it."""
        told = self.extent(name, tree.body, at)
        if tree.upper is not None and not (isinstance(tree.upper, Name) and told is not None):
            try:
                return self.place(tree.upper, at)
            except Unknown:
                pass
        if told is None and tree.upper is not None:
            return self.place(tree.upper, at)
        if told is None:
            other = at.meanings.sums_to.get(name)
            if other is None or other not in at.sizes:
                if f"?sum {name}" not in at.assigned:
                    raise SizeNeeded(f"?sum {name}")
                return at.assigned[f"?sum {name}"]
            return at.sizes[other]
        return told

    def satisfied(self, condition: tuple[str, str, str], at: Situation) -> bool:
        left, op, right = condition
        a, b = (float(self.value(Name(n), at)[0, 0]) for n in (left, right))
        return {"<": a < b, ">": a > b, "≠": a != b, "≤": a <= b}[op]



def _literal(tree: Tree) -> bool:
    return isinstance(tree, Num) or (isinstance(tree, Neg) and isinstance(tree.arg, Num))
