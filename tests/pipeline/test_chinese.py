"""Documents in a language whose letters need fonts of their own: set by xelatex, the same bytes every time, readable as text."""

from __future__ import annotations

import re
import subprocess
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from derive.calculus.derive import derive
from derive.checking.verification import verify
from derive.documents.compose import problem_page, single
from derive.documents.page.document import Document
from derive.documents.page.modes import MODES
from derive.documents.page.settings import Fit, Settings
from derive.documents.wording.words import spoken
from derive.notation.settings import Notation
from derive.pipeline.produce import Made, make
from derive.pipeline.tex import needs
from tests.documents.samples import trace_quadratic

pytestmark = [pytest.mark.tex, pytest.mark.slow]
SETTINGS = Settings(notation=spoken(Notation(language="zh-Hant")), author="王小明")
PROSE = {
    "title": "二次型的跡：求 $\\nabla f(X)$",
    "statement": "設 $A$ 與 $B$ 為對稱矩陣。" + "這一段話很長，用來檢查中文在行末能否斷開而不超出版面。" * 4,
}


def made(name: str) -> Made:
    problem = replace(trace_quadratic(), prose=PROSE)
    derivation = derive(problem)
    report = verify(derivation)

    def compose(fit: Fit) -> Document:
        return single(problem_page(problem, derivation, report, MODES[name], SETTINGS, fit), MODES[name], SETTINGS)

    return make(compose, MODES[name], SETTINGS)


@pytest.mark.parametrize("name", ["slides", "solutions"])
def test_chinese_is_set_and_read_back(name: str, tmp_path: Path) -> None:
    first, second = made(name), made(name)
    assert first.pdf is not None and first.pdf == second.pdf
    file = tmp_path / "x.pdf"
    file.write_bytes(first.pdf)
    text = subprocess.run(["pdftotext", "-raw", file, "-"], capture_output=True, text=True, check=True).stdout
    for words in ("二次型的跡", "乘積法則", "為線性", "循環性", "海森矩陣", "數值驗證", "中文在行末能否斷開"):
        assert words in "".join(text.split()), words
    info = subprocess.run(["pdfinfo", file], capture_output=True, text=True, check=True).stdout
    assert "二次型的跡" in info and "王小明" in info
    parts = [zlib.decompress(found[1]) for found in re.finditer(rb"/FlateDecode.*?stream\r?\n(.*?)\r?\nendstream", first.pdf, re.DOTALL)]
    assert any(b"/Lang(zh-Hant)" in part and b"/Outlines" in part for part in parts)


def test_what_the_language_needs_is_asked_for_only_then() -> None:
    usual = {need.name for need in needs.NEEDS if need.engine == "pdflatex"}
    assert {"xelatex", "pzdr.tfm"}.isdisjoint(usual)
    assert not needs.missing(engine="xelatex")
