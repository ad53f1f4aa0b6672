"""The one engine of properties: what it says of an expression, asked in every way there is, and each of its facts in numbers."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg
from numpy.typing import NDArray

from derive.checking.random_arrays import STYLES, draw
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Expr
from derive.expressions.properties.evident import evident, is_semidefinite
from derive.expressions.properties.facts import FACTS, Fact
from derive.expressions.properties.inference import definiteness, holds, is_nonnegative, is_positive
from derive.expressions.properties.symmetry import is_symmetric
from derive.language.problems.read import read

PD, PSD = "positive definite", "positive semidefinite"

MATRICES = [
    ("S: spd(n); B: matrix(n, m)", "B' S B", PSD),
    ("S: spd(n); T: spd(n)", "S .* T", PD),
    ("S: spd(n); T: psd(n)", "S .* T", PSD),
    ("S: spd(n); T: psd(n)", "kron(S, T)", PSD),
    ("S: spd(n)", "S S", PD),
    ("S: spd(n)", "S^3", PD),
    ("S: spd(n)", "S^-3", PD),
    ("S: psd(n)", "S^3", PSD),
    ("S: symmetric(n)", "S^2", PSD),
    ("x: vector(n)", "x x'", PSD),
    ("x: vector(n); c: positive", "c x x'", PSD),
    ("X: matrix(n, m); s: scalar", "s^2 X X'", PSD),
    ("X: matrix(n, m); s: scalar", "(s X) (s X)'", PSD),
    ("S: spd(n)", "sqrtm(S)", PD),
    ("S: spd(n)", "expm(S)", PD),
    ("S: symmetric(n)", "expm(S)", PD),
    ("d: {type: vector(n), is: [positive]}", "diag(d)", PD),
    ("d: vector(n)", "diag(d .* d)", None),
    ("d: vector(n)", "diag(abs(d))", PSD),
    ("X: {type: 'matrix(n, m)', is: [full-column-rank]}", "X' X", PD),
    ("X: {type: 'matrix(n, m)', is: [full-column-rank]}; S: spd(n)", "inv(X' S X)", PD),
    ("S: spd(n); x: vector(n)", "S + x x'", PD),
    ("S: spd(n)", "2 S - S", PD),
    ("S: spd(n)", "S - 2 S", "negative definite"),
    ("S: spd(n)", "inv(S)", PD),
    ("L: lower(n)", "L L'", PSD),
    ("Q: orthogonal(n); S: spd(n)", "Q' S Q", PD),
    ("A: square(n)", "A + A'", None),
    ("S: spd(n); T: spd(n)", "S T", None),
    ("S: spd(n); T: spd(n)", "S - T", None),
]

NUMBERS = [
    ("x: vector(n); S: spd(n)", "x' S x", False, True),
    ("x: vector(n); S: spd(n)", "1 + x' S x", True, True),
    ("x: vector(n); S: spd(n)", "-(x' S x)", False, False),
    ("S: spd(n)", "det(S)", True, True),
    ("S: psd(n)", "tr(S)", False, True),
    ("s: scalar", "s s", False, True),
    ("s: scalar", "s^2 + 1", True, True),
    ("s: scalar; t: scalar", "s t", False, False),
    ("s: scalar", "1 - sigmoid(s)", True, True),
    ("x: vector(n)", "norm(x)", False, True),
    ("x: vector(n); s: scalar", "sum(exp(x)) + abs(s)", True, True),
]

SYMMETRIC = [
    ("S: symmetric(n); T: symmetric(n)", "S T + T S", True),
    ("S: symmetric(n); T: symmetric(n)", "S T", False),
    ("S: spd(n)", "inv(S) logm(S)", True),
    ("S: spd(n)", "sqrtm(S) S", True),
    ("A: square(n)", "A .* A'", True),
    ("A: square(n); B: matrix(n, m); C: symmetric(m)", "[A + A', B; B', C]", True),
    ("A: square(n); B: matrix(n, m); C: square(m)", "[A + A', B; B', C]", False),
    ("A: matrix(m, n)", "A pinv(A)", False),
]


def expression(symbols: str, text: str) -> Expr:
    rows = "\n".join(f"  {part.strip()}" for part in symbols.split(";"))
    problem = f'symbols:\n{rows}\nlet:\n  Value: "{text}"\nfunction: f = sum(Value)\nwrt: {symbols.split(":")[0]}\nfind: [derivative]\n'
    return read(problem, "t.yaml").let[0][1]


@pytest.mark.parametrize(("symbols", "text", "kind"), MATRICES, ids=[f"{t} of {s}" for s, t, _ in MATRICES])
def test_all_that_ask_hear_the_same_of_a_matrix(symbols: str, text: str, kind: str | None) -> None:
    e = expression(symbols, text)
    assert definiteness(e) == kind
    assert definiteness(e, []) == kind or kind in (PSD, None)
    assert ("spd" in evident(e), "psd" in evident(e)) == (kind == PD, kind == PSD)
    assert is_semidefinite(e) == (kind in (PD, PSD))
    assert holds(e, "invertible") or kind != PD


@pytest.mark.parametrize(("symbols", "text", "positive", "nonnegative"), NUMBERS, ids=[f"{t} of {s}" for s, t, *_ in NUMBERS])
def test_signs(symbols: str, text: str, positive: bool, nonnegative: bool) -> None:
    e = expression(symbols, text)
    assert (is_positive(e), is_nonnegative(e)) == (positive, nonnegative)
    assert ("positive" in evident(e)) == positive


@pytest.mark.parametrize(("symbols", "text", "symmetric"), SYMMETRIC, ids=[f"{t} of {s}" for s, t, _ in SYMMETRIC])
def test_symmetry(symbols: str, text: str, symmetric: bool) -> None:
    assert is_symmetric(expression(symbols, text)) == symmetric


_VECTOR = frozenset({"diag", "softmax"})


def argument(word: str, function: str, k: int, rng: np.random.Generator) -> NDArray[np.float64] | int:
    if function in ("eigval", "singval") and k == 1:
        return 2
    if word in ("nonnegative", "nonzero"):
        x = np.abs(rng.normal(size=3)) * (np.array([0, 1, 1]) if word == "nonnegative" else np.array([-1, 1, 1]))
        return x if function in _VECTOR else np.outer(x, np.abs(x))
    shape = (3,) if function in _VECTOR else (3, 3)
    has = {"spd": {"spd", "symmetric", "invertible"}, "orthogonal": {"orthogonal", "invertible"}, "full-column-rank": {"invertible"},
           "positive-determinant": {"spd", "symmetric", "invertible"}}
    return np.asarray(draw(frozenset(has.get(word, {word} if word else set())), shape, rng, STYLES[1]))


def satisfied(word: str, v: NDArray[np.float64]) -> bool:
    small = 1e-9 * max(1.0, float(np.max(np.abs(v))))
    if word in ("positive", "nonnegative", "nonzero"):
        return bool(np.all(v > 0 if word == "positive" else v >= -small if word == "nonnegative" else np.abs(v) > small))
    if word in ("upper", "lower", "diagonal"):
        rest = {"upper": np.tril(v, -1), "lower": np.triu(v, 1), "diagonal": v - np.diag(np.diag(v))}[word]
        return bool(np.max(np.abs(rest)) <= small)
    if word == "orthogonal":
        return bool(np.allclose(v.T @ v, np.eye(len(v))))
    if word == "positive-determinant":
        return bool(np.linalg.det(v) > 0)
    if word in ("invertible", "full-column-rank"):
        return bool(np.linalg.matrix_rank(v) == v.shape[1])
    least = np.linalg.eigvalsh(v)[0]
    return bool(np.allclose(v, v.T)) and bool(least > small if word == "spd" else least >= -small)


@pytest.mark.parametrize("fact", FACTS, ids=lambda f: f"{f.function}({', '.join(f.arguments)}) is {f.value}")
def test_every_fact_in_numbers(fact: Fact) -> None:
    for seed in range(20):
        rng = np.random.default_rng(seed)
        args = [argument(w, fact.function, k, rng) for k, w in enumerate(fact.arguments)]
        if fact.function == "entrypower":
            args[1] = 2
        if fact.function == "sqrt" and not fact.arguments[0]:
            args[0] = np.abs(args[0])
        names = {f"a{k}": a for k, a in enumerate(args)}
        source = FUNCTIONS[fact.function].numpy.format(*names)
        value = np.asarray(eval(source, {"np": np, "sp": scipy, **names}))
        if np.all(np.isfinite(value)):  # where the function has a value
            assert satisfied(fact.value, value), (seed, value)


def test_a_wrong_fact_would_be_seen() -> None:
    with pytest.raises(AssertionError):
        test_every_fact_in_numbers(Fact("hadamard", ("orthogonal", "orthogonal"), "orthogonal"))
