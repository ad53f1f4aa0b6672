"""LaTeX that authors write: what it means, and what is refused, where, with which words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.errors import DeriveError
from derive.expressions.nodes import D, Symbol, Unnamed
from derive.expressions.sizes import ONE, SCALAR, Size
from derive.language.latex.input import parse
from derive.language.origin import Origin
from derive.language.scope import Scope
from derive.language.text import grammar

M, N = Size.of("m"), Size.of("n")


def symbol(name: str, rows: Size = ONE, columns: Size = ONE, *has: str, latex: str | None = None, of: str | None = None) -> Symbol:
    out: Symbol = Symbol(name, (rows, columns), frozenset(has), of, latex)
    return out


SYMBOLS = {
    s.name: s
    for s in (
        symbol("X", M, N), symbol("Z", M, N), symbol("A", M, M), symbol("C", M, M), symbol("B", N, N), symbol("P", M, M, of="t"),
        symbol("w", N), symbol("x", N), symbol("z", N), symbol("y", M), symbol("mu", N), symbol("lambda"), symbol("s"),
        symbol("t"), symbol("k", ONE, ONE, "integer"), symbol("W1", M, N), symbol("loss"), symbol("Xw", M),
        symbol("Sigma", N, N, "spd", "symmetric", "invertible"), symbol("beta", N, latex=r"\hat{\beta}"),
        symbol("R_k", M, M, latex="R^{(k)}"),
    )
    if s.name != "Xw"
}
UNNAMED = {"sigma": Unnamed("sigma"), "E": Unnamed("E", (N, ONE), SCALAR)}
SCOPE = Scope(SYMBOLS, UNNAMED, frozenset(("m", "n")))

READ = [
    (r"\operatorname{Tr}\{X^\mathsf{T} A X B\}", "tr(X' A X B)"),
    (r"\operatorname{tr}\left(X^{\mathsf T} A X B\right)", "tr(X' A X B)"),
    (r"\mathrm{tr}(X^T A X)", "tr(X' A X)"),
    (r"\text{tr}(X^\top X)", "tr(X' X)"),
    (r"\tr(X^\top X)", "tr(X' X)"),
    (r"tr(X^\top X)", "tr(X' X)"),
    (r"\|Xw - y\|_2^2", "norm(X w - y)^2"),
    (r"\lVert X w - y \rVert^{2}", "norm(X w - y)^2"),
    (r"\left\| X w - y \right\|_2^2 + \lambda \|w\|^2", "norm(X w - y)^2 + lambda norm(w)^2"),
    (r"\|A\|_F^2 + \|w\|_1", "norm(A)^2 + norm1(w)"),
    (r"\|X\|_{1,1}", "norm1(X)"),
    (r"x^\top B x", "x' B x"),
    (r"x^{\top} B x", "x' B x"),
    (r"\frac12 \det(A)", "1/2 det(A)"),
    (r"\frac{1}{2} x^\top \! B \, x", "1/2 x' B x"),
    (r"\tfrac12\left\lVert Xw - y \right\rVert^2", "1/2 norm(X w - y)^2"),
    (r"A^{-1}\,y", "A^-1 y"),
    (r"A^{-\top} + A^{-T} + A^{-\mathsf{T}}", "A^-T + A^-T + A^-T"),
    (r"A \odot C + A \circ C", "A .* C + A .* C"),
    (r"X \otimes B", "kron(X, B)"),
    (r"\langle X, Z \rangle^2", "inner(X, Z)^2"),
    (r"\left\langle x, z \right\rangle", "inner(x, z)"),
    (r"(\mathbf{x} - \boldsymbol{\mu})^\top \Sigma^{-1} (x-\mu)", "(x - mu)' Sigma^-1 (x - mu)"),
    (r"\frac{x^\top B x}{x^\top x}", "x' B x / (x' x)"),
    (r"\log\det \Sigma + \log \det(\Sigma)", "logdet(Sigma) + logdet(Sigma)"),
    (r"\log|\Sigma| + \log \left| \det \Sigma \right|", "logdet(Sigma) + logdet(Sigma)"),
    (r"\log(\det(\Sigma))", "log(det(Sigma))"),
    (r"\sum_{i=1}^{n} x_i^2", "sum(i, 1, n, x[i]^2)"),
    (r"\sum_{i=1}^n \exp(x_i) - s", "sum(i, 1, n, exp(x[i])) - s"),
    (r"\sum\limits_{i=1}^{m}\sum_{j=1}^{n} X_{ij} Z_{i,j}", "sum(i, 1, m, sum(j, 1, n, X[i, j] Z[i, j]))"),
    (r"\log \sum_{i=1}^n e^{x_i}", "log(sum(i, 1, n, exp(x[i])))"),
    (r"\begin{pmatrix} x \\ z \end{pmatrix}", "[x; z]"),
    (r"\begin{bmatrix} A & X \\ X^\top & I \end{bmatrix}", "[A, X; X', I(n)]"),
    (r"\begin{pmatrix} A & 0 \\ 0 & B \end{pmatrix}", "[A, zeros(m, n); zeros(n, m), B]"),
    (r"\begin{cases} s & \text{if } s > 0 \\ 0 & \text{otherwise} \end{cases}", "where(s > 0, s, 0)"),
    (r"\begin{cases} s, & s > 0, \\ 0, & s \le 0. \end{cases}", "where(s > 0, s, 0)"),
    (r"\begin{cases} s & s > 1 \\ t & s > 0 \\ 0 & \text{else} \end{cases}", "where(s > 1, s, where(s > 0, t, 0))"),
    (r"\sin^2 s + \cos^2 s", "sin(s)^2 + cos(s)^2"),
    (r"2 \sin s \cos t + \sin 2s", "2 sin(s) cos(t) + sin(2 s)"),
    (r"\sigma(W_1 x) + \sigma'(W_{1} x)", "sigma(W1 x) + dsigma(W1 x)"),
    (r"\nabla E(x)^\top z + \mathrm{D}E(x)[z]", "dE(x)' z + dE(x, z)"),
    (r"\nabla^2 E(x)[z]", "d2E(x, z)"),
    (r"X_{12} + X_{1,2}", "X[1, 2] + X[1, 2]"),
    (r"X_{:,1} + 0_m", "X[:, 1] + zeros(m)"),
    (r"X_{1,:} w", "X[1, :]' w"),
    (r"x \cdot z + 2 x \cdot z", "dot(x, z) + dot(2 x, z)"),
    (r"s \cdot x + X^\top \cdot y", "s x + X' y"),
    (r"s \times t", "s t"),
    (r"\mathit{loss}^2 \, loss", "loss^2 loss"),
    (r"X^\top X + \lambda I", "X' X + lambda I(n)"),
    (r"(I + A)^{-1}", None),
    (r"\sqrt{s} + \sqrt[3]{s} + s^{1/2}", "sqrt(s) + s^(1/3) + s^(1/2)"),
    (r"A^{1/2} + \sqrt[2]{s} A", None),
    (r"X^{+}", "pinv(X)"),
    (r"x^{\circ 2} + x \oslash z", "x .^ 2 + x ./ z"),
    (r"\operatorname{diag}(x) B", "diag(x) B"),
    (r"\max(s, 0) + |s| + \lvert t \rvert", "max(s, 0) + abs(s) + abs(t)"),
    (r"\mathbf{1}_n^\top x", "ones(n)' x"),
    (r"e_1^\top y", "e(1, m)' y"),
    (r"s / t \cdot x", "(s / t) x"),
    (r"1/2 \, x^\top x", "1/2 x' x"),
    (r"$x^\top x$", "x' x"),
    (r"\hat{\beta}^\top x", "beta' x"),
    (r"R^{(k)} y\,", "R_k y"),
    (r"\det(P(t))\,", "det(P)"),
    (r"x_k + x_{k}\,", "x[k] + x[k]"),
    (r"-\bigl( x^\top z \bigr)^2", "-(x' z)^2"),
    (r"\exp_{\circ}(A)", "exp(A)"),
    (r"A x\,", None),
]


@pytest.mark.parametrize(("latex", "text"), [row for row in READ if row[1]], ids=[row[0] for row in READ if row[1]])
def test_read(latex: str, text: str) -> None:
    wanted = grammar.parse(text, SCOPE)
    assert parse(latex, SCOPE) is wanted
    assert grammar.parse(latex if "\\" in latex else latex + r"\,", SCOPE) is wanted


def test_shapes_from_neighbours() -> None:
    assert parse(r"(I + A)^{-1} \, y", SCOPE) is grammar.parse("(I(m) + A)^-1 y", SCOPE)
    assert parse(r"A^{1/2}", SCOPE) is grammar.parse("sqrtm(A)", SCOPE)
    assert parse(r"I", SCOPE, shape=(N, N)) is grammar.parse("I(n)", SCOPE)
    assert parse(r"e_{1} e_{2}^\top", SCOPE, shape=(M, N)) is grammar.parse("e(1, m) e(2, n)'", SCOPE)


REFUSED = [
    (r"\exp(A)", 1, "expm(A)", r"\exp_{\circ}(A)"),
    (r"e^{A}", 1, "expm(A)", "entry by entry"),
    (r"\sqrt{A}", 1, "sqrtm(A)", "entry by entry"),
    (r"\sin(A)", 1, "two readings", "entry by entry"),
    (r"s + \|A\|_2", 5, "Frobenius", "spectral"),
    (r"\|A\|_1", 1, "norm1(A)", "two readings"),
    (r"\|x\|_q", 7, "q", "not part"), (r"\|X\|_\infty", 1, "two readings", "largest entry"),
    (r"|A|\,", 1, r"\det", "abs"),
    (r"s + \frobnicate{A}", 5, r"\frobnicate", "not a macro"),
    (r"\csname foo\endcsname", 1, r"\csname", "nothing is executed"),
    (r"x + \input{/etc/passwd}", 5, r"\input", "nothing is executed"),
    (r"\hat{x}", 1, r"\hat", "latex:"),
    (r"\rho + s", 1, r"\rho", "not declared"),
    (r"x^\top q", 8, "q is not declared", ""),
    (r"X + A\,", 5, "m×n", "m×m"),
    (r"A B\,", 3, "the product A B is not defined", ""),
    (r"A \circ C C", 11, "two readings", "(A"),
    (r"\operatorname{tr} A C", 21, "two readings", "brackets"),
    (r"\operatorname{foo}(A)", 1, "foo is unknown", ""),
    (r"\sin^{-1}(s)", 1, "two readings", "inverse"),
    (r"s / t x\,", 7, "two readings", r"\frac"),
    (r"X^*\,", 2, "real", r"X^\top"),
    (r"x^\dagger", 2, "real", "pseudo-inverse"),
    (r"\left( x", 6, "never closed", ""),
    (r"x )\,", 3, "unexpected `)`", ""),
    (r"(x]\,", 3, "closed by", ""),
    (r"x^\,", 2, "exponent is missing", ""),
    (r"\frac{1}", 9, "denominator is missing", ""),
    (r"{x\,", 1, "never closed", ""),
    (r"x}\,", 2, "closes nothing", ""),
    (r"\sum_i s", 1, r"\sum_{i=1}^{n}", "counts nothing"),
    (r"\sum_{k=1}^{n} \sum_{k=1}^{n} x_k", 16, "already in use", ""),
    (r"X_1\,", 2, "two indices", ""),
    (r"s_1\,", 2, "no entries", ""),
    (r"\begin{vmatrix} A \end{vmatrix}", 1, "vmatrix", r"\det"),
    (r"\begin{pmatrix} A & X \\ B \end{pmatrix}", 1, "wide", ""),
    (r"\begin{cases} s & s > 0 \\ 0 & s < 0 \end{cases}", 1, "opposite", "otherwise"),
    (r"\nabla s", 1, "find", "derivative"),
    (r"\mathrm{D}(x)[z]", 1, "find", ""),
    (r"\left. \frac{\mathrm{d}}{\mathrm{d} t} s \right|_{t=0}", 1, "find", ""),
    (r"x = y\,", 3, "unexpected `=`", "holds no"),
    (r"s \pm t", 3, r"\pm", "one value"),
    ("x + \\", 5, "backslash", ""),
    (r"x \cdot y", 9, "inner product is not defined", ""),
    (r"\log_2(s)", 6, "no index", ""),
    (r"X^{1/2}", 1, "square", ""),
    (r"A^s\,", 3, "integer", ""),
    (r"s % comment \\", 3, "comment", ""),
    (r"\sigma + s", 1, "sigma is a function", ""),
    (r"tr \, A", 1, "tr is a function", ""),
    (r"e_1 \, s", 1, "size of this unit vector", "e_{i}^{(n)}"),
    (r"\frac{s}{0}", 10, "division by zero", ""),
    (r"2^{9^{9^{9}}} \cdot 1" + "0" * 50, 0, "too large", ""),
]


@pytest.mark.parametrize(("latex", "column", "first", "second"), REFUSED, ids=[row[0] for row in REFUSED])
def test_refused(latex: str, column: int, first: str, second: str) -> None:
    with pytest.raises(DeriveError) as caught:
        parse(latex, SCOPE)
    message = caught.value.render()
    assert first in message and second in message
    assert caught.value.where is not None
    if column:
        assert caught.value.where.column == column, message


def test_positions_are_those_of_the_file() -> None:
    origin = Origin("p.yaml", "function: '\\frac{x}{y}'", ((0, 1, 12),))
    with pytest.raises(DeriveError) as caught:
        parse(r"\frac{x}{y}", SCOPE, origin)
    assert str(caught.value.where) == "p.yaml:1:21"
    assert caught.value.source == "function: '\\frac{x}{y}'"


def test_letters_multiply_unless_a_declared_name_fits() -> None:
    longer = Scope({**SYMBOLS, "Xw": symbol("Xw", M), "ab": symbol("ab"), "a": symbol("a"), "b": symbol("b")}, {}, SCOPE.sizes)
    assert parse(r"Xw\,", longer) is longer.symbols["Xw"]
    assert parse(r"X w\,", longer) is grammar.parse("X w", longer)
    assert parse(r"ab + ba\,", longer) is grammar.parse("ab + b a", longer)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 3000 + r"\,", "{" * 3000 + r"\,", r"\frac{1}{" * 200 + "1" + "}" * 200, "x^{" * 140 + "2" + "}" * 140 + r"\,",
        "x" + "'" * 500 + r"\,", r"\sin " * 500 + "s", r"\left(" * 500, r"\sqrt" * 900 + "s", r"\mathbf" * 900 + "x",
        r"\begin{pmatrix}" * 200, "x^" * 300 + r"2\,", "9" * 100 + r"\,", r"s\," * 30000,
    ],
    ids=range(13),
)
def test_limits(text: str) -> None:
    with pytest.raises(DeriveError):
        parse(text, SCOPE)


_WORDS = (
    "X", "A", "x", "s", "k", r"\alpha", r"\Sigma", "W_1", r"\sigma", "E", "+", "-", "*", "/", "^", "_", "'", "(", ")",
    "[", "]", "{", "}", "|", r"\|", r"\lVert", r"\rVert", r"\left", r"\right", ".", ",", ":", "=", "<", "&", r"\\",
    r"\frac", r"\sqrt", r"\sum", r"\langle", r"\rangle", r"\cdot", r"\circ", r"\otimes", r"\top", r"\mathsf", "T",
    r"\mathrm", "D", "d", r"\operatorname", "tr", "det", r"\log", r"\exp", r"\begin{pmatrix}", r"\end{pmatrix}",
    r"\begin{cases}", r"\end{cases}", r"\text{if}", "0", "1", "12", "I", "e", "e_1", "J_", "K_", r"\nabla",
    r"\lambda_", r"\mathbf", r"\foo", "$", "~", "n", "=", r"\{", r"\}", r"\bigl", "_{i=1}", "^{n}", r"\left.",
    r"\right|_{t=0}", r"\frac{\mathrm{d}}{\mathrm{d}t}", r"\mathcal{S}_", "%", "1.5", r"\delta_", r"L_{\exp}",
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(_WORDS), max_size=14), st.booleans(), st.booleans())
def test_any_text_is_read_or_refused_with_a_position(words: list[str], apart: bool, own: bool) -> None:
    text = (" " if apart else "").join(words)
    try:
        parse(text, SCOPE, own=own)
    except DeriveError as error:
        assert error.where is not None and 1 <= error.where.column <= len(text) + 1


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30))
def test_any_unicode_is_read_or_refused(text: str) -> None:
    try:
        parse(text, SCOPE)
    except DeriveError as error:
        assert error.where is not None


def test_moves_name_the_variables_of_a_pending_derivative() -> None:
    x, z = SYMBOLS["x"], SYMBOLS["z"]
    found = parse(r"\mathrm{D}(x^{\mathsf T} w)[z]", SCOPE, own=True, moves=((x, z),))
    assert isinstance(found, D) and found.moves == ((x, z),)
    with pytest.raises(DeriveError):
        parse(r"\mathrm{D}(x^{\mathsf T} w)[w]", SCOPE, own=True, moves=((x, z),))


def test_the_space_after_a_row_says_nothing() -> None:
    spaced, plain = (parse(rf"\begin{{pmatrix}} \frac12 \\{space} \frac13 \end{{pmatrix}}", SCOPE) for space in ("[3pt]", ""))
    assert spaced is plain
    with pytest.raises(DeriveError, match="a space such as"):
        parse(r"\begin{pmatrix} 1 \\[x] 2 \end{pmatrix}", SCOPE)
