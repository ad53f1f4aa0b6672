"""Whether the LaTeX of an expression says that expression: it is read again and compared."""

from __future__ import annotations

from dataclasses import replace

from derive.errors import DeriveError
from derive.expressions.einstein import bare, summed
from derive.expressions.nodes import (
    Apply,
    Commutation,
    D,
    Expr,
    Identity,
    Map,
    Ones,
    Rate,
    Rounded,
    SizeValue,
    Sum,
    Symbol,
    Unit,
    Unnamed,
    Zeros,
    number,
)
from derive.expressions.rewrite import transform
from derive.expressions.sizes import Size
from derive.expressions.traverse import walk
from derive.language.latex.input import parse
from derive.language.scope import Scope
from derive.notation.latex.latex import latex
from derive.notation.settings import DEFAULT, Notation


def misread(expr: Expr, notation: Notation = DEFAULT) -> str | None:
    """None when the LaTeX of the expression reads back as the very same expression; else one sentence that says how it
    differs.  Expressions nested more than 80 deep cannot be read back, and the sentence says that."""
    text = latex(expr, notation)
    silent = {node.index.name: node.index for node in walk(expr) if isinstance(node, Sum) and node.silent}
    scope, moves, bound = names_of(bare(expr))
    scope = Scope({**scope.symbols, **silent}, scope.unnamed, scope.sizes) if silent else scope
    try:
        found = parse(text, scope, shape=expr.shape, own=True, moves=moves, bound=bound)
    except DeriveError as error:
        return f"the LaTeX {text} is not read: {error.message}"
    if silent:
        found = summed(found, silent)
    return None if found is transform(expr, _as_a_fraction) else f"the LaTeX {text} is read as another expression"


def _as_a_fraction(node: Expr) -> Expr:
    """A rounded number is written, and read, as a decimal, which is a fraction."""
    return number(node.value) if isinstance(node, Rounded) else node


def names_of(expr: Expr) -> tuple[Scope, tuple[tuple[Symbol, Expr], ...], tuple[Symbol, ...]]:
    """The scope of an expression's own names; the moves of its pending derivatives; the symbols that it binds."""
    symbols: dict[str, Symbol] = {}
    unnamed: dict[str, Unnamed] = {}
    sizes: set[str] = set()
    moves: dict[tuple[Symbol, Expr], None] = {}
    bound: dict[Symbol, None] = {}
    for node in walk(expr):
        found: tuple[Size, ...] = node.shape
        match node:
            case Symbol():
                symbols[node.name] = node if node.count is None else replace(node, index=None)
            case Map() | Apply():
                if isinstance(node.function, Unnamed):
                    unnamed[node.function.name] = node.function
            case D():
                moves.update(dict.fromkeys(node.moves))
                symbols.update((s.name, s) for s, _ in node.moves)
            case Rate():
                bound.update(dict.fromkeys(node.parameters))
            case Sum():
                bound[node.index] = None
            case SizeValue() | Unit() | Identity():
                found = (node.size, *found)
            case Ones() | Zeros():
                found = (*node.dims, *found)
            case Commutation():
                found = (node.rows, node.columns)
        sizes.update(name for size in found for name in size.names)
    for symbol in bound:
        symbols.pop(symbol.name, None)
    return Scope(symbols, unnamed, frozenset(sizes)), tuple(moves), tuple(bound)
