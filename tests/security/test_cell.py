"""What TeX can reach and use, whatever it is given: run as it is, with no reader before it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from derive.errors import DeriveError
from derive.pipeline import workspace
from derive.pipeline.tex import cell, engine
from tests.security.conftest import SECRET

walled = pytest.mark.skipif(not cell.standing().namespace, reason="this system gives no namespaces")


def document(body: str) -> str:
    return f"\\documentclass{{article}}\\pdfcompresslevel=0\n\\begin{{document}}x\n{body}\n\\end{{document}}"


def outcome(body: str) -> bytes:
    """What a document holds, b'' when it was refused."""
    try:
        return engine.typeset(document(body), seconds=5).pdf
    except DeriveError:
        return b""


READS = [
    r"\pdfobj stream file{%s}\pdfrefobj\pdflastobj",
    r"\immediate\pdfobj stream file{%s}",
    r"\input{%s}",
    r"\newread\r\openin\r=%s \read\r to\x \x",
    r"\pdffiledump length 100{%s}",
    r"\pdffilesize{%s}",
]


@walled
@pytest.mark.parametrize("payload", READS)
def test_a_file_outside_is_not_there(payload: str, secret: Path) -> None:
    made = outcome(payload % secret)
    assert SECRET.encode() not in made and SECRET.encode().hex().encode() not in made


@walled
@pytest.mark.parametrize("name", ["/etc/passwd", "/proc/self/environ", "/proc/1/environ", "/root/.bashrc", "/dev/zero"])
def test_nothing_of_the_machine_is_there(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", SECRET)
    with pytest.raises(DeriveError):
        engine.typeset(document(rf"\pdfobj stream file{{{name}}}\pdfrefobj\pdflastobj"), seconds=5)


@pytest.mark.parametrize("name", ["~/secret", "$HOME/secret", "$SECRET_FILE", "$TEXINPUTS/secret"])
@pytest.mark.parametrize("walls", [True, False])
def test_the_environment_and_the_home_of_the_user_are_empty(
    name: str, walls: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    if not walls:
        request.getfixturevalue("no_namespace")
    (tmp_path / "secret.tex").write_text(SECRET)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TEXINPUTS", str(tmp_path))
    monkeypatch.setenv("SECRET_FILE", str(tmp_path / "secret.tex"))
    with pytest.raises(DeriveError):
        engine.typeset(document(rf"\input{{{name}}}"), seconds=5)


def test_a_style_of_the_users_own_tree_is_not_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    style = tmp_path / "texmf" / "tex" / "latex" / "mine" / "mine.sty"
    style.parent.mkdir(parents=True)
    style.write_text(r"\ProvidesPackage{mine}")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TEXMFHOME", str(tmp_path / "texmf"))
    with pytest.raises(DeriveError, match=r"mine\.sty"):
        engine.typeset("\\documentclass{article}\\usepackage{mine}\\begin{document}x\\end{document}")


@pytest.mark.parametrize("walls", [True, False])
@pytest.mark.parametrize("name", ["%s/written.tex", "../written.tex", "../../written.tex", "~/written.tex"])
def test_nothing_is_written_outside(
    name: str, walls: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    if not walls:
        request.getfixturevalue("no_namespace")
    monkeypatch.setenv("HOME", str(tmp_path))
    target = name % tmp_path if "%" in name else name
    outcome(rf"\newwrite\w\immediate\openout\w={target} \immediate\write\w{{x}}\immediate\closeout\w")
    assert not list(tmp_path.rglob("written*"))
    assert not list(workspace.folder().rglob("written*")) and not list(workspace.folder().parent.glob("written*"))


@pytest.mark.parametrize("body", [r"\immediate\write18{touch PLACE}", r'\input{|"touch PLACE"}', r"\directlua{os.execute('touch PLACE')}"])
def test_no_program_runs(body: str, tmp_path: Path) -> None:
    place = tmp_path / "ran"
    outcome(body.replace("PLACE", str(place)))
    assert not place.exists()


@pytest.mark.parametrize(
    "body",
    [
        r"\loop\iftrue\repeat",
        r"\def\x{\x}\x",
        r"\loop\null\newpage\iftrue\repeat",
        r"\newwrite\w\immediate\openout\w=a \def\x{\immediate\write\w{" + "x" * 500 + r"}\x}\x",
        r"\newwrite\w\newcount\n\def\x{\advance\n1 \immediate\openout\w=f\the\n\x}\x",
        r"\def\x{\message{" + "y" * 900 + r"}\x}\x",
    ],
    ids=["loop", "recursion", "pages", "a long file", "many files", "a long log"],
)
def test_what_never_ends_is_ended(body: str) -> None:
    started = time.monotonic()
    with pytest.raises(DeriveError) as caught:
        engine.typeset(document(body), seconds=3)
    assert caught.value.code == "latex" and time.monotonic() - started < 30
    assert not list(workspace.folder().glob("run-*"))


VICTIM = """
import signal
from derive.pipeline.tex import engine
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell that runs tests in the background has it ignored
engine.typeset(r"\\documentclass{article}\\begin{document}\\loop\\iftrue\\repeat\\end{document}", seconds=60)
"""


@pytest.mark.parametrize("with_which", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
@pytest.mark.parametrize("walls", ["on", "off"])
def test_nothing_is_left_when_the_program_is_killed(with_which: signal.Signals, walls: str, tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path), "DERIVE_CELL": walls}
    victim = subprocess.Popen([sys.executable, "-c", VICTIM], env=environment, stderr=subprocess.DEVNULL)
    started = time.monotonic()
    while not list(tmp_path.glob("derive-*/run-*/*.log")) and time.monotonic() < started + 20:
        time.sleep(0.05)
    time.sleep(0.2)
    below = children(victim.pid)
    assert below and list(tmp_path.glob("derive-*"))
    victim.send_signal(with_which)
    victim.wait(10)
    for _ in range(50):
        alive = [pid for pid in below if Path(f"/proc/{pid}").exists() and "Z" not in state(pid)]
        if not alive and not list(tmp_path.glob("derive-*")):
            return
        time.sleep(0.1)
    raise AssertionError((alive, list(tmp_path.rglob("*"))))


def children(pid: int) -> list[int]:
    """The processes below one, at any depth."""
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    own = [int(word) for word in text.split()]
    return [*own, *(lower for child in own for lower in children(child))]


def state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return "Z"
