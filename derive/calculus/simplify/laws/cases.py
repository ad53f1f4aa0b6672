"""Expressions by cases: what stands in both cases, and numbers in front."""

from __future__ import annotations

from derive.expressions.build import ONE, is_zero, scale, times, zero
from derive.expressions.nodes import Call, Compare, Expr, Number, Power, Scale, SizeValue, Times, Where
from derive.expressions.rewrite import transform
from derive.expressions.traverse import walk


def chosen(condition: Expr, then: Expr, otherwise: Expr) -> Expr:
    """By cases of a scalar, with what a case knows put in: where a > b the larger of them is a, elsewhere b.

    condition  a comparison of numbers or arrays; then, otherwise  the values where it holds and where it does not
    """
    if isinstance(condition, Compare) and condition.is_scalar:
        a, b = (condition.left, condition.right) if condition.op in (">", ">=") else (condition.right, condition.left)
        for name, above, below in (("max", a, b), ("min", b, a)):
            both = (Call(name, (a, b)), Call(name, (b, a)))
            then = substitute_all(then, both, above)
            otherwise = substitute_all(otherwise, both, below)
    return Where(condition, then, otherwise)


def constant_part(expr: Expr) -> tuple[Expr, Expr]:
    """(2/N, e) of 2e/N: numbers and sizes stand before a sum, even those of a case that is 0 otherwise."""
    if isinstance(expr, Where) and (is_zero(expr.then) or is_zero(expr.otherwise)):
        constant, bare = constant_part(expr.otherwise if is_zero(expr.then) else expr.then)
        return constant, expr.rebuild((expr.condition, *((expr.then, bare) if is_zero(expr.then) else (bare, expr.otherwise))))
    scalar, arg = (expr.scalar, expr.arg) if isinstance(expr, Scale) else (expr, ONE)
    factors = scalar.factors if isinstance(scalar, Times) else (scalar,)
    plain = [f for f in factors if all(isinstance(e, Number | SizeValue) for e in (f.children if isinstance(f, Power) else (f,)))]
    rest = [f for f in factors if f not in plain]
    return (times(*plain), scale(times(*rest), arg)) if plain and (rest or arg is not ONE) else (ONE, expr)


def scaled(scalar: Expr, arg: Expr) -> Expr:
    """A scalar times a vector or matrix, which stands in a case that is 0 otherwise: {x where w'x > 0, 0 elsewhere}."""
    factors = scalar.factors if isinstance(scalar, Times) else (scalar,)
    for k, case in enumerate(factors):
        if isinstance(case, Where) and case.condition.is_scalar and (is_zero(case.then) or is_zero(case.otherwise)):
            then, otherwise = (zero(arg.shape) if is_zero(value) else scale(value, arg) for value in (case.then, case.otherwise))
            inside = chosen(case.condition, then, otherwise)
            return scaled(times(*factors[:k], *factors[k + 1 :]), inside)
    if isinstance(arg, Where) and arg.condition.is_scalar and (is_zero(arg.then) or is_zero(arg.otherwise)):
        return arg.rebuild((arg.condition, *(zero(arg.shape) if is_zero(v) else scale(scalar, v) for v in (arg.then, arg.otherwise))))
    return scale(scalar, arg)


def substitute_all(expr: Expr, calls: tuple[Expr, ...], value: Expr) -> Expr:
    """The expression with each of the calls replaced, where it holds one.

    expr   a call may stand anywhere in it
    value  of the shape of each call
    """
    if not any(node in calls for node in walk(expr)):
        return expr
    return transform(expr, lambda node: value if node in calls else node)
