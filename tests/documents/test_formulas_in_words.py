"""The formulas in the engine's words: every sign of them has its LaTeX, and the bold one is no index."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

import derive.calculus
from derive.documents.wording import formulas
from derive.notation.settings import DEFAULT


def test_every_sign_of_a_rules_words_has_its_latex_in_a_formula() -> None:
    folder = Path(derive.calculus.__file__).parent / "rules"
    texts = {
        node.value for path in sorted(folder.rglob("*.py")) for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "\n" not in node.value
    }
    signs = {sign: text for text in texts for sign in formulas.latex(text.replace("`", ""), DEFAULT) if ord(sign) > 0xFF}
    assert not signs


def test_the_ones_behind_a_letter_are_a_factor() -> None:
    assert formulas.latex("A ∘ x𝟏' = diag(x)A", DEFAULT) == r"A \circ x\mathbf{1}^{\mathsf T} = \operatorname{diag}(x)A"
    assert formulas.latex("n1", DEFAULT) == "n_{1}"


@pytest.mark.parametrize(("sign", "printed"), [("D", r"\mathrm{D}"), ("d", r"\mathrm{d}"), ("partial", r"\partial ")])
def test_the_derivative_is_no_letter(sign: Literal["D", "d", "partial"], printed: str) -> None:
    notation = replace(DEFAULT, derivative=sign)
    assert formulas.latex("D²f[h, h]", notation) == printed + "^{2}f[h, h]"
    assert formulas.latex("Df(X)[H]", notation) == printed + "f(X)[H]"
    assert formulas.latex("PDP'", notation) == r"PDP^{\mathsf T}"
