"""Room to write in, notes for the lecturer, reasons in classes that number at the left."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from derive.cli.main import run
from derive.documents.page.modes import MODES
from derive.documents.page.settings import Settings
from derive.documents.page.text_width import text_width

PROBLEM = "title: T\nnotes: Ask why.\nsymbols: {X: 'matrix(m, n)', A: symmetric(m)}\nfunction: f(X) = tr(X' A X)\nfind: [gradient]\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "p.yaml").write_text(PROBLEM)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.tex
def test_a_handout_has_a_margin_to_write_in(folder: Path) -> None:
    assert text_width(MODES["handout"], Settings()) < 0.8 * text_width(MODES["solutions"], Settings())
    assert run(["render", "p.yaml", "--to", "handout", "-o", "h.pdf"]) == 0
    out = subprocess.run(["pdftotext", "-bbox", "h.pdf", "-"], capture_output=True, text=True, check=True).stdout
    right = [float(x) for x in re.findall(r'xMax="([\d.]+)"', out)]
    assert right and max(right) < 446, "of the 595 points of a page a quarter is free"


@pytest.mark.parametrize(("setting", "words"), [("none", ""), ("pages", "show notes}"), ("screen", "second screen")])
def test_notes_are_for_the_lecturer(folder: Path, setting: str, words: str) -> None:
    (folder / "derive.toml").write_text(f'[slides]\nnotes = "{setting}"\n')
    assert run(["render", "p.yaml", "--to", "slides", "-o", "s.tex"]) == 0
    text = (folder / "s.tex").read_text()
    assert text.count(r"\note{Ask why.}") == 1 and words in text and (setting != "none" or "setbeameroption" not in text)
    for mode in ("sheet", "key", "handout", "html", "article", "solutions"):
        assert run(["render", "p.yaml", "--to", mode, "-o", f"x.{MODES[mode].suffix}"]) == 0
        assert "Ask why." not in (folder / f"x.{MODES[mode].suffix}").read_text()


@pytest.mark.tex
@pytest.mark.parametrize("start", ["{amsart}", "[leqno]{article}", "{article}", "{memoir}"])
def test_reasons_touch_no_formula_in_other_classes(folder: Path, start: str) -> None:
    assert run(["render", "p.yaml", "--to", "fragment", "-o", "f.tex"]) == 0
    (folder / "d.tex").write_text(r"\documentclass" + start + r"\usepackage{derive}\begin{document}\input{f}\end{document}")
    done = subprocess.run(["pdflatex", "-interaction=nonstopmode", "d.tex"], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "Overfull" not in done.stdout, done.stdout[-1500:]
    out = subprocess.run(["pdftotext", "-bbox", "d.pdf", "-"], capture_output=True, text=True, check=True).stdout
    found = re.findall(r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="[\d.]+">(.*?)<', out)
    reason = next(float(left) for left, _, _, word in found if word == "definition")
    steps = [float(right) for _, _, right, word in found if word == "1"]
    assert steps and min(steps) < reason, "the reason stands right of the number of its step"
