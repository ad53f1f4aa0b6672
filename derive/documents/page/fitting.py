"""The frames of a derivation: in the type that suits them, a figure beside the rows of the last one, or undivided on somebody else's frame.

`found` are the passages of a derivation, `remarks` sentences that end it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from derive.documents.layout.packing import SPARE, Bounds, Room, cut, lost, used
from derive.documents.page.document import Frame
from derive.documents.page.frames import frames, has_room_beside
from derive.documents.page.picture import Figure
from derive.documents.page.settings import Fit
from derive.documents.page.units import HEADING, Page, Unit, units
from derive.documents.page.views import Passage
from derive.documents.wording.reasons import reason

LARGER, SMALLER, WORTH = 1.096, 0.913, 0.87
"""The type that a derivation may be set in, as a share of the document's; the smaller one where it takes less than so many of the frames."""
RELIEF = 7.0
"""The smaller type is taken as well where its cuts cost the reader so much less."""
ROWS_BESIDE, FIGURE_BESIDE, CAPTION, CENTIMETRE = 0.5, 0.47, 34.0, 28.45
"""Of the line what rows take beside a figure, and the figure; the height of a caption, in points; a centimetre in points."""
FLAT, SMALLEST = 0.4, 0.6
"""A figure lower than so much of its width stands rather below its rows; none is made smaller than so much of its size."""


def fitted(
    found: Sequence[Passage], page: Page, room: Room, remarks: Sequence[str], fit: Fit, beside: Sequence[Figure] = ()
) -> tuple[Frame, ...]:
    """The frames of a derivation; in larger type where as many frames have room for that, in smaller type where that spares frames.  Blank slides
    are broken where the slides are, so that nothing stands elsewhere.

    beside  a figure that the last of them may hold
    """

    if not all(has_room_beside(reason(passage.title, page.notation), page) for passage in found):
        room = replace(room, other=room.other - HEADING)

    def packed(one: Page) -> tuple[tuple[Unit, ...], Bounds]:
        pieces = units(found, one, 0.95 * room.other, remarks, fit.taller)
        # Larger type is taken where it surely fits.
        spare = SPARE if one.type > 1.0 else 0.0
        return pieces, cut([unit.piece for unit in pieces], replace(room, first=room.first - spare, other=room.other - spare))

    pieces, bounds = packed(page)
    least, costs = len(bounds), lost([unit.piece for unit in pieces], bounds)
    for size in (SMALLER, LARGER):
        other = replace(page, type=size, measure=replace(page.measure, line=page.measure.line / size))
        others, cuts = packed(other)
        relief = size < 1.0 and len(cuts) == least and costs - lost([unit.piece for unit in others], cuts) >= RELIEF
        if (size > 1.0 and len(cuts) == least and page.id not in fit.plain) or len(cuts) < WORTH * least or relief:
            page, pieces, bounds = other, others, cuts
            break
    made = frames(found, pieces, bounds, room, page)
    return (*made[:-1], _pictured(found, pieces, bounds, room, page, remarks, fit, beside[0]) or made[-1]) if beside else made


def _pictured(
    found: Sequence[Passage], pieces: Sequence[Unit], bounds: Bounds, room: Room, page: Page, remarks: Sequence[str], fit: Fit, figure: Figure
) -> Frame | None:
    """The last frame with a figure beside its rows, or below them; None where it has no room for one."""
    limit, whole = room.limit(bounds[-1][0]), page.measure.line * page.em
    wide, ratio = figure.width * CENTIMETRE, figure.height / figure.width
    slim = replace(page, measure=replace(page.measure, line=page.measure.line * ROWS_BESIDE))
    below = page, 1.0, min(max(wide, 0.6 * whole), whole, 1.7 * wide)
    beside = slim, ROWS_BESIDE, min(FIGURE_BESIDE * whole, 1.7 * wide)
    for one, share, size in (below, beside) if ratio < FLAT else (beside, below):
        others = units(found, one, 0.95 * room.other, remarks, fit.taller) if share < 1.0 else pieces
        tall, small = CAPTION + ratio * size, size < SMALLEST * wide
        broken = len(others) != len(pieces) or _lines(others, bounds[-1]) > _lines(pieces, bounds[-1])
        height = math.inf if broken else used([unit.piece for unit in others], *bounds[-1], room)
        if not small and (max(height, tall) <= limit if share < 1.0 else height + tall <= limit):
            last = frames(found, others, bounds, room, one)[-1]
            return replace(last, figures=(figure,), share=share, spread=last.spread if share < 1.0 else 0.0, noted=False)
    return None


def _lines(pieces: Sequence[Unit], bound: tuple[int, int]) -> int:
    """The lines of the rows on a frame: beside a figure none is broken that the whole line has room for."""
    return sum(len(unit.shown.lines) for unit in pieces[slice(*bound)] if unit.shown)


def undivided(found: Sequence[Passage], page: Page, room: Room, remarks: Sequence[str], fit: Fit, clicks: int) -> tuple[Frame, ...]:
    """A derivation undivided, in a column or below something else; it is the frame's author who sees that there is room.

    clicks  of the frame before its rows are shown
    """
    pieces = units(found, page, 1e6, remarks, fit.taller)
    return frames(found, pieces, ((0, len(pieces)),), room, page, clicks) if pieces else ()
