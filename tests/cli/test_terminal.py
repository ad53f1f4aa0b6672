"""A derivation in the terminal: at any width no line is longer, reasons stand near their rows, long calls are broken."""

from __future__ import annotations

import click
import pytest
from wcwidth import wcswidth

from derive.cli.terminal import FAR, broken, lines
from tests.documents.samples import examined

PROBLEMS = ("least-squares", "perceptron-three-layers", "qr-factor-q", "mean-and-covariance", "residual-network-all-weights", "tangent-plane")


@pytest.mark.parametrize("name", PROBLEMS)
@pytest.mark.parametrize("width", [80, 120, 200])
def test_no_line_is_longer_than_the_window(name: str, width: int) -> None:
    for line in lines(examined(name), width):
        assert wcswidth(click.unstyle(line)) <= width, click.unstyle(line)


def test_reasons_are_near_in_a_wide_window() -> None:
    shown = [click.unstyle(line) for line in lines(examined("least-squares"), 200)]
    row = next(line for line in shown if line.endswith("definition"))
    assert len(row) < FAR + 40
    chain = [line.index(why) for line in shown for why in ("definition", "chain rule, derivative", "read off") if why in line]
    assert len(set(chain[:3])) == 1, "they stand in one column"


def test_long_calls_are_broken() -> None:
    formula = "diag(" + " ∘ ".join(["σ′(W₁'φ₀)"] * 20) + ")"
    assert all(wcswidth(part) <= 60 for part in broken(formula, 60))
    assert "".join("".join(broken(formula, 60)).split()) == "".join(formula.split())
    assert broken("a + b", 60) == ["a + b"]
    assert broken("x" * 100, 60) == ["x" * 100]
    assert broken("aaaaaaaaaa bbbbbbbbbbb + ccccccccccc dddddddd", 30) == ["aaaaaaaaaa bbbbbbbbbbb", "+ ccccccccccc dddddddd"]


def test_a_formula_is_broken_outside_of_its_brackets() -> None:
    assert broken("aaaaaaaaaaaa + f(bbbbbbbbbb + cccccccccc)", 36) == ["aaaaaaaaaaaa", "+ f(bbbbbbbbbb + cccccccccc)"]
    assert broken("aa + ff(bbbbbbbbbbbbb + cccccccccccccccc)", 32) == ["aa + ff(bbbbbbbbbbbbb", "+ cccccccccccccccc)"]
    assert broken("∑_{i=1..N} (xxxxxxxxxxxx)(yyyyyyyyyyyy)", 30) == ["∑_{i=1..N} (xxxxxxxxxxxx)", "(yyyyyyyyyyyy)"]


def test_a_long_left_side_does_not_move_the_others() -> None:
    rows = [click.unstyle(line) for line in lines(examined("covariance-of-samples"), 100)]
    assert any(row.lstrip().split(None, 1)[1].startswith("⇔") and row.index("⇔") < 12 for row in rows if "⇔" in row)


def test_the_box_of_a_lagrangian_says_what_the_point_is_under_the_constraint() -> None:
    shown = [click.unstyle(line) for line in lines(examined("minimum-variance-portfolio"), 120)]
    boxes = [line for line in shown if line.startswith("      ") and "*" in line and "(" in line]
    assert any("minimum subject to" in line for line in boxes)
    assert not any("saddle" in line for line in boxes)
