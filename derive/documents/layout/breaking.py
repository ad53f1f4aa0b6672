"""Breaking a row: its pieces, at the outermost + first and between factors last, on as few lines as they need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from derive.documents.layout.cutting import Piece, factors, opened, split, unlocked
from derive.documents.layout.measure import width
from derive.notation.latex.boxes import Box, Row, Sign, beside
from derive.notation.latex.compose import BLANK

INDENT = 1.0
"""What a continued line is moved to the right, in em."""

LARGE = 0.75
"""A factor that takes more than this of its product is broken inside."""


def finer(found: Sequence[Piece], available: float) -> list[Piece]:
    """The pieces, those that are too wide for a line cut further: inside their brackets, and at last between factors."""
    out: list[Piece] = []
    for k, piece in enumerate(found):
        room = available - (INDENT if k else 0.0)
        if width(piece.row) <= room:
            out.append(piece)
            continue
        inner = [piece] if piece.factor else _cut(piece.row, room)
        if len(inner) == 1:
            inner = _last_resort(piece, room)
        out.extend(finer(inner, available) if len(inner) > 1 else inner)
    return out


def _cut(row: Row, room: float) -> list[Piece]:
    """At + and -, the outermost first; but rather between factors than inside a bracket that is only a part of the piece."""
    for depth in range(3):
        signs = split(row, depth)
        if len(signs) > 1:
            return signs
        parts = factors(row, depth)
        if len(parts) > 1 and max(width(part.row) for part in parts) <= min(room, LARGE * width(row)):
            return parts
    return opened(row)


def _last_resort(piece: Piece, room: float) -> list[Piece]:
    """Cut between factors, outside of brackets or else inside one pair; or at the signs inside a bracket that was locked."""
    found = factors(piece.row)
    if len(found) == 1:
        open_bracket = unlocked(piece.row)
        found = _cut(open_bracket, room)
        found = found if len(found) > 1 else factors(open_bracket, 1)
    return [replace(found[0], factor=piece.factor), *found[1:]] if len(found) > 1 else [piece]


def fill(found: Sequence[Piece], available: float) -> tuple[Row, ...]:
    """The pieces, each beginning with its sign, on lines of at most `available` em where that can be; the fewest lines.

    A piece that is too wide alone has a line alone: it cannot be broken further here.
    """
    lines: list[Row] = []
    for start, end in _filled([(width(piece.row), piece.factor) for piece in found], available):
        rows = [box for piece in found[start:end] for box in (BLANK, piece.row)]
        lines.append(beside(*(DOT if found[start].factor else ()), *rows[1:]))
    return tuple(lines)


DOT: tuple[Box, Box] = (Sign(r"\cdot"), BLANK)


def _filled(sizes: Sequence[tuple[float, bool]], available: float) -> list[tuple[int, int]]:
    """(from, to) of the pieces on each line; `sizes` are their widths, and whether they are factors that were cut off."""
    out: list[tuple[int, int]] = []
    used = 0.0
    for k, (size, factor) in enumerate(sizes):
        if out and used + size <= available - (INDENT if len(out) > 1 else 0.0):
            out[-1] = (out[-1][0], k + 1)
            used += size
        else:
            out.append((k, k + 1))
            used = size + (0.8 if factor else 0.0)
    return out


def even(found: Sequence[Piece], available: float) -> tuple[Row, ...]:
    """The fewest lines, and among those about equally long ones, so that no line holds a lonely last term."""
    sizes = [(width(piece.row), piece.factor) for piece in found]
    count = len(_filled(sizes, available))
    if count < 2:
        return fill(found, available)
    low, high = max((size for size, _ in sizes), default=0.0), available
    for _ in range(12):
        middle = (low + high) / 2
        if len(_filled(sizes, middle)) > count:
            low = middle
        else:
            high = middle
    return fill(found, high)
