"""What is written as .tex is read and edited by its author: its macros are in derive.sty, beside it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from derive.cli.main import run
from derive.pipeline.project import load
from derive.pipeline.render import with_package

FOLDER = Path(__file__).parent.parent.parent / "problems"


@pytest.mark.parametrize("kind", ["slides", "blank", "handout", "sheet", "solutions", "key", "article"])
def test_the_macros_are_in_one_place(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "p.yaml").write_text("title: T\nsymbols: {x: vector(n)}\nfunction: f(x) = x' x\nfind: [gradient]\n")
    monkeypatch.chdir(tmp_path)
    assert run(["render", "p.yaml", "--to", kind, "-o", "p.tex"]) == 0
    text = (tmp_path / "p.tex").read_text()
    assert text.count(r"\usepackage[document]{derive}") == 1 and "DERIVE-MACROS" not in text
    assert "\\newcommand{\\deriveboxed}" not in text and len(text.partition(r"\begin{document}")[0].splitlines()) < 70
    assert r"\newcommand{\deriveboxed}" in (tmp_path / "derive.sty").read_text()


def test_what_goes_to_standard_output_stands_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    (tmp_path / "p.yaml").write_text("title: T\nsymbols: {x: vector(n)}\nfunction: f(x) = x' x\nfind: [gradient]\n")
    monkeypatch.chdir(tmp_path)
    assert run(["render", "p.yaml", "--to", "solutions"]) == 0
    assert rb"\newcommand{\deriveboxed}" in capfdbinary.readouterr().out and not (tmp_path / "derive.sty").exists()


def test_a_text_without_our_macros_is_left_as_it_is() -> None:
    own = "\\documentclass{article}\n%DERIVE-FIGURES\nx\n%DERIVE-FIGURES-END\n"
    assert with_package(own) == own


def test_the_style_beside_a_project_is_none_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "p.yaml").write_text("title: T\nsymbols: {x: vector(n)}\nfunction: f(x) = x' x\nfind: [gradient]\n")
    (tmp_path / "derive.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    before = load(tmp_path).look
    assert run(["render", "p.yaml", "--to", "solutions", "-o", "p.tex"]) == 0
    assert (tmp_path / "derive.sty").exists() and load(tmp_path).look == before


@pytest.mark.tex
@pytest.mark.parametrize("kind", ["slides", "solutions", "article", "blank"])
def test_it_is_the_same_page(kind: str, tmp_path: Path) -> None:
    file = str(FOLDER / "tangent-plane.yaml")  # with a figure
    assert run(["render", file, "--to", kind, "--no-overlays", "-o", str(tmp_path / "p.tex")]) == 0
    assert run(["render", file, "--to", kind, "--no-overlays", "-o", str(tmp_path / "q.pdf")]) == 0
    for _ in range(2):
        done = subprocess.run(["pdflatex", "-interaction=nonstopmode", "p.tex"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "Overfull" not in done.stdout, done.stdout[-2000:]
    read = [["pdftotext", "-layout", str(tmp_path / name), "-"] for name in ("p.pdf", "q.pdf")]
    said = [subprocess.run(command, capture_output=True, check=True).stdout for command in read]
    assert said[0] == said[1]
