"""A project's own look: found from anywhere below it, read by TeX, and noticed when it changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from derive.cli.main import run
from derive.documents.page.modes import MODES
from derive.errors import DeriveError
from derive.pipeline import build as building
from derive.pipeline import look
from derive.pipeline.depfile import of_document
from derive.pipeline.project import folder_of, load
from derive.pipeline.render import render
from derive.pipeline.sources import find

PROBLEM = "title: T\nsymbols: {x: vector(n)}\nfunction: f(x) = x' x\nfind: [gradient]\n"
THEME = "\\definecolor{uni}{rgb}{%s}\\setbeamercolor{structure}{fg=uni}\n"


@pytest.fixture
def deck(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "problems" / "week").mkdir(parents=True)
    (tmp_path / "problems" / "week" / "p.yaml").write_text(PROBLEM)
    (tmp_path / "derive.toml").write_text('[slides]\ntheme = "Uni"\n[notation]\ntranspose = "top"\n')
    (tmp_path / "beamerthemeUni.sty").write_text(THEME % "0,.5,.2")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("place", [".", "problems", "problems/week"])
def test_the_project_is_found_upwards(deck: Path, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(deck / place)
    folder = folder_of()
    assert folder.resolve() == deck and load(folder).settings.notation.transpose == "top"
    assert [source.stem for source in find([], folder)] == ["week/p"]
    monkeypatch.chdir(deck.parent)
    assert folder_of(deck / "problems" / "week" / "p.yaml").resolve() == deck


def test_a_file_elsewhere_is_of_its_own_project(deck: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    (other / "problems").mkdir()
    (other / "problems" / "q.yaml").write_text(PROBLEM)
    assert folder_of(other / "problems" / "q.yaml").resolve() == other
    (other / "q.yaml").write_text(PROBLEM)
    assert folder_of("-") == Path()


def test_the_search_ends_with_the_repository(deck: Path) -> None:
    inner = deck / "inner"
    (inner / ".git").mkdir(parents=True)
    (inner / "q.yaml").write_text(PROBLEM)
    assert folder_of(inner / "q.yaml") == Path()


def test_what_belongs_to_a_look(deck: Path) -> None:
    templates = deck / "templates"
    templates.mkdir()
    (templates / "own.sty").write_text("\\pgfdeclareimage{logo}{logo}")
    for name in ("logo.png", "holiday.png"):
        (deck / name).write_bytes(b"x")
    (deck / "outside.sty").symlink_to(deck.parent)
    brought = look.files((deck, templates))
    assert sorted(brought) == ["beamerthemeUni.sty", "logo.png", "own.sty"]
    assert sorted(load(deck).look) == sorted(brought)
    project = load(deck)
    assert (deck / "beamerthemeUni.sty").as_posix() in of_document("problems/week/p.yaml", PROBLEM, project).present
    (deck / "large.sty").write_bytes(b"%" * (look.MOST_BYTES + 1))
    with pytest.raises(DeriveError) as caught:
        load(deck)
    assert caught.value.code == "too-long"


@pytest.mark.tex
def test_a_changed_theme_is_noticed(deck: Path) -> None:
    def made() -> tuple[str, ...]:
        project = load()
        outcomes = list(building.build(find([]), deck / "build", project, {"problem": ("slides",)}))
        assert [outcome.error for outcome in outcomes] == [None]
        return tuple(reason for outcome in outcomes for reason in outcome.reasons)

    assert made() == ("first",) and made() == ()
    before = (deck / "build" / "week" / "p-slides.pdf").read_bytes()
    (deck / "beamerthemeUni.sty").write_text(THEME % "1,0,0")
    assert made() == ("look",)
    assert (deck / "build" / "week" / "p-slides.pdf").read_bytes() != before
    assert render("problems/week/p.yaml", MODES["slides"], load(), True) == (deck / "build" / "week" / "p-slides.pdf").read_bytes()


@pytest.mark.tex
def test_a_theme_that_there_is_none_of_is_named(deck: Path) -> None:
    project = load()
    project = replace(project, settings=replace(project.settings, theme="Nosuch"))
    with pytest.raises(DeriveError) as caught:
        render("problems/week/p.yaml", MODES["slides"], project, True)
    assert "Nosuch" in caught.value.message and "beside derive.toml" in str(caught.value.hint)


def test_check_names_a_theme_that_tex_would_not_find(deck: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (deck / "derive.toml").write_text('[slides]\ntheme = "Nosuch"\n')
    assert run(["check", "-j1"]) == 1 and "no Beamer theme `Nosuch`" in capsys.readouterr().err
    (deck / "derive.toml").write_text('[slides]\ntheme = "Madrid"\n')
    assert run(["check", "-j1"]) == 0
    (deck / "derive.toml").write_text('[slides]\ntheme = "Uni"\n')
    assert run(["check", "-j1"]) == 0, "its own, beside derive.toml"


def test_kinds_that_are_built(deck: Path) -> None:
    (deck / "derive.toml").write_text('[build]\nkinds = ["blank", "fragment"]\n')
    project = load()
    assert building.kinds(project.settings.kinds) == dict.fromkeys(("problem", "lecture", "set"), ("blank", "fragment"))
    assert building.kinds(()) == building.BUILT
    outcomes = list(building.build(find([]), deck / "build", project, building.kinds(project.settings.kinds), pdf=False))
    assert [outcome.state for outcome in outcomes] == ["made"]
    names = {path.name for path in (deck / "build").rglob("*") if path.is_file() and ".derive" not in path.parts}
    assert names == {"p-blank.tex", "p-fragment.tex", "derive.sty"}


@pytest.mark.parametrize(("text", "words"), [('["slide"]', "did you mean `slides`"), ('"slides"', "a list such as"), ("[1]", "a list such as")])
def test_a_wrong_kind_is_said_at_its_line(deck: Path, text: str, words: str) -> None:
    (deck / "derive.toml").write_text(f"[build]\nkinds = {text}\n")
    with pytest.raises(DeriveError) as caught:
        load()
    assert caught.value.where is not None and caught.value.where.line == 2 and words in caught.value.render()
