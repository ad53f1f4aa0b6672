"""Packing frames by height."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from derive.documents.layout.packing import LONELY, Piece, Room, cut, lost, spread, used

ROOM = Room(160.0, 180.0)


@st.composite
def some_pieces(draw: st.DrawFn) -> list[Piece]:
    out = [Piece("question", 0.0, "question", -1)]
    for group, count in enumerate(draw(st.lists(st.integers(1, 9), min_size=1, max_size=4))):
        heights = draw(st.lists(st.sampled_from([20.0, 31.0, 62.0, 150.0]), min_size=count, max_size=count))
        out += [Piece(f"{group}.{k}", height, "row", group, 16.0) for k, height in enumerate(heights)]
    return [*out, Piece("closing", 24.0, "words", out[-1].group)]


@given(some_pieces(), st.integers(0, 6))
def test_frames_hold_everything_once_and_nothing_that_does_not_fit(pieces: list[Piece], rows: int) -> None:
    room = Room(160.0, 180.0, rows)
    bounds = cut(pieces, room)
    assert [k for start, end in bounds for k in range(start, end)] == list(range(len(pieces)))
    for start, end in bounds:
        alone = end - start == 1
        assert alone or used(pieces, start, end, room) <= room.limit(start) + 1e-3
        assert alone or not rows or sum(piece.kind == "row" for piece in pieces[start:end]) <= rows


@given(some_pieces())
def test_what_fits_on_one_frame_stands_on_one(pieces: list[Piece]) -> None:
    assert (len(cut(pieces, ROOM)) == 1) == (used(pieces, 0, len(pieces), ROOM) <= ROOM.first + 1e-3)


def rows(*heights: float, group: int = 0) -> list[Piece]:
    return [Piece(f"{group}.{k}", height, "row", group) for k, height in enumerate(heights)]


def test_no_row_box_or_remark_is_left_alone() -> None:
    question = Piece("question", 0.0, "question", -1)
    remark = Piece("closing", 30.0, "words", 0)
    for last in ([], [remark], [Piece("box", 40.0, "box", 0)]):
        pieces = [question, *rows(35.0, 35.0, 35.0, 35.0, 35.0), *last]
        for start, end in cut(pieces, ROOM):
            shown = [piece for piece in pieces[start:end] if piece.kind != "question"]
            assert sum(piece.kind == "row" for piece in shown) >= 1 and len(shown) >= 2


def test_two_short_quantities_share_a_frame_and_a_cut_falls_between_them() -> None:
    short = [Piece("question", 0.0, "question", -1), *rows(30.0, 30.0), *rows(30.0, 30.0, group=1)]
    assert cut(short, ROOM) == ((0, 5),)
    long = [Piece("question", 0.0, "question", -1), *rows(30.0, 30.0, 30.0), *rows(30.0, 30.0, 30.0, group=1)]
    assert cut(long, ROOM) == ((0, 4), (4, 7))


def test_rows_are_spread_over_the_room_that_is_left() -> None:
    assert spread(180.0, 180.0, 5, 9.0) == 0.0
    assert spread(20.0, 180.0, 5, 9.0) == 9.0
    assert 0.0 < spread(160.0, 180.0, 5, 9.0) < 2.0


def test_answers_stay_together() -> None:
    room, lines, last = Room(200.0, 200.0), rows(40.0, 40.0), rows(30.0, 30.0, 30.0, 30.0)
    question = Piece("question", 0.0, "question", -1)
    assert cut([question, *lines, *last], room) == ((0, 4), (4, 7)), "without answers the frames are about equally full"
    assert cut([question, *lines, *(replace(one, answer=True) for one in last)], room) == ((0, 3), (3, 7))


def test_what_a_cut_costs() -> None:
    pieces = [Piece("question", 0.0, "question", -1), *rows(30.0, 30.0, 30.0), *rows(30.0, 30.0, 30.0, group=1)]
    between, inside, alone = ((0, 4), (4, 7)), ((0, 5), (5, 7)), ((0, 6), (6, 7))
    assert lost(pieces, between) == 0.0 < lost(pieces, inside) < lost(pieces, alone)
    assert lost(pieces, ((0, 1), (1, 7))) > LONELY, "the question has no frame to itself where anything else can be done"
