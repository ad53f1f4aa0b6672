"""Transposes pushed to the letters, once for all: (X'A + B')' is A'X + B."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from derive.expressions.build import add, matmul, negate, power, scale, transpose
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import (
    Add,
    Call,
    Commutation,
    Expr,
    Identity,
    Map,
    MatMul,
    Number,
    Ones,
    Power,
    Scale,
    Stack,
    Sum,
    Symbol,
    Transpose,
    Where,
    Zeros,
)
from derive.expressions.sizes import is_column, is_row, is_square

MAX_POWER = 6
"""A higher power of a matrix stays a power; a lower one is the product that it stands for."""


Turn = Callable[[Expr], Expr]


def turned(expr: Expr, turn: Turn, columns: bool) -> Expr | None:
    """The transpose of a value, pushed one step in; None where it is written with a prime: of letters, and of what no row tells.

    expr     no sum, product or power: in what order these are written is for their readers
    turn     gives the transposes of what is inside
    columns  whether a function of a row is one of a column too, f(x') for f(x)'; False where the result is to be written
    """
    flat = not columns and (is_column(expr.shape) or is_row(expr.shape))
    match expr:
        case _ if expr.is_scalar:
            return expr
        case Transpose(arg):
            return arg
        case Identity():
            return expr
        case Zeros(dims):
            return Zeros((dims[1], dims[0]))
        case Ones(dims):
            return None if flat else Ones((dims[1], dims[0]))
        case Scale(s, arg):
            return scale(s, turn(arg))
        case Sum():
            return Sum(expr.index, expr.lower, expr.upper, turn(expr.body), expr.silent)
        case Where() if expr.condition.is_scalar:
            return Where(expr.condition, turn(expr.then), turn(expr.otherwise))
        case Stack():
            if len({len(row) for row in expr.rows}) != 1 or is_column(expr.shape):
                return None
            return Stack(tuple(tuple(map(turn, column)) for column in zip(*expr.rows, strict=True)))
        case Commutation():
            return Commutation(expr.columns, expr.rows)
        case Map(function, arg, order):
            return None if flat else Map(function, turn(arg), order)
        case Call():
            return _turned_call(expr, turn, flat)
        case _:
            return None


def _turned_call(expr: Call, turn: Turn, flat: bool) -> Expr | None:
    """As the function table says what the transpose of a value is."""
    rule = FUNCTIONS[expr.name].transposes
    if rule == "self" or (rule == "self-if-square" and is_square(expr.shape)):
        return expr
    if rule == "minus":
        return negate(expr)
    if rule == "args":
        return None if flat else Call(expr.name, tuple(map(turn, expr.args)))
    return Call(rule, tuple(map(turn, expr.args))) if rule in FUNCTIONS else None


@lru_cache(maxsize=50_000)
def spread(expr: Expr, flip: bool) -> Expr:
    """The expression, or with `flip` its transpose, with transposes on letters only; what commutes in one order.  To be compared, not
    to be written."""
    if expr.is_scalar:
        return expr
    match expr:
        case Transpose(arg):
            return spread(arg, not flip)
        case Symbol():
            if flip and "skew" in expr.has:
                return negate(expr)
            return transpose(expr) if flip and not expr.has & {"symmetric", "diagonal"} else expr
        case Add(parts):
            return add(*sorted((spread(p, flip) for p in parts), key=id))  # one order a process is enough to compare
        case MatMul(factors):
            inside = [spread(f, flip) for f in factors]
            return commuting_in_order(matmul(*(reversed(inside) if flip else inside)))
        case Power(base, Number(k)) if k.denominator == 1 and 1 < k <= MAX_POWER:
            return commuting_in_order(matmul(*(spread(base, flip) for _ in range(int(k)))))
        case Power(base, k):
            return power(spread(base, flip), k)
        case Call("hadamard", args):
            return Call("hadamard", tuple(sorted((spread(a, flip) for a in args), key=id)))
        case _ if flip:
            new = turned(expr, lambda e: spread(e, True), columns=True)
            return transpose(expr) if new is None else new
        case Scale(s, arg):
            return scale(s, spread(arg, False))
        case Map(function, arg, order):
            return Map(function, spread(arg, False), order)
        case Sum():
            return Sum(expr.index, expr.lower, expr.upper, spread(expr.body, False), expr.silent)
        case Where() if expr.condition.is_scalar:
            return Where(expr.condition, spread(expr.then, False), spread(expr.otherwise, False))
        case Stack():
            return expr.rebuild(tuple(spread(b, False) for b in expr.children))
        case Call(name, args) if FUNCTIONS[name].transposes == "args":
            return Call(name, tuple(spread(a, False) for a in args))
        case _:
            return expr


def commuting_in_order(expr: Expr) -> Expr:
    """Powers and functions of one matrix beside each other in the order of their names: they commute."""
    body = expr.arg if isinstance(expr, Scale) else expr
    if not isinstance(body, MatMul):
        return expr
    factors = list(body.factors)
    for k in range(1, len(factors)):
        j = k
        while j and made_of(factors[j - 1]) is made_of(factors[j]) and _rank(factors[j]) < _rank(factors[j - 1]):
            factors[j - 1], factors[j] = factors[j], factors[j - 1]
            j -= 1
    new = body if tuple(factors) == body.factors else matmul(*factors)
    return scale(expr.scalar, new) if isinstance(expr, Scale) else new


def made_of(expr: Expr) -> Expr:
    """What a power, a multiple or a function of a matrix is made of; each commutes with it."""
    match expr:
        case Power(base=base) if not expr.is_scalar:
            return made_of(base)
        case Scale(arg=arg):
            return made_of(arg)
        case Transpose(arg=arg):
            return transpose(made_of(arg))
        case Call(name=name, args=(arg,)) if FUNCTIONS[name].commutes:
            return made_of(arg)
        case _:
            return expr


def _rank(expr: Expr) -> tuple[int, str]:
    """Powers before functions, and these in the order of their names."""
    match expr:
        case Call(name=name) | Power(base=Call(name=name)) | Transpose(arg=Call(name=name)):
            return 1, name
        case Power():
            return 0, str(expr.exponent)
        case _:
            return 0, ""
