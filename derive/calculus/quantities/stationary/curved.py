"""Stationary points on the sphere, of orthogonal matrices and of orthonormal columns: the projected gradient is 0.

Source: Absil, Mahony & Sepulchre, Optimization Algorithms on Matrix Manifolds (2008), ch. 4.
"""

from __future__ import annotations

from dataclasses import replace

from derive.calculus.degree import degree
from derive.calculus.quantities.stationary.eigenvectors import EXTREMES, eigen_equation, eigenvectors, unit_eigenvector
from derive.calculus.quantities.stationary.lines import equation_lines
from derive.calculus.setting.setting import Setting
from derive.calculus.simplify.distribute import expanded
from derive.calculus.simplify.simplify import tidy
from derive.derivation.derivation import Chain, Found, Head, Line, Result
from derive.derivation.reason import COMMA, Why
from derive.expressions.build import add, coefficient, is_zero, matmul, power, scale, terms, times, transpose, zero
from derive.expressions.nodes import Call, Expr, MatMul, Scale, Symbol, number
from derive.expressions.properties.inference import is_positive
from derive.expressions.properties.symmetry import is_symmetric
from derive.expressions.spelling import starred


def on_a_curved_set(s: Setting, free: Expr, g: Expr, x: Symbol) -> tuple[list[Chain], Found]:
    """The projected gradient = 0: a linear function is solved, a quadratic form on the sphere leads to eigenvectors.

    g     its projection onto the tangent directions of x
    free  the gradient on the surrounding space
    """
    p = s.problem
    found = _linear_on_the_sphere(s, g, x) or _eigenvectors(s, g, x) if "unit" in x.has else _polar(s, free, g, x) or _invariant(g, x)
    if found is not None:
        return found
    title = "Stationary points on the sphere" if "unit" in x.has else "Stationary points"
    line = Line(g, "stationary", ("the projected gradient, to be 0: not solved here",), "gradient", Head("gradient", p.name, p.wrt))
    return [Chain("stationary", title, (line,))], Result(g, equation=zero(g.shape))


def _eigenvectors(s: Setting, g: Expr, x: Symbol) -> tuple[list[Chain], Found] | None:
    """Of x'Sx with ‖x‖ = 1: Sx = (x'Sx) x, and the value there is the eigenvalue."""
    found = eigen_equation(g, x)
    if found is None or found.metric is not None:
        return None
    top = unit_eigenvector(found.matrix, None)
    if top is None:
        return None
    found = replace(found, point={x: top[0]})
    lines = equation_lines(g, found, "the projected gradient = 0")
    value = tidy(found.factor)
    if value is tidy(s.problem.function):
        lines[-1] = replace(lines[-1], why=(*found.why, COMMA, *EXTREMES))
    result = Result(found.left, equation=found.right, point=found.point)
    return [Chain("stationary", "Stationary points on the sphere", tuple(lines))], result


def _invariant(g: Expr, x: Symbol) -> tuple[list[Chain], Found] | None:
    """Of tr(W'SW) with W'W = I: SW = W (W'SW), the columns of W span an invariant subspace of S."""
    parts = terms(expanded(g, x.name))
    bodies = [(coefficient(t)[0], coefficient(t)[1]) for t in parts]
    if len(bodies) != 2 or not all(isinstance(b, MatMul) for _, b in bodies):
        return None
    (c, left), (d, right) = bodies
    if isinstance(left, MatMul) and left.factors[0] is x:
        (c, left), (d, right) = (d, right), (c, left)
    assert isinstance(left, MatMul)
    if left.factors[-1] is not x or x.name in matmul(*left.factors[:-1]).free or c != -d or right is not tidy(matmul(x, transpose(x), left)):
        return None
    matrix = matmul(*left.factors[:-1])
    if not is_symmetric(matrix):
        return None
    point: dict[Symbol, Expr] = {x: eigenvectors(matrix, x)[0]}
    why: Why = ("the columns of ", x, " span an invariant subspace of ", matrix)
    lines = [
        Line(zero(g.shape), "stationary", ("the projected gradient = 0",), "equation", g, "=", True, solution=point),
        Line(right, "rearrange", why, "equation", left, "⇔", True, solution=point),
    ]
    return [Chain("stationary", "Stationary points", tuple(lines))], Result(left, equation=right, point=point)


def _polar(s: Setting, free: Expr, g: Expr, x: Symbol) -> tuple[list[Chain], Found] | None:
    """Of c tr(Q'M) with Q'Q = I: stationary where Q'M is symmetric; with M = UΣV' the extremum is Q* = UV', the polar factor of M."""
    constant = [t for t in terms(_without_constraint(free, x)) if not is_zero(t)]
    if not constant or any(x.name in t.free for t in constant):
        return None
    c, m = coefficient(tidy(add(*constant)))
    if isinstance(m, Scale) or m.is_scalar:
        return None
    point: Expr = Call("polar_u", (m,))
    kind = "minimum" if c < 0 else "maximum"
    inner = tidy(matmul(transpose(x), m))
    solution: dict[Symbol, Expr] = {x: point}
    why: Why = (m, " = UΣV', ", starred(x), f" = UV': the {kind}, as it makes ", Call("tr", (inner,)), " the sum of the singular values")
    lines = [
        Line(zero(g.shape), "stationary", ("the projected gradient = 0",), "equation", g, "=", True, solution=solution),
        Line(tidy(transpose(inner)), "rearrange", (inner, " is symmetric"), "equation", inner, "⇔", True, solution=solution),
        Line(point, "solve", why, "stationary", starred(x), "⇒"),
    ]
    conditions: tuple[Why, ...] = ((m, " has full column rank"),) if m.shape[0] != m.shape[1] else ((m, " is invertible"),)
    return [Chain("stationary", "Stationary points", tuple(lines))], Result(point, classification=kind, conditions=conditions)


def _without_constraint(free: Expr, x: Symbol) -> Expr:
    """The free gradient without terms QS, S symmetric and free of Q, which are normal to the set."""
    kept = []
    for t in terms(expanded(free, x.name)):
        body = t.arg if isinstance(t, Scale) else t
        normal = body is x or (
            isinstance(body, MatMul) and body.factors[0] is x and x.name not in matmul(*body.factors[1:]).free
            and "orthogonal" in x.has and is_symmetric(matmul(*body.factors[1:]))
        )
        if not normal:
            kept.append(t)
    return add(*kept) if kept else zero(free.shape)


def _linear_on_the_sphere(s: Setting, g: Expr, x: Symbol) -> tuple[list[Chain], tuple[Result, ...]] | None:
    """a'x for ‖x‖ = 1: x* = ±a/‖a‖; the Riemannian Hessian of a linear function is H ↦ −(a'x) H."""
    p = s.problem
    fixed = [t for t in terms(expanded(g, x.name)) if x.name not in t.free]
    if len(fixed) == 0 or degree(p.function, frozenset({x.name})) != 1:
        return None
    a = add(*fixed)
    length = Call("norm", (a,))
    points = [tidy(scale(power(length, -1), a)), tidy(scale(times(number(-1), power(length, -1)), a))]
    right = scale(matmul(transpose(a), x), x)
    lines = [
        Line(zero(g.shape), "stationary", ("the projected gradient = 0",), "equation", g, equation=True, solution={x: points[0]}),
        Line(right, "rearrange", (a, " is a multiple of ", x), "equation", a, "⇔", True, solution={x: points[0]}),
    ]
    results = []
    for k, (point, kind, sign) in enumerate(zip(points, ("maximum", "minimum"), ("−", ""), strict=True)):
        curved: Why = ("on the sphere D²f[h, h] = −", matmul(transpose(a), x), " ‖h‖² = ", f"{sign}", length, f" ‖h‖²: {kind}")
        why: Why = (Call("norm", (x,)), " = ", number(1), COMMA, *curved)
        lines.append(Line(point, "solve", why, "stationary", starred(x), "or" if k else "⇔"))
        conditions: tuple[Why, ...] = () if is_positive(length) else ((a, " ≠ 0"),)
        results.append(Result(point, classification=kind, conditions=conditions))
    return [Chain("stationary", "Stationary points on the sphere", tuple(lines))], tuple(results)


