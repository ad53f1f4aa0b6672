"""What is asked: the chains that answer a problem, each result read off a line of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from functools import partial

from derive.calculus.linear.inner_product import gradient
from derive.calculus.passes.conditions import conditions, each_once
from derive.calculus.passes.detail import told_as_asked
from derive.calculus.passes.explanations import explanations
from derive.calculus.passes.letters import by_its_value, lettered
from derive.calculus.passes.numbers import in_numbers
from derive.calculus.passes.remarks import STRUCTURES, remarks
from derive.calculus.passes.shapes import shaped
from derive.calculus.quantities.differential import differential
from derive.calculus.quantities.first_derivative import Opening, opening_by_indices, opening_lines, tangent_spaces
from derive.calculus.quantities.hessian import hessian
from derive.calculus.quantities.jacobian import jacobian
from derive.calculus.quantities.linearity import at_once, linearity, read_from_gradient
from derive.calculus.quantities.second_derivative import second_derivative
from derive.calculus.quantities.taylor import taylor
from derive.calculus.quantities.vectorized import vectorized, vectorized_hessian
from derive.calculus.routes import by_entries as numbered
from derive.calculus.routes import chain_rule as links
from derive.calculus.routes import forward as forwards
from derive.calculus.routes import reverse as backwards
from derive.calculus.routes.by_indices import entries
from derive.calculus.routes.comparison import by_further_methods
from derive.calculus.setting.intermediates import named
from derive.calculus.setting.prepare import differentials, informed, spelled_out
from derive.calculus.setting.setting import Setting, per_variable, setting, taken_names
from derive.derivation.derivation import Chain, Derivation, Found, Head, Result, Results, members, of_each
from derive.derivation.reason import Part, Why
from derive.errors import DeriveError
from derive.expressions.nodes import Expr, Stack, Symbol
from derive.expressions.rewrite import substitute
from derive.language.problems.problem import Problem
from derive.values import dataclass

Names = tuple[tuple[Symbol, Expr], ...]
"""Letters with what they stand for."""


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
    s, where = _set_up(problem)
    find = set(s.problem.find)
    if backwards.applies(s) and not links.scalars(s) and find <= {"derivative", "gradient", "differential"}:
        return _backward(s, find, problem)
    if forwards.applies(s):
        return _forward(s, problem)
    opening = opening_by_indices(s) if s.problem.method == "entries" else opening_lines(s)
    answers = _Answers(s, problem, opening, where)
    answers.open()
    answers.first_order()
    first_order = len(answers.chains)
    answers.second_order()
    answers.stationary_points(first_order)
    answers.other_quantities()
    return answers.told()


def _set_up(written: Problem) -> tuple[Setting, Names]:
    """The problem as it is derived, and the names that stand for parts of its function."""
    problem, named_here = named(written)
    problem = informed(problem)
    if problem.method == "expansion":
        problem = replace(problem, function=spelled_out(problem), let=())
    where = tuple((s, d) for s, d in problem.let) if named_here else ()
    if problem.method == "differential":
        problem = replace(problem, directions=tuple(differentials(problem)))
    return setting(problem, written.function if where else None), where


@dataclass
class _Answers:
    """The chains of a derivation as they come about, and the results read off them.

    written  the problem as its author wrote it; the setting's is the one that is derived
    where    what letters on the way stand for
    hessians by variable D(∇f)(X)[K] and its direction K, where a Hessian was found
    """

    s: Setting
    written: Problem
    opening: Opening
    where: Names
    chains: list[Chain] = field(default_factory=list)
    results: Results = field(default_factory=dict)
    hessians: dict[str, tuple[Expr, Symbol]] = field(default_factory=dict)

    @property
    def problem(self) -> Problem:
        return self.s.problem

    @property
    def find(self) -> set[str]:
        return set(self.problem.find)

    def answer(self, name: str, found: tuple[list[Chain], Found]) -> None:
        """A quantity by chains of its own."""
        chains, self.results[name] = found
        self.chains += chains

    def open(self) -> None:
        """The first derivative, and what its chains state."""
        found, problem = self.opening, self.problem
        if self.find != {"entries"} or problem.method == "entries":
            self.where = (*self.where, *found.letters)
            self.chains += found.chains
        if "derivative" in self.find:
            self.results["derivative"] = Result(found.derivative, problem.directions)
        if "gradient" in self.find:
            self.results["gradient"] = per_variable(problem, {n: Result(e) for n, e in found.structured.items()})
        if "jacobian" in self.find and found.jacobian is not None:
            self.results["jacobian"] = Result(found.jacobian)
        self.chains += by_further_methods(self.written, self.s, found.derivative, self.where)

    def first_order(self) -> None:
        """What else is read off the first derivative."""
        first = self.opening.derivative
        if "differential" in self.find and self.problem.method == "differential" and not self.s.unit_speed:
            self.results["differential"] = Result(first)
        elif "differential" in self.find:
            chain = differential(self.s, first)
            self.answer("differential", ([chain], Result(chain.lines[-1].expr)))
        for name, build in (("jacobian", jacobian), ("vectorized", vectorized)):
            if name in self.find - self.results.keys():
                self.answer(name, build(self.s, first))

    def second_order(self) -> None:
        """The second derivative, Hessians, Taylor's polynomial."""
        s, find, problem, opening = self.s, self.find, self.problem, self.opening
        if "second-derivative" in find:
            chains, second = second_derivative(s, opening.derivative, opening.gradients)
            opened = opening.chains[-1].lines
            if problem.method == "polarization" and find == {"second-derivative"} and 1 < len(opened) < 4 and not s.unit_speed:
                chains = [at_once(chains[0], opened)]
                self.chains = self.chains[: -len(opening.chains)]
            self.answer("second-derivative", (chains, second))
        if find & {"hessian", "stationary", "vectorized-hessian"}:
            chains, hess = _hessian(s, opening.gradients)
            self.hessians = _operators(s, chains)
            if "hessian" in find:
                self.results["hessian"] = hess
            if find & {"hessian", "vectorized-hessian"}:
                by_gradient = "second-derivative" in find and problem.method in ("gradient", "all") and not s.unit_speed
                self.chains += read_from_gradient(chains) if by_gradient else chains
            if "vectorized-hessian" in find:
                chain, result = vectorized_hessian(s, self.hessians)
                self.answer("vectorized-hessian", ([chain], result))
        if "taylor" in find:
            self.answer("taylor", taylor(s, opening.derivative))

    def stationary_points(self, first_order: int) -> None:
        """Where the gradient vanishes, behind the chains of first order; what kind of point that is, behind all."""
        if "stationary" not in self.find:
            return
        # A quarter of the calculus, loaded where it is asked for.
        from derive.calculus.quantities.stationary.points import stationary

        chains, found = stationary(self.s, self.opening.gradients, self.opening.structured, self.hessians)
        self.results["stationary"] = of_each(found, self._each_once)
        tests = [chain for chain in chains if chain.part == "test"]
        self.chains[first_order:first_order] = [chain for chain in chains if chain not in tests]
        self.chains += tests

    def _each_once(self, found: Result) -> Result:
        """The result with each of its conditions once."""
        return replace(found, conditions=each_once(found.conditions, partial(_defined, list(self.problem.let))))

    def other_quantities(self) -> None:
        """Entries and linearity; by indices already, there is no other route to agree with."""
        for name, build in (("entries", entries), ("linearity", linearity)):
            if name in self.find:
                chains, result = build(self.s, self.opening.derivative)
                shown = {line.expr for chain in self.chains for line in chain.lines}
                if name == self.problem.method and all(one.expr in shown for _, one in members(result)):
                    chains = []
                self.answer(name, (chains, result))

    def told(self) -> Derivation:
        """The derivation as it is told: in its detail, with letters for what is long, with conditions and remarks."""
        s, problem, written = self.s, self.problem, self.written
        chains = shaped(s, self.chains) if problem.options.shapes else self.chains
        where = (*self.where, *links.letters(chains))
        chains += in_numbers(problem, self.results, where)
        taken = taken_names(problem) | {u.name for u, _ in where}
        chains, results, factors = lettered(problem, told_as_asked(chains, problem, self.results), self.results, taken)
        chains, results, value = by_its_value(problem, chains, results, taken | {u.name for u, _ in factors})
        where = (*where, *factors, *value)
        structured = self.opening.structured
        free = {
            x.name: gradient(self.opening.derivative, h, problem.let)[0]
            for x, h in zip(problem.wrt, s.directions, strict=True) if structured and STRUCTURES & x.has
        }
        told_of = [line.expr for chain in chains for line in chain.lines if not line.equation]
        brought = explanations((written.function, *written.wrt, *(d for _, d in written.let)), told_of, where)
        short: dict[Expr, Expr] = {d: u for u, d in factors}
        remarked = [
            tuple(substitute(w, short) if isinstance(w, Expr) else w for w in why)
            for why in remarks(written, free, structured, self.hessians)
        ]
        told = replace(problem, let=written.let, function=written.function)
        return Derivation(told, tuple(chains), results, _conditions(told, results, dict(where)), where, (*remarked, *brought), tuple(brought))


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


def _forward(s: Setting, written: Problem) -> Derivation:
    """The derivation through many intermediates that have letters for their derivatives."""
    problem = s.problem
    done = forwards.forward(s)
    chains = shaped(s, done.chains) if problem.options.shapes else done.chains
    chains += in_numbers(problem, done.results, done.where)
    chains = told_as_asked(chains, problem, done.results)
    return Derivation(problem, tuple(chains), done.results, _conditions(problem, done.results), done.where, remarks(problem, {}, {}, {}))


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

    return each_once(conditions(written, exprs), partial(_defined, named))


def _defined(named: list[tuple[Expr, Expr]], why: Why) -> Why:
    """The condition with what its names stand for."""

    def part_of(part: Part) -> Part:
        if not isinstance(part, Expr):
            return part
        for symbol, definition in reversed(named):
            part = substitute(part, {symbol: definition})
        return part

    return tuple(map(part_of, why))
