"""Document → .tex → PDF, with what typesetting teaches: a row that TeX finds too long is broken, a frame too full is cut."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from derive.documents.compose import EM, text_width
from derive.documents.document import Block, Document, ProblemPage
from derive.documents.measure import width
from derive.documents.modes import Mode
from derive.documents.rows import LEAD, RELATION
from derive.documents.settings import Fit, Settings
from derive.documents.templates import fill
from derive.errors import DeriveError, Position
from derive.pipeline import latex
from derive.pipeline.texlog import Box, Log

TRIES = 8
"""How often a document is set again, with rows broken further, before it is given up."""

TALLEST = 4.0
"""Frames are not taken for more than so many times as tall as was thought."""

Composer = Callable[[Fit], Document]
"""A document for what is known of its fit."""


@dataclass(frozen=True)
class Made:
    """A document's LaTeX, its PDF, what typesetting it taught, and the log of the run that made it."""

    tex: str
    pdf: bytes
    fit: Fit
    log: Log


def tex(document: Document, mode: Mode, folders: tuple[Path, ...] = ()) -> str:
    """The LaTeX of a document: pure, and the same for the same values."""
    return fill(mode.template, {"document": document, "mode": mode}, folders)


def make(
    compose: Composer, mode: Mode, settings: Settings, folders: tuple[Path, ...] = (), beside: dict[str, bytes] | None = None
) -> Made:
    """The .tex and PDF of a document, no box of which is too large.

    DeriveError: [latex], [missing-program] of `latex.typeset`; [overfull] (exit code 3) when a row does not fit however it
    is broken, at the author's line.
    """
    fit = Fit()
    for _ in range(TRIES):
        document = compose(fit)
        text = tex(document, mode, folders)
        done = latex.typeset(text, beside)
        if done.log.characters:
            shown = ", ".join(done.log.characters[:5])
            raise DeriveError(f"the fonts have no glyph for {shown}", code="latex", where=_where(document))
        if done.log.undefined:
            raise DeriveError(f"nothing is labelled {done.log.undefined[0]}", code="latex", where=_where(document))
        if not done.log.overfull:
            return Made(text, done.pdf, fit, done.log)
        better = refit(document, fit, done.log.overfull, text_width(mode, settings))
        while better != fit and tex(compose(better), mode, folders) == text:
            # Widths are estimates: less room may be asked for until a row is broken.
            fit, better = better, refit(document, better, done.log.overfull, text_width(mode, settings))
        if better == fit:
            break
        fit = better
    worst = max(done.log.overfull, key=lambda box: box.points)
    raise _too_large(worst, document)


def refit(document: Document, fit: Fit, boxes: tuple[Box, ...], line: float) -> Fit:
    """What to try next: the rows of a place that is too wide get less of the line, a frame that is too full is taken for taller."""
    narrow, scale = dict(fit.narrow), dict(fit.scale)
    for box in boxes:
        if box.mark is None:
            continue
        page, place = _place(document, f"{box.mark.where.file}:{box.mark.where.line} {box.mark.what}")
        if page is None:
            continue
        if box.box == "v":
            excess = fit.scale.get(page.id, 1.0) * (1.0 + min(max(box.points / 180.0, 0.04), 0.4))
            scale[page.id] = min(max(scale.get(page.id, 1.0), excess), TALLEST)
        else:
            excess = box.points / EM / line
            for key, share in _widest(page, place, line, box.mark.what == "the question"):
                narrow[key] = max(min(narrow.get(key, 1.0), share) - excess - 0.01, 0.3)
    return replace(fit, narrow=narrow, scale=scale)


def _place(document: Document, mark: str) -> tuple[ProblemPage | None, tuple[Block, ...]]:
    """The page, and the blocks that were set together, that a mark stands in."""
    for page in document.items:
        if not isinstance(page, ProblemPage):
            continue
        groups: list[tuple[Block, ...]] = [frame.blocks for frame in page.frames] or [(block,) for block in page.blocks]
        for blocks in groups:
            if any(mark in (*(row.mark for row in block.rows), *(answer.mark for answer in block.answers)) for block in blocks):
                return page, blocks
        if page.mark == mark:
            return page, groups[0] if groups else ()
    return None, ()


def _widest(page: ProblemPage, blocks: tuple[Block, ...], line: float, asked: bool) -> list[tuple[str, float]]:
    """The keys of what may be too wide (the question, where it is about that, or rows and answers), each with the share of
    the line that it takes now."""
    stated = max(width(left) + 2.34 + max(map(width, lines)) for left, lines in page.question.lines) / line
    if asked and not page.frames:
        return [(f"{page.id}/question", stated)]
    shares = {f"{page.id}/question": stated} if page.frames else {}
    for block in blocks:
        leads = LEAD if block.lead else 0.0
        for row in block.rows:
            left = leads + width(row.whole_left if block.flush else block.widest)
            shares[row.key] = (left + RELATION + max(map(width, row.lines))) / line
        for answer in block.answers:
            shares[answer.key] = (width(answer.left) + 2.5 + max(map(width, answer.lines))) / line
    most = max(shares.values(), default=0.0)
    return [(key, share) for key, share in shares.items() if share >= most - 0.1]


def _too_large(box: Box, document: Document) -> DeriveError:
    what = box.mark.what if box.mark else "a line"
    kind = "wide" if box.box == "h" else "high"
    return DeriveError(
        f"{what} is {box.points:.0f} pt too {kind} for the page, however it is broken",
        code="overfull",
        where=box.mark.where if box.mark else _where(document),
        hint="name a part of it with `let`, or give the frame fewer rows",
    )


def _where(document: Document) -> Position | None:
    """The first place that the document speaks of."""
    for item in document.items:
        if isinstance(item, ProblemPage):
            file, _, line = item.mark.rpartition(" the question")[0].rpartition(":")
            return Position(file, int(line)) if line.isdigit() else None
    return None

