"""What stands in a lecture beside its problems, as plain frozen values: sections, words, pictures, tables of notation."""

from __future__ import annotations

from dataclasses import dataclass

from derive.documents.page.picture import Figure


@dataclass(frozen=True)
class Section:
    """A section of a lecture.

    title, title_plain  as LaTeX and without markup
    number              from 1
    kind                section
    """

    title: str
    title_plain: str
    number: int
    kind: str = "section"


@dataclass(frozen=True)
class Prose:
    """A frame of words.

    style               frame, definition, proposition, remark or example
    title, title_plain  as LaTeX and without markup
    paragraphs          its text
    items               points below it
    mark                its place, for the log
    kind                prose
    """

    style: str
    title: str
    title_plain: str
    paragraphs: tuple[str, ...]
    items: tuple[str, ...]
    mark: str
    kind: str = "prose"


@dataclass(frozen=True)
class Pictures:
    """The figures of a problem alone, without its derivation.

    id                  the problem's
    title, title_plain  as LaTeX and without markup
    figures             in order
    mark                their place, for the log
    kind                figures
    """

    id: str
    title: str
    title_plain: str
    figures: tuple[Figure, ...]
    mark: str
    kind: str = "figures"


@dataclass(frozen=True)
class SymbolRow:
    """Symbols of one kind.

    symbols  as mathematics, with commas between
    meaning  what they are, in words
    space    in which they lie, as mathematics
    """

    symbols: str
    meaning: str
    space: str


@dataclass(frozen=True)
class SymbolTable:
    """A table of notation, or a part of one.

    id             names it among the bookmarks
    title, title_plain  as LaTeX, and without markup
    rows           a row for the symbols of each kind
    number, count  which part it is, of how many
    mark           its place for the log
    kind           `symbols`
    """

    id: str
    title: str
    title_plain: str
    rows: tuple[SymbolRow, ...]
    number: int
    count: int
    mark: str
    kind: str = "symbols"
