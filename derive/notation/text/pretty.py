"""The boxes of an expression for the terminal: without what a line of text has no room for, or no sign."""

from __future__ import annotations

from dataclasses import replace

from derive.expressions.nodes import Expr, Identity, Ones, Zeros
from derive.expressions.traverse import Path
from derive.notation.latex.boxes import Row, Sign
from derive.notation.latex.piece import Piece
from derive.notation.latex.print import ONES, Printer
from derive.notation.settings import Notation


class Pretty(Printer):
    """I, 𝟏, 0 and e_i without their sizes."""

    def __init__(self, root: Expr, notation: Notation) -> None:
        super().__init__(root, notation, {})
        self.explicit = frozenset()

    def write(self, node: Expr, path: Path) -> Piece:
        match node:
            case Identity():
                return Piece(Row((Sign("I"),)))
            case Ones():
                return Piece(Row((ONES,)))
            case Zeros():
                return self._zero(path)
        return super().write(node, path)


def formula(expr: Expr, notation: Notation) -> Row:
    """The boxes of an expression as a line of text shows it."""
    return Pretty(expr, in_text(notation)).whole().row


def in_text(notation: Notation) -> Notation:
    """The choices that a line of text has: no bold letters, no colours; a prime at a function is no transpose."""
    return replace(notation, bold="none", colours=(), transpose="mathsf" if notation.transpose == "prime" else notation.transpose)
