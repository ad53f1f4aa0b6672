"""The engine's lines beside the model derivations of tests/calculus/models: the same ideas in the same order, with their reasons, in about as
many lines.

Every line below was read beside the model.  Where they differ: the definition is a line that most models leave out, ∇f one that they
write beside the last; the quotient's numerator is worked out before it is collected (7); a trace is turned to begin with H' (6).
"""

from __future__ import annotations

from typing import NamedTuple

import pytest

from derive.calculus.derive import derive
from derive.checking.verification import verify
from derive.language.problems.problem import Problem
from derive.language.problems.read import read
from derive.notation.text import text


class Model(NamedTuple):
    """A problem of the list, the number of lines of its model, and what the engine writes: (line, reason)."""

    symbols: str
    function: str
    wrt: str
    find: str
    model: int
    lines: tuple[tuple[str, str], ...]


MODELS: dict[str, Model] = {
    "1 symmetric": Model(
        "A: symmetric(n); x: vector(n)",
        "x' A x",
        "x",
        "gradient",
        5,
        (
            ("Df(x)[h] = d/dt (x + th)'A(x + th) |t=0", "definition"),
            ("= h'Ax + x'Ah", "product rule"),
            ("= 2x'Ah", "a scalar is its own transpose, A' = A"),
            ("= ⟨2Ax, h⟩", "read off, A' = A"),
            ("∇f(x) = 2Ax", ""),
        ),
    ),
    "1 general": Model(
        "A: square(n); x: vector(n)",
        "x' A x",
        "x",
        "gradient",
        5,
        (
            ("Df(x)[h] = d/dt (x + th)'A(x + th) |t=0", "definition"),
            ("= h'Ax + x'Ah", "product rule"),
            ("= x'A'h + x'Ah", "a scalar is its own transpose"),
            ("= ⟨(A + A')x, h⟩", "read off"),
            ("∇f(x) = (A + A')x", ""),
        ),
    ),
    "2 general": Model(
        "X: matrix(m, n); A: square(m); B: square(n)",
        "tr(X' A X B)",
        "X",
        "gradient",
        4,
        (
            ("Df(X)[H] = d/dt tr((X + tH)'A(X + tH)B) |t=0", "definition"),
            ("= tr(H'AXB) + tr(X'AHB)", "product rule, tr is linear"),
            ("= tr(H'AXB) + tr(H'A'XB')", "tr M = tr M', cyclic"),
            ("= ⟨AXB + A'XB', H⟩", "read off"),
            ("∇f(X) = AXB + A'XB'", ""),
        ),
    ),
    "2 symmetric": Model(
        "X: matrix(m, n); A: symmetric(m); B: symmetric(n)",
        "tr(X' A X B)",
        "X",
        "gradient",
        4,
        (
            ("Df(X)[H] = d/dt tr((X + tH)'A(X + tH)B) |t=0", "definition"),
            ("= tr(H'AXB) + tr(X'AHB)", "product rule, tr is linear"),
            ("= 2 tr(H'AXB)", "tr M = tr M', cyclic, A' = A, B' = B"),
            ("= ⟨2AXB, H⟩", "read off"),
            ("∇f(X) = 2AXB", ""),
        ),
    ),
    "3": Model(
        "X: {type: 'matrix(m, n)', is: [full-column-rank]}; w: vector(n); y: vector(m)",
        "norm(X w - y)^2",
        "w",
        "gradient, second-derivative, stationary",
        8,
        (
            ("Df(w)[h] = d/dt ‖X(w + th) − y‖² |t=0", "definition"),
            ("= 2(Xw − y)'Xh", "chain rule, derivative of the squared norm"),
            ("= ⟨2X'(Xw − y), h⟩", "read off"),
            ("∇f(w) = 2X'(Xw − y)", ""),
            ("2X'(Xw − y) = 0", "gradient = 0"),
            ("⇔ X'Xw = X'y", "collect the terms with w"),
            ("w* ⇔ (X'X)⁻¹X'y", "X'X ≻ 0, as X has full column rank"),
            ("D²f(w)[h, k] = d/ds 2(X(w + sk) − y)'Xh |s=0", "differentiate once more"),
            ("= 2k'X'Xh", "linearity"),
            ("D²f(w)[h, h] = 2h'X'Xh", "by the second derivative"),
            ("= 2 ‖Xh‖²", "> 0 for h ≠ 0, as X has full column rank: convex, a global minimum"),
        ),
    ),
    "4": Model(
        "A: invertible(n)",
        "A^-1",
        "A",
        "derivative",
        3,
        (
            ("AA⁻¹ = I", "what the inverse is"),
            ("⇒ HA⁻¹ + A D(A⁻¹)[H] = 0", "differentiate both sides along H"),
            ("Df(A)[H] = −A⁻¹HA⁻¹", "multiply by the inverse from the left"),
        ),
    ),
    "5": Model(
        "X: invertible(n); A: square(n)",
        "tr(X^-1 A)",
        "X",
        "gradient",
        4,
        (
            ("Df(X)[H] = d/dt tr((X + tH)⁻¹A) |t=0", "definition"),
            ("= −tr(X⁻¹HX⁻¹A)", "derivative of the inverse"),
            ("= −tr(X⁻¹AX⁻¹H)", "cyclic"),
            ("= ⟨−X⁻ᵀA'X⁻ᵀ, H⟩", "read off"),
            ("∇f(X) = −X⁻ᵀA'X⁻ᵀ", ""),
        ),
    ),
    "6": Model(
        "X: matrix(m, n); A: spd(m)",
        "logdet(X' A X)",
        "X",
        "gradient",
        5,
        (
            ("Df(X)[H] = d/dt log det((X + tH)'A(X + tH)) |t=0", "definition"),
            ("= tr(S⁻¹ DS[H])", "chain rule, derivative of log det"),
            ("= tr(S⁻¹H'AX) + tr(S⁻¹X'AH)", "product rule"),
            ("= 2 tr(H'AXS⁻¹)", "tr M = tr M', cyclic, A' = A, S' = S"),
            ("= ⟨2AXS⁻¹, H⟩", "read off"),
            ("∇f(X) = 2AXS⁻¹", ""),
            ("= 2AX(X'AX)⁻¹", "S = X'AX"),
        ),
    ),
    "7": Model(
        "x: vector(n); A: symmetric(n)",
        "x' A x / (x' x)",
        "x",
        "gradient",
        4,
        (
            ("Df(x)[h] = d/dt (x + th)'A(x + th)/((x + th)'(x + th)) |t=0", "definition"),
            ("= ((h'Ax + x'Ah) x'x − x'Ax · (h'x + x'h))/(x'x)²", "quotient rule, product rule"),
            ("= (2x'Ah · x'x − 2x'Ax · x'h)/(x'x)²", "a scalar is its own transpose, A' = A"),
            ("= ⟨2/(x'x) · (Ax − fx), h⟩", "read off, A' = A, f = x'Ax/(x'x)"),
            ("∇f(x) = 2/(x'x) · (Ax − fx)", ""),
        ),
    ),
    "8 derivative": Model(
        "W: matrix(n, m); phi: vector(n); sigma: elementwise",
        "sigma(W' phi)",
        "W",
        "derivative",
        2,
        (
            ("Df(W)[H] = d/dt σ((W + tH)'φ) |t=0", "definition"),
            ("= diag(σ′(W'φ)) H'φ", "chain rule, entry by entry"),
        ),
    ),
    "8 gradient": Model(
        "W: matrix(n, m); phi: vector(n); sigma: elementwise; E: function(m)",
        "E(sigma(W' phi))",
        "W",
        "gradient",
        4,
        (
            ("Df(W)[H] = d/dt E(σ((W + tH)'φ)) |t=0", "definition"),
            ("= ∇E(σ(W'φ))' D(σ(W'φ))[H]", "chain rule"),
            ("= ∇E(σ(W'φ))' diag(σ′(W'φ)) H'φ", "chain rule, entry by entry"),
            ("= ⟨φ ∇E(σ(W'φ))' diag(σ′(W'φ)), H⟩", "read off"),
            ("∇f(W) = φ ∇E(σ(W'φ))' diag(σ′(W'φ))", ""),
        ),
    ),
    "9": Model(
        "z: vector(n); y: vector(n)",
        "log(sum(exp(z))) - y' z",
        "z",
        "gradient",
        4,
        (
            ("Df(z)[h] = d/dt (log(sum(exp(z + th))) − y'(z + th)) |t=0", "definition"),
            ("= 1/sum(exp(z)) · D(sum(exp(z)))[h] − y'h", "chain rule"),
            ("= 1/sum(exp(z)) · exp(z)' h − y'h", "chain rule, entry by entry"),
            ("= ⟨softmax(z) − y, h⟩", "read off"),
            ("∇f(z) = softmax(z) − y", ""),
        ),
    ),
    "12": Model(
        "X: matrix(m, n); A: matrix(p, m); B: matrix(n, q)",
        "A X B",
        "X",
        "vectorized",
        4,
        (
            ("Df(X)[H] = d/dt A(X + tH)B |t=0", "definition"),
            ("= AHB", "linearity"),
            ("vec(Df(X)[H]) = vec(AHB)", ""),
            ("= (B' ⊗ A) vec(H)", "vec(AXB) = (B' ⊗ A) vec X"),
            ("d vec f / d vec X = B' ⊗ A", "read off"),
        ),
    ),
    "15": Model(
        "X: symmetric(n); A: square(n)",
        "tr(A X)",
        "X",
        "gradient",
        4,
        (
            ("Df(X)[H] = d/dt tr(A(X + tH)) |t=0", "definition"),
            ("= tr(AH)", "linearity"),
            ("= ⟨A', H⟩", "read off"),
            ("= ⟨½(A + A'), H⟩", "H is symmetric: only the symmetric part is seen"),
            ("∇f(X) = ½(A + A')", ""),
        ),
    ),
}


def problem(model: Model) -> Problem:
    rows = "\n".join(f"  {row.strip()}" for row in model.symbols.split(";"))
    function = model.function.replace("'", "''")
    return read(f"title: t\nsymbols:\n{rows}\nfunction: '{function}'\nwrt: {model.wrt}\nfind: [{model.find}]\n", "t.yaml")


@pytest.mark.parametrize("name", MODELS)
def test_lines_and_reasons_are_the_models(name: str) -> None:
    derivation = derive(problem(MODELS[name]))
    found = [(text.line(line), text.why(line.why)) for chain in derivation.chains for line in chain.lines]
    assert found == list(MODELS[name].lines)
    report = verify(derivation)
    assert report.passed, report


@pytest.mark.parametrize("name", MODELS)
def test_no_more_than_one_and_a_half_times_the_lines(name: str) -> None:
    """The definition and the line that only states the gradient are not counted: the models leave them out."""
    model = MODELS[name]
    counted = [why for line, why in model.lines if why != "definition" and not line.startswith("∇f")]
    assert len(counted) <= 1.5 * model.model
