r"""Own commands of a macro file in formulas: read as what their definitions say, with places in the author's file."""

from __future__ import annotations

import pytest

from derive.errors import DeriveError
from derive.language.markup import macros
from derive.language.problems.problem import Problem
from derive.language.problems.read import read
from derive.notation.text.text import text

FILE = r"""
\newcommand{\norm}[1]{\left\lVert #1 \right\rVert}
\newcommand{\T}{^{\mathsf T}}
\newcommand{\vw}{\mathbf{w}}
\newcommand{\loss}{\norm{X \vw - y}}
\newcommand{\ip}[2][2]{#1 \langle #2 \rangle}
\DeclareMathOperator{\Tr}{Tr}
"""
SYMBOLS = "symbols: {X: 'matrix(n, d)', w: vector(d), y: vector(n)}\n"


def problem(function: str) -> Problem:
    with macros.with_commands_of(macros.read(FILE, "m.tex")):
        return read(f"{SYMBOLS}function: {function}\nwrt: w\nfind: [gradient]\n", "own.yaml")


@pytest.mark.parametrize(("function", "means"), [
    (r"f(\vw) = \norm{X\vw - y}^2", "norm(X w - y)^2"), (r"(Xw - y)\T(Xw - y)", "(X w - y)' (X w - y)"), (r"\Tr(w w\T)", "tr(w w')"),
    (r"\loss^2", "norm(X w - y)^2"), (r"\ip{w, w}", "2 inner(w, w)"), (r"\ip[3]{w, w}", "3 inner(w, w)"), (r"\norm \vw", "norm(w)"),
])
def test_read(function: str, means: str) -> None:
    assert text(problem(function).function) == means


def test_a_message_stands_where_the_author_wrote() -> None:
    with pytest.raises(DeriveError) as caught:
        problem(r"f(w) = \norm{X w - y}^2 + \frobnicate{w}")
    assert caught.value.where is not None
    assert (caught.value.where.line, caught.value.where.column) == (2, 37)


def test_without_the_file_they_are_unknown() -> None:
    with pytest.raises(DeriveError, match="norm"):
        read(f"{SYMBOLS}function: f(w) = \\norm{{w}}^2\nfind: [gradient]\n", "own.yaml")
