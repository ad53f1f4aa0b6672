"""Web pages: definitions in their sentence, signs and function names as TeX spaces them, own commands, hints, due dates."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from derive.documents.page.document import Command
from derive.documents.page.modes import MODES
from derive.documents.page.settings import Fit, Settings
from derive.documents.rendering.mathml import with_commands, written
from derive.language.markup import macros, words
from derive.pipeline.produce import tex
from derive.pipeline.subject import read
from tests.documents.samples import page_of

ROOT = Path(__file__).parent.parent.parent
OWN = (
    Command("R", 0, None, r"\mathbb{R}"), Command("norm", 1, None, r"\left\lVert #1 \right\rVert"), Command("e", 1, "n", r"\mathbf{e}_{#1}"),
    Command("loop", 0, None, r"\loop\loop"),
)


def page(name: str, settings: Settings | None = None) -> str:
    file = ROOT / "problems" / f"{name}.yaml"
    settings = settings or Settings()
    subject = read(file.read_text(encoding="utf-8"), str(file), 1, settings)
    return tex(subject.document(MODES["html"], settings, Fit()), MODES["html"])


def plain(latex: str) -> str:
    return re.sub(r"<annotation.*?</annotation>", "", written(latex))


@pytest.mark.parametrize(("latex", "prefixed"), [
    ("(-2, 1)", 1), ("a = -b", 1), ("a - b", 0), ("x^{2} - 1", 0), (r"\lVert x \rVert - 1", 0), ("[-1, +2]", 2), (r"\iff -x", 1), ("f(x) - g", 0),
])
def test_a_sign_of_one_number_is_no_difference(latex: str, prefixed: int) -> None:
    assert plain(latex).count('form="prefix"') == prefixed


@pytest.mark.parametrize(("latex", "spaces"), [
    (r"W \operatorname{diag}(x)", 1), (r"\det(X) \operatorname{tr}(X)", 1), (r"\log x", 1), (r"\exp(x)", 0), (r"- \det(A)", 0),
])
def test_a_function_name_is_spaced_as_in_tex(latex: str, spaces: int) -> None:
    assert plain(latex).count('<mspace width="0.17em"/>') == spaces


def test_own_commands_are_what_they_stand_for() -> None:
    with with_commands(OWN):
        assert "ℝ" in plain(r"x \in \R^n") and "mtext" not in plain(r"\norm{X w}^2 \e_1 \e[k]")
        assert plain(r"\norm{x}").count("‖") == 2
        assert len(written(r"\loop")) < 100_000
    assert r"<mtext>\R</mtext>" in written(r"x \in \R^n")
    own = macros.read(r"\newcommand{\vw}{\mathbf{w}}", "macros.tex")
    assert own.definitions[0].name == "vw"


def test_definitions_stand_in_their_sentence() -> None:
    text = page("qr-factor-q")
    sentence = next(line for line in text.splitlines() if "Write" in line)
    assert 'display="block"' not in sentence and sentence.count("<math") == 5
    assert page_of("qr-factor-q", MODES["html"]).definitions


def test_a_set_has_its_due_date_its_points_and_its_hints() -> None:
    text = page("sets/first-derivatives")
    assert "Due: in two weeks" in text and "Total: 40 points" in text and "Problem 3." in text
    assert text.count("<details>") == 2 and "<details>" not in page("qr-factor-q")


LECTURE = r"""
title: L
sections:
  - title: One
    frames:
      - {question: What is $A$?, answer: A matrix.}
      - {quotation: Words of old., by: Me}
      - columns: [{text: words beside}, {problem: trace-quadratic, show: [gradient]}]
      - together: [{text: words above}, {problem: trace-quadratic, show: [question]}]
      - table: [[a, b], [1, $x$]]
      - {exercise: [trace-quadratic]}
      - {recall: trace-quadratic, show: [gradient]}
      - {subsection: A part}
  - {title: Two, frames: [{text: End.}]}
"""


def test_a_lecture_has_every_kind_of_frame() -> None:
    subject = read(LECTURE, str(ROOT / "problems" / "lecture.yaml"), 1, Settings())
    text = tex(subject.document(MODES["html"], Settings(), Fit()), MODES["html"])
    for said in ("<summary>Answer</summary>", "<blockquote>", "words beside", "words above", '<table class="cells">', "<h3>A part</h3>", "End."):
        assert said in text, said
    assert text.count('<ol class="steps"') == 2
    assert text.count('class="lines boxed"') == 4 and text.count('<p class="answer">') == 1  # two in its column, two at the end, one recalled


def test_what_own_commands_may_hold_is_shown() -> None:
    own = macros.read(
        "\\DeclareMathOperator*{\\argmin}{arg\\,min}\n\\definecolor{mine}{HTML}{7A1F1F}\n\\newcommand{\\hot}[1]{\\textcolor{mine}{#1}}\n"
        "\\DeclarePairedDelimiter{\\abs}{\\lvert}{\\rvert}\n", "macros.tex",
    )
    with with_commands(tuple(Command(one.name, one.parameters, one.default, one.body) for one in own.definitions)):
        shown = re.sub("<[^>]*>", "", plain(r"\argmin_x \hot{x} \abs*{y} \abs[\big]{z} \abs["))
    assert shown.startswith("arg\N{THIN SPACE}min") and "\\" not in shown and "mine" not in shown and "|y|" in shown and "|z|" in shown


SHOWN_AS_SOURCE = {
    "rmoustache", "rgroup", "lmoustache", "lgroup", "underline", "overset", "stackrel", "xrightarrow", "xleftarrow", "overbrace", "pmod", "not",
}
"""Words that prose may hold and a web page does not draw yet."""


@pytest.mark.parametrize("name", sorted(set(words.WORDS) - SHOWN_AS_SOURCE))
def test_a_word_that_prose_may_hold_is_shown(name: str) -> None:
    following = {"m": "{x}", "t": "{x}", "d": "(", "o": "[y]", "*": "*", "c": "{red}", "s": ""}
    assert "<mtext>\\" not in plain(f"a \\{name}{''.join(following[kind] for kind in words.WORDS[name].arguments)} b")
