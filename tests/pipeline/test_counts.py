"""How often TeX runs: seldom more than once for a PDF, and a preamble is compiled once for a kind, an engine and a look."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.documents.page.modes import MODES
from derive.documents.page.settings import Settings
from derive.pipeline import produce
from derive.pipeline.subject import read
from derive.pipeline.tex import cell, formats

PROBLEMS = Path(__file__).resolve().parents[2] / "problems"
EVERY = 12
"""Of the shipped problems one in so many is typeset here; all of them by tests/benchmarks."""

pytestmark = [pytest.mark.tex, pytest.mark.slow]


def test_tex_runs_once_for_a_pdf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DERIVE_CACHE", str(tmp_path))
    monkeypatch.setattr(formats, "known_formats", {})
    dumps: list[bool] = []
    inner = cell.run

    def counted(command: list[str], *arguments: object, **more: object) -> cell.Ended:
        dumps.append("-ini" in command)
        return inner(command, *arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(cell, "run", counted)
    pdfs = 0
    for path in sorted(PROBLEMS.glob("*.yaml"))[::EVERY]:
        subject = read(path.read_text(), path.as_posix(), 1)
        for name in ("slides", "solutions"):
            produce.make(lambda fit, mode=MODES[name], one=subject: one.document(mode, Settings(), fit), MODES[name], Settings())  # type: ignore[misc]
            pdfs += 1
    # slides and pages, and each of them with figures
    assert dumps.count(True) <= 4
    assert dumps.count(False) <= 1.15 * pdfs
