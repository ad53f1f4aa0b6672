"""Paths stay at home: what files name is inside the project, and a record deletes nothing that it could not have written."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest

from derive.cli.main import run
from derive.pipeline.ledger import FOLDER, NAME, Ledger
from tests.security.conftest import SECRET

GOOD = "title: T\nsymbols: {x: vector(n)}\nfunction: f(x) = x' x\nfind: [gradient]\n"


@pytest.fixture
def course(project: Path) -> Path:
    (project / "problems" / "good.yaml").write_text(GOOD)
    return project


@pytest.mark.parametrize(
    "name",
    [
        "SECRET", "../../outside/secret.txt", "../../outside/secret", "/etc/passwd", "/proc/self/environ", "/proc/kmsg", "/dev/zero",
        "/dev/stdin", "a" * 300, "a\\0b", "~/secret", "problems/../../outside/secret.txt", ".", "..", "/", "",
    ],
)
def test_a_set_names_problems_of_its_project(name: str, course: Path, secret: Path, capsys: pytest.CaptureFixture[str]) -> None:
    quoted = json.dumps(name.replace("SECRET", str(secret)))
    (course / "problems" / "set.yaml").write_text(f"title: S\nproblems: [{quoted}]\n")
    assert run(["check", "-j", "1"]) == 1
    said = capsys.readouterr()
    assert SECRET not in said.out + said.err and "root:" not in said.err and "PATH=" not in said.err and "[internal]" not in said.err
    assert "good.yaml: ok" in said.out


@pytest.mark.parametrize("target", ["SECRET", "/etc/passwd", "/proc/self/environ", "/proc/kmsg", "/dev/zero", "PIPE"])
@pytest.mark.parametrize("link", ["problems/p.yaml", "derive.toml", "m.tex", "templates/own.tex.j2", "templates"])
def test_a_link_out_of_the_project_is_not_read(
    target: str, link: str, course: Path, secret: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if link == "m.tex":
        (course / "derive.toml").write_text('[document]\nmacros = "m.tex"\n')
    if target == "PIPE":
        os.mkfifo(tmp_path / "pipe")
        target = str(tmp_path / "pipe")
    (course / link).parent.mkdir(exist_ok=True)
    (course / link).symlink_to(target.replace("SECRET", str(secret)))
    done: list[int] = []
    code = []
    watch = threading.Timer(20, lambda: done.append(1))
    watch.start()
    code.append(run(["build", "--tex-only", "-j", "1"]))
    watch.cancel()
    said = capsys.readouterr()
    assert not done
    assert SECRET not in said.out + said.err and "root:" not in said.err and "PATH=" not in said.err and "[internal]" not in said.err
    # What is no file is no template, and is not looked at.
    assert code == [1] or ("templates" in link and code == [0])


def test_a_link_among_the_outputs_is_not_followed(course: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (course / "problems" / "ex").mkdir()
    (course / "problems" / "ex" / "p.yaml").write_text(GOOD)
    (course / "build").mkdir()
    (course / "build" / "ex").symlink_to(outside)
    assert run(["build", "--tex-only", "-j", "1"]) == 1
    assert "symbolic link" in capsys.readouterr().err
    assert not list(outside.iterdir()) and list((course / "build").glob("good-*.tex"))


def test_an_output_folder_that_is_a_link_is_named_by_the_user_alone(course: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (course / "build").symlink_to(outside)
    assert run(["build", "--tex-only", "-j", "1"]) == 1
    assert not list(outside.iterdir())
    assert run(["build", "--tex-only", "-j", "1", "-o", "build"]) == 0
    assert list(outside.glob("good-*.tex"))


FORGED = [
    {"../../outside/secret.txt": "0"},
    {"ABSOLUTE": "0"},
    {"../problems/good.yaml": "0"},
    {".": "y"}, {"": "y"}, {"..": "y"}, {"sub": "y"},
    {".derive/ledger.json": "0"},
    {"../outside.tex": "0"},
    {"link/victim.tex": "0"},
    {"a\x00b.tex": "0"},
    {"notes.txt": "0"},
]


@pytest.mark.parametrize("forged", FORGED)
@pytest.mark.parametrize("command", ["build", "clean"])
def test_a_forged_record_deletes_nothing(forged: dict[str, str], command: str, course: Path, secret: Path) -> None:
    outside = secret.parent
    (outside / "victim.tex").write_text("v")
    (course / "outside.tex").write_text("v")
    record = course / "build" / FOLDER / NAME
    record.parent.mkdir(parents=True)
    (course / "build" / "sub").mkdir()
    (course / "build" / "notes.txt").write_text("mine")
    (course / "build" / "link").symlink_to(outside)
    files = {name.replace("ABSOLUTE", str(secret)): content for name, content in forged.items()}
    entries = {"good": {"key": {"problem": "x"}, "files": files}, "gone": {"key": {}, "files": files}}
    record.write_text(json.dumps({"format": 1, "entries": entries}))
    arguments = ["--tex-only", "-j", "1"] if command == "build" else []
    assert run([command, *arguments]) == 0
    assert secret.exists() and (outside / "victim.tex").exists() and (course / "outside.tex").exists()
    assert (course / "problems" / "good.yaml").exists() and (course / "build" / "notes.txt").exists()


@pytest.mark.parametrize(
    "text",
    ["", "[" * 100_000, "{", '{"format": 1}', '{"format": 1, "entries": 3}', '{"format": 1, "entries": {"a": {"key": 3, "files": []}}}', "\xff"],
)
def test_a_record_that_is_none_counts_as_none(text: str, course: Path) -> None:
    record = course / "build" / FOLDER / NAME
    record.parent.mkdir(parents=True)
    record.write_bytes(text.encode("latin-1"))
    assert Ledger.load(course / "build").entries == {}
    assert run(["build", "--tex-only", "-j", "1"]) == 0
    assert run(["clean"]) == 0


@pytest.mark.parametrize("text", ["a = " + "[" * 5000, "rows = " + "9" * 5000, '[document]\nmacros = "a\\u0000b"', ".".join(["a"] * 50_000) + " = 1",
                                  "[document]\nmacros = '/etc/passwd'", "[document]\nmacros = '../outside/secret.txt'", "x" * 200_000])
def test_a_project_file_is_refused_in_words(text: str, course: Path, secret: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (course / "derive.toml").write_text(text)
    assert run(["check", "-j", "1"]) == 1
    said = capsys.readouterr().err
    assert "derive.toml" in said and "[internal]" not in said and SECRET not in said and len(said) < 2000
