"""The grain of a derivation: `brief` keeps the result of each chain, `full` shows every rewrite, `normal` is as derived."""

from __future__ import annotations

from dataclasses import replace

from derive.calculus.derivation import Chain, Line, Step, Why
from derive.calculus.rules.differentials import DIFFERENTIALS
from derive.language.nodes import Expr

SILENT = frozenset({"tidy", "order", "variable", "constant-factor", "definition"})
"""Rewrites that never have a line of their own."""


def grained(chain: Chain, detail: str) -> Chain:
    """The chain at the grain asked for; its steps stay inside the lines."""
    if detail == "brief":
        return replace(chain, lines=_brief(chain.lines))
    if detail == "full":
        return replace(chain, lines=_full(chain.lines))
    return chain


def _brief(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Of each run of lines under one left side the last, with all its steps; equations stay."""
    out: list[Line] = []
    run: list[Line] = []

    def close() -> None:
        if not run:
            return
        first, last = run[0], run[-1]
        if len(run) == 1 or any(not line.steps for line in run[1:]):
            out.extend(run)
        else:
            start = first.start if first.start is not None else first.expr
            steps = (*first.steps, *(s for line in run[1:] for s in line.steps))
            whys: list[str | Expr] = []
            for line in run[1:]:
                whys += [", ", *line.why] if whys and line.why else list(line.why)
            out.append(replace(last, left=first.left, start=start, steps=steps, why=tuple(whys), relation=first.relation))
        run.clear()

    for line in lines:
        if line.rule == "read-off" and run and not line.equation and line.left is None:
            # ⟨G, H⟩ only leads to ∇f, which has a line of its own
            continue
        if line.left is not None or line.equation or line.relation != "=":
            close()
        run.append(line)
        if line.equation:
            out.extend(run)
            run.clear()
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
        new = replace(line, expr=expr, steps=tuple(steps), rule=rule, why=line.why if last else _words(rule))
        out.append(new if not k else replace(new, left=None, start=None))
    return out


def _words(rule: str) -> Why:
    row = DIFFERENTIALS.get(rule)
    words = row.words if row is not None and row.words and "{}" not in row.words else rule.replace("-", " ")
    return (words,)
