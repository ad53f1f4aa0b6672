"""The function and results in numbers: at the point `at` of a problem, and with its `data`; exact, by fractions."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from derive.calculus.indices.explicit import LARGEST, determinant, entries_of
from derive.calculus.linear.inner_product import joined
from derive.calculus.rules.rule import fill
from derive.calculus.simplify.simplify import tidy
from derive.derivation.derivation import Chain, Found, Line, Why, members
from derive.expressions.build import add, is_zero, matmul, subtract, times
from derive.expressions.nodes import Call, Expr, MatMul, Number, Power, Stack, Symbol, number, substitute, transform, walk
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
        found = _evaluated(expr, data, let)
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
        found = _evaluated(one.expr, values, let)
        if found is not None and found is not one.expr and not is_zero(found):
            decimals = _decimals(found)
            out.append(Line(found, "evaluate", (*why, f", about {decimals}") if decimals else why, "equation", one.expr,
                            equation=True, solution=values))
    return out


def _evaluated(expr: Expr, values: dict[Symbol, Expr], let: tuple[tuple[Symbol, Expr], ...]) -> Expr | None:
    """The value in numbers, names of `let` and sizes put in where they are known by the values; None where some stay letters."""
    sizes = {
        str(size): there for symbol, value in values.items() for size, there in zip(symbol.shape, value.shape, strict=True)
        if there.is_number and not size.is_number
    }
    for symbol, definition in reversed(let):
        expr = substitute(expr, {symbol: definition})
    if sizes:
        letters = {node.name: node for node in walk(expr) if isinstance(node, Symbol)}
        if not letters.keys() <= {symbol.name for symbol in values}:
            return None
        there = tidy(fill(expr, {symbol.name: value for symbol, value in values.items()}, sizes))
    else:
        known: dict[Expr, Expr] = dict(values.items())
        there = tidy(substitute(expr, known))
    if there.is_scalar:
        return tidy(transform(there, _multiplied)) if sizes else there
    table = entries_of(there)
    if table is None:
        return None
    out: Expr = Stack(tuple(tuple(row) for row in table))
    return out


def _multiplied(node: Expr) -> Expr:
    """A product of vectors of numbers is a number."""
    if isinstance(node, MatMul) and node.is_scalar and not node.free:
        left, right = entries_of(matmul(*node.factors[:-1])), entries_of(node.factors[-1])
        if left is not None and right is not None:
            return tidy(add(*(times(a, b[0]) for a, b in zip(left[0], right, strict=True))))
    return node


def in_figures(expr: Expr) -> tuple[Expr, Why] | None:
    """(the value, about what it is in decimals) of an expression of numbers alone that is not one yet."""
    if expr.free or isinstance(expr, Stack | Number):
        return None
    found = _evaluated(expr, {}, ())
    if found is None or found is expr or not isinstance(found, Stack | Number):
        return None
    if not all(isinstance(e, Number) for e in found.children):
        return None
    decimals = _decimals(found)
    return found, (f"about {decimals}",) if decimals else ("in numbers",)


def _decimals(expr: Expr) -> str:
    """`(3.0000, 0.4394, −0.2879)` for a vector of numbers of which one is a fraction."""
    entries = expr.children if isinstance(expr, Stack) else (expr,)
    values = [e.value for e in entries if isinstance(e, Number)]
    if len(values) != len(entries) or all(v.denominator == 1 for v in values):
        return ""
    texts = [_decimal(v) for v in values]
    return f"({', '.join(texts)})" if len(texts) > 1 else texts[0]


def _decimal(value: Fraction) -> str:
    return f"{float(value):.4f}".replace("-", "−")
