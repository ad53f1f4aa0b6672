"""Where rows are broken."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings

from derive.documents.layout.breaking import even, finer
from derive.documents.layout.cutting import TIMES, factors, opened, unlocked
from derive.documents.layout.measure import width
from derive.notation.latex import latex
from tests.strategies import expressions

PENDING = r"\left. \frac{\mathrm{d}}{\mathrm{d} t} \biggl(a + b - c\biggr) \right|_{t=0}"


def test_sums_are_broken_at_their_signs() -> None:
    assert finer(["A + B - C"], 1.0) == ["A", "+ B", "- C"]


def test_a_pending_derivative_is_opened() -> None:
    assert opened(PENDING) == [
        r"\frac{\mathrm{d}}{\mathrm{d} t}\biggl[a", "+ b", r"- c\biggr]_{t=0}",
    ]


def test_a_fraction_is_opened_as_a_factor() -> None:
    assert opened(r"\frac{a + b}{c}") == [r"\frac{1}{c}\Bigl(a", r"+ b\Bigr)"]
    assert opened(r"- \frac{a b}{c}") == [r"- \frac{1}{c}", TIMES + "a b"]
    assert opened(r"\frac{1}{c}") == [r"\frac{1}{c}"]


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
    assert factors(formula) == [parts[0], *(TIMES + part for part in parts[1:])]


def test_a_line_that_begins_with_a_factor_begins_with_a_dot() -> None:
    assert even(finer(["AAAA BBBB CCCC"], 5.0), 5.0) == ("AAAA", r"\cdot BBBB", r"\cdot CCCC")


def test_the_sum_inside_the_bracket_that_is_most_of_it_is_broken() -> None:
    assert finer([r"2 A \bigl(BBBBBB CCCCCCC + DDDDDDDD EEEEE\bigr)"], 16.0)[0].startswith(r"2 A \bigl(BBBBBB")


def test_a_long_product_is_rather_cut_between_factors_than_inside_the_first_of_them() -> None:
    product = r"\sum_{i=1}^{N} \left(-2 \bigl(aaaaaa - bbbbbb\bigr) \bigl(cccccc + dddddd\bigr)\right)"
    assert even(finer([product], 16.0), 16.0)[0].endswith(r"\bigl(aaaaaa - bbbbbb\bigr)")


@pytest.mark.parametrize("sign", ["circ", "otimes"])
def test_a_line_may_begin_with_the_sign_of_an_entrywise_or_kronecker_product(sign: str) -> None:
    assert even(finer([rf"AAAAA \{sign} BBBBB"], 6.0), 6.0) == ("AAAAA", rf"\{sign} BBBBB")


def test_locked_brackets_are_opened_where_they_close() -> None:
    assert unlocked(r"a \left(b \left(c\right) + d\right) e") == r"a \biggl(b \left(c\right) + d\biggr) e"
    assert unlocked(r"\left. a \right|_{t=0}") == r"\left. a \right|_{t=0}"


def _bare(lines: tuple[str, ...]) -> str:
    """What is printed, without blanks, dots and the sizes of brackets, which breaking may change."""
    return re.sub(r"\\[bB]igg?[lr]|\\(left|right)(?![a-z])|\\cdot|\\,|\s", "", "".join(lines))


@settings(max_examples=150, deadline=None)
@given(expressions())
def test_nothing_is_lost_and_every_line_stands_alone(expr: object) -> None:
    whole = latex.latex(expr)  # type: ignore[arg-type]
    for available in (4.0, 10.0, 20.0):
        lines = even(finer([whole], available), available)
        if r"\frac" not in whole and r"\right|" not in whole:
            assert _bare(lines) == _bare((whole,))
        for line in lines:
            assert line.count("{") == line.count("}")
            assert len(re.findall(r"\\left(?![a-z])", line)) == len(re.findall(r"\\right(?![a-z])", line))
            assert line.count(r"\begin{") == line.count(r"\end{")
            assert width(line) > 0


def test_long_names_may_be_parted() -> None:
    """Between names of several letters stands a thin space, which goes with the second to the next line."""
    assert factors(r"\mathit{gain} \, \mathit{loss}") == [r"\mathit{gain}", r"\derivetimes \, \mathit{loss}"]
    assert factors(r"\operatorname{tr}(A) \, B") == [r"\operatorname{tr}(A) \, B"]
