"""A problem file and a pasted derivation, read and reviewed."""

from __future__ import annotations

from derive.errors import DeriveError, Position
from derive.language.problems.problem import Problem
from derive.language.problems.read import read
from derive.pipeline.examine import STANDARD_INPUT, read_text
from derive.reviewing.review import Review, review


def reviewed(problem_file: str, claim_file: str | None) -> tuple[str, int, Review]:
    """The name of the claim for messages, the lines of the file before it, and its review.

    DeriveError for a file that cannot be read, a problem that is none, and a problem without a claim [claim].
    """
    if problem_file == claim_file == "-":
        raise DeriveError("standard input is either the problem or the claim", code="usage")
    name = STANDARD_INPUT if problem_file == "-" else problem_file
    problem = read(read_text(problem_file), name, asked=False)
    if claim_file is not None:
        text = read_text(claim_file)
        return (STANDARD_INPUT if claim_file == "-" else claim_file), 0, review(problem, text)
    return name, *own_claim(problem, name)


def own_claim(problem: Problem, name: str) -> tuple[int, Review]:
    """The review of the problem file's own `claim`, and the lines before it."""
    claim = problem.options.claim
    if not claim:
        raise DeriveError("what is to be reviewed? Give a file of LaTeX, or `claim: |` in the problem file", code="claim", where=Position(name))
    position = problem.positions.get("claim")
    block = position is not None and problem.text.split("\n")[position.line - 1].rstrip().endswith(("|", "|-", "|+"))
    return (position.line if position and block else position.line - 1 if position else 0), review(problem, claim)
