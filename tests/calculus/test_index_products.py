"""Sums over an index are written as products of matrices where that is shorter, and stay where samples have their own letter."""

from __future__ import annotations

import pytest

from derive.calculus.derive import derive
from derive.checking.verification import verify
from derive.derivation.derivation import Result
from derive.language.problems.read import read
from derive.notation.text.text import pretty

SYMBOLS = (
    "symbols: {A: square(n), x: vector(n), y: vector(m), w: vector(p), X: 'matrix(n, p)', B: 'matrix(m, n)', S: symmetric(n), Z: 'matrix(m, n)', "
    "W: 'matrix(n, q)', C: 'matrix(m, q)'}\n"
)
CASES = [
    (r"\sum_{i,j} A_{ij} x_i x_j", "x", "(A + A')x"), ("sum(i, 1, p, X[:, i]' S X[:, i])", "X", "2SX"),
    (r"\sum_i y_i \sum_j B_{ij} x_j^2", "x", "2((B'y) ∘ x)"), (r"\sum_{i,j} (B_{ij} - y_i x_j)^2", "x", "−2(B' − xy')y"),
    (r"\sum_{ij} Z_{ij} \log Z_{ij}", "Z", "log(Z) + 𝟏"),
    (r"\sum_i (x_i - w^\top X_i)^2", "w", "−2 ∑_{i=1..n} (x_i − w' X_(i,:)') X_(i,:)'"),
    (r"\sum_i (y_i - x^\top z_i)^2", "x", "−2 ∑_{i=1..m} (y_i − x' z_i) z_i"),
    ("sum(logsumexp(Z W)) - inner(C, Z W)", "W", "Z'(softmax(ZW) − C)"),
    ("sum(i, 1, m, norm(Z[i, :]))", "Z", "∑_{i=1..m} e_i Z_(i,:)/‖Z_(i,:)'‖"),
]


@pytest.mark.parametrize(("function", "wrt", "gradient"), CASES, ids=[function for function, _, _ in CASES])
def test_gradients_of_sums(function: str, wrt: str, gradient: str) -> None:
    quoted = function.replace("'", "''")
    found = derive(read(f"{SYMBOLS}function: '{quoted}'\nwrt: {wrt}\nfind: [gradient]\n", "f.yaml"))
    result = found.results["gradient"]
    assert isinstance(result, Result)
    assert pretty(result.expr) == gradient
    assert verify(found).passed


NUMBERS = [
    ("exp(-a / (2 l^2))", "l", 2, "a/l³ · exp(−a/(2l²))"), ("log(l^2 + a^2)", "l", 2, "2l/(l² + a²)"),
    ("(u - l v)' S (u - l v)", "l", 3, "−2v'S(u − lv)"), ("tr((u - l ones(n))' (u - l ones(n)))", "l", 3, "−2 𝟏' (u − l 𝟏)"),
]


@pytest.mark.parametrize(("function", "wrt", "lines", "derivative"), NUMBERS, ids=[row[0] for row in NUMBERS])
def test_a_derivative_by_a_number_is_short(function: str, wrt: str, lines: int, derivative: str) -> None:
    symbols = "symbols: {a: scalar, l: positive, u: vector(n), v: vector(n), S: symmetric(n)}\n"
    quoted = function.replace("'", "''")
    found = derive(read(f"{symbols}function: '{quoted}'\nwrt: {wrt}\nfind: [derivative]\n", "f.yaml"))
    result = found.results["derivative"]
    assert isinstance(result, Result)
    assert pretty(result.expr) == derivative
    assert len(found.chains[0].lines) == lines
    assert verify(found).passed
