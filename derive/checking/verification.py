"""Every line of a derivation against an independent numeric derivative of the function as the user wrote it.

What is evaluated is the emitted NumPy source, so what a user can run is what was checked.  A line that cannot be
verified fails.  No rule of differentiation is known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field, replace
from typing import Any

import numpy as np

from derive.checking import adjoints
from derive.checking.domains import check, demands
from derive.checking.equations import ROUNDED, check_classification, check_equation, check_identity, check_relation, check_rounded, check_stationary
from derive.checking.evaluation import Unevaluable, evaluate, largest
from derive.checking.exact.decide import decided
from derive.checking.intermediates import plain
from derive.checking.line import Free, Site, partial_statement, site_at, statement
from derive.checking.random_arrays import Array, inside
from derive.checking.report import LineCheck, Report
from derive.checking.sampling import LARGE, NEARBY, Point, name_seed, points
from derive.checking.statements import Outcome
from derive.derivation.derivation import Chain, Derivation, Found, Head, Line, members
from derive.errors import DeriveError
from derive.expressions.build import is_zero
from derive.expressions.nodes import Expr, Symbol
from derive.expressions.traverse import walk
from derive.language.problems.problem import Problem
from derive.notation.python.run import compiled, quiet
from derive.notation.python.source import Names
from derive.values import dataclass

ANSWER = 1e-8
"""Relative tolerance of an author's answer: two closed forms of one value."""
INEQUALITIES = frozenset((">", "≥", "<", "≤", "≠", "≻", "⪰", "≺", "⪯"))


def verify(derivation: Derivation, points: int = 3) -> Report:
    """Check every line and every result at random points.  Raises DeriveError `no-point` when there is no point."""
    with quiet():
        return _verify(derivation, points)


def _verify(derivation: Derivation, count: int) -> Report:
    deep = adjoints.backward_pass(derivation)
    report = _verify_locally(derivation, deep, count) if deep is not None else None
    return report if report is not None else _verify_as_a_whole(derivation, count)


def _verify_locally(derivation: Derivation, deep: adjoints.Backward, count: int) -> Report | None:
    """Every line of a backward pass held against the definitions that it goes through; None where a line is none of one."""
    found = adjoints.places(deep, count, name_seed(derivation.problem.id))
    checks: list[LineCheck] = []
    for c, chain in enumerate(derivation.chains):
        left: Head | Expr | None = None
        for k, line in enumerate(chain.lines):
            left = line.left if line.left is not None else left
            done = _locally(found, lambda place, line=line, left=left: adjoints.check_line(place, line, left), (c, k), chain.title, line)  # type: ignore[misc]
            if done is None:
                return None
            checks.append(done)
    for k, stated in enumerate(_stated(derivation)):
        line = Line(stated.expr, "result", (), stated.quantity)
        done = _locally(found, lambda place, stated=stated: adjoints.check_statement(place, stated.head, stated.expr),  # type: ignore[misc]
                        (len(derivation.chains), k), stated.quantity, line)
        if done is None:
            return None
        checks.append(done)
    worst = max((check.error for check in checks), default=0.0)
    return Report(bool(checks) and all(check.passed for check in checks), count, worst, tuple(checks))


def _locally(
    found: list[adjoints.Place], one: Callable[[adjoints.Place], Outcome | None], where: tuple[int, int], title: str, line: Line
) -> LineCheck | None:
    """The worst outcome over the places; None where the line is none that is checked locally."""
    worst: Outcome | None = None
    for k, place in enumerate(found):
        try:
            outcome = one(place)
        except Unevaluable as e:
            message = f"it cannot be verified (at point {k + 1}: {e})"
            return LineCheck(where, title, line.rule, line.quantity, "", np.inf, 0.0, False, message)
        if outcome is None:
            return None
        worst = outcome if worst is None else worst.and_(outcome)
    return None if worst is None else _checked(worst, where, title, line.rule, line.quantity)


def _verify_as_a_whole(derivation: Derivation, count: int) -> Report:
    problem = derivation.problem
    names = Names((*problem.let, *derivation.where))
    places = sample_points(derivation, count)
    further, along = further_symbols(derivation)
    sites = [site_at(problem, names, p.with_symbols(further, along)) for p in places]
    checks: list[LineCheck] = []
    for c, chain in enumerate(derivation.chains):
        head: Head | None = None
        of: Expr | None = None
        for k, line in enumerate(chain.lines):
            if line.left is not None or line.of is not None:
                head = line.left if isinstance(line.left, Head) else None
                of = line.of
            previous = chain.lines[k - 1] if k else None
            checks.append(_check(sites, (c, k), chain, line, head, of, previous))
    sites = [replace(s, inlined=True) for s in sites]
    for k, stated in enumerate(_stated(derivation)):
        checks.append(_check_result(sites, (len(derivation.chains), k), stated))
    worst = max((check.error for check in checks), default=0.0)
    passed = bool(checks) and all(check.passed for check in checks)
    exact = decided(derivation, [p.sizes for p in places], [_as_line(stated) for stated in _stated(derivation)], further, along)
    told = tuple(replace(check, exact=check.passed and check.where in exact.lines) for check in checks)
    return Report(passed, count, worst, told, exact.bits)


def _as_line(stated: Stated) -> tuple[Head, Line]:
    """A result as the line that states it."""
    if stated.equation is not None:
        return stated.head, Line(stated.equation, "result", (), "equation", stated.expr, equation=True, solution=stated.solution or None)
    return stated.head, Line(stated.expr, "result", (), stated.quantity, solution=stated.solution or None, free=stated.free)


def sample_points(derivation: Derivation, count: int) -> list[Point]:
    """Points at which the results exist as well, and lie where their variables may, as far as there are such."""
    problem = derivation.problem
    names = Names((*problem.let, *derivation.where))
    known = {*problem.symbols, *(s.name for s, _ in names.let), *problem.unnamed}
    results = [stated for stated in _stated(derivation) if stated.expr.free <= known]

    moves = {h.name for h in (*problem.directions, *problem.second_directions)}
    written = (*(stated.expr for stated in _stated(derivation)), *(definition for _, definition in derivation.where))
    asked = [d for d in demands(written) if d.arg.free <= known | moves and not d.arg.pending]

    def serves(point: Point) -> None:
        check(asked, names, point.namespace)
        nearby = point.nearby(problem.symbols.values())
        for stated in results:
            _moderate(*(evaluate(compiled(stated.expr, names), p.namespace) for p in (point, nearby)))
            there: dict[str, Any] = {}
            for symbol, expr in stated.solution.items() if stated.equation is None and stated.kind != "none" else ():
                value = evaluate(compiled(expr, names), point.namespace)
                if not inside(symbol.has, value):
                    raise Unevaluable(f"the stationary point is not where {symbol.name} may be")
                there[symbol.name] = plain(value)
            if there.keys() >= {v.name for v in problem.wrt}:
                evaluate(compiled(problem.function, names), point.with_values(there).namespace)

    try:
        return points(problem, count, serves=serves)
    except DeriveError:
        if not results and not asked:
            raise
        return points(problem, count, serves=lambda point: check(asked, names, point.namespace))


def _moderate(value: Array, nearby: Array) -> None:
    """A result that is too large, or that changes wildly, is at a place where it does not exist."""
    if largest(value) > LARGE:
        raise Unevaluable("a result is too large there")
    if largest(value - nearby) > 1e5 * NEARBY * max(largest(value), 1e-3):
        raise Unevaluable("a result is not well conditioned there")


@dataclass(frozen=True)
class Stated:
    """A result with what it states; `solution` and `kind` for a stationary point, `equation` the right side of one for it."""

    quantity: str
    head: Head
    expr: Expr
    solution: Mapping[Symbol, Expr] = field(default_factory=dict)
    kind: str | None = None
    free: Free = ()
    equation: Expr | None = None


def _stated(derivation: Derivation) -> Iterator[Stated]:
    problem = derivation.problem
    for quantity, found in derivation.results.items():
        if quantity == "stationary":
            yield from _stationary_points(problem, found)
        elif isinstance(found, Mapping):
            for x in problem.wrt:
                if x.name in found:
                    one = found[x.name]
                    directions = one.direction if quantity == "hessian" else ()
                    yield Stated(quantity, Head(quantity, problem.name, (x,), directions), one.expr, free=derivation.free(one))
        elif quantity == "linearity":
            yield from _linearity(derivation, found)
        else:
            for _, one in members(found):
                directions = one.direction if quantity in ("hessian", "taylor") else ()
                yield Stated(quantity, Head(quantity, problem.name, problem.wrt, directions), one.expr, free=derivation.free(one))


def _linearity(derivation: Derivation, found: Found) -> Iterator[Stated]:
    """What shows linearity states the derivative along the combination that its chain begins with."""
    heads = [c.lines[0].left for c in derivation.chains if c.quantity == "linearity"]
    for (_, one), head in zip(members(found), heads, strict=False):
        if isinstance(head, Head):
            yield Stated("derivative", head, one.expr)


def _stationary_points(problem: Problem, found: Found) -> Iterator[Stated]:
    head = Head("stationary", problem.name, problem.wrt)
    if isinstance(found, tuple):
        for one in found:
            yield from _stationary_points(problem, one)
        return
    results = {x: found[x.name] for x in problem.wrt if x.name in found} if isinstance(found, Mapping) else {problem.wrt[0]: found}
    first = next(iter(results.values()))
    if first.classification == "none":
        for x, one in results.items():
            yield Stated("gradient", Head("gradient", problem.name, (x,), (), problem.wrt), one.expr)
        return
    solution: dict[Symbol, Expr] = {}
    for x, one in results.items():
        if one.equation is None:
            solution[x] = one.expr
        elif one.point is None and is_zero(one.equation):
            yield Stated("gradient", Head("gradient", problem.name, (x,), (), problem.wrt), one.expr)
        else:
            solution |= one.point or {}
            yield Stated("stationary", head, one.expr, one.point or {}, equation=one.equation)
    if solution.keys() >= set(problem.wrt):
        yield Stated("stationary", head, first.expr, solution, first.classification)


def further_symbols(derivation: Derivation) -> tuple[dict[str, Symbol], dict[str, Symbol]]:
    """The symbols of lines that the problem does not declare, and of which variable each is a direction."""
    exprs: list[Expr] = []
    along: dict[str, Symbol] = {}
    for chain in derivation.chains:
        for line in chain.lines:
            exprs += [line.expr, *(e for e in (line.of, line.start) if e is not None), *(line.solution or {}).values()]
            if isinstance(line.left, Head):
                exprs += line.left.directions
                for variable, h in zip(line.left.wrt * 2, line.left.directions, strict=False):
                    if isinstance(h, Symbol):
                        along.setdefault(h.name, variable)
            elif line.left is not None:
                exprs.append(line.left)
    found, of_problem = _unknown(derivation.problem, exprs, frozenset(s.name for s, _ in derivation.where))
    return found, {**of_problem, **along}


def _unknown(
    problem: Problem, exprs: Iterable[Expr], named: frozenset[str] = frozenset()
) -> tuple[dict[str, Symbol], dict[str, Symbol]]:
    """The symbols in expressions that the problem does not declare; dX is a direction of X."""
    known = {*problem.symbols, *(s.name for s, _ in problem.let), *problem.unnamed, *named}
    known |= {h.name for h in (*problem.directions, *problem.second_directions)}
    found: dict[str, Symbol] = {}
    for expr in exprs:
        for name in expr.free - known - found.keys():
            for node in walk(expr):
                if isinstance(node, Symbol) and node.name == name:
                    found[name] = node
                    break
    return found, {f"d{x.name}": x for x in problem.wrt}


def _check(
    sites: list[Site], where: tuple[int, int], chain: Chain, line: Line, head: Head | None, of: Expr | None,
    previous: Line | None,
) -> LineCheck:
    """One line; `head` and `of` are its own or those that it continues."""

    def one(site: Site) -> Outcome:
        if line.partial is not None:
            return partial_statement(site, line.partial, line.expr)
        if line.equation:
            return check_equation(site, line)
        here = site.with_solution(line.solution) if line.solution else site
        rounded = line.rule == "evaluate" and line.relation == "≈" and line.quantity != "taylor"
        if rounded and line.left is None and previous is not None:
            return check_rounded(here, previous.expr, line.expr)
        if line.quantity == "stationary":
            return _point(site, line)
        if line.relation in INEQUALITIES:
            left = line.left if isinstance(line.left, Expr) else previous.expr if previous else None
            return check_relation(here, left, line.relation, line.expr)
        if line.quantity == "value" and isinstance(line.left, Expr) and of is None:
            return check_identity(here, line.left, line.expr)
        outcome = statement(here, line.quantity, head, of, line.expr, isinstance(line.left, Head), line.free)
        if rounded:
            return outcome.at_best(ROUNDED)
        if isinstance(line.left, Expr):
            outcome = outcome.and_(statement(here, line.quantity, None, of, line.left))
        return outcome

    return _over(sites, one, where, chain.title, line.rule, line.quantity)


def _point(site: Site, line: Line) -> Outcome:
    """A line that states a stationary point, in numbers where it was evaluated."""
    if line.rule != "evaluate":
        return check_stationary(site, line.solution or {_variable(site.problem): line.expr})
    assert isinstance(line.left, Symbol)
    known, wrt = line.solution or {}, site.problem.wrt
    others = {v: e for v, e in known.items() if v in wrt}
    here = site.with_solution({v: e for v, e in known.items() if v not in wrt})
    return check_stationary(here, {**others, line.left: line.expr}).at_best(ROUNDED if line.relation == "≈" else 0.0)


def _variable(problem: Problem) -> Symbol:
    if len(problem.wrt) != 1:
        raise Unevaluable("it does not say the values of all variables")
    return problem.wrt[0]


def _check_result(sites: list[Site], where: tuple[int, int], stated: Stated) -> LineCheck:
    def one(site: Site) -> Outcome:
        if stated.quantity != "stationary":
            return statement(site, stated.quantity, stated.head, None, stated.expr, free=stated.free)
        if stated.equation is not None:
            line = Line(stated.equation, "result", (), "equation", stated.expr, equation=True, solution=stated.solution or None)
            return check_equation(site, line)
        outcome = check_stationary(site, stated.solution)
        if outcome.passed and stated.kind in ("minimum", "maximum", "saddle"):
            return outcome.and_(check_classification(site, stated.solution, stated.kind))
        return outcome

    return _over(sites, one, where, stated.quantity, "result", stated.quantity)


def _over(
    sites: list[Site], one: Callable[[Site], Outcome], where: tuple[int, int], title: str, rule: str, quantity: str
) -> LineCheck:
    """The worst outcome over the points; a point where the line cannot be verified fails it."""
    worst: Outcome | None = None
    for k, site in enumerate(sites):
        try:
            outcome = one(site)
        except (Unevaluable, DeriveError) as e:
            reason = e.message if isinstance(e, DeriveError) else str(e)
            message = f"it cannot be verified (at point {k + 1}: {reason})"
            return LineCheck(where, title, rule, quantity, "", np.inf, 0.0, False, message)
        worst = outcome if worst is None else worst.and_(outcome)
    assert worst is not None
    return _checked(worst, where, title, rule, quantity)


def _checked(worst: Outcome, where: tuple[int, int], title: str, rule: str, quantity: str) -> LineCheck:
    message = "" if worst.passed else worst.wrong or f"it is off by {worst.error:.1e} (relative), held against: {worst.against}"
    return LineCheck(where, title, rule, quantity, worst.against, worst.error, worst.tolerance, worst.passed, message)


def check_answer(problem: Problem, quantity: str, result: Expr, author: Expr, count: int = 3) -> tuple[bool, float]:
    """Whether an author's `answer:` to `quantity` equals the result at random points (where the result exists), and the
    relative difference: inf when it has no value or another shape.

    count  of random points
    """
    worst = 0.0
    names = Names(problem.let)
    with quiet():
        def serves(point: Point) -> None:
            full = point.with_symbols(*_unknown(problem, (result,)))
            both = (full, full.nearby(problem.symbols.values()))
            _moderate(*(site_at(problem, names, p).value(result) for p in both))

        for place in points(problem, count, serves=serves):
            site = site_at(problem, names, place.with_symbols(*_unknown(problem, (result, author))))
            try:
                mine, theirs = site.value(result), site.value(author)
            except Unevaluable:
                return False, float("inf")
            if mine.shape != theirs.shape:
                return False, float("inf")
            size = max(largest(mine), 1e-9 * site.size(result), 1e-30)
            worst = max(worst, largest(mine - theirs) / size)
    return worst <= ANSWER, worst
