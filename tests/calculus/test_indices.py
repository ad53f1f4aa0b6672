"""Derivations by indices: every line at every index against a difference quotient, the recognised matrix against its formula."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from derive.calculus.algebra import equal
from derive.calculus.indices.lines import free_indices, index, index_chain, index_lines
from derive.calculus.indices.partial import contract
from derive.calculus.indices.recognition import recognise
from derive.derivation.reason import SEMICOLON
from derive.errors import DeriveError
from derive.expressions.build import add, divide, inverse, matmul, power, scale, subtract, times, transpose
from derive.expressions.nodes import Call, Compare, Delta, Entry, Expr, Identity, Map, Ones, SizeValue, Sum, Symbol, Where, Zeros, number
from derive.expressions.sizes import SCALAR, Size
from derive.expressions.traverse import walk
from tests.calculus.numeric import SIZES, Point, symbol, value
from tests.strategies import SYMBOLS, expressions

N = Size.of("n")
A, P, X = symbol("A", "m", "n"), symbol("P", "m", "m"), symbol("X", "m", "n")
Q, B = symbol("Q", "n", "n"), symbol("B", "n", "n")
S, K = symbol("S", "n", "n", has="symmetric"), symbol("K", "n", "n", has="skew")
x, b, y = symbol("x", "n"), symbol("b", "n"), symbol("y", "m")
s, r = symbol("s"), symbol("r")
u = subtract(matmul(A, x), y)
T = transpose


def call(name: str, *args: Expr) -> Expr:
    out: Expr = Call(name, args)
    return out


def tr(*factors: Expr) -> Expr:
    return call("tr", matmul(*factors))


def square(e: Expr) -> Expr:
    return power(call("norm", e), 2)


def step(e: Expr) -> Expr:
    out: Expr = Where(Compare(">", e, Zeros(e.shape)), Ones(e.shape), Zeros(e.shape))
    return out


# function, variable, the matrix whose entry the last line is (None: a line with deltas is the last)
CASES: list[tuple[Expr, Symbol, Expr | None]] = [
    (square(u), A, scale(number(2), matmul(u, T(x)))),
    (square(u), x, scale(number(2), matmul(T(A), u))),
    (matmul(T(u), u), x, scale(number(2), matmul(T(A), u))),
    (matmul(T(x), Q, x), x, add(matmul(Q, x), matmul(T(Q), x))),
    (matmul(T(x), S, x), x, scale(number(2), matmul(S, x))),
    (tr(T(X), P, X, B), X, add(matmul(P, X, B), matmul(T(P), X, T(B)))),
    (matmul(A, x), x, A),
    (matmul(A, x), A, None),
    (matmul(P, X, B), X, None),
    (matmul(T(X), X), X, None),
    (inverse(Q), Q, None),
    (tr(Q), Q, Identity(N)),
    (tr(Q, Q), Q, scale(number(2), T(Q))),
    (call("tr", power(Q, 3)), Q, scale(number(3), matmul(T(Q), T(Q)))),
    (tr(B, S), S, scale(number("1/2"), add(T(B), B))),
    (tr(B, K), K, scale(number("1/2"), subtract(T(B), B))),
    (call("sum", Map("sin", matmul(A, x))), x, matmul(T(A), Map("cos", matmul(A, x)))),
    (
        call("sum", Map("tanh", matmul(A, x))), A,
        matmul(subtract(Ones(y.shape), call("entrypower", Map("tanh", matmul(A, x)), number(2))), T(x)),
    ),
    (call("sum", Map("relu", matmul(A, x))), A, matmul(step(matmul(A, x)), T(x))),
    (call("logsumexp", x), x, call("softmax", x)),
    (Map("exp", matmul(T(b), x)), x, scale(Map("exp", matmul(T(b), x)), b)),
    (matmul(T(x), call("diag", x), x), x, scale(number(3), call("hadamard", x, x))),
    (call("norm", x), x, scale(power(call("norm", x), -1), x)),
    (call("norm", X), X, scale(power(call("norm", X), -1), X)),
    (call("det", Q), Q, scale(call("det", Q), T(inverse(Q)))),
    (call("logdet", Q), Q, T(inverse(Q))),
    (tr(B, inverse(Q)), Q, scale(number(-1), matmul(T(inverse(Q)), T(B), T(inverse(Q))))),
    (call("mean", x), x, scale(power(SizeValue(N), -1), Ones(x.shape))),
    (call("hadamard", x, x), x, scale(number(2), call("diag", x))),
    (call("sum", call("hadamard", X, X)), X, scale(number(2), X)),
    (call("sum", call("entrypower", X, number(3))), X, scale(number(3), call("hadamard", X, X))),
    (call("sum", call("quotient", X, A)), A, scale(number(-1), call("quotient", X, call("hadamard", A, A)))),
    (call("sum", Q), Q, Ones(Q.shape)),
    (subtract(call("logsumexp", x), matmul(T(b), x)), x, subtract(call("softmax", x), b)),
    (
        call("softmax", x), x,
        subtract(call("diag", call("softmax", x)), matmul(call("softmax", x), T(call("softmax", x)))),
    ),
    (times(call("tr", Q), tr(B, Q)), Q, add(scale(tr(B, Q), Identity(N)), scale(call("tr", Q), T(B)))),
    (matmul(T(b), Q, call("diag", x), b), x, call("hadamard", matmul(T(Q), b), b)),
    (tr(call("hadamard", Q, B), Q), Q, add(call("hadamard", B, T(Q)), call("hadamard", T(B), T(Q)))),
    (
        divide(matmul(T(x), S, x), matmul(T(x), x)), x,
        scale(times(number(2), power(matmul(T(x), x), -1)),
              subtract(matmul(S, x), scale(divide(matmul(T(x), S, x), matmul(T(x), x)), x))),
    ),
    (call("inner", call("sym", Q), B), Q, scale(number("1/2"), add(B, T(B)))),
    (
        call("max", matmul(T(b), x), number(0)), x,
        Where(Compare(">", matmul(T(b), x), number(0)), b, Zeros(x.shape)),
    ),
]


@pytest.mark.parametrize(("function", "variable", "matrix"), CASES, ids=range(len(CASES)))
def test_every_line_at_every_index(function: Expr, variable: Symbol, matrix: Expr | None) -> None:
    lines, free = index_lines(function, variable), free_indices(function, variable)
    at = Point(3)
    value(function, at)
    base = at.of(variable)
    variable_range = [range(1, size.value(SIZES) + 1) for _, size in free.variable]
    value_range = [range(1, size.value(SIZES) + 1) for _, size in free.value]
    for where in itertools.product(*variable_range):
        difference = _difference(function, variable, base, where, at)
        for which in itertools.product(*value_range):
            here = _at(at, dict(zip(free.symbols, (*which, *where), strict=True)))
            spot = tuple(k - 1 for k in which) + (0,) * (2 - len(which))
            assert value(lines[0].expr, here)[0, 0] == pytest.approx(value(function, at)[spot], rel=1e-12)
            for line in lines[1:]:
                assert value(line.expr, here)[0, 0] == pytest.approx(difference[spot], rel=1e-6, abs=1e-6), line.rule
    last = lines[-1].expr
    if matrix is None:
        assert any(isinstance(n, Delta) for n in walk(last)) or len(free.symbols) > 2
    else:
        read = last.arg if isinstance(last, Entry) and last.arg is not variable else recognise(
            last, *free.symbols, sizes={i.name: size for i, size in (*free.value, *free.variable)})
        assert read is not None and equal(read, matrix)


def _difference(f: Expr, v: Symbol, base: np.ndarray, where: tuple[int, ...], at: Point) -> np.ndarray:
    direction = np.zeros_like(base)
    direction[where[0] - 1, where[1] - 1 if len(where) > 1 else 0] = 1.0
    if "symmetric" in v.has:
        direction = (direction + direction.T) / 2
    if "skew" in v.has:
        direction = (direction - direction.T) / 2

    def moved(h: float) -> np.ndarray:
        there = Point(at.seed)
        there.update({**at, v.name: base + h * direction})
        return value(f, there)

    h = 1e-3
    return (8 * (moved(h) - moved(-h)) - (moved(2 * h) - moved(-2 * h))) / (12 * h)


def _at(at: Point, indices: dict[Symbol, int]) -> Point:
    out = Point(at.seed)
    out.update(at)
    out.update({i.name: np.array([[float(k)]]) for i, k in indices.items()})
    return out


def test_the_model_derivation() -> None:
    """The derivation of ‖Ax − y‖² by indices, line by line."""
    lines = index_lines(square(u), A)
    i, j, p, q = (index(name) for name in "ijpq")

    def entry(m: Expr, *at: Expr) -> Expr:
        out: Expr = Entry(m, at[0], at[1] if len(at) > 1 else None)
        return out

    def total(k: Symbol, size: str, body: Expr) -> Expr:
        out: Expr = Sum(k, number(1), SizeValue(Size.of(size)), body)
        return out

    residual = subtract(total(j, "n", times(entry(A, i, j), entry(x, j))), entry(y, i))
    at_p = subtract(total(j, "n", times(entry(A, p, j), entry(x, j))), entry(y, p))
    deltas = total(j, "n", times(Delta(i, p), Delta(j, q), entry(x, j)))
    assert [line.expr for line in lines] == [
        total(i, "m", power(residual, 2)),
        times(number(2), total(i, "m", times(residual, deltas))),
        times(number(2), at_p, entry(x, q)),
        Entry(scale(number(2), matmul(u, T(x))), p, q),
    ]
    assert [line.rule for line in lines] == ["by-entries", "entries-derivative", "contract", "recognise"]
    assert lines[1].why[:2] == ("chain rule", SEMICOLON)


def test_indices_avoid_names_and_sizes_in_use() -> None:
    Y = symbol("Y", "p", "n")
    names = {i.name for i in free_indices(tr(T(Y), Y), Y).symbols}
    bound = {n.index.name for line in index_lines(tr(T(Y), Y), Y) for n in walk(line.expr) if isinstance(n, Sum)}
    assert not names & {"p", "n", "Y"}
    assert bound and not bound & (names | {"p", "n"})


def test_symmetry_is_a_reason_where_it_is_used() -> None:
    used = index_lines(matmul(T(x), S, x), x)[-1]
    assert used.why == ("read as the entry of a matrix", SEMICOLON, T(S), " = ", S)
    unused = index_lines(matmul(T(b), S, x), x)[-1]
    assert isinstance(unused.expr, Entry) and equal(unused.expr.arg, matmul(S, b))
    straight = index_lines(matmul(T(x), S, b), x)[-1]
    assert straight.why == ("read as the entry of a matrix",)


def test_an_integer_of_the_author_is_no_index() -> None:
    k = symbol("k", has="integer")
    lines = index_lines(times(Entry(Q, k, k), matmul(T(x), x)), x)
    assert isinstance(lines[-1].expr, Entry) and lines[-1].expr.arg is scale(times(number(2), Entry(Q, k, k)), x)


def test_an_index_of_the_author_keeps_its_name_and_meaning() -> None:
    i = index("i")
    mine = Sum(i, number(1), SizeValue(N), power(Entry(x, i, None), 2))
    f = scale(mine, matmul(Q, x))
    lines, free = index_lines(f, x), free_indices(f, x)
    at = Point(2)
    whole = np.array([[float(value(lines[0].expr, _at(at, {free.value[0][0]: k}))[0, 0])] for k in range(1, SIZES["n"] + 1)])
    assert np.allclose(whole, value(f, at))


SUPPORTED = ["exp", "sin", "tanh", "sigmoid", "hadamard", "tr", "sum", "mean", "dot", "inner", "logsumexp", "softmax", "diag",
             "sym", "skewpart"]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(expressions(shape=SCALAR, functions=SUPPORTED, structures=("entry", "sum", "constant"), depth=4),
       st.sampled_from(sorted(SYMBOLS)))
def test_random_functions(f: Expr, name: str) -> None:
    """The last line at one index against the difference quotient."""
    v = SYMBOLS[name]
    if name not in f.free or "integer" in v.has:
        return
    try:
        lines, free = index_lines(f, v), free_indices(f, v)
    except DeriveError as e:
        assert "no-rule" in str(e)
        return
    at, where = Point(4), tuple(2 for _ in free.variable)
    with np.errstate(all="ignore"):
        try:
            value(f, at)
            difference = float(_difference(f, v, at.of(v), where or (1,), at)[0, 0])
            here = _at(at, dict.fromkeys(free.symbols, 2))
            found = [float(value(line.expr, here)[0, 0]) for line in lines[1:]]
        except (np.linalg.LinAlgError, ZeroDivisionError, OverflowError, IndexError, ValueError):
            return
        if not np.isfinite(difference) or abs(difference) > 1e4 or abs(value(f, at)[0, 0]) > 1e4:
            return
    assert found == pytest.approx([difference] * len(found), rel=1e-4, abs=1e-4)


def test_the_chain_rule_by_indices() -> None:
    """V9: ∂f/∂A_pq = Σ_k ∂f/∂g_k ∂g_k/∂A_pq for f = ‖g‖², g = Ax − y."""
    g = symbol("g", "m")
    lines = index_chain(square(g), g, u, A).lines
    i, p, q = (index(name) for name in "ipq")
    assert [line.expr for line in lines[1:]] == [
        times(number(2), Sum(i, number(1), SizeValue(Size.of("m")), times(Entry(g, i, None), Delta(i, p), Entry(x, q, None)))),
        times(number(2), Entry(g, p, None), Entry(x, q, None)),
        Entry(scale(number(2), matmul(g, T(x))), p, q),
    ]
    G = symbol("G", "m", "n")
    by_matrix = index_chain(tr(T(G), P, G), G, matmul(X, B), X).lines
    last = by_matrix[-1].expr
    assert isinstance(last, Entry) and equal(last.arg, matmul(add(P, T(P)), G, T(B)))
    with pytest.raises(ValueError, match="scalar function"):
        index_chain(matmul(T(x), x), g, u, x)


def test_one_letter_for_two_sizes() -> None:
    """Sums side by side use one letter, whatever their sizes."""
    f = add(call("sum", Map("sin", matmul(A, x))), call("logsumexp", x), times(matmul(T(x), x), matmul(T(y), y)))
    assert [line.rule for line in index_lines(f, x)][-1] == "recognise"
    last = index_lines(f, x)[-1].expr
    want = add(matmul(T(A), Map("cos", matmul(A, x))), call("softmax", x), scale(times(number(2), matmul(T(y), y)), x))
    assert isinstance(last, Entry) and equal(last.arg, want)


def test_contraction() -> None:
    i, j, p = (index(name) for name in "ijp")
    n = SizeValue(N)
    total = Sum(i, number(1), n, times(Delta(i, p), Entry(x, i, None)))
    assert contract(total) is Entry(x, p, None)
    assert contract(Sum(i, number(1), n, number(1))) is n
    assert contract(Sum(i, number(1), n, Delta(i, i))) is n
    twice = add(Sum(i, number(1), n, Entry(x, i, None)), Sum(j, number(1), n, Entry(x, j, None)))
    assert contract(twice) is times(number(2), Sum(i, number(1), n, Entry(x, i, None)))
    double = Sum(i, number(1), n, Sum(j, number(1), n, times(Delta(i, j), Entry(Q, i, j))))
    assert contract(double) is Sum(i, number(1), n, Entry(Q, i, i))


def test_what_has_no_form_is_refused_by_name() -> None:
    with pytest.raises(DeriveError, match="expm"):
        index_lines(call("sum", call("expm", Q)), Q)
    with pytest.raises(DeriveError, match=r"R do not vary freely .*upper"):
        R = symbol("R", "n", "n", has="upper")
        index_lines(tr(R, B), R)
    i, j, k = (index(name) for name in "ijk")
    three = Sum(k, number(1), SizeValue(N), times(Entry(Q, i, k), Entry(B, j, k), Entry(S, k, k), Entry(x, k, None)))
    assert recognise(three, i, j) is not None
    chain = times(Entry(Q, i, j), Sum(k, number(1), SizeValue(N), times(Entry(Q, i, k), Entry(B, j, k), Entry(x, k, None))))
    assert recognise(chain, i, j) is not None
    m = index("m")
    spokes = times(Entry(Q, i, k), Entry(B, j, k), Entry(S, i, m), Entry(Q, j, m), Entry(B, k, m))
    wheel = Sum(k, number(1), SizeValue(N), Sum(m, number(1), SizeValue(N), spokes))
    assert recognise(wheel, i, j) is None
