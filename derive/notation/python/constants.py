"""Constant arrays, and arrays put together from blocks."""

from __future__ import annotations

from collections.abc import Sequence

from derive.expressions.nodes import Commutation, Expr, Identity, Ones, Stack, Zeros
from derive.expressions.sizes import ONE, is_column, is_row
from derive.notation.python.code import Code, array_shape, as_rank2, size


def constant(node: Expr) -> Code:
    """A leaf without a name.  TypeError for a node that has no NumPy source."""
    match node:
        case Identity(size=n):
            return Code("1.0") if n == ONE else Code(f"np.eye({size(n).text})")
        case Ones(dims=dims):
            return Code("1.0") if node.is_scalar else Code(f"np.ones({array_shape(dims)})")
        case Zeros(dims=dims):
            return Code("0.0") if node.is_scalar else Code(f"np.zeros({array_shape(dims)})")
        case Commutation(rows=m, columns=n):
            if node.is_scalar:
                return Code("1.0")
            rows, columns, both = size(m), size(n), size(m * n)
            order = f"np.arange({both.text}).reshape({columns.text}, {rows.text}).T.ravel()"
            return Code(f"np.eye({both.text})[{order}]")
        case _:
            raise TypeError(f"no NumPy source for {type(node).__name__}")


def stack(node: Stack, codes: Sequence[Sequence[Code]]) -> Code:
    """The array of the blocks whose codes are given, row by row."""
    blocks = [[code.text for code in row] for row in codes]
    flat = [block for row in blocks for block in row]
    if all(block.is_scalar for block in node.children):
        if len(blocks) == 1 or is_column(node.shape):
            return Code(f"np.array([{', '.join(flat)}])")
        return Code(f"np.array([{', '.join('[' + ', '.join(row) + ']' for row in blocks)}])")
    if is_column(node.shape) or is_row(node.shape):
        return Code(f"np.hstack(({', '.join(flat)},))")
    columns = [
        [as_rank2(Code(text), block.shape).text for text, block in zip(texts, row, strict=True)]
        for texts, row in zip(blocks, node.rows, strict=True)
    ]
    return Code(f"np.block([{', '.join('[' + ', '.join(row) + ']' for row in columns)}])")
