"""Paths stay at home: what files name is inside the project, and a record deletes nothing that it could not have written."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from derive.cli.main import run
from derive.errors import DeriveError
from derive.pipeline.ledger import FOLDER, HEAD, NAME, Ledger
from derive.pipeline.writing import cell
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
    entries = [{"name": "good", "key": {"problem": "x"}, "files": files}, {"name": "gone", "key": {}, "files": files}]
    record.write_bytes(HEAD + b"".join(json.dumps(entry).encode() + b"\n" for entry in entries))
    arguments = ["--tex-only", "-j", "1"] if command == "build" else []
    assert run([command, *arguments]) == 0
    assert secret.exists() and (outside / "victim.tex").exists() and (course / "outside.tex").exists()
    assert (course / "problems" / "good.yaml").exists() and (course / "build" / "notes.txt").exists()


@pytest.mark.parametrize(
    "text",
    ["", "[" * 100_000, "{", '{"format": 1}', '{"format": 1, "entries": 3}', "\xff", *(HEAD.decode() + line + "\n" for line in (
        "[" * 100_000, "{}", '{"name": 3, "key": {}}', '{"name": "a", "key": 3, "files": []}', '{"name": "a", "key": {}}', "\xff", "3",
    ))],
)
def test_a_record_that_is_none_counts_as_none(text: str, course: Path) -> None:
    record = course / "build" / FOLDER / NAME
    record.parent.mkdir(parents=True)
    record.write_bytes(text.encode("latin-1"))
    ledger = Ledger.load(course / "build")
    assert [ledger.get(name) for name in ledger.names()] == [None] * len(ledger.names())
    assert run(["build", "--tex-only", "-j", "1"]) == 0
    assert run(["clean"]) == 0


@pytest.mark.parametrize("text", ["a = " + "[" * 5000, "rows = " + "9" * 5000, '[document]\nmacros = "a\\u0000b"', ".".join(["a"] * 50_000) + " = 1",
                                  "[document]\nmacros = '/etc/passwd'", "[document]\nmacros = '../outside/secret.txt'", "x" * 200_000])
def test_a_project_file_is_refused_in_words(text: str, course: Path, secret: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (course / "derive.toml").write_text(text)
    assert run(["check", "-j", "1"]) == 1
    said = capsys.readouterr().err
    assert "derive.toml" in said and "[internal]" not in said and SECRET not in said and len(said) < 2000


def test_a_record_that_is_a_link_is_no_record(course: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (course / "build").mkdir()
    (course / "build" / FOLDER).symlink_to(outside)
    run(["build", "--tex-only", "-j", "1"])
    assert not list(outside.iterdir()) and "[internal]" not in capsys.readouterr().err
    (outside / NAME).write_text("{}")
    run(["clean"])
    assert (outside / NAME).exists()


def test_nothing_is_cleaned_through_a_link(course: Path, tmp_path: Path) -> None:
    (tmp_path / "outside" / "empty").mkdir(parents=True)
    (course / "build").symlink_to(tmp_path / "outside")
    assert run(["clean"]) == 1
    assert (tmp_path / "outside" / "empty").is_dir()


def test_modules_of_a_project_are_not_run(course: Path) -> None:
    for name in ("yaml", "numpy", "sympy", "jinja2", "click", "json", "csv", "wcwidth"):
        (course / f"{name}.py").write_text(f"open('ran-{name}', 'w')\n")
    library = os.pathsep.join(path for path in sys.path if path not in ("", str(course)))
    done = subprocess.run(
        [sys.executable, "-m", "derive", "check", "-j", "1"], env={**os.environ, "PYTHONPATH": library}, capture_output=True, text=True, check=False,
    )
    assert done.returncode == 0 and not list(course.glob("ran-*")), done.stderr


@pytest.mark.parametrize("name", ["x !=touch ran.yaml", "a;touch ran;.yaml", "a\nall:/q.yaml", "a\tb.yaml", "x|y.yaml", "x%.yaml", "x=y.yaml"])
def test_a_name_is_no_rule_of_make(name: str, course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = course / "problems" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(GOOD)
    assert run(["build", "--tex-only", "-j", "1", "--stamp", "stamp", "--depfile", "stamp.d", "--depfile-format", "make"]) == 1
    said = capsys.readouterr()
    assert "[file-name]" in said.err and not (course / "stamp.d").exists() and not (course / "stamp").exists()
    assert "\nall:" not in said.out + said.err


@pytest.mark.parametrize("text", ["::error::made up", "##[error]made up", "##vso[task.complete]made up"])
def test_what_is_shown_is_no_order_to_a_runner(text: str, course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (course / "problems" / "good.yaml").write_text(GOOD.replace("title: T", f"title: '{text}'"))
    assert run(["show", "problems/good.yaml"]) == 0
    (course / "problems" / "good.yaml").write_text(f"{text}\n[{text}\n{GOOD}")
    assert run(["check", "-j", "1"]) == 1
    (course / "claim.tex").write_text(f"\\[ {text} = 2x \\]\n")
    (course / "problems" / "good.yaml").write_text(GOOD)
    run(["review", "problems/good.yaml", "claim.tex"])
    said = capsys.readouterr()
    for line in (said.out + said.err).splitlines():
        assert not line.lstrip().startswith("::") and "##[" not in line and "##vso[" not in line


def test_what_is_pasted_is_no_order_to_a_terminal(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (course / "claim.tex").write_text("\\[ \\nabla f = 3x \x1b[31m \\]\n\\[ \x1b]0;title\x07 = 2 x \\]\n\\[ a\u202eb = 2 x\\]\n")
    run(["review", "problems/good.yaml", "claim.tex"])
    run(["review", "problems/good.yaml", "claim.tex", "--format", "github"])
    said = capsys.readouterr()
    assert not set(said.out + said.err) & set("\x1b\x07\u202e")


def test_submissions_are_of_their_folder(course: Path, secret: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (course / "given").mkdir()
    (course / "given" / "a.tex").symlink_to(secret)
    (course / "given" / "=cmd.tex").write_text("\\[ \\nabla f = 2x \\]\n")
    run(["review", "problems/good.yaml", "given", "-j", "1"])
    said = capsys.readouterr()
    assert SECRET not in said.out + said.err and "\n=cmd" not in said.out and "'=cmd.tex,right" in said.out


VARIED = "title: T\nvariants: {c: [2, 3, 5, 7, 11]}\nsymbols: {x: vector(n)}\nfunction: f(x) = c x' x\nfind: [gradient]\n"


@pytest.mark.parametrize("forged", [
    {"drawn": "[" * 5000}, {"drawn": "3"}, {"drawn": "{}"}, {"rows": "3"}, {"rows": '{"001": [["a"]]}'}, {"rows": '{"001": 7}'},
    {"drawn": json.dumps({"problems/v.yaml": {"values": {"001": [99], "002": [-1]}, "equal": [], "unlike": []}})},
    {"drawn": json.dumps({"problems/v.yaml": {"values": {"001": ["x"], "002": [1, 2]}, "equal": 3, "unlike": {}}})},
    {"drawn": json.dumps({"problems/v.yaml": {"values": {"001": [0], "002": [1]}, "equal": ["\x1b"], "unlike": []}})},
])
def test_a_forged_record_of_variants_is_not_believed(forged: dict[str, str], course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (course / "problems" / "v.yaml").write_text(VARIED)
    made = ["variants", "problems/v.yaml", "-n", "2", "--seed", "1", "-o", "out", "--tex-only", "-j", "1", "-q"]
    assert run(made) == 0
    before = {path: path.read_bytes() for path in (course / "out").rglob("*.*") if FOLDER not in path.parts}
    record = course / "out" / FOLDER / NAME
    last = json.loads(record.read_text().splitlines()[-1])
    assert last["name"] == "variants/"
    last["key"].update(forged)
    with record.open("a") as lines:
        lines.write(json.dumps(last) + "\n")
    assert run(made) == 0
    assert {path: path.read_bytes() for path in before} == before
    assert "[internal]" not in capsys.readouterr().err


def test_what_a_roster_says_is_no_formula_of_a_spreadsheet(course: Path) -> None:
    (course / "problems" / "v.yaml").write_text(VARIED)
    (course / "roster.csv").write_text("id,name\n=1+1,=cmd|calc\n@x,+1\nvariants,Ada\n../../x,Eve\n")
    assert run(["variants", "problems/v.yaml", "--roster", "roster.csv", "--seed", "1", "-o", "out", "--tex-only", "-j", "1", "-q"]) == 0
    key = (course / "out" / "key.csv").read_text()
    assert not [line for line in key.splitlines() if line.startswith(("=", "+", "@")) or ",=" in line or ",+" in line]
    assert {path.name for path in (course / "out" / "sheets").iterdir()} == {"1+1.tex", "@x.tex", "variants.tex", "x.tex"}


@pytest.mark.parametrize("cell_", ["1;=1+1", "=1+1", " =1+1", "\u00a0=1", "a\t=1", "\uff1d1+1", "-1", "@x", "a;  +1"])
def test_no_cell_is_a_formula_wherever_a_spreadsheet_parts_it(cell_: str) -> None:
    for part in re.split(r"[;\t]", cell(cell_)):
        assert not re.match(r"\s*[=+@\-\uff1d\uff0b\uff0d\uff20]", part)
    assert cell("a;b c-d") == "a;b c-d"


@pytest.mark.parametrize("name", ["a\x00b", "a\u202eb", "\x1b[31m"])
def test_a_name_in_a_roster_can_be_seen(name: str) -> None:
    from derive.pipeline.variants.roster import read

    with pytest.raises(DeriveError, match="cannot be seen") as caught:
        read(f"id,name\n1,{name}\n", "r.csv")
    assert str(caught.value.where).startswith("r.csv:2")


@pytest.mark.parametrize(
    ("link", "command"),
    [("templates", "templates eject slides.tex.j2"), ("templates/slides", "templates eject slides/row.tex.j2"), ("problems", "new x")],
)
def test_what_is_begun_for_a_user_stays_in_the_project(link: str, command: str, project: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (project / "problems").rmdir()
    (project / link).parent.mkdir(exist_ok=True)
    (project / link).symlink_to(outside)
    assert run(command.split()) == 1
    assert not list(outside.rglob("*"))


def test_an_image_is_read_up_to_its_limit(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from derive.pipeline import look
    from derive.pipeline.subject import dependencies

    (course / "problems" / "a.png").write_bytes(b"x" * 100)
    lecture = "title: T\nsections: [{title: S, frames: [{image: a.png}]}]\n"
    assert len(dependencies(lecture, "problems/l.yaml")) == 2
    monkeypatch.setattr(look, "MOST_BYTES", 50)
    with pytest.raises(DeriveError, match="larger"):
        dependencies(lecture, "problems/l.yaml")
