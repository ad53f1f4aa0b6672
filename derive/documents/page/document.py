"""The document as plain frozen values: all that a template sees.

A formula, and a text with formulas, is printed as LaTeX where a template names it; nothing in here knows an expression or a problem.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from derive.documents.page.items import Exercises, Image, Marking, Pictures, Prose, Recall, Reference, Section, Subsection, SymbolTable, Table
from derive.documents.page.picture import Figure
from derive.notation.latex.boxes import Formula, Sign
from derive.notation.latex.text import Text
from derive.values import dataclass


@dataclass(frozen=True)
class Row:
    """One displayed row.

    key         names it: problem id, chain, line
    number      of the step in its derivation, from 1
    lead        ⇔ or ⇒ in front of a whole equation, an intermediate with its definition in a table of them, else ''
    left        the left side, '' where the row continues the one above
    whole_left  the left side that the row belongs to, where it has none of its own
    relation    what stands between
    lines       the right side, broken into as many lines as it needs; the first follows the relation
    reason      as text, '' for none
    overlay     the click that shows it, from 1
    mark        `file:line step k`, for the log
    repeated    it closed the frame before and is repeated, greyed
    alone       its left side stands on a line of its own, above
    tabled      it is of a table of intermediates: `lead` is the definition, which is given, not an equivalence
    boxed       it is what was asked, and is boxed where it stands
    conditions  under which a boxed row holds: lines of text below it
    classification  what kind of stationary point a boxed row states, '' for none
    definitions  the letters that stand in it for the first time, each with what it stands for: (left, lines)
    named       its left side names what is found; otherwise it is a formula that was found, which a blank page leaves out
    column      how wide the column of its reason is, as a share of the line; 0: as wide as the reason
    beside      the line of its right side that its reason stands beside: 0 for the first, -1 for the last
    equation    the number of a result in a lecture, as it is written, '' for none
    """

    key: str
    number: int
    lead: Formula
    left: Formula
    whole_left: Formula
    relation: Formula
    lines: tuple[Formula, ...]
    reason: Text
    overlay: int
    mark: str
    repeated: bool = False
    alone: bool = False
    tabled: bool = False
    boxed: bool = False
    conditions: tuple[Text, ...] = ()
    classification: Text = Text()
    definitions: tuple[tuple[Formula, tuple[Formula, ...]], ...] = ()
    named: bool = True
    column: float = 0.0
    beside: int = -1
    equation: str = ""


@dataclass(frozen=True)
class Answer:
    """A result as it is boxed: `left relation lines`.

    key             names it
    quantity        what it answers: derivative, gradient, …
    left            the left side
    lines           the right side, broken into as many lines as it needs
    conditions      under which it holds, each a text
    overlay         the click that shows it
    mark            its place, for the log
    classification  what kind of stationary point it is, '' for none
    relation        what stands between
    alone           its left side stands on a line of its own
    named           its left side names what is found
    equation        its number in a lecture, as it is written, '' for none
    """

    key: str
    quantity: str
    left: Formula
    lines: tuple[Formula, ...]
    conditions: tuple[Text, ...]
    overlay: int
    mark: str
    classification: Text = Text()
    relation: Formula = Formula((Sign("="),))
    alone: bool = False
    named: bool = True
    equation: str = ""


@dataclass(frozen=True)
class Display:
    """Rows that stand in one display of an article.

    before  what leads to it
    rows    in order; the first has its left side
    after   why its rows hold, and what they show; '' for nothing
    boxed   the keys of the rows whose right sides are answers
    """

    before: Text
    rows: tuple[Row, ...]
    after: Text
    boxed: tuple[str, ...] = ()


@dataclass(frozen=True)
class PartText:
    """(a), (b), … of a problem.

    label      its letter
    find       what it asks, a sentence
    statement  the author's words
    hint       the author's words; '' where no hints are printed
    points     as they are written, '' for none
    """

    label: str
    find: Text
    statement: Text
    hint: Text
    points: str


@dataclass(frozen=True)
class Block:
    """Rows that follow from one another, under a few words that say what they are about, and the answers they end in.

    title         those words
    quantity      what the rows derive: derivative, gradient, …, lemma
    rows          in order
    answers       boxed after the rows
    lead, widest  the widest of what stands in front of the rows, and of their left sides
    style         `aligned` left sides; `flush`: too different for that, every row begins at the left; `hanging`: and some
                  stand on lines of their own
    letter        of the part that they belong to, '' where there are no parts
    part          that part, where the block is its first
    reached       the letter of the part in which these answers were derived, where no row leads to them here
    displays      in an article: the rows as they are told; `answers` are then those that no row states
    leading       what leads to these answers
    """

    title: Text
    quantity: str
    rows: tuple[Row, ...]
    answers: tuple[Answer, ...] = ()
    lead: Formula = Formula()
    widest: Formula = Formula()
    style: str = "aligned"
    letter: str = ""
    part: PartText | None = None
    reached: str = ""
    displays: tuple[Display, ...] = ()
    leading: Text = Text()


@dataclass(frozen=True)
class Frame:
    """One slide.

    subtitle       what it is about
    number, count  which part of its problem it is, of how many
    blocks         what stands on it
    last           it closes the problem
    overlays       how many clicks it has
    mark           its place, for the log
    span           the keys of the first and the last thing on it
    spread         points by which its rows stand further apart than they must
    noted          there is room for a line of small print below them
    size           of its formulas: small, large, '' for the document's own
    figures        that stand beside its rows, or below them
    share          of the line that the rows take; 1 where figures stand below them
    headed         what it is about stands above its rows, where there is no room for that beside its title
    """

    subtitle: Text
    number: int
    count: int
    blocks: tuple[Block, ...]
    last: bool
    overlays: int
    mark: str = ""
    span: tuple[str, str] = ("", "")
    spread: float = 0.0
    noted: bool = False
    size: str = ""
    figures: tuple[Figure, ...] = ()
    share: float = 1.0
    headed: bool = False


@dataclass(frozen=True)
class Question:
    """What is given and what is asked.

    lines            the function and what `let` names: (left, right), the right side broken into lines where it is long;
                     left is '' where it stands on a line of its own, the first of them
    given            the symbols: `X ∈ R^{m×n}`, `A symmetric`, as text with mathematics
    find             a sentence
    statement, hint  the author's words
    """

    lines: tuple[tuple[Formula, tuple[Formula, ...]], ...]
    given: tuple[Text, ...]
    find: Text
    statement: Text
    hint: Text


@dataclass(frozen=True)
class ProblemPage:
    """A problem with its whole derivation.

    id                  its name
    number              its label in a set, '' where it has none
    title, title_plain  as LaTeX and without markup
    question            what is given and what is asked
    blocks              the derivation, in the order of an article
    frames              the same cut into slides
    answers             all results
    parts               (a), (b), …
    points              as they are written, '' for none
    layout              the layout convention, a sentence
    check, check_short  how the lines were checked, one sentence; a shorter one
    remarks             what the engine and the author remark
    conventions         on slides what the engine remarks, in small print
    source              where the problem is from
    notes               for the lecturer
    mark                its place, for the log
    definitions         the letters that the derivation uses, each with what it stands for: (left, lines)
    opening, ending     words that no frame has room for beside the derivation: paragraphs for frames before it, after it
    figures             those that stand with the question, and those after the derivation; on slides those that have frames of their own
    share               of the line that it may take, beside something else
    kind                problem
    """

    id: str
    number: str
    title: Text
    title_plain: str
    question: Question
    blocks: tuple[Block, ...]
    frames: tuple[Frame, ...]
    answers: tuple[Answer, ...]
    parts: tuple[PartText, ...]
    points: str
    layout: Text
    check: Text
    check_short: Text
    remarks: tuple[Text, ...]
    source: Text
    notes: Text
    mark: str
    definitions: tuple[tuple[Formula, tuple[Formula, ...]], ...] = ()
    figures: tuple[Figure, ...] = ()
    opening: tuple[tuple[Text, ...], ...] = ()
    ending: tuple[tuple[Text, ...], ...] = ()
    share: float = 1.0
    conventions: tuple[Text, ...] = ()
    kind: str = "problem"


@dataclass(frozen=True)
class Stack:
    """Things below each other.

    cells  from the top
    kind   stack
    """

    cells: tuple[Cell, ...]
    kind: str = "stack"


Cell = Prose | Pictures | Recall | Image | Table | Exercises | ProblemPage | Stack


@dataclass(frozen=True)
class Panel:
    """A frame of one column, or of two side by side.

    title, title_plain  as LaTeX and without markup
    columns             what stands in each
    widths              of the columns, as shares of the line
    size                of its type: small, '' for the document's own
    mark                its place, for the log
    kind                panel
    """

    title: Text
    title_plain: str
    columns: tuple[Cell, ...]
    widths: tuple[float, ...]
    mark: str
    size: str = ""
    kind: str = "panel"


Item = ProblemPage | Section | Subsection | Prose | Pictures | SymbolTable | Panel | Marking


@dataclass(frozen=True)
class Command:
    """A command of the author's own preamble, for a page that no TeX reads.

    name        without its backslash
    parameters  how many it has
    default     of the first of them, None where it has none
    body        what it stands for
    """

    name: str
    parameters: int
    default: str | None
    body: str


@dataclass(frozen=True)
class Document:
    """A whole document: what stands on its first page, then its items in order.

    title, title_plain    as LaTeX and without markup
    subtitle              of a collection
    author, author_plain  as LaTeX and without markup
    institute, date       as they are written
    items                 problems, sections, prose and figures, in order; `kind` says which
    collection            it is a lecture or a set, not one problem
    intro                 paragraphs before the first item
    due                   when a set is due
    points                of a set in all
    words                 the fixed words of the language, by name
    overlays              slides have one row a click
    aspect                of slides: 169 or 43
    paper                 a4 or letter
    reason                where reasons stand: right, below, overset or none
    hints                 hints are printed
    macros                the author's own preamble
    theme                 of slides: the name of a Beamer theme, '' for the house's own
    commands              what the preamble defines
    notes                 of slides: where the lecturer's notes are shown: none, pages or screen
    references            the works that are cited, in groups that a frame holds; on paper one group
    drawn                 there are figures among the items
    check                 how the lines of all problems were checked, a sentence
    recipient             of one variant of a set: whom it is for
    """

    title: Text
    title_plain: str
    subtitle: Text
    author: Text
    author_plain: str
    institute: Text
    date: Text
    items: tuple[Item, ...]
    collection: bool
    intro: tuple[Text, ...]
    due: Text
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
    check: Text = Text()
    recipient: Text = Text()
    commands: tuple[Command, ...] = ()
    notes: str = "none"
    references: tuple[tuple[Reference, ...], ...] = ()

    @property
    def pages(self) -> Iterator[ProblemPage]:
        """Its problems, those among them that stand in columns."""
        return (one for one in self.everything if isinstance(one, ProblemPage))

    @property
    def everything(self) -> Iterator[Item | Cell]:
        """The items, and what stands in columns and stacks."""
        waiting: list[Item | Cell] = list(self.items)
        while waiting:
            one = waiting.pop(0)
            waiting[:0] = one.columns if isinstance(one, Panel) else one.cells if isinstance(one, Stack) else ()
            yield one
