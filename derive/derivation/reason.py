"""The words beside a line, before they are set: what was used, joined, told once."""

from __future__ import annotations

import re
from collections.abc import Callable

from derive.expressions.nodes import Expr, Transpose


def joined(parts: list[Why]) -> Why:
    """Reasons one after the other, separated by commas, each once."""
    out: list[str | Expr] = []
    for k, part in enumerate(dict.fromkeys(parts)):
        if k:
            out.append(", ")
        out.extend(part)
    return tuple(out)


Why = tuple[str | Expr, ...]
"""A reason as it is printed: words, and expressions among them: ("symmetric: ", Transpose(A), " = ", A)."""


def told(text: str, read: Callable[[str], Expr]) -> Why:
    """The words of a row of a table; what stands between backticks is mathematics, read a side of an equation at a time."""
    out: list[str | Expr] = []
    for k, part in enumerate(re.split(r"`([^`]*)`", text)):
        if not k % 2:
            out.append(part)
            continue
        for n, side in enumerate(part.split(" = ")):
            out.extend((" = ",) if n else ())
            out.append(read(side))
    return tuple(part for part in out if part != "")


def full_rank(factor: Expr) -> Why:
    """B has full column rank; for B = C', C has full row rank."""
    if isinstance(factor, Transpose):
        return (factor.arg, " has full row rank")
    return (factor, " has full column rank")
