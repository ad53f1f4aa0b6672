"""Document → .tex → PDF, with what typesetting teaches: a row that TeX finds too long is broken, a frame too full is cut.

`folders` are those in which templates are looked for, the first that has one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from derive.documents.layout.measure import width
from derive.documents.page.document import Block, Document, ProblemPage, Row
from derive.documents.page.modes import Mode
from derive.documents.page.rows import HANG, LEAD, RELATION, chain_of, relation_width
from derive.documents.page.settings import TYPES, Fit, Settings
from derive.documents.page.text_width import text_width
from derive.documents.page.units import EM
from derive.documents.rendering.fill import fill
from derive.errors import DeriveError, Position
from derive.pipeline.budget import within
from derive.pipeline.look import STYLES
from derive.pipeline.tex import cell
from derive.pipeline.tex import engine as latex
from derive.pipeline.tex.log import Box, Log
from derive.values import dataclass

TRIES = 24
"""How often a document is set again, with rows broken further, before it is given up."""

AT_ONCE = 2.2
"""What is too full by so many points is taken for so many times as much taller: a part of that only brings rows closer together."""

TALLEST = 4.0
"""Frames are not taken for more than so many times as tall as was thought."""

LEFT = 0.1
"""A left side that takes less of the line than this does not get a line of its own."""

MOST_LETTERS = 6
"""So many subexpressions of a problem may be given letters so that its rows fit."""

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
    with within():
        return fill(mode.template, {"document": document, "mode": mode}, folders)


def foresee(document: Document, mode: Mode, folders: tuple[Path, ...], beside: Mapping[str, bytes]) -> None:
    """DeriveError [latex] for what TeX would refuse in the templates and styles of the project's own, as far as that is foreseen.

    beside  the project's styles and images, by name
    """
    if not own(folders, beside):
        return
    from derive.pipeline.tex import foreseen

    with within():
        foreseen.refuse(fill(mode.template, {"document": document, "mode": mode}, folders, True), folders, beside)


def own(folders: tuple[Path, ...], beside: Mapping[str, bytes]) -> list[str]:
    """The templates and styles of a project's own."""
    return [*(folder.as_posix() for folder in folders), *(name for name in beside if name.endswith(STYLES))]


def _refuse_untrusted(settings: Settings, folders: tuple[Path, ...], beside: Mapping[str, bytes]) -> None:
    """A project's own templates and styles are TeX that does what it likes: in the cell, or where the user says so.

    DeriveError [untrusted-tex].
    """
    mine = own(folders, beside)
    if settings.trust_tex or not mine or cell.standing().namespace:
        return
    raise DeriveError(
        f"{mine[0]} is TeX of the project's own, and this system has no cell to run it in ({cell.standing().why})",
        code="untrusted-tex",
        hint="read it, and say --trust-tex on the command line, or trust-tex = true in your own ~/.config/derive/config.toml",
    )


def style(folders: tuple[Path, ...]) -> str:
    """derive.sty, which documents need that are put into others."""
    return fill("derive.sty.j2", {}, folders)


def make(
    compose: Composer, mode: Mode, settings: Settings, folders: tuple[Path, ...] = (), beside: Mapping[str, bytes] | None = None,
    wrap: Callable[[str], str] = str,
) -> Made:
    """The .tex and PDF of a document, no box of which is too large.

    beside  files that TeX reads: themes, packages, images, by name
    wrap    puts what is no document of its own into one

    DeriveError: [untrusted-tex] for own TeX where there is no cell; [latex], [missing-program] of `latex.typeset`; [overfull]
    (exit code 3) when a row does not fit however it is broken, at the author's line.
    """
    mine = bool(own(folders, beside or {}) or settings.macros)
    _refuse_untrusted(settings, folders, beside or {})
    fit = Fit()
    room = (text_width(mode, settings), relation_width(settings))
    for _ in range(TRIES):
        document = compose(fit)
        text = tex(document, mode, folders)
        try:
            done = latex.typeset(wrap(text), beside, engine=document.words["engine"], own=mine)
        except DeriveError as error:
            if error.code == "latex":
                _as_foreseen(error, document, mode, folders, beside or {})
            raise in_template(error, folders, text, beside) from None
        if done.log.characters:
            shown = ", ".join(done.log.characters[:5])
            raise DeriveError(f"the fonts have no glyph for {shown}", code="latex", where=_where(document))
        if done.log.undefined:
            raise DeriveError(f"nothing is labelled {done.log.undefined[0]}", code="latex", where=_where(document))
        if not done.log.overfull:
            return Made(text, done.pdf, fit, done.log)
        if done.log.room and not fit.room:
            fit = replace(fit, room=done.log.room)
            continue
        better = refit(document, fit, done.log.overfull, *room)
        push = 1.0
        while better != fit and tex(compose(better), mode, folders) == text:
            # Widths are estimates: less room may be asked for until a row is broken.
            push *= 1.4
            fit, better = better, refit(document, better, done.log.overfull, *room, push)
        if better == fit:
            better = further(document, fit, done.log.overfull, room[0])
        if better == fit:
            break
        fit = better
    worst = max(done.log.overfull, key=lambda box: box.points)
    raise _too_large(worst, document)


def _as_foreseen(error: DeriveError, document: Document, mode: Mode, folders: tuple[Path, ...], beside: Mapping[str, bytes]) -> None:
    """What TeX refused, as it is foreseen where it is, with TeX's log."""
    try:
        foresee(document, mode, folders, beside)
    except DeriveError as told:
        told.hint = "\n".join(filter(None, (told.hint, *(line for line in (error.hint or "").splitlines() if line.startswith("TeX's log")))))
        raise told from None


def in_template(error: DeriveError, folders: tuple[Path, ...], text: str = "", beside: Mapping[str, bytes] | None = None) -> DeriveError:
    """The error at the line of the project's own template that says what TeX names, or that alone wrote into the frame, or the line, at which
    it stopped; else at a brace of the project's own without a partner.

    text    of the document
    beside  the project's styles and images, by name
    """
    if error.code != "latex" or (error.where is not None and error.where.file in (beside or {})):
        return error
    from derive.pipeline.tex import foreseen

    read, error.source = (error.source or "").strip(), None
    named = _NAMED.search(error.message)
    known = re.compile(re.escape(next(filter(None, named.groups()))) + r"(?![A-Za-z@])") if named else None
    around = [line.strip() for line in _around(text, read)]
    places = [
        (Position(name, number), line)
        for name, content in foreseen.own_texts(folders, beside or {}) for number, line in enumerate(content.splitlines(), 1)
        if (known.search(line) if known else _printed_by(line, around))
    ]
    if not places and (error.where is None or "closed" in error.message):
        places = [(Position(name, number), line) for name, number, line in foreseen.unpaired(text, folders, beside or {})]
    if places and (known or len(places) == 1):
        error.where, error.source = places[0]
    return error


_NAMED = re.compile(r"undefined control sequence (\\[A-Za-z@]+)|Environment (\w+) undefined|[`']([\w./-]+)' not found|[Uu]ndefined color `([^']+)'")
"""What TeX names in a message that a template may say."""


def _around(text: str, read: str) -> list[str]:
    """The lines of the frames, or the lines, of a document that TeX read when it stopped at such a line: a frame is read to its end first."""
    lines = text.splitlines()
    out: list[str] = []
    for end in (k for k, line in enumerate(lines) if read and line.strip() == read):
        begin = next((k for k in range(end, -1, -1) if lines[k].lstrip().startswith(r"\begin{frame}")), end) if r"\end{frame}" in read else end
        out += lines[begin : end + 1]
    return out


def _printed_by(line: str, read: Sequence[str]) -> bool:
    """Whether a template's line, whatever its variables hold, is among these lines."""
    words = [part.strip() for part in re.split(r"\\(?:VAR|BLOCK|COMMENT)\{.*?\}", line)]
    if sum(map(len, words)) < 2 or line.lstrip().startswith("%"):
        return False
    pattern = re.compile(r".*?".join(map(re.escape, words)))
    return any(pattern.fullmatch(one) for one in read)


def refit(document: Document, fit: Fit, boxes: tuple[Box, ...], line: float, relation: float = RELATION, push: float = 1.0) -> Fit:
    """What to try next: the rows of a place that is too wide get less of the line (the more, the harder it is pushed), a frame
    that is too full is taken for taller.

    boxes     what TeX found too large
    line      the width of the page's line, in points
    relation  what a relation sign takes of it, in points
    push      how much more is asked for than TeX said
    """
    narrow, scale = dict(fit.narrow), dict(fit.scale)
    better = fit
    for box in _once(boxes):
        if box.mark is None:
            continue
        if box.mark.what.startswith("frame ") and box.box == "v":
            large = frozenset(page.id for page in _pages(document, box) if page.frames and page.frames[0].size == "large") - fit.plain
            if large:
                better = replace(better, plain=better.plain | large)
                continue
            apart, taller = _too_full(document, box)
            # Where heights were thought too low once, larger type is not tried with the next packing.
            better = replace(better, apart=better.apart | apart, plain=better.plain.union(page.id for page in _pages(document, box)), taller={
                **better.taller, **{key: better.taller.get(key, 0.0) + AT_ONCE * box.points + 2.0 for key in taller}
            })
            scale |= {page.id: min(scale.get(page.id, 1.0) * 1.1, TALLEST) for page in _pages(document, box) if apart & fit.apart}
            continue
        if box.mark.what == "this frame":
            this = f"{box.mark.where.file}:{box.mark.where.line} {box.mark.what}"
            smaller = min(fit.tight.get(this, 0) + 1, len(TYPES) - 1 if document.theme else 1)
            better = replace(better, tight={**better.tight, this: smaller})
            continue
        page, place = _place(document, f"{box.mark.where.file}:{box.mark.where.line} {box.mark.what}")
        if page is None:
            continue
        if box.box == "v":
            excess = fit.scale.get(page.id, 1.0) * (1.0 + min(max(box.points / 180.0, 0.04), 0.4))
            scale[page.id] = min(max(scale.get(page.id, 1.0), excess), TALLEST)
        else:
            excess = push * (box.points / EM / line + 0.01)
            for key, share in _widest(page, place, line, relation, box.mark.what == "the question"):
                narrow[key] = max(min(narrow.get(key, 1.0), share) - excess, 0.3)
    return replace(better, narrow=narrow, scale=scale)


def _once(boxes: tuple[Box, ...]) -> list[Box]:
    """The boxes; of those about the same frame, which each of its clicks has, the one that is largest."""
    largest: dict[str, Box] = {}
    rest: list[Box] = []
    for box in boxes:
        if box.mark is None or not box.mark.what.startswith("frame "):
            rest.append(box)
        elif str(box.mark) not in largest or box.points > largest[str(box.mark)].points:
            largest[str(box.mark)] = box
    return [*rest, *largest.values()]


def _pages(document: Document, box: Box) -> list[ProblemPage]:
    """The problems whose frames a box may be about."""
    assert box.mark is not None
    where = f"{box.mark.where.file}:{box.mark.where.line} "
    return [page for page in document.pages if page.mark.startswith(where)]


def _too_full(document: Document, box: Box) -> tuple[frozenset[tuple[str, str]], list[str]]:
    """What a frame is too small for though it holds that alone, named twice; the last thing on it where it holds more, which is taken for
    taller."""
    assert box.mark is not None
    number = int(box.mark.what.split()[-1])
    spans = [page.frames[number - 1].span for page in _pages(document, box) if len(page.frames) >= number]
    return frozenset(span for span in spans if span[0] == span[1]), [last for first, last in spans if first != last]


def further(document: Document, fit: Fit, boxes: tuple[Box, ...], line: float) -> Fit:
    """What to try for rows that no breaking makes narrow enough: a left side on a line of its own, then letters for what
    occurs in them.

    boxes  what TeX found too wide
    """
    pages: list[str] = []
    beside: set[str] = set()
    for box in boxes:
        if box.mark is None or box.box == "v":
            continue
        page, blocks = _place(document, f"{box.mark.where.file}:{box.mark.where.line} {box.mark.what}")
        if page is not None:
            pages.append(page.id)
            beside |= {chain_of(row.key) for b in blocks for row in b.rows if b.style != "hanging" and _beside(row, b) > LEFT * line}
            beside |= {one.key for b in blocks for one in b.answers if not one.alone and width(one.left) > LEFT * line}
    beside -= fit.hanging
    if beside:
        kept = {key: share for key, share in fit.narrow.items() if chain_of(key) not in beside and key not in beside}
        return replace(fit, hanging=fit.hanging | beside, narrow=kept)
    more = {name: fit.letters.get(name, 0) + 1 for name in pages if fit.letters.get(name, 0) < MOST_LETTERS}
    kept = {key: share for key, share in fit.narrow.items() if key.partition("/")[0] not in more}
    return replace(fit, letters={**fit.letters, **more}, narrow=kept) if more else fit


def _place(document: Document, mark: str) -> tuple[ProblemPage | None, tuple[Block, ...]]:
    """The page, and the blocks that were set together, that a mark stands in."""
    for page in document.pages:
        groups: list[tuple[tuple[Block, ...], float]] = [(frame.blocks, frame.share) for frame in page.frames] or [
            ((block,), 1.0) for block in page.blocks
        ]
        for blocks, share in groups:
            if any(mark in (*(row.mark for row in block.rows), *(answer.mark for answer in block.answers)) for block in blocks):
                return replace(page, share=page.share * share), blocks
        if page.mark == mark:
            return page, groups[0][0] if groups else ()
    return None, ()


def _widest(page: ProblemPage, blocks: tuple[Block, ...], line: float, relation: float, asked: bool) -> list[tuple[str, float]]:
    """The keys of what may be too wide (the question, where it is about that, or rows and answers), each with the share of
    the line that it takes now."""
    stated = max((width(left) + 2.34 + max(map(width, lines)) for left, lines in page.question.lines), default=0.0) / line
    if asked and not page.frames:
        return [(f"{page.id}/question", stated)]
    line *= page.share
    shares = {f"{page.id}/question": stated / page.share} if page.frames else {}
    for block in blocks:
        leads = LEAD if block.lead else 0.0
        for row in block.rows:
            left = leads + _beside(row, block)
            shares[row.key] = (left + relation + max(map(width, row.lines))) / line
        for answer in block.answers:
            shares[answer.key] = (width(answer.left) + 2.5 + max(map(width, answer.lines))) / line
    most = max(shares.values(), default=0.0)
    return [(key, share) for key, share in shares.items() if share >= most - 0.1]


def _beside(row: Row, block: Block) -> float:
    """What stands on the line before a row's relation, in em."""
    if block.style == "aligned":
        return width(block.widest)
    return HANG if row.alone or (block.style == "hanging" and not row.left) else width(row.whole_left)


def _too_large(box: Box, document: Document) -> DeriveError:
    what = box.mark.what if box.mark else "a line"
    what = f"a line of words at {what}" if box.paragraph and box.mark else what
    kind = "wide" if box.box == "h" else "high"
    if box.paragraph:
        hint = "a word or a formula in it is longer than the line: say it shorter, or set the formula between $$ and $$"
    elif box.mark and box.mark.what == "this frame":
        hint = "make two frames of it, or say less on it"
    else:
        hint = "name a part of it with `let`, or give the frame fewer rows"
    return DeriveError(
        f"{what} is {box.points:.0f} pt too {kind} for the page, however it is broken",
        code="overfull",
        where=box.mark.where if box.mark else _where(document),
        hint=hint,
    )


def _where(document: Document) -> Position | None:
    """The first place that the document speaks of."""
    for item in document.items:
        if isinstance(item, ProblemPage):
            file, _, line = item.mark.rpartition(" the question")[0].rpartition(":")
            return Position(file, int(line)) if line.isdigit() else None
    return None
