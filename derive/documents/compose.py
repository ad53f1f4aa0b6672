"""A derivation and its check → the plain values of a page."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from derive.derivation.derivation import Derivation, Head
from derive.derivation.reason import says_not
from derive.documents.figures.placing import of_page
from derive.documents.layout.measure import line_height, width
from derive.documents.layout.packing import Room
from derive.documents.page import question as questions
from derive.documents.page import story
from derive.documents.page.abbreviations import Names, abbreviations, names
from derive.documents.page.asides import displayed, opened
from derive.documents.page.document import Block, Command, Document, Frame, Item, PartText, ProblemPage, Question
from derive.documents.page.fitting import fitted, undivided
from derive.documents.page.frames import widest
from derive.documents.page.items import Image, Pictures
from derive.documents.page.letters import needed
from derive.documents.page.modes import QUESTION, Mode
from derive.documents.page.parts import FIRST, titled_once, under_parts
from derive.documents.page.picture import Figure
from derive.documents.page.references import cited
from derive.documents.page.rows import EQUAL, Measure, Sides, answer, broken, mark, relation_width, row, sides
from derive.documents.page.settings import Fit, Settings, in_colours
from derive.documents.page.text_width import text_width
from derive.documents.page.units import BETWEEN, EM, SMALL, Page, in_column
from derive.documents.page.views import Boxed, Passage, behind, between, in_place, numbered
from derive.documents.wording import prose
from derive.documents.wording.narrative import capital
from derive.documents.wording.reasons import reason, reason_width
from derive.documents.wording.words import words as words_of
from derive.errors import Position
from derive.expressions.nodes import Expr, Symbol
from derive.expressions.sizes import is_column
from derive.language.problems.problem import Problem
from derive.notation.latex import lines as latex_lines
from derive.notation.latex.boxes import Formula, beside
from derive.notation.latex.compose import NOTHING
from derive.notation.latex.latex import formula
from derive.notation.settings import Notation
from derive.values import dataclass

QUESTION_AROUND = 12.5
"""Points that the box of a question takes above and below its lines."""
WORDS = 1.04
"""Small words are so much wider than a reason."""
SHORT = 2
"""Of a question that takes more lines than this only so many are repeated on the frames after the first."""

if TYPE_CHECKING:
    from derive.checking.report import Report

FULLER = 7.4
"""By so many points rows may be higher than TeX's own room for a frame: the last one ends without the space below it."""

Meant = tuple[tuple[Symbol, Expr], ...]
Definitions = tuple[tuple[Formula, tuple[Formula, ...]], ...]


def problem_page(
    problem: Problem,
    derivation: Derivation | None,
    report: Report | None,
    mode: Mode,
    settings: Settings,
    fit: Fit | None = None,
    number: str = "",
    points: str = "",
    show: tuple[str, ...] = (),
    hints: bool = False,
    rows: tuple[int, int] | None = None,
    share: float = 1.0,
    clicks: int = 0,
) -> ProblemPage:
    """The page of a problem.  Without a derivation it holds the question alone: nothing of a solution is in it.

    report  of the check; None where nothing was checked
    fit     what TeX taught of an earlier attempt; None at the first
    number  its label in its collection, '' alone
    points  as the collection gives them, else the problem's own
    show    which quantities of the derivation to print, all when empty; `question` alone: what is asked, nothing more
    rows    from which row to which of the derivation, as they are numbered on slides; all when it is None
    hints   its hints are printed, even where the settings leave them out; only with a question that stands without its answer
    share   of the line that it may take, beside something else
    clicks  of the frame that it is put on, before its rows are shown: it stands there undivided; 0 where it has frames of its own
    """
    fit, settings = fit or Fit(), in_colours(settings, problem)
    notation, words = settings.notation, words_of(settings.notation.language)
    where = problem.positions.get("function") or Position(problem.file or problem.id, 1)
    measure = Measure(share * text_width(mode, settings), fit.narrow, fit.hanging, relation_width(settings))
    told = derivation if mode.reveals != "nothing" and show != (QUESTION,) else None
    letters = names(problem, told)
    short = abbreviations(told, letters, fit.letters.get(problem.id, 0)) if told else letters
    found, boxes = _shown(told, short, problem, mode, show, rows) if told else ((), [])
    hinted = (settings.hints or hints) and _gives_hints(mode)
    parts = _parts(problem, settings, hinted)
    meant = _meant(problem, told, letters, short, boxes, mode)
    ends = _ends(told, short, rows)
    remarks, conventions = _remarks(problem, told if ends else None, notation, mode)
    asked = _asked(questions.question(questions.asking(problem, show), notation, words, measure, letters), hinted, rows)
    figures = () if rows else of_page(problem, told, mode, settings, show if show != (QUESTION,) else ())
    around = Around(asked, remarks, conventions)
    frames: tuple[Frame, ...] = ()
    if mode.slides:
        around = _apart(problem, around, measure.line, words, fit)
        page = Page(
            notation, measure, where, words, settings.highlight and settings.overlays and mode.name != "blank",
            1.35 * reason_width(problem.title), parts, settings.reason, meant, problem.id, conventions=around.conventions, head=measure.line,
        )
        room = _room(settings, fit, fit.scale.get(problem.id, 1.0), around.asked, parts, measure.line)
        beside = [] if mode.name == "blank" else [figure for figure in figures if figure.place == "solution"]
        frames = _frames(found, page, room, around.remarks, fit, clicks, beside[-1:], ends, told is None)
        figures = tuple(figure for figure in figures if all(figure not in frame.figures for frame in frames))
    checked, checked_short = _checked_words(report if told else None, words)
    return ProblemPage(
        problem.id, number, questions.title(problem, notation), prose.plain(problem.title), around.asked,
        _on_paper(found, parts, measure, settings, where, mode), frames,
        tuple(answer(box, notation, measure, where, words) for box in boxes), parts, points or _points(problem),
        _layout(problem, {box.quantity for box in boxes}, settings, words), checked, checked_short, around.remarks,
        questions.text(problem, "source", notation), questions.text(problem, "notes", notation) if mode.reveals == "everything" else "",
        mark(where, "the question"),
        tuple((formula(symbol, notation), broken(expr, notation, {}, measure.line - 6.0)) for symbol, expr in meant),
        figures, around.opening, around.ending, share, around.conventions,
    )


@dataclass(frozen=True)
class Around:
    """The words around a derivation: the question, the remarks and conventions behind it, and on slides the paragraphs that have frames of
    their own, before it and behind it."""

    asked: Question
    remarks: tuple[str, ...]
    conventions: tuple[str, ...]
    opening: tuple[tuple[str, ...], ...] = ()
    ending: tuple[tuple[str, ...], ...] = ()


def _gives_hints(mode: Mode) -> bool:
    """Whether a kind of document has hints: with a question alone, and on a web page, which folds them away."""
    return mode.reveals == "nothing" or mode.suffix == "html"


def _ends(told: Derivation | None, short: Names, rows: tuple[int, int] | None) -> bool:
    """Whether the page reaches the last row of the derivation."""
    return not rows or not told or rows[1] >= sum(len(passage.views) for passage in in_place(told, short))


def _asked(asked: Question, hinted: bool, rows: tuple[int, int] | None) -> Question:
    """The question, without its hint where none is given, and without its words behind the first rows."""
    asked = asked if hinted else replace(asked, hint="")
    return replace(asked, statement="", find="", given=()) if rows and rows[0] > 1 else asked


def _meant(problem: Problem, told: Derivation | None, letters: Names, short: Names, boxes: Sequence[Boxed], mode: Mode) -> Meant:
    """The letters that a page must say, with what they stand for."""
    if told is None:
        return ()
    meant = (*((symbol, letters.of(expr)) for symbol, expr in told.letters), *short.definitions)
    return _in_key(problem, boxes, letters, meant) if mode.reveals == "answers" else meant


def _on_paper(
    found: Sequence[Passage], parts: Sequence[PartText], measure: Measure, settings: Settings, where: Position, mode: Mode
) -> tuple[Block, ...]:
    """The passages as blocks; of a key those that have answers, without their rows."""
    blocks = titled_once(_blocks(found, parts, measure, settings, where, mode.told)) if mode.reveals != "nothing" else ()
    if mode.reveals != "answers":
        return blocks
    return tuple(replace(block, rows=(), lead=NOTHING, widest=NOTHING) for block in blocks if block.answers)


def _frames(
    found: Sequence[Passage], page: Page, room: Room, remarks: Sequence[str], fit: Fit, clicks: int, beside: Sequence[Figure],
    ends: bool, alone: bool,
) -> tuple[Frame, ...]:
    """The frames of the derivation, which close the problem where it `ends` with them; an empty one where the question stands `alone`."""
    if not found:
        return (Frame("", 1, 1, (), False, 1),) if alone else ()
    cut_up = undivided(found, page, room, remarks, fit, clicks) if clicks else fitted(found, page, room, remarks, fit, beside)
    return tuple(replace(frame, last=frame.last and ends) for frame in cut_up)


def _parts(problem: Problem, settings: Settings, hinted: bool) -> tuple[PartText, ...]:
    """What each part asks; its hint where hints are given."""
    parts = questions.parts(problem, settings.notation, words_of(settings.notation.language))
    return parts if hinted else tuple(replace(part, hint="") for part in parts)


def _checked_words(report: Report | None, words: Mapping[str, str]) -> tuple[str, str]:
    """How the lines were checked, a sentence and a shorter one; nothing without a report."""
    if report is None:
        return "", ""
    return words[f"check{_how(report)}"].format(**_checked(report)), words[f"check_short{_how(report)}"].format(**_checked(report))


def _apart(problem: Problem, around: Around, line: float, words: Mapping[str, str], fit: Fit) -> Around:
    """The words as they stand on the frames of the derivation, and those that no frame has room for on frames of their own."""
    if (f"{problem.id}/closing",) * 2 in fit.apart:
        ending = opened([p for remark in (*around.remarks, *around.conventions) for p in remark.split("\n\n")], line)
        around = replace(around, remarks=(), conventions=(), ending=ending)
    if (f"{problem.id}/question",) * 2 not in fit.apart:
        return around
    asked = around.asked
    said = " ".join(filter(None, (words["with"], ", ".join(asked.given)))) + "."
    displays = [display for left, lines in asked.lines if len(lines) > SHORT for display in displayed(left, lines)]
    told = opened((*asked.statement.split("\n\n"), said[:1].upper() + said[1:], *displays), line)
    return replace(around, asked=replace(asked, statement="", given=()), opening=told)


def _shown(
    told: Derivation, short: Names, problem: Problem, mode: Mode, show: Sequence[str], rows: tuple[int, int] | None
) -> tuple[tuple[Passage, ...], list[Boxed]]:
    """The passages that are printed, numbered, and the answers of all."""
    wanted = {*show, "lemma"} if FIRST & set(show) else set(show)
    found = under_parts(tuple(p for p in in_place(told, short) if not show or p.chain.quantity in wanted), problem)
    found = between(numbered(found), *rows) if rows else found
    boxes = [box for passage in found for box in behind(passage).boxed]
    found = found if mode.in_rows else tuple(map(behind, found))
    found = found if rows else numbered(found)
    # A part of a key begins with its answers.
    return tuple(passage for passage in found if passage.boxed) if mode.reveals == "answers" else found, boxes


def _in_key(problem: Problem, boxes: Sequence[Boxed], letters: Names, meant: Meant) -> Meant:
    """The letters of its answers: without the question beside it, a key defines what `let` names too."""
    return needed(_formulas(boxes), (*((symbol, letters.of(expr)) for symbol, expr in problem.let), *letters.definitions, *meant))


def _formulas(boxes: Sequence[Boxed]) -> list[Expr]:
    """What stands in boxes, and in their conditions."""
    return [expr for box in boxes for expr in (box.result.expr, *(p for c in box.result.conditions for p in c)) if isinstance(expr, Expr)]


def _remarks(problem: Problem, told: Derivation | None, notation: Notation, mode: Mode) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Where the function has no derivative, what the engine remarks, what the author does; and what the engine remarks, apart on slides.
    Beside answers alone only what the letters mean, and what the author says."""
    if told is None:
        return (), ()
    own = (questions.text(problem, "remark", notation),) if problem.prose.get("remark") else ()
    if mode.reveals == "answers":
        return (*(reason(remark, notation) for remark in told.explained), *own), ()
    conventions = tuple(reason(remark, notation) for remark in told.remarks)
    said = (
        *(capital(reason(c, notation)) + words_of(notation.language)["stop"] for c in told.conditions if says_not(c)),
        *(() if mode.slides else conventions),
        *own,
    )
    return said, conventions if mode.slides else ()


def single(page: ProblemPage, mode: Mode, settings: Settings) -> Document:
    """The document of one problem."""
    return collected((page,), mode, settings, title=page.title, title_plain=page.title_plain, collection=False)


def collected(
    items: tuple[Item, ...], mode: Mode, settings: Settings, *, title: str, title_plain: str, subtitle: str = "",
    intro: tuple[str, ...] = (), due: str = "", points: str = "", collection: bool = True, theme: str = "", check: str = "",
) -> Document:
    """A document of several items in order.

    title, title_plain, subtitle  ready to be printed, `title_plain` without mathematics, for the reader of the file
    intro                         paragraphs
    due, points                   as the author wrote them; "" for none
    collection                    whether it is one of several problems
    theme, check                  of the slides; what the footline says of the check
    """
    language = settings.notation.language
    made = Document(
        title, title_plain, subtitle, prose.to_latex(settings.author, language=language), prose.plain(settings.author),
        prose.to_latex(settings.institute, language=language), prose.to_latex(settings.date, language=language), items,
        collection, intro, due, points,
        words_of(settings.notation.language), settings.overlays and mode.overlays, settings.aspect, settings.paper,
        settings.reason, settings.hints, _preamble(settings), theme or settings.theme,
        notes=settings.notes if mode.overlays else "none",
        commands=tuple(Command(own.name, own.parameters, own.default, own.body) for own in settings.commands.definitions), check=check,
    )
    drawn = any(isinstance(one, Image) or (isinstance(one, ProblemPage | Pictures) and one.figures) for one in made.everything)
    drawn = drawn or any(frame.figures for page in made.pages for frame in page.frames)
    return replace(made, drawn=drawn, references=cited(made, mode, settings, text_width(mode, settings)))


def _blocks(
    found: Sequence[Passage], parts: Sequence[PartText], measure: Measure, settings: Settings, where: Position, prose: bool
) -> tuple[Block, ...]:
    """The passages as blocks, the first of each part with what the part asks."""
    out: list[Block] = []
    for passage, stand in zip(found, stands := [sides(one.views, settings.notation, measure) for one in found], strict=True):
        part = next((p for p in parts if p.label == passage.part), None)
        first = part is not None and all(block.letter != passage.part for block in out)
        out.append(replace(_block(passage, stand, measure, settings, where, prose), part=part if first else None))
    page = Page(settings.notation, measure, where, words_of(settings.notation.language))
    return in_column(out, stands, page) if settings.reason == "right" and not prose else tuple(out)


def _block(passage: Passage, stand: Sides, measure: Measure, settings: Settings, where: Position, prose: bool) -> Block:
    """A passage as it stands on paper: every row once, nothing highlighted; as `prose`, with words around its displays."""
    words = words_of(settings.notation.language)
    views = [view for view in passage.views if not view.again]
    if views and len(views) < len(passage.views) and views[0].line.left is None:
        views[0] = replace(views[0], line=replace(views[0].line, left=views[0].left, steps=()))
    rows = tuple(row(view, settings.notation, measure, stand, where, kinds=words) for view in views)
    answers = tuple(answer(box, settings.notation, measure, where, words) for box in passage.boxed)
    title = reason(passage.title, settings.notation)
    block = Block(
        title, passage.chain.quantity, rows, answers, *widest(rows), stand.style, letter=passage.part, reached=passage.reached
    )
    return story.told(block, [view.line for view in views], words, settings.notation) if prose else block


def _room(settings: Settings, fit: Fit, scale: float, asked: Question, parts: Sequence[PartText], line: float) -> Room:
    """The height that a frame has for rows, below its question; `scale` is by how much TeX found it taller than thought."""
    height = fit.room + FULLER if fit.room else {169: 205.0, 43: 222.0}[settings.aspect]
    usual = QUESTION_AROUND + stated_height(asked, SHORT, line, False)
    said = reason_width(asked.find) + sum(reason_width(part.statement) + reason_width(part.find) + 5.0 for part in parts)
    beside = max(line - sum(width(left) + width(lines[0]) + 3.0 for left, lines in asked.lines), 0.0)
    given = max(WORDS * reason_width(", ".join(asked.given)) - beside, 0.0)
    first = QUESTION_AROUND + stated_height(asked, 99, line) + SMALL * (math.ceil(given / line) + math.ceil(WORDS * said / line))
    first += (3.0 + SMALL * math.ceil(WORDS * reason_width(asked.statement) / line)) if asked.statement else 0.0
    # A question that fills the first frame leaves the rows to the others.
    return Room(max((height - first) / scale, 1.0), (height - usual) / scale, settings.rows, BETWEEN)


def stated_height(asked: Question, most: int, line: float, display: bool = True) -> float:
    """The height of the formulas of a question, at most so many lines of each; what takes one line is set as in a `display`, or as in a text."""
    total, used, tallest = 0.0, line + 1.0, 0.0
    for left, lines in asked.lines:
        rows = (beside(left, EQUAL, lines[0]), *lines[1:][: most - 1])
        tall = [EM * line_height(text, display or len(rows) > 1) + 1.0 for text in rows]
        size = width(left) + max(map(width, lines)) + 2.34
        if len(tall) == 1 and used + size <= line:
            used += size + 1.5
            total, tallest = total + max(tall[0] - tallest, 0.0), max(tall[0], tallest)
            continue
        total += sum(tall)
        used, tallest = (size + 1.5, tall[0]) if len(tall) == 1 else (line, 0.0)
    return total


def _preamble(settings: Settings) -> str:
    """The author's own preamble, with its place for the log."""
    if not settings.macros:
        return ""
    return rf"\deriveat{{{mark(Position(settings.macros_file, 1), 'the macros')}}}" + f"\n{settings.macros.rstrip()}"


def _points(problem: Problem) -> str:
    given = problem.options.points
    return str(given) if given is not None else ""


def _checked(report: Report) -> dict[str, str]:
    return {"points": str(report.points), "error": scientific(report.max_relative_error), "exact": str(report.exact_lines),
            "count": str(report.count), "bits": str(report.bits)}


def _how(report: Report) -> str:
    """Which words say how the lines were checked: all exactly, some, or none."""
    return "" if not report.exact_lines else "_all" if report.exact_lines == report.count else "_some"


def scientific(value: float) -> str:
    """`2 \\cdot 10^{-12}`: one digit, rounded up; at least 10⁻¹⁶, below which a double says nothing."""
    if value <= 1e-16:
        return "10^{-16}"
    exponent = math.floor(math.log10(value))
    digit = math.ceil(value / 10.0**exponent - 1e-9)
    if digit == 10:
        digit, exponent = 1, exponent + 1
    return rf"10^{{{exponent}}}" if digit == 1 else rf"{digit} \cdot 10^{{{exponent}}}"


def _layout(problem: Problem, quantities: set[str], settings: Settings, words: Mapping[str, str]) -> str:
    """The layout convention, said once where it matters."""
    notation = settings.notation
    if "gradient" in quantities and len(problem.wrt) == 1 and not problem.wrt[0].is_scalar and problem.inner_product is None:
        gradient = latex_lines.head(Head("gradient", problem.name, problem.wrt), notation)
        derivative = latex_lines.head(Head("derivative", problem.name, problem.wrt, problem.directions), notation)
        direction = formula(problem.directions[0], notation)
        sub = f"_{{{notation.inner_subscript}}}" if notation.inner_subscript and not is_column(problem.wrt[0].shape) else ""
        return words["layout_gradient"].format(
            gradient=f"${gradient}$",
            variable=f"${formula(problem.wrt[0], notation)}$",
            derivative=f"${derivative}$",
            inner=rf"$\langle {gradient}, {direction} \rangle{sub}$",
        )
    if "jacobian" in quantities:
        return words["layout_denominator" if problem.layout == "denominator" else "layout_jacobian"]
    return ""


__all__ = ["collected", "problem_page", "scientific", "single", "stated_height", "text_width"]
