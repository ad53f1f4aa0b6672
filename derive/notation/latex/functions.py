"""Functions and pending derivatives in LaTeX; the function table says how each one looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from derive.expressions.function import Function
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Apply, Call, D, Expr, Map, Number, Rate, Stack, Symbol
from derive.expressions.properties.evident import is_semidefinite, parameters
from derive.expressions.sizes import ONE, is_square
from derive.expressions.spelling import latex_of, unnamed_latex
from derive.expressions.traverse import Path, walk
from derive.notation.latex.boxes import Fenced, Row, Scripted, Sign, begins, beside
from derive.notation.latex.compose import (
    BLANK,
    EQUALS,
    NABLA,
    NAMED_D,
    NOTHING,
    PARTIAL,
    STAR,
    THIN,
    digits,
    flat,
    frac,
    group,
    listed,
    power,
    raised,
    scripted,
)
from derive.notation.latex.compose import D as SMALL_D
from derive.notation.latex.context import Context
from derive.notation.latex.factors import dims_row
from derive.notation.latex.piece import ATOM, FRACTION, INFIX, PLAIN, PRODUCT, SCRIPT, Piece, at_least, bracketed, taller
from derive.notation.latex.reading import declared
from derive.notation.latex.template import filled, has_brackets, template


class Functions(Context):
    """Functions of the table, unnamed functions, pending derivatives."""

    def _function(self, node: Map | Call, path: Path) -> Piece:
        name = node.function if isinstance(node, Map) else node.name
        assert isinstance(name, str)
        row = FUNCTIONS[name]
        text = self._template(row, node.children)
        args = [self.piece(child, (*path, k)) for k, child in enumerate(node.children)]
        form = row.latex_form if text == row.latex or row.latex_form == "composed" else "call"
        if form == "infix":
            first = node.children[0]
            chained = row.bilinear and isinstance(first, Call) and first.name == name
            args = [a if chained and k == 0 else at_least(a, SCRIPT) for k, a in enumerate(args)]
            height = max(a.height for a in args)
            return Piece(self._filled(text, args, node), INFIX, height)
        if form == "script":
            base = at_least(args[0], ATOM)
            return Piece(self._filled(text, [base, *map(small, args[1:])], node), SCRIPT, base.height)
        if form == "exponent":
            return Piece(self._filled(text, [small(args[0])], node), SCRIPT)
        height = max((a.height for a in args), default=PLAIN)
        whole = self._filled(text, args, node, height)
        inside = taller(height) if has_brackets(text, len(args)) else height
        glue = "operator" if begins(whole) == r"\operatorname" else "call" if args else "letter"
        return Piece(whole, SCRIPT if form == "composed" else ATOM, inside, glue)

    def on_name(self, base: Expr, path: Path, above: Row) -> Piece | None:
        """A power of a function's value with its exponent on the name, as in sin² x; None where it is written behind."""
        if not isinstance(base, Map) or not isinstance(base.function, str) or not base.is_scalar or path in self.marks:
            return None
        written = FUNCTIONS[base.function].latex_power
        if not written:
            return None
        arg = self.piece(base.children[0], (*path, 0))
        row = filled(template(written, 2, arg.height), [arg.row, above], lambda k: dims_row(base.children[k].shape))
        return Piece(row, ATOM, taller(arg.height), "call")

    def _filled(self, text: str, args: Sequence[Piece], node: Map | Call, height: int = PLAIN) -> Row:
        """A row's LaTeX with its arguments."""
        return filled(template(text, len(args), height), [a.row for a in args], lambda k: dims_row(node.children[k].shape))

    def _template(self, row: Function, args: tuple[Expr, ...]) -> str:
        for conditions, latex in row.latex_when:
            if all(self._holds(condition, args) for condition in conditions.split()):
                return latex
        return row.latex

    def _holds(self, condition: str, args: tuple[Expr, ...]) -> bool:
        first = args[0]
        if condition == "square":
            return is_square(first.shape) and not first.is_scalar
        if condition == "matrix":
            return first.shape[0] != ONE and first.shape[1] != ONE
        if condition == "definite":
            return is_semidefinite(first, parameters(self.root))
        if condition == "explicit":
            return any(isinstance(node, Stack) for node in walk(first))
        if condition == "alike":
            return len({arg.shape for arg in args}) == 1
        if condition.startswith("has:"):
            return condition[4:] in self.root.free
        return condition in self.notation.styles

    def _apply(self, node: Apply, path: Path) -> Piece:
        name = declared(unnamed_latex(node.function))
        inside = bracketed(self.child(node, path, 0))
        assert node.function.value is not None
        scalar = node.function.value == (ONE, ONE)
        directions = [self.piece(d, (*path, k + 1)).row for k, d in enumerate(node.directions)]
        if node.order == 0:
            head = name
        elif len(directions) == node.order:
            head = beside(raised(NAMED_D, node.order), name)
        elif scalar:
            head = beside(raised(NABLA, node.order), BLANK, name)
        else:
            outer = raised(NAMED_D, node.order - 1) if node.order > 1 else NOTHING
            head = beside(outer, Scripted(Sign("J"), below=group(name)))
        whole = beside(head, inside.row)
        if directions:
            whole = scripted(whole, above=group(STAR)) if node.adjoint else whole
            whole = beside(whole, toward(directions))
        return Piece(whole, ATOM, inside.height, "call")

    def _pending(self, node: D, path: Path) -> Piece:
        if len(node.moves) == 1 and isinstance(node.moves[0][1], Number) and node.moves[0][1].value == 1:
            variable = self.piece(node.moves[0][0], (*path, -1)).row
            inside = bracketed(self.piece(node.arg, (*path, 0)))
            d = PARTIAL if self.notation.quotient == "partial" else SMALL_D
            return Piece(beside(frac(d, beside(d, BLANK, variable)), inside.row), ATOM, FRACTION, "call")
        arg = self.piece(node.arg, (*path, 0))
        inside = arg if isinstance(node.arg, Symbol) else bracketed(arg)
        behind = toward([self.piece(d, (*path, k + 1)).row for k, (_, d) in enumerate(node.moves)])
        gap = Row((BLANK,)) if begins(inside.row)[:1].isalpha() else NOTHING
        if self.notation.derivative == "partial" and len(node.moves) == 1:
            front = frac(PARTIAL, beside(PARTIAL, BLANK, self.piece(node.moves[0][0], (*path, -1)).row))
            return Piece(beside(front, gap, inside.row, behind), ATOM, FRACTION, "derivative")
        sign = SMALL_D if self.notation.derivative == "d" else NAMED_D
        return Piece(beside(sign, gap, inside.row, behind), ATOM, taller(inside.height), "derivative")

    def _rate(self, node: Rate, path: Path) -> Piece:
        body = at_least(self.piece(node.body, (*path, 0)), PRODUCT)
        names = [declared(latex_of(p)) for p in node.parameters]
        different = list(dict.fromkeys(names))
        if len(different) == 1:
            below = names[0] if len(names) == 1 else scripted(names[0], above=power(len(names)))
            front = Row((frac(raised(SMALL_D, len(names)), beside(SMALL_D, BLANK, below)),))
        else:
            front = listed([Row((frac(SMALL_D, beside(SMALL_D, BLANK, name)),)) for name in names], THIN)
        zero = listed([*different, digits("0")], EQUALS)
        inside = beside(BLANK, front, THIN, body.row, BLANK)
        return Piece(Row((Scripted(Fenced(".", inside, "|"), below=group(zero)),)), SCRIPT, FRACTION, "bracket")


def toward(directions: Sequence[Row]) -> Row:
    """Directions in brackets behind what is differentiated."""
    return beside(Sign("["), listed(directions), Sign("]"))


def small(piece: Piece) -> Piece:
    """As it stands in a superscript or subscript: no enlarged brackets."""
    return replace(piece, row=flat(piece.row))
