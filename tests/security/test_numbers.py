"""What is no number, or one that is too long, wherever a number may stand: refused in words, at once."""

from __future__ import annotations

import contextlib
import time

import pytest

from derive.documents import collection as collections
from derive.errors import DeriveError
from derive.language.problems import read as problemfile
from derive.reviewing.review import review

DIGITS = ("²", "٣", "①", "𝟚", "９", "½", "²³", "9" * 5000, "1/0", "1e9", "0", "-1", "..1", "1.2.3", "1e99999999", "00")
CLAIMS = (
    r"\frac{\partial^{@} f}{\partial w^{@}} = 2w", r"\frac{d^@ f}{dw^@} = 2w", r"\nabla^{@} f = 2w", r"d^{@} f = 2w", r"D^{@}f(w)[h] = 2w",
    r"\nabla f = w^{@}", r"\nabla f = @ w", r"\nabla f = w_{@}", r"\nabla f = I_{@} w", r"\nabla f = 0_{@\times @} w", r"\nabla f = \|w\|_{@}^{@} w",
    r"\nabla f = \sum_{i=@}^{@} w_i", r"\nabla f = \sqrt[@]{x} w", r"f^{(@)}(w) = w", r"\dv[@]{f}{w} = 2w", r"\nabla f = e_{@}",
    r"\nabla f = \tfrac @ @ w", r"\nabla f = \binom{@}{@} w", r"\nabla f = \begin{pmatrix}@ & @\\ @ & @\end{pmatrix} w", r"X_{@,@} = @",
    r"w \in \mathbb{R}^{@}", r"\nabla f \overset{(@)}{=} w", r"\begin{array}{@} w \end{array} = \nabla f", r"\nabla f = (X^T X)^{@} w",
)


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_pasted_derivation_is_judged_whatever_stands_for_a_number(claim: str) -> None:
    text = "title: T\nsymbols: {X: 'matrix(m, n)', w: vector(n), y: vector(m), x: scalar}\nfunction: f(w) = norm(X w - y)^2\n"
    problem = problemfile.read(text, "p.yaml", asked=False)
    for digits in DIGITS:
        started = time.process_time()
        with contextlib.suppress(DeriveError):
            review(problem, f"\\[{claim.replace('@', digits)}\\]", "")
        assert time.process_time() - started < 20, digits[:20]


FIELDS = (
    "figure: [{kind: tangent, range: [@, 2]}]", "figure: [{kind: tangent, range: {x: [-1, @]}}]", "points: @", "level: @", "order: @", "at: {x: @}",
    "variants: {c: [@, 2]}", "data: {x: [@, 2]}", "sizes: [n = @]", "parts: [{find: [derivative], points: @}]", "answer: {derivative: '@'}",
)


@pytest.mark.parametrize("field", FIELDS)
def test_a_problem_is_read_whatever_stands_for_a_number(field: str) -> None:
    for digits in DIGITS:
        started = time.process_time()
        text = f"title: T\nsymbols: {{x: scalar}}\nfunction: f(x) = x^2\nfind: [derivative]\n{field.replace('@', repr(digits))}\n"
        with contextlib.suppress(DeriveError):
            problemfile.read(text, "p.yaml")
        assert time.process_time() - started < 5, digits[:20]


@pytest.mark.parametrize(
    "text",
    [
        "title: L\nrows: @\nsections: [{title: S, frames: [a]}]", "title: L\nsections: [{title: S, frames: [{problem: f, rows: [1, @]}]}]",
        "title: L\nproblems: [{problem: g, points: @}]", "title: L\nsections: [{title: S, frames: [{problem: f, points: @}]}]",
    ],
)
def test_a_collection_is_read_whatever_stands_for_a_number(text: str) -> None:
    for digits in DIGITS:
        with contextlib.suppress(DeriveError):
            collections.read(text.replace("@", repr(digits)), "l.yaml")


@pytest.mark.parametrize("function", [r"\frac{d^{@}}{dx^{@}} x^2", r"x^{@}", r"\sum_{i=1}^{@} x^i", r"\sqrt[@]{x}", r"@ x", r"\frac{@}{@} x"])
def test_latex_is_read_whatever_stands_for_a_number(function: str) -> None:
    for digits in DIGITS:
        with contextlib.suppress(DeriveError):
            problemfile.read(f"title: T\nsymbols: {{x: scalar}}\nfunction: 'f(x) = {function.replace('@', digits)}'\nfind: [derivative]\n", "p.yaml")
