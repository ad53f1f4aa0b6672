"""Matrices and cases in a LaTeX formula."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from derive.expressions.build import ZERO
from derive.expressions.nodes import Compare, Expr, Stack, Where, Zeros
from derive.expressions.sizes import Size, is_scalar
from derive.language.operands import Operand, Unsized

if TYPE_CHECKING:
    from derive.language.latex.parser import Parser

_MATRICES = frozenset(("pmatrix", "bmatrix", "matrix", "Bmatrix", "smallmatrix", "psmallmatrix", "bsmallmatrix"))
_COMPARE = {"<": "<", ">": ">", r"\le": "<=", r"\ge": ">="}
_OPPOSITE = {"<": ">=", ">": "<=", "<=": ">", ">=": "<"}
_IF = frozenset(("if", "for", "where", "when", "if ", "falls", ""))
_ELSE = frozenset(("otherwise", "else", "elsewhere", "sonst"))


def environment(p: Parser) -> Operand:
    token = p.token
    if token.text in _MATRICES:
        return _matrix(p)
    if token.text in ("cases", "dcases", "rcases"):
        return _cases(p)
    hint = r"a determinant is written \det(A)" if token.text in ("vmatrix", "Vmatrix") else None
    raise p.fail(f"the environment {token.text} is not part of the language", token.start, "unknown-macro", hint)


def _open(p: Parser) -> tuple[list[str], int]:
    token = p.take()
    p.deeper(token.start)
    bars, p.bars = p.bars, []
    return bars, token.start


def _close(p: Parser, name: str, bars: list[str], start: int) -> None:
    if p.token.kind == "end":
        raise p.fail(rf"\begin{{{name}}} is never closed", start, "parentheses")
    if p.token.kind != "end-env" or p.token.text != name:
        raise p.leftover()
    p.take()
    p.bars = bars
    p.depth -= 1


def _matrix(p: Parser) -> Operand:
    name = p.token.text
    bars, start = _open(p)
    rows: list[list[Operand]] = [[p.sum()]]
    while p.token.kind != "end-env":
        if p.skip("&"):
            rows[-1].append(p.sum())
        elif p.skip(r"\\"):
            _row_space(p)
            if p.token.kind == "end-env":
                break
            rows.append([p.sum()])
        else:
            _close(p, name, bars, start)
    _close(p, name, bars, start)
    if len(rows) == 1 and len(rows[0]) == 1:
        return Operand(rows[0][0].value, start, p.last_end, None, True)
    blocks = tuple(tuple(_block(p, rows, i, k) for k in range(len(row))) for i, row in enumerate(rows))
    return Operand(p.made(Stack, start, blocks), start, p.last_end, None, True)


def _row_space(p: Parser) -> None:
    r"""The space after a row, `\\[3pt]`, says nothing; as in LaTeX, a bracket after a gap is one of the next row."""
    if p.token.text != "[" or p.token.gap:
        return
    start = p.take().start
    inside = ""
    while p.token.kind == "char" and p.token.text != "]":
        inside += p.take().text
    if not p.skip("]") or not re.fullmatch(r"\d*\.?\d+(pt|em|ex|mm)", inside):
        raise p.fail(r"after `\\`, a bracket holds a space such as [3pt]", start, "syntax")


def _block(p: Parser, rows: list[list[Operand]], i: int, k: int) -> Expr:
    """A block; a bare I, or a 0 among matrices, has the sizes of its neighbours in its row and in its column."""
    block = rows[i][k]
    if isinstance(block.value, Expr) and block.value is not ZERO:
        return block.value
    beside = [b.value for b in rows[i] if isinstance(b.value, Expr) and b.value is not ZERO]
    aligned = len({len(row) for row in rows}) == 1
    above = [r[k].value for r in rows] if aligned else []
    tall = next((e.shape[0] for e in beside), None)
    wide = next((e.shape[1] for e in above if isinstance(e, Expr) and e is not ZERO), None)
    if isinstance(block.value, Unsized):
        size: Size | None = tall or wide
        return p.combine.sized(block) if size is None else block.value.build(size)
    if tall is None or wide is None or is_scalar((tall, wide)):
        return block.value
    return Zeros((tall, wide))


def _words(p: Parser) -> str | None:
    r"""The words of a \text{…} that begins here, which is gone past; None when there is none."""
    if p.token.text not in (r"\text", r"\mbox", r"\textrm", r"\mathrm", r"\operatorname"):
        return None
    p.take()
    first, last = p.group()
    return "".join(t.text for t in p.tokens[first:last])


def _case(p: Parser) -> tuple[Expr, Compare | None]:
    """A value and its condition, None for `otherwise`, and the sign behind them."""
    value = p.combine.sized(p.sum())
    p.skip(",")
    if not p.skip("&"):
        raise p.fail(r"in cases, `&` stands between a value and its condition", p.token.start)
    at = p.token.start
    word = _words(p)
    if p.own and word is not None and word not in _IF:
        # Our own line may be in any language: what is followed by a comparison is a condition.
        word = "otherwise" if p.token.text == r"\\" or p.token.kind == "end-env" else "if"
    if word is not None and word not in _ELSE and word not in _IF:
        raise p.fail(f"`{word}` is no condition: write \\text{{if }} a < b, or \\text{{otherwise}}", at, "condition")
    condition = None if word in _ELSE else _condition(p)
    if p.token.text in (",", "."):
        p.take()
    return value, condition


def _opposite(condition: Compare, before: Compare) -> bool:
    """a ≥ b, or b ≤ a, after a < b."""
    same = condition.left is before.left and condition.right is before.right
    turned = condition.left is before.right and condition.right is before.left
    mirrored = condition.op in ("<", "<=") and before.op in ("<", "<=") and condition.op != before.op
    return (same and condition.op == _OPPOSITE[before.op]) or (turned and mirrored)


def _cases(p: Parser) -> Operand:
    """Values and their conditions, the last one `otherwise` or the opposite of the one before."""
    name = p.token.text
    bars, start = _open(p)
    rows: list[tuple[Expr, Compare | None]] = []
    while True:
        rows.append(_case(p))
        if not p.skip(r"\\") or p.token.kind == "end-env":
            break
    _close(p, name, bars, start)
    if len(rows) < 2:
        raise p.fail("cases have at least two rows", start, "condition")
    condition, before = rows[-1][1], rows[-2][1]
    if condition is not None and before is not None and not _opposite(condition, before):
        raise p.fail(r"the last case is \text{otherwise}, or the opposite of the one before", start, "condition")
    shape = next((e.shape for e, _ in rows if e is not ZERO), rows[-1][0].shape)
    zero: Expr = ZERO if is_scalar(shape) else Zeros(shape)
    rows = [(zero if e is ZERO else e, test) for e, test in rows]
    value = rows[-1][0]
    for then, test in reversed(rows[:-1]):
        if test is None:
            raise p.fail(r"\text{otherwise} stands in the last row", start, "condition")
        value = p.made(Where, start, test, then, value)
    return Operand(value, start, p.last_end, None, True)


def _condition(p: Parser) -> Compare:
    left = p.combine.sized(p.sum())
    op = p.token
    if op.text not in _COMPARE:
        raise p.fail(r"a condition compares: a < b, a \le b, a > b, a \ge b", op.start, "condition")
    p.take()
    right = p.combine.sized(p.sum())
    out = p.made(Compare, op.start, _COMPARE[op.text], left, right)
    assert isinstance(out, Compare)
    return out
