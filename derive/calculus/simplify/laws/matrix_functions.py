"""Functions of a matrix along a direction that commutes with it: L_log(A, A) = A⁻¹A = I, by the column `commuting` of the table."""

from __future__ import annotations

from collections.abc import Callable

from derive.expressions.build import matmul, scale, transpose
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Call, Expr, Identity, MatMul, Power, Scale, Transpose

Simplify = Callable[[Expr], Expr]


def along(name: str, args: tuple[Expr, ...]) -> Expr | None:
    """The value where the second argument is made of the first alone; None where it is not known to commute with it."""
    template = FUNCTIONS[name].commuting
    if not template or not _commute(*args):
        return None
    from derive.calculus.rules.rule import compiled, fill
    from derive.calculus.simplify.simplify import tidy

    a, e = args
    return tidy(fill(compiled(template, "A: n n, E: n n"), {"A": a, "E": e}, {"n": a.shape[0]}))


def _commute(a: Expr, e: Expr) -> bool:
    return isinstance(e, Identity) or _letter(a) is _letter(e)


def _letter(expr: Expr) -> Expr:
    """What a power, a multiple or a function of a matrix is made of; each commutes with it."""
    match expr:
        case Power(base=base) if not expr.is_scalar:
            return _letter(base)
        case Scale(arg=arg):
            return _letter(arg)
        case Transpose(arg=arg):
            return transpose(_letter(arg))
        case Call(name="sqrtm" | "expm" | "logm", args=(arg,)):
            return _letter(arg)
        case _:
            return expr


def in_order(node: Expr, _: Simplify) -> Expr | None:
    """Neighbours that are powers and functions of one matrix in one order, which they may stand in: logm(X) X⁻¹ is X⁻¹ logm(X)."""
    body = node.arg if isinstance(node, Scale) else node
    if not isinstance(body, MatMul):
        return None
    factors = list(body.factors)
    for k in range(1, len(factors)):
        j = k
        while j and _letter(factors[j - 1]) is _letter(factors[j]) and _rank(factors[j]) < _rank(factors[j - 1]):
            factors[j - 1], factors[j] = factors[j], factors[j - 1]
            j -= 1
    if tuple(factors) == body.factors:
        return None
    return scale(node.scalar, matmul(*factors)) if isinstance(node, Scale) else matmul(*factors)


def _rank(expr: Expr) -> tuple[int, str]:
    """Powers before functions, and these in the order of their names."""
    match expr:
        case Call(name=name):
            return 1, name
        case Power(base=Call(name=name)):
            return 1, name
        case _:
            return 0, ""
