"""Sums, products and fractions in LaTeX.

Where two equal expressions would look alike, as 1/(2s) and ½ s⁻¹ do, the second carries a pair of braces that cannot be seen on
the page: what is printed reads back as the same expression.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from derive.expressions.nodes import Add, Expr, MatMul, Number, Power, Rounded, Scale, Symbol, Times, Transpose
from derive.expressions.sizes import ONE
from derive.expressions.traverse import Path
from derive.notation.latex.boxes import Box, Digits, Row, Sign, beside
from derive.notation.latex.compose import BLANK, MINUS, digits, frac, group
from derive.notation.latex.context import Context
from derive.notation.latex.factors import Placed, exponent_of, is_letter, is_reciprocal, joined, number_piece, superscript
from derive.notation.latex.piece import ATOM, FRACTION, INFIX, OPEN, PLAIN, PRODUCT, SCRIPT, SUM, Mark, Piece, at_least, bracketed, marked

MORE, LESS = Row((BLANK, Sign("+"), BLANK)), Row((BLANK, MINUS, BLANK))


class Products(Context):
    """Sums, products and fractions."""

    def _sum(self, node: Add, path: Path) -> Piece:
        rows: list[Box] = []
        height = PLAIN
        for k, term in enumerate(node.terms):
            negative, piece = self.signed(term, (*path, k))
            rows += (LESS if negative else MORE, piece.row) if k else (MINUS, piece.row) if negative else (piece.row,)
            height = max(height, piece.height)
        return Piece(beside(*rows), SUM, height)

    def signed(self, term: Expr, path: Path) -> tuple[bool, Piece]:
        """(is it negative, its absolute value) of a term of a sum."""
        if isinstance(term, (Times, Scale)):
            negative, piece = self.product(term, path)
            if path in self.marks:
                piece = marked(piece, self.marks[path])
            return negative, at_least(piece, PRODUCT)
        if isinstance(term, Number) and term.value < 0:
            piece = number_piece(-term.value, isinstance(term, Rounded))
            return True, marked(piece, self.marks[path]) if path in self.marks else piece
        return False, at_least(self.piece(term, path), PRODUCT)

    def product(self, node: Expr, path: Path) -> tuple[bool, Piece]:
        """(is it negative, its absolute value) of a product, without its own mark."""
        if isinstance(node, MatMul):
            return False, self._chain(node, path)
        scalars: list[Placed]
        arg: Placed | None = None
        whole: Mark | None = None
        if isinstance(node, Scale):
            arg = (node.arg, (*path, 1))
            inner = (*path, 0)
            whole = self.marks.get(inner) if isinstance(node.scalar, Times) else None
            if isinstance(node.scalar, Times):
                scalars = [(f, (*inner, k)) for k, f in enumerate(node.scalar.factors)]
            else:
                scalars = [(node.scalar, inner)]
        else:
            scalars = [(f, (*path, k)) for k, f in enumerate(node.children)]
        negative = False
        number: Fraction | None = None
        first, where = scalars[0]
        if isinstance(first, Number):
            number = abs(first.value)
            negative = first.value < 0
            mark = self.marks.get(where)
            if number == 1 and len(scalars) + (arg is not None) > 1:
                number, mark = None, None
            scalars = scalars[1:]
        else:
            mark = None
        if arg is not None and (over := self._array_above(number if mark is None else Fraction(0), scalars, *arg)) is not None:
            return negative, over
        pieces = self._scalars(number, mark, scalars, alone=arg is None)
        if arg is not None:
            last = len(pieces) - 1
            pieces = [at_least(p, INFIX if p.glue == "chain" and k == last else PRODUCT) for k, p in enumerate(pieces)]
            if whole is not None and pieces:
                pieces = [replace(marked(joined(pieces), whole), glue=pieces[-1].glue)]
            piece = self.piece(*arg)
            pieces.append(at_least(piece, PRODUCT) if piece.level != INFIX else bracketed(piece))
        return negative, joined(pieces)

    def _array_above(self, number: Fraction | None, scalars: list[Placed], arg: Expr, path: Path) -> Piece | None:
        """2X/‖X‖ as one fraction, where nothing but a whole number and reciprocals stand in front of letters, none of it marked; else None."""
        whole = number is None or (number.denominator == 1 and number != 0)
        if not whole or not scalars or not all(is_reciprocal(s) for s, _ in scalars) or {path, *(p for _, p in scalars)} & self.marks.keys():
            return None
        top = self.piece(arg, path)
        if not isinstance(arg, Symbol | MatMul | Transpose) or top.level < PRODUCT or top.level == INFIX or top.height != PLAIN or top.runs_on:
            return None
        return self._fraction(number, None, [(arg, path)], scalars)

    def _scalars(self, number: Fraction | None, mark: Mark | None, items: list[Placed], alone: bool) -> list[Piece]:
        """The scalar factors in order, reciprocals gathered into fractions.  Marks change nothing but what they wrap."""
        out: list[Piece] = []
        above: list[Placed] = []
        below: list[Placed] = []

        def flush() -> None:
            nonlocal number, above, below
            if below:
                out.append(self._fraction(number, mark, above, below))
            else:
                out.extend(self._plain(number, mark, above, last=alone and not out))
            number, above, below = None, [], []

        for item in items:
            reciprocal = is_reciprocal(item[0])
            if below and not reciprocal:
                flush()
            (below if reciprocal else above).append(item)
        flush()
        return out

    def _plain(self, number: Fraction | None, mark: Mark | None, items: list[Placed], last: bool) -> list[Piece]:
        out: list[Piece] = []
        rest = items
        if number is not None:
            letters = 0
            while number.denominator != 1 and letters < len(rest) and is_letter(rest[letters][0]):
                letters += 1
            if letters:
                top = joined([self.piece(*item) for item in rest[:letters]])
                over = top.row if number.numerator == 1 else beside(Digits(str(number.numerator)), BLANK, top.row)
                piece = Piece(Row((frac(over, Digits(str(number.denominator))),)), PRODUCT, FRACTION, "fraction")
                out.append(marked(piece, mark) if mark else piece)
                rest = rest[letters:]
            else:
                piece = number_piece(number)
                out.append(marked(piece, mark) if mark else piece)
        for item in rest:
            piece = self.piece(*item)
            out.append(bracketed(piece) if piece.level < PRODUCT or piece.level == INFIX else piece)
        return out

    def _fraction(
        self, number: Fraction | None, mark: Mark | None, above: list[Placed], below: list[Placed], whole: Path | None = None
    ) -> Piece:
        """A fraction.  Its denominator stands in a second pair of braces when it is several reciprocals (or a power of one).

        whole  where the reciprocal stands that is the whole fraction: its own mark is not printed here
        """
        top: list[Piece] = []
        if number is not None and number.numerator != 1:
            piece = number_piece(Fraction(number.numerator))
            top.append(marked(piece, mark) if mark else piece)
        lone = not top and len(above) == 1
        for item in above:
            piece = self.piece(*item)
            top.append(piece if lone and piece.level >= SUM else bracketed(piece) if piece.level in (OPEN, SUM, INFIX) else piece)
        denominator = number.denominator if number is not None else 1
        several = denominator != 1 or len(below) > 1
        bottom = [number_piece(Fraction(denominator))] if denominator != 1 else []
        for node, path in below:
            assert isinstance(node, Power) and isinstance(node.exponent, Number)
            exponent = -node.exponent.value
            base = self.piece(node.base, (*path, 0))
            plain = self._factor_below(node.base, base) if several else base
            raised = digits(str(exponent))
            piece = plain if exponent == 1 else self.on_name(node.base, (*path, 0), raised) or superscript(base, raised)
            bottom.append(marked(piece, self.marks[path]) if path in self.marks and path != whole else piece)
        split = several or any(exponent_of(node) != -1 for node, _ in below)
        under = joined(bottom).row
        over = joined(top).row if top else digits("1")
        return Piece(Row((frac(over, group(under) if split else under),)), PRODUCT, FRACTION, "fraction")

    def _factor_below(self, node: Expr, base: Piece) -> Piece:
        """One of several factors of a denominator; a power that is inverted as a whole stands in braces."""
        if base.level < SCRIPT:
            return bracketed(base)
        return replace(base, row=Row((group(base.row),))) if isinstance(node, Power) else base

    def _chain(self, node: MatMul, path: Path) -> Piece:
        """A product of matrices and vectors.  Behind a prefix that is a scalar (w'x in w'x y') the rest stands in braces."""
        pieces: list[Piece] = []
        last = len(node.factors) - 1
        split: int | None = None
        for k, factor in enumerate(node.factors):
            piece = self.piece(factor, (*path, k))
            if piece.level < SCRIPT and not (piece.runs_on and k == last and piece.level == PRODUCT):
                piece = bracketed(piece)
            pieces.append(piece)
            if split is None and 0 < k < last and node.factors[0].shape[0] == ONE and factor.shape[1] == ONE:
                split = k
        if split is not None:
            tail = joined(pieces[split:], chain=True)
            pieces = [*pieces[:split], Piece(Row((group(tail.row),)), ATOM, tail.height, tail.glue)]
        whole = joined(pieces, chain=True)
        return Piece(whole.row, PRODUCT, whole.height, "chain", whole.runs_on)
