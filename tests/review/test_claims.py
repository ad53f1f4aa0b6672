"""Derivations as people write them, right and wrong: every verdict, every first wrong line, and no line left unclear.

A case of `claims/` has the problem, the pasted LaTeX, its verdict, and the number of the first wrong relation; `unclear` are the
relations that may be left untold.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from derive.language.problems.read import read
from derive.reviewing.judging.finding import UNCLEAR
from derive.reviewing.review import review

CASES = [case for path in sorted((Path(__file__).parent / "claims").glob("*.yaml")) for case in yaml.safe_load(path.read_text("utf-8"))]


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_the_verdict_and_the_first_wrong_line(case: dict[str, Any]) -> None:
    problem = read(yaml.safe_dump(case["problem"], allow_unicode=True), f"{case['id']}.yaml", asked=False)
    found = review(problem, case["claim"])
    first = found.first_wrong
    assert (None if first is None else first.line) == case.get("line"), [(f.line, f.verdict, f.message) for f in found.findings]
    unclear = [f.line for f in found.findings if f.verdict == UNCLEAR]
    assert unclear == case.get("unclear", []), [f.message for f in found.findings if f.verdict == UNCLEAR]


def test_right_and_wrong_are_both_there() -> None:
    verdicts = [case["verdict"] for case in CASES]
    assert verdicts.count("right") >= 30 and verdicts.count("wrong") >= 25
    assert all((case["verdict"] == "wrong") == ("line" in case) for case in CASES)
    assert len({case["id"] for case in CASES}) == len(CASES)
