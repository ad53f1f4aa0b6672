"""A printed subexpression with what its surroundings must know of it: how tightly it binds and how tall it is."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from derive.values import dataclass

OPEN, SUM, PRODUCT, INFIX, SCRIPT, ATOM = range(6)
"""How tightly a piece binds: cases; a sum or a leading minus; a product; an operator like ∘; a superscript; a letter or call."""

PLAIN, BRACKETED, BIG, BIGGER, FRACTION, BLOCK = range(6)
"""How tall a piece is: a line of letters; holding (…); holding \\bigl(…\\bigr); \\Bigl; a fraction or a sum sign; a matrix."""

_SIZES = {
    PLAIN: ("", ""),
    BRACKETED: (r"\bigl", r"\bigr"),
    BIG: (r"\Bigl", r"\Bigr"),
    BIGGER: (r"\Bigl", r"\Bigr"),
    FRACTION: (r"\biggl", r"\biggr"),
    BLOCK: (r"\left", r"\right"),
}
_OPENING = (r"\(", r"\\lvert", r"\\lVert", r"\\langle", r"\\\{\{", r"\[")
_DELIMITER = re.compile(r"(\\lvert|\\lVert|\\langle|\\\{\{|\(|\[)|(\\rvert|\\rVert|\\rangle|\\\}\}|\)|\])")
_BIG = re.compile(r"\\(?:big|Big|bigg|Bigg)[lr] ?|\\(?:left|right) ?(?=[()\[\]\\])")


@dataclass(frozen=True)
class Piece:
    """text    the LaTeX
    level   how tightly it binds (OPEN … ATOM)
    height  how tall it is (PLAIN … BLOCK)
    glue    what kind of factor it is, which decides how it is set beside another: `letter`, `digit`, `call` (ends in a
            bracket), `operator` (begins with a word like tr), `chain` (a product of matrices), `fraction`, `bracket`,
            `derivative` (dX, a pending one: a thin space on both sides)
    runs_on it extends as far to the right as it can (a sum over an index): brackets unless it comes last
    """

    text: str
    level: int = ATOM
    height: int = PLAIN
    glue: str = "letter"
    runs_on: bool = False


def bracketed(piece: Piece, left: str = "(", right: str = ")") -> Piece:
    """(piece), the brackets as tall as it needs."""
    opening, closing = _SIZES[piece.height]
    gap = " " if left[0] == "\\" else ""
    return Piece(f"{opening}{left}{gap}{piece.text}{gap}{closing}{right}", ATOM, taller(piece.height), "bracket")


def taller(height: int) -> int:
    """The height of brackets around something of this height."""
    return height if height in (BIGGER, FRACTION, BLOCK) else height + 1


def at_least(piece: Piece, level: int) -> Piece:
    """The piece, in brackets if it binds less tightly than `level`."""
    return piece if piece.level >= level else bracketed(piece)


def marked(piece: Piece, macro: str) -> Piece:
    return replace(piece, text=f"{macro}{{{piece.text}}}")


def small(text: str) -> str:
    """As it stands in a superscript or subscript: no enlarged brackets."""
    return _BIG.sub("", text)


@lru_cache(maxsize=1024)
def sized(template: str, height: int) -> str:
    """A template of the function table with its brackets tall enough for arguments of this height."""
    opening, closing = _SIZES[height]
    if not opening:
        return template
    return _DELIMITER.sub(lambda m: (opening if m.group(1) else closing) + m.group(0), template)


def brackets_in(template: str) -> bool:
    return _DELIMITER.search(template) is not None
