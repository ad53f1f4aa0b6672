"""Difference quotients against known derivatives, their error estimates, and what may be evaluated."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from derive.checking.evaluation import NAMESPACE, Unevaluable, derivative, evaluate
from derive.expressions.build import inverse
from derive.expressions.nodes import Map, Symbol, number
from derive.expressions.sizes import SCALAR
from derive.notation.python.run import compiled, quiet
from derive.notation.python.source import Names

S = Symbol("s", SCALAR)


def array(f: Callable[[float], float]) -> Callable[[float], np.ndarray]:
    return lambda t: np.asarray(f(t), dtype=float)


SMOOTH = [
    ("exp", np.exp, (1.0, 1.0, 1.0, 1.0)),
    ("sin(2t + 1)", lambda t: np.sin(2 * t + 1),
     (2 * np.cos(1), -4 * np.sin(1), -8 * np.cos(1), 16 * np.sin(1))),
    ("1/(1 + 3t)", lambda t: 1 / (1 + 3 * t), (-3.0, 18.0, -162.0, 1944.0)),
    ("t^5 + 2", lambda t: t**5 + 2, (0.0, 0.0, 0.0, 0.0)),
    ("1e6 + t", lambda t: 1e6 + t, (1.0, 0.0, 0.0, 0.0)),
]


@pytest.mark.parametrize(("name", "f", "wants"), SMOOTH, ids=[name for name, _, _ in SMOOTH])
def test_derivatives_and_their_error_estimates(name: str, f: Callable[[float], float], wants: tuple[float, ...]) -> None:
    for order, want in enumerate(wants, start=1):
        found = derivative(array(f), order)
        error = abs(float(found.value) - want)
        assert error <= 10 * found.error, (order, error, found.error)
        if not name.startswith("1e6"):
            assert found.error < (1e-9, 1e-7, 1e-4, 1e-2)[order - 1] * max(1.0, abs(want))


def test_a_kink_nearby_is_stepped_over_with_shorter_steps() -> None:
    found = derivative(array(lambda t: abs(t - 1e-3) + t**2))
    assert abs(float(found.value) + 1) < 1e-9


def test_a_kink_at_the_point_is_not_taken_for_a_derivative() -> None:
    found = derivative(array(lambda t: abs(t) + t))
    assert found.error > 0.1 or float(found.value) == pytest.approx(1)


def test_a_pole_nearby_shows_in_the_estimate_or_is_avoided() -> None:
    found = derivative(array(lambda t: 1 / (t - 0.0053)))
    assert abs(float(found.value) + 1 / 0.0053**2) <= 10 * found.error
    assert found.relative < 1e-6


def test_arrays_are_differentiated_entry_by_entry() -> None:
    found = derivative(lambda t: np.array([[np.sin(t), t], [1.0, np.exp(t)]]))
    np.testing.assert_allclose(found.value, [[1, 1], [0, 1]], atol=1e-10)


def test_what_has_no_value_says_why() -> None:
    with quiet():
        with pytest.raises(Unevaluable, match="not finite"):
            evaluate(compiled(Map("log", S), Names()), {"s": -1.0})
        with pytest.raises(Unevaluable, match="ZeroDivisionError"):
            evaluate(compiled(inverse(S), Names()), {"s": 0.0})
        with pytest.raises(Unevaluable, match="NameError"):
            evaluate(compiled(S, Names()), {})
        with pytest.raises(Unevaluable, match="shape"):
            evaluate(compiled(S, Names()), {"s": np.ones(3)}, ())
        with pytest.raises(Unevaluable, match="real"):
            evaluate(compiled(S, Names()), {"s": 1j}, ())

        def nowhere(t: float) -> np.ndarray:
            raise Unevaluable("nothing here")

        with pytest.raises(Unevaluable, match="nothing here"):
            derivative(nowhere)


def test_there_are_no_builtins_but_those_of_the_language() -> None:
    assert NAMESPACE["__builtins__"] == {}
    assert set(NAMESPACE) - {"__builtins__"} == {
        "np", "sp", "abs", "min", "max", "sum", "len", "range", "float", "int",
    }
    with pytest.raises(Unevaluable, match="NameError"):
        evaluate(compile("open('x')", "<test>", "eval"), {})


def test_values_are_floats() -> None:
    value = evaluate(compiled(number(2), Names()), {})
    assert value.dtype == float
    assert value.shape == ()
