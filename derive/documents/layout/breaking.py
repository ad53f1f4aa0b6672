"""Breaking a row: its pieces, at the outermost + first and between factors last, on as few lines as they need."""

from __future__ import annotations

from collections.abc import Sequence

from derive.documents.layout.cutting import TIMES, factors, opened, split, unlocked
from derive.documents.layout.measure import width

INDENT = 1.0
"""What a continued line is moved to the right, in em."""

LARGE = 0.75
"""A factor that takes more than this of its product is broken inside."""


def finer(found: Sequence[str], available: float) -> list[str]:
    """The pieces, those that are too wide for a line cut further: inside their brackets, and at last between factors."""
    out: list[str] = []
    for k, piece in enumerate(found):
        room = available - (INDENT if k else 0.0)
        if width(piece.removeprefix(TIMES)) <= room:
            out.append(piece)
            continue
        inner = _cut(piece, room) if not piece.startswith(TIMES) else [piece]
        if len(inner) == 1:
            inner = _last_resort(piece, room)
        out.extend(finer(inner, available) if len(inner) > 1 else inner)
    return out


def _cut(piece: str, room: float) -> list[str]:
    """At + and -, the outermost first; but rather between factors than inside a bracket that is only a part of the piece."""
    for depth in range(3):
        signs = split(piece, depth)
        if len(signs) > 1:
            return signs
        parts = factors(piece, depth)
        largest = max(width(part.removeprefix(TIMES)) for part in parts)
        if len(parts) > 1 and largest <= min(room, LARGE * width(piece)):
            return parts
    return opened(piece)


def _last_resort(piece: str, room: float) -> list[str]:
    """Cut between factors, outside of brackets or else inside one pair; or at the signs inside a bracket that was locked."""
    bare = piece.removeprefix(TIMES)
    open_bracket = unlocked(bare)
    for cut in (factors(bare), _cut(open_bracket, room), factors(open_bracket, 1)):
        if len(cut) > 1:
            return [piece[: len(piece) - len(bare)] + cut[0], *cut[1:]]
    return [piece]


def fill(found: Sequence[str], available: float) -> tuple[str, ...]:
    """The pieces, each beginning with its sign, on lines of at most `available` em where that can be; the fewest lines.

    A piece that is too wide alone has a line alone: it cannot be broken further here.
    """
    lines: list[str] = []
    used = 0.0
    for piece in found:
        plain = piece.removeprefix(TIMES)
        size = width(plain)
        if lines and used + size <= available - (INDENT if len(lines) > 1 else 0.0):
            lines[-1] += " " + plain
            used += size
        else:
            lines.append(plain if plain == piece else r"\cdot " + plain)
            used = size + (0.8 if plain != piece else 0.0)
    return tuple(lines)


def even(found: Sequence[str], available: float) -> tuple[str, ...]:
    """The fewest lines, and among those about equally long ones, so that no line holds a lonely last term."""
    lines = fill(found, available)
    if len(lines) < 2:
        return lines
    low, high = max((width(piece.removeprefix(TIMES)) for piece in found), default=0.0), available
    for _ in range(12):
        middle = (low + high) / 2
        if len(fill(found, middle)) > len(lines):
            low = middle
        else:
            high = middle
    return fill(found, high)
