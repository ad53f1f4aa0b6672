"""LaTeX as boxes: whatever is typed has a tree, and what prints is in it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.notation.latex.boxes import (
    Array,
    Digits,
    Fenced,
    Fraction,
    Group,
    Letters,
    Marked,
    Own,
    Row,
    Scripted,
    Sign,
    Sized,
    begins,
    parts,
    plain,
    printed,
)
from derive.notation.latex.compose import unmarked
from derive.notation.latex.latex import formula
from derive.notation.latex.reading import declared, read
from derive.notation.settings import Notation
from tests.strategies import expressions

A, B = Sign("a"), Sign("b")
NOTATIONS = (Notation(), Notation(transpose="prime", trace="braces", bold="vectors", derivative="d"),
             Notation(transpose="top", bold="all", derivative="partial", quotient="partial", gradient="grad", inner_subscript="F"))


@pytest.mark.parametrize(
    ("latex", "boxes"),
    [
        (r"a + \alpha", (A, Sign("+"), Sign(r"\alpha"))),
        ("a_{12}^2", (Scripted(A, 0, Group(Row((Digits("12"),))), Digits("2")),)),
        ("a'_b", (Scripted(A, 1, B),)),
        ("3.14 a", (Digits("3.14"), A)),
        (r"\alpha*a", (Sign(r"\alpha"), Sign("*"), A)),
        (r"\operatorname*{a}_b", (Scripted(Letters("operatorname", "a", Row((A,)), star=True), below=B),)),
        (r"\textcolor{red}{a}", (Marked("textcolor", "red", Group(Row((A,)))),)),
        (r"\frac12 a", (Fraction("frac", Digits("1"), Digits("2")), A)),
        (r"\left( a \right)^2", (Scripted(Fenced("(", Row(tuple(read(" a ").items)), ")"), above=Digits("2")),)),
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
@given(expressions(), st.sampled_from(NOTATIONS))
def test_what_is_printed_is_read_as_the_boxes_that_were_made(expr: object, notation: Notation) -> None:
    made = formula(expr, notation)  # type: ignore[arg-type]
    assert read(printed(made)) == made


@pytest.mark.parametrize(
    ("latex", "whole"),
    [("x_1", True), (r"\bar{x}", True), (r"\mathrm{d}X", True), (r"\theta^*", True), ("x^*_1", False), (r"\foo{x}", False), (r"\pmb x", False)],
)
def test_a_name_is_printed_as_it_was_written(latex: str, whole: bool) -> None:
    """One that boxes do not say the same way, or with a command of its author's own, is kept as it is."""
    row = declared(latex)
    assert str(row) == latex
    assert whole is not any(isinstance(box, Own) for box in row.items)


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
