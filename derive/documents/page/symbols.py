"""The table of notation: every symbol of some problems, what it is, and its shape, generated from what their files declare."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from derive.derivation.derivation import Derivation
from derive.documents.page.items import SymbolRow, SymbolTable
from derive.documents.page.question import head_of_function, said, space_of
from derive.expressions.nodes import Symbol, Unnamed
from derive.expressions.sizes import Shape, is_column, is_scalar
from derive.expressions.spelling import symbol_latex, unnamed_latex
from derive.language.problems.problem import Problem
from derive.notation.latex import latex
from derive.notation.settings import Notation

ON_A_FRAME = 11
"""So many rows stand on one slide."""

Told = tuple[Problem, Derivation | None]
Found = tuple[str, str, str]
"""(what it is, its shape, its LaTeX)."""


def tables(told: Sequence[Told], notation: Notation, words: Mapping[str, str], title: str, mark: str, most: int = 0) -> tuple[SymbolTable, ...]:
    """The table of these problems, in one piece or in pieces of `most` rows; symbols that are the same stand in one row.

    told   what each problem tells of its symbols
    words  the language's, by key
    title  of the table
    mark   the name of its place in TeX's log

    A derivation adds the letters that it names; without one nothing of a solution is in the table.
    """
    rows: dict[tuple[str, str], dict[str, None]] = {}
    for problem, derivation in told:
        for what, shape, symbol in _found(problem, derivation, notation, words):
            rows.setdefault((what, shape), {}).setdefault(symbol)
    order = {words[f"is.{kind}"]: k for k, kind in enumerate(_ORDER)}
    listed = sorted(rows.items(), key=lambda row: order.get(row[0][0].split(words["comma"])[0], len(order)))
    filled = tuple(SymbolRow(", ".join(symbols), what, shape) for (what, shape), symbols in listed)
    count = math.ceil(len(filled) / most) if most else 1
    bounds = [round(k * len(filled) / count) for k in range(count + 1)]
    pieces = [filled[a:b] for a, b in pairwise(bounds)]
    name = "symbols-" + re.sub(r"\W+", "-", mark)
    return tuple(SymbolTable(name, title, title, piece, k, len(pieces), mark) for k, piece in enumerate(pieces, 1) if piece)


_ORDER = ("value", "variable", "direction", "matrix", "vector", "scalar", "intermediate", "function", "size")


def _found(problem: Problem, derivation: Derivation | None, notation: Notation, words: Mapping[str, str]) -> Iterable[Found]:
    yield words["is.value"], space_of(problem.function.shape), str(head_of_function(problem, notation))
    for symbol in problem.wrt:
        yield _row(symbol, "variable", notation, words)
    if derivation is not None:
        for symbol in (*problem.directions, *problem.second_directions):
            if isinstance(symbol, Symbol) and _occurs(symbol, derivation):
                yield _row(symbol, "direction", notation, words)
    for symbol in problem.symbols.values():
        if symbol not in problem.wrt:
            yield _row(symbol, _kind(symbol.shape), notation, words)
    named = (*problem.let, *(derivation.where if derivation is not None else ()))
    for symbol, _ in named:
        yield words["is.intermediate"], space_of(symbol.shape), latex.latex(symbol, notation)
    for function in problem.unnamed.values():
        yield words["is.function"], _mapping(function), unnamed_latex(function)
    sizes = {name for symbol in problem.symbols.values() for size in symbol.shape for name in size.names}
    for name in sorted(sizes):
        yield words["is.size"], r"\mathbb{N}", symbol_latex(name)


def _occurs(symbol: Symbol, derivation: Derivation) -> bool:
    return any(symbol.name in line.expr.free for chain in derivation.chains for line in chain.lines)


def _row(symbol: Symbol, kind: str, notation: Notation, words: Mapping[str, str]) -> Found:
    has = [words[f"has.{name}"] for name in said(symbol.has)]
    return words["comma"].join([words[f"is.{kind}"], *has]), space_of(symbol.shape), latex.latex(symbol, notation)


def _kind(shape: Shape) -> str:
    return "scalar" if is_scalar(shape) else "vector" if is_column(shape) else "matrix"


def _mapping(function: Unnamed) -> str:
    """`\\mathbb{R}^{n} \\to \\mathbb{R}`; entry by entry it is a function of numbers."""
    if function.argument is None or function.value is None:
        return r"\mathbb{R} \to \mathbb{R}"
    return rf"{space_of(function.argument)} \to {space_of(function.value)}"
