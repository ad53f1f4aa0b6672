"""Sums over several indices: written as contractions, with the values of the loops."""

from __future__ import annotations

import random

import numpy as np
import pytest
import scipy as sp

from derive.calculus.derive import derive
from derive.checking.verification import verify
from derive.expressions.build import add, power, times, transpose
from derive.expressions.nodes import Compare, Delta, Entry, Expr, Map, SizeValue, Sum, Symbol, Unnamed, Where, number
from derive.expressions.sizes import SCALAR, Size
from derive.language.problems.read import read
from derive.notation.python import sums as numpy_sums
from derive.notation.python.source import Names, source

M, N, ONE = Size.of("m"), Size.of("n"), Size.of(1)
A, B, Q = Symbol("A", (M, N)), Symbol("B", (N, M)), Symbol("Q", (M, M))
x, y, c = Symbol("x", (N, ONE)), Symbol("y", (M, ONE)), Symbol("c", SCALAR)
R, J, K, L, P = (Symbol(k, SCALAR, frozenset({"integer"})) for k in "ijklp")
SIGMA = Unnamed("s", None, None)


def over(body: Expr, *ranges: tuple[Symbol, Size]) -> Expr:
    out = body
    for index, size in reversed(ranges):
        out = Sum(index, number(1), SizeValue(size), out)
    return out


def at(array: Expr, row: Expr, column: Expr | None = None) -> Expr:
    out: Expr = Entry(array, row, column)
    return out


IJK = ((R, M), (J, N), (K, M))
CONTRACTED = [
    (over(times(at(A, R, J), at(B, J, K), at(Q, K, R)), *IJK), "np.einsum('ab,bc,ca->', A, B, Q, optimize=True)"),
    (over(times(at(y, R), at(A, R, J), at(B, J, K), at(y, K)), *IJK), "np.einsum('a,ab,bc,c->', y, A, B, y, optimize=True)"),
    (over(times(number(2), c, at(A, R, J), at(Q, K, P)), *IJK), "2 * c * np.einsum('ab,c->', A, Q[:, int(p) - 1], optimize=True)"),
    (over(times(at(A, R, J), Delta(R, P), Delta(J, K)), (R, M), (J, N), (K, N)),
     "np.einsum('ab,a,bc->', A, np.eye(m)[int(p) - 1], np.eye(n), optimize=True)"),
    (over(times(power(at(A, R, J), 2), Map("exp", at(x, J)), power(at(y, K), -1)), *IJK),
     "np.einsum('ab,b,c->', A**2, np.exp(x), y**(-1.0), optimize=True)"),
    (over(at(Q, R, R), *IJK), "n * m * np.einsum('aa->', Q, optimize=True)"),
    (over(add(times(at(A, R, J), at(Q, R, K)), times(number(-1), at(B, J, K))), *IJK),
     "np.einsum('ab,ac->', A, Q, optimize=True) - m * np.einsum('bc->', B, optimize=True)"),
    (over(times(Entry(transpose(x), None, J), at(Q, R, K)), *IJK), None),
    (over(times(Map(SIGMA, at(A, R, J)), at(y, K)), *IJK), "np.einsum('ab,c->', s(A), y, optimize=True)"),
]


def value(code: str) -> float:
    rng = np.random.default_rng(3)
    known = {"A": (3, 4), "B": (4, 3), "Q": (3, 3), "x": (4,), "y": (3,)}
    names = {name: rng.uniform(0.5, 2.0, shape) for name, shape in known.items()}
    return float(eval(code, {"np": np, "sp": sp, "m": 3, "n": 4, "p": 2, "c": 0.7, "s": np.cos, **names}))


@pytest.mark.parametrize(("expr", "code"), CONTRACTED)
def test_a_nest_of_sums_is_a_contraction(expr: Expr, code: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    written = source(expr)
    assert code is None or written == code
    monkeypatch.setattr(numpy_sums, "FEWEST", 99)
    loops = source(expr)
    assert loops.count(" for ") == 3 and "einsum" not in loops
    np.testing.assert_allclose(value(written), value(loops), rtol=1e-12)


LOOPS = [
    over(times(at(A, R, J), at(B, J, K)), (R, M), (J, N)),  # two sums read well as they are
    over(times(R, at(A, R, J), at(Q, R, K)), *IJK),  # the index itself is no array
    over(times(at(A, add(R, number(1)), J), at(Q, R, K)), (R, Size.of(2)), (J, N), (K, M)),
    over(times(at(A, R, J), at(Q, R, K)), (R, Size.of(2)), (J, N), (K, M)),  # not all rows
]


class Random:
    """Scalars of entries, deltas, sums in them, with the indices that are bound there."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)

    def expr(self, bound: dict[str, Size], depth: int) -> Expr:
        made = [self.entry, self.entry, self.delta, self.constant]
        if depth:
            made += [self.product, self.product, self.sum, self.added, self.mapped, self.power, self.case]
        return self.rng.choice(made)(bound, depth - 1)

    def index(self, size: Size, bound: dict[str, Size]) -> Expr:
        fitting: list[Expr] = [Symbol(k, SCALAR, frozenset({"integer"})) for k, of in bound.items() if of == size]
        return self.rng.choice([*fitting * 3, number(1), number(2), P])

    def entry(self, bound: dict[str, Size], _: int) -> Expr:
        array = self.rng.choice([A, B, Q, x, y, transpose(A)])
        return at(array, *(self.index(size, bound) for size in array.shape if size != ONE))

    def delta(self, bound: dict[str, Size], _: int) -> Expr:
        size = self.rng.choice([M, N])
        out: Expr = Delta(self.index(size, bound), self.index(size, bound))
        return out

    def constant(self, bound: dict[str, Size], _: int) -> Expr:
        return self.rng.choice([c, number(2), number(-1), number("1/2")])

    def product(self, bound: dict[str, Size], depth: int) -> Expr:
        return times(*(self.expr(bound, depth) for _ in range(self.rng.choice([2, 2, 3]))))

    def added(self, bound: dict[str, Size], depth: int) -> Expr:
        return add(*(times(number(self.rng.choice([1, -1, 2])), self.expr(bound, depth)) for _ in range(2)))

    def mapped(self, bound: dict[str, Size], depth: int) -> Expr:
        return Map(self.rng.choice(["sin", "tanh", SIGMA]), self.expr(bound, depth))

    def power(self, bound: dict[str, Size], depth: int) -> Expr:
        return power(self.expr(bound, depth), self.rng.choice([2, 3]))

    def case(self, bound: dict[str, Size], depth: int) -> Expr:
        a, b, then, otherwise = (self.expr(bound, depth) for _ in range(4))
        return Where(Compare(self.rng.choice(["<", ">="]), a, b), then, otherwise)

    def sum(self, bound: dict[str, Size], depth: int) -> Expr:
        name, size = "ijkluvw"[len(bound)], self.rng.choice([M, N])
        return over(self.expr({**bound, name: size}, depth), (Symbol(name, SCALAR, frozenset({"integer"})), size))


@pytest.mark.parametrize("seed", range(300))
def test_arrays_have_the_values_of_loops(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of random scalars with sums in one another, written without a loop wherever that can be."""
    expr = over(Random(seed).expr({"i": M, "j": N}, 4), (R, M), (J, N))
    monkeypatch.setattr(numpy_sums, "FEWEST", 1)
    arrays = source(expr)
    monkeypatch.setattr(numpy_sums, "FEWEST", 99)
    loops = source(expr)
    assert " for " not in arrays and "einsum" not in loops
    np.testing.assert_allclose(value(arrays), value(loops), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("expr", LOOPS)
def test_other_sums_stay_loops(expr: Expr) -> None:
    assert "einsum" not in source(expr)


def test_a_factor_with_a_sum_of_its_own_is_computed_once() -> None:
    inner = power(over(times(at(x, J), at(x, J)), (J, N)), number("1/2"))
    expr = over(times(at(y, R), inner), (R, M))
    assert source(expr) == "sum(x[j - 1] * x[j - 1] for j in range(1, n + 1))**0.5 * sum(y[i - 1] for i in range(1, m + 1))"


def test_a_free_index_stays_a_loop_around_a_contraction() -> None:
    expr = over(times(at(A, R, J), at(B, J, K), at(Q, K, L)), *IJK)
    code = source(expr, Names(free=((L, M),)))
    assert code == "np.array([np.einsum('ab,bc,c->', A, B, Q[:, l - 1], optimize=True) for l in range(1, m + 1)])"


def test_a_norm_of_four_factors_by_indices_is_checked() -> None:
    """Sixteen loops in one another took minutes."""
    told = derive(read(
        "symbols: {Q: square(m), W: 'matrix(m, n)', F: 'matrix(n, m)'}\nfunction: norm(Q W F Q)\nwrt: Q\n"
        "find: [gradient, entries]\nindices: einstein\n", "q.yaml",
    ))
    assert verify(told).passed
