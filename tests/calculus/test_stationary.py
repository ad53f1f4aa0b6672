"""Optima: known answers from the literature, what kind of point each is and why, families, refusals; none of it trusted unseen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from derive.calculus.derive import derive
from derive.calculus.quantities.stationary.convexity import curvature
from derive.checking.verification import check_answer, verify
from derive.derivation.derivation import Derivation, Result, members
from derive.expressions.nodes import Expr, MatMul, Power
from derive.expressions.traverse import walk
from derive.language.problems.problem import Problem
from derive.language.problems.read import read
from derive.notation.text import text
from tests.calculus.derived import derived

A_FULL = "{type: 'matrix(m, n)', is: [full-row-rank]}"

# (symbols, function, wrt, points, kinds); sources: Boyd & Vandenberghe, Convex Optimization, app. A and ch. 4, 7, 9;
# Magnus & Neudecker, Matrix Differential Calculus, ch. 13 and 15; Bishop, Pattern Recognition and Machine Learning, ch. 2 and 3
KNOWN = {
    "quadratic": ("A: spd(n)\n  b: vector(n)\n  x: vector(n)", "1/2 x' A x - b' x", "x", ["A^-1 b"], ["minimum"]),
    "downwards": ("A: spd(n)\n  b: vector(n)\n  x: vector(n)", "b' x - 1/2 x' A x", "x", ["A^-1 b"], ["maximum"]),
    "any symmetric matrix": ("A: symmetric(n)\n  b: vector(n)\n  x: vector(n)", "x' A x - 2 b' x", "x", ["A^-1 b"], ["undetermined"]),
    "from the left": ("A: matrix(p, m)\n  X: matrix(m, n)\n  B: matrix(p, n)", "norm(A X - B)^2", "X", ["(A' A)^-1 A' B"], ["minimum"]),
    "from the right": ("A: matrix(n, p)\n  X: matrix(m, n)\n  B: matrix(m, p)", "norm(X A - B)^2", "X", ["B A' (A A')^-1"], ["minimum"]),
    "a log-det barrier": ("X: spd(n)\n  A: spd(n)", "tr(A X) - logdet(X)", "X", ["A^-1"], ["minimum"]),
    "the mean": ("X: matrix(n, N)\n  mu: vector(n)", "sum(i, 1, N, norm(X[:, i] - mu)^2)", "mu", ["(1/N) X ones(N)"], ["minimum"]),
    "the mean in another metric": ("X: matrix(n, N)\n  S: spd(n)\n  mu: vector(n)", "sum(i, 1, N, (X[:, i] - mu)' S^-1 (X[:, i] - mu))",
                                   "mu", ["(1/N) X ones(N)"], ["minimum"]),
    "a scale factor": ("c: scalar\n  x: vector(n)\n  y: vector(n)", "norm(y - c x)^2", "c", ["x' y / (x' x)"], ["minimum"]),
    "a scale factor of matrices": ("c: scalar\n  A: matrix(m, n)\n  B: matrix(m, n)", "norm(A - c B)^2", "c",
                                   ["inner(A, B) / inner(B, B)"], ["minimum"]),
    "a variance": ("s: positive\n  N: positive\n  r: vector(n)", "N/2 log(s) + norm(r)^2 / (2 s)", "s", ["norm(r)^2 / N"], ["minimum"]),
    "rank one": ("A: matrix(m, n)\n  u: vector(m)\n  v: vector(n)", "norm(A - u v')^2", "u", ["(1 / (v' v)) A v"], ["minimum"]),
    "the exponential of a form": ("A: spd(n)\n  b: vector(n)\n  x: vector(n)", "exp(1/2 x' A x - b' x)", "x", ["A^-1 b"], ["minimum"]),
    "entropy": ("x: {type: vector(n), is: [positive]}\n  a: vector(n)", "sum(x .* log(x)) - a' x", "x", ["exp(a - ones(n))"], ["minimum"]),
    "a saddle by directions": ("X: invertible(n)\n  A: invertible(n)", "logdet(X) - tr(A X)", "X", ["A^-1"], ["saddle"]),
    "a cubic": ("x: scalar", "x^3 - 12 x", "x", ["-2", "2"], ["maximum", "minimum"]),
    "the sphere": ("x: {type: vector(n), is: [unit]}\n  a: vector(n)", "a' x", "x", ["(1 / norm(a)) a", "(-1 / norm(a)) a"],
                   ["maximum", "minimum"]),
    "nearest symmetric": ("X: symmetric(n)\n  A: square(n)", "norm(X - A)^2", "X", ["1/2 (A + A')"], ["minimum"]),
    "nearest skew": ("X: skew(n)\n  A: square(n)", "norm(X - A)^2", "X", ["1/2 (A - A')"], ["minimum"]),
    "Wishart": ("X: spd(n)\n  V: spd(n)\n  nu: scalar", "(nu - n - 1) / 2 * logdet(X) - 0.5 * tr(V^-1 X)", "X", ["(nu - n - 1) V"],
                ["maximum"]),
    "nearest diagonal": ("D: diagonal(n)\n  A: square(n)", "norm(A - D)^2", "D", ["diag(diag(A))"], ["minimum"]),
    "Sylvester": ("A: spd(m)\n  B: spd(n)\n  C: matrix(m, n)\n  X: matrix(m, n)", "tr(X' A X) + tr(X B X') - 2 tr(C' X)", "X",
                  ["unvec(inv(kron(I(n), A) + kron(B, I(m))) vec(C), zeros(m, n))"], ["minimum"]),
}


def problem(symbols: str, function: str, wrt: str, more: str = "") -> Problem:
    quoted = function.replace("'", "''")
    return read(f"symbols:\n  {symbols}\nfunction: '{quoted}'\nwrt: {wrt}\nfind: [stationary]\n{more}", "t.yaml")


def points(derivation: Derivation) -> list[Result]:
    return [one for _, one in members(derivation.results["stationary"])]


def told(derivation: Derivation) -> str:
    return "\n".join(text.why(line.why) for chain in derivation.chains for line in chain.lines if line.why)


@pytest.mark.parametrize("name", KNOWN)
def test_known_answers(name: str) -> None:
    symbols, function, wrt, answers, kinds = KNOWN[name]
    p = problem(symbols, function, wrt, "answer:\n  stationary: \"" + answers[0] + "\"")
    derivation = derive(p)
    report = verify(derivation)
    assert report.passed, [line.message for line in report.failures]
    found = points(derivation)
    assert [one.classification for one in found] == kinds
    author = p.answer["stationary"]
    assert isinstance(author, Expr)
    assert check_answer(p, "stationary", found[0].expr, author)[0]


@pytest.mark.parametrize(("symbols", "more", "family"), [
    ("A: matrix(m, n)\n  x: vector(n)\n  b: vector(m)", "sizes: [m < n]", "A⁺b + (I − A⁺A)h, h is any vector"),
    (f"A: {A_FULL}\n  x: vector(n)\n  b: vector(m)", "", "A'(AA')⁻¹b + (I − A'(AA')⁻¹A)h, h is any vector"),
])
def test_a_singular_system_has_a_family_and_its_least_member(symbols: str, more: str, family: str) -> None:
    derivation = derive(problem(symbols, "norm(A x - b)^2", "x", more))
    assert verify(derivation).passed
    (point,) = points(derivation)
    assert text.why(point.family) == family and point.classification == "minimum" and not point.conditions
    back = next(line for chain in derivation.chains for line in chain.lines if line.rule == "put-back")
    assert back.equation and not back.solution, "the family is put back visibly, as an identity"


def test_a_wrong_member_of_a_family_is_refused() -> None:
    derivation = derive(problem("A: matrix(m, n)\n  x: vector(n)\n  b: vector(m)", "norm(A x - b)^2", "x", "sizes: [m < n]"))
    chains = list(derivation.chains)
    lines = list(chains[-2].lines)
    k = next(k for k, line in enumerate(lines) if line.quantity == "stationary")
    from derive.expressions.build import scale
    from derive.expressions.nodes import number

    lines[k] = replace(lines[k], expr=scale(number("11/10"), lines[k].expr))
    chains[-2] = replace(chains[-2], lines=tuple(lines[: k + 1]))
    broken = replace(derivation, chains=(*chains, derivation.chains[-2]))
    assert not verify(broken).passed


def test_a_linear_function_has_no_stationary_point() -> None:
    derivation = derive(problem("b: vector(n)\n  x: vector(n)", "b' x", "x"))
    assert "it does not depend on x; unless it is 0: there is no stationary point" in told(derivation)
    assert points(derivation)[0].classification == "none"
    assert verify(derivation).passed


def test_without_a_closed_form_the_equation_is_stated_and_what_is_known() -> None:
    derivation = derive(problem("X: matrix(N, n)\n  w: vector(n)\n  y: vector(N)", "sum(softplus(X w)) - y' X w", "w"))
    assert verify(derivation).passed
    assert "no closed form" not in told(derivation) and "every solution is a global minimum" in told(derivation)
    (result,) = points(derivation)
    assert result.equation is not None and result.classification is None


def test_eigenvectors_are_named() -> None:
    derivation = derive(problem("A: symmetric(n)\n  x: vector(n)", "x' A x / (x' x)", "x"))
    assert verify(derivation).passed
    assert "x is an eigenvector of A" in told(derivation)


@pytest.mark.parametrize(("symbols", "function", "wrt", "answer", "kind", "word"), [
    ("A: spd(n)\n  x: vector(n)\n  C: {type: 'matrix(m, n)', is: [full-row-rank]}\n  d: vector(m)\n  l: vector(m)",
     "1/2 x' A x + l' (C x - d)", "[x, l]", "A^-1 C' (C A^-1 C')^-1 d", "saddle", "minimum subject to Cx = d"),
    ("X: matrix(m, n)\n  A: spd(m)\n  C: {type: 'matrix(p, m)', is: [full-row-rank]}\n  D: matrix(p, n)\n  L: matrix(p, n)",
     "1/2 tr(X' A X) - tr(L' (C X - D))", "[X, L]", "A^-1 C' (C A^-1 C')^-1 D", "saddle", "minimum subject to CX = D"),
    ("p: {type: vector(n), is: [positive]}\n  l: scalar", "-sum(p .* log(p)) + l (sum(p) - 1)", "[p, l]", "(1/n) ones(n)", "saddle",
     "maximum subject to sum(p) = 1"),
])
def test_lagrangians(symbols: str, function: str, wrt: str, answer: str, kind: str, word: str) -> None:
    name = wrt.strip("[]").split(",")[0]
    p = problem(symbols, function, wrt, f"answer: {{stationary: {{{name}: \"{answer}\"}}}}")
    derivation = derive(p)
    assert verify(derivation).passed
    (first, *_) = points(derivation)
    assert first.classification == kind and text.why(first.subject) == word
    author = p.answer["stationary"]
    assert not isinstance(author, Expr)
    assert check_answer(p, "stationary", first.expr, author[name])[0]


def test_two_scalars_need_the_first_entry_and_the_determinant() -> None:
    derivation = derive(problem("x: scalar\n  y: scalar", "x^3 - 3 x y + y^3", "[x, y]"))
    assert verify(derivation).passed
    assert [one.classification for one in points(derivation)] == ["saddle", "saddle", "minimum", "minimum"]
    assert "first entry 6 > 0, determinant 27 > 0, positive definite: a minimum" in told(derivation)
    maximum = derive(problem("x: scalar\n  y: scalar", "-x^2 - y^2 + x y", "[x, y]"))
    assert "first entry −2 < 0, determinant 3 > 0, negative definite: a maximum" in told(maximum)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_what_is_called_convex_lies_below_its_chords(data: st.DataObject) -> None:
    """The composition rules against numbers: f(½(x + y)) ≤ ½(f(x) + f(y)) at random points."""
    import numpy as np

    from derive.notation.python.source import source

    inner = data.draw(st.sampled_from(["B x - b", "x", "3 x + b"]))
    form = data.draw(st.sampled_from([
        "norm({0})^2", "norm({0})", "norm1({0})", "logsumexp({0})", "sum(exp({0}))", "sum(softplus({0}))", "({0})' S ({0})",
        "norm({0})^4", "sum(({0}) .^ 2)", "sum(abs({0}))",
    ])).format(inner)
    whole = data.draw(st.sampled_from(["{0}", "2 * ({0}) + b' x", "exp({0})", "({0}) - 3", "softplus({0})", "({0}) + norm(x)^2"])).format(form)
    p = problem("x: vector(n)\n  B: square(n)\n  S: spd(n)\n  b: vector(n)", whole, "x")
    found = curvature(p.function, frozenset({"x"}))
    assert found is not None and found.kind == "convex"
    rng = np.random.default_rng(data.draw(st.integers(0, 10**6)))
    n = 3
    z = rng.normal(size=(n, n))
    given_names = {"B": 0.3 * rng.normal(size=(n, n)), "S": z @ z.T, "b": rng.normal(size=n), "n": n, "np": np}
    code = compile(source(p.function), "<f>", "eval")
    u, v = 0.5 * rng.normal(size=n), 0.5 * rng.normal(size=n)
    a, b, m = (float(eval(code, {**given_names, "x": at})) for at in (u, v, (u + v) / 2))  # our own source
    assert m <= (a + b) / 2 + 1e-9 * (abs(a) + abs(b))


@pytest.mark.parametrize("function", ["x' A x", "logsumexp(x) - norm(x)^2", "sum(sin(x))", "norm(x)^2 * norm(x - b)^2", "exp(-norm(x)^2)"])
def test_what_is_not_convex_is_not_called_so(function: str) -> None:
    p = problem("x: vector(n)\n  A: symmetric(n)\n  b: vector(n)", function, "x")
    found = curvature(p.function, frozenset({"x"}))
    assert found is None or found.kind not in ("convex", "concave")


@pytest.mark.parametrize(("let", "function", "symbols", "wrt", "answer", "kind"), [
    ("u: X w - y", "norm(u)^2", "X: matrix(m, n)\n  w: vector(n)\n  y: vector(m)", "w", "(X' X)^-1 X' y", "minimum"),
    ("u: X - B\n  G: u' A u", "tr(G S)", "X: matrix(m, n)\n  A: spd(m)\n  B: matrix(m, n)\n  S: spd(n)", "X", "B", "minimum"),
    ("Z: A' A\n  u: Z x - b", "u' u", "A: matrix(m, n)\n  x: vector(n)\n  b: vector(n)", "x", None, "minimum"),
])
def test_intermediates_that_move_are_put_back_before_the_gradient_is_solved(
    let: str, function: str, symbols: str, wrt: str, answer: str | None, kind: str,
) -> None:
    """2X'u with u = Xw − y was once said not to depend on w."""
    wanted = f"answer: {{stationary: \"{answer}\"}}\n" if answer else ""
    p = problem(symbols, function, wrt, f"let:\n  {let}\n{wanted}")
    found = derive(p)
    (_, one), = members(found.results["stationary"])
    assert one.classification == kind
    said = [text.why(line.why) for chain in found.chains for line in chain.lines]
    assert not any("does not depend" in why for why in said)
    report = verify(found)
    assert report.passed, report


# (symbols, function, wrt, what is said): why a matrix is inverted, a scalar divided by, a second derivative positive
GROUNDS = {
    "a congruence": ("x: vector(n)\n  W: spd(m)\n  X: {type: 'matrix(m, n)', is: [full-column-rank]}\n  y: vector(m)", "(X x - y)' W (X x - y)",
                     "x", ["X'WX ≻ 0, as W is positive definite and X has full column rank",
                           "> 0 for h ≠ 0, as W is positive definite and X has full column rank: convex, a global minimum"]),
    "a shift": ("x: vector(n)\n  A: matrix(m, n)\n  y: vector(m)\n  c: positive", "norm(A x - y)^2 + c norm(x)^2", "x",
                ["A'A + cI ≻ 0, as c > 0", "> 0 for h ≠ 0, as c > 0: convex"]),
    "a rank assumed": ("x: vector(n)\n  A: matrix(m, n)\n  y: vector(m)\n  W: spd(m)", "(A x - y)' W (A x - y)", "x",
                       ["A has full column rank, W is positive definite"]),
    "a number": ("x: vector(n)\n  S: spd(n)\n  l: scalar", "1/2 x' S x - l (ones(n)' x - 1)", "[x, l]",
                 ["divide by 𝟏' S⁻¹ 𝟏, S is positive definite"]),
    "entry by entry": ("m: vector(n)\n  X: {type: 'matrix(n, N)'}\n  c: {type: vector(N), is: [positive]}", "sum(i, 1, N, c[i] norm(X[:, i] - m)^2)",
                       "m", ["> 0 for h ≠ 0, as c has positive entries: convex"]),
    "numbers": ("w: vector(2)\n  y: vector(3)", "norm([1, 2; 3, 4; 5, 7] w - y)^2", "w", ["the columns of [1, 2; 3, 4; 5, 7] are independent"]),
    "the sphere": ("x: {type: vector(n), is: [unit]}\n  a: vector(n)", "a' x", "x", ["‖x‖ = 1, on the sphere"]),
    "second derivatives": ("a: scalar\n  b: scalar", "a^2 + a b + b^2 - a", "[a, b]", ["the second partial derivatives; first entry 2 > 0"]),
}


@pytest.mark.parametrize("name", GROUNDS)
def test_what_is_inverted_or_positive_says_by_what_is_declared(name: str) -> None:
    symbols, function, wrt, said = GROUNDS[name]
    derivation = derive(problem(symbols, function, wrt))
    assert verify(derivation).passed
    whys = [text.why(line.why) for chain in derivation.chains for line in chain.lines]
    for words in said:
        assert any(words in why for why in whys), whys


# (symbols, function, wrt): gradients that are 0 nowhere, and what is said of them
NOWHERE = {
    "definite": ("X: spd(p)\n  A: spd(p)", "logdet(X) + tr(A X)", "X", "there is no stationary point"),
    "invertible": ("X: invertible(n)", "logdet(X)", "X", "is invertible"),
    "positive": ("x: vector(n)", "logsumexp(x)", "x", "for every x"),
    "a positive scalar": ("x: positive", "log(x) + x", "x", "for every x"),
    "contradictory numbers": ("a: scalar\n  b: scalar", "(a - b)^2 + a", "[a, b]", "there is no stationary point"),
    "contradictory matrices": ("X: spd(p)\n  V: spd(p)", "2 logdet(X) - tr(inv(V) X) - 3 logdet(V)", "[X, V]", "there is no stationary point"),
    "rank one": ("x: vector(d)\n  S: spd(d)", "-x' S^-1 x - logdet(S)", "S", "has rank one"),
    "rank one, of two": ("x: vector(d)\n  mu: vector(d)\n  S: spd(d)\n  N: integer", "-N (x - mu)' S^-1 (x - mu) - N logdet(S)", "[mu, S]",
                         "is invertible"),
}


@pytest.mark.parametrize("name", NOWHERE)
def test_where_there_is_no_stationary_point_that_is_said_and_checked(name: str) -> None:
    symbols, function, wrt, said = NOWHERE[name]
    derivation = derive(problem(symbols, function, wrt))
    report = verify(derivation)
    assert report.passed, [line.message for line in report.failures]
    assert {one.classification for one in points(derivation)} == {"none"}
    assert said in told(derivation)


def test_a_stationary_point_is_not_denied_by_a_wrong_sign() -> None:
    derivation = derive(problem("X: spd(p)\n  A: spd(p)", "logdet(X) + tr(A X)", "X"))
    *others, chain = derivation.chains
    *lines, last = chain.lines
    wrong = replace(derivation, chains=(*others, replace(chain, lines=(*lines, replace(last, relation="≺")))))
    assert not verify(wrong).passed


# (symbols, function, wrt, the point, its kind)
ENTRIES = {
    "masked": ("M: {type: 'matrix(m, n)', is: [positive]}\n  R: matrix(m, n)\n  X: matrix(m, n)", "1/2 norm(M .* (X - R))^2", "X", "R"),
    "weighted": ("x: vector(n)\n  y: vector(n)\n  w: {type: vector(n), is: [positive]}\n  l: positive", "sum(w .* (x - y) .^ 2) + l norm(x)^2", "x",
                 "(w .* y) ./ (w + l ones(n))"),
    "exponential": ("v: vector(n)\n  c: {type: vector(n), is: [positive]}", "sum(exp(v)) - c' v", "v", "log(c)"),
    "variances": ("v: {type: vector(n), is: [positive]}\n  s: {type: vector(n), is: [positive]}", "sum(v) + sum(s ./ v)", "v", "s .^ (1/2)"),
    "blocks": ("A: matrix(P*M, P*N)\n  X: matrix(M, N)", "norm(A - kron(I(P), X))^2", "X", "ptrace1(A, zeros(M, N)) / P"),
    "diagonal": ("A: {type: 'matrix(m, n)', is: [full-column-rank]}\n  B: {type: 'matrix(p, n)', is: [full-column-rank]}\n  C: matrix(m, p)\n  "
                 "s: vector(n)", "norm(A diag(s) B' - C)^2", "s", "inv((A' A) .* (B' B)) diag(A' C B)"),
}


@pytest.mark.parametrize("name", ENTRIES)
def test_equations_are_solved_entry_by_entry(name: str) -> None:
    symbols, function, wrt, answer = ENTRIES[name]
    p = problem(symbols, function, wrt, f"answer: {{stationary: \"{answer}\"}}")
    derivation = derive(p)
    report = verify(derivation)
    assert report.passed, [line.message for line in report.failures]
    (one,) = points(derivation)
    author = p.answer["stationary"]
    assert isinstance(author, Expr)
    assert check_answer(p, "stationary", one.expr, author)[0]
    assert one.classification == "minimum"


def test_a_product_is_zero_where_a_factor_is() -> None:
    derivation = derive(problem("x: vector(n)", "(x' x - 1)^2", "x"))
    assert verify(derivation).passed
    origin, sphere = points(derivation)
    assert origin.classification == "maximum" and text.pretty(origin.expr) == "0"
    assert sphere.classification == "minimum" and sphere.equation is not None and text.pretty(sphere.expr) == "x'x"


EIGEN = {
    "on the sphere": ("u: {type: vector(n), is: [unit]}\n  S: symmetric(n)", "u' S u", "u", "Su = (u'Su)u"),
    "by a multiplier": ("u: vector(n)\n  S: symmetric(n)\n  m: scalar", "u' S u + m (1 - u' u)", "[u, m]", "Su = mu"),
    "generalized": ("w: vector(n)\n  B: symmetric(n)\n  S: spd(n)\n  m: scalar", "m (w' S w - 1) - w' B w", "[w, m]", "Bw = m Sw"),
    "of columns": ("S: symmetric(d)\n  W: matrix(d, k)\n  L: symmetric(k)", "tr(W' S W) - tr(L (W' W - I))", "[W, L]", "SW = WL"),
}


@pytest.mark.parametrize("name", EIGEN)
def test_an_equation_for_eigenvectors_is_the_answer(name: str) -> None:
    symbols, function, wrt, equation = EIGEN[name]
    derivation = derive(problem(symbols, function, wrt))
    report = verify(derivation)
    assert report.passed, [line.message for line in report.failures]
    first = points(derivation)[0]
    assert first.equation is not None
    assert f"{text.pretty(first.expr)} = {text.pretty(first.equation)}" == equation


def test_procrustes_ends_in_the_polar_factor() -> None:
    derivation = derive(problem("Q: orthogonal(n)\n  A: matrix(n, m)\n  B: matrix(n, m)", "norm(B - Q A)^2", "Q"))
    assert verify(derivation).passed
    (one,) = points(derivation)
    assert one.classification == "minimum"
    assert "is symmetric" in told(derivation)


GAUSSIAN = {
    "mean and covariance": ("m: vector(n)\n  S: spd(n)\n  X: matrix(N, n)",
                            "-N / 2 * logdet(S) - 0.5 * tr((X - ones(N) m') S^-1 (X - ones(N) m')')", "[m, S]", "sizes: [N > n]"),
    "in a sum": ("x: matrix(d, N)\n  g: {type: vector(N), is: [positive]}\n  mu: vector(d)\n  S: spd(d)",
                 "-1/2 sum(i, 1, N, g[i] (logdet(S) + (x[:, i] - mu)' S^-1 (x[:, i] - mu)))", "[mu, S]", "sizes: [N > d]"),
    "mean and variance": ("m: scalar\n  v: positive\n  x: vector(n)", "-n/2 log(v) - norm(x - m ones(n))^2 / (2 v)", "[m, v]", ""),
}


@pytest.mark.parametrize("name", GAUSSIAN)
def test_a_likelihood_is_a_maximum_by_the_profile(name: str) -> None:
    symbols, function, wrt, more = GAUSSIAN[name]
    derivation = derive(problem(symbols, function, wrt, more))
    report = verify(derivation)
    assert report.passed, [line.message for line in report.failures]
    assert {one.classification for one in points(derivation)} == {"maximum"}
    assert "profile" in told(derivation)


def test_an_indefinite_hessian_shows_two_directions() -> None:
    derivation = derive(problem("x: vector(3)", "x[1] x[2] + x[1]^2 x[3] - x[1]^2 - x[2] - x[3]^2", "x"))
    assert verify(derivation).passed
    assert "< 0 along" in told(derivation) and "> 0 along" in told(derivation)


# (symbols, function, wrt, the points as text, their kinds)
KINDS = {
    "a function of the norm": ("x: vector(n)", "norm(x)^4 - 2 norm(x)^2", "x", ["0", "‖x‖² = 1"], ["maximum", "minimum"]),
    "an ellipsoid": ("x: vector(n)\n  A: spd(n)", "(x' A x - 2)^2", "x", ["0", "x'Ax = 2"], ["maximum", "minimum"]),
    "a square root": ("X: spd(n)\n  A: spd(n)", "tr(A X) + tr(inv(X))", "X", ["A^(−1/2)"], ["minimum"]),
    "a softmax": ("p: {type: vector(n), is: [positive]}\n  c: vector(n)\n  T: positive\n  m: scalar",
                  "p' c + T sum(p .* log(p)) + m (sum(p) - 1)", "[p, m]",
                  ["softmax(−c/T)", "T(logsumexp(−c/T) − 1)"], ["saddle", "saddle"]),
    "a subspace": ("W: stiefel(n, p)\n  S: symmetric(n)", "tr(W' S W)", "W", ["SW = WW'SW"], [None]),
    "a bump": ("x: scalar\n  y: scalar", "exp(-(x^2 + y^2))", "[x, y]", ["0", "0"], ["maximum", "maximum"]),
    "semidefinite and convex": ("x: vector(2)", "x[1]^4 + x[2]^2", "x", ["[0; 0]"], ["minimum"]),
}


@pytest.mark.parametrize("name", KINDS)
def test_kinds_of_equations_are_solved_to_their_end(name: str) -> None:
    symbols, function, wrt, expected, kinds = KINDS[name]
    derivation = derive(problem(symbols, function, wrt))
    report = verify(derivation)
    assert report.passed, [line.message for line in report.failures]
    found = points(derivation)
    said = [text.pretty(one.expr) + ("" if one.equation is None else f" = {text.pretty(one.equation)}") for one in found]
    assert said == expected
    assert [one.classification for one in found] == kinds


CONDITIONS = {
    "one definite term is enough": ("L: matrix(d, k)\n  T: matrix(d, N)\n  S: matrix(k, N)\n  D: spd(d)\n  c: positive",
                                    "c norm(L)^2 + tr((T - L S)' D (T - L S))", "L"),
    "beside a vector": ("L: matrix(d, k)\n  t: vector(d)\n  s: vector(k)\n  D: spd(d)\n  c: positive", "c norm(L)^2 + (t - L s)' D (t - L s)", "L"),
}


@pytest.mark.parametrize("name", CONDITIONS)
def test_no_rank_is_asked_for_that_is_not_needed(name: str) -> None:
    derivation = derive(problem(*CONDITIONS[name]))
    assert verify(derivation).passed
    (one,) = points(derivation)
    assert one.classification == "minimum"
    assert not one.conditions


# (symbols, Lagrangian, wrt, what each point is under the constraints)
UNDER = {
    "the largest rectangle": ("x: scalar\n  y: scalar\n  m: scalar", "x y + m (10 - x - y)", "[x, y, m]", ["maximum subject to x + y = 10"]),
    "a linear function on a circle": ("x: scalar\n  y: scalar\n  m: scalar", "x + y + m (x^2 + y^2 - 1)", "[x, y, m]",
                                      ["minimum subject to x² + y² = 1", "maximum subject to x² + y² = 1"]),
    "a linear function on a sphere": ("x: vector(n)\n  a: vector(n)\n  m: scalar\n  r: positive", "a' x + m (x' x - r)", "[x, m]",
                                      ["maximum subject to x'x = r", "minimum subject to x'x = r"]),
    "two constraints": ("w: vector(n)\n  V: spd(n)\n  mu: vector(n)\n  r: scalar\n  a: scalar\n  b: scalar",
                        "1/2 w' V w + a (r - mu' w) + b (1 - ones(n)' w)", "[w, a, b]", ["minimum subject to μ'w = r and 𝟏' w = 1"]),
}


@pytest.mark.parametrize("name", UNDER)
def test_a_point_of_a_lagrangian_is_what_it_is_under_its_constraints(name: str) -> None:
    symbols, function, wrt, expected = UNDER[name]
    derivation = derive(problem(symbols, function, wrt))
    report = verify(derivation)
    assert report.passed, [line.message for line in report.failures]
    found = derivation.results["stationary"]
    first = [next(iter(point.values())) for point in (found if isinstance(found, tuple) else (found,))]  # type: ignore[union-attr]
    assert [text.why(one.subject) for one in first] == expected


def test_polynomials_without_a_common_root_have_no_point() -> None:
    derivation = derive(problem("x: scalar\n  y: scalar", "(x - 1)^2 (y + 2)^2 + x", "[x, y]"))
    assert verify(derivation).passed
    assert {one.classification for one in points(derivation)} == {"none"}


@pytest.mark.parametrize(("symbols", "function"), [
    ("E: function(n)\n  x: vector(n)\n  M: spd(n)", "E(x)"), ("A: spd(n)\n  x: vector(n)\n  M: spd(n)", "1/2 x' A x - sum(exp(x))"),
])
def test_an_equation_that_is_not_solved_is_stated_in_the_inner_product(symbols: str, function: str) -> None:
    p = read(f"title: T\nsymbols:\n  {symbols}\nfunction: f(x) = {function}\ninner-product: M\nfind: [stationary]\n", "p.yaml")
    found = derive(p)
    assert verify(found).passed and text.text(found.results["stationary"].expr).startswith("M^-1")


def test_each_equation_of_a_system_stands_before_what_follows_from_it() -> None:
    """An arrow speaks of the row above it: the second equation is not one that the first one's solution is equivalent to."""
    it = problem("X: matrix(n, N)\n  mu: vector(n)\n  S: spd(n)",
                 "N/2 logdet(S) + 1/2 sum(i, 1, N, (X[:, i] - mu)' S^-1 (X[:, i] - mu))", "[mu, S]")
    lines = [line for chain in derive(it).chains for line in chain.lines]
    stated = [k for k, line in enumerate(lines) if line.rule == "stationary" and line.relation == "="]
    solved = [k for k, line in enumerate(lines) if line.rule == "solve"]
    assert len(stated) == 2 and stated[0] < solved[0] < stated[1] < solved[1]
    assert all(lines[k + 1].relation in ("⇔", "⇒") for k in stated)


def test_a_hessian_that_is_asked_for_is_not_derived_again_by_the_test() -> None:
    derivation = derived("x: scalar", "exp(-1/2 x^2)", "x", "hessian, stationary")
    test = next(chain for chain in derivation.chains if chain.title == "Second-order test")
    assert [text.line(line) for line in test.lines] == ["d²f/dx²(0) = −1"]
    alone = derived("x: scalar", "exp(-1/2 x^2)", "x", "stationary")
    assert len(next(chain for chain in alone.chains if chain.title == "Second-order test").lines) == 4
@pytest.mark.parametrize(("form", "least"), [
    ("x' (y y') x - b' x", "minimum"), ("x' (c y y') x - b' x", "minimum"), ("b' x - x' (c y y') x", "maximum"),
])
def test_a_matrix_of_rank_one_is_not_inverted(form: str, least: str) -> None:
    """2yy'x = b has no solution x = (yy')⁻¹b/2: the equation is the answer, with what its solutions are."""
    problem = read(f"symbols: {{x: vector(n), y: vector(n), b: vector(n), c: positive}}\nfunction: {form}\nwrt: x\nfind: [stationary]\n", "t.yaml")
    derivation = derive(problem)
    found = derivation.results["stationary"]
    assert isinstance(found, Result) and found.equation is not None
    assert not any(isinstance(node, Power) and isinstance(node.base, MatMul) for node in walk(found.expr))
    assert any(f"every solution is a global {least}" in text.why(line.why) for chain in derivation.chains for line in chain.lines)
    assert verify(derivation).passed


def test_a_gradient_with_a_diagonal_matrix_on_a_vector_is_looked_at_for_points() -> None:
    """diag of a product that is a column is a matrix: the law of the diagonal of a matrix does not hold of it."""
    derivation = derived("A: spd(n); x: vector(n)", "sum(i, 1, n, (diag(exp(A) x) x)[i]^2)", "A", "gradient, stationary")
    assert text.line(derivation.chains[-1].lines[-1]).startswith("∇f(A)")


def test_the_one_real_point_of_two_polynomial_equations_is_found() -> None:
    derivation = derive(problem("x: scalar\n  y: scalar", "x^4/4 - x y^2 + x + 2 y^2 + y^4", "[x, y]"))
    assert verify(derivation).passed
    assert [(text.text(p.expr), p.classification) for p in points(derivation)] == [("-1", "minimum"), ("0", "minimum")]


def test_a_line_that_only_divides_by_a_letter_is_part_of_its_neighbour() -> None:
    """Σ (xᵢ − μ) = 0 ⇔ μ = Σ xᵢ/N; from the gradient to the point there are two steps at least, and more than a letter has its own line."""

    def moves(derivation: Derivation) -> list[str]:
        return [text.line(line) for chain in derivation.chains for line in chain.lines if line.rule in ("rearrange", "solve")]

    mean = derived("X: matrix(n, N); m: vector(n); S: spd(n)", "sum(i, 1, N, (X[:, i] - m)' S^-1 (X[:, i] - m))", "m", "stationary")
    assert len(moves(mean)) == 2 and "collect the terms with m, divide by N" in told(mean)
    gaussian = derived("S: spd(n); T: spd(n); N: positive", "N/2 logdet(S) + 1/2 tr(S^-1 T)", "S", "stationary")
    assert moves(gaussian) == ["⇔ NS = T", "S* ⇔ T/N"]
    factor = derived("c: scalar; x: vector(n); y: vector(n)", "norm(y - c x)^2", "c", "stationary")
    assert len(moves(factor)) == 2
