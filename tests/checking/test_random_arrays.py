"""Random values and directions have the declared properties; unnamed functions and paths have the derivatives they say."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from derive.checking import random_functions
from derive.checking.evaluation import derivative
from derive.checking.random_arrays import STYLES, Style, array_shape, direction, draw, inside, project
from derive.expressions.nodes import Unnamed
from derive.expressions.sizes import SCALAR, Size

ONE, M, N = Size.of(1), Size.of("m"), Size.of("n")
SIZES = {"m": 5, "n": 3}


def holds(name: str, x: Any) -> bool:
    n = x.shape[-1] if np.ndim(x) else 0
    match name:
        case "symmetric":
            return np.allclose(x, x.T)
        case "skew":
            return np.allclose(x, -x.T)
        case "diagonal":
            return np.allclose(x, np.diag(np.diag(x)))
        case "upper":
            return np.allclose(x, np.triu(x))
        case "lower":
            return np.allclose(x, np.tril(x))
        case "spd":
            return np.allclose(x, x.T) and np.linalg.eigvalsh(x)[0] > 1e-3
        case "psd":
            return np.allclose(x, x.T) and np.linalg.eigvalsh(x)[0] > -1e-12
        case "orthogonal" | "stiefel":
            return np.allclose(x.T @ x, np.eye(n))
        case "invertible":
            return float(np.linalg.cond(x)) < 1e4
        case "positive":
            return bool(np.all(np.asarray(x) > 0))
        case "unit":
            return abs(np.linalg.norm(x) - 1) < 1e-12
        case "full-column-rank" | "full-row-rank":
            return np.linalg.matrix_rank(x) == min(x.shape)
        case "integer":
            return bool(np.all(np.asarray(x) == np.round(x)))
    raise AssertionError(name)


DECLARED = [
    ("symmetric", (4, 4)), ("skew", (4, 4)), ("diagonal symmetric upper lower", (4, 4)), ("upper", (4, 4)),
    ("lower", (4, 4)), ("spd symmetric invertible psd", (4, 4)), ("psd symmetric", (4, 4)),
    ("orthogonal invertible", (4, 4)), ("stiefel full-column-rank", (5, 3)), ("invertible", (4, 4)),
    ("symmetric invertible", (4, 4)), ("positive", (4, 3)), ("positive symmetric", (4, 4)), ("unit", (4,)), ("positive", ()),
    ("integer", ()), ("unit", (4, 3)), ("positive unit", (4,)), ("full-column-rank", (5, 3)), ("stiefel", (4, 4)),
    ("positive diagonal symmetric upper lower spd", (3, 3)),
]


@pytest.mark.parametrize(("names", "shape"), DECLARED, ids=[f"{n} {s}" for n, s in DECLARED])
def test_values_have_what_is_declared_in_every_style(names: str, shape: tuple[int, ...]) -> None:
    has = frozenset(names.split())
    rng = np.random.default_rng(0)
    for style in STYLES:
        for _ in range(5):
            x = draw(has, shape, rng, style)
            assert np.shape(x) == shape
            for name in has - ({"positive"} if "diagonal" in has else set()):
                assert holds(name, x), (name, style, x)
            assert inside(has & {"spd", "psd"}, x)


def test_a_psd_matrix_is_singular_where_it_may_be() -> None:
    x = draw(frozenset({"psd", "symmetric"}), (4, 4), np.random.default_rng(0), Style())
    assert np.linalg.matrix_rank(x) == 3


@pytest.mark.parametrize(("names", "shape"), [d for d in DECLARED if d[1] not in ((),)],
                         ids=[f"{n} {s}" for n, s in DECLARED if s not in ((),)])
def test_directions_keep_the_structure_to_first_order(names: str, shape: tuple[int, ...]) -> None:
    has = frozenset(names.split())
    rng = np.random.default_rng(1)
    x = draw(has, shape, rng, Style(full=True))
    h = direction(has, x, rng)
    assert np.linalg.norm(h) > 0.1
    np.testing.assert_allclose(project(has, x, h), h, atol=1e-12)
    for name in has & {"symmetric", "skew", "diagonal", "upper", "lower"}:
        assert holds(name, h)
    if has & {"orthogonal", "stiefel"}:
        assert holds("skew", x.T @ h)
    if "unit" in has:
        assert abs(np.sum(x * h)) < 1e-12


@pytest.mark.parametrize(("names", "shape"), [d for d in DECLARED if d[1] not in ((),)],
                         ids=[f"{n} {s}" for n, s in DECLARED if s not in ((),)])
def test_the_projection_is_orthogonal(names: str, shape: tuple[int, ...]) -> None:
    has = frozenset(names.split())
    rng = np.random.default_rng(2)
    x = draw(has, shape, rng, Style(full=True))
    z, w = rng.normal(size=(2, *shape))
    p = project(has, x, z)
    np.testing.assert_allclose(project(has, x, p), p, atol=1e-12)
    np.testing.assert_allclose(np.sum(p * w), np.sum(z * project(has, x, w)), atol=1e-10)


def test_what_is_inside() -> None:
    assert inside(frozenset({"positive"}), 1.0)
    assert not inside(frozenset({"positive"}), -1.0)
    assert not inside(frozenset({"spd"}), -np.eye(3))
    assert inside(frozenset({"psd"}), np.diag([1.0, 0.0]))
    assert not inside(frozenset({"spd"}), np.diag([1.0, 0.0]))


def test_shapes_are_symbolic() -> None:
    assert array_shape(SCALAR, {}) == ()
    assert array_shape((M, ONE), SIZES) == array_shape((ONE, M), SIZES) == (5,)
    assert array_shape((M, N), {"m": 1, "n": 3}) == (1, 3)


# ------------------------------------------------------------------------------------------------ functions
def test_an_elementwise_function_has_the_derivatives_it_says() -> None:
    derivatives = random_functions.elementwise(np.random.default_rng(3))
    x = np.random.default_rng(4).normal(size=(3, 2))
    for f, df in pairwise(derivatives):
        found = derivative(lambda t, f=f: f(x + t))
        np.testing.assert_allclose(found.value, df(x), rtol=1e-9, atol=1e-10)
    assert derivatives[0](0.3) == pytest.approx(float(derivatives[0](np.array([0.3]))[0]))


FUNCTIONS = [
    Unnamed("E", (N, ONE), SCALAR), Unnamed("E", (M, N), SCALAR), Unnamed("E", (N, ONE), (M, ONE)),
    Unnamed("E", (M, N), (N, N)), Unnamed("E", SCALAR, (M, ONE)), Unnamed("E", SCALAR, SCALAR),
]


@pytest.mark.parametrize("unnamed", FUNCTIONS, ids=[f"{u.argument}→{u.value}" for u in FUNCTIONS])
def test_a_function_has_the_derivatives_it_says(unnamed: Unnamed) -> None:
    rng = np.random.default_rng(5)
    f, df, d2f, d3f, *_ = random_functions.function(unnamed, SIZES, rng)
    shape, gives = array_shape(unnamed.argument, SIZES), array_shape(unnamed.value, SIZES)
    x, h, k, w = rng.normal(size=(4, *shape))
    assert np.shape(f(x)) == gives
    np.testing.assert_allclose(derivative(lambda t: np.asarray(f(x + t * h))).value, df(x, h), rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(derivative(lambda t: np.asarray(df(x + t * k, h))).value, d2f(x, h, k), rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(derivative(lambda t: np.asarray(d2f(x + t * w, h, k))).value, d3f(x, h, k, w), rtol=1e-8,
                               atol=1e-10)
    if not gives:
        assert np.shape(df(x)) == shape
        np.testing.assert_allclose(np.sum(df(x) * h), df(x, h))
        np.testing.assert_allclose(np.sum(d2f(x, h) * k), d2f(x, h, k))
    elif len(gives) == len(shape) == 1:
        assert np.shape(df(x)) == (*gives, *shape)
        np.testing.assert_allclose(df(x) @ h, df(x, h))


@pytest.mark.parametrize("names", [
    "", "symmetric", "skew", "upper", "diagonal", "spd symmetric", "orthogonal", "unit", "positive", "invertible",
])
def test_a_path_stays_in_its_structure_and_has_the_derivatives_it_says(names: str) -> None:
    has = frozenset(names.split())
    rng = np.random.default_rng(6)
    start = draw(has, (4,) if "unit" in has else (4, 4), rng, Style(full=True))
    at = random_functions.path(has, start, rng)
    np.testing.assert_allclose(at(0.0)[0], start)
    for k in (0, 1):
        found = derivative(lambda t, k=k: np.asarray(at(t)[k]))
        np.testing.assert_allclose(found.value, at(0.0)[k + 1], rtol=1e-8, atol=1e-9)
    for tau in (-0.02, 0.02):
        assert all(holds(name, at(tau)[0]) for name in has)
    for name in has & {"symmetric", "skew", "upper", "diagonal"}:
        assert holds(name, at(0.01)[1])
        assert holds(name, at(0.01)[2])


def test_a_scalar_path() -> None:
    at = random_functions.path(frozenset(), 1.5, np.random.default_rng(0))
    assert isinstance(at(0.1)[0], float)
    assert derivative(lambda t: np.asarray(at(t)[0])).value == pytest.approx(at(0.0)[1])
