"""A pasted derivation reviewed: every relation with its verdict."""

from __future__ import annotations

from dataclasses import dataclass

from derive.checking.evaluation import quiet
from derive.language.problems.problem import Problem
from derive.review.judging.context import Context
from derive.review.judging.finding import RIGHT, UNCLEAR, WRONG, Finding
from derive.review.judging.ground import Ground
from derive.review.judging.judge import Judge
from derive.review.judging.verdicts import findings
from derive.review.pasted.passages import passages
from derive.review.pasted.relations import chains


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


def review(problem: Problem, latex: str) -> Review:
    """The review of a derivation pasted as LaTeX, against a problem.

    DeriveError [no-point] where the problem's function is defined at no random point, [too-long] for a text beyond all bounds.
    """
    ground = Ground.of(problem)
    words = " ".join(p.before for p in passages(latex)) + latex
    with quiet():
        context = Context(ground, chains(latex), words)
        return Review(tuple(findings(Judge(ground, context))), latex)
