"""Every product of a matrix without full rank, its pseudo-inverse, their transposes and projections keeps its value where it is shortened."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest

from derive.calculus.simplify import everyday, simplify
from derive.expressions.build import MINUS_ONE, add, matmul, scale, transpose
from derive.expressions.nodes import Call, Expr, Identity, MatMul, Symbol, Zeros
from derive.expressions.sizes import Size

SIZES = {"m": 5, "n": 4}
M, N = Size.of("m"), Size.of("n")


def factors_of(a: Symbol) -> dict[Expr, np.ndarray]:
    """A, A', A⁺, (A⁺)', (A')⁺, I − AA⁺, I − A⁺A with their values; A has rank 2."""
    rows, columns = (size.value(SIZES) for size in a.shape)
    rng = np.random.default_rng(1)
    value = rng.normal(size=(rows, 2)) @ rng.normal(size=(2, columns))
    inverse = np.linalg.pinv(value, rcond=1e-10)
    p = Call("pinv", (a,))
    return {
        a: value, transpose(a): value.T, p: inverse, transpose(p): inverse.T, Call("pinv", (transpose(a),)): inverse.T,
        add(Identity(a.shape[0]), scale(MINUS_ONE, matmul(a, p))): np.eye(rows) - value @ inverse,
        add(Identity(a.shape[1]), scale(MINUS_ONE, matmul(p, a))): np.eye(columns) - inverse @ value,
    }


def value(expr: Expr, values: dict[Expr, np.ndarray]) -> np.ndarray:
    """What a row wrote: 0, or a product of one or two of these factors."""
    match expr:
        case Zeros():
            return np.zeros([size.value(SIZES) for size in expr.shape])
        case MatMul(factors=(left, right)):
            return values[left] @ values[right]
        case _:
            return values[expr]


@pytest.mark.parametrize("shape", [(M, N), (N, N)], ids=["rectangular", "square"])
def test_no_product_changes_its_value(shape: tuple[Size, Size]) -> None:
    """What holds for full rank or for symmetric matrices alone is found out; only a square A has products such as A⁺A(A⁺)'."""
    simplify.forget()
    values = factors_of(Symbol("A", shape))
    shortened = 0
    for count in (2, 3, 4):
        for factors in product(values, repeat=count):
            if any(a.shape[1] != b.shape[0] for a, b in pairwise(factors)):
                continue
            found = everyday.of_windows(factors, [])
            if found is None:
                continue
            shortened += 1
            front, new, back = found
            before = np.linalg.multi_dot([values[f] for f in factors])
            after = np.linalg.multi_dot([np.eye(len(before)), *(values[f] for f in front), value(new, values), *(values[f] for f in back)])
            assert np.allclose(before, after, atol=1e-9), factors
    assert shortened > 50
