"""What typesetting teaches: left sides on lines of their own, letters for what is long, frames that are parted."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import pytest

from derive.documents.compose import problem_page, stated_height
from derive.documents.layout.measure import width
from derive.documents.page.abbreviations import abbreviations, names
from derive.documents.page.asides import displayed, in_two, opened
from derive.documents.page.document import Panel, ProblemPage, Stack
from derive.documents.page.items import Exercises, Prose
from derive.documents.page.modes import MODES
from derive.documents.page.settings import TYPES, Fit, Settings
from derive.documents.wording.reasons import reason_width, shortened
from derive.expressions.nodes import Expr
from derive.expressions.rewrite import substitute
from derive.notation.latex.reading import read
from derive.pipeline.examine import Examined, examine, problem_of
from derive.pipeline.produce import make, tex
from derive.pipeline.subject import OneProblem

FOLDER = Path(__file__).parent.parent.parent / "problems"
NETWORK, COST, VECTORS = "network-all-parameters", "mean-squared-cost", "singular-vectors-left"


@cache
def examined(stem: str) -> Examined:
    file = FOLDER / f"{stem}.yaml"
    return examine(problem_of(file.read_text(encoding="utf-8"), str(file)))


def page(stem: str, mode: str = "slides", fit: Fit | None = None, settings: Settings | None = None) -> ProblemPage:
    one = examined(stem)
    return problem_page(one.problem, one.derivation, one.report, MODES[mode], settings or Settings(aspect=43), fit)


def test_a_left_side_that_leaves_no_room_stands_on_a_line_of_its_own() -> None:
    blocks = [block for frame in page(NETWORK).frames for block in frame.blocks if block.rows]
    hanging = [row for block in blocks if block.style == "hanging" for row in block.rows]
    assert any(row.alone for row in hanging)
    assert all(row.left for row in hanging if row.alone)
    assert all(len(row.lines) == 1 for row in hanging if row.left and not row.alone)


def test_a_left_side_with_room_beside_it_stays_there() -> None:
    assert not any(row.alone for block in page("trace", "solutions").blocks for row in block.rows)
    hung = page("trace", "solutions", Fit(hanging=frozenset({"trace/0"})))
    assert hung.blocks[0].style == "hanging"


@pytest.mark.parametrize("stem", [NETWORK, COST, VECTORS, "trace-quadratic", "quadratic-fit-in-numbers", "softmax-cross-entropy"])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_letters_stand_for_what_was_there(stem: str, count: int) -> None:
    derivation = examined(stem).derivation
    letters = names(derivation.problem, derivation)
    short = abbreviations(derivation, letters, count)
    assert len(short.definitions) <= count
    back: dict[Expr, Expr] = {}
    for symbol, expr in short.definitions:
        back[symbol] = substitute(expr, back)
    taken = {*derivation.problem.symbols, *(d.name for d in derivation.problem.directions)}
    assert not taken & {symbol.name for symbol, _ in short.definitions}
    for chain in derivation.chains:
        for line in chain.lines:
            assert substitute(short.of(line.expr), back) is letters.of(line.expr)


def test_a_letter_makes_rows_shorter_and_is_explained_where_it_stands() -> None:
    one = page(COST, fit=Fit(letters={COST: 1}))
    rows = [row for frame in one.frames for block in frame.blocks for row in block.rows]
    (named,) = [row for row in rows if row.definitions]
    ((letter, _),) = named.definitions
    assert any(str(letter) in str(line) for line in named.lines)

    def together(shown: ProblemPage) -> float:
        return sum(width(line) for frame in shown.frames for block in frame.blocks for row in block.rows for line in row.lines)

    assert together(page(COST, "slides", Fit(letters={COST: 1}), Settings())) < together(page(COST, settings=Settings()))


def test_a_wide_matrix_is_shortened_by_letters_for_its_entries() -> None:
    from derive.documents.page.abbreviations import WIDEST
    from derive.notation.latex.latex import formula
    from tests.calculus.derived import derived

    derivation = derived("x: scalar; y: scalar", "exp(x*y)*sin(x + y)", "[x, y]", "hessian")
    short = abbreviations(derivation, names(derivation.problem, derivation), 4)
    assert len(short.definitions) == 4 and all(width(formula(expr)) <= WIDEST for _, expr in short.definitions)


def test_words_that_no_frame_has_room_for_stand_on_frames_of_their_own() -> None:
    paragraph = "A sentence of a statement that goes on for a while. " * 40
    frames = opened((paragraph.strip(), "Short.", "Another."), 35.0)
    assert len(frames) > 1 and " ".join(p for frame in frames for p in frame) == f"{paragraph.strip()} Short. Another."
    one = examined("trace")
    fit = Fit(apart=frozenset({("trace/question", "trace/question")}))
    told = replace(one, problem=replace(one.problem, prose={**one.problem.prose, "statement": "First.\n\nSecond."}))
    shown = problem_page(told.problem, told.derivation, told.report, MODES["slides"], Settings(), fit)
    assert shown.opening[0][:2] == ("First.", "Second.") and shown.opening[0][2].startswith("With $A")
    assert shown.question.statement == "" and shown.question.given == ()
    assert page("trace", "slides").opening == ()


def test_a_formula_of_many_lines_stands_on_several_frames() -> None:
    displays = displayed(read("f(X)"), [read(f"+ a_{{{k}}}") for k in range(14)])
    assert len(displays) == 3 and all(d.count(r"\begin{aligned}") == d.count(r"\end{aligned}") == 1 for d in displays)
    assert [k for k in range(14) if not any(f"a_{{{k}}}" in d for d in displays)] == []


def test_a_reason_that_nobody_reads_to_its_end_is_shortened() -> None:
    long = ", ".join(["cyclic", *(f"$A_{{{k}}}^{{\\mathsf T}} = A_{{{k}}}$" for k in range(40))])
    short = shortened(long)
    assert short.startswith("cyclic, $A_{0}") and short.endswith(r", \dots") and reason_width(short) < 60
    assert shortened("product rule, tr is linear") == "product rule, tr is linear"
    whole = "a sentence without a comma " * 20
    assert shortened(whole) == whole


@pytest.mark.parametrize("stem", ["perceptron-five-layers", "residual-network", "sylvester-least-squares"])
def test_the_lines_of_a_framed_answer_begin_below_one_another(stem: str) -> None:
    """A first line that does not say where it is aligned stands to the left of all others, and the frame is as wide as two of them."""
    text = tex(OneProblem(examined(stem)).document(MODES["solutions"], Settings(), Fit()), MODES["solutions"])
    framed = re.findall(r"\\begin\{aligned\}\[t\](.*?)\\end\{aligned\}", text)
    assert framed and all(line.count("&") == 1 for one in framed for line in one.split(r"\\"))


def test_a_question_is_as_tall_as_the_tallest_of_what_stands_on_its_lines() -> None:
    asked = page("quadratic-fit-in-numbers").question
    alone = stated_height(replace(asked, lines=asked.lines[:1]), 99, 40.0)
    assert len(asked.lines) > 1 and stated_height(asked, 99, 40.0) > alone + 40.0  # a matrix of five rows beside it
    basis = page("polynomial-basis").question
    assert stated_height(basis, 2, 40.0, False) > 50.0  # a column of four is as tall in a text


def test_what_goes_on_has_no_heading_of_its_own() -> None:
    """folium: the Hessian by x and by y, on one frame under one title, and reasons in one column."""
    frame = next(one for one in page("folium", settings=Settings()).frames if one.subtitle == "Hessian")
    assert [block.title for block in frame.blocks] == ["Hessian", ""]
    assert len({row.column for block in frame.blocks for row in block.rows}) == 1


def test_the_end_is_marked_where_there_is_room_for_it() -> None:
    """■ stands over nothing: a full frame ends without it."""
    subject = OneProblem(examined("chain-rule"))
    mode = MODES["slides"]
    made = subject.document(mode, Settings(), Fit())
    (one,) = made.pages
    last = one.frames[-1]
    for noted in (True, False):
        changed = replace(one, layout="", remarks=(), frames=(*one.frames[:-1], replace(last, noted=noted)))
        text = tex(replace(made, items=(changed,)), mode)
        assert (r"->{\deriveclosed}" in text) is noted


def test_a_frame_of_a_lecture_without_room_becomes_two() -> None:
    words = Prose("frame", "T", "T", ("one", "two"), ("first", "second"), "p.yaml:1 this frame", ("answer",), "", "", 1)
    text, points = in_two(words)
    assert isinstance(text, Prose) and isinstance(points, Prose)
    assert (text.paragraphs, text.items, text.answer) == (words.paragraphs, (), ())
    assert (points.paragraphs, points.items, points.answer) == ((), words.items, words.answer)
    panel = Panel("T", "T", (Stack((words, text, points)),), (1.0,), words.mark)
    above, below = in_two(panel)
    assert isinstance(above, Panel) and isinstance(below, Panel)
    assert above.columns == (words,) and below.columns == (Stack((text, points)),)
    columns = in_two(replace(panel, columns=(words, text), widths=(0.47, 0.47)))
    assert [one.columns for one in columns if isinstance(one, Panel)] == [(words,), (text,)]
    derived = Exercises((), words.mark)
    assert [one.size for one in in_two(replace(panel, columns=(words, derived), size="footnotesize"))] == ["small", "footnotesize"]
    single = Prose("frame", "T", "T", ("one",), (), words.mark)
    assert in_two(single) == (single,)
    place = words.mark
    assert [Fit(tight={place: k}).parted(place) for k in range(len(TYPES))] == [False, False, False, True, True, True]


@pytest.mark.tex
def test_beside_a_figure_no_row_is_broken_that_the_line_has_room_for() -> None:
    """What TeX finds too wide beside the figure stands on the whole line, and the figure on a frame of its own."""
    subject, settings = OneProblem(examined("chain-of-shapes")), Settings(aspect=43, overlays=False)
    fit = make(partial(subject.document, MODES["slides"], settings), MODES["slides"], settings).fit

    def lines(mode: str) -> dict[str, int]:
        shown = page("chain-of-shapes", mode, fit, settings).frames
        return {row.key: len(row.lines) for frame in shown for block in frame.blocks for row in block.rows}

    assert lines("slides") == lines("blank")
