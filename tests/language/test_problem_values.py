"""Problems from values: the same problem as from the file that holds them; what is wrong is said at its key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

import derive
from derive.errors import DeriveError
from derive.language.problems.read import read
from derive.language.problems.values import problem

FILES = sorted((Path(__file__).resolve().parents[2] / "problems").glob("*.yaml"))
SAID = ("name", "function", "wrt", "wrt_list", "directions", "second_directions", "find", "symbols", "let", "sizes", "method", "further_methods",
        "layout", "inner_product", "detail", "hide", "reasons", "answer", "prose", "parts")
BASE: dict[str, Any] = {"symbols": {"x": "vector(n)", "A": "symmetric(n)"}, "function": "x' A x", "wrt": "x", "find": ["gradient"]}


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_values_say_what_the_file_says(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    values, file = problem(yaml.load(text, yaml.BaseLoader)), read(text, str(path))
    assert {name: getattr(values, name) for name in SAID} == {name: getattr(file, name) for name in SAID}


def test_numbers_lists_and_mappings_of_python_are_values() -> None:
    found = problem({**BASE, "at": {"x": [1, 2], "A": [[2, 1], [1, 2]]}, "order": 2, "shapes": True,
                     "symbols": {"x": "vector(2)", "A": "symmetric(2)"}})
    assert found.options.order and found.options.shapes is True and found.options.at


@pytest.mark.parametrize(
    ("change", "place", "words"),
    [
        ({"function": "x' A y"}, "function:1:6", "y is not declared"),
        ({"symbols": {"x": "vector(n)", "A": "symetric(n)"}}, "symbols.A:1:1", "did you mean"),
        ({"find": ["gradient", "hesian"]}, "find.2:1:1", "hessian"),
        ({"fnd": "gradient"}, ":1:1", "unknown key `fnd`"),
        ({"points": object()}, "", "`points` is a text, a number, a list or a mapping"),
    ],
)
def test_what_is_wrong_is_said_at_its_key(change: dict[str, Any], place: str, words: str) -> None:
    with pytest.raises(DeriveError) as error:
        problem({**BASE, **change})
    assert place in str(error.value) and words in str(error.value)


def test_the_api_takes_a_text_or_values() -> None:
    by_text = derive.problem("symbols: {x: vector(n)}\nfunction: x' x\nwrt: x\nfind: [gradient]\n")
    by_values = derive.problem({"symbols": {"x": "vector(n)"}, "function": "x' x", "wrt": "x", "find": ["gradient"]})
    assert by_text.function is by_values.function
    assert str(derive.derive(by_values).results["gradient"]) == "2x"
