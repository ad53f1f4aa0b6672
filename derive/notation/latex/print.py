"""Expression → LaTeX, as a mathematician writes it: one case for each kind of node."""

from __future__ import annotations

from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import (
    Add,
    Apply,
    Call,
    Commutation,
    Compare,
    D,
    Delta,
    Entry,
    Expr,
    Identity,
    Map,
    MatMul,
    Number,
    Ones,
    Power,
    Rate,
    Rounded,
    Scale,
    SizeValue,
    Stack,
    Sum,
    Symbol,
    Times,
    Transpose,
    Unit,
    Unnamed,
    Where,
    Zeros,
)
from derive.expressions.spelling import latex_of, size_latex, unnamed_latex
from derive.expressions.traverse import Path
from derive.notation.bold import is_bold, kind_of
from derive.notation.coloured import coloured
from derive.notation.latex.factors import dims_latex, is_reciprocal, number_piece, superscript
from derive.notation.latex.functions import Functions
from derive.notation.latex.piece import ATOM, FRACTION, OPEN, PRODUCT, SCRIPT, SUM, Piece, at_least, bracketed, small
from derive.notation.latex.products import Products
from derive.notation.latex.structure import Structure
from derive.notation.walking import at_path, bottom_up

COMPARE = {"<": "<", "<=": r"\le", ">": ">", ">=": r"\ge"}


class Printer(Products, Structure, Functions):
    """One expression with its marks, printed from the inside."""

    def whole(self) -> Piece:
        """The piece of the whole expression; deep expressions are printed from the inside, so nothing recurses far."""
        for node in bottom_up(self.root):
            self.piece(node, (-1,))
        for path in sorted(self.prefixes, key=len, reverse=True):
            self.piece(at_path(self.root, path), path)
        if isinstance(self.root, Zeros):
            return Piece(self._zero(()), glue="digit")
        return self.piece(self.root, ())

    def write(self, node: Expr, path: Path) -> Piece:
        match node:
            case Number():
                return number_piece(node.value, isinstance(node, Rounded))
            case SizeValue():
                text = size_latex(node.size)
                several = len(node.size.terms) > 1
                return Piece(text, SUM if several else PRODUCT if " " in text else ATOM)
            case Symbol():
                return self._symbol(node) if node.count is None else self._member(node, path)
            case Identity():
                return Piece(f"I_{{{size_latex(node.size)}}}")
            case Ones():
                return Piece(rf"\mathbf{{1}}_{{{dims_latex(node.dims)}}}")
            case Zeros():
                return Piece(f"0_{{{dims_latex(node.dims)}}}", glue="digit")
            case Commutation():
                letter = "K" if "K" not in self.root.free else r"\mathcal{K}"
                return Piece(f"{letter}_{{{size_latex(node.rows)}, {size_latex(node.columns)}}}")
            case Delta():
                return self._delta(node, path)
            case Unit():
                return self._unit(node, path)
            case Add():
                return self._sum(node, path)
            case Times() | Scale() | MatMul():
                negative, piece = self.product(node, path)
                return Piece("-" + piece.text, SUM, piece.height, piece.glue, piece.runs_on) if negative else piece
            case Power():
                return self._power(node, path)
            case Transpose():
                return self._transpose(node, path)
            case Entry():
                return self._entry(node, path)
            case Stack():
                return self._stack(node, path)
            case Compare():
                left, right = (self.child(node, path, k, SUM) for k in (0, 1))
                return Piece(f"{left.text} {COMPARE[node.op]} {right.text}", OPEN, max(left.height, right.height))
            case Where():
                return self._where(node, path)
            case Sum():
                body = at_least(self.piece(node.body, (*path, 2)), PRODUCT)
                lower, upper = (small(self.child(node, path, k).text) for k in (0, 1))
                index = latex_of(node.index)
                return Piece(rf"\sum_{{{index}={lower}}}^{{{upper}}} {body.text}", PRODUCT, FRACTION, "operator", True)
            case Map() if isinstance(node.function, Unnamed):
                name = unnamed_latex(node.function)
                order = "'" * node.order if node.order < 3 else f"^{{({node.order})}}"
                inside = bracketed(self.child(node, path, 0))
                return Piece(f"{name}{order}{inside.text}", ATOM, inside.height, "call")
            case Map() | Call():
                return self._function(node, path)
            case Apply():
                return self._apply(node, path)
            case D():
                return self._pending(node, path)
            case Rate():
                return self._rate(node, path)
        raise TypeError(f"no LaTeX for {type(node).__name__}")

    def _symbol(self, node: Symbol) -> Piece:
        text = latex_of(node)
        scripted = "^" in text or "'" in text
        if is_bold(kind_of(node.shape), self.notation):
            nucleus, mark, rest = text.partition("_")
            sign = r"\mathrm{d}" if nucleus.startswith(r"\mathrm{d}") else ""
            text = rf"{sign}\boldsymbol{{{nucleus.removeprefix(sign).strip()}}}{mark}{rest}"
        differential = text.startswith(r"\mathrm{d}")
        text = coloured(text, node.name, self.notation)
        return Piece(text, SCRIPT if scripted else ATOM, glue="derivative" if differential else "letter")

    def _member(self, node: Symbol, path: Path) -> Piece:
        """K_i of a family of matrices."""
        index = small(self.child(node, path, 0).text) if node.index is not None else "i"
        return Piece(f"{self._symbol(node).text}_{{{index}}}", ATOM)

    def _unit(self, node: Unit, path: Path) -> Piece:
        text = f"e_{{{small(self.child(node, path, 0).text)}}}"
        return Piece(f"{text}^{{({size_latex(node.size)})}}", SCRIPT) if node in self.explicit else Piece(text)

    def _power(self, node: Power, path: Path) -> Piece:
        if is_reciprocal(node):
            return self._fraction(None, None, [], [(node, path)], path)
        row = FUNCTIONS[node.base.name] if isinstance(node.base, Call) else None
        if row is not None and row.latex_inverse and isinstance(node.exponent, Number) and node.exponent.value == -1:
            base = at_least(self.piece(node.base.children[0], (*path, 0, 0)), ATOM)
            return Piece(row.latex_inverse.format(base.text), SCRIPT, base.height)
        return superscript(self.child(node, path, 0), small(self._inline(node.exponent, (*path, 1))))

    def _inline(self, node: Expr, path: Path) -> str:
        """As in an exponent: 1/2 with a slash."""
        if isinstance(node, Number) and node.value.denominator != 1:
            text = f"{node.value.numerator}/{node.value.denominator}"
            return f"{self.marks[path]}{{{text}}}" if path in self.marks else text
        return self.piece(node, path).text
