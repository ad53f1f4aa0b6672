"""The one place that loads SymPy, and the entry-by-entry functions of the table as SymPy knows them.

SymPy is fetched on the first call of `sp()` (0.6 s), never on import.  Functions that SymPy lacks (relu, sigmoid,
softplus) are given by their definition; their derivatives are taken by `sympy.diff` of that definition.
"""

from __future__ import annotations

import importlib
from functools import lru_cache
from typing import Any

from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Unnamed


@lru_cache(maxsize=1)
def sp() -> Any:
    """SymPy itself."""
    return importlib.import_module("sympy")


@lru_cache(maxsize=1)
def own() -> dict[str, Any]:
    """SymPy functions for relu, sigmoid and softplus; `definition()` of an instance is the formula."""
    sympy = sp()

    class Defined(sympy.Function):  # type: ignore[misc, name-defined]
        """A function of one real argument, real, given by a formula."""

        nargs = 1

        @staticmethod
        def formula(x: Any) -> Any:
            raise NotImplementedError

        def definition(self) -> Any:
            return self.formula(self.args[0])

        def fdiff(self, argindex: int = 1) -> Any:
            kind: Any = type(self)
            return _slope(kind).subs(_VARIABLE(), self.args[0])

        def _eval_is_extended_real(self) -> Any:
            return self.args[0].is_extended_real

        def _eval_is_finite(self) -> Any:
            return self.args[0].is_finite

    class sigmoid(Defined):
        @staticmethod
        def formula(x: Any) -> Any:
            return 1 / (1 + sympy.exp(-x))

        def _eval_is_extended_positive(self) -> Any:
            return self.args[0].is_extended_real

    class softplus(Defined):
        @staticmethod
        def formula(x: Any) -> Any:
            return sympy.log(1 + sympy.exp(x))

        def _eval_is_extended_positive(self) -> Any:
            return self.args[0].is_extended_real

    class relu(Defined):
        @staticmethod
        def formula(x: Any) -> Any:
            return sympy.Piecewise((x, x > 0), (0, True))

        def _eval_is_extended_nonnegative(self) -> Any:
            return self.args[0].is_extended_real

    return {"sigmoid": sigmoid, "softplus": softplus, "relu": relu}


@lru_cache(maxsize=1)
def _VARIABLE() -> Any:
    return sp().Dummy("x", real=True)


@lru_cache(maxsize=16)
def _slope(kind: Any) -> Any:
    """The derivative of a defined function's formula, with e^x written through the sigmoid s: e^x = s/(1 − s)."""
    sympy = sp()
    x = _VARIABLE()
    derivative = sympy.diff(kind.formula(x), x)
    if not derivative.has(sympy.exp):
        return derivative
    e, s = sympy.Dummy("e", positive=True), sympy.Dummy("s", positive=True)
    rational = derivative.subs({sympy.exp(-x): 1 / e, sympy.exp(x): e})
    return sympy.factor(sympy.cancel(rational.subs(e, s / (1 - s)))).subs(s, own()["sigmoid"](x))


def function_of(name: str) -> Any:
    """What computes the entry-by-entry function `name` of the table on a SymPy expression.  KeyError for others."""
    spelled = FUNCTIONS[name].sympy
    if spelled is None:
        raise KeyError(name)
    return own()[spelled] if spelled in own() else getattr(sp(), spelled)


@lru_cache(maxsize=1)
def names_of_functions() -> dict[str, str]:
    """SymPy's class name -> the table's name: {"Abs": "abs", "sin": "sin", …}."""
    return {row.sympy: row.name for row in FUNCTIONS.values() if row.sympy is not None}


@lru_cache(maxsize=256)
def unnamed(function: Unnamed, order: int) -> Any:
    """A SymPy function for the order-th derivative of an unnamed σ; differentiating it gives the next one."""

    def fdiff(self: Any, argindex: int = 1) -> Any:
        return unnamed(function, order + 1)(self.args[0])

    def real(self: Any) -> Any:
        return self.args[0].is_extended_real

    return type(
        f"{function.name}_{order}", (sp().Function,),
        {"nargs": 1, "fdiff": fdiff, "_eval_is_extended_real": real, "unnamed": function, "order": order},
    )
