"""Functions of a matrix along a direction that commutes with it: L_log(A, A) = A⁻¹A = I, by the column `commuting` of the table."""

from __future__ import annotations

from derive.expressions.build import transpose
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Call, Expr, Identity, Power, Scale, Transpose


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
