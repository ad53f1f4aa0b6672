"""One whole derivation with all its steps against SymPy's bare `.diff` of the same function, in the same process.

`pytest tests/benchmarks --benchmark-only -q` measures and prints the ratios; nothing is asserted about times.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from typing import Any

import pytest

from derive.derivation.derivation import Derivation
from tests.benchmarks.measuring import TIMER, derived, forget, lines, seconds
from tests.benchmarks.subjects import SUBJECTS, Subject

ROUNDS = 7
MEASURED: dict[str, tuple[float, float, int]] = {}


@pytest.fixture(scope="module", autouse=True)
def table(tables: list[str]) -> Iterator[None]:
    """The ratios as a table at the end of the run, and their median."""
    MEASURED.clear()
    yield
    if not MEASURED:
        return
    rows = ["| function | lines | derive, ms | SymPy .diff, ms | ratio |", "|---|--:|--:|--:|--:|"]
    rows += [f"| {n} | {k} | {d * 1e3:.2f} | {s * 1e3:.2f} | {d / s:.2f} |" for n, (d, s, k) in MEASURED.items()]
    ratios = [d / s for d, s, _ in MEASURED.values()]
    rows.append(f"median ratio {statistics.median(ratios):.3f} of {len(ratios)}; below 1 in {sum(r < 1 for r in ratios)}")
    tables.append("\n".join(rows))


@pytest.mark.benchmark(timer=TIMER, group="derivation")
@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda s: s.name)
def test_derivation_against_diff(subject: Subject, benchmark: Any, measuring: bool) -> None:
    problem = subject.problem()
    function, variable = subject.sympy()
    slope = function.diff(variable)
    assert slope != 0
    assert "Derivative(" not in str(slope)
    derivation: Derivation = benchmark.pedantic(derived, (problem,), setup=forget, rounds=ROUNDS, iterations=1, warmup_rounds=1)
    assert lines(derivation) >= 2
    if measuring:
        sympy_time = seconds(lambda: function.diff(variable), ROUNDS)
        own_time = benchmark.stats.stats.median
        MEASURED[subject.name] = (own_time, sympy_time, lines(derivation))
        benchmark.extra_info.update(sympy_ms=sympy_time * 1e3, ratio=own_time / sympy_time, lines=lines(derivation))
