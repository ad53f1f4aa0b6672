"""Derivatives along directions in pasted formulas, as differences of what they apply to: no rule of differentiation is used.

Undefined where there is no value, Unknown for what is not understood.
"""

from __future__ import annotations

from collections.abc import Callable

from derive.reviewing.evaluating import values
from derive.reviewing.evaluating.independence import Independence
from derive.reviewing.evaluating.situation import Situation
from derive.reviewing.evaluating.values import Array, Undefined, Unknown, scalar
from derive.reviewing.reading.words import BEST
from derive.reviewing.tree import Along, Call, Differential, Name, Partial, Tree, key

STEP = 1e-3
LONG_STEP = 2.5e-3


def slope(curve: Callable[[float], Array], h: float = STEP) -> Array:
    """The derivative at 0, by central differences of the fourth order."""
    out: Array = (8 * (curve(h) - curve(-h)) - (curve(2 * h) - curve(-2 * h))) / (12 * h)
    return out


def bend(curve: Callable[[float], Array], h: float = LONG_STEP) -> Array:
    """The second derivative at 0, of the fourth order."""
    out: Array = (16 * (curve(h) + curve(-h)) - (curve(2 * h) + curve(-2 * h)) - 30 * curve(0.0)) / (12 * h * h)
    return out


_DOTS = {"dot": slope, "ddot": bend}
"""What a mark of a path says of it."""


class Directional(Independence):
    """d, D[H], dots and primes."""

    # ------------------------------------------------------------------------------------------ dots
    def marked(self, tree: Name, at: Situation) -> Array | None:
        """A dot on what is defined along a path is the derivative by the path's parameter."""
        base, last = Name(tree.name, tree.marks[:-1]), tree.marks[-1]
        parameters = {parameter for parameter, _ in at.meanings.paths.values()}
        if last not in _DOTS or len(parameters) != 1:
            return super().marked(tree, at)
        if not {key(base)} & (at.meanings.definitions.keys() | at.meanings.aliases):
            return super().marked(tree, at)
        step = {p: scalar(1.0) for p in parameters}
        return _DOTS[last](lambda t: self.value(base, at.moved(step, t)))

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
        named = [self.variable(b, at) for b in tree.by]
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

    def variable(self, tree: Tree, at: Situation) -> str | None:
        """The name that a derivative is taken by; w^* is w."""
        if not isinstance(tree, Name):
            return None
        return tree.name if tree.name in at.meanings.variables and set(tree.marks) <= BEST else key(tree)

    def moving(self, direction: Array, at: Situation) -> str:
        found = [v for v in at.meanings.variables if at.values[v].shape == direction.shape]
        if not found:
            raise Undefined(f"no variable has the shape of this direction, {values.shown(direction)}")
        return found[0]

    def mixed(self, function: Callable[[Situation], Array], moves: list[dict[str, Array]], at: Situation) -> Array:
        """The derivative of a function along several directions, one after the other, by differences.

        function  of a situation, with an array as its value
        moves     each direction: by name how the values move
        """
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
        together = self.together(tree, directions, at)
        if together is not None:
            inner = Partial(tree.arg, tree.by[:1], True)
            return slope(lambda t: self.value(inner, at.moved(together, t)), LONG_STEP)
        if len(directions) == order or order == 1:
            moves = [dict(zip(variables, directions, strict=True))] if order == 1 and len(directions) == len(variables) else [
                {self.moving(d, at): d} for d in directions]
            return self.mixed(lambda there: self.value(tree.arg, there), moves, at)
        inner = Partial(tree.arg, tree.by[:1], True)
        move = {self.moving(directions[0], at): directions[0]}
        return slope(lambda t: self.value(inner, at.moved(move, t)), LONG_STEP)

    def together(self, tree: Partial, directions: list[Array], at: Situation) -> dict[str, Array] | None:
        """Hess_x f(x, y)[k, l]: a direction of each variable, where the gradient by one of them is meant; None elsewhere."""
        variables = at.meanings.variables
        if len(tree.by) != 2 or tree.by[0] != tree.by[1] or len(variables) < 2 or len(directions) != len(variables):
            return None
        by_one = isinstance(tree.by[0], Name) and key(tree.by[0]) in variables
        fits = all(at.values[v].shape == d.shape for v, d in zip(variables, directions, strict=True))
        return dict(zip(variables, directions, strict=True)) if by_one and fits else None

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
