"""Expressions as text: the problem language, and the terminal."""

from __future__ import annotations

import pytest

from derive.derivation.derivation import Head, Line
from derive.expressions.build import add, inverse, matmul, scale, transpose
from derive.expressions.nodes import Call, D, Expr, Rate, Symbol, number
from derive.language.text.grammar import parse
from derive.notation.text import text
from tests.notation.test_latex import SCOPE, SYMBOLS, TABLE, A, B, H, X, expr, symbol
from tests.notation.test_latex_lines import HEADS

t = SYMBOLS["t"]


@pytest.mark.parametrize("source", [row[0] for row in TABLE])
def test_text_reads_back(source: str) -> None:
    e = expr(source)
    assert parse(text.text(e), SCOPE, shape=e.shape) is e


def test_text_is_the_problem_language() -> None:
    for source in ("tr(X' A X B)", "2 A X B", "X' (X w - y)", "a / s", "-1/2 x' B x", "norm(X w - y)^2", "[A, X; X', B]"):
        assert text.text(expr(source)) == source


def test_a_pending_derivative_has_no_text() -> None:
    with pytest.raises(ValueError, match="problem language"):
        text.text(D(B, ((B, symbol("K", *B.shape)),)))


PRETTY = [
    ("tr(X' A X B)", "tr(X'AXB)"),
    ("2 A X B", "2AXB"),
    ("2 tr(A)", "2 tr(A)"),
    ("-1/2 x' B x", "−½x'Bx"),
    ("B^-1 - B^-T", "B⁻¹ − B⁻ᵀ"),
    ("(X' A X)^-1 X'", "(X'AX)⁻¹X'"),
    ("2 (X w - y)' X h", "2(Xw − y)'Xh"),
    ("AB B", "AB B"),
    ("W1 x", "W₁x"),
    ("x' B x / (x' x)", "x'Bx/(x'x)"),
    ("(a + b) / (x' x)^2", "(a + b)/(x'x)²"),
    ("2 / (x' x) * (B x)", "2Bx/(x'x)"),
    ("x' w * (x' B w)", "x'w · x'Bw"),
    ("1 / (2 s^2)", "1/(2s²)"),
    ("a / (2 s)", "a/(2s)"),
    ("inner(2 A X B, H)", "⟨2AXB, H⟩"),
    ("norm(X w - y)^2", "‖Xw − y‖²"),
    ("logdet(S)", "log det(S)"),
    ("logdet(A)", "log|det(A)|"),
    ("dsigma(X x) .* (X h)", "σ′(Xx) ∘ (Xh)"),
    ("kron(B', A)", "B' ⊗ A"),
    ("alpha mu", "αμ"),
    ("loss x", "loss x"),
    ("x[1]^2 x[2]", "x₁²x₂"),
    ("X[i, j] x[j]", "X_ij x_j"),
    ("(A X)[1, 2]", "[AX]₁₂"),
    ("x[10]", "x₁₀"),
    ("expm(t B)", "e^(tB)"),
    ("eigval(S, 1)", "λ₁(S)"),
    ("sum(i, 1, n, x[i]^2)", "∑_{i=1..n} x_i²"),
    ("dE(x)' h", "∇E(x)' h"),
    ("d2E(x, h, w)", "D²E(x)[h, w]"),
    ("where(a > 0, a, 0)", "{a if a > 0, 0 otherwise}"),
]


@pytest.mark.parametrize(("source", "wanted"), PRETTY, ids=[row[0] for row in PRETTY])
def test_pretty(source: str, wanted: str) -> None:
    got = text.pretty(expr(source))
    assert got == wanted


def test_pending_derivatives_in_the_terminal() -> None:
    moved = add(X, scale(t, H))
    e: Expr = Rate(Call("tr", (matmul(transpose(moved), A, moved, B),)), (t,))
    assert text.pretty(e) == "d/dt tr((X + tH)'A(X + tH)B) |t=0"
    k = symbol("K", *B.shape)
    assert text.pretty(D(inverse(B), ((B, k),))) == "D(B⁻¹)[K]"
    assert text.pretty(matmul(B, D(B, ((B, k),)))) == "B DB[K]"
    path: Symbol = Symbol("dA", A.shape, of="t", order=1, path="A")
    assert text.pretty(matmul(inverse(A), path, inverse(A))) == "A⁻¹ȦA⁻¹".replace("Ȧ", "A\u0307")


def test_lines() -> None:
    e = expr("2 A X B")
    assert text.line(Line(e, "rule", left=Head("gradient", "f", (X,)))) == "∇f(X) = 2AXB"
    assert text.line(Line(e, "rule")) == "= 2AXB"
    equation = Line(number(0), "rule", left=expr("a"), relation="⇔", equation=True)
    assert text.line(equation) == "⇔ a = 0"


def test_reasons() -> None:
    assert text.why(("symmetric: ", transpose(A), " = ", A)) == "symmetric: A' = A"


def test_heads_in_the_terminal() -> None:
    wanted = [
        "f(X)", "f_i(X)", "Df(X)[H]", "Df(X, A)[H, H_A]", "df/ds", "df/ds", "∂f/∂s", "df", "∇f(X)", "∇_X f(X, A)", "J_f(x)",
        "∂f/∂x", "J_f(x)'", "D²f(X)[H, K]", "D²f(X)[H, H]", "Hess f(X)[K]", "∇²f(x)", "d vec f / d vec X", "vec(Df(X)[H])",
        "f(X + H)", "∂f/∂X_jk", "∂f_i/∂X_jk", "∂f_i/∂x_j", "∂f/∂X",
    ]
    assert [text.head(it) for it, _ in HEADS] == wanted
