"""Numbers, exponents, and how factors are set beside one another."""

from __future__ import annotations

from fractions import Fraction

from derive.expressions.nodes import Expr, Number, Power, SizeValue, Symbol, Zeros
from derive.expressions.sizes import ONE, Size
from derive.expressions.spelling import size_latex
from derive.expressions.traverse import Path
from derive.notation.latex.piece import ATOM, FRACTION, PRODUCT, SCRIPT, SUM, Piece, at_least, bracketed
from derive.notation.numerals import decimal

Placed = tuple[Expr, Path]
"""A subexpression and where it stands."""


def number_piece(value: Fraction, rounded: bool = False) -> Piece:
    """`3`, `\\frac{1}{2}`, `0.4394`: a fraction of moderate size, a decimal where it ends; a rounded number always a decimal."""
    sign = "-" if value < 0 else ""
    size = abs(value)
    level = SUM if value < 0 else ATOM
    if size.denominator == 1:
        return Piece(f"{sign}{size.numerator}", level, glue="digit")
    ends = decimal(size) if size.denominator > 100 or rounded else None
    if ends is not None:
        return Piece(sign + ends, level, glue="digit")
    return Piece(rf"{sign}\frac{{{size.numerator}}}{{{size.denominator}}}", min(level, PRODUCT), FRACTION, "fraction")


def superscript(base: Piece, exponent: str) -> Piece:
    """A piece with an exponent, in brackets where its base needs them."""
    base = at_least(base, ATOM)
    return Piece(f"{base.text}^{{{exponent}}}", SCRIPT, base.height, base.glue if base.glue in ("call", "digit") else "letter")


def joined(pieces: list[Piece], chain: bool = False) -> Piece:
    """Factors side by side, with a dot or a thin space where juxtaposition alone would be read amiss; no dot in a product of
    matrices (`chain`), which would tear it apart."""
    if len(pieces) == 1:
        return pieces[0]
    text = ""
    for k, piece in enumerate(pieces):
        if piece.runs_on and k < len(pieces) - 1:
            piece = bracketed(piece)
        text += _glue(pieces[k - 1], piece, chain) + piece.text if k else piece.text
    last = pieces[-1]
    return Piece(text, PRODUCT, max(p.height for p in pieces), "product", last.runs_on)


WORD = r"\mathit{"
"""A name of several letters begins with it: beside another name it would run together with it."""


def _glue(left: Piece, right: Piece, chain: bool) -> str:
    if (right.glue == "digit" and not chain) or left.glue == "chain" or (left.glue == right.glue == "fraction"):
        return r" \cdot "
    if "derivative" in (left.glue, right.glue):
        return r" \, "
    if left.glue in ("call", "operator") and right.glue not in ("operator",):
        return r" \, "
    if left.glue == right.glue == "letter" and (left.text.startswith(WORD) or right.text.startswith(WORD)):
        return r" \, "
    if left.glue in ("letter", "bracket") and right.glue == "chain":
        return r" \, "
    return " "


def exponent_of(node: Expr) -> Fraction:
    assert isinstance(node, Power) and isinstance(node.exponent, Number)
    return node.exponent.value


def is_reciprocal(node: Expr) -> bool:
    """A scalar to a negative whole power: it is written under a fraction bar."""
    if not (isinstance(node, Power) and node.is_scalar and isinstance(node.exponent, Number)):
        return False
    return node.exponent.value < 0 and node.exponent.value.denominator == 1


def is_letter(node: Expr) -> bool:
    """Whether it is a symbol, or a size of one term."""
    return isinstance(node, Symbol) or (isinstance(node, SizeValue) and len(node.size.terms) == 1)


def dims_latex(dims: tuple[Size, Size]) -> str:
    """The sizes of an array; of a column its length."""
    if dims[1] == ONE:
        return size_latex(dims[0])
    return rf"{size_latex(dims[0])} \times {size_latex(dims[1])}"


def is_null(node: Expr) -> bool:
    return isinstance(node, Zeros) or (isinstance(node, Number) and node.value == 0)
