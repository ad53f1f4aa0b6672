"""Templates: found, filled, overridden, and what is said when one has a mistake."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from derive.calculus.derive import derive
from derive.checking.verification import verify
from derive.documents.compose import problem_page, single
from derive.documents.page.modes import MODES
from derive.documents.page.settings import Settings
from derive.documents.rendering.compiled import Compiled
from derive.documents.rendering.fill import builtin_folder, environment, exam_points, files, fill, metadata
from derive.documents.rendering.variables import VARIABLES, described, named, unknown, used
from derive.errors import DeriveError
from derive.notation.latex.text import Text
from tests.documents.samples import trace_quadratic

SOURCES = sorted(path for path in builtin_folder().rglob("*.j2"))


def context(name: str) -> dict[str, object]:
    derivation = derive(trace_quadratic())
    mode = MODES[name]
    page = problem_page(derivation.problem, derivation, verify(derivation), mode, Settings())
    return {"document": single(page, mode, Settings()), "mode": mode}


@pytest.mark.parametrize("name", MODES)
def test_every_mode_fills_its_template(name: str) -> None:
    text = fill(MODES[name].template, context(name))
    assert not re.search(r"\\(VAR|BLOCK|COMMENT)\{", text)
    assert "Variables:" not in text and "None" not in text and "Undefined" not in text
    assert text.count(r"\begin{") == text.count(r"\end{") and text.count("<li>") == text.count("</li>")
    assert (r"\documentclass" in text) == MODES[name].pdf


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(builtin_folder()).as_posix())
def test_a_command_never_runs_into_a_value(path: Path) -> None:
    r"""`\small\VAR{…}` would become `\smallLet`; a comment ends at its first brace."""
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\\(?!VAR|BLOCK|COMMENT)[A-Za-z]+\*?\\VAR", text)
    assert not re.search(r"\\COMMENT\{[^}]*\{", text)


def test_a_template_of_the_users_is_found_first_and_extends_ours(tmp_path: Path) -> None:
    (tmp_path / "slides.tex.j2").write_text(
        "\\BLOCK{extends 'builtin/slides.tex.j2'}\n\\BLOCK{block look}\n\\usetheme{Madrid}\n\\BLOCK{endblock}\n"
    )
    text = fill("slides.tex.j2", context("slides"), (tmp_path,))
    assert r"\usetheme{Madrid}" in text and "footline" not in text
    assert r"\begin{frame}" in text
    assert files((tmp_path,))["slides.tex.j2"] == tmp_path / "slides.tex.j2"


def test_a_partial_of_the_users_replaces_ours(tmp_path: Path) -> None:
    (tmp_path / "slides").mkdir()
    (tmp_path / "slides" / "closing.tex.j2").write_text("\\VAR{problem.title_plain} is done.\n")
    assert "Trace of a quadratic form is done." in fill("slides.tex.j2", context("slides"), (tmp_path,))


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("one\n\\VAR{docment.title}\n", 2, "did you mean `document`?"),
        ("one\ntwo\n\\VAR{document.titel}\n", 3, "did you mean `title`?"),
        ("\\BLOCK{for x in document.items}\n", 1, "endfor"),
        ("\\BLOCK{include 'slides/fram.tex.j2'}\n", 1, "slides/frame.tex.j2"),
    ],
)
def test_a_mistake_in_a_template_is_reported_at_its_line(text: str, line: int, words: str, tmp_path: Path) -> None:
    (tmp_path / "slides.tex.j2").write_text(text)
    with pytest.raises(DeriveError) as caught:
        fill("slides.tex.j2", context("slides"), (tmp_path,))
    assert words in caught.value.render()
    if "include" not in text:
        assert caught.value.where is not None and caught.value.where.line == line
        assert caught.value.where.file.endswith("slides.tex.j2")


def test_metadata_holds_nothing_that_tex_reads() -> None:
    assert metadata(r"50% \of {A_1} ~ $x^2$ & #") == r"50\% of (A\_1)   x2 \& \#"


def test_every_field_that_a_template_sees_is_described() -> None:
    for kind, (about, fields) in described().items():
        assert about and fields, kind
        assert not [name for name, text in fields.items() if not text], kind


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(builtin_folder()).as_posix())
def test_a_template_names_the_variables_that_it_uses(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    places = used(source, path.name)
    assert set(places) <= named(source) and named(source) <= set(VARIABLES)


def test_every_template_says_what_it_is() -> None:
    for path in SOURCES:
        if path.name != "derive.sty.j2":
            assert re.search(r"\\COMMENT\{ [A-Z].*\.", path.read_text(encoding="utf-8")), path


def test_a_variable_in_a_branch_that_no_sample_takes_is_found(tmp_path: Path) -> None:
    template = tmp_path / "key.tex.j2"
    template.write_text("\\BLOCK{if false}\n\\VAR{docment.title}\n\\BLOCK{endif}\n\\BLOCK{set own = 1}\\VAR{own}\n")
    error = unknown(template, "templates/key.tex.j2")
    assert error is not None and str(error.where) == "templates/key.tex.j2:2:1" and "did you mean `document`?" in error.render()
    template.write_text("\\VAR{document.title}")
    assert unknown(template, "key.tex.j2") is None


@pytest.mark.parametrize(("points", "counted"), [("3", "3"), ("2.5", r"2\half"), ("0.5", r"0\half"), ("10", "10")])
def test_points_as_the_exam_class_counts_them(points: str, counted: str) -> None:
    assert exam_points(points) == counted


@pytest.mark.parametrize("points", ["2.25", "0.1", "1.75"])
def test_points_that_the_exam_class_cannot_add_up_are_refused(points: str) -> None:
    with pytest.raises(DeriveError) as caught:
        exam_points(points)
    assert caught.value.code == "points" and points in caught.value.message


def test_a_block_that_nothing_prints_is_refused(tmp_path: Path) -> None:
    template = tmp_path / "slides.tex.j2"
    template.write_text("\\BLOCK{extends 'builtin/slides.tex.j2'}\n\\BLOCK{block lok}\n\\definecolor{a}{gray}{0}\n\\BLOCK{endblock}\n")
    with pytest.raises(DeriveError) as caught:
        fill("slides.tex.j2", context("slides"), (tmp_path,))
    assert str(caught.value.where).endswith("slides.tex.j2:2:1") and "did you mean `look`?" in caught.value.render()
    own = tmp_path / "own"
    own.mkdir()
    (own / "slides.tex.j2").write_text("\\BLOCK{extends 'builtin/slides.tex.j2'}\n\\BLOCK{block look}\n\\VAR{super()}%OWN\n\\BLOCK{endblock}\n")
    assert "%OWN" in fill("slides.tex.j2", context("slides"), (own,))


def test_no_command_runs_into_a_value() -> None:
    r"""`\quad\VAR{document.date}` is the command \quadMay."""
    for path in builtin_folder().rglob("*.tex.j2"):
        plain = re.sub(r"\\(?:BLOCK|COMMENT)\{[^{}]*\}", "", path.read_text(encoding="utf-8"))
        assert not re.search(r"(?<!\\)\\(?!VAR)[A-Za-z]+\\VAR\{", plain), path


def test_a_compiled_template_is_of_its_filters(tmp_path: Path) -> None:
    """How a filter is called is compiled into a template: with other filters it is compiled anew."""
    filters = tmp_path / "fill.py"
    filters.write_text("one")
    os.utime(filters, ns=(1, 1))
    before = Compiled(tmp_path, filters).state
    os.utime(filters, ns=(2, 2))
    assert Compiled(tmp_path, filters).state != before


def test_what_a_template_puts_between_words_is_written_as_it_stands() -> None:
    """A table of a lecture has columns, not the sign that parts them."""
    of_tex = [path for path in SOURCES if path.name.endswith(".tex.j2")]
    assert not [path for path in of_tex if "side_by_side" in path.read_text(encoding="utf-8")], \
        "in TeX `join` writes the separator as the template has it; `side_by_side` is for words of a web page"
    assert environment(()).from_string(r"\VAR{[text, 'b']|join(' & ')}").render(text=Text.of("50 %")) == r"50 \% & b"
