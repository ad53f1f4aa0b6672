"""The degree of an expression in what moves: constant, linear, quadratic, or not a polynomial."""

from __future__ import annotations

from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Add, Call, Expr, MatMul, Number, Power, Scale, Symbol, Times, Transpose
from derive.expressions.properties.inference import is_even


def degree(expr: Expr, names: frozenset[str], memo: dict[Expr, int] | None = None) -> int:
    """The polynomial degree in the symbols named, 99 when it is not a polynomial.

    names  of the symbols that count; others are constants
    memo   what is known of parts already; None: nothing is
    """
    memo = {} if memo is None else memo
    found = memo.get(expr)
    if found is not None:
        return found
    if not (expr.free & names):
        out = 0
    else:
        match expr:
            case Symbol():
                out = 1
            case Add():
                out = max(degree(t, names, memo) for t in expr.terms)
            case Times() | Scale() | MatMul():
                out = min(99, sum(degree(c, names, memo) for c in expr.children))
            case Call(name=name) if FUNCTIONS[name].bilinear:
                out = min(99, sum(degree(c, names, memo) for c in expr.children))
            case Call(name=name) if FUNCTIONS[name].linear:
                out = degree(expr.args[0], names, memo)
            case Call(name=name, args=args) if (k := FUNCTIONS[name].linear_in) is not None and not any(
                a.free & names for i, a in enumerate(args) if i != k
            ):
                out = degree(args[k], names, memo)
            case Transpose(arg=arg):
                out = degree(arg, names, memo)
            case Power(base=Call(name="norm", args=(arg,)), exponent=Number(value=k)) if is_even(expr.exponent) and k > 0:
                out = min(99, int(k) * degree(arg, names, memo))
            case Power(base=base, exponent=Number(value=k)) if k > 0 and k.denominator == 1:
                out = min(99, int(k) * degree(base, names, memo))
            case _:
                structural = type(expr).__name__ in ("Stack", "Entry", "Sum", "D")
                out = max(degree(c, names, memo) for c in expr.children) if structural else 99
    memo[expr] = out
    return out
