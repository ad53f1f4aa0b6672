"""Stationary points of a function whose gradient is Mx − b in numbers, M singular: a line, a plane, …, or none at all.

Source: Strang, Linear Algebra and Its Applications, sec. 2.2 and 3.1.
"""

from __future__ import annotations

from fractions import Fraction

from derive.calculus.indices.explicit import entries_of, explicit, in_its_numbers
from derive.calculus.linear.matrix import matrix_of
from derive.calculus.quantities.stationary.minors import second_order
from derive.calculus.quantities.stationary.second_order_test import KINDS, SECOND_ORDER_TEST, letter_of
from derive.calculus.setting.setting import Setting
from derive.calculus.simplify.distribute import spread
from derive.calculus.simplify.simplify import tidy
from derive.derivation.derivation import Chain, Found, Head, Line, Result
from derive.derivation.reason import COLON, COMMA, Listed, Why, Word, joined
from derive.expressions.build import add, times, zero
from derive.expressions.nodes import Expr, Stack, Symbol, number
from derive.expressions.properties.elimination import Rows, contradiction, definite, inverse, numbers, solutions
from derive.expressions.rewrite import substitute
from derive.expressions.sizes import is_column
from derive.expressions.spelling import starred

_SETS = {1: "a line", 2: "a plane"}


def of_singular(s: Setting, g: Expr, x: Symbol, hessian: tuple[Expr, Symbol]) -> tuple[list[Chain], Found] | None:
    """Of a vector: why there is no stationary point, or all of them; None where the gradient is not Mx − b in numbers, M singular.

    hessian  (Hess f(x)[k], k)
    """
    system = _system(s, g, x, hessian)
    if system is None:
        return None
    rows, right = system
    y = contradiction(rows, [-b for b in right])
    if y is not None:
        why: Why = ("along ", _column(y), " it is ", number(1), " for every ", x, ": there is no stationary point")
        opening = Line(g, "gradient", (), "gradient", Head("gradient", s.problem.name, s.problem.wrt))
        never = Line(zero(g.shape), "stationary", why, "gradient", None, "≠")
        return [Chain("stationary", "No stationary point", (opening, never))], Result(g, classification="none")
    entries = [row[0] for row in entries_of(x) or []]
    found = None if x.has else _all(rows, right, entries)
    if found is None:
        return None
    every, free, least = found
    solution: Expr = Stack(tuple((e,) for e in every))
    shown = _column(least)
    family: Why = (Listed(tuple(free)), _any(free))
    lines = [
        Line(zero(g.shape), "stationary", ("gradient = 0",), "equation", g, equation=True, solution={x: shown}),
        Line(solution, "solve", (*family, COLON, _how_many(free)), "stationary", starred(x), "⇔"),
        Line(shown, "solve", ("the one of least norm",), "stationary", starred(x), "="),
    ]
    kind, test = _test(s, rows)
    result = Result(shown, classification=kind, family=(solution, COMMA, *family))
    return [Chain("stationary", "Stationary points", tuple(lines)), test], result


def of_singular_scalars(
    s: Setting, gradients: dict[str, Expr], table: list[list[Expr]]
) -> tuple[list[Chain], Found] | None:
    """The same of several numbers, by the matrix of their second derivatives; None where that is not in numbers, or there is no point.

    gradients  by variable the derivative
    table      the second derivatives
    """
    p = s.problem
    origin: dict[Expr, Expr] = {x: number(0) for x in p.wrt}
    right = numbers(Stack(tuple((tidy(substitute(gradients[x.name], origin)),) for x in p.wrt)))
    rows = numbers(Stack(tuple(map(tuple, table))))
    if rows is None or right is None or any(x.has for x in p.wrt):
        return None
    found = _all(rows, [-row[0] for row in right], list(p.wrt))
    if found is None:
        return None
    every, free, least = found
    family: Why = (Listed(tuple(free)), _any(free))
    points = dict(zip(p.wrt, map(number, least), strict=True))
    lines = [
        Line(zero(gradients[x.name].shape), "stationary", ("gradient = 0",), "equation", gradients[x.name], equation=True, solution=points)
        for x in p.wrt
    ]
    unknowns: Expr = Stack(tuple((starred(x),) for x in p.wrt))
    solution: Expr = Stack(tuple((e,) for e in every))
    why: Why = (*family, COLON, _how_many(free))
    lines.append(Line(solution, "solve", why, "stationary", unknowns, "⇔", solution=dict(zip(p.wrt, every, strict=True))))
    lines.append(Line(_column(least), "solve", ("the one of least norm",), "stationary", unknowns, "=", solution=dict(points)))
    kind, test = _test(s, rows)
    results = {
        x.name: Result(points[x], classification=kind, family=(e, COMMA, *family)) for x, e in zip(p.wrt, every, strict=True)
    }
    return [Chain("stationary", "Stationary points", tuple(lines)), test], results


def _system(s: Setting, g: Expr, x: Symbol, hessian: tuple[Expr, Symbol]) -> tuple[Rows, list[Fraction]] | None:
    """(M, b) in numbers of a gradient Mx − b."""
    applied, k = (in_its_numbers(hessian[0], s.problem.let), hessian[1])
    right = entries_of(tidy(substitute(in_its_numbers(g, s.problem.let), {x: zero(x.shape)})))
    if applied.free - {k.name} or right is None or not is_column(k.shape) or k.is_scalar:
        return None
    rows = numbers(explicit(matrix_of(spread(applied, frozenset({k.name})), k)) or applied)
    values = numbers(Stack(tuple(map(tuple, right))))
    return None if rows is None or values is None else (rows, [-row[0] for row in values])


def _all(rows: Rows, right: list[Fraction], unknowns: list[Expr]) -> tuple[list[Expr], list[Expr], list[Fraction]] | None:
    """(every solution by the unknowns that stay free, these, the solution of least norm); None where there is one solution or none."""
    found = solutions(rows, right)
    if found is None or not found[1]:
        return None
    particular, along = found
    gram = [[sum((a * b for a, b in zip(u, v, strict=True)), Fraction(0)) for v in along.values()] for u in along.values()]
    by_particular = [sum((a * b for a, b in zip(u, particular, strict=True)), Fraction(0)) for u in along.values()]
    turned = inverse(gram)
    assert turned is not None
    steps = [sum((a * b for a, b in zip(row, by_particular, strict=True)), Fraction(0)) for row in turned]
    least = [p - sum((c * u[i] for c, u in zip(steps, along.values(), strict=True)), Fraction(0)) for i, p in enumerate(particular)]
    every = [tidy(add(number(p), *(times(number(u[i]), unknowns[j]) for j, u in along.items()))) for i, p in enumerate(particular)]
    return every, [unknowns[j] for j in along], least


def _test(s: Setting, rows: Rows) -> tuple[str, Chain]:
    """Of a quadratic function by its matrix of second derivatives: semidefinite, it is convex or concave; else there is a saddle."""
    shown: Expr = Stack(tuple(tuple(map(number, row)) for row in rows))
    definite_ = definite(shown)
    why: list[Why]
    if definite_ in KINDS:
        kind = KINDS[definite_]
        shape = Word("convex" if kind == "minimum" else "concave")
        why = [(str(definite_), COMMA, letter_of(s.problem), " is ", shape, COLON, "a global ", Word(kind))]
    else:
        kind, why = second_order([list(map(number, row)) for row in rows])
    line = Line(shown, "second-order-test", joined(why), "hessian", Head("hessian", s.problem.name, s.problem.wrt))
    return kind, Chain("stationary", SECOND_ORDER_TEST, (line,), part="test")


def _any(free: list[Expr]) -> str:
    return " is any number" if len(free) == 1 else " are any numbers"


def _how_many(free: list[Expr]) -> str:
    return _SETS.get(len(free), "a family")


def _column(values: list[Fraction]) -> Expr:
    out: Expr = Stack(tuple((number(v),) for v in values))
    return out
