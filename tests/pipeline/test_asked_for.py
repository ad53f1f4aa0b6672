"""What is asked for and cannot be given is said, never dropped; what is written as .tex is set by other engines too."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from derive.cli.main import run
from derive.documents.page.modes import MODES
from derive.documents.page.settings import Fit, Settings
from derive.errors import DeriveError
from derive.pipeline.produce import tex
from derive.pipeline.subject import read

PROBLEM = "title: T\nsymbols: {x: vector(n)}\nfunction: f(x) = x' x\nfind: [gradient]\n"
LECTURE = "title: L\nsections:\n  - title: One\n    frames:\n      - {text: Words., title: A title}\n      - {definition: gradient}\n      - %s\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "problems").mkdir()
    (tmp_path / "problems" / "p.yaml").write_text(PROBLEM)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def lecture(folder: Path, frame: str = "{problem: p}") -> Path:
    path = folder / "problems" / "l.yaml"
    path.write_text(LECTURE % frame)
    return path


def test_a_frame_that_asks_for_what_its_problem_does_not_find_is_refused(folder: Path) -> None:
    path = lecture(folder, "{problem: p, show: [hessian]}")
    with pytest.raises(DeriveError) as caught:
        read(path.read_text(), str(path))
    assert caught.value.code == "not-found" and caught.value.where is not None and caught.value.where.line == 7
    assert "gradient" in str(caught.value.hint)
    path = lecture(folder, "{problem: p, show: [gradient]}")
    read(path.read_text(), str(path))


@pytest.mark.parametrize("name", ["fragment", "frames"])
def test_the_words_of_a_lecture_go_into_what_is_put_into_other_documents(folder: Path, name: str) -> None:
    path = lecture(folder)
    text = tex(read(path.read_text(), str(path)).document(MODES[name], Settings(), Fit()), MODES[name])
    assert "Words." in text and "A title" in text and "Gradient" in text and "One" in text


@pytest.mark.parametrize("name", ["exam", "xsim"])
def test_a_lecture_is_no_exam(folder: Path, name: str) -> None:
    path = lecture(folder)
    with pytest.raises(DeriveError) as caught:
        read(path.read_text(), str(path)).document(MODES[name], Settings(), Fit())
    assert "a lecture is no" in caught.value.message


def test_hints_where_there_are_none_are_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["render", "problems/p.yaml", "--to", "sheet", "--hints", "-o", "s.tex"]) == 0
    assert "there are no hints here" in capsys.readouterr().err
    (folder / "problems" / "p.yaml").write_text(PROBLEM + "hint: Expand.\n")
    assert run(["render", "problems/p.yaml", "--to", "sheet", "--hints", "-o", "s.tex"]) == 0
    assert "no hints" not in capsys.readouterr().err and "Expand." in (folder / "s.tex").read_text()
    assert run(["render", "problems/p.yaml", "--to", "exam", "--hints", "-o", "e.tex"]) == 2
    assert "prints no hints" in capsys.readouterr().err


@pytest.mark.tex
@pytest.mark.skipif(shutil.which("lualatex") is None, reason="LuaLaTeX is not installed")
@pytest.mark.parametrize("name", ["slides", "solutions", "article"])
def test_lualatex_sets_what_is_written(folder: Path, name: str) -> None:
    assert run(["render", "problems/p.yaml", "--to", name, "-o", "d.tex"]) == 0
    done = subprocess.run(["lualatex", "-interaction=nonstopmode", "-halt-on-error", "d.tex"], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:]
    text = subprocess.run(["pdftotext", "d.pdf", "-"], capture_output=True, text=True, cwd=folder, check=True).stdout
    assert "=-1" not in text and "namederive" not in text
