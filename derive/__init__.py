"""derive: step-by-step, checked derivations of matrix derivatives from a YAML problem file.

    >>> import derive
    >>> derivation = derive.derive(derive.load("problems/trace.yaml"))
    >>> derive.verify(derivation).passed
    True

`load`, `problem`, `derive`, `verify`, `review`, `from_sympy` and `to_sympy` are the Python API (`derive.api`); what goes wrong is a
`DeriveError` that says what would be right.  Nothing heavy is imported before one of them is asked for.
"""

from typing import TYPE_CHECKING, Any

from derive.errors import DeriveError

if TYPE_CHECKING:
    from derive.api import derive, from_sympy, load, problem, review, to_sympy, verify

__version__ = "0.4.0"
__all__ = ["DeriveError", "__version__", "derive", "from_sympy", "load", "problem", "review", "to_sympy", "verify"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from derive import api

        return getattr(api, name)
    raise AttributeError(f"module 'derive' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
