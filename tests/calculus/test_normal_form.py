"""Normal forms: identities that they must see, differences that they must not lose, and random expressions against numbers."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from derive.calculus.algebra import TooManyTerms, canonical, equal, expand, is_zero, normal_form
from derive.expressions.build import ONE, add, divide, inverse, matmul, negate, power, scale, subtract, times, transpose
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Call, Entry, Expr, Identity, Map, Ones, SizeValue, Sum, Symbol, Unit, Zeros, number
from derive.expressions.sizes import Size
from tests.calculus.numeric import CALLS, Point, symbol, value
from tests.strategies import expressions

A, B, R = symbol("A", "n", "n"), symbol("B", "n", "n"), symbol("R", "n", "n")
S, K, D = symbol("S", "n", "n", has="symmetric"), symbol("K", "n", "n", has="skew"), symbol("D", "n", "n", has="diagonal")
Q, V = symbol("Q", "n", "n", has="orthogonal"), symbol("V", "p", "n", has="stiefel")
X, Y, W = symbol("X", "m", "n"), symbol("Y", "m", "n"), symbol("W", "p", "n")
x, y, u = symbol("x", "n"), symbol("y", "n"), symbol("u", "n", has="unit")
s, t, k = symbol("s"), symbol("t", has="positive"), symbol("k", has="integer")
N = Size.of("n")
I = Identity(N)  # noqa: E741
T = transpose


def call(name: str, *args: Expr) -> Expr:
    out: Expr = Call(name, args)
    return out


def tr(*factors: Expr) -> Expr:
    return call("tr", matmul(*factors))


def hadamard(*parts: Expr) -> Expr:
    out = parts[0]
    for part in parts[1:]:
        out = call("hadamard", out, part)
    return out


i = symbol("i", has="integer")
EQUAL = [
    (matmul(T(x), A, y), matmul(T(y), T(A), x)),
    (tr(A, B, R), tr(R, A, B)),
    (tr(A, B, R), tr(T(R), T(B), T(A))),
    (tr(A, x, T(y)), matmul(T(y), A, x)),
    (tr(x, T(y), A, x, T(y)), times(matmul(T(y), A, x), matmul(T(y), x))),
    (tr(S, K), number(0)),
    (matmul(T(x), K, x), number(0)),
    (matmul(T(x), S, y), matmul(T(y), S, x)),
    (T(matmul(A, B)), matmul(T(B), T(A))),
    (inverse(matmul(A, B)), matmul(inverse(B), inverse(A))),
    (T(inverse(A)), inverse(T(A))),
    (matmul(A, inverse(A), B), B),
    (matmul(Q, T(Q)), I),
    (inverse(Q), T(Q)),
    (matmul(T(V), V), I),
    (matmul(T(u), u), ONE),
    (call("norm", u), ONE),
    (add(matmul(A, inverse(add(A, B))), matmul(B, inverse(add(A, B)))), I),
    (matmul(inverse(add(I, A)), add(I, A), x), x),
    (matmul(inverse(matmul(T(W), W)), T(W), W), I),
    (matmul(inverse(A), subtract(B, A), inverse(B)), subtract(inverse(A), inverse(B))),
    (matmul(power(A, k), A), power(A, add(k, ONE))),
    (matmul(power(A, k), inverse(A)), power(A, subtract(k, ONE))),
    (power(call("norm", x), 2), matmul(T(x), x)),
    (times(call("norm", X), call("norm", X)), tr(T(X), X)),
    (call("norm", scale(number(-2), x)), times(number(2), call("norm", x))),
    (power(add(s, t), 2), add(power(s, 2), times(number(2), s, t), power(t, 2))),
    (add(divide(s, add(s, t)), divide(t, add(s, t))), ONE),
    (call("inner", A, B), tr(T(A), B)),
    (call("dot", x, y), matmul(T(y), x)),
    (call("sum", x), matmul(T(Ones(x.shape)), x)),
    (call("sum", hadamard(A, B)), tr(T(A), B)),
    (call("mean", X), times(power(times(SizeValue(Size.of("m")), SizeValue(N)), -1), call("sum", X))),
    (tr(I), SizeValue(N)),
    (matmul(T(Ones(x.shape)), Ones(x.shape)), SizeValue(N)),
    (call("sum", hadamard(A, B, R)), tr(T(A), hadamard(B, R))),
    (tr(S, hadamard(A, B)), tr(T(A), hadamard(S, B))),
    (hadamard(A, B), hadamard(B, A)),
    (hadamard(call("quotient", A, B), B), A),
    (hadamard(A, A), call("entrypower", A, number(2))),
    (matmul(call("diag", x), y), hadamard(x, y)),
    (matmul(T(y), call("diag", x), A, y), matmul(T(hadamard(x, y)), A, y)),
    (call("diag", add(x, scale(s, y))), add(call("diag", x), scale(s, call("diag", y)))),
    (call("diag", call("diag", x)), x),
    (call("sym", A), scale(number("1/2"), add(A, T(A)))),
    (add(call("sym", A), call("skewpart", A)), A),
    (call("expm", T(A)), T(call("expm", A))),
    (call("kron", add(A, B), R), add(call("kron", A, R), call("kron", B, R))),
    (T(call("kron", A, B)), call("kron", T(A), T(B))),
    (call("softmax", x), divide(Map("exp", x), call("sum", Map("exp", x)))),
    (Entry(A, number(1), number(2)), Entry(T(A), number(2), number(1))),
    (Entry(A, None, number(2)), matmul(A, Unit(number(2), N))),
    (Entry(x, number(2), None), matmul(T(Unit(number(2), N)), x)),
    (Sum(i, ONE, SizeValue(N), times(s, Entry(x, i, None))), times(s, Sum(k, ONE, SizeValue(N), Entry(x, k, None)))),
    (Sum(i, ONE, SizeValue(N), s), times(SizeValue(N), s)),
    (scale(matmul(T(x), y), A), scale(matmul(T(y), x), A)),
    (matmul(x, T(y), x), scale(matmul(T(y), x), x)),
    (Map("exp", tr(A, B)), Map("exp", tr(B, A))),
    (matmul(D, T(D)), matmul(D, D)),
    (scale(add(power(Map("sin", s), 2), power(Map("cos", s), 2)), A), A),
]


@pytest.mark.parametrize(("left", "right"), EQUAL, ids=range(len(EQUAL)))
def test_identities_are_seen(left: Expr, right: Expr) -> None:
    assert equal(left, right)
    point = Point(3)
    assert np.allclose(value(left, point), value(right, point))


DIFFERENT = [
    (matmul(A, B), matmul(B, A)),
    (tr(A, B, R), tr(B, A, R)),
    (tr(A, B), tr(A, T(B))),
    (matmul(T(x), A, y), matmul(T(x), T(A), y)),
    (matmul(V, T(V)), Identity(Size.of("p"))),
    (inverse(add(A, B)), add(inverse(A), inverse(B))),
    (hadamard(A, B), matmul(A, B)),
    (matmul(K, K), Zeros(K.shape)),
    (tr(K, A), number(0)),
    (call("norm", negate(x)), negate(call("norm", x))),
    (scale(number("1001/1000"), A), A),
    (Map("sqrt", power(s, 2)), s),
    (call("det", add(A, B)), add(call("det", A), call("det", B))),
    (Sum(i, ONE, SizeValue(N), Entry(x, i, None)), Sum(i, ONE, SizeValue(N), Entry(y, i, None))),
    (matmul(power(A, k), A), power(A, subtract(k, ONE))),
    (call("diag", call("diag", A)), A),
]


@pytest.mark.parametrize(("left", "right"), DIFFERENT, ids=range(len(DIFFERENT)))
def test_what_differs_is_not_called_equal(left: Expr, right: Expr) -> None:
    assert not equal(left, right)
    assert not all(np.allclose(value(left, Point(seed)), value(right, Point(seed))) for seed in range(6))


def test_too_long_an_expansion_is_said_not_done() -> None:
    letters = [add(symbol(f"M{j}", "n", "n"), symbol(f"N{j}", "n", "n")) for j in range(40)]
    long = matmul(*letters)
    with pytest.raises(TooManyTerms):
        normal_form(long)
    assert canonical(long) is long
    assert expand(long) is long
    assert not is_zero(subtract(long, A))


def test_deep_expressions_need_no_deep_recursion() -> None:
    deep: Expr = x
    for _ in range(1500):
        deep = Map("tanh", matmul(A, deep))
    assert is_zero(subtract(deep, add(deep, Zeros(x.shape))))


KNOWN = [name for name, row in FUNCTIONS.items() if row.maps or name in CALLS]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(expressions(functions=KNOWN, structures=("entry", "stack", "sum", "constant"), depth=5))
def test_random_expressions_keep_their_value(e: Expr) -> None:
    """The normal form and the expansion against numbers, wherever the expression itself is defined and well conditioned."""
    for rewrite in (canonical, expand):
        try:
            other = rewrite(e)
        except TooManyTerms:
            continue
        assert other.shape == e.shape
        point = Point(1)
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                before, nearby = value(e, point), value(e, _moved(point))
                after = value(other, point)
            except (np.linalg.LinAlgError, ZeroDivisionError, OverflowError, IndexError, ValueError):
                continue
        size = np.abs(before).max()
        if not np.all(np.isfinite(before)) or not np.all(np.isfinite(after)) or np.iscomplexobj(before):
            continue
        if np.abs(nearby - before).max() > 1e-3 * (1 + size):
            continue  # a jump or a nearly singular matrix here: rounding decides
        assert np.allclose(after, before, rtol=1e-6, atol=1e-8 * (1 + size))


def _moved(point: Point) -> Point:
    out = Point(point.seed)
    out.update({name: np.asarray(v, dtype=float) * (1 + (1e-9 if np.ndim(v) else 0)) for name, v in point.items()})
    return out


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(expressions(functions=["tr", "hadamard", "inner", "norm", "exp", "diag"], structures=("constant",), depth=4))
def test_canonical_is_idempotent(e: Expr) -> None:
    once = canonical(e)
    assert canonical(once) is once or equal(once, canonical(once))


def test_letters_are_named() -> None:
    form = normal_form(add(matmul(A, B), scale(s, matmul(A, B))))
    assert [(c, [f"{atom.name}" for atom, _ in scalars], word) for c, scalars, word in form.terms if isinstance(c, object)] == [
        (1, [], (A, B)), (1, ["s"], (A, B)),
    ]
    assert all(isinstance(atom, Symbol) for _, scalars, _ in form.terms for atom, _ in scalars)
