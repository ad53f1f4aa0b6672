"""The shapes of the factors of a product, as they are printed under them; the space of a derivative, R^{(p×q)×(m×n)}."""

from __future__ import annotations

from collections.abc import Iterator

from derive.derivation.derivation import Line
from derive.expressions.nodes import Add, Call, D, Expr, MatMul, Rate, Scale, Times
from derive.expressions.sizes import Shape, is_column, is_scalar
from derive.expressions.spelling import size_latex
from derive.expressions.traverse import Path
from derive.notation.latex.boxes import Row, Scripted, Sign, beside
from derive.notation.latex.compose import BLANK, group, letters
from derive.notation.latex.piece import Mark
from derive.notation.latex.reading import declared
from derive.notation.text.text import pretty

MACRO = "deriveshape"
"""Of documents: \\deriveshape{m \\times n}{factor}."""
PLAIN = "underset"
"""The same where nothing but amsmath is there."""


def factors(expr: Expr, path: Path = ()) -> Iterator[tuple[Path, Expr]]:
    """The factors of the products in an expression that have a shape, with their places; scalars and numbers have none."""
    match expr:
        case MatMul():
            yield from (((*path, k), factor) for k, factor in enumerate(expr.factors))
        case Add() | Times():
            for k, child in enumerate(expr.children):
                yield from factors(child, (*path, k))
        case Scale(scalar=scalar, arg=arg):
            yield from factors(scalar, (*path, 0))
            yield from factors(arg, (*path, 1))
        case Call("inner", args):
            for k, arg in enumerate(args):
                yield from factors(arg, (*path, k))
        case Rate():
            return
        case D() if expr.is_scalar:
            return
        case _ if not expr.is_scalar:
            yield path, expr


def has_product(expr: Expr) -> bool:
    """Whether there is a product whose shapes are worth printing."""
    return sum(1 for path, _ in factors(expr) if path) > 1


def marks(expr: Expr, macro: str = MACRO) -> dict[Path, Mark]:
    """place → the mark with the shape below."""
    small = (Sign(r"\scriptscriptstyle"), BLANK) if macro == PLAIN else ()
    return {path: Mark(macro, below=beside(*small, declared(dims(factor.shape)))) for path, factor in factors(expr)}


def listed(expr: Expr) -> str:
    """`∇E(z)' 1×m, diag(σ′(g)) m×m`: for the terminal."""
    return ", ".join(f"{pretty(factor)}: {_text(factor.shape, 'whole')}" for _, factor in factors(expr))


def dims(shape: Shape) -> str:
    r"""`m \times n`, (m+1) in brackets."""
    return r" \times ".join(_bracketed(size_latex(size)) for size in shape)


def _bracketed(text: str) -> str:
    return f"({text})" if " + " in text or " - " in text else text


def _array(value: Shape, variable: Shape) -> str:
    def one(shape: Shape) -> str:
        if is_scalar(shape):
            return "1"
        return _bracketed(size_latex(shape[0])) if is_column(shape) else f"({dims(shape)})"

    return rf"{one(value)} \times {one(variable)}"


def _text(shape: Shape, form: str = "") -> str:
    if form != "whole" and is_scalar(shape):
        return "1"
    if form != "whole" and is_column(shape):
        return str(shape[0])
    both = f"{shape[0]}×{shape[1]}".replace("*", "")
    return both if form == "whole" else f"({both})"


def space_formula(line: Line) -> Row:
    r"""`\in \mathbb{R}^{m \times m}`, of matrices `\in \mathbb{R}^{(p \times q) \times (m \times n)}`."""
    if line.space is None:
        return Row()
    value, variable = line.space
    return Row((Sign(r"\in"), BLANK, Scripted(letters("mathbb", "R"), above=group(declared(_array(value, variable))))))


def space_text(line: Line) -> str:
    """`∈ R^(m×(m×n))`."""
    if line.space is None:
        return ""
    value, variable = line.space
    return f"∈ R^({_text(value)}×{_text(variable)})"


__all__ = ["MACRO", "PLAIN", "dims", "factors", "has_product", "listed", "marks", "space_formula", "space_text"]
