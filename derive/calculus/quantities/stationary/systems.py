"""Stationary points in several variables: linear systems solved by elimination, one variable after the other.

Each gradient is solved for a variable of its own where the equation is linear in it; the solution is put into the
remaining equations.  Classified by convexity, by the Hessian matrix of scalars, by the signs of the diagonal blocks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from derive.calculus.linear.structure import CURVED
from derive.calculus.quantities.stationary.constrained import of_a_lagrangian
from derive.calculus.quantities.stationary.lines import inside, not_inside, not_solved
from derive.calculus.quantities.stationary.scalars import of_several_scalars
from derive.calculus.quantities.stationary.second_order_test import sign_of
from derive.calculus.quantities.stationary.several import classified
from derive.calculus.setting.setting import Setting
from derive.calculus.simplify.distribute import expanded
from derive.calculus.simplify.factor import common_scalars
from derive.calculus.simplify.known_forms import known_result
from derive.calculus.simplify.like_terms import representative
from derive.calculus.simplify.result_form import neat
from derive.calculus.simplify.simplify import tidy, tidy_with
from derive.calculus.simplify.terms import join, split
from derive.calculus.solve.matrix_equation import solve
from derive.calculus.solve.never_zero import Refutation, never_zero
from derive.calculus.solve.unknown import Move, Solved, told
from derive.derivation.derivation import Chain, Found, Head, Line, Result
from derive.derivation.reason import Why, filled, joined
from derive.expressions.build import add, is_zero, negate, power, scale, zero
from derive.expressions.nodes import Add, Expr, Map, MatMul, Number, Power, Symbol
from derive.expressions.rewrite import substitute, transform
from derive.expressions.spelling import starred
from derive.expressions.traverse import walk
from derive.values import dataclass


@dataclass(frozen=True)
class Contradiction:
    """An equation that cannot hold once others are solved: `written` as it was, `equation` what is left of it."""

    order: tuple[tuple[Symbol, Expr, Solved], ...]
    written: Expr
    equation: Expr
    refutation: Refutation


def stationary_system(s: Setting, gradients: dict[str, Expr]) -> tuple[list[Chain], Found]:
    """The elimination as a chain, and the point; several points of scalars; without a closed form the equations themselves."""
    p = s.problem
    order = None if any(x.has & CURVED for x in p.wrt) else _elimination(gradients, p.wrt)
    if all(x.is_scalar for x in p.wrt):
        found = of_several_scalars(s, gradients) if not isinstance(order, Contradiction) else None
        if found is not None:
            return found
    eigen = of_a_lagrangian(s, gradients)
    if eigen is not None:
        return eigen
    if isinstance(order, Contradiction):
        return _no_point(s, gradients, order)
    for x, equation, solved in order or ():
        outside = not_inside(s, equation, x, solved)
        if outside is not None:
            return _no_point(s, gradients, outside[-1])
    if order is None:
        return _several_points(s, gradients) or _not_solved(s, gradients)
    lines, chains, results = _point(s, gradients, order)
    return [Chain("stationary", "Stationary point", tuple(lines)), *chains], results


def _several_points(s: Setting, gradients: dict[str, Expr]) -> tuple[list[Chain], Found] | None:
    """The points that differ in which root of an equation in one number is taken."""
    lines: list[Line] = []
    results: list[Mapping[str, Result]] = []
    while len(results) < MOST_ROOTS and not any(x.has & CURVED for x in s.problem.wrt):
        order = _elimination(gradients, s.problem.wrt, len(results))
        if order is None or isinstance(order, Contradiction):
            break
        more, _, found = _point(s, gradients, order)
        if any(_divides_by_zero(one.expr) for one in found.values()):
            break
        if results:
            final = [line for line in more if line.quantity == "stationary"]
            more = [replace(line, relation="=" if k else "or") for k, line in enumerate(final)]
        lines += more
        results.append(found)
    if len(results) < 2:
        return None
    return [Chain("stationary", "Stationary points", tuple(lines))], tuple(results)


def _divides_by_zero(expr: Expr) -> bool:
    return any(isinstance(n, Power) and n.base.is_scalar and is_zero(tidy(n.base)) for n in walk(expr))


MOST_ROOTS = 4
"""Roots of one equation that are followed."""


def _point(
    s: Setting, gradients: dict[str, Expr], order: list[tuple[Symbol, Expr, Solved]]
) -> tuple[list[Line], tuple[Chain, ...], dict[str, Result]]:
    """The lines of an elimination, the chains that classify, and the point."""
    p = s.problem
    solutions = _back_substituted(order)
    lines = _elimination_lines(p.wrt, gradients, order, solutions)
    verdict = classified(s, gradients, order, solutions)
    if verdict.why:
        lines[-1] = replace(lines[-1], why=joined([w for w in (lines[-1].why, verdict.why) if w]))
    conditions = [c for _, _, solved in order for condition in solved.conditions for c in _at_the_point(condition, solutions)]
    needed = {x: inside(x, solutions[x], ()) for x in p.wrt}
    results = {
        x.name: Result(solutions[x], classification=verdict.kind, subject=verdict.subjects.get(x.name, ()),
                       conditions=tuple(dict.fromkeys((*conditions, *needed[x])))) for x in p.wrt
    }
    return lines, verdict.chains, results


def _put_in(x: Symbol, lines: Sequence[Line], wrt: Sequence[Symbol]) -> Why:
    """Why a variable has its value: those in the equation that was solved for it are known now; where none is, it is simplified."""
    solved = next((line.expr for line in reversed(lines) if line.left is x), None)
    known = [(y,) for y in wrt if solved is not None and y.name in solved.free]
    return ("substitute ", *joined(known)) if known else ("simplify",)


def _elimination_lines(
    wrt: tuple[Symbol, ...], gradients: dict[str, Expr], order: list[tuple[Symbol, Expr, Solved]], solutions: dict[Symbol, Expr]
) -> list[Line]:
    """Each gradient = 0 before what follows from it, where known ones are put in, and each unknown at the end.

    order      (unknown, its equation, how that was solved) in the order of the elimination
    solutions  the point
    """
    lines: list[Line] = []
    together: list[Line] = []

    def stated(x: Symbol) -> Line:
        g = gradients[x.name]
        return Line(zero(g.shape), "stationary", ("gradient = 0",), "equation", g, "=", True, solution=solutions)

    lines.extend(stated(x) for x in wrt if all(x is not y for y, _, _ in order))
    for x, equation, solved in order:
        lines.append(stated(x))  # before what follows from it: an arrow speaks of the row above
        if equation is not gradients[x.name] and not any(equation is line.left for line in lines):
            known = [(y,) for y, _, other in order if other is not solved and y.name in gradients[x.name].free]
            why: Why = ("substitute ", *joined(list(known))) if known else ("substitute",)
            lines.append(Line(zero(equation.shape), "substitute", why, "equation", equation, "⇒", True, solution=solutions))
        moves = told(solved.moves)
        for move in moves:
            final = move is moves[-1] and move.right is solutions[x]
            if not final and not any(line.left is move.left and line.expr is move.right for line in lines):
                lines.append(Line(move.right, "rearrange", move.why or ("rearrange",), "equation", move.left, "⇔", True, solution=solutions))
            elif final:
                last = Line(solutions[x], "solve", move.why or ("solve for ", x), "stationary", starred(x), "⇔", solution=solutions)
                if solved.together:
                    together.append(replace(last, relation="⇒"))
                else:
                    lines.append(last)
    lines += together
    for x, _, _ in reversed(order):
        if not any(isinstance(line.left, Symbol) and line.left is starred(x) for line in lines):
            lines.append(Line(solutions[x], "solve", _put_in(x, lines, wrt), "stationary", starred(x), "⇒", solution=solutions))
    return lines


def _at_the_point(condition: Why, solutions: Mapping[Symbol, Expr]) -> list[Why]:
    """What a condition on an unknown, λ ≠ 0, says of what is given; nothing where it holds by itself."""
    known: dict[Expr, Expr] = dict(solutions.items())
    there = filled(condition, lambda e: _simplified(tidy(substitute(e, known))))
    if there == condition:
        return [condition]
    match there:
        case (Expr() as expr, " ≠ 0"):
            sign, needed = sign_of(expr)
            return needed if sign in ("+", "-") else [there]
    return [there]


def _simplified(expr: Expr) -> Expr:
    from derive.calculus import algebra

    return algebra.simplify_scalar(expr) if expr.is_scalar else expr


def _not_solved(s: Setting, gradients: dict[str, Expr]) -> tuple[list[Chain], Found]:
    """The equations as they stand."""
    p = s.problem
    lines: list[Line] = []
    for k, x in enumerate(p.wrt):
        (line,) = not_solved(s, gradients[x.name], x, Head("gradient", p.name, (x,), (), p.wrt))
        lines.append(replace(line, start=line.expr, why=("and this too",) if k else line.why))
    chain = Chain("stationary", "Stationary points", tuple(lines))
    return [chain], {x.name: Result(gradients[x.name], equation=zero(x.shape)) for x in p.wrt}


def _no_point(s: Setting, gradients: dict[str, Expr], found: Contradiction | Line) -> tuple[list[Chain], Found]:
    """The gradients; what is solved, what that leaves of another equation, and that it is not 0, or the line that says so."""
    p = s.problem
    lines = [
        Line(gradients[x.name], "gradient", (), "gradient", Head("gradient", p.name, (x,), (), p.wrt), start=gradients[x.name]) for x in p.wrt
    ]
    lines += [found] if isinstance(found, Line) else _contradiction_lines(found)
    chain = Chain("stationary", "No stationary point", tuple(lines))
    return [chain], {x.name: Result(gradients[x.name], classification="none") for x in p.wrt}


def _contradiction_lines(found: Contradiction) -> list[Line]:
    lines: list[Line] = []
    for x, equation, solved in found.order:
        there: dict[Symbol, Expr] = {x: solved.solution}
        lines.append(Line(zero(equation.shape), "stationary", ("gradient = 0",), "equation", equation, "=", True, solution=there))
        lines.append(Line(solved.solution, "rearrange", solved.moves[-1].why, "equation", x, "⇔", True, solution=there))
    known: dict[Symbol, Expr] = {x: solved.solution for x, _, solved in found.order}
    relation, why = found.refutation
    if known:
        lines.append(Line(found.equation, "substitute", ("substitute ", *joined([(x,) for x in known])), "equation", found.written, "=", True,
                          solution=known))
    lines.append(Line(zero(found.equation.shape), "stationary", (*why, ": there is no stationary point"), "gradient", found.equation, relation))
    return lines


def _back_substituted(order: list[tuple[Symbol, Expr, Solved]]) -> dict[Symbol, Expr]:
    """Each solution in terms of what is given alone."""
    open_ones = {x: solved.solution for x, _, solved in order}
    unknown = {x.name for x in open_ones}
    solutions: dict[Symbol, Expr] = {}
    while open_ones:
        ready = [x for x, e in open_ones.items() if not e.free & unknown]
        assert ready, "the elimination is triangular"
        for x in ready:
            solutions[x] = _scalars_in_front(neat(tidy_with(_simple(open_ones.pop(x)), []), []))
            unknown.discard(x.name)
        known: dict[Expr, Expr] = dict(solutions.items())
        open_ones = {x: substitute(e, known) for x, e in open_ones.items()}
    return {x: known_result(solutions[x], []) for x, _, _ in order}


def _scalars_in_front(expr: Expr) -> Expr:
    """(αμ + βa)/d for (α/d)μ + (β/d)a: what the scalars in front of all terms of a sum share, once."""

    def visit(node: Expr) -> Expr:
        if not isinstance(node, Add) or node.is_scalar:
            return node
        common = common_scalars([split(t)[1] for t in node.terms])
        front = join(Fraction(1), common, None)
        if not any(isinstance(k, Number) and k.value < 0 for k in common.values()):
            return node
        below = power(front, -1)
        return scale(front, add(*(tidy(scale(below, t)) for t in node.terms)))

    return tidy(transform(expr, visit))


def _elimination(
    gradients: dict[str, Expr], variables: tuple[Symbol, ...], root: int | None = None
) -> list[tuple[Symbol, Expr, Solved]] | Contradiction | None:
    """(variable, the equation it is taken from, its solution), in order.

    A solution that holds no other unknown is kept as a letter in what follows; one that does is put into the rest.
    """
    open_equations = dict(gradients)
    left = list(variables)
    order: list[tuple[Symbol, Expr, Solved]] = []
    while left:
        joint = _jointly(open_equations, left)
        if joint is not None:
            return [*order, *joint]
        known: dict[Expr, Expr] = {x: solved.solution for x, _, solved in order if not solved.solution.free & {v.name for v in variables}}
        for name, standing in open_equations.items():
            equation = known_result(tidy(substitute(standing, known)), []) if known else standing
            refutation = never_zero(equation, left[0])
            if refutation is not None:
                unconditional = all(_of_a_letter(c) for _, _, solved in order for c in solved.conditions)
                return Contradiction(tuple(order), gradients[name], equation, refutation) if unconditional else None
        found = _next(open_equations, left, root)
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


def _jointly(open_equations: Mapping[str, Expr], left: list[Symbol]) -> list[tuple[Symbol, Expr, Solved]] | None:
    """Several scalars that are left, by their equations together: λ = (cr − b)/(ac − b²)."""
    from derive.calculus import algebra

    if len(left) < 2 or not all(x.is_scalar for x in left) or len(open_equations) != len(left):
        return None
    equations = _each_once([expanded_all(e, left) for e in open_equations.values()])
    points = algebra.solve_system(equations, left)
    if points is None or len(points) != 1:
        return None
    divided = (n.base for value in points[0] for n in walk(value) if isinstance(n, Power) and n.base.is_scalar and isinstance(n.base, Add))
    conditions: tuple[Why, ...] = tuple((base, " ≠ 0") for base in dict.fromkeys(divided))
    return [
        (x, equation, Solved(value, (Move(x, value, ("solve the equations for ", *joined([(v,) for v in left]))),), conditions, together=True))
        for x, equation, value in zip(left, equations, points[0], strict=True)
    ]


def _each_once(exprs: list[Expr]) -> list[Expr]:
    """A number and its transpose, μ'V⁻¹a and a'V⁻¹μ, written in one way."""
    seen: dict[Expr, Expr] = {}

    def visit(node: Expr) -> Expr:
        if not isinstance(node, MatMul) or not node.is_scalar:
            return node
        return seen.setdefault(representative(node), node)

    return [tidy(transform(e, visit)) for e in exprs]


def _of_a_letter(condition: Why) -> bool:
    """Whether a condition only says that a number is not 0."""
    return len(condition) == 2 and isinstance(condition[0], Symbol) and condition[0].is_scalar and condition[1] == " ≠ 0"


def _next(open_equations: Mapping[str, Expr], left: list[Symbol], root: int | None) -> tuple[str, Symbol, Expr, Solved] | None:
    """The equation to solve next, and for what: first one whose solution holds no other unknown, without conditions, for its own variable."""
    best: tuple[tuple[bool, bool, bool], tuple[str, Symbol, Expr, Solved]] | None = None
    unknown = {v.name for v in left}
    for name, equation in open_equations.items():
        for x in sorted(left, key=lambda v: v.name != name):
            if x.name not in equation.free:
                continue
            solved = solve(equation, x) or _one_root(equation, x, root)
            if solved is None or x.name in solved.solution.free:
                continue
            rank = (bool(solved.solution.free & unknown), bool(solved.conditions), x.name != name)
            if best is None or rank < best[0]:
                best = rank, (name, x, equation, solved)
            if not any(rank):
                return best[1]
    return best[1] if best is not None else None


def _one_root(equation: Expr, x: Symbol, root: int | None = None) -> Solved | None:
    """The one real root of an equation in a scalar, by SymPy, which puts it back; of several the one with that number."""
    from derive.calculus import algebra

    if not x.is_scalar or not equation.is_scalar:
        return None
    roots = algebra.solve_scalar(equation, x)
    if roots is None or not roots or (len(roots) > 1 and (root is None or root >= len(roots))):
        return None
    value = _simple(known_result(roots[0] if len(roots) == 1 else roots[root or 0], []))
    return Solved(value, (Move(x, value, ("solve for ", x)),), ())


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
    """An equation multiplied out in each of the variables named."""
    for x in names:
        equation = expanded(equation, x.name)
    return tidy_with(equation, [])
