"""Benchmarks measure only under `--benchmark-only`; in an ordinary run each function is worked once, and nothing is timed."""

from __future__ import annotations

import pytest

TABLES: list[str] = []


@pytest.fixture(autouse=True)
def measuring(request: pytest.FixtureRequest) -> bool:
    """Whether this run measures.  Where it does not, the `benchmark` fixture calls its function once and keeps no record."""
    wanted = bool(request.config.getoption("benchmark_only", False))
    if not wanted and "benchmark" in request.fixturenames:
        request.getfixturevalue("benchmark").disabled = True
    return wanted


@pytest.fixture(scope="session")
def tables() -> list[str]:
    """Tables to be printed at the end of the run."""
    return TABLES


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for table in TABLES:
        terminalreporter.write_line("")
        for line in table.splitlines():
            terminalreporter.write_line(line)
