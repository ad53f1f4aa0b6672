"""The lines by which an equation for a stationary point is solved."""

from __future__ import annotations

from collections.abc import Sequence

from derive.calculus.quantities.stationary.eigenvectors import EigenEquation
from derive.calculus.quantities.stationary.second_order_test import by_convexity, convexity, is_curved
from derive.calculus.setting.setting import Setting
from derive.calculus.simplify.simplify import tidy
from derive.calculus.solve.never_zero import never_zero, rank_one
from derive.calculus.solve.unknown import Solved, told
from derive.derivation.derivation import Head, Line
from derive.derivation.reason import COLON, COMMA, Why, Word
from derive.expressions.build import add, coefficient, is_zero, negate, scale, subtract, terms, zero
from derive.expressions.nodes import Expr, Scale, Symbol, number
from derive.expressions.properties.definite import Definite
from derive.expressions.properties.inference import definiteness, is_nonzero, is_positive
from derive.expressions.spelling import starred


def solution_lines(g: Expr, x: Symbol, solved: Solved) -> list[Line]:
    """gradient = 0, each move, x* = …"""
    solution: dict[Symbol, Expr] = {x: solved.solution}
    opening = "derivative = 0" if x.is_scalar else "gradient = 0"
    lines = [Line(zero(g.shape), "stationary", (opening,), "equation", g, equation=True, solution=solution)]
    *others, last = told(solved.moves)
    for move in others:
        if move.left is lines[-1].left and move.right is lines[-1].expr:
            continue
        if move.identity:
            lines.append(Line(move.right, "put-back", move.why, "equation", move.left, "=", True))
        else:
            lines.append(Line(move.right, "rearrange", move.why or ("rearrange",), "equation", move.left, "⇔", True, solution=solution))
    lines.append(Line(solved.solution, "solve", last.why or ("solve for ", x), "stationary", starred(x), "⇔"))
    if solved.particular is not None:
        lines.append(Line(solved.particular, "solve", solved.least, "stationary", starred(x), "="))
    return lines


def inside(x: Symbol, at: Expr, known: tuple[Why, ...]) -> tuple[Why, ...]:
    """That the point lies where its variable may be, when that is not evident.

    known  what is assumed of the point already
    """
    if "spd" not in x.has or definiteness(at) == Definite.POSITIVE:
        return ()
    if isinstance(at, Scale) and definiteness(at.arg) == Definite.POSITIVE and known:
        return ()  # said of its scalar factor
    return ((at, " is positive definite"),)


def not_solved(s: Setting, g: Expr, x: Symbol, head: Head | None = None) -> tuple[Line, ...]:
    """The equation gradient = 0 as it stands, and what is known of its solutions.

    head  the left side of the equation; None for the gradient's own
    """
    p = s.problem
    names = {v.name for v in p.wrt}
    shape = convexity(s)
    if not g.free & names:
        why: Why = ("it does not depend on ", x, ": stationary everywhere" if is_zero(g) else ": stationary only if it is 0")
    elif shape is not None:
        why = (*is_curved(shape, p), COLON, "every solution is a global ", Word(by_convexity(shape, p)[0]))
    else:
        why = ("not solved here",)
    return (Line(g, "stationary", why, "gradient", head or Head("gradient", p.name, p.wrt)),)


def nowhere(s: Setting, g: Expr, x: Symbol, head: Head | None = None) -> tuple[Line, ...] | None:
    """The gradient, and that it is 0 nowhere, where that is evident; None where it is not.

    head  the left side of the equation; None for the gradient's own
    """
    p = s.problem
    found = never_zero(g, x)
    core = g
    while isinstance(core, Scale) and is_nonzero(core.scalar):
        core = core.arg
    if found is None and not core.free & {v.name for v in p.wrt} and not is_zero(core):
        what: Why = ("it does not depend on ", x) if core is g else (core, " does not depend on ", x)
        found = "≠", (*what, "; unless it is 0")
    if found is None:
        return None
    relation, why = found
    opening = Line(g, "gradient", (), "gradient", head or Head("gradient", p.name, p.wrt))
    return opening, Line(zero(g.shape), "stationary", (*why, ": there is no stationary point"), "gradient", None, relation)


def equation_lines(g: Expr, found: EigenEquation, opening: str = "gradient = 0") -> list[Line]:
    """gradient = 0 ⇔ Su = λu, with the words that name u.

    g        the gradient
    found    what it says, and a point where it holds
    opening  the reason of the first line
    """
    return [
        Line(zero(g.shape), "stationary", (opening,), "equation", g, "=", True, solution=found.point),
        Line(found.right, "rearrange", found.why, "equation", found.left, "⇔", True, solution=found.point),
    ]


def never(s: Setting, g: Expr) -> tuple[Line, ...]:
    """The derivative by a scalar, which SymPy shows to have no root."""
    p = s.problem
    opening = Line(g, "gradient", (), "gradient", Head("gradient", p.name, p.wrt))
    return opening, Line(zero(g.shape), "stationary", ("it has no root: there is no stationary point",), "gradient", None, "≠")


def not_inside(s: Setting, g: Expr, x: Symbol, solved: Solved) -> tuple[Line, ...] | None:
    """The lines of a solution that is not where the variable may be, as −A⁻¹ or a matrix of rank one for a definite X; None where it may be."""
    at = solved.solution
    opposite = tidy(negate(at))
    p = s.problem
    opening = Line(g, "gradient", (), "gradient", Head("gradient", p.name, p.wrt))
    if ("positive" in x.has and is_positive(opposite)) or ("spd" in x.has and definiteness(opposite) == Definite.POSITIVE):
        relation = "<" if "positive" in x.has else "≺"
        why: Why = (g, " = 0 for ", x, " = ", at, " only", COMMA, "which ",
                    Word("is not positive" if "positive" in x.has else "is not positive definite"),
                    COLON, "there is no stationary point")
        return opening, Line(zero(at.shape), "stationary", why, "gradient", at, relation)
    if "spd" in x.has and rank_one(at):
        difference = tidy(subtract(x, at))
        rank = Word("is not positive definite" if is_zero(at) else "has rank one and is not positive definite")
        why = (g, " = 0 for ", x, " = ", at, " only", COMMA, "which ", rank, COLON, "there is no stationary point")
        return opening, Line(zero(at.shape), "stationary", why, "gradient", difference, "≠")
    return None


def constraint(g: Expr, rest: Sequence[Symbol]) -> Why:
    """a'w = 1 of 1 − a'w: what holds the unknowns on the left, with a positive sign."""
    names = {x.name for x in rest}
    parts = terms(coefficient(g)[1])
    ours = [t for t in parts if t.free & names]
    others = [t for t in parts if not t.free & names]
    sign = 1 if not ours or coefficient(ours[0])[0] > 0 else -1
    left = tidy(add(*(scale(number(sign), t) for t in ours))) if ours else g
    right = tidy(add(*(scale(number(-sign), t) for t in others))) if others else zero(g.shape)
    return left, " = ", right
