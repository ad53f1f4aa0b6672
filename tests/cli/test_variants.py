"""`derive variants` on the command line, and what the others say of a problem that has variants."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROBLEM = "symbols: {x: vector(n), A: symmetric(n)}\nvariants: {c: [2, 3, 5]}\nfunction: f(x) = c x' A x\nfind: [gradient]\n"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    (tmp_path / "problems").mkdir()
    (tmp_path / "problems" / "form.yaml").write_text(PROBLEM)
    (tmp_path / "problems" / "plain.yaml").write_text(PROBLEM.replace("variants: {c: [2, 3, 5]}\n", "").replace("c x", "x"))
    (tmp_path / "problems" / "week.yaml").write_text("title: Week 3\nproblems: [form, plain]\n")
    return tmp_path


def derive(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "derive", *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=300, env=dict(os.environ),
    )


def test_the_first_variant_and_a_line_that_says_so(course: Path) -> None:
    line = "the first of 3 variants (c = 2); `derive variants` makes others"
    shown = derive(course, "show", "problems/form.yaml", "--format", "json")
    assert json.loads(shown.stdout)["results"]["gradient"]["numpy"].startswith("4") and shown.stderr.strip() == line
    assert line in derive(course, "check", "problems/form.yaml").stdout
    assert line in derive(course, "render", "problems/form.yaml", "--to", "sheet", "-o", "x.tex").stderr
    assert line in derive(course, "build", "problems/form.yaml", "--tex-only").stdout
    assert "the first variant of form" in derive(course, "check", "problems/week.yaml").stdout
    assert "variant" not in derive(course, "check", "problems/plain.yaml").stdout


def test_a_set_in_variants(course: Path) -> None:
    done = derive(course, "variants", "problems/week.yaml", "-n", "5", "--seed", "7", "-o", "out", "--tex-only", "-j", "1")
    assert done.returncode == 0, done.stderr
    assert "problems/plain.yaml: the same for all: it has no `variants`" in done.stderr
    assert "problems/form.yaml: only 3 different answers for 5 variants" in done.stderr
    assert "5 variants made: out/" in done.stdout
    assert sorted(path.name for path in (course / "out" / "sheets").iterdir()) == [f"00{k}.tex" for k in range(1, 6)]
    assert (course / "out" / "key.csv").read_text().startswith("variant,name,problem,id,points,values,quantity,left,answer,latex,conditions\n")
    again = derive(course, "variants", "problems/week.yaml", "-n", "5", "--seed", "7", "-o", "out", "--tex-only", "-j", "1")
    assert "0 variants made, 5 up to date" in again.stdout


def test_how_many_and_for_whom(course: Path) -> None:
    (course / "r.csv").write_text("id,name\n1,Ada\n2,Emmy\n")
    said = ["variants", "problems/form.yaml", "--seed", "7", "-o", "out", "--tex-only", "-j", "1"]
    assert derive(course, *said).returncode == 2
    assert derive(course, *said, "--roster", "r.csv", "-n", "1").returncode == 2
    assert "Ada (1): ok" in derive(course, *said, "--roster", "r.csv", "-n", "3").stdout
    assert sorted(path.name for path in (course / "out" / "sheets").iterdir()) == ["001.tex", "1.tex", "2.tex"]
    assert "there is no variant `9`" in derive(course, *said, "-n", "3", "--only", "9").stderr
    assert "none of its problems" not in derive(course, *said, "-n", "3", "--only", "002").stderr
    bad = derive(course, "variants", "problems/plain.yaml", "-n", "3", "--seed", "7", "-o", "out")
    assert bad.returncode == 1 and "this problem has no variants" in bad.stderr
