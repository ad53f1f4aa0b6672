"""What is asked: the chains that answer a problem, each result read off a line of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from derive.calculus.linear.inner_product import gradient
from derive.calculus.passes.conditions import conditions, evident
from derive.calculus.passes.detail import told_as_asked
from derive.calculus.passes.explanations import explanations
from derive.calculus.passes.letters import lettered
from derive.calculus.passes.numbers import in_numbers
from derive.calculus.passes.remarks import STRUCTURES, remarks
from derive.calculus.passes.shapes import shaped
from derive.calculus.quantities.differential import differential
from derive.calculus.quantities.first_derivative import opening_by_indices, opening_lines, tangent_spaces
from derive.calculus.quantities.hessian import hessian
from derive.calculus.quantities.jacobian import jacobian
from derive.calculus.quantities.linearity import at_once, linearity, read_from_gradient
from derive.calculus.quantities.second_derivative import second_derivative
from derive.calculus.quantities.stationary.points import stationary
from derive.calculus.quantities.taylor import taylor
from derive.calculus.quantities.vectorized import vectorized, vectorized_hessian
from derive.calculus.routes import by_entries as numbered
from derive.calculus.routes import chain_rule as links
from derive.calculus.routes import reverse as backwards
from derive.calculus.routes.by_indices import entries
from derive.calculus.routes.comparison import by_further_methods
from derive.calculus.setting.intermediates import named
from derive.calculus.setting.prepare import differentials, informed, spelled_out
from derive.calculus.setting.setting import Setting, per_variable, setting, taken_names
from derive.derivation.derivation import Chain, Derivation, Head, Result, Results, members
from derive.derivation.reason import Part, Why
from derive.errors import DeriveError
from derive.expressions.nodes import Expr, Stack, Symbol
from derive.expressions.rewrite import substitute
from derive.language.problems.problem import Problem


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
        opening = opening_by_indices(s)
    else:
        opening = opening_lines(s)
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
        tests = [chain for chain in more_chains if chain.part == "test"]
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
    if problem.options.shapes:
        chains = shaped(s, chains)
    where = (*where, *links.letters(chains))
    chains += in_numbers(problem, results, where)
    told_chains = told_as_asked(chains, problem, results)
    chains, results, factors = lettered(problem, told_chains, results, taken_names(problem) | {u.name for u, _ in where})
    where = (*where, *factors)
    told = replace(problem, let=written.let, function=written.function)
    free = {
        x.name: gradient(first, h, problem.let)[0] for x, h in zip(problem.wrt, s.directions, strict=True) if structured and STRUCTURES & x.has
    }
    told_of = [line.expr for chain in chains for line in chain.lines if not line.equation]
    brought = explanations((written.function, *(d for _, d in written.let)), told_of, where)
    short: dict[Expr, Expr] = {d: u for u, d in factors}
    remarked = (tuple(substitute(w, short) if isinstance(w, Expr) else w for w in why) for why in remarks(written, free, structured, hessians))
    said = (*remarked, *brought)
    return Derivation(told, tuple(chains), results, _conditions(told, results, dict(where)), where, said)


def _backward(s: Setting, find: set[str], written: Problem) -> Derivation:
    """The derivation through many intermediates, from the outermost function to the variables."""
    problem = s.problem
    done = backwards.backward(s)
    tangents, letters = tangent_spaces(s, done.free)
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
    if problem.options.shapes:
        chains = shaped(s, chains)
    chains += in_numbers(problem, results, (*done.where, *letters))
    chains = told_as_asked(chains, problem, results)
    said = remarks(problem, {}, {}, {})
    return Derivation(problem, tuple(chains), results, _conditions(problem, results), (*done.where, *letters), said)


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


def _conditions(problem: Problem, results: Results, where: Mapping[Expr, Expr] | None = None) -> tuple[Why, ...]:
    """Of the function as written and of each result, not of the lines between."""
    written = [problem.function, *(d for _, d in problem.let)]
    exprs: list[Expr] = []
    for quantity, result in results.items():
        if quantity != "stationary":
            exprs += [r.expr for r in (result.values() if isinstance(result, Mapping) else (result,)) if isinstance(r, Result)]
    for symbol, definition in reversed(tuple(where.items())) if where else ():
        exprs = [substitute(e, {symbol: definition}) for e in exprs]
    named: list[tuple[Expr, Expr]] = [*problem.let, *(where or {}).items()]

    def defined(part: Part) -> Part:
        if not isinstance(part, Expr):
            return part
        for symbol, definition in reversed(named):
            part = substitute(part, {symbol: definition})
        return part

    return tuple(c for c in conditions(written, exprs) if not evident(tuple(map(defined, c))))
