"""Stationary points in numbers: of one scalar, of the entries of a short vector, of several scalars, found by SymPy, which puts them back."""

from __future__ import annotations

from dataclasses import replace

from derive.calculus.differentiate.level import level
from derive.calculus.differentiate.variation import Motion
from derive.calculus.indices.explicit import entries_of
from derive.calculus.passes.conditions import conditions
from derive.calculus.quantities.stationary.convexity import Curvature
from derive.calculus.quantities.stationary.families import of_singular_scalars
from derive.calculus.quantities.stationary.higher_order import in_one_number, in_several_numbers, sign_there, whole_function
from derive.calculus.quantities.stationary.lines import constraint, never, not_inside, not_solved, nowhere, solution_lines
from derive.calculus.quantities.stationary.minors import second_order
from derive.calculus.quantities.stationary.second_order_test import SECOND_ORDER_TEST, by_convexity, convexity, letter_of, sign_of
from derive.calculus.setting.setting import Setting
from derive.calculus.simplify.known_forms import known_result
from derive.calculus.simplify.result_form import neat
from derive.calculus.simplify.simplify import tidy
from derive.calculus.solve.matrix_equation import solve
from derive.derivation.derivation import Chain, Found, Head, Line, Result
from derive.derivation.reason import COLON, COMMA, SEMICOLON, Listed, Phrase, Why, Word, enumerated, joined
from derive.expressions.build import ONE, is_zero, times, zero
from derive.expressions.nodes import D, Expr, Stack, Symbol, Times
from derive.expressions.properties.inference import is_nonzero
from derive.expressions.rewrite import substitute
from derive.expressions.sizes import SCALAR
from derive.expressions.spelling import starred


def of_one_scalar(s: Setting, g: Expr, x: Symbol) -> tuple[list[Chain], Result | tuple[Result, ...]]:
    """Stationary points of a function of one number, by the roots of its derivative; what kind each is."""
    from derive.calculus import algebra
    from derive.calculus.quantities.hessian import hessian

    nothing = zero(g.shape)
    refuted = nowhere(s, g, x)
    if refuted is not None:
        return [Chain("stationary", "No stationary point", refuted)], Result(g, classification="none")
    solved = solve(g, x)
    outside = not_inside(s, g, x, solved) if solved is not None else None
    if outside is not None:
        return [Chain("stationary", "No stationary point", outside)], Result(g, classification="none")
    second_chains, second = hessian(s, {x.name: g})
    assert isinstance(second, Result)
    if solved is not None:
        roots = [solved.solution]
        lines = solution_lines(g, x, solved)
    else:
        found = algebra.solve_scalar(g, x)
        roots = [known_result(r, []) for r in found or [] if not ("positive" in x.has and sign_of(r)[0] == "-")]
        if not roots:
            if found is not None:
                return [Chain("stationary", "No stationary point", never(s, g))], Result(g, classification="none")
            return [Chain("stationary", "Stationary points", not_solved(s, g, x))], Result(g, equation=zero(g.shape))
        lines = [Line(nothing, "stationary", ("derivative = 0",), "equation", g, equation=True, solution={x: roots[0]})]
        for k, root in enumerate(roots):
            why: Why = ("solve for ", x)
            lines.append(Line(root, "solve", why, "stationary", starred(x), "or" if k else "⇔"))
    results: list[Result] = []
    test = [] if "hessian" in s.problem.find else list(second_chains[0].lines)  # they stand already where it is asked for
    shape = convexity(s) or _of_one_sign(s, x, second.expr)
    for root in roots:
        needs: list[Why] = list(solved.conditions) if solved is not None else []
        if "positive" in x.has:
            needs += sign_of(root)[1] if sign_of(root)[0] == "+" else [(root, " > 0")]
        value = known_result(algebra.simplify_scalar(tidy(substitute(second.expr, {x: root}))), [])
        kind, why, needed = _of_a_root(s, x, root, value, shape)
        needs += needed
        if x.name in second.expr.free:
            head = Head("second-derivative", s.problem.name, (x,), at=(root,))
            test.append(_there(value, why, head, second.expr, {x: root}))
        else:
            last = second_chains[0].lines[-1]
            said = replace(last, why=joined([last.why, why]) if test else why)
            test[-1:] = [said if test else replace(said, left=Head("second-derivative", s.problem.name, (x,)), start=None, steps=())]
        subject: Why = ("an inflection point",) if kind == "saddle" else ()
        results.append(Result(root, classification=kind, conditions=tuple(dict.fromkeys(needs)), subject=subject))
    title = "Stationary points" if len(roots) > 1 else "Stationary point"
    chains = [Chain("stationary", title, tuple(lines)), Chain("stationary", SECOND_ORDER_TEST, tuple(test), part="test")]
    return chains, results[0] if len(results) == 1 else tuple(results)


def _of_one_sign(s: Setting, x: Symbol, second: Expr) -> Curvature | None:
    """Convex or concave where the second derivative has one sign and nothing is excepted: on an interval, all numbers or the positive ones."""
    sign, needed = sign_of(second)
    if sign not in ("+", "-") or needed or x.name not in second.free:
        return None
    excepted = conditions((whole_function(s), *(d for _, d in s.problem.let)), (second,))
    if any(isinstance(part, Expr) and part.free & {x.name, *(u.name for u, _ in s.problem.let)} for why in excepted for part in why):
        return None
    return Curvature("convex" if sign == "+" else "concave")


def _of_a_root(s: Setting, x: Symbol, root: Expr, value: Expr, shape: Curvature | None) -> tuple[str, Why, list[Why]]:
    """(the kind of the point, why, what must not be 0) by the second derivative there, by convexity, or by higher derivatives."""
    sign, needed = sign_of(value)
    facts: list[Expr] = []
    if sign is None and (found := sign_there(s, x, root, value)) is not None:
        sign, facts = found
    kind = {"+": "minimum", "-": "maximum"}.get(sign or "", "undetermined")
    if shape is not None:
        needed = [] if kind == "undetermined" else needed
        kind = by_convexity(shape, s.problem)[0]
        here = "> 0" if sign == "+" else "< 0" if sign == "-" else "0 here"
        return kind, (here, COMMA, letter_of(s.problem), " is ", Word(shape.kind), COLON, "a global ", Word(kind)), needed
    if facts:
        return kind, ("> 0 as " if sign == "+" else "< 0 as ", Listed(tuple(facts)), " > 0", COLON, kind), needed
    if sign in ("+", "-"):
        return kind, (f"{'>' if sign == '+' else '<'} 0: {kind}",), needed
    higher = in_one_number(s, x, root) if sign == "0" else None
    if higher is not None:
        return *higher, needed
    return kind, ("the second derivative decides nothing here" if is_zero(value) else "minimum where it is > 0, maximum where it is < 0",), needed


def of_short_vector(
    s: Setting, g: Expr, x: Symbol, applied: tuple[Expr, Symbol]
) -> tuple[list[Chain], Result | tuple[Result, ...]] | None:
    """∂f/∂x_i = 0 solved by SymPy for the entries; each point by the second-order test with f₁₁ and the determinant.

    applied  (Hess f(x)[k], k)
    """
    from derive.calculus import algebra
    from derive.calculus.linear.matrix import matrix_of
    from derive.calculus.simplify.distribute import spread

    rows = entries_of(g)
    table: Expr = neat(matrix_of(spread(applied[0], frozenset({applied[1].name})), applied[1]), [])
    matrix = entries_of(table)
    whole = entries_of(x)
    if rows is None or matrix is None or whole is None or len(whole[0]) != 1:
        return None
    letters: list[Symbol] = [Symbol(f"{x.name}_{k + 1}", SCALAR) for k in range(len(whole))]
    into: dict[Expr, Expr] = {row[0]: letter for row, letter in zip(whole, letters, strict=True)}
    points = algebra.solve_system([substitute(r[0], into) for r in rows], letters)
    if not points:
        return None
    solutions: list[Expr] = [Stack(tuple((e,) for e in point)) for point in points]
    gradient: Expr = Stack(tuple((r[0],) for r in rows))
    lines = [Line(zero(g.shape), "stationary", ("gradient = 0",), "equation", gradient, equation=True, solution={x: solutions[0]})]
    results: list[Result] = []
    shown: Expr = Stack(tuple(tuple(row) for row in matrix))
    constant = x.name not in shown.free
    test = _general(s, shown, constant)
    for k, (point, solution) in enumerate(zip(points, solutions, strict=True)):
        there: dict[Expr, Expr] = {row[0]: value for row, value in zip(whole, point, strict=True)}
        at = [[tidy(substitute(e, there)) for e in row] for row in matrix]
        kind, why = _by_shape(s, *second_order(at), dict(zip(letters, point, strict=True)),
                              substitute(whole_function(s), into))
        lines.append(Line(solution, "solve", ("solve for ", x), "stationary", starred(x), "or" if k else "⇔"))
        if constant:
            test[-1] = replace(test[-1], why=joined([*([test[-1].why] if test[-1].why else []), joined(why)], SEMICOLON))
        else:
            value: Expr = Stack(tuple(tuple(row) for row in at))
            there_head = Head("hessian", s.problem.name, s.problem.wrt, at=(solution,))
            test.append(_there(value, joined(why), there_head, shown, {x: solution}))
        results.append(Result(solution, classification=kind, conditions=conditions((), (solution,))))
    chains = [
        Chain("stationary", "Stationary points" if len(points) > 1 else "Stationary point", tuple(lines)),
        Chain("stationary", SECOND_ORDER_TEST, tuple(test), part="test"),
    ]
    return chains, results[0] if len(results) == 1 else tuple(results)


def _general(s: Setting, matrix: Expr, constant: bool) -> list[Line]:
    """The Hessian matrix at any point; where it was asked for it stands already, and is said again only if it decides by itself."""
    asked = "hessian" in s.problem.find
    why: Why = () if asked else ("the second partial derivatives",)
    return [Line(matrix, "second-order-test", why, "hessian", Head("hessian", s.problem.name, s.problem.wrt))] if constant or not asked else []


def _equations(wrt: tuple[Symbol, ...], gradients: dict[str, Expr], solutions: list[dict[Symbol, Expr]]) -> list[Line]:
    """Each derivative = 0, and every point at which all are."""
    lines = [
        Line(zero(gradients[x.name].shape), "stationary", ("gradient = 0",), "equation", gradients[x.name], "=", True, solution=solutions[0])
        for x in wrt
    ]
    why: Why = ("solve for ", *joined([(x,) for x in wrt]))
    unknowns = column([starred(x) for x in wrt])
    return lines + [
        Line(column([solution[x] for x in wrt]), "solve", why, "stationary", unknowns, "or" if n else "⇔", solution=solution)
        for n, solution in enumerate(solutions)
    ]


def of_several_scalars(s: Setting, gradients: dict[str, Expr]) -> tuple[list[Chain], Found] | None:
    """Scalar variables: the equations solved by SymPy, each point by the second-order test of the Hessian matrix."""
    from derive.calculus import algebra

    p = s.problem
    points = algebra.solve_system([_core(gradients[x.name]) for x in p.wrt], list(p.wrt))
    if points == [] and all(g.free <= {x.name for x in p.wrt} for g in gradients.values()):
        return _no_common_root(s, gradients)
    table = [[neat(_partial(gradients[x.name], y), []) for y in p.wrt] for x in p.wrt]
    if not points:
        return of_singular_scalars(s, gradients, table)
    general: Expr = Stack(tuple(tuple(row) for row in table))
    constant = not general.free & {x.name for x in p.wrt}
    solutions = [dict(zip(p.wrt, (neat(value, []) for value in point), strict=True)) for point in points]
    lines = _equations(p.wrt, gradients, solutions)
    test = _general(s, general, constant)
    results: list[dict[str, Result]] = []
    for solution in solutions:
        there: dict[Expr, Expr] = dict(solution.items())
        matrix = [[tidy(substitute(e, there)) for e in row] for row in table]
        kind, why = _by_shape(s, *second_order(matrix), there)
        subjects = _along_constraints(gradients, p.wrt, matrix)
        if subjects is not None:
            why = subjects[0]
        if constant:
            test[-1] = replace(test[-1], why=joined([*([test[-1].why] if test[-1].why else []), joined(why)], SEMICOLON))
        else:
            value: Expr = Stack(tuple(tuple(row) for row in matrix))
            head = Head("hessian", p.name, p.wrt, at=tuple(solution[x] for x in p.wrt))
            test.append(_there(value, joined(why), head, general, solution))
        subject = subjects[1] if subjects is not None else ()
        results.append({
            x.name: Result(solution[x], classification="saddle" if subject else kind, subject=subject, conditions=conditions((), (solution[x],)))
            for x in p.wrt
        })
    title = "Stationary points" if len(points) > 1 else "Stationary point"
    chains = [Chain("stationary", title, tuple(lines)), Chain("stationary", SECOND_ORDER_TEST, tuple(test), part="test")]
    return chains, results[0] if len(results) == 1 else tuple(results)


def _by_shape(
    s: Setting, kind: str, why: list[Why], point: dict[Expr, Expr], function: Expr | None = None
) -> tuple[str, list[Why]]:
    """The verdict of the second-order test, that of convexity where that says as much or more, or that of higher orders."""
    shape, p = convexity(s), s.problem
    if shape is None and kind == "undetermined" and (higher := in_several_numbers(s, point, function)) is not None:
        return higher[0], [*why[:-1], (*why[-1], COLON, *higher[1])]
    if shape is None or kind not in ("undetermined", by_convexity(shape, p)[0]):
        return kind, why
    kind = by_convexity(shape, p)[0]
    return kind, [*why[:-1], (why[-1][0], COLON, "a global ", Word(kind), COMMA, letter_of(p), " is ", Word(shape.kind))]


def _no_common_root(s: Setting, gradients: dict[str, Expr]) -> tuple[list[Chain], Found]:
    """Polynomial equations that SymPy shows to have no real root in common."""
    p = s.problem
    lines = [
        Line(gradients[x.name], "stationary", ("together they are never 0: there is no stationary point",) if x is p.wrt[-1] else (), "gradient",
             Head("gradient", p.name, (x,), (), p.wrt), start=gradients[x.name]) for x in p.wrt
    ]
    return [Chain("stationary", "No stationary point", tuple(lines))], {x.name: Result(gradients[x.name], classification="none") for x in p.wrt}


def _along_constraints(
    gradients: dict[str, Expr], variables: tuple[Symbol, ...], matrix: list[list[Expr]]
) -> tuple[list[Why], Why] | None:
    """(why, what the point is under the constraints) of a Lagrangian in scalars, by its Hessian along the directions in them; None
    where no variable is a multiplier, or that decides nothing."""
    from derive.calculus import algebra

    flat: list[int] = []
    for k in reversed(range(len(variables))):  # multipliers are written last, and do not multiply one another
        g = gradients[variables[k].name]
        alone = variables[k].name not in g.free and not g.free & {variables[j].name for j in flat}
        if alone and g.free & {y.name for y in variables}:
            flat.insert(0, k)
    rest = [k for k in range(len(variables)) if k not in flat]
    if not flat or len(flat) >= len(rest):
        return None
    along = algebra.restricted([[matrix[i][j] for j in rest] for i in rest], [[matrix[i][j] for j in rest] for i in flat])
    if along is None:
        return None
    kind, _ = second_order(along)
    if kind not in ("minimum", "maximum"):
        return None
    constraints = enumerated([constraint(gradients[variables[k].name], [variables[i] for i in rest]) for k in flat])
    shown: Expr = along[0][0] if len(along) == 1 else Stack(tuple(tuple(row) for row in along))
    said: Why = ("along the constraint the Hessian is ", shown, COLON, Word(kind), " subject to ", Phrase(constraints))
    return [said], (Word(kind), " subject to ", Phrase(constraints))


def _core(equation: Expr) -> Expr:
    """Without factors that are not 0: x of −2x exp(−x²)."""
    kept = [f for f in (equation.factors if isinstance(equation, Times) else (equation,)) if not is_nonzero(f)]
    return times(*kept) if kept else equation


def _there(value: Expr, why: Why, head: Head, general: Expr, solution: dict[Symbol, Expr]) -> Line:
    """f''(3) = 6, ∇²f(0, 0) = […]; where that is 0 the expression found above, which is 0 there."""
    if all(is_zero(e) for e in value.children or (value,)):
        return Line(value, "second-order-test", why, "equation", general, "⇒", True, solution=solution)
    return Line(value, "second-order-test", why, head.quantity, head, solution=solution)


def column(entries: list[Expr]) -> Expr:
    """The entries of a point, one below the other."""
    out: Expr = Stack(tuple((e,) for e in entries))
    return out


def _partial(g: Expr, y: Symbol) -> Expr:
    """∂g/∂y for scalars."""
    m = Motion(((y, ONE),), frozenset({y.name}))
    if not m.depends(g):
        return zero(g.shape)
    out: Expr = D(g, m.moves)
    while out.pending:
        out = level(out, m).expr
    return tidy(out)
