"""Points: sizes, values, domains, reproducibility."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from derive.calculus.derive import derive
from derive.checking.random_sizes import assignments
from derive.checking.sampling import points
from derive.checking.verification import verify
from derive.errors import DeriveError
from derive.expressions.build import times
from derive.expressions.nodes import number
from tests.checking.cases import check, problem


def test_sizes_are_pairwise_different_and_none_is_1() -> None:
    p = problem("A: matrix(m, n); B: matrix(n, p); C: matrix(p, q); x: vector(q)", "f(x) = norm(A B C x)^2")
    for point in points(p):
        assert len(set(point.sizes.values())) == 4
        assert min(point.sizes.values()) > 1
        assert point.values["A"].shape == (point.sizes["m"], point.sizes["n"])
    assert len({tuple(point.sizes.values()) for point in points(p)}) > 1


def test_stated_relations_and_values_hold() -> None:
    p = problem("A: matrix(m, n); x: vector(n); B: square(p)", "f(x) = norm(A x)^2 + tr(B)", sizes="[n >= m, p = 4, m > 2]")
    for point in points(p):
        assert point.sizes["n"] >= point.sizes["m"] > 2
        assert point.sizes["p"] == 4


def test_sums_and_products_of_sizes() -> None:
    p = problem("A: matrix(m*n, n + 1); x: vector(n + 1)", "f(x) = norm(A x)^2")
    (point, *_) = points(p)
    m, n = point.sizes["m"], point.sizes["n"]
    assert point.values["A"].shape == (m * n, n + 1)


def test_literal_sizes_are_not_the_value_of_a_name() -> None:
    p = problem("A: matrix(n, 3); x: vector(3)", "f(x) = norm(A x)^2")
    assert all(point.sizes["n"] != 3 for point in points(p))


@pytest.mark.parametrize(("symbols", "function", "tall"), [
    ("X: matrix(m, n)", "f(X) = logdet(X' X)", True),
    ("y: vector(n); X: matrix(m, n)", "f(X) = det(X X')", False),
    ("y: vector(n); X: matrix(m, n)", "f(X) = y' (X' X)^-1 y", True),
    ("y: vector(n); X: matrix(m, n)", "f(X) = y' qr_r(X) y", True),
    ("y: vector(n); X: {type: 'matrix(m, n)', is: [full-column-rank]}", "f(X) = norm(X y)", True),
    ("y: vector(n); X: {type: 'matrix(m, n)', is: [full-row-rank]}", "f(X) = norm(X y)", False),
    ("y: vector(n); X: stiefel(m, n)", "f(X) = sum(X)", True),
], ids=["gram", "outer", "inverse", "qr", "columns", "rows", "stiefel"])
def test_sizes_for_which_the_function_is_defined(symbols: str, function: str, tall: bool) -> None:
    for point in points(problem(symbols, function)):
        assert (point.sizes["m"] > point.sizes["n"]) is tall


@pytest.mark.parametrize("function", [
    "f(x) = sum(log(x))", "f(x) = sum(sqrt(x))", "f(x) = sum(asin(x))", "f(x) = log(a' x)", "f(x) = sqrt(1 - x' x)",
    "f(x) = log(1 - norm(x)^2)", "f(x) = sum(log(ones(n) - x .* x))", "f(x) = acos(a' x)",
])
def test_domains_are_found(function: str) -> None:
    for point in points(problem("x: vector(n); a: vector(n)", function)):
        assert np.isfinite(point.values["x"]).all()


@pytest.mark.parametrize("function", [
    "f(A) = tr(logm(A))", "f(A) = tr(sqrtm(A))", "f(A) = eigval(A, 2)", "f(A) = eigval(A, 4)", "f(A) = det(A)^(1/2)",
    "f(A) = log(det(A))", "f(A) = singval(A, 1)",
])
def test_domains_of_matrix_functions_are_found(function: str) -> None:
    found = points(problem("A: square(n)", function))
    assert len(found) == 3
    if "4" in function:
        assert all(point.sizes["n"] >= 4 for point in found)


def test_where_there_is_no_point_it_says_so() -> None:
    with pytest.raises(DeriveError, match="no random point") as caught:
        points(problem("x: positive", "f(x) = log(-x)"))
    assert caught.value.code == "no-point"
    assert caught.value.where is not None
    assert caught.value.hint is not None


def test_a_factorization_of_what_is_not_finite_is_not_tried() -> None:
    """LAPACK never returns from an infinite entry: the zeros of a triangular matrix are divided by here."""
    with pytest.raises(DeriveError, match="it is not finite"):
        points(problem("X: matrix(n, n); L: lower(n)", "f(X) = tr(svd_u(X ./ L))", "derivative"), 1)


def test_a_constant_function_still_has_points() -> None:
    assert len(points(problem("X: orthogonal(n); c: scalar", "f(X) = tr(X' X) + c"))) == 3
    assert len(points(problem("x: scalar", "f(x) = sign(x)"))) == 3


def test_both_cases_of_a_kinked_function_occur() -> None:
    p = problem("w: vector(n); x: vector(n)", "f(w) = max(0, w' x)")
    active = [float(point.values["w"] @ point.values["x"]) > 0 for point in points(p, 8)]
    assert any(active)
    assert not all(active)


def test_directions_have_the_structure_of_their_variables() -> None:
    p = problem("X: stiefel(n, p); S: spd(n)", "f(X, S) = tr(X' S X)", wrt="[X, S]")
    for point in points(p):
        x, h, k = (point.values[name] for name in ("X", "H_X", "K_X"))
        np.testing.assert_allclose(x.T @ h + h.T @ x, 0, atol=1e-12)
        np.testing.assert_allclose(x.T @ k + k.T @ x, 0, atol=1e-12)
        np.testing.assert_allclose(point.values["H_S"], point.values["H_S"].T)


def test_paths_move_with_their_parameter() -> None:
    p = problem("A: {type: 'spd(n)', of: t}; t: scalar", "f(t) = logdet(A)")
    (point, *_) = points(p)
    assert {"A", "dA", "d2A"} <= point.values.keys()
    moved = point.moved({"t": 2.0}, 0.01)
    expected = point.paths["A"][1](0.02)
    np.testing.assert_allclose(moved["A"], expected[0])
    np.testing.assert_allclose(moved["dA"], expected[1])
    assert moved["t"] == point.values["t"] + 0.02


def test_points_are_the_same_every_time_and_in_every_process() -> None:
    code = (
        "from tests.checking.cases import check, problem\nfrom derive.checking.sampling import points\n"
        "p = problem('X: matrix(m, n); E: function(n); x: vector(n); s: elementwise', 'f(x) = E(x) + sum(s(X x))')\n"
        "print([float(q.namespace['E'](q.values['x'])) + q.values['X'].sum() for q in points(p)])"
    )
    root = Path(__file__).parents[2]
    outputs = {
        subprocess.run([sys.executable, "-c", code], cwd=root, env={**os.environ, "PYTHONHASHSEED": seed}, check=True,
                       capture_output=True, text=True).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1
    p = problem("x: vector(n)", "f(x) = x' x")
    one, other = points(p, 1), points(p, 1, extra_seed=1)
    np.testing.assert_array_equal(one[0].values["x"], points(p, 3)[0].values["x"])
    assert not np.allclose(one[0].values["x"], other[0].values["x"])


def test_hundreds_of_sizes() -> None:
    symbols = "; ".join(f"W{k}: matrix(n{k}, n{k + 1})" for k in range(150))
    p = problem(symbols + "; x: vector(n150)", "f(x) = norm(W149 x)^2")
    (first, *_) = islice(assignments(p), 1)
    assert len(first) == 151
    assert all(a > 1 for a in first.values())
    assert all(first[f"n{k}"] != first[f"n{k + 1}"] for k in range(150))


@pytest.mark.parametrize("factor", ["(x - {k})", "(x + sin({k} x))"])
def test_a_long_product_is_checked_where_it_is_large_and_no_less_strictly(factor: str) -> None:
    p = problem("x: scalar", "f(x) = " + " ".join(factor.format(k=k) for k in range(1, 21)))
    found = derive(p)
    assert verify(found).passed
    first, *_, last = found.chains[0].lines
    assert check(p, replace(last, left=first.left, steps=())).passed
    for wrong in (number("1.00001"), number(-1)):
        assert not check(p, replace(last, left=first.left, expr=times(wrong, last.expr), steps=())).passed


def test_a_point_where_nothing_moves_determines_no_solution() -> None:
    p = problem("X: square(n); x: vector(n); b: vector(n)", "f(x) = max(tr(X), 0) norm(x - b)^2", "stationary", wrt="x")
    assert verify(derive(p)).passed
