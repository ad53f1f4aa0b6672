"""Transposes, entries, blocks and cases in LaTeX."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from derive.expressions.nodes import Delta, Entry, Expr, Number, Power, Stack, Symbol, Transpose, Where, Zeros
from derive.expressions.sizes import ONE
from derive.expressions.spelling import latex_of, symbol_latex
from derive.expressions.traverse import Path
from derive.language.samples import written_sample
from derive.notation.bold import is_bold, kind_of
from derive.notation.coloured import coloured
from derive.notation.latex.context import Context
from derive.notation.latex.factors import is_null
from derive.notation.latex.piece import ATOM, BLOCK, OPEN, SCRIPT, Piece, at_least, bracketed, marked, small

TRANSPOSE = {"mathsf": r"^{\mathsf T}", "top": r"^{\top}", "prime": "'"}
INVERSE_TRANSPOSE = {"mathsf": r"^{-\mathsf T}", "top": r"^{-\top}"}


UNMARKED: Path = (-1,)
"""A path at which nothing is marked."""


class Structure(Context):
    """Transposes, powers, entries, blocks and cases."""

    def _where(self, node: Where, path: Path) -> Piece:
        condition = self.child(node, path, 0)
        branches = (node.then, node.otherwise)
        then, otherwise = (
            Piece(self._zero((*path, k)))
            if isinstance(e, Zeros) and not all(map(is_null, branches)) else self.child(node, path, k)
            for k, e in enumerate(branches, 1)
        )
        words = self.notation.cases[:2] if node.condition.is_scalar else self.notation.cases[2:]
        text = (
            rf"\begin{{cases}} {then.text} & \text{{{words[0]}}} {condition.text} \\ "
            rf"{otherwise.text} & \text{{{words[1]}}} \end{{cases}}"
        )
        return Piece(text, OPEN, BLOCK)

    def _delta(self, node: Delta, path: Path) -> Piece:
        indices = [small(self.piece(index, (*path, k)).text) for k, index in enumerate(node.children)]
        letter = r"\delta" if "delta" not in self.root.free else r"\mathrm{\delta}"
        single = all(len(self.piece(index, UNMARKED).text) == 1 for index in node.children)
        return Piece(f"{letter}_{{{('' if single else ', ').join(indices)}}}")

    def _entry(self, node: Entry, path: Path) -> Piece:
        sample = self._sample(node, path)
        if sample is not None:
            return sample
        if node.column is None and node.arg.shape[1] != ONE:
            row = self._row(node, path)
            return Piece(row.text + TRANSPOSE[self.notation.transpose], SCRIPT, row.height)
        indices = [
            ":" if index is None else small(self.piece(index, (*path, k)).text)
            for k, index in self._indices(node)
        ]
        if node.column is None:
            indices = indices[:1]
        return self._subscripted(node, path, indices)

    def _sample(self, node: Entry, path: Path) -> Piece | None:
        """x_i for a row or column of X, where the author calls it so and nothing else in the expression has that name."""
        letter = written_sample(node, self.root)
        if letter is None:
            return None
        index = small(self.piece(node.children[1], (*path, 1)).text)
        text = symbol_latex(letter) if not is_bold("vector", self.notation) else rf"\boldsymbol{{{symbol_latex(letter)}}}"
        return Piece(f"{text}_{{{index}}}", ATOM)

    def _row(self, node: Entry, path: Path) -> Piece:
        index = small(self.piece(node.children[1], (*path, 1)).text)
        return self._subscripted(node, path, [index, ":"])

    def _indices(self, node: Entry) -> list[tuple[int, Expr | None]]:
        k = 1 if node.row is not None else 0
        return [(k, node.row), (k + 1, node.column)]

    def _subscripted(self, node: Entry, path: Path, indices: list[str]) -> Piece:
        plain = [small(self.piece(index, UNMARKED).text) for index in node.children[1:]]
        single = len(plain) == len(indices) and all(len(index) == 1 for index in plain)
        below = ("" if single else ", ").join(indices)
        base = self.piece(node.arg, (*path, 0))
        bare = isinstance(node.arg, Symbol) and base.level == ATOM and "_" not in base.text
        if bare:
            assert isinstance(node.arg, Symbol)
            name = node.arg.name
            written = "".join(plain)
            bare = not {f"{name}{written}", f"{name}_{written}"} & self.root.free
        if bare:
            # An entry of a bold letter is a number, and is not bold.
            bold = isinstance(node.arg, Symbol) and is_bold(kind_of(node.arg.shape), self.notation) and node.is_scalar
            letter = coloured(latex_of(node.arg), node.arg.name, self.notation) if bold and isinstance(node.arg, Symbol) else base.text
            return Piece(f"{letter}_{{{below}}}", ATOM, base.height)
        inside = bracketed(base, "[", "]")
        return Piece(f"{inside.text}_{{{below}}}", ATOM, inside.height)

    def _stack(self, node: Stack, path: Path) -> Piece:
        k = 0
        rows = []
        for row in node.rows:
            cells = []
            for column, cell in enumerate(row):
                bare = isinstance(cell, Zeros) and _told_by_neighbours(node, row, column)
                cells.append(self._zero((*path, k)) if bare else self.child(node, path, k).text)
                k += 1
            rows.append(" & ".join(cells))
        # Fractions in rows above one another would touch.
        close = [r"\\[5pt]" if r"\frac" in above and r"\frac" in below else r"\\" for above, below in pairwise(rows)]
        body = rows[0] + "".join(f" {space} {row}" for space, row in zip(close, rows[1:], strict=True))
        return Piece(rf"\begin{{pmatrix}} {body} \end{{pmatrix}}", ATOM, BLOCK, "bracket")

    def _zero(self, path: Path) -> str:
        return f"{self.marks[path]}{{0}}" if path in self.marks else "0"

    def _transpose(self, node: Transpose, path: Path) -> Piece:
        style = self.notation.transpose
        arg = node.arg
        inverse = isinstance(arg, Power) and isinstance(arg.exponent, Number) and arg.exponent.value == -1
        mark = self.marks.get((*path, 0))
        if inverse and style in INVERSE_TRANSPOSE:
            base = at_least(self.piece(arg.children[0], (*path, 0, 0)), ATOM)
            piece = Piece(base.text + INVERSE_TRANSPOSE[style], SCRIPT, base.height)
            return marked(piece, mark) if mark else piece
        if isinstance(arg, Entry) and arg.column is None and arg.arg.shape[1] != ONE and written_sample(arg, self.root) is None:
            piece = replace(self._row(arg, (*path, 0)), level=SCRIPT)
            return marked(piece, mark) if mark else piece
        base = at_least(self.piece(arg, (*path, 0)), ATOM)
        return Piece(base.text + TRANSPOSE[style], SCRIPT, base.height, base.glue if base.glue in ("digit", "derivative") else "letter")


def _told_by_neighbours(node: Stack, row: tuple[Expr, ...], column: int) -> bool:
    """Whether another block in its row and another one in its column tell the shape of a block of zeros."""
    if len({len(r) for r in node.rows}) > 1 or any(r[column].shape[1] != row[column].shape[1] for r in node.rows):
        return False
    beside = any(not is_null(block) for block in row)
    return beside and any(not is_null(r[column]) for r in node.rows)
