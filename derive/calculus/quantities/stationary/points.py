"""Stationary points: gradient = 0 solved where a closed form exists, and classified by the second-order test with its reason."""

from __future__ import annotations

from dataclasses import replace

from derive.calculus.degree import degree
from derive.calculus.indices.evaluate import in_figures
from derive.calculus.indices.explicit import by_entries, entries_of
from derive.calculus.linear.structure import CURVED
from derive.calculus.properties import is_positive
from derive.calculus.quantities.stationary.lines import eigenvector_lines, inside, solution_lines, without_closed_form
from derive.calculus.quantities.stationary.second_order_test import (
    SECOND_ORDER_TEST,
    by_convexity,
    classify,
    convexity,
    second_order,
    sign_of,
    starred,
)
from derive.calculus.setting.setting import Setting, setting
from derive.calculus.simplify.distribute import expanded
from derive.calculus.simplify.result_form import neat
from derive.calculus.simplify.simplify import tidy
from derive.calculus.solve.least_norm import short_sizes
from derive.calculus.solve.matrix_equation import solve
from derive.derivation.derivation import Chain, Found, Head, Line, Result
from derive.derivation.reason import COLON, COMMA, Why, Word, joined
from derive.errors import DeriveError
from derive.expressions.build import add, matmul, power, scale, terms, times, transpose, zero
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Call, Expr, Map, Stack, Symbol, number
from derive.expressions.rewrite import substitute
from derive.expressions.sizes import SCALAR
from derive.expressions.traverse import walk


def stationary(
    s: Setting, gradients: dict[str, Expr], structured: dict[str, Expr], hessians: dict[str, tuple[Expr, Symbol]]
) -> tuple[list[Chain], Found]:
    """The chains that solve ∇f = 0 and classify, and the result (the equation itself where there is no closed form).

    structured  the gradients in the structure of their variables: projected on a curved set
    hessians    for each variable D(∇f)(X)[K] and its direction K
    """
    p = s.problem
    _refuse_kinks(s)
    if any(e.free & {u.name for u in s.motion.lets} for e in structured.values()):
        return _put_back(s, gradients, structured, hessians)
    if len(p.wrt) > 1:
        from derive.calculus.quantities.stationary.systems import stationary_system

        return stationary_system(s, {x.name: structured[x.name] if x.has & CURVED else gradients[x.name] for x in p.wrt})
    (x,) = p.wrt
    g = gradients[x.name]
    if x.has & CURVED:
        return _on_a_curved_set(s, structured[x.name], x)
    if x.is_scalar:
        return _scalar(s, g, x)
    if by_entries(p.function, x):
        found = _by_entries(s, g, x, hessians[x.name])
        if found is not None:
            return found
    solved = solve(g, x, short_sizes(p))
    if solved is None:
        line = without_closed_form(s, g, x)
        return [Chain("stationary", "Stationary points", line)], Result(line[0].expr, classification="undetermined")
    lines = solution_lines(g, x, solved)
    kind, more, conditions = classify(s, x, solved.solution, *hessians[x.name], family=bool(solved.family))
    shape = convexity(s)
    if shape is not None and kind == "undetermined":
        kind, said = by_convexity(shape)
        more = []
        lines[-1] = replace(lines[-1], why=joined([w for w in (lines[-1].why, said) if w]))
    value = in_figures(solved.solution)
    if value is not None and value.exact is not None:
        lines.append(Line(value.exact, "evaluate", ("in numbers",), "stationary", starred(x), "=", solution={x: value.exact}))
    chains = [Chain("stationary", "Stationary points" if solved.family else "Stationary point", tuple(lines)), *more]
    conditions = (*solved.conditions, *inside(x, solved.solution, conditions), *conditions)
    answer = value.exact if value is not None and value.exact is not None else solved.particular or solved.solution
    result = Result(answer, classification=kind, conditions=tuple(dict.fromkeys(conditions)),
                    family=solved.family)
    return chains, result


def _put_back(
    s: Setting, gradients: dict[str, Expr], structured: dict[str, Expr], hessians: dict[str, tuple[Expr, Symbol]]
) -> tuple[list[Chain], Found]:
    """The same where a gradient holds intermediates that move with the variables: what they stand for is put back first."""
    p = s.problem
    moving = [(u, d) for u, d in p.let if u in s.motion.lets]

    def back(e: Expr) -> Expr:
        for u, definition in reversed(moving):
            e = substitute(e, {u: definition})
        return tidy(e)

    plain = setting(replace(p, function=back(p.function), let=tuple(pair for pair in p.let if pair not in moving)))
    whole = {name: neat(back(g), []) for name, g in structured.items()}
    chains, found = stationary(
        plain, {name: neat(back(g), []) for name, g in gradients.items()}, whole, {name: (back(e), k) for name, (e, k) in hessians.items()})
    lines = [
        Line(whole[x.name], "intermediate", joined([(u, " = ", d) for u, d in moving if u.name in structured[x.name].free]), "gradient",
             Head("gradient", p.name, (x,), (), p.wrt if len(p.wrt) > 1 else ()))
        for x in p.wrt if whole[x.name] is not structured[x.name]
    ]
    first = chains[0].lines[0]
    if lines and first.left == lines[-1].left and first.expr is lines[-1].expr:
        rest = (replace(first, why=joined([lines.pop().why, first.why])), *chains[0].lines[1:])
    else:
        rest = chains[0].lines
    return [replace(chains[0], lines=(*lines, *rest)), *chains[1:]], found


def _on_a_curved_set(s: Setting, g: Expr, x: Symbol) -> tuple[list[Chain], Result | tuple[Result, ...]]:
    """The projected gradient = 0; a linear function on the sphere is solved, with the Riemannian second-order test."""
    p = s.problem
    linear = _linear_on_the_sphere(s, g, x) if "unit" in x.has else None
    if linear is not None:
        return linear
    lines = (
        Line(g, "stationary", ("stationary where the projected gradient is 0",), "gradient", Head("gradient", p.name, p.wrt)),
        *((eigen,) if (eigen := eigenvector_lines(g, x)) is not None else ()),
    )
    title = "Stationary points on the sphere" if "unit" in x.has else "Stationary points"
    return [Chain("stationary", title, lines)], Result(g, classification="undetermined")


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
        Line(right, "rearrange", (x, " is a multiple of ", a), "equation", a, "⇔", True, solution={x: points[0]}),
    ]
    results = []
    for k, (point, kind, sign) in enumerate(zip(points, ("maximum", "minimum"), ("−", ""), strict=True)):
        why: Why = ("on the sphere D²f[h, h] = −", matmul(transpose(a), x), " ‖h‖² = ", sign, length, " ‖h‖²", COLON, kind)
        lines.append(Line(point, "solve", why, "stationary", starred(x), "=" if k else "⇔"))
        conditions: tuple[Why, ...] = () if is_positive(length) else ((a, " ≠ 0"),)
        results.append(Result(point, classification=kind, conditions=conditions))
    return [Chain("stationary", "Stationary points on the sphere", tuple(lines))], tuple(results)


def _scalar(s: Setting, g: Expr, x: Symbol) -> tuple[list[Chain], Result | tuple[Result, ...]]:
    from derive.calculus import algebra
    from derive.calculus.quantities.hessian import hessian

    nothing = zero(g.shape)
    solved = solve(g, x)
    second_chains, second = hessian(s, {x.name: g})
    assert isinstance(second, Result)
    if solved is not None:
        roots = [solved.solution]
        lines = solution_lines(g, x, solved)
    else:
        found = algebra.solve_scalar(g, x)
        roots = [r for r in found or [] if not ("positive" in x.has and sign_of(r)[0] == "-")]
        if not roots:
            lines_ = without_closed_form(s, g, x)
            if found is not None:
                lines_ = (replace(lines_[0], why=("never 0: there is no stationary point",)),)
            return [Chain("stationary", "Stationary points", lines_)], Result(lines_[0].expr, classification="undetermined")
        lines = [Line(nothing, "stationary", ("derivative = 0",), "equation", g, equation=True, solution={x: roots[0]})]
        for k, root in enumerate(roots):
            why: Why = ("solve for ", x)
            lines.append(Line(root, "solve", why, "stationary", starred(x), "=" if k else "⇔"))
    results: list[Result] = []
    test = list(second_chains[0].lines)
    shape = convexity(s)
    for root in roots:
        conditions: list[Why] = list(solved.conditions) if solved is not None else []
        if "positive" in x.has:
            conditions += sign_of(root)[1] if sign_of(root)[0] == "+" else [(root, " > 0")]
        value = algebra.simplify_scalar(tidy(substitute(second.expr, {x: root})))
        sign, needed = sign_of(value)
        kind = {"+": "minimum", "-": "maximum"}.get(sign or "", "undetermined")
        if kind == "undetermined" and shape is not None:
            kind = by_convexity(shape)[0]
        else:
            conditions += needed
        why = ("> 0" if sign == "+" else "< 0", COLON, kind) if sign in ("+", "-") else ("the second derivative decides nothing here",)
        if shape is not None:
            compared: Why = ({"+": "> 0", "-": "< 0"}.get(sign or "", "0 here"),)
            why = (*compared, COMMA, "f is ", Word(shape.kind), COLON, "a global ", Word(kind))
        if x.name in second.expr.free:
            at: Why = (x, " = ", root, COLON) if len(roots) > 1 else ()
            test.append(Line(value, "second-order-test", (*at, *why), "equation", second.expr, "⇒", True, solution={x: root}))
        else:
            test[-1] = replace(test[-1], why=joined([test[-1].why, why]))
        results.append(Result(root, classification=kind, conditions=tuple(dict.fromkeys(conditions))))
    title = "Stationary points" if len(roots) > 1 else "Stationary point"
    chains = [Chain("stationary", title, tuple(lines)), Chain("stationary", SECOND_ORDER_TEST, tuple(test))]
    return chains, results[0] if len(results) == 1 else tuple(results)


def _by_entries(
    s: Setting, g: Expr, x: Symbol, applied: tuple[Expr, Symbol]
) -> tuple[list[Chain], Result | tuple[Result, ...]] | None:
    """∂f/∂x_i = 0 solved by SymPy for the entries; each point by the second-order test with f₁₁ and the determinant."""
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
    head = Head("hessian", s.problem.name, s.problem.wrt)
    test: list[Line] = [Line(shown, "second-order-test", (), "hessian", head)]
    for k, (point, solution) in enumerate(zip(points, solutions, strict=True)):
        there: dict[Expr, Expr] = {row[0]: value for row, value in zip(whole, point, strict=True)}
        at = [[tidy(substitute(e, there)) for e in row] for row in matrix]
        kind, why = second_order(at)
        lines.append(Line(solution, "solve", ("solve for ", x), "stationary", starred(x), "=" if k else "⇔"))
        if constant:
            test[-1] = replace(test[-1], why=joined(why))
        else:
            value: Expr = Stack(tuple(tuple(row) for row in at))
            place: Why = ("at ", solution, COLON) if len(points) > 1 else ()
            test.append(Line(value, "second-order-test", (*place, *joined(why)), "equation", shown, "⇒", True, solution={x: solution}))
        results.append(Result(solution, classification=kind))
    chains = [
        Chain("stationary", "Stationary points" if len(points) > 1 else "Stationary point", tuple(lines)),
        Chain("stationary", SECOND_ORDER_TEST, tuple(test)),
    ]
    return chains, results[0] if len(results) == 1 else tuple(results)


def _refuse_kinks(s: Setting) -> None:
    """Stationary points are those of a smooth function; at a kink the derivative does not exist."""
    for function in (s.problem.function, *(d for _, d in s.problem.let)):
        for node in walk(function):
            name = node.function if isinstance(node, Map) else node.name if isinstance(node, Call) else None
            if isinstance(name, str) and FUNCTIONS[name].kinks and node.free & {x.name for x in s.problem.wrt}:
                raise DeriveError(
                    f"stationary points of a function with {name} are not solved for: it is not differentiable everywhere",
                    code="missing-rule", where=s.problem.positions.get("find"),
                )
