"""Matrices of blocks: products block by block, where zeros and identities make them shorter."""

from __future__ import annotations

from collections.abc import Callable

from derive.calculus.simplify.measure import measure
from derive.expressions.build import add, counted, is_zero, matmul, scale, total, transpose
from derive.expressions.nodes import Entry, Expr, Identity, MatMul, Ones, Scale, Stack, Transpose
from derive.expressions.sizes import ONE, Size, is_column

Simplify = Callable[[Expr], Expr]


def product(node: Expr, simplify: Simplify) -> Expr | None:
    """Neighbours that are written in blocks, multiplied block by block where that is shorter."""
    body = node.arg if isinstance(node, Scale) else node
    if not isinstance(body, MatMul):
        return None
    for k, (left, right) in enumerate(zip(body.factors, body.factors[1:], strict=False)):
        if not any(_blocks(side) for side in (left, right)):
            continue  # tables of numbers are multiplied where numbers are put in
        new = _multiplied(left, right, simplify)
        if new is not None and measure(new) < measure(left) + measure(right):
            out = matmul(*body.factors[:k], new, *body.factors[k + 2 :])
            return scale(node.scalar, out) if isinstance(node, Scale) else out
    return None


def _blocks(side: Expr) -> bool:
    """Whether it is written in blocks, or the transpose of what is."""
    whole = side.arg if isinstance(side, Transpose) else side
    return isinstance(whole, Stack) and not all(b.is_scalar for b in whole.children)


def single(node: Expr, _: Simplify) -> Expr | None:
    """A matrix of one block, and blocks that are all zero or ones."""
    assert isinstance(node, Stack)
    if len(node.rows) == 1 and len(node.rows[0]) == 1:
        return node.rows[0][0]
    if all(isinstance(b, Ones) for b in node.children):
        return Ones(node.shape)
    diagonal = len(node.rows) > 1 and all(len(row) == len(node.rows) for row in node.rows) and not node.children[0].is_scalar
    if diagonal and all(
        isinstance(b, Identity) if i == j else is_zero(b) for i, row in enumerate(node.rows) for j, b in enumerate(row)
    ):
        return Identity(node.shape[0])
    return None


def entry(node: Expr, _: Simplify) -> Expr | None:
    """The entry of a product whose first factor is written in blocks, by the block of one row in which it lies."""
    if not isinstance(node, Entry) or not node.is_scalar or not isinstance(node.arg, MatMul) or not is_column(node.arg.shape):
        return None
    first, *others = node.arg.factors
    above = Size.of(1)
    for row in (_rows(first) or ()) if _blocks(first) else ():
        if len(row) == 1 and row[0].shape[0] == ONE and counted(above) is node.row:
            return matmul(row[0], *others)
        above = above + row[0].shape[0]
    return None


def _multiplied(left: Expr, right: Expr, simplify: Simplify) -> Expr | None:
    a, b = _rows(left), _rows(right)
    if a is None or b is None or len({len(r) for r in a}) != 1 or len({len(r) for r in b}) != 1:
        return None
    if [x.shape[1] for x in a[0]] != [r[0].shape[0] for r in b]:
        return None
    out = tuple(
        tuple(simplify(_sum([matmul(x, r[j]) for x, r in zip(row, b, strict=True)], row, b, j)) for j in range(len(b[0]))) for row in a
    )
    return out[0][0] if len(out) == len(out[0]) == 1 else Stack(out)


def _sum(parts: list[Expr], row: tuple[Expr, ...], b: tuple[tuple[Expr, ...], ...], j: int) -> Expr:
    kept = [p for p, x, r in zip(parts, row, b, strict=True) if not is_zero(x) and not is_zero(r[j])]
    return add(*kept) if kept else total([], (row[0].shape[0], b[0][j].shape[1]))


def _rows(expr: Expr) -> tuple[tuple[Expr, ...], ...] | None:
    if isinstance(expr, Transpose) and isinstance(expr.arg, Stack) and len({len(row) for row in expr.arg.rows}) == 1:
        return tuple(tuple(transpose(b) for b in column) for column in zip(*expr.arg.rows, strict=True))
    return expr.rows if isinstance(expr, Stack) else ((expr,),)


