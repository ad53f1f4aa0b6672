"""Equations, inequalities and stationary points, in numbers.

Unevaluable where a side has no value that counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from derive.checking.evaluation import Estimate, Unevaluable, derivative, evaluate, largest
from derive.checking.line import Site, groups, site_at
from derive.checking.random_arrays import Array, project
from derive.checking.sampling import speed
from derive.checking.statements import DIRECTIONS, FIRST, Function, Moves, Outcome, random_moves, refused
from derive.derivation.derivation import Head, Line
from derive.expressions.nodes import Expr, Symbol

EXACT = 1e-7
"""Relative tolerance of an equation between closed forms; FIRST where a difference quotient is in it."""
VIOLATED = 1e-6
"""What an equation with a solution must be off by elsewhere, relative to its terms."""
ROUNDED = 6e-4
"""Of a value rounded to four significant digits, relative to its largest entry."""
NEAR = (0.01, 0.02, 0.05, 0.1)
"""How far from a point along a direction the values are compared, where the second derivative vanishes."""
ROUNDING = 1e-12
"""A difference of two values that is smaller, relatively, is none."""
SIGN = 1e-9
"""What counts as zero in an inequality."""


def check_equation(site: Site, line: Line) -> Outcome:
    """The two sides are equal: at the claimed solution, and not elsewhere; everywhere for an identity.

    An equation that is no identity and claims no solution is held against a stationary point found numerically.
    """
    left, right = _sides(site, line)
    pending = not isinstance(line.left, Expr) or _differenced(site, line.expr) or _differenced(site, line.left)
    tolerance = FIRST if pending else EXACT
    size = max(largest(left), largest(right), 1e-30)
    here = _off(left, right, size)
    if not line.solution and here <= tolerance:
        return Outcome(here, tolerance, "an identity")
    size = max(size, site.size(line.expr), site.size(line.left) if isinstance(line.left, Expr) else 0.0)
    here = _off(left, right, size)
    if not line.solution:
        if here <= tolerance:
            return Outcome(here, tolerance, "an identity")
        solved = numeric_stationary(site)
        left, right = _sides(solved, line)
        return Outcome(_off(left, right, size), 1e-5, "a stationary point found numerically")
    if here <= VIOLATED and line.rule != "evaluate":
        # a value at a point says nothing of a solution, and may be that of a constant
        raise Unevaluable("the equation holds everywhere: it does not determine the solution")
    solved = site.with_solution(line.solution)
    left, right = _sides(solved, line)
    size = max(size, largest(left), largest(right))
    return Outcome(_off(left, right, size), tolerance, "the claimed solution put in")


def _differenced(site: Site, expr: Expr) -> bool:
    """Whether a difference quotient is in its value: written, or in what a letter stands for (dQ)."""
    pending = {symbol.name for symbol, definition in site.names.let if definition.pending}
    return expr.pending or bool(expr.free & pending)


def check_identity(site: Site, left: Expr, right: Expr) -> Outcome:
    """Two expressions of one value: a name and what it stands for.

    left, right  of one shape; looser where a derivative is pending in either
    """
    size = max(site.size(left), site.size(right), 1e-30)
    tolerance = FIRST if left.pending or right.pending else EXACT
    return Outcome(_off(site.value(left), site.value(right), size), tolerance, "the left side")


def check_rounded(site: Site, exact: Expr, rounded: Expr) -> Outcome:
    """A rounded value beside the exact one."""
    left, right = site.value(exact), site.value(rounded)
    return Outcome(_off(left, right, max(largest(left), 1e-30)), ROUNDED, "the exact value")


def _sides(site: Site, line: Line) -> tuple[Array, Array]:
    if line.left is None:
        raise Unevaluable("an equation without a left side")
    left = _numeric(site, line.left) if isinstance(line.left, Head) else site.value(line.left)
    return left, site.value(line.expr)


def _off(left: Array, right: Array, size: float) -> float:
    if np.shape(left) != np.shape(right) and np.ndim(right):
        return float("inf")
    return largest(left - right) / size


def _numeric(site: Site, head: Head) -> Array:
    """The value that a left side names."""
    function = site.function(None, head.wrt)
    match head.quantity:
        case "gradient" if len(head.wrt) == 1:
            return function.gradient(head.wrt[0])
        case "derivative" | "differential":
            return function.along(groups(site, head)[0]).value
        case "value":
            return function.value().value
        case "jacobian-determinant":
            columns = [function.along(unit).value for unit in _units(site, head.wrt)]
            return np.asarray(np.linalg.det(np.column_stack(columns)))
        case other:
            raise Unevaluable(f"there is no equation for {other!r}")


def _units(site: Site, variables: Sequence[Symbol]) -> Iterator[dict[str, Array]]:
    """The directions in which one entry of one of the variables moves by 1."""
    for v in variables:
        shape = np.shape(site.point.values[v.name])
        for unit in np.eye(int(np.prod(shape, dtype=int))):
            yield {v.name: unit.reshape(shape)}


def check_relation(site: Site, left: Expr | None, relation: str, right: Expr) -> Outcome:
    """left ≻ right and the like: by the sign, or the eigenvalues of the symmetric part, of the difference.

    relation  `≻`, `⪰`, `>`, `≥`, …
    """
    if left is None:
        raise Unevaluable("an inequality without a left side")
    difference = site.value(left) - site.value(right)
    size = max(largest(difference), 1e-30)
    if relation in ("≻", "⪰", "≺", "⪯"):
        if difference.ndim != 2 or largest(difference - difference.T) > EXACT * size:
            return refused("the two sides do not differ by a symmetric matrix")
        numbers = np.linalg.eigvalsh(difference)
    else:
        numbers = np.ravel(difference)
    low, high = float(np.min(numbers)) / size, float(np.max(numbers)) / size
    holds = {
        ">": low > SIGN, "≻": low > SIGN, "≥": low >= -SIGN, "⪰": low >= -SIGN, "<": high < -SIGN, "≺": high < -SIGN,
        "≤": high <= SIGN, "⪯": high <= SIGN, "≠": largest(numbers) > 0,
    }[relation]
    return Outcome(0.0, FIRST, "its sign") if holds else refused(f"it is not true that the left side {relation} the right side")


# ------------------------------------------------------------------------------------------------ stationary points
def check_stationary(site: Site, solution: Mapping[Symbol, Expr]) -> Outcome:
    """The derivative vanishes at the claimed point along random directions of the structure, and not elsewhere.

    It is held against the derivative elsewhere; below 1e-4 of the function's size there less is rounding, as in `compare`: a
    Gaussian is large where it is stationary and flat far away.
    """
    problem = site.problem
    missing = [v.name for v in problem.wrt if v.name not in {s.name for s in solution}]
    if missing:
        raise Unevaluable(f"it does not say the value of {', '.join(missing)}")
    solved = site.with_solution(solution)
    for v in problem.wrt:
        off = _outside(v, solved.point.values[v.name])
        if off > EXACT:
            return Outcome(off, EXACT, "the structure", f"the point does not lie in the structure of {v.name}")
    there, elsewhere = solved.function(None, problem.wrt), site.function(None, problem.wrt)
    slopes, scale = [], 0.0
    for k in range(DIRECTIONS):
        slopes.append(there.along(random_moves(solved.point, problem.wrt, k)))
        found = elsewhere.along(random_moves(site.point, problem.wrt, k))
        scale = max(scale, largest(found.value))
    if scale <= VIOLATED * elsewhere.size():
        raise Unevaluable("the derivative vanishes everywhere: there is no stationary point to check")
    scale = max(scale, 1e-4 * there.size())
    return Outcome(max(largest(s.value) for s in slopes) / scale, FIRST, "the derivative there")


def _outside(variable: Symbol, at: Any) -> float:
    """How far a value is from the structure of its variable."""
    if not np.ndim(at):
        return 0.0
    size = max(largest(at), 1e-30)
    if variable.has & {"orthogonal", "stiefel"}:
        return largest(at.T @ at - np.eye(at.shape[1]))
    if "unit" in variable.has:
        return abs(float(np.linalg.norm(at)) - 1.0)
    return largest(project(variable.has, at, at) - at) / size


def check_classification(site: Site, solution: Mapping[Symbol, Expr], kind: str) -> Outcome:
    """The second derivative at the point: ≥ 0 along every direction for a minimum, both signs for a saddle; where it vanishes along a
    direction, the values of the function near the point.

    On a curved set (orthogonal, Stiefel, unit) along curves in it, which at a stationary point is the Riemannian test.

    solution  the point, by variable
    kind      minimum, maximum or saddle
    """
    solved = site.with_solution(solution)
    wrt = site.problem.wrt
    function = solved.function(None, wrt)
    curvatures = [_curvature(function, random_moves(solved.point, wrt, k)) for k in range(6)]
    curved = any(v.has & {"orthogonal", "stiefel", "unit"} for v in wrt)
    if kind == "saddle":
        low, high, along = _extreme_curvatures(function, wrt)
        holds = low < 0 < high or (not curved and {-1, 1} <= {sign for moves in along for sign in _changes(function, moves)})
    else:
        sign = 1.0 if kind == "minimum" else -1.0
        size = max(abs(float(c.value)) for c in curvatures)
        slack = 1e-6 * size + max(c.error for c in curvatures)
        holds = all(sign * float(c.value) >= -slack for c in curvatures)
        if holds and not curved and any(abs(float(c.value)) <= slack for c in curvatures):
            holds = all(change != -sign for k in range(6) for change in _changes(function, random_moves(solved.point, wrt, k)))
    return Outcome(0.0, FIRST, "second differences there") if holds else refused(f"the point is not a {kind}")


def _curvature(function: Function, moves: Moves) -> Estimate:
    """d²/dt² f along a curve in the structure with this velocity."""
    point, variables = function.point, function.variables
    if not any(v.has & {"orthogonal", "stiefel", "unit"} for v in variables):
        return function.along(moves, 2)

    def curve(t: float) -> Array:
        values = {v.name: _retracted(v, point.values[v.name] + t * moves[v.name]) for v in variables}
        return evaluate(function.code, point.with_values(values).namespace, function.shape)

    return derivative(curve, 2, speed(moves), 1e-8)


def _retracted(variable: Symbol, at: Any) -> Any:
    """The nearest point of the structure."""
    if variable.has & {"orthogonal", "stiefel"}:
        u, _, v = np.linalg.svd(at, full_matrices=False)
        return u @ v
    return at / np.linalg.norm(at) if "unit" in variable.has else at


def _changes(function: Function, moves: Moves) -> list[int]:
    """The sign of f(x* + tH) − f(x*) on both sides of t = 0: at the smallest t where it is more than rounding, 0 where it never is."""
    curve = function.curve(moves)
    here = float(curve(0.0))
    out = []
    for side in (1.0, -1.0):
        differences = [float(curve(side * t)) - here for t in NEAR]
        told = [d for d in differences if np.isfinite(d) and abs(d) > ROUNDING * max(abs(here), 1.0)]
        out.append(int(np.sign(told[0])) if told else 0)
    return out


def _extreme_curvatures(function: Function, variables: tuple[Symbol, ...], tries: int = 60) -> tuple[float, float, list[Moves]]:
    """The least and the greatest curvature, of the Hessian on random directions, by its eigenvalues; the directions themselves and those
    of the eigenvalues."""
    point = function.point
    dimension = sum(int(np.size(point.values[v.name])) for v in variables)
    basis = [random_moves(point, variables, k) for k in range(min(dimension, tries))]
    form = np.zeros((len(basis), len(basis)))
    squares = [float(_curvature(function, b).value) for b in basis]
    for i, a in enumerate(basis):
        for j in range(i):
            both = {name: a[name] + basis[j][name] for name in a}
            form[i, j] = form[j, i] = (float(_curvature(function, both).value) - squares[i] - squares[j]) / 2
        form[i, i] = squares[i]
    numbers, vectors = np.linalg.eigh(form)
    slack = 1e-6 * largest(numbers)
    low, high = float(numbers[0]), float(numbers[-1])
    own = [{name: sum(c * b[name] for c, b in zip(column, basis, strict=True)) for name in basis[0]} for column in vectors.T]
    return (low if low < -slack else 0.0), (high if high > slack else 0.0), [*basis, *own]


def numeric_stationary(site: Site) -> Site:
    """The site moved to a stationary point near it, by Newton steps on differences.  Unevaluable when none is found."""
    import scipy.optimize

    wrt = site.problem.wrt
    if not site.problem.function.is_scalar:
        raise Unevaluable("the equation does not hold, and no solution of it is claimed")
    shapes = [np.shape(site.point.values[v.name]) for v in wrt]
    splits = np.cumsum([int(np.prod(s, dtype=int)) for s in shapes])[:-1]

    def placed(flat: Array) -> Site:
        parts = np.split(flat, splits)
        values = {v.name: (p.reshape(s) if s else float(p[0])) for v, p, s in zip(wrt, parts, shapes, strict=True)}
        return site_at(site.problem, site.names, site.point.with_values(values))

    def slope(flat: Array) -> Array:
        """The gradient times the length of the point, so that points far away are not taken for stationary ones."""
        function = placed(flat).function(None, wrt)
        gradient = np.concatenate([np.ravel(function.gradient(v)) for v in wrt])
        return np.asarray(gradient * np.linalg.norm(flat))

    start = np.concatenate([np.ravel(site.point.values[v.name]) for v in wrt])
    base = largest(slope(start))
    try:
        for scale in (1.0, 0.5, 2.0, -1.0):
            found = scipy.optimize.root(slope, scale * start, method="lm", options={"xtol": 1e-12})
            at = np.asarray(found.x, dtype=float)
            near = 1e-3 < np.linalg.norm(at) / np.linalg.norm(start) < 1e3
            if near and largest(slope(at)) <= 1e-7 * base:
                return placed(at)
    except (Unevaluable, ValueError):
        pass
    raise Unevaluable("no stationary point was found numerically to hold the equation against")
