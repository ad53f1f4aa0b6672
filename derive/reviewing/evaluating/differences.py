"""Derivatives in pasted formulas, as differences of what they apply to: no rule of differentiation is used.

Undefined where there is no value, Unknown for what is not understood.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from derive.reviewing.evaluating import values
from derive.reviewing.evaluating.along import Directional, slope
from derive.reviewing.evaluating.independence import Unwritten
from derive.reviewing.evaluating.situation import Situation
from derive.reviewing.evaluating.values import Array, Unknown, scalar
from derive.reviewing.tree import Along, Call, Differential, Fun, Name, Num, Partial, Pow, Sub, Tree, Turn, key

MOST_ENTRIES = 150
MOST_SQUARED = 1600


class Evaluator(Directional):
    """Trees with d, ∂/∂X, ∇, D[H] in them.

    name  of a variable
    k     the number of an entry or of a row, from 1
    """

    def handlers(self) -> dict[type, Callable[..., Array]]:
        return self._handlers

    def __init__(self) -> None:
        super().__init__()
        self._handlers: dict[type, Callable[..., Array]] = {
            **super().handlers(), Differential: self.differential, Partial: self.partial, Along: self.along,
        }

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
        if not isinstance(arg, Call) or arg.order or not (tree.nabla or isinstance(tree.by[0], Turn)):
            return None
        if arg.name in at.meanings.aliases and not self.plain(arg, at):
            placed = self.placed(arg, at)
            return None if placed is None else self.value(Partial(Name(arg.name), tree.by, tree.nabla), at.with_values(placed))
        if len(arg.args) != 1:
            return None
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
        if isinstance(base, Pow) and isinstance(base.exponent, Num) and self.single(base.base, at):  # by σ², of what is written in σ
            x, k = self.value(base.base, at), float(base.exponent.value)
            return np.asarray(self.first(Partial(tree.arg, (base.base,), tree.nabla), base.base, at) / (k * x ** (k - 1)))
        vec = isinstance(base, Fun) and base.name == "vec"
        if isinstance(base, Fun) and vec:
            base = base.args[0]
        if not isinstance(base, Name):
            raise Unknown("a derivative by this is not understood")
        curve = at.meanings.curves.get(key(base))
        if curve is not None and isinstance(tree.arg, (Name, Call)) and self.ours(tree.arg, at) and {curve[0], curve[1]} <= at.values.keys():
            return slope(lambda t: self.value(tree.arg, at.moved({curve[0]: at.values[curve[1]]}, t)))
        base, vec, at = self.unwrapped(base, vec, at)
        all_slopes, shape = self.slopes(tree.arg, key(base), at)
        head = tree.arg.name if isinstance(tree.arg, (Name, Call)) else ""
        if tree.by == (Name(""),) and not tree.nabla and min(shape[:2]) > 1 and min(shape[2:]) > 1:  # DF(X) = ∂vec F/∂(vec X)'
            return all_slopes.T
        return self.weighed(self.laid_out(all_slopes, shape, vec, turned, tree.nabla, at), at, tree.nabla and head in at.meanings.aliases)

    def ours(self, arg: Name | Call, at: Situation) -> bool:
        """Whether it is the problem's function at the variables themselves."""
        return arg.name in at.meanings.aliases and (isinstance(arg, Name) or (not arg.order and self.plain(arg, at)))

    def weighed(self, gradient: Array, at: Situation, ours: bool) -> Array:
        """The gradient of the problem's function under its inner product x'My: M⁻¹ times the usual one.

        ours  whether it is of the problem's function: another one stays as it is
        """
        metric = at.meanings.metric
        if not ours or metric is None or len(metric) != len(gradient):
            return gradient
        return np.asarray(np.linalg.solve(metric, gradient), dtype=float)

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
        try:
            at, arg = self.independent(arg, name, self.off_path(name, at))
        except Unwritten as error:
            return self.through(arg, name, at, error)
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

    def through(self, arg: Tree, name: str, at: Situation, error: Unwritten) -> tuple[Array, tuple[int, ...]]:
        """The same by a name in which the argument is not written: the one derivative G for which d arg = G d name along all letters
        of the name's definition.  `error` where there is none, or more than one."""
        base = Name(name.split("@")[0], tuple(name.split("@")[1:]))
        moving = [n for n in sorted(self.reached(at.meanings.definitions[name].tree, at)) if n in at.meanings.bases and n in at.values]
        moves = [{n: np.asarray(unit)} for n in moving for unit in at.meanings.bases[n]]
        if not moves or len(moves) > MOST_ENTRIES:
            raise error
        inner, outer = ([slope(lambda t, move=move, tree=tree: self.value(tree, at.moved(move, t))) for move in moves]  # type: ignore[misc]
                        for tree in (base, arg))
        steps, found = (np.array([np.ravel(a, order="F") for a in rows]) for rows in (inner, outer))
        if np.linalg.matrix_rank(steps, 1e-6) < steps.shape[1]:
            raise error
        out = np.linalg.lstsq(steps, found, rcond=None)[0]
        if np.max(np.abs(steps @ out - found)) > 1e-6 * max(float(np.max(np.abs(found))), 1e-6):
            raise error
        return out, (*inner[0].shape, *outer[0].shape)

    def laid_out(self, rows: Array, shapes: tuple[int, ...], vec: bool, turned: bool, nabla: bool, at: Situation) -> Array:
        """∂f/∂X from its slopes, as an array in the layout of the situation; Unknown where there is no usual one.

        shapes  (m, n, p, q) of a variable m×n and a value p×q
        vec     whether the derivative is by vec X
        turned  whether it is by x', X'
        nabla   whether it is written with ∇: always a column
        """
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
        try:
            at, arg = self.independent(arg, name, self.off_path(name, at))
        except Unwritten as error:
            return self.entry_through(arg, name, base, at, error)
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

    def entry_through(self, arg: Tree, name: str, base: Sub, at: Situation, error: Unwritten) -> Array:
        """The derivative of a number by an entry of a name in which it is not written."""
        rows, (m, n, p, q) = self.through(arg, name, at, error)
        if p != 1 or q != 1:
            raise error
        return self.picked(rows[:, 0].reshape((m, n), order="F"), base, "", at)

    def off_path(self, name: str, at: Situation) -> Situation:
        """The same where a path moves by itself, and not with its parameter."""
        if name not in at.meanings.paths:
            return at
        parameter, path = at.meanings.paths[name]
        value = path(float(at.values[parameter][0, 0]))[0]
        rest = {n: p for n, p in at.meanings.paths.items() if n != name}
        return replace(at, values={**at.values, name: value, f"{name}@free": scalar(1.0)}, meanings=replace(at.meanings, paths=rest), cache={})

    def in_structure(self, name: str, unit: Array, at: Situation) -> Array:
        """The direction of an entry of a variable in its declared structure: of two entries of a symmetric matrix at once."""
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
        """∂²/∂x∂y: entries one after the other; of a number by vectors the matrix of them, rows by the first.

        last  the variable that is differentiated by first
        """
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
        """The second derivatives of a number by the entries of two variables, rows by the first.  Unknown for too many of them.

        arg   what is differentiated
        a, b  names, or vec of names
        """
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
