"""Blank slides let nothing of an answer through."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

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
