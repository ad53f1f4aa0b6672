"""Jacobian matrices read off a directional derivative: of vectors a row an entry of f, of matrices with columns stacked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from derive.calculus.indices.explicit import by_entries, entries_of, explicit
from derive.calculus.linear.matrix import matrix_of, vec_matrix
from derive.calculus.quantities.vectorized import only_entry
from derive.calculus.routes.by_entries import jacobian_determinant
from derive.calculus.rules.rule import compiled
from derive.calculus.setting.setting import Setting, one_of, per_variable
from derive.calculus.simplify.result_form import result
from derive.calculus.simplify.simplify import tidy_with
from derive.derivation.derivation import Chain, Head, Line, Result, Step
from derive.derivation.reason import SEMICOLON, Formula, Why, told
from derive.expressions.build import add, matmul, scale, transpose
from derive.expressions.nodes import Call, Expr, Stack, Symbol, Where
from derive.expressions.sizes import is_column, show
from derive.expressions.traverse import walk


def jacobian(s: Setting, first: Expr) -> tuple[list[Chain], Result | dict[str, Result]]:
    """Df(x)[h] = J h, a row an entry of f (numerator layout)."""
    p = s.problem
    lines: list[Line] = []
    results: dict[str, Result] = {}
    images: list[Expr] = []
    for x, h in zip(p.wrt, s.directions, strict=True):
        if s.unit_speed:
            matrix = first
        elif is_column(p.function.shape) and is_column(x.shape):
            matrix = result(matrix_of(only_entry(first, h, s), h), [], p.let)
        else:
            matrix = result(vec_matrix(only_entry(first, h, s), h), [], p.let)
        head = one_of("jacobian", p, x)
        shown = explicit(matrix, p.let) if by_entries(p.function, x) else None
        why = _jacobian_why(s, x, h) if shown is None else ("row i: the factors of ", h, " in entry i")
        matrix = matrix if shown is None else shown
        lines.append(Line(matrix, "read-off", why, "jacobian", head))
        if shown is not None:
            lines.extend(jacobian_determinant(s, matrix))
        results[x.name] = Result(matrix)
        images.append(scale(h, matrix) if h.is_scalar else matmul(matrix, h))
        if p.layout in ("denominator", "both"):
            flipped = tidy_with(transpose(matrix), [])
            above = one_of("jacobian-denominator", p, x)
            lines[-1] = replace(lines[-1], why=(*lines[-1].why, SEMICOLON, Formula(show(matrix.shape))))
            lines.append(Line(flipped, "layout", ("denominator layout: the transpose", SEMICOLON, Formula(show(flipped.shape))), "jacobian", above))
    lines += _side_by_side(s, results)
    if is_column(first.shape) and any(map(_entrywise, walk(first))):
        head = Head("derivative", p.name, p.wrt, s.directions)
        image = add(*images)
        if image is not first and all(is_column(x.shape) or x.is_scalar for x in p.wrt):
            step = Step(first, image, "hadamard-diag", ())
            law = told("`a .* v = diag(a) v`", lambda side: compiled(side, "a: n 1, v: n 1"))
            lines.insert(0, Line(image, "hadamard-diag", law, "derivative", head, steps=(step,), start=first))
    return [Chain("jacobian", "Jacobian", tuple(lines))], per_variable(p, results)


def _side_by_side(s: Setting, results: Mapping[str, Result]) -> list[Line]:
    """The whole Jacobian by several scalars, its columns the derivatives by each, and its determinant: ∂(x, y)/∂(r, θ)."""
    p = s.problem
    if len(p.wrt) < 2 or not all(x.is_scalar for x in p.wrt) or not is_column(p.function.shape):
        return []
    columns = [entries_of(results[x.name].expr) for x in p.wrt]
    if any(column is None for column in columns):
        return []
    rows = zip(*([row[0] for row in column] for column in columns if column is not None), strict=True)
    matrix: Expr = Stack(tuple(tuple(row) for row in rows))
    whole = Line(matrix, "entries", ("the columns side by side",), "jacobian", Head("jacobian", p.name, p.wrt))
    return [whole, *jacobian_determinant(s, matrix)]


def _entrywise(node: Expr) -> bool:
    """Whether it acts entry by entry on a vector, so that a Jacobian is read off by a ∘ x = diag(a) x."""
    if isinstance(node, Where):
        return is_column(node.shape) and not node.condition.is_scalar
    return isinstance(node, Call) and node.name in ("hadamard", "quotient") and is_column(node.shape)


def _jacobian_why(s: Setting, x: Symbol, h: Symbol) -> Why:
    if s.unit_speed:
        return ("a scalar variable: the derivative",)
    return ("read off: the factor of ", h) if is_column(x.shape) or x.is_scalar else ("read off: the factor of vec ", h)
