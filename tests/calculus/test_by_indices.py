"""`method: entries`: the same derivative as along a direction, by indices; entries with numbers; the two routes agree."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from derive.calculus.derive import derive
from derive.checking.verification import check_answer, verify
from derive.derivation.derivation import Derivation, Head, Result
from derive.errors import DeriveError
from derive.language.problems.read import read
from derive.language.text.grammar import parse
from derive.notation.readback import misread, names_of
from derive.notation.text.text import pretty
from tests.laws import outcome
from tests.laws_cases import case_of


def problem(symbols: str, function: str, wrt: str, find: str, more: str = "") -> Derivation:
    rows = "\n".join(f"  {row}" for row in symbols.split("; "))
    return derive(read(f"id: t\nsymbols:\n{rows}\n{more}\nfunction: '{function}'\nwrt: {wrt}\nfind: {find}\nmethod: entries\n", "t.yaml"))


# symbols, function, variable, find, the results as one would write them
KNOWN = [
    ("A: matrix(m, n); x: vector(n); y: vector(m)", "norm(A x - y)^2", "A", "[derivative, gradient]",
     {"gradient": "2 (A x - y) x'", "derivative": "2 (A x - y)' H x"}),
    ("A: matrix(m, n); x: vector(n)", "A x", "A", "[derivative, vectorized]", {"derivative": "H x", "vectorized": "kron(x', I(m))"}),
    ("A: matrix(m, n); x: vector(n)", "sin(A x)", "x", "[derivative, jacobian]", {"jacobian": "diag(cos(A x)) A"}),
    ("A: matrix(p, m); X: matrix(m, n); B: matrix(n, q)", "A X B", "X", "[derivative]", {"derivative": "A H B"}),
    ("X: symmetric(n); A: square(n)", "X A X", "X", "[derivative, second-derivative]",
     {"derivative": "H A X + X A H", "second-derivative": "H A K + K A H"}),
    ("X: symmetric(n); A: square(n)", "tr(A X)", "X", "[gradient]", {"gradient": "1/2 (A + A')"}),
    ("x: vector(2)", "x[1]^2 x[2]", "x", "[derivative, gradient, hessian]",
     {"derivative": "2 x[1] x[2] h[1] + x[1]^2 h[2]", "gradient": "[2 x[1] x[2]; x[1]^2]", "hessian": "[2 x[2], 2 x[1]; 2 x[1], 0]"}),
    ("q: vector(2)", "[q[1] cos(q[2]); q[1] sin(q[2])]", "q", "[jacobian, derivative]",
     {"jacobian": "[cos(q[2]), -q[1] sin(q[2]); sin(q[2]), q[1] cos(q[2])]"}),
    ("theta: scalar; A: {type: square(n), of: theta}; x: vector(n)", "x' A(theta) x", "theta", "[derivative]", {"derivative": "x' dA x"}),
]


@pytest.mark.parametrize("case", KNOWN, ids=[f"{row[1]} by {row[2]}" for row in KNOWN])
def test_known_derivatives(case: tuple[str, str, str, str, dict[str, str]]) -> None:
    symbols, function, wrt, find, answers = case
    told = problem(symbols, function.replace("'", "''"), wrt, find)
    assert verify(told).passed
    for quantity, answer in answers.items():
        result = told.results[quantity]
        assert isinstance(result, Result)
        scope = names_of(result.expr)[0]
        more = {s.name: s for s in (*told.problem.directions, *told.problem.second_directions)}
        every = type(scope)({**told.problem.symbols, **more, **scope.symbols}, scope.unnamed, frozenset(("m", "n", "p", "q")))
        equal, off = check_answer(told.problem, quantity, result.expr, parse(answer, every, shape=result.expr.shape))
        assert equal, f"{quantity}: {pretty(result.expr)} is not {answer} ({off})"
    for chain in told.chains:
        for line in chain.lines:
            assert misread(line.expr) is None


def test_the_derivation_is_the_one_of_exemplar_13() -> None:
    told = problem("A: matrix(m, n); x: vector(n); y: vector(m)", "norm(A x - y)^2", "A", "[gradient]")
    assert [line.rule for line in told.chains[0].lines] == ["by-entries", "entries-derivative", "contract", "recognise", "gradient"]


def test_one_intermediate_is_summed_over() -> None:
    """V9: ∂f/∂A_pq = Σ_k ∂f/∂g_k ∂g_k/∂A_pq."""
    told = problem("A: matrix(m, n); x: vector(n)", "norm(g)^2", "A", "[gradient]", "let: {g: A x}")
    left = told.chains[0].lines[1].left
    assert isinstance(left, Head) and left.through is not None
    assert "g_i" in pretty(left.through)


def test_several_variables() -> None:
    told = problem("A: matrix(m, n); x: vector(n); y: vector(m)", "norm(A x - y)^2", "[A, x]", "[derivative, gradient]")
    assert verify(told).passed
    assert isinstance(told.results["gradient"], dict)


def test_another_inner_product() -> None:
    told = problem("x: vector(n); S: spd(n)", "dot(x, x)", "x", "[gradient]", "inner-product: S")
    assert verify(told).passed and pretty(told.results["gradient"].expr) == "2S⁻¹x"  # type: ignore[union-attr]


def test_numbered_entries_of_a_matrix() -> None:
    told = problem("X: matrix(2, 2)", "X[1, 1] X[2, 2] - X[1, 2] X[2, 1]", "X", "[gradient]")
    assert verify(told).passed and pretty(told.results["gradient"].expr) == "[X₂₂, −X₂₁; −X₁₂, X₁₁]"  # type: ignore[union-attr]


def test_what_has_no_entries_is_refused_by_name() -> None:
    with pytest.raises(DeriveError, match="no form by entries"):
        problem("X: symmetric(n)", "eigval(X, 1)", "X", "[gradient]")


@settings(
    max_examples=100, derandomize=True, deadline=None, database=None, phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(st.integers(0, 10**6), st.sampled_from(("indices", "entries")))
def test_the_index_form_is_the_matrix_form_of_random_functions(seed: int, law: str) -> None:
    case = case_of(seed, depth=2)
    assume(len(case.wrt) == 1)
    found = outcome(replace(case, law=law))
    assume(found.kind not in ("rejected", "unread"))
    assert found.kind in ("verified", "refused", "unverified"), f"{found.name}: {found.detail}\n{case.file}"


@pytest.mark.parametrize(("function", "kind", "answer"), [
    ("a' S^-1 b", "spd(n)", "½(−S⁻¹ab'S⁻¹ − S⁻¹ba'S⁻¹)"),
    ("a' S^-1 a + logdet(S)", "spd(n)", "−S⁻¹aa'S⁻¹ + S⁻¹"),
])
def test_an_inverse_of_a_symmetric_variable_by_indices(function: str, kind: str, answer: str) -> None:
    """Half of the derivatives by the entries p, q and q, p: the gradient lies in the structure."""
    written = function.replace("'", "''")
    told = derive(read(
        f"symbols: {{S: {kind}, a: vector(n), b: vector(n)}}\nfunction: 'f(S) = {written}'\nwrt: S\nfind: [gradient, entries]\n", "s.yaml",
    ))
    assert verify(told).passed
    entries = told.results["entries"]
    assert isinstance(entries, Result) and pretty(entries.expr) == answer


def test_the_inverse_of_an_orthogonal_variable_has_no_derivative_by_indices() -> None:
    with pytest.raises(DeriveError, match="the entries of R do not vary freely"):
        derive(read("symbols: {R: orthogonal(n), b: vector(n)}\nfunction: norm(R^-1 b)\nwrt: R\nfind: [gradient, entries]\n", "r.yaml"))


def test_the_method_and_the_question_by_entries_are_one_derivation() -> None:
    from tests.calculus.derived import derived

    for find in ("gradient, entries", "entries"):
        found = derived("X: matrix(m, n); A: square(m)", "tr(X' A X)", "X", find, "method: entries\n")
        assert [chain.title for chain in found.chains] == ["By indices"]
    assert "entries" in derived("A: matrix(m, n); x: vector(n)", "A x", "A", "entries", "method: entries\n").results
