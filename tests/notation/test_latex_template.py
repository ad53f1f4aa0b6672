"""Rows of the function table as boxes with places for their arguments."""

from __future__ import annotations

import pytest

from derive.expressions.functions import FUNCTIONS
from derive.notation.latex.boxes import Row, parts
from derive.notation.latex.piece import BIG, BLOCK, BRACKETED, FRACTION, PLAIN
from derive.notation.latex.reading import read
from derive.notation.latex.template import filled, has_brackets, template

TR = r"\operatorname{{tr}}_{{1,{{{1.shape}}}}}({0})"


def of(text: str, *arguments: str, height: int = PLAIN) -> str:
    return str(filled(template(text, len(arguments), height), [read(one) for one in arguments], lambda k: read(f"n_{k}")))


@pytest.mark.parametrize(
    ("height", "printed"),
    [
        (PLAIN, r"\log\det(A)"), (BRACKETED, r"\log\det\bigl(A\bigr)"), (BIG, r"\log\det\Bigl(A\Bigr)"), (FRACTION, r"\log\det\biggl(A\biggr)"),
        (BLOCK, r"\log\det\left(A\right)"),
    ],
)
def test_brackets_are_as_tall_as_what_stands_in_them(height: int, printed: str) -> None:
    assert of(r"\log\det({0})", "A", height=height) == printed


def test_brackets_in_one_another_grow_together() -> None:
    assert of(r"\log\lvert\det({0})\rvert", "A", height=BLOCK) == r"\log\left\lvert\det\left(A\right)\right\rvert"
    assert of(r"\lVert {0} \rVert_{{F}}", "A", height=BRACKETED) == r"\bigl\lVert A \bigr\rVert_{F}"


def test_arguments_and_shapes_stand_at_their_places() -> None:
    assert of(TR, "A B", "C") == r"\operatorname{tr}_{1,{n_1}}(A B)"
    assert of("{0}^{{1/2}}", "x_{i}") == "x_{i}^{1/2}"
    assert of("{0}^{{1/2}}", r"\bigl(a + b\bigr)") == r"\bigl(a + b\bigr)^{1/2}"
    assert of(r"\sqrt{{{0}}}", "a + b") == r"\sqrt{a + b}"
    assert has_brackets(TR, 2) and not has_brackets(r"\sqrt{{{0}}}", 1)


@pytest.mark.parametrize("name", [name for name, row in FUNCTIONS.items() if row.latex])
def test_every_row_reads_as_it_is_written(name: str) -> None:
    row = FUNCTIONS[name]
    for text in (row.latex, *(other for _, other in row.latex_when)):
        count = 1 + max((k for k in range(4) if f"{{{k}" in text), default=-1)
        whole = template(text, count)
        assert isinstance(whole, Row) and any(True for _ in parts(whole))
        letters = "ABCD"[:count]
        assert of(text, *letters) == text.format(*(Shaped(letter, k) for k, letter in enumerate(letters)))


class Shaped(str):
    """A letter with the shape that `of` gives it."""

    shape: str

    def __new__(cls, letter: str, k: int) -> Shaped:
        out = super().__new__(cls, letter)
        out.shape = f"n_{k}"
        return out
