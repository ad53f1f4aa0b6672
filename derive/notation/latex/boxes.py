r"""A formula as a tree of boxes, in the way in which TeX sees one: a row of signs, fractions, roots, letters in another alphabet, …

How wide a formula is, where a row may be broken and how a page without TeX shows it are read off this tree.  Brackets of a fixed size
(`\bigl(`) are signs of their row, not around it: a row may be broken between them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

from derive.values import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """Boxes side by side; as a text it is LaTeX, and an empty one is false."""

    items: tuple[Box, ...] = ()

    def __str__(self) -> str:
        return printed(self)

    def __bool__(self) -> bool:
        return bool(self.items)


@dataclass(frozen=True, slots=True)
class Blank:
    """Blanks of the source, which print nothing."""

    text: str = " "


@dataclass(frozen=True, slots=True)
class Sign:
    r"""One sign or space, as it is typed: `x`, `+`, `(`, `\alpha`, `\cdot`, `\,`, the name `\log`."""

    text: str


@dataclass(frozen=True, slots=True)
class Digits:
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
    """A square root."""

    inside: Box


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
    r"""`\begin{pmatrix} … \end{pmatrix}`: rows of cells; the option behind its name, and the gap behind each row but the last."""

    name: str
    rows: tuple[tuple[Row, ...], ...]
    option: str = ""
    gaps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scripted:
    """A box with primes, and what is lowered and raised behind it; `base` is None where nothing stands before; `late` says that the primes
    are typed behind the scripts, which looks the same."""

    base: Box | None
    primes: int = 0
    below: Box | None = None
    above: Box | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class Own:
    """A name in its author's own LaTeX that boxes do not say: `source` is what is printed, `inside` what is known of it."""

    source: str
    inside: Row


Box = (
    Row | Blank | Sign | Digits | Group | Fraction | Root | Letters | Accent | Marked | Under | Sized | Fenced | Array | Scripted | Own
)


def begins(box: Box | None) -> str:
    """What a box begins with: its sign, the name of its command, `{` for a group, a script's own sign where it has no base."""
    match box:
        case Sign(text=text) | Digits(text=text):
            return text
        case Fraction(command=command) | Letters(command=command) | Accent(command=command) | Marked(command=command):
            return "\\" + command
        case Under(command=command) | Sized(command=command):
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
        case Row(items=items) | Own(inside=Row(items=items)):
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


def unmarked(row: Row, *commands: str) -> Row:
    """The row without the marks of these commands, what is marked in their place."""

    def bare(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(map(bare, value))
        if isinstance(value, Marked) and value.command in commands:
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
        case Sign(text=text) | Blank(text=text) | Digits(text=text):
            return text
        case Row(items=items):
            return "".join(map(printed, items))
        case Group(inside=inside):
            return f"{{{printed(inside)}}}"
        case Scripted(base=base, primes=primes, below=below, above=above, late=late):
            scripts = ("" if below is None else f"_{printed(below)}") + ("" if above is None else f"^{printed(above)}")
            before, behind = ("", "'" * primes) if late else ("'" * primes, "")
            return f"{'' if base is None else printed(base)}{before}{scripts}{behind}"
        case Letters(command=command, source=source, braced=braced):
            return rf"\{command}{{{source}}}" if braced else rf"\{command} {source}"
        case Sized(command=command, delimiter=delimiter):
            return rf"\{command}{delimiter}"
        case Fraction(command=command, above=above, below=below):
            return _called(command, above, below)
        case Root(inside=inside):
            return _called("sqrt", inside)
        case Accent(command=command, inside=inside):
            return _called(command, inside)
        case Marked(command=command, option=option, inside=inside):
            return _called(f"{command}<{option}>" if option else command, inside)
        case Under(command=command, below=below, inside=inside):
            return _called(command, below, inside)
        case Fenced(left=left, inside=inside, right=right):
            return rf"\left{left}{printed(inside)}" + ("" if right is None else rf"\right{right}")
        case Array(name=name, rows=rows, option=option, gaps=gaps):
            lines = ["&".join(map(printed, row)) for row in rows]
            ends = [r"\\" + (f"[{gap}]" if gap else "") for gap in gaps]
            body = "".join(line + end for line, end in zip(lines, [*ends, ""], strict=True))
            return rf"\begin{{{name}}}{f'[{option}]' if option else ''}{body}\end{{{name}}}"
        case Own(source=source):
            return source


def _called(command: str, *arguments: Box) -> str:
    """A command with its arguments; a blank before a letter that would be read as a part of its name."""
    out = "\\" + command
    for text in map(printed, arguments):
        out += f" {text}" if text[:1].isalpha() and out[-1:].isalpha() else text
    return out


def plain(row: Row) -> Iterator[Box]:
    """The boxes of a row without its blanks."""
    return (box for box in row.items if not isinstance(box, Blank))
