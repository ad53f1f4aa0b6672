"""Where rows are broken."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings

from derive.documents.layout.breaking import even, finer
from derive.documents.layout.cutting import Piece, factors, opened, unlocked
from derive.documents.layout.measure import width
from derive.notation.latex.latex import formula as formula_of
from derive.notation.latex.reading import read
from tests.documents.test_cutting import DOT, cut
from tests.strategies import expressions

PENDING = r"\left. \frac{\mathrm{d}}{\mathrm{d} t} \biggl(a + b - c\biggr) \right|_{t=0}"


def lines(latex: str, available: float) -> list[str]:
    """A formula on lines of at most so many em."""
    return list(map(str, even(finer([Piece(read(latex))], available), available)))


def test_sums_are_broken_at_their_signs() -> None:
    assert cut(finer([Piece(read("A + B - C"))], 1.0)) == ["A", "+ B", "- C"]


def test_a_pending_derivative_is_opened() -> None:
    assert cut(opened(read(PENDING))) == [
        r"\frac{\mathrm{d}}{\mathrm{d} t}\biggl[a", "+ b", r"- c\biggr]_{t=0}",
    ]


def test_a_derivative_of_a_derivative_is_opened_twice() -> None:
    inner = r"\left. \frac{\mathrm{d}}{\mathrm{d} t} \, (x + t h + s k)^{\mathsf T} A (x + t h + s k) \right|_{t=0}"
    found = lines(rf"\left. \frac{{\mathrm{{d}}}}{{\mathrm{{d}} s}} \, {inner} \right|_{{s=0}}", 12.0)
    assert len(found) > 1 and found[0].count(r"\biggl[") == 2 and found[-1].endswith(r"\biggr]_{t=0}\biggr]_{s=0}")


def test_a_pending_product_is_cut_between_its_factors() -> None:
    found = lines(r"\left. \frac{\mathrm{d}}{\mathrm{d} t} \, (A + t H) (B + t K) \right|_{t=0}", 8.0)
    assert len(found) == 2 and found[1].startswith(r"\cdot") and found[1].endswith(r"\biggr]_{t=0}")


def test_a_fraction_is_opened_as_a_factor() -> None:
    assert cut(opened(read(r"\frac{a + b}{c}"))) == [r"\frac{1}{c}\Bigl(a", r"+ b\Bigr)"]
    assert cut(opened(read(r"- \frac{a b}{c}"))) == [r"- \frac{1}{c}", DOT + "a b"]
    assert cut(opened(read(r"\frac{1}{c}"))) == [r"\frac{1}{c}"]


@pytest.mark.parametrize(("formula", "parts"), [
    ("A B C", ["A", "B", "C"]),
    (r"\operatorname{tr} M N", [r"\operatorname{tr} M", "N"]),
    (r"\nabla_{x_{2}} f x", [r"\nabla_{x_{2}} f", "x"]),
    (r"A \cdot B", [r"A \cdot B"]),
    (r"\frac{\mathrm{d}}{\mathrm{d} t} A B", [r"\frac{\mathrm{d}}{\mathrm{d} t} A", "B"]),
    (r"A \bigl(B + C D\bigr) E", ["A", r"\bigl(B + C D\bigr)", "E"]),
    (r"\sum_{i=1}^{n} x_{i} y_{i}", [r"\sum_{i=1}^{n} x_{i}", "y_{i}"]),
])
def test_products_are_cut_between_factors(formula: str, parts: list[str]) -> None:
    assert cut(factors(read(formula))) == [parts[0], *(DOT + part for part in parts[1:])]


def test_a_line_that_begins_with_a_factor_begins_with_a_dot() -> None:
    assert lines("AAAA BBBB CCCC", 5.0) == ["AAAA", r"\cdot BBBB", r"\cdot CCCC"]


def test_the_sum_inside_the_bracket_that_is_most_of_it_is_broken() -> None:
    assert cut(finer([Piece(read(r"2 A \bigl(BBBBBB CCCCCCC + DDDDDDDD EEEEE\bigr)"))], 16.0))[0].startswith(r"2 A \bigl(BBBBBB")


def test_a_long_product_is_rather_cut_between_factors_than_inside_the_first_of_them() -> None:
    product = r"\sum_{i=1}^{N} \left(-2 \bigl(aaaaaa - bbbbbb\bigr) \bigl(cccccc + dddddd\bigr)\right)"
    assert lines(product, 16.0)[0].endswith(r"\bigl(aaaaaa - bbbbbb\bigr)")


@pytest.mark.parametrize("sign", ["circ", "otimes"])
def test_a_line_may_begin_with_the_sign_of_an_entrywise_or_kronecker_product(sign: str) -> None:
    assert lines(rf"AAAAA \{sign} BBBBB", 6.0) == ["AAAAA", rf"\{sign} BBBBB"]


def test_locked_brackets_are_opened_where_they_close() -> None:
    assert str(unlocked(read(r"a \left(b \left(c\right) + d\right) e"))) == r"a \biggl(b \left(c\right) + d\biggr) e"
    assert str(unlocked(read(r"\left. a \right|_{t=0}"))) == r"\left. a \right|_{t=0}"


def _bare(found: Sequence[str]) -> str:
    """What is printed, without blanks, dots and the sizes of brackets, which breaking may change."""
    return re.sub(r"\\[bB]igg?[lr]|\\(left|right)(?![a-z])|\\cdot|\\,|\s", "", "".join(found))


@settings(max_examples=150, deadline=None)
@given(expressions())
def test_nothing_is_lost_and_every_line_stands_alone(expr: object) -> None:
    row = formula_of(expr)  # type: ignore[arg-type]
    whole = str(row)
    for available in (4.0, 10.0, 20.0):
        broken = even(finer([Piece(row)], available), available)
        if r"\frac" not in whole and r"\right|" not in whole:
            assert _bare(list(map(str, broken))) == _bare((whole,))
        assert all(width(one) > 0 for one in broken)
        for line in map(str, broken):
            assert line.count("{") == line.count("}")
            assert len(re.findall(r"\\left(?![a-z])", line)) == len(re.findall(r"\\right(?![a-z])", line))
            assert line.count(r"\begin{") == line.count(r"\end{")


def test_long_names_may_be_parted() -> None:
    """Between names of several letters stands a thin space, which goes with the second to the next line."""
    assert cut(factors(read(r"\mathit{gain} \, \mathit{loss}"))) == [r"\mathit{gain}", DOT + r"\, \mathit{loss}"]
    assert cut(factors(read(r"\operatorname{tr}(A) \, B"))) == [r"\operatorname{tr}(A) \, B"]
