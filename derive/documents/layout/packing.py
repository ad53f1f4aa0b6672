"""What stands on which frame: pieces of known height, packed into the fewest frames, about equally full, cut where the reader loses least."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from derive.values import dataclass

CLOSE_TO_FULL = 1e-6
SPARE = 14.0
"""Points that rows are not spread over: heights are estimates."""
FRAME = 100.0
"""What a frame more costs: more than all that can be gained by it."""
LONELY = 60.0
"""What a frame costs that holds one row, a box or a remark alone; one with the question alone costs half as much again."""


@dataclass(frozen=True)
class Piece:
    """What is not parted.

    key      names it
    height   in points, with the gap above it
    kind     `question`, which begins the first frame; `row`; `box`, an answer that no row states; `words`, remarks
    group    of the rows that follow from one another, from 0; -1 for the question
    opens    points that its group's heading takes on a frame that begins with another group
    answer   whether it is a row that states what was asked
    """

    key: str
    height: float
    kind: Literal["question", "row", "box", "words"] = "row"
    group: int = 0
    opens: float = 0.0
    answer: bool = False


@dataclass(frozen=True)
class Room:
    """What a frame holds: points of height on the first frame and on the others, and at most so many rows, 0 for any number;
    `between` is what every group of rows takes beside them."""

    first: float
    other: float
    rows: int = 0
    between: float = 10.0

    def limit(self, start: int) -> float:
        """The height that the frame has which begins with this piece."""
        return self.first if start == 0 else self.other


Bounds = tuple[tuple[int, int], ...]


def used(pieces: Sequence[Piece], start: int, end: int, room: Room) -> float:
    """The height that pieces take together on a frame.

    start, end  the first piece, and the one behind the last
    """
    part = pieces[start:end]
    groups = list(dict.fromkeys(piece.group for piece in part if piece.group >= 0))
    opened = sum(max(piece.opens for piece in pieces if piece.group == group) for group in groups[1:])
    return sum(piece.height for piece in part) + room.between * len(groups) + opened


def cut(pieces: Sequence[Piece], room: Room) -> Bounds:
    """(from, to) of each frame: the fewest frames that fit, and of those about equally full ones whose ends are where the reader loses
    least.  A piece that no frame is high enough for has one alone."""
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(pieces) + 1):
        options: list[tuple[float, int]] = []
        for start in range(end - 1, -1, -1):
            part = pieces[start:end]
            height, limit = used(pieces, start, end, room), room.limit(start)
            many = room.rows and sum(piece.kind == "row" for piece in part) > room.rows
            if end - start > 1 and (height > limit + CLOSE_TO_FULL or many):
                break
            cost = FRAME + 20.0 * (1.0 - min(height / limit, 1.0)) ** 2 + _lonely(part) + _parting(pieces, end)
            options.append((best[start][0] + cost, start))
        best.append(min(options))
    bounds: list[tuple[int, int]] = []
    end = len(pieces)
    while end > 0:
        start = best[end][1]
        bounds.append((start, end))
        end = start
    return tuple(reversed(bounds))


def _lonely(part: Sequence[Piece]) -> float:
    """What is wrong with a frame that holds one thing alone."""
    shown = [piece for piece in part if piece.kind != "question"]
    rows = sum(piece.kind == "row" for piece in shown)
    if rows == 0:
        return LONELY if shown else 1.5 * LONELY
    if rows > 1 or any(piece.kind == "box" for piece in shown):
        return 0.0
    if len(shown) > 1:
        return LONELY / 10
    return LONELY if len(shown) == len(part) else LONELY / 6


def _parting(pieces: Sequence[Piece], end: int) -> float:
    """What a reader loses by a frame that ends here: most between an answer and its row, little between groups."""
    if end == len(pieces):
        return 0.0
    before, after = pieces[end - 1], pieces[end]
    if before.kind == "question":
        return 4.0
    if after.kind in ("box", "words"):
        return 12.0
    if before.group != after.group:
        return 0.0
    first = end >= 2 and pieces[end - 2].group != before.group
    last = end + 1 >= len(pieces) or pieces[end + 1].group != after.group or pieces[end + 1].kind != "row"
    return 3.0 + 7.0 * first + 3.0 * last + 5.0 * (before.answer and after.answer)


def lost(pieces: Sequence[Piece], bounds: Bounds) -> float:
    """What a reader loses by the places where a derivation is cut, and by frames that hold one thing alone."""
    return sum(_lonely(pieces[start:end]) + _parting(pieces, end) for start, end in bounds)


def spread(height: float, limit: float, gaps: int, most: float) -> float:
    """Points by which rows stand further apart, so that a frame with room to spare is filled: at most `most`.

    limit  the height that there is, as `height` in points
    gaps   between the rows
    """
    if gaps < 1 or height >= limit:
        return 0.0
    return round(max(min(most, 0.8 * (limit - SPARE - height) / gaps), 0.0), 1)
