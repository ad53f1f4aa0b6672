"""The installed program, outside the checkout: its templates are with it, and a project may override one block of them."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PROBLEM = "symbols: {X: 'matrix(m, n)'}\nfunction: f(X) = tr(X' X)\nfind: [gradient]\n"


@pytest.mark.slow
def test_a_wheel_holds_the_templates_and_takes_overrides(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(tmp_path / "wheels"), str(ROOT)], check=True, timeout=300
    )
    wheel = next((tmp_path / "wheels").glob("derive-*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path / "site")
    assert {"derive/templates/slides.tex.j2", "derive/templates/slides/frame.tex.j2", "derive/language/problem.schema.json"} <= names
    assert not [name for name in names if name.startswith(("tests/", "build/", "problems/"))]
    course = tmp_path / "course"
    (course / "templates").mkdir(parents=True)
    (course / "p.yaml").write_text(PROBLEM)
    (course / "templates" / "slides.tex.j2").write_text(
        "\\BLOCK{extends 'builtin/slides.tex.j2'}\n\\BLOCK{block look}\n\\usetheme{Madrid}\n\\BLOCK{endblock}\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "derive", "render", "p.yaml", "--to", "slides"], cwd=course, capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site"), "PYTHONSAFEPATH": "1"}, timeout=120,
    )
    assert r"\usetheme{Madrid}" in done.stdout and r"\nabla f(X)" in done.stdout

    def derive(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "derive", *arguments], cwd=course, capture_output=True, text=True, check=False,
            env={**os.environ, "PYTHONPATH": str(tmp_path / "site"), "PYTHONSAFEPATH": "1"}, timeout=120,
        )

    assert str(tmp_path / "site" / "derive" / "templates") in derive("doctor").stdout
    for base, block, mode in (
        ("solutions", "after_block", "solutions"), ("article", "metadata", "article"), ("sheet", "problem", "sheet"), ("key", "body", "key"),
    ):
        own = course / "templates" / f"{base}.tex.j2"
        mine = "% \\VAR{document.title}, mine"
        own.write_text(f"\\BLOCK{{extends 'builtin/{base}.tex.j2'}}\n\\BLOCK{{block {block}}}\n{mine}\n\\BLOCK{{endblock}}\n")
        done = derive("render", "p.yaml", "--to", mode)
        assert done.returncode == 0 and "% p, mine" in done.stdout, done.stderr
        own.unlink()
    ejected = derive("templates", "eject", "solutions")
    assert ejected.returncode == 0 and (course / "templates" / "solutions.tex.j2").is_file()
    checked = derive("templates", "check")
    assert checked.returncode == 0 and "2 templates of your own" in checked.stdout, checked.stderr
