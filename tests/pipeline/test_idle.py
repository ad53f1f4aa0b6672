"""`derive build` with nothing to do says so from the times of the files alone; whatever could change a document makes it look again."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from derive.cli.main import run
from derive.pipeline import idle
from derive.pipeline.sample import SAMPLE

ARGUMENTS = ["build", "problems", "-o", "build", "--tex-only", "-j", "1"]


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "problems" / "more").mkdir(parents=True)
    (tmp_path / "problems" / "one.yaml").write_text(SAMPLE)
    (tmp_path / "derive.toml").write_text("[slides]\nrows = 4\n")
    (tmp_path / "templates").mkdir()
    assert run(ARGUMENTS) == 0 and run(ARGUMENTS) == 0
    capsys.readouterr()
    return tmp_path


def looked(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The builds that looked at what the files hold."""
    from derive.pipeline import build as building

    seen: list[object] = []
    inner = building.build

    def watched(*arguments: object, **more: object) -> object:
        seen.append(arguments)
        return inner(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(building, "build", watched)
    return seen


def test_nothing_is_looked_at_when_nothing_changed(course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    seen = looked(monkeypatch)
    assert run(ARGUMENTS) == 0
    assert not seen and "nothing to do: the documents of 1 files in build/ are up to date" in capsys.readouterr().out


CHANGES: dict[str, Callable[[Path], object]] = {
    "a problem": lambda home: (home / "problems" / "one.yaml").write_text(SAMPLE.replace("Trace", "A trace")),
    "its time": lambda home: os.utime(home / "problems" / "one.yaml", ns=(1, 1)),
    "a new problem": lambda home: (home / "problems" / "more" / "two.yaml").write_text(SAMPLE),
    "the settings": lambda home: (home / "derive.toml").write_text("[slides]\nrows = 5\n"),
    "a template": lambda home: (home / "templates" / "answer.tex.j2").write_text("x"),
    "a style": lambda home: (home / "mine.sty").write_text("x"),
    "a document edited": lambda home: (home / "build" / "one-slides.tex").write_text("x"),
    "a document deleted": lambda home: (home / "build" / "one-slides.tex").unlink(),
    "the record": lambda home: (home / "build" / ".derive" / "idle").write_text("rubbish"),
    "the ledger": lambda home: (home / "build" / ".derive" / "ledger.json").unlink(),
}


@pytest.mark.parametrize("change", list(CHANGES))
def test_whatever_changes_is_looked_at(change: str, course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = looked(monkeypatch)
    CHANGES[change](course)
    run(ARGUMENTS)
    assert seen


@pytest.mark.parametrize("more", [["--to", "sheet"], ["--explain"], ["-f"], ["-n"]])
def test_another_question_is_looked_at(more: list[str], course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = looked(monkeypatch)
    run([*ARGUMENTS, *more])
    assert seen


def test_a_failure_is_never_up_to_date(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (course / "problems" / "one.yaml").write_text("function: f(X) = tr(X X)\nsymbols: {X: 'matrix(m, n)'}\nfind: [gradient]\n")
    assert run(ARGUMENTS) == 1 and run(ARGUMENTS) == 1
    assert idle.up_to_date(Path("build"), "") is None


def test_templates_are_compiled_once_where_modules_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from derive.documents.rendering import fill
    from derive.documents.rendering.compiled import Compiled

    monkeypatch.setattr("sys.pycache_prefix", str(tmp_path / "cache"))
    monkeypatch.setattr("sys.dont_write_bytecode", False)
    own = tmp_path / "templates"
    own.mkdir()
    (own / "mine.tex.j2").write_text("\\BLOCK{include 'symbols.tex.j2'}")
    env = fill.environment((own,))
    env.get_template("mine.tex.j2"), env.get_template("symbols.tex.j2")
    kept = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert len(kept) == 1 and isinstance(env.bytecode_cache, Compiled)
    kept[0].write_bytes(b"rubbish")
    assert fill.environment(()).get_template("symbols.tex.j2").root_render_func
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    kept[0].unlink()
    fill.environment(()).get_template("symbols.tex.j2")
    assert not kept[0].exists()
