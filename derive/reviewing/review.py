"""A pasted derivation reviewed: every relation with its verdict."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from itertools import islice, pairwise, permutations

from derive.errors import DeriveError
from derive.expressions.sizes import Size
from derive.language.problems.problem import Problem, SizeRelation
from derive.notation.python.run import quiet
from derive.reviewing.judging.context import Context
from derive.reviewing.judging.finding import RIGHT, UNCLEAR, WRONG, Finding
from derive.reviewing.judging.ground import Ground
from derive.reviewing.judging.judge import Judge
from derive.reviewing.judging.verdicts import findings
from derive.reviewing.pasted.passages import passages
from derive.reviewing.pasted.relations import chains
from derive.reviewing.slips.telling import told
from derive.values import dataclass

MOST_ORDERS = 7
"""Orders of the sizes that are tried where a line about a stationary point does not hold."""
SECONDS = 6.0
_STAR = re.compile(r"\^\s*\{?\s*(?:\*|\\ast(?![A-Za-z]))")
_PLUS = re.compile(r"\^\s*\{?\s*\+")


@dataclass(frozen=True)
class Review:
    """The findings of one derivation, in the order of its relations."""

    findings: tuple[Finding, ...]
    text: str = ""

    @property
    def verdict(self) -> str:
        """wrong where a line is; right where lines are and all could be told; unclear otherwise."""
        verdicts = [f.verdict for f in self.findings]
        if WRONG in verdicts:
            return WRONG
        return UNCLEAR if UNCLEAR in verdicts or not verdicts else RIGHT

    @property
    def first_wrong(self) -> Finding | None:
        return next((f for f in self.findings if f.verdict == WRONG), None)


def review(problem: Problem, latex: str, preamble: str = "", ground: Ground | None = None, explained: bool = True) -> Review:
    """The review of a derivation pasted as LaTeX, against a problem.

    latex      the derivation
    preamble   further LaTeX whose macros the derivation uses
    ground     the problem at its points, where it is known already: many derivations of one problem share it
    explained  whether a wrong line is told with its slip and the smallest point at which it is seen

    DeriveError [no-point] where the problem's function is defined at no random point, [too-long] for a text beyond all bounds.
    """
    ground = ground or Ground.of(problem)
    words = " ".join(p.before for p in passages(latex, preamble)) + latex
    with quiet():
        judge = Judge(ground, Context(ground, chains(latex, preamble), words))
        found = findings(judge)
        for habit in _habits(judge.context) if _count(found, WRONG) else ():
            other = Judge(ground, Context(ground, chains(latex, preamble), words, habits=frozenset((habit,))))
            others = findings(other)
            if _count(others, WRONG) < _count(found, WRONG) and _count(others, RIGHT) > _count(found, RIGHT):
                judge, found = other, others
        if any(map(_doubtful, found)):
            found = _in_other_sizes(judge.context, latex, preamble, found)
        found = told(judge, found) if explained else found
    return Review(tuple(found), latex)


def _count(found: list[Finding], verdict: str) -> int:
    return sum(f.verdict == verdict for f in found)


def _habits(context: Context) -> list[str]:
    """What signs of this text may mean besides what they mostly mean."""
    members = " ".join(m.text for chain in context.chains for m in chain.members)
    signs = {"minus": bool(context.logged), "star": _STAR.search(members), "plus": _PLUS.search(members),
             "columns": context.rows_named - context.columns}
    return [habit for habit, there in signs.items() if there]


def _in_other_sizes(context: Context, latex: str, preamble: str, found: list[Finding]) -> list[Finding]:
    """The findings, with those about stationary points as they are where the sizes are ordered in other ways: with more samples
    than dimensions there may be one."""
    problem = context.ground.problem
    names = list(dict.fromkeys(n for s in problem.symbols.values() for size in s.dims for n in sorted(size.names)))
    started = time.process_time()
    for order in islice(permutations(reversed(names)), MOST_ORDERS if len(names) > 1 else 0):
        if list(order) == names or time.process_time() > started + SECONDS:
            continue
        try:
            ground = _ordered(problem, order)
            others = findings(Judge(ground, Context(ground, chains(latex, preamble), context.words, habits=context.habits)))
        except DeriveError:
            continue
        found = [other if _doubtful(one) and other.verdict == RIGHT else one for one, other in zip(found, others, strict=True)]
        if not any(map(_doubtful, found)):
            break
    return found


def _ordered(problem: Problem, order: tuple[str, ...]) -> Ground:
    """The problem where each size is larger than the next, by more than one where that is possible: samples in general position."""
    for more in (1, 0):
        relations = tuple(SizeRelation(Size.of(a), ">", Size.of(b) + Size.of(more)) for a, b in pairwise(order))
        try:
            return Ground.of(replace(problem, sizes=(*problem.sizes, *relations)))
        except DeriveError:
            if not more:
                raise
    raise AssertionError


def _doubtful(finding: Finding) -> bool:
    return finding.stationary and finding.verdict in (WRONG, UNCLEAR)
