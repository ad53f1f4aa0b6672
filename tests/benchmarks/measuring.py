"""What every benchmark does alike: caches emptied before a run, the median of a few runs, the slope of a growth."""

from __future__ import annotations

import math
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from derive.calculus.derive import derive
from derive.derivation.derivation import Derivation
from derive.expressions.nodes import Expr
from derive.language.problems.problem import Problem

WARM = frozenset({
    ("derive.calculus.rules.rule", "compiled"), ("derive.calculus.rules.rule", "letters"), ("derive.calculus.differentiate.apply_rule", "_by_head"),
    ("derive.calculus.rules.law", "side"), ("derive.calculus.rules.law", "declared"),
    ("derive.calculus.simplify.known_forms", "always_table"), ("derive.calculus.simplify.known_forms", "result_table"),
    ("derive.calculus.simplify.everyday", "table"), ("derive.calculus.simplify.everyday", "fits_neighbours"),
    ("derive.calculus.simplify.everyday", "fits_windows"), ("derive.calculus.derive", "rule_names"),
    ("derive.expressions.function", "forms"), ("derive.expressions.sizes", "_size"),
    ("derive.notation.python.identifiers", "identifier"),
})
"""Caches that stay: the rows of the rule and function tables as parsed once a process, which is derive's own loading of modules."""

TIMER = time.process_time


def caches() -> list[Any]:
    """Every cache of derive that holds something about an expression seen before (those of `WARM` do not)."""
    found = {}
    for module, content in list(sys.modules.items()):
        if module == "derive" or module.startswith("derive."):
            for value in list(vars(content).values()):
                if hasattr(value, "cache_clear") and (value.__module__, value.__name__) not in WARM:
                    found[id(value)] = value
    return list(found.values())


def forget() -> None:
    """Derive's caches and SymPy's emptied: what follows is worked out from nothing but the modules."""
    from sympy.core.cache import clear_cache

    for cache in caches():
        cache.cache_clear()
    clear_cache()


def seconds(run: Callable[[], object], rounds: int) -> float:
    """The median processor time of a run (other programs may be running), everything forgotten before each."""
    times = []
    for _ in range(rounds):
        forget()
        begin = TIMER()
        run()
        times.append(TIMER() - begin)
    return statistics.median(times)


def derived(problem: Problem) -> Derivation:
    """The derivation, certainly finished: with lines, and no derivative left to be taken in a result."""
    derivation = derive(problem)
    assert set(problem.find) <= derivation.results.keys()
    assert not any(e.pending for e in results(derivation))
    return derivation


def results(derivation: Derivation) -> list[Expr]:
    """Every result's expression."""
    out: list[Expr] = []
    for result in derivation.results.values():
        several = result.values() if hasattr(result, "values") else result if isinstance(result, tuple) else (result,)
        out.extend(one.expr for one in several)
    assert out
    return out


def nodes(derivation: Derivation) -> int:
    """How many different expressions stand in the lines and steps of a derivation."""
    stack = [e for c in derivation.chains for line in c.lines for e in (line.expr, line.left, line.start) if isinstance(e, Expr)]
    stack += [e for c in derivation.chains for line in c.lines for s in line.steps for e in (s.before, s.after)]
    seen: set[Expr] = set()
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            stack.extend(node.children)
    return len(seen)


def written(derivation: Derivation) -> int:
    """How many leaves the lines show when everything is written out, a shared part as often as it stands there."""
    sizes: dict[Expr, int] = {}

    def size(expr: Expr) -> int:
        if expr not in sizes:
            sizes[expr] = sum(size(child) for child in expr.children) or 1
        return sizes[expr]

    return sum(size(line.expr) for chain in derivation.chains for line in chain.lines)


def lines(derivation: Derivation) -> int:
    return sum(len(chain.lines) for chain in derivation.chains)


def slope(sizes: Sequence[float], values: Sequence[float]) -> float:
    """The least-squares slope of log value by log size: 1 is linear growth."""
    x, y = [math.log(s) for s in sizes], [math.log(v) for v in values]
    return statistics.linear_regression(x, y).slope
