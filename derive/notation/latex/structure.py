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
from derive.notation.latex.boxes import Array, Box, Letters, Row, Scripted, Sign, beside, printed
from derive.notation.latex.compose import (
    BLANK,
    MINUS,
    TRANSPOSED,
    digits,
    flat,
    group,
    has_fraction,
    indices,
    is_single,
    is_subscripted,
    letters,
    scripted,
)
from derive.notation.latex.context import Context
from derive.notation.latex.factors import is_null
from derive.notation.latex.piece import ATOM, BLOCK, OPEN, SCRIPT, Piece, at_least, bracketed, marked
from derive.notation.latex.reading import declared
from derive.notation.settings import Notation

_RAISED: dict[str, Box] = {"mathsf": TRANSPOSED, "top": Sign(r"\top")}
"""The sign of a transpose that is raised, by its style."""


UNMARKED: Path = (-1,)
"""A path at which nothing is marked."""
ALL, DELTA = Row((Sign(":"),)), Sign(r"\delta")


class Structure(Context):
    """Transposes, powers, entries, blocks and cases."""

    def _where(self, node: Where, path: Path) -> Piece:
        condition = self.child(node, path, 0)
        branches = (node.then, node.otherwise)
        then, otherwise = (
            self._zero((*path, k))
            if isinstance(e, Zeros) and not all(map(is_null, branches)) else self.child(node, path, k)
            for k, e in enumerate(branches, 1)
        )
        words = self.notation.cases[:2] if node.condition.is_scalar else self.notation.cases[2:]
        met = beside(BLANK, letters("text", words[0]), BLANK, condition.row, BLANK)
        row = Array("cases", (
            (beside(BLANK, then.row, BLANK), met), (beside(BLANK, otherwise.row, BLANK), beside(BLANK, letters("text", words[1]), BLANK)),
        ), gaps=("",))
        return Piece(Row((row,)), OPEN, BLOCK)

    def _delta(self, node: Delta, path: Path) -> Piece:
        below = [self.index(index, (*path, k)) for k, index in enumerate(node.children)]
        letter = DELTA if "delta" not in self.root.free else letters("mathrm", r"\delta")
        single = all(is_single(self.piece(index, UNMARKED).row) for index in node.children)
        return Piece(Row((Scripted(letter, below=group(indices(below, single))),)))

    def index(self, node: Expr, path: Path) -> Row:
        """An index, or what else stands in a script."""
        return flat(self.piece(node, path).row)

    def _entry(self, node: Entry, path: Path) -> Piece:
        sample = self._sample(node, path)
        if sample is not None:
            return sample
        if node.column is None and node.arg.shape[1] != ONE:
            row = self._row(node, path)
            return Piece(transposed(row.row, self.notation), SCRIPT, row.height)
        below = [ALL if index is None else self.index(index, (*path, k)) for k, index in self._indices(node)]
        return self._subscripted(node, path, below[:1] if node.column is None else below)

    def _sample(self, node: Entry, path: Path) -> Piece | None:
        """x_i for a row or column of X, where the author calls it so and nothing else in the expression has that name."""
        letter = written_sample(node, self.root)
        if letter is None:
            return None
        index = self.index(node.children[1], (*path, 1))
        name = declared(symbol_latex(letter))
        name = Row((Letters("boldsymbol", printed(name), name),)) if is_bold("vector", self.notation) else name
        return Piece(scripted(name, below=group(index)), ATOM)

    def _row(self, node: Entry, path: Path) -> Piece:
        return self._subscripted(node, path, [self.index(node.children[1], (*path, 1)), ALL])

    def _indices(self, node: Entry) -> list[tuple[int, Expr | None]]:
        k = 1 if node.row is not None else 0
        return [(k, node.row), (k + 1, node.column)]

    def _subscripted(self, node: Entry, path: Path, rows: list[Row]) -> Piece:
        plain = [self.index(index, UNMARKED) for index in node.children[1:]]
        below = group(indices(rows, len(plain) == len(rows) and all(map(is_single, plain))))
        base = self.piece(node.arg, (*path, 0))
        bare = isinstance(node.arg, Symbol) and base.level == ATOM and not is_subscripted(base.row)
        if bare:
            assert isinstance(node.arg, Symbol)
            name = node.arg.name
            written = "".join(map(printed, plain))
            bare = not {f"{name}{written}", f"{name}_{written}"} & self.root.free
        if bare:
            # An entry of a bold letter is a number, and is not bold.
            assert isinstance(node.arg, Symbol)
            bold = is_bold(kind_of(node.arg.shape), self.notation) and node.is_scalar
            letter = coloured(declared(latex_of(node.arg)), node.arg.name, self.notation) if bold else base.row
            return Piece(scripted(letter, below=below), ATOM, base.height)
        inside = bracketed(base, "[", "]")
        return Piece(scripted(inside.row, below=below), ATOM, inside.height)

    def _stack(self, node: Stack, path: Path) -> Piece:
        k = 0
        rows: list[list[Row]] = []
        for row in node.rows:
            cells = []
            for column, cell in enumerate(row):
                bare = isinstance(cell, Zeros) and _told_by_neighbours(node, row, column)
                cells.append((self._zero((*path, k)) if bare else self.child(node, path, k)).row)
                k += 1
            rows.append(cells)
        # Fractions in rows above one another would touch.
        high = [any(map(has_fraction, cells)) for cells in rows]
        gaps = tuple("5pt" if above and below else "" for above, below in pairwise(high))
        spaced = tuple(tuple(beside(BLANK, cell, BLANK) for cell in cells) for cells in rows)
        return Piece(Row((Array("pmatrix", spaced, gaps=gaps),)), ATOM, BLOCK, "bracket")

    def _zero(self, path: Path) -> Piece:
        """A zero without its size."""
        zero = Piece(digits("0"))
        return marked(zero, self.marks[path]) if path in self.marks else zero

    def _transpose(self, node: Transpose, path: Path) -> Piece:
        style = self.notation.transpose
        arg = node.arg
        inverse = isinstance(arg, Power) and isinstance(arg.exponent, Number) and arg.exponent.value == -1
        mark = self.marks.get((*path, 0))
        if inverse and style in _RAISED:
            base = at_least(self.piece(arg.children[0], (*path, 0, 0)), ATOM)
            piece = Piece(scripted(base.row, above=group(MINUS, _RAISED[style])), SCRIPT, base.height)
            return marked(piece, mark) if mark else piece
        if isinstance(arg, Entry) and arg.column is None and arg.arg.shape[1] != ONE and written_sample(arg, self.root) is None:
            piece = replace(self._row(arg, (*path, 0)), level=SCRIPT)
            return marked(piece, mark) if mark else piece
        base = at_least(self.piece(arg, (*path, 0)), ATOM)
        glue = base.glue if base.glue in ("digit", "derivative") else "letter"
        return Piece(transposed(base.row, self.notation), SCRIPT, base.height, glue)


def transposed(row: Row, notation: Notation) -> Row:
    """The row with the sign of a transpose at its end."""
    sign = _RAISED.get(notation.transpose)
    return scripted(row, primes=1) if sign is None else scripted(row, above=group(sign))


def transpose_sign(notation: Notation) -> Scripted:
    """The sign of a transpose alone, as it stands behind a matrix."""
    sign = _RAISED.get(notation.transpose)
    return Scripted(None, 1) if sign is None else Scripted(None, above=group(sign))


def _told_by_neighbours(node: Stack, row: tuple[Expr, ...], column: int) -> bool:
    """Whether another block in its row and another one in its column tell the shape of a block of zeros."""
    if len({len(r) for r in node.rows}) > 1 or any(r[column].shape[1] != row[column].shape[1] for r in node.rows):
        return False
    beside = any(not is_null(block) for block in row)
    return beside and any(not is_null(r[column]) for r in node.rows)
