"""What is said of a wrong line: against what it was held, what it should be, where it is seen."""

from __future__ import annotations

from dataclasses import replace

from derive.reviewing.judging.comparing import DIFFERENT
from derive.reviewing.judging.finding import WRONG, Finding
from derive.reviewing.judging.judge import Judge
from derive.reviewing.judging.places import ENTRIES
from derive.reviewing.slips.slip import counterexample, numbers, slip_of
from derive.reviewing.slips.writing import written
from derive.reviewing.tree import names_in

MOST_TOLD = 2
"""Wrong lines of which the slip is looked for: the first ones, and those that do not follow from the one before."""


def told(judge: Judge, findings: list[Finding]) -> list[Finding]:
    """The findings, the first wrong ones with what went wrong."""
    out: list[Finding] = []
    count = 0
    for finding in findings:
        if finding.verdict == WRONG and count < MOST_TOLD and (count == 0 or not finding.follows):
            count += 1
            finding = explained(judge, finding)
        out.append(finding)
    return out


def explained(judge: Judge, finding: Finding) -> Finding:
    """One wrong line with its slip and a counterexample in its message."""
    lines = [finding.message] if finding.message else []
    slip = slip_of(judge, finding)
    if slip is not None and not any(name.startswith(ENTRIES) for name in names_in(slip.tree)):
        against = f"against {written(finding.left)} " if finding.left is not None else ""
        lines.append(f"{against}it should be {slip.latex}: {slip.words}")
    seen = counterexample(judge, finding)
    if seen is not None:
        at = ", ".join(f"{name} = {numbers(a)}" for name, a in seen.at.items())
        lines.append(f"at {at} the two sides are {numbers(seen.left)} and {numbers(seen.right)}")
    elif finding.outcome is not None and finding.outcome.state == DIFFERENT:
        a, b = finding.outcome.left, finding.outcome.right
        if a is not None and b is not None and a.shape != b.shape:
            lines.append(f"the left side is {shape(a)}, and this is {shape(b)}")
    told = replace(finding, message="\n".join(lines))
    return told if slip is None else replace(told, slip=slip.words, correction=slip.tree)


def shape(a: object) -> str:
    m, n = a.shape  # type: ignore[attr-defined]
    return "a number" if m == n == 1 else f"{m}×{n}"
