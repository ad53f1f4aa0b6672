"""Integers in expressions: sizes, indices, their ranges."""

from __future__ import annotations

from collections.abc import Mapping

from derive.expressions.nodes import Add, Expr, Number, Power, SizeValue, Symbol, Times
from derive.expressions.sizes import Size

Range = tuple[Size | None, Size | None]


def integer_valued(expr: Expr) -> bool:
    """Whether it is an integer by its form: integers, sizes, integer symbols, their sums and products."""
    match expr:
        case Number(value):
            return value.denominator == 1
        case SizeValue():
            return True
        case Symbol():
            return "integer" in expr.has
        case Add(parts) | Times(parts):
            return all(integer_valued(part) for part in parts)
        case Power(base, Number(value)):
            return value >= 0 and value.denominator == 1 and integer_valued(base)
        case _:
            return False


def as_size(expr: Expr) -> Size | None:
    """The size that an expression in size names says; None for one that is not a positive sum of products."""
    match expr:
        case Number(value):
            return Size.of(int(value)) if value.denominator == 1 and 0 < value <= 10**6 else None
        case SizeValue(size):
            return size
        case Add(parts) | Times(parts):
            out: Size | None = None
            for part in parts:
                one = as_size(part)
                if one is None:
                    return None
                out = one if out is None else out + one if isinstance(expr, Add) else out * one
            return out if out is not None and len(out.terms) <= 64 else None
        case _:
            return None


def index_range(expr: Expr, ranges: Mapping[str, Range]) -> Range:
    """The least and the greatest value of an index, as sizes, where they can be told."""
    match expr:
        case Number(value) if value.denominator == 1:
            return Size.of(int(value)), Size.of(int(value))
        case SizeValue(size):
            return size, size
        case Symbol(name) if name in ranges:
            return ranges[name]
        case Times((Number(value), rest)) if value.denominator == 1:
            low, high = index_range(rest, ranges)
            factor = Size.of(int(value))
            low, high = (low * factor if low else None), (high * factor if high else None)
            return (low, high) if value > 0 else (high, low)
        case Add(parts):
            bounds = [index_range(part, ranges) for part in parts]
            return _total([b[0] for b in bounds]), _total([b[1] for b in bounds])
        case _:
            return None, None


def _total(sizes: list[Size | None]) -> Size | None:
    out = Size(())
    for size in sizes:
        if size is None:
            return None
        out = out + size
    return out


def check_index(
    index: Expr, size: Size, ranges: Mapping[str, Range], words: str, has: str
) -> tuple[str, str | None] | None:
    """What is wrong with an index into `size` places, as (message, hint), or None when it may be right.

    words  the index as the author wrote it
    has    what the matrix is, for the message: `A is m×n`
    """
    if not index.is_scalar or not integer_valued(index):
        if isinstance(index, Number):
            return f"an index is a positive integer, not {words}", None
        named = f"declare `{words}: integer`" if isinstance(index, Symbol) else None
        return f"an index is a positive integer, and {words} is not declared as one", named
    low, high = index_range(index, ranges)
    least = _constant(low, Size.of(1))
    if least is not None and least < 0:
        return f"index {words} is out of range: indices are counted from 1", None
    excess = _constant(high, size)
    if excess is not None and excess > 0:
        reach = "" if isinstance(index, Number) else f" (it reaches {high})"
        return f"index {words} is out of range{reach}: {has}", "indices are counted from 1"
    return None


def _constant(size: Size | None, reference: Size) -> int | None:
    """size - reference when that is a number."""
    if size is None:
        return None
    difference = size + reference * Size.of(-1)
    return difference.value({}) if difference.is_number else None
