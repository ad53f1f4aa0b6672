"""Boxes put together: where scripts stand, what is bold, what is lost in a line of text."""

from __future__ import annotations

import pytest

from derive.notation.latex.boxes import Digits, Marked, Row, Scripted, Sign, beside, mapped, parts
from derive.notation.latex.compose import flat, holds, in_bold, indices, is_marked, is_single, is_subscripted, listed, scripted, unmarked
from derive.notation.latex.reading import read

ONE, T = read("{1}"), read("{T}")


@pytest.mark.parametrize(
    ("base", "printed"),
    [
        ("x", "x_{1}^{T}"), ("A B", "A B_{1}^{T}"), ("f(x)", "f(x)_{1}^{T}"), ("x'", "x'_{1}^{T}"), ("x^{2}", "x_{1}^{2}^{T}"),
        (r"\bar{x}", r"\bar{x}_{1}^{T}"),
    ],
)
def test_a_script_stands_at_the_last_box_beside_those_that_it_has(base: str, printed: str) -> None:
    assert str(scripted(scripted(read(base), below=ONE), above=T)) == printed


def test_primes_stand_where_they_are_typed() -> None:
    assert str(scripted(read("x"), primes=1)) == "x'"
    late = scripted(read("x_{1}"), primes=1)
    assert str(late) == "x_{1}'" and len(late.items) == 1
    assert read("x_{1}'") == late != read("x'_{1}")


def test_a_row_among_boxes_is_opened() -> None:
    assert beside(Sign("a"), read("b + c"), Row()) == read("ab + c")
    assert listed([read("a"), read("b"), read("c")]) == read("a, b, c")
    assert not Row() and Row((Sign("a"),))


def test_digits_of_indices_that_stand_close_are_one_number() -> None:
    close = indices([read("1"), read("2"), read("j")], True)
    assert close == read("12j") and close.items[0] == Digits("12")
    assert indices([read("1"), read("n + 1")], False) == read("1, n + 1")


@pytest.mark.parametrize(
    ("plain", "bold"),
    [
        ("x", r"\boldsymbol{x}"), ("W_{1}", r"\boldsymbol{W}_{1}"), (r"\mathrm{d}X", r"\mathrm{d}\boldsymbol{X}"),
        (r"\mathrm{d} \mu_{k}", r"\mathrm{d}\boldsymbol{\mu}_{k}"),
        (r"\bar{x}_1", r"\boldsymbol{\bar{x}}_1"), ("x'_{2}", r"\boldsymbol{x'}_{2}"),
        (r"x^{*}", r"\boldsymbol{x^{*}}"), (r"X_{1}^{*}", r"\boldsymbol{X}_{1}^{*}"),
    ],
)
def test_the_letter_of_a_symbol_is_bold_its_index_is_not(plain: str, bold: str) -> None:
    assert str(in_bold(read(plain))) == bold
    assert read(bold) == in_bold(read(plain))


@pytest.mark.parametrize(
    ("tall", "line", "script"),
    [
        (r"\bigl(a + b\bigr)^{2}", "(a + b)^{2}", "(a + b)^{2}"),
        (r"\frac{\Bigl[a\Bigr]}{b}", r"\frac{[a]}{b}", r"\frac{[a]}{b}"),
        (r"\bigl\lVert x \bigr\rVert_{F}", r"\lVert x \rVert_{F}", r"\lVert x \rVert_{F}"),
        (r"\left(\begin{pmatrix} a \end{pmatrix}\right)^{2}",
         r"\left(\begin{pmatrix} a \end{pmatrix}\right)^{2}", r"(\begin{pmatrix} a \end{pmatrix})^{2}"),
        (r"\left. f \right|_{t=0}", r"\left. f \right|_{t=0}", r"\left. f \right|_{t=0}"),
    ],
)
def test_brackets_in_a_line_and_in_a_script_are_of_the_usual_size(tall: str, line: str, script: str) -> None:
    assert str(flat(read(tall), fences=False)) == line
    assert str(flat(read(tall))) == script


def test_marks_go_with_the_gap_that_they_keep() -> None:
    row = read(r"a \mathop{}\!\dvchange<2>{\operatorname{tr} B} + \frac{\dvchange<3>{c}}{d}")
    assert is_marked(row, "dvchange") and not is_marked(row, "phantom")
    assert str(unmarked(row, "dvchange")) == r"a \operatorname{tr} B + \frac{c}{d}"
    assert unmarked(read("a b"), "dvchange") == read("a b")


def test_what_stands_in_a_row() -> None:
    row = read(r"\bigl\langle A_{i}, H \bigr\rangle + \frac{x}{\left(y\right)}")
    assert holds(row, r"\langle") and holds(row, "(") and not holds(row, "[")
    assert is_subscripted(row) and not is_subscripted(read("x^{2}"))
    assert is_single(read("x")) and is_single(read("1")) and not is_single(read("12")) and not is_single(read(r"\mu"))


def test_a_change_at_every_place_leaves_what_it_does_not_touch() -> None:
    row = read(r"\sqrt{x} + \frac{x}{y_{x}} \bigl(x\bigr) \begin{cases} x & y \end{cases} \dvchange<2>{x} \underset{x}{x} \bar{x}")

    def doubled(box: object) -> object:
        return read("x z") if box == Sign("x") else mapped(box, doubled)  # type: ignore[arg-type]

    out = doubled(row)
    assert str(out) == str(row).replace("x", "x z")
    assert sum(box == Sign("x") for box in parts(out)) == sum(box == Sign("x") for box in parts(row))  # type: ignore[arg-type]
    assert any(isinstance(box, Marked) for box in parts(row)) and any(isinstance(box, Scripted) for box in parts(row))
