"""Functions that are told by what stands beside them: norms by their kind, functions by rows, real powers, max of one vector, A : B."""

from __future__ import annotations

import re

import pytest

from derive.errors import DeriveError
from derive.language.problems.read import read
from derive.notation.text.text import text

SYMBOLS = (
    "symbols: {X: 'matrix(n, d)', Y: 'matrix(n, d)', w: vector(d), y: vector(n), S: spd(d), B: square(d), p: scalar, "
    "u: vector(3), v: vector(3), E: function(d), G: 'function(d, k)'}\n"
)


def function(said: str, wrt: str) -> str:
    quoted = said.replace("'", "''")
    return text(read(f"{SYMBOLS}function: '{quoted}'\nwrt: {wrt}\nfind: [gradient]\n", "f.yaml").function)


SAME = [
    ("norm(w, 1)", "norm1(w)"), ("norm(w, 2)", "norm(w)"), ("norm(w, inf)", "norminf(w)"), ("norm(X, nuclear)", "nuclear(X)"),
    ("norm(X, F)", "norm(X)"), ("norm(X, 2)", "singval(X, 1)"), ("norm(w, S)^2", "w' S w"), ("norm(w)_S^2", "w' S w"),
    ("norm(y' X w - p)^2", "(y' X w - p)^2"), ("norm(w, 3)", "sum(abs(w) .^ 3)^(1/3)"),
    (r"\|X\|_*", "nuclear(X)"), (r"\|w\|_\infty", "norminf(w)"), (r"\|w\|_S^2", "w' S w"), (r"\|w\|_{S^{-1}}^2", "w' S^-1 w"),
    (r"\|w\|_S^4", "(w' S w)^2"), (r"\|y^\top X w - p\|_2^2", "(y' X w - p)^2"),
    ("max(X w)", "maxentry(X w)"), (r"\min(X w)", "minentry(X w)"),
    ("tr(S^p)", "tr(powm(S, p))"), ("tr(S^(-1/2))", "tr(sqrtm(S)^-1)"), (r"\operatorname{tr}(S^{3/2})", "tr(powm(S, 3/2))"),
    ("sum(mean(X, rows))", "sum(d^-1 X ones(d))"), ("sum(sum(X, columns))", "sum(X' ones(n))"),
    ("sum(norm(X, rows))", "sum(sqrt((X .* X) ones(d)))"),
    ("y' E(X, rows)", "y' sum(i, 1, n, E(X[i, :]) e(i, n))"),
    ("X : Y", "inner(X, Y)"), (r"X : Y + p", "inner(X, Y) + p"), (r"2 X B : Y", "inner(2 X B, Y)"),
    (r"u^\top (u \times v)", "u' cross(u, v)"), (r"\mathbf{1}^\top X w", "ones(n)' X w"), (r"(X w - p \mathbf 1)^\top y", "(X w - p ones(n))' y"),
]


@pytest.mark.parametrize(("said", "means"), SAME, ids=[said for said, _ in SAME])
def test_read(said: str, means: str) -> None:
    wrt = next(name for name in ("w", "X", "S", "u") if re.search(rf"\b{name}\b", said))
    assert function(said, wrt) == function(means, wrt)


def test_statistics_are_what_defines_them() -> None:
    assert function("var(X w)", "w") == "n^-1 norm(X w - mean(X w) ones(n))^2"
    assert function("cov(X w, y)", "w") == "n^-1 (X w - mean(X w) ones(n))' (y - mean(y) ones(n))"
    assert function("tr(cov(X))", "X").startswith("tr(n^-1")


REFUSED = [
    ("norm(X, 1)", "X", "two readings"), ("norm(X, inf)", "X", "two readings"), (r"\|X\|_\infty", "X", "two readings"),
    ("norm(w, X)", "w", "the matrix S of x' S x"), ("det(X, rows)", "X", "no form by rows"), ("var(X)", "X", "cov(X)"),
    ("tr(B^p)", "B", "spd"), ("cross(w, w)' w", "w", "3 entries"), ("mean(w, rows)", "w", "by rows a function goes of a matrix"),
    ("sum(G(X, columns))", "X", "have n entries"),
]


@pytest.mark.parametrize(("said", "wrt", "words"), REFUSED, ids=[said for said, _, _ in REFUSED])
def test_refused(said: str, wrt: str, words: str) -> None:
    with pytest.raises(DeriveError) as caught:
        function(said, wrt)
    assert words in caught.value.render()


MESSAGES = [
    ("np.linalg.norm(X)", "X", "called by their names alone: norm(…)"), (r"\lamda w^\top w", "w", r"did you mean \lambda?"),
    ("sum(i, 1, N, w' w)", "w", "`N: integer`"), (r"\|w^\top X^\top - y\|", "w", "- y'"), ("tr(X' Y)", "X[1, 2]", "is an entry of one"),
]


@pytest.mark.parametrize(("said", "wrt", "words"), MESSAGES, ids=[said for said, _, _ in MESSAGES])
def test_messages_say_what_would_be_right(said: str, wrt: str, words: str) -> None:
    with pytest.raises(DeriveError) as caught:
        function(said, wrt)
    assert words in caught.value.render()


def test_a_quote_inside_of_single_quotes() -> None:
    with pytest.raises(DeriveError) as caught:
        read(f"{SYMBOLS}function: 'f(X) = tr(X' X)'\nfind: [gradient]\n", "f.yaml")
    assert "leave the quotes away" in caught.value.render()


@pytest.mark.parametrize(("said", "wrt", "asked"), [
    ("X B", "X", "vectorized"), ("tr(X' Y)", "X", "vectorized"), ("X w", "w", "jacobian"), ("(X w)'", "w", "jacobian"), ("p^2", "p", "jacobian"),
])
def test_the_jacobian_of_a_matrix_is_the_vectorized_derivative(said: str, wrt: str, asked: str) -> None:
    quoted = said.replace("'", "''")
    assert read(f"{SYMBOLS}function: '{quoted}'\nwrt: {wrt}\nfind: [jacobian]\n", "f.yaml").find == (asked,)


PRODUCTS = [
    ("prod(i, 1, n, y_i)", "y", "prod(y)"), (r"\prod_{i=1}^n y_i", "y", "prod(y)"), (r"\prod_i \exp(w^\top x_i)", "w", "prod(exp(X w))"),
    ("prod(i, 1, n, 2 y_i + 1)", "y", "prod(2 y + ones(n))"), ("prod(j, 1, d, w_j^2 X[1, j])", "w", "prod((w .^ 2) .* X[1, :])"),
]


@pytest.mark.parametrize(("said", "wrt", "means"), PRODUCTS, ids=[said for said, _, _ in PRODUCTS])
def test_products_over_an_index(said: str, wrt: str, means: str) -> None:
    assert function(said, wrt) == function(means, wrt)


def test_a_product_that_is_none_of_entries_is_refused() -> None:
    with pytest.raises(DeriveError) as caught:
        function("prod(i, 1, n, sum(j, 1, n, y_i y_j))", "y")
    assert "sum(i, 1, n, log(…))" in caught.value.render()
