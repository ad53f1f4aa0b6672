"""Parts (a), (b), …: what each asks, its points and answer, and the derivation under the letters."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from derive.documents.page.document import Block, ProblemPage
from derive.documents.page.modes import MODES
from derive.documents.page.settings import Fit, Settings
from derive.errors import DeriveError
from derive.language.problems import read as problemfile
from derive.pipeline.produce import tex
from derive.pipeline.subject import read

PROBLEM = """\
title: Trace of a quadratic form
symbols: {X: 'matrix(m, n)', A: symmetric(m), B: symmetric(n)}
function: f(X) = tr(X' A X B)
parts:
  - {find: [derivative], points: 3, statement: Use the definition., hint: 'Put $X + tH$ for $X$.', answer: "2 tr(H' A X B)"}
  - {find: gradient, points: 2.5, answer: {gradient: 2 A X B}}
  - {find: [second-derivative, hessian], points: 5}
"""


def page(text: str, mode: str, settings: Settings | None = None) -> ProblemPage:
    document = read(text, "p.yaml").document(MODES[mode], settings or Settings(), Fit())
    (one,) = document.items
    assert isinstance(one, ProblemPage)
    return one


def printed(text: str, mode: str, settings: Settings | None = None) -> str:
    return tex(read(text, "p.yaml").document(MODES[mode], settings or Settings(), Fit()), MODES[mode])


def told(blocks: tuple[Block, ...]) -> list[tuple[str, list[str], int]]:
    """(letter, rules of the rows by their left sides, how many are boxed) of each block."""
    return [(b.letter, [str(row.left) for row in b.rows if row.left], sum(row.boxed for row in b.rows) + len(b.answers)) for b in blocks]


def test_each_part_has_its_rows_and_its_answers() -> None:
    shown = page(PROBLEM, "html")
    assert told(shown.blocks) == [
        ("a", [r"\mathrm{D}f(X)[H]"], 1),
        ("b", [r"\mathrm{D}f(X)[H]", r"\nabla f(X)"], 1),
        ("c", [r"\mathrm{D}^{2} f(X)[H, K]"], 1),
        ("c", [r"\operatorname{Hess} f(X)[K]"], 1),
    ]
    assert [b.part.points if b.part else None for b in shown.blocks] == ["3", "2.5", "5", None]
    numbers = [row.number for block in shown.blocks for row in block.rows]
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_points_are_added_up_and_shown() -> None:
    assert problemfile.read(PROBLEM, "p.yaml").options.points == "10.5"
    text = printed(PROBLEM, "sheet")
    assert "10.5 points" in text and "{2.5 points}" in text and "Use the definition. Find the directional derivative" in text


@pytest.mark.parametrize("mode", ["slides", "handout", "solutions", "key", "article", "fragment", "frames"])
def test_the_letters_are_in_every_solution(mode: str) -> None:
    text = printed(PROBLEM, mode)
    places = [text.rindex(f"({letter})") for letter in "abc"]
    assert places == sorted(places)


REMARKED = {
    "parts": PROBLEM + "remark: (c) It is symmetric.\n",
    "whole": PROBLEM[:PROBLEM.index("parts")] + "find: [gradient]\nremark: It is symmetric.\n",
}


@pytest.mark.parametrize("name", REMARKED)
@pytest.mark.parametrize("mode", ["slides", "handout", "solutions", "article", "key", "html", "exam", "xsim", "frames"])
def test_a_remark_is_part_of_every_solution(mode: str, name: str) -> None:
    assert printed(REMARKED[name], mode).count("It is symmetric.") == 1


def test_hints_of_parts_are_printed_on_request() -> None:
    assert "Put $X + tH$" not in printed(PROBLEM, "sheet")
    assert "Put $X + tH$ for $X$" in printed(PROBLEM, "sheet", Settings(hints=True))
    assert "Put $X + tH$" not in printed(PROBLEM, "solutions", Settings(hints=True))


def test_a_part_that_an_earlier_one_has_reached_says_so() -> None:
    swapped = PROBLEM[: PROBLEM.index("parts:")] + "parts:\n  - {find: hessian}\n  - {find: gradient}\n"
    shown = page(swapped, "html")
    assert [(b.letter, b.reached, sum(row.boxed for row in b.rows), [a.quantity for a in b.answers]) for b in shown.blocks] == [
        ("a", "", 0, []), ("a", "", 1, []), ("b", "a", 0, ["gradient"]),
    ]
    assert "Derived in part (a):" in printed(swapped, "solutions")


def test_nothing_is_lost_when_rows_are_put_under_parts() -> None:
    whole = page(PROBLEM[: PROBLEM.index("parts:")] + "find: [derivative, gradient, second-derivative, hessian]\n", "solutions")
    cut = page(PROBLEM, "solutions")
    assert [r.lines for b in cut.blocks for r in b.rows] == [r.lines for b in whole.blocks for r in b.rows]
    assert sorted(a.key for b in cut.blocks for a in b.answers) == sorted(a.key for b in whole.blocks for a in b.answers)


@pytest.mark.parametrize("rows", [1, 3, 6])
def test_slides_say_which_part_they_are_about(rows: int) -> None:
    frames = page(PROBLEM, "slides", Settings(rows=rows)).frames
    begun = [block.part.label for frame in frames for block in frame.blocks if block.part]
    assert begun == ["a", "b", "c"]
    # The first rows have no heading on a frame that goes on: it is named after their part first.
    assert all(str(frame.subtitle).startswith(f"({frame.blocks[0].letter})") for frame in frames)
    assert "(a)" in frames[0].subtitle and "(c)" in frames[-1].subtitle


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("\"2 tr(H' A X B)\"", "\"tr(H' A X B)\"", "wrong-answer", 5),
        ("{gradient: 2 A X B}", "{gradient: A X B}", "wrong-answer", 6),
        ("{gradient: 2 A X B}", "{hessian: 2 A X B}", "answer-unasked", 6),
        ("points: 5}", "points: 5, answer: 2 A K B}", "answer", 7),
        ("points: 2.5", "points: two", "type", 6),
        ("points: 3", "pionts: 3", "unknown-key", 5),
        ("parts:", "points: 11\nparts:", "points", 4),
        ("parts:", "points: ten\nparts:", "type", 4),
        ("hint: 'Put $X", "hint: 'Put $X$", "prose-math", 5),
        ("parts:", "find: gradient\nanswer: {gradient: 2 A X B}\nparts:", "answer", 8),
    ],
)
def test_what_is_wrong_with_a_part_is_said_at_its_line(old: str, new: str, code: str, line: int) -> None:
    with pytest.raises(DeriveError) as caught:
        read(PROBLEM.replace(old, new, 1), "p.yaml")
    assert (caught.value.code, caught.value.where.line if caught.value.where else 0) == (code, line)


def test_a_total_may_be_more_than_what_some_parts_have() -> None:
    some = PROBLEM.replace(", points: 5", "").replace("parts:", "points: 12\nparts:")
    assert Decimal(problemfile.read(some, "p.yaml").options.points) == 12


@pytest.mark.parametrize(("points", "good"), [("10.5", True), ("12", False), ("4", False)])
def test_a_set_gives_a_problem_the_points_of_its_parts(points: str, good: bool, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(PROBLEM)
    text = f"title: Set\nproblems:\n  - {{use: p, points: {points}}}\n"
    if good:
        assert read(text, str(tmp_path / "s.yaml")).document(MODES["sheet"], Settings(), Fit()).points == points
        return
    with pytest.raises(DeriveError) as caught:
        read(text, str(tmp_path / "s.yaml"))
    assert (caught.value.code, caught.value.where.line if caught.value.where else 0) == ("points", 3)


FORM = "symbols: {x: vector(n), A: spd(n), b: vector(n)}\nfunction: f(x) = 1/2 x' A x - b' x\n"
ORDERS = (("gradient", "hessian", "stationary"), ("stationary", "gradient", "hessian"), ("hessian", "stationary", "gradient"))


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("mode", ["slides", "html", "key"])
def test_what_a_part_asks_stands_under_it_in_whatever_order_it_is_asked(order: tuple[str, ...], mode: str) -> None:
    parts = "".join(f"  - {{find: [{quantity}], points: {k}}}\n" for k, quantity in enumerate(order, 1))
    shown = page(f"{FORM}parts:\n{parts}", mode)
    blocks = [block for frame in shown.frames for block in frame.blocks] if mode == "slides" else list(shown.blocks)
    lefts = {"gradient": r"\nabla f(x)", "hessian": r"\nabla^{2} f(x)", "stationary": "x^{*}"}
    for letter, quantity in zip("abc", order, strict=True):
        under = [block for block in blocks if block.letter == letter]
        stated = [str(row.whole_left) for block in under for row in block.rows if row.boxed]
        stated += [str(answer.left) for block in under for answer in block.answers]
        assert stated == [lefts[quantity]]
        assert under[0].part is not None and under[0].part.points == str(" abc".index(letter))
    assert [b.letter for b in blocks] == sorted(b.letter for b in blocks)
