"""The Riemannian Hessian that is told beside the Euclidean one, against second differences along a curve in the set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy as sp

from derive.calculus.derive import derive
from derive.expressions.nodes import Expr
from derive.language.problems.read import read
from derive.notation.python.source import source
from derive.notation.text.text import why

CASES = [
    ("X: stiefel(m, n); A: symmetric(m); B: symmetric(n)", "tr(X' A X B)", (5, 3)),
    ("X: stiefel(m, n); A: matrix(m, n)", "sum(exp(A .* X))", (5, 3)),
    ("X: orthogonal(n); A: square(n)", "tr(A X)^2", (3, 3)),
    ("X: {type: 'matrix(m, n)', is: [unit]}; A: matrix(m, n)", "sum(exp(A .* X))", (4, 3)),
    ("x: {type: vector(n), is: [unit]}; A: symmetric(n)", "x' A x", (4, 1)),
    ("x: {type: vector(n), is: [unit]}; A: symmetric(n); b: vector(n)", "exp(b' x) + x' A x", (4, 1)),
]


@pytest.mark.parametrize(("symbols", "function", "size"), CASES, ids=[f"{symbols[:12]} {function}" for symbols, function, _ in CASES])
def test_second_differences_along_the_set(symbols: str, function: str, size: tuple[int, int]) -> None:
    variable = symbols[0]
    declared = "".join(f"  {part.strip()}\n" for part in symbols.split(";"))
    found = derive(read(f"symbols:\n{declared}function: \"f({variable}) = {function}\"\nfind: [gradient, hessian]\n", "set.yaml"))
    remark = next(one for one in found.remarks if "Riemannian Hessian" in why(one))
    told = [part for part in remark if isinstance(part, Expr)]
    rng = np.random.default_rng(5)
    m, n = size
    values: dict[str, Any] = {"m": m if n > 1 else n, "n": n if n > 1 else m}
    for name, symbol in found.problem.symbols.items():
        drawn = rng.normal(size=[d.value(values) for d in symbol.dims if str(d) != "1"])
        values[name] = drawn + drawn.T if "symmetric" in symbol.has else drawn
    flat = found.problem.symbols[variable].has & {"unit"}
    onto: Callable[[Any], Any] = (lambda z: z / np.linalg.norm(z)) if flat else lambda z: sp.linalg.polar(z)[0]
    x = values[variable] = onto(values[variable])
    k = rng.normal(size=x.shape)
    k = k - np.sum(x * k) * x if flat else k - x @ (x.T @ k + k.T @ x) / 2
    values[told[0].name] = k  # type: ignore[attr-defined]
    names = {"np": np, "sp": sp}
    along = eval(source(told[1]), {**names, **values})

    def at(t: float) -> float:
        return float(eval(source(found.problem.function), {**names, **values, variable: onto(x + t * k)}))

    second = (at(1e-3) - 2 * at(0.0) + at(-1e-3)) / 1e-6
    assert np.sum(k * along) == pytest.approx(second, rel=1e-4, abs=1e-4)
    if not flat:
        assert np.allclose(x.T @ along + along.T @ x, 0)
    else:
        assert np.sum(x * along) == pytest.approx(0, abs=1e-10)
