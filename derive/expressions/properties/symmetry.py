"""Which form a matrix has for certain: symmetric, skew, diagonal, triangular."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from derive.expressions.build import coefficient, negate, terms, zero
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Add, Call, Expr, Identity, MatMul, Power, Scale, Stack, Symbol, Transpose, Zeros
from derive.expressions.properties.facts import BY_VALUE
from derive.expressions.properties.transpose import spread
from derive.expressions.sizes import is_square


@lru_cache(maxsize=50_000)
def is_symmetric(expr: Expr) -> bool:
    """expr' = expr, the transposes pushed to the letters."""
    if expr.is_scalar:
        return True
    return is_square(expr.shape) and collected(spread(expr, False)) == collected(spread(expr, True))


@lru_cache(maxsize=50_000)
def is_skew(expr: Expr) -> bool:
    """expr' = -expr."""
    if expr.is_scalar or not is_square(expr.shape):
        return False
    return collected(spread(expr, False)) == collected(spread(negate(expr), True))


def collected(expr: Expr) -> dict[Expr, Fraction]:
    """The terms of a sum without their numbers, with the sum of the numbers of each."""
    out: dict[Expr, Fraction] = {}
    for term in terms(expr):
        c, rest = coefficient(term)
        out[rest] = out.get(rest, Fraction(0)) + c
    return {rest: c for rest, c in out.items() if c}


@lru_cache(maxsize=50_000)
def is_diagonal(expr: Expr) -> bool:
    """Nothing but zeros beside the diagonal."""
    return is_triangular(expr, "upper") and is_triangular(expr, "lower")


@lru_cache(maxsize=50_000)
def is_triangular(expr: Expr, which: str) -> bool:
    """Upper or lower triangular."""
    if expr.is_scalar or not is_square(expr.shape):
        return False
    other = {"upper": "lower", "lower": "upper"}[which]
    match expr:
        case Symbol():
            return bool(expr.has & {which, "diagonal"})
        case Identity() | Zeros():
            return True
        case Transpose(arg=arg):
            return is_triangular(arg, other)
        case Scale(arg=arg) | Power(base=arg):
            return is_triangular(arg, which)
        case Add() | MatMul():
            return all(is_triangular(c, which) for c in expr.children)
        case Stack(rows=rows):
            below = range(len(rows))
            return all(len(row) == len(rows) for row in rows) and all(
                isinstance(rows[i][j], Zeros) or rows[i][j] is zero(rows[i][j].shape)
                for i in below for j in below if (j < i if which == "upper" else j > i)
            ) and all(rows[i][i].is_scalar or is_triangular(rows[i][i], which) for i in below)
        case Call(name="diag"):
            return True
        case Call(name=name, args=args):
            given = FUNCTIONS[name].gives & {which, "diagonal"}
            return bool(given) or any(
                all(not word or is_triangular(a, which) for a, word in zip(args, fact.arguments, strict=True))
                for fact in BY_VALUE.get((name, which), ())
            )
        case _:
            return False


def settled(name: str, args: tuple[Expr, ...]) -> tuple[str, tuple[Expr, ...]]:
    """The call of a function as it is built: nothing that varies stands in an argument of which only the shape counts, and what has a
    name of its own for a symmetric argument goes by that."""
    row = FUNCTIONS[name]
    if row.shaped_by is not None:
        args = tuple(zero(a.shape) if k == row.shaped_by else a for k, a in enumerate(args))
    return (row.symmetric_as if row.symmetric_as and is_symmetric(args[0]) else name), args
