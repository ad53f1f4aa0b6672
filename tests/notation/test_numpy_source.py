"""The NumPy printer: what it writes, and that its value is the expression's, whatever the shapes."""

from __future__ import annotations

import ast
import builtins
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import scipy as sp

from derive.errors import DeriveError
from derive.expressions.build import add, inverse, matmul, negate, power, scale, subtract, times, transpose
from derive.expressions.function import Function, forms
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import (
    Apply,
    Call,
    Commutation,
    Compare,
    D,
    Delta,
    Entry,
    Expr,
    Identity,
    Map,
    Ones,
    Rate,
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
from derive.expressions.properties.symmetry import is_symmetric as evidently_symmetric
from derive.expressions.sizes import SCALAR, Shape, Size, is_column, is_row, is_scalar
from derive.notation.python.identifiers import identifier
from derive.notation.python.source import Names, source
from tests.notation.dense import CALLS, Dense

SIZES = {"m": 4, "n": 3, "p": 2}
ONE, M, N, P = Size.of(1), Size.of("m"), Size.of("n"), Size.of("p")


def symbol(name: str, rows: Size = ONE, columns: Size = ONE, *has: str, **more: Any) -> Symbol:
    out: Symbol = Symbol(name, (rows, columns), frozenset(has), **more)
    return out


X, Y, H = symbol("X", M, N), symbol("Y", M, N), symbol("H", M, N)
A, B = symbol("A", M, M), symbol("B", N, N)
S = symbol("S", N, N, "symmetric")
x, y, r = symbol("x", N), symbol("y", M), symbol("r", ONE, N)
s, t, i, j, lam = (symbol(name) for name in ("s", "t", "i", "j", "lambda"))
k = symbol("k", ONE, ONE, "integer")
w3 = symbol("w3", Size.of(3))
SYMBOLS = (X, Y, H, A, B, S, x, y, r, s, t, k, lam, w3)


def tr(e: Expr) -> Expr:
    return Call("tr", (e,))


def flat(value: Any, shape: Shape) -> Any:
    """A two-dimensional value as docs/language.md gives it."""
    return float(value[0, 0]) if is_scalar(shape) else value.ravel() if is_column(shape) or is_row(shape) else value


def values(seed: int = 0, positive: bool = False) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    out = {}
    for one in SYMBOLS:
        shape = [d.value(SIZES) for d in one.dims]
        z = 0.2 + 0.6 * rng.random(shape) if positive else rng.normal(size=shape)
        out[one.name] = z + z.T if one is S else z
    out["k"] = np.array([[2.0]])
    return out


def namespace(dense: dict[str, Any], symbols: tuple[Symbol, ...] = SYMBOLS) -> dict[str, Any]:
    """What docs/language.md says that an outside program provides."""
    allowed = {name: getattr(builtins, name) for name in ("abs", "min", "max", "sum", "len", "range", "float", "int")}
    named = {one.name: flat(dense[one.name], one.shape) for one in symbols}
    named["k"] = int(named.get("k", 2))
    return {"__builtins__": {}, "np": np, "sp": sp, **allowed, **SIZES, **{identifier(n): v for n, v in named.items()}}


def agrees(e: Expr, dense: dict[str, Any] | None = None, tolerance: float = 1e-9, **more: Any) -> None:
    dense = values() if dense is None else dense
    want = flat(Dense(SIZES, dense)(e), e.shape)
    got = eval(source(e), {**namespace(dense), **more})
    assert np.shape(got) == np.shape(want), source(e)
    np.testing.assert_allclose(got, want, rtol=tolerance, atol=tolerance, err_msg=source(e))


# ------------------------------------------------------------------------------------------------ as it is written
WRITTEN = [
    (tr(matmul(transpose(X), A, X, B)), "np.trace(X.T @ A @ X @ B)"),
    (scale(number(2), matmul(A, X, B)), "2 * A @ X @ B"),
    (scale(number(-2), matmul(A, X, B)), "-2 * A @ X @ B"),
    (negate(add(s, t)), "-(s + t)"),
    (subtract(s, scale(number(2), t)), "s - 2 * t"),
    (subtract(s, negate(t)), "s + t"),
    (matmul(transpose(y), X, x), "y @ X @ x"),
    (matmul(y, transpose(x)), "np.outer(y, x)"),
    (matmul(r, B), "r @ B"),
    (transpose(x), "x"),
    (times(number("1/2"), s), "0.5 * s"),
    (times(number("1/3"), s), "s / 3"),
    (times(number("2/3"), s), "2 * s / 3"),
    (times(s, inverse(matmul(transpose(x), x))), "s / (x @ x)"),
    (inverse(s), "1 / s"),
    (power(s, -2), "1 / s**2"),
    (power(negate(s), 2), "(-s)**2"),
    (negate(power(s, 2)), "-s**2"),
    (power(number(2), s), "2.0**s"),
    (inverse(B), "np.linalg.inv(B)"),
    (transpose(inverse(B)), "np.linalg.inv(B).T"),
    (power(B, 3), "np.linalg.matrix_power(B, 3)"),
    (power(B, subtract(k, number(1))), "np.linalg.matrix_power(B, int(k - 1))"),
    (lam, "lambda_"),
    (symbol("μ"), "μ"),
    (symbol("range"), "range_"),
    (Identity(N), "np.eye(n)"),
    (Identity(N + ONE), "np.eye(n + 1)"),
    (Ones((N, ONE)), "np.ones(n)"),
    (Zeros((M, N * P)), "np.zeros((m, n*p))"),
    (SizeValue(M * N), "m*n"),
    (Unit(number(2), N), "np.eye(n)[1]"),
    (Entry(x, number(1), None), "x[0]"),
    (Entry(X, number(1), number(3)), "X[0, 2]"),
    (Entry(X, None, number(3)), "X[:, 2]"),
    (Entry(X, number(3), None), "X[2]"),
    (Entry(x, k, None), "x[int(k) - 1]"),
    (Sum(i, number(1), SizeValue(N), power(Entry(x, i, None), 2)), "sum(x[i - 1]**2 for i in range(1, n + 1))"),
    (Call("eigval", (S, number(2))), "np.linalg.eigvalsh(S)[1]"),
    (Call("eigval", (matmul(transpose(X), X), number(1))), "np.linalg.eigvalsh(X.T @ X)[0]"),
    (Call("hadamard", (add(X, Y), X)), "(X + Y) * X"),
    (Stack(((s, t),)), "np.array([s, t])"),
    (Stack(((s,), (x,))), "np.hstack((s, x,))"),
    (Map(Unnamed("σ"), x, 2), "d2σ(x)"),
    (Apply(Unnamed("E", (N, ONE), SCALAR), x, 2, (x,)), "d2E(x, x)"),
    (number(Fraction(10**30)), "1e+30"),
]


@pytest.mark.parametrize(("expr", "text"), WRITTEN, ids=[text for _, text in WRITTEN])
def test_it_is_written_as_one_would(expr: Expr, text: str) -> None:
    assert source(expr) == text


def test_pending_derivatives_carry_the_difference_quotient_of_the_language() -> None:
    quotient = "(lambda F: (8*(F(1e-3)-F(-1e-3))-(F(2e-3)-F(-2e-3)))/12e-3)"
    moved = matmul(add(X, scale(t, H)), x)
    assert source(Rate(moved, (t,))) == f"{quotient}(lambda t: (X + t * H) @ x)"
    assert source(D(inverse(B), ((B, S),))) == f"{quotient}(lambda _t: (lambda B: np.linalg.inv(B))(B + _t * S))"


# ------------------------------------------------------------------------------------------------ values
SHAPES: dict[str, tuple[Expr, ...]] = {
    "column": (x, y, matmul(A, y)), "row": (r, transpose(y), matmul(transpose(y), A)), "matrix": (X, transpose(Y), B),
    "scalar": (s, times(s, t), matmul(transpose(y), y)),
}


def arguments(row: Function, kinds: tuple[str, ...]) -> list[tuple[Expr, ...]]:
    """Arguments of every kind of shape that a form of the signature allows."""
    pools = {
        "scalar": (s,), "index": (number(2),), "vector": (x, matmul(A, y), Call("vec", (X,)), w3),
        "square": (B, matmul(transpose(X), A, X)), "matrix": (X, x, r, B), "any": (X, x, r, s, B, Call("kron", (X, B))),
    }
    out: list[tuple[Expr, ...]] = [()]
    for kind in kinds:
        out = [(*done, e) for done in out for e in pools[kind]]
    fitting = []
    for args in out:
        try:
            row.result([a.shape for a in args])
        except ValueError:
            continue
        fitting.append(args)
    return fitting


@pytest.mark.filterwarnings("ignore:logm result may be inaccurate")
@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_function_on_every_shape_it_takes(name: str) -> None:
    row = FUNCTIONS[name]
    known = name in CALLS or row.maps
    tested = 0
    for takes, _ in forms(row.signature):
        for args in arguments(row, tuple(kind for kind, _ in takes)):
            if name in ("qr_q", "qr_r", "svd_u", "svd_s", "svd_v", "singval", "polar_u", "polar_p") and args[0].shape[0] == ONE:
                continue
            dense = values(3, positive=True)
            if not known or name in ("eigvec", "eigval", "logm", "sqrtm", "cholesky", "frechet_logm", "sylvester"):
                if args[0].shape == (N, N):
                    args = (add(matmul(transpose(args[0]), args[0]), Identity(N)), *args[1:])
                dense = values(3)
            if name == "polygamma":
                args, dense = (number(1), args[1]), values(3, positive=True)
            if name == "singval" and args[0].shape[1] == ONE:
                args = (args[0], number(1))
            e = Map(name, args[0]) if row.maps else Call(name, args)
            if known:
                agrees(e, dense, 1e-7)
            else:
                value = eval(source(e), namespace(dense))
                assert np.shape(value) == np.shape(flat(np.zeros([d.value(SIZES) for d in e.shape]), e.shape))
                assert np.isfinite(value).all()
            tested += 1
    assert tested


def test_a_singular_matrix_has_an_adjugate() -> None:
    dense = values()
    dense["B"] = np.outer([1.0, 2.0, 3.0], [1.0, 0.0, 1.0]) + np.outer([1.0, 1.0, 3.0], [0.0, 2.0, 1.0])
    agrees(Call("adj", (B,)), dense)
    dense["B"] = np.outer([1.0, 2.0, 3.0], [1.0, 0.0, 1.0])
    agrees(Call("adj", (B,)), dense)


SHAPED = [
    matmul(A, y, transpose(x), B),
    matmul(y, transpose(y), A, y, transpose(x)),
    matmul(r, B, x),
    matmul(x, r),
    matmul(Unit(number(1), N), transpose(x)),
    Stack(((X, y), (transpose(x), s))),
    Stack(((x, x), (x, x))),
    Stack(((r,), (r,))),
    Stack(((s, r),)),
    Stack(((s, t), (t, s))),
    Stack(((Ones((N, ONE)), x, Call("entrypower", (x, number(2)))),)),
    Where(Compare("<", x, transpose(r)), x, scale(number(2), x)),
    Where(Compare(">", s, t), X, Y),
    Commutation(M, N),
    matmul(Commutation(M, N), Call("vec", (X,))),
    Commutation(ONE, N),
    Sum(i, number(1), SizeValue(N), scale(Entry(x, i, None), matmul(X, Unit(i, N)))),
    Sum(i, number(2), k, power(B, subtract(k, i))),
    Sum(i, number(1), SizeValue(N), times(Delta(i, number(2)), Entry(x, i, None))),
    Sum(i, number(1), SizeValue(M), Sum(j, number(1), SizeValue(N), times(Entry(X, i, j), i, j))),
    Rate(matmul(add(X, scale(t, H)), B, transpose(add(X, scale(t, H)))), (t,)),
    Rate(tr(matmul(transpose(add(X, scale(t, H))), A, add(X, scale(t, H)))), (t, t)),
    Rate(matmul(power(add(B, scale(t, S), scale(s, B)), 3), x), (s, t)),
    D(inverse(B), ((B, S),)),
    D(D(power(B, 3), ((B, S),)), ((B, matmul(S, S)),)),
    D(times(s, t), ((s, number(1)), (t, lam))),
    scale(number("-1/3"), Call("kron", (x, transpose(y)))),
    Call("quotient", (number(1), Map("exp", x))),
    scale(inverse(s), Call("quotient", (s, Map("exp", x)))),
    add(number("1/3"), negate(number(Fraction(22, 7)))),
    times(number(-1), inverse(s), inverse(power(t, 3)), lam),
]


@pytest.mark.parametrize("expr", SHAPED, ids=range(len(SHAPED)))
def test_shapes(expr: Expr) -> None:
    agrees(expr, tolerance=1e-7)


def random_expr(rng: np.random.Generator, shape: Shape, depth: int) -> Expr:
    """A random well-shaped expression; sizes m, n or 1."""
    leaves = [e for e in SYMBOLS if e.shape == shape and e is not k]
    if shape == SCALAR:
        leaves = [s, t, lam]
    elif not leaves:
        leaves = [transpose(e) for e in SYMBOLS if transpose(e).shape == shape]
    if depth == 0:
        if not leaves or rng.random() < 0.15:
            fraction = number(Fraction(int(rng.integers(-9, 9)), int(rng.integers(1, 7))))
            return Ones(shape) if shape != SCALAR else fraction
        return leaves[rng.integers(len(leaves))]

    def sub(sh: Shape = shape) -> Expr:
        return random_expr(rng, sh, int(rng.integers(depth)))

    choice = int(rng.integers(9))
    inner = (ONE, M, N)[rng.integers(3)]
    if choice == 0:
        return add(sub(), negate(sub()) if rng.random() < 0.5 else sub())
    if choice == 1:
        return scale(sub(SCALAR), sub())
    if choice in (2, 3):
        return matmul(sub((shape[0], inner)), sub((inner, shape[1])))
    if choice == 4:
        return transpose(sub((shape[1], shape[0])))
    if choice == 5:
        return Map(("sin", "tanh", "sigmoid")[rng.integers(3)], sub())
    if choice == 6 and shape != SCALAR:
        return Call("hadamard", (sub(), sub()))
    if choice == 7 and shape == SCALAR:
        inner_product = Call("inner", (sub((M, ONE)), sub((M, ONE))))
        return (tr(sub((N, N))), Call("sum", (sub((M, N)),)), inner_product)[rng.integers(3)]
    return times(sub(), sub()) if shape == SCALAR else negate(sub())


def test_random_expressions() -> None:
    rng = np.random.default_rng(20)
    for n in range(400):
        dims = (ONE, M, N)
        e = random_expr(rng, (dims[rng.integers(3)], dims[rng.integers(3)]), 5)
        dense = {name: 0.3 * v for name, v in values(n).items()}
        agrees(e, dense)


def test_first_differences_are_right_to_eight_digits() -> None:
    e = D(Call("logdet", (add(S, scale(number(9), Identity(N))),)), ((S, B),))
    dense = values()
    env = namespace(dense)
    want = np.trace(np.linalg.inv(env["S"] + 9 * np.eye(3)) @ env["B"])
    assert abs(eval(source(e), env) / want - 1) < 1e-8


# ------------------------------------------------------------------------------------------------ names
def test_names_of_let_are_inlined_and_may_be_moved_by_themselves() -> None:
    u = symbol("u", M)
    names = Names(((u, subtract(matmul(X, x), y)),))
    assert source(matmul(transpose(u), u), names) == "(X @ x - y) @ (X @ x - y)"
    text = source(D(matmul(transpose(u), u), ((u, y),)), names)
    assert text.endswith("(lambda _t: (lambda u: u @ u)(X @ x - y + _t * y))")
    text = source(D(matmul(transpose(u), u), ((x, x),)), names)
    env = namespace(values())
    want = 2 * (env["X"] @ env["x"] - env["y"]) @ env["X"] @ env["x"]
    np.testing.assert_allclose(eval(text, env), want, rtol=1e-9)


def test_a_path_moves_with_its_parameter() -> None:
    path = symbol("A", N, N, of="t")
    first = symbol("dA", N, N, of="t", order=1, path="A")
    rng = np.random.default_rng(1)
    a, d1, d2 = rng.normal(size=(3, 3, 3))
    env = {**namespace(values()), "A": a, "dA": d1, "d2A": d2}
    inv = np.linalg.inv(a)
    got = eval(source(D(inverse(path), ((t, number(1)),))), env)
    np.testing.assert_allclose(got, -inv @ d1 @ inv, rtol=1e-8)
    got = eval(source(D(matmul(inverse(path), first), ((t, number(2)),))), env)
    np.testing.assert_allclose(got, 2 * (-inv @ d1 @ inv @ d1 + inv @ d2), rtol=1e-7)
    got = eval(source(D(D(inverse(path), ((t, number(1)),)), ((t, number(1)),))), env)
    np.testing.assert_allclose(got, 2 * inv @ d1 @ inv @ d1 @ inv - inv @ d2 @ inv, rtol=1e-6)


def test_free_indices_give_the_whole_array() -> None:
    e = times(number(2), Entry(X, i, j))
    text = source(e, Names(free=((i, M), (j, N))))
    env = namespace(values())
    np.testing.assert_allclose(eval(text, env), 2 * env["X"])
    assert text == "np.array([[2 * X[i - 1, j - 1] for j in range(1, n + 1)] for i in range(1, m + 1)])"


@pytest.mark.parametrize("name", ["lambda", "class", "np", "sp", "len", "ﬁ", "x²", "Σ", "x_1", "it's", "1st", "None"])
def test_every_name_is_an_identifier_that_hides_nothing(name: str) -> None:
    text = identifier(name)
    assert text.isidentifier()
    assert isinstance(ast.parse(text, mode="eval").body, ast.Name)
    assert text not in ("np", "sp", "abs", "min", "max", "sum", "len", "range", "float", "int")


# ------------------------------------------------------------------------------------------------ large expressions
def depth_of(text: str) -> int:
    deepest = level = 0
    for c in text:
        level += (c in "([") - (c in ")]")
        deepest = max(deepest, level)
    return deepest


def network(layers: int) -> tuple[Expr, Names]:
    """u_{k+1} = tanh(W u_k) + u_k, each layer used twice: an exponential tree."""
    let = []
    previous: Expr = x
    for layer in range(layers):
        u = symbol(f"u{layer}", N)
        let.append((u, add(Map("tanh", matmul(B, previous)), previous)))
        previous = u
    return matmul(transpose(previous), previous), Names(tuple(let))


def test_a_deep_network_is_linear_in_size() -> None:
    lengths = []
    for layers in (20, 40, 100):
        e, names = network(layers)
        text = source(e, names)
        assert depth_of(text) < 80
        lengths.append(len(text))
        env = {**namespace(values())}
        u = env["x"]
        for _ in range(layers):
            u = np.tanh(env["B"] @ u) + u
        np.testing.assert_allclose(eval(text, env), u @ u, rtol=1e-9)
    assert lengths[2] < 6 * lengths[0]


def test_sharing_inside_a_pending_derivative() -> None:
    e, names = network(12)
    text = source(D(e, ((B, S),)), names)
    assert len(text) < 3000
    env = namespace({name: 0.3 * v for name, v in values().items()})

    def f(b: Any) -> float:
        u = env["x"]
        for _ in range(12):
            u = np.tanh(b @ u) + u
        return float(u @ u)

    h = 1e-4
    want = (8 * (f(env["B"] + h * env["S"]) - f(env["B"] - h * env["S"]))
            - (f(env["B"] + 2 * h * env["S"]) - f(env["B"] - 2 * h * env["S"]))) / (12 * h)
    np.testing.assert_allclose(eval(text, env), want, rtol=1e-7)


def test_shared_values_inside_a_sum_depend_on_its_index() -> None:
    u = Entry(x, i, None)
    for _ in range(8):
        u = add(times(u, u), u, i)
    e = Sum(i, number(1), SizeValue(N), u)
    agrees(e, {name: 0.01 * v for name, v in values().items()})


@pytest.mark.parametrize("e", [
    add(*(matmul(transpose(Unit(number(1), N)), power(B, n), x) for n in range(2, 900))),
    matmul(*([B] * 900)),
    times(*([s] * 3000)),
], ids=["sum", "matrix product", "product"])
def test_long_sums_and_products_compile(e: Expr) -> None:
    compile(source(e), "<test>", "eval")


def test_deep_nesting_compiles() -> None:
    e: Expr = x
    for _ in range(2000):
        e = Map("tanh", e)
    text = source(e)
    assert depth_of(text) < 80
    assert np.isfinite(eval(text, namespace(values()))).all()


def test_a_number_beyond_floating_point_is_refused() -> None:
    with pytest.raises(DeriveError, match="too large"):
        source(number(10**400))


def test_what_is_evidently_symmetric() -> None:
    assert evidently_symmetric(matmul(transpose(X), A, transpose(A), X))
    assert evidently_symmetric(add(B, transpose(B)))
    assert evidently_symmetric(matmul(X, S, transpose(X)))
    assert not evidently_symmetric(matmul(transpose(X), A, X))
    assert not evidently_symmetric(B)
    assert not evidently_symmetric(matmul(S, S, B))
