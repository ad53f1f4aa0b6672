"""Reasons as text with formulas."""

from __future__ import annotations

import pytest

from derive.derivation.reason import Why
from derive.documents.wording.reasons import reason, reason_width
from derive.expressions.build import transpose
from derive.expressions.nodes import Symbol
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
