"""The estimate of widths against TeX's own, and the filling of lines."""

from __future__ import annotations

import pytest

from derive.documents.layout.breaking import even, fill
from derive.documents.layout.measure import width

# Widths in em as TeX measures them (lmodern, 10 pt): \setbox0\hbox{$\displaystyle …$}\the\wd0.
MEASURED = [
    (r"\operatorname{tr}(H^{\mathsf T}AXB)+\operatorname{tr}(H^{\mathsf T}AXB)", 12.545),
    (r"\left.\frac{\mathrm d}{\mathrm dt}\operatorname{tr}\bigl((X+tH)^{\mathsf T}A(X+tH)B\bigr)\right|_{t=0}", 15.316),
    (r"\begin{pmatrix} a & b \\ c & d+1\end{pmatrix}", 5.244),
]


@pytest.mark.parametrize(("latex", "measured"), MEASURED)
def test_width_is_near_what_tex_measures(latex: str, measured: float) -> None:
    assert width(latex) == pytest.approx(measured, rel=0.06)


def test_marks_take_no_place() -> None:
    assert width(r"a + \dvchange<2,3>{x y}") == width("a + x y")


def test_scripts_do_not_add_up() -> None:
    assert width("x_{ij}^{2}") < width("x_{ij}") + width("x^{2}") - width("x")


@pytest.mark.parametrize("latex", ["", "{", "}", "\\", "x^", r"\frac{a}", r"\begin{pmatrix} a &", r"\dvchange<2{x}"])
def test_width_of_anything_is_a_number(latex: str) -> None:
    assert width(latex) >= 0


def test_fill_uses_the_fewest_lines() -> None:
    pieces = ["aaaa", "+ bbbb", "+ cccc", "+ dddd"]
    assert fill(pieces, 100) == ("aaaa + bbbb + cccc + dddd",)
    assert fill(pieces, 1) == tuple(pieces)
    two = fill(pieces, width("aaaa + bbbb + cccc") + 0.01)
    assert two == ("aaaa + bbbb + cccc", "+ dddd")


def test_even_leaves_no_lonely_term() -> None:
    pieces = ["aaaa", "+ bbbb", "+ cccc", "+ dddd"]
    assert even(pieces, width("aaaa + bbbb + cccc") + 0.01) == ("aaaa + bbbb", "+ cccc + dddd")
