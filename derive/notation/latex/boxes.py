r"""A formula as a tree of boxes, in the way in which TeX sees one: a row of signs, fractions, roots, letters in another alphabet, …

How wide a formula is, where a row may be broken and how a page without TeX shows it are read off this tree.  Brackets of a fixed size
(`\bigl(`) are signs of their row, not around it: a row may be broken between them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import field, replace

from derive.values import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """Boxes side by side; as a text it is LaTeX, and an empty one is false."""

    items: tuple[Box, ...] = ()
    latex: str | None = field(default=None, init=False, repr=False, compare=False)
    """Its LaTeX, once that was asked for."""

    def __str__(self) -> str:
        if self.latex is None:
            object.__setattr__(self, "latex", "".join(map(printed, self.items)))
        return self.latex or ""

    def __contains__(self, latex: str) -> bool:
        return latex in str(self)

    def __bool__(self) -> bool:
        return bool(self.items)

    def __hash__(self) -> int:
        return hash(str(self))


Formula = Row
"""What a document's values call a row that is printed."""


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
    r"""A root; `degree` is the 3 of `\sqrt[3]{…}`, None for a square root."""

    inside: Box
    degree: Row | None = None


@dataclass(frozen=True, slots=True)
class Letters:
    r"""`\mathrm{…}`, `\operatorname{…}`, `\boldsymbol{…}`, `\text{…}`: `source` is what stands in the braces, as it is typed, or
    without braces; `\operatorname*` has a star."""

    command: str
    source: str
    inside: Row
    braced: bool = True
    star: bool = False


@dataclass(frozen=True, slots=True)
class Accent:
    r"""`\dot{…}`, `\overline{…}`."""

    command: str
    inside: Box


COLOURED = frozenset(("textcolor", "mathcolor"))
"""Marks whose option stands in braces: the colour of what is marked."""


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
    Row | Blank | Sign | Digits | Group | Fraction | Root | Letters | Accent | Marked | Under | Over | Arrow | Sized | Fenced | Array | Scripted
    | Own
)


def begins(box: Box | None) -> str:
    """What a box begins with: its sign, the name of its command, `{` for a group, a script's own sign where it has no base."""
    match box:
        case Sign(text=text) | Digits(text=text):
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
        case Row(items=items) | Own(inside=Row(items=items)):
            return begins(items[0]) if items else ""
        case _:
            return ""


_LEAVES = (Sign, Blank, Digits, Sized)


def inner(box: Box) -> tuple[Box, ...]:
    """The boxes that stand in a box, from the left."""
    match box:
        case Sign() | Blank() | Digits() | Sized():
            return ()
        case Row(items=items):
            return items
        case Scripted(base=base, below=below, above=above):
            return tuple(one for one in (base, below, above) if one is not None)
        case Fraction(above=above, below=below):
            return above, below
        case Under(below=below, inside=inside):
            return below, inside
        case Over(above=above, inside=inside):
            return above, inside
        case Arrow(below=under, above=above):
            return (above,) if under is None else (under, above)
        case Root(inside=inside, degree=Row() as degree):
            return degree, inside
        case Array(rows=rows):
            return tuple(cell for row in rows for cell in row)
        case Group(inside=inside) | Letters(inside=inside) | Fenced(inside=inside) | Own(inside=inside):
            return (inside,)
        case Root(inside=inside) | Accent(inside=inside) | Marked(inside=inside):
            return (inside,)


def parts(box: Box) -> Iterator[Box]:
    """A box and all that stands in it, from the left."""
    waiting = [box]
    while waiting:
        one = waiting.pop()
        yield one
        if not isinstance(one, _LEAVES):
            waiting.extend(inner(one)[::-1])


def mapped(box: Box, change: Callable[[Box], Box]) -> Box:
    """The box with what stands in it changed; where a row comes for one of several boxes side by side, its boxes stand there, and what a
    script stands at is the last of them.  Names in another alphabet, and in their author's own LaTeX, stay as they are."""
    match box:
        case Row(items=items):
            return beside(*map(change, items))
        case Scripted(base=base, below=below, above=above):
            lower, upper = (None if script is None else change(script) for script in (below, above))
            bases = beside(*(() if base is None else (change(base),))).items
            return Row((*bases[:-1], replace(box, base=bases[-1] if bases else None, below=lower, above=upper)))
        case Fraction(above=above, below=below):
            return replace(box, above=change(above), below=change(below))
        case Under(below=below, inside=inside):
            return replace(box, below=change(below), inside=change(inside))
        case Over(above=above, inside=inside):
            return replace(box, above=change(above), inside=change(inside))
        case Arrow(below=under, above=above):
            return replace(box, below=None if under is None else as_row(change(under)), above=change(above))
        case Array(rows=rows):
            return replace(box, rows=tuple(tuple(as_row(change(cell)) for cell in row) for row in rows))
        case Group(inside=inside) | Fenced(inside=inside):
            return replace(box, inside=as_row(change(inside)))
        case Root(inside=inside) | Accent(inside=inside) | Marked(inside=inside):
            return replace(box, inside=change(inside))
        case _:
            return box


def as_row(box: Box) -> Row:
    """A box as a row, which it may be."""
    return box if isinstance(box, Row) else Row((box,))


def beside(*boxes: Box) -> Row:
    """The boxes as one row; rows among them are opened."""
    out: list[Box] = []
    for box in boxes:
        if isinstance(box, Row):
            out.extend(box.items)
        else:
            out.append(box)
    return Row(tuple(out))


def printed(box: Box) -> str:
    """The LaTeX of a box: what it was read from."""
    match box:
        case Sign(text=text) | Blank(text=text) | Digits(text=text):
            return text
        case Row():
            return str(box)
        case Group(inside=inside):
            return f"{{{printed(inside)}}}"
        case Scripted(base=base, primes=primes, below=below, above=above, late=late):
            scripts = ("" if below is None else f"_{printed(below)}") + ("" if above is None else f"^{printed(above)}")
            before, behind = ("", "'" * primes) if late else ("'" * primes, "")
            return f"{'' if base is None else printed(base)}{before}{scripts}{behind}"
        case Letters(command=command, source=source, braced=braced, star=star):
            name = f"{command}*" if star else command
            return rf"\{name}{{{source}}}" if braced else rf"\{name} {source}"
        case Sized(command=command, delimiter=delimiter):
            return rf"\{command}{delimiter}"
        case Fraction(command=command, above=above, below=below):
            return _called(command, above, below)
        case Root(inside=inside, degree=degree):
            return _called("sqrt" if degree is None else f"sqrt[{printed(degree)}]", inside)
        case Accent(command=command, inside=inside):
            return _called(command, inside)
        case Marked(command=command, option=option, inside=inside):
            given = f"{{{option}}}" if command in COLOURED else f"<{option}>" if option else ""
            return _called(command + given, inside)
        case Under(command=command, below=below, inside=inside):
            return _called(command, below, inside)
        case Over(command=command, above=above, inside=inside):
            return _called(command, above, inside)
        case Arrow(command=command, below=under, above=above):
            return _called(command if under is None else f"{command}[{printed(under)}]", above)
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
