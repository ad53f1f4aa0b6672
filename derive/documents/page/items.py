"""What stands in a lecture beside its problems, as plain frozen values: sections, words, pictures, tables of notation."""

from __future__ import annotations

from derive.documents.page.picture import Figure
from derive.notation.latex.boxes import Formula
from derive.notation.latex.text import Text
from derive.values import dataclass


@dataclass(frozen=True)
class Section:
    """A section of a lecture.

    title, title_plain  as LaTeX and without markup
    number              from 1
    parts               the titles of the parts that it has, in order
    kind                section
    """

    title: Text
    title_plain: str
    number: int
    parts: tuple[Text, ...] = ()
    kind: str = "section"


@dataclass(frozen=True)
class Subsection:
    """Where a part of a section begins: it has no page of its own.

    title, title_plain  as LaTeX and without markup
    kind                subsection
    """

    title: Text
    title_plain: str
    kind: str = "subsection"


@dataclass(frozen=True)
class Prose:
    """A frame of words.

    style               frame, definition, proposition, remark, example, question or quotation
    title, title_plain  as LaTeX and without markup
    paragraphs          its text
    items               points below it
    answer              to a question: paragraphs that a click shows
    by                  whom a quotation is
    size                of its words on a frame of their own: large, '' for the document's own
    clicks              of its frame, before its points and its answer are shown
    mark                its place, for the log
    kind                prose
    """

    style: str
    title: Text
    title_plain: str
    paragraphs: tuple[Text, ...]
    items: tuple[Text, ...]
    mark: str
    answer: tuple[Text, ...] = ()
    by: Text = Text()
    size: str = ""
    clicks: int = 1
    kind: str = "prose"


@dataclass(frozen=True)
class Judged:
    """A row of a derivation that was handed in.

    sign     whether it is right
    formula  as it was read
    source   what could not be read, as it was typed
    said     what is to be said of it
    """

    sign: Text
    formula: Formula
    source: Text
    said: Text


@dataclass(frozen=True)
class Marking:
    """A derivation that was handed in, with a mark at each row.

    title  above it
    rows   in order
    mark   its place, for the log
    kind   marking
    """

    title: Text
    rows: tuple[Judged, ...]
    mark: str
    kind: str = "marking"


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
    title: Text
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

    symbols: Formula
    meaning: Text
    space: Formula


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
    title: Text
    title_plain: str
    rows: tuple[SymbolRow, ...]
    number: int
    count: int
    mark: str
    kind: str = "symbols"


@dataclass(frozen=True)
class Result:
    """A result that was found before.

    left      its left side
    relation  what stands between
    lines     the right side, broken into lines
    number    of the result in the document, as it is written, '' for none
    """

    left: Formula
    relation: Formula
    lines: tuple[Formula, ...]
    number: str


@dataclass(frozen=True)
class Recall:
    """The results of a problem, not derived again.

    title, title_plain  the problem's, as LaTeX and without markup
    results             in order
    mark                its place, for the log
    kind                recall
    """

    title: Text
    title_plain: str
    results: tuple[Result, ...]
    mark: str
    kind: str = "recall"


@dataclass(frozen=True)
class Image:
    """An image of the author's.

    file     as TeX is to find it
    caption  as LaTeX
    alt      what it shows, without markup
    mark     its place, for the log
    kind     image
    """

    file: str
    caption: Text
    alt: str
    mark: str
    kind: str = "image"


@dataclass(frozen=True)
class Table:
    """Words and formulas in rows.

    head   the cells of its first row, as LaTeX
    rows   the others
    mark   its place, for the log
    kind   table
    """

    head: tuple[Text, ...]
    rows: tuple[tuple[Text, ...], ...]
    mark: str
    kind: str = "table"


@dataclass(frozen=True)
class Exercise:
    """A problem that is asked.

    title, title_plain  as LaTeX and without markup
    lines               the function and what is named in it: (left, right in lines)
    given               the symbols, each a text
    find                its statement, and what is asked with its parts, sentences
    """

    title: Text
    title_plain: str
    lines: tuple[tuple[Formula, tuple[Formula, ...]], ...]
    given: tuple[Text, ...]
    find: Text


@dataclass(frozen=True)
class Exercises:
    """Problems that are asked, and not solved here.

    exercises  in order
    mark       their place, for the log
    kind       exercises
    """

    exercises: tuple[Exercise, ...]
    mark: str
    kind: str = "exercises"


@dataclass(frozen=True)
class Reference:
    """A work that is cited.

    key    by which
    label  its number
    text   as LaTeX
    """

    key: str
    label: str
    text: Text
