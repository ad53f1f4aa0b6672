"""Second derivatives three ways: known answers, methods that end in one expression by different rules, symmetry, Taylor."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from derive.calculus.derive import derive
from derive.checking.verification import check_answer, verify
from derive.derivation.derivation import Derivation, Result
from derive.errors import DeriveError
from derive.language.problems.read import read
from derive.language.text.grammar import parse
from derive.notation.text.text import line as written

# Magnus & Neudecker, Matrix Differential Calculus (3rd ed.), ch. 10; log det and the inverse: Boyd & Vandenberghe, app. A.4
KNOWN = {
    "x'' A x": ("x: vector(n)\n  A: square(n)", "x", "h' (A + A') k", "A + A'"),
    "exp(x'' A x)": ("x: vector(n)\n  A: symmetric(n)", "x", "4 * exp(x' A x) * (x' A h) * (x' A k) + 2 * exp(x' A x) * (h' A k)",
                     "2 exp(x' A x) (2 A x x' A + A)"),
    "tr(X'' A X B)": ("X: matrix(m, n)\n  A: symmetric(m)\n  B: symmetric(n)", "X", "2 tr(H' A K B)", "2 A K B"),
    "logdet(X)": ("X: spd(n)", "X", "-tr(X^-1 H X^-1 K)", "-X^-1 K X^-1"),
    "tr(X^-1 A)": ("X: invertible(n)\n  A: square(n)", "X", "tr(X^-1 H X^-1 K X^-1 A) + tr(X^-1 K X^-1 H X^-1 A)",
                   "X^-T (K' X^-T A' + A' X^-T K') X^-T"),
    "log(1 + x'' A x)": ("x: vector(n)\n  A: spd(n)", "x",
                         "(2 / (1 + x' A x)) * (h' A k) - (4 / (1 + x' A x)^2) * (x' A h) * (x' A k)",
                         "(2 / (1 + x' A x)) A - (4 / (1 + x' A x)^2) A x x' A"),
    "norm(X)^4": ("X: matrix(m, n)", "X", "8 tr(X' H) tr(X' K) + 4 norm(X)^2 tr(H' K)", "8 tr(X' K) X + 4 norm(X)^2 K"),
    "tr(A X X X)": ("X: symmetric(n)\n  A: symmetric(n)", "X", None, "A K X + K A X + A X K + X A K + K X A + X K A"),
}


def problem(symbols: str, function: str, wrt: str, find: str, more: str = ""):  # type: ignore[no-untyped-def]
    return read(f"symbols:\n  {symbols}\nfunction: '{function}'\nwrt: {wrt}\nfind: {find}\n{more}", "t.yaml")


def expression(text: str, p):  # type: ignore[no-untyped-def]
    from derive.language.scope import Scope

    names = {**p.symbols, **{d.name: d for d in (*p.directions, *p.second_directions)}}
    return parse(text, Scope(names))


def last(derivation: Derivation, quantity: str) -> Result:
    found = derivation.results[quantity]
    assert isinstance(found, Result)
    return found


@pytest.mark.parametrize("function", KNOWN)
def test_known_answers_by_every_method(function: str) -> None:
    symbols, wrt, second, hessian = KNOWN[function]
    p = problem(symbols, function, wrt, "[second-derivative, hessian]", "method: all")
    derivation = derive(p)
    assert verify(derivation).passed
    if second is not None:
        assert check_answer(p, "second-derivative", last(derivation, "second-derivative").expr, expression(second, p))[0]
    assert check_answer(p, "hessian", last(derivation, "hessian").expr, expression(hessian, p))[0]
    ways = [c for c in derivation.chains if c.quantity == "second-derivative"]
    assert [c.title.rsplit(" ", 1)[-1] for c in ways] == ["gradient", "directions", "polarization", "agree"]
    assert len({c.lines[-1].expr for c in ways}) == 1, "each method ends in the same expression"
    assert len({tuple(line.rule for line in c.lines) for c in ways}) == 4, "each has rules of its own"
    assert ways[-1].lines[-1].rule == "symmetry"


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_methods_agree_and_are_symmetric_on_random_sums(data: st.DataObject) -> None:
    """Sums of products of forms, whatever is drawn: three methods, one expression, symmetric in H and K."""
    forms = ["x' A x", "b' x", "norm(x)^2", "x' S x", "norm(B x - b)^2"]
    chosen = data.draw(st.lists(st.sampled_from(forms), min_size=1, max_size=2))
    outer = data.draw(st.sampled_from(["{}", "exp(1/20 ({}))", "({})^2", "log(1 + exp(1/20 ({})))", "sin({})"]))
    inner = data.draw(st.sampled_from([" + ", " * "])).join(f"({c})" for c in chosen).replace("'", "''")
    p = problem("x: vector(n)\n  A: square(n)\n  S: symmetric(n)\n  B: square(n)\n  b: vector(n)", outer.format(inner), "x",
                "[second-derivative]", "method: all")
    derivation = derive(p)
    assert verify(derivation).passed
    ways = [c for c in derivation.chains if c.quantity == "second-derivative"]
    assert len(ways) == 4


def test_several_variables_by_every_method_and_in_blocks() -> None:
    p = problem("A: matrix(m, n)\n  x: vector(n)\n  b: vector(m)", "norm(A x - b)^2", "[x, b]",
                "[second-derivative, hessian, taylor]", "method: all")
    derivation = derive(p)
    assert verify(derivation).passed
    ways = [c for c in derivation.chains if c.quantity == "second-derivative"][:4]
    assert len({c.lines[-1].expr for c in ways}) == 1
    block = next(line for c in derivation.chains for line in c.lines if line.why == ("read off the blocks",))
    assert written(block) == "∇²f(x, b) = [2A'A, −2A'; −2A, 2I]"


@pytest.mark.parametrize(("function", "order", "sign"), [
    ("x'' A x + b'' x", 2, "="), ("x'' A x", 1, "≈"), ("b'' x", 1, "="), ("exp(b'' x)", 2, "≈"), ("norm(x)^4", 2, "≈"),
])
def test_taylor_is_an_equality_only_for_a_polynomial(function: str, order: int, sign: str) -> None:
    p = problem("x: vector(n)\n  A: square(n)\n  b: vector(n)", function, "x", "[taylor]", f"order: {order}")
    derivation = derive(p)
    assert verify(derivation).passed
    line = next(line for line in derivation.chains[-1].lines if line.rule == "taylor")
    assert line.relation == sign


def test_taylor_of_third_order_is_refused() -> None:
    with pytest.raises(DeriveError, match="order 1 or 2, not 3"):
        derive(problem("x: vector(n)\n  b: vector(n)", "exp(b'' x)", "x", "[taylor]", "order: 3"))


def test_the_gradient_method_of_a_matrix_function_is_refused() -> None:
    with pytest.raises(DeriveError, match="gradient"):
        derive(problem("X: invertible(n)", "X^-1", "X", "[second-derivative]", "method: gradient"))


@pytest.mark.parametrize(("function", "kind"), [
    ("tr(A expm(X))", "square(n)"), ("norm(expm(A X))^2", "square(n)"), ("tr(A logm(X))", "spd(n)"), ("norm(logm(X))^2", "spd(n)"),
    ("tr(A expm(X A'))^2", "symmetric(n)"),
])
def test_second_derivatives_of_the_exponential_and_the_logarithm(function: str, kind: str) -> None:
    """By the second Fréchet derivative (Higham & Relton 2014), along all routes, and the Hessian symmetric."""
    written = function.replace("'", "''")
    told = derive(read(
        f"symbols: {{X: {kind}, A: square(n)}}\nfunction: 'f(X) = {written}'\nwrt: X\n"
        "find: [gradient, second-derivative, hessian]\nmethod: all\n", "e.yaml",
    ))
    report = verify(told)
    assert report.passed, report.failures


def test_the_second_derivative_of_a_simple_eigenvalue_of_a_general_matrix() -> None:
    """By the derivatives of both eigenvectors (Magnus & Neudecker, ch. 8), along all routes."""
    told = derive(read("symbols: {A: square(n)}\nfunction: eigval(A, 1)\nwrt: A\nfind: [second-derivative, hessian]\nmethod: all\n", "e.yaml"))
    report = verify(told)
    assert report.passed, report.failures


@pytest.mark.parametrize("function", ["expm(X)", "A expm(A X) A", "expm(X)' expm(X)", "A logm(X X' + I(n)) A"])
def test_the_exponential_and_the_logarithm_have_a_matrix_by_stacked_columns(function: str) -> None:
    """vec L(X, H) by the block form (Higham 2008, ch. 3)."""
    written = function.replace("'", "''")
    told = derive(read(f"symbols: {{X: square(n), A: square(n)}}\nfunction: 'f(X) = {written}'\nwrt: X\nfind: [derivative, vectorized]\n", "e.yaml"))
    report = verify(told)
    assert report.passed, report.failures


@pytest.mark.parametrize("kind", ["symmetric(m)", "skew(m)", "diagonal(m)"])
def test_beside_a_curved_variable_the_gradient_in_the_structure_is_differentiated(kind: str) -> None:
    """Only by the curved one it is that on the surrounding space."""
    told = derive(read(
        f"symbols: {{A: {kind}, V: 'stiefel(m, n)', B: 'matrix(n, m)'}}\nfunction: tr(B A V)^2\nwrt: [A, V]\nfind: [gradient, hessian]\n", "c.yaml",
    ))
    report = verify(told)
    assert report.passed, report.failures


def test_several_variables_of_a_function_that_does_not_vary() -> None:
    told = derive(read(
        "symbols: {p: vector(m), s: positive}\nlet: {q: s^-1}\nfunction: sign(s q + p' p)\nwrt: [p, s]\nfind: [differential, gradient]\n"
        "method: differential\n", "c.yaml",
    ))
    assert verify(told).passed


def test_a_pseudo_inverse_beside_a_number() -> None:
    """The first factor of a product may be a number: it has no pseudo-inverse, but an inverse (an internal error)."""
    told = derive(read(
        "symbols: {A: square(n), Y: 'matrix(m, n)'}\nfunction: norm(Y eigvec_left(A, 1) ones(m)')\nwrt: A\nfind: [gradient, hessian]\n", "p.yaml",
    ))
    assert verify(told).passed
