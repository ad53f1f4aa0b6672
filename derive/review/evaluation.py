"""The value of a tree at a point: what is written, computed; what has no value says why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

import numpy as np

from derive.review import values
from derive.review.indices import index_names
from derive.review.situation import Definition, Situation
from derive.review.tree import (
    Add,
    Binary,
    Block,
    ByCases,
    Call,
    Const,
    Evaluated,
    Fun,
    Limit,
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
from derive.review.values import Array, Undefined, Unknown, as_array, scalar

MAX_TERMS = 4000
_TWINS = {
    **{chr(c): chr(c).upper() for c in range(ord("a"), ord("z") + 1)},
    **{name: name.capitalize() for name in "gamma delta theta lambda xi pi sigma phi psi omega".split()},
}


class SizeNeeded(Exception):
    """A constant that does not say its size: `name` is to be assigned."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Evaluation:
    """Trees without derivatives; `differences` adds those."""

    def value(self, tree: Tree, at: Situation) -> Array:
        """The array, at least 1×1.  Undefined where shapes do not fit, Unknown where a letter means nothing, SizeNeeded."""
        handler = self.handlers().get(type(tree))
        if handler is None:
            raise Unknown("this is not understood here")
        return handler(tree, at)

    def handlers(self) -> dict[type, Callable[..., Array]]:
        return {
            Num: lambda t, at: scalar(float(t.value)), Name: self.name, Const: self.constant, Add: self.sum, Mul: self.product,
            Neg: lambda t, at: -self.value(t.arg, at), Binary: self.binary, Pow: self.power, Turn: self.turned, Sub: self.entry,
            Fun: self.function, Call: self.call, Total: self.total, Evaluated: self.evaluated, Limit: self.limit,
            Rest: lambda t, at: scalar(0.0), Block: self.block, ByCases: self.by_cases,
        }

    # ------------------------------------------------------------------------------------------ letters
    def name(self, tree: Name, at: Situation) -> Array:
        found = self.known(tree, at)
        if found is None:
            raise Unknown(f"`{_spoken(tree)}` is not declared and not defined")
        return found

    def known(self, tree: Name, at: Situation) -> Array | None:
        """The value of a name; None where it has none."""
        word = key(tree)
        if word in at.bound:
            return at.bound[word]
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
        if base is None:
            return None
        if tree.marks[-1] == "bar":
            if values.is_number(base):
                return None
            return scalar(float(np.mean(base))) if 1 in base.shape else as_array(np.mean(base, axis=0))
        return base if tree.name in at.meanings.variables else None

    def defined(self, word: str, definition: Definition, at: Situation) -> Array:
        if definition.parameters:
            raise Unknown(f"`{word}` is a function, and stands without its argument")
        if definition.indices:
            return self.gathered(definition, at)
        inner = definition.letters & at.bound.keys()
        if inner:
            return self.value(definition.tree, at)
        cached = at.cache.get(word)
        if cached is None:
            cached = at.cache[word] = self.value(definition.tree, at)
        return np.asarray(cached)

    def gathered(self, definition: Definition, at: Situation) -> Array:
        """The array of what is defined entry by entry."""
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

    # ------------------------------------------------------------------------------------------ algebra
    def sum(self, tree: Add, at: Situation) -> Array:
        """A sum; a literal number beside a vector is added to every entry (1 - p)."""
        found = [(self.value(t, at), t) for t in tree.terms]
        shape = next((a.shape for a, _ in found if not values.is_number(a)), (1, 1))
        out: Array | None = None
        for a, t in found:
            if isinstance(t, Rest) or (values.is_number(a) and shape != (1, 1) and _literal(t)):
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
        return values.divided(a, b)

    def power(self, tree: Pow, at: Situation) -> Array:
        base, exponent = self.value(tree.base, at), self.value(tree.exponent, at)
        if not values.is_number(exponent):
            raise Undefined("an exponent is a number")
        k = float(exponent[0, 0])
        if tree.entrywise:
            with np.errstate(all="ignore"):
                return base**k
        if not values.is_number(base) and 1 in base.shape:
            if k == 2:  # x^2 of a vector: x'x, as many write
                raise Undefined("the square of a vector is not defined")
            raise Undefined(f"only a square matrix has powers, and this is {values.shown(base)}")
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
            raise Unknown(f"`{_spoken(base)}` is not declared and not defined")
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
                return a.size
            return a.shape[1] if name in at.meanings.columns else a.shape[0]
        return a.shape[k] if len(node.indices) == 2 else None

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
                raise SizeNeeded(f"?sum {name}") if f"?sum {name}" not in at.assigned else Unknown("how far this sum runs is not known")
            return at.sizes[other]
        return told

    def satisfied(self, condition: tuple[str, str, str], at: Situation) -> bool:
        left, op, right = condition
        a, b = (float(self.value(Name(n), at)[0, 0]) for n in (left, right))
        return {"<": a < b, ">": a > b, "≠": a != b, "≤": a <= b}[op]

    # ------------------------------------------------------------------------------------------ functions
    def function(self, tree: Fun, at: Situation) -> Array:
        name = tree.name
        if name == "increment":
            return self.increment(tree, at)
        args = [self.value(a, at) for a in tree.args]
        a = args[0]
        match name:
            case "bars":
                return np.abs(a) if values.is_number(a) else values.norm(a) if 1 in a.shape else values.determinant(a)
            case "norm2":
                return values.norm(a) if 1 in a.shape or not at.meanings.spectral else values.spectral(a)
            case "weighted":
                other = args[2] if len(args) > 2 else a
                form = values.multiplied([a.T, args[1], other])
                return form if len(args) > 2 else np.sqrt(form)
            case "max" | "min" if len(args) == 1:
                return scalar(float(np.max(a) if name == "max" else np.min(a)))
            case "max" | "min":
                shape = next((x.shape for x in args if not values.is_number(x)), (1, 1))
                wide = [np.full(shape, x[0, 0]) if values.is_number(x) else x for x in args]
                return np.maximum(*wide) if name == "max" else np.minimum(*wide)
            case "kron":
                return values.kronecker(*args)
            case "bar" | "hat" | "tilde":
                raise Unknown(f"this {name} is not understood")
        if name in ("exp", "log", "sqrt") and a.shape[0] == a.shape[1] > 1 and at.meanings.matrix_functions:
            return values.table({"exp": "expm", "log": "logm", "sqrt": "sqrtm"}[name])(a)
        if name == "log" and isinstance(tree.args[0], Fun) and tree.args[0].name in ("det", "bars"):
            with np.errstate(all="ignore"):
                return np.log(np.abs(a))
        if name == "adj" and values.is_number(a):
            return scalar(1.0)
        own = values.OWN.get(name)
        return own(a) if own is not None else values.table(name)(*args)

    def increment(self, tree: Fun, at: Situation) -> Array:
        """Δf = f(X + ΔX) - f(X)."""
        arg = tree.args[0]
        return self.value(arg, at.moved(at.moves, 1.0)) - self.value(arg, at)

    def call(self, tree: Call, at: Situation) -> Array:
        definition = at.meanings.definitions.get(tree.name)
        if tree.order:
            return self.primed(tree, at)
        if definition is not None and definition.parameters:
            args = [self.value(a, at) for a in tree.args]
            return self.applied(definition, args, at)
        if definition is not None:
            return self.at_arguments(tree, at, lambda there: self.value(definition.tree, there))
        if tree.name in at.meanings.aliases:
            return self.at_arguments(tree, at, lambda there: at.meanings.function(there.values))
        if tree.name in at.calls:
            return self.unnamed(tree.name, [self.value(a, at) for a in tree.args], at)
        raise Unknown(f"`{tree.name}` is not a function that is known here")

    def applied(self, definition: Definition, args: list[Array], at: Situation) -> Array:
        if len(args) != len(definition.parameters):
            raise Unknown("this function has another number of arguments")
        symbols = {p: a for p, a in zip(definition.parameters, args, strict=True) if p in at.values}
        there = at.with_values(symbols) if symbols else at
        return self.value(definition.tree, there.binding(
            {p: a for p, a in zip(definition.parameters, args, strict=True) if p not in symbols}))

    def at_arguments(self, tree: Call, at: Situation, function: Callable[[Situation], Array]) -> Array:
        """f(X + H): the function where its variables have these values."""
        variables = at.meanings.variables
        if all(isinstance(a, Name) and (key(a) in at.values or key(a) in at.meanings.definitions) and (
            key(a) not in variables or (len(variables) > k and variables[k] == key(a)) or len(tree.args) != len(variables))
            and (key(a) in variables or len(tree.args) != len(variables)) for k, a in enumerate(tree.args)):
            return function(at)
        args = [self.value(a, at) for a in tree.args]
        if len(args) != len(variables):
            if len(args) < len(variables):
                names = [v for v, a in zip(variables, args, strict=False) if at.values[v].shape == a.shape]
                if len(names) == len(args):
                    return function(at.with_values(dict(zip(names, args, strict=True))))
            raise Unknown("this function has another number of arguments")
        new = dict(zip(variables, args, strict=True))
        for v, a in new.items():
            if at.values[v].shape != a.shape:
                raise Undefined(f"the argument for {v} is {values.shown(a)}, and {v} is {values.shown(at.values[v])}")
        return function(at.with_values(new))

    def unnamed(self, name: str, args: list[Array], at: Situation) -> Array:
        try:
            if len(args) == 1 and name in at.meanings.entrywise:
                return np.asarray(at.calls[name](args[0]), dtype=float).reshape(args[0].shape)
            flat = [a[0, 0] if values.is_number(a) else np.ravel(a) if 1 in a.shape else a for a in args]
            return as_array(at.calls[name](*flat))
        except (ValueError, TypeError, IndexError) as error:
            raise Undefined(f"{name} has no value there ({type(error).__name__})") from None

    def primed(self, tree: Call, at: Situation) -> Array:
        raise NotImplementedError

    # ------------------------------------------------------------------------------------------ places
    def evaluated(self, tree: Evaluated, at: Situation) -> Array:
        value = self.value(tree.value, at)
        if tree.name in at.values:
            if at.values[tree.name].shape != value.shape and values.is_number(value):
                value = np.full(at.values[tree.name].shape, value[0, 0])
            return self.value(tree.arg, at.with_values({tree.name: value}))
        return self.value(tree.arg, at.binding({tree.name: value}))

    def limit(self, tree: Limit, at: Situation) -> Array:
        """By values on both sides, extrapolated."""
        centre = self.value(tree.value, at)

        def near(t: float) -> Array:
            if tree.name in at.values:
                return self.value(tree.arg, at.with_values({tree.name: centre + t}))
            return self.value(tree.arg, at.binding({tree.name: centre + t}))

        h = 1e-3
        out: Array = (4 * (near(h) + near(-h)) - near(2 * h) - near(-2 * h)) / 6
        return out

    # ------------------------------------------------------------------------------------------ blocks
    def block(self, tree: Block, at: Situation) -> Array:
        try:
            return np.block([[self.value(b, at) for b in row] for row in tree.rows])
        except ValueError:
            raise Undefined("the blocks of this matrix do not fit") from None

    def by_cases(self, tree: ByCases, at: Situation) -> Array:
        for value, condition in tree.rows:
            if condition is None:
                return self.value(value, at)
            left, op, right = condition
            a, b = self.value(left, at), self.value(right, at)
            if not (values.is_number(a) and values.is_number(b)):
                raise Unknown("a condition that is not one of numbers is not understood")
            if {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b, "==": a == b}[op][0, 0]:
                return self.value(value, at)
        raise Undefined("no case applies")


def _literal(tree: Tree) -> bool:
    return isinstance(tree, Num) or (isinstance(tree, Neg) and isinstance(tree.arg, Num))


def _spoken(tree: Name) -> str:
    return " ".join((tree.name, *tree.marks))


def letters(tree: Tree) -> Iterator[str]:
    """All letters below a tree, indices among them."""
    for node in walk(tree):
        if isinstance(node, Name):
            yield key(node)
        elif isinstance(node, Sub):
            for index in node.indices:
                yield from index_names(index)
