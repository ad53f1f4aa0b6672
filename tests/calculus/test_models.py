"""The engine's derivations beside those that a good lecturer writes: the same ideas in the same order, in at most one and a half times
as many lines.

The models stand in `models/*.yaml`, by problem file (`laws.yaml`: by rule, for the proofs of the catalogue):

    rows     of the list of what the source documents derive (ROWS)
    from     the document itself, an exemplar, or ours: written before the engine's lines were looked at
    lines    as they stand on the blackboard, one relation a line; behind ` -- ` the ideas of the line, by the names of `derive rules`
    note     where the engine goes another way, why: `instead` an idea of the model the one that the engine has in its place,
             `order: free` for routes that do not depend on each other
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from derive.calculus.catalogue import catalogue
from derive.calculus.derive import derive
from derive.derivation.derivation import Line
from derive.language.problems import read as problemfile
from derive.notation.text import text

PROBLEMS = Path(__file__).resolve().parents[2] / "problems"
FOLDER = Path(__file__).parent / "models"

ROWS = {f"{letter}{k}" for letter, last in (("D", 29), ("V", 9), ("W", 11)) for k in range(1, last + 1)}
"""Of the lecture, the slides, the web page."""

NO_DERIVATION = {
    "D27": "a picture: the network, drawn from the problem file (tests/documents)",
    "V8": "the overlays of slides (tests/documents)",
}
EXEMPLARS = range(1, 16)


class Model(NamedTuple):
    """What a model says; the ideas of each of its lines beside it."""

    rows: frozenset[str]
    source: str
    lines: tuple[tuple[str, frozenset[str]], ...]
    note: str
    instead: dict[str, str]
    free: bool


def model(given: dict[str, str | dict[str, str]]) -> Model:
    """DeriveError-free: a key that is none, or a way round without a note, is a mistake of the table."""
    assert set(given) <= {"rows", "from", "lines", "note", "instead", "order"}, given
    lines, instead, source = given["lines"], given.get("instead", {}), given["from"]
    assert isinstance(lines, str) and isinstance(instead, dict) and isinstance(source, str)
    assert given.get("order", "free") == "free"
    assert bool(given.get("note")) == bool(instead or "order" in given), "a way round has a note, and a note is about one"
    read = []
    for row in lines.splitlines():
        line, _, ideas = row.partition(" -- ")
        read.append((line.strip(), frozenset(filter(None, (idea.strip() for idea in ideas.split(","))))))
    rows = frozenset(re.findall(r"\w+", str(given.get("rows", ""))))
    return Model(rows, source, tuple(read), str(given.get("note", "")), instead, "order" in given)


def table(path: Path) -> dict[str, Model]:
    return {name: model(given) for name, given in yaml.safe_load(path.read_text(encoding="utf-8")).items()}


LAWS = table(FOLDER / "laws.yaml")
MODELS = {stem: one for path in sorted(FOLDER.glob("*.yaml")) if path.stem != "laws" for stem, one in table(path).items()}


@cache
def lines(stem: str) -> tuple[Line, ...]:
    return tuple(line for chain in derive(problemfile.load(str(PROBLEMS / f"{stem}.yaml"))).chains for line in chain.lines)


def ideas(line: Line) -> set[str]:
    """The rules of a line and of its steps, and those whose words its reason says."""
    said = text.why(line.why)
    return {line.rule, *(step.rule for step in line.steps), *(name for name, words in WORDS.items() if words in said)}


WORDS = {entry.name: entry.words for entry in catalogue.entries() if len(entry.words) > 4}


def missing(wanted: Model, found: list[set[str]]) -> str:
    """The first idea of the model that does not come in its place: '' where all do.

    The ideas of one line have no order among themselves, neither the model's nor the engine's; of two lines that come one after the
    other the second may not come before the first, but the engine may do both at once.
    """
    here = 0
    for line, needed in wanted.lines:
        reached = here
        for idea in sorted(wanted.instead.get(idea, idea) for idea in needed):
            place = next((k for k in range(0 if wanted.free else here, len(found)) if idea in found[k]), None)
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
    found = [ideas(line) for line in lines(stem)]
    assert missing(MODELS[stem], found) == "", [(text.line(line), rules) for line, rules in zip(lines(stem), found, strict=True)]


@pytest.mark.parametrize("name", sorted(LAWS))
def test_a_proof_is_no_longer_than_the_models(name: str) -> None:
    first = catalogue.entry(name).proofs[0]
    found = [line for chain in first.chains for line in chain.lines]
    assert len(found) <= 1.5 * len(LAWS[name].lines), [text.line(line) for line in found]


def test_the_order_of_ideas_counts() -> None:
    """The comparison sees a step that is missing, and one that comes too soon; both at once it lets pass."""
    wanted = model({"from": "", "lines": "a -- definition\nb -- product-rule\nc -- cyclic, collect"})
    assert missing(wanted, [{"definition"}, {"product-rule"}, {"collect"}, {"cyclic"}]) == ""
    assert missing(wanted, [{"definition", "product-rule"}, {"cyclic", "collect"}]) == ""
    assert missing(wanted, [{"definition"}, {"cyclic", "collect"}, {"product-rule"}]) == "collect: c"
    assert missing(wanted, [{"definition"}, {"product-rule"}, {"collect"}]) == "cyclic: c"


def test_every_idea_is_the_name_of_a_rule() -> None:
    named = {idea for one in MODELS.values() for _, needed in one.lines for idea in (*needed, *one.instead.values())}
    assert named <= {entry.name for entry in catalogue.entries()} | {"evaluate", "second-order-test"}, named


def test_every_row_and_every_exemplar_has_a_model() -> None:
    everything = [*MODELS.values(), *LAWS.values()]
    assert frozenset().union(*(one.rows for one in everything)) == ROWS - set(NO_DERIVATION)
    cited = {int(k) for one in everything for part in re.findall(r"exemplars? ([\d, and]+)", one.source) for k in re.findall(r"\d+", part)}
    assert cited == set(EXEMPLARS)


def test_every_problem_of_a_row_has_its_model() -> None:
    tagged = {path.stem: set(problemfile.load(str(path)).options.tags) & ROWS for path in PROBLEMS.glob("*.yaml")}
    assert {stem: rows - set(NO_DERIVATION) for stem, rows in tagged.items() if rows} == {
        stem: set(one.rows) for stem, one in MODELS.items() if one.rows
    }
