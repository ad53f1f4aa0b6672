"""`variants:` of a problem: what a name may be, where it may stand, and that a value is a tree, never a text."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derive.errors import DeriveError
from derive.expressions.nodes import Number
from derive.language.problems.problem import Problem
from derive.language.problems.read import read, values
from derive.language.problems.variants import first_of, said
from derive.notation.text.text import pretty

PROBLEM = """\
title: A trace
symbols: {X: 'matrix(m, n)', B: symmetric(n), A: symmetric(m)}
variants: {c: [2, 3, 5], g: [exp, tanh, sigmoid], S: [A, A + I, 2 A], A: [symmetric(m), spd(m)]}
function: f(X) = c tr(X' S X B) + sum(g(X))
find: [gradient]
"""


def problem(text: str = PROBLEM, **chosen: int) -> Problem:
    return read(text, "p.yaml", chosen)


def function(text: str, **chosen: int) -> str:
    return str(pretty(problem(text, **chosen).function))


def test_the_values_are_counted() -> None:
    assert values(PROBLEM, "p.yaml") == {"c": 3, "g": 3, "S": 3, "A": 2}
    assert values("symbols: {x: scalar}\nfunction: x\nfind: [gradient]\n", "p.yaml") == {}


def test_the_first_where_nothing_is_chosen() -> None:
    first = problem()
    assert pretty(first.function) == "2 tr(X'AXB) + sum(exp(X))" and "spd" not in first.symbols["A"].has
    assert said(first.options.variants) == "c = 2, g = exp, S = A, A: symmetric(m)"
    assert first_of(first.options.variants).startswith("the first of 54 variants")


def test_a_number_a_function_an_expression_a_declaration() -> None:
    chosen = problem(c=2, g=1, S=1, A=1)
    assert pretty(chosen.function) == "5 tr(X'(A + I)XB) + sum(tanh(X))"
    assert "spd" in chosen.symbols["A"].has and set(chosen.symbols) == {"X", "B", "A"}


@pytest.mark.parametrize(
    ("written", "value", "read_as"),
    [
        ("2 c x", "a + b", "2(a + b)x"),
        ("c^2 x", "a + b", "(a + b)²x"),
        ("a x - c x", "-2", "ax + 2x"),
        ("x / c", "3", "x/3"),
        ("c x", "1", "x"),
        (r"c \, x^{k}", "a + b", "(a + b)x²"),
        (r"\frac{x}{c}", "4", "x/4"),
    ],
)
def test_a_value_is_a_tree(written: str, value: str, read_as: str) -> None:
    k = ", k: [2, 3]" if "k" in written else ""
    text = f"symbols: {{x: scalar, a: scalar, b: scalar}}\nvariants: {{c: ['{value}', 7]{k}}}\nfunction: '{written}'\nwrt: x\nfind: [gradient]\n"
    assert function(text).replace("·", "") == read_as


def test_a_function_in_latex_and_one_without_a_formula() -> None:
    text = "symbols: {x: vector(n), s: elementwise}\nvariants: {g: [exp, s]}\nfunction: '\\mathbf{1}_n^\\top g(x)'\nwrt: x\nfind: [gradient]\n"
    assert "exp(x)" in function(text) and "s(x)" in function(text, g=1)
    text = "symbols: {X: square(n)}\nvariants: {g: [tr, logdet, norm]}\nfunction: f(X) = 2 g(X)\nfind: [gradient]\n"
    assert [function(text, g=k) for k in range(3)] == ["2 tr(X)", "2 log|det(X)|", "2 ‖X‖_F"]


def test_they_stand_in_let_answer_at_and_data() -> None:
    text = """\
symbols: {x: scalar, y: scalar}
variants: {a: [2, 3], p: [1, -1/2]}
let: {u: a x + y}
function: f(x, y) = u^2
find: [gradient]
at: {x: p, y: 2 a}
answer: {gradient: {x: 2 a (a x + y), y: 2 (a x + y)}}
"""
    two = problem(text, a=1, p=1)
    assert pretty(dict(two.let)[next(iter(dict(two.let)))]) == "3x + y"
    assert two.options.at == {"x": Fraction(-1, 2), "y": Fraction(6)}
    assert pretty(two.answer["gradient"]["x"]) == "6(3x + y)"  # type: ignore[index]
    fit = """\
symbols: {X: 'matrix(m, n)', y: vector(m), w: vector(n)}
variants: {c: [4, 7]}
function: f(w) = norm(X w - y)^2
find: [gradient]
data: {x: [-2, 0, c], y: [1, c, 3], X: '[ones, x, c x]'}
"""
    data = problem(fit, c=1).options.data
    assert data["x"] == (-2, 0, 7) and data["y"] == (1, 7, 3) and data["X"][2] == (1, 7, 49)


def test_a_name_that_is_declared_too_has_a_value_of_its_shape() -> None:
    text = "symbols: {X: square(n), S: square(n), A: square(n)}\nvariants: {S: [I, A]}\nfunction: f(X) = tr(S X)\nfind: [gradient]\n"
    assert function(text) == "tr(IX)" and function(text, S=1) == "tr(AX)"
    with pytest.raises(DeriveError, match="S is declared as n×n, and this value is a scalar"):
        problem(text.replace("[I, A]", "[I, 2]"))


@pytest.mark.parametrize(
    ("variants", "message", "column"),
    [
        ("banana", "is a mapping", 11),
        ("{}", "is empty", 11),
        ("{c: []}", "is empty", 15),
        ("{c: [2, 2]}", "this value twice", 19),
        ("{c: [2, exp]}", "expressions and functions: they must be of one kind", 19),
        ("{c: [scalar, 2]}", "declarations and expressions", 24),
        ("{c: [2, Q]}", "Q is not declared", 19),
        ("{c: [2, 3], cc: [1, 2]}", "cc is used nowhere in the problem; did you mean c", 23),
        ("{c: [matrix(m, n)]}", r"inside \[ \] a comma ends the value for YAML", 16),
        ("{m: [2, 3], c: [1, 2]}", "m is a size here", 12),
        ("{tr: [2, 3]}", "tr is a word of the language", 12),
        ("{c: [{a: b}, 2]}", "declarations and expressions", 24),
    ],
)
def test_what_is_wrong_is_said_at_its_place(variants: str, message: str, column: int) -> None:
    text = f"symbols: {{X: 'matrix(m, n)'}}\nvariants: {variants}\nfunction: f(X) = c tr(X' X)\nfind: [gradient]\n"
    with pytest.raises(DeriveError, match=message) as error:
        problem(text)
    assert error.value.where is not None and (error.value.where.line, error.value.where.column) == (2, column)


def test_values_that_were_not_chosen_are_read_too() -> None:
    with pytest.raises(DeriveError, match="matri"):
        problem(PROBLEM.replace("spd(m)", "'matri(m, m)'"))
    with pytest.raises(DeriveError, match="the sum is not defined"):
        problem(PROBLEM.replace("2 A]", "2 A + B]"))


def test_a_name_of_variants_is_taken() -> None:
    for text, message in [
        ("symbols: {x: scalar}\nvariants: {c: [2, 3]}\nlet: {c: 2 x}\nfunction: f(x) = c x\nfind: [gradient]\n", "already declared"),
        ("symbols: {x: scalar}\nvariants: {c: [2, 3]}\nfunction: c x\nwrt: c\nfind: [gradient]\n", "has a value of `variants`"),
        ("symbols: {x: scalar}\nvariants: {c: [2, 3]}\nfunction: f(x, c) = c x\nfind: [gradient]\n", "has a value of `variants`"),
        ("symbols: {x: vector(n)}\nvariants: {c: [2, 3]}\nfunction: f(x) = sum(c, 1, n, c x[c])\nfind: [gradient]\n", "already in use"),
    ]:
        with pytest.raises(DeriveError, match=message):
            problem(text)
    named = problem("symbols: {x: vector(n)}\nvariants: {h: [2, 3]}\nfunction: f(x) = h x' x\nfind: [gradient]\n")
    assert named.directions[0].name != "h"
    assert isinstance(named.options.variants[0].value, Number)
