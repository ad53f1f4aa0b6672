"""Gradients through a Kronecker product: traces, sums, norms, determinants and products with vec, in closed form."""

from __future__ import annotations

import pytest

from derive.calculus.derivation import Derivation, Result
from derive.calculus.quantities import derive
from derive.checking.verification import check_answer, verify
from derive.errors import DeriveError
from derive.language.grammar import parse
from derive.language.problemfile import read
from derive.notation.readback import misread, names_of

SYMBOLS = "A: matrix(m, n); C: square(m); D: square(n); X: square(p); Y: matrix(p, q); Z: matrix(q, n); v: vector(n); w: vector(m)"

# function, variable, its gradient (Magnus & Neudecker, ch. 2; Van Loan 2000)
KNOWN = [
    ("tr(kron(C, X))", "X", "tr(C) I(p)"),
    ("tr(kron(X, C))", "X", "tr(C) I(p)"),
    ("sum(kron(A, Y))", "Y", "sum(A) ones(p, q)"),
    ("mean(kron(Y, A))", "Y", "sum(A) / (m n p q) ones(p, q)"),
    ("norm(kron(A, Y))^2", "Y", "2 norm(A)^2 Y"),
    ("norm(kron(Y, A))", "Y", "(norm(A) / norm(Y)) Y"),
    ("norm(kron(A, Y) vec(Z))^2", "Y", "2 Y Z A' A Z'"),
    ("norm(kron(v, w))^2", "v", "2 norm(w)^2 v"),
    ("inner(kron(C, X), kron(C', X'))", "X", "2 tr(C C) X'"),
    ("logdet(kron(C, X))", "X", "m X^-T"),
    ("tr(kron(C, D)^-1 kron(C, D)')", "C", "tr(D^-1 D') (C^-1 - C^-T C C^-T)"),
]


def problem(function: str, wrt: str) -> Derivation:
    rows = "\n".join(f"  {row}" for row in SYMBOLS.split("; "))
    written = function.replace("'", "''")
    return derive(read(f"id: k\nsymbols:\n{rows}\nfunction: '{written}'\nwrt: {wrt}\nfind: [derivative, gradient]\n", "k.yaml"))


@pytest.mark.parametrize(("function", "wrt", "answer"), KNOWN, ids=[row[0] for row in KNOWN])
def test_known_gradients(function: str, wrt: str, answer: str) -> None:
    told = problem(function, wrt)
    report = verify(told)
    assert report.passed, report.failures
    result = told.results["gradient"]
    assert isinstance(result, Result)
    scope = names_of(result.expr)[0]
    every = type(scope)({**told.problem.symbols, **scope.symbols}, scope.unnamed, frozenset(("m", "n", "p", "q")))
    equal, off = check_answer(told.problem, "gradient", result.expr, parse(answer, every, shape=result.expr.shape))
    assert equal, off
    assert all(misread(line.expr) is None for chain in told.chains for line in chain.lines)


def test_what_has_no_short_form_is_refused_by_name() -> None:
    with pytest.raises(DeriveError, match="adjoint rule of kron"):
        problem("norm(sin(kron(A, Y)))", "Y")
