"""A sample of what `python -m tests.every_page` does with everything: documents typeset, their logs and words looked through."""

from __future__ import annotations

import pytest

from derive.documents.page.settings import Settings
from derive.pipeline.subject import read
from tests.every_page import KINDS, documents, solution_lines

SAMPLE = ("problems/mean-squared-cost.yaml", "tests/golden/parts.yaml")


@pytest.mark.slow
@pytest.mark.tex
@pytest.mark.parametrize("file", SAMPLE)
def test_nothing_is_overfull_undefined_or_missing(file: str) -> None:
    found = list(documents(file, KINDS))
    assert [one.kind for one in found] == list(KINDS) and all(one.pages for one in found)
    assert not [fault for one in found for fault in one.faults]


def test_a_solution_line_on_a_sheet_would_be_found() -> None:
    text = "symbols: {x: vector(n), A: symmetric(n)}\nfunction: f(x) = x' A x\nfind: [gradient]\n"
    lines = solution_lines(read(text, "p.yaml"), Settings())
    assert r"\langle2Ax,h\rangle" in lines and not any(line == r"x^{\mathsfT}Ax" for line in lines)


def test_a_file_that_cannot_be_derived_is_a_fault(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "p.yaml").write_text("symbols: {X: 'matrix(m, n)'}\nfunction: f(X) = tr(X X)\nfind: [gradient]\n")
    (found,) = documents(str(tmp_path / "p.yaml"), KINDS)
    assert found.faults and found.faults[0].startswith("derivation:")
