"""Works of a project's bibliography: cited in prose, numbered, listed at the end of what cites them; an unknown key is refused at its place."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from derive.cli.main import run
from derive.documents.page.document import Document
from derive.documents.page.modes import MODES
from derive.documents.page.settings import Fit
from derive.errors import DeriveError
from derive.language.markup.bibliography import Bibliography
from derive.pipeline.project import load
from derive.pipeline.render import render
from derive.pipeline.subject import read

WORKS = r"""
@string{wiley = "Wiley"}
@book{magnus, author = {Magnus, Jan R. and Neudecker, Heinz}, title = {Matrix Differential Calculus}, publisher = wiley, year = 2019}
@article{giles, author = {Giles, Mike and Erd\H{o}s, P\'al}, title = {The Case of $A^{-1}$ \& \emph{Others}}, journal = {J}, year = 2008,
  pages = {35--44}, doi = {10.1016/0024-3795(80)90017-4}}
@thesis{zeta, author = {Zeta, Z.}, title = {Z}, date = {2001-02-03}, institution = {U}}
"""
PROBLEM = r"""
title: T
symbols: {x: vector(n)}
function: f(x) = x' x
find: [gradient]
statement: 'As in \cite[ch. 8]{magnus} and \cite{giles, magnus}.'
source: '\cite{zeta}'
"""
LECTURE = r"""
title: L
sections:
  - title: One
    frames:
      - {text: 'Words \cite{giles}.', title: W}
      - {problem: p}
"""


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "problems").mkdir()
    (tmp_path / "problems" / "p.yaml").write_text(PROBLEM)
    (tmp_path / "problems" / "l.yaml").write_text(LECTURE)
    (tmp_path / "refs.bib").write_text(WORKS)
    (tmp_path / "derive.toml").write_text('[document]\nbibliography = "refs.bib"\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def document(kind: str, file: str = "problems/p.yaml") -> Document:
    settings = load().settings
    return read(Path(file).read_text(), file, 1, settings).document(MODES[kind], settings, Fit())


def test_works_are_numbered_by_author_and_only_those_that_the_document_prints(course: Path) -> None:
    listed = [(work.key, work.label) for work in document("solutions").references[0]]
    assert listed == [("giles", "1"), ("magnus", "2"), ("zeta", "3")]
    assert document("fragment").references == ()
    assert [work.key for work in document("html", "problems/l.yaml").references[0]] == ["giles", "magnus", "zeta"]


def test_an_entry_keeps_its_formula_and_its_letters() -> None:
    ((_, said),) = Bibliography(WORKS, "refs.bib").listed(["giles"])
    assert "$A^{-1}$ & \\emph{Others}" in said or "$A^{-1}$ & \\emph{others}" in said
    assert "Erdős" in said and r"\href{https://doi.org/10.1016/0024-3795%2880%2990017-4}" in said
    ((_, said),) = Bibliography(WORKS, "refs.bib").listed(["zeta"])
    assert "2001" in said and "PhD thesis, U" in said


def test_the_page_says_the_numbers(course: Path) -> None:
    assert run(["render", "problems/p.yaml", "--to", "html", "-o", "p.html"]) == 0
    page = (course / "p.html").read_text()
    assert '[<a href="#work-magnus">2</a>, ch. 8]' in page and '<p id="work-giles">[1] ' in page and "derivecite" not in page
    tex = render("problems/p.yaml", MODES["fragment"], load(), False).decode()
    assert r"\derivereference" not in tex


@pytest.mark.tex
@pytest.mark.parametrize("kind", ["sheet", "solutions", "article", "slides", "handout"])
def test_what_is_typeset_ends_with_the_list(course: Path, kind: str) -> None:
    assert run(["render", "problems/l.yaml" if kind != "sheet" else "problems/p.yaml", "--to", kind, "-o", "x.pdf"]) == 0
    said = subprocess.run(["pdftotext", "-layout", "x.pdf", "-"], capture_output=True, text=True, check=True).stdout
    assert "[2, ch. 8]" in said and "[1, 2]" in said
    assert said.index("References") < said.rindex("Matrix Differential Calculus")


@pytest.mark.parametrize(("old", "new", "said"), [
    (r"\cite{giles, magnus}", r"\cite{giles, magnvs}", "did you mean `magnus`?"),
    (r"\cite{zeta}", r"\cite{nobody}", "`nobody` is not in refs.bib"),
    (r"\cite{zeta}", r"\cite{a b}", "no key"),
])
def test_an_unknown_key_is_refused_at_its_place_by_check_and_render(
    course: Path, old: str, new: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (course / "problems" / "p.yaml").write_text(PROBLEM.replace(old, new))
    line = next(k for k, text in enumerate(PROBLEM.replace(old, new).splitlines(), 1) if new in text)
    for command in (["check", "problems/p.yaml"], ["render", "problems/p.yaml", "--to", "solutions"]):
        assert run(command) == 1
        error = capsys.readouterr().err
        assert f"problems/p.yaml:{line}:" in error and said in error


def test_without_a_bibliography_it_is_said_how_to_name_one(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (course / "derive.toml").unlink()
    assert run(["check", "problems/p.yaml"]) == 1
    assert 'bibliography = "references.bib"' in capsys.readouterr().err


@pytest.mark.parametrize(("text", "line", "said"), [
    ("\n@book{magnus, title = {x}", 2, "premature end"),
    ("@book{magnus, title = {x}, year = 1, publisher = {p}}", 1, "`magnus` has no author"),
    ("\n@book{magnus, author = {A}, title = foo}", 2, "undefined string"),
    (r"@misc{magnus, title = {\input{/etc/passwd}}}", 1, r"\input is no command"),
    (r"@misc{magnus, title = {$\write18{ls}$}}", 1, r"write"),
    ("@misc{magnus, title={a}}\n@misc{magnus, title={b}}", 1, "repeated"),
])
def test_a_bibliography_that_is_none_is_refused_at_its_line(course: Path, text: str, line: int, said: str) -> None:
    (course / "refs.bib").write_text(text)
    (course / "problems" / "p.yaml").write_text(PROBLEM.replace(r"\cite{giles, magnus}", "").replace(r"\cite{zeta}", "x"))
    with pytest.raises(DeriveError) as caught:
        document("solutions")
    assert caught.value.where is not None and (caught.value.where.file, caught.value.where.line) == ("refs.bib", line)
    assert said in caught.value.message
    assert run(["check", "problems/p.yaml"]) == 1


def test_a_missing_file_is_said_at_its_line(course: Path) -> None:
    (course / "refs.bib").unlink()
    with pytest.raises(DeriveError, match=r"the bibliography refs\.bib cannot be read"):
        load()


def test_a_change_of_it_is_noticed(course: Path) -> None:
    from derive.pipeline.depfile import of_document

    assert "refs.bib" in of_document("problems/p.yaml", PROBLEM, load()).present
    before = load().settings
    (course / "refs.bib").write_text(WORKS.replace("2019", "2020"))
    assert load().settings != before
