r"""A formula as a tree of boxes, in the way in which TeX sees one: a row of signs, fractions, roots, letters in another alphabet, …

How wide a formula is, where a row may be broken and how a page without TeX shows it are read off this tree.  Brackets of a fixed size
(`\bigl(`) are signs of their row, not around it: a row may be broken between them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """Boxes side by side."""

    items: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class Blank:
    """Blanks of the source, which print nothing."""

    text: str = " "


@dataclass(frozen=True, slots=True)
class Sign:
    r"""One sign or space, as it is typed: `x`, `+`, `(`, `\alpha`, `\cdot`, `\,`, the name `\log`."""

    text: str


@dataclass(frozen=True, slots=True)
class Number:
    """Digits, with a point among them."""

    text: str


@dataclass(frozen=True, slots=True)
class Group:
    """What stands in braces."""

    inside: Row


@dataclass(frozen=True, slots=True)
class Fraction:
    r"""`\frac`, `\tfrac`, `\binom`, by the name of its command."""

    command: str
    above: Box
    below: Box


@dataclass(frozen=True, slots=True)
class Root:
    r"""A root; `degree` is the 3 of `\sqrt[3]{…}`, None for a square root."""

    inside: Box
    degree: Row | None = None


@dataclass(frozen=True, slots=True)
class Letters:
    r"""`\mathrm{…}`, `\operatorname{…}`, `\boldsymbol{…}`, `\text{…}`: `source` is what stands in the braces, as it is typed, or
    without braces."""

    command: str
    source: str
    inside: Row
    braced: bool = True


@dataclass(frozen=True, slots=True)
class Accent:
    r"""`\dot{…}`, `\overline{…}`."""

    command: str
    inside: Box


@dataclass(frozen=True, slots=True)
class Marked:
    r"""What is printed as it is with something done to it: `\dvchange<2>{…}` with its option, `\phantom{…}`, `\underbrace{…}`."""

    command: str
    option: str
    inside: Box


@dataclass(frozen=True, slots=True)
class Under:
    r"""`\deriveshape{below}{inside}`, `\underset{below}{inside}`."""

    command: str
    below: Box
    inside: Box


@dataclass(frozen=True, slots=True)
class Over:
    r"""`\overset{above}{inside}`, `\stackrel{above}{inside}`."""

    command: str
    above: Box
    inside: Box


@dataclass(frozen=True, slots=True)
class Arrow:
    r"""`\xrightarrow[below]{above}`: an arrow as long as what stands at it; `below` is None where nothing does."""

    command: str
    below: Row | None
    above: Box


@dataclass(frozen=True, slots=True)
class Sized:
    r"""`\bigl(`: a delimiter of a fixed size; `\right)` without its `\left`."""

    command: str
    delimiter: str


@dataclass(frozen=True, slots=True)
class Fenced:
    r"""`\left( … \right)`; `right` is None where it is never closed."""

    left: str
    inside: Row
    right: str | None


@dataclass(frozen=True, slots=True)
class Array:
    r"""`\begin{pmatrix} … \end{pmatrix}`, `\substack{…}`: rows of cells.

    option    what stands in brackets behind its name
    argument  what stands in braces there: the columns of an array
    gaps      the gap behind each row but the last
    """

    name: str
    rows: tuple[tuple[Row, ...], ...]
    option: str = ""
    gaps: tuple[str, ...] = ()
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Scripted:
    """A box with primes, and what is lowered and raised behind it; `base` is None where nothing stands before."""

    base: Box | None
    primes: int = 0
    below: Box | None = None
    above: Box | None = None


Box = (
    Row | Blank | Sign | Number | Group | Fraction | Root | Letters | Accent | Marked | Under | Over | Arrow | Sized | Fenced | Array | Scripted
)


def begins(box: Box | None) -> str:
    """What a box begins with: its sign, the name of its command, `{` for a group, a script's own sign where it has no base."""
    match box:
        case Sign(text=text) | Number(text=text):
            return text
        case Fraction(command=command) | Letters(command=command) | Accent(command=command) | Marked(command=command):
            return "\\" + command
        case Under(command=command) | Over(command=command) | Arrow(command=command) | Sized(command=command):
            return "\\" + command
        case Root():
            return r"\sqrt"
        case Fenced():
            return r"\left"
        case Array():
            return r"\begin"
        case Group():
            return "{"
        case Scripted(base=None, primes=primes, below=below):
            return "'" if primes else "_" if below is not None else "^"
        case Scripted(base=base):
            return begins(base)
        case Row(items=items):
            return begins(items[0]) if items else ""
        case _:
            return ""


def parts(box: Box) -> Iterator[Box]:
    """A box and all that stands in it, from the left."""
    yield box
    for field in fields(box):
        for one in _boxes_in(getattr(box, field.name)):
            yield from parts(one)


def _boxes_in(value: object) -> Iterator[Box]:
    if isinstance(value, tuple):
        for one in value:
            yield from _boxes_in(one)
    elif isinstance(value, Box):
        yield value


def unmarked(row: Row, command: str) -> Row:
    """The row without the marks of a command, what is marked in their place."""

    def bare(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(map(bare, value))
        if isinstance(value, Marked) and value.command == command:
            return bare(value.inside.inside if isinstance(value.inside, Group) else value.inside)
        if not isinstance(value, Box):
            return value
        return replace(value, **{field.name: bare(getattr(value, field.name)) for field in fields(value)})

    out = bare(row)
    assert isinstance(out, Row)
    return out


def printed(box: Box) -> str:
    """The LaTeX of a box: what it was read from."""
    match box:
        case Row(items=items):
            return "".join(map(printed, items))
        case Blank(text=text) | Sign(text=text) | Number(text=text):
            return text
        case Group(inside=inside):
            return f"{{{printed(inside)}}}"
        case Fraction(command=command, above=above, below=below):
            return _called(command, above, below)
        case Root(inside=inside, degree=degree):
            return _called("sqrt" if degree is None else f"sqrt[{printed(degree)}]", inside)
        case Letters(command=command, source=source, braced=braced):
            return rf"\{command}{{{source}}}" if braced else rf"\{command} {source}"
        case Accent(command=command, inside=inside):
            return _called(command, inside)
        case Marked(command=command, option=option, inside=inside):
            return _called(f"{command}<{option}>" if option else command, inside)
        case Under(command=command, below=below, inside=inside):
            return _called(command, below, inside)
        case Over(command=command, above=above, inside=inside):
            return _called(command, above, inside)
        case Arrow(command=command, below=under, above=above):
            return _called(command if under is None else f"{command}[{printed(under)}]", above)
        case Sized(command=command, delimiter=delimiter):
            return rf"\{command}{delimiter}"
        case Fenced(left=left, inside=inside, right=right):
            return rf"\left{left}{printed(inside)}" + ("" if right is None else rf"\right{right}")
        case Array(name=name, rows=rows, option=option, gaps=gaps, argument=argument):
            lines = ["&".join(map(printed, row)) for row in rows]
            ends = [r"\\" + (f"[{gap}]" if gap else "") for gap in gaps]
            body = "".join(line + end for line, end in zip(lines, [*ends, ""], strict=True))
            if name == "substack":
                return rf"\substack{{{body}}}"
            given = (f"[{option}]" if option else "") + (f"{{{argument}}}" if argument else "")
            return rf"\begin{{{name}}}{given}{body}\end{{{name}}}"
        case Scripted(base=base, primes=primes, below=below, above=above):
            lower, upper = ("" if script is None else sign + printed(script) for sign, script in (("_", below), ("^", above)))
            return ("" if base is None else printed(base)) + "'" * primes + lower + upper


def _called(command: str, *arguments: Box) -> str:
    """A command with its arguments; a blank before a letter that would be read as a part of its name."""
    out = "\\" + command
    for text in map(printed, arguments):
        out += f" {text}" if text[:1].isalpha() and out[-1:].isalpha() else text
    return out


def plain(row: Row) -> Iterator[Box]:
    """The boxes of a row without its blanks."""
    return (box for box in row.items if not isinstance(box, Blank))
