"""The function and results in numbers: at the point `at` of a problem, and with its `data`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from derive.calculus.indices.evaluate import Place, Value, exact_value, partly, value_at
from derive.calculus.passes.smoothness import no_derivative
from derive.calculus.simplify.simplify import tidy
from derive.derivation.derivation import Chain, Found, Head, Line, Result, members
from derive.derivation.reason import Why, joined
from derive.errors import DeriveError
from derive.expressions.build import is_zero, matmul, subtract, zero
from derive.expressions.nodes import Call, Expr, MatMul, Number, Power, Stack, Symbol, number
from derive.expressions.rewrite import substitute
from derive.expressions.spelling import starred
from derive.expressions.traverse import walk
from derive.language.problems.problem import Problem
from derive.language.problems.quantity import QUANTITIES

MOST = 9
"""Numbers of a point that are written in the brackets of f(…)."""
SHOWN = 4
"""Entries of a matrix exponential that stand beside the line that it is used in."""
Letters = tuple[tuple[Symbol, Expr], ...]


def in_numbers(problem: Problem, results: Mapping[str, Found], where: Letters = ()) -> list[Chain]:
    """A chain of the function and the results at the point `at`, and one of the stationary point with the data; none where
    neither is given.

    where  what the letters in the results stand for, beside the names of `let`
    DeriveError [at] where the function has no value at the point.
    """
    let = (*problem.let, *(pair for pair in where if pair not in problem.let))
    out: list[Chain] = []
    point = _values(problem, problem.options.at)
    if point:
        lines = _at_the_point(problem, results, Place(point, let))
        out += [Chain("value", "At the point", tuple(lines))] if lines else []
    data = _values(problem, problem.options.data)
    if data and "stationary" in results:
        lines = _with_the_data(problem, results["stationary"], Place(data, let))
        out += [Chain("value", "With the data", tuple(lines))] if lines else []
    return out


def _values(problem: Problem, given: Any) -> dict[Symbol, Expr]:
    """The numbers of a point as expressions, by symbol."""
    if not isinstance(given, Mapping):
        return {}
    return {problem.symbols[name]: _expression(value) for name, value in given.items() if name in problem.symbols}


def _expression(value: Any) -> Expr:
    if isinstance(value, tuple):
        rows = tuple(tuple(number(e) for e in row) if isinstance(row, tuple) else (number(row),) for row in value)
        out: Expr = Stack(rows)
        return out
    return number(value)


# ------------------------------------------------------------------------------------------------ at a point
def _at_the_point(problem: Problem, results: Mapping[str, Found], place: Place) -> list[Line]:
    """f(1, 2) = 5, ∇f(1, 2) = …; where the function has no derivative at the point that is said instead."""
    written = _written(problem, place)
    unsaid = joined([(s, " = ", e) for s, e in place.values.items() if not written or s not in problem.wrt])
    said: Why = unsaid or ("put in the numbers",)
    lines: list[Line] = []
    if place.covers(problem.function):
        value = value_at(problem.function, place)
        if value is None:
            raise DeriveError("the function has no value at this point", code="at", where=problem.positions.get("at"))
        head = Head("value", problem.name, problem.wrt, at=written)
        lines = _stated(value, "value", head, joined([w for w in (said, *_exponentials(problem.function, place)) if w]), place)
        kinked = no_derivative(problem, place, results)
        if kinked:
            return [*lines[:-1], replace(lines[-1], why=joined([w for w in (lines[-1].why, kinked) if w]))]
    for quantity, found in results.items():
        if QUANTITIES[quantity].point and not (quantity == "derivative" and "gradient" in results):
            table = _table(problem, found) if quantity == "hessian" else None
            if table is not None and place.covers(table) and (value := value_at(table, place)) is not None:
                lines += _stated(value, "hessian", Head("hessian", problem.name, problem.wrt, at=written), () if lines and unsaid else said, place)
                continue
            for name, result in members(found):
                lines += _of_result(problem, quantity, name, result, place, written, () if lines and unsaid else said)
    return lines


def _table(problem: Problem, found: Found) -> Expr | None:
    """The Hessian matrix of several numbers, of the operator's values on the unit directions; None of other variables."""
    if isinstance(found, Result | tuple) or len(problem.wrt) < 2 or not all(x.is_scalar for x in problem.wrt):
        return None
    rows: list[tuple[Expr, ...]] = []
    for x in problem.wrt:
        one = found[x.name]
        if not isinstance(one, Result) or len(one.direction) != len(problem.wrt):
            return None
        units: list[dict[Expr, Expr]] = [{k: number(int(k is h)) for k in one.direction} for h in one.direction]
        rows.append(tuple(tidy(substitute(one.expr, unit)) for unit in units))
    out: Expr = Stack(tuple(rows))
    return out


def _written(problem: Problem, place: Place) -> tuple[Expr, ...]:
    """The values of the variables as they stand in f(…); none where one is not known or they are too many to be read."""
    values = tuple(place.values[x] for x in problem.wrt if x in place.values)
    count = sum(len(v.children) or 1 for v in values)
    return values if len(values) == len(problem.wrt) and count <= MOST else ()


def _of_result(
    problem: Problem, quantity: str, name: str, result: Result, place: Place, written: tuple[Expr, ...], said: Why
) -> list[Line]:
    """A result at the point; what holds a direction with all else in numbers."""
    head = _head(problem, quantity, name, result, written)
    if place.covers(result.expr) and not result.free:
        value = value_at(result.expr, place)
        return [] if value is None else _stated(value, head.quantity, head, said, place)
    if result.free or place.sizes:
        return []
    there = partly(result.expr, place)
    if there is result.expr or there.free & {s.name for s in place.values}:
        return []
    relation = "≈" if quantity == "taylor" else "="
    lines = [Line(there, "evaluate", said, head.quantity, head, relation, solution=place.values)]
    return [*lines, *_around(problem, there, place)] if quantity == "taylor" else lines


def _head(problem: Problem, quantity: str, name: str, result: Result, written: tuple[Expr, ...]) -> Head:
    one = tuple(x for x in problem.wrt if x.name == name)
    wrt, arguments = (one, problem.wrt if len(problem.wrt) > 1 else ()) if one else (problem.wrt, ())
    if quantity == "entries":
        quantity = "gradient" if problem.function.is_scalar else "jacobian"
    directions: tuple[Expr, ...] = result.direction
    unit_speed = len(problem.wrt) == 1 and problem.wrt[0].is_scalar and not problem.direction_named
    if quantity == "derivative" and unit_speed:
        directions = ()
    if quantity == "second-derivative" and unit_speed:
        directions = ()
    elif quantity == "second-derivative":
        directions = (*problem.directions, *result.direction)
    if quantity == "taylor":
        directions = problem.directions
    return Head(quantity, problem.name, wrt, directions, arguments, at=written)


def _stated(value: Value, quantity: str, left: Head | Symbol, said: Why, place: Place) -> list[Line]:
    """left = exact ≈ rounded, as far as there are both."""
    lines: list[Line] = []
    if value.exact is not None:
        exact = zero(value.exact.shape) if value.exact.children and all(map(is_zero, value.exact.children)) else value.exact
        lines.append(Line(exact, "evaluate", said, quantity, left, solution=place.values))
    if value.rounded is not None:
        own = not lines
        lines.append(Line(value.rounded, "evaluate", said if own else ("rounded",), quantity, left if own else None, "≈", solution=place.values))
    return lines


def _around(problem: Problem, expr: Expr, place: Place) -> list[Line]:
    """Taylor's polynomial in the variables themselves: 5 + 2(x − 1) + 4(y − 2) of 5 + 2h_x + 4h_y, the tangent line or plane."""
    moved: dict[Symbol, Expr] = {
        h: subtract(x, place.values[x])
        for x, h in zip(problem.wrt, problem.directions, strict=True) if x in place.values and h.name in expr.free
    }
    if len(moved) < sum(h.name in expr.free for h in problem.directions) or not moved:
        return []
    known: dict[Expr, Expr] = dict(moved.items())
    there = substitute(expr, known)
    return [Line(there, "evaluate", joined([(h, " = ", e) for h, e in moved.items()]), "equation", expr, equation=True, solution=moved)]


def _exponentials(expr: Expr, place: Place) -> list[Why]:
    """e^A = […] of each matrix exponential that has entries in closed form."""
    out: list[Why] = []
    for node in walk(expr):
        if isinstance(node, Call) and node.name == "expm" and place.covers(node):
            value = exact_value(node, place)
            there = tidy(substitute(node, dict(place.values.items())))
            out += [(there, " = ", value)] if value is not None and len(value.children) <= SHOWN else []
    return out


# ------------------------------------------------------------------------------------------------ with the data
def _with_the_data(problem: Problem, found: Found, place: Place) -> list[Line]:
    """The design matrix, what one computes by hand before solving, and the stationary point named: w* = …"""
    if isinstance(found, tuple):
        return []
    values: dict[Symbol, Value] = {}
    for name, one in members(found):
        (x,) = [x for x in problem.wrt if x.name == name] or problem.wrt[:1]
        value = value_at(one.expr, place) if place.covers(one.expr) and not is_zero(one.expr) else None
        if value is None:
            return []
        values[x] = value
    at = {x: v.exact if v.exact is not None else v.rounded for x, v in values.items()}
    there = Place({**place.values, **{x: e for x, e in at.items() if e is not None and len(values) > 1}}, place.let)
    lines = [line for x, value in values.items() for line in _stated(value, "stationary", starred(x), ("with the data",), there)]
    return [*_design(found, place), *lines]


def _design(result: Found, place: Place) -> list[Line]:
    """The design matrix, and of M⁻¹v the matrix M and the vector v."""
    shown: dict[Expr, Why] = {}
    for symbol, value in place.values.items():
        if isinstance(value, Stack) and len(value.rows) > 1 and len(value.rows[0]) > 1:
            shown[symbol] = ("the design matrix",)
    for _, one in members(result):
        if isinstance(one.expr, MatMul) and isinstance(one.expr.factors[0], Power):
            shown[one.expr.factors[0].base] = ("the matrix of the equations",)
            shown[matmul(*one.expr.factors[1:])] = ("their right side",)
    out: list[Line] = []
    for expr, why in shown.items():
        found = exact_value(expr, place) if place.covers(expr) else None
        if isinstance(found, Stack) and all(isinstance(e, Number) for e in found.children):
            out.append(Line(found, "evaluate", why, "equation", expr, equation=True, solution=dict(place.values)))
    return out
