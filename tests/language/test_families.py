"""Families of symbols: a number, vector or matrix for each i; how they are read, written and checked."""

from __future__ import annotations

import pytest

from derive.calculus.derive import derive
from derive.checking.verification import verify
from derive.derivation.derivation import Result
from derive.errors import DeriveError
from derive.language.problems.problem import Problem
from derive.language.problems.read import read
from derive.notation.latex.latex import latex
from derive.notation.readback import misread
from derive.notation.text.text import pretty

SYMBOLS = """
symbols:
  A_i: {type: spd(n), for: i = 1..N}
  b_k: {type: vector(n), for: 'k = 1, ..., N'}
  c_k: {type: positive, for: k = 1..N}
  x: vector(n)
  X: spd(n)
"""


def problem(function: str, find: str = "[gradient]") -> Problem:
    quoted = function.replace("'", "''")
    return read(f"{SYMBOLS}function: '{quoted}'\nfind: {find}\n", "family.yaml")


GRADIENTS = [
    ("f(x) = sum(i, 1, N, x' A_i x - b_i' x)", "∑_{i=1..N} (2 A_i x − b_i)"),
    (r"f(x) = \sum_{i=1}^N c_i x^\top A_i x", "2(∑_{i=1..N} c_i A_i)x"),
    (r"f(x) = \sum_j (x - b_j)^\top A_j^{-1} (x - b_j)", "2 ∑_{j=1..N} A_j⁻¹ (x − b_j)"),
    ("f(x) = x' A_1 x - b_2' x", "2A₁x − b₂"),
    ("f(X) = -sum(k, 1, N, c_k logdet(X + A_k))", "−∑_{k=1..N} c_k (X + A_k)⁻¹"),
]


@pytest.mark.parametrize(("function", "gradient"), GRADIENTS, ids=[function for function, _ in GRADIENTS])
def test_gradients(function: str, gradient: str) -> None:
    found = derive(problem(function))
    result = found.results["gradient"]
    assert isinstance(result, Result)
    assert pretty(result.expr) == gradient
    assert misread(result.expr) is None
    assert verify(found).passed


def test_a_member_is_written_with_its_index() -> None:
    assert "c_{i} \\, x^{\\mathsf T} A_{i} x" in latex(problem("f(x) = sum(i, 1, N, c_i x' A_i x)").function)


def test_a_family_of_vectors_may_vary() -> None:
    found = derive(problem("f(b_k) = sum(k, 1, N, c_k norm(x - b_k)^2)"))
    assert verify(found).passed


REFUSED = [
    ("f(x) = x' A x", "none of them stands here"), ("f(x) = sum(j, 1, N, x' A_i x)", "A_i is not declared"),
    ("f(A_i) = sum(i, 1, N, x' A_i x)", "family of matrices"), ("f(x) = sum(i, 1, n, x' A_i x) + x' A_0 x", "counted from 1"),
]


@pytest.mark.parametrize(("function", "words"), REFUSED, ids=[function for function, _ in REFUSED])
def test_refused(function: str, words: str) -> None:
    with pytest.raises(DeriveError) as caught:
        problem(function)
    assert words in caught.value.render()


@pytest.mark.parametrize("declaration", [
    "{type: spd(n), for: i}", "{type: spd(n), for: i = 0..N}", "{type: function(n), for: i = 1..N}", "{type: vector(n), is: [unit], for: i = 1..N}",
    "{type: spd(n), of: t, for: i = 1..N}",
])
def test_declarations_refused(declaration: str) -> None:
    with pytest.raises(DeriveError) as caught:
        read(f"symbols: {{K_i: {declaration}, x: vector(n), t: scalar}}\nfunction: f(x) = x' x\nfind: [gradient]\n", "family.yaml")
    assert caught.value.where is not None
