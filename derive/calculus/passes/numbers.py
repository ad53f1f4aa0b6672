"""The function and results in numbers: at the point `at` of a problem, and with its `data`; exact, by fractions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from derive.calculus.indices.evaluate import decimals_of, evaluated
from derive.calculus.indices.explicit import LARGEST, determinant, entries_of
from derive.calculus.simplify.simplify import tidy
from derive.derivation.derivation import Chain, Found, Line, members
from derive.derivation.reason import Why, joined
from derive.expressions.build import is_zero, matmul, subtract
from derive.expressions.nodes import Call, Expr, MatMul, Number, Power, Stack, Symbol, number
from derive.expressions.rewrite import substitute, transform
from derive.expressions.traverse import walk
from derive.language.problems.problem import Problem


def in_numbers(problem: Problem, results: Mapping[str, Any]) -> list[Chain]:
    """A chain of the function and the results at the point `at`, and one of the stationary point with the data; none where
    neither is given."""
    out: list[Chain] = []
    point = _values(problem, problem.options.get("at"))
    if point:
        told = joined([(s, " = ", e) for s, e in point.items()])
        lines = _value(problem, point, told) + [
            line for quantity, result in results.items() if quantity != "stationary" for line in _lines(result, point, told)
        ]
        if "taylor" in results and lines and lines[-1].left is results["taylor"].expr:
            lines += _around(problem, lines[-1].expr, point)
        if lines:
            out.append(Chain("value", "At the point", tuple(lines)))
    data = _values(problem, problem.options.get("data"))
    if data and "stationary" in results:
        lines = _lines(results["stationary"], data, ("with the data",), problem.let)
        if lines:
            out.append(Chain("value", "With the data", (*_design(results["stationary"], data, problem.let), *lines)))
    return out


def _design(result: Found, data: dict[Symbol, Expr], let: tuple[tuple[Symbol, Expr], ...]) -> list[Line]:
    """The design matrix, and of M⁻¹v the matrix M and the vector v: what one computes by hand before solving."""
    shown: dict[Expr, Why] = {}
    for symbol, value in data.items():
        if isinstance(value, Stack) and len(value.rows) > 1 and len(value.rows[0]) > 1:
            shown[symbol] = ("the design matrix",)
    for _, one in members(result):
        if isinstance(one.expr, MatMul) and isinstance(one.expr.factors[0], Power):
            shown[one.expr.factors[0].base] = ()
            shown[matmul(*one.expr.factors[1:])] = ()
    out: list[Line] = []
    for expr, why in shown.items():
        found = evaluated(expr, data, let)
        if isinstance(found, Stack) and all(isinstance(e, Number) for e in found.children):
            out.append(Line(found, "evaluate", why, "equation", expr, equation=True, solution=data))
    return out


def _around(problem: Problem, expr: Expr, point: Mapping[Symbol, Expr]) -> list[Line]:
    """Taylor's polynomial in the variables themselves: 5 + 2(x − 1) + 4(y − 2) of 5 + 2h_x + 4h_y, the tangent line or plane."""
    moved: dict[Symbol, Expr] = {
        h: subtract(x, point[x]) for x, h in zip(problem.wrt, problem.directions, strict=True) if x in point and h.name in expr.free
    }
    if len(moved) < sum(h.name in expr.free for h in problem.directions) or not moved:
        return []
    known: dict[Expr, Expr] = dict(moved.items())
    there = substitute(expr, known)
    return [Line(there, "evaluate", joined([(h, " = ", e) for h, e in moved.items()]), "equation", expr, equation=True, solution=moved)]


def _value(problem: Problem, point: dict[Symbol, Expr], told: Why) -> list[Line]:
    """The function's own value at the point, where it is a number; what an exponential in it is stands beside the line."""
    if not problem.function.is_scalar:
        return []
    known: dict[Expr, Expr] = dict(point.items())
    value = tidy(substitute(problem.function, known))
    exponentials: dict[Expr, Expr] = {}
    for node in walk(value):
        if isinstance(node, Call) and node.name == "expm":
            found = _exponential(_defined(problem, node.args[0]))
            exponentials |= {node: found} if found is not None else {}
    value = tidy(transform(_defined(problem, substitute(value, exponentials)), _determinant))
    if exponentials:
        from derive.calculus import algebra

        value = algebra.simplify_scalar(value, trigonometric=True)
    if not isinstance(value, Number):
        return []
    why = joined([told, *((e, " = ", matrix) for e, matrix in exponentials.items())])
    return [Line(value, "evaluate", why, "equation", problem.function, equation=True, solution=point)]


def _defined(problem: Problem, expr: Expr) -> Expr:
    """The names of `let` replaced by what they stand for."""
    for symbol, definition in reversed(problem.let):
        expr = substitute(expr, {symbol: definition})
    return tidy(expr)


def _exponential(matrix: Expr) -> Expr | None:
    from derive.calculus import algebra

    table = entries_of(matrix)
    return None if table is None or len(table) > LARGEST else algebra.exponential(table)


def _determinant(node: Expr) -> Expr:
    """The determinant of an explicit matrix of few entries, multiplied out."""
    table = entries_of(node.args[0]) if isinstance(node, Call) and node.name == "det" else None
    return node if table is None or len(table) > LARGEST else determinant(table)


def _values(problem: Problem, given: Any) -> dict[Symbol, Expr]:
    if not isinstance(given, Mapping):
        return {}
    out: dict[Symbol, Expr] = {}
    for name, value in given.items():
        symbol = problem.symbols.get(name)
        if symbol is not None:
            out[symbol] = _expression(value)
    return out


def _expression(value: Any) -> Expr:
    if isinstance(value, tuple):
        rows = tuple(tuple(number(e) for e in row) if isinstance(row, tuple) else (number(row),) for row in value)
        out: Expr = Stack(rows)
        return out
    return number(value)


def _lines(result: Any, values: dict[Symbol, Expr], why: Why, let: tuple[tuple[Symbol, Expr], ...] = ()) -> list[Line]:
    out: list[Line] = []
    for _, one in members(result):
        found = evaluated(one.expr, values, let)
        if found is not None and found is not one.expr and not is_zero(found):
            decimals = decimals_of(found)
            out.append(Line(found, "evaluate", (*why, f", about {decimals}") if decimals else why, "equation", one.expr,
                            equation=True, solution=values))
    return out
