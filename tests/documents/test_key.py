"""The answers alone: each letter in them is declared by the question, or defined beside them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from derive.calculus.derive import derive
from derive.documents.compose import single
from derive.documents.page.abbreviations import names
from derive.documents.page.letters import needed
from derive.documents.page.modes import MODES
from derive.documents.page.settings import Settings
from derive.documents.page.views import passages
from derive.documents.rendering.fill import fill
from derive.expressions.build import add
from derive.expressions.nodes import Symbol
from derive.expressions.sizes import Size
from derive.language.problems import read as problemfile
from derive.pipeline.examine import problem_of
from tests.documents.samples import page_of

ROOT = Path(__file__).parent.parent.parent
FILES = [path for path in sorted((ROOT / "problems").rglob("*.yaml")) if problemfile.kind(path.read_text(encoding="utf-8")) == "problem"]
N = Size.of("n")
ANY = {"a", "b"}
"""Numbers that stand for any, in the line on linearity."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_letter_of_an_answer_is_known(path: Path) -> None:
    problem = problem_of(path.read_text(encoding="utf-8"), path.name)
    derivation = derive(problem)
    short = names(problem, derivation)
    known = {*problem.symbols, *problem.unnamed, *(s.name for s, _ in (*problem.let, *derivation.letters, *short.definitions))}
    known |= {s.name for s in (*problem.directions, *problem.second_directions)}
    known |= {str(name) for s in problem.symbols.values() for size in s.shape for name in size.names}
    known |= {f"d{name}" for name in known} | (ANY if "linearity" in problem.find else set())
    for passage in passages(derivation, short):
        for box in passage.boxed:
            assert box.result.expr.free <= known, (box.quantity, box.result.expr.free - known)


def test_a_key_defines_what_its_answers_speak_of_and_nothing_else() -> None:
    page = page_of("perceptron-three-layers", MODES["key"])
    defined = [re.sub(r"\\derive(tone|index)<\w+>\{(\\\w+(?:_\{\d\})?|\d)\}", r"\2", str(left)) for left, _ in page.definitions]
    assert defined == [r"\phi_{1}", r"\phi_{2}", r"\phi_{3}", r"\delta_{\phi_{3}}", r"\delta_{\phi_{2}}", r"\delta_{\phi_{1}}"]
    assert page_of("least-squares", MODES["key"]).definitions == ()
    assert "Ω" not in str(page) and any(r"\Omega" in str(left) for left, _ in page_of("qr-factor-q", MODES["key"]).definitions)


def test_a_letter_brings_those_that_define_it() -> None:
    x, y, z, w = (Symbol(name, (N, N)) for name in "XYZW")
    meant = ((y, add(x, x)), (z, add(y, x)), (w, x))
    assert [symbol.name for symbol, _ in needed([z], meant)] == ["Y", "Z"]
    assert [symbol.name for symbol, _ in needed([Symbol("dY", (N, N))], meant)] == ["Y"]


def test_the_title_says_what_it_is() -> None:
    page = page_of("least-squares", MODES["key"])
    from derive.documents.compose import single
    from derive.documents.page.settings import Settings

    document = single(page, MODES["key"], Settings())
    assert r"\derivetitle{Least squares --- Answers}" in fill("key.tex.j2", {"document": document, "mode": MODES["key"]})


def test_a_key_says_what_its_letters_mean_and_no_convention() -> None:
    said, *_ = page_of("eigenvalue", MODES["key"]).remarks
    assert "the left and" in said and "the right eigenvector" in said and "= 1" in said
    assert page_of("gaussian-likelihood", MODES["key"]).remarks == ()


def test_a_question_in_words_is_answered_in_the_key_and_in_the_solution() -> None:
    for mode in ("key", "solutions"):
        page = page_of("exercises/logistic-loss", MODES[mode])
        assert any("convex" in remark for remark in page.remarks)
        text = fill(MODES[mode].template, {"document": single(page, MODES[mode], Settings()), "mode": MODES[mode]})
        assert "convex" in text.partition(r"\begin{document}")[2]
    assert not page_of("exercises/logistic-loss", MODES["sheet"]).remarks


def test_a_gaussian_by_mean_and_covariance_is_decided() -> None:
    for mode in ("key", "solutions"):
        page = page_of("mean-and-covariance", MODES[mode])
        assert [one.classification for one in page.answers if one.quantity == "stationary"] == ["a minimum"] * 2
