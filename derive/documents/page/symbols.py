"""The table of notation: every symbol of some problems, what it is, and its shape, generated from what their files declare."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from derive.derivation.derivation import Derivation
from derive.documents.page.items import SymbolRow, SymbolTable
from derive.documents.page.question import head_of_function, said, space_of
from derive.documents.wording.plain import one_line
from derive.expressions.nodes import Symbol, Unnamed
from derive.expressions.sizes import Shape, is_column, is_scalar
from derive.expressions.spelling import symbol_latex, unnamed_latex
from derive.language.problems.problem import Problem
from derive.notation.latex.boxes import Row, Sign, beside
from derive.notation.latex.compose import BLANK
from derive.notation.latex.compose import listed as beside_each_other
from derive.notation.latex.latex import formula
from derive.notation.latex.reading import declared
from derive.notation.latex.text import Text, filled
from derive.notation.settings import Notation

ON_A_FRAME = 11
"""So many rows stand on one slide."""

Told = tuple[Problem, Derivation | None]
Found = tuple[str, Row, Row]
"""(what it is, its shape, its name)."""


def tables(
    told: Sequence[Told], notation: Notation, words: Mapping[str, str], title: Text | str, mark: str, most: int = 0
) -> tuple[SymbolTable, ...]:
    """The table of these problems, in one piece or in pieces of `most` rows; symbols that are the same stand in one row.

    told   what each problem tells of its symbols
    words  the language's, by key
    title  of the table
    mark   the name of its place in TeX's log

    A derivation adds the letters that it names; without one nothing of a solution is in the table.
    """
    rows: dict[tuple[str, Row], dict[Row, None]] = {}
    for problem, derivation in told:
        for what, shape, symbol in _found(problem, derivation, notation, words):
            rows.setdefault((what, shape), {}).setdefault(symbol)
    order = {words[f"is.{kind}"]: k for k, kind in enumerate(_ORDER)}
    ordered = sorted(rows.items(), key=lambda row: order.get(row[0][0].split(words["comma"])[0], len(order)))
    rowed = tuple(SymbolRow(beside_each_other(symbols), filled(what), shape) for (what, shape), symbols in ordered)
    count = math.ceil(len(rowed) / most) if most else 1
    bounds = [round(k * len(rowed) / count) for k in range(count + 1)]
    pieces = [rowed[a:b] for a, b in pairwise(bounds)]
    said_title = title if isinstance(title, Text) else filled(title)
    name = "symbols-" + re.sub(r"\W+", "-", mark)
    return tuple(SymbolTable(name, said_title, one_line(said_title), piece, k, len(pieces), mark) for k, piece in enumerate(pieces, 1) if piece)


_ORDER = ("value", "variable", "direction", "matrix", "vector", "scalar", "intermediate", "function", "size")


def _found(problem: Problem, derivation: Derivation | None, notation: Notation, words: Mapping[str, str]) -> Iterable[Found]:
    yield words["is.value"], space_of(problem.function.shape), head_of_function(problem, notation)
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
        yield words["is.intermediate"], space_of(symbol.shape), formula(symbol, notation)
    for function in problem.unnamed.values():
        yield words["is.function"], _mapping(function), declared(unnamed_latex(function))
    sizes = {name for symbol in problem.symbols.values() for size in symbol.shape for name in size.names}
    for name in sorted(sizes):
        yield words["is.size"], declared(r"\mathbb{N}"), declared(symbol_latex(name))


def _occurs(symbol: Symbol, derivation: Derivation) -> bool:
    return any(symbol.name in line.expr.free for chain in derivation.chains for line in chain.lines)


def _row(symbol: Symbol, kind: str, notation: Notation, words: Mapping[str, str]) -> Found:
    has = [words[f"has.{name}"] for name in said(symbol.has)]
    return words["comma"].join([words[f"is.{kind}"], *has]), space_of(symbol.shape), formula(symbol, notation)


def _kind(shape: Shape) -> str:
    return "scalar" if is_scalar(shape) else "vector" if is_column(shape) else "matrix"


def _mapping(function: Unnamed) -> Row:
    """`\\mathbb{R}^{n} \\to \\mathbb{R}`; entry by entry it is a function of numbers."""
    if function.argument is None or function.value is None:
        return declared(r"\mathbb{R} \to \mathbb{R}")
    return beside(space_of(function.argument), BLANK, Sign(r"\to"), BLANK, space_of(function.value))
