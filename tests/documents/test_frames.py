"""Cutting a derivation into frames."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive.calculus.derive import derive
from derive.checking.verification import verify
from derive.documents.compose import problem_page
from derive.documents.page.document import ProblemPage
from derive.documents.page.frames import REPEATED_MOST, Room, Unit, cut, repeated
from derive.documents.page.modes import MODES
from derive.documents.page.settings import Settings
from tests.documents.samples import trace_quadratic

ROOM = Room(4, 160.0, 180.0)


@st.composite
def some_units(draw: st.DrawFn) -> list[Unit]:
    out = []
    for passage, count in enumerate(draw(st.lists(st.integers(1, 9), min_size=1, max_size=4))):
        out += [Unit(passage, view, (), draw(st.sampled_from([20.0, 31.0, 62.0, 150.0]))) for view in range(count)]
    return [*out, Unit(out[-1].passage, -1, (), 24.0)]


@given(some_units(), st.integers(1, 6))
def test_frames_hold_everything_once_and_no_more_rows_than_allowed(units: list[Unit], rows: int) -> None:
    bounds = cut(units, Room(rows, 160.0, 180.0))
    assert [k for start, end in bounds for k in range(start, end)] == list(range(len(units)))
    for start, end in bounds:
        shown = sum(unit.view >= 0 for unit in units[start:end]) + (repeated(units, start, rows) is not None)
        assert shown <= rows or end - start == 1


@given(some_units())
def test_a_frame_that_goes_on_repeats_the_row_above_unless_it_is_tall(units: list[Unit]) -> None:
    for start, _ in cut(units, ROOM):
        above = repeated(units, start)
        goes_on = start > 0 and units[start].passage == units[start - 1].passage
        assert (above is not None) == (goes_on and units[start - 1].height <= REPEATED_MOST)


def page(settings: Settings | None = None) -> ProblemPage:
    derivation = derive(trace_quadratic())
    return problem_page(derivation.problem, derivation, verify(derivation), MODES["slides"], settings or Settings())


def test_rows_are_numbered_by_clicks_and_the_question_is_on_the_first() -> None:
    for frame in page().frames:
        clicks = [row.overlay for block in frame.blocks for row in block.rows if not row.repeated]
        clicks += [answer.overlay for block in frame.blocks for answer in block.answers]
        assert sorted(clicks) == list(range(2, 2 + len(clicks)))
        assert frame.overlays == max([1, *clicks])


@pytest.mark.parametrize("rows", [1, 2, 3, 6])
def test_rows_a_frame_are_an_option(rows: int) -> None:
    frames = page(Settings(rows=rows)).frames
    assert max(len(block.rows) for frame in frames for block in frame.blocks) <= max(rows, 1)
    assert frames[-1].last and [frame.number for frame in frames] == list(range(1, len(frames) + 1))
    numbers = [row.number for frame in frames for block in frame.blocks for row in block.rows if not row.repeated]
    assert numbers == sorted(set(numbers))


def test_a_row_after_a_cut_has_its_left_side_again() -> None:
    frames = page(Settings(rows=2)).frames
    goes_on = [frame.blocks[0].rows[0] for frame in frames[1:] if frame.blocks[0].rows]
    assert goes_on and all(row.left for row in goes_on)


def test_what_changed_is_marked_in_both_rows_on_the_click_of_the_second() -> None:
    rows = [row for block in page().frames[0].blocks for row in block.rows]
    first, second = rows[0], rows[1]
    clicks = str(second.overlay)
    assert rf"\dvchange<{clicks}>{{X + t H}}" in first.lines[0]
    assert rf"\dvchange<{clicks}>" in second.lines[0] or rf"\dvchange<{clicks}," in second.lines[0]
    unmarked = re.sub(r"\\dvchange<[\d,]+>\{((?:[^{}]|\{[^{}]*\})*)\}", r"\1", first.lines[0])
    assert "dvchange" not in unmarked


def test_marks_can_be_switched_off() -> None:
    for settings in (Settings(highlight=False), Settings(overlays=False)):
        assert not any("dvchange" in line for f in page(settings).frames for b in f.blocks for r in b.rows for line in r.lines)


def test_a_page_without_a_derivation_holds_the_question_alone() -> None:
    problem = trace_quadratic(prose={"title": "T", "remark": "the answer is $2AXB$", "notes": "n"})
    derivation = derive(problem)
    bare = problem_page(problem, derivation, verify(derivation), MODES["sheet"], Settings())
    assert bare == problem_page(problem, None, None, MODES["sheet"], Settings())
    assert (bare.blocks, bare.frames, bare.answers, bare.remarks, bare.check, bare.notes) == ((), (), (), (), "", "")
    answers = problem_page(problem, derivation, verify(derivation), MODES["key"], Settings())
    assert answers.answers and not answers.frames and not answers.notes
    assert not any(block.rows for block in answers.blocks)
    assert [answer for block in answers.blocks for answer in block.answers] == list(answers.answers)


def test_a_lemma_has_frames_of_its_own() -> None:
    units = [Unit(0, k, (), 20.0, lemma=True) for k in range(2)] + [Unit(1, k, (), 20.0) for k in range(2)]
    assert cut(units, ROOM) == ((0, 2), (2, 4))
    assert cut([replace(unit, lemma=False) for unit in units], ROOM) == ((0, 4),)
