"""Whether a function has a derivative at a point, and why not: a kink of abs or relu, or a norm, at 0."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from derive.calculus.indices.evaluate import Place, exact_value, floats, value_at
from derive.calculus.passes.kinks import NONE, POSSIBLE, kinks
from derive.derivation.derivation import Found, members
from derive.derivation.reason import Why
from derive.expressions.build import subtract
from derive.expressions.nodes import Call, Expr, Number, Power, Stack, Symbol
from derive.expressions.traverse import walk
from derive.language.problems.problem import Problem

STEPS = (1e-3, 1e-5)
"""Of the one-sided difference quotients."""


def no_derivative(problem: Problem, place: Place, results: Mapping[str, Found]) -> Why:
    """Why the function has no derivative at the place, empty where it has one.

    results  by quantity: a derivative among them that has no value at the place is a reason
    """
    whole = place.defined(problem.function)
    names = {x.name for x in problem.wrt}
    for node, certainty in kinks(whole).items():
        if certainty != NONE and node.free & names and place.covers(node) and _at_its_kink(node, place):
            kinked: Why = (node, " has a kink where ", _where(node), " = 0" if _where(node).is_scalar else " has an entry 0")
            smooth = certainty == POSSIBLE and _slopes_agree(problem, place)
            return ("not differentiated there: ", *kinked) if smooth else ("no derivative there: ", *kinked)
    derivatives = [one.expr for quantity, found in results.items() if quantity != "stationary" for _, one in members(found)]
    for expr in derivatives:
        if place.covers(expr) and value_at(expr, place) is None and not _slopes_agree(problem, place):
            return _singular(expr, place) or ("no derivative there",)
    return ()


def _at_its_kink(node: Expr, place: Place) -> bool:
    """Whether an entry of |u|, relu(u) is at u = 0, one of max(u, v) at u = v."""
    args = node.children
    value = exact_value(subtract(*args) if isinstance(node, Call) and len(args) == 2 and args[0].shape == args[1].shape else args[0], place)
    if value is None:
        return False
    return any(isinstance(e, Number) and e.value == 0 for e in (value.children if isinstance(value, Stack) else (value,)))


def _where(node: Expr) -> Expr:
    """What is 0 at a kink: u of |u|, u − v of max(u, v)."""
    args = node.children
    if isinstance(node, Call) and len(args) == 2 and args[0].shape == args[1].shape:
        return subtract(*args)
    return args[0]


def _singular(expr: Expr, place: Place) -> Why:
    """The part of a derivative that has no value: what is inverted in it is 0."""
    for node in walk(expr):
        below = node.base if isinstance(node, Power) else node.args[1] if isinstance(node, Call) and node.name == "quotient" else None
        if below is not None and place.covers(below):
            value = exact_value(below, place)
            if isinstance(value, Number) and value.value == 0:
                return ("no derivative there: ", below, " = 0")
    return ()


def _slopes_agree(problem: Problem, place: Place) -> bool:
    """Whether the slopes on the two sides of the place become equal as the step becomes small, along a few lines through it."""
    import numpy as np

    random = np.random.default_rng(1)
    for _ in range(3):
        along = {x: random.standard_normal(len(place.values[x].children) or 1) for x in problem.wrt if x in place.values}
        wide, narrow = (_gap(problem, place, along, step) for step in STEPS)
        if wide is None or narrow is None or (narrow > wide / 10 and narrow > 1e-6):
            return False
    return True


def _gap(problem: Problem, place: Place, along: Mapping[Symbol, Any], step: float) -> float | None:
    """The slope to the one side less that to the other, the largest entry of it; None where the function ends."""
    import numpy as np

    ahead, here, behind = (floats(problem.function, place, {x: k * step * v for x, v in along.items()}) for k in (1, 0, -1))
    if ahead is None or here is None or behind is None:
        return None
    return float(np.max(np.abs(ahead - 2 * here + behind)) / step)
