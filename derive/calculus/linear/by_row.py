"""The rows of `rules/vectorized` filled: the matrix of a function that is linear in the argument that holds the direction."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from derive.calculus.rules.identities import IDENTITIES
from derive.calculus.rules.law import Law, side
from derive.calculus.rules.rule import fill, matched
from derive.calculus.simplify.simplify import tidy
from derive.expressions.build import matmul, scale, transpose
from derive.expressions.nodes import Call, Expr, MatMul, Scale, Symbol
from derive.expressions.rewrite import transform
from derive.expressions.sizes import Size, is_column, is_row
from derive.values import dataclass


@dataclass(frozen=True)
class Stacked:
    """A row filled.

    law     the row
    matrix  M in vec f(A) = M vec(A); None for the identity
    arg     A, which holds the direction; where the row only writes the function in another way, that
    """

    law: Law
    matrix: Expr | None
    arg: Expr


@dataclass(frozen=True)
class _Row:
    """A law taken apart: what the function looks like, the matrix, and whether it is applied to the argument or the right side is all."""

    law: Law
    pattern: Call
    matrix: Expr | None
    rewritten: Expr | None


@lru_cache(maxsize=1)
def _table() -> dict[str, tuple[_Row, ...]]:
    """By the name of the function."""
    out: dict[str, tuple[_Row, ...]] = {}
    for law in IDENTITIES.values():
        if law.runs == "vectorized":
            row = _row(law)
            out[row.pattern.name] = (*out.get(row.pattern.name, ()), row)
    return out


def forget() -> None:
    """The table is made anew from the rows that there are."""
    _table.cache_clear()


def _row(law: Law) -> _Row:
    left, right = side(law, law.left), side(law, law.right)
    pattern = left.args[0] if isinstance(left, Call) and left.name == "vec" else left
    assert isinstance(pattern, Call), law.name
    scalar, body = (right.scalar, right.arg) if isinstance(right, Scale) else (None, right)
    *factors, last = body.factors if isinstance(body, MatMul) else (body,)
    if not _is_letter(last, law.wrt):
        return _Row(law, pattern, None, right)
    matrix = matmul(*factors) if factors else None
    return _Row(law, pattern, matrix if scalar is None or matrix is None else scale(scalar, matrix), None)


def _is_letter(expr: Expr, letter: str) -> bool:
    """X, or vec(X)."""
    inner = expr.args[0] if isinstance(expr, Call) and expr.name == "vec" else expr
    return isinstance(inner, Symbol) and inner.name == letter


def by_row(expr: Call, h: Symbol) -> Stacked | None:
    """The first row that fits a function whose one argument holds the direction h; None without one."""
    return next(_fitting(expr, h), None)


def _fitting(expr: Call, h: Symbol) -> Iterator[Stacked]:
    for row in _table().get(expr.name, ()):
        found = matched(row.pattern, expr)
        if found is None:
            continue
        letters, sizes = found
        if [name for name, value in letters.items() if h.name in value.free] != [row.law.wrt]:
            continue
        if row.rewritten is not None:
            yield Stacked(row.law, None, fill(row.rewritten, letters, sizes))
        else:
            yield Stacked(row.law, None if row.matrix is None else _filled(row.matrix, letters, sizes), letters[row.law.wrt])


def _filled(matrix: Expr, letters: dict[str, Expr], sizes: dict[str, Size]) -> Expr:
    return tidy(transform(fill(matrix, letters, sizes), _one_column))


def _one_column(node: Expr) -> Expr:
    """u for vec(u), vec(u')."""
    if isinstance(node, Call) and node.name == "vec":
        (arg,) = node.args
        return arg if is_column(arg.shape) else transpose(arg) if is_row(arg.shape) else node
    return node
