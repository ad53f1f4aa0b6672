"""The lines by which an equation for a stationary point is solved."""

from __future__ import annotations

from derive.calculus.properties import definiteness
from derive.calculus.quantities.stationary.second_order_test import by_convexity, convexity, is_curved, starred
from derive.calculus.setting.setting import Setting
from derive.calculus.simplify.distribute import expanded
from derive.calculus.simplify.simplify import tidy
from derive.calculus.solve.unknown import Solved
from derive.derivation.derivation import Head, Line
from derive.derivation.reason import COLON, Why, Word, joined
from derive.expressions.build import ONE, coefficient, is_zero, matmul, scale, terms, zero
from derive.expressions.nodes import Expr, MatMul, Number, Power, Scale, Symbol, number
from derive.expressions.traverse import walk


def solution_lines(g: Expr, x: Symbol, solved: Solved) -> list[Line]:
    """gradient = 0, each move, x* = …"""
    solution: dict[Symbol, Expr] = {x: solved.solution}
    opening = "derivative = 0" if x.is_scalar else "gradient = 0"
    lines = [Line(zero(g.shape), "stationary", (opening,), "equation", g, equation=True, solution=solution)]
    for move in solved.moves[:-1]:
        if move.left is lines[-1].left and move.right is lines[-1].expr:
            continue
        if move.identity:
            lines.append(Line(move.right, "put-back", move.why, "equation", move.left, "=", True))
        else:
            lines.append(Line(move.right, "rearrange", move.why, "equation", move.left, "⇔", True, solution=solution))
    last = solved.moves[-1]
    lines.append(Line(solved.solution, "solve", last.why, "stationary", starred(x), "⇔"))
    if solved.particular is not None:
        lines.append(Line(solved.particular, "solve", solved.least, "stationary", starred(x), "="))
    return lines


def inside(x: Symbol, at: Expr, known: tuple[Why, ...]) -> tuple[Why, ...]:
    """That the point lies where its variable may be, when that is not evident."""
    if "spd" not in x.has or definiteness(at) == "positive definite":
        return ()
    if isinstance(at, Scale) and definiteness(at.arg) == "positive definite" and known:
        return ()  # said of its scalar factor
    return ((at, " is positive definite"),)


def without_closed_form(s: Setting, g: Expr, x: Symbol, head: Head | None = None) -> tuple[Line, ...]:
    """The equation gradient = 0 as it stands, and what is known of its solutions."""
    p = s.problem
    whys: list[Why] = [("stationary where this is 0; no closed form",)]
    shape = convexity(s)
    names = {v.name for v in p.wrt}
    if not g.free & names:
        where = "stationary everywhere" if is_zero(g) else "stationary nowhere, unless it is 0"
        whys = [("it does not depend on ", x, COLON, where)]
    elif shape is not None:
        whys.append((*is_curved(shape), COLON, "every solution is a global ", Word(by_convexity(shape)[0])))
    lines = [Line(g, "stationary", joined(whys), "gradient", head or Head("gradient", p.name, p.wrt))]
    eigen = eigenvector_lines(g, x)
    if eigen is not None and head is None:
        lines.append(eigen)
    return tuple(lines)


def eigenvector_lines(g: Expr, x: Symbol) -> Line | None:
    """Ax = r Bx with a scalar r that may hold x, of c (Ax − r Bx) = 0: the eigenvectors of A (generalized ones, with B)."""
    inner = g.arg if isinstance(g, Scale) else g
    opened = expanded(inner, x.name)
    fixed: list[Expr] = []
    moving: list[Expr] = []
    for term in terms(opened):
        scalar, body = (term.scalar, term.arg) if isinstance(term, Scale) else (ONE, term)
        chain = body.factors if isinstance(body, MatMul) else (body,)
        if chain[-1] is not x or any(x.name in f.free for f in chain[:-1]):
            return None
        (moving if x.name in scalar.free else fixed).append(term)
    if len(fixed) != 1 or len(moving) != 1 or not isinstance(fixed[0], MatMul | Scale):
        return None
    c, left = coefficient(fixed[0])
    right = tidy(scale(number(-1 / c), moving[0]))
    if not isinstance(left, MatMul):
        return None
    matrix = matmul(*left.factors[:-1])
    nonzero = any(isinstance(n, Power) and x.name in n.free and _is_negative(n.exponent) for n in walk(g)) or "unit" in x.has
    generalized = not (isinstance(right, Scale) and right.arg is x)
    words = " is a generalized eigenvector of " if generalized else " is an eigenvector of "
    why: Why = (x, words if nonzero else f" is 0 or{words[3:]}", matrix)
    return Line(right, "rearrange", why, "equation", left, "⇔", True)


def _is_negative(exponent: Expr) -> bool:
    return isinstance(exponent, Number) and exponent.value < 0
