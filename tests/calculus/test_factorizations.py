"""Factorizations and curved sets: the lines that an expert writes, and gradients against NumPy's own factorizations."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.calculus.derive import derive
from derive.calculus.rules.defining import DEFINING
from derive.calculus.rules.differentials import DIFFERENTIALS
from derive.checking.verification import verify
from derive.derivation.derivation import Derivation, Result
from derive.errors import DeriveError
from derive.expressions.nodes import Zeros
from derive.language.problems.read import read
from derive.notation.python.source import Names, source
from derive.notation.record import record
from derive.notation.text import text


def problem(symbols: str, function: str, find: str = "derivative", sizes: str = "") -> Derivation:
    (variable, *_) = symbols.split(":")
    return derive(read(
        f"title: t\nsymbols: {{{symbols}}}\nfunction: \"f({variable}) = {function}\"\nwrt: {variable}\nfind: [{find}]\n{sizes}", "t.yaml",
    ))


def told(derivation: Derivation) -> list[str]:
    """The lines as the terminal prints them: `left = right`, the reason left out."""
    out = []
    for chain in derivation.chains:
        for line in chain.lines:
            left = text.pretty(line.left) if line.equation else "D"
            out.append(unicodedata.normalize("NFC", f"{left} = {text.pretty(line.expr)}"))
    return out


def letters(derivation: Derivation) -> dict[str, str]:
    return {text.pretty(symbol): text.pretty(expr) for symbol, expr in derivation.letters}


THIN = "sizes: [m >= n]\n"


# ------------------------------------------------------------------------------------------------ the lines
def test_a_simple_eigenvalue_is_the_model_of_the_lecture() -> None:
    """The derivation of a simple eigenvalue, line by line."""
    assert told(problem("A: square(n)", "eigval(A, 1)")) == [
        "Av = λv", "Hv + A dv = dλ v + λ dv", "u'Hv + u'A dv = dλ + λ u' dv", "u'Hv = dλ", "D = u'Hv",
    ]


def test_along_a_path_the_letters_have_dots() -> None:
    derivation = derive(read(
        "title: t\nsymbols: {t: scalar, A: {type: square(n), of: t}}\nfunction: f(t) = eigval(A(t), 1)\nwrt: t\nfind: [derivative]\n", "t.yaml",
    ))
    assert told(derivation)[1:4] == [unicodedata.normalize("NFC", line) for line in ["Ȧv + Av̇ = λ̇v + λv̇", "u'Ȧv + u'Av̇ = λ̇ + λ u'v̇", "u'Ȧv = λ̇"]]


def test_qr_is_the_formula_of_d22() -> None:
    q, r = problem("X: 'matrix(m, n)'", "qr_q(X)", sizes=THIN), problem("X: 'matrix(m, n)'", "qr_r(X)", sizes=THIN)
    for derivation in (q, r):
        known = letters(derivation)
        assert (known["M"], known["L"], known["Ω"]) == ("Q'HR⁻¹", "stril(M)", "L − L'")
    assert told(q)[-1] == "D = QΩ + (I − QQ')HR⁻¹"
    assert told(r)[-1] == "D = (M − Ω)R"
    assert told(problem("X: invertible(n)", "qr_q(X)"))[-1] == "D = QΩ"


def test_cholesky_is_the_lower_part_with_half_the_diagonal() -> None:
    derivation = problem("A: spd(n)", "cholesky(A)")
    assert letters(derivation) == {"L": "chol(A)", "M": "L⁻¹HL⁻ᵀ"}
    assert told(derivation)[-1] == "D = L(tril(M) − ½ diag(diag(M)))"
    assert derivation.conditions == ()


def test_singular_vectors_come_from_three_equations() -> None:
    left = told(problem("X: 'matrix(m, n)'", "svd_u(X)", sizes=THIN))
    assert left[:5] == [
        "USV' = X", "dU SV' + U dS V' + US dV' = H", "U' dU S + dS + S dV' V = M", "dU' U + U' dU = 0", "dV' V + V' dV = 0",
    ]
    assert left[-1] == "D = U(F ∘ (MS + SM')) + (I − UU')HVS⁻¹"
    assert told(problem("X: 'matrix(m, n)'", "svd_v(X)", sizes=THIN))[-1] == "D = V(F ∘ (SM + M'S))"
    assert told(problem("X: square(n)", "svd_u(X)"))[-1] == "D = U(F ∘ (MS + SM'))"


def test_the_polar_factors_solve_sylvester_equations() -> None:
    u = problem("X: 'matrix(m, n)'", "polar_u(X)", sizes=THIN)
    assert "U' dU P + PU' dU = U'H − H'U" in told(u)
    assert told(u)[-1] == "D = UΩ + (I − UU')HP⁻¹"
    assert told(problem("X: 'matrix(m, n)'", "polar_p(X)", sizes=THIN)) == [
        "P² = X'X", "dP P + P dP = H'X + X'H", "D = 𝒮_P(H'X + X'H)",
    ]
    assert any("Sylvester equation" in text.why(remark) for remark in u.remarks)


def test_notation_that_is_brought_in_is_explained_in_the_letters_at_hand() -> None:
    def said(function: str) -> list[str]:
        return [text.why(remark) for remark in problem("X: 'matrix(m, n)'", function, sizes=THIN).remarks]

    assert said("svd_u(X)")[0] == "X = USV' is the thin singular value decomposition."
    assert said("qr_q(X)") == ["X = QR is the QR factorization, the diagonal of R positive.", "L is the part of M below the diagonal."]
    assert said("polar_p(X)") == ["𝒮_B(C) is the solution L of the Sylvester equation BL + LB = C."]
    assert said("X' X") == []


def test_conditions_are_printed() -> None:
    def said(symbols: str, function: str, sizes: str = "") -> list[str]:
        return [text.why(c) for c in problem(symbols, function, sizes=sizes).conditions]

    assert said("X: 'matrix(m, n)'", "svd_u(X)", THIN) == ["the singular values of X are distinct and positive"]
    assert said("X: 'matrix(m, n)'", "polar_u(X)", THIN) == ["X has full column rank"]
    assert said("A: symmetric(n)", "eigval(A, 2) + eigval(A, 1)") == ["λ₂(A) is a simple eigenvalue", "λ₁(A) is a simple eigenvalue"]
    assert said("X: invertible(n)", "polar_u(X)") == []


@pytest.mark.parametrize("name", DEFINING)
def test_the_letters_of_a_row_give_its_rule(name: str) -> None:
    """What a row states in its letters has a rule of its own to derive."""
    assert name in DIFFERENTIALS
    row = DEFINING[name]
    assert row.stages[0].kind == "both" and bool(row.result) == bool(row.names)


def test_an_eigenvector_of_a_general_matrix_is_refused_by_name() -> None:
    with pytest.raises(DeriveError, match="eigvec needs a symmetric matrix"):
        problem("A: square(n), b: vector(n)", "b' eigvec(A, 1)", "gradient")


# ------------------------------------------------------------------------------------------------ gradients
Array = Any


def _qr(x: Array) -> tuple[Array, Array]:
    q, r = np.linalg.qr(x)
    signs = np.sign(np.diag(r))
    return q * signs, signs[:, None] * r


def _svd(x: Array) -> tuple[Array, Array, Array]:
    u, s, v = np.linalg.svd(x, full_matrices=False)
    signs = np.sign(v[np.arange(len(s)), np.argmax(np.abs(v), axis=1)])
    return u * signs, s, v.T * signs


def _polar(x: Array) -> tuple[Array, Array]:
    values, vectors = np.linalg.eigh(x.T @ x)
    p = vectors * np.sqrt(values) @ vectors.T
    return x @ np.linalg.inv(p), p


# name: (symbols, function, gradient as told, f by NumPy alone)
GRADIENTS: dict[str, tuple[str, str, str, Callable[[Array, Array], float]]] = {
    "nuclear norm": ("X: 'matrix(m, n)'", "sum(svd_s(X))", "UV'", lambda x, c: np.linalg.svd(x)[1].sum()),
    "trace of P": ("X: 'matrix(m, n)'", "tr(polar_p(X))", "U", lambda x, c: np.linalg.svd(x)[1].sum()),
    "Q": ("X: 'matrix(m, n)', C: 'matrix(m, n)'", "tr(C' qr_q(X))", "(Q stril(Q'C − C'Q) + (I − QQ')C)R⁻ᵀ",
          lambda x, c: np.sum(c * _qr(x)[0])),
    "R": ("X: 'matrix(m, n)', C: square(n)", "tr(C' qr_r(X))", "Q(C + stril(RC' − CR') R⁻ᵀ)", lambda x, c: np.sum(c * _qr(x)[1])),
    "U": ("X: 'matrix(m, n)', C: 'matrix(m, n)'", "tr(C' svd_u(X))", "", lambda x, c: np.sum(c * _svd(x)[0])),
    "V": ("X: 'matrix(m, n)', C: square(n)", "tr(C' svd_v(X))", "", lambda x, c: np.sum(c * _svd(x)[2])),
    "polar U": ("X: 'matrix(m, n)', C: 'matrix(m, n)'", "tr(C' polar_u(X))", "U 𝒮_P(U'C − C'U) + (I − UU')CP⁻¹",
                lambda x, c: np.sum(c * _polar(x)[0])),
    "polar P": ("X: 'matrix(m, n)', C: square(n)", "tr(C' polar_p(X))", "X 𝒮_P(C + C')", lambda x, c: np.sum(c * _polar(x)[1])),
    "square root": ("A: spd(n), C: square(n)", "tr(C' sqrtm(A))", "½ 𝒮_(A^(1/2))(C + C')",
                    lambda a, c: np.sum(c * scipy.linalg.sqrtm(a).real)),
    "Cholesky": ("A: spd(n), C: square(n)", "tr(C' cholesky(A))", "½L⁻ᵀ(tril(L'C) − diag(diag(L'C)) + triu(C'L))L⁻¹",
                 lambda a, c: np.sum(c * np.linalg.cholesky(a))),
    "norm of L": ("A: spd(n)", "norm(cholesky(A))^2", "I", lambda a, c: np.trace(a)),
    "two eigenvalues": ("A: symmetric(n)", "eigval(A, 1)^2 + eigval(A, 2)", "2λ₁ v₁v₁' + v₂v₂'",
                        lambda a, c: np.linalg.eigvalsh(a)[0] ** 2 + np.linalg.eigvalsh(a)[1]),
}


@cache
def derived(name: str) -> tuple[Derivation, str]:
    symbols, function, _, _ = GRADIENTS[name]
    derivation = problem(symbols, function, "gradient", THIN if "matrix(m" in symbols else "")
    result = derivation.results["gradient"]
    assert isinstance(result, Result)
    return derivation, source(result.expr, Names(derivation.where))


@pytest.mark.parametrize("name", GRADIENTS)
def test_the_gradient_is_told_in_letters(name: str) -> None:
    derivation, _ = derived(name)
    want = GRADIENTS[name][2]
    result = derivation.results["gradient"]
    assert isinstance(result, Result)
    assert not want or text.pretty(result.expr) == want
    assert verify(derivation).passed


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10**6), name=st.sampled_from(sorted(GRADIENTS)))
def test_the_gradient_is_that_of_numpys_factorization(seed: int, name: str) -> None:
    """⟨∇f, H⟩ against the central difference of f by NumPy alone, at random points away from equal singular values."""
    symbols, _, _, f = GRADIENTS[name]
    rng = np.random.default_rng(seed)
    m, n = (5, 3) if "matrix(m" in symbols else (4, 4)
    base = np.linalg.qr(rng.normal(size=(m, m)))[0][:, :n] * (1.0 + np.arange(n) + 0.3 * rng.random(n)) @ np.linalg.qr(rng.normal(size=(n, n)))[0]
    c = rng.normal(size=(m, n) if "C: 'matrix" in symbols else (n, n))
    h = rng.normal(size=(m, n))
    variable = symbols[0]
    if variable == "A":
        base, h = base + base.T + (40 * np.eye(n) if "spd" in symbols else 0.0), h + h.T
    _, code = derived(name)
    value = eval(code, {"np": np, "sp": scipy, variable: base, "C": c, "m": m, "n": n})
    t = 1e-5
    slope = (f(base + t * h, c) - f(base - t * h, c)) / (2 * t)
    assert np.sum(value * h) == pytest.approx(slope, rel=1e-5, abs=1e-5 * np.linalg.norm(value) * np.linalg.norm(h))


# ------------------------------------------------------------------------------------------------ curved sets
CURVED = {
    # declaration, function, what the gradient is
    "sphere": ("x: {type: 'vector(n)', is: [unit]}, A: symmetric(n)", "1/2 x' A x", "(I − xx')Ax"),
    "unit matrix": ("X: {type: 'matrix(m, n)', is: [unit]}, A: 'matrix(m, n)'", "tr(A' X)", "A − ⟨X, A⟩ X"),
    "Stiefel, symmetric": ("X: 'stiefel(n, p)', A: symmetric(n)", "tr(X' A X)", "2(I − XX')AX"),
    "Stiefel": ("X: 'stiefel(n, p)', A: 'matrix(n, p)'", "tr(A' X)", "A − X sym(X'A)"),
    "orthogonal": ("X: orthogonal(n), A: square(n)", "tr(A' X)", "X skew(X'A)"),
    "orthogonal, constant": ("X: orthogonal(n), A: symmetric(n)", "tr(X' A X)", "0"),
}


@pytest.mark.parametrize("name", CURVED)
def test_the_gradient_on_a_curved_set(name: str) -> None:
    symbols, function, want = CURVED[name]
    derivation = problem(symbols, function, "gradient")
    result = derivation.results["gradient"]
    assert isinstance(result, Result)
    assert text.pretty(result.expr) == want
    lemma, gradient = derivation.chains
    assert lemma.title == "Tangent directions" and [line.rule for line in lemma.lines] == ["constraint", "tangent", "tangent", "tangent"]
    assert "tangent" in text.why(next(line for line in gradient.lines if line.rule == "structure").why)
    assert verify(derivation).passed


def test_the_constraint_is_differentiated() -> None:
    derivation = problem("X: 'stiefel(n, p)', A: 'matrix(n, p)'", "tr(A' X)", "gradient")
    assert told(derivation)[:4] == ["X'X = I", "H'X + X'H = 0", "⟨X sym(X'A), H⟩ = 0", "X'(A − X sym(X'A)) = skew(X'A)"]
    other = problem("X: 'stiefel(n, p)', G: 'matrix(n, p)'", "norm(X - G)^2", "gradient")
    assert told(other)[3] == "X'(G₀ − X sym(X'G₀)) = skew(X'G₀)" and letters(other) == {"G₀": "2(X − G)"}


@pytest.mark.parametrize(("symbols", "function"), [
    ("X: 'stiefel(n, p)', A: symmetric(n)", "tr(X' A X)"), ("x: {type: 'vector(n)', is: [unit]}, A: symmetric(n)", "x' A x"),
    ("X: 'matrix(n, p)'", "sum(svd_s(X))"), ("A: symmetric(n)", "eigval(A, 1)"),
])
def test_every_step_is_python_over_the_symbols_sizes_and_directions(symbols: str, function: str) -> None:
    """What docs/language.md promises programs: no letter of ours is left in it."""
    derivation = problem(symbols, function, "gradient", "sizes: [n >= p]\n" if "p)" in symbols else "")
    told = record(derivation, verify(derivation))
    n, p = 4, 2
    shape = (n,) if "vector" in symbols else (n, p) if "p)" in symbols else (n, n)
    rng = np.random.default_rng(1)
    x, h, a = rng.normal(size=shape), rng.normal(size=shape), rng.normal(size=(n, n))
    x = np.linalg.qr(x)[0] if x.ndim == 2 and shape == (n, p) else x / np.linalg.norm(x) if x.ndim == 1 else x + x.T
    known = {"np": np, "sp": scipy, "n": n, "p": p, "A": a + a.T, "X": x, "x": x, "H": h, "h": h}
    for step in told["steps"]:
        assert np.isfinite(eval(step["numpy"], dict(known))).all()


def test_a_stationary_point_on_a_curved_set_is_the_projected_equation() -> None:
    derivation = problem("x: {type: 'vector(n)', is: [unit]}, A: symmetric(n)", "1/2 x' A x", "stationary")
    result = derivation.results["stationary"]
    assert isinstance(result, Result)
    assert result.equation is not None
    assert f"{text.pretty(result.expr)} = {text.pretty(result.equation)}" == "Ax = (x'Ax)x"
    assert verify(derivation).passed


@pytest.mark.parametrize("function", ["sqrtm(A)", "tr(B sqrtm(A))", "tr(B sylvester(A, B))", "logdet(cholesky(A' A + I))"])
def test_matrix_functions_of_a_general_matrix_hold_where_they_exist(function: str) -> None:
    derivation = problem("A: square(n), B: square(n)", function)
    assert verify(derivation).passed
    assert bool(derivation.conditions) == ("cholesky" not in function)


def test_a_moving_sylvester_operator() -> None:
    derivation = problem("B: spd(n), C: square(n)", "sylvester(B, C)")
    assert told(derivation) == ["BL + LB = C", "HL + B dL + dL B + LH = 0", "B dL + dL B = −HL − LH", "D = 𝒮_B(−HL − LH)"]
    assert verify(problem("A: spd(n)", "sqrtm(A)", "second-derivative")).passed


def test_the_eigenvector_of_a_product_has_a_letter() -> None:
    derivation = problem("X: 'matrix(m, n)'", "eigval(X' X, 1)", "gradient")
    assert letters(derivation) == {"v": "v₁(X'X)"} and told(derivation)[-1] == "D = 2Xvv'"


def test_a_flat_structure_needs_no_tangent_directions() -> None:
    assert [chain.title for chain in problem("X: symmetric(n), A: square(n)", "tr(A X)", "gradient").chains] == ["Gradient"]


@pytest.mark.parametrize("function", ["polar_u(sign(tr(A)) X)", "svd_u(sign(tr(A)) X)", "sylvester(X' X, sign(tr(A)) X' X)"])
def test_a_derivative_that_turns_out_to_be_zero_has_a_matrix(function: str) -> None:
    """The argument of a linear function is 0 on the last line only: its value is 0 then too."""
    written = function.replace("'", "''")
    told = derive(read(
        f"symbols: {{A: symmetric(p), X: 'matrix(m, n)'}}\nsizes: [m >= n]\nfunction: '{written}'\nwrt: A\nfind: [derivative, vectorized]\n",
        "z.yaml",
    ))
    assert verify(told).passed
    assert all(isinstance(r, Result) and isinstance(r.expr, Zeros) for r in told.results.values())
