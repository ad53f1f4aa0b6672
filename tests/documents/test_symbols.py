"""The table of notation: what the problems declare, each kind of symbol in one row, in the words of the language."""

from __future__ import annotations

import pytest

from derive.calculus.derive import derive
from derive.documents import collection
from derive.documents.page.symbols import tables
from derive.documents.wording.words import spoken, words
from derive.errors import DeriveError
from derive.language.problems import read as problemfile
from derive.notation.settings import DEFAULT, Notation

NETWORK = """\
symbols: {x: vector(n), W: 'matrix(m, n)', E: function(m), s: elementwise, c: positive}
let: {u: s(W x)}
function: f(W) = c E(u)
find: gradient
"""


def rows(language: str = "en", solved: bool = True, most: int = 0) -> list[tuple[str, str, str]]:
    problem = problemfile.read(NETWORK, "p.yaml")
    notation = spoken(Notation(language=language))
    found = tables([(problem, derive(problem) if solved else None)], notation, words(language), "Notation", "p.yaml:1 the question", most)
    assert [table.number for table in found] == list(range(1, len(found) + 1))
    return [(str(row.symbols), row.meaning, str(row.space)) for table in found for row in table.rows]


def test_every_symbol_is_there_with_its_shape() -> None:
    table = rows()
    assert table[:3] == [("f(W)", "value of the function", r"\mathbb{R}"), ("W", "variable", r"\mathbb{R}^{m \times n}"),
                         ("H", "direction", r"\mathbb{R}^{m \times n}")]
    assert ("x", "vector", r"\mathbb{R}^{n}") in table and ("c", "scalar, positive", r"\mathbb{R}") in table
    assert ("E", "function", r"\mathbb{R}^{m} \to \mathbb{R}") in table and ("s", "function", r"\mathbb{R} \to \mathbb{R}") in table
    assert table[-1] == ("m, n", "size", r"\mathbb{N}")


def test_a_question_has_nothing_of_the_derivation() -> None:
    assert not any(meaning == "direction" for _, meaning, _ in rows(solved=False))


def test_a_table_is_parted_evenly_and_speaks_the_language() -> None:
    assert rows(most=3) == rows()
    assert ("x", "向量", r"\mathbb{R}^{n}") in rows("zh-Hant")


def test_symbols_of_one_kind_stand_in_one_row() -> None:
    text = "symbols: {X: 'matrix(m, n)', A: 'matrix(m, n)', B: 'matrix(m, n)'}\nfunction: f(X) = tr(X' A) + tr(X' B)\nfind: gradient\n"
    problem = problemfile.read(text, "p.yaml")
    found = tables([(problem, None), (problem, None)], DEFAULT, words("en"), "N", "p.yaml:1 x")
    assert [str(row.symbols) for row in found[0].rows] == ["f(X)", "X", "A, B", "m, n"]


LECTURE = "title: L\nsections:\n  - title: S\n    frames:\n      - notation: %s\n      - trace\n"


def test_a_lecture_asks_for_it() -> None:
    everything, named = (collection.read(LECTURE % value, "l.yaml") for value in ("true", "[trace, inverse]"))
    assert isinstance(everything.entries[1], collection.Symbols) and everything.entries[1].problems == ()
    assert {use.problem for use in named.uses} == {"trace", "inverse"}
    with pytest.raises(DeriveError) as caught:
        collection.read(LECTURE % "false", "l.yaml")
    assert caught.value.where is not None and caught.value.where.line == 5
