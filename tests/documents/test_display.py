"""LaTeX to paste: what the page says, once."""

from __future__ import annotations

import re

import pytest

from derive.documents.page.display import display, notebook
from tests.documents.samples import examined

PROBLEMS = (
    "least-squares", "qr-factor-q", "tangent-plane", "perceptron-three-layers", "quadratic-fit-with-data",
    "log-determinant-of-a-quadratic-form",
)


@pytest.mark.parametrize("name", PROBLEMS)
def test_no_line_is_said_twice(name: str) -> None:
    for block in display(examined(name).derivation).split("\n\n"):
        rows = [row.partition(" && ")[0].strip() for row in block.split("\n")[2:-1]]
        left, whole = "", []
        for row in rows:
            left = row.partition("&")[0] or left
            whole.append((left, row.partition("&")[2].removesuffix(r" \\")))
        assert len(whole) == len(set(whole)), name


def test_conditions_classifications_letters_and_remarks_are_said_once() -> None:
    text = display(examined("least-squares").derivation)
    assert "It holds where" not in text and r"\text{$X$ has full column rank}" in text, "a condition that a reason names is not said again"
    assert text.count("This stationary point is a minimum.") == 1
    assert "It holds where $x \\ne 0$." in display(examined("rayleigh-quotient").derivation)
    several = display(examined("folium").derivation)
    assert several.count("Of the stationary points, ") == 1 and "is a saddle point and" in several
    text = display(examined("qr-factor-q").derivation)
    assert text.startswith("Write $Q = ") and text.count(r"\Omega = ") == 1 and "is the QR factorization" in text


def test_a_tangent_plane_is_a_function_of_the_variables() -> None:
    text = display(examined("tangent-plane").derivation)
    assert r"f(x, y) &\approx 5 + 2 (x - 1) + 4 (y - 2)" in text
    assert r"f(1 + h_{x}, 2 + h_{y}) &\approx 5 + 2 (x - 1)" not in text


def test_an_approximation_is_no_equation() -> None:
    text = display(examined("tangent-plane").derivation)
    assert r"\approx" in text and not re.search(r"f\(x, y\) &= f", text)


@pytest.mark.parametrize("name", PROBLEMS)
def test_a_notebook_says_the_same(name: str) -> None:
    derivation = examined(name).derivation
    said = notebook(derivation)
    assert "align*" not in said and said.count("$$") == 2 * display(derivation).count(r"\begin{align*}")
