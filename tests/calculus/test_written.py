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
