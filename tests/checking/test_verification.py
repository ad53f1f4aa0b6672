"""The tester is tested: right lines pass, and every slip of the pen in them is refused."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from derive.checking.evaluation import Unevaluable
from derive.checking.line import Site, statement
from derive.checking.report import Report
from derive.checking.sampling import points
from derive.checking.verification import check_answer, verify
from derive.derivation.derivation import Chain, Derivation, Head, Line, Result
from derive.expressions.build import zero
from derive.expressions.nodes import D, Entry, Expr, Symbol
from derive.expressions.sizes import SCALAR, Size
from derive.language.problems.problem import Problem
from derive.notation.python.run import quiet
from derive.notation.python.source import Names
from tests.checking.cases import check, corruptions, derivation, expr, head, problem


@dataclass(frozen=True)
class Right:
    """A line that is right: problem, quantity, its left side and its right side."""

    problem: Problem
    quantity: str
    text: str
    left: Head | None = None
    of: str | None = None

    def line(self) -> Line:
        of = expr(self.problem, self.of) if self.of else None
        return Line(expr(self.problem, self.text), "rule", quantity=self.quantity, left=self.left, of=of)


TRACE = problem("X: matrix(m, n); Y: matrix(m, n); A: square(m); B: square(n)", "f(X) = tr(X' A X B)")
BOTH = problem("x: vector(n); A: symmetric(n); C: square(n)", "f(x) = x' A x / (x' x)")
SYMMETRIC = problem("X: symmetric(n); A: square(n); B: square(n)", "f(X) = tr(A X B X)")
SPD = problem("X: spd(n); A: square(n)", "f(X) = tr(A X^-1)")
SKEW = problem("X: skew(n); A: square(n)", "f(X) = tr(A X)")
UPPER = problem("X: upper(n); A: square(n)", "f(X) = tr(A' X)")
DIAGONAL = problem("X: diagonal(n); A: square(n)", "f(X) = tr(A X)")
ORTHOGONAL = problem("X: orthogonal(n); A: square(n)", "f(X) = tr(A X)")
STIEFEL = problem("X: stiefel(n, p); A: symmetric(n)", "f(X) = tr(X' A X)")
UNIT = problem("x: {type: 'vector(n)', is: [unit]}; A: symmetric(n)", "f(x) = x' A x")
VECTOR = problem("x: vector(n); A: matrix(m, n); b: vector(m)", "F(x) = exp(A x) .* b", "jacobian")
MATRIX = problem("X: matrix(m, n); A: matrix(p, m); B: square(n)", "F(X) = A X B")
SCALAR_T = problem("t: scalar; a: scalar", "f(t) = sin(a t) + t^3")
PAIR = problem("A: matrix(m, n); b: vector(m); x: vector(n)", "f(A, b) = norm(A x - b)^2", wrt="[A, b]")
PATH = problem("A: {type: 'spd(n)', of: t}; t: scalar; x: vector(n)", "f(t) = x' A^-1 x")
UNNAMED = problem("W: matrix(n, m); s: elementwise; E: function(m); x: vector(n)", "f(W) = E(s(W' x))")
LET = problem("X: matrix(m, n); w: vector(n); y: vector(m)", "f(w) = u' u", let="{u: X w - y}")
METRIC = problem("x: vector(n); A: symmetric(n); M: spd(n)", "f(x) = x' A x", "gradient", inner_product="M")
LOGISTIC = problem("x: vector(n); y: vector(n)", "f(x) = logsumexp(x) - y' x")
DA = Symbol("dA", PATH.symbols["A"].dims, frozenset({"symmetric"}), "t", None, 1, "A")

RIGHT = [
    Right(TRACE, "value", "tr(B X' A X)"),
    Right(TRACE, "derivative", "tr(H' A X B) + tr(X' A H B)", head(TRACE, "derivative", "H")),
    Right(TRACE, "derivative", "inner(A X B + A' X B', H)", head(TRACE, "derivative", "H")),
    Right(TRACE, "gradient", "A X B + A' X B'", head(TRACE, "gradient")),
    Right(TRACE, "second-derivative", "tr(H' A K B) + tr(K' A H B)", head(TRACE, "second-derivative", "H", "K")),
    Right(TRACE, "second-derivative", "2 tr(H' A H B)", head(TRACE, "quadratic", "H")),
    Right(TRACE, "hessian", "A K B + A' K B'", head(TRACE, "hessian", "K")),
    Right(TRACE, "taylor", "tr(X' A X B) + tr(H' A X B) + tr(X' A H B) + tr(H' A H B)", head(TRACE, "taylor", "H")),
    Right(BOTH, "gradient", "2 / (x' x) * (A x - x' A x / (x' x) * x)", head(BOTH, "gradient")),
    Right(SYMMETRIC, "gradient", "sym(A X B + B X A)", head(SYMMETRIC, "gradient")),
    Right(SYMMETRIC, "derivative", "tr(A H B X) + tr(A X B H)", head(SYMMETRIC, "derivative", "H")),
    Right(SPD, "gradient", "-1/2 * X^-1 (A + A') X^-1", head(SPD, "gradient")),
    Right(SPD, "hessian", "sym(X^-1 K X^-1 A X^-1 + X^-1 A X^-1 K X^-1)", head(SPD, "hessian", "K")),
    Right(SKEW, "gradient", "(A' - A) / 2", head(SKEW, "gradient")),
    Right(UPPER, "gradient", "triu(A)", head(UPPER, "gradient")),
    Right(DIAGONAL, "gradient", "diag(diag(A))", head(DIAGONAL, "gradient")),
    Right(ORTHOGONAL, "gradient", "A' - X sym(X' A')", head(ORTHOGONAL, "gradient")),
    Right(STIEFEL, "gradient", "2 A X - 2 X X' A X", head(STIEFEL, "gradient")),
    Right(STIEFEL, "hessian", "2 A K", head(STIEFEL, "hessian", "K")),
    Right(UNIT, "gradient", "2 A x - 2 (x' A x) x", head(UNIT, "gradient")),
    Right(VECTOR, "jacobian", "diag(exp(A x) .* b) A", head(VECTOR, "jacobian")),
    Right(VECTOR, "jacobian", "A' diag(exp(A x) .* b)", head(VECTOR, "jacobian-denominator")),
    Right(VECTOR, "derivative", "(exp(A x) .* b) .* (A h)", head(VECTOR, "derivative", "h")),
    Right(MATRIX, "vectorized", "kron(B', A)", head(MATRIX, "vectorized")),
    Right(MATRIX, "vectorized", "kron(B', A) vec(H)", head(MATRIX, "vectorized-derivative", "H")),
    Right(SCALAR_T, "derivative", "a cos(a t) + 3 t^2", head(SCALAR_T, "derivative")),
    Right(SCALAR_T, "second-derivative", "6 t - a^2 sin(a t)", head(SCALAR_T, "second-derivative")),
    Right(SCALAR_T, "hessian", "6 t - a^2 sin(a t)", head(SCALAR_T, "second-derivative")),
    Right(PAIR, "derivative", "2 (A x - b)' (H_A x - h_b)", head(PAIR, "derivative", "H_A", "h_b")),
    Right(PAIR, "derivative", "2 (A x - b)' H_A x", head(PAIR, "derivative", "H_A", wrt="A")),
    Right(PAIR, "gradient", "2 (A x - b) x'", head(PAIR, "gradient", wrt="A")),
    Right(PAIR, "gradient", "2 (b - A x)", head(PAIR, "gradient", wrt="b")),
    Right(PAIR, "hessian", "2 (K_A x - k_b) x'", head(PAIR, "hessian", "K_A", "k_b", wrt="A")),
    Right(UNNAMED, "value", "E(s(W' x)) + 2 * (x' x) - 2 * dot(x, x)"),
    Right(LET, "derivative", "2 u' X h", head(LET, "derivative", "h")),
    Right(LET, "derivative", "X h", head(LET, "derivative", "h"), of="X w - y"),
    Right(LET, "value", "w' X' X w - 2 y' X w + y' y"),
    Right(METRIC, "gradient", "2 M^-1 A x", head(METRIC, "gradient")),
    Right(LOGISTIC, "hessian", "diag(softmax(x)) - softmax(x) softmax(x)'", head(LOGISTIC, "hessian")),
    Right(LOGISTIC, "hessian", "softmax(x) .* h - softmax(x)' h * softmax(x)", head(LOGISTIC, "hessian", "h")),
]


def line_of(e: Expr, right: Right) -> Line:
    return replace(right.line(), expr=e)


@pytest.mark.parametrize("right", RIGHT, ids=[f"{r.quantity}: {r.text}" for r in RIGHT])
def test_a_right_line_passes_and_each_corruption_of_it_is_refused(right: Right) -> None:
    p = right.problem
    line = right.line()
    report = check(p, line)
    assert report.passed, report.failures
    assert report.max_relative_error < 1e-8
    place = points(p, 1)[0]
    site = Site(p, Names(p.let), place)
    truth = site.value(line.expr)
    symbols = (*p.symbols.values(), *p.directions, *p.second_directions)
    seen = 0
    of = expr(p, right.of) if right.of else None
    for name, wrong in corruptions(line.expr, symbols):
        try:
            with quiet():
                value = site.value(wrong)
        except Unevaluable:
            value = truth + 1
        if np.shape(value) == np.shape(truth) and np.allclose(value, truth, rtol=1e-9, atol=1e-12):
            continue
        seen += 1
        try:
            with quiet():
                outcome = statement(site, right.quantity, right.left, of, wrong, own=right.left is not None)
        except Unevaluable:
            continue
        assert not outcome.passed, name
        if seen < 4:
            assert not check(p, line_of(wrong, right), points=1).passed, name
    assert seen >= 3


def test_pending_lines_are_checked_by_their_difference_quotient() -> None:
    x, h = TRACE.symbols["X"], TRACE.directions[0]
    pending = D(TRACE.function, ((x, h),))
    left = head(TRACE, "derivative", "H")
    assert check(TRACE, Line(pending, "definition", left=left)).passed
    assert not check(TRACE, Line(D(TRACE.function, ((x, x),)), "definition", left=left)).passed


def test_a_path_moves_with_its_parameter() -> None:
    left = head(PATH, "derivative")
    right = expr(PATH, "-x' A^-1 dA A^-1 x", DA)
    assert check(PATH, Line(right, "inverse", left=left)).passed
    assert not check(PATH, Line(expr(PATH, "x' A^-1 dA A^-1 x", DA), "inverse", left=left)).passed
    assert not check(PATH, Line(expr(PATH, "-x' A^-1 dA x", DA), "inverse", left=left)).passed


@pytest.mark.parametrize(("p", "free"), [
    (SYMMETRIC, "A' X B' + B' X A'"), (SPD, "-X^-1 A' X^-1"), (SKEW, "A'"), (UPPER, "A"), (DIAGONAL, "A'"),
    (ORTHOGONAL, "A'"), (STIEFEL, "2 A X"), (UNIT, "2 A x"), (SYMMETRIC, "A X B + (A X B)' - I .* (A X B)"),
], ids=["symmetric", "spd", "skew", "upper", "diagonal", "orthogonal", "stiefel", "unit", "entry convention"])
def test_the_gradient_outside_the_structure_is_refused(p: Problem, free: str) -> None:
    report = check(p, Line(expr(p, free), "gradient", quantity="gradient", left=head(p, "gradient")))
    assert not report.passed


def test_second_derivatives_on_a_curved_set_are_those_of_the_surrounding_space() -> None:
    p = STIEFEL
    for wrong in ("2 A K - 2 X X' A K", "2 A K + X sym(X' A K)"):
        assert not check(p, Line(expr(p, wrong), "x", quantity="hessian", left=head(p, "hessian", "K"))).passed


def test_a_gradient_of_the_wrong_shape_is_refused() -> None:
    report = check(TRACE, Line(expr(TRACE, "(A X B + A' X B')'"), "g", quantity="gradient", left=head(TRACE, "gradient")))
    assert not report.passed
    report = check(BOTH, Line(expr(BOTH, "A x x'"), "g", quantity="gradient", left=head(BOTH, "gradient")))
    assert not report.passed


def test_what_a_line_says_it_is_must_be_what_its_left_side_says() -> None:
    right = expr(TRACE, "tr(H' A X B) + tr(X' A H B)")
    report = check(TRACE, Line(right, "r", quantity="second-derivative", left=head(TRACE, "derivative", "H")))
    assert not report.passed
    report = check(TRACE, Line(right, "r", quantity="nonsense"))
    assert "cannot be verified" in report.failures[0].message
    report = check(TRACE, Line(right, "r", quantity="derivative", left=Head("nonsense", "f", TRACE.wrt)))
    assert not report.passed


def test_an_expression_on_the_left_is_checked_as_well() -> None:
    good, bad = expr(TRACE, "tr(H' A X B) + tr(X' A H B)"), expr(TRACE, "2 tr(H' A X B)")
    assert check(TRACE, Line(good, "r", left=good)).passed
    assert not check(TRACE, Line(good, "r", left=bad)).passed


def test_a_name_is_what_it_stands_for() -> None:
    name = Symbol("S", TRACE.symbols["A"].shape)
    meaning = expr(TRACE, "A X X'")
    chains = (Chain("lemma", "Names", (Line(meaning, "name", quantity="value", left=name),)),)
    assert verify(Derivation(TRACE, chains, {}, where=((name, meaning),))).passed
    assert not verify(Derivation(TRACE, chains, {}, where=((name, expr(TRACE, "A' X X'")),))).passed


def test_a_continued_line_states_what_the_line_above_does() -> None:
    first = Line(expr(TRACE, "A X B + A' X B'"), "g", quantity="gradient", left=head(TRACE, "gradient"))
    second = Line(expr(PAIR, "2 (A x - b) x'"), "g", quantity="gradient", left=head(PAIR, "gradient", wrt="A"))
    continued = replace(second, left=None, start=second.expr)
    d = Derivation(PAIR, (Chain("gradient", "Gradient", (second, continued)),), {})
    assert verify(d).passed
    alone = Derivation(PAIR, (Chain("gradient", "Gradient", (continued,)),), {})
    assert "by which" in verify(alone).failures[0].message
    assert check(TRACE, first).passed


def test_a_line_that_has_no_value_fails() -> None:
    stranger = Symbol("Z", (Size.of("m"), Size.of("q")))
    e = expr(TRACE, "tr(Z Z') + tr(X' A H B)", stranger)
    report = check(TRACE, Line(e, "r", left=head(TRACE, "derivative", "H")))
    assert not report.passed
    assert report.max_relative_error == np.inf


@pytest.mark.parametrize(("symbols", "function", "wrong"), [
    ("x: vector(n); K: skew(n)", "f(x) = x' K x", "x' K h"),
    ("X: matrix(n, p); K: skew(n)", "f(X) = tr(X' K X)", "tr(X' K H)"),
])
def test_a_function_whose_terms_cancel_has_the_derivative_zero_and_no_other(symbols: str, function: str, wrong: str) -> None:
    p = problem(symbols, function)
    assert check(p, Line(zero(SCALAR), "r", left=head(p, "derivative"))).passed
    assert check(p, Line(p.function, "r", quantity="value")).passed
    for slip in (wrong, f"1e-6 * {wrong}"):
        assert not check(p, Line(expr(p, slip), "r", left=head(p, "derivative"))).passed


def test_nothing_to_check_is_not_a_pass() -> None:
    assert not verify(Derivation(TRACE, (), {})).passed


# ------------------------------------------------------------------------------------------------ results
def test_results_are_checked_by_their_key() -> None:
    good = expr(TRACE, "A X B + A' X B'")
    line = Line(good, "g", quantity="gradient", left=head(TRACE, "gradient"))
    assert check(TRACE, line, gradient=Result(good)).passed
    report = check(TRACE, line, derivative=Result(good))
    assert [f.title for f in report.failures] == ["derivative"]
    error = report.error(derivation(TRACE, line, derivative=Result(good)))
    assert error is not None
    assert "result for derivative" in error.message
    assert error.code == "verification"
    assert error.where is not None


def test_the_failing_line_is_named() -> None:
    line = Line(expr(TRACE, "-tr(H' A X B)"), "product-rule", left=head(TRACE, "derivative", "H"))
    report = check(TRACE, line)
    error = report.error(derivation(TRACE, line))
    assert error is not None
    assert "line 1 of “chain 0” (product-rule)" in error.message
    good = check(TRACE, Line(expr(TRACE, "tr(B X' A X)"), "value", quantity="value"))
    assert good.error(derivation(TRACE)) is None


# ------------------------------------------------------------------------------------------------ stationary points
LEAST = problem("X: matrix(m, n); w: vector(n); y: vector(m)", "f(w) = norm(X w - y)^2", "stationary")
SOLUTION = "(X' X)^-1 X' y"


def equation(p: Problem, left: str, right: str, solution: str | None = SOLUTION, **more: Any) -> Line:
    found = {p.wrt[0]: expr(p, solution)} if solution else None
    return Line(expr(p, right), "rearrange", quantity="equation", left=expr(p, left), relation="⇔", equation=True,
                solution=found, **more)


def test_equations_hold_at_their_solution_and_nowhere_else() -> None:
    p = LEAST
    assert check(p, equation(p, "X' X w", "X' y")).passed
    assert check(p, equation(p, "2 X' (X w - y)", "zeros(n)")).passed
    assert not check(p, equation(p, "X' X w", "-X' y")).passed
    assert not check(p, equation(p, "X' X w", "1.001 X' y")).passed
    assert not check(p, equation(p, "X' X w", "X' y", "(X' X)^-1 X' y + ones(n)")).passed
    report = check(p, equation(p, "X' X w", "X' X w"))
    assert "everywhere" in report.failures[0].message


def test_the_gradient_may_stand_on_the_left_of_an_equation() -> None:
    p = LEAST
    solution = {p.wrt[0]: expr(p, SOLUTION)}
    line = Line(zero(p.wrt[0].shape), "stationary", quantity="equation", left=head(p, "gradient"), equation=True,
                solution=solution)
    assert check(p, line).passed
    wrong = {p.wrt[0]: expr(p, "1.001 (X' X)^-1 X' y")}
    assert not check(p, replace(line, solution=wrong)).passed


def test_a_stationary_point_is_put_into_the_function() -> None:
    p = LEAST
    line = Line(expr(p, SOLUTION), "solve", quantity="stationary", left=p.wrt[0], relation="⇔")
    assert check(p, line, stationary=Result(line.expr, classification="minimum")).passed
    for kind in ("maximum", "saddle"):
        assert not check(p, line, stationary=Result(line.expr, classification=kind)).passed
    site = Site(p, Names(), points(p, 1)[0])
    seen = 0
    for name, wrong in corruptions(line.expr, ()):
        if not np.allclose(site.value(wrong), site.value(line.expr), rtol=1e-9):
            assert not check(p, replace(line, expr=wrong), points=1).passed, name
            seen += 1
    assert seen > 5


def test_a_peak_is_held_against_its_own_height() -> None:
    from derive.calculus.derive import derive
    from derive.checking.equations import check_stationary

    p = problem("x: vector(n); Q: spd(n); c: vector(n)", "f(x) = exp(c' x - 1/2 x' Q x)", "stationary")
    for k in range(8):  # whichever points the name of the problem leads to
        assert verify(derive(replace(p, id=f"peak-{k}"))).passed
    (point,) = points(p, 1)
    x = p.symbols["x"]
    for text, right in (("Q^-1 c", True), ("1.0001 Q^-1 c", False), ("c", False)):
        assert check_stationary(Site(p, Names(p.let), point), {x: expr(p, text)}).passed is right


def test_saddles_are_seen() -> None:
    p = problem("x: vector(n); y: vector(n); A: spd(n); b: vector(n)", "f(x, y) = x' A x - y' A y + b' (x + y)",
                "stationary", wrt="[x, y]")
    x, y = p.wrt
    solution = {x: expr(p, "-1/2 * A^-1 b"), y: expr(p, "1/2 * A^-1 b")}
    line = Line(solution[x], "solve", quantity="stationary", left=x, solution=solution)
    other = Line(solution[y], "solve", quantity="stationary", left=y, solution=solution)

    def results(kind: str) -> dict[str, Any]:
        return {"stationary": {s.name: Result(e, classification=kind) for s, e in solution.items()}}

    chains = (Chain("stationary", "s", (line,)), Chain("stationary", "s", (other,)))
    assert verify(Derivation(p, chains, results("saddle"))).passed
    assert not verify(Derivation(p, chains, results("minimum"))).passed
    assert not check(p, replace(line, solution={x: solution[x]})).passed


def test_a_stationary_point_of_a_structured_variable_lies_in_it() -> None:
    p = problem("S: spd(n); C: spd(n)", "f(S) = logdet(S) + tr(S^-1 C)", "stationary")
    good = Line(expr(p, "C"), "solve", quantity="stationary", left=p.wrt[0])
    assert check(p, good, stationary=Result(good.expr, classification="minimum")).passed
    assert not check(p, replace(good, expr=expr(p, "2 C"))).passed


def test_on_the_sphere_the_second_order_test_is_riemannian() -> None:
    p = problem("x: {type: 'vector(n)', is: [unit]}; A: symmetric(n)", "f(x) = x' A x", "stationary")
    least = Line(expr(p, "eigvec(A, 1)"), "solve", quantity="stationary", left=p.wrt[0])
    assert check(p, least, stationary=Result(least.expr, classification="minimum")).passed
    assert not check(p, least, stationary=Result(least.expr, classification="maximum")).passed
    second = Line(expr(p, "eigvec(A, 2)"), "solve", quantity="stationary", left=p.wrt[0])
    assert check(p, second, stationary=Result(second.expr, classification="saddle")).passed
    assert not check(p, replace(least, expr=expr(p, "2 eigvec(A, 1)"))).passed


def test_without_a_closed_form_the_equation_is_held_against_a_numeric_solution() -> None:
    p = BOTH
    line = equation(p, "A x", "x' A x / (x' x) * x", None)
    assert check(p, line, points=1).passed
    assert not check(p, equation(p, "A x", "2 * (x' A x) / (x' x) * x", None), points=1).passed


def test_identities_and_differentiated_equations() -> None:
    p = problem("A: invertible(n)", "F(A) = A^-1")
    a, h = p.wrt[0], p.directions[0]
    inverse = D(p.function, ((a, h),))
    identity = Line(expr(p, "I(n)"), "definition", quantity="equation", left=expr(p, "A A^-1"), equation=True)
    assert check(p, identity).passed
    pending = Symbol("P", a.dims)
    from derive.expressions.rewrite import substitute

    def with_pending(text: str) -> Expr:
        return substitute(expr(p, text, pending), {pending: inverse})

    line = Line(expr(p, "zeros(n, n)"), "product-rule", quantity="equation", left=with_pending("H A^-1 + A P"), equation=True)
    assert check(p, line).passed
    assert not check(p, replace(line, left=with_pending("H A^-1 - A P"))).passed
    assert not check(p, replace(line, left=with_pending("A^-1 H + A P"))).passed


@pytest.mark.parametrize(("left", "relation", "right", "holds"), [
    ("x' A x", ">", "0", True), ("x' A x", "<", "0", False), ("-A", "≺", "zeros(n, n)", True), ("A", "≻", "zeros(n, n)", True),
    ("A", "⪰", "zeros(n, n)", True), ("A", "⪯", "zeros(n, n)", False), ("C", "≻", "zeros(n, n)", False),
    ("x x'", "⪰", "zeros(n, n)", True), ("x x'", "≻", "zeros(n, n)", False), ("x' x", "≠", "0", True),
])
def test_inequalities(left: str, relation: str, right: str, holds: bool) -> None:
    p = problem("x: vector(n); A: spd(n); C: square(n)", "f(x) = x' A x + tr(C) x' x")
    line = Line(expr(p, right), "definite", quantity="second-derivative", left=expr(p, left), relation=relation)
    assert check(p, line).passed is holds


def test_a_second_order_test_at_the_stationary_point_is_taken_there() -> None:
    p = problem("x: scalar; a: positive", "f(x) = x^4/4 - a x", "stationary")
    line = Line(expr(p, "3 a^(2/3)"), "test", quantity="second-derivative", left=head(p, "second-derivative"),
                solution={p.wrt[0]: expr(p, "a^(1/3)")})
    assert check(p, line).passed
    assert not check(p, replace(line, solution=None)).passed


# ------------------------------------------------------------------------------------------------ indices
def test_lines_with_free_indices_are_about_the_whole_array() -> None:
    p = problem("A: matrix(m, n); x: vector(n); y: vector(m)", "f(A) = norm(A x - y)^2", "entries")
    i, j = (Symbol(name, SCALAR, frozenset({"integer"})) for name in "pq")
    free = ((i, Size.of("m")), (j, Size.of("n")))
    entry = expr(p, "2 * (sum(k, 1, n, A[p, k] * x[k]) - y[p]) * x[q]", i, j)
    line = Line(entry, "contract", quantity="gradient", left=Head("entry", "f", p.wrt, (i, j)), free=free)
    assert check(p, line).passed
    assert not check(p, replace(line, expr=expr(p, "2 * (sum(k, 1, n, A[p, k] * x[k]) + y[p]) * x[q]", i, j))).passed
    matrix = Line(Entry(expr(p, "2 (A x - y) x'"), i, j), "recognise", quantity="gradient", free=free)
    assert check(p, matrix, entries=Result(expr(p, "2 (A x - y) x'"))).passed
    assert not check(p, replace(line, expr=expr(p, "A[p, q]", i, j))).passed


# ------------------------------------------------------------------------------------------------ answers
def test_an_answer_must_be_equal() -> None:
    mine = expr(TRACE, "A X B + A' X B'")
    assert check_answer(TRACE, "gradient", mine, expr(TRACE, "A' X B' + A X B"))[0]
    equal, difference = check_answer(TRACE, "gradient", mine, expr(TRACE, "2 A X B"))
    assert not equal
    assert difference > 0.01
    assert not check_answer(TRACE, "gradient", mine, expr(TRACE, "1.000001 * (A X B + A' X B')"))[0]
    assert not check_answer(TRACE, "gradient", mine, expr(TRACE, "(A X B + A' X B')'"))[0]
    assert check_answer(LEAST, "stationary", expr(LEAST, SOLUTION), expr(LEAST, "pinv(X) y"))[0]
    assert not check_answer(LEAST, "stationary", expr(LEAST, SOLUTION), expr(LEAST, "X' (X X')^-1 y"))[0]


def test_a_report_says_what_was_done() -> None:
    report: Report = check(TRACE, Line(expr(TRACE, "tr(B X' A X)"), "value", quantity="value"), points=2)
    assert report.points == 2
    (one,) = report.lines
    assert (one.where, one.title, one.rule, one.against) == ((0, 0), "chain 0", "value", "the function")
