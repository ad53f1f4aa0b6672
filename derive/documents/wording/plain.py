"""A text with formulas as one line of characters, for a terminal and for the title of a PDF."""

from __future__ import annotations

from derive.notation.latex.boxes import Row
from derive.notation.latex.text import Cited, Display, Link, Listing, Piece, Styled, Text
from derive.notation.text.boxes import written


def one_line(text: Text) -> str:
    r"""Without markup: `$A^\top B$` is A^⊤ B, `$\frac{1}{2} x$` is 1/2 x."""
    return " ".join(_text(text).split())


def _text(text: Text) -> str:
    return "".join(map(_piece, text.pieces))


def _piece(piece: Piece) -> str:
    match piece:
        case str() | Link(said=str()):
            return piece if isinstance(piece, str) else piece.said
        case Row() | Display(formula=Row()):
            return written(piece.formula if isinstance(piece, Display) else piece)
        case Styled(inside=inside):
            return _text(inside)
        case Cited(keys=keys, note=note):
            return f"({','.join(keys)}{', ' + note if note else ''})"
        case Listing(items=items):
            return " ".join(map(_text, items))
