"""Problems built by hand, without the parser: what the tests of documents use."""

from __future__ import annotations

from derive.errors import Position
from derive.expressions.build import matmul, transpose
from derive.expressions.nodes import Call, Expr, Symbol
from derive.expressions.sizes import Size
from derive.language.problems.problem import Problem

M, N = Size.of("m"), Size.of("n")


def trace_quadratic(find: tuple[str, ...] = ("derivative", "gradient", "hessian"), **keys: object) -> Problem:
    """tr(X'AXB) with symmetric A, B."""
    x: Symbol = Symbol("X", (M, N))
    a: Symbol = Symbol("A", (M, M), frozenset({"symmetric"}))
    b: Symbol = Symbol("B", (N, N), frozenset({"symmetric"}))
    f: Expr = Call("tr", (matmul(transpose(x), a, x, b),))
    h: Symbol = Symbol("H", (M, N))
    k: Symbol = Symbol("K", (M, N))
    base = {
        "id": "trace-quadratic", "function": f, "wrt": (x,), "directions": (h,), "second_directions": (k,), "find": find,
        "symbols": {"X": x, "A": a, "B": b}, "prose": {"title": "Trace of a quadratic form"},
        "positions": {"function": Position("problems/trace-quadratic.yaml", 6, 11)}, "file": "problems/trace-quadratic.yaml",
    }
    return Problem(**{**base, **keys})  # type: ignore[arg-type]
