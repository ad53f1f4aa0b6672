"""An equation in a function of the unknown, as log x, e^X, X² or X^{1/2}: solved for that, and the function undone.

Source: Higham, Functions of Matrices, ch. 1: on symmetric matrices a function acts on the eigenvalues.
"""

from __future__ import annotations

from collections.abc import Callable

from derive.calculus.simplify.simplify import tidy
from derive.calculus.solve.entrywise import short
from derive.calculus.solve.unknown import Move, Solved
from derive.derivation.reason import COMMA, Why, Word, filled
from derive.expressions.build import ONE, add, inverse, power, scale, terms
from derive.expressions.functions import OF_MATRICES
from derive.expressions.nodes import Call, Expr, Identity, Map, Ones, Scale, Symbol
from derive.expressions.properties.definite import Definite
from derive.expressions.properties.inference import definiteness
from derive.expressions.properties.symmetry import is_symmetric
from derive.expressions.rewrite import substitute
from derive.values import dataclass


def _is_definite(value: Expr) -> bool:
    return definiteness(value) == Definite.POSITIVE


def _anything(_: Expr) -> bool:
    return True


def _nothing(_: Expr) -> tuple[Why, ...]:
    return ()


@dataclass(frozen=True)
class Undone:
    """A function of the unknown, and how the unknown comes of its value.

    of       the function of X
    back     X from the value
    words    what is done to both sides, of X
    asks     what X has to be declared; "" where the function acts entry by entry, on anything
    has      what the value has then, beside a shape
    accepts  whether the value may be one
    given    what has to hold of the value, where that is not known
    """

    of: Callable[[Expr], Expr]
    back: Callable[[Expr], Expr]
    words: Callable[[Expr], Why]
    asks: str
    has: frozenset[str]
    accepts: Callable[[Expr], bool] = _anything
    given: Callable[[Expr], tuple[Why, ...]] = _nothing


def _by_entries(name: str) -> Callable[[Expr], Expr]:
    """A function entry by entry, of c·1 as its value at the number c times 1."""

    def applied(value: Expr) -> Expr:
        value = _multiple_of_ones(value)
        if isinstance(value, Scale) and isinstance(value.arg, Ones):
            return short(scale(Map(name, value.scalar), value.arg))
        return short(Map(name, value))

    return applied


def _of_matrix(of_number: str) -> Callable[[Expr], Expr]:
    """The function of a symmetric matrix, of c·I as its value at the number c times I."""

    def applied(value: Expr) -> Expr:
        if isinstance(value, Scale) and isinstance(value.arg, Identity):
            return scale(Map(of_number, value.scalar), value.arg)
        return Call(OF_MATRICES[of_number], (value,))

    return applied


def _of_both_sides(name: str) -> Callable[[Expr], Why]:
    return lambda x: (Word(name), " of both sides", *(() if x.is_scalar else (COMMA, "entry by entry")))


def _positive(value: Expr) -> tuple[Why, ...]:
    value = _multiple_of_ones(value)
    return ((value, " > 0"),) if value.is_scalar else (("every entry of ", value, " is positive"),)


def _multiple_of_ones(expr: Expr) -> Expr:
    """(λ − 1)·1 for λ·1 − 1."""
    parts = [(t.scalar, t.arg) if isinstance(t, Scale) else (ONE, t) for t in terms(expr)]
    if len(parts) < 2 or not all(isinstance(body, Ones) for _, body in parts):
        return expr
    return scale(tidy(add(*(c for c, _ in parts))), parts[0][1])


_DEFINITE = frozenset({"symmetric", "spd", "invertible"})
_SYMMETRIC = frozenset({"symmetric"})


def _root(x: Expr) -> Why:
    return ("the square root of both sides: ", x, " is positive definite")


TABLE = (
    Undone(lambda x: Map("log", x), _by_entries("exp"), _of_both_sides("exp"), "", frozenset()),
    Undone(lambda x: Map("exp", x), _by_entries("log"), _of_both_sides("log"), "", frozenset(), given=_positive),
    Undone(lambda x: Call("logm", (x,)), _of_matrix("exp"), lambda x: ("the matrix ", "exponential", " of both sides"),
           "symmetric", _SYMMETRIC, is_symmetric),
    Undone(lambda x: Call("expm", (x,)), _of_matrix("log"), lambda x: ("the matrix ", "logarithm", " of both sides"),
           "symmetric", _SYMMETRIC, _is_definite),
    Undone(lambda x: power(x, 2), lambda c: tidy(Call("sqrtm", (c,))), _root, "spd", _DEFINITE, _is_definite),
    Undone(lambda x: power(x, -2), lambda c: tidy(inverse(Call("sqrtm", (c,)))), _root, "spd", _DEFINITE, _is_definite),
    Undone(lambda x: Call("sqrtm", (x,)), lambda c: tidy(power(c, 2)), lambda x: ("square both sides",), "spd", _DEFINITE, _is_definite),
    Undone(lambda x: inverse(Call("sqrtm", (x,))), lambda c: tidy(power(c, -2)), lambda x: ("invert and square both sides",),
           "spd", _DEFINITE, _is_definite),
)
"""The first row whose function alone holds the unknown is taken."""


def by_inverse_function(
    equation: Expr, x: Symbol, before: list[Move], linear: Callable[[Expr, Symbol], Solved | None]
) -> Solved | None:
    """The unknown of an equation that is linear in a function of it; None where no row fits.

    equation  equal to 0
    before    the moves that led to it
    linear    solves an equation for an unknown in which it is linear
    """
    for row in TABLE:
        if row.asks and (row.asks not in x.has or x.is_scalar):
            continue
        held = row.of(x)
        y: Symbol = Symbol("_value", x.shape, row.has)
        swapped = substitute(equation, {held: y})
        if x.name in swapped.free or y.name not in swapped.free:
            continue
        solved = linear(swapped, y)
        if solved is None or solved.family or not row.accepts(solved.solution):
            continue
        moves = list(before)
        back: dict[Expr, Expr] = {y: held}
        for move in solved.moves:
            said = filled(move.why, lambda e, back=back: substitute(e, back))  # type: ignore[misc]
            moves.append(Move(substitute(move.left, back), substitute(move.right, back), said))
        final = row.back(solved.solution)
        moves.append(Move(x, final, row.words(x)))
        return Solved(final, tuple(moves), (*solved.conditions, *row.given(solved.solution)))
    return None
