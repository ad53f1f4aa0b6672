"""Laws that every derivation keeps, over random functions of the whole table; `tests/laws_many.py` tries thousands.

A refusal for a missing rule and a function without a smooth point are allowed; a crash, a misread or a wrong line is not.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from derive.calculus.derive import derive
from derive.checking.verification import verify
from derive.derivation.derivation import Derivation
from derive.expressions.build import negate, scale
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Apply, Call, Expr, Map, number
from derive.expressions.traverse import walk
from derive.language.problems.read import read
from derive.language.text.grammar import parse
from derive.notation.readback import misread
from derive.notation.text.text import text
from tests import laws
from tests.laws import broken_law, outcome, slope
from tests.laws_cases import AUXILIARY, DECLARED, OF_THREE, STRUCTURAL, Case, case_of
from tests.strategies import SCOPE

ALLOWED = frozenset(("verified", "refused", "unverified"))
"""unverified: a right or wrong line whose difference quotient is not known well enough there; it is never typeset."""
SEEDS = st.integers(0, 10**6)


def _run(examples: int) -> settings:
    return settings(
        max_examples=examples, derandomize=True, deadline=None, database=None, phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )


def _keeps_the_laws(case: Case) -> None:
    found = outcome(case)
    assume(found.kind not in ("rejected", "unread"))
    assert found.kind in ALLOWED, f"{found.name}: {found.detail}\n{case.file}"


@_run(120)
@given(SEEDS)
def test_laws_of_random_functions(seed: int) -> None:
    _keeps_the_laws(case_of(seed, depth=4))


@_run(50)
@given(SEEDS)
def test_second_order_laws(seed: int) -> None:
    """D²f symmetric in H and K, polarization, mixed and gradient one form, the slope 3 of f less its Taylor polynomial."""
    _keeps_the_laws(replace(case_of(seed, depth=2), law="second"))


# --------------------------------------------------------------------------------------------- what is tried
COUNTED = 2100


def _words(case: Case) -> set[str]:
    """The functions and nodes through which the variable is reached."""
    variables = set(case.wrt) | {n for n, (s, _) in DECLARED.items() if s.of in case.wrt}
    out = set()
    for e in walk(case.function):
        if e.free & variables:
            function = e.name if isinstance(e, Call) else e.function if isinstance(e, (Map, Apply)) else type(e).__name__
            out.add(function if isinstance(function, str) else function.name)
    return out


def test_the_random_functions_meet_the_whole_table() -> None:
    cases = [case_of(seed) for seed in range(COUNTED)]
    met = Counter(word for case in cases for word in _words(case))
    page = {name for name in FUNCTIONS if name not in AUXILIARY | OF_THREE}
    assert {name: met[name] for name in page if met[name] < 10} == {}
    assert {name: met[name] for name in AUXILIARY - {"pi", "polygamma"} if met[name] < 3} == {}
    nodes = {"Entry", "Stack", "Where", "Sum", "Power", "Scale", "MatMul", "Add", "Transpose", "sigma", "E", "G", "F"}
    assert {name: met[name] for name in nodes if met[name] < 10} == {}
    assert set(STRUCTURAL) <= {case.feature for case in cases}
    asked = Counter(name for case in cases for name in case.wrt)
    kinds = {next(iter(kind.split("("))) for name, (_, kind) in DECLARED.items() if name in asked or name in ("C", "c")}
    assert {"matrix", "square", "vector", "scalar", "positive", "symmetric", "spd", "invertible", "orthogonal", "stiefel", "skew",
            "diagonal", "lower", "upper"} <= kinds
    assert asked["t"] and asked["u"] and asked["Y"]
    assert sum(case.named is not None for case in cases) > 50
    # A short function may be drawn twice, det(W1 Phi) is; one with something in it may not.
    deep = [case.file for case in cases if _depth(case.function) >= 4]
    assert len(set(deep)) == len(deep) > 0.9 * COUNTED


@cache
def _depth(expr: Expr) -> int:
    return 1 + max((_depth(child) for child in expr.children), default=0)


def test_the_random_functions_are_deep() -> None:
    depths = Counter(_depth(case_of(seed).function) for seed in range(400))
    assert sum(n for depth, n in depths.items() if depth >= 6) > 120


# What random functions have found: the symbols, the function, the variable, what is asked.
FOUND = {
    "a sum squared": (("x: vector(n)",), "sum(i, 1, n, x[i])^2", "x", "[gradient, hessian]"),
    "a quotient of sums": (("x: vector(n)",), "sum(i, 1, n, exp(x[i]) / sum(j, 1, n, exp(x[j])))", "x", "[gradient]"),
    "the norm of a sum": (("X: matrix(m, n)",), "norm(sum(i, 1, n, X[:, i]))", "X", "[gradient]"),
    "a power with a symbol": (
        ("B: invertible(m)", "k: integer"), "logdet(B^k)", "B", "[gradient, second-derivative]\nmethod: all",
    ),
    "a norm to a symbol": (
        ("S: symmetric(n)", "V: matrix(m, n)", "alpha: scalar"), "norm(V S)^alpha", "S",
        "[gradient, second-derivative]\nmethod: all",
    ),
    "the diagonal of ones": (("A: square(m)",), "dot(diag(A), diag(ones(m, m)))", "A", "[gradient]"),
    "a matrix of a scalar": (("s: scalar", "A: square(n)"), "s^2 A", "s", "[vectorized, entries]"),
    "a scalar of a scalar": (("s: scalar", "A: square(n)"), "s tr(A)", "s", "[entries]"),
    "a triangle with one argument twice": (("Q: square(m)", "Z: matrix(m, n)"), "inner(I(n), qr_r(Q Z))", "Q", "[gradient, hessian]"),
    "a power of both": (("X: matrix(m, n)", "s: positive"), "sum((ones(m, n) + X .* X) .^ norm(X))", "X", "[gradient]"),
    "a path by indices": (("c: {type: vector(m), of: t}", "t: scalar", "A: square(m)"), "cos(c' A c)", "t", "[gradient, entries]"),
    "a sum in a sum": (("Phi: matrix(n, m)", "y: vector(m)", "u: vector(n)"), "norm(Phi y u' u + u)", "y", "[gradient, entries]"),
    "the mean of a vec": (("X: matrix(m, n)",), "mean(vec(X))", "X", "[gradient]"),
    "the mean of a stack": (("X: matrix(m, n)", "v: vector(n)", "u: vector(n)"), "mean([X v; u])", "X", "[gradient]"),
    "a power of log det": (("Sigma: spd(m)",), "logdet(Sigma)^3", "Sigma", "[differential, gradient]"),
    "an eigenvalue of a symmetric map": (("A: symmetric(m)", "B: symmetric(m)"), "eigval(max(A, B), 1)", "A", "[gradient]"),
    "a Jacobian beside a J": (
        ("J: skew(n)", "x: vector(n)", "X: matrix(m, n)", "G: function(n, m)"), "norm(J) ones(m)' G(x)", "x",
        "[derivative, second-derivative]\nmethod: all",
    ),
    "a column of ones beside a matrix of them": (
        ("y: vector(m)", "x: vector(n)"), "mean(atan(sigmoid(ones(n, m) y)))", "y", "[taylor]",
    ),
    "a second derivative through an eigenvector": (("Sigma: spd(m)",), "eigval(Sigma, 2)", "Sigma", "[taylor]"),
    "a wide matrix with a singular value": (("X: matrix(m, n)",), "singval(abs(X), 2)^-1", "X", "[gradient, second-derivative]"),
    "cases of matrices": (("X: matrix(m, n)", "B: square(n)"), "min(X, 2 X B) .* X", "X", "[vectorized]"),
    "no derivative by one of two": (("s: positive", "p: vector(m)", "v: vector(m)"), "sign(s p) .* v", "[s, v]", "[differential, jacobian]"),
    "a gradient by something symmetric": (
        ("R: square(n)", "A: square(n)", "B: square(n)"), "inner(A, (R B R' B' + B R R' B' + I(n))^-1)", "[R, B]",
        "[derivative, gradient]",
    ),
    "constant on the sphere": (("u: {type: vector(n), is: [unit]}",), "norm(u)", "u", "[gradient]"),
}


def _derivation(name: str) -> Derivation:
    symbols, function, wrt, find = FOUND[name]
    rows = "\n".join(f"  {s}" for s in symbols)
    written = function.replace("'", "''")
    return derive(read(f"id: law\nsymbols:\n{rows}\nfunction: '{written}'\nwrt: {wrt}\nfind: {find}\n", "law.yaml"))


@pytest.mark.parametrize("name", FOUND)
def test_what_random_functions_have_found(name: str) -> None:
    derivation = _derivation(name)
    report = verify(derivation)
    assert report.passed, report.failures
    for chain in derivation.chains:
        for line in chain.lines:
            assert misread(line.expr) is None


# --------------------------------------------------------------------------------------------- the laws can fail
SQUARE = Case(parse("x' B x", SCOPE), ("x",), "second")


def test_a_right_function_keeps_the_laws() -> None:
    found = outcome(SQUARE)
    assert found.kind == "verified", found


def _changed(quantity: str, change, keep_chains: bool = True) -> Derivation:  # type: ignore[no-untyped-def]
    """A derivation with another result; without its chains the methods are not compared."""
    derivation = derive(read(SQUARE.file, "law.yaml"))
    results = dict(derivation.results)
    results[quantity] = replace(results[quantity], expr=change(results[quantity].expr))
    out = object.__new__(Derivation)  # as if the engine had made it: the constructor would refuse it
    for field in ("problem", "chains", "conditions", "where", "remarks"):
        object.__setattr__(out, field, getattr(derivation, field))
    object.__setattr__(out, "results", results)
    if not keep_chains:
        object.__setattr__(out, "chains", ())
    return out


def _one_term(expr: Expr) -> Expr:
    """x'B'h for x'(B + B')h: not symmetric in its directions any more."""
    return parse("k' B h", replace(SCOPE, symbols={**SCOPE.symbols, **{h.name: h for h in _directions()}}))


def _directions():  # type: ignore[no-untyped-def]
    problem = read(SQUARE.file, "law.yaml")
    return (*problem.directions, *problem.second_directions)


@pytest.mark.parametrize(
    ("quantity", "change", "broken"),
    [
        ("gradient", negate, "⟨∇f, H⟩ is not Df[H]"),
        ("derivative", negate, "⟨∇f, H⟩ is not Df[H]"),
        ("second-derivative", _one_term, "D²f is not symmetric"),
        ("second-derivative", negate, "the methods do not agree"),
    ],
)
def test_a_broken_law_is_found(quantity: str, change, broken: str) -> None:  # type: ignore[no-untyped-def]
    found = broken_law(_changed(quantity, change))
    assert found is not None
    assert found.kind == "FAILED"
    assert found.name == broken


def test_a_crash_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(_problem: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(laws, "derive", crash)
    found = outcome(SQUARE)
    assert found.kind == "FAILED"
    assert "KeyError" in found.name


def test_a_line_with_a_wrong_sign_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(problem):  # type: ignore[no-untyped-def]
        right = derive(problem)
        chain = right.chains[0]
        first = replace(chain.lines[0], expr=negate(chain.lines[0].expr), steps=())
        return replace(right, chains=(replace(chain, lines=(first,)), *right.chains), results=right.results)

    monkeypatch.setattr(laws, "derive", wrong)
    found = outcome(SQUARE)
    assert found.kind == "FAILED"
    assert found.name.startswith("WRONG LINE")


def test_the_file_of_a_case_is_its_function() -> None:
    problem = read(SQUARE.file, "law.yaml")
    assert text(problem.function) == "x' B x"
    assert problem.wrt == (DECLARED["x"][0],)


def test_the_slope_test_sees_a_wrong_second_derivative() -> None:
    steps = np.geomspace(1e-1, 1e-4, 13)
    assert slope(steps, steps**3 / 6, 1e-11) == pytest.approx(3)
    assert slope(steps, steps**2 / 1000, 1e-11) == pytest.approx(2)
    assert slope(steps, np.full(13, 1e-14), 1e-11) is None
    found = broken_law(_changed("second-derivative", lambda e: scale(number("1.001"), e), keep_chains=False))
    assert found is not None
    assert found.name == "the slope test for order 2 fails"


def test_a_seed_is_a_problem() -> None:
    assert case_of(7).file == case_of(7).file
    assert case_of(7).file != case_of(8).file
