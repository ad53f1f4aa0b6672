"""Running emitted NumPy source: only what `source` emitted, in a namespace without builtins beyond those that are documented."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from derive.expressions.nodes import Expr
from derive.notation.python.source import Names, source


@contextmanager
def quiet() -> Iterator[None]:
    """Without NumPy's and SciPy's warnings: what has no value is found by looking at it."""
    import numpy as np

    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def run(expr: Expr, values: Mapping[str, Any], names: Names) -> Any:
    """The value of an expression as a float array, entries that do not exist as nan; None where it has no value at all.

    values  arrays and numbers by the identifiers of symbols, and sizes by theirs
    """
    import numpy as np
    import scipy as sp

    known = {"np": np, "sp": sp, "abs": abs, "min": min, "max": max, "sum": sum, "len": len, "range": range, "float": float, "int": int}
    with quiet():
        try:
            value = np.asarray(eval(source(expr, names), {"__builtins__": {}, **known, **values}))
        except (ArithmeticError, ValueError, IndexError, TypeError, NameError, RecursionError, MemoryError):
            return None
    return value.astype(float) if value.dtype.kind in "fiub" else None
