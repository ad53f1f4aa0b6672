"""Reasons as text with formulas."""

from __future__ import annotations

import re

import pytest

from derive.calculus.rules.identities import IDENTITIES
from derive.derivation.reason import Formula, Why, Word, joined
from derive.documents.wording import formulas
from derive.documents.wording.formulas import MARKED, marked, words_of
from derive.documents.wording.languages import tables
from derive.documents.wording.reasons import reason, reason_width
from derive.expressions.build import transpose
from derive.expressions.nodes import Symbol, number
from derive.expressions.sizes import Size
from derive.notation.settings import DEFAULT

A: Symbol = Symbol("A", (Size.of("n"), Size.of("n")), frozenset({"symmetric"}))


@pytest.mark.parametrize(
    ("why", "latex"),
    [
        (("definition",), "definition"),
        (joined([("product rule",), (Word("tr"), " is linear")]), r"product rule, $\operatorname{tr}$ is linear"),
        (joined([("tr M = tr M'",), ("cyclic",)]), r"$\operatorname{tr} M = \operatorname{tr} M^{\mathsf T}$, cyclic"),
        ((transpose(A), " = ", A), r"$A^{\mathsf T} = A$"),
        ((A, ", ", A), "$A$, $A$"),
        (("‖UA‖ = ‖A‖ for U'U = I",), r"$\lVert UA \rVert = \lVert A \rVert$ for $U^{\mathsf T}U = I$"),
        (("eˣ/(1 + eˣ) = σ(x)",), r"$e^{x}/(1 + e^{x}) = \sigma(x)$"),
        (("the factor; ", Formula("n2×(n2×n1)")), r"the factor; $n_{2}\times (n_{2}\times n_{1})$"),
        (("a rule for A' and M",), "a rule for A' and M"),
        (("derivatives of ", Word("log det"), " and of ", Word("the inverse")), r"derivatives of $\log\det$ and of the inverse"),
        (("a scalar is its own transpose",), "a scalar is its own transpose"),
        (("100% of the A_1 & B",), r"100\% of the A\_1 \& B"),
    ],
)
def test_formulas_in_words_are_set_as_formulas(why: Why, latex: str) -> None:
    assert reason(why, DEFAULT) == latex


def test_width_counts_what_is_printed() -> None:
    assert reason_width(r"$A^{\mathsf T} = A$") < reason_width("the longest reason of all of them")


def test_a_marked_message_is_the_message_with_backticks() -> None:
    for key, words in MARKED.items():
        assert words.replace("`", "") == key and words.count("`") % 2 == 0


LAWS = [row.words for row in IDENTITIES.values() if row.words and "`" not in row.words]


@pytest.mark.parametrize("words", dict.fromkeys(LAWS))
def test_a_law_that_is_a_formula_is_set_as_one(words: str) -> None:
    """Words with a sign that only formulas have."""
    text = reason((words,), DEFAULT)
    assert re.fullmatch("[ -~]+", text)
    if set(words) & set("=⊗∘⁻‖⟨") and not words_of(words):
        assert text.count("$") == 2 and text[0] == text[-1] == "$"


@pytest.mark.parametrize("tag", sorted(tables()))
def test_formulas_of_a_language_are_closed(tag: str) -> None:
    assert all(words.count("`") % 2 == 0 for words in tables()[tag].reasons.values())


@pytest.mark.parametrize("text", MARKED.values())
def test_formulas_are_latex(text: str) -> None:
    for part in marked(text):
        if isinstance(part, Formula):
            assert re.fullmatch(r"[ -~]+", formulas.latex(part.text, DEFAULT)), part


@pytest.mark.parametrize(
    ("why", "latex"),
    [
        (("> 0 for ", A, " ≠ 0"), "$> 0$ for $A \\ne 0$"),
        (("first entry ", number(2), " > 0"), "first entry $2 > 0$"),
        (("determinant ", number(-9), " < 0"), "determinant $-9 < 0$"),
        ((A, " ≻ 0, as ", A, " is symmetric"), "$A \\succ 0$, as $A$ is symmetric"),
        ((A, " = 1.5"), "$A$ = 1.5"),
    ],
)
def test_a_relation_and_its_number_are_one_formula(why: Why, latex: str) -> None:
    assert reason(why, DEFAULT) == latex
