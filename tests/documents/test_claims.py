"""How a question is put: found, shown, or asked in the author's own words."""

from __future__ import annotations

import pytest

from derive.documents.compose import problem_page, single
from derive.documents.page.modes import MODES
from derive.documents.page.settings import Fit, Settings
from derive.errors import DeriveError
from derive.pipeline.examine import examine, problem_of
from derive.pipeline.produce import tex
from derive.pipeline.subject import read

HEAD = "title: T\nsymbols: {X: 'matrix(m, n)', A: symmetric(m), B: symmetric(n)}\nfunction: f(X) = tr(X' A X B)\n"


def sheet(text: str) -> str:
    problem = problem_of(text, "p.yaml")
    settings = Settings()
    return tex(single(problem_page(problem, None, None, MODES["sheet"], settings), MODES["sheet"], settings), MODES["sheet"])


def test_a_claim_is_what_the_answer_says() -> None:
    text = HEAD + "find: [gradient, hessian]\nask: show\nanswer: {gradient: 2 A X B, hessian: 2 A K B}\n"
    assert r"Show that $\nabla f(X) = 2 A X B$ and $\operatorname{Hess} f(X)[K] = 2 A K B$." in sheet(text)
    assert "Find" not in sheet(text)
    examine(problem_of(text, "p.yaml"))


def test_a_false_claim_is_refused() -> None:
    with pytest.raises(DeriveError) as caught:
        examine(problem_of(HEAD + "find: [gradient]\nask: show\nanswer: {gradient: A X B}\n", "p.yaml"))
    assert caught.value.code == "wrong-answer"


def test_each_part_may_be_put_in_its_own_way() -> None:
    text = HEAD + (
        "parts:\n  - {find: [derivative]}\n  - {find: [gradient], ask: show, answer: 2 A X B}\n"
        "  - {find: [hessian], ask: false, statement: What is the second derivative?}\n"
    )
    page = problem_page(problem_of(text, "p.yaml"), None, None, MODES["sheet"], Settings())
    assert [part.find for part in page.parts] == [r"Find the directional derivative $\mathrm{D}f(X)[H]$.", r"Show that $\nabla f(X) = 2 A X B$.", ""]
    assert "What is the second derivative?" in sheet(text)


def test_the_question_may_be_the_authors_alone() -> None:
    text = sheet(HEAD + "find: [gradient]\nask: false\nstatement: How fast does it grow?\n")
    assert "Find" not in text and "How fast does it grow?" in text


def test_of_several_variables_each_is_claimed() -> None:
    text = (
        "title: T\nsymbols: {A: 'matrix(m, n)', x: vector(n), b: vector(m)}\nfunction: f(x, b) = norm(A x - b)^2\nfind: [gradient]\n"
        "ask: show\nanswer: {gradient: {x: \"2 A' (A x - b)\", b: 2 (b - A x)}}\n"
    )
    assert r"$\nabla_{x} f(x, b) = 2 A^{\mathsf T} (A x - b)$ and $\nabla_{b} f(x, b) = 2 (b - A x)$" in sheet(text)


@pytest.mark.parametrize(("keys", "line", "code"), [
    ("find: [gradient]\nask: show\n", 5, "ask"), ("find: [gradient]\nask: maybe\n", 5, "choice"),
    ("parts:\n  - {find: [gradient], ask: show}\n", 5, "ask"),
])
def test_what_is_wrong_is_said_at_its_line(keys: str, line: int, code: str) -> None:
    with pytest.raises(DeriveError) as caught:
        problem_of(HEAD + keys, "p.yaml")
    assert caught.value.code == code and caught.value.where is not None and caught.value.where.line == line


@pytest.mark.parametrize("key", ["statement", "hint"])
def test_a_derivative_typed_by_hand_is_refused_where_nothing_checks_it(key: str) -> None:
    with pytest.raises(DeriveError) as caught:
        read(HEAD + f"find: [gradient]\n{key}: 'Show that $\\nabla f(X) = A X B$.'\n", "p.yaml")
    assert caught.value.code == "typed-derivative" and "ask: show" in str(caught.value.hint)
    assert caught.value.where is not None and caught.value.where.line == 5


def test_the_solution_of_a_claim_is_as_usual() -> None:
    subject = read(HEAD + "find: [gradient]\nask: show\nanswer: {gradient: 2 A X B}\n", "p.yaml")
    text = tex(subject.document(MODES["solutions"], Settings(), Fit()), MODES["solutions"])
    assert "Show that" in text and r"\deriveanswer" in text
