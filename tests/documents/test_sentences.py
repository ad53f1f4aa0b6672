"""Reasons as sentences."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from derive.derivation.derivation import Line
from derive.documents.wording.sentences import sentence
from derive.documents.wording.words import ENGLISH
from derive.expressions.nodes import number
from derive.notation.settings import DEFAULT

ROOT = Path(__file__).parent.parent.parent


def said(why: str, rule: str = "some-rule") -> str:
    return sentence(Line(number(1), rule, (why,) if why else ()), DEFAULT, ENGLISH)


@pytest.mark.parametrize(
    ("why", "words"),
    [
        ("", "This is"),
        ("product rule", "By the product rule,"),
        ("product rule, tr is linear", r"By the product rule, and since $\operatorname{tr}$ is linear,"),
        ("chain rule, entry by entry", "By the chain rule, entry by entry,"),
        ("derivative of the norm, chain rule", "By the derivative of the norm and the chain rule,"),
        ("linear; in either order", "Since it is linear (in either order),"),
        ("multiply by the inverse from the left", "We multiply by the inverse from the left:"),
        ("divide by n, a scalar is its own transpose", "We divide by n, using that a scalar is its own transpose:"),
        ("multiply from the left, by B from the right", "We multiply from the left and by B from the right:"),
        ("the part linear in it", "This is the part linear in it:"),
        ("polarization", "By polarization,"),
        ("polarization identity", "By the polarization identity,"),
        ("as a matrix, for each row", "This is, as a matrix, for each row,"),
        ("the terms with it on one side", "We put the terms with it on one side:"),
    ],
)
def test_a_reason_leads_to_its_row(why: str, words: str) -> None:
    assert said(why) == words


def test_a_comma_inside_brackets_parts_nothing() -> None:
    assert said("the product ⟨A, B⟩ (a, b)").count(" and ") == 0


@pytest.mark.parametrize("rule", ["read-off", "collect", "cyclic", "stationary"])
def test_a_rule_may_have_a_sentence_of_its_own(rule: str) -> None:
    assert said("whatever", rule) == ENGLISH[f"say.{rule}"]


def test_every_move_of_the_engine_makes_one_sentence() -> None:
    from derive.calculus.rules.steps import MOVES

    for move in MOVES.values():
        words = said(move.words)
        assert words[0].isupper() and re.search(r"[,:]$|This is$", words) and " ," not in words, words
