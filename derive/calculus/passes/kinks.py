"""Where a kink of abs, relu, max or min is one of the whole function: |x|x and max(0, u)² have a derivative at it too.

A kink whose value 0 is squared, or multiplied by what vanishes with it, may be none; of one in a case nothing is known,
but where that case does not hold at the kink.  There the derivation is for points off the kink, and no more is claimed.
"""

from __future__ import annotations

from collections.abc import Iterator

from derive.calculus.simplify.simplify import tidy
from derive.expressions.build import is_zero, subtract, zero
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Call, Compare, Expr, Map, MatMul, Number, Power, Scale, Times, Transpose, Where
from derive.expressions.properties.inference import is_nonzero, is_positive
from derive.expressions.rewrite import substitute
from derive.expressions.traverse import walk

CERTAIN, POSSIBLE, NONE = 0, 1, 2
"""The function has no derivative there; perhaps it has none; the kink is not seen."""


def kinks(expr: Expr) -> dict[Expr, int]:
    """Each kinked subexpression, and how certain it is that the function has no derivative where that has none."""
    found: dict[Expr, int] = {}
    seen: set[tuple[Expr, int, frozenset[Expr]]] = set()

    def go(node: Expr, level: int, gone: frozenset[Expr]) -> None:
        if (node, level, gone) in seen:
            return
        seen.add((node, level, gone))
        if is_kinked(node):
            found[node] = min(found.get(node, NONE), NONE if node in gone else level)
        if isinstance(node, Where):
            go(node.condition, NONE, gone)
            for case, holds in ((node.then, True), (node.otherwise, False)):
                absent = {k for k in walk(case) if is_kinked(k) and _elsewhere(node.condition, k, holds)}
                go(case, max(level, POSSIBLE), gone | absent)
            return
        softened = set(_softened(node))
        for child in node.children:
            go(child, max(level, POSSIBLE) if child in softened else level, gone)

    go(expr, CERTAIN, frozenset())
    return found


def is_kinked(node: Expr) -> bool:
    """Whether the function of a node has a corner where its argument may be."""
    if isinstance(node, Map):
        kink = FUNCTIONS[node.function].kinks if isinstance(node.function, str) else None
        return kink is not None and not (kink == "0" and is_nonzero(node.arg))
    return isinstance(node, Call) and FUNCTIONS[node.name].kinks is not None


def _vanishing(node: Expr) -> Expr | None:
    """The argument of a function that is 0 at its kink: u of |u|, relu(u), max(u, 0)."""
    if isinstance(node, Transpose):
        return _vanishing(node.arg)
    if isinstance(node, Map) and node.function in ("abs", "relu"):
        return node.arg
    if isinstance(node, Call) and node.name in ("max", "min") and any(map(is_zero, node.args)):
        return next((a for a in node.args if not is_zero(a)), None)
    return None


def _softened(node: Expr) -> Iterator[Expr]:
    """The children whose kink the node may smooth out."""
    match node:
        case Power(base=base, exponent=Number(value=k)) if k > 1:
            inner = base.args[0] if isinstance(base, Call) and base.name == "norm" else base
            if _vanishing(inner) is not None:
                yield base
        case Call(name="entrypower", args=(base, Number(value=k))) if k > 1 and _vanishing(base) is not None:
            yield base
        case Times() | MatMul() | Scale() | Call(name="hadamard" | "inner" | "dot"):
            factors = node.children
            for place, factor in enumerate(factors):
                argument = _vanishing(factor)
                others = [f.arg if isinstance(f, Transpose) else f for f in (*factors[:place], *factors[place + 1 :])]
                if argument is not None and any(f is argument or _vanishing(f) is argument for f in others):
                    yield factor


def _elsewhere(condition: Expr, kink: Expr, holds: bool) -> bool:
    """Whether the condition says that a case is not the one at a kink: |x| ≥ d > 0 where x is not 0."""
    if not isinstance(condition, Compare) or _vanishing(kink) is None:
        return False
    there = substitute(condition, {kink: zero(kink.shape)})
    assert isinstance(there, Compare)
    low, high = (there.left, there.right) if there.op in ("<", "<=") else (there.right, there.left)
    return is_positive(tidy(subtract(high, low) if not holds else subtract(low, high)))
