"""Results in numbers: with data, also where `let` and sizes stand between the data and the result."""

from __future__ import annotations

from fractions import Fraction

from derive.calculus.derive import derive
from derive.checking.verification import verify
from derive.expressions.nodes import Number, Stack
from derive.language.problems import read as problemfile

LINE = """
symbols: {x: vector(m), y: vector(m), w: vector(2)}
let: {X: '[ones(m), x]'}
data: {x: [0, 1, 2, 3], y: [1, 3, 2, 5]}
function: f(w) = norm(X w - y)^2
wrt: w
find: [stationary]
"""


def test_a_design_matrix_of_let_takes_its_size_from_the_data() -> None:
    """`X = [ones(m), x]` with four numbers for x has four rows: once this was 2×m times 4×1."""
    derivation = derive(problemfile.read(LINE, "line.yaml"))
    *_, line = next(chain for chain in derivation.chains if chain.title == "With the data").lines
    assert isinstance(line.expr, Stack)
    assert [e.value for e in line.expr.children if isinstance(e, Number)] == [Fraction(11, 10), Fraction(11, 10)]
    assert verify(derivation).passed


def test_data_that_fills_not_everything_gives_no_numbers() -> None:
    text = LINE.replace("let: {X: '[ones(m), x]'}", "").replace("x: vector(m), y", "X: 'matrix(m, 2)', y").replace("x: [0, 1, 2, 3], ", "")
    derivation = derive(problemfile.read(text, "line.yaml"))
    assert all(chain.title != "With the data" for chain in derivation.chains)
    assert verify(derivation).passed


def test_several_scalar_unknowns_come_out_as_numbers() -> None:
    text = LINE.replace("let: {X: '[ones(m), x]'}\n", "").replace("w: vector(2)", "a: scalar, b: scalar").replace("wrt: w", "wrt: [a, b]")
    text = text.replace("f(w) = norm(X w - y)^2", "f(a, b) = norm(a ones(m) + b x - y)^2")
    derivation = derive(problemfile.read(text, "line.yaml"))
    lines = next(chain for chain in derivation.chains if chain.title == "With the data").lines
    assert [line.expr.value for line in lines if isinstance(line.expr, Number)] == [Fraction(11, 10), Fraction(11, 10)]
    assert verify(derivation).passed
