"""Cutting a derivation into frames."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from derive.calculus.derive import derive
from derive.checking.verification import verify
from derive.documents.compose import problem_page
from derive.documents.page.document import ProblemPage
from derive.documents.page.modes import MODES
from derive.documents.page.settings import Fit, Settings
from derive.pipeline.produce import tex
from derive.pipeline.subject import read
from tests.documents.samples import page_of, trace_quadratic

PROBLEMS = Path(__file__).parents[2] / "problems"


def page(settings: Settings | None = None) -> ProblemPage:
    derivation = derive(trace_quadratic())
    return problem_page(derivation.problem, derivation, verify(derivation), MODES["slides"], settings or Settings())


def test_every_click_shows_something_new_and_only_the_first_frame_begins_with_the_question() -> None:
    for shown in (page(), page(Settings(rows=2)), page(Settings(aspect=43))):
        for frame in shown.frames:
            clicks = [row.overlay for block in frame.blocks for row in block.rows if not row.repeated]
            clicks += [answer.overlay for block in frame.blocks for answer in block.answers]
            first = 2 if frame.number == 1 else 1
            assert sorted(clicks) == list(range(first, first + len(clicks)))
            assert frame.overlays == max(clicks)
            assert all(row.overlay == 1 for block in frame.blocks for row in block.rows if row.repeated)


def test_what_was_asked_is_boxed_once_where_it_stands() -> None:
    frames = page().frames
    rows = [row for frame in frames for block in frame.blocks for row in block.rows if not row.repeated]
    boxed = [(row.left or row.whole_left, row.lines) for row in rows if row.boxed]
    assert len(boxed) == len(set(boxed)) == 3
    assert not any(block.answers for frame in frames for block in frame.blocks)
    shown = [(row.left or row.whole_left, row.lines) for row in rows]
    assert len(shown) == len(set(shown))


def test_a_derivation_that_fits_has_one_frame() -> None:
    derivation = derive(trace_quadratic(("derivative", "gradient")))
    shown = problem_page(derivation.problem, derivation, verify(derivation), MODES["slides"], Settings())
    assert len(shown.frames) == 1


@pytest.mark.parametrize("rows", [1, 2, 3, 6])
def test_rows_a_frame_are_an_option(rows: int) -> None:
    frames = page(Settings(rows=rows)).frames
    assert max(len(block.rows) for frame in frames for block in frame.blocks) <= rows
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
    assert rf"\dvchange<{clicks}>{{X + t H}}" in str(first.lines[0])
    assert rf"\dvchange<{clicks}>" in str(second.lines[0]) or rf"\dvchange<{clicks}," in str(second.lines[0])
    unmarked = re.sub(r"\\dvchange<[\d,]+>\{((?:[^{}]|\{[^{}]*\})*)\}", r"\1", str(first.lines[0]))
    assert "dvchange" not in unmarked


def test_marks_can_be_switched_off() -> None:
    for settings in (Settings(highlight=False), Settings(overlays=False)):
        assert not any("dvchange" in str(line) for f in page(settings).frames for b in f.blocks for r in b.rows for line in r.lines)


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


EQUATIONS = ("least-squares", "ridge-regression", "two-sided-least-squares", "lyapunov-equation", "gaussian-likelihood", "rayleigh-quotient")


@pytest.mark.parametrize("name", EQUATIONS)
def test_an_equation_that_is_solved_is_marked_on_both_sides_of_each_step(name: str) -> None:
    subject = read((PROBLEMS / f"{name}.yaml").read_text(encoding="utf-8"), f"{name}.yaml", 1)
    text = tex(subject.document(MODES["slides"], Settings(), Fit()), MODES["slides"])
    begun = re.findall(r"^\\uncover<(\d+)->\{\\derive(?:side|flush)\{(?:\\iff|\\implies)\}.*", text, re.MULTILINE)
    rows = [line for line in text.splitlines() if line.startswith(r"\uncover<")]
    for line in rows:
        click = re.match(r"\\uncover<(\d+)->\{\\derive(?:side|flush)\{(?:\\iff|\\implies)\}", line)
        if click and click[1] != "1":  # the first of its frame has nothing above it
            assert re.search(rf"\\dvchange<[\d,]*\b{click[1]}\b", line), line
    assert begun


def test_a_frame_is_named_after_the_rows_that_have_no_heading_on_it() -> None:
    """Of the names that do not fit beside the title the last go: theirs are printed above their rows."""
    shown = page_of("network-all-parameters", MODES["slides"])
    for frame in shown.frames:
        assert str(frame.subtitle).startswith(str(frame.blocks[0].title).split(":")[0]) and frame.subtitle


def test_a_figure_beside_the_rows_leaves_the_title_its_line() -> None:
    last = page_of("quadratic-fit-with-data", MODES["slides"]).frames[-1]
    assert last.figures and last.share < 1.0
    assert last.subtitle == "With the data"


@pytest.mark.parametrize("aspect", [169, 43])
@pytest.mark.parametrize("name", ["cubic-in-two-variables", "folium", "hessian-through-the-exponential", "distance-on-stiefel"])
def test_every_later_frame_says_what_it_is_about(name: str, aspect: int) -> None:
    found = page_of(name, MODES["slides"], Settings(aspect=aspect)).frames  # type: ignore[arg-type]
    for frame in found[1:]:
        assert frame.subtitle or (frame.headed and frame.blocks[0].title), frame.number
