"""The project file."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.documents.settings import Settings
from derive.errors import DeriveError
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
        ("[slides]\n\nrows = 7\n", 3, "1 to 6"),
        ("[slides]\nrows = 'four'\n", 2, "a whole number"),
        ("[slides]\noverlays = 1\n", 2, "true or false"),
        ("[slids]\nrows = 3\n", 1, "did you mean `slides`?"),
        ("rows = 3\n", 1, "sections"),
        ("[slides]\npaper = 'a4'\n", 2, "not a setting of [slides]"),
        ("[slides\nrows = 3\n", 1, "not TOML"),
        ("[notation]\nlanguage = 'xx'\n", 2, "en"),
        ("[document]\nmacros = 'no.tex'\n", 2, "cannot be read"),
    ],
)
def test_what_is_wrong_is_said_at_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(DeriveError) as caught:
        read(text, "derive.toml")
    assert caught.value.where is not None and caught.value.where.line == line
    assert words in caught.value.render()
