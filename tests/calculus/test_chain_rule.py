"""Tables of intermediates, their product, and the shapes along a chain."""

from __future__ import annotations

from dataclasses import replace

import pytest

from derive.calculus.derive import derive
from derive.checking.verification import verify
from derive.cli.terminal import lines as terminal_lines
from derive.derivation.derivation import Derivation, Partial
from derive.documents.page.display import display
from derive.expressions.nodes import number
from derive.language.problems.read import read
from derive.notation.latex.latex import latex
from derive.notation.readback import misread
from derive.notation.record import record
from derive.notation.shapes import dims, factors, space_formula
from derive.notation.text.text import pretty
from derive.pipeline.examine import examine

SCALAR = "id: t\nsymbols: {{x: scalar}}\nlet: {{{let}}}\nfunction: f(x) = {function}\nfind: [{find}]\n"


def problem(let: str, function: str, find: str = "derivative") -> Derivation:
    return derive(read(SCALAR.format(let=let, function=function, find=find), "t.yaml"))


# let, function, the table's derivatives, the product, the result
CHAINS = [
    ("u: x^2", "sin(u)", ["du/dx = 2x", "df/du = cos(u)"], "df/du du/dx", "2x cos(x²)"),
    ("u1: x^2, u2: x + u1", "sin(u2)", ["du₁/dx = 2x", "∂u₂/∂x = 1", "∂u₂/∂u₁ = 1", "df/du₂ = cos(u₂)"],
     "df/du₂ (∂u₂/∂x + ∂u₂/∂u₁ du₁/dx)", "(1 + 2x) cos(x + x²)"),
    ("'u': x^2, w: 3 x", "u w", ["du/dx = 2x", "dw/dx = 3", "∂f/∂u = w", "∂f/∂w = u"], "∂f/∂u du/dx + ∂f/∂w dw/dx", "9x²"),
    ("'g': '[x; x^2]'", "g[1] g[2]", ["dg/dx = [1; 2x]", "df/dg = [g₂, g₁]"], "df/dg dg/dx", "3x²"),
    ("u: x^2, v: sin(u)", "v", ["du/dx = 2x", "dv/du = cos(u)"], "dv/du du/dx", "2x cos(x²)"),
]


@pytest.mark.parametrize(("let", "function", "rows", "product", "result"), CHAINS, ids=[c[1] for c in CHAINS])
def test_the_table_and_the_product(let: str, function: str, rows: list[str], product: str, result: str) -> None:
    told = problem(let, function)
    table, chain = told.chains
    assert [f"{pretty(line.left)} = {pretty(line.expr)}" for line in table.lines] == rows  # type: ignore[arg-type]
    assert pretty(chain.lines[0].expr) == product
    assert pretty(chain.lines[-1].expr) == result
    assert verify(told).passed
    assert all(misread(line.expr) is None for part in told.chains for line in part.lines)


def test_a_wrong_row_is_refused() -> None:
    told = problem("u: x^2", "sin(u)")
    table, chain = told.chains
    wrong = replace(table, lines=(replace(table.lines[0], expr=number(3)), *table.lines[1:]))
    report = verify(replace(told, chains=(wrong, chain)))
    assert not report.passed and report.failures[0].where == (0, 0)


def test_a_row_is_about_its_definition_alone() -> None:
    """∂u₂/∂x of u₂ = x + u₁ is 1: u₁ is held fixed though it moves with x."""
    told = problem("u1: x^2, u2: x + u1", "sin(u2)")
    row = told.chains[0].lines[1]
    assert isinstance(row.partial, Partial) and row.expr is number(1)


def test_the_json_says_a_row_as_an_equation_with_its_own_quotient() -> None:
    steps = record(problem("u: x^2", "sin(u)"))["steps"]
    assert steps[0]["quantity"] == "equation" and "lambda t: (x + t)**2" in steps[0]["numpy"]
    assert abs(eval(steps[0]["numpy"], {"x": 0.7})) < 1e-9
    assert steps[0]["beside"] == "u = x^{2}"


def test_several_numbers_have_one_table_and_a_chain_rule_each() -> None:
    told = derive(read(
        "id: t\nsymbols: {x: scalar, y: scalar}\nlet: {u: 'x^2 + y', v: 'u y'}\nfunction: f(x, y) = sin(v)\nwrt: [x, y]\n"
        "find: [derivative, gradient]\n", "t.yaml"))
    table, partials, _ = told.chains
    assert len(table.lines) == 5
    assert [pretty(line.expr) for line in partials.lines if line.rule == "chain-rule"] == [
        "df/dv ∂v/∂u ∂u/∂x", "df/dv (∂v/∂y + ∂v/∂u ∂u/∂y)"]
    assert verify(told).passed


KRON = """
id: t
symbols: {A: 'matrix(p, m)', X: 'matrix(m, n)', B: 'matrix(n, q)', C: 'matrix(r, p)', D: 'matrix(q, s)'}
let: {Y: A X B}
function: f(X) = C Y D
find: [vectorized]
"""


def test_the_factors_of_the_vec_chain_rule_stand_apart() -> None:
    told = derive(read(KRON, "t.yaml"))
    chain = next(c for c in told.chains if c.quantity == "vectorized")
    assert [pretty(line.expr) for line in chain.lines] == ["(∂ vec f / ∂ vec Y) (∂ vec Y / ∂ vec X)", "(D' ⊗ C)(B' ⊗ A)", "(D'B') ⊗ (CA)"]
    assert verify(told).passed


TOTAL = """
id: t
symbols: {x: scalar}
let: {u1: x^2, u2: x + u1}
function: f(x) = sin(u2)
find: [derivative]
"""


def test_brackets_are_as_tall_as_the_quotients_in_them() -> None:
    chain = next(c for c in derive(read(TOTAL, "t.yaml")).chains if c.quantity == "derivative")
    assert r"\biggl(\frac{\partial u_{2}}{\partial x}" in latex(chain.lines[0].expr)


SHAPED = """
id: t
symbols: {A: 'matrix(m, n)', x: vector(n), b: vector(m), sigma: elementwise, E: function(m)}
let: {g: A x + b, z: sigma(g)}
function: f(A) = E(z)
shapes: true
find: [derivative, gradient]
"""


def test_shapes_stand_under_each_factor() -> None:
    examined = examine(read(SHAPED, "t.yaml"))
    told = examined.derivation
    line = told.chains[0].lines[2]
    assert line.shaped
    assert [dims(factor.shape) for _, factor in factors(line.expr)] == [
        r"1 \times m", r"m \times m", r"m \times n", r"n \times 1"]
    assert r"\underset{\scriptscriptstyle m \times n}{H}" in display(told)
    table = next(chain for chain in told.chains if chain.lines[0].partial)
    assert [str(space_formula(row)) for row in table.lines] == [
        r"\in \mathbb{R}^{m \times (m \times n)}", r"\in \mathbb{R}^{m \times m}", r"\in \mathbb{R}^{1 \times m}"]
    assert any("∈ R^(m×(m×n))" in row for row in terminal_lines(examined, 100))


def test_without_shapes_nothing_is_added() -> None:
    told = derive(read(SHAPED.replace("shapes: true", "shapes: false"), "t.yaml"))
    assert len(told.chains) == 1 and not any(line.shaped for line in told.chains[0].lines)
