"""The items of a lecture in order: its words, its problems with the numbers of their results, what is recalled, what is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from derive.documents import lecture
from derive.documents.compose import problem_page
from derive.documents.figures import placing
from derive.documents.lecture import REFERENCE, Entry, Exercises, Heading, Picture, Recall, Symbols, Table, Use, Words
from derive.documents.page import items as made
from derive.documents.page import question as questions
from derive.documents.page import symbols
from derive.documents.page.abbreviations import names
from derive.documents.page.asides import in_two, words_lines
from derive.documents.page.document import Answer, Block, Cell, Frame, Item, Panel, ProblemPage, Stack
from derive.documents.page.modes import QUESTION, Mode
from derive.documents.page.rows import Measure, answer, mark
from derive.documents.page.settings import Fit, Settings
from derive.documents.page.text_width import text_width
from derive.documents.page.views import passages
from derive.documents.wording import prose
from derive.documents.wording.glossary import term
from derive.documents.wording.words import words as words_of
from derive.errors import DeriveError, Position
from derive.notation.bold import kinds_of
from derive.pipeline.examine import Examined

FEW = 10.0
"""So many lines of words are set in larger type."""
BOTH, WITH_ROWS, BESIDE_ROWS = 0.47, 0.57, 0.38
"""The share of the line that a column takes, of two alike; one with the rows of a derivation; the one beside that."""


class Teller:
    """Makes the items of a lecture's entries, in one mode."""

    def __init__(self, entries: Sequence[Entry], examined: Mapping[str, Examined], mode: Mode, settings: Settings, fit: Fit) -> None:
        self.entries, self.examined, self.mode, self.settings, self.fit = entries, examined, mode, settings, fit
        self.words = words_of(settings.notation.language)
        self.kinds = kinds_of([symbol for one in examined.values() for symbol in questions.letters(one.problem)])
        self.pages: dict[int, ProblemPage | made.Pictures] = {}
        self.clicks: dict[int, int] = {}
        self.numbers: dict[str, str] = {}
        self.count = 0
        for entry in entries:
            if isinstance(entry, Use):
                self.pages[id(entry)] = self._counted(entry, self._page(entry))
            elif isinstance(entry, lecture.Panel):
                self._derive(entry)

    def _derive(self, panel: lecture.Panel) -> None:
        """The problems that stand on a frame beside other things, and the clicks that it has had before each of these."""
        clicks = 1
        for column, share in zip(panel.columns, self._widths(panel), strict=True):
            clicks = self._derive_column(column, share, clicks)

    def _derive_column(self, column: lecture.Cell, share: float, clicks: int) -> int:
        """The same for a column; the clicks that the frame has up to its end."""
        for cell in lecture.Panel("", (column,), column.where).cells:
            self.clicks[id(cell)] = clicks
            if isinstance(cell, Words):
                clicks += max(len(cell.points), bool(cell.answer))
            elif isinstance(cell, Use) and cell.show != (QUESTION,):
                page = self._counted(cell, self._page(cell, share, clicks))
                if isinstance(page, ProblemPage) and isinstance(column, lecture.Stack):
                    page = replace(page, frames=tuple(replace(frame, spread=0.0) for frame in page.frames))
                self.pages[id(cell)] = page
                clicks = page.frames[0].overlays if isinstance(page, ProblemPage) and page.frames else clicks
        return clicks

    def _widths(self, panel: lecture.Panel) -> tuple[float, ...]:
        """Of the line what each column has: on paper they stand below each other."""
        if len(panel.columns) < 2 or not self.mode.slides:
            return (1.0,) * len(panel.columns)
        derived = [any(_has_rows(cell) for cell in lecture.Panel("", (column,), panel.where).cells) for column in panel.columns]
        if len(set(derived)) == 1:
            return (BOTH, BOTH)
        return tuple(WITH_ROWS if rows else BESIDE_ROWS for rows in derived)

    def _counted(self, entry: Use, page: ProblemPage | made.Pictures) -> ProblemPage | made.Pictures:
        """The page with the numbers of its results, which words may refer to."""
        if not isinstance(page, ProblemPage):
            return page
        page = _numbered(page, self.count)
        for place, one in enumerate(page.answers, self.count + 1):
            for name in (entry.problem, page.id):
                self.numbers.setdefault(name, f"({place})")
                self.numbers.setdefault(f"{name}.{one.quantity}", f"({place})")
        self.count += len(page.answers)
        return page

    def items(self) -> Iterator[Item]:
        """Every entry as what is printed, in order; after them, where solutions may be told, those of the exercises."""
        number = 0
        for k, entry in enumerate(self.entries):
            if isinstance(entry, Heading) and not entry.below:
                number += 1
                parts = self._parts(k)
                yield made.Section(self._text(entry.title, entry.where), prose.plain(entry.title), number, parts)
            elif isinstance(entry, Heading):
                yield made.Subsection(self._text(entry.title, entry.where), prose.plain(entry.title))
            elif isinstance(entry, Words):
                yield from self._framed(self._prose(entry))
            elif isinstance(entry, Symbols):
                yield from self._symbols(entry)
            elif isinstance(entry, lecture.Panel):
                title = entry.title or self._name(next(entry.cells))
                widths = self._widths(entry)
                cells = tuple(self._cell(cell, share) for cell, share in zip(entry.columns, widths, strict=True))
                place = mark(entry.where, "this frame")
                size = self.fit.type_at(place)
                yield from self._framed(Panel(self._text(title, entry.where), prose.plain(title), cells, widths, place, size))
            else:
                yield self.pages[id(entry)]
        yield from self._solutions(number)

    def _framed(self, frame: Panel | made.Prose) -> tuple[Panel | made.Prose, ...]:
        """The frame, on two where one has no room for it."""
        return in_two(frame) if self.fit.parted(frame.mark) else (frame,)

    def _parts(self, k: int) -> tuple[str, ...]:
        """The titles of the parts of the section that begins at entry k."""
        out: list[str] = []
        for entry in self.entries[k + 1 :]:
            if isinstance(entry, Heading) and not entry.below:
                break
            if isinstance(entry, Heading):
                out.append(self._text(entry.title, entry.where))
        return tuple(out)

    def _solutions(self, number: int) -> Iterator[Item]:
        """The exercises solved, in a section of their own: on paper, not on slides."""
        uses = [one for e in self.entries if isinstance(e, lecture.Panel) for cell in e.cells if isinstance(cell, Exercises) for one in cell.problems]
        if self.mode.slides or self.mode.reveals not in ("everything", "answers") or not uses:
            return
        yield made.Section(self.words["solutions"], self.words["solutions"], number + 1)
        for one in uses:
            yield self._page(one)

    def _page(self, entry: Use, share: float = 1.0, clicks: int = 0) -> ProblemPage | made.Pictures:
        one = self.examined[entry.problem]
        pictures = placing.alone(one.problem, one.derivation, self.mode, self.settings, entry.show, entry.where)
        problem = one.problem if not entry.title else replace(one.problem, prose={**one.problem.prose, "title": entry.title})
        page: ProblemPage | made.Pictures = pictures if pictures is not None else problem_page(
            problem, one.derivation, one.report, self.mode, self.settings, self.fit, points=entry.points, show=entry.show,
            hints=entry.hint, rows=entry.rows, share=share, clicks=clicks,
        )
        if entry.title:
            page = replace(page, title=self._text(entry.title, entry.where), title_plain=prose.plain(entry.title))
        return page

    def _name(self, cell: lecture.Cell) -> str:
        """What a frame is called that has no title of its own."""
        if isinstance(cell, Recall | Use):
            return self.examined[cell.problem].problem.title
        if isinstance(cell, Exercises):
            return self.words["exercises" if len(cell.problems) > 1 else "exercise"]
        if not isinstance(cell, Words):
            return ""
        known = term(cell.term, self.settings.notation) if cell.term else None
        return cell.title or (known.title if known else self.words.get(cell.style, ""))

    def _cell(self, cell: lecture.Cell, share: float) -> Cell:
        """What stands in a column that takes such a share of the line."""
        match cell:
            case Words():
                return self._prose(cell)
            case Picture():
                return made.Image(cell.file.rpartition("/")[2], self._text(cell.caption, cell.where), cell.alt, mark(cell.where, "the image"))
            case Table():
                head, *rows = (tuple(self._text(text, cell.where) for text in row) for row in cell.rows)
                return made.Table(head, tuple(rows), mark(cell.where, "the table"))
            case Recall():
                return self._recall(cell, share)
            case Exercises():
                return made.Exercises(tuple(self._exercise(one, share) for one in cell.problems), mark(cell.where, "the exercises"))
            case lecture.Stack():
                return Stack(tuple(self._cell(one, share) for one in cell.cells))
        if cell.show == (QUESTION,):
            return made.Exercises((self._exercise(cell, share),), mark(cell.where, "the question"))
        return self.pages[id(cell)]

    def _measure(self, share: float) -> Measure:
        return Measure(text_width(self.mode, self.settings) * share, self.fit.narrow)

    def _recall(self, cell: Recall, share: float) -> made.Recall:
        one = self.examined[cell.problem]
        letters = names(one.problem, one.derivation)
        boxes = [box for passage in passages(one.derivation, letters) for box in passage.boxed]
        shown = [
            answer(box, self.settings.notation, self._measure(share), cell.where, self.words)
            for box in boxes if not cell.show or box.quantity in cell.show
        ] if self.mode.reveals != "nothing" and self.mode.name != "blank" else []
        results = tuple(made.Result(a.left, a.relation, a.lines, self.numbers.get(f"{cell.problem}.{a.quantity}", "")) for a in shown)
        title = one.problem.title
        return made.Recall(self._text(title, cell.where), prose.plain(title), results, mark(cell.where, "the result"))

    def _exercise(self, use: Use, share: float) -> made.Exercise:
        problem = self.examined[use.problem].problem
        asked = questions.question(problem, self.settings.notation, self.words, self._measure(share))
        title = use.title or problem.title
        parts = [(f"({part.label})", part.statement, part.find) for part in questions.parts(problem, self.settings.notation, self.words)]
        said = " ".join(one for one in (asked.statement, asked.find, *chain(*parts)) if one)
        return made.Exercise(self._text(title, use.where), prose.plain(title), asked.lines, asked.given, said)

    def _symbols(self, entry: Symbols) -> tuple[Item, ...]:
        """The table of notation of the problems that it names, or of all that are shown."""
        shown = entry.problems or tuple(dict.fromkeys(e.problem for e in self.entries if isinstance(e, Use)))
        title = self._text(entry.title, entry.where) if entry.title else self.words["notation"]
        told = [self.examined[name] for name in shown]
        return symbols.tables(
            [(one.problem, one.derivation if self.mode.reveals == "everything" else None) for one in told], self.settings.notation,
            self.words, title, mark(entry.where, "this frame"), symbols.ON_A_FRAME if self.mode.slides else 0,
        )

    def _prose(self, entry: Words) -> made.Prose:
        known = term(entry.term, self.settings.notation) if entry.term else None
        title = entry.title or (known.title if known else "")
        text = known.text if known else entry.text

        def paragraphs(words: str, own: bool = True) -> tuple[str, ...]:
            return tuple(self._text(words, entry.where, displays=True, own=own).split("\n\n")) if words else ()

        open_ = self.mode.reveals == "nothing" or self.mode.name == "blank"
        said, answered = paragraphs(text, known is None), () if open_ else paragraphs(entry.answer)
        points = tuple(self._text(point, entry.where, displays=True) for point in entry.points)
        place = mark(entry.where, "this frame")
        few = words_lines((*said, *points, *answered), text_width(self.mode, self.settings)) <= FEW
        size = self.fit.type_at(place) or ("large" if few else "")
        return made.Prose(
            entry.style, self._text(title, entry.where), prose.plain(title) if title else "", said, points, place,
            answered, self._text(entry.by, entry.where), size, self.clicks.get(id(entry), 1),
        )

    def _text(self, words: str, where: Position, displays: bool = False, own: bool = True) -> str:
        """Prose as LaTeX, with the numbers of the results that it refers to; in the author's `own` words letters become bold.

        DeriveError [unknown-result] for a result that there is not.
        """

        def number(name: str) -> str:
            if name not in self.numbers and self.mode.reveals == "everything":
                raise DeriveError(
                    f"nothing in this lecture is called `{name}`", code="unknown-result", where=where,
                    hint="the number of a result: \\eqref{NAME} or \\eqref{NAME.gradient}, of a problem that has a frame",
                )
            return self.numbers.get(name, "")

        numbered = REFERENCE.sub(lambda found: number(found[1]), words)
        numbered = prose.in_bold(numbered, self.kinds, self.settings.notation) if own else numbered
        return prose.to_latex(numbered, where, displays=displays, language=self.settings.notation.language) if numbered else ""


def _has_rows(cell: lecture.Cell) -> bool:
    """Whether it is a derivation."""
    return isinstance(cell, Use) and not (cell.show and all(name in (*placing.SHOWN, QUESTION) for name in cell.show))


def _numbered(page: ProblemPage, before: int) -> ProblemPage:
    """The page, its results numbered behind the ones before it: in the rows that state them on slides, where they are boxed on paper."""
    keys = {one.key: f"({k})" for k, one in enumerate(page.answers, before + 1)}
    waiting = list(keys.values())

    def of_block(block: Block) -> Block:
        rows = tuple(replace(row, equation=waiting.pop(0)) if row.boxed and waiting else row for row in block.rows)
        return replace(block, rows=rows, answers=tuple(map(of_answer, block.answers)))

    def of_answer(one: Answer) -> Answer:
        if keys.get(one.key) in waiting:
            waiting.remove(keys[one.key])
        return replace(one, equation=keys.get(one.key, ""))

    def of_frame(frame: Frame) -> Frame:
        return replace(frame, blocks=tuple(map(of_block, frame.blocks)))

    frames = tuple(map(of_frame, page.frames))
    waiting = list(keys.values())
    return replace(page, frames=frames, blocks=tuple(map(of_block, page.blocks)), answers=tuple(map(of_answer, page.answers)))
