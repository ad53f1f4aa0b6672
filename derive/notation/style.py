"""Pieces of mathematics in the signs of a notation, for words that are not printed from an expression: glossary, tables."""

from __future__ import annotations

import re

from derive.notation.latex.boxes import printed
from derive.notation.latex.structure import transpose_sign
from derive.notation.settings import Notation

VECTORS, MATRICES = frozenset("bhkuvwxyz"), frozenset("ABCEGHKMPQRSUVWXYZ")
"""Letters that stand for vectors and matrices where nothing else is said."""

_LETTER = re.compile(
    r"\\(?:operatorname|mathrm|mathbb|mathsf|mathcal|text|mathbf)\{[^{}]*\}|\\[A-Za-z]+|_\{[^{}]*\}|_[A-Za-z0-9]|\^[A-Za-z0-9]|(?P<letter>[A-Za-z])"
)


def transposed(notation: Notation) -> str:
    """What stands behind a transposed matrix."""
    return printed(transpose_sign(notation))


def trace(inside: str, notation: Notation) -> str:
    """The trace of what stands inside."""
    return rf"\operatorname{{Tr}}\{{{inside}\}}" if notation.trace == "braces" else rf"\operatorname{{tr}}({inside})"


def derivative(function: str, at: str, direction: str, notation: Notation) -> str:
    """Of a function at a point along a direction, by a matrix."""
    if notation.derivative == "partial":
        if re.fullmatch(r"[A-Za-z]|\\boldsymbol\{[A-Za-z]\}", at):
            return rf"\frac{{\partial {function}}}{{\partial {at}}}[{direction}]"
        return rf"\partial {function}({at})[{direction}]"
    sign = "D" if notation.derivative == "D" else "d"
    return rf"\mathrm{{{sign}}}{function}({at})[{direction}]"


def gradient(function: str, at: str, notation: Notation) -> str:
    """Of a function at a point."""
    sign = r"\nabla" if notation.gradient == "nabla" else r"\operatorname{grad}"
    return f"{sign} {function}({at})"


def inner(left: str, right: str, notation: Notation) -> str:
    """The inner product of matrices.

    left, right  the matrices as LaTeX
    """
    below = f"_{{{notation.inner_subscript}}}" if notation.inner_subscript else ""
    return rf"\langle {left}, {right} \rangle{below}"


def norm(inside: str, notation: Notation) -> str:
    """The norm of a matrix."""
    below = f"_{{{notation.frobenius}}}" if notation.frobenius else ""
    return rf"\lVert {inside} \rVert{below}"


def bolded(formula: str, notation: Notation, plain: str = "") -> str:
    """The formula with its vectors (and matrices) in bold, as the notation wants; letters in `plain` stay as they are."""
    if notation.bold == "none":
        return formula
    letters = {"vectors": VECTORS, "matrices": MATRICES, "all": VECTORS | MATRICES}[notation.bold]

    def one(found: re.Match[str]) -> str:
        letter = found["letter"]
        return rf"\boldsymbol{{{letter}}}" if letter and letter in letters and letter not in plain else found[0]

    return _LETTER.sub(one, formula)
