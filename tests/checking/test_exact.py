"""Lines decided exactly: the field, its derivatives, what is decided and what never is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

from derive.calculus.derive import derive
from derive.checking.exact import jets
from derive.checking.exact.decide import decided
from derive.checking.exact.field import P, inverse, product, root
from derive.checking.exact.jets import Jet
from derive.checking.verification import further_symbols, sample_points, verify
from derive.derivation.derivation import Chain, Derivation, Head, Line, Result
from derive.expressions.nodes import Expr
from derive.language.problems.problem import Problem
from tests.checking.cases import check, corruptions, derivation, expr, head, problem


def drawn(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(1, P, size=(4, n, n), dtype=np.int64)


def test_products_do_not_overflow() -> None:
    a, b = drawn(5), drawn(5, 1)
    exact = [[sum(int(a[k, i, c]) * int(b[k, c, j]) for c in range(5)) % P for j in range(5)] for k in range(4) for i in range(5)]
    assert product(a, b).reshape(20, 5).tolist() == exact


def test_inverses_determinants_roots() -> None:
    a = drawn(4)
    inverted, determinants = inverse(a.copy())
    assert np.array_equal(product(a, inverted), np.broadcast_to(np.eye(4, dtype=np.int64), a.shape))
    assert np.array_equal(inverse(product(a, a))[1], determinants * determinants % P)
    squares = a * a % P
    roots = root(squares)
    assert np.array_equal(roots * roots % P, squares)


def test_derivatives_of_inverse_and_determinant() -> None:
    a, h = drawn(3), drawn(3, 1)
    x: Jet = {0: a, 1: h, 2: h}
    identity = jets.multiplied(jets.inverted(x), x)
    assert jets.equal(identity, {0: np.broadcast_to(np.eye(3, dtype=np.int64), a.shape)})
    square = jets.determinant(jets.multiplied(x, x))
    assert jets.equal(square, jets.entrywise(jets.determinant(x), jets.determinant(x)))


TRACE = problem("X: matrix(m, n); A: square(m); B: square(n)", "f(X) = tr(X' A X B)")


def exact(p: Problem, line: Line) -> bool:
    return check(p, line).lines[0].exact


def test_a_line_is_decided_and_a_slip_never_is() -> None:
    right = expr(TRACE, "A X B + A' X B'")
    left = head(TRACE, "gradient")
    assert exact(TRACE, Line(right, "test", (), "gradient", left))
    slips = list(corruptions(right, (*TRACE.symbols.values(),)))
    assert len(slips) > 10
    assert not any(exact(TRACE, Line(slip, "test", (), "gradient", left)) for _, slip in slips)


@pytest.mark.parametrize(
    ("symbols", "function", "share"),
    [
        ("X: invertible(n); A: square(n)", "f(X) = tr(A X^-1) + logdet(X)", 1.0),
        ("S: spd(n); x: vector(n)", "f(S) = x' S^-1 x", 1.0),
        ("X: matrix(m, n); w: vector(n); y: vector(m)", "f(w) = norm(X w - y)", 1.0),
        ("W: matrix(m, n); x: vector(n); s: elementwise", "f(W) = sum(s(W x))", 1.0),
        ("x: vector(n); A: square(n)", "f(x) = sum(exp(A x)) + softplus(x' x)", 1.0),
        ("Q: orthogonal(n); A: square(n)", "f(Q) = tr(A Q)", 1.0),
        ("X: matrix(m, n)", "f(X) = norm(X)", 1.0),
        ("A: square(n)", "f(A) = tr(expm(A))", 1.0),
        ("A: square(n); B: square(n)", "f(A) = tr(expm(A + B))", 0.0),
    ],
)
def test_the_share_of_lines_that_are_decided(symbols: str, function: str, share: float) -> None:
    report = verify(derive(problem(symbols, function, find="derivative, gradient")))
    assert report.passed
    assert report.exact_lines >= share * report.count
    assert (report.bits >= 100) == bool(report.exact_lines)


def test_what_fails_numerically_is_never_exact() -> None:
    wrong = Line(expr(TRACE, "A X B"), "test", (), "gradient", head(TRACE, "gradient"))
    report = check(TRACE, wrong)
    assert not report.passed and not report.exact_lines


def sizes_of(d: Derivation) -> list[Mapping[str, int]]:
    return [p.sizes for p in sample_points(d, 3)]


def alone(p: Problem, *lines: Line, **results: Result) -> int:
    """How many lines the exact check passes by itself, whatever numbers say."""
    d = derivation(p, *lines, **results)
    return len(decided(d, sizes_of(d), [], *further_symbols(d)).lines)


def value(p: Problem, text: str) -> Line:
    return Line(expr(p, text), "test", (), "value", head(p, "value"))


@pytest.mark.parametrize(
    ("symbols", "function", "right", "wrong"),
    [
        ("x: scalar", "f(x) = relu(x)", "max(x, 0)", "x"),
        ("x: vector(n); y: vector(n)", "f(x) = relu(x)' y", "y' relu(x)", "x' y"),
        ("x: scalar; y: scalar", "f(x) = max(x, 0) max(y, 0)", "relu(x) relu(y)", "x y"),
        ("x: scalar", "f(x) = x sign(x)", "abs(x)", "x"),
        ("x: scalar", "f(x) = sqrt(x^2)^3", "x^2 sqrt(x^2)", "x^3"),
        ("x: vector(n)", "f(x) = sqrt(4) norm(x)", "2 norm(x)", "-2 norm(x)"),
        ("x: scalar", "f(x) = sqrt(x^2 + 1/4 - 0 x)", "sqrt(x^2 + 1/4)", "x + 1/2"),
        ("Q: orthogonal(n)", "f(Q) = det(Q)^2", "1", "det(Q)"),
        ("Q: orthogonal(n); R: orthogonal(m)", "f(Q) = det(Q) det(R)", "det(R) det(Q)", "1"),
        ("x: vector(n); E: function(n, m); F: function(n, m)",
         "f(x) = E(x)' F(x)", "F(x)' E(x)", "E(x)' E(x)"),
        ("A: square(n)", "f(A) = tr(adj(-A) A^-1 adj(A))", "tr(adj(-A) adj(A) A^-1)", "tr(adj(A) adj(A) A^-1)"),
        ("X: matrix(m, n)", "f(X) = log(exp(sum(X)))", "sum(X)", "sum(X) + 1"),
        ("x: scalar", "f(x) = exp(2 x)", "exp(-2 x)^-1", "exp(x)^2 + 1"),
    ],
)
def test_what_holds_in_some_cases_only_is_not_decided(symbols: str, function: str, right: str, wrong: str) -> None:
    """A branch, a sign of a root, a component of the orthogonal matrices that chance might miss."""
    p = problem(symbols, function)
    assert alone(p, value(p, right)) == 1
    assert alone(p, value(p, wrong)) == 0


SPECTRAL = [
    ("A: square(n)", "f(A) = tr(expm(A))", "gradient"),
    ("A: square(n)", "f(A) = logdet(expm(A)) + det(expm(A))", "gradient"),
    ("A: square(n); B: square(n)", "f(A) = tr(B expm(A))", "gradient, hessian"),
    ("A: spd(n)", "f(A) = tr(sqrtm(A))", "gradient"),
    ("A: spd(n)", "f(A) = logm(A)", "derivative"),
    ("A: symmetric(n)", "f(A) = eigval(A, 2)", "gradient"),
    ("A: symmetric(n)", "f(A) = eigvec(A, 1)", "derivative"),
    ("A: square(n)", "f(A) = eigval(A, 1)", "gradient"),
    ("A: square(n)", "f(A) = eigvec_right(A, 1)", "derivative"),
    ("X: matrix(m, n)", "f(X) = singval(X, 1)", "gradient"),
    ("X: matrix(m, n)", "f(X) = sum(svd_s(X))", "gradient"),
    ("X: matrix(m, n)", "f(X) = svd_v(X)", "derivative"),
    ("X: matrix(m, n)", "f(X) = polar_u(X)", "derivative"),
    ("X: matrix(m, n)", "f(X) = tr(polar_p(X))", "gradient"),
]


def slipped(d: Derivation) -> Derivation:
    """Each slip of each line as a chain of its own."""
    chains = []
    for chain in d.chains:
        left: Head | Expr | None = None
        for line in chain.lines:
            left = line.left if line.left is not None else left
            slips = (e for _, e in corruptions(line.expr, (*d.problem.symbols.values(), *d.problem.directions)))
            chains += [Chain(chain.quantity, "slip", (replace(line, expr=e, left=left, steps=(), start=None),)) for e in islice(slips, 0, 60, 2)]
    return Derivation(d.problem, tuple(chains), {}, where=d.where)


@pytest.mark.parametrize(("symbols", "function", "find"), SPECTRAL)
def test_what_is_exact_by_a_decomposition_holds_in_numbers(symbols: str, function: str, find: str) -> None:
    """The lines of a derivation are decided; no slip of one is that the numbers refuse."""
    d = derive(problem(symbols, function, find=find))
    report = verify(d)
    assert report.passed and report.exact_lines == report.count
    slips = slipped(d)
    passed = decided(slips, sizes_of(slips), [], *further_symbols(slips)).lines
    assert len(slips.chains) - len(passed) > 4
    alike = replace(slips, chains=tuple(slips.chains[c] for c, _ in sorted(passed)))
    assert not alike.chains or verify(alike).passed


def test_a_stationary_point_lies_in_the_structure() -> None:
    p = problem("X: symmetric(n); A: square(n)", "f(X) = norm(X - A)^2", find="stationary")
    lines = [Line(expr(p, text), "solve", (), "stationary", p.wrt[0], "⇔") for text in ("1/2 (A + A')", "A", "A'")]
    assert alone(p, lines[0]) == 1
    assert alone(p, *lines[1:]) == 0


def test_a_stationary_point_in_numbers_is_the_one_that_is_written() -> None:
    p = problem("x: scalar", "f(x) = x^2 - 3 x", find="stationary")
    x = p.wrt[0]
    right, wrong = (Line(expr(p, text), "evaluate", (), "stationary", x, solution={x: expr(p, "3/2")}) for text in ("3/2", "5/2"))
    assert alone(p, right) == 1
    assert alone(p, wrong) == 0
