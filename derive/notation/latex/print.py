"""Expression → LaTeX, as a mathematician writes it: one case for each kind of node."""

from __future__ import annotations

from dataclasses import replace

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
from derive.expressions.spelling import latex_of, unnamed_latex
from derive.expressions.traverse import Path
from derive.notation.bold import is_bold, kind_of
from derive.notation.coloured import coloured
from derive.notation.latex.boxes import Digits, Row, Scripted, Sign, beside, parts
from derive.notation.latex.compose import BLANK, EQUALS, MINUS, SLASH, digits, flat, group, has_fraction, in_bold, letters, listed, scripted
from derive.notation.latex.compose import D as SMALL_D
from derive.notation.latex.factors import dims_row, is_reciprocal, number_piece, size_row, superscript
from derive.notation.latex.functions import Functions
from derive.notation.latex.piece import ATOM, FRACTION, OPEN, PLAIN, PRODUCT, SCRIPT, SUM, Piece, at_least, bracketed, marked
from derive.notation.latex.products import Products
from derive.notation.latex.reading import declared
from derive.notation.latex.structure import Structure
from derive.notation.latex.template import filled, template
from derive.notation.walking import at_path, bottom_up

COMPARE = {"<": Sign("<"), "<=": Sign(r"\le"), ">": Sign(">"), ">=": Sign(r"\ge")}
ONES, SUM_SIGN = letters("mathbf", "1"), Sign(r"\sum")


class Printer(Products, Structure, Functions):
    """One expression with its marks, printed from the inside."""

    def whole(self) -> Piece:
        """The piece of the whole expression; deep expressions are printed from the inside, so nothing recurses far."""
        for node in bottom_up(self.root):
            self.piece(node, (-1,))
        for path in sorted(self.prefixes, key=len, reverse=True):
            self.piece(at_path(self.root, path), path)
        if isinstance(self.root, Zeros):
            return replace(self._zero(()), glue="digit")
        return self.piece(self.root, ())

    def write(self, node: Expr, path: Path) -> Piece:
        match node:
            case Number():
                return number_piece(node.value, isinstance(node, Rounded))
            case SizeValue():
                row = size_row(node.size)
                several = len(node.size.terms) > 1
                return Piece(row, SUM if several else PRODUCT if BLANK in row.items else ATOM)
            case Symbol():
                return self._symbol(node) if node.count is None else self._member(node, path)
            case Identity():
                return Piece(Row((Scripted(Sign("I"), below=group(size_row(node.size))),)))
            case Ones():
                return Piece(Row((Scripted(ONES, below=group(dims_row(node.dims))),)))
            case Zeros():
                return Piece(Row((Scripted(Digits("0"), below=group(dims_row(node.dims))),)), glue="digit")
            case Commutation():
                letter = Sign("K") if "K" not in self.root.free else letters("mathcal", "K")
                below = group(listed((size_row(node.rows), size_row(node.columns))))
                return Piece(Row((Scripted(letter, below=below),)))
            case Delta():
                return self._delta(node, path)
            case Unit():
                return self._unit(node, path)
            case Add():
                return self._sum(node, path)
            case Times() | Scale() | MatMul():
                negative, piece = self.product(node, path)
                return Piece(beside(MINUS, piece.row), SUM, piece.height, piece.glue, piece.runs_on) if negative else piece
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
                return Piece(beside(left.row, BLANK, COMPARE[node.op], BLANK, right.row), OPEN, max(left.height, right.height))
            case Where():
                return self._where(node, path)
            case Sum():
                body = at_least(self.piece(node.body, (*path, 2)), PRODUCT)
                lower, upper = (flat(self.child(node, path, k).row) for k in (0, 1))
                from_ = group(declared(latex_of(node.index)), EQUALS, lower)
                return Piece(beside(Scripted(SUM_SIGN, below=from_, above=group(upper)), BLANK, body.row), PRODUCT, FRACTION, "operator", True)
            case Map() if isinstance(node.function, Unnamed):
                name = declared(unnamed_latex(node.function))
                if node.order:
                    order = {"primes": node.order} if node.order < 3 else {"above": group(Sign("("), Digits(str(node.order)), Sign(")"))}
                    name = scripted(name, **order)
                inside = bracketed(self.child(node, path, 0))
                return Piece(beside(name, inside.row), ATOM, inside.height, "call")
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
        row = declared(latex_of(node))
        raised = any(isinstance(box, Scripted) and (box.above is not None or box.primes) for box in parts(row))
        differential = row.items[:1] == (SMALL_D,)
        row = in_bold(row) if is_bold(kind_of(node.shape), self.notation) else row
        row = coloured(row, node.name, self.notation)
        height = FRACTION if has_fraction(row) else PLAIN
        return Piece(row, SCRIPT if raised else ATOM, height, "derivative" if differential else "letter")

    def _member(self, node: Symbol, path: Path) -> Piece:
        """K_i of a family of matrices."""
        index = flat(self.child(node, path, 0).row) if node.index is not None else Row((Sign("i"),))
        return Piece(scripted(self._symbol(node).row, below=group(index)), ATOM)

    def _unit(self, node: Unit, path: Path) -> Piece:
        below = group(flat(self.child(node, path, 0).row))
        if node not in self.explicit:
            return Piece(Row((Scripted(Sign("e"), below=below),)))
        size = group(Sign("("), size_row(node.size), Sign(")"))
        return Piece(Row((Scripted(Sign("e"), below=below, above=size),)), SCRIPT)

    def _power(self, node: Power, path: Path) -> Piece:
        if is_reciprocal(node):
            return self._fraction(None, None, [], [(node, path)], path)
        row = FUNCTIONS[node.base.name] if isinstance(node.base, Call) else None
        if row is not None and row.latex_inverse and isinstance(node.exponent, Number) and node.exponent.value == -1:
            base = at_least(self.piece(node.base.children[0], (*path, 0, 0)), ATOM)
            return Piece(filled(template(row.latex_inverse, 1), [base.row], lambda k: dims_row(node.base.children[k].shape)), SCRIPT, base.height)
        above = flat(self._inline(node.exponent, (*path, 1)).row)
        whole = isinstance(node.exponent, Number) and node.exponent.value > 1 and node.exponent.value.denominator == 1
        on_name = self.on_name(node.base, (*path, 0), above) if whole else None
        return on_name or superscript(self.child(node, path, 0), above)

    def _inline(self, node: Expr, path: Path) -> Piece:
        """As in an exponent: 1/2 with a slash."""
        if isinstance(node, Number) and node.value.denominator != 1:
            value = node.value
            piece = Piece(beside(digits(str(value.numerator)), SLASH, Digits(str(value.denominator))))
            return marked(piece, self.marks[path]) if path in self.marks else piece
        return self.piece(node, path)
