"""Where formulas may be cut."""

from __future__ import annotations

from hypothesis import given, settings

from derive.documents.layout.cutting import TIMES, factors, pieces, split
from derive.notation.latex.latex import latex
from tests.notation.test_latex import expr
from tests.strategies import expressions


def test_pieces_begin_with_their_signs() -> None:
    assert pieces(latex(expr("A - 2 C + A C"))) == ["A", "- 2 C", "+ A C"]
    assert pieces(latex(expr("-A + C"))) == ["-A", "+ C"]
    assert pieces(latex(expr("A C"))) == ["A C"]


def test_one_term_is_cut_inside_its_brackets() -> None:
    assert pieces(latex(expr("tr(A C - C A)"))) == [r"\operatorname{tr}(A C", r"- C A)"]
    assert pieces(latex(expr("2 A (A + C) X"))) == ["2 A (A", "+ C) X"]
    assert pieces(latex(expr("(a + b) / (a - b)"))) == [r"\frac{a + b}{a - b}"]


def test_brackets_that_grow_by_themselves_are_not_torn() -> None:
    text = r"\left( \begin{pmatrix} a + b \end{pmatrix} - c \right) + d"
    assert split(text, 0) == [r"\left( \begin{pmatrix} a + b \end{pmatrix} - c \right)", "+ d"]
    assert split(text, 1) == [text]


def test_a_leading_minus_inside_brackets_is_no_place_to_break() -> None:
    assert split(r"\langle -A + B, H \rangle", 1) == [r"\langle -A", r"+ B, H \rangle"]
    assert split("f(a, -b)", 1) == ["f(a, -b)"]
    assert split(r"a \cdot -b - c", 0) == [r"a \cdot -b", "- c"]


def test_a_sign_that_is_a_script_is_no_place_to_break() -> None:
    assert split(r"(A - B)^+ v + w", 0) == [r"(A - B)^+ v", "+ w"]


@settings(max_examples=200, deadline=None)
@given(expressions())
def test_the_pieces_are_the_formula(it: object) -> None:
    formula = latex(it)  # type: ignore[arg-type]
    for depth in range(3):
        assert "".join(split(formula, depth)).replace(" ", "") == formula.replace(" ", "")
        assert " ".join(factors(formula, depth)).replace(TIMES, "").replace(" ", "") == formula.replace(" ", "")
