"""Bold vectors, bold matrices: in formulas, in the author's words, in tables; entries are numbers; every line is read back from its LaTeX."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.calculus.derive import derive
from derive.documents.page.document import ProblemPage
from derive.documents.page.modes import MODES
from derive.documents.page.settings import Fit, Settings
from derive.language.problems.read import read
from derive.notation.bold import emboldened, is_bold, kinds_of
from derive.notation.readback import misread
from derive.notation.settings import Notation
from derive.pipeline import subject
from derive.pipeline.produce import tex

PROBLEMS = Path(__file__).parent.parent.parent / "problems"
KINDS = {"x": "vector", "phi": "vector", "b_1": "vector", "X": "matrix", "W_1": "matrix"}
VECTORS, MATRICES, ALL = Notation(bold="vectors"), Notation(bold="matrices"), Notation(bold="all")
DIFFERENTIALS = r"""
title: Two layers, of $x$
notation: {bold: vectors}
statement: 'Let $\phi_2$ be the output for $\hat x$ and $x_1$ the first entry; $t$ is a number.'
symbols: {W_1: 'matrix(n, p)', W_2: 'matrix(p, q)', x: vector(n), sigma: elementwise, E: function(q)}
let: {phi_1: "sigma(W_1' x)", phi_2: "sigma(W_2' phi_1)"}
function: f(W_1, W_2) = E(phi_2)
find: [gradient]
"""


@pytest.mark.parametrize(("formula", "notation", "bold"), [
    ("X x", VECTORS, r"X \boldsymbol{x}"), ("X x", MATRICES, r"\boldsymbol{X} x"), ("X x", ALL, r"\boldsymbol{X} \boldsymbol{x}"),
    (r"x_i + x_{ij} + b_1 + b_{1}", VECTORS, r"x_i + x_{ij} + \boldsymbol{b}_1 + \boldsymbol{b}_{1}"),
    (r"\hat x + \hat{x}", VECTORS, r"\hat{\boldsymbol{x}} + \hat{\boldsymbol{x}}"),
    (r"\frac x2 + \sqrt x", VECTORS, r"\frac{\boldsymbol{x}}2 + \sqrt{\boldsymbol{x}}"),
    (r"\operatorname*{argmin}_x \textcolor{red}{x^2}", VECTORS, r"\operatorname*{argmin}_x \textcolor{red}{\boldsymbol{x}^2}"),
    ("x^2_1", VECTORS, "x^2_1"),
    (r"e^{x + y} \bigl( x \bigr)", VECTORS, r"e^{\boldsymbol{x} + y} \bigl( \boldsymbol{x} \bigr)"),
    (r"\text{the $x$ of } \myown{x}", VECTORS, r"\text{the $x$ of } \myown{\boldsymbol{x}}"),
    (r"\begin{pmatrix} x & X \\[2pt] \phi_2 \end{pmatrix}", ALL, r"\begin{pmatrix} \boldsymbol{x} & \boldsymbol{X} \\[2pt] \phi_2 \end{pmatrix}"),
    (r"\mathbf{x} + \mathit x + \phi' + \varphi", VECTORS, r"\mathbf{x} + \mathit x + \boldsymbol{\phi}' + \boldsymbol{\varphi}"),
    (r"X^T X + X^{\top} X^{\mathsf T} e^x", ALL, r"\boldsymbol{X}^T \boldsymbol{X} + \boldsymbol{X}^{\top} \boldsymbol{X}^{\mathsf T} e^x"),
    (r"W_1 W_2 x", MATRICES, r"\boldsymbol{W}_1 W_2 x"), ("x", Notation(), "x"),
])
def test_an_authors_formula_is_bold_where_its_letters_are(formula: str, notation: Notation, bold: str) -> None:
    assert emboldened(formula, KINDS, notation) == bold


def test_what_a_letter_stands_for_is_what_most_declarations_say() -> None:
    symbols = [
        read(f"symbols: {{x: {kind}}}\nfunction: f(x) = sum(x)\nfind: [gradient]\n", "p").symbols["x"]
        for kind in ("vector(n)", "vector(n)", "scalar")
    ]
    assert kinds_of(symbols) == {"x": "vector"} and kinds_of(symbols[1:]) == {}
    assert is_bold("vector", VECTORS) and not is_bold("matrix", VECTORS) and is_bold("matrix", MATRICES) and not is_bold("", ALL)


@pytest.mark.parametrize("notation", [VECTORS, MATRICES, ALL], ids=lambda one: one.bold)
@pytest.mark.parametrize("name", [
    "perceptron-three-layers", "network-all-parameters", "residual-network-all-weights", "squared-residual-by-indices", "cubic-in-two-variables",
    "least-squares-by-samples", "qr-factor-q", "neuron", "vec-chain-rule",
])
def test_every_line_is_read_back(name: str, notation: Notation) -> None:
    derivation = derive(read((PROBLEMS / f"{name}.yaml").read_text(encoding="utf-8"), name))
    assert [said for chain in derivation.chains for line in chain.lines if (said := misread(line.expr, notation))] == []


def test_words_question_and_table_follow() -> None:
    settings = Settings(symbols=True)
    document = subject.read(DIFFERENTIALS, "p.yaml", 1, settings).document(MODES["solutions"], settings, Fit())
    page = next(item for item in document.items if isinstance(item, ProblemPage))
    assert page.title == r"Two layers, of $\boldsymbol{x}$"
    assert r"$\boldsymbol{\phi}_2$" in page.question.statement and r"$x_1$" in page.question.statement and "$t$" in page.question.statement
    text = tex(document, MODES["solutions"])
    assert r"\mathrm{d}\boldsymbol{\phi}_{1}" in text and r"\derivesymbol{$\boldsymbol{x}$" in text


def test_entries_and_what_they_are_derived_by_are_numbers() -> None:
    text = "title: T\nnotation: {bold: vectors}\nsymbols: {x: vector(2)}\nfunction: f(x) = x[1]^2 x[2]\nfind: [entries, gradient]\n"
    shown = tex(subject.read(text, "p.yaml", 1).document(MODES["solutions"], Settings(), Fit()), MODES["solutions"])
    assert r"x_{1}^{2} x_{2}" in shown and r"\partial x_{p}" in shown and r"\boldsymbol{x}_{1}" not in shown and r"f(\boldsymbol{x})" in shown
