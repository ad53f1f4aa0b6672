"""Functions, blocks, cases, limits at a point.

Undefined where there is no value, Unknown for what is not understood.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import zip_longest

import numpy as np

from derive.expressions.functions import OF_MATRICES
from derive.reviewing.evaluating import values
from derive.reviewing.evaluating.entries import Entries
from derive.reviewing.evaluating.situation import Definition, Situation
from derive.reviewing.evaluating.values import Array, Undefined, Unknown, as_array, scalar
from derive.reviewing.tree import Block, ByCases, Call, Evaluated, Fun, Limit, Name, Num, Sub, Tree, key


class Functions(Entries):
    """Calls of functions and what else has arguments.

    args  the values of the arguments
    """

    def handlers(self) -> dict[type, Callable[..., Array]]:
        return {
            **super().handlers(), Fun: self.function, Call: self.call, Evaluated: self.evaluated, Limit: self.limit, Block: self.block,
            ByCases: self.by_cases,
        }

    # ------------------------------------------------------------------------------------------ functions
    def function(self, tree: Fun, at: Situation) -> Array:
        name = tree.name
        if name == "increment":
            return self.increment(tree, at)
        if name == "columns" and isinstance(tree.args[0], Sub):
            return self.columns(tree.args[0], at)
        if name == "entrywise" and isinstance(tree.args[0], Fun):
            return np.asarray(values.table(tree.args[0].name)(*[self.value(a, at) for a in tree.args[0].args]), dtype=float)
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
            case "max":
                return scalar(float(np.max(a))) if len(args) == 1 else np.maximum(*_one_shape(args))
            case "min":
                return scalar(float(np.min(a))) if len(args) == 1 else np.minimum(*_one_shape(args))
            case "kron":
                return values.kronecker(*args)
            case "bar" | "hat" | "tilde":
                raise Unknown(f"this {name} is not understood")
        return _of_the_table(tree, args, at)

    def columns(self, first: Sub, at: Situation) -> Array:
        """The matrix whose columns are x_1, x_2, …"""
        out: list[Array] = []
        while len(out) < 40:
            try:
                out.append(self.value(Sub(first.base, (Num(Fraction(len(out) + 1)),)), at))
            except Undefined:
                break
        if not out:
            raise Unknown("these columns are not known")
        return np.hstack(out)

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
        if definition is not None and len(definition.at) == len(tree.args) and not all(isinstance(a, Name) for a in tree.args):
            args = [self.value(a, at) for a in tree.args]
            if all(at.values[n].shape == a.shape for n, a in zip(definition.at, args, strict=True)):
                return self.value(definition.tree, at.with_values(dict(zip(definition.at, args, strict=True))))
        if definition is not None and {key(a) for a in tree.args if isinstance(a, Name)} == set(definition.at):
            return self.value(definition.tree, at)
        if definition is not None:
            return self.at_arguments(tree, at, lambda there: self.value(definition.tree, there))
        if tree.name in at.meanings.aliases:
            return self.at_arguments(tree, at, lambda there: at.meanings.function(there.values))
        if tree.name in at.calls:
            return self.unnamed(tree.name, [self.value(a, at) for a in tree.args], at)
        raise Unknown(f"`{tree.name}` is not a function that is known here")

    def applied(self, definition: Definition, args: list[Array], at: Situation) -> Array:
        """A function that the text defines, at these arguments.  Unknown for another number of them."""
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
        entries = self.placed(tree, at) if len(variables) == 1 and len(args) > 1 else None
        if entries is not None:
            return function(at.with_values(entries))
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

    def placed(self, tree: Call, at: Situation) -> dict[str, Array] | None:
        """The values of the variables in f(A), f(1, 2): one for each, or the entries of the one; None where they do not fit."""
        variables = at.meanings.variables
        args = [self.value(a, at) for a in tree.args]
        if len(variables) == 1 and len(args) == at.values[variables[0]].size > 1 and all(values.is_number(a) for a in args):
            args = [np.vstack(args).reshape(at.values[variables[0]].shape)]
        if len(args) != len(variables):
            return None
        return dict(zip(variables, args, strict=True))

    def unnamed(self, name: str, args: list[Array], at: Situation) -> Array:
        """The problem's function without a formula, by the example that was drawn for it.  Undefined where that has no value.

        name  of the function
        """
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
        found = [[None if _nought(b) else self.value(b, at) for b in row] for row in tree.rows]
        heights = [next((a.shape[0] for a in row if a is not None), 1) for row in found]
        widths = [next((a.shape[1] for a in column if a is not None), 1) for column in zip_longest(*found)]
        try:
            return np.block([[np.zeros((heights[i], widths[j])) if a is None else a for j, a in enumerate(row)] for i, row in enumerate(found)])
        except ValueError:
            raise Undefined("the blocks of this matrix do not fit") from None

    def by_cases(self, tree: ByCases, at: Situation) -> Array:
        """The first value whose condition holds, entry by entry where the condition is one of arrays."""
        out: Array | None = None
        open_places: Array | None = None
        for value, condition in tree.rows:
            here = self.value(value, at)
            holds = np.ones((1, 1), dtype=bool) if condition is None else self.condition(condition, at)
            shape = max((a.shape for a in (here, holds, out) if a is not None), key=lambda s: s[0] * s[1])
            if any(a.shape not in (shape, (1, 1)) for a in (here, holds)):
                raise Undefined("the cases differ in shape")
            wide, chosen = np.broadcast_to(here, shape), np.broadcast_to(holds, shape)
            if out is None or open_places is None:
                out, open_places = np.full(shape, np.nan), np.ones(shape, dtype=bool)
            elif out.shape != shape:
                out, open_places = np.broadcast_to(out, shape).copy(), np.broadcast_to(open_places, shape).copy()
            out = np.where(open_places & chosen, wide, out)
            open_places = open_places & ~chosen
        if out is None or np.any(np.isnan(out)):
            raise Undefined("no case applies")
        return out

    def condition(self, condition: tuple[Tree, str, Tree], at: Situation) -> Array:
        left, op, right = condition
        a, b = self.value(left, at), self.value(right, at)
        if a.shape != b.shape and not values.is_number(a) and not values.is_number(b):
            raise Undefined("the sides of a condition differ in shape")
        return np.asarray({"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b, "==": a == b, "!=": a != b}[op])


def _nought(tree: Tree) -> bool:
    """A 0 in a matrix of blocks, as large as they need it."""
    return isinstance(tree, Num) and tree.value == 0


def _one_shape(args: list[Array]) -> list[Array]:
    """The arguments, a number among them as an array of the others' shape."""
    shape = next((x.shape for x in args if not values.is_number(x)), (1, 1))
    return [np.full(shape, x[0, 0]) if values.is_number(x) else x for x in args]


def _of_the_table(tree: Fun, args: list[Array], at: Situation) -> Array:
    """A function of the language at its values; exp of a square matrix, and log det, as the derivation means them."""
    name, a = tree.name, args[0]
    if name in OF_MATRICES and a.shape[0] == a.shape[1] > 1 and at.meanings.matrix_functions:
        return values.table(OF_MATRICES[name])(a)
    if name == "log" and isinstance(tree.args[0], Fun) and tree.args[0].name in ("det", "bars"):
        with np.errstate(all="ignore"):
            return np.log(np.abs(a))
    if name == "adj" and values.is_number(a):
        return scalar(1.0)
    own = values.OWN.get(name)
    return own(a) if own is not None else values.table(name)(*args)
