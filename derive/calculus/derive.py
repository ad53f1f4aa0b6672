"""What is asked: the chains that answer a problem, each result read off a line of them."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from derive.calculus.differentiate.caption import overridden
from derive.calculus.linear.inner_product import gradient, joined
from derive.calculus.linear.structure import CURVED, tangent_chain
from derive.calculus.passes.conditions import conditions
from derive.calculus.passes.detail import folded, grained
from derive.calculus.passes.explanations import explanations
from derive.calculus.passes.letters import lettered
from derive.calculus.passes.numbers import in_numbers
from derive.calculus.passes.remarks import STRUCTURES, remarks
from derive.calculus.passes.shapes import shaped
from derive.calculus.quantities.jacobian import jacobian, one_of, per_variable, vectorized, vectorized_hessian
from derive.calculus.quantities.linearity import at_once, linearity, read_from_gradient
from derive.calculus.quantities.second_derivative import hessian, second_derivative
from derive.calculus.quantities.stationary.points import stationary
from derive.calculus.quantities.stationary.second_order_test import SECOND_ORDER_TEST
from derive.calculus.quantities.taylor import taylor
from derive.calculus.routes import by_entries as numbered
from derive.calculus.routes import chain_rule as links
from derive.calculus.routes import reverse as backwards
from derive.calculus.routes.by_indices import by_indices, entries
from derive.calculus.routes.comparison import by_further_methods
from derive.calculus.routes.definition import Setting, derivative_lines, read_off, setting, taken_names
from derive.calculus.setting.intermediates import named
from derive.calculus.setting.prepare import differentials, informed, spelled_out
from derive.calculus.simplify.collect import neat
from derive.calculus.simplify.simplify import tidy
from derive.derivation.derivation import Chain, Derivation, Found, Head, Line, Result, Step, Why, members
from derive.errors import DeriveError
from derive.expressions.build import add, inverse, matmul, scale, times, transpose
from derive.expressions.nodes import Call, Expr, Stack, Symbol, substitute
from derive.expressions.sizes import is_scalar
from derive.language.problems.problem import Problem

Results = dict[str, Found]

_NEEDS_GRADIENT = {"gradient", "hessian", "stationary", "vectorized-hessian"}


def derive(problem: Problem) -> Derivation:
    """The derivation that answers everything in `find`.

    Raises DeriveError when a rule is missing (the message names the subexpression and the rule), or when what is asked
    does not apply.
    """
    try:
        return _derive(problem)
    except DeriveError as error:
        where = problem.positions.get("function")
        raise (error.at(where) if where is not None else error) from None


def _derive(problem: Problem) -> Derivation:
    written = problem
    problem, where = named(problem)
    problem = informed(problem)
    if problem.method == "expansion":
        problem = replace(problem, function=spelled_out(problem), let=())
    where = tuple((s, d) for s, d in problem.let) if where else ()
    if problem.method == "differential":
        problem = replace(problem, directions=tuple(differentials(problem)))
    s = setting(problem, written.function if where else None)
    find = set(problem.find)
    chains: list[Chain] = []
    results: Results = {}
    if backwards.applies(s) and not links.scalars(s) and find <= {"derivative", "gradient", "differential"}:
        return _backward(s, find, written)
    if problem.method == "entries":
        opening = _opening_by_indices(s)
    else:
        opening = _opening(s)
    entries_only = find == {"entries"} and problem.method != "entries"
    if not entries_only:
        where = (*where, *opening.letters)
        chains += opening.chains
    first, gradients, structured = opening.derivative, opening.gradients, opening.structured
    if "derivative" in find:
        results["derivative"] = Result(first, problem.directions)
    if "gradient" in find:
        results["gradient"] = per_variable(problem, {n: Result(e) for n, e in structured.items()})
    if "jacobian" in find and opening.jacobian is not None:
        results["jacobian"] = Result(opening.jacobian)
    chains += by_further_methods(written, s, first, where)
    if "differential" in find and problem.method == "differential" and not s.unit_speed:
        results["differential"] = Result(first)
    elif "differential" in find:
        chain = differential(s, first)
        chains.append(chain)
        results["differential"] = Result(chain.lines[-1].expr)
    for name, build in (("jacobian", jacobian), ("vectorized", vectorized)):
        if name in find - results.keys():
            more_chains, result = build(s, first)
            chains += more_chains
            results[name] = result
    first_order = len(chains)
    if "second-derivative" in find:
        more_chains, second = second_derivative(s, first, gradients)
        if problem.method == "polarization" and find == {"second-derivative"} and 1 < len(opening.chains[-1].lines) < 4 and not s.unit_speed:
            more_chains = [at_once(more_chains[0], opening.chains[-1].lines)]
            chains = chains[: -len(opening.chains)]
        chains += more_chains
        results["second-derivative"] = second
    hessians: dict[str, tuple[Expr, Symbol]] = {}
    if find & {"hessian", "stationary", "vectorized-hessian"}:
        more_chains, hess = _hessian(s, gradients)
        hessians = _operators(s, more_chains)
        if "hessian" in find:
            results["hessian"] = hess
        if find & {"hessian", "vectorized-hessian"}:
            by_gradient = "second-derivative" in find and problem.method in ("gradient", "all") and not s.unit_speed
            chains += read_from_gradient(more_chains) if by_gradient else more_chains
        if "vectorized-hessian" in find:
            chain, results["vectorized-hessian"] = vectorized_hessian(s, hessians)
            chains.append(chain)
    if "taylor" in find:
        more_chains, result = taylor(s, first)
        chains += more_chains
        results["taylor"] = result
    if "stationary" in find:
        more_chains, points = stationary(s, gradients, structured, hessians)
        tests = [chain for chain in more_chains if chain.title.startswith(SECOND_ORDER_TEST)]
        chains[first_order:first_order] = [chain for chain in more_chains if chain not in tests]
        chains += tests
        results["stationary"] = points
    for name, other in (("entries", entries), ("linearity", linearity)):
        if name in find:
            more_chains, result = other(s, first)
            shown = {line.expr for chain in chains for line in chain.lines}
            if name != problem.method or any(one.expr not in shown for _, one in members(result)):
                chains += more_chains  # by indices already, there is no other route to agree with
            results[name] = result
    if problem.options.get("shapes"):
        chains = shaped(s, chains)
    where = (*where, *links.letters(chains))
    chains += in_numbers(problem, results)
    told_chains = told_as_asked(chains, problem, results)
    chains, results, factors = lettered(problem, told_chains, results, taken_names(problem) | {u.name for u, _ in where})
    where = (*where, *factors)
    told = replace(problem, let=written.let, function=written.function)
    free = {
        x.name: gradient(first, h)[0] for x, h in zip(problem.wrt, s.directions, strict=True) if structured and STRUCTURES & x.has
    }
    told_of = [line.expr for chain in chains for line in chain.lines if not line.equation]
    brought = explanations((written.function, *(d for _, d in written.let)), told_of, where)
    short: dict[Expr, Expr] = {d: u for u, d in factors}
    remarked = (tuple(substitute(w, short) if isinstance(w, Expr) else w for w in why) for why in remarks(written, free, structured))
    said = (*remarked, *brought)
    return Derivation(told, tuple(chains), results, _conditions(told, results, dict(where)), where, said)


@dataclass(frozen=True)
class Opening:
    """The first derivative: its chains, what they give, and the letters named on the way.

    gradients are those that are differentiated further, by curved variables on the surrounding space; structured all in the
    structure; jacobian where the chains state it
    """

    chains: tuple[Chain, ...]
    derivative: Expr
    gradients: dict[str, Expr]
    structured: dict[str, Expr]
    jacobian: Expr | None = None
    letters: tuple[tuple[Symbol, Expr], ...] = ()


def _opening(s: Setting) -> Opening:
    """From the definition, along a direction."""
    problem = s.problem
    find = set(problem.find)
    if links.scalars(s):
        return _opening_by_links(s)
    lines, letters = derivative_lines(s)
    first = lines[-1].expr
    method_gradient = problem.method in ("gradient", "all") and "second-derivative" in find
    if not (find & _NEEDS_GRADIENT or (method_gradient and is_scalar(problem.function.shape))):
        title = "Derivative" if s.unit_speed else "Differential" if s.problem.method == "differential" else "Directional derivative"
        return Opening((Chain("derivative", title, tuple(lines)),), first, {}, {}, letters=letters)
    more, gradients, structured = _gradients(s, first)
    tangents, free = _tangents(s, gradients)
    chains = (*tangents, Chain("gradient", "Gradient", (*lines, *more)))
    return Opening(chains, first, gradients, structured, letters=(*letters, *free))


def _tangents(s: Setting, gradients: Mapping[str, Expr]) -> tuple[tuple[Chain, ...], tuple[tuple[Symbol, Expr], ...]]:
    """For each variable in a curved set, which directions are tangent; the letters of the free gradients."""
    chains: list[Chain] = []
    letters: tuple[tuple[Symbol, Expr], ...] = ()
    for x in s.problem.wrt:
        taken = taken_names(s.problem) | {u.name for u, _ in letters}
        found = tangent_chain(x, s.motion, gradients[x.name], taken)
        if found is not None:
            chains.append(found[0])
            letters = (*letters, *found[1])
    return tuple(chains), letters


def _opening_by_links(s: Setting) -> Opening:
    """By a number through numbers and short vectors: the table of the intermediates, and the product of their derivatives."""
    p = s.problem
    if len(p.wrt) > 1:
        return _opening_by_partials(s)
    (x,) = p.wrt
    found = links.linked(s, x, "derivative", Head("derivative", p.name, p.wrt))
    first = found.lines[-1].expr
    chains = (found.table, Chain("derivative", "Derivative", found.lines))
    if not set(p.find) & _NEEDS_GRADIENT:
        return Opening(chains, first, {}, {})
    more, gradients, structured = _gradients(s, first)
    return Opening((*chains, Chain("gradient", "Gradient", tuple(more))) if more else chains, first, gradients, structured)


def _opening_by_partials(s: Setting) -> Opening:
    """By several numbers: one table, the chain rule for each of them."""
    p = s.problem
    table, lines = links.partials(s, "gradient", {x: one_of("gradient", p, x) for x in p.wrt})
    gradients = {x.name: found[-1].expr for x, found in lines.items()}
    along = add(*(times(gradients[x.name], h) for x, h in zip(p.wrt, s.directions, strict=True)))
    chains = [table, Chain("gradient", "Partial derivatives", tuple(line for found in lines.values() for line in found))]
    if set(p.find) - {"gradient", "hessian", "stationary"}:
        line = Line(along, "sum-of-entries", ("the sum over all variables",), "derivative", Head("derivative", p.name, p.wrt, s.directions))
        chains.append(Chain("derivative", "Directional derivative", (line,)))
    return Opening(tuple(chains), along, gradients, gradients)


def _opening_by_indices(s: Setting) -> Opening:
    """By the entries of the variable."""
    found = by_indices(s)
    gradients = structured = found.gradients
    chains = list(found.chains)
    if s.problem.inner_product is not None and gradients:
        more, structured = _other_inner_product(s, gradients)
        (x,) = s.problem.wrt
        summed = Line(Call("inner", (gradients[x.name], s.directions[0])), "sum-of-entries", ("entry times entry, summed: the inner product",),
                      "derivative", Head("derivative", s.problem.name, (x,), s.directions))
        head = one_of("gradient", s.problem, x)
        found_gradient = Line(structured[x.name], "gradient", (), "gradient", head)
        chains[-1] = replace(chains[-1], lines=(*chains[-1].lines, summed, *more, found_gradient))
    jacobian = found.jacobian if s.problem.layout == "numerator" else None
    return Opening(tuple(chains), found.derivative, gradients, structured, jacobian)


def _backward(s: Setting, find: set[str], written: Problem) -> Derivation:
    """The derivation through many intermediates, from the outermost function to the variables."""
    problem = s.problem
    done = backwards.backward(s)
    tangents, letters = _tangents(s, done.free)
    chains = [*done.chains[:-1], *tangents, done.chains[-1]]
    results: Results = {}
    if "derivative" in find:
        results["derivative"] = Result(done.derivative, problem.directions)
    if "gradient" in find:
        results["gradient"] = per_variable(problem, {n: Result(g) for n, g in done.gradients.items()})
    chains += by_further_methods(written, s, done.derivative, (*done.where, *letters))
    if "differential" in find:
        chain = differential(s, done.derivative)
        chains.append(chain)
        results["differential"] = Result(chain.lines[-1].expr)
    if problem.options.get("shapes"):
        chains = shaped(s, chains)
    chains = told_as_asked(chains, problem, results)
    said = remarks(problem, {}, {})
    return Derivation(problem, tuple(chains), results, _conditions(problem, results), (*done.where, *letters), said)


def told_as_asked(chains: list[Chain], problem: Problem, results: Results) -> list[Chain]:
    """The chains at the grain that the problem asks for, without the rules that it hides, with the author's own reasons."""
    unknown = next((n for n in (*problem.hide, *problem.reasons) if n not in rule_names()), None)
    if unknown is not None:
        guess = difflib.get_close_matches(unknown, sorted(rule_names()), n=1)
        key = "hide" if unknown in problem.hide else "reasons"
        raise DeriveError(
            f"{unknown} is not the name of a rule" + (f"; did you mean {guess[0]}?" if guess else ""), code="unknown-rule",
            where=problem.positions.get(key), hint="`derive rules` lists them",
        )
    kept = frozenset(one.expr for found in results.values() for _, one in members(found))
    grain = [folded(grained(c, problem.detail, kept), problem.hide, kept) for c in chains]
    return [replace(c, lines=tuple(overridden(line, problem) for line in c.lines)) for c in grain]


@lru_cache(maxsize=1)
def rule_names() -> frozenset[str]:
    """Every name that a line or step may have."""
    from derive.calculus.rules.adjoints import ADJOINTS
    from derive.calculus.rules.differentials import DIFFERENTIALS
    from derive.calculus.rules.identities import IDENTITIES
    from derive.calculus.rules.steps import MOVES

    return frozenset({*ADJOINTS, *DIFFERENTIALS, *IDENTITIES, *MOVES})


def _gradients(s: Setting, first: Expr) -> tuple[list[Line], dict[str, Expr], dict[str, Expr]]:
    """The lines from Df to ∇f; the gradients with those by curved variables on the surrounding space, and all in the structure."""
    p = s.problem
    if s.unit_speed:
        (x,) = p.wrt
        if "gradient" not in p.find:
            return [], {x.name: first}, {x.name: first}
        line = Line(first, "read-off", ("a scalar variable: the derivative",), "gradient", Head("gradient", p.name, p.wrt))
        return [line], {x.name: first}, {x.name: first}
    lines, structured = read_off(s, first)
    free = structured
    curved = {x.name: gradient(first, h)[0] for x, h in zip(p.wrt, s.directions, strict=True) if CURVED & x.has}
    if curved:
        free = {**structured, **curved}
    if p.inner_product is not None:
        more, structured = _other_inner_product(s, structured)
        lines += more
    for x in p.wrt:
        g = structured[x.name]
        lines.append(Line(g, "gradient", (), "gradient", one_of("gradient", p, x)))
        if s.written is not p.function:
            full = tidy(substitute(g, dict(p.let)))
            if full is not g:
                whys = joined([(u, " = ", d) for u, d in p.let if u.name in g.free])
                lines.append(Line(full, "intermediate", whys, "gradient", steps=(Step(g, full, "intermediate", ()),)))
                structured[x.name] = full
    return lines, free, structured


def _other_inner_product(s: Setting, gradients: dict[str, Expr]) -> tuple[list[Line], dict[str, Expr]]:
    """⟨G, H⟩ = ⟨M⁻¹G, H⟩_M for ⟨X, Y⟩_M = tr(X'MY): the gradient under another inner product."""
    p = s.problem
    metric = p.inner_product
    assert metric is not None
    if len(p.wrt) > 1 or p.wrt[0].shape[0] != metric.shape[0]:
        raise DeriveError("the inner product is by one variable with as many rows as its matrix", code="inner-product",
                          where=p.positions.get("inner-product"))
    (x,), (h,) = p.wrt, p.directions
    if {"symmetric", "skew", "diagonal", "upper", "lower", "orthogonal", "stiefel", "unit"} & x.has:
        raise DeriveError(f"the gradient of a structured variable under another inner product is not done yet: {x.name}",
                          code="missing-rule", where=p.positions.get("inner-product"))
    g = neat(matmul(inverse(metric), gradients[x.name]), [])
    pair = matmul(transpose(g), metric, h)
    expr = pair if pair.is_scalar else Call("tr", (pair,))
    line = Line(expr, "inner-product", ("the inner product with ", metric, ": ", matmul(metric, inverse(metric)), " = I"), "derivative")
    old = Call("inner", (gradients[x.name], h))
    return [replace(line, steps=(Step(old, expr, "inner-product", ()),))], {x.name: g}


def _hessian(s: Setting, gradients: dict[str, Expr]) -> tuple[list[Chain], Result | dict[str, Result]]:
    """By the method asked for the first derivative where that has one for the second."""
    p = s.problem
    if p.method == "entries" and not {"stationary", "vectorized-hessian"} & set(p.find) and numbered.applies(s) and not s.unit_speed:
        found = gradients[p.wrt[0].name]
        assert isinstance(found, Stack)
        chain = numbered.hessian(s, found)
        return [chain], Result(chain.lines[-1].expr)
    return hessian(s, gradients)


def _operators(s: Setting, chains: list[Chain]) -> dict[str, tuple[Expr, Symbol]]:
    """D(∇f)(X)[K] for each variable, from the chains of the Hessian."""
    p = s.problem
    out: dict[str, tuple[Expr, Symbol]] = {}
    for x, chain in zip(p.wrt, chains, strict=False):
        head = chain.lines[0].left
        assert isinstance(head, Head)
        rest = chain.lines[1:]
        second = next((k for k, line in enumerate(rest) if isinstance(line.left, Head)), len(rest))
        lines = (chain.lines[0], *rest[:second])
        if head.quantity == "hessian" and head.directions:
            k = head.directions[p.wrt.index(x)]
            assert isinstance(k, Symbol)
            out[x.name] = (lines[-1].expr, k)
    return out


def differential(s: Setting, first: Expr) -> Chain:
    """df: the derivative with dX for H."""
    p = s.problem
    renamed: dict[Expr, Expr] = dict(zip(p.directions, differentials(p), strict=True))
    if s.unit_speed:
        (_x,) = p.wrt
        dx = renamed[p.directions[0]]
        expr = tidy(times(first, dx) if first.is_scalar else scale(dx, first))
    else:
        expr = substitute(first, renamed)
    head = Head("differential", p.name, p.wrt)
    line = Line(expr, "differential", ("the directional derivative along ", *joined([(d,) for d in renamed.values()])), "differential", head)
    return Chain("differential", "Differential", (line,))


def _conditions(problem: Problem, results: Results, where: Mapping[Expr, Expr] | None = None) -> tuple[Why, ...]:
    """Of the function as written and of each result, not of the lines between."""
    written = [problem.function, *(d for _, d in problem.let)]
    exprs: list[Expr] = []
    for quantity, result in results.items():
        if quantity != "stationary":
            exprs += [r.expr for r in (result.values() if isinstance(result, Mapping) else (result,)) if isinstance(r, Result)]
    for symbol, definition in reversed(tuple(where.items())) if where else ():
        exprs = [substitute(e, {symbol: definition}) for e in exprs]
    return conditions(written, exprs)
