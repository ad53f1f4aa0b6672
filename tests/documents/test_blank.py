"""Blank slides let nothing of an answer through."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from derive.documents.page.items import Prose
from derive.documents.page.modes import MODES
from derive.documents.page.settings import Fit, Settings
from derive.pipeline.examine import read_text
from derive.pipeline.produce import tex
from derive.pipeline.subject import read
from tests.every_page import bare, solution_lines

FOLDER = Path(__file__).parent.parent.parent / "problems"
PROBLEMS = (
    "trace-quadratic", "least-squares", "ridge-regression", "gaussian-likelihood", "perceptron-three-layers", "qr-factor-q",
    "log-determinant-of-a-quadratic-form", "rayleigh-quotient", "folium", "polar-coordinates", "minimum-variance-portfolio", "tangent-plane",
    "noise-variance", "exercises/variance-of-a-gaussian", "two-stationary-points",
)


def without_phantoms(text: str) -> str:
    """The LaTeX without what takes room alone, and without what is only measured."""
    text = re.sub(r"\\derivesides\{.*%\n", "", text)
    out = ""
    place = 0
    while (start := text.find(r"\phantom{", place)) >= 0:
        out += text[place:start]
        depth, place = 1, start + len(r"\phantom{")
        while depth:
            depth += (text[place] == "{") - (text[place] == "}") if text[place - 1] != "\\" else 0
            place += 1
    return out + text[place:]


@pytest.mark.parametrize("stem", PROBLEMS)
def test_no_line_of_the_solution_stands_on_blank_slides(stem: str) -> None:
    file = (FOLDER / f"{stem}.yaml").as_posix()
    subject = read(read_text(file), file)
    text = tex(subject.document(MODES["blank"], Settings(), Fit()), MODES["blank"])
    seen = bare(without_phantoms(text[text.index(r"\begin{document}") :]))
    for line in solution_lines(subject, Settings()):
        if not re.fullmatch(r"[-\d.{}\\a-z]{0,6}", line) and line != "I":
            assert line not in seen, line
    assert "/Alt" not in text[text.index(r"\begin{document}") :] or "derivealt" in text


@pytest.mark.parametrize(
    ("stem", "point"), [("folium", "(1, 1)"), ("exercises/stationary-points-of-a-cubic", "(1, 1)"), ("two-stationary-points", "(-1)")]
)
def test_a_second_order_test_does_not_say_the_points_that_it_is_made_at(stem: str, point: str) -> None:
    file = (FOLDER / f"{stem}.yaml").as_posix()
    subject = read(read_text(file), file)
    shown, left_blank = (tex(subject.document(MODES[mode], Settings(), Fit()), MODES[mode]) for mode in ("slides", "blank"))
    rows = shown[shown.index(r"\begin{document}") :]
    assert point in re.sub(r"\\derivespoken.*", "", rows) and point not in without_phantoms(left_blank[left_blank.index(r"\begin{document}") :])


@pytest.mark.parametrize("stem", ["matrix-differentiation", "matrix-and-array-derivatives", "matrix-calculus-for-deep-learning"])
def test_a_blank_lecture_says_no_answer_of_its_questions(stem: str) -> None:
    file = (FOLDER / "lectures" / f"{stem}.yaml").as_posix()
    subject = read(read_text(file), file)
    text = bare(tex(subject.document(MODES["blank"], Settings(), Fit()), MODES["blank"]))
    shown = subject.document(MODES["slides"], Settings(), Fit())
    answers = [bare(paragraph) for one in shown.everything if isinstance(one, Prose) for paragraph in one.answer]
    assert len(answers) > 3 and not [one for one in answers if one in text]
