"""Where formulas may be cut."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings

from derive.documents.layout.cutting import Piece, factors, pieces, split
from derive.notation.latex.latex import formula
from derive.notation.latex.reading import read
from tests.notation.test_latex import expr
from tests.strategies import expressions

DOT = "· "
"""Stands here before a factor that was cut off."""


def cut(pieces: Sequence[Piece]) -> list[str]:
    """The LaTeX of pieces."""
    return [(DOT if piece.factor else "") + str(piece.row) for piece in pieces]


def test_pieces_begin_with_their_signs() -> None:
    assert cut(pieces(formula(expr("A - 2 C + A C")))) == ["A", "- 2 C", "+ A C"]
    assert cut(pieces(formula(expr("-A + C")))) == ["-A", "+ C"]
    assert cut(pieces(formula(expr("A C")))) == ["A C"]


def test_one_term_is_cut_inside_its_brackets() -> None:
    assert cut(pieces(formula(expr("tr(A C - C A)")))) == [r"\operatorname{tr}(A C", r"- C A)"]
    assert cut(pieces(formula(expr("2 A (A + C) X")))) == ["2 A (A", "+ C) X"]
    assert cut(pieces(formula(expr("(a + b) / (a - b)")))) == [r"\frac{a + b}{a - b}"]


def test_brackets_that_grow_by_themselves_are_not_torn() -> None:
    text = r"\left( \begin{pmatrix} a + b \end{pmatrix} - c \right) + d"
    assert cut(split(read(text), 0)) == [r"\left( \begin{pmatrix} a + b \end{pmatrix} - c \right)", "+ d"]
    assert cut(split(read(text), 1)) == [text]


def test_a_leading_minus_inside_brackets_is_no_place_to_break() -> None:
    assert cut(split(read(r"\langle -A + B, H \rangle"), 1)) == [r"\langle -A", r"+ B, H \rangle"]
    assert cut(split(read("f(a, -b)"), 1)) == ["f(a, -b)"]
    assert cut(split(read(r"a \cdot -b - c"), 0)) == [r"a \cdot -b", "- c"]


def test_a_sign_that_is_a_script_is_no_place_to_break() -> None:
    assert cut(split(read(r"(A - B)^+ v + w"), 0)) == [r"(A - B)^+ v", "+ w"]


@settings(max_examples=200, deadline=None)
@given(expressions())
def test_the_pieces_are_the_formula(it: object) -> None:
    row = formula(it)  # type: ignore[arg-type]
    whole = str(row).replace(" ", "")
    for depth in range(3):
        for found in (split(row, depth), factors(row, depth)):
            assert "".join(str(piece.row) for piece in found).replace(" ", "") == whole
