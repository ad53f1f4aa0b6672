"""The bar for deep networks: 1,000 layers, by the first weight and by all, derived and checked within a minute and below 2 GB."""

from __future__ import annotations

import resource
import time

import pytest

from derive.calculus.derive import derive
from derive.checking.verification import verify
from tests.benchmarks.growth import network

LAYERS, SHALLOW = 1000, 60
SECONDS, MEGABYTES = 60.0, 2000.0


@pytest.mark.parametrize("everything", [False, True], ids=["by the first weight", "by all parameters"])
def test_a_deep_network_is_derived_and_checked(everything: bool, measuring: bool, tables: list[str]) -> None:
    layers = LAYERS if measuring else SHALLOW
    problem = network(layers, everything)
    start = time.perf_counter()
    derivation = derive(problem)
    derived = time.perf_counter()
    report = verify(derivation)
    done = time.perf_counter()
    assert report.passed, [line.message for line in report.failures][:3]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if measuring:
        tables.append(f"{layers} layers: derived in {derived - start:.1f} s, checked in {done - derived:.1f} s, {memory:.0f} MB at most")
        assert done - start < SECONDS
        assert memory < MEGABYTES
