"""The engine's derivations beside those that a good lecturer writes: the same ideas in the same order, in at most one and a half times
as many lines.

The models stand in `models/*.yaml`, by problem file: the `rows` of the list of what the source documents derive, where the model is
`from` (the document itself, an exemplar, or ours: written out before the engine's lines were looked at), and its `lines` as they would
stand on the blackboard, the ideas of a line behind ` -- `, by the names of `derive rules`.  A line is one relation.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from derive.calculus.derivation import Line
from derive.calculus.quantities import derive
from derive.language import problemfile
from derive.notation import text

PROBLEMS = Path(__file__).resolve().parents[2] / "problems"


class Model(NamedTuple):
    """The rows that it is for, where it is from, the lines of the blackboard each with its ideas, and what is to be said of it."""

    rows: tuple[str, ...]
    source: str
    lines: tuple[tuple[str, frozenset[str]], ...]
    note: str = ""


def model(given: dict[str, str]) -> Model:
    lines = []
    for row in given["lines"].splitlines():
        line, _, ideas = row.partition(" -- ")
        lines.append((line.strip(), frozenset(idea.strip() for idea in ideas.split(",") if idea.strip())))
    return Model(tuple(row.strip() for row in given.get("rows", "").split(",") if row), given["from"], tuple(lines), given.get("note", ""))


MODELS = {
    stem: model(given)
    for path in sorted((Path(__file__).parent / "models").glob("*.yaml"))
    for stem, given in yaml.safe_load(path.read_text(encoding="utf-8")).items()
}


@cache
def lines(stem: str) -> tuple[Line, ...]:
    return tuple(line for chain in derive(problemfile.load(str(PROBLEMS / f"{stem}.yaml"))).chains for line in chain.lines)


def missing(wanted: Model, found: list[set[str]]) -> str:
    """The first idea of the model that does not come in its place: '' where all do.

    The ideas of one line have no order among themselves, neither the model's nor the engine's; of two lines that come one after the
    other the second may not come before the first, but the engine may do both at once.
    """
    here = 0
    for line, ideas in wanted.lines:
        reached = here
        for idea in sorted(ideas):
            place = next((k for k in range(here, len(found)) if idea in found[k]), None)
            if place is None:
                return f"{idea}: {line}"
            reached = max(reached, place)
        here = reached
    return ""


@pytest.mark.parametrize("stem", sorted(MODELS))
def test_no_more_than_one_and_a_half_times_the_lines(stem: str) -> None:
    assert len(lines(stem)) <= 1.5 * len(MODELS[stem].lines), [text.line(line) for line in lines(stem)]


@pytest.mark.parametrize("stem", sorted(MODELS))
def test_the_same_ideas_in_the_same_order(stem: str) -> None:
    found = [{line.rule, *(step.rule for step in line.steps)} for line in lines(stem)]
    assert missing(MODELS[stem], found) == "", [(text.line(line), rules) for line, rules in zip(lines(stem), found, strict=True)]
