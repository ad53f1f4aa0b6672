"""Functions and pending derivatives in LaTeX; the function table says how each one looks."""

from __future__ import annotations

from derive.expressions.function import Function
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Apply, Call, D, Expr, Map, Number, Rate, Stack, Symbol
from derive.expressions.properties.evident import is_semidefinite, parameters
from derive.expressions.sizes import ONE, is_square
from derive.expressions.spelling import latex_of, unnamed_latex
from derive.expressions.traverse import Path, walk
from derive.notation.latex.context import Context
from derive.notation.latex.factors import dims_latex
from derive.notation.latex.piece import ATOM, FRACTION, INFIX, PLAIN, PRODUCT, SCRIPT, Piece, at_least, bracketed, brackets_in, sized, small, taller


class Functions(Context):
    """Functions of the table, unnamed functions, pending derivatives."""

    def _function(self, node: Map | Call, path: Path) -> Piece:
        name = node.function if isinstance(node, Map) else node.name
        assert isinstance(name, str)
        row = FUNCTIONS[name]
        template = self._template(row, node.children)
        args = [self.piece(child, (*path, k)) for k, child in enumerate(node.children)]
        form = row.latex_form if template == row.latex or row.latex_form == "composed" else "call"
        if form == "infix":
            first = node.children[0]
            chained = row.bilinear and isinstance(first, Call) and first.name == name
            args = [a if chained and k == 0 else at_least(a, SCRIPT) for k, a in enumerate(args)]
            height = max(a.height for a in args)
            return Piece(template.format(*(a.text for a in args)), INFIX, height)
        if form == "script":
            base = at_least(args[0], ATOM)
            return Piece(template.format(base.text, *(small(a.text) for a in args[1:])), SCRIPT, base.height)
        if form == "exponent":
            return Piece(template.format(small(args[0].text)), SCRIPT)
        height = max((a.height for a in args), default=PLAIN)
        text = sized(template, height).format(*map(_Argument, args, node.children))
        inside = taller(height) if brackets_in(template) else height
        glue = "call" if args else "letter"
        level = SCRIPT if form == "composed" else ATOM
        return Piece(text, level, inside, glue if text[:1] != "\\" or not text.startswith(r"\operatorname") else "operator")

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
        if condition.startswith("has:"):
            return condition[4:] in self.root.free
        return condition in self.notation.styles

    def _apply(self, node: Apply, path: Path) -> Piece:
        name = unnamed_latex(node.function)
        inside = bracketed(self.child(node, path, 0))
        assert node.function.value is not None
        scalar = node.function.value == (ONE, ONE)
        directions = [self.piece(d, (*path, k + 1)).text for k, d in enumerate(node.directions)]
        full = len(directions) == node.order
        order = f"^{{{node.order}}}" if node.order > 1 else ""
        if node.order == 0:
            head = name
        elif full:
            head = rf"\mathrm{{D}}{order}{name}"
        elif scalar:
            head = rf"\nabla{order} {name}" if not name.startswith("\\") or order else rf"\nabla {name}"
        else:
            below = node.order - 1
            outer = "" if not below else r"\mathrm{D}" + (f"^{{{below}}}" if below > 1 else "")
            head = f"{outer}J_{{{name}}}"
        tail = f"{'^{*}' if node.adjoint else ''}[{', '.join(directions)}]" if directions else ""
        return Piece(f"{head}{inside.text}{tail}", ATOM, inside.height, "call")

    def _pending(self, node: D, path: Path) -> Piece:
        if len(node.moves) == 1 and isinstance(node.moves[0][1], Number) and node.moves[0][1].value == 1:
            variable = self.piece(node.moves[0][0], (*path, -1)).text
            inside = bracketed(self.piece(node.arg, (*path, 0)))
            d = r"\partial" if self.notation.quotient == "partial" else r"\mathrm{d}"
            return Piece(rf"\frac{{{d}}}{{{d} {variable}}}{inside.text}", ATOM, FRACTION, "call")
        arg = self.piece(node.arg, (*path, 0))
        inside = arg if isinstance(node.arg, Symbol) else bracketed(arg)
        directions = ", ".join(self.piece(d, (*path, k + 1)).text for k, (_, d) in enumerate(node.moves))
        gap = " " if inside.text[:1].isalpha() else ""
        if self.notation.derivative == "partial" and len(node.moves) == 1:
            front = rf"\frac{{\partial}}{{\partial {self.piece(node.moves[0][0], (*path, -1)).text}}}"
            return Piece(f"{front}{gap}{inside.text}[{directions}]", ATOM, FRACTION, "derivative")
        sign = "d" if self.notation.derivative == "d" else "D"
        return Piece(rf"\mathrm{{{sign}}}{gap}{inside.text}[{directions}]", ATOM, taller(inside.height), "derivative")

    def _rate(self, node: Rate, path: Path) -> Piece:
        body = at_least(self.piece(node.body, (*path, 0)), PRODUCT)
        names = [latex_of(p) for p in node.parameters]
        if len(set(names)) == 1:
            order = f"^{{{len(names)}}}" if len(names) > 1 else ""
            front = rf"\frac{{\mathrm{{d}}{order}}}{{\mathrm{{d}} {names[0]}{order}}}"
        else:
            front = r" \, ".join(rf"\frac{{\mathrm{{d}}}}{{\mathrm{{d}} {n}}}" for n in names)
        zero = "=".join([*dict.fromkeys(names), "0"])
        return Piece(rf"\left. {front} \, {body.text} \right|_{{{zero}}}", SCRIPT, FRACTION, "bracket")


class _Argument:
    """What a template may say of an argument: `{0}` its LaTeX, `{0.shape}` its sizes."""

    def __init__(self, piece: Piece, node: Expr) -> None:
        self.text = piece.text
        self.shape = dims_latex(node.shape)

    def __str__(self) -> str:
        return self.text
