"""What simplification lowers: the letters, numbers and functions that are written, then the signs between them."""

from __future__ import annotations

from functools import lru_cache

from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Add, Call, Entry, Expr, Identity, Map, MatMul, Number, Power, Scale, SizeValue, Sum, Transpose, Unit


@lru_cache(maxsize=100_000)
def measure(expr: Expr) -> int:
    """How much is written: twice the letters, numbers and function words, and once each sign that is no product's."""
    match expr:
        case Number(value=value):
            return 0 if abs(value) == 1 else 2
        case SizeValue() | Identity():
            return 2
        case Call(name=name):
            infix = FUNCTIONS[name].infix is not None or FUNCTIONS[name].latex_form in ("script", "infix")
            return (1 if infix else 2) + sum(map(measure, expr.args))
        case Map():
            return 2 + measure(expr.arg)
        case Power(exponent=Number(value=value)) if value in (-1, 2):
            return 1 + measure(expr.base)
        case Entry(arg=arg):
            return measure(arg)
        case Unit():
            return 2
        case Transpose() | Add() | MatMul() | Scale():
            own = 1 if isinstance(expr, Transpose) else len(expr.children) - 1 if isinstance(expr, Add) else 0
            return own + sum(map(measure, expr.children))
        case Sum():
            return 4 + measure(expr.body)
        case _:
            return 2 if not expr.children else sum(map(measure, expr.children)) + 1
