"""The project file."""

from __future__ import annotations

from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from derive.cli.main import run
from derive.documents.page.modes import MODES
from derive.documents.page.settings import Fit, Settings
from derive.errors import DeriveError
from derive.language.problems.notation import CHOICES, LANGUAGE
from derive.notation.settings import Notation
from derive.pipeline import subject
from derive.pipeline.produce import tex
from derive.pipeline.project import load, read


def test_what_it_may_say(tmp_path: Path) -> None:
    (tmp_path / "macros.tex").write_text(r"\newcommand{\R}{\mathbb{R}}")
    (tmp_path / "templates").mkdir()
    (tmp_path / "derive.toml").write_text(
        '[notation]\ntranspose = "top"\ntrace = "braces"\n[slides]\nrows = 5\naspect = 43\noverlays = false\n'
        '[page]\npaper = "letter"\n[document]\nauthor = "A. Lecturer"\nmacros = "macros.tex"\n'
    )
    project = load(tmp_path)
    assert (project.settings.notation.transpose, project.settings.notation.trace) == ("top", "braces")
    assert (project.settings.rows, project.settings.aspect, project.settings.overlays) == (5, 43, False)
    assert project.settings.macros == r"\newcommand{\R}{\mathbb{R}}"
    assert project.templates == (tmp_path / "templates",)


def test_without_one_all_is_as_usual(tmp_path: Path) -> None:
    assert load(tmp_path).settings == Settings()


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[notation]\ntranspsoe = 'top'\n", 2, "did you mean `transpose`?"),
        ("[notation]\ntranspose = 'T'\n", 2, "mathsf, top, prime"),
        ("[slides]\n\nrows = 13\n", 3, "1 to 12"),
        ("[slides]\nrows = 'four'\n", 2, "a whole number"),
        ("[slides]\noverlays = 1\n", 2, "true or false"),
        ("[slids]\nrows = 3\n", 1, "did you mean `slides`?"),
        ("rows = 3\n", 1, "`rows` stands under [slides]"),
        ("language = 'zh-Hant'\n", 1, "`language` stands under [notation]"),
        ("colour = 3\n", 1, "sections"),
        ("[slides]\npaper = 'a4'\n", 2, "not a setting of [slides]"),
        ("[document]\nlanguage = 'zh-Hant'\n", 2, "`language` stands under [notation]"),
        ("[slides\nrows = 3\n", 1, "not TOML"),
        ("[notation]\nlanguage = 'xx'\n", 2, "en"),
        ("[document]\nmacros = 'no.tex'\n", 2, "cannot be read"),
        ("[notation]\nlayout = 'denominater'\n", 2, "did you mean `denominator`?"),
        ("[notation]\nderivative = ['D']\n", 2, "D, partial, d"),
        ("notation = {trace = 'brackets'}\n", 1, "parentheses, braces"),
        ("notation.trace = 'brackets'\n", 1, "parentheses, braces"),
        ("notation = 3\n", 1, "not a section"),
    ],
)
def test_what_is_wrong_is_said_at_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(DeriveError) as caught:
        read(text, "derive.toml")
    assert caught.value.where is not None and caught.value.where.line == line
    assert words in caught.value.render()
    assert caught.value.source == text.splitlines()[line - 1]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("[slides]\n  rows  =  99\n", 2, 12), ("[notation]\n  transpsoe = 'top'\n", 2, 3), ("  [slids]\n", 1, 4),
        ("[page]\npaper = 'a4'\n[slides]\nrows = 4\n[notation]\nbold = 'some'\n", 6, 8), ("notation.bold = 'some'\n", 1, 17),
    ],
)
def test_the_column_is_that_of_the_key_or_of_its_value(text: str, line: int, column: int) -> None:
    with pytest.raises(DeriveError) as caught:
        read(text, "derive.toml")
    assert caught.value.where is not None and (caught.value.where.line, caught.value.where.column) == (line, column)


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "derive.toml").write_bytes(b"[notation]\ntrace = '\xff'\n")
    with pytest.raises(DeriveError, match="UTF-8"):
        load(tmp_path)


def test_a_problem_and_the_project_know_the_same_settings() -> None:
    """The words of a problem's `notation`, of derive.toml, and of the value that printers take."""
    types = get_type_hints(Notation)
    assert set(types) == {*CHOICES, LANGUAGE, "cases", "colours"}, "the last two are set by the language and by a problem's own key"
    for key, words in CHOICES.items():
        assert tuple(word or "none" for word in get_args(types[key])) == words, key
        for word in words:
            found = read(f"[notation]\n{key} = '{word}'\n", "derive.toml").notation
            assert found == Notation().chosen({key: word})


def test_the_macro_file_is_one_of_the_project(tmp_path: Path) -> None:
    (tmp_path / "own.tex").write_text("x")
    course = tmp_path / "course"
    course.mkdir()
    (course / "link.tex").symlink_to(tmp_path / "own.tex")
    (course / "latin.tex").write_bytes(b"\xe9")
    for name, words in (
        ("../own.tex", "outside"), ("/etc/hostname", "outside"), ("link.tex", "outside"), ("latin.tex", "not UTF-8"), (".", "cannot be read"),
    ):
        with pytest.raises(DeriveError, match=words):
            read(f"[document]\nmacros = '{name}'\n", "derive.toml", course)


def test_prose_may_hold_the_commands_of_the_macro_file(tmp_path: Path) -> None:
    problem = "title: T\nstatement: 'Let $x \\in \\R^n$ and $\\half x$.'\nsymbols: {x: vector(n)}\nfunction: f(x) = x' x\nfind: [gradient]\n"
    own = "\\newcommand{\\R}{\\mathbb{R}}\n\\def\\half{\\tfrac12}\n% \\newcommand{\\not}{}\n"
    (tmp_path / "own.tex").write_text(own)
    settings = read("[document]\nmacros = 'own.tex'\n", "derive.toml", tmp_path)
    mode = MODES["solutions"]
    text = tex(subject.read(problem, "p.yaml", 3, settings).document(mode, settings, Fit()), mode)
    # `\def` is read as a definition that refuses a name with another meaning
    assert r"$x \in \R^n$" in text and r"\deriveat{own.tex:1 the macros}" in text
    assert "\\newcommand{\\R}{\\mathbb{R}}\n\\newcommand{\\half}{\\tfrac12}" in text
    with pytest.raises(DeriveError, match=r"\\R is not among") as caught:
        subject.read(problem, "p.yaml")
    assert str(caught.value.where) == "p.yaml:2:24"


def test_which_of_two_files_of_one_name_is_meant_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    problem = "title: T\nsymbols: {x: vector(n)}\nfunction: f(x) = x' x\nfind: [gradient]\n"
    (tmp_path / "problems" / "exercises").mkdir(parents=True)
    for name in ("p", "exercises/p", "q"):
        (tmp_path / "problems" / f"{name}.yaml").write_text(problem)
    monkeypatch.chdir(tmp_path)
    for named, said in (("p", True), ("exercises/p", False), ("q", False)):
        (tmp_path / "problems" / "s.yaml").write_text(f"title: S\nproblems: [{{use: {named}}}]\n")
        assert run(["check", "problems/s.yaml"]) == 0
        assert ("`p` is problems/p.yaml; of the same name" in capsys.readouterr().out) is said
