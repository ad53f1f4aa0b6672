"""Boxes as a line of text: the blanks that TeX's classes set, the brackets that a line needs, no two formulas alike."""

from __future__ import annotations

from collections import defaultdict

import pytest

from derive.expressions.functions import FUNCTIONS
from derive.language.text.grammar import parse
from derive.notation.latex.reading import read
from derive.notation.settings import Notation
from derive.notation.text import text
from derive.notation.text.boxes import written
from tests.notation.test_latex import SCOPE, TABLE, expr

WRITTEN = [
    # signs between factors, relations, a sign in front
    (r"a+b", "a + b"), (r"-a - (-b)", "−a − (−b)"), (r"x = -y", "x = −y"), (r"A \circ B", "A ∘ B"), (r"f(x, y)", "f(x, y)"),
    (r"a \cdot b", "a · b"), (r"m \times n", "m × n"), (r"A \succ 0", "A ≻ 0"),
    # factors
    (r"2 A X B", "2AXB"), (r"\mathit{loss} x", "loss x"), (r"x_i y_i", "x_i y_i"), (r"x_{1} x_{2}", "x₁x₂"), (r"c f(x)", "c f(x)"),
    (r"c (x + y)", "c(x + y)"), (r"f(x)\, y", "f(x) y"), (r"(a + b) (c + d)", "(a + b)(c + d)"), (r"2 \operatorname{tr}(A)", "2 tr(A)"),
    (r"\log\lvert\det(A)\rvert", "log|det(A)|"), (r"\log\det(S)", "log det(S)"), (r"\mathrm{D}f(x)[h]", "Df(x)[h]"), (r"\nabla f(x)", "∇f(x)"),
    (r"\nabla_{X} f(X)", "∇_X f(X)"), (r"h^{\mathsf T} \nabla f(x)", "h' ∇f(x)"),
    # quotients
    (r"\frac{a}{b c}", "a/(bc)"), (r"\frac{a}{b} c", "a/b · c"), (r"\frac{a + b}{c}", "(a + b)/c"), (r"\frac{1}{\frac{a}{b}}", "1/(a/b)"),
    (r"\frac{1}{\operatorname{tr}(A)}", "1/tr(A)"), (r"\frac{1}{\lVert x \rVert^{2}}", "1/‖x‖²"), (r"\frac{1}{2} x", "½x"),
    (r"\frac{3}{2} x", "3/2 x"), (r"\left(\frac{a}{b}\right)^{2}", "(a/b)²"), (r"\frac{a}{b}^{2}", "(a/b)²"), (r"\frac{1}{f(x)\, y}", "1/(f(x) y)"),
    (r"\frac{\sum_{i=1}^{n} x_i}{n}", "(∑_{i=1..n} x_i)/n"), (r"\frac{1}{\sqrt{x}}", "1/√x"), (r"\frac{1}{e^{1/2}}", "1/e^(1/2)"),
    (r"\frac{\partial f}{\partial x}", "∂f/∂x"), (r"2 \frac{\mathrm{d} f}{\mathrm{d} x}", "2 df/dx"), (r"\frac{d}{d + 1}", "d/(d + 1)"),
    (r"\frac{\partial^{2} f}{\partial x \, \partial y}", "∂²f/∂x∂y"), (r"\left.\frac{\mathrm{d}}{\mathrm{d}t}\, f(t)\right|_{t=0}", "d/dt f(t) |t=0"),
    (r"A \left.\frac{\mathrm{d}}{\mathrm{d}t}\, X\right|_{t=0} B", "A(d/dt X |t=0)B"),
    (r"\frac{\partial \operatorname{vec} f}{\partial \operatorname{vec} Y}", "∂ vec f / ∂ vec Y"),
    (r"\frac{\partial z}{\partial g}\, \frac{\partial g}{\partial \operatorname{vec} A}\,", "∂z/∂g (∂g / ∂ vec A)"),
    # scripts
    (r"X^{-1}", "X⁻¹"), (r"X^{-\mathsf T}", "X⁻ᵀ"), (r"X^\top", "X⊤"), (r"\sigma'_1(x)", "σ₁′(x)"), (r"x_{ij}", "x_ij"), (r"x_{i j}", "x_(ij)"),
    (r"x_{n+1}", "x_(n+1)"), (r"e^{t A}", "e^(tA)"), (r"e^{A^{\mathsf T}}", "e^(A')"), (r"{e^{A}}^{\mathsf T}", "(e^A)'"), (r"x^{*}", "x*"),
    (r"x^{\circ 2}", "x^∘2"), (r"f^{(3)}(x)", "f^(3)(x)"), (r"A^{+}", "A⁺"), (r"\lVert X \rVert_{F}^{2}", "‖X‖_F²"), (r"{a b}^{2}", "(ab)²"),
    (r"\sin^{2}(x)", "sin²(x)"), (r"\sum_{i} x_i", "∑_i x_i"), (r"\sqrt{x + y}", "√(x + y)"), (r"\sqrt[3]{x}", "√[3]x"),
    # letters and arrays
    (r"\dot{A}", "A\u0307"), (r"\hat{y}_{1}", "y\u0302₁"), (r"\overline{a b}", "overline(ab)"), (r"\mathbb{R}^{n}", "ℝ^n"), (r"\mathcal{L}", "ℒ"),
    (r"\mathbf{1}", "𝟏"), (r"\phi", "φ"), (r"\begin{pmatrix} 1 & -2 \\ x & y \end{pmatrix}", "[1, −2; x, y]"),
    (r"\begin{cases} a & \text{if } x > 0 \\ -b & \text{otherwise} \end{cases}", "{a if x > 0, −b otherwise}"),
    (r"2 \left(\begin{cases} a & \text{if } x > 0 \\ b & \text{otherwise} \end{cases}\right)", "2 {a if x > 0, b otherwise}"),
    (r"\operatorname{diag}\left(\begin{cases} a & \text{if } x > 0 \\ b & \text{otherwise} \end{cases}\right)", "diag({a if x > 0, b otherwise})"),
]


@pytest.mark.parametrize(("latex", "wanted"), WRITTEN, ids=[row[0] for row in WRITTEN])
def test_boxes_as_a_line(latex: str, wanted: str) -> None:
    assert written(read(latex)) == wanted


def test_no_two_formulas_look_alike() -> None:
    """But those that differ in their sizes, or as 1/(2s) does from the half of 1/s."""
    found: dict[str, set[str]] = defaultdict(set)
    for source, *_ in TABLE:
        found[text.pretty(expr(source))].add(source)
    alike = [sources for sources in found.values() if len(sources) > 1]
    assert len(found) > 100 and sorted(map(sorted, alike)) == [["1 / (2 s)", "1/2 s^-1"], ["ones(m, n)", "ones(n)"]]


@pytest.mark.parametrize("row", [row for row in FUNCTIONS.values() if row.maps], ids=lambda row: row.name)
def test_every_function_of_entries_has_signs(row: object) -> None:
    """Nothing of its LaTeX is left."""
    said = text.pretty(parse(f"{row.name}(x)", SCOPE))  # type: ignore[attr-defined]
    assert said and not set(said) & set("\\{}$")


def test_choices_of_notation() -> None:
    quadratic = expr("tr(X' A X B)")
    assert text.pretty(quadratic, Notation(transpose="top")) == "tr(X⊤AXB)"
    assert text.pretty(quadratic, Notation(transpose="prime", trace="braces")) == "Tr{X'AXB}"
    assert text.pretty(quadratic, Notation(bold="all", colours=(("X", "orange"),))) == "tr(X'AXB)"
