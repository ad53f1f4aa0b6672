"""The Hessian on stacked columns: known matrices, the commutation matrix, a wrong one refused, what has none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from derive.calculus.derive import derive
from derive.checking.verification import verify
from derive.derivation.derivation import Derivation, Result
from derive.errors import DeriveError
from derive.expressions.build import scale
from derive.expressions.nodes import Commutation, number
from derive.expressions.traverse import walk
from derive.language.problems.read import read
from derive.notation.readback import misread
from derive.notation.record import record
from derive.notation.text.text import pretty


def problem(symbols: str, function: str, wrt: str, find: str = "[vectorized-hessian]") -> Derivation:
    return derive(read(f"id: t\nsymbols: {{{symbols}}}\nfunction: '{function}'\nwrt: {wrt}\nfind: {find}\n", "t.yaml"))


KNOWN = [
    ("X: 'matrix(m, n)', A: square(m), B: square(n)", "tr(X'' A X B)", "X", "B' ⊗ A + B ⊗ A'"),
    ("X: square(n), A: square(n)", "tr(X A X)", "X", "(A ⊗ I + I ⊗ A') K_(n,n)"),
    ("X: invertible(n)", "logdet(X)", "X", "−(X⁻¹ ⊗ X⁻ᵀ) K_(n,n)"),
    ("x: vector(n), A: square(n)", "x'' A x", "x", "A + A'"),
    ("X: 'matrix(m, n)', A: 'matrix(m, n)'", "tr(A'' X)", "X", "0"),
]


@pytest.mark.parametrize(("symbols", "function", "wrt", "matrix"), KNOWN, ids=[row[1] for row in KNOWN])
def test_known_matrices(symbols: str, function: str, wrt: str, matrix: str) -> None:
    told = problem(symbols, function, wrt)
    result = told.results["vectorized-hessian"]
    assert isinstance(result, Result) and pretty(result.expr) == matrix
    assert verify(told).passed
    assert all(misread(line.expr) is None for chain in told.chains for line in chain.lines)


def test_a_wrong_matrix_is_refused() -> None:
    told = problem("X: 'matrix(m, n)', A: square(m)", "tr(X'' A X)", "X")
    chain = told.chains[-1]
    last = replace(chain.lines[-1], expr=scale(number("1001/1000"), chain.lines[-1].expr))
    wrong = replace(told, chains=(*told.chains[:-1], replace(chain, lines=(*chain.lines, last))))
    assert not verify(wrong).passed


def test_the_commutation_matrix_is_said() -> None:
    told = problem("X: square(n), A: square(n)", "tr(X A X)", "X")
    line = told.chains[-1].lines[1]
    assert any(isinstance(node, Commutation) for node in walk(line.expr))
    assert "commutation matrix" in "".join(part for part in line.why if isinstance(part, str))


def test_the_json_has_it() -> None:
    told = record(problem("X: 'matrix(m, n)', A: square(m)", "tr(X'' A X)", "X", "[hessian, vectorized-hessian]"))
    assert set(told["results"]) == {"hessian", "vectorized-hessian"}
    assert "kron" in told["results"]["vectorized-hessian"]["numpy"]


def test_what_has_none() -> None:
    with pytest.raises(DeriveError, match="only a scalar function"):
        problem("X: square(n)", "X X", "X")
    with pytest.raises(DeriveError, match="by one vector or matrix"):
        problem("X: square(n), Y: square(n)", "tr(X Y)", "[X, Y]")
