"""The grain of a derivation: `brief` keeps the result of each chain, `full` shows every rewrite, `normal` is as derived."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from derive.calculus.rules.differentials import DIFFERENTIALS
from derive.calculus.rules.identities import IDENTITIES
from derive.calculus.rules.steps import MOVES
from derive.calculus.simplify.property_reasons import property_whys
from derive.calculus.simplify.simplify import tidy_with
from derive.calculus.simplify.used import Used
from derive.derivation.derivation import Chain, Line, Results, Step, members
from derive.derivation.reason import COMMA, Own, Part, Why, joined
from derive.errors import DeriveError
from derive.expressions.nodes import Expr
from derive.language.problems.problem import Problem
from derive.language.words import closest

SILENT = frozenset({"tidy", "order", "variable", "constant-factor", "definition"})
"""Rewrites that never have a line of their own."""


def grained(chain: Chain, detail: str, kept: frozenset[Expr] = frozenset()) -> Chain:
    """The chain at the grain asked for; its steps stay inside the lines.  `kept` are results: each stays on a line.

    detail  `brief`, `normal` or `full`
    """
    if detail == "brief":
        return replace(chain, lines=_brief(chain.lines, kept))
    if detail == "full":
        return replace(chain, lines=_full(chain.lines))
    return chain


def folded(chain: Chain, hide: frozenset[str], kept: frozenset[Expr]) -> Chain:
    """The chain without the lines of rules that are hidden: each is part of the line below it.

    A line with nothing below it, one that is an equation or a result, and one that ends the chain stay; their reason goes
    (`narration.overridden`).

    hide  names of rules
    kept  expressions whose lines stay: results
    """
    if not hide:
        return chain
    out: list[Line] = []
    waiting: Line | None = None
    for k, line in enumerate(chain.lines):
        if waiting is not None:
            begun = waiting.start if waiting.start is not None or waiting.left is None or waiting.steps else waiting.expr
            line = replace(line, left=waiting.left, start=begun, steps=(*waiting.steps, *line.steps), relation=waiting.relation)
            waiting = None
        below = chain.lines[k + 1] if k + 1 < len(chain.lines) else None
        continued = below is not None and below.left is None and below.relation == "=" and below.steps and below.start is None
        plain = not line.equation and not line.free and line.relation == "=" and line.expr not in kept
        if line.rule in hide and plain and continued and below is not None and not below.equation:
            waiting = line
        else:
            out.append(line)
    return replace(chain, lines=tuple(out))


def _brief(lines: tuple[Line, ...], kept: frozenset[Expr]) -> tuple[Line, ...]:
    """Of each run of lines under one left side the last, with all its steps, and those with results; equations stay."""
    out: list[Line] = []
    run: list[Line] = []

    def close() -> None:
        if not run:
            return
        first, last = run[0], run[-1]
        if len(run) == 1 or any(not line.steps for line in run[1:]):
            out.extend(run)
        else:
            begun = first.left is not None
            start = first.start if first.start is not None else first.expr if begun else None
            steps = (*(first.steps if first.start is not None or not begun else ()), *(s for line in run[1:] for s in line.steps))
            whys: list[Part] = []
            for line in run[1:] if begun else run:
                whys += [COMMA, *line.why] if whys and line.why else list(line.why)
            out.append(replace(last, left=first.left, start=start, steps=steps, why=tuple(whys), relation=first.relation))
        run.clear()

    for k, line in enumerate(lines):
        below = lines[k + 1] if k + 1 < len(lines) else None
        goes_on = below is not None and below.left is None and below.start is None and not below.equation and bool(below.steps)
        if line.rule == "read-off" and run and not line.equation and line.left is None and not goes_on:
            # ⟨G, H⟩ only leads to ∇f, which has a line of its own
            continue
        if line.left is not None or line.equation or line.relation != "=":
            close()
        run.append(line)
        if line.equation:
            out.extend(run)
            run.clear()
        elif goes_on and line.expr in kept:
            close()
    close()
    return tuple(out)


def _full(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """A line for each rewrite that has a name."""
    out: list[Line] = []
    previous: Expr | None = None
    for line in lines:
        here = line.start if line.start is not None else previous
        if line.equation or here is None or len(line.steps) < 2 or line.free:
            out.append(line)
        else:
            out.extend(_split(line, here))
        previous = line.expr
    return tuple(out)


def _split(line: Line, start: Expr) -> list[Line]:
    groups: list[tuple[list[Step], Expr]] = []
    waiting: list[Step] = []
    here = start
    for step in line.steps:
        here = step.apply(here)
        waiting.append(step)
        if step.rule not in SILENT and here is not start:
            groups.append((waiting, here))
            waiting = []
    if waiting and groups:
        groups[-1] = ([*groups[-1][0], *waiting], here)
    if len(groups) < 2:
        return [line]
    out: list[Line] = []
    for k, (steps, expr) in enumerate(groups):
        last = k == len(groups) - 1
        rule = next((s.rule for s in reversed(steps) if s.rule not in SILENT), line.rule)
        why = line.why if last and rule == line.rule else _said(steps, rule)
        new = replace(line, expr=expr, steps=tuple(steps), rule=rule, why=why)
        out.append(new if not k else replace(new, left=None, start=None))
    return out


def _said(steps: list[Step], rule: str) -> Why:
    """The words of a rewrite's row; of declared properties those that were used."""
    used: Used = []
    for step in steps:
        if step.rule == "declared-properties":
            tidy_with(step.before, used)
    if used:
        return joined(property_whys(used))
    row = DIFFERENTIALS.get(rule) or IDENTITIES.get(rule) or MOVES.get(rule)
    if rule == "linear" or row is None or not row.words:
        return ("linearity" if rule == "linear" else rule.replace("-", " "),)
    return (row.words,)


def overridden(line: Line, problem: Problem) -> Line:
    """The line with the author's own words for its rule, or none where the rule is hidden."""
    from dataclasses import replace

    if line.rule in problem.hide:
        return replace(line, why=())
    if line.rule in problem.reasons:
        return replace(line, why=(Own(problem.reasons[line.rule]),))
    return line


def told_as_asked(chains: list[Chain], problem: Problem, results: Results) -> list[Chain]:
    """The chains at the grain that the problem asks for, without the rules that it hides, with the author's own reasons.

    results  their expressions stand each on a line, whatever is left out
    DeriveError [unknown-rule] for a name under `hide` or `reasons` that is no rule.
    """
    unknown = next((n for n in (*problem.hide, *problem.reasons) if n not in rule_names()), None)
    if unknown is not None:
        guess = closest(unknown, rule_names())
        key = "hide" if unknown in problem.hide else "reasons"
        raise DeriveError(
            f"{unknown} is not the name of a rule" + (f"; did you mean {guess}?" if guess else ""), code="unknown-rule",
            where=problem.positions.get(key), hint="`derive rules` lists them",
        )
    kept = frozenset(one.expr for found in results.values() for _, one in members(found))
    grain = [folded(grained(c, problem.detail, kept), problem.hide, kept) for c in chains]
    if not (problem.hide or problem.reasons):
        return grain
    return [replace(c, lines=tuple(overridden(line, problem) for line in c.lines)) for c in grain]


@lru_cache(maxsize=1)
def rule_names() -> frozenset[str]:
    """Every name that a line or step may have."""
    from derive.calculus.rules.adjoints import ADJOINTS
    from derive.calculus.rules.differentials import DIFFERENTIALS
    from derive.calculus.rules.identities import IDENTITIES
    from derive.calculus.rules.steps import MOVES

    return frozenset({*ADJOINTS, *DIFFERENTIALS, *IDENTITIES, *MOVES})
