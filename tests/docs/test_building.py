"""The Makefiles and ninja files of docs/building.md, as they stand there, on projects of a few problems."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "building.md"
BLOCKS = {
    found[2].strip(): found[3]
    for found in re.finditer(r"^```(make|ninja|latex)\n[#%] (.*?)\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
}
TRACE = "title: A trace\nsymbols: {X: 'matrix(m, n)', A: symmetric(m)}\nfunction: f(X) = tr(X' A X)\nfind: [gradient]\n"
SQUARE = "title: A square\nsymbols: {x: vector(n)}\nfunction: f(x) = x' x\nfind: [gradient]\n"
BAD = "symbols: {X: 'matrix(m, n)'}\nfunction: f(X) = tr(X X)\nfind: [gradient]\n"
LECTURE = "title: A lecture\nsections:\n  - title: One\n    frames: [trace, {text: Words.}]\n"
TOOLS = {"make": ("Makefile", ["make"]), "ninja": ("build.ninja", ["ninja"])}
IDLE = re.compile(r"Nothing to be done|is up to date|no work to do")

pytestmark = [pytest.mark.tex, pytest.mark.slow]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "problems").mkdir()
    (tmp_path / "problems" / "trace.yaml").write_text(TRACE)
    (tmp_path / "problems" / "square.yaml").write_text(SQUARE)
    (tmp_path / "lecture.yaml").write_text(LECTURE)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "derive").write_text('#!/bin/sh\nexec "$DERIVE_PYTHON" -m derive "$@"\n')
    (tmp_path / "bin" / "derive").chmod(0o755)
    return tmp_path


def run(project: Path, *command: str) -> subprocess.CompletedProcess[str]:
    import sys

    here = {**os.environ, "PATH": f"{project / 'bin'}:{os.environ['PATH']}", "DERIVE_PYTHON": sys.executable,
            "PYTHONPATH": str(PAGE.parents[1]), "TZ": "UTC"}
    for name in ("MAKELEVEL", "MAKEFLAGS", "MFLAGS"):
        here.pop(name, None)
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False, timeout=600, env=here)


def written(project: Path, block: str, tool: str = "make") -> list[str]:
    """The file of a block stands in the project; the command that runs it."""
    name, command = TOOLS[tool]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    (project / name).write_text(BLOCKS[block])
    return command


def made(project: Path, command: list[str]) -> bool:
    """Whether the command had something to do; it is good."""
    time.sleep(0.05)
    done = run(project, *command)
    assert done.returncode == 0, done.stdout + done.stderr
    return not IDLE.search(done.stdout)


def test_the_page_has_these_blocks() -> None:
    assert {"Makefile: one deck", "Makefile: a course", "build.ninja: a course", "Makefile: single documents", "Makefile: a recipe each",
            "build.ninja: a recipe each", "Makefile: a book", "book.tex"} <= set(BLOCKS)


def test_one_deck(project: Path) -> None:
    make = written(project, "Makefile: one deck")
    assert made(project, make) and not made(project, make)
    first = (project / "deck.pdf").read_bytes()
    (project / "derive.toml").write_text("[slides]\naspect = 43\n")
    assert made(project, make) and not made(project, make)
    assert (project / "deck.pdf").read_bytes() != first
    (project / "templates" / "slides").mkdir(parents=True)
    (project / "templates" / "slides" / "closing.tex.j2").write_text("THE END\n")
    assert made(project, make) and not made(project, make)
    (project / "problems" / "trace.yaml").write_text(TRACE.replace("tr(X' A X)", "2 tr(X' A X)"))
    assert made(project, make) and not made(project, make)
    (project / "derive.toml").unlink()  # a prerequisite that is gone does not stop make
    assert made(project, make) and not made(project, make)


@pytest.mark.parametrize("tool", ["make", "ninja"])
def test_a_course(project: Path, tool: str) -> None:
    name = "Makefile" if tool == "make" else "build.ninja"
    command = written(project, f"{name}: a course", tool)
    assert made(project, command) and not made(project, command)
    alone = run(project, "derive", "build", "problems", "-o", "alone")
    assert alone.returncode == 0
    same = sorted(path.relative_to(project / "alone") for path in (project / "alone").rglob("*.pdf"))
    assert len(same) == 4 and all((project / "alone" / path).read_bytes() == (project / "build" / path).read_bytes() for path in same)
    assert (project / "build" / ".made").read_text().split() == [f"build/{n}" for n in (
        "square-slides.pdf", "square-slides.tex", "square-solutions.pdf", "square-solutions.tex",
        "trace-slides.pdf", "trace-slides.tex", "trace-solutions.pdf", "trace-solutions.tex")]
    kept = (project / "build" / "square-slides.pdf").stat().st_mtime_ns
    (project / "problems" / "trace.yaml").write_text(TRACE.replace("A trace", "Another trace"))
    assert made(project, command) and not made(project, command)
    assert (project / "build" / "square-slides.pdf").stat().st_mtime_ns == kept
    # a derive.toml, a template and a problem that were not there
    (project / "derive.toml").write_text("[slides]\nrows = 2\n")
    assert made(project, command) and not made(project, command)
    (project / "templates").mkdir()
    (project / "templates" / "answer.tex.j2").write_text("\\BLOCK{extends 'builtin/answer.tex.j2'}\n")
    assert made(project, command) and not made(project, command)
    (project / "problems" / "third.yaml").write_text(SQUARE.replace("A square", "A third"))
    assert made(project, command) and (project / "build" / "third-slides.pdf").is_file()
    # the include is gone, and with it what the documents were made from
    (project / "build" / ("made.d" if tool == "make" else ".made.d")).unlink()
    (project / "derive.toml").write_text("[slides]\nrows = 3\n")
    assert made(project, command) and not made(project, command)
    # a problem is renamed: its old documents are named, and removed
    (project / "problems" / "third.yaml").rename(project / "problems" / "fourth.yaml")
    assert made(project, command) and (project / "build" / "third-slides.pdf").is_file()
    cleaned = run(project, "derive", "clean", "--stale", "-o", "build")
    assert cleaned.returncode == 0 and "build/third-slides.pdf" in cleaned.stdout
    assert not (project / "build" / "third-slides.pdf").exists() and (project / "build" / "fourth-slides.pdf").is_file()
    assert "nothing" in run(project, "derive", "clean", "--stale", "-o", "build").stdout


def test_a_failure_stops_neither_the_others_nor_make_k(project: Path) -> None:
    make = written(project, "Makefile: a course")
    with (project / "Makefile").open("a") as file:
        file.write("other:\n\techo other > $@\nall: build/.made other\n")
    (project / "problems" / "bad.yaml").write_text(BAD)
    done = run(project, *make, "-k", "-j2", "all")
    assert done.returncode == 2 and "problems/bad.yaml:2:" in done.stderr
    assert (project / "other").is_file() and (project / "build" / "trace-slides.pdf").is_file() and not (project / "build" / ".made").exists()
    (project / "problems" / "bad.yaml").unlink()
    assert made(project, [*make, "all"])


def test_make_n_makes_nothing(project: Path) -> None:
    make = written(project, "Makefile: a course")
    told = run(project, *make, "-n", "-j2")
    assert told.returncode == 0 and "problems/trace.yaml: would be made" in told.stdout
    assert not list(project.rglob("*.tex")) and not (project / "build" / ".made").exists()
    assert made(project, make)


def test_single_documents(project: Path) -> None:
    make = written(project, "Makefile: single documents")
    assert made(project, [*make, "-j2", "all"]) and not made(project, [*make, "all"])
    assert run(project, "derive", "build", "problems", "-o", "alone").returncode == 0
    assert all(path.read_bytes() == (project / "build" / path.name).read_bytes() for path in (project / "alone").glob("*.pdf"))
    kept = (project / "build" / "square-solutions.pdf").stat().st_mtime_ns
    (project / "problems" / "trace.yaml").write_text(TRACE.replace("A trace", "Another trace"))
    assert made(project, [*make, "build/trace-slides.pdf"])
    assert (project / "build" / "square-solutions.pdf").stat().st_mtime_ns == kept
    assert not made(project, [*make, "build/trace-slides.pdf"])


@pytest.mark.parametrize("tool", ["make", "ninja"])
def test_a_recipe_each(project: Path, tool: str) -> None:
    name = "Makefile" if tool == "make" else "build.ninja"
    command = written(project, f"{name}: a recipe each", tool)
    command = [*command, "-j2"]
    assert made(project, command) and not made(project, command)
    assert run(project, "derive", "build", "problems", "-o", "alone", "--to", "slides").returncode == 0
    for stem in ("trace", "square"):
        assert (project / "out" / f"{stem}.pdf").read_bytes() == (project / "alone" / f"{stem}-slides.pdf").read_bytes()
    (project / "derive.toml").write_text("[slides]\naspect = 43\n")
    assert made(project, command) and not made(project, command)
    os.utime(project / "problems" / "trace.yaml")  # touched, not changed: made once, to the same bytes
    assert made(project, command) and not made(project, command)
    (project / "problems" / "trace.yaml").unlink()
    if tool == "ninja":
        (project / "build.ninja").write_text(BLOCKS[f"{name}: a recipe each"].replace("build out/trace.pdf: slides problems/trace.yaml\n", ""))
    assert not made(project, command)
    cleaned = run(project, "derive", "clean", "--stale", "-o", "out")
    assert "out/trace.pdf" in cleaned.stdout and not (project / "out" / "trace.pdf").exists() and (project / "out" / "square.pdf").exists()


def test_a_book(project: Path) -> None:
    make = written(project, "Makefile: a book")
    (project / "book.tex").write_text(BLOCKS["book.tex"])
    assert made(project, make) and not made(project, make)
    text = subprocess.run(["pdftotext", str(project / "book.pdf"), "-"], capture_output=True, text=True, check=True).stdout
    assert "Traces" in text and "definition" in text
    (project / "problems" / "trace.yaml").write_text(TRACE.replace("tr(X' A X)", "5 tr(X' A X)"))
    assert made(project, make)
    assert "10" in subprocess.run(["pdftotext", str(project / "book.pdf"), "-"], capture_output=True, text=True, check=True).stdout
