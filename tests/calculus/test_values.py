"""Values at a point and with data: exact where that is short, else to four digits; where there is no derivative that is said."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from derive.calculus.algebra.exact_functions import EXACT
from derive.calculus.derive import derive
from derive.calculus.indices.evaluate import Place, exact_value, floats
from derive.checking.verification import verify
from derive.derivation.derivation import Line
from derive.errors import DeriveError
from derive.expressions.function import forms
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Call, Expr, Map, Number, Rounded, Stack, Symbol, number
from derive.expressions.sizes import Size
from derive.language.problems.read import read
from derive.notation.latex import lines as latex_lines
from derive.notation.text import text


def at(problem: str) -> list[Line]:
    derivation = derive(read(problem, "problem.yaml"))
    assert verify(derivation).passed
    return [line for chain in derivation.chains if chain.quantity == "value" for line in chain.lines]


def shown(problem: str) -> list[str]:
    return [text.line(line) for line in at(problem)]


# ------------------------------------------------------------------------------------------ every function of the table
SIZES = {"3": 3, "m": 3, "n": 2, "k": 2, "p": 2, "q": 2}
SPD = ((2, 1), (1, 2))
TALL = ((3, 8), (4, -6), (0, 0))


def _argument(word: tuple[str, tuple[str, ...]], random: np.random.Generator) -> Expr:
    kind, names = word
    if kind == "index":
        return number(1)
    if kind == "scalar":
        return number(Fraction(3, 2))
    sizes = [int(np.prod([SIZES[f] for f in name.split("*")])) for name in names]
    if kind == "matrix" and sizes == [3, 2]:
        return Stack(tuple(tuple(number(e) for e in row) for row in TALL))
    if kind == "square":
        return Stack(tuple(tuple(number(e) for e in row) for row in SPD))
    shape = (sizes[0], 1) if kind == "vector" else (sizes[0], sizes[1])
    entries = [[number(Fraction(int(random.integers(1, 9)), 2)) for _ in range(shape[1])] for _ in range(shape[0])]
    return Stack(tuple(tuple(row) for row in entries)) if shape != (1, 1) else entries[0][0]


def _cases() -> list[str]:
    return [name for name in FUNCTIONS if name in EXACT or FUNCTIONS[name].maps]


@pytest.mark.parametrize("name", _cases())
def test_an_exact_value_is_what_numpy_computes(name: str) -> None:
    random = np.random.default_rng(3)
    takes, _ = forms(FUNCTIONS[name].signature)[0]
    row = FUNCTIONS[name]
    values = [_argument(word, random) for word in takes]
    if "unit-interval" in row.domain:
        values = [number(Fraction(1, 2))]
    symbols = [
        Symbol(f"a{k}", tuple(Size.of(s.value({})) for s in v.shape), frozenset({"symmetric"}) if v.shape[0] == v.shape[1] else frozenset())
        for k, v in enumerate(values)
    ]
    args = tuple(v if isinstance(v, Number) and word[0] == "index" else s for v, s, word in zip(values, symbols, takes, strict=True))
    expr = Map(name, args[0]) if row.maps else Call(name, args)
    place = Place(dict(zip(symbols, values, strict=True)))
    exact, numeric = exact_value(expr, place), floats(expr, place)
    assert numeric is not None
    if exact is None:
        assert name not in EXACT  # digamma and the like have no closed form: they are rounded
        return
    assert np.allclose(np.ravel(floats(exact, Place({}))), np.ravel(numeric), rtol=1e-9, atol=1e-12)


# ------------------------------------------------------------------------------------------ as they are written
def test_a_value_names_the_point() -> None:
    lines = shown("{symbols: {x: scalar, y: scalar}, function: 'f(x, y) = x^2 + y^2', wrt: [x, y], at: {x: 1, y: 2}, find: [gradient]}")
    assert lines == ["f(1, 2) = 5", "∂f/∂x(1, 2) = 2", "∂f/∂y(1, 2) = 4"]


def test_a_vector_stands_by_its_entries_and_a_matrix_as_it_is() -> None:
    assert shown("{symbols: {x: vector(2)}, function: f(x) = norm(x), at: {x: [3, 4]}, find: [gradient]}") == [
        "f(3, 4) = 5", "∇f(3, 4) = [3/5; 4/5]"]
    found = at("{symbols: {X: square(2)}, function: f(X) = det(X), at: {X: [[1, 2], [3, 4]]}, find: [gradient]}")
    assert [text.line(line) for line in found] == ["f([1, 2; 3, 4]) = −2", "∇f([1, 2; 3, 4]) = [4, −3; −2, 1]"]
    assert latex_lines.line_left(found[0]) == r"f(\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix})"


def test_numbers_without_a_short_form_are_rounded_to_four_digits() -> None:
    *_, last = at("{symbols: {z: vector(2)}, function: f(z) = softmax(z), at: {z: [0, 1]}, find: [jacobian]}")
    assert last.relation == "≈"
    assert isinstance(last.expr, Stack)
    assert all(isinstance(e, Rounded) for e in last.expr.children)
    assert text.line(last).endswith("[0.1966, −0.1966; −0.1966, 0.1966]")


def test_rounded_numbers_lose_their_trailing_zeros() -> None:
    lines = shown("{symbols: {x: scalar}, function: f(x) = exp(x) / 1000 + 5/2, at: {x: -30}, find: [derivative]}")
    assert any(line.endswith("≈ 2.5") for line in lines)


def test_the_hessian_operator_keeps_its_direction() -> None:
    *_, last = shown("{symbols: {X: square(2)}, function: f(X) = tr(X X X), at: {X: [[1, 2], [0, 1]]}, find: [hessian]}")
    assert last.startswith("Hess f([1, 2; 0, 1])[K] = ")
    assert "X" not in last.split("=")[1]


@pytest.mark.parametrize(("problem", "why"), [
    ("{symbols: {x: vector(2)}, function: f(x) = norm(x), at: {x: [0, 0]}, find: [gradient]}", "‖x‖ = 0"),
    ("{symbols: {x: vector(2)}, function: f(x) = sum(abs(x)), at: {x: [0, 2]}, find: [gradient]}", "kink"),
    ("{symbols: {x: vector(2), y: vector(2)}, function: 'f(x) = sum(max(x, y))', at: {x: [3, 1], y: [2, 1]}, find: [gradient]}", "kink"),
    ("{symbols: {x: vector(2), W: 'matrix(2, 2)'}, function: f(x) = sum(relu(W x)), at: {x: [1, 1], W: [[1, -1], [0, 1]]}, find: [gradient]}",
     "kink"),
])
def test_where_there_is_no_derivative_that_is_said(problem: str, why: str) -> None:
    (line,) = at(problem)
    said = text.why(line.why)
    assert "no derivative there" in said
    assert why in said


def test_a_kink_that_is_smoothed_out_is_not_called_one() -> None:
    (line,) = at("{symbols: {t: scalar}, function: f(t) = relu(t)^2, at: {t: 0}, find: [derivative]}")
    assert "no derivative" not in text.why(line.why)


def test_a_point_outside_the_domain_is_refused() -> None:
    with pytest.raises(DeriveError, match="no value at this point"):
        derive(read("{symbols: {x: scalar}, function: f(x) = log(x), at: {x: 0}, find: [derivative]}", "problem.yaml"))


def test_a_wrong_digit_does_not_pass() -> None:
    from dataclasses import replace

    derivation = derive(read("{symbols: {z: vector(2)}, function: L(z) = logsumexp(z), at: {z: [0, 1]}, find: [gradient]}", "problem.yaml"))
    *others, chain = derivation.chains
    k, line = next((k, line) for k, line in enumerate(chain.lines) if line.relation == "≈" and isinstance(line.expr, Stack))
    wrong = Stack(((line.expr.children[0],), (Rounded(Fraction("0.7331")),)))
    lines = (*chain.lines[:k], replace(line, expr=wrong), *chain.lines[k + 1 :])
    assert not verify(replace(derivation, chains=(*others, replace(chain, lines=lines)))).passed
