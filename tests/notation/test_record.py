"""The JSON object: what docs/language.md says that a program reads back, evaluated as such a program would."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import scipy as sp

from derive.calculus.derive import derive
from derive.checking.sampling import points
from derive.checking.verification import verify
from derive.derivation.derivation import Chain, Derivation, Head, Line, Result
from derive.expressions.build import zero
from derive.expressions.nodes import D, Entry, Symbol
from derive.expressions.sizes import SCALAR, Size
from derive.language.problems import read as problemfile
from derive.language.problems.problem import Problem
from derive.notation.record import record
from tests.checking.cases import derivation, expr, head, problem

TRACE = problem("X: matrix(m, n); A: symmetric(m); B: symmetric(n)", "f(X) = tr(X' A X B)", "gradient, hessian")
LEAST = problem("X: matrix(m, n); w: vector(n); y: vector(m)", "f(w) = u' u", "gradient, stationary", let="{u: X w - y}")
PAIR = problem("A: matrix(m, n); b: vector(m); x: vector(n)", "f(A, b) = norm(A x - b)^2", "gradient", wrt="[A, b]")


def value(p: Problem, text: str) -> Any:
    """What an outside program computes: no builtins but those of the language, no names but those of the problem."""
    allowed = {"abs": abs, "min": min, "max": max, "sum": sum, "len": len, "range": range, "float": float, "int": int}
    return eval(text, {"__builtins__": {}, "np": np, "sp": sp, **allowed, **points(p, 1)[0].namespace})


def trace() -> Derivation:
    x, h = TRACE.wrt[0], TRACE.directions[0]
    pending = Line(D(TRACE.function, ((x, h),)), "definition", ("definition",), left=head(TRACE, "derivative", "H"))
    sides = expr(TRACE, "tr(H' A X B) + tr(X' A H B)")
    product = Line(sides, "product-rule", ("product rule",), left=head(TRACE, "derivative", "H"))
    gradient = Line(expr(TRACE, "2 A X B"), "read-off", ("A' = ", TRACE.symbols["A"]), "gradient", head(TRACE, "gradient"))
    hessian = Line(expr(TRACE, "2 A K B"), "linear", (), "hessian", head(TRACE, "hessian", "K"))
    return derivation(TRACE, pending, product, gradient, hessian, derivative=Result(product.expr, TRACE.directions),
                      gradient=Result(gradient.expr), hessian=Result(hessian.expr, TRACE.second_directions))


def test_the_keys_of_the_language_are_there() -> None:
    d = trace()
    out = json.loads(json.dumps(record(d, verify(d))))
    assert out["id"] == "test"
    assert out["wrt"] == "X"
    assert out["direction"] == "H"
    assert set(out["function"]) == {"latex", "numpy"}
    assert [s["quantity"] for s in out["steps"]] == ["derivative", "derivative", "gradient", "hessian"]
    for step in out["steps"]:
        assert {"latex", "numpy", "rule", "why", "quantity"} <= step.keys()
    assert out["steps"][2]["why"] == "A' = A"
    assert out["results"]["hessian"]["direction"] == "K"
    assert "direction" not in out["results"]["derivative"]
    assert "direction" not in out["results"]["gradient"]
    assert out["conditions"] == []
    assert out["verification"]["passed"] is True
    assert out["verification"]["points"] == 3
    assert out["verification"]["max_relative_error"] < 1e-8


def test_values_are_those_of_the_lines() -> None:
    out = record(trace())
    here = points(TRACE, 1)[0].values
    x, a, b, h, k = (here[name] for name in ("X", "A", "B", "H", "K"))
    slope = 2 * np.trace(h.T @ a @ x @ b)
    np.testing.assert_allclose(value(TRACE, out["function"]["numpy"]), np.trace(x.T @ a @ x @ b))
    np.testing.assert_allclose([value(TRACE, s["numpy"]) for s in out["steps"][:2]], slope, rtol=1e-9)
    np.testing.assert_allclose(value(TRACE, out["results"]["gradient"]["numpy"]), 2 * a @ x @ b)
    np.testing.assert_allclose(value(TRACE, out["results"]["hessian"]["numpy"]), 2 * a @ k @ b)
    assert out["verification"] is None


def test_a_failed_check_is_still_json() -> None:
    bad = derivation(TRACE, Line(expr(TRACE, "0"), "wrong", left=head(TRACE, "derivative", "H")))
    out = record(bad, verify(bad))
    assert out["verification"]["passed"] is False
    json.dumps(out, allow_nan=False)


def test_names_of_let_are_inlined_and_lemmas_say_what_they_are_about() -> None:
    line = Line(expr(LEAST, "X h"), "linear", of=expr(LEAST, "u"), left=head(LEAST, "derivative", "h"))
    again = Line(expr(LEAST, "X h"), "linear", steps=())
    d = Derivation(LEAST, (Chain("lemma", "Lemma", (line, again)),), {})
    first, second = record(d)["steps"]
    assert first["of"] == second["of"] == "X @ w - y"
    assert verify(d).passed


def test_an_equation_is_left_minus_right_at_its_solution() -> None:
    solution = {LEAST.wrt[0]: expr(LEAST, "(X' X)^-1 X' y")}
    first = Line(zero(LEAST.wrt[0].shape), "stationary", (), "equation", head(LEAST, "gradient"), "=", True, solution=solution)
    normal = Line(expr(LEAST, "X' y"), "rearrange", (), "equation", expr(LEAST, "X' X w"), "⇔", True, solution=solution)
    gradient = expr(LEAST, "2 X' u")
    d = derivation(LEAST, first, normal, Line(gradient, "g", quantity="gradient", left=head(LEAST, "gradient")),
                   gradient=Result(gradient))
    out = record(d)["steps"]
    for step in out[:2]:
        assert step["quantity"] == "equation"
        np.testing.assert_allclose(value(LEAST, step["numpy"]), 0, atol=1e-12)
    assert out[1]["latex"].count("=") == 1
    identity = Line(expr(LEAST, "w"), "x", (), "equation", expr(LEAST, "2 w - w"), equation=True)
    assert record(derivation(LEAST, identity))["steps"][0]["numpy"] == "2 * w - w - w"


def test_a_stationary_point_has_its_classification_and_conditions() -> None:
    point = Result(expr(LEAST, "(X' X)^-1 X' y"), classification="minimum",
                   conditions=((LEAST.symbols["X"], " has full column rank"),))
    line = Line(point.expr, "solve", (), "stationary", LEAST.wrt[0], "⇔")
    out = record(derivation(LEAST, line, stationary=point))["results"]["stationary"]
    assert out["classification"] == "minimum"
    assert out["conditions"] == ["X has full column rank"]


def test_several_stationary_points() -> None:
    p = problem("x: scalar", "f(x) = x^3 - x", "stationary")
    roots = [expr(p, "(1/3)^(1/2)"), expr(p, "-(1/3)^(1/2)")]
    lines = [Line(root, "solve", (), "stationary", p.wrt[0], "⇔") for root in roots]
    results = (Result(roots[0], classification="minimum"), Result(roots[1], classification="maximum"))
    d = Derivation(p, tuple(Chain("stationary", "s", (line,)) for line in lines), {"stationary": results})
    assert verify(d).passed
    out = record(d)["results"]["stationary"]
    np.testing.assert_allclose(value(p, out["numpy"]), [3**-0.5, -(3**-0.5)])
    assert [q["classification"] for q in out["points"]] == ["minimum", "maximum"]


def test_a_list_wrt_has_one_of_each() -> None:
    by_a, by_b = expr(PAIR, "2 (A x - b) x'"), expr(PAIR, "2 (b - A x)")
    lines = (
        Line(by_a, "g", ("by A",), "gradient", head(PAIR, "gradient", wrt="A")),
        Line(by_b, "g", ("by b",), "gradient", head(PAIR, "gradient", wrt="b")),
    )
    hessian = Line(expr(PAIR, "2 (K_A x - k_b) x'"), "h", (), "hessian", head(PAIR, "hessian", "K_A", "k_b", wrt="A"))
    d = Derivation(PAIR, (Chain("gradient", "Gradients", lines), Chain("hessian", "Hessian", (hessian,))), {
        "gradient": {"A": Result(by_a), "b": Result(by_b)},
        "hessian": {"A": Result(hessian.expr, PAIR.second_directions)},
    })
    assert verify(d).passed
    out = record(d)
    assert out["wrt"] == ["A", "b"]
    assert out["direction"] == ["H_A", "h_b"]
    assert set(out["results"]["gradient"]) == {"A", "b"}
    assert out["results"]["hessian"]["direction"] == ["K_A", "k_b"]
    step = out["steps"][0]
    both = value(PAIR, step["numpy"])
    here = points(PAIR, 1)[0].values
    r = here["A"] @ here["x"] - here["b"]
    np.testing.assert_allclose(both[0], 2 * np.outer(r, here["x"]))
    np.testing.assert_allclose(both[1], -2 * r)
    assert [m["wrt"] for m in step["members"]] == ["A", "b"]
    assert step["why"] == "by A; by b"


def test_free_indices_give_the_whole_array() -> None:
    p, q = (Symbol(name, SCALAR, frozenset({"integer"})) for name in "pq")
    free = ((p, Size.of("m")), (q, Size.of("n")))
    e = Entry(expr(TRACE, "2 A X B"), p, q)
    line = Line(e, "contract", (), "gradient", Head("entry", "f", TRACE.wrt, (p, q)), free=free)
    d = derivation(TRACE, line, entries=Result(e, free=free))
    assert verify(d).passed
    out = record(d)
    here = points(TRACE, 1)[0].values
    want = 2 * here["A"] @ here["X"] @ here["B"]
    np.testing.assert_allclose(value(TRACE, out["steps"][0]["numpy"]), want)
    np.testing.assert_allclose(value(TRACE, out["results"]["entries"]["numpy"]), want)


def test_a_scalar_variable_and_keywords() -> None:
    p = problem("lambda: scalar", "f(lambda) = lambda^2", "derivative")
    line = Line(expr(p, "2 lambda"), "power", left=head(p, "derivative"))
    out = record(derivation(p, line, derivative=Result(line.expr)))
    assert out["wrt"] == "lambda"
    assert out["function"]["numpy"] == "lambda_**2"
    assert out["results"]["derivative"]["numpy"] == "2 * lambda_"


def test_a_second_derivative_at_the_solution_is_an_equation_there() -> None:
    """With S/N for Σ the quadratic form is another one than everywhere: left minus right, both there."""
    text = (
        "id: likelihood\nsymbols: {Sigma: spd(n), S: spd(n), N: positive}\nfunction: f(Sigma) = N/2 logdet(Sigma) + 1/2 tr(Sigma^-1 S)\n"
        "find: [hessian, stationary]\n"
    )
    steps = record(derive(problemfile.read(text, "likelihood.yaml")))["steps"]
    (there,) = [step for step in steps if step["chain"] == "Second-order test" and step["quantity"] == "equation"][:1]
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(3, 3)), rng.normal(size=(3, 3))
    values = {"np": np, "sp": sp, "S": a @ a.T + np.eye(3), "N": 4.0, "H": b + b.T, "n": 3, "Sigma": np.eye(3)}
    assert abs(eval(there["numpy"], values)) < 1e-10
