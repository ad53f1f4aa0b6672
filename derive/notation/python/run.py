"""Running emitted NumPy source: only what `source` emitted, in a namespace without builtins beyond those that are documented."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from types import CodeType
from typing import Any

from derive.expressions.nodes import Expr
from derive.notation.python.source import Names, source

NO_VALUE = (ArithmeticError, ValueError, IndexError, TypeError, NameError, RecursionError, MemoryError)
"""What emitted source raises where it has no value."""


@contextmanager
def quiet() -> Iterator[None]:
    """Without NumPy's and SciPy's warnings: what has no value is found by looking at it."""
    import numpy as np

    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


class _Late:
    """SciPy, loaded when a name in it is asked for: few functions need it."""

    def __getattr__(self, name: str) -> Any:
        import scipy

        return getattr(scipy, name)


@lru_cache(maxsize=1)
def namespace() -> dict[str, Any]:
    """What emitted source may call; it is not changed."""
    import numpy as np

    return {
        "__builtins__": {}, "np": np, "sp": _Late(), "abs": abs, "min": min, "max": max, "sum": sum, "len": len, "range": range,
        "float": float, "int": int,
    }


@lru_cache(maxsize=2048)
def compiled(expr: Expr, names: Names) -> CodeType:
    """The code of the NumPy source that is emitted for an expression; each is compiled once."""
    return compile(source(expr, names), "<numpy>", "eval")


def computed(code: CodeType, known: dict[str, Any]) -> Any:
    """The value of such code as an array; one of NO_VALUE where it has none.

    known  everything that it calls: a namespace that holds `namespace()`
    """
    import numpy as np

    return np.asarray(eval(code, known))


def run(expr: Expr, values: Mapping[str, Any], names: Names) -> Any:
    """The value of an expression as a float array, entries that do not exist as nan; None where it has no value at all.

    values  arrays and numbers by the identifiers of symbols, and sizes by theirs
    """
    with quiet():
        try:
            value = computed(compiled(expr, names), {**namespace(), **values})
        except NO_VALUE:
            return None
    return value.astype(float) if value.dtype.kind in "fiub" else None
