"""Blank slides, sheets and questions hold nothing of an answer: not in their words, bookmarks, alternative texts or metadata."""

from __future__ import annotations

import re
import subprocess
import zlib
from pathlib import Path

import pytest

from derive.documents.compose import single
from derive.documents.page.modes import MODES
from derive.documents.page.settings import Settings
from derive.documents.page.views import passages
from derive.notation.latex import latex
from derive.pipeline.produce import make
from tests.documents.samples import examined, page_of

PROBLEMS = (
    "least-squares", "perceptron-three-layers", "qr-factor-q", "log-determinant-of-a-quadratic-form", "tangent-line", "minimum-variance-portfolio",
    "polar-coordinates",
)
WORD = re.compile(r"\\[A-Za-z]+|[A-Za-z]|\d+")


def pdf(name: str, mode: str) -> bytes:
    one = examined(name)
    assert one.derivation
    return make(lambda fit: single(page_of(name, MODES[mode], Settings(), fit), MODES[mode], Settings()), MODES[mode], Settings()).pdf


def said(data: bytes, folder: Path) -> tuple[str, str]:
    """The words of the pages without blanks, and what the PDF says beside them: alternatives, bookmarks, metadata."""
    (folder / "x.pdf").write_bytes(data)
    shown = subprocess.run(["pdftotext", "-layout", "x.pdf", "-"], cwd=folder, capture_output=True, text=True, check=True).stdout
    hidden = [data]
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL):
        try:
            hidden.append(zlib.decompress(found[1]))
        except zlib.error:
            continue
    text = b" ".join(one for part in hidden for one in re.findall(rb"/(?:Alt|Title|Subject|Keywords)\s*\((.*?)(?<!\\)\)", part, re.DOTALL))
    figures = [found for part in hidden for found in re.findall(rb"/Alt\s*<([0-9A-Fa-f]+)>", part)]
    text += b" ".join(bytes.fromhex(found.decode()).decode("utf-16").encode("latin-1", "replace") for found in figures)
    return re.sub(r"\s+", "", shown), text.decode("latin-1").replace(r"\040", "").replace("\\\\", "\\").replace(" ", "")


def results(name: str) -> list[str]:
    """The LaTeX of each result, and of every row that the question does not show."""
    one = examined(name)
    asked = {latex.latex(e) for e in (one.problem.function, *(e for _, e in one.problem.let))}
    found = [latex.latex(box.result.expr) for passage in passages(one.derivation) for box in passage.boxed]
    return [text for text in dict.fromkeys(found) if text not in asked and len(WORD.findall(text)) >= 4]


def as_shown(text: str) -> str:
    """How a formula without fractions stands in a text layer: letters and signs in a row, scripts behind them."""
    plain = re.sub(r"\\(?:mathsf|mathrm|mathbf|operatorname|left|right|[bB]igg?[lr]?|,|!|;|quad)\b\s*|[{}^_ ]", "", text)
    return plain.replace(r"\lVert", "‖").replace(r"\rVert", "‖").replace(r"\langle", "⟨").replace(r"\rangle", "⟩")


@pytest.mark.tex
@pytest.mark.parametrize("mode", ["blank", "sheet"])
@pytest.mark.parametrize("name", PROBLEMS)
def test_nothing_of_an_answer_is_said(name: str, mode: str, tmp_path: Path) -> None:
    shown, hidden = said(pdf(name, mode), tmp_path)
    for result in results(name):
        assert result.replace(" ", "") not in hidden, result
        if not re.search(r"\\(?!mathsf|lVert|rVert|langle|rangle)", result):
            assert as_shown(result) not in shown, result


@pytest.mark.tex
def test_a_row_of_blank_slides_begins_with_what_is_named_alone(tmp_path: Path) -> None:
    """A gradient that is set to zero, a definition that the row finds: neither stands there before it is written."""
    shown, _ = said(pdf("least-squares", "blank"), tmp_path)
    assert "w∗=" in shown and "2XT" not in shown
    shown, _ = said(pdf("qr-factor-q", "blank"), tmp_path)
    assert "L−LT" not in shown and "stril" not in shown
    shown, _ = said(pdf("perceptron-three-layers", "blank"), tmp_path)
    assert shown.count("diag") == 0
    answer, _ = said(pdf("perceptron-three-layers", "slides"), tmp_path)
    assert answer.count("diag") > 3, "the slides themselves do say it"
