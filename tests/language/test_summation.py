"""Einstein's convention: what is written without a sign is read with it, and only where an index is repeated."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from derive.calculus.derive import derive
from derive.checking.verification import verify
from derive.expressions.einstein import bare, silenced, summed
from derive.expressions.nodes import Sum
from derive.expressions.traverse import walk
from derive.language.problems.read import read
from derive.notation.latex.latex import latex
from derive.notation.python.source import Names, source
from derive.notation.readback import misread
from derive.notation.text.text import pretty
from tests.laws import outcome
from tests.laws_cases import case_of

FILE = "id: t\nsymbols: {{A: 'matrix(m, n)', B: square(n), x: vector(n), y: vector(m), z: vector(n)}}\nfunction: '{}'\nwrt: {}\nfind: [entries]\n{}"

# function, by, the lines with every sum that the convention tells unwritten
LINES = [
    ("norm(A x - y)^2", "A", ["(A_ij x_j − y_i)(A_ik x_k − y_i)", "2(A_ij x_j − y_i) δ_ip δ_kq x_k", "2(A_pj x_j − y_p) x_q"]),
    ("tr(B B)", "B", ["B_ij B_ji", "δ_ip δ_jq B_ji + B_ij δ_jp δ_iq", "2 B_qp"]),
    ("sum(sin(A x))", "x", ["∑_{i=1..m} sin(A_ij x_j)"]),
    ("dot(y, exp(A x))", "x", ["y_i exp(A_ij x_j)"]),
    ("dot(x .* z, x)", "x", ["∑_{i=1..n} x_i² z_i"]),
    ("(y'' A x)^2", "x", ["(y_i A_ij x_j)²"]),
]


@pytest.mark.parametrize(("function", "wrt", "said"), LINES, ids=[row[0] for row in LINES])
def test_what_is_written(function: str, wrt: str, said: list[str]) -> None:
    told = derive(read(FILE.format(function, wrt, "indices: einstein\n"), "t.yaml"))
    lines = next(chain.lines for chain in told.chains if chain.quantity == "entries")
    assert [pretty(line.expr) for line in lines][: len(said)] == said
    assert all(misread(line.expr) is None for line in lines)
    assert verify(told).passed
    assert sum("repeated" in str(part) for why in told.remarks for part in why) == 1


def test_the_sums_are_still_there() -> None:
    """The convention is how it is written: NumPy is the same, and the LaTeX alone is read with the sums."""
    told = derive(read(FILE.format("norm(A x - y)^2", "A", "indices: einstein\n"), "t.yaml"))
    line = next(chain.lines for chain in told.chains if chain.quantity == "entries")[0]
    silent = {node.index.name: node.index for node in walk(line.expr) if isinstance(node, Sum)}
    assert r"\sum" not in latex(line.expr) and "sum(" in source(line.expr, Names())
    assert summed(bare(line.expr), silent) is line.expr


def test_sums_are_written_without_it() -> None:
    told = derive(read(FILE.format("norm(A x - y)^2", "A", ""), "t.yaml"))
    line = next(chain.lines for chain in told.chains if chain.quantity == "entries")[0]
    assert r"\sum" in latex(line.expr) and silenced(line.expr) is not line.expr


@settings(
    max_examples=60, derandomize=True, deadline=None, database=None, phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(st.integers(0, 10**6))
def test_random_functions_read_back(seed: int) -> None:
    case = replace(case_of(seed, depth=3), law="einstein")
    found = outcome(case)
    assume(found.kind not in ("rejected", "unread"))
    assert found.kind in ("verified", "refused", "unverified"), f"{found.name}: {found.detail}\n{case.file}"
