"""Breaking a row: its pieces put on as few lines as they need."""

from __future__ import annotations

import re
from collections.abc import Sequence

from derive.documents.measure import width
from derive.notation import latex_breaking as breaking

INDENT = 1.0
"""What a continued line is moved to the right, in em."""


_PENDING = re.compile(r"^\\left\. (?P<front>\\frac\{.*?\}\{\\mathrm\{d\} \S+?\}) (?P<body>.*) \\right\|(?P<at>_\{[^{}]*\})$")
_BRACKETS = re.compile(r"^\\(?:[bB]igg?)l\((?P<inside>.*)\\(?:[bB]igg?)r\)$")


def opened(latex: str) -> list[str]:
    """The pieces of a derivative that is still to be taken, d/dt (a + b) at t = 0: \\left and \\right allow no break between
    them, so the sum stands in large brackets of fixed size instead."""
    found = _PENDING.match(latex)
    if not found:
        return [latex]
    body = found["body"]
    bare = _BRACKETS.match(body)
    pieces = breaking.pieces(bare["inside"] if bare else body)
    if len(pieces) < 2:
        return [latex]
    pieces[0] = found["front"] + r"\biggl[" + pieces[0]
    pieces[-1] += r"\biggr]" + found["at"]
    return pieces


def finer(pieces: Sequence[str], available: float) -> list[str]:
    """The pieces, those that are too wide for a line cut further: inside their brackets."""
    out: list[str] = []
    for k, piece in enumerate(pieces):
        room = available - (INDENT if k else 0.0)
        inner = breaking.pieces(piece) if width(piece) > room else [piece]
        out.extend(finer(inner, available) if len(inner) > 1 else inner)
    return out


def fill(pieces: Sequence[str], available: float) -> tuple[str, ...]:
    """The pieces, each beginning with its sign, on lines of at most `available` em where that can be; the fewest lines.

    A piece that is too wide alone has a line alone: it cannot be broken further here.
    """
    lines: list[str] = []
    used = 0.0
    for piece in pieces:
        size = width(piece)
        if lines and used + size <= available - (INDENT if len(lines) > 1 else 0.0):
            lines[-1] += " " + piece
            used += size
        else:
            lines.append(piece)
            used = size
    return tuple(lines)


def even(pieces: Sequence[str], available: float) -> tuple[str, ...]:
    """The fewest lines, and among those about equally long ones, so that no line holds a lonely last term."""
    lines = fill(pieces, available)
    if len(lines) < 2:
        return lines
    low, high = max(map(width, pieces), default=0.0), available
    for _ in range(12):
        middle = (low + high) / 2
        if len(fill(pieces, middle)) > len(lines):
            low = middle
        else:
            high = middle
    return fill(pieces, high)
