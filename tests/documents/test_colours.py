"""Letters that keep a colour: in statement, rows, reasons, result and figure, and with nothing else changed."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from derive.documents.compose import problem_page, single
from derive.documents.page.modes import MODES
from derive.documents.page.settings import Settings
from derive.documents.rendering.fill import fill
from derive.language.problems.colours import COLOURS
from derive.pipeline.examine import Examined
from tests.documents.samples import examined

TEMPLATES = Path(__file__).parent.parent.parent / "templates"
PROBLEM = "perceptron-three-layers"
PLAIN = r"\\derive(?:tone|index)<[a-z]+>\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}"


def written(one: Examined, mode: str, settings: Settings | None = None) -> str:
    settings = settings or Settings()
    page = problem_page(one.problem, one.derivation, one.report, MODES[mode], settings)
    return fill(MODES[mode].template, {"document": single(page, MODES[mode], settings), "mode": MODES[mode]})


def body(text: str) -> str:
    return text.partition(r"\begin{document}")[2]


@pytest.mark.parametrize("mode", ["slides", "solutions", "article", "handout", "key", "sheet"])
def test_every_letter_has_its_colour_everywhere(mode: str) -> None:
    text = re.sub(r"(?m)^ *%.*$|\\derive(?:spoken|alt|bookmark).*?\n", "", body(written(examined(PROBLEM), mode)))
    assert r"\derivetone<orange>{W}_{\deriveindex<orange>{1}}" in text
    assert not re.search(r"(?<![{A-Za-z])W_\{?1|(?<!\{)\\phi_\{?2", text)


@pytest.mark.parametrize("mode", ["slides", "solutions", "key"])
def test_but_for_the_colours_the_page_is_the_same(mode: str) -> None:
    one = examined(PROBLEM)
    bare = replace(one, problem=replace(one.problem, options=replace(one.problem.options, colours={})))
    text = body(written(one, mode))
    while (plain := re.sub(PLAIN, r"\1", text)) != text:
        text = plain
    words = partial(re.sub, r"[{}\s]+", "")
    assert words(text) == words(body(written(bare, mode)))


def test_who_hears_a_formula_hears_no_colours() -> None:
    for spoken in re.findall(r"\\derivespoken(?:<\d+->)?\{(.*)\}%?$", written(examined(PROBLEM), "slides"), re.MULTILINE):
        assert "derivetone" not in spoken and "deriveindex" not in spoken


def test_a_gradient_by_an_intermediate_has_its_colour() -> None:
    assert r"\derivetone<green>{\delta}_{\deriveindex<green>{\phi_{2}}}" in written(examined(PROBLEM), "solutions")


@pytest.mark.parametrize("colour", COLOURS)
def test_every_colour_is_dark_enough_and_known_to_pages_and_web_pages(colour: str) -> None:
    macros, page = ((TEMPLATES / name).read_text() for name in ("macros.tex.j2", "page.html.j2"))
    found = re.search(rf"\\providecolor\{{derive{colour}\}}\{{HTML\}}\{{([0-9A-F]{{6}})\}}", macros)
    assert found and f"--{colour}: #{found[1].lower()};" in page and f".tone-{colour} {{ color: var(--{colour}); }}" in page
    parts = [int(found[1][k : k + 2], 16) / 255 for k in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    assert 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05) >= 4.5


def test_a_web_page_says_colours_by_class() -> None:
    assert '<mrow class="tone-orange"><mrow><mi>W</mi></mrow></mrow>' in written(examined(PROBLEM), "html")
