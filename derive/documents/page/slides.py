"""The frames of a derivation: how much room each has for rows, in which type they are set, what of the words has frames of its own."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from derive.documents.layout.measure import line_height, width
from derive.documents.layout.packing import Bounds, Room, cut
from derive.documents.page.asides import displayed, opened
from derive.documents.page.document import Frame, PartText, Question
from derive.documents.page.frames import frames
from derive.documents.page.settings import Fit, Settings
from derive.documents.page.units import BETWEEN, EM, SMALL, Page, Unit, units
from derive.documents.page.views import Passage
from derive.documents.wording.reasons import reason_width
from derive.language.problems.problem import Problem

QUESTION_AROUND = 12.5
"""Points that the box of a question takes above and below its lines."""
WORDS = 1.04
"""Small words are so much wider than a reason."""
INLINE = 19.0
"""What a formula takes at most that is set as one in a text."""
SHORT = 2
"""Of a question that takes more lines than this only so many are repeated on the frames after the first."""
LARGER, SMALLER, WORTH = 1.096, 0.913, 0.85
"""The type that a derivation may be set in, as a share of the document's; the smaller one where it takes less than so many of the frames."""


@dataclass(frozen=True)
class Apart:
    """What stands on the frames of a derivation, and what of its words no frame has room for.

    asked            the question as it stands on the frames
    remarks          those that stand behind the last row
    opening, ending  paragraphs for frames of their own, before the derivation and behind it
    slides           the frames
    """

    asked: Question
    remarks: tuple[str, ...]
    opening: tuple[tuple[str, ...], ...] = ()
    ending: tuple[tuple[str, ...], ...] = ()
    slides: tuple[Frame, ...] = ()


def apart(problem: Problem, asked: Question, remarks: tuple[str, ...], line: float, words: Mapping[str, str], fit: Fit) -> Apart:
    """The question and the remarks as they stand on the frames, and what of them goes on frames of its own."""
    ending: tuple[tuple[str, ...], ...] = ()
    if (f"{problem.id}/closing",) * 2 in fit.apart:
        ending, remarks = opened([p for remark in remarks for p in remark.split("\n\n")], line), ()
    if (f"{problem.id}/question",) * 2 not in fit.apart:
        return Apart(asked, remarks, (), ending)
    said = " ".join(filter(None, (words["with"], ", ".join(asked.given)))) + "."
    displays = [display for left, lines in asked.lines if len(lines) > SHORT for display in displayed(left, lines)]
    told = opened((*asked.statement.split("\n\n"), said[:1].upper() + said[1:], *displays), line)
    return Apart(replace(asked, statement="", given=()), remarks, told, ending)


def slides_of(
    found: Sequence[Passage], page: Page, room: Room, remarks: Sequence[str], fit: Fit, clicks: int, ends: bool, asked_alone: bool
) -> tuple[Frame, ...]:
    """The frames of the derivation; an empty one where only the question is asked."""
    if not found:
        return (Frame("", 1, 1, (), False, 1),) if asked_alone else ()
    cut_up = _whole(found, page, room, remarks, fit, clicks) if clicks else _frames(found, page, room, remarks, fit)
    return tuple(replace(frame, last=frame.last and ends) for frame in cut_up)


def _frames(found: Sequence[Passage], page: Page, room: Room, remarks: Sequence[str], fit: Fit) -> tuple[Frame, ...]:
    """The frames of a derivation; in larger type where as many frames have room for that, in smaller type where that spares frames.  Blank slides
    are broken where the slides are, so that nothing stands elsewhere."""

    def packed(one: Page) -> tuple[tuple[Unit, ...], Bounds]:
        pieces = units(found, one, 0.95 * room.other, remarks, fit.taller)
        return pieces, cut([unit.piece for unit in pieces], room)

    pieces, bounds = packed(page)
    least = len(bounds)
    for size in (SMALLER, LARGER):
        other = replace(page, type=size, measure=replace(page.measure, line=page.measure.line / size))
        others, cuts = packed(other)
        if (size > 1.0 and len(cuts) == least and page.id not in fit.plain) or len(cuts) < WORTH * least:
            return frames(found, others, cuts, room, other)
    return frames(found, pieces, bounds, room, page)


def _whole(found: Sequence[Passage], page: Page, room: Room, remarks: Sequence[str], fit: Fit, clicks: int) -> tuple[Frame, ...]:
    """A derivation undivided, in a column or below something else; it is the frame's author who sees that there is room."""
    pieces = units(found, page, 1e6, remarks, fit.taller)
    return frames(found, pieces, ((0, len(pieces)),), room, page, clicks) if pieces else ()


def room_of(settings: Settings, scale: float, asked: Question, parts: Sequence[PartText], line: float) -> Room:
    """The height that a frame has for rows, below its question; `scale` is by how much TeX found it taller than thought."""
    height = {169: 203.0, 43: 220.0}[settings.aspect]
    usual = QUESTION_AROUND + _stated(asked, SHORT, line, INLINE)
    said = reason_width(asked.find) + sum(reason_width(part.statement) + reason_width(part.find) + 5.0 for part in parts)
    beside = max(line - sum(width(left) + width(lines[0]) + 3.0 for left, lines in asked.lines), 0.0)
    given = max(WORDS * reason_width(", ".join(asked.given)) - beside, 0.0)
    first = QUESTION_AROUND + _stated(asked, 99, line) + SMALL * (math.ceil(given / line) + math.ceil(WORDS * said / line))
    first += (3.0 + SMALL * math.ceil(WORDS * reason_width(asked.statement) / line)) if asked.statement else 0.0
    # A question that fills the first frame leaves the rows to the others.
    return Room(max((height - first) / scale, 1.0), (height - usual) / scale, settings.rows, BETWEEN)


def _stated(asked: Question, most: int, line: float, inline: float = 99.0) -> float:
    """The height of the formulas of a question, at most so many lines of each; a single line is no higher than `inline`."""
    total, used = 0.0, line + 1.0
    for left, lines in asked.lines:
        tall = [EM * line_height(text) + 1.0 for text in (f"{left} = {lines[0]}", *lines[1:][: most - 1])]
        tall = [min(tall[0], inline)] if len(tall) == 1 else tall
        size = width(left) + max(map(width, lines)) + 2.34
        if len(tall) == 1 and used + size <= line:
            used += size + 1.5
            continue
        total += sum(tall)
        used = size + 1.5 if len(tall) == 1 else line
    return total
