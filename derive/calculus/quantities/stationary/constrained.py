"""Stationary points of a Lagrangian that are eigenvectors: u'Su + λ(1 − u'u), tr(W'SW) − tr(L(W'W − I)).

Source: Golub & Van Loan, Matrix Computations (2013), sec. 8.1; Horn & Johnson, Matrix Analysis (2013), sec. 4.2.
"""

from __future__ import annotations

from collections.abc import Mapping

from derive.calculus.quantities.stationary.eigenvectors import EigenEquation, eigen_equation, eigenvectors, invariant_equation, unit_eigenvector
from derive.calculus.quantities.stationary.products import level_set
from derive.calculus.setting.setting import Setting
from derive.calculus.simplify.distribute import expanded
from derive.calculus.simplify.simplify import tidy
from derive.derivation.derivation import Chain, Line, Result
from derive.derivation.reason import Why
from derive.expressions.build import add, coefficient, matmul, power, scale, terms, times, zero
from derive.expressions.nodes import Expr, MatMul, Number, Symbol, number
from derive.expressions.properties.symmetry import is_symmetric
from derive.expressions.rewrite import substitute

Found = tuple[list[Chain], Mapping[str, Result]]


def of_a_lagrangian(s: Setting, gradients: dict[str, Expr]) -> Found | None:
    """A vector or matrix and its multiplier; None where the equations do not say that the one is an eigenvector."""
    if len(s.problem.wrt) != 2:
        return None
    for x in s.problem.wrt:
        (m,) = [v for v in s.problem.wrt if v is not x]
        found = _vector(s, gradients, x, m) if m.is_scalar else _matrix(gradients, x, m)
        if found is not None:
            return found
    return None


def _vector(s: Setting, gradients: dict[str, Expr], x: Symbol, m: Symbol) -> Found | None:
    """Sx = λBx and x'Bx = c."""
    if m.name in gradients[m.name].free:
        return None
    found = eigen_equation(gradients[x.name], x, frozenset({m.name}), nonzero=True)
    level = level_set(gradients[m.name], x)
    if found is None or level is None or found.factor.free != {m.name}:
        return None
    c, core = coefficient(found.factor)
    if core is not m:
        return None
    form, value, _ = level
    top = unit_eigenvector(found.matrix, found.metric)
    size = number(1) if isinstance(value, Number) and value.value == 1 else power(value, number("1/2"))
    point: dict[Symbol, Expr] = {} if top is None else {x: tidy(scale(size, top[0])), m: tidy(times(number(1 / c), top[1]))}
    g, h = gradients[x.name], gradients[m.name]
    lines = [
        Line(zero(g.shape), "stationary", ("gradient = 0",), "equation", g, "=", True, solution=point or None),
        Line(zero(h.shape), "stationary", ("gradient = 0",), "equation", h, "=", True, solution=point or None),
        Line(found.right, "rearrange", (*found.why, *_eigenvalue(found, m)), "equation", found.left, "⇔", True, solution=point or None),
        Line(value, "rearrange", _value(s, x, m, found, value), "equation", form, "⇔", True, solution=point or None),
    ]
    results = {
        x.name: Result(found.left, equation=found.right, point=point or None),
        m.name: Result(form, equation=value, point=point or None),
    }
    return [Chain("stationary", "Stationary points", tuple(lines))], results


def _eigenvalue(found: EigenEquation, m: Symbol) -> Why:
    return ", ", m, " its eigenvalue" if found.factor is m else " a multiple of its eigenvalue"


def _value(s: Setting, x: Symbol, m: Symbol, found: EigenEquation, value: Expr) -> Why:
    """x'Sx = λ: the value at it, which is largest for the largest eigenvalue."""
    p = s.problem
    function = p.function
    for symbol, definition in reversed(p.let):
        function = substitute(function, {symbol: definition})
    objective = [t for t in terms(expanded(tidy(function), m.name)) if m.name not in t.free]
    if len(objective) != 1 or not _is_one(value) or found.factor is not m:
        return ()
    c, _ = coefficient(objective[0])
    at = tidy(times(number(c), m))
    best = ("largest", "smallest") if c > 0 else ("smallest", "largest")
    return (add(*objective), " = ", at, f" there: the maximum belongs to the {best[0]} eigenvalue, the minimum to the {best[1]}")


def _is_one(expr: Expr) -> bool:
    return isinstance(expr, Number) and expr.value == 1


def _matrix(gradients: dict[str, Expr], w: Symbol, m: Symbol) -> Found | None:
    """SW = WL and the constraint of W."""
    found = invariant_equation(gradients[w.name], w, m)
    if found is None or m.name in gradients[m.name].free:
        return None
    left, right = found
    g, h = gradients[w.name], gradients[m.name]
    _, core = coefficient(h)
    parts = terms(core)
    ours = [t for t in parts if w.name in t.free]
    rest = [t for t in parts if w.name not in t.free]
    if len(ours) != 1 or not rest:
        return None
    k, form = coefficient(ours[0])
    value = tidy(scale(number(-1 / k), add(*rest)))
    assert isinstance(left, MatMul)
    matrix = matmul(*left.factors[:-1])
    point = dict(zip((w, m), eigenvectors(matrix, w), strict=True)) if is_symmetric(matrix) else None
    why: Why = ("the columns of ", w, " span an invariant subspace; with a diagonal ", m, " they are eigenvectors and it holds their eigenvalues")
    lines = [
        Line(zero(g.shape), "stationary", ("gradient = 0",), "equation", g, "=", True, solution=point),
        Line(zero(h.shape), "stationary", ("gradient = 0",), "equation", h, "=", True, solution=point),
        Line(right, "rearrange", why, "equation", left, "⇔", True, solution=point),
        Line(value, "rearrange", ("the constraint",), "equation", form, "⇔", True, solution=point),
    ]
    results = {w.name: Result(left, equation=right, point=point), m.name: Result(form, equation=value, point=point)}
    return [Chain("stationary", "Stationary points", tuple(lines))], results
