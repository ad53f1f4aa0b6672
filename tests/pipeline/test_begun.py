"""A document that starts from a format which has begun it: the same pages, the same metadata, and only where nothing in it is its author's TeX."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from derive.documents.page.modes import MODES
from derive.documents.page.settings import Fit, Settings
from derive.pipeline import produce
from derive.pipeline.subject import read
from derive.pipeline.tex import engine, formats
from derive.pipeline.tex.begun import may_begin

PROBLEMS = Path(__file__).resolve().parents[2] / "problems"

pytestmark = pytest.mark.tex


def shown(pdf: bytes, folder: Path) -> tuple[list[bytes], list[str]]:
    """The pixels of every page, and what the file says of itself but for its size."""
    folder.mkdir()
    (folder / "x.pdf").write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", "70", "x.pdf", "p"], cwd=folder, check=True)
    info = subprocess.run(["pdfinfo", "x.pdf"], cwd=folder, capture_output=True, text=True, check=True).stdout.splitlines()
    return [page.read_bytes() for page in sorted(folder.glob("p-*.ppm"))], [line for line in info if "File size" not in line]


# What is uncovered between paragraphs, beside a figure, stands in a lecture.
@pytest.mark.parametrize(("name", "mode"), [
    *((name, mode) for name in ("determinant", "chain-of-shapes", "gram-matrix-two-ways", "sets/first-derivatives")
      for mode in ("slides", "blank", "solutions", "article")),
    ("lectures/matrix-calculus-for-deep-learning", "slides"),
])
def test_the_pages_are_those_of_a_document_that_begins_for_itself(name: str, mode: str, tmp_path: Path) -> None:
    path = PROBLEMS / f"{name}.yaml"
    subject = read(path.read_text(), path.as_posix())
    made = produce.make(lambda fit: subject.document(MODES[mode], Settings(), fit), MODES[mode], Settings())
    plain, begun = (shown(engine.typeset(made.tex, own=own).pdf, tmp_path / str(own)) for own in (True, False))
    assert begun == plain and any("Title:" in line and line.split()[1:] for line in plain[1])


def test_what_reads_back_begins_for_itself() -> None:
    head = "\\documentclass{article}\n"
    body = "\\begin{document}%s\\end{document}"
    assert may_begin(head, body % "x")
    for text in (r"\label{a}", r"\ref{a}", r"\tableofcontents", r"\pageref{LastPage}"):
        assert not may_begin(head, body % text)
    assert not may_begin(head + r"\usetheme{Madrid}", body % "x")
    assert not may_begin(head, "x")


@pytest.mark.parametrize("own", ["macros", "template"])
def test_a_document_with_own_tex_begins_for_itself(own: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DERIVE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(formats, "known_formats", {})
    folders: tuple[Path, ...] = ()
    settings = Settings()
    if own == "macros":
        settings = Settings(macros=r"\newcommand{\mine}{x}", macros_file="macros.tex")
    else:
        (tmp_path / "templates").mkdir()
        (tmp_path / "templates" / "solutions.tex.j2").write_text(
            "\\BLOCK{extends 'builtin/solutions.tex.j2'}\n\\BLOCK{block metadata}\n\\VAR{super()}\n\\usepackage{multicol}\n\\BLOCK{endblock}\n"
        )
        folders = (tmp_path / "templates",)
    subject = read((PROBLEMS / "trace.yaml").read_text(), "trace.yaml")
    mode = MODES["solutions"]
    assert produce.make(lambda fit: subject.document(mode, settings, fit), mode, settings, folders).pdf
    text = produce.tex(subject.document(mode, settings, Fit()), mode, folders)
    parts = formats.split(text)
    assert parts is not None
    key = formats.key_of(parts[0], engine.program(), {})
    assert [kept.name.split("-")[0] for kept in (tmp_path / "cache" / "formats").glob("*.fmt")] == [key]
