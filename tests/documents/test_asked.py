"""What was asked is what is boxed: all of it, once, by its name."""

from __future__ import annotations

import pytest

from derive.documents.compose import problem_page
from derive.documents.page.modes import MODES
from derive.documents.page.settings import Settings
from derive.pipeline.examine import examine, problem_of
from tests.documents.samples import page_of

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
    assert [str(answer.left) for answer in page.answers] == lefts
    blocks = [block for frame in page.frames for block in frame.blocks] if mode == "slides" else page.blocks
    shown = [str(row.left or row.whole_left) for block in blocks for row in block.rows if row.boxed]
    shown += [str(answer.left) for block in blocks for answer in block.answers]
    assert sorted(shown) == sorted(lefts)


@pytest.mark.parametrize("function", ["x^2 + exp(y)", "x^2 + y^3 + y", "(x - y)^2 + x"])
def test_one_gradient_of_several_is_not_said_to_be_never_zero(function: str) -> None:
    """2x is 0 at x = 0: what is never 0 is the whole gradient."""
    text = f"symbols: {{x: scalar, y: scalar}}\nfunction: f(x, y) = {function}\nwrt: [x, y]\nfind: [stationary]\n"
    one = examine(problem_of(text, "p.yaml"))
    page = problem_page(one.problem, one.derivation, one.report, MODES["key"], Settings())
    assert [(str(answer.left), str(answer.relation)) for answer in page.answers] == [(r"\nabla f(x, y)", r"\ne")]


def test_a_sheet_says_the_point_and_the_data() -> None:
    text = (
        "symbols: {X: 'matrix(m, 2)', y: vector(m), w: vector(2)}\nfunction: f(w) = norm(X w - y)^2\nwrt: w\nfind: [gradient]\n"
        "data: {x: [-1, 1/2], y: [0, 3], X: '[ones, x]'}\n"
    )
    one = examine(problem_of(text, "p.yaml"))
    asked = problem_page(one.problem, one.derivation, one.report, MODES["sheet"], Settings()).question
    assert asked.given[-1] == r"the data $x = (-1, \tfrac{1}{2})$ and $y = (0, 3)$"
    at = "symbols: {x: vector(2), A: 'matrix(2, 2)'}\nfunction: f(x) = x' A x\nwrt: x\nat: {x: [1, 2], A: [[1, 0], [0, 1]]}\nfind: [gradient]\n"
    one = examine(problem_of(at, "p.yaml"))
    asked = problem_page(one.problem, one.derivation, one.report, MODES["sheet"], Settings()).question
    assert asked.given[-1].startswith(r"at $x = (1, 2)$ and $A = \begin{psmallmatrix} 1 & 0 \\ 0 & 1")


def test_a_question_says_what_the_matrix_of_the_inner_product_is() -> None:
    text = FORM.replace("function", "inner-product: M\nfunction").replace("symmetric(n)}", "symmetric(n), M: spd(n)}").replace(", hessian", "")
    one = examine(problem_of(text, "p.yaml"))
    given = problem_page(one.problem, one.derivation, one.report, MODES["sheet"], Settings()).question.given
    assert r"$M \in \mathbb{R}^{n \times n}$ symmetric positive definite" in given


def test_a_condition_names_the_answer_that_it_speaks_of() -> None:
    page = page_of("mean-and-covariance", MODES["slides"])
    (condition,) = (said for frame in page.frames for block in frame.blocks for row in block.rows for said in row.conditions)
    assert condition == r"where $\Sigma^{*}$ is positive definite"


def test_what_the_engine_remarks_is_small_print_on_slides_and_a_remark_on_paper() -> None:
    slides, paper = (page_of("trace-product-symmetric", MODES[mode]) for mode in ("slides", "solutions"))
    assert len(slides.conventions) == 1 and not paper.conventions
    assert set(paper.remarks) == {*slides.conventions, *slides.remarks}


def test_a_second_stationary_point_is_boxed_in_the_row_that_states_it() -> None:
    page = page_of("folium", MODES["slides"])
    blocks = [block for frame in page.frames for block in frame.blocks]
    assert not any(block.answers for block in blocks)
    points = [row for block in blocks for row in block.rows if row.boxed and row.lead and block.quantity == "stationary"]
    assert [row.classification for row in points] == ["a saddle point", "a minimum"]


@pytest.mark.parametrize(
    ("shape", "function", "under"),
    [
        ("vector(n)", "x' A x", r"$\langle h, k \rangle_{M} = h^{\mathsf T} M k$"),
        ("'matrix(n, p)'", "tr(x' A x)", r"$\langle H, K \rangle_{M} = \operatorname{tr}(H^{\mathsf T} M K)$"),
    ],
)
def test_a_question_names_its_own_inner_product(shape: str, function: str, under: str) -> None:
    text = (
        f"symbols: {{x: {shape}, A: symmetric(n), M: spd(n)}}\nfunction: f(x) = {function}\nwrt: x\ninner-product: M\nfind: [gradient]\n"
    ).replace("f(x) = tr(x' A x)", '"f(x) = tr(x\' A x)"').replace("f(x) = x' A x", '"f(x) = x\' A x"')
    one = examine(problem_of(text, "p.yaml"))
    page = problem_page(one.problem, one.derivation, one.report, MODES["sheet"], Settings())
    assert page.question.find.endswith(f"under the inner product {under}.")
