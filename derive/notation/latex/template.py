r"""The LaTeX of a row of the function table, `\operatorname{{tr}}({0})`, as boxes with places for the arguments; read once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from derive.notation.latex.boxes import Box, Fenced, Row, Scripted, Sign, Sized, as_row, mapped
from derive.notation.latex.compose import scripted
from derive.notation.latex.piece import BLOCK, SIZES
from derive.notation.latex.reading import read

OPENING = frozenset(("(", "[", r"\{", r"\lvert", r"\lVert", r"\langle"))
CLOSING = frozenset((")", "]", r"\}", r"\rvert", r"\rVert", r"\rangle"))
_FIRST, _SHAPES = 0xE000, 0xE100
"""Characters that nobody writes stand at the places of the arguments, and of their shapes."""


class _Place:
    """A place in a template: `{0}`, and `{0.shape}`."""

    def __init__(self, k: int) -> None:
        self.k = k
        self.shape = chr(_SHAPES + k)

    def __str__(self) -> str:
        return chr(_FIRST + self.k)


@lru_cache(maxsize=1024)
def template(text: str, arguments: int, height: int = 0) -> Row:
    """The boxes of a template for so many arguments, its brackets tall enough for what is so tall."""
    return _sized(read(text.format(*map(_Place, range(arguments)))), height)


@lru_cache(maxsize=1024)
def has_brackets(text: str, arguments: int) -> bool:
    """Whether a template sets brackets."""
    return any(_delimiter(box) for box in template(text, arguments).items)


def filled(row: Row, arguments: Sequence[Row], shape: Callable[[int], Row]) -> Row:
    """The template with its arguments; `shape` says the shape of the one with a number."""

    def change(box: Box) -> Box:
        match box:
            case Sign(text=text) if len(text) == 1 and _SHAPES <= ord(text) < _SHAPES + 256:
                return shape(ord(text) - _SHAPES)
            case Sign(text=text) if len(text) == 1 and _FIRST <= ord(text) < _SHAPES:
                return arguments[ord(text) - _FIRST]
            case Scripted(base=base, primes=primes, below=below, above=above) if isinstance(base, Sign):
                lower, upper = (None if script is None else change(script) for script in (below, above))
                return scripted(as_row(change(base)), primes, lower, upper)
            case _:
                return mapped(box, change)

    return as_row(change(row))


def _delimiter(box: Box) -> str:
    """The bracket that a box is, '' where it is none."""
    sign = box.base if isinstance(box, Scripted) else box
    return sign.text if isinstance(sign, Sign) and sign.text in OPENING | CLOSING else ""


def _sized(row: Row, height: int) -> Row:
    """The row with its brackets tall enough for what is so tall."""
    if height == BLOCK:
        return _grown(row)
    if height not in SIZES:
        return row
    size: Mapping[bool, str] = {True: SIZES[height] + "l", False: SIZES[height] + "r"}
    return Row(tuple(_as(box, Sized(size[sign in OPENING], sign)) if (sign := _delimiter(box)) else box for box in row.items))


def _as(box: Box, bare: Box) -> Box:
    """Another box with the scripts of this one."""
    return replace(box, base=bare) if isinstance(box, Scripted) else bare


def _grown(row: Row) -> Row:
    r"""The row with \left and \right at its brackets."""
    open_: list[tuple[str, list[Box]]] = [("", [])]
    for box in row.items:
        sign = _delimiter(box)
        if sign in OPENING:
            open_.append((sign, []))
        elif sign in CLOSING:
            left, inside = open_.pop()
            open_[-1][1].append(_as(box, Fenced(left, Row(tuple(inside)), sign)))
        else:
            open_[-1][1].append(box)
    return Row(tuple(open_[0][1]))
