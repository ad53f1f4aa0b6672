"""Every template filled for three problems, byte for byte as it was: `pytest tests/documents/test_golden.py --golden-update` accepts
what changed, and git shows it."""

from __future__ import annotations

import difflib
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from derive.documents.compose import problem_page, single
from derive.documents.page.modes import MODES
from derive.documents.page.settings import Settings
from derive.documents.rendering.fill import fill
from derive.pipeline.examine import Examined, examine, problem_of
from derive.pipeline.produce import tex

ROOT = Path(__file__).parent.parent.parent
GOLDEN = ROOT / "tests" / "golden"
PROBLEMS = ("problems/trace-quadratic.yaml", "problems/least-squares.yaml", "tests/golden/parts.yaml")


@cache
def examined(file: str) -> Examined:
    """The problem, its check with an error that no machine's arithmetic changes."""
    one = examine(problem_of((ROOT / file).read_text(encoding="utf-8"), file))
    return replace(one, report=replace(one.report, max_relative_error=1e-12))


def filled(file: str, name: str) -> str:
    mode, settings, one = MODES[name], Settings(author="A. Lecturer", hints=True), examined(file)
    return tex(single(problem_page(one.problem, one.derivation, one.report, mode, settings), mode, settings), mode)


def compared(path: Path, text: str, update: bool) -> None:
    if update:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return
    golden = path.read_text(encoding="utf-8") if path.is_file() else ""
    changed = difflib.unified_diff(golden.splitlines(), text.splitlines(), "golden", "now", lineterm="", n=1)
    assert text == golden, "\n".join([*list(changed)[:40], "accept it with: pytest tests/documents/test_golden.py --golden-update"])


@pytest.mark.parametrize("name", MODES)
@pytest.mark.parametrize("file", PROBLEMS)
def test_a_template_makes_what_it_made(file: str, name: str, request: pytest.FixtureRequest) -> None:
    text = filled(file, name)
    assert text == filled(file, name)
    compared(GOLDEN / Path(file).stem / f"{name}.{MODES[name].suffix}", text, request.config.getoption("--golden-update"))


def test_the_style_file_is_what_it_was(request: pytest.FixtureRequest) -> None:
    compared(GOLDEN / "derive.sty", fill("derive.sty.j2", {}), request.config.getoption("--golden-update"))
