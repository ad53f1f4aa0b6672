"""Problems with the answer as it is known: equal to it, written with hardly more than it, classified as it is.

The cases stand in `known_answers.yaml`: `kind` names the form that a case stands for, `class` the kind of the stationary point, `says`
what the derivation must say (words of the text output), `never` what it must not.  Each answer was written before the engine's was seen.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from derive.calculus.simplify.measure import measure
from derive.derivation.derivation import Found, Result, members
from derive.expressions.nodes import Expr
from derive.notation.record import record
from derive.notation.text import text
from derive.pipeline.examine import Examined, examine, problem_of

CASES: dict[str, dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "known_answers.yaml").read_text(encoding="utf-8"))
LONGER, MORE = 1.25, 3
"""How much longer than the known answer a result may be: the factor, and what is added (a sign, a bracket's letter)."""


def whole(examined: Examined) -> str:
    """Every line as the terminal prints it with its reason, and the record that programs read."""
    derivation = examined.derivation
    lines = [f"{text.line(line)}   {text.why(line.why)}" for chain in derivation.chains for line in chain.lines]
    lines += [text.why(remark) for remark in derivation.remarks]
    return "\n".join(lines) + json.dumps(record(derivation, examined.report, examined.settings.notation), ensure_ascii=False)


def results(found: Found, answer: Expr | Mapping[str, Expr]) -> Iterator[tuple[list[Result], Expr]]:
    """The results, of which the shortest counts, beside what they should be."""
    if isinstance(answer, Mapping):
        for name, one in answer.items():
            yield [r for n, r in members(found) if n == name], one
    else:
        yield [r for _, r in members(found)], answer


@pytest.mark.parametrize("name", CASES)
def test_an_answer_is_the_known_one(name: str) -> None:
    case = CASES[name]
    examined = examine(problem_of(yaml.safe_dump(case["problem"], sort_keys=False, allow_unicode=True), f"{name}.yaml"), 2)
    derivation = examined.derivation
    for quantity, answer in examined.problem.answer.items():
        for found, wanted in results(derivation.results[quantity], answer):
            assert min(measure(r.expr) for r in found) <= LONGER * measure(wanted) + MORE, [text.pretty(r.expr) for r in found]
    if "class" in case:
        assert {r.classification for _, r in members(derivation.results["stationary"])} == {case["class"]}
    said = whole(examined) if "says" in case or "never" in case else ""
    for words in case.get("says", []):
        assert re.search(words, said), (words, said)
    for words in case.get("never", []):
        assert not re.search(words, said), (words, said)
