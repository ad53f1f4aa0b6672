"""Derivatives in pasted formulas, as differences of what they apply to: no rule of differentiation is used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from derive.reviewing.evaluating import values
from derive.reviewing.evaluating.independence import Independence
from derive.reviewing.evaluating.situation import Definition, Situation
from derive.reviewing.evaluating.values import Array, Undefined, Unknown, scalar
from derive.reviewing.tree import Along, Call, Differential, Fun, Name, Partial, Sub, Tree, Turn, key

STEP = 1e-3
LONG_STEP = 2.5e-3
MOST_ENTRIES = 150
MOST_SQUARED = 1600


def slope(curve: Callable[[float], Array], h: float = STEP) -> Array:
    """The derivative at 0, by central differences of the fourth order."""
    out: Array = (8 * (curve(h) - curve(-h)) - (curve(2 * h) - curve(-2 * h))) / (12 * h)
    return out


def bend(curve: Callable[[float], Array], h: float = LONG_STEP) -> Array:
    """The second derivative at 0, of the fourth order."""
    out: Array = (16 * (curve(h) + curve(-h)) - (curve(2 * h) + curve(-2 * h)) - 30 * curve(0.0)) / (12 * h * h)
    return out


class Evaluator(Independence):
    """Trees with d, ∂/∂X, ∇, D[H] in them."""

    def handlers(self) -> dict[type, Callable[..., Array]]:
        return self._handlers

    def __init__(self) -> None:
        self._handlers: dict[type, Callable[..., Array]] = {
            **super().handlers(), Differential: self.differential, Partial: self.partial, Along: self.along,
        }

    # ------------------------------------------------------------------------------------------ d
    def differential(self, tree: Differential, at: Situation) -> Array:
        """The derivative along the differentials of all variables; d(dX) = 0."""
        arg = tree.arg
        if isinstance(arg, Name) and key(arg) not in at.bound:
            word = key(arg)
            if word in at.moves:
                return at.moves[word] if tree.order == 1 else 0 * at.moves[word]
            if word in at.values and word not in at.meanings.variables:
                return 0 * at.values[word]

        def curve(t: float) -> Array:
            return self.value(arg, at.moved(at.moves, t))

        return slope(curve) if tree.order == 1 else bend(curve)

    # ------------------------------------------------------------------------------------------ D[H]
    def along(self, tree: Along, at: Situation) -> Array:
        directions = [self.value(d, at) for d in tree.directions]
        arg = tree.arg
        if isinstance(arg, Partial) and arg.nabla:
            return self.operator(arg, directions, at)
        if isinstance(arg, Call) and not self.plain(arg, at):
            return self.along_arguments(arg, directions, at)
        variables = at.meanings.variables
        named = [self.variable(b) for b in tree.by]
        moves: list[dict[str, Array]]
        if named and all(n is not None for n in named):
            moves = [{str(n): d} for n, d in zip(named if len(named) == len(directions) else named * len(directions), directions, strict=False)]
        elif len(variables) > 1 and len(directions) == len(variables):
            moves = [dict(zip(variables, directions, strict=True))]
        else:
            moves = [{self.moving(d, at): d} for d in directions]
        for move in moves:
            for name, d in move.items():
                if name not in at.values or at.values[name].shape != d.shape:
                    raise Undefined(f"a direction of {name} has its shape, and this is {values.shown(d)}")
        return self.mixed(lambda there: self.value(arg, there), moves, at)

    def plain(self, call: Call, at: Situation) -> bool:
        return all(isinstance(a, Name) and key(a) in at.values for a in call.args)

    def variable(self, tree: Tree) -> str | None:
        return key(tree) if isinstance(tree, Name) else None

    def moving(self, direction: Array, at: Situation) -> str:
        found = [v for v in at.meanings.variables if at.values[v].shape == direction.shape]
        if not found:
            raise Undefined(f"no variable has the shape of this direction, {values.shown(direction)}")
        return found[0]

    def mixed(self, function: Callable[[Situation], Array], moves: list[dict[str, Array]], at: Situation) -> Array:
        if len(moves) == 1:
            return slope(lambda t: function(at.moved(moves[0], t)))
        if len(moves) == 2 and moves[0].keys() == moves[1].keys() and all(moves[0][n] is moves[1][n] for n in moves[0]):
            return bend(lambda t: function(at.moved(moves[0], t)))
        return slope(lambda t: self.mixed(function, moves[1:], at.moved(moves[0], t)), LONG_STEP)

    def along_arguments(self, call: Call, directions: list[Array], at: Situation) -> Array:
        """Df(A)[H] at another place than the variable: the function along H from there."""
        variables = at.meanings.variables
        if call.name not in at.meanings.aliases or len(call.args) != len(variables):
            definition = at.meanings.definitions.get(call.name)
            if call.name in at.calls and len(call.args) == len(directions) == 1:
                start = self.value(call.args[0], at)
                return slope(lambda t: self.unnamed(call.name, [start + t * directions[0]], at))
            if definition is None or len(definition.parameters) != 1 or len(directions) != 1:
                raise Unknown("the derivative of this function is not understood")
            start = self.value(call.args[0], at)
            return slope(lambda t: self.applied(definition, [start + t * directions[0]], at))
        there = at.with_values({v: self.value(a, at) for v, a in zip(variables, call.args, strict=True)})
        moves = [dict(zip(variables, directions, strict=True))] if len(directions) == len(variables) > 1 else [
            {self.moving(d, there): d} for d in directions]
        return self.mixed(lambda s: s.meanings.function(s.values), moves, there)

    def operator(self, tree: Partial, directions: list[Array], at: Situation) -> Array:
        """∇f[H] and ∇²f[H], ∇²f[H, K]."""
        order = len(tree.by)
        variables = at.meanings.variables
        if len(directions) == order or order == 1:
            moves = [dict(zip(variables, directions, strict=True))] if order == 1 and len(directions) == len(variables) else [
                {self.moving(d, at): d} for d in directions]
            return self.mixed(lambda there: self.value(tree.arg, there), moves, at)
        inner = Partial(tree.arg, tree.by[:1], True)
        move = {self.moving(directions[0], at): directions[0]}
        return slope(lambda t: self.value(inner, at.moved(move, t)), LONG_STEP)

    # ------------------------------------------------------------------------------------------ f'
    def primed(self, tree: Call, at: Situation) -> Array:
        """σ'(z) entry by entry; f'(x) by the one variable; g'(t) by the parameter."""
        definition = at.meanings.definitions.get(tree.name)
        if tree.name in at.meanings.aliases:
            variable = at.meanings.variables[0]
            if tree.args:
                at = at.with_values({variable: self.value(tree.args[0], at)})
            out: Tree = Name(tree.name)
            for _ in range(tree.order):
                out = Partial(out, (Name(variable),))
            return self.value(out, at)
        if not tree.args:
            raise Unknown(f"the derivative of {tree.name} stands without its argument")
        args = [self.value(a, at) for a in tree.args]
        if tree.name in at.calls:
            name = f"{'d' if tree.order == 1 else f'd{tree.order}'}{tree.name}"
            return self.unnamed(name, args, at)
        if definition is not None and len(definition.parameters) == 1:
            def curve(t: float) -> Array:
                return self.applied(definition, [args[0] + t], at)
        else:
            def curve(t: float) -> Array:
                a = args[0] + t
                own = values.OWN.get(tree.name)
                return own(a) if own is not None else values.table(tree.name)(a)

        if tree.order > 2:
            raise Unknown("a derivative of this order is not understood")
        return slope(curve) if tree.order == 1 else bend(curve)

    # ------------------------------------------------------------------------------------------ ∂/∂X
    def partial(self, tree: Partial, at: Situation) -> Array:
        placed = self.at_place(tree, at)
        if placed is not None:
            return placed
        if len(at.meanings.variables) > 1 and (tree.by == (Turn(Name("")),) or (tree.nabla and all(b == Name("") for b in tree.by))):
            return self.stacked(tree, at)
        by = tuple(self.by(b, at) for b in tree.by)
        if len(by) == 1:
            return self.first(tree, by[0], at)
        if len(by) == 2:
            return self.second(tree, by[0], by[1], at)
        raise Unknown("a derivative of this order is not understood")

    def stacked(self, tree: Partial, at: Situation) -> Array:
        """∇f and ∇²f by several numbers and vectors together, one below the other in their order."""
        names = [Name(v) for v in at.meanings.variables]
        if any(at.values[key(n)].shape[1] != 1 for n in names):
            raise Unknown("∇ does not say by which variable")
        if isinstance(tree.by[0], Turn):
            columns = [self.value(Partial(tree.arg, (Turn(n),)), at) for n in names]
            return np.hstack(columns)
        if len(tree.by) == 1:
            return np.vstack([self.value(Partial(tree.arg, (n,), True), at) for n in names])
        return np.block([[self.hessian(tree.arg, a, b, at) for b in names] for a in names])

    def by(self, tree: Tree, at: Situation) -> Tree:
        if isinstance(tree, Turn) and tree.arg == Name(""):
            return Turn(self.by(tree.arg, at))
        if isinstance(tree, Name) and not tree.name:
            if len(at.meanings.variables) != 1:
                raise Unknown("∇ does not say by which variable")
            return Name(at.meanings.variables[0])
        return tree

    def at_place(self, tree: Partial, at: Situation) -> Array | None:
        """∇f(A), J_f(A) at another place than the variable, or of a function without a formula: the derivative there."""
        arg = tree.arg
        if not isinstance(arg, Call) or len(arg.args) != 1 or arg.order or not (tree.nabla or isinstance(tree.by[0], Turn)):
            return None
        if arg.name in at.meanings.aliases and len(at.meanings.variables) == 1 and not self.plain(arg, at):
            variable = at.meanings.variables[0]
            return self.value(Partial(Name(arg.name), tree.by, tree.nabla), at.with_values({variable: self.value(arg.args[0], at)}))
        if arg.name not in at.calls or len(tree.by) != 1:
            return None
        start = self.value(arg.args[0], at)
        inner = replace(at, values={**at.values, "": start}, cache={})
        rows, shape = self.slopes(Call(arg.name, (Name(""),)), "", inner)
        return self.laid_out(rows, shape, False, isinstance(tree.by[0], Turn), tree.nabla, at)

    def first(self, tree: Partial, by: Tree, at: Situation) -> Array:
        turned = isinstance(by, Turn)
        base = by.arg if isinstance(by, Turn) else by
        if isinstance(base, Sub):
            return self.by_entry(tree.arg, base, at)
        vec = isinstance(base, Fun) and base.name == "vec"
        if isinstance(base, Fun) and vec:
            base = base.args[0]
        if not isinstance(base, Name):
            raise Unknown("a derivative by this is not understood")
        base, vec, at = self.unwrapped(base, vec, at)
        all_slopes, shape = self.slopes(tree.arg, key(base), at)
        return self.laid_out(all_slopes, shape, vec, turned, tree.nabla, at)

    def unwrapped(self, base: Name, vec: bool, at: Situation) -> tuple[Name, bool, Situation]:
        """x = vec X is X with its entries in a column."""
        definition = at.meanings.definitions.get(key(base))
        if definition is not None and isinstance(definition.tree, Fun) and definition.tree.name == "vec":
            inner = definition.tree.args[0]
            if isinstance(inner, Name) and key(inner) in at.values:
                return inner, True, at
        return base, vec, at

    def slopes(self, arg: Tree, name: str, at: Situation) -> tuple[Array, tuple[int, ...]]:
        """(entries of the variable) × (entries of the value), both column by column for matrices, with the two shapes."""
        at, arg = self.independent(arg, name, at)
        at, arg = self.held(arg, name, at) if at.explicit else (at, arg)
        start = at.bound[name] if name in at.bound else at.values[name]
        basis = at.meanings.bases.get(name)
        if basis is None or len(basis) != start.size:
            basis = tuple(unit.reshape(start.shape, order="F") for unit in np.eye(start.size))
        if len(basis) > MOST_ENTRIES:
            raise Unknown("this derivative has too many entries")
        rows = []
        shape: tuple[int, ...] = (1, 1)
        for unit in basis:
            def curve(t: float, unit: Array = unit) -> Array:
                if name in at.bound:
                    return self.value(arg, at.binding({name: start + t * unit}))
                return self.value(arg, at.moved({name: unit}, t))

            found = slope(curve)
            shape = found.shape
            rows.append(np.ravel(found, order="F"))
        return np.array(rows), (*start.shape, *shape)

    def laid_out(self, rows: Array, shapes: tuple[int, ...], vec: bool, turned: bool, nabla: bool, at: Situation) -> Array:
        m, n, p, q = shapes
        if m == n == 1 and not vec:  # by a number
            return np.reshape(rows[0], (p, q), order="F")
        if p == q == 1:
            gradient = rows[:, 0].reshape((m, n), order="F")
            if vec:
                gradient = gradient.reshape(-1, 1, order="F")
            numerator = turned or (at.layout.numerator and not nabla)
            return gradient.T if numerator else gradient
        if (n == 1 or vec) and q == 1:
            jacobian = rows.T
            return jacobian if turned or at.layout.jacobian else jacobian.T
        if (n == 1 or vec) and p == 1:  # of a row
            return rows
        if (n == 1 and m > 1) or q == 1 or (n > 1 and q > 1):
            raise Unknown("the derivative of a matrix by a matrix, or of a vector by a matrix, is no matrix here")
        raise Unknown("this derivative is not understood")

    def by_entry(self, arg: Tree, base: Sub, at: Situation) -> Array:
        """∂/∂x_k, ∂/∂X_ij: along the unit direction of that entry."""
        if not isinstance(base.base, Name):
            raise Unknown("a derivative by this is not understood")
        name = self.entry_owner(base.base, at)
        at, arg = self.independent(arg, name, at)
        start = at.values[name]
        places = [None if t is None else self.place(t, at) for t in base.indices]
        unit = np.zeros_like(start)
        if len(places) == 1 and places[0] is not None and 1 in start.shape:
            k = self.inside(places[0], start.size)
            unit[np.unravel_index(k, start.shape)] = 1.0
        elif len(places) == 2 and places[0] is not None and places[1] is not None:
            unit[self.inside(places[0], start.shape[0]), self.inside(places[1], start.shape[1])] = 1.0
        elif len(places) == 1 and places[0] is not None:
            return self.by_row(arg, name, places[0], at)
        else:
            raise Unknown("a derivative by this is not understood")
        unit = self.in_structure(name, unit, at)
        return slope(lambda t: self.value(arg, at.moved({name: unit}, t)))

    def in_structure(self, name: str, unit: Array, at: Situation) -> Array:
        basis = at.meanings.bases.get(name)
        if basis is None:
            return unit
        return basis[int(np.argmax(np.ravel(unit, order="F")))]

    def by_row(self, arg: Tree, name: str, k: int, at: Situation) -> Array:
        """∂f/∂w_k for a row (or column) w_k of W, as a column."""
        start = at.values[name]
        column = name in at.meanings.columns
        size = start.shape[0] if column else start.shape[1]
        self.inside(k, start.shape[1] if column else start.shape[0])
        out = []
        for j in range(size):
            unit = np.zeros_like(start)
            unit[(j, k - 1) if column else (k - 1, j)] = 1.0
            found = slope(lambda t, unit=unit: self.value(arg, at.moved({name: unit}, t)))  # type: ignore[misc]
            if not values.is_number(found):
                raise Unknown("a derivative by this is not understood")
            out.append(found[0, 0])
        gradient = np.array(out).reshape(-1, 1)
        return gradient.T if at.layout.numerator else gradient

    def entry_owner(self, base: Name, at: Situation) -> str:
        word = key(base)
        if word in at.values or word in at.meanings.definitions:
            return word
        twin = self.twin(base, at)
        if twin is None:
            raise Unknown(f"`{base.name}` is not declared and not defined")
        return base.name.upper() if len(base.name) == 1 else base.name.capitalize()

    # ------------------------------------------------------------------------------------------ second derivatives
    def second(self, tree: Partial, first: Tree, last: Tree, at: Situation) -> Array:
        """∂²/∂x∂y: entries one after the other; of a number by vectors the matrix of them, rows by the first."""
        if self.single(first, at) or self.single(last, at):
            inner = Partial(tree.arg, (last,), tree.nabla)
            if self.single(first, at):
                return self.value(Partial(inner, (first,), tree.nabla), at)
            return self.value(Partial(Partial(tree.arg, (first,), tree.nabla), (last,), tree.nabla), at)
        a, b = (t.arg if isinstance(t, Turn) else t for t in (first, last))
        matrix = self.hessian(tree.arg, a, b, at)
        if not tree.nabla and not isinstance(last, Turn) and not isinstance(first, Turn) and at.layout.numerator and a != b:
            return matrix.T
        return matrix.T if isinstance(first, Turn) and not isinstance(last, Turn) and a != b else matrix

    def single(self, by: Tree, at: Situation) -> bool:
        if isinstance(by, Sub):
            return True
        if isinstance(by, Name):
            if key(by) in at.bound:
                return values.is_number(at.bound[key(by)])
            return key(by) in at.values and values.is_number(at.values[key(by)])
        return False

    def hessian(self, arg: Tree, a: Tree, b: Tree, at: Situation) -> Array:
        names = []
        for t in (a, b):
            base = t.args[0] if isinstance(t, Fun) and t.name == "vec" else t
            if not isinstance(base, Name):
                raise Unknown("a derivative by this is not understood")
            names.append(key(self.unwrapped(base, False, at)[0]))
        there, arg = self.independent(arg, names[0], at)
        there, arg = self.independent(arg, names[1], there)
        bases = []
        for name in names:
            start = there.values[name]
            basis = there.meanings.bases.get(name)
            bases.append(basis or tuple(u.reshape(start.shape, order="F") for u in np.eye(start.size)))
        if len(bases[0]) * len(bases[1]) > MOST_SQUARED:
            raise Unknown("this second derivative has too many entries")
        out = np.zeros((len(bases[0]), len(bases[1])))
        same = names[0] == names[1]
        for i, u in enumerate(bases[0]):
            for j, v in enumerate(bases[1]):
                if same and j < i:
                    out[i, j] = out[j, i]
                    continue
                moves = [{names[0]: u}, {names[1]: u if same and i == j else v}]
                found = self.mixed(lambda s: self.value(arg, s), moves, there)
                if not values.is_number(found):
                    raise Unknown("the second derivative of what is no number is no matrix")
                out[i, j] = found[0, 0]
        return out


def extended(definitions: dict[str, Definition], name: str, definition: Definition) -> dict[str, Definition]:
    return {**definitions, name: definition}


def column_of_numbers(numbers: list[float]) -> Array:
    return np.array(numbers).reshape(-1, 1)


def nothing() -> Array:
    return scalar(0.0)
