"""The lines of a second derivative."""

from __future__ import annotations

from dataclasses import replace

from derive.calculus.linear.bilinear import Directions, finish, same_value
from derive.calculus.linear.structure import CURVED
from derive.calculus.routes.lines import cleaned, levels
from derive.calculus.setting.setting import Setting
from derive.calculus.simplify.collect import collect
from derive.calculus.simplify.property_reasons import property_whys
from derive.calculus.simplify.simplify import tidy, tidy_with
from derive.calculus.simplify.used import Used
from derive.derivation.derivation import Chain, Head, Line, Step
from derive.derivation.reason import Why, joined
from derive.expressions.build import zero
from derive.expressions.nodes import D, Expr, Symbol
from derive.language.problems.problem import Problem


def finished(
    lines: list[Line], quantity: str, along: Directions | None = None, always: bool = False, like: Expr | None = None
) -> list[Line]:
    """The lines with one more that cleans up, where that changes something.

    quantity  of the line that is added
    along     the directions of a scalar second derivative, which is then brought to its one form
    always    even where that is no shorter: the methods are to be compared
    like      the result of another method, in whose order equal terms are written
    """
    last = lines[-1].expr
    if last.is_scalar and along is not None:
        merged = _merged(last)
        if merged is not None and not always:
            lines.append(replace(merged, quantity=quantity))
        return finish(lines, along, quantity, always, like)
    line = cleaned(last, quantity)
    if line is not None:
        lines.append(line)
    if like is not None and lines[-1].expr is not like and same_value(lines[-1].expr, like):
        lines[-1] = replace(lines[-1], expr=like, steps=(*lines[-1].steps, Step(lines[-1].expr, like, "order", ())))
    return lines


def _merged(expr: Expr) -> Line | None:
    """Like terms of a scalar added up, equal up to transposition, cyclic order and declared properties."""
    used: Used = []
    words: list[str] = []
    clean = tidy_with(expr, used)
    merged = tidy(collect(clean, words, used))
    if merged is clean:
        return None
    steps = []
    if clean is not expr:
        steps.append(Step(expr, clean, "declared-properties", ()))
    steps.append(Step(clean, merged, "collect", ()))
    whys: list[Why] = [*((w,) for w in words or ["equal terms"]), *property_whys(used)]
    return Line(merged, "collect", joined(whys), steps=tuple(steps))


def along_a_scalar(s: Setting, first: Expr) -> Chain:
    """The lines of d²f/dx² for a number x."""
    p, m = s.problem, s.motion
    start: Expr = D(first, m.moves)
    lines = [Line(start, "definition", ("differentiate once more",), "second-derivative",
                  Head("second-derivative", p.name, p.wrt))]
    if not m.depends(first):
        nothing = zero(first.shape)
        lines.append(Line(nothing, "constant", ("a constant",), "second-derivative",
                          steps=(Step(start, nothing, "constant-factor", ()),)))
        return Chain("second-derivative", "Second derivative", tuple(lines))
    lines += levels(start, m, "second-derivative")
    lines = finished(lines, "second-derivative")
    from derive.calculus.routes.scalar_form import in_order, scalar_form

    lines[-1] = in_order(lines[-1])
    better = scalar_form(lines[-1].expr)
    if better is not None:
        last = lines[-1].expr
        lines.append(Line(better, "simplify", ("simplify",), "second-derivative",
                          steps=(Step(last, better, "simplify", ()),)))
    return Chain("second-derivative", "Second derivative", tuple(lines))


def vanishing(s: Setting, line: Line, first: Expr, quantity: str) -> list[Line]:
    """The line of a second derivative, and that it is 0 because the first does not depend on the variable.

    quantity  of the lines
    """
    nothing = zero(first.shape)
    return [line, Line(nothing, "constant", ("it does not depend on ", s.problem.wrt[0]), quantity,
                       steps=(Step(line.expr, nothing, "constant-factor", ()),))]


def differentiated(p: Problem, *variables: Symbol) -> Why:
    """Which gradient is differentiated, where the one that was found last is another one."""
    if p.inner_product is not None:
        return ("differentiate the gradient of the ordinary inner product",)
    curved = any(CURVED & x.has for x in variables)
    return ("differentiate the free gradient" if curved else "differentiate the gradient",)
