"""How often TeX runs: seldom more than once for a PDF, and a preamble is compiled once for a kind, an engine and a look."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.building import COUNTING, ROOT

pytestmark = [pytest.mark.tex, pytest.mark.slow]


def test_tex_runs_once_for_a_pdf(tmp_path: Path) -> None:
    """All that is shipped: its slides, solutions, sheets and handouts."""
    shutil.copytree(ROOT / "problems", tmp_path / "problems")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DERIVE_CACHE": str(tmp_path / "cache")}
    command = [sys.executable, "-c", COUNTING, "build", "problems", "-o", "build", "-q"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    counted = (tmp_path / "counted").read_text()
    pdfs = len(list((tmp_path / "build").rglob("*.pdf")))
    assert pdfs > 300 and len(counted) <= 1.05 * pdfs, f"{len(counted)} processes of TeX for {pdfs} PDFs"
    # Slides and pages, each with figures or without, and what reads back what an earlier run wrote.
    assert len(list((tmp_path / "cache" / "formats").glob("*.fmt"))) <= 5
