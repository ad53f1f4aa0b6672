"""A printed subexpression with what its surroundings must know of it: how tightly it binds and how tall it is."""

from __future__ import annotations

from dataclasses import replace

from derive.notation.latex.boxes import Box, Fenced, Group, Marked, Row, Sign, Sized, Under
from derive.notation.latex.compose import KEPT
from derive.values import dataclass

OPEN, SUM, PRODUCT, INFIX, SCRIPT, ATOM = range(6)
"""How tightly a piece binds: cases; a sum or a leading minus; a product; an operator like ∘; a superscript; a letter or call."""

PLAIN, BRACKETED, BIG, BIGGER, FRACTION, BLOCK = range(6)
"""How tall a piece is: a line of letters; holding (…); holding \\bigl(…\\bigr); \\Bigl; a fraction or a sum sign; a matrix."""

SIZES = {BRACKETED: "big", BIG: "Big", BIGGER: "Big", FRACTION: "bigg"}
"""The size of brackets around what is so tall; around letters they have none, around a matrix they grow with it."""


@dataclass(frozen=True)
class Piece:
    """row     its boxes
    level   how tightly it binds (OPEN … ATOM)
    height  how tall it is (PLAIN … BLOCK)
    glue    what kind of factor it is, which decides how it is set beside another: `letter`, `digit`, `call` (ends in a
            bracket), `operator` (begins with a word like tr), `chain` (a product of matrices), `fraction`, `bracket`,
            `derivative` (dX, a pending one: a thin space on both sides)
    runs_on it extends as far to the right as it can (a sum over an index): brackets unless it comes last
    """

    row: Row
    level: int = ATOM
    height: int = PLAIN
    glue: str = "letter"
    runs_on: bool = False


@dataclass(frozen=True)
class Mark:
    r"""What is done to a subexpression where it is printed: `\dvchange<2>{…}`, `\deriveshape{m \times n}{…}`.

    command   of LaTeX
    option    behind it, '' for none
    below     its first argument, None where it has one argument only
    operator  it begins with a word like tr, and keeps the thin space that TeX sets before that
    """

    command: str
    option: str = ""
    below: Row | None = None
    operator: bool = False


def marked(piece: Piece, mark: Mark) -> Piece:
    """The piece with a mark."""
    inside = Group(piece.row)
    box: Box = Marked(mark.command, mark.option, inside) if mark.below is None else Under(mark.command, Group(mark.below), inside)
    return replace(piece, row=Row((*KEPT, box)) if mark.operator else Row((box,)))


def bracketed(piece: Piece, left: str = "(", right: str = ")") -> Piece:
    """(piece), the brackets as tall as it needs.

    left, right  the brackets, as LaTeX names them
    """
    if piece.height == BLOCK:
        row = Row((Fenced(left, piece.row, right),))
    else:
        size = SIZES.get(piece.height)
        opening, closing = (Sign(left), Sign(right)) if size is None else (Sized(size + "l", left), Sized(size + "r", right))
        row = Row((opening, *piece.row.items, closing))
    return Piece(row, ATOM, taller(piece.height), "bracket")


def taller(height: int) -> int:
    """The height of brackets around something of this height."""
    return height if height in (BIGGER, FRACTION, BLOCK) else height + 1


def at_least(piece: Piece, level: int) -> Piece:
    """The piece, in brackets if it binds less tightly than `level`."""
    return piece if piece.level >= level else bracketed(piece)
