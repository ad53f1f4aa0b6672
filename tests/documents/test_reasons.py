"""Reasons as text with formulas, and as sentences."""

from __future__ import annotations

import pytest

from derive.derivation.derivation import Line
from derive.derivation.reason import Why
from derive.documents.wording.reasons import reason, reason_width
from derive.documents.wording.sentences import sentence
from derive.documents.wording.words import ENGLISH
from derive.expressions.build import transpose
from derive.expressions.nodes import Symbol, number
from derive.expressions.sizes import Size
from derive.notation.settings import DEFAULT

A: Symbol = Symbol("A", (Size.of("n"), Size.of("n")), frozenset({"symmetric"}))


@pytest.mark.parametrize(
    ("why", "latex"),
    [
        (("definition",), "definition"),
        (("product rule, tr is linear",), r"product rule, $\operatorname{tr}$ is linear"),
        (("tr M = tr M', cyclic",), r"$\operatorname{tr} M = \operatorname{tr} M^{\mathsf T}$, cyclic"),
        ((transpose(A), " = ", A), r"$A^{\mathsf T} = A$"),
        ((A, ", ", A), "$A$, $A$"),
        (("derivatives of log det and of the inverse",), r"derivatives of $\log\det$ and of the inverse"),
        (("a scalar is its own transpose",), "a scalar is its own transpose"),
        (("100% of the A_1 & B",), r"100\% of the A\_1 \& B"),
    ],
)
def test_formulas_in_words_are_set_as_formulas(why: Why, latex: str) -> None:
    assert reason(why, DEFAULT) == latex


def test_width_counts_what_is_printed() -> None:
    assert reason_width(r"$A^{\mathsf T} = A$") < reason_width("the longest reason of all of them")


@pytest.mark.parametrize(
    ("rule", "why", "said"),
    [
        ("definition", ("definition",), "By the definition of the directional derivative,"),
        ("definition", ("differentiate the gradient",), "We differentiate the gradient:"),
        ("product-rule", ("product rule, tr is linear",), r"By the product rule, and since $\operatorname{tr}$ is linear,"),
        ("solve", ("divide by ", number(2), ", ", transpose(A), " = ", A), r"We divide by $2$, using that $A^{\mathsf T} = A$:"),
        ("linear", (), "This is"),
    ],
)
def test_sentences(rule: str, why: Why, said: str) -> None:
    assert sentence(Line(A, rule, why), DEFAULT, ENGLISH) == said
