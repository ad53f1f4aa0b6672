"""The command line: what it prints where, and how it exits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

TRACE = """\
title: Trace of a quadratic form
symbols:
  X: matrix(m, n)
  A: symmetric(m)
  B: symmetric(n)
function: f(X) = tr(X' A X B)
find: [derivative, gradient]
answer:
  gradient: 2 A X B
"""
MISMATCH = "symbols: {X: 'matrix(m, n)'}\nfunction: f(X) = tr(X X)\nfind: [gradient]\n"
WRONG = TRACE.replace("2 A X B", "3 A X B")


@pytest.fixture
def course(tmp_path: Path) -> Path:
    (tmp_path / "problems").mkdir()
    (tmp_path / "problems" / "trace.yaml").write_text(TRACE)
    return tmp_path


def derive(folder: Path, *arguments: str, text: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "derive", *arguments], cwd=folder, input=text, capture_output=True, text=True, check=False,
        env={**os.environ, "COLUMNS": "100", **environment}, timeout=300,
    )


def test_show_prints_numbered_steps_with_their_reasons(course: Path) -> None:
    done = derive(course, "show", "problems/trace.yaml")
    assert done.returncode == 0 and not done.stderr
    rows = done.stdout.splitlines()
    assert any(row.startswith("   1  Df(X)[H] = d/dt") and row.endswith("definition") for row in rows)
    assert "      ∇f(X) = 2AXB" in rows
    assert max(map(len, rows)) <= 100
    assert "\x1b" not in done.stdout


def test_show_is_as_wide_as_the_window(course: Path) -> None:
    narrow = derive(course, "show", "problems/trace.yaml", COLUMNS="60").stdout
    assert max(map(len, narrow.splitlines())) <= 60
    assert "product rule" in narrow


def test_show_reads_standard_input_and_prints_one_json_object(course: Path) -> None:
    done = derive(course, "show", "-", "--format", "json", text=TRACE)
    record = json.loads(done.stdout)
    assert record["results"]["gradient"]["numpy"] and record["verification"]["passed"] is True
    assert derive(course, "show", "-", "--json", text=TRACE).stdout == done.stdout


def test_show_as_latex(course: Path) -> None:
    out = derive(course, "show", "problems/trace.yaml", "--format", "latex").stdout
    assert out.count(r"\begin{align*}") == out.count(r"\end{align*}") >= 1
    assert r"\nabla f(X) &= 2 A X B" in out


@pytest.mark.parametrize(("text", "code", "place"), [
    (MISMATCH, "size-mismatch", "<stdin>:2:"),
    (WRONG, "wrong-answer", "<stdin>:9:13:"),
    ("", "empty", "<stdin>:1:1:"),
])
def test_bad_input_is_one_message_and_exit_code_1(course: Path, text: str, code: str, place: str) -> None:
    done = derive(course, "show", "-", text=text)
    assert done.returncode == 1 and not done.stdout
    assert done.stderr.startswith(place) and f"[{code}]" in done.stderr and "Traceback" not in done.stderr


def test_bytes_that_are_no_text(course: Path) -> None:
    (course / "problems" / "bytes.yaml").write_bytes(b"title: a\nfunction: \xff\xfe\n")
    done = derive(course, "show", "problems/bytes.yaml")
    assert done.returncode == 1 and done.stderr.startswith("problems/bytes.yaml:2:11: error: ")


@pytest.mark.parametrize("arguments", [["sow"], ["show"], ["render", "x.yaml"], ["render", "x.yaml", "--to", "slids"],
                                       ["build", "-j", "0"], ["check", "--nope"]])
def test_usage_is_exit_code_2(course: Path, arguments: list[str]) -> None:
    done = derive(course, *arguments)
    assert done.returncode == 2 and "Usage" in done.stderr and "Traceback" not in done.stderr


def test_a_misspelt_command_is_named_with_what_is_near(course: Path) -> None:
    assert "Did you mean 'show'?" in derive(course, "shw", "problems/trace.yaml").stderr
    assert "Did you mean" not in derive(course, "xyzzy").stderr


def test_a_missing_file_is_named_with_what_is_near(course: Path) -> None:
    done = derive(course, "check", "problems/trase.yaml")
    assert done.returncode == 1 and "did you mean problems/trace.yaml?" in done.stderr


def test_check_goes_on_after_a_failure_unless_told(course: Path) -> None:
    (course / "problems" / "a-bad.yaml").write_text(MISMATCH)
    done = derive(course, "check")
    assert done.returncode == 1
    assert "problems/trace.yaml: ok" in done.stdout and "a-bad.yaml:2:" in done.stderr and "1 ok, 1 failed" in done.stderr
    first = derive(course, "check", "--fail-fast", "-j", "1")
    assert first.returncode == 1 and "trace.yaml: ok" not in first.stdout


def test_build_without_tex_writes_the_tex_and_says_what_is_missing(course: Path) -> None:
    done = derive(course, "build", PATH="/nonexistent")
    assert done.returncode == 4
    assert "pdflatex" in done.stderr and "apt-get install" in done.stderr and "Traceback" not in done.stderr
    assert sorted(p.name for p in (course / "build").glob("trace*")) == ["trace-slides.tex", "trace-solutions.tex"]


def test_tex_only_is_good_without_tex(course: Path) -> None:
    done = derive(course, "build", "--tex-only", PATH="/nonexistent")
    assert done.returncode == 0, done.stderr
    again = derive(course, "build", "--tex-only", PATH="/nonexistent")
    assert "nothing to do" in again.stdout


def test_new_writes_a_problem_that_is_right(tmp_path: Path) -> None:
    assert derive(tmp_path, "new", "mine").returncode == 0
    done = derive(tmp_path, "check")
    assert done.returncode == 0, done.stderr
    assert derive(tmp_path, "new", "mine").returncode == 1
    assert derive(tmp_path, "new", "../x").returncode == 2


@pytest.mark.tex
def test_render_to_pdf_and_to_tex(course: Path) -> None:
    assert derive(course, "render", "problems/trace.yaml", "--to", "slides", "-o", "x.pdf").returncode == 0
    assert (course / "x.pdf").read_bytes().startswith(b"%PDF")
    done = derive(course, "render", "problems/trace.yaml", "--to", "solutions")
    assert done.returncode == 0 and done.stdout.lstrip().startswith(r"\documentclass")
    assert derive(course, "render", "problems/trace.yaml", "--to", "slides", "-o", "x.doc").returncode == 2


@pytest.mark.tex
def test_build_makes_what_changed_and_leaves_nothing_of_what_fails(course: Path) -> None:
    build = course / "build"
    done = derive(course, "build")
    assert done.returncode == 0, done.stderr
    assert sorted(p.name for p in build.glob("*.pdf")) == ["trace-slides.pdf", "trace-solutions.pdf"]
    times = {p.name: p.stat().st_mtime_ns for p in build.glob("trace*")}
    again = derive(course, "build")
    assert again.returncode == 0 and "nothing to do" in again.stdout
    assert times == {p.name: p.stat().st_mtime_ns for p in build.glob("trace*")}
    (build / "trace-slides.pdf").unlink()
    assert "trace-slides.pdf is missing" in derive(course, "build", "-n").stdout
    (course / "derive.toml").write_text("[slides]\nrows = 2\n")
    assert "options" in derive(course, "build", "-n", "--explain").stdout
    (course / "problems" / "trace.yaml").write_text(WRONG)
    failed = derive(course, "build")
    assert failed.returncode == 1 and "[wrong-answer]" in failed.stderr
    assert not list(build.glob("trace*"))


@pytest.mark.tex
def test_clean_removes_what_was_built_and_nothing_else(course: Path) -> None:
    derive(course, "build", "--tex-only")
    (course / "build" / "mine.txt").write_text("keep")
    assert derive(course, "clean").returncode == 0
    assert [p.name for p in (course / "build").rglob("*")] == ["mine.txt"]


def test_doctor_says_what_is_missing(tmp_path: Path) -> None:
    done = derive(tmp_path, "doctor", PATH="/nonexistent")
    assert done.returncode == 4 and "missing: pdflatex (texlive-latex-base)" in done.stdout
    packages = derive(tmp_path, "doctor", "--packages", PATH="/nonexistent").stdout.split()
    assert "texlive-latex-recommended" in packages and "lmodern" in packages


def test_a_reader_that_goes_away_is_no_error(course: Path) -> None:
    done = subprocess.run(
        f"{sys.executable} -m derive show problems/trace.yaml --json | head -c 1", shell=True, cwd=course, capture_output=True,
        text=True, check=False,
    )
    assert done.stdout == "{" and "Traceback" not in done.stderr


def test_a_depfile_names_what_a_document_is_made_from(course: Path) -> None:
    (course / "problems" / "sets").mkdir()
    (course / "problems" / "sets" / "one.yaml").write_text("title: One\nproblems: [trace]\n")
    (course / "templates" / "slides").mkdir(parents=True)
    (course / "templates" / "slides" / "closing.tex.j2").write_text("END\n")
    done = derive(course, "render", "problems/sets/one.yaml", "--to", "sheet", "-o", "out put.tex", "--depfile", "x.d")
    assert done.returncode == 0, done.stderr
    first = (course / "x.d").read_text().splitlines()[0]
    assert first == "out\\ put.tex: problems/sets/one.yaml problems/trace.yaml templates/slides/closing.tex.j2"
    done = subprocess.run(["make", "-n", "-f", "x.d"], cwd=course, capture_output=True, text=True, check=False)
    assert "missing separator" not in done.stderr
    assert derive(course, "render", "-", "--to", "sheet", "--depfile", "y.d", text=TRACE).returncode == 2


def test_a_fragment_comes_with_its_style(course: Path) -> None:
    done = derive(course, "render", "problems/trace.yaml", "--to", "fragment", "-o", "part.tex")
    assert done.returncode == 0 and "derive.sty" in done.stderr
    assert r"\ProvidesPackage{derive}" in (course / "derive.sty").read_text()
    assert "documentclass" not in (course / "part.tex").read_text()
    assert derive(course, "render", "problems/trace.yaml", "--to", "fragment", "-o", "part.pdf").returncode == 2


def test_a_web_page(course: Path) -> None:
    assert derive(course, "render", "problems/trace.yaml", "--to", "html", "-o", "x.html").returncode == 0
    assert (course / "x.html").read_text().count("<li>") >= 4


def test_templates_are_listed_ejected_and_checked(course: Path) -> None:
    assert "slides/closing.tex.j2" in derive(course, "templates", "list").stdout
    assert derive(course, "templates", "eject", "slides/closing").returncode == 0
    own = course / "templates" / "slides" / "closing.tex.j2"
    assert derive(course, "templates", "check").returncode == 0
    own.write_text(own.read_text().replace("problem.layout", "problem.layuot"))
    done = derive(course, "templates", "check")
    assert done.returncode == 1 and "templates/slides/closing.tex.j2:" in done.stderr and "did you mean `layout`?" in done.stderr
    listed = derive(course, "templates", "list", "-v").stdout
    assert "Variables: document, problem, frame, hidden." in listed and "Blocks: class, packages, look" in listed
    assert derive(course, "templates", "eject", "slides/closing").returncode == 1
    assert derive(course, "templates", "eject", "slides/clsing").returncode == 1


def test_what_a_template_sees_is_explained(course: Path) -> None:
    every = derive(course, "templates", "variables").stdout
    assert "Row: One displayed row." in every and "ProblemPage: " in every and "document      the whole document" in every
    assert "classification" in derive(course, "templates", "variables", "answer").stdout
    done = derive(course, "templates", "variables", "Anser")
    assert done.returncode == 1 and "did you mean Answer?" in done.stderr


def test_the_schema_is_json(tmp_path: Path) -> None:
    assert json.loads(derive(tmp_path, "schema").stdout)["$schema"].startswith("http://json-schema.org/draft-07")


def test_a_sheet_has_its_hints_on_request(course: Path) -> None:
    (course / "problems" / "trace.yaml").write_text(TRACE + "hint: Mind the trace.\n")
    assert "Mind the trace" not in derive(course, "render", "problems/trace.yaml", "--to", "sheet").stdout
    assert "Mind the trace" in derive(course, "render", "problems/trace.yaml", "--to", "sheet", "--hints").stdout
    assert "Mind the trace" not in derive(course, "render", "problems/trace.yaml", "--to", "solutions", "--hints").stdout


def test_an_answer_along_another_direction_is_told_which(course: Path) -> None:
    (course / "problems" / "hessian.yaml").write_text(
        "symbols: {X: 'matrix(m, n)', A: symmetric(m)}\nfunction: f(X) = tr(X' A X)\nwrt: X\nfind: [gradient, hessian]\n"
        "answer: {hessian: 2 A H}\n", encoding="utf-8",
    )
    done = derive(course, "check", "problems/hessian.yaml")
    assert done.returncode == 1 and "the direction of the hessian is K, and this one speaks of H" in done.stderr


@pytest.mark.parametrize("code", [0, 3])
def test_the_process_ends_with_all_written_and_put_away(code: int, tmp_path: Path) -> None:
    """What was loaded is not taken down object by object; streams, functions of `atexit` and threads are as ever."""
    script = (
        "import atexit, sys, threading, time\n"
        "from derive.cli.main import end\n"
        "atexit.register(lambda: print('put away'))\n"
        "if len(sys.argv) > 1: threading.Thread(target=lambda: (time.sleep(0.2), print('thread done'))).start()\n"
        f"print('written', end=' '); end({code})\n"
    )
    for arguments, words in ([], "written put away\n"), (["thread"], "written thread done\nput away\n"):
        done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False, cwd=tmp_path)
        assert (done.stdout, done.stderr, done.returncode) == (words, "", code)
