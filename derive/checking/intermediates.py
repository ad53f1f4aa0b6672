"""Functions with many intermediates, evaluated one intermediate after the other.

A line is evaluated as it is emitted, with the names of `let` inlined, up to INLINED names.  Beyond that inlining them in every
line would be quadratic in the number of layers: each intermediate is then evaluated once where it is needed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from derive.checking.evaluation import Unevaluable, evaluate
from derive.checking.random_arrays import Array
from derive.checking.sampling import Point
from derive.expressions.build import remake
from derive.expressions.nodes import D, Expr, Rate, Symbol
from derive.expressions.traverse import walk
from derive.notation.python.identifiers import identifier
from derive.notation.python.run import compiled
from derive.notation.python.source import NO_NAMES, Names

INLINED = 12


def stepwise(names: Names) -> bool:
    """Whether intermediates are evaluated one after the other; letters for derivatives, dx = D(x)[…], stand beside them."""
    plain_ones = [definition for _, definition in names.let if not definition.pending]
    return len(plain_ones) > INLINED and all(isinstance(d, D) for _, d in names.let if d.pending)


def letters(names: Names) -> dict[str, D]:
    """The names that stand for a derivative."""
    return {symbol.name: definition for symbol, definition in names.let if isinstance(definition, D)}


def plain(value: Array) -> Any:
    """A scalar as a float."""
    return value if np.ndim(value) else float(value)


def named_values(names: Names, point: Point) -> dict[str, Any]:
    """The values of the intermediates that have one at a point."""
    values: dict[str, Any] = {}
    namespace = dict(point.namespace)
    one_by_one = stepwise(names)
    for symbol, definition in names.let:
        if one_by_one and definition.pending:
            continue
        try:
            value = plain(evaluate(compiled(definition, names if definition.pending else NO_NAMES), namespace))
        except Unevaluable:
            continue
        values[symbol.name] = namespace[identifier(symbol.name)] = value
    return values


def curve(
    expr: Expr, names: Names, point: Point, fixed: frozenset[str], moves: dict[str, Any], shape: tuple[int, ...]
) -> Callable[[float], Array]:
    """t ↦ the value at X + tH; `fixed` are intermediates that move by themselves or not at all.

    moves  by name the direction in which a value moves
    shape  of the value: (m, n), in which it comes
    """
    reached = {*moves}
    for path, (parameter, _) in point.paths.items():
        if parameter in moves:
            reached |= {path, f"d{path}", f"d2{path}"}
    needed = _needed(expr, names)
    steps = []
    for symbol, definition in names.let:
        if symbol.name in needed and symbol.name not in fixed and definition.free & reached:
            reached.add(symbol.name)
            steps.append((identifier(symbol.name), compiled(definition, NO_NAMES)))
    code = compiled(expr, NO_NAMES)

    def at(t: float) -> Array:
        namespace = point.moved(moves, t)
        for name, step in steps:
            namespace[name] = plain(evaluate(step, namespace))
        return evaluate(code, namespace, shape)

    return at


def _needed(expr: Expr, names: Names) -> frozenset[str]:
    needed = set(expr.free)
    for symbol, definition in reversed(names.let):
        if symbol.name in needed:
            needed |= definition.free
    return frozenset(needed)


def without_pending(expr: Expr) -> tuple[Expr, dict[Symbol, D]] | None:
    """The expression with a symbol for each outermost D in it; None when something else is pending."""
    if any(isinstance(node, Rate) for node in walk(expr)):
        return None
    found: dict[D, Symbol] = {}

    def go(node: Expr) -> Expr:
        if not node.pending:
            return node
        if isinstance(node, D):
            return found.setdefault(node, Symbol(f"_D{len(found)}", node.shape))
        return remake(node, tuple(go(child) for child in node.children))

    stripped = go(expr)
    return stripped, {symbol: node for node, symbol in found.items()}
