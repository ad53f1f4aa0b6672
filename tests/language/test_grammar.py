"""The grammar: precedence, calls, indices, the size of I, the two refused readings, limits, places."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from derive.errors import DeriveError
from derive.expressions.build import add, divide, matmul, negate, power, scale, times, transpose
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import (
    Apply,
    Call,
    Commutation,
    Compare,
    Entry,
    Expr,
    Identity,
    Map,
    Ones,
    SizeValue,
    Stack,
    Sum,
    Symbol,
    Unit,
    Unnamed,
    Where,
    Zeros,
    number,
)
from derive.expressions.sizes import ONE, SCALAR, Size
from derive.language.origin import Origin
from derive.language.scope import Scope
from derive.language.text.grammar import parse
from derive.language.words import CALLABLE, WORDS
from derive.notation.text.text import text as write
from tests import strategies

m, n = Size.of("m"), Size.of("n")


def sym(name: str, rows: Size = ONE, columns: Size = ONE, *has: str, of: str | None = None) -> Symbol:
    out: Symbol = Symbol(name, (rows, columns), frozenset(has), of)
    return out


A, B, C, X = sym("A", m, n), sym("B", m, n), sym("C", n, n), sym("X", n, n)
x, y, v = sym("x", n), sym("y", n), sym("v", m)
a, b, c, s, t, k = (*(sym(name) for name in "abcst"), sym("k", ONE, ONE, "integer"))
P, Q, AB = sym("P", n, n, of="t"), sym("Q", Size.of(3), Size.of(4)), sym("AB", n, n)
SIGMA, E, G = Unnamed("σ"), Unnamed("E", (n, ONE), SCALAR), Unnamed("G", (n, ONE), (m, ONE))
SCOPE = Scope(
    {z.name: z for z in (A, B, C, X, x, y, v, a, b, c, s, t, k, P, Q, AB)},
    {u.name: u for u in (SIGMA, E, G)},
    frozenset(("m", "n")),
)


def read(text: str) -> Expr:
    return parse(text, SCOPE)


def refused(text: str) -> str:
    with pytest.raises(DeriveError) as info:
        read(text)
    assert info.value.where is not None
    return info.value.render()


SAME = [
    # products, left to right
    ("C X", "C*X"), ("C X", "C @ X"), ("X'X", "X' * X"), ("2x", "2 * x"), ("2 x'x", "2 * (x' * x)"),
    ("X (C + X)", "X(C + X)"), ("a(b + c)", "a * (b + c)"), ("x y' x", "(x * y') * x"),
    # precedence
    ("-X^2", "-(X^2)"), ("-C X", "-(C X)"), ("a - b - c", "(a - b) - c"), ("a / b / c", "(a / b) / c"),
    ("a b / c", "(a b) / c"), ("a / b * c", "(a / b) * c"), ("2^3^2", "2^(3^2)"), ("a^-b", "a^(-b)"),
    ("a^b^c", "a^(b^c)"), ("X^2'", "(X^2)'"), ("X'^2", "(X')^2"), ("s x .* y", "s (x .* y)"),
    ("x .* y ./ x", "(x .* y) ./ x"), ("x .* y + x", "(x .* y) + x"), ("x .^ 2 .* y", "(x .^ 2) .* y"),
    ("-x .* y", "-(x .* y)"), ("a * -b", "a * (-b)"), ("a - -b", "a - (-b)"), ("a / -b", "a / (-b)"),
    ("x .* -y", "x .* (-y)"), ("--a", "a"), ("a * -b * c", "a * (-b) * c"),
    # transposes and inverses
    ("X^T C", "X' C"), ("X.T C", "X' C"), ("X^-T", "(X^-1)'"), ("inv(X)", "X^-1"), ("Xᵀ C", "X' C"), ("X⁻¹", "X^-1"),
    ("X⁻ᵀ", "X^-T"), ("X²", "X^2"), ("X'' ", "(X')'"),
    # numbers
    ("1/2 x' X x", "(1/2) x' X x"), ("½ x", "1/2 x"), ("2./x", "2 ./ x"), ("1.5e2 x", "150 x"), (".5 x", "1/2 x"),
    ("a^2/2", "(a^2)/2"), ("1/2 ./ x", "(1/2) ./ x"), ("3/2^2", "3/(2^2)"), ("1/2 / a", "(1/2) / a"), ("a / 2 b", "(a / 2) b"),
    ("1/(2 a) x", "(1/(2 a)) x"), ("(x'x)/(y'y) x", "((x'x)/(y'y)) x"),
    # Unicode
    ("a − b", "a - b"), ("a · b", "a * b"), ("x ∘ y", "x .* y"), ("𝐀 x", "A x"), ("ｘ", "x"),
    # calls with a gap, paths
    ("tr (X)", "tr(X)"), ("σ (x)", "σ(x)"), ("P(t) X", "P X"),
    # scalars under entry by entry signs
    ("a .* x", "a x"), ("x ./ a", "x / a"), ("a .^ 2", "a^2"), ("x .* a", "a x"),
    # the size of I
    ("X + I", "X + I(n)"), ("(X - s I)^-1", "(X - s I(n))^-1"), ("I - x x'", "I(n) - x x'"), ("x x' I", "x x' I(n)"),
    ("x'x I + X", "(x'x) I(n) + X"), ("(I + I) X", "(I(n) + I(n)) X"), ("I A'", "I(n) A'"), ("A I", "A I(n)"),
    ("x' I x", "x' I(n) x"), ("inner(I, X)", "inner(I(n), X)"), ("X .* I", "X .* I(n)"), ("I / 2 + X", "I(n) / 2 + X"),
    ("(s I)^-1 + I' + X", "(s I(n))^-1 + I(n)' + X"), ("[X, I; I, C]", "[X, I(n); I(n), C]"),
    ("[I, A'; A, I]", "[I(n), A'; A, I(m)]"), ("s I X", "s I(n) X"),
    # stacks of one
    ("[x]", "x"), ("ones(1)", "1"),
    # constants are called by nothing
    ("2 pi (a + b)", "2 * pi * (a + b)"), ("pi() a", "pi * a"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_same(one: str, other: str) -> None:
    assert read(one) is read(other)


IS = [
    ("C X x", matmul(C, X, x)), ("x (y'x)", scale(matmul(transpose(y), x), x)), ("A' B", matmul(transpose(A), B)),
    ("x'y x", scale(matmul(transpose(x), y), x)), ("a - b", add(a, negate(b))), ("x / a", divide(x, a)),
    ("1/2 a", times(number(1), power(number(2), -1), a)), ("a^b", power(a, b)), ("X^k", power(X, k)),
    ("X^-1", power(X, -1)), ("X^-T", transpose(power(X, -1))), ("AB", AB), ("0.1", number("1/10")),
    ("x .* y", Call("hadamard", (x, y))), ("1 ./ x", Call("quotient", (number(1), x))),
    ("x .^ a", Call("entrypower", (x, a))), ("exp(X)", Map("exp", X)), ("expm(X)", Call("expm", (X,))),
    ("kron(A, x)", Call("kron", (A, x))), ("n", SizeValue(n)), ("sqrt(n)", Map("sqrt", SizeValue(n))),
    ("I(n)", Identity(n)), ("I(m + 1)", Identity(m + ONE)), ("ones(m, n)", Ones((m, n))), ("zeros(n)", Zeros((n, ONE))),
    ("ones(2*n)", Ones((Size.of(2) * n, ONE))), ("e(1, n)", Unit(number(1), n)), ("e(k, n)", Unit(k, n)),
    ("x[1]", Entry(x, number(1), None)), ("Q[3, k]", Entry(Q, number(3), k)), ("A[:, 2]", Entry(A, None, number(2))),
    ("A[k, :]", Entry(A, k, None)), ("(C X)[1, n]", Entry(matmul(C, X), number(1), SizeValue(n))),
    ("A[:, 1][2]", Entry(Entry(A, None, number(1)), number(2), None)), ("[x; v]", Stack(((x,), (v,)))),
    ("[X, x; x', a]", Stack(((X, x), (transpose(x), a)))), ("a [x; v]", scale(a, Stack(((x,), (v,))))),
    ("where(a < b, x, y)", Where(Compare("<", a, b), x, y)), ("where(x >= y, x, y)", Where(Compare(">=", x, y), x, y)),
    ("σ(x)", Map(SIGMA, x)), ("dσ(x)", Map(SIGMA, x, 1)), ("d2σ(x)", Map(SIGMA, x, 2)), ("E(x)", Apply(E, x)),
    ("dE(x)", Apply(E, x, 1)), ("dE(x, y)", Apply(E, x, 1, (y,))), ("d2E(x, y)", Apply(E, x, 2, (y,))),
    ("d2E(x, y, y)", Apply(E, x, 2, (y, y))), ("dG(x)", Apply(G, x, 1)), ("max(0, a)", Call("max", (number(0), a))),
    ("max(x, a)", Call("max", (x, a))), ("P(t)", P), ("E(x) y", scale(Apply(E, x), y)), ("pi a", times(Call("pi", ()), a)),
]


@pytest.mark.parametrize(("text", "expr"), IS)
def test_is(text: str, expr: Expr) -> None:
    assert read(text) is expr


def test_sum_over_an_index() -> None:
    i = sym("i", ONE, ONE, "integer")
    expected: Expr = Sum(i, number(1), SizeValue(n), power(Entry(x, i, None), 2))
    assert read("sum(i, 1, n, x[i]^2)") is expected
    assert "i" not in expected.free
    assert read("sum(x)") is Call("sum", (x,))
    assert read("sum(i, 1, n - 1, x[i + 1])").is_scalar
    assert read("sum(i, 1, m, sum(j, 1, n, A[i, j]))").is_scalar


REFUSED = [
    # message, hint or place
    (
        "A B",
        "<expression>:1:3: error: A is m×n and B is m×n: the product A B is not defined; did you mean "
        "A' B or A .* B?",
    ),
    ("A x v", "1:5"),
    ("C A", "did you mean C A'?"),
    ("x x", "did you mean x' x or x .* x?"),
    ("A' C", "did you mean A C?"),
    ("A + B'", "1:5: error: A is m×n and B' is n×m: the sum is not defined; did you mean A + B?"),
    ("x + a", "did you mean x + a ones(n)?"),
    ("X + 1", "X + ones(n, n) or X + I(n)"),
    ("1 + X", "I(n)"),
    ("x + y + a", "1:9"),
    ("a + x", "x + a ones(n)"),
    ("A .* B'", "did you mean A .* B?"),
    ("x ./ v", "equal"),
    ("y / x", "division is by a scalar"),
    ("X / C", "X inv(C)"),
    ("x^2", "`.^`"),
    ("A^-1", "pinv"),
    ("X^x", "n×1"),
    ("X^0.5", "sqrtm"),
    ("X^a", "declare `a: integer`"),
    ("X^(1/2)", "sqrtm"),
    ("inv(A)", "only a square matrix"),
    # two readings
    ("a / b c", "write (a / b) c or a / (b c)"),
    ("a b / c x", "write ((a b) / c) x or (a b) / (c x)"),
    ("a/2b", "two readings"),
    ("a / tr(X) x", "two readings"),
    ("A .* B C", "write (A .* B) C or A .* (B C)"),
    ("C X .* X", "write (C X) .* X or C (X .* X)"),
    ("X .* C * X", "two readings"),
    ("x ./ a y", "two readings"),
    ("a^1/2", "write a^(1/2) or a / 2"),
    ("x' y .* x", "two readings"),
    ("X .* X' a C", "two readings"),
    # names
    ("Z x", "Z is not declared"),
    ("floor(x)", "unknown as a function"),
    ("trace(X)", "did you mean tr?"),
    ("Xx", "did you mean the product X x?"),
    ("ln(a)", "log"),
    ("trX", "tr(X)"),
    ("3j a", "complex numbers"),
    ("krom(A, x)", "did you mean kron?"),
    ("tr X", "write tr(…)"),
    ("σ x", "write σ(…)"),
    ("transpose(X)", "X'"),
    ("_x", "not declared"),
    ("X^t'", "not declared as an integer"),
    ("X^H", "H is not declared"),
    # calls
    ("tr(x)", "square"),
    ("tr(X, X)", "takes 1 argument, not 2"),
    ("tr()", "not 0"),
    ("det(a)", "a scalar"),
    ("P(s)", "its argument is t"),
    ("P(X + C)", "leave a gap"),
    ("E(v)", "E takes n×1, and v is m×1"),
    ("E(x, y)", "1 argument"),
    ("inner(A, B')", "did you mean inner(A, B)?"),
    ("dot(x, v)", "size"),
    ("dG(x, y, y)", "argument"),
    ("where(x, y)", "condition"),
    ("where(a < b < c, x, y)", "chained"),
    ("where(a < b, x)", "two values"),
    ("where(a < b, x, v)", "shape"),
    ("a < b", "only in where"),
    ("where(a < x, x, y)", "compared"),
    ("eigval(X, a)", "declare `a: integer`"),
    ("eigval(X, 0)", "counted from 1"),
    ("singval(Q, 4)", "out of range"),
    # indices
    ("Q[5, 1]", "1:3: error: index 5 is out of range: Q has 3 rows"),
    ("Q[1, 5]", "4 columns"),
    ("Q[0, 1]", "counted from 1"),
    ("Q[1]", "two indices"),
    ("x[1, 2, 3]", "at most two"),
    ("x[:]", "leave the index away"),
    ("A[:, :]", "leave"),
    ("a[1]", "no entries"),
    ("x[1.5]", "integer"),
    ("x[a]", "declare `a: integer`"),
    ("x[1:2]", "ranges"),
    ("x[n + 1]", "it reaches n + 1"),
    ("e(4, 3)", "out of range"),
    ("sum(i, 1, n + 1, x[i])", "it reaches n + 1"),
    ("sum(i, 0, n, x[i])", "counted from 1"),
    ("sum(a, 1, n, x[a])", "already in use"),
    ("sum(i, 1, a, i)", "integer"),
    ("sum(n, 1, 3, n)", "no index"),
    ("sum(i, 1, n, i) i", "i is not declared"),
    # I and sizes
    ("I", "write I(n)"),
    ("s I + t I", "write I(n)"),
    ("x'x I", "write I(n)"),
    ("tr(I)", "write I(n)"),
    ("A + I", "I is square"),
    ("x I", "unclear"),
    ("kron(I, A)", "write I(n)"),
    ("I(a)", "a size is"),
    ("ones(2.5)", "a size is"),
    ("ones(0)", "a size is"),
    ("zeros(n - 1)", "a size is"),
    ("ones(10000000)", "a size is"),
    # form
    ("", "missing"),
    ("   ", "missing"),
    ("x +", "operand is missing"),
    ("* x", "operand is missing"),
    ("(x", "never closed"),
    ("x)", "unexpected `)`"),
    ("()", "`)`"),
    ("[x; y", "never closed"),
    ("tr(X", "never closed"),
    ("x^", "missing"),
    ("x ** 2", "a power is written ^"),
    ("a == b", "< <= > >="),
    ("|x|", "abs(x)"),
    ("x = y", "no `=`"),
    ("2. x", "ends in a dot"),
    ("x, y", "[x; y]"),
    ("{x}", "( )"),
    ("x; y", "[x; y]"),
    ("X^+", "pinv"),
    ("a + + b", "missing"),
    ("x ? y", "unexpected"),
    ("[x, v]", "as many rows"),
    ("[X; v']", "wide"),
    # limits
    ("1/0", "division by zero"),
    ("a / 0", "division by zero"),
    ("0^-1", "division by zero"),
    ("inv(0)", "division by zero"),
    ("1e999999", "too large"),
    ("9" * 100, "too large"),
    ("(" * 5000 + "a", "nested"),
    ("exp(" * 300 + "a", "nested"),
    ("a" + "^a" * 300, "nested"),
    ("x" + "'" * 300, "after one another"),
    ("x" + " .* x" * 300, "in a row"),
    ("[" * 300, "nested"),
    ("x" * 60000, "characters"),
    ("1e300 * " * 100 + "1", "too large"),
]


@pytest.mark.parametrize(("text", "words"), REFUSED)
def test_refused(text: str, words: str) -> None:
    assert words in refused(text)


def test_powers_of_numbers_stay_small() -> None:
    assert isinstance(read("9^9^9"), Expr)
    assert isinstance(read("2^1000000000"), Expr)


def test_t_is_the_transpose_unless_declared() -> None:
    matrix, scalar = sym("T", n, n), sym("T")
    with pytest.raises(DeriveError, match="two readings"):
        parse("X^T", Scope({"X": X, "T": matrix}))
    assert parse("a^T", Scope({"a": a, "T": scalar})) is power(a, scalar)
    assert parse("X.T", Scope({"X": X, "T": matrix})) is transpose(X)


def test_symbols_hide_the_engine_functions_only() -> None:
    assert set(FUNCTIONS) >= WORDS - {"inv", "where", "I", "ones", "zeros", "e"}
    assert WORDS <= CALLABLE
    pi = sym("pi")
    assert parse("pi", Scope({"pi": pi})) is pi


def test_the_commutation_matrix_has_two_sizes() -> None:
    assert parse("commutation(m, n)", Scope({}, {}, frozenset({"m", "n"}))) is Commutation(m, n)
    assert write(Commutation(m, n)) == "commutation(m, n)"
    assert "commutation takes 2 arguments, not 1" in refused("commutation(2)")


def test_rule_templates() -> None:
    d = sym("dA", n, n)
    inverse = power(X, -1)
    assert parse("-inv(X) dA inv(X)", Scope({"X": X, "dA": d})) is negate(matmul(inverse, d, inverse))


def test_places_in_a_folded_text() -> None:
    origin = Origin("f.yaml", "function: |\n  x +\n  Z\n", ((0, 2, 3), (4, 3, 3)))
    with pytest.raises(DeriveError) as info:
        parse("x +\nZ", SCOPE, origin)
    assert str(info.value.where) == "f.yaml:3:3"
    assert info.value.source == "  Z"


def test_the_expected_shape_sizes_a_bare_identity() -> None:
    assert parse("2 I", SCOPE, None, (n, n)) is scale(number(2), Identity(n))
    with pytest.raises(DeriveError):
        parse("I", SCOPE, None, (m, n))


def test_long_products_are_read_in_linear_time() -> None:
    text = " ".join(["X"] * 5000)
    assert len(read(text).children) == 5000


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(strategies.expressions(depth=4))
def test_reads_what_the_text_printer_writes(expr: Expr) -> None:
    assert parse(write(expr), strategies.SCOPE) is expr


# Texts with a backslash are LaTeX, which has its own reader and tests.
_PIECES = st.lists(
    st.sampled_from(
        [*"ABCXxyvabcstkPQ", "σ", "E", "n", "m", "I", " ", " ", "+", "-", "*", "/", ".*", "./", "^", ".^", "'", "(", ")", "[", "]",
         ",", ";", ":", "<", "1", "2", "0.5", "tr(", "exp(", "inv(", "sum(i, 1, n, ", "where(", "e(", "ones(", "eigval(",
         ".T", "^T", "^-1", "_", "²", "ᵀ", "=", "…", "{", "}", "½", "٣", "ª"]
    ),
    max_size=14,
).map("".join)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(_PIECES | st.text(max_size=30).map(lambda s: s.replace("\\", "/")))
def test_any_text_is_an_expression_or_a_derive_error(text: str) -> None:
    try:
        out = read(text)
    except DeriveError as error:
        assert error.where is not None and error.message and error.code != "error"
    else:
        assert isinstance(out, Expr) and not out.pending


def test_eigenvectors_of_a_symmetric_matrix_are_one() -> None:
    """Left and right ones of an evidently symmetric matrix are the unit eigenvector, and are read as it."""
    symbols = {"A": Symbol("A", (n, n)), "S": Symbol("S", (n, n), frozenset({"symmetric"}))}
    scope = Scope(symbols, {}, frozenset(("n",)))
    assert parse("eigvec_right(S, 1)", scope) is Call("eigvec", (symbols["S"], number(1)))
    assert parse("eigvec_left(S, 1)", scope) is Call("eigvec", (symbols["S"], number(1)))
    assert parse("eigvec_right(A, 1)", scope) is Call("eigvec_right", (symbols["A"], number(1)))
