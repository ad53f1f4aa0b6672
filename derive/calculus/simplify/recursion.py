"""Simplification as its laws see it: what a law makes is tidied again, by an engine that the law does not know.

The engine of `simplify` registers itself; a law that needs its pieces in tidy form asks here.
"""

from __future__ import annotations

from collections.abc import Callable

from derive.expressions.nodes import Expr

_ENGINE: list[Callable[[Expr], Expr]] = []


def register(engine: Callable[[Expr], Expr]) -> Callable[[Expr], Expr]:
    """The engine, from now on the one that laws ask."""
    _ENGINE[:] = [engine]
    return engine


def tidied(expr: Expr) -> Expr:
    """The same value without what nobody writes, by the engine; AssertionError where none is registered."""
    assert _ENGINE, "the engine of simplification is not loaded"
    return _ENGINE[0](expr)
