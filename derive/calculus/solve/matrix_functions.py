"""An equation in one function of a symmetric unknown, X², X^{1/2} or log X, solved for that and undone.

Source: Higham, Functions of Matrices, ch. 1: on symmetric matrices a function acts on the eigenvalues.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from derive.calculus import algebra
from derive.calculus.simplify.measure import measure
from derive.calculus.simplify.result_form import neat
from derive.calculus.simplify.simplify import tidy
from derive.calculus.solve.unknown import Move, Solved
from derive.derivation.reason import Why, filled
from derive.expressions.build import inverse, power
from derive.expressions.nodes import Call, Expr, Symbol
from derive.expressions.properties.definite import Definite
from derive.expressions.properties.inference import definiteness
from derive.expressions.properties.symmetry import is_symmetric
from derive.expressions.rewrite import substitute


@dataclass(frozen=True)
class Undone:
    """A function of X, X from its value, and what is done to both sides; `definite` where the value has to be positive definite."""

    of: Callable[[Expr], Expr]
    back: Callable[[Expr], Expr]
    words: Callable[[Expr], Why]
    definite: bool = True


TABLE = (
    Undone(lambda x: power(x, 2), lambda c: Call("sqrtm", (c,)), lambda x: ("the square root of both sides: ", x, " is positive definite")),
    Undone(lambda x: power(x, -2), lambda c: inverse(Call("sqrtm", (c,))), lambda x: ("the square root of both sides: ", x, " is positive definite")),
    Undone(lambda x: Call("sqrtm", (x,)), lambda c: power(c, 2), lambda x: ("square both sides",)),
    Undone(lambda x: inverse(Call("sqrtm", (x,))), lambda c: power(c, -2), lambda x: ("invert and square both sides",)),
    Undone(lambda x: Call("logm", (x,)), lambda c: Call("expm", (c,)), lambda x: ("the exponential of both sides",), definite=False),
)


def by_matrix_function(equation: Expr, x: Symbol, before: list[Move], linear: Callable[[Expr, Symbol], Solved | None]) -> Solved | None:
    """X = C^{1/2} of X² = C, X = e^C of log X = C, for a positive definite X; `linear` solves for the function."""
    if "spd" not in x.has:
        return None
    for row in TABLE:
        held = row.of(x)
        y: Symbol = Symbol("_value", x.shape, frozenset({"symmetric", "spd", "invertible"} if row.definite else {"symmetric"}))
        swapped = substitute(equation, {held: y})
        if x.name in swapped.free or y.name not in swapped.free:
            continue
        solved = linear(swapped, y)
        if solved is None or not (definiteness(solved.solution) == Definite.POSITIVE if row.definite else is_symmetric(solved.solution)):
            continue
        moves = list(before)
        back: dict[Expr, Expr] = {y: held}
        for move in solved.moves:
            said = filled(move.why, lambda e, back=back: substitute(e, back))  # type: ignore[misc]
            moves.append(Move(substitute(move.left, back), substitute(move.right, back), said))
        opened = neat(tidy(algebra.expand(solved.solution)), [])
        final = tidy(row.back(min(solved.solution, opened, key=measure)))
        moves.append(Move(x, final, row.words(x)))
        return Solved(final, tuple(moves), solved.conditions)
    return None
