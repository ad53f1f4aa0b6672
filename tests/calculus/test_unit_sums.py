"""Sums over the unit vectors: what they are written as, and that it has the same value."""

from __future__ import annotations

import numpy as np
import pytest
import scipy as sp

from derive.calculus.derive import derive
from derive.calculus.simplify.simplify import tidy
from derive.checking.verification import verify
from derive.expressions.nodes import Expr, Sum, Symbol
from derive.expressions.sizes import SCALAR, Size
from derive.expressions.traverse import walk
from derive.language.problems.read import read
from derive.language.scope import Scope
from derive.language.text.grammar import parse
from derive.notation.python.source import source
from derive.notation.text.text import pretty

M, N, ONE = Size.of("m"), Size.of("n"), Size.of(1)
SYMBOLS = {
    "x": Symbol("x", (N, ONE)), "y": Symbol("y", (N, ONE)), "w": Symbol("w", (M, ONE)), "A": Symbol("A", (N, M)), "B": Symbol("B", (M, N)),
    "c": Symbol("c", SCALAR), "v": Symbol("v", (M, ONE)), **{k: Symbol(k, SCALAR, frozenset({"integer"})) for k in "ij"},
}

GATHERED = [
    ("sum(i, 1, n, x[i] e(i, n))", "x"),
    ("sum(i, 1, n, 2 c x[i] e(i, n))", "2cx"),
    ("sum(i, 1, n, e(i, n))", "𝟏"),
    ("sum(i, 1, n, (2 x[i] + exp(x[i])) e(i, n))", "2x + exp(x)"),
    ("sum(i, 1, n, x[i] y[i] e(i, n)')", "(x ∘ y)'"),
    ("sum(i, 1, n, x[i]^3 e(i, n))", "x^∘3"),
    ("sum(i, 1, n, e(i, n) / x[i])", "1 ⊘ x"),
    ("sum(i, 1, n, (A[i, :]' w - y[i]) e(i, n))", "Aw − y"),
    ("sum(i, 1, n, w' B[:, i] e(i, n))", "B'w"),
    ("sum(i, 1, n, A[i, 2] e(i, n))", "A_(:,2)"),
    ("sum(i, 1, n, x[i] e(i, n) e(i, n)')", "diag(x)"),
    ("sum(i, 1, n, (2 e(i, n) + x[i] e(i, n)) e(i, n)')", "2I + diag(x)"),
    ("sum(i, 1, n, x[i] B e(i, n) v')", "Bxv'"),
    ("sum(i, 1, n, max(x[i], y[i]) e(i, n))", "max(x, y)"),
    ("sum(i, 1, n, where(x[i] > 0, c x[i] e(i, n), zeros(n)))", "{cx where x > 0, 0 elsewhere}"),
    ("sum(i, 1, n, where(x[i] > y[i], x[i] e(i, n), 2 e(i, n)))", None),
]
KEPT = [
    "sum(i, 1, n - 1, x[i] e(i, n))",
    "sum(i, 1, n - 1, (x[i + 1] - x[i]) (e(i + 1, n) - e(i, n)))",
    "sum(i, 1, n, x[i] A[i, :])",
    "sum(i, 1, n, norm(A[i, :]) e(i, n))",
    "sum(i, 1, n, i x[i] e(i, n))",
]


def parsed(text: str) -> Expr:
    out: Expr = parse(text, Scope(SYMBOLS, {}, frozenset(("m", "n"))))
    return out


def value(expr: Expr) -> np.ndarray:
    rng = np.random.default_rng(5)
    names = {s.name: rng.standard_normal([d.value({"m": 3, "n": 4}) for d in s.dims if d != ONE] or None) for s in SYMBOLS.values()}
    return np.asarray(eval(source(expr), {"np": np, "sp": sp, "m": 3, "n": 4, **names}))


@pytest.mark.parametrize(("text", "written"), GATHERED)
def test_a_sum_over_the_unit_vectors_is_written_without_it(text: str, written: str | None) -> None:
    before = parsed(text)
    after = tidy(before)
    assert not any(isinstance(node, Sum) for node in walk(after))
    assert written is None or pretty(after) == written
    np.testing.assert_allclose(value(after), value(before), rtol=1e-12)


@pytest.mark.parametrize("text", KEPT)
def test_other_sums_stay(text: str) -> None:
    before = parsed(text)
    after = tidy(before)
    assert any(isinstance(node, Sum) for node in walk(after))
    np.testing.assert_allclose(value(after), value(before), rtol=1e-12)


def test_the_index_of_a_unit_vector_is_held_together() -> None:
    assert pretty(parsed("e(i + 1, n) - e(i, n)")) == "e_(i+1) − e_i"


def test_the_gradient_of_a_sum_of_entries_is_a_vector() -> None:
    told = derive(read(
        "symbols: {x: vector(n), b: vector(n)}\nfunction: 'f(x) = sum(i, 1, n, log(1 + x[i]^2) + b[i] x[i])'\nwrt: x\n"
        "find: [derivative, gradient, hessian]\n", "s.yaml",
    ))
    assert verify(told).passed
    assert pretty(told.results["gradient"].expr) == "2(x ⊘ (𝟏 + x^∘2)) + b"  # type: ignore[union-attr]


@pytest.mark.parametrize("function", [
    r"\sum_{i=2}^{n} \log(1 + e^{x_i})", r"\sum_{i=1}^{2} \log(1 + e^{x_i})", r"\sum_{i=1}^{n} \log(1 + 2^{x_i})", r"\sum_{i=1}^{n} 2^{x_i} x_i",
    r"\sum_{i=1}^{n} n^{x_i}",
])
def test_a_sum_over_some_entries_or_with_a_moving_exponent_is_no_other_sum(function: str) -> None:
    text = f"title: T\nsymbols: {{x: vector(n)}}\nfunction: 'f(x) = {function}'\nwrt: x\nfind: [gradient, hessian]\n"
    derivation = derive(read(text, "p.yaml"))
    assert verify(derivation).passed, derivation.results
