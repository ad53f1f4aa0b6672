"""An equation in a power of a positive definite unknown, X² or X^{1/2}, solved for that and undone.

Source: Higham, Functions of Matrices, ch. 1: on symmetric matrices a function acts on the eigenvalues.
"""

from __future__ import annotations

from collections.abc import Callable

from derive.calculus.simplify.simplify import tidy
from derive.calculus.solve.unknown import Move, Solved
from derive.derivation.reason import Why, filled
from derive.expressions.build import inverse, power
from derive.expressions.nodes import Call, Expr, Symbol
from derive.expressions.properties.definite import Definite
from derive.expressions.properties.inference import definiteness
from derive.expressions.rewrite import substitute
from derive.values import dataclass


@dataclass(frozen=True)
class Undone:
    """A function of a positive definite X, X from its value, which is positive definite too, and what is done to both sides."""

    of: Callable[[Expr], Expr]
    back: Callable[[Expr], Expr]
    words: Callable[[Expr], Why]


TABLE = (
    Undone(lambda x: power(x, 2), lambda c: Call("sqrtm", (c,)), lambda x: ("the square root of both sides: ", x, " is positive definite")),
    Undone(lambda x: power(x, -2), lambda c: inverse(Call("sqrtm", (c,))), lambda x: ("the square root of both sides: ", x, " is positive definite")),
    Undone(lambda x: Call("sqrtm", (x,)), lambda c: power(c, 2), lambda x: ("square both sides",)),
    Undone(lambda x: inverse(Call("sqrtm", (x,))), lambda c: power(c, -2), lambda x: ("invert and square both sides",)),
)


def by_matrix_function(equation: Expr, x: Symbol, before: list[Move], linear: Callable[[Expr, Symbol], Solved | None]) -> Solved | None:
    """X = C^{1/2} of X² = C, X = C² of X^{1/2} = C, for a positive definite X; `linear` solves for the power."""
    if "spd" not in x.has:
        return None
    for row in TABLE:
        held = row.of(x)
        y: Symbol = Symbol("_value", x.shape, frozenset({"symmetric", "spd", "invertible"}))
        swapped = substitute(equation, {held: y})
        if x.name in swapped.free or y.name not in swapped.free:
            continue
        solved = linear(swapped, y)
        if solved is None or definiteness(solved.solution) != Definite.POSITIVE:
            continue
        moves = list(before)
        back: dict[Expr, Expr] = {y: held}
        for move in solved.moves:
            said = filled(move.why, lambda e, back=back: substitute(e, back))  # type: ignore[misc]
            moves.append(Move(substitute(move.left, back), substitute(move.right, back), said))
        final = tidy(row.back(solved.solution))
        moves.append(Move(x, final, row.words(x)))
        return Solved(final, tuple(moves), solved.conditions)
    return None
