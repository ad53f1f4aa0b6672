"""What is symmetric by its form alone: the printer then takes the NumPy function for symmetric matrices."""

from __future__ import annotations

from derive.language.nodes import (
    Add,
    Call,
    Expr,
    Identity,
    MatMul,
    Ones,
    Power,
    Scale,
    Symbol,
    Transpose,
    Zeros,
)
from derive.language.sizes import ONE


def evidently_symmetric(expr: Expr) -> bool:
    """Whether the form alone shows that expr' = expr (True only when it is certain)."""
    match expr:
        case Symbol(has=has):
            return "symmetric" in has
        case Identity() | Call(name="sym"):
            return True
        case Ones() | Zeros():
            return expr.shape[0] == expr.shape[1]
        case Add(terms=terms):
            return all(evidently_symmetric(t) or any(_mirror(t) is u for u in terms) for t in terms)
        case Scale(arg=arg) | Transpose(arg=arg) | Power(base=arg):
            return evidently_symmetric(arg)
        case MatMul():
            return _mirror(expr) is expr
        case Call(name="diag"):
            return expr.shape[1] != ONE
        case _:
            return expr.is_scalar


def _mirror(expr: Expr) -> Expr:
    """The transpose, moved into a product."""
    match expr:
        case MatMul(factors=factors):
            return MatMul(tuple(_mirror(f) for f in reversed(factors)))
        case Transpose(arg=arg):
            return arg
        case Scale(scalar=scalar, arg=arg):
            return Scale(scalar, _mirror(arg))
        case _:
            return expr if evidently_symmetric(expr) else Transpose(expr)
