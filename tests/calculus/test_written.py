"""How everyday functions come out: the result as people write it, the reason that was needed for it, nothing left undone."""

from __future__ import annotations

from unicodedata import normalize

import pytest

from tests.calculus.test_telling import derived, told

REASONS = [
    # what makes two terms one is said, also where the direction stands inside a function
    ("X: matrix(m, n); M: symmetric(m*n)", "vec(X)' M vec(X)", "X",
     ("= 2 vec(H)' M vec(X)", "a scalar is its own transpose, M' = M")),
    ("x: vector(n); y: vector(m); A: symmetric(m + n)", "[x; y]' A [x; y]", "x",
     ("= 2 [h; 0]' A [x; y]", "a scalar is its own transpose, A' = A")),
    ("A: symmetric(n); x: {type: vector(n), of: t}; t: scalar", "x' A x", "t",
     ("= 2ẋ'Ax", "a scalar is its own transpose, A' = A")),
    ("X: symmetric(n); A: symmetric(n)", "tr(A X^2)", "X",
     ("= 2 tr(XAH)", "cyclic, tr M = tr M', H' = H, X' = X, A' = A")),
]


@pytest.mark.parametrize(("symbols", "function", "wrt", "wanted"), REASONS, ids=[row[1] for row in REASONS])
def test_what_made_terms_alike_is_said(symbols: str, function: str, wrt: str, wanted: tuple[str, str]) -> None:
    lines = told(derived(symbols, function, wrt, "derivative"))
    assert wanted in [(normalize("NFC", line), why) for line, why in lines]


RESULTS = [
    # what stands above and below in every entry is cancelled
    ("X: {type: 'matrix(m, n)', is: [positive]}", "sum(X .* log(X))", "X", "gradient", "log(X) + 𝟏"),
    ("X: {type: 'matrix(m, n)', is: [positive]}", "sum(X .* log(X))", "X", "hessian", "K ⊘ X"),
    ("p: {type: vector(n), is: [positive]}; q: {type: vector(n), is: [positive]}", "sum(p .* log(p ./ q))", "p", "gradient",
     "log(p ⊘ q) + 𝟏"),
    ("z: vector(n); y: vector(n)", "-y' log(softmax(z))", "z", "gradient", "−(I − softmax(z) · 𝟏')y"),
    ("X: matrix(m, n); A: matrix(m, n)", "A ./ X", "X", "vectorized", "−diag(vec(A ⊘ (X ∘ X)))"),
    ("x: vector(n); a: vector(n)", "sum(a ./ (x .^ 2))", "x", "gradient", "−2(a ⊘ x^∘3)"),
    ("x: vector(n)", "norm(x - mean(x) ones(n))^2", "x", "gradient", "2(x − mean(x) · 𝟏)"),
]


@pytest.mark.parametrize(("symbols", "function", "wrt", "find", "wanted"), RESULTS, ids=[f"{row[3]} of {row[1]}" for row in RESULTS])
def test_results_are_written_as_people_write_them(symbols: str, function: str, wrt: str, find: str, wanted: str) -> None:
    result = derived(symbols, function, wrt, find).results[find]
    assert normalize("NFC", str(result)) == wanted
