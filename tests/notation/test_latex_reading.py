"""LaTeX as boxes: whatever is typed has a tree, and what prints is in it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.notation.latex.boxes import (
    Array,
    Fenced,
    Fraction,
    Group,
    Letters,
    Marked,
    Number,
    Row,
    Scripted,
    Sign,
    Sized,
    begins,
    parts,
    plain,
    printed,
    unmarked,
)
from derive.notation.latex.latex import latex
from derive.notation.latex.reading import read
from tests.strategies import expressions

A, B = Sign("a"), Sign("b")


@pytest.mark.parametrize(
    ("latex", "boxes"),
    [
        (r"a + \alpha", (A, Sign("+"), Sign(r"\alpha"))),
        ("a_{12}^2", (Scripted(A, 0, Group(Row((Number("12"),))), Number("2")),)),
        ("a'_b", (Scripted(A, 1, B),)),
        ("3.14 a", (Number("3.14"), A)),
        (r"\frac12 a", (Fraction("frac", Number("1"), Number("2")), A)),
        (r"\left( a \right)^2", (Scripted(Fenced("(", Row(tuple(read(" a ").items)), ")"), above=Number("2")),)),
        (r"\bigl( a \bigr)", (Sized("bigl", "("), A, Sized("bigr", ")"))),
        (r"\dvchange<2,3>{a}", (Marked("dvchange", "2,3", Group(Row((A,)))),)),
        (r"\mathrm{d} a", (Letters("mathrm", "d", Row((Sign("d"),))), A)),
        (r"\begin{pmatrix}a&b\\[5pt]b\end{pmatrix}", (Array("pmatrix", ((Row((A,)), Row((B,))), (Row((B,)),)), "", ("5pt",)),)),
    ],
)
def test_boxes(latex: str, boxes: tuple[object, ...]) -> None:
    assert tuple(plain(read(latex))) == boxes


TYPED = [*"ab1.^_'{}[]<>& ()", "\\", r"\frac", r"\left", r"\right", r"\bigl", r"\mathrm", r"\dvchange", r"\sqrt", r"\\\\",
         r"\begin{pmatrix}", r"\end{pmatrix}"]


@given(st.lists(st.sampled_from(TYPED), max_size=30).map("".join))
def test_whatever_is_typed_has_a_tree(latex: str) -> None:
    for box in read(latex).items:
        assert isinstance(begins(box), str)


@settings(max_examples=200, deadline=None)
@given(expressions())
def test_what_is_read_prints_as_it_was(expr: object) -> None:
    text = latex(expr)  # type: ignore[arg-type]
    assert printed(read(text)) == text


def test_marks_are_taken_away_where_they_stand() -> None:
    marked = read(r"a + \dvchange<2,3>{b \dvchange<4>{c}}^{2}")
    assert printed(unmarked(marked, "dvchange")) == "a + b c^{2}"
    assert [box.option for box in parts(marked) if isinstance(box, Marked)] == ["2,3", "4"]


def test_an_own_command_is_read_in_its_place_and_ends() -> None:
    class Loop:
        name, parameters, default, body = "x", 0, None, r"\x\x"

    class Pair:
        name, parameters, default, body = "p", 2, "a", "#1#2"

    assert read(r"\x", (Loop(),)).items  # type: ignore[arg-type]
    assert tuple(plain(read(r"\p{b}", (Pair(),)))) == (Group(Row((A, B))),)  # type: ignore[arg-type]
    assert tuple(plain(read(r"\p[b]b", (Pair(),)))) == (Group(Row((B, B))),)  # type: ignore[arg-type]
