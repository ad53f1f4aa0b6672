"""Lines that several routes share: levels taken, a line cleaned."""

from __future__ import annotations

from derive.calculus.differentiate.caption import reason
from derive.calculus.differentiate.level import level
from derive.calculus.differentiate.variation import Motion
from derive.calculus.routes.mirrored import mirrored
from derive.calculus.simplify.collect import collect
from derive.calculus.simplify.known_forms import known, known_result
from derive.calculus.simplify.names import named
from derive.calculus.simplify.property_reasons import property_whys
from derive.calculus.simplify.result_form import neat
from derive.calculus.simplify.simplify import tidy, tidy_with
from derive.calculus.simplify.used import Used
from derive.derivation.derivation import Line, Step
from derive.derivation.reason import Why, joined
from derive.expressions.nodes import Add, Expr
from derive.expressions.rewrite import transform


def levels(start: Expr, m: Motion, quantity: str, first: tuple[Step, ...] = ()) -> list[Line]:
    """Lines until nothing is pending; `first` are steps that lead from the line above to `start`.

    quantity  of the lines
    """
    lines: list[Line] = []
    expr = start
    while expr.pending:
        done = level(expr, m)
        name, why = reason(done)
        expr = named(done.expr, m.definitions)
        back = () if expr is done.expr else (Step(done.expr, expr, "intermediate", ()),)
        lines.append(Line(expr, name, why, quantity, steps=(*first, *done.steps, *back)))
        first = ()
        if len(lines) > 400:
            raise AssertionError("a derivative stays pending")
    return lines


def cleaned(expr: Expr, quantity: str) -> Line | None:
    """A line that uses what is declared and collects like terms, when that changes something."""
    used: Used = []
    words: list[str] = []
    now = tidy_with(expr, used)
    steps = []
    if now is not expr:
        steps.append(Step(expr, now, "declared-properties", ()))
    after = neat(collect(now), used) if not expr.is_scalar else tidy(transform(mirrored(now, used, words) or now, lambda e: collect(e, words, used)))
    after = known(after, used)
    if after is not now:
        steps.append(Step(now, after, "collect", ()))
    if not steps or (not used and _same_terms(expr, after)):
        return None
    whys: list[Why] = [*((w,) for w in words), *property_whys(used)] or [("collect",)]
    return Line(after, "declared-properties" if used else "collect", joined(whys), quantity, steps=tuple(steps))


def _same_terms(a: Expr, b: Expr) -> bool:
    """Whether only the order of a sum differs."""
    return isinstance(a, Add) and isinstance(b, Add) and set(a.terms) == set(b.terms)


def in_known_form(expr: Expr) -> Line | None:
    """The line with the laws of results used; None where none applies."""
    used: Used = []
    form = known_result(expr, used)
    if form is expr:
        return None
    return Line(form, "simplify", joined(property_whys(used) or [("simplify",)]), steps=(Step(expr, form, "simplify", ()),))
