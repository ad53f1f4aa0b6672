"""Stationary points of a gradient that is a product, (x'x − 1) x = 0, or that says that x is an eigenvector."""

from __future__ import annotations

from dataclasses import replace

from derive.calculus.quantities.stationary.eigenvectors import EXTREMES, eigen_equation, unit_eigenvector
from derive.calculus.quantities.stationary.higher_order import whole_function
from derive.calculus.quantities.stationary.lines import equation_lines
from derive.calculus.quantities.stationary.second_order_test import classify, letter_of
from derive.calculus.setting.setting import Setting
from derive.calculus.simplify.distribute import expanded
from derive.calculus.simplify.result_form import neat
from derive.calculus.simplify.simplify import tidy, tidy_with
from derive.calculus.solve.matrix_equation import solve
from derive.derivation.derivation import Chain, Found, Line, Result
from derive.derivation.reason import COMMA, Why, Word
from derive.expressions.build import add, coefficient, inverse, is_zero, matmul, negate, power, scale, subtract, terms, times, transpose, zero
from derive.expressions.nodes import Add, Call, Expr, MatMul, Number, Ones, Power, Scale, Symbol, Times, number
from derive.expressions.properties.definite import Definite
from derive.expressions.properties.inference import definiteness, is_invertible, is_nonzero, is_positive
from derive.expressions.rewrite import substitute
from derive.expressions.sizes import SCALAR, is_column
from derive.expressions.spelling import starred


def of_a_product(s: Setting, g: Expr, x: Symbol, hessian: tuple[Expr, Symbol]) -> tuple[list[Chain], Found] | None:
    """s(x) M x = 0 with a scalar s(x) = q(x) − c: x = 0, or q(x) = c, a sphere or an ellipsoid.

    hessian  (Hess f(x)[k], k), for the test of each point
    """
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
    any_length = _is_of_direction(found.factor, x)
    top = unit_eigenvector(found.matrix, found.metric) if any_length else None
    found = replace(found, point={x: top[0]} if top is not None else None)
    lines = equation_lines(g, found)
    if not any_length:
        lines[-1] = replace(lines[-1], why=(*found.why, COMMA, "its eigenvalue ", found.factor))
    if _is_function(s, found.factor):
        lines[-1] = replace(lines[-1], why=(*found.why, COMMA, *EXTREMES))
    result = Result(found.left, equation=found.right, point=found.point)
    return [Chain("stationary", "Stationary points", tuple(lines))], result


def _is_of_direction(factor: Expr, x: Symbol) -> bool:
    """Whether a number is the same for every positive multiple of x, as x'Ax/x'x is and x'x is not."""
    c: Symbol = Symbol("_c", SCALAR, frozenset({"positive"}))
    return is_zero(neat(tidy(subtract(substitute(factor, {x: scale(c, x)}), factor)), []))


def _is_function(s: Setting, factor: Expr) -> bool:
    from derive.calculus import algebra

    try:
        return tidy(factor) is tidy(s.problem.function) or algebra.equal_scalar(factor, s.problem.function)
    except ValueError:
        return False



def of_a_ray(s: Setting, g: Expr, x: Symbol) -> tuple[list[Chain], Found] | None:
    """c(x) (a(x) b − d(x) Mx) = 0 of a quotient such as (b'x)²/x'Mx: x is a multiple of M⁻¹b, or c(x) = 0."""
    outside, inside = (g.scalar, g.arg) if isinstance(g, Scale) else (number(1), g)
    if not isinstance(inside, Add) or not is_column(x.shape):
        return None
    moving = [t for t in inside.terms if x.name in _split(t)[1].free]
    fixed = [t for t in inside.terms if t not in moving]
    if len(moving) != 1 or not fixed or (len(fixed) > 1 and any(x.name in t.free for t in fixed)):
        return None
    (d, product), (a, b) = _split(moving[0]), _split(fixed[0]) if len(fixed) == 1 else (number(1), add(*fixed))
    if x.name in b.free or product.free == x.free or not isinstance(product, MatMul) or product.factors[-1] is not x:
        return None
    m = matmul(*product.factors[:-1])
    if x.name in m.free or not is_invertible(m):
        return None
    ray = tidy(matmul(inverse(m), b))
    letter: Symbol = Symbol("_c", x.shape if x.is_scalar else a.shape, frozenset({"positive"}))
    if not is_zero(neat(tidy_with(substitute(inside, {x: scale(letter, ray)}), []), [])):
        return None
    point: dict[Symbol, Expr] = {x: ray}
    factor = neat(tidy(times(number(-1), a, power(d, -1))), [])
    value = neat(tidy_with(substitute(whole_function(s), {x: ray}), []), [])
    turned = neat(tidy_with(substitute(whole_function(s), {x: negate(ray)}), []), [])
    equals: Why = (" = ±",) if turned is not value and tidy(negate(turned)) is value else (" = ",)
    name = letter_of(s.problem)
    lines = [
        Line(zero(g.shape), "stationary", ("gradient = 0",), "equation", g, "=", True, solution=point),
        Line(scale(factor, b), "rearrange", (x, " is a multiple of ", ray, COMMA, name, *equals, value, " there"), "equation", product, "⇔", True,
             solution=point),
    ]
    results = [Result(product, equation=scale(factor, b), point=point)]
    other = next((f for f in (outside.factors if isinstance(outside, Times) else (outside,)) if _row_times(f, x) is not None), None)
    if other is not None:
        row = _row_times(other, x)
        assert row is not None
        part = times(matmul(row, Ones(x.shape)), power(matmul(row, transpose(row)), -1))
        away: dict[Symbol, Expr] = {x: tidy(subtract(Ones(x.shape), scale(part, transpose(row))))}
        lines.append(Line(number(0), "rearrange", (name, " = 0 there"), "equation", other, "or", True, solution=away))
        results.append(Result(other, equation=number(0), point=away))
    return [Chain("stationary", "Stationary points", tuple(lines))], tuple(results)


def _split(term: Expr) -> tuple[Expr, Expr]:
    return (term.scalar, term.arg) if isinstance(term, Scale) else (number(1), term)


def _row_times(factor: Expr, x: Symbol) -> Expr | None:
    """b' of b'x."""
    if isinstance(factor, MatMul) and factor.is_scalar and factor.factors[0] is transpose(x):
        factor = tidy(matmul(*(transpose(f) for f in reversed(factor.factors))))
    if isinstance(factor, MatMul) and factor.is_scalar and factor.factors[-1] is x and x.name not in matmul(*factor.factors[:-1]).free:
        return matmul(*factor.factors[:-1])
    return None
