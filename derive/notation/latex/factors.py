"""Numbers, exponents, and how factors are set beside one another."""

from __future__ import annotations

from fractions import Fraction

from derive.expressions.nodes import Expr, Number, Power, SizeValue, Symbol, Zeros
from derive.expressions.sizes import ONE, Size
from derive.expressions.spelling import size_latex
from derive.expressions.traverse import Path
from derive.notation.latex.boxes import Digits, Row, Sign, begins, beside
from derive.notation.latex.compose import BLANK, MINUS, THIN, frac, group, scripted
from derive.notation.latex.piece import ATOM, FRACTION, PRODUCT, SCRIPT, SUM, Piece, at_least, bracketed
from derive.notation.latex.reading import declared
from derive.notation.numerals import decimal

Placed = tuple[Expr, Path]
"""A subexpression and where it stands."""


def number_piece(value: Fraction, rounded: bool = False) -> Piece:
    """`3`, `\\frac{1}{2}`, `0.4394`: a fraction of moderate size, a decimal where it ends; a rounded number always a decimal."""
    size = abs(value)
    level = SUM if value < 0 else ATOM
    ends = str(size) if size.denominator == 1 else decimal(size) if size.denominator > 100 or rounded else None
    sign = (MINUS,) if value < 0 else ()
    if ends is not None:
        return Piece(Row((*sign, Digits(ends))), level, glue="digit")
    over, under = Digits(str(size.numerator)), Digits(str(size.denominator))
    return Piece(Row((*sign, frac(over, under))), min(level, PRODUCT), FRACTION, "fraction")


def superscript(base: Piece, exponent: Row) -> Piece:
    """A piece with an exponent, in brackets where its base needs them."""
    base = at_least(base, ATOM)
    row = scripted(base.row, above=group(exponent))
    return Piece(row, SCRIPT, base.height, base.glue if base.glue in ("call", "digit") else "letter")


def joined(pieces: list[Piece], chain: bool = False) -> Piece:
    """Factors side by side, with a dot or a thin space where juxtaposition alone would be read amiss; no dot in a product of
    matrices (`chain`), which would tear it apart."""
    if len(pieces) == 1:
        return pieces[0]
    rows: list[Row] = []
    for k, piece in enumerate(pieces):
        if piece.runs_on and k < len(pieces) - 1:
            piece = bracketed(piece)
        rows += (_glue(pieces[k - 1], piece, chain), piece.row) if k else (piece.row,)
    last = pieces[-1]
    return Piece(beside(*rows), PRODUCT, max(p.height for p in pieces), "product", last.runs_on)


WORD = r"\mathit"
"""A name of several letters begins with it: beside another name it would run together with it."""
DOT, GAP = Row((BLANK, Sign(r"\cdot"), BLANK)), Row((BLANK,))


def _glue(left: Piece, right: Piece, chain: bool) -> Row:
    if (right.glue == "digit" and not chain) or left.glue == "chain" or (left.glue == right.glue == "fraction"):
        return DOT
    if "derivative" in (left.glue, right.glue):
        return THIN
    if left.glue in ("call", "operator") and right.glue not in ("operator",):
        return THIN
    if left.glue == right.glue == "letter" and WORD in (begins(left.row), begins(right.row)):
        return THIN
    if left.glue in ("letter", "bracket") and right.glue == "chain":
        return THIN
    return GAP


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


def size_row(size: Size) -> Row:
    """A size as a number in a formula."""
    return declared(size_latex(size))


TIMES = Row((BLANK, Sign(r"\times"), BLANK))


def dims_row(dims: tuple[Size, Size]) -> Row:
    """The sizes of an array; of a column its length."""
    return size_row(dims[0]) if dims[1] == ONE else beside(size_row(dims[0]), TIMES, size_row(dims[1]))


def is_null(node: Expr) -> bool:
    return isinstance(node, Zeros) or (isinstance(node, Number) and node.value == 0)
