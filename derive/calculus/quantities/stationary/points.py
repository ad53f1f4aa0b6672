"""Stationary points: gradient = 0 solved where a closed form exists, and classified by the second-order test with its reason."""

from __future__ import annotations

from dataclasses import replace

from derive.calculus.indices.evaluate import in_figures
from derive.calculus.indices.explicit import by_entries, in_its_numbers
from derive.calculus.linear.structure import CURVED
from derive.calculus.passes.kinks import is_kinked
from derive.calculus.quantities.stationary.curved import on_a_curved_set
from derive.calculus.quantities.stationary.families import of_singular
from derive.calculus.quantities.stationary.gram_matrix import of_a_gram_matrix
from derive.calculus.quantities.stationary.lines import inside, not_inside, not_solved, nowhere, solution_lines
from derive.calculus.quantities.stationary.products import of_a_product, of_a_ray, of_eigenvectors
from derive.calculus.quantities.stationary.scalars import of_one_scalar, of_short_vector
from derive.calculus.quantities.stationary.second_order_test import by_convexity, classify, convexity
from derive.calculus.quantities.stationary.systems import stationary_system
from derive.calculus.setting.setting import Setting, setting
from derive.calculus.simplify.result_form import neat
from derive.calculus.simplify.simplify import tidy
from derive.calculus.solve.least_norm import short_sizes
from derive.calculus.solve.matrix_equation import solve
from derive.calculus.solve.unknown import Solved
from derive.derivation.derivation import Chain, Found, Head, Line, Result, members, of_each
from derive.derivation.reason import joined
from derive.errors import DeriveError
from derive.expressions.build import zero
from derive.expressions.nodes import Call, Expr, Map, Number, Power, Symbol
from derive.expressions.properties.elimination import is_singular
from derive.expressions.rewrite import substitute
from derive.expressions.spelling import starred
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
        return stationary_system(s, {x.name: structured[x.name] if x.has & CURVED else gradients[x.name] for x in p.wrt})
    (x,) = p.wrt
    g = gradients[x.name]
    if x.has & CURVED:
        return on_a_curved_set(s, g, structured[x.name], x)
    if x.is_scalar:
        return of_one_scalar(s, g, x)
    if by_entries(p.function, x):
        found = of_short_vector(s, g, x, hessians[x.name])
        if found is not None:
            return found
    return _of_one(s, g, x, hessians[x.name], structured[x.name] if p.inner_product is not None else g)


def _of_one(s: Setting, g: Expr, x: Symbol, hessian: tuple[Expr, Symbol], stated: Expr) -> tuple[list[Chain], Found]:
    """Of one vector or matrix: no point at all, an equation that is solved, a product, an equation for eigenvectors, or the equation alone.

    stated  the gradient as the problem's inner product has it, 0 where g is
    """
    p = s.problem
    lines = nowhere(s, stated, x)
    if lines is not None:
        return [Chain("stationary", "No stationary point", lines)], Result(stated, classification="none")
    solved = solve(g, x, short_sizes(p))
    if solved is not None and not _inverts_singular(in_its_numbers(solved.solution, p.let)):
        return _solved(s, g, x, hessian, solved)
    if p.inner_product is None and (singular := of_singular(s, g, x, hessian)) is not None:
        return singular
    found = of_a_product(s, g, x, hessian) or of_eigenvectors(s, g, x) or of_a_ray(s, g, x) or of_a_gram_matrix(s, g, x)
    if found is not None:
        return found
    lines = not_solved(s, stated, x)
    return [Chain("stationary", "Stationary points", lines)], Result(stated, equation=zero(g.shape))


def _inverts_singular(expr: Expr) -> bool:
    """Whether a matrix is inverted that has no inverse."""
    return any(isinstance(e, Power) and isinstance(e.exponent, Number) and e.exponent.value < 0 and is_singular(e.base) for e in walk(expr))


def _solved(s: Setting, g: Expr, x: Symbol, hessian: tuple[Expr, Symbol], solved: Solved) -> tuple[list[Chain], Found]:
    """The solution with its classification; none, where it is not where the variable may be."""
    outside = not_inside(s, g, x, solved)
    if outside is not None:
        return [Chain("stationary", "No stationary point", outside)], Result(g, classification="none")
    lines = solution_lines(g, x, solved)
    kind, more, conditions = classify(s, x, solved.solution, *hessian, family=bool(solved.family))
    shape = convexity(s)
    if shape is not None and kind in ("undetermined", None):
        kind, said = by_convexity(shape, s.problem)
        more = []
        lines[-1] = replace(lines[-1], why=joined([w for w in (lines[-1].why, said) if w]))
    value = in_figures(in_its_numbers(solved.solution, s.problem.let))
    if value is not None and value.exact is not None:
        lines.append(Line(value.exact, "evaluate", ("in numbers",), "stationary", starred(x), "=", solution={x: value.exact}))
    chains = [Chain("stationary", "Stationary points" if solved.family else "Stationary point", tuple(lines)), *more]
    conditions = (*solved.conditions, *inside(x, solved.solution, conditions), *conditions)
    answer = value.exact if value is not None and value.exact is not None else solved.particular or solved.solution
    result = Result(answer, classification=kind, conditions=tuple(dict.fromkeys(conditions)), family=solved.family)
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
    chains, found = _with_names(chains, found, {whole[x.name]: structured[x.name] for x in p.wrt})
    if not any(line.expr is whole[x.name] or line.left is whole[x.name] for x in p.wrt for line in chains[0].lines):
        lines = []
    first = chains[0].lines[0]
    if lines and first.left == lines[-1].left and first.expr is lines[-1].expr:
        rest = (replace(first, why=joined([lines.pop().why, first.why])), *chains[0].lines[1:])
    else:
        rest = chains[0].lines
    return [replace(chains[0], lines=(*lines, *rest)), *chains[1:]], found


def _with_names(chains: list[Chain], found: Found, names: dict[Expr, Expr]) -> tuple[list[Chain], Found]:
    """A gradient that is not solved, as it was with the author's names: N(I − C⁻¹S)C⁻¹W = 0.

    names  by the gradient in which the names are put back what it was
    """
    open_ones = {r.expr for _, r in members(found) if r.equation is not None and r.expr in names}
    if not open_ones or any(r.equation is None for _, r in members(found)):
        return chains, found

    def line_of(line: Line) -> Line:
        new = names[line.expr] if line.expr in open_ones else line.expr
        return replace(line, expr=new, start=new if line.start is line.expr else line.start)

    told = [replace(chain, lines=tuple(map(line_of, chain.lines))) for chain in chains]
    return told, of_each(found, lambda r: replace(r, expr=names[r.expr]) if r.expr in open_ones else r)


def _refuse_kinks(s: Setting) -> None:
    """Stationary points are those of a smooth function; at a kink the derivative does not exist."""
    for function in (s.problem.function, *(d for _, d in s.problem.let)):
        for node in walk(function):
            if is_kinked(node) and node.free & {x.name for x in s.problem.wrt}:
                name = node.function if isinstance(node, Map) else node.name if isinstance(node, Call) else ""
                raise DeriveError(
                    f"stationary points of a function with {name} are not solved for: it is not differentiable everywhere",
                    code="missing-rule", where=s.problem.positions.get("find"),
                )
