"""Symbols that nobody declares: what the first line forces is assumed and said, what it leaves open is asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from derive.cli.review_command import command
from derive.errors import DeriveError
from derive.reviewing.inferring import assumed
from derive.reviewing.review import review

INFERRED = (
    (r"$f(w) = \frac12\|y - Xw\|^2$", {"X": "matrix(m, n)", "w": "vector(n)", "y": "vector(m)"}),
    (r"$f(x) = \tfrac12 x^\top A x - b^\top x$", {"A": "square(m)", "b": "vector(m)", "x": "vector(m)"}),
    (r"Let $A$ be symmetric. $f(x) = x^\top A x$ with $A$ symmetric", {"A": "symmetric(m)", "x": "vector(m)"}),
    (r"$J(\beta) = (y-X\beta)'(y-X\beta) + \lambda\beta'\beta$",
     {"X": "matrix(m, n)", "beta": "vector(n)", "lambda": "scalar", "y": "vector(m)"}),
    (r"$f(X) = \operatorname{tr}(AXB)$", {"A": "matrix(m, n)", "B": "matrix(p, m)", "X": "matrix(n, p)"}),
    (r"$f(X) = \log\det X$", {"X": "invertible(m)"}),
    (r"$\mathcal{L}(\mathbf{u}) = \mathbf{u}^\top\mathbf{v}$", {"u": "vector(m)", "v": "vector(m)"}),
    (r"$f(p) = p\log(p) + c$", {"c": "scalar", "p": "positive"}),
    (r"$f(x) = \exp(x)\circ x$", {"x": "vector(m)"}),
    (r"With $a, x\in\mathbb{R}^n$: $f(x) = \log(1 + a^\top x)$", {"a": "vector(n)", "x": "vector(n)"}),
)


@pytest.mark.parametrize(("latex", "symbols"), INFERRED, ids=[latex for latex, _ in INFERRED])
def test_shapes_that_the_line_forces(latex: str, symbols: dict[str, str]) -> None:
    assert dict(assumed(latex).symbols) == symbols


def test_what_is_left_open_is_asked_for() -> None:
    with pytest.raises(DeriveError) as error:
        assumed(r"$f(x) = \|s x\|^2$")
    assert error.value.code == "shapes" and "s may be scalar or vector" in error.value.message and "s: vector(n)" in (error.value.hint or "")
    assert dict(assumed(r"$f(x) = \|s x\|^2$", given={"s": "scalar"}).symbols) == {"s": "scalar", "x": "vector(m)"}


def test_what_is_not_understood_is_asked_for() -> None:
    with pytest.raises(DeriveError) as error:
        assumed(r"$f(x) = \sum_i x_i^2$")
    assert error.value.code == "shapes" and "x: vector(n)" in (error.value.hint or "")


def test_no_function_is_asked_for() -> None:
    with pytest.raises(DeriveError) as error:
        assumed(r"$\nabla g = 2x$")
    assert error.value.code == "claim" and "f(w)" in error.value.message


def test_a_wrong_line_is_found_with_inferred_symbols() -> None:
    latex = r"\begin{align*} f(w) &= \|y - Xw\|^2 + \lambda w^\top w\\ \nabla f(w) &= 2X^\top(Xw - y) + \lambda w\end{align*}"
    found = review(assumed(latex).problem, latex)
    assert [f.verdict for f in found.findings] == ["right", "wrong"]


def test_a_deck_says_what_it_assumes(tmp_path: Path) -> None:
    deck = tmp_path / "deck.tex"
    deck.write_text("\\newcommand{\\T}{^\\top}\n% derive:\n\\[ f(w) = \\|y - Xw\\|^2,\\quad \\nabla f(w) = 2X\\T(Xw-y) \\]\n"
                    "% derive: symbols: {A: 'symmetric(n)'}\n\\[ f(x) = x\\T A x,\\quad \\nabla f(x) = 2Ax \\]\n")
    told = CliRunner().invoke(command, [str(deck)], standalone_mode=False).output
    assert "X is matrix(m, n), w is vector(n), y is vector(m)" in told and "A is symmetric(n)" in told
    first, second = json.loads(CliRunner().invoke(command, [str(deck), "--json"], standalone_mode=False).output)
    assert first["assumed"]["symbols"] == {"X": "matrix(m, n)", "w": "vector(n)", "y": "vector(m)"}
    assert first["verdict"] == second["verdict"] == "right"


def test_a_file_without_a_comment_is_inferred_as_a_whole(tmp_path: Path) -> None:
    file = tmp_path / "homework.tex"
    file.write_text("$f(x) = x^\\top A x$, so $\\nabla f(x) = 2Ax$.\n")  # A is not said to be symmetric
    told = CliRunner().invoke(command, [str(file)], standalone_mode=False).output
    assert "A is square(m)" in told and "line 2 is wrong" in told
