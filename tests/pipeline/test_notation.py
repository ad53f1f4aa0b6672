"""The settings of notation through every output: read back, set without an overfull box, seen on the page."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from derive.documents.page.modes import MODES
from derive.documents.page.settings import Fit, Settings
from derive.errors import DeriveError
from derive.notation.settings import Notation
from derive.pipeline import subject
from derive.pipeline.produce import make
from derive.pipeline.project import Project
from derive.pipeline.render import render

ROOT = Path(__file__).resolve().parents[2]
PROBLEMS = ROOT / "problems"
HEAVY = {"transpose": "top", "trace": "braces", "bold": "all", "derivative": "partial", "quotient": "partial", "gradient": "grad",
         "inner_subscript": "F", "layout": "denominator"}
LIGHT = {"transpose": "prime", "bold": "vectors", "derivative": "d", "frobenius": "none"}
TRACE = """\
symbols: {X: 'matrix(m, n)', A: symmetric(m)}
function: f(X) = tr(X' A X)
find: [gradient, hessian]
notation: {trace: braces, transpose: top}
"""


def shown(folder: Path, *arguments: str) -> str:
    done = subprocess.run([sys.executable, "-m", "derive", *arguments], cwd=folder, capture_output=True, text=True, check=True, timeout=120)
    return done.stdout


def test_show_follows_the_project_and_the_problem(tmp_path: Path) -> None:
    (tmp_path / "derive.toml").write_text('[notation]\nderivative = "partial"\ntranspose = "prime"\ngradient = "grad"\n')
    (tmp_path / "p.yaml").write_text(TRACE)
    text = shown(tmp_path, "show", "p.yaml")
    assert "∂f/∂X[H] = d/dt Tr{(X + tH)⊤A(X + tH)} |t=0" in text and "grad f(X) = 2AX" in text and "⟨2AX, H⟩" in text
    record = json.loads(shown(tmp_path, "show", "p.yaml", "--json"))
    assert record["function"]["latex"] == r"\operatorname{Tr}\{X^{\top} A X\}"
    assert record["steps"][0]["left"] == r"\frac{\partial f}{\partial X}[H]" and record["steps"][0]["why"] == "definition"
    latex = shown(tmp_path, "show", "p.yaml", "--format", "latex")
    assert r"\operatorname{Tr}" in latex and r"\operatorname{tr}(" not in latex and r"\mathsf" not in latex


def test_the_terminal_speaks_the_language(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(TRACE.replace("{trace: braces, transpose: top}", "{language: zh-Hant}"))
    text = shown(tmp_path, "show", "p.yaml")
    for words in ("梯度", "乘積法則，tr 為線性", "海森矩陣", "行已精確驗證", "對稱 m×m"):
        assert words in text
    assert json.loads(shown(tmp_path, "show", "p.yaml", "--json"))["steps"][0]["why"] == "definition"


def test_a_collection_is_in_one_notation(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(TRACE)
    text = "title: S\nnotation: {transpose: prime, bold: all}\nproblems: [p]\n"
    (tmp_path / "s.yaml").write_text(text)
    document = subject.read(text, str(tmp_path / "s.yaml")).document(MODES["solutions"], Settings(notation=Notation(gradient="grad")), Fit())
    rows = [str(line) for item in document.items if item.kind == "problem" for block in item.blocks for row in block.rows for line in row.lines]
    assert any(r"\operatorname{tr}(\boldsymbol{H}' \boldsymbol{A} \boldsymbol{X})" in line for line in rows)
    assert not any("Tr" in line or r"\top" in line for line in rows)
    with pytest.raises(DeriveError) as caught:
        subject.read(text.replace("{transpose: prime, bold: all}", "{language: xx}"), str(tmp_path / "s.yaml"))
    assert caught.value.where is not None and (caught.value.where.line, caught.value.where.column) == (2, 22)


@pytest.mark.tex
@pytest.mark.slow
@pytest.mark.parametrize("choices", [HEAVY, LIGHT], ids=["heavy", "light"])
@pytest.mark.parametrize("name", ["second-derivative-three-ways", "least-squares", "jacobian-of-a-vector-function", "total-differential"])
def test_documents_fit_in_every_notation(name: str, choices: dict[str, str]) -> None:
    """`make` refuses a box that is too full, and `examine` a line that does not read back in the notation."""
    settings = Settings(notation=Notation().chosen(choices))
    file = PROBLEMS / f"{name}.yaml"
    one = subject.read(file.read_text(encoding="utf-8"), str(file), 1, settings)
    for mode in (MODES["slides"], MODES["solutions"]):
        assert make(lambda fit, mode=mode: one.document(mode, settings, fit), mode, settings).pdf  # type: ignore[misc]
    page = render(str(file), MODES["html"], Project(PROBLEMS, settings, ()), False, 1).decode()
    assert "<math" in page and "<mtext>\\" not in page
