"""Names that end in the index of a sum: rows, columns and entries, and never a constant; how results write them."""

from __future__ import annotations

import pytest

from derive.errors import DeriveError
from derive.expressions.nodes import Expr
from derive.language.problems.problem import Problem
from derive.language.problems.read import read
from derive.notation.latex.latex import latex
from derive.notation.readback import misread
from derive.notation.text.text import pretty, text

SYMBOLS = """
symbols: {X: 'matrix(n, d)', Y: 'matrix(d, N)', Phi: 'matrix(n, k)', y: vector(n), w: vector(d), z: vector(n), A: square(n), mu: vector(d), s: scalar}
"""


def problem(function: str, wrt: str = "w") -> Problem:
    return read(f"{SYMBOLS}function: '{function.replace(chr(39), chr(39) * 2)}'\nwrt: {wrt}\nfind: [gradient]\n", "samples.yaml")


def refusal(function: str, wrt: str = "w", symbols: str = SYMBOLS) -> str:
    with pytest.raises(DeriveError) as caught:
        read(f"{symbols}function: '{function.replace(chr(39), chr(39) * 2)}'\nwrt: {wrt}\nfind: [gradient]\n", "samples.yaml")
    return f"{caught.value.message} {caught.value.hint}"


ROWS = "sum(i, 1, n, (y[i] - w' X[i, :])^2)"
SAME = [
    ("f(w) = sum(i, 1, n, (y_i - w' x_i)^2)", ROWS),
    (r"f(w) = \sum_{i=1}^n (y_i - w^\top x_i)^2", ROWS),
    (r"\sum_{i=1}^n (y_i - w^\top x_i)^2", ROWS),
    (r"\sum_i (y_i - w^\top x_i)^2", ROWS),
    (r"\mathcal{L}(\mathbf{w}) = \sum_{i=1}^{n} (y_i - \mathbf{w}^{\top} \mathbf{x}_{i})^2", ROWS),
    (r"$f(w) = \sum_{i=1}^n (y_i - w^\top x_i)^2$", ROWS),
    (r"\[ f(w) = \sum_{i=1}^n (y_i - w^\top x_i)^2. \]", ROWS),
    (r"f(w) = \sum_{i=1}^n (y_i - w^\top X_i)^2", ROWS),
    (r"J = \sum_{i=1}^n (y_i - w^\top x_i)^2,", ROWS),
    (r"J_\lambda(w) := \sum_{i=1}^n (y_i - w^\top x_i)^2", ROWS),
    ("f(w) = sum(i, 1, N, w' y_i)", "sum(i, 1, N, w' Y[:, i])"),
    (r"f(w) = \sum_{i=1}^N w^\top Y_i", "sum(i, 1, N, w' Y[:, i])"),
    (r"f(w) = \sum_{i=1}^n z_i \phi_i^\top \phi_i w^\top w", "sum(i, 1, n, z[i] (Phi[i, :]' Phi[i, :]) w' w)"),
    ("f(w) = w' w sum(i, 1, n, sum(j, 1, n, a_ij z_i z_j))", "(w' w) sum(i, 1, n, sum(j, 1, n, A[i, j] z[i] z[j]))"),
    (r"f(w) = w^\top w \sum_{i,j} A_{ij} z_i z_j", "(w' w) sum(i, 1, n, sum(j, 1, n, A[i, j] z[i] z[j]))"),
    (r"f(w) = w^\top w \sum_{i,j=1}^n A_{ij} z_i z_j", "(w' w) sum(i, 1, n, sum(j, 1, n, A[i, j] z[i] z[j]))"),
    (r"f(w) = w^\top w \sum_{ij} a_{ij} z_i z_j", "(w' w) sum(i, 1, n, sum(j, 1, n, A[i, j] z[i] z[j]))"),
]


@pytest.mark.parametrize(("function", "means"), SAME, ids=[function for function, _ in SAME])
def test_rows_columns_and_entries(function: str, means: str) -> None:
    symbols = SYMBOLS.replace("Y: 'matrix(d, N)', ", "") if "y_i -" in function else SYMBOLS.replace("y: vector(n), ", "")
    source = f"{symbols}function: '{function.replace(chr(39), chr(39) * 2)}'\nwrt: w\nfind: [gradient]\n"
    assert text(read(source, "samples.yaml").function) == means


REFUSED = [
    ("sum(i, 1, N, norm(x_i - mu)^2)", "x_i is declared as one vector"),
    (r"f(mu) = \sum_{i=1}^N \|x_i - \mu\|^2", "x_i is declared as one vector"),
    ("sum(i, 1, N, mu' S_i mu)", "X[i, :]"),
    ("sum(i, 1, N, c_i mu' mu)", "c_i is declared as a number"),
    ("sum(i, 1, N, g_i(mu))", "one function"),
]


@pytest.mark.parametrize(("function", "words"), REFUSED, ids=[function for function, _ in REFUSED])
def test_a_declared_name_is_the_same_for_every_index(function: str, words: str) -> None:
    symbols = "symbols: {x_i: vector(d), S_i: spd(d), c_i: scalar, g_i: function(d), mu: vector(d), N: integer}\n"
    said = refusal(function, "mu", symbols)
    assert words.replace("X[i, :]", "S[i, :]") in said
    assert "this sum runs over" in said


def test_what_is_not_declared_says_how_samples_are() -> None:
    assert "`U: matrix(N, d)`" in refusal("w' w sum(i, 1, n, u_i)")
    assert "no entry s_i" in refusal("w' w sum(i, 1, n, s_i)")
    assert "how far i runs cannot be told" in refusal(r"w^\top w \sum_i s")
    assert "sums over all values" in refusal(r"w^\top w \sum_{i \ne j} A_{ij}")
    assert "out of range" in refusal("w' w sum(i, 1, 9, x_i' w)", symbols=SYMBOLS.replace("X: 'matrix(n, d)'", "X: 'matrix(3, d)'"))


def test_another_index_leaves_a_name_alone() -> None:
    source = "symbols: {X: 'matrix(N, d)', mu_k: vector(d)}\nfunction: f(mu_k) = sum(i, 1, N, norm(X[i, :] - mu_k)^2)\nfind: [gradient]\n"
    assert text(read(source, "samples.yaml").function) == "sum(i, 1, N, norm(X[i, :] - mu_k)^2)"


def test_what_is_read_as_samples_is_written_so() -> None:
    found = problem("sum(i, 1, n, (z_i - w' x_i)^2)").function
    assert r"w^{\mathsf T} x_{i}" in latex(found)
    assert "w' x_i" in pretty(found)
    assert misread(found) is None
    columns = read(
        f"{SYMBOLS.replace('y: vector(n), ', '')}function: f(w) = sum(i, 1, N, exp(w' y_i))\nfind: [gradient]\n", "samples.yaml"
    ).function
    assert r"y_{i}" in latex(columns)
    assert misread(columns) is None


def test_a_letter_that_is_taken_is_not_used() -> None:
    found: Expr = read(
        "symbols: {X: 'matrix(n, d)', x_1: vector(d), w: vector(d)}\nfunction: f(w) = sum(i, 1, n, (w - x_1)' x_i)\nfind: [gradient]\n", "a.yaml"
    ).function
    assert "X_{i, :}" in latex(found)
    assert misread(found) is None


NUMBERS = [("tr(w' mu)", "w' mu"), ("det(w' mu)^2", "(w' mu)^2"), ("logdet(w' w)", "log(w' w)"), ("logdet(w' mu)", "log(abs(w' mu))"),
           ("expm(w' mu)", "exp(w' mu)"), ("tr(w' mu) + s", "w' mu + s")]


@pytest.mark.parametrize(("function", "means"), NUMBERS)
def test_a_product_that_is_a_number(function: str, means: str) -> None:
    assert text(problem(function).function) == means


def test_the_trace_of_a_declared_number_is_a_slip() -> None:
    assert "square matrix" in refusal("tr(s) w' w")


PASTED = [
    (r"\begin{aligned} f(w) &= \sum_{i=1}^n (y_i - w^\top x_i)^2 \\ &\quad + w^\top w \end{aligned}", f"{ROWS} + w' w"),
    (r"\begin{equation*} f(w) = \|X w - y\|^2 \label{eq:loss} \end{equation*}", "norm(X w - y)^2"),
    (r"\operatorname*{tr}(w w^\top)", "tr(w w')"),
    (r"\sum_{i=1}^n (y_i - w^\top v_i)^2", "sum(i, 1, n, (y[i] - w' V[i, :])^2)"),
]


@pytest.mark.parametrize(("function", "means"), PASTED, ids=[function for function, _ in PASTED])
def test_pasted_displays(function: str, means: str) -> None:
    symbols = "symbols: {X: 'matrix(n, d)', V: 'matrix(n, d)', v: vector(d), y: vector(n), w: vector(d)}\n"
    found = read(f"{symbols}function: '{function.replace(chr(39), chr(39) * 2)}'\nwrt: w\nfind: [gradient]\n", "samples.yaml")
    assert text(found.function) == means


def test_what_a_minimum_and_an_unknown_function_are_told() -> None:
    assert "find: [stationary]" in refusal(r"\min_w \|X w - y\|^2")
    assert "sigmoid" in refusal(r"\sum_{i=1}^n \sigma(w^\top x_i)")
