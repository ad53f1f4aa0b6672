"""The document as plain frozen values: all that a template sees.

Every string ending in its field's name as LaTeX is ready to be printed; nothing in here knows an expression or a problem.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from derive.documents.figures.picture import Figure


@dataclass(frozen=True)
class Row:
    """One displayed row.

    key       names it: problem id, chain, line
    number    of the step in its derivation, from 1
    lead      ⇔ or ⇒ in front of a whole equation, else ''
    left      the left side, '' where the row continues the one above
    whole_left  the left side that the row belongs to, where it has none of its own
    relation  what stands between
    lines     the right side, broken into as many lines as it needs; the first follows the relation
    reason    as text, '' for none
    sentence  the reason as a sentence that leads to the row
    overlay   the click that shows it, from 1
    repeated  it closed the frame before and is repeated, greyed
    mark      `file:line step k`, for the log
    alone     its left side stands on a line of its own, above
    """

    key: str
    number: int
    lead: str
    left: str
    whole_left: str
    relation: str
    lines: tuple[str, ...]
    reason: str
    sentence: str
    overlay: int
    mark: str
    repeated: bool = False
    alone: bool = False


@dataclass(frozen=True)
class Answer:
    """A result as it is boxed: `left = lines`, the conditions under which it holds, what kind of point it is; `alone`: its
    left side stands on a line of its own."""

    key: str
    quantity: str
    left: str
    lines: tuple[str, ...]
    conditions: tuple[str, ...]
    overlay: int
    mark: str
    classification: str = ""
    relation: str = "="
    alone: bool = False


@dataclass(frozen=True)
class PartText:
    """(a), (b), … of a problem: its letter, what it asks, the author's words, its points."""

    label: str
    find: str
    statement: str
    hint: str
    points: str


@dataclass(frozen=True)
class Block:
    """Rows that follow from one another, under a few words that say what they are about, and the answers they end in.

    lead, widest  the widest of what stands in front of the rows, and of their left sides
    style         `aligned` left sides; `flush`: too different for that, every row begins at the left; `hanging`: and some
                  stand on lines of their own
    letter        of the part that they belong to; `part` that part, where the block is its first
    reached       the letter of the part in which these answers were derived, where no row leads to them here
    """

    title: str
    quantity: str
    rows: tuple[Row, ...]
    answers: tuple[Answer, ...] = ()
    lead: str = ""
    widest: str = ""
    style: str = "aligned"
    letter: str = ""
    part: PartText | None = None
    reached: str = ""


@dataclass(frozen=True)
class Frame:
    """One slide: part `number` of `count` of its problem, about `subtitle`; `last` closes the problem; `overlays` is how many
    clicks it has, `mark` its place for the log, `span` the keys of the first and the last thing on it,
    `definitions` what is named on it: (letter, lines)."""

    subtitle: str
    number: int
    count: int
    blocks: tuple[Block, ...]
    last: bool
    overlays: int
    mark: str = ""
    span: tuple[str, str] = ("", "")
    definitions: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True)
class Question:
    """What is given and what is asked.

    lines       the function and what `let` names: (left, right), the right side broken into lines where it is long
    given       the symbols: `X ∈ R^{m×n}`, `A symmetric`, as text with mathematics
    find        a sentence
    statement, hint   the author's words
    """

    lines: tuple[tuple[str, tuple[str, ...]], ...]
    given: tuple[str, ...]
    find: str
    statement: str
    hint: str


@dataclass(frozen=True)
class ProblemPage:
    """A problem with its whole derivation; `frames` the same cut into slides; `definitions` what the derivation names;
    `number` its label in a set, '' where it has none; `figures` those that stand with the question, and those after the
    derivation."""

    id: str
    number: str
    title: str
    title_plain: str
    question: Question
    blocks: tuple[Block, ...]
    frames: tuple[Frame, ...]
    answers: tuple[Answer, ...]
    parts: tuple[PartText, ...]
    points: str
    layout: str
    check: str
    check_short: str
    remarks: tuple[str, ...]
    source: str
    notes: str
    mark: str
    definitions: tuple[tuple[str, tuple[str, ...]], ...] = ()
    figures: tuple[Figure, ...] = ()
    kind: str = "problem"


@dataclass(frozen=True)
class Section:
    title: str
    title_plain: str
    number: int
    kind: str = "section"


@dataclass(frozen=True)
class Prose:
    """A frame of words: `style` is frame, definition, proposition or remark."""

    style: str
    title: str
    title_plain: str
    paragraphs: tuple[str, ...]
    items: tuple[str, ...]
    mark: str
    kind: str = "prose"


@dataclass(frozen=True)
class Pictures:
    """The figures of a problem alone, without its derivation."""

    id: str
    title: str
    title_plain: str
    figures: tuple[Figure, ...]
    mark: str
    kind: str = "figures"


Item = ProblemPage | Section | Prose | Pictures


@dataclass(frozen=True)
class Document:
    """A whole document: what stands on its first page, then its items in order; `drawn`: there are figures among them."""

    title: str
    title_plain: str
    subtitle: str
    author: str
    author_plain: str
    institute: str
    date: str
    items: tuple[Item, ...]
    collection: bool
    intro: tuple[str, ...]
    due: str
    points: str
    words: Mapping[str, str]
    overlays: bool
    aspect: int
    paper: str
    reason: str
    hints: bool
    macros: str
    theme: str = ""
    drawn: bool = False
