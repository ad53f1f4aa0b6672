"""How time and size grow: with the factors of a trace, with the layers of a network.

The number of different expressions in a derivation is asserted (it does not depend on the machine): linear in both.  Times are
only printed (the least of a few), each growth as the slope of log time by log size.  The answer for a trace of k factors X is a
sum of k products of 2k − 1 factors: to write it out is quadratic, so the slope by the length of what is written is given too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from derive.derivation.derivation import Derivation
from derive.language.problems.problem import Problem
from tests.benchmarks.growth import network, sympy_trace_of, trace_of
from tests.benchmarks.measuring import TIMER, derived, forget, lines, nodes, seconds, slope, written

FACTORS = (2, 4, 8, 12, 16, 24)
SYMPY_UP_TO = 12
LAYERS = (10, 20, 40, 80)
ROUNDS = 9


@dataclass(frozen=True)
class Growing:
    """A family of problems, by its size."""

    name: str
    unit: str
    sizes: tuple[int, ...]
    problem: Callable[[int], Problem]


FAMILIES = (
    Growing("tr(X M1 X M2 …)", "factors X", FACTORS, trace_of),
    Growing("network, by the first weight", "layers", LAYERS, lambda n: network(n, False)),
    Growing("network, by all parameters", "layers", LAYERS, lambda n: network(n, True)),
)
POINTS = [(family, size) for family in FAMILIES for size in family.sizes]


@dataclass(frozen=True)
class Measured:
    time: float
    nodes: int
    written: int
    lines: int
    sympy: float | None


MEASURED: dict[str, dict[int, Measured]] = {}


@pytest.fixture(scope="module", autouse=True)
def table(tables: list[str]) -> Iterator[None]:
    """A table for each family at the end of the run, with the slopes."""
    MEASURED.clear()
    yield
    tables.extend(_table(family, MEASURED[family.name]) for family in FAMILIES if family.name in MEASURED)


def _table(family: Growing, measured: dict[int, Measured]) -> str:
    head = f"| {family.unit} | lines | nodes | written | derive, ms | SymPy .diff, ms |"
    rows = [family.name, head, "|--:|--:|--:|--:|--:|--:|"]
    for size, m in measured.items():
        sympy = f"{m.sympy * 1e3:.0f}" if m.sympy is not None else ""
        rows.append(f"| {size} | {m.lines} | {m.nodes} | {m.written} | {m.time * 1e3:.1f} | {sympy} |")
    sizes = list(measured)
    last = sizes[-2:]
    if len(sizes) > 1:
        times = [m.time for m in measured.values()]
        by_size, by_nodes = slope(sizes, times), slope(sizes, [m.nodes for m in measured.values()])
        at_last = slope(last, [measured[n].time for n in last])
        by_length = slope([m.written for m in measured.values()], times)
        rows.append(f"slopes: nodes {by_nodes:.2f}, time {by_size:.2f} by {family.unit} ({at_last:.2f} at the last), "
                    f"{by_length:.2f} by what is written")
        both = [(n, m.sympy) for n, m in measured.items() if m.sympy is not None]
        if both:
            rows[-1] += f"; SymPy's time {slope([n for n, _ in both], [t for _, t in both]):.2f}"
    return "\n".join(rows)


@pytest.mark.benchmark(timer=TIMER, group="growth")
@pytest.mark.parametrize(("family", "size"), POINTS, ids=lambda p: p.name if isinstance(p, Growing) else str(p))
def test_growth(family: Growing, size: int, benchmark: Any, measuring: bool) -> None:
    problem = family.problem(size)
    derivation: Derivation = benchmark.pedantic(derived, args=(problem,), setup=forget, rounds=ROUNDS, iterations=1)
    assert lines(derivation) >= 2
    if measuring:
        sympy = _sympy_seconds(size) if family.problem is trace_of and size <= SYMPY_UP_TO else None
        counts = nodes(derivation), written(derivation), lines(derivation)
        MEASURED.setdefault(family.name, {})[size] = Measured(benchmark.stats.stats.min, *counts, sympy)
        benchmark.extra_info.update(nodes=counts[0], written=counts[1], lines=counts[2], sympy_ms=sympy and sympy * 1e3)


def _sympy_seconds(factors: int) -> float:
    function, variable = sympy_trace_of(factors)
    assert function.diff(variable) != 0
    return seconds(lambda: function.diff(variable), 3)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.name)
def test_the_size_is_linear(family: Growing) -> None:
    """Equal steps in size add equally many expressions: nothing is written out twice, layer for layer."""
    first, second, third = (nodes(derived(family.problem(size))) for size in (8, 12, 16))
    assert third - second == second - first > 0
