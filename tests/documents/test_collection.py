"""Lecture and set files: what is read, and what is refused where."""

from __future__ import annotations

import pytest

from derive.documents.collection import Heading, Use, Words, read
from derive.documents.glossary import ENGLISH, term
from derive.documents.mathml import mathml
from derive.documents.prose import to_latex
from derive.errors import DeriveError
from derive.notation.settings import DEFAULT, Notation

LECTURE = """\
title: Matrix differentiation
author: A. Lecturer
sections:
  - title: First
    frames:
      - definition: gradient
      - text: 'A direction $H$ asks for one number at a time.'
        title: Why
        points: ['linear in $H$', 'read off']
      - trace-quadratic
      - {problem: least-squares, show: [gradient], title: 'By $w$'}
      - remark: 'As derived, $\\nabla f(X) = 2 A X B$.'
        from: trace-quadratic
"""
SET = """\
title: Set 1
due: 1 May
problems:
  - {use: trace-quadratic, points: 6}
  - least-squares
"""


def test_a_lecture_is_its_frames_in_order() -> None:
    lecture = read(LECTURE, "l.yaml")
    assert lecture.kind == "lecture" and lecture.head["author"] == "A. Lecturer"
    kinds = [type(entry) for entry in lecture.entries]
    assert kinds == [Heading, Words, Words, Use, Use, Words]
    definition = lecture.entries[1]
    assert isinstance(definition, Words) and (definition.style, definition.term) == ("definition", "gradient")
    use = lecture.entries[4]
    assert isinstance(use, Use) and (use.problem, use.show, use.title) == ("least-squares", ("gradient",), "By $w$")
    assert {use.problem for use in lecture.uses} == {"trace-quadratic", "least-squares"}


def test_a_set_is_its_problems_with_points() -> None:
    sheet = read(SET, "s.yaml")
    assert sheet.kind == "set"
    assert [(use.problem, use.points) for use in sheet.uses] == [("trace-quadratic", "6"), ("least-squares", "")]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (LECTURE.replace("definition: gradient", "definition: gradeint"), "unknown-term", 6),
        (LECTURE.replace("show: [gradient]", "show: [gradeint]"), "unknown-quantity", 11),
        (LECTURE.replace("points: ['linear", "pionts: ['linear"), "unknown-key", 9),
        (LECTURE.replace("        from: trace-quadratic\n", ""), "typed-derivative", 12),
        (LECTURE.replace("one number", r"one $\input{x}$ number"), "prose-math", 7),
        (LECTURE.replace("title: First\n    frames", "frames"), "missing-key", 4),
        (SET.replace("points: 6", "points: six"), "type", 4),
        (SET.replace("use: trace-quadratic, ", ""), "missing-key", 4),
        (SET.replace("title: Set 1\n", ""), "missing-key", 1),
        (SET.replace("due:", "dew:"), "unknown-key", 2),
        (SET + "hints: maybe\n", "type", 6),
    ],
)
def test_what_is_wrong_is_refused_at_its_line(text: str, code: str, line: int) -> None:
    with pytest.raises(DeriveError) as caught:
        read(text, "x.yaml")
    assert (caught.value.code, caught.value.where.line if caught.value.where else 0) == (code, line)


@pytest.mark.parametrize(
    "formula", [r"\frac{\partial f}{\partial X} = 2AX", r"\mathrm{D}f(X)[H] = A", r"\nabla f(x) = 2Ax", "Df(x)[h] = 2x'h"]
)
def test_a_derivative_typed_by_hand_is_refused(formula: str) -> None:
    text = f"title: T\nsections:\n  - title: S\n    frames:\n      - text: '${formula.replace(chr(39), chr(39) * 2)}$'\n"
    with pytest.raises(DeriveError) as caught:
        read(text, "x.yaml")
    assert caught.value.code == "typed-derivative" and "from: NAME" in caught.value.render()


@pytest.mark.parametrize("formula", [r"\nabla f(x) = 0", r"\mathrm{D}f = \mathrm{D}g \, \mathrm{D}h", "f(X) = A X", r"\nabla f(X)"])
def test_what_states_no_derivative_is_let_through(formula: str) -> None:
    read(f"title: T\nsections:\n  - title: S\n    frames:\n      - text: '${formula}$'\n", "x.yaml")


STYLES = [
    DEFAULT,
    Notation(transpose="top", trace="braces", bold="vectors", derivative="partial", gradient="grad", inner_subscript="F", frobenius=""),
    Notation(transpose="prime", bold="all", derivative="d"),
]


@pytest.mark.parametrize("notation", STYLES, ids=("usual", "partial", "prime"))
@pytest.mark.parametrize("name", ENGLISH)
def test_the_glossary_can_be_printed(name: str, notation: Notation) -> None:
    """Nothing of its own commands is left, and what is left is mathematics that prose may hold."""
    found = term(name, notation)
    text = to_latex(found.text)
    assert text.endswith(".") and text.count("$") % 2 == 0 and to_latex(found.title)
    assert text.count("{") == text.count("}")
    assert mathml(" ".join(text.split("$")[1::2])).count("mtext") == 0


def test_the_glossary_follows_the_notation() -> None:
    usual, other = (term("trace", n).text for n in (DEFAULT, Notation(transpose="top", trace="braces", bold="all")))
    assert r"\operatorname{tr}(M) = \operatorname{tr}(M^{\mathsf T})" in usual
    assert r"\operatorname{Tr}\{\boldsymbol{M}\} = \operatorname{Tr}\{\boldsymbol{M}^{\top}\}" in other
    assert r"\frac{\partial f}{\partial X}[H]" in term("derivative", Notation(derivative="partial")).text
    assert r"\langle X, Y \rangle_{F}" in term("inner-product", Notation(inner_subscript="F")).text
