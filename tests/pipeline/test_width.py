"""Displays as wide as the column that they go into; what is written as .tex is fitted as what is built."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import click
import pytest

from derive.cli.main import run
from derive.cli.options import millimetres
from derive.pipeline.render import with_package

FOLDER = Path(__file__).parent.parent.parent / "problems"


@pytest.mark.tex
@pytest.mark.parametrize("name", ["perceptron-three-layers", "qr-factor-q", "least-squares"])
def test_a_fragment_fits_its_column(name: str, tmp_path: Path) -> None:
    assert run(["render", str(FOLDER / f"{name}.yaml"), "--to", "fragment", "--width", "8.4cm", "-o", str(tmp_path / "f.tex")]) == 0
    (tmp_path / "d.tex").write_text(
        r"\documentclass[twocolumn]{article}\setlength{\textwidth}{175mm}\setlength{\columnsep}{7mm}\usepackage[T1]{fontenc}\usepackage{lmodern}"
        r"\usepackage[figures]{derive}\begin{document}\input{f}\end{document}"
    )
    done = subprocess.run(["pdflatex", "-interaction=nonstopmode", "d.tex"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "Overfull" not in done.stdout


@pytest.mark.tex
@pytest.mark.parametrize("name", ["determinant-of-a-matrix-function", "product-rule", "residual-network", "second-derivative-three-ways"])
def test_a_fragment_fits_a_narrow_column_of_large_type(name: str, tmp_path: Path) -> None:
    options = ["--to", "fragment", "--width", "80mm", "--size", "12pt", "-o", str(tmp_path / "f.tex")]
    assert run(["render", str(FOLDER / f"{name}.yaml"), *options]) == 0


@pytest.mark.tex
def test_what_is_written_is_what_is_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "problems").mkdir()
    (tmp_path / "problems" / "p.yaml").write_text((FOLDER / "mean-squared-cost.yaml").read_text())
    monkeypatch.chdir(tmp_path)
    assert run(["build", "--to", "solutions"]) == 0
    assert run(["render", "problems/p.yaml", "--to", "solutions", "-o", "p.tex"]) == 0
    assert (tmp_path / "p.tex").read_text() == with_package((tmp_path / "build" / "p-solutions.tex").read_text())


@pytest.mark.parametrize(("length", "wide"), [("8.4cm", 84.0), ("80mm", 80.0), ("3.5in", 88.9), ("240pt", 84.35)])
def test_lengths(length: str, wide: float) -> None:
    assert abs(millimetres(length) - wide) < 0.01


@pytest.mark.parametrize("length", ["8.4", "wide", "1cm", "9000mm", "-3cm"])
def test_what_is_no_length_is_refused(length: str) -> None:
    with pytest.raises(click.UsageError):
        millimetres(length)


def test_documents_of_our_own_have_their_own_width(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["render", str(FOLDER / "least-squares.yaml"), "--to", "slides", "--width", "8cm"]) == 2
    assert "documents of your own" in capsys.readouterr().err


@pytest.mark.tex
@pytest.mark.parametrize("options", ["amsart", "memoir", "article", "article|leqno", "article|fleqn,leqno", "exam"])
def test_reasons_stand_in_a_column_at_the_right_in_every_class(options: str, tmp_path: Path) -> None:
    name, _, given = options.partition("|")
    assert run(["render", str(FOLDER / "least-squares.yaml"), "--to", "fragment", "-o", str(tmp_path / "f.tex")]) == 0
    head = rf"\documentclass[11pt,{given}]{{{name}}}\usepackage[T1]{{fontenc}}\usepackage{{lmodern}}\usepackage{{derive}}"
    (tmp_path / "d.tex").write_text(head + r"\begin{document}\input{f}\end{document}")
    done = subprocess.run(["pdflatex", "-interaction=nonstopmode", "d.tex"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "Overfull" not in done.stdout
    boxes = subprocess.run(["pdftotext", "-bbox", "d.pdf", "-"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    words = [(float(left), word) for left, word in re.findall(r'<word xMin="([\d.]+)"[^>]*>([^<]*)</word>', boxes)]
    begun = {word: left for left, word in words if word in ("chain", "read", "collect", "linearity")}
    assert len(begun) == 4 and max(begun.values()) - min(begun.values()) < 0.5
    assert min(begun.values()) > max(left for left, word in words if word in ("D", "Hess"))


@pytest.mark.tex
def test_an_exam_of_a_narrow_column_fits_its_class(tmp_path: Path) -> None:
    file = str(FOLDER / "exercises" / "logistic-loss.yaml")  # with parts
    assert run(["render", file, "--to", "exam", "--width", "80mm", "-o", str(tmp_path / "f.tex")]) == 0
    head = r"\documentclass[10pt]{exam}\printanswers\setlength{\textwidth}{80mm}\usepackage[T1]{fontenc}\usepackage{lmodern}\usepackage{derive}"
    (tmp_path / "d.tex").write_text(head + r"\begin{document}\begin{questions}\input{f}\end{questions}\end{document}")
    done = subprocess.run(["pdflatex", "-interaction=nonstopmode", "d.tex"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and r"Overfull \hbox" not in done.stdout
