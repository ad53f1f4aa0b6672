"""Gradients through a Kronecker product: in closed form for traces, sums, norms, determinants and products with vec, else a partial trace."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from derive.calculus.derive import derive
from derive.calculus.rules.rule import compiled
from derive.calculus.simplify.simplify import tidy
from derive.checking.verification import check_answer, verify
from derive.derivation.derivation import Derivation, Result
from derive.errors import DeriveError
from derive.language.problems.read import read
from derive.language.text.grammar import parse
from derive.notation.readback import misread, names_of
from derive.notation.text.text import pretty

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


def problem(function: str, wrt: str, kinds: Mapping[str, str] = {}, find: str = "[derivative, gradient]") -> Derivation:
    symbols = {**dict(row.split(": ") for row in SYMBOLS.split("; ")), **kinds}
    rows = "\n".join(f"  {name}: {kind}" for name, kind in symbols.items())
    written = function.replace("'", "''")
    return derive(read(f"id: k\nsymbols:\n{rows}\nfunction: '{written}'\nwrt: {wrt}\nfind: {find}\n", "k.yaml"))


@pytest.mark.parametrize(("function", "wrt", "answer"), KNOWN, ids=[row[0] for row in KNOWN])
def test_known_gradients(function: str, wrt: str, answer: str, kinds: Mapping[str, str] = {}) -> None:
    told = problem(function, wrt, kinds)
    report = verify(told)
    assert report.passed, report.failures
    result = told.results["gradient"]
    assert isinstance(result, Result)
    scope = names_of(result.expr)[0]
    every = type(scope)({**told.problem.symbols, **scope.symbols}, scope.unnamed, frozenset(("m", "n", "p", "q")))
    equal, off = check_answer(told.problem, "gradient", result.expr, parse(answer, every, shape=result.expr.shape))
    assert equal, off
    assert all(misread(line.expr) is None for chain in told.chains for line in chain.lines)


# function, variable, its gradient: what has no short form is a partial trace
TRACED = [
    ("inner(Z, kron(A, Y))", "Y", "ptrace1(kron(A', I(p)) Z, Y)"),
    ("inner(Z, kron(Y, A))", "Y", "ptrace2(Z kron(I(q), A'), Y)"),
    ("norm(sin(kron(A, Y)))^2", "Y", "2 ptrace1(kron(A', I(p)) (sin(kron(A, Y)) .* cos(kron(A, Y))), zeros(p, q))"),
    ("norm(ptrace2(W, zeros(m, n)))^2", "W", "2 kron(ptrace2(W, zeros(m, n)), I(p))"),
    ("norm(ptrace1(W, zeros(m, n)))^2", "W", "2 kron(I(p), ptrace1(W, zeros(m, n)))"),
    ("tr(ptrace1(kron(C, X) R, X))", "X", "ptrace1(kron(C', I(p)) R', X)"),
]


@pytest.mark.parametrize(("function", "wrt", "answer"), TRACED, ids=[row[0] for row in TRACED])
def test_partial_traces(function: str, wrt: str, answer: str) -> None:
    kinds = {"Z": "matrix(m*p, n*q)", "W": "matrix(m*p, n*p)", "R": "square(m*p)"}
    if "kron(Y, A)" in function:
        kinds["Z"] = "matrix(p*m, q*n)"
    test_known_gradients(function, wrt, answer, kinds)


def test_the_hessian_through_a_kronecker_product() -> None:
    told = problem("norm(sin(kron(A, Y)))^2", "Y", find="[gradient, hessian, vectorized-hessian]")
    report = verify(told)
    assert report.passed, report.failures
    assert all(misread(line.expr) is None for chain in told.chains for line in chain.lines)


@pytest.mark.parametrize(("arg", "like", "value"), [
    ("kron(C, A)", "A", "tr(C) A"), ("kron(C, A) kron(C, A')", "zeros(m, m)", "tr(C C) A A'"),
    ("I(m*p)", "zeros(p, p)", "m I(p)"), ("ones(m*p, m*q)", "Y", "m ones(p, q)"),
    ("vec(A) vec(A)'", "zeros(m, m)", "A A'"), ("kron(A', C) vec(A) vec(A)'", "zeros(m, m)", "C A A A'"),
])
def test_partial_traces_that_are_written_without_one(arg: str, like: str, value: str) -> None:
    given = "A: m m, C: m m, Y: p q"
    assert tidy(compiled(f"ptrace1({arg}, {like})", given)) is tidy(compiled(value, given))


@pytest.mark.parametrize(("written", "message"), [
    ("ptrace1(Y, A)", "the first argument of ptrace1 has another size: it should be a multiple of m where it is p"),
    ("unvec(v, A)", "the first argument of unvec has another size: it should be m*n where it is n"),
])
def test_sizes_that_are_no_products_are_refused(written: str, message: str) -> None:
    with pytest.raises(DeriveError, match=message.replace("*", r"\*")):
        problem(f"norm({written})", "Y")


def test_the_nearest_kronecker_product_with_a_given_factor() -> None:
    """The normal equation of ‖A ⊗ X − C‖² is linear in X once the partial trace is multiplied out (Van Loan & Pitsianis 1993)."""
    told = problem("norm(kron(A, Y) - W)^2", "Y", {"W": "matrix(m*p, n*q)"}, find="[gradient, stationary]")
    assert verify(told).passed
    found = told.results["stationary"]
    assert isinstance(found, Result) and found.classification == "minimum"
    assert pretty(found.expr) == "1/tr(A'A) · tr_(1,p×q)((A' ⊗ I)W)"


def test_the_index_of_a_partial_trace_does_not_clash_with_a_symbol() -> None:
    told = problem("norm(k ptrace2(sin(W), zeros(m, m)))^2", "W", {"W": "matrix(m*p, m*p)", "k": "integer"}, find="[hessian, vectorized-hessian]")
    assert verify(told).passed
    assert all(misread(line.expr) is None for chain in told.chains for line in chain.lines)
