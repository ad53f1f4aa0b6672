r"""x_i in a LaTeX formula: row i of a declared matrix X as a column, or, where x is a vector, its entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from derive.expressions.build import transpose
from derive.expressions.nodes import Entry, Expr, SizeValue, Symbol, Unnamed
from derive.language.operands import Operand
from derive.language.samples import described, index_form, no_member, refused, sampled

if TYPE_CHECKING:
    from derive.language.latex.parser import Parser


def refuse_constant(p: Parser, value: Symbol | Unnamed | SizeValue, start: int) -> None:
    """DeriveError for a declared name that ends in the index of a sum around it.

    value  what the name stands for
    start  where it stands, for the message
    """
    if isinstance(value, Symbol) and value.count is not None and not p.own:
        last = p.tokens[p.i + 1] if len(p.tokens) > p.i + 1 else p.tokens[-1]
        if last.text != "_" and len(value.name) == 1:
            raise p.fail(*no_member(value, start))
    if p.own or isinstance(value, SizeValue) or not p.ranges or value.name in p.ranges:
        return
    form = index_form(value.name, p.ranges)
    if form is not None:
        message, hint = refused(value.name, form[1][-1], described(value) if isinstance(value, Symbol) else "one function")
        raise p.fail(message, start, "bound-index", hint)


def sample(p: Parser, word: str, start: int) -> Operand | None:
    r"""What the letter `word` and the indices behind it say; None, and nothing gone past, when it is no letter of samples.

    start  where the letter stands
    """
    if p.token.text != "_":
        return None
    matrix = p.names.samples.get(word) or (None if p.own else sampled(word, p.scope.symbols, _last(p)))
    if matrix is None or (word in p.scope.symbols and matrix is p.scope.symbols[word]):
        return None
    p.take()
    return Operand(sampled_entry(p, matrix, word, start), start, p.last_end)


def _last(p: Parser) -> str | None:
    """The last value of the index that stands behind the `_` here, as it is written."""
    p.i += 1
    name = p.peek().replace(" ", "").removeprefix("\\")
    p.i -= 1
    end = p.ranges.get(name, (None, None))[1]
    return None if end is None else "".join(str(end).split())


def sampled_entry(p: Parser, matrix: Symbol, word: str, at: int) -> Expr:
    """The row, column or entry whose indices stand here, behind the `_`.

    word  the letter as it was written
    at    where it stands
    """
    texts = p.peek().split(" ")
    places = p.places("," not in texts and (len(texts) == 1 or any(text in "+-" for text in texts)))
    if len(places) == 2:
        row = None if places[0] is None else p.place(places[0], matrix.shape[0], matrix.name, "rows")
        column = None if places[1] is None else p.place(places[1], matrix.shape[1], matrix.name, "columns")
        out = p.made(Entry, at, matrix, row, column)
        return transpose(out) if column is None else out
    if len(places) != 1 or places[0] is None:
        raise p.fail(f"{word} stands for the samples in {matrix.name}: write {word}_i", at, "index")
    return p.row_or_column(matrix, places[0], at)
