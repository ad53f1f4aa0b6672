"""Stationary points in several variables: linear systems solved by elimination, one variable after the other.

Each gradient is solved for a variable of its own where the equation is linear in it; the solution is put into the
remaining equations.  Classified by convexity, by the Hessian matrix of scalars, by the signs of the diagonal blocks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from derive.calculus.differentiate.level import level
from derive.calculus.differentiate.variation import Motion
from derive.calculus.linear.structure import CURVED
from derive.calculus.properties import definiteness
from derive.calculus.quantities.stationary.convexity import curvature
from derive.calculus.quantities.stationary.lines import inside, without_closed_form
from derive.calculus.quantities.stationary.second_order_test import SECOND_ORDER_TEST, by_convexity, convexity, second_order, starred
from derive.calculus.setting.setting import Setting
from derive.calculus.simplify.distribute import expanded
from derive.calculus.simplify.result_form import neat
from derive.calculus.simplify.simplify import tidy, tidy_with
from derive.calculus.solve.matrix_equation import solve
from derive.calculus.solve.unknown import Move, Solved, split_terms
from derive.derivation.derivation import Chain, Head, Line, Result
from derive.derivation.reason import COLON, COMMA, SEMICOLON, Why, Word, joined
from derive.expressions.build import ONE, add, coefficient, is_zero, negate, scale, zero
from derive.expressions.nodes import Add, D, Expr, Identity, Map, Number, Power, Stack, Symbol, number
from derive.expressions.rewrite import substitute, transform

Points = Mapping[str, Result] | tuple[Mapping[str, Result], ...]


def stationary_system(s: Setting, gradients: dict[str, Expr]) -> tuple[list[Chain], Points]:
    """The elimination as a chain, and the point; several points of scalars; without a closed form the equations themselves."""
    p = s.problem
    if all(x.is_scalar for x in p.wrt):
        found = _of_scalars(s, gradients)
        if found is not None:
            return found
    order = None if any(x.has & CURVED for x in p.wrt) else _elimination(gradients, p.wrt)
    if order is None:
        lines = []
        for k, x in enumerate(p.wrt):
            line = without_closed_form(s, gradients[x.name], x, Head("gradient", p.name, (x,), (), p.wrt))[0]
            lines.append(replace(line, why=("and this too",) if k else line.why, start=line.expr))
        chain = Chain("stationary", "Stationary points", tuple(lines))
        return [chain], {x.name: Result(gradients[x.name], classification="undetermined") for x in p.wrt}
    solutions = _back_substituted(order)
    lines = []
    for x in p.wrt:
        g = gradients[x.name]
        lines.append(Line(zero(g.shape), "stationary", ("gradient = 0",), "equation", g, "=", True,
                          solution=solutions))
    for x, equation, solved in order:
        if equation is not gradients[x.name] and not any(equation is line.left for line in lines):
            lines.append(Line(zero(equation.shape), "substitute", ("put in what is known",), "equation", equation, "⇒", True,
                              solution=solutions))
        for move in solved.moves:
            final = move is solved.moves[-1] and move.right is solutions[x]
            if not final and not any(line.left is move.left and line.expr is move.right for line in lines):
                lines.append(Line(move.right, "rearrange", move.why, "equation", move.left, "⇔", True, solution=solutions))
            elif final:
                lines.append(Line(solutions[x], "solve", move.why, "stationary", starred(x), "⇔", solution=solutions))
    for x, _, _ in reversed(order):
        if not any(isinstance(line.left, Symbol) and line.left is starred(x) for line in lines):
            lines.append(Line(solutions[x], "solve", (), "stationary", starred(x), "⇒", solution=solutions))
    kind, why = _classified(s, gradients)
    if why:
        lines[-1] = replace(lines[-1], why=joined([w for w in (lines[-1].why, why) if w]))
    conditions = [c for _, _, solved in order for c in solved.conditions]
    chain = Chain("stationary", "Stationary point", tuple(lines))
    results = {
        x.name: Result(solutions[x], classification=kind,
                       conditions=tuple(dict.fromkeys((*conditions, *inside(x, solutions[x], ()))))) for x in p.wrt
    }
    return [chain], results


def _back_substituted(order: list[tuple[Symbol, Expr, Solved]]) -> dict[Symbol, Expr]:
    """Each solution in terms of what is given alone."""
    open_ones = {x: solved.solution for x, _, solved in order}
    unknown = {x.name for x in open_ones}
    solutions: dict[Symbol, Expr] = {}
    while open_ones:
        ready = [x for x, e in open_ones.items() if not e.free & unknown]
        assert ready, "the elimination is triangular"
        for x in ready:
            solutions[x] = neat(tidy_with(_simple(open_ones.pop(x)), []), [])
            unknown.discard(x.name)
        known: dict[Expr, Expr] = dict(solutions.items())
        open_ones = {x: substitute(e, known) for x, e in open_ones.items()}
    return {x: solutions[x] for x, _, _ in order}


def _of_scalars(s: Setting, gradients: dict[str, Expr]) -> tuple[list[Chain], Points] | None:
    """Scalar variables: the equations solved by SymPy, each point by the second-order test of the Hessian matrix."""
    from derive.calculus import algebra

    p = s.problem
    points = algebra.solve_system([gradients[x.name] for x in p.wrt], list(p.wrt))
    if not points:
        return None
    table = [[_partial(gradients[x.name], y) for y in p.wrt] for x in p.wrt]
    general: Expr = Stack(tuple(tuple(row) for row in table))
    constant = not general.free & {x.name for x in p.wrt}
    shape = convexity(s)
    solutions = [dict(zip(p.wrt, point, strict=True)) for point in points]
    lines = [
        Line(zero(gradients[x.name].shape), "stationary", ("gradient = 0",), "equation", gradients[x.name],
             "=", True, solution=solutions[0])
        for x in p.wrt
    ]
    test = [Line(general, "second-order-test", (), "hessian", Head("hessian", p.name, p.wrt))]
    results: list[dict[str, Result]] = []
    for n, solution in enumerate(solutions):
        there: dict[Expr, Expr] = dict(solution.items())
        matrix = [[tidy(substitute(e, there)) for e in row] for row in table]
        kind, why = second_order(matrix)
        if shape is not None and kind in ("undetermined", by_convexity(shape)[0]):
            kind = by_convexity(shape)[0]
            why = [*why[:-1], (why[-1][0], COLON, "a global ", Word(kind), COMMA, "f is ", Word(shape.kind))]
        for k, x in enumerate(p.wrt):
            said: Why = ("solve for ", x)
            relation = "=" if k or n else "⇔"
            lines.append(Line(solution[x], "solve", said, "stationary", starred(x), relation, solution=solution))
        if constant:
            test[-1] = replace(test[-1], why=joined(why))
        else:
            place: Why = ("at ", Stack(tuple((solution[x],) for x in p.wrt)), COLON) if len(points) > 1 else ()
            value: Expr = Stack(tuple(tuple(row) for row in matrix))
            test.append(Line(value, "second-order-test", (*place, *joined(why)), "equation", general, "⇒", True, solution=solution))
        results.append({x.name: Result(solution[x], classification=kind) for x in p.wrt})
    title = "Stationary points" if len(points) > 1 else "Stationary point"
    chains = [Chain("stationary", title, tuple(lines)), Chain("stationary", SECOND_ORDER_TEST, tuple(test))]
    return chains, results[0] if len(results) == 1 else tuple(results)


def _partial(g: Expr, y: Symbol) -> Expr:
    """∂g/∂y for scalars."""
    m = Motion(((y, ONE),), frozenset({y.name}))
    if not m.depends(g):
        return zero(g.shape)
    out: Expr = D(g, m.moves)
    while out.pending:
        out = level(out, m).expr
    return tidy(out)


def _elimination(
    gradients: dict[str, Expr], variables: tuple[Symbol, ...]
) -> list[tuple[Symbol, Expr, Solved]] | None:
    """(variable, the equation it is taken from, its solution), in order.

    A solution that holds no other unknown is kept as a letter in what follows; one that does is put into the rest.
    """
    open_equations = dict(gradients)
    left = list(variables)
    order: list[tuple[Symbol, Expr, Solved]] = []
    while left:
        found = None
        for name, equation in open_equations.items():
            for x in sorted(left, key=lambda v: v.name != name):
                if x.name in equation.free:
                    solved = solve(equation, x) or _one_root(equation, x)
                    if solved is not None and x.name not in solved.solution.free:
                        better = not solved.conditions
                        if found is None or better:
                            found = (name, x, equation, solved)
                        if better:
                            break
            if found is not None and not found[3].conditions:
                break
        if found is None:
            return None
        name, x, equation, solved = found
        order.append((x, equation, solved))
        del open_equations[name]
        left.remove(x)
        if solved.solution.free & {v.name for v in left}:
            open_equations = {
                n: expanded_all(substitute(e, {x: solved.solution}), left) if x.name in e.free else e
                for n, e in open_equations.items()
            }
        if any(is_zero(e) for e in open_equations.values()):
            return None
    return order


def _one_root(equation: Expr, x: Symbol) -> Solved | None:
    """The one real root of an equation in a scalar, by SymPy, which puts it back."""
    from derive.calculus import algebra

    if not x.is_scalar or not equation.is_scalar:
        return None
    roots = algebra.solve_scalar(equation, x)
    if roots is None or len(roots) != 1:
        return None
    return Solved(roots[0], (Move(x, roots[0], ("solve for ", x)),), ())


def _simple(expr: Expr) -> Expr:
    """exp(−log n) is 1/n."""
    from derive.calculus import algebra

    def visit(node: Expr) -> Expr:
        if not isinstance(node, Map) or not node.is_scalar or node.function not in ("exp", "log"):
            return node
        simple = algebra.simplify_scalar(node)
        match simple:
            case Map(function="log", arg=Power(base=base, exponent=Number(value=k))) if k == -1:
                return negate(Map("log", base))
        return simple

    return transform(expr, visit)


def expanded_all(equation: Expr, names: list[Symbol]) -> Expr:
    for x in names:
        equation = expanded(equation, x.name)
    return tidy_with(equation, [])


def _classified(s: Setting, gradients: dict[str, Expr]) -> tuple[str, Why]:
    """Convexity; a block without curvature beside a coupling is a saddle; blocks that do not couple decide alone."""
    shape = convexity(s)
    if shape is not None:
        return by_convexity(shape)
    variables = s.problem.wrt
    blocks: dict[str, str | None] = {}
    coupled = False
    for x in variables:
        g = expanded(gradients[x.name], x.name)
        coupled = coupled or any(y.name in g.free for y in variables if y is not x)
        if x.name not in g.free:
            blocks[x.name] = "zero"
            continue
        found = split_terms(g, x)
        if found is None or any(t.right is not None or t.transposed for t in found[0]):
            blocks[x.name] = None
            continue
        size = x.shape[0]
        sides = [t.left if t.left is not None else (Identity(size) if not x.is_scalar else ONE) for t in found[0]]
        matrix = neat(add(*(scale(t.scalar, m) for t, m in zip(found[0], sides, strict=True))), [])
        blocks[x.name] = definiteness(matrix)
    flat = [x for x in variables if blocks[x.name] == "zero"]
    if flat and coupled and any(k != "zero" for k in blocks.values()):
        return "saddle", _lagrangian(s, flat, gradients)
    signs = set(blocks.values())
    if {"positive definite", "negative definite"} <= signs:
        return "saddle", ("curved upwards in one variable and downwards in another: a saddle",)
    if not coupled and signs == {"positive definite"}:
        return "minimum", ("positive definite in each variable, and they do not couple: a minimum",)
    if not coupled and signs == {"negative definite"}:
        return "maximum", ("negative definite in each variable, and they do not couple: a maximum",)
    return "undetermined", ()


def _with_first(g: Expr, x: Symbol) -> Expr:
    """Cx − d for d − Cx: the terms that hold the unknown first, the first of them positive."""
    if not isinstance(g, Add):
        return g
    ours = [t for t in g.terms if x.name in t.free]
    ordered = [*ours, *(t for t in g.terms if t not in ours)]
    sign = 1 if not ours or coefficient(ours[0])[0] > 0 else -1
    return tidy(add(*(scale(number(sign), t) for t in ordered)))


def _lagrangian(s: Setting, flat: list[Symbol], gradients: dict[str, Expr]) -> Why:
    """A function that is linear in λ is a saddle; where it is convex in the rest, the rest is a minimum under ∇_λ f = 0."""
    p = s.problem
    rest = [x for x in p.wrt if x not in flat]
    function = p.function
    for symbol, definition in reversed(p.let):
        function = substitute(function, {symbol: definition})
    found = curvature(tidy(function), frozenset(x.name for x in rest))
    said: Why = ("linear in ", flat[0], " and coupled", COLON, "a saddle of ", Word(p.name))
    if found is None or found.kind not in ("convex", "concave") or len(flat) > 1 or len(rest) > 1:
        return said
    kind = by_convexity(found)[0]
    g = _with_first(coefficient(gradients[flat[0].name])[1], rest[0])
    return (*said, SEMICOLON, Word(found.kind), " in ", rest[0], COLON, starred(rest[0]), " is the ", Word(kind), " where ", g, " = 0")
