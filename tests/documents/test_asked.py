"""What was asked is what is boxed: all of it, once, by its name."""

from __future__ import annotations

import pytest

from derive.documents.compose import problem_page
from derive.documents.page.modes import MODES
from derive.documents.page.settings import Settings
from derive.pipeline.examine import examine, problem_of

BOTH = "symbols: {w: vector(n), x: vector(n)}\nfunction: y(w, x) = w + x\nwrt: [w, x]\nfind: [jacobian]\n"
POLAR = "symbols: {r: positive, theta: scalar}\nfunction: f(r, theta) = [r cos(theta); r sin(theta)]\nwrt: [r, theta]\nfind: [jacobian]\n"
FOLIUM = "symbols: {x: scalar, y: scalar}\nfunction: f(x, y) = x^3 - 3 x y + y^3\nwrt: [x, y]\nfind: [gradient, hessian]\n"
FORM = "symbols: {x: vector(n), A: symmetric(n)}\nfunction: f(x) = x' A x\nwrt: x\nfind: [derivative, gradient, hessian]\n"


@pytest.mark.parametrize("mode", ["slides", "solutions", "key"])
@pytest.mark.parametrize(
    ("text", "lefts"),
    [
        (BOTH, [r"\frac{\partial y}{\partial w}", r"\frac{\partial y}{\partial x}"]),
        (POLAR, [r"J_{f}(r, \theta)", r"\det J_{f}(r, \theta)"]),
        (FOLIUM, [r"\frac{\partial f}{\partial x}", r"\frac{\partial f}{\partial y}", r"\nabla^{2} f(x, y)"]),
        (FORM, [r"\mathrm{D}f(x)[h]", r"\nabla f(x)", r"\nabla^{2} f(x)"]),
    ],
)
def test_what_was_asked_is_boxed_all_of_it_once(text: str, lefts: list[str], mode: str) -> None:
    one = examine(problem_of(text, "p.yaml"))
    page = problem_page(one.problem, one.derivation, one.report, MODES[mode], Settings())
    assert [answer.left for answer in page.answers] == lefts
    blocks = [block for frame in page.frames for block in frame.blocks] if mode == "slides" else page.blocks
    shown = [row.left or row.whole_left for block in blocks for row in block.rows if row.boxed]
    shown += [answer.left for block in blocks for answer in block.answers]
    assert sorted(shown) == sorted(lefts)
