"""A text with formulas as one line of characters, for a terminal and for the title of a PDF."""

from __future__ import annotations

from derive.notation.latex.boxes import (
    Accent,
    Array,
    Arrow,
    Blank,
    Box,
    Digits,
    Fenced,
    Fraction,
    Group,
    Letters,
    Marked,
    Over,
    Own,
    Root,
    Row,
    Scripted,
    Sign,
    Sized,
    Under,
    plain,
)
from derive.notation.latex.signs import LETTERS, OPERATORS
from derive.notation.latex.text import Cited, Display, Link, Listing, Piece, Styled, Text

_SIGNS = {**LETTERS, **OPERATORS, "|": "‖", "cdot": "·"}
_GAPS = frozenset((",", ":", ";", " ", "quad", "qquad"))
_SILENT = frozenset(("!", "displaystyle", "textstyle", "limits", "nolimits"))


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
            return _box(piece.formula if isinstance(piece, Display) else piece)
        case Styled(inside=inside):
            return _text(inside)
        case Cited(keys=keys, note=note):
            return f"({','.join(keys)}{', ' + note if note else ''})"
        case Listing(items=items):
            return " ".join(map(_text, items))


def _box(box: Box) -> str:
    match box:
        case Row(items=items):
            return "".join(map(_box, items))
        case Blank():
            return " "
        case Sign(text=sign):
            return _sign(sign)
        case Digits(text=digits):
            return digits
        case Group(inside=inside) | Letters(inside=inside) | Own(inside=inside):
            return _box(inside)
        case Fraction(command="binom", above=above, below=below):
            return f"C({_box(above)}, {_box(below)})"
        case Fraction(above=above, below=below):
            return f"{_factor(above)}/{_factor(below)}"
        case Root(inside=inside, degree=degree):
            return f"√{_factor(inside)}" if degree is None else f"√[{_box(degree)}]{_factor(inside)}"
        case Marked(command="phantom"):
            return ""
        case Marked(command="not", inside=inside):
            return f"{_box(inside)}\N{COMBINING LONG SOLIDUS OVERLAY}"
        case Marked(command="pmod", inside=inside):
            return f"(mod {_box(inside)})"
        case Accent(inside=inside) | Marked(inside=inside) | Under(inside=inside) | Over(inside=inside):
            return _box(inside)
        case Arrow(command=command):
            return _sign(f"\\{command[1:]}")
        case Sized(delimiter=delimiter):
            return _sign(delimiter)
        case Fenced(left=left, inside=inside, right=right):
            return "".join(_sign(sign) for sign in (left,) if sign != ".") + _box(inside) + "".join(_sign(s) for s in (right,) if s and s != ".")
        case Array(rows=rows):
            return "[" + "; ".join(", ".join(_box(cell).strip() for cell in row) for row in rows) + "]"
        case Scripted(base=base, primes=primes, below=below, above=above):
            lower, upper = ("" if script is None else sign + _box(script) for sign, script in (("_", below), ("^", above)))
            return ("" if base is None else _box(base)) + "'" * primes + lower + upper


def _factor(box: Box) -> str:
    """In parentheses where it is more than one sign."""
    inside = box.inside if isinstance(box, Group) else box
    several = isinstance(inside, Row) and sum(1 for _ in plain(inside)) > 1
    return f"({_box(box)})" if several else _box(box)


def _sign(sign: str) -> str:
    """A character as it is, a command as the character that it stands for, or by its name."""
    if sign[:1] != "\\":
        return sign
    name = sign[1:]
    return _SIGNS.get(name, " " if name in _GAPS else "" if name in _SILENT else name)
