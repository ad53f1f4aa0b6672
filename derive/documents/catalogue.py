"""The rule catalogue as a document: one section a table, a page-friendly entry a rule."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from derive.calculus.catalogue.catalogue import TABLES, Entry
from derive.calculus.rules.law import Law
from derive.derivation.derivation import Derivation
from derive.derivation.reason import Why, says_not
from derive.documents.compose import collected, scientific
from derive.documents.layout.measure import width
from derive.documents.page.document import Block, Document, Item, ProblemPage, Question
from derive.documents.page.frames import widest
from derive.documents.page.items import Section
from derive.documents.page.modes import Mode
from derive.documents.page.rows import HANG, QUAD, RELATION, WIDE, Measure, Sides, answer, broken, mark, row, sides
from derive.documents.page.settings import Fit, Settings
from derive.documents.page.text_width import text_width
from derive.documents.page.units import Page as Look
from derive.documents.page.units import in_column
from derive.documents.page.views import Passage, passages
from derive.documents.wording.narrative import capital
from derive.documents.wording.reasons import reason
from derive.documents.wording.words import words as words_of
from derive.errors import Position
from derive.expressions.nodes import Expr
from derive.notation.latex.boxes import Formula, beside
from derive.notation.latex.compose import BLANK, EQUALS, NOTHING
from derive.notation.latex.latex import formula
from derive.notation.settings import Notation
from derive.notation.text import text
from derive.values import dataclass

if TYPE_CHECKING:
    from derive.checking.report import Report

MODE = Mode("catalogue", "catalogue.tex.j2", "every rule with its proof, an example, a source")

INTRO = (
    "Every rule that stands beside a line of a derivation, with the conditions under which it holds, a proof, and an example. "
    "The statements are printed from the tables that the program differentiates with, and the examples are its own derivations. "
    "Every line was checked by numbers at random points, those of the proofs too. "
    r"Beside each proof stand the number of points and the largest relative error. "
    r"$H$, $K$ (for vectors $h$, $k$) are directions, $\langle\cdot,\cdot\rangle$ is the Frobenius inner product.",
)


SHORT = 15.0
"""An equation of this width, in em, may be a title."""


@dataclass(frozen=True)
class Page:
    """An entry with the reports of its proofs and of its example."""

    entry: Entry
    proofs: tuple[Report, ...]
    example: Report | None


def document(pages: Sequence[Page], settings: Settings, fit: Fit) -> Document:
    """The document of these entries, in the order of the tables; sections with nothing in them are left out.

    pages  an entry each
    """
    items: list[Item] = []
    number = 0
    for table, (title, use) in TABLES.items():
        found = [page for page in pages if page.entry.table == table]
        if not found:
            continue
        number += 1
        if len(pages) > 1:
            items.append(Section(_text(title, settings.notation), title, number))
        known = {one.entry.name: _title(one.entry, settings.notation) for one in pages}
        items.extend(_page(page, settings, fit, use if page is found[0] and len(pages) > 1 else "", known) for page in found)
    title = "The rules" if len(pages) > 1 else capital(text.why(pages[0].entry.called))
    return collected(tuple(items), MODE, settings, title=title, title_plain=title, intro=INTRO if len(pages) > 1 else ())


def _page(page: Page, settings: Settings, fit: Fit, use: str, known: Mapping[str, str] = MappingProxyType({})) -> ProblemPage:
    """One entry.  `statement` of its question says what the section is for, before the section's first rule; `notes` are references to
    the rules that are at work in its proofs and its example, of those that are `known`, by name with their titles."""
    e, notation = page.entry, settings.notation
    measure = Measure(text_width(MODE, settings), fit.narrow, fit.hanging)
    where = Position(f"rule-{e.name}", 1)
    lines = []
    for left, right in e.statement:
        shown = formula(left, notation)
        key = f"{e.name}/question"
        room = measure.available(key, width(shown) + RELATION)
        if width(shown) > WIDE * measure.line and width(formula(right, notation)) > room:
            above, below = broken(left, notation, {}, measure.available(key, 0.0)), broken(right, notation, {}, measure.available(key, HANG + 1.0))
            lines.append((NOTHING, (*above, *_under(below))))
        else:
            lines.append((shown, broken(right, notation, {}, room)))
    blocks = [
        block
        for k, (proof, report) in enumerate(zip(e.proofs, page.proofs, strict=True))
        for block in _blocks(proof, report, f"{e.name}-proof-{k + 1}", _proof_title(proof), measure, settings)
    ]
    if e.example is not None and page.example is not None:
        blocks += _blocks(e.example, page.example, f"{e.name}-example", "Example", measure, settings)
    by_sympy = "This step is SymPy's." if e.sympy else ""
    fails = tuple(f"{said[:1].upper()}{said[1:]}." for said in (reason(c, notation) for c in e.conditions if says_not(c)))
    remarks = (*fails, _heads(reason(e.reason, notation)), _text(e.note, notation), _text(by_sympy, notation))
    stated = Question(
        tuple(lines), tuple(reason(c, notation) for c in e.conditions if not says_not(c)), "", _text(use, notation), _heads(reason(e.said, notation))
    )
    return ProblemPage(
        e.name, "", _title(e, notation), capital(text.why(e.called)), stated,
        tuple(blocks), (), (), (), "", "", "", "",
        tuple(r for r in remarks if r),
        _text(e.source, notation),
        ", ".join(rf"\derivesee{{{name}}}{{{known[name]}}}" for name in at_work(e) if name in known), mark(where, "the question"),
    )


def _title(entry: Entry, notation: Notation) -> str:
    """LaTeX of what the entry is called; a law that is told by its equation is called by that, where it is short."""
    if isinstance(entry.row, Law) and entry.row.tells and len(entry.statement) == 1:
        (left, right), = entry.statement
        shown = beside(formula(left, notation), BLANK, EQUALS, BLANK, formula(right, notation))
        if width(shown) <= SHORT:
            return f"${shown}$"
    return capital(reason(entry.called, notation)) + (f" ({entry.apart})" if entry.apart else "")


def at_work(entry: Entry) -> tuple[str, ...]:
    """The names of other rules in the proofs and in the example of one, in the order in which they come."""
    derivations = (*entry.proofs, *((entry.example,) if entry.example is not None else ()))
    lines = [line for one in derivations for chain in one.chains for line in chain.lines]
    names = dict.fromkeys(name for line in lines for name in (line.rule, *(step.rule for step in line.steps)))
    return tuple(name for name in names if name != entry.name)


def _under(lines: Sequence[Formula]) -> tuple[Formula, ...]:
    """The right side of an equation, below its left side."""
    return (beside(EQUALS, BLANK, lines[0]), *(beside(*QUAD, line) for line in lines[1:]))


def _proof_title(proof: Derivation) -> str:
    title = proof.chains[0].title
    return title if title == "Proof" else f"Proof: {title}"


def _blocks(
    derivation: Derivation, report: Report, key: str, title: str, measure: Measure, settings: Settings
) -> list[Block]:
    """The chains of a proof or of an example; the first carries the title and the check, the last the remarks."""
    known = replace(derivation, problem=replace(derivation.problem, id=key))
    where = Position(key, 1)
    notation = settings.notation
    found = passages(known)
    stands = [sides(passage.views, notation, measure) for passage in found]
    out = [_block(passage, stand, measure, settings, where) for passage, stand in zip(found, stands, strict=True)]
    out = list(in_column(out, stands, Look(notation, measure, where, words_of(notation.language))))
    said = tuple(reason(r, notation) for r in (*where_of(derivation), *derivation.remarks))
    check = rf"{report.points} points, ${scientific(report.max_relative_error)}$"
    heading = rf"{_text(title, notation)}\hfill {{\footnotesize {check}}}"
    named = [replace(block, title=heading if k == 0 else "") for k, block in enumerate(out)]
    named[-1] = replace(named[-1], quantity=" ".join(said))
    return named


def where_of(derivation: Derivation) -> tuple[Why, ...]:
    """What the letters of intermediates stand for: one sentence, () where there are none or the first line says it."""
    first = derivation.chains[0].lines[0].why
    said = {first[k : k + 3] for k in range(len(first) - 2)}
    if any((symbol, " = ", definition) in said for symbol, definition in derivation.letters):
        return ()
    out: list[str | Expr] = []
    for symbol, definition in derivation.letters:
        out += [", " if out else "Here ", symbol, " = ", definition]
    return ((*out, "."),) if out else ()


def _block(passage: Passage, stand: Sides, measure: Measure, settings: Settings, where: Position) -> Block:
    words = words_of(settings.notation.language)
    rows = tuple(row(view, settings.notation, measure, stand, where) for view in passage.views)
    answers = tuple(answer(box, settings.notation, measure, where, words) for box in passage.boxed)
    return Block("", "", rows, answers, *widest(rows), stand.style)


def _text(words: str, notation: Notation) -> str:
    return reason((words,), notation)


_HEAD = re.compile(r"(?<![A-Za-z$\\])(D(?:\$\^\{?2\}?\$)?|\$D\^\{2\}\$|\$\\nabla\$|d)?f(?![a-z])(\(X[^)]*\))?(\[[^\]$]*\])?")


def _heads(text: str) -> str:
    """Df(X)[H] in the words of a statement as a formula."""

    def formula(found: re.Match[str]) -> str:
        sign = (found[1] or "").replace("$", "")
        sign = sign.replace("D", r"\mathrm{D}").replace("d", r"\mathrm{d}") if not sign.startswith("\\") else sign
        shown = f"{sign} f{found[2] or ''}{found[3] or ''}"
        return shown if text.count("$", 0, found.start()) % 2 else f"${shown}$"

    return re.sub(r"(?<![A-Za-z\\{])D(?=\^\{2\} f)", r"\\mathrm{D}", _HEAD.sub(formula, text))
