"""What a derivation says beside its lines: reasons, conditions, remarks; lines that a problem hides."""

from __future__ import annotations

from dataclasses import replace
from unicodedata import normalize

import pytest

from derive.checking.verification import verify
from derive.derivation.derivation import BrokenChain, Step
from derive.expressions.build import scale
from derive.expressions.nodes import Expr, Symbol, number
from derive.expressions.sizes import SCALAR
from derive.notation.text import text
from tests.calculus.derived import derived, told

QUADRATIC = ("x: vector(n); A: symmetric(n)", "x' A x", "x")


def test_a_hidden_rule_has_no_line() -> None:
    rows = told(derived(*QUADRATIC, more="hide: [product-rule]\n"))
    assert rows[:2] == [
        ("Df(x)[h] = d/dt (x + th)'A(x + th) |t=0", "definition"),
        ("= 2x'Ah", "a scalar is its own transpose, A' = A"),
    ]
    rows = told(derived(*QUADRATIC, more="hide: [definition, scalar-transpose]\n"))
    assert rows[:2] == [("Df(x)[h] = h'Ax + x'Ah", "product rule"), ("= ⟨2Ax, h⟩", "read off, A' = A")]


def test_a_hidden_rule_keeps_the_line_that_is_a_result() -> None:
    rows = told(derived(*QUADRATIC, "derivative, gradient", "hide: [scalar-transpose, read-off]\n"))
    assert ("= 2x'Ah", "") in rows and ("= ⟨2Ax, h⟩", "") in rows


def test_every_rewrite_says_its_reason() -> None:
    rows = told(derived(*QUADRATIC, more="detail: full\n"))
    assert [why for _, why in rows] == [
        "definition", "product rule", "a scalar is its own transpose", "A' = A", "collect", "read off, A' = A", "",
    ]


CONDITIONS = [
    ("x: scalar", "asin(x)", ["|x| < 1"]),
    ("x: scalar", "acos(x^2)", ["|x²| < 1"]),
    ("X: matrix(m, n)", "norm(X) / (1 + norm(X)^2)", ["X ≠ 0"]),
    ("X: matrix(m, n)", "log(norm(X))", ["X ≠ 0"]),
    ("X: matrix(m, n)", "norm(X)^2", []),
    ("X: matrix(m, n)", "1/norm(X)^2", ["X ≠ 0"]),
    ("x: vector(n)", "norm(x)^2 / norm(x)", ["x ≠ 0"]),
    ("X: square(n); A: square(m)", "logdet(kron(X, A))", ["det(X) ≠ 0", "det(A) ≠ 0"]),
    ("x: vector(n); A: spd(n)", "sqrt(x' A x)", ["x ≠ 0"]),
    ("X: spd(n)", "tr(sqrtm(X))", []),
    ("X: square(n)", "log(det(expm(X)))", []),
    ("X: square(n)", "logdet(X)", ["det(X) ≠ 0"]),
    ("x: vector(n); y: vector(n)", "sum(max(x, y))", ["not differentiable where an entry of x is that of y"]),
    ("x: vector(n)", "sum(min(x, 0))", ["not differentiable where an entry of x is 0"]),
    ("X: matrix(m, n)", "sum(svd_s(X))", ["X has full column rank"]),
    ("X: matrix(m, n); A: square(n)", "tr(A svd_v(X)) + sum(svd_s(X))",
     ["the singular values of X are distinct and positive", "X has full column rank"]),
    ("X: matrix(m, n)", "tr(sqrtm(X' X))", ["X has full column rank"]),
    ("X: invertible(n)", "norm(X) norm(X^-1)", []),
    ("X: invertible(n)", "norm(X)^n / det(X)", []),
    ("x: vector(n); y: vector(n)", "x' y / (norm(x) norm(y))", ["x ≠ 0", "y ≠ 0"]),
    ("X: matrix(n, p); A: symmetric(n)", "tr(X' A X) / tr(X' X)", ["X ≠ 0"]),
    ("X: matrix(m, n)", "sum(i, 1, m, norm(X[i, :]))", ["X_(i,:)' ≠ 0 for every i"]),
    ("x: vector(n); A: matrix(m, n)", "sum(i, 1, m, abs(A[i, :]' x))", ["not differentiable where A_(i,:) x = 0 for some i"]),
    ("x: scalar; y: scalar", "log(1 - sigmoid(x y)) / log(2)", []),
    ("X: matrix(n, p); A: symmetric(n)", "1 / tr(X' A X)", ["tr(X'AX) ≠ 0"]),
    ("X: matrix(n, p); A: symmetric(n)", "tr(X' A X) / det(X' X)", ["X has full column rank"]),
    ("x: vector(n); a: vector(n); b: scalar", "where(a' x > b, a' x, 0)", ["not where the cases meet: a'x = b"]),
]


@pytest.mark.parametrize(("symbols", "function", "wanted"), CONDITIONS, ids=[row[1] for row in CONDITIONS])
def test_conditions_are_said_once_and_only_where_needed(symbols: str, function: str, wanted: list[str]) -> None:
    derivation = derived(symbols, function, symbols[0])
    assert [text.why(c) for c in derivation.conditions] == wanted


def test_a_property_of_two_gradients_is_said_once() -> None:
    rows = told(derived("S: spd(n); m: vector(n); x: vector(n)", "logdet(S) + (x - m)' S^-1 (x - m)", "[S, m]", "gradient, differential"))
    whys = [why for _, why in rows]
    assert "read off, S' = S" in whys and "the directional derivative along dS, dm" in whys
    assert "log det(S + t H_S)" in rows[0][0]


def test_another_inner_product_multiplies_a_whole_matrix() -> None:
    rows = told(derived("x: vector(n); A: symmetric(n); B: square(n)", "x' A x", "x", more="inner-product: B' B + I\n"))
    assert "the inner product with B'B + I: (B'B + I)(B'B + I)⁻¹ = I" in [why for _, why in rows]


REMARKS = [
    ("X: symmetric(n); A: square(n)", "tr(A X)", "is A'. The entry convention of some books, A + A' − (I ∘ A),"),
    ("X: symmetric(n); A: square(n)", "tr(A X X)", "is G = A'X + XA'. The entry convention of some books, G + G' − (I ∘ G),"),
    ("X: spd(n)", "logdet(X)", "is the same. The entry convention of some books, 2X⁻¹ − (I ∘ X⁻¹),"),
    ("X: skew(n); A: square(n)", "tr(A X)", "is A'."),
    ("X: diagonal(n); A: square(n)", "tr(A X)", "is A'."),
    ("X: upper(n); A: square(n)", "tr(A X)", "is A'."),
    ("X: orthogonal(n); A: square(n)", "tr(A X)", "is A'."),
    ("X: stiefel(n, p); A: symmetric(n)", "tr(X' A X)", "is 2AX."),
    ("x: {type: vector(n), is: [unit]}; A: symmetric(n)", "x' A x", "is 2Ax."),
]


@pytest.mark.parametrize(("symbols", "function", "wanted"), REMARKS, ids=[row[0] for row in REMARKS])
def test_the_free_gradient_of_a_structured_variable_is_named(symbols: str, function: str, wanted: str) -> None:
    remarks = [text.why(remark) for remark in derived(symbols, function, symbols[0]).remarks]
    assert any(f"The free gradient, by a variable without structure, {wanted}" in remark for remark in remarks)


def test_both_layouts_are_printed_with_their_shapes_and_boxed() -> None:
    from derive.documents.page.views import passages

    derivation = derived(*QUADRATIC, "jacobian", "layout: both\n")
    assert told(derivation)[-2:] == [
        ("J_f(x) = 2x'A", "read off: the factor of h; 1×n"),
        ("J_f(x)' = 2Ax", "denominator layout: the transpose; n×1"),
    ]
    boxes = [(text.head(box.left), text.pretty(box.result.expr)) for box in passages(derivation)[-1].boxed]  # type: ignore[arg-type]
    assert boxes == [("J_f(x)", "2x'A"), ("J_f(x)'", "2Ax")]
    alone = derived(*QUADRATIC, "jacobian", "layout: denominator\n")
    assert [text.head(box.left) for box in passages(alone)[-1].boxed] == ["J_f(x)'"]  # type: ignore[arg-type]


def test_each_of_several_jacobians_keeps_its_own_name() -> None:
    rows = told(derived("x: vector(n); z: scalar", "z x", "[x, z]", "jacobian", "layout: both\n"))
    assert [row for row, _ in rows][-4:] == ["∂f/∂x = zI", "(∂f/∂x)' = zI", "∂f/∂z = x", "(∂f/∂z)' = x'"]


def test_the_expansion_by_several_variables() -> None:
    rows = told(derived("A: matrix(m, n); B: matrix(n, p)", "A B", "[A, B]", "derivative", "method: expansion\n"))
    assert rows == [
        ("(A + H_A)(B + H_B) − AB = H_A B + A H_B + H_A H_B", "the increment, multiplied out"),
        ("Df(A, B)[H_A, H_B] = H_A B + A H_B", "the part linear in H_A and H_B together"),
    ]
    rows = told(derived("A: matrix(m, n); b: vector(n); y: vector(m)", "norm(A b - y)^2", "[A, b]", "gradient", "method: expansion\n"))
    assert [row for row, _ in rows[-2:]] == ["∇_A f(A, b) = 2(Ab − y)b'", "∇_b f(A, b) = 2A'(Ab − y)"]


SPHERICAL = ("r: positive; theta: scalar; phi: scalar", "[r sin(theta) cos(phi); r sin(theta) sin(phi); r cos(theta)]", "[r, theta, phi]")


def test_several_scalars_have_one_jacobian_and_its_determinant() -> None:
    rows = [row for row, _ in told(derived("r: positive; theta: scalar", "[r cos(theta); r sin(theta)]", "[r, theta]", "jacobian"))]
    assert rows[-3:] == [
        "J_f(r, θ) = [cos(θ), −r sin(θ); sin(θ), r cos(θ)]", "det J_f(r, θ) = r cos²(θ) + r sin²(θ)", "det J_f(r, θ) = r",
    ]
    assert [row for row, _ in told(derived(*SPHERICAL, "jacobian"))][-1] == "det J_f(r, θ, φ) = r² sin(θ)"
    assert not any("det" in row for row, _ in told(derived("r: scalar; s: scalar", "[r s; r + s; s]", "[r, s]", "jacobian")))


def test_a_wrong_jacobian_of_several_scalars_or_determinant_is_refused() -> None:
    derivation = derived(*SPHERICAL, "jacobian")
    *others, chain = derivation.chains
    for k in (-1, -2):
        line = chain.lines[k]
        wrong = replace(line, expr=scale(number("1001/1000"), line.expr))
        lines = (*chain.lines[:k], wrong, *chain.lines[k:][1:])
        assert not verify(replace(derivation, chains=(*others, replace(chain, lines=lines)))).passed


VEC = [
    ("X: matrix(m, n); A: matrix(p, m)", "A X", "vec(AXB) = (B' ⊗ A) vec X"),
    ("X: matrix(m, n)", "X'", "vec X' = K vec X"),
    ("X: matrix(m, n)", "X X'", "vec(AXB) = (B' ⊗ A) vec X, vec X' = K vec X"),
    ("X: matrix(m, n)", "sin(X)", "vec(A ∘ X) = diag(vec A) vec X"),
    ("X: square(n); A: square(n)", "tr(A X) X", "tr(A'X) = vec(A)'vec(X)"),
    ("X: matrix(m, n); A: matrix(p, q)", "kron(A, X)", "vec(A ⊗ X) = (I ⊗ K ⊗ I)(vec A ⊗ vec X)"),
]


@pytest.mark.parametrize(("symbols", "function", "wanted"), VEC, ids=[row[1] for row in VEC])
def test_vec_is_taken_by_the_law_that_is_named(symbols: str, function: str, wanted: str) -> None:
    assert told(derived(symbols, function, "X", "vectorized"))[-2][1] == wanted


def test_a_function_that_is_constant_nearly_everywhere_has_the_jacobian_zero() -> None:
    derivation = derived("x: vector(n)", "sign(x)", "x", "jacobian")
    assert told(derivation)[-1][0] == "J_f(x) = 0" and derivation.conditions


def test_the_method_of_differentials_speaks_of_df() -> None:
    rows = told(derived(*QUADRATIC, "derivative, gradient, differential", "method: differential\n"))
    assert rows == [
        ("df = dx' Ax + x'A dx", "product rule"),
        ("= 2x'A dx", "a scalar is its own transpose, A' = A"),
        ("= ⟨2Ax, dx⟩", "read off, A' = A"),
        ("∇f(x) = 2Ax", ""),
    ]
    assert told(derived("x: scalar", "sin(x^2)", "x", "differential"))[-1][0] == "df = 2x cos(x²) dx"


def test_expansion_multiplies_out_numbers_and_intermediates_too() -> None:
    rows = told(derived("x: scalar; a: scalar", "a x^3 + x", "x", "derivative", "method: expansion\n"))
    assert rows == [
        ("a(x + h)³ + x + h − (ax³ + x) = 3ax²h + h + 3axh² + ah³", "f(x + h) − f(x), multiplied out"),
        ("Df(x)[h] = 3ax²h + h", "the part linear in h"),
        ("df/dx = 3ax² + 1", "read off: the factor of h"),
    ]
    let = "method: expansion\nlet: {u: X w - y}\n"
    rows = told(derived("X: matrix(m, n); w: vector(n); y: vector(m)", "u' u", "w", "gradient", let))
    assert rows[0][0].startswith("(X(w + h) − y)'(X(w + h) − y) −")


def test_a_result_is_boxed_under_its_own_left_side() -> None:
    from derive.documents.page.views import passages

    derivation = derived("A: symmetric(m); B: symmetric(n); X: matrix(m, n)", "tr(X' A X B)", "X", "second-derivative", "method: all\n")
    boxes = [text.head(box.left) for passage in passages(derivation) for box in passage.boxed]  # type: ignore[arg-type]
    assert boxes == ["D²f(X)[H, K]"]


RESULTS = [
    ("X: square(n); B: square(n)", "tr(X B X X)", "X", "gradient", "(X²)'B' + B'(X²)' + X'B'X'"),
    ("X: matrix(m, n); b: vector(m)", "norm(X pinv(X) b)^2", "X", "gradient", "2(I − XX⁺)bb'(X')⁺"),
    ("X: matrix(m, n)", "tr(X pinv(X))", "X", "gradient", "0"),
    ("w: vector(n); x: vector(n); b: scalar; y: scalar", "(y - max(0, dot(w, x) + b))^2", "w", "gradient",
     "{−2(y − (w · x + b))x if w · x + b > 0, 0 otherwise}"),
    ("w: vector(n); x: vector(n)", "w ./ x", "x", "jacobian", "−diag(w ⊘ (x ∘ x))"),
    ("A: {type: invertible(n), of: t}; t: scalar", "logdet(A)", "t", "second-derivative", "tr(A⁻¹Ä − A⁻¹ȦA⁻¹Ȧ)"),
    ("t: scalar", "det(expm(t [0, 1; -1, 0]))", "t", "derivative", "0"),
    ("X: spd(n)", "tr(logm(X))", "X", "gradient", "X⁻¹"),
    ("X: matrix(m, n); B: matrix(m, n)", "norm(X ./ B)^2", "X", "gradient", "2(X ⊘ (B ∘ B))"),
    ("X: matrix(m, n); A: matrix(m, n)", "vec(A)' vec(X)", "X", "gradient", "A"),
    ("x: vector(n); y: vector(n)", "sum(x .^ y)", "x", "gradient", "y ∘ x^∘(y−𝟏)"),
]


@pytest.mark.parametrize(("symbols", "function", "wrt", "find", "wanted"), RESULTS, ids=[row[1] for row in RESULTS])
def test_results_are_written_as_people_write_them(symbols: str, function: str, wrt: str, find: str, wanted: str) -> None:
    result = derived(symbols, function, wrt, find).results[find]
    assert normalize("NFC", text.pretty(result.expr)) == wanted  # type: ignore[union-attr]


def test_a_factor_keeps_the_sign_by_which_the_second_order_test_decides() -> None:
    """Wishart: (ν − n − 1)V is a maximum, because ν − n − 1 > 0 where it is positive definite."""
    function = "(nu - n - 1)/2 * logdet(X) - 1/2 tr(V^-1 X)"
    point = derived("X: spd(n); V: spd(n); nu: scalar", function, "X", "stationary").results["stationary"]
    assert point.classification == "maximum"  # type: ignore[union-attr]


# what a lecturer writes, a row each: symbols, function, wrt, find, more, (line, reason) that stands in the derivation
WRITTEN = [
    ("A: matrix(m, n); x: vector(n)", "A x", "A", "linearity", "", ("= a D(Ax)[H] + D(Ax)[K]", "the derivatives along H and along K")),
    ("A: square(n); t: scalar", "det(expm(t A))", "t", "derivative", "", ("= d/dt(exp(t tr(A)))", "det(e^(tA)) = exp(t tr(A))")),
    ("A: invertible(n); M: square(n)", "det(A)", "A", "derivative", "", ("= det(A) tr(A⁻¹H)", "det(I + tM) = 1 + t tr(M) + …")),
    ("X: matrix(m, n); A: symmetric(m)", "tr(X' A X)", "X", "second-derivative", "method: mixed\n",
     ("D²f(X)[H, K] = d/ds (d/dt tr((X + tH + sK)'A(X + tH + sK)) |t=0) |s=0", "definition")),
    ("x: vector(n); A: square(n)", "x' A x", "x", "second-derivative", "method: polarization\n", ("= 2h'Ah", "a scalar is its own transpose")),
    ("X: matrix(m, n)", "inner(X, X)", "X", "gradient", "", ("= 2 ⟨X, H⟩", "⟨A, B⟩ = ⟨B, A⟩")),
    ("x: vector(n); w: vector(n)", "w .* x .* x", "x", "jacobian", "",
     ("Df(x)[h] = 2 diag(x ∘ w) h", "a ∘ v = diag(a) v")),
    ("x: scalar; y: scalar", "x^2 y", "[x, y]", "gradient", "", ("= 2xy h_x + x² h_y", "power rule, product rule")),
    ("x: scalar; y: scalar", "x^2 y", "[x, y]", "gradient", "", ("∂f/∂x = 2xy", "read off: the factor of h_x")),
    ("x: scalar; y: scalar", "sin(x) y^2", "[x, y]", "gradient", "", ("= y² cos(x) h_x + 2y sin(x) h_y", "chain rule, power rule, product rule")),
    ("x: scalar; y: scalar", "u^2 + v", "[x, y]", "gradient", "let: {u: x + y, v: x y}\n", ("= 2x + 3y", "u = x + y")),
    ("x: vector(n); A: symmetric(n)", "x' u", "x", "gradient", "let: {u: A x}\n", ("= 2u'h", "a scalar is its own transpose")),
    ("t: scalar", "t^3", "t", "linearity", "", ("= 3at²h + 3t²k", "multiply out")),
    ("x: vector(n); A: symmetric(n)", "norm(A x)^2", "x", "hessian", "", ("∇²f(x) = 2A²", "read off the matrix")),
    ("x: vector(n); E: function(n)", "E(x)", "x", "second-derivative", "", ("= h' ∇²E(x) k", "definition of its derivative")),
    ("X: matrix(m, n); F: function(m×n, p×q); G: function(m×n, q×r)", "F(X) G(X)", "X", "derivative", "",
     ("= DF(X)[H] G(X) + F(X) DG(X)[H]", "product rule")),
    ("q: vector(2)", "[q[1] cos(q[2]); q[1] sin(q[2])]", "q", "jacobian", "method: entries\n",
     ("det J_f(q) = cos²(q₂) q₁ + q₁ sin²(q₂)", "the Jacobian determinant")),
    ("x: scalar", "[x^3; x; 1]", "x", "derivative", "method: entries\n", ("df/dx = [d/dx(x³); d/dx(x); 0]", "entry by entry")),
    ("x: vector(n); b: vector(n); c: scalar", "c (1 - b' x)", "[x, c]", "gradient", "", ("∂f/∂c = 1 − b'x", "")),
    ("X: matrix(m, n)", "logdet(I(m) + X X')", "X", "gradient", "", ("Df(X)[H] = d/dt log det(I + (X + tH)(X + tH)') |t=0", "definition")),
]


@pytest.mark.parametrize(("symbols", "function", "wrt", "find", "more", "line"), WRITTEN, ids=[f"{row[1]}-{row[5][0]}" for row in WRITTEN])
def test_what_a_lecturer_writes_is_written(symbols: str, function: str, wrt: str, find: str, more: str, line: tuple[str, str]) -> None:
    rows = told(derived(symbols, function, wrt, find, more))
    assert line in rows, rows


def test_equal_factors_that_come_together_move_the_others() -> None:
    """tr(S⁻²Φy e'e h'Φ') is −2 e'e y'Φ'S⁻²Φh: e'e stands in both terms, and is pulled out while they are turned."""
    rows = told(derived("Phi: matrix(n, m); y: vector(m)", "tr((Phi y e(1, n)' (Phi y e(1, n)')' + I(n))^-1)", "y"))
    assert any(why == "tr M = tr M', cyclic, S' = S" for _, why in rows), rows


def test_nothing_is_shown_that_nobody_asked_for() -> None:
    """The entries alone have no second route beside them, polarization alone no first derivative; the Hessian is read off the gradient's route."""
    rows = [chain.quantity for chain in derived("A: matrix(m, n); x: vector(n)", "A x", "A", "entries").chains]
    assert rows == ["entries"]
    rows = [chain.quantity for chain in derived(*QUADRATIC, "second-derivative", "method: polarization\n").chains]
    assert rows == ["second-derivative"]
    derivation = derived(*QUADRATIC, "second-derivative, hessian", "method: gradient\n")
    assert [text.line(line) for chain in derivation.chains if chain.quantity == "hessian" for line in chain.lines] == ["∇²f(x) = 2A"]


def test_where_the_gradient_vanishes_comes_before_what_kind_of_point_it_is() -> None:
    derivation = derived("x: vector(n); A: spd(n); b: vector(n)", "1/2 x' A x - b' x", "x", "hessian, stationary")
    assert [chain.title for chain in derivation.chains] == ["Gradient", "Stationary point", "Hessian", "Second-order test"]


def test_a_step_inside_what_gets_a_letter_leaves_the_lines_without_letters() -> None:
    given = "v: vector(m); X: matrix(m, n); Phi: matrix(n, m); y: vector(m); S: symmetric(n); k: integer"
    derivation = derived(given, "2 v' (eigvec(sym(max(S, Phi X)), 2) y')' e(k, n)", "X", "hessian")
    assert derivation.results["hessian"]


def test_a_step_whose_path_leads_nowhere_breaks_its_chain() -> None:
    x: Expr = Symbol("x", SCALAR)
    with pytest.raises(BrokenChain):
        Step(x, x, "collect", (0, 1)).apply(x)


def test_a_sentence_about_a_factorization_has_no_letter_of_the_author_in_another_meaning() -> None:
    polar = derived("Q: orthogonal(n); A: square(n); B: square(n)", "norm(Q A - B)^2", "Q", "stationary")
    assert "BA' = U_pol(BA') P_pol(BA') is the polar decomposition." in [text.why(remark) for remark in polar.remarks]
    expm = derived("X: square(n); A: square(n); B: square(n); E: square(n)", "inner(B, expm(A X + E))", "X")
    (sentence,) = [text.why(remark) for remark in expm.remarks]
    assert sentence.startswith("L_exp(M, N) is the derivative of the matrix exponential at M along N")
