"""Stationary points of a gradient that is a product, (x'x − 1) x = 0, or that says that x is an eigenvector."""

from __future__ import annotations

from dataclasses import replace

from derive.calculus.quantities.stationary.eigenvectors import EXTREMES, eigen_equation, unit_eigenvector
from derive.calculus.quantities.stationary.lines import equation_lines
from derive.calculus.quantities.stationary.second_order_test import classify, letter_of, starred
from derive.calculus.setting.setting import Setting
from derive.calculus.simplify.distribute import expanded
from derive.calculus.simplify.simplify import tidy
from derive.calculus.solve.matrix_equation import solve
from derive.derivation.derivation import Chain, Found, Line, Result
from derive.derivation.reason import COMMA, Why, Word
from derive.expressions.build import add, coefficient, is_zero, matmul, negate, power, scale, terms, times, transpose, zero
from derive.expressions.nodes import Call, Expr, MatMul, Number, Power, Scale, Symbol, Times, number
from derive.expressions.properties.definite import Definite
from derive.expressions.properties.inference import definiteness, is_nonzero, is_positive


def of_a_product(s: Setting, g: Expr, x: Symbol, hessian: tuple[Expr, Symbol]) -> tuple[list[Chain], Found] | None:
    """s(x) M x = 0 with a scalar s(x) = q(x) − c: x = 0, or q(x) = c, a sphere or an ellipsoid."""
    whole = _as_a_product(g, x)
    if whole is None:
        return None
    solved = solve(whole.arg, x)
    level = level_set(whole.scalar, x)
    if solved is None or level is None or not is_zero(solved.solution):
        return None
    form, value, unit = level
    point: dict[Symbol, Expr] = {x: scale(power(value, number("1/2")) if not _is_one(value) else number(1), unit)}
    kind, more, conditions = classify(s, x, solved.solution, *hessian)
    origin: dict[Symbol, Expr] = {x: solved.solution}
    there = _kind_there(whole, form, x)
    why: Why = () if there is None else (letter_of(s.problem), " depends on ", form, " alone, and there it is its ", Word(there))
    lines = [
        Line(zero(g.shape), "stationary", ("gradient = 0",), "equation", g, "=", True, solution=origin),
        *([Line(whole, "rearrange", ("factor",), "equation", g, "=", True)] if whole is not g else []),
        Line(solved.solution, "solve", ("a product is 0 where a factor is 0",), "stationary", starred(x), "⇔"),
        Line(value, "rearrange", why, "equation", form, "or", True, solution=point),
    ]
    held: tuple[Why, ...] = () if is_positive(value) else ((value, " > 0"),)
    results = (
        Result(solved.solution, classification=kind, conditions=conditions),
        Result(form, equation=value, point=point, classification=there, conditions=held),
    )
    return [Chain("stationary", "Stationary points", tuple(lines)), *more], results


def _as_a_product(g: Expr, x: Symbol) -> Scale | None:
    """(‖x‖² − 1) x of ‖x‖² x − x: the scalars in front of one vector collected."""
    if isinstance(g, Scale) and x.name in g.scalar.free and x.name in g.arg.free:
        return g
    scalars: list[Expr] = []
    bodies: set[Expr] = set()
    for term in terms(expanded(g, x.name)):
        scalar, body = (term.scalar, term.arg) if isinstance(term, Scale) else (number(1), term)
        scalars.append(scalar)
        bodies.add(body)
    if len(bodies) != 1 or len(scalars) < 2:
        return None
    out = scale(tidy(add(*scalars)), bodies.pop())
    return out if isinstance(out, Scale) and x.name in out.scalar.free and x.name in out.arg.free else None


def _kind_there(whole: Scale, form: Expr, x: Symbol) -> str | None:
    """Of a function of q alone, its gradient being k (q − c) ∇q: a minimum at q = c where k > 0."""
    c, body = coefficient(whole.arg)
    middle = matmul(*form.factors[1:]) if isinstance(form, MatMul) else x
    moving = [f for f in (whole.scalar.factors if isinstance(whole.scalar, Times) else (whole.scalar,)) if x.name in f.free]
    outside = [f for f in (whole.scalar.factors if isinstance(whole.scalar, Times) else (whole.scalar,)) if x.name not in f.free]
    if body is not middle or len(moving) != 1:
        return None
    ours = next(t for t in terms(expanded(moving[0], x.name)) if x.name in t.free)
    sign = times(*outside, number(coefficient(ours)[0] * c))
    return "minimum" if is_positive(sign) else "maximum" if is_positive(tidy(negate(sign))) else None


def _is_one(expr: Expr) -> bool:
    return isinstance(expr, Number) and expr.value == 1


def level_set(scalar: Expr, x: Symbol) -> tuple[Expr, Expr, Expr] | None:
    """(q, c, a point with q = 1) of k (q(x) − c) with q = x'Ax, A positive definite, or ‖x‖²."""
    factors = list(scalar.factors) if isinstance(scalar, Times) else [scalar]
    moving = [f for f in factors if x.name in f.free]
    if len(moving) != 1 or not all(is_nonzero(f) for f in factors if f is not moving[0]):
        return None
    parts = terms(expanded(moving[0], x.name))
    ours = [t for t in parts if x.name in t.free]
    rest = [t for t in parts if x.name not in t.free]
    if len(ours) != 1 or not rest:
        return None
    c, form = coefficient(ours[0])
    value = tidy(scale(number(-1 / c), add(*rest)))
    if isinstance(form, MatMul) and form.factors[0] is transpose(x) and form.factors[-1] is x:
        middle = form.factors[1:-1]
        if middle and definiteness(matmul(*middle)) != Definite.POSITIVE:
            return None
    elif not (isinstance(form, Power) and isinstance(form.base, Call) and form.base.name == "norm" and form.base.args[0] is x):
        return None
    if is_positive(tidy(negate(value))):
        return None
    return form, value, scale(power(form, number("-1/2")), x)


def of_eigenvectors(s: Setting, g: Expr, x: Symbol) -> tuple[list[Chain], Found] | None:
    """Ax = r(x) Bx of a quotient: x is an eigenvector, and the value of the function there its eigenvalue."""
    found = eigen_equation(g, x)
    if found is None:
        return None
    top = unit_eigenvector(found.matrix, found.metric)
    found = replace(found, point={x: top[0]} if top is not None else None)
    lines = equation_lines(g, found)
    if _is_function(s, found.factor):
        lines[-1] = replace(lines[-1], why=(*found.why, COMMA, *EXTREMES))
    result = Result(found.left, equation=found.right, point=found.point)
    return [Chain("stationary", "Stationary points", tuple(lines))], result


def _is_function(s: Setting, factor: Expr) -> bool:
    from derive.calculus import algebra

    try:
        return tidy(factor) is tidy(s.problem.function) or algebra.equal_scalar(factor, s.problem.function)
    except ValueError:
        return False

