"""How everyday functions come out: the result as people write it, the reason that was needed for it, nothing left undone."""

from __future__ import annotations

from unicodedata import normalize

import pytest

from derive.errors import DeriveError
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Scale, Stack
from derive.notation.latex.latex import latex
from derive.notation.text import text
from derive.notation.text.text import pretty
from tests.calculus.derived import derived, told

REASONS = [
    # what makes two terms one is said, also where the direction stands inside a function
    ("X: matrix(m, n); M: symmetric(m*n)", "vec(X)' M vec(X)", "X",
     ("= 2 vec(H)' M vec(X)", "a scalar is its own transpose, M' = M")),
    ("x: vector(n); y: vector(m); A: symmetric(m + n)", "[x; y]' A [x; y]", "x",
     ("= 2 [h; 0]' A [x; y]", "a scalar is its own transpose, A' = A")),
    ("A: symmetric(n); x: {type: vector(n), of: t}; t: scalar", "x' A x", "t",
     ("= 2ẋ'Ax", "a scalar is its own transpose, A' = A")),
    ("X: symmetric(n); A: symmetric(n)", "tr(A X^2)", "X",
     ("= 2 tr(XAH)", "cyclic, tr M = tr M', H' = H, X' = X, A' = A")),
]


@pytest.mark.parametrize(("symbols", "function", "wrt", "wanted"), REASONS, ids=[row[1] for row in REASONS])
def test_what_made_terms_alike_is_said(symbols: str, function: str, wrt: str, wanted: tuple[str, str]) -> None:
    lines = told(derived(symbols, function, wrt, "derivative"))
    assert wanted in [(normalize("NFC", line), why) for line, why in lines]


RESULTS = [
    # known forms, entry by entry
    ("x: vector(n)", "sum(log(cosh(x)))", "x", "gradient", "tanh(x)"),
    ("x: vector(n)", "sum(log(cosh(x)))", "x", "hessian", "diag(𝟏 − tanh(x)^∘2)"),
    ("x: vector(n)", "sum(log(ones(n) + exp(-x)))", "x", "gradient", "−sigmoid(−x)"),
    ("w: vector(d); X: matrix(N, d); y: vector(N)", "-sum(y .* log(sigmoid(X w)) + (ones(N) - y) .* log(ones(N) - sigmoid(X w)))", "w",
     "gradient", "X'(sigmoid(Xw) − y)"),
    ("z: vector(n); j: integer", "-log(softmax(z)[j])", "z", "gradient", "softmax(z) − e_j"),
    ("x: vector(n); a: positive", "a sum(x) + sum(softmax(x))", "x", "gradient", "a 𝟏"),
    # of diag, of blocks
    ("x: vector(n); A: square(n); B: square(n)", "diag(A diag(x) B)", "x", "jacobian", "A ∘ B'"),
    ("s: vector(n); A: matrix(m, n); B: matrix(p, n); C: matrix(m, p)", "1/2 norm(A diag(s) B' - C)^2", "s", "hessian", "(B'B) ∘ (A'A)"),
    ("x: vector(n); y: vector(m); A: symmetric(n); B: matrix(n, m); C: symmetric(m)", "[x; y]' [A, B; B', C] [x; y]", "x", "gradient",
     "2(Ax + By)"),
    ("A: spd(n); B: matrix(n, m); C: spd(m)", "logdet([A, B; B', C])", "A", "gradient", "(A − BC⁻¹B')⁻¹"),
    # what cancels, what vanishes
    ("s: positive; X: {type: 'matrix(n, p)', is: [full-column-rank]}; M: spd(n)", "logdet(X' inv(s M) X)", "s", "derivative", "−p/s"),
    ("A: invertible(n); B: invertible(n)", "tr(inv(A B) A)", "B", "gradient", "−(B⁻²)'"),
    ("U: stiefel(n, k); x: vector(n)", "norm(x - U U' x)^2", "x", "gradient", "2(x − UU'x)"),
    ("F: {type: 'matrix(m, n)', is: [full-column-rank]}; y: vector(m)", "norm(y - F pinv(F) y)^2", "F", "gradient",
     "−2(y − FF⁺y)y'(F')⁺"),
    ("X: invertible(n)", "sqrt(det(X))", "X", "gradient", "½ √(det(X)) X⁻ᵀ"),
    # symmetric as it is, transposes outside, common factors
    ("X: spd(m)", "tr(logm(X)^2)", "X", "gradient", "2X⁻¹ logm(X)"),
    ("R: matrix(m, n); U: matrix(m, k); V: matrix(n, k)", "1/2 norm(R - U V')^2", "V", "gradient", "−(R − UV')'U"),
    ("A: matrix(m, n); B: matrix(m, n); X: matrix(n, p); C: matrix(m, p)", "norm((A .* B) X - C)^2", "X", "gradient",
     "2(A ∘ B)'((A ∘ B)X − C)"),
    ("x: vector(n); p: positive", "norm(x)^p", "x", "hessian", "p ‖x‖^(p−2) ((p − 2)/‖x‖² · xx' + I)"),
    # what stands above and below in every entry is cancelled
    ("X: {type: 'matrix(m, n)', is: [positive]}", "sum(X .* log(X))", "X", "gradient", "log(X) + 𝟏"),
    ("X: {type: 'matrix(m, n)', is: [positive]}", "sum(X .* log(X))", "X", "hessian", "K ⊘ X"),
    ("p: {type: vector(n), is: [positive]}; q: {type: vector(n), is: [positive]}", "sum(p .* log(p ./ q))", "p", "gradient",
     "log(p ⊘ q) + 𝟏"),
    ("z: vector(n); y: vector(n)", "-y' log(softmax(z))", "z", "gradient", "sum(y) softmax(z) − y"),
    ("X: matrix(m, n); A: matrix(m, n)", "A ./ X", "X", "vectorized", "−diag(vec(A ⊘ (X ∘ X)))"),
    ("x: vector(n); a: vector(n)", "sum(a ./ (x .^ 2))", "x", "gradient", "−2(a ⊘ x^∘3)"),
    ("x: vector(n)", "norm(x - mean(x) ones(n))^2", "x", "gradient", "2(x − mean(x) 𝟏)"),
    # cases of one condition are one distinction; numbers and vectors stand inside
    ("x: vector(n); a: vector(n)", "sum(where(x > a, x.^2, a.*x))", "x", "gradient", "{2x where x > a, a elsewhere}"),
    ("X: matrix(m, n)", "sum(where(X >= zeros(m, n), X.^2, -X))", "X", "gradient", "{2X where X ≥ 0, −𝟏 elsewhere}"),
    ("w: vector(n); x: vector(n); y: scalar", "max(0, 1 - y*(w' x))^2", "w", "gradient",
     "{2y(y w'x − 1)x if 1 − y w'x > 0, 0 otherwise}"),
    ("x: vector(n); A: matrix(m, n)", "norm(relu(A x))^2", "x", "gradient", "2A' relu(Ax)"),
    # the numbers of a second derivative are brought together
    ("X: matrix(m, n); w: vector(n); y: vector(m)", "sum(i, 1, m, log(1 + exp(-y[i] * (X[i, :]' w))))", "w", "hessian",
     "∑_{i=1..m} y_i² sigmoid(−y_i X_(i,:) w) sigmoid(y_i X_(i,:) w) X_(i,:)' X_(i,:)"),
    # projections come together, equal terms inside vec too
    ("X: matrix(m, n); y: vector(m)", "y' X pinv(X) y", "X", "gradient", "2(I − XX⁺)yy'(X')⁺"),
    ("X: matrix(m, n)", "tr(X' X) X", "X", "vectorized", "2 vec(X) vec(X)' + tr(X'X) I"),
    # X' − X is −(X − X'); (XY⁻¹)⁻¹ is YX⁻¹
    ("X: square(n); a: vector(n)", "a' (X - X')^2 a", "X", "gradient", "2(aa'(X' − X) − (X − X')aa')"),
    ("X: spd(n); Y: spd(n)", "tr(X Y^-1) - logdet(X Y^-1) - n", "X", "gradient", "Y⁻¹ − X⁻¹"),
    ("x: vector(n); Q: spd(n); c: vector(n)", "exp(c' x - 1/2 x' Q x)", "x", "hessian", "exp(c'x − ½x'Qx) ((c − Qx)(c − Qx)' − Q)"),
    # sqrt(u)² is u in a result; what is centred sums to 0
    ("w: vector(n); C: spd(n); m: vector(n)", "m' w / sqrt(w' C w)", "w", "gradient", "1/√(w'Cw) · (m − m'w/(w'Cw) · Cw)"),
    ("x: vector(n); d: positive", "sqrt(norm(x)^2 + d^2)", "x", "hessian", "1/√(‖x‖² + d²) · (I − xx'/(‖x‖² + d²))"),
    ("X: matrix(m, n)", "norm(X - mean(X) ones(m, n))^2", "X", "gradient", "2(X − mean(X) 𝟏)"),
    # kron with a row, a column, a number; constants keep their place before the variable
    ("x: vector(n); A: square(n)", "kron(x, A x)", "x", "jacobian", "I ⊗ (Ax) + (x ⊗ I)A"),
    ("x: vector(n); y: vector(m); M: symmetric(m*n)", "kron(x, y)' M kron(x, y)", "x", "gradient", "2 unvec_(m×n)(M(x ⊗ y))' y"),
    ("a: scalar; b: scalar; x: scalar", "max(a x, b x^2)", "x", "derivative", "{a if ax > bx², 2bx otherwise}"),
    # one vector with several numbers before it is one term
    ("w: vector(n); x: vector(n); y: scalar", "-y log(sigmoid(w' x)) - (1 - y) log(1 - sigmoid(w' x))", "w", "gradient",
     "(sigmoid(w'x) − y)x"),
    ("w: vector(n); x: vector(n); y: scalar", "-y log(sigmoid(w' x)) - (1 - y) log(1 - sigmoid(w' x))", "w", "hessian",
     "sigmoid(w'x) (1 − sigmoid(w'x)) xx'"),
    ("x: vector(n)", "norm(x)^norm(x)", "x", "gradient", "‖x‖^(‖x‖−1) (log(‖x‖) x + x)"),
    # a direction that commutes with the matrix; roots multiply
    ("X: spd(n)", "tr(X logm(X))", "X", "gradient", "logm(X) + I"),
    ("X: spd(n)", "tr(X sqrtm(X))", "X", "gradient", "3/2 X^(1/2)"),
    ("X: square(n)", "tr(X^2 expm(X))", "X", "gradient", "(2X + X²)' e^(X')"),
    ("X: matrix(m, n); S: spd(m)", "norm(sqrtm(S)^-1 X)^2", "X", "gradient", "2S⁻¹X"),
    ("x: vector(n)", "sum(i, 1, n - 1, (x[i + 1] - x[i])^2)", "x", "gradient",
     "2 ∑_{i=1..n−1} (x_(i+1) − x_i)(e_(i+1) − e_i)"),
    ("x: vector(n); A: matrix(m, n)", "norm(relu(A x))^2", "x", "hessian", "2A' diag({𝟏 where Ax > 0, 0 elsewhere}) A"),
]


@pytest.mark.parametrize(("symbols", "function", "wrt", "find", "wanted"), RESULTS, ids=[f"{row[3]} of {row[1]}" for row in RESULTS])
def test_results_are_written_as_people_write_them(symbols: str, function: str, wrt: str, find: str, wanted: str) -> None:
    result = derived(symbols, function, wrt, find).results[find]
    assert normalize("NFC", pretty(result.expr)) == wanted


KINKS = [
    # a kink that is squared away, or that its case does not reach, is not called a point without a derivative
    ("x: vector(n); A: matrix(m, n)", "norm(relu(A x))^2", ["no entry of Ax is 0"]),
    ("x: vector(n); y: vector(n)", "norm(relu(x) - y)^2", ["not differentiable where an entry of x is 0"]),
    ("x: scalar; u: scalar", "max(0, 1 - u*x)^2", ["1 − ux ≠ 0"]),
    ("x: scalar", "abs(x)*x", ["x ≠ 0"]),
    ("x: scalar", "abs(x)*x + abs(x)", ["not differentiable where x = 0"]),
    ("x: scalar; c: scalar", "max(x, c)^2", ["not differentiable where x = c"]),
    ("x: scalar; d: positive", "where(abs(x) < d, x^2/2, d*(abs(x) - d/2))", ["not where the cases meet: |x| = d"]),
    ("x: scalar; y: scalar", "where(x > 1, abs(x - y), x)", ["not where the cases meet: x = 1", "x − y ≠ 0"]),
]


@pytest.mark.parametrize(("symbols", "function", "wanted"), KINKS, ids=[row[1] for row in KINKS])
def test_only_what_is_certain_is_said_of_a_kink(symbols: str, function: str, wanted: list[str]) -> None:
    derivation = derived(symbols, function, "x", "derivative")
    assert [text.why(c) for c in derivation.conditions] == wanted


def test_a_comparison_with_a_number_says_how_it_is_written() -> None:
    with pytest.raises(DeriveError, match="not compared with a scalar") as caught:
        derived("X: matrix(m, n)", "sum(where(X > 0, X, -X))", "X")
    assert caught.value.hint == "entry by entry: `zeros(m, n)` for 0, `s ones(m, n)` for a number s"


@pytest.mark.parametrize("name", [name for name, row in FUNCTIONS.items() if row.commuting])
@pytest.mark.parametrize("along", ["I(n)", "A", "A^2", "3 A", "expm(A)", "inv(A)"])
def test_a_function_along_what_commutes(name: str, along: str) -> None:
    """The column `commuting` of the table, by numbers: f(A, E) as the derivative of tr(f(A, t E) B) by t."""
    derivation = derived("A: spd(n); B: square(n); t: scalar", f"tr({name}(A, t {along}) B)", "t", "derivative")
    assert name not in pretty(derivation.results["derivative"].expr).replace("e^", "expm")


def test_the_inverse_root_is_written_as_a_power_and_read_back() -> None:
    for function in ("tr(A sqrtm(X)^-1)", r"\operatorname{tr}(A X^{-1/2})"):
        derivation = derived("X: spd(n); A: square(n)", function, "X")
        assert r"X^{-1/2} A^{\mathsf T} X^{-1/2}" in latex(derivation.chains[0].lines[3].expr)


def test_a_hessian_of_two_numbers_is_collected_and_symmetric() -> None:
    derivation = derived("x: scalar; y: scalar", "exp(x*y)*sin(x + y)", "[x, y]", "hessian")
    matrix = derivation.chains[-1].lines[-1].expr
    assert isinstance(matrix, Scale) and isinstance(matrix.arg, Stack) and text.pretty(matrix.scalar) == "exp(xy)"
    assert matrix.arg.rows[0][1] is matrix.arg.rows[1][0]
    assert text.pretty(matrix.arg.rows[0][0]) == "y² sin(x + y) + 2y cos(x + y) − sin(x + y)"


LETS = [
    ("q: vector(d); K: matrix(n, d); a: vector(n)", "{s: softmax(K q)}", "a' s", "q", "K'(diag(s) − ss')a"),
    ("X: invertible(n); A: square(n); b: vector(n)", "{Y: X^-1}", "b' Y A Y b", "X", "−Y'(AYbb' + bb'YA)'Y'"),
    ("x: vector(n)", "{s: sqrt(x' x)}", "s^3", "x", "3sx"),
    ("A: invertible(n); y: vector(n); w: vector(n)", "{z: A^-1 y}", "w' z", "A", "−A⁻ᵀwz'"),
    ("x: vector(n)", "{mu: mean(x), c: x - mu ones(n)}", "c' c", "x", "2c"),
    ("z: vector(n); y: vector(n)", "{p: softmax(z)}", "norm(p - y)^2", "z", "2(diag(p) − pp')(p − y)"),
    ("K: spd(n); y: vector(n)", "{a: inv(K) y}", "y' a + logdet(K)", "K", "K⁻¹ − aa'"),
    ("x: vector(n); S: spd(n)", "{q: sqrt(x' S x)}", "log(1 + q)", "x", "Sx/((1 + q)q)"),
    ("x: vector(n); A: square(n)", "{z: A x, a: tanh(z)}", "norm(a)^2", "x", "2A'((𝟏 − a^∘2) ∘ a)"),
]


@pytest.mark.parametrize(("symbols", "let", "function", "wrt", "wanted"), LETS, ids=[row[1] for row in LETS])
def test_a_derivative_that_repeats_an_intermediate_says_its_name(symbols: str, let: str, function: str, wrt: str, wanted: str) -> None:
    assert pretty(derived(symbols, function, wrt, more=f"let: {let}\n").results["gradient"].expr) == wanted


def test_what_a_function_without_a_formula_does_is_written_at_once() -> None:
    rows = told(derived("Y: function(m×n, p×p); X: matrix(m, n)", "det(Y(X))", "X", "derivative"))
    assert rows[1:] == [("= det(Y(X)) tr(Y(X)⁻¹ DY(X)[H])", "chain rule, derivative of the determinant")]


def test_the_hessian_through_a_vector_function_is_an_operator() -> None:
    """Gauss–Newton: J'J h, and what the second derivative of g adds, which no matrix states."""
    result = derived("g: function(n, m); x: vector(n); y: vector(m)", "1/2 norm(g(x) - y)^2", "x", "hessian").results["hessian"]
    assert pretty(result.expr) == "DJ_g(x)[h]' (g(x) − y) + J_g(x)' J_g(x) h" and len(result.direction) == 1  # type: ignore[union-attr]


MESSAGES = [
    ("x: vector(n); A: matrix(m, n)", "A x .* A x", "", "sizes must be equal", "`.*` binds tighter than a product"),
    ("X: stiefel(n, p)", "tr(X' X)", "sizes: [n < p]\n", "no sizes satisfy n < p and n >= p at once", "at most as many as rows"),
]


@pytest.mark.parametrize(("symbols", "function", "more", "said", "hint"), MESSAGES, ids=[row[1] for row in MESSAGES])
def test_a_message_says_what_would_be_right(symbols: str, function: str, more: str, said: str, hint: str) -> None:
    with pytest.raises(DeriveError, match=said) as caught:
        derived(symbols, function, symbols[0], "derivative", more)
    assert caught.value.where is not None and hint in (caught.value.hint or "")


def test_the_law_of_a_stacked_hessian_is_the_one_that_is_used() -> None:
    rows = told(derived("X: matrix(m, n)", "sum(exp(X))", "X", "vectorized-hessian"))
    assert ("= diag(vec(exp(X))) vec(K)", "vec(A ∘ X) = diag(vec A) vec X") in rows
