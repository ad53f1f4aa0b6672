"""What a PDF says to who hears it: its formulas as LaTeX in `/Alt`, its title, author, language and bookmarks."""

from __future__ import annotations

import re
import subprocess
import zlib
from pathlib import Path

import numpy as np
import pytest

from derive.calculus.derive import derive
from derive.checking.verification import verify
from derive.documents.compose import problem_page, single
from derive.documents.page.modes import MODES
from derive.documents.page.settings import Settings
from derive.pipeline.produce import make, tex
from derive.pipeline.subject import read
from derive.pipeline.tex import engine as latex
from tests.documents.samples import trace_quadratic

pytestmark = pytest.mark.tex


def source(name: str) -> str:
    derivation = derive(trace_quadratic())
    mode, settings = MODES[name], Settings(author="A. Lecturer")
    page = problem_page(derivation.problem, derivation, verify(derivation), mode, settings)
    return tex(single(page, mode, settings), mode)


def streams(pdf: bytes) -> list[bytes]:
    """The streams of a PDF, unpacked."""
    out = []
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            out.append(zlib.decompress(found[1]))
        except zlib.error:
            continue
    return out


def alternatives(pdf: bytes) -> list[str]:
    """The alternatives of its formulas, without the blanks that TeX sets behind a command."""
    found = [h for part in streams(pdf) for h in re.findall(rb"/Span <</Alt \(((?:[^\\()]|\\.)*)\)>> BDC", part, re.DOTALL)]
    octal = [re.sub(rb"\\([0-7]{3})", lambda m: bytes([int(m[1], 8)]), one) for one in found]
    plain = [re.sub(rb"\\(.)", rb"\1", one).decode("ascii") for one in octal]
    return [re.sub(r"(\\[A-Za-z]+) (?=[{\\(\[|])", r"\1", one).strip() for one in plain]


def pixels(pdf: bytes, folder: Path) -> list[np.ndarray[tuple[int, ...], np.dtype[np.int64]]]:
    (folder / "x.pdf").write_bytes(pdf)
    subprocess.run(["pdftoppm", "-gray", "-r", "60", "x.pdf", "p"], cwd=folder, check=True)
    out = []
    for file in sorted(folder.glob("p-*.pgm")):
        data = file.read_bytes()
        out.append(np.frombuffer(data[-int(np.prod([int(n) for n in data.split(b"\n")[1].split()])) :], np.uint8).astype(np.int64))
        file.unlink()
    return out


def text(pdf: bytes, folder: Path) -> str:
    (folder / "x.pdf").write_bytes(pdf)
    return subprocess.run(["pdftotext", "x.pdf", "-"], cwd=folder, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("name", ["slides", "solutions", "article"])
def test_formulas_say_their_latex_and_change_nothing_else(name: str, tmp_path: Path) -> None:
    said = source(name)
    begin = r"\begin{document}"
    nothing = r"\renewcommand<>{\derivespoken}[1]{}\renewcommand<>{\derivesilent}{}" if name == "slides" else (
        r"\renewcommand{\derivespoken}[1]{}\renewcommand{\derivesilent}{}")
    silent = said.replace(begin, nothing + begin)
    spoken, mute = latex.typeset(said).pdf, latex.typeset(silent).pdf
    found = alternatives(spoken)
    assert not alternatives(mute) and len(found) >= 6
    row = r"= \operatorname{tr}(H^{\mathsf T} A X B) + \operatorname{tr}(X^{\mathsf T} A H B)"
    assert (r"\mathrm{D}f(X)[H] " + row if name == "slides" else row) in found
    assert r"\nabla f(X) = 2 A X B" in found
    assert not any("dvchange" in one or "bigl" in one for one in found)
    assert text(spoken, tmp_path) == text(mute, tmp_path)
    for before, after in zip(pixels(mute, tmp_path), pixels(spoken, tmp_path), strict=True):
        assert (np.abs(before - after) > 60).sum() <= 40  # a glyph's edge, rounded otherwise
    for part in streams(spoken):
        assert part.count(b" BDC") == part.count(b"EMC")
        assert all(block.count(b" BDC") == block.count(b"EMC") for block in re.findall(rb"BT(.*?)ET", part, re.DOTALL))


@pytest.mark.parametrize("name", ["blank", "sheet"])
def test_what_is_not_shown_is_not_said(name: str) -> None:
    found = alternatives(latex.typeset(source(name)).pdf)
    assert found and all(one == r"f(X) = \operatorname{tr}(X^{\mathsf T} A X B)" for one in found)


def test_a_row_is_said_on_its_click_not_before() -> None:
    pages = [part for part in streams(latex.typeset(source("slides")).pdf) if b"BT" in part]
    counts = [part.count(b" BDC") for part in pages[:4]]
    assert counts == sorted(counts) and counts[0] < counts[-1]


@pytest.mark.parametrize("name", ["slides", "solutions"])
def test_a_pdf_has_title_author_language_and_bookmarks(name: str, tmp_path: Path) -> None:
    pdf = latex.typeset(source(name)).pdf
    (tmp_path / "x.pdf").write_bytes(pdf)
    info = subprocess.run(["pdfinfo", "x.pdf"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert "Trace of a quadratic form" in info and "A. Lecturer" in info
    everything = pdf + b"".join(streams(pdf))
    assert re.search(rb"/Lang\s*\(en\)", everything) and b"/Outlines" in everything


@pytest.mark.slow
def test_a_formula_and_its_alternative_are_on_one_page(tmp_path: Path) -> None:
    """Where a page ends between problems, the mark that opens an answer's alternative must not stay behind; nor may a heading."""
    file = Path(__file__).parents[2] / "problems" / "sets" / "second-derivatives-and-minima.yaml"
    subject, mode, settings = read(file.read_text("utf-8"), str(file)), MODES["key"], Settings()
    made = make(lambda fit: subject.document(mode, settings, fit), mode, settings)
    assert made.pdf is not None
    (tmp_path / "key.pdf").write_bytes(made.pdf)
    done = subprocess.run(["pdftotext", "key.pdf", "-"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    pages = done.stdout.split("\f")
    assert len(pages) > 2 and not any("Problem" in " ".join(page.split("\n")[-6:]) for page in pages[:-1])
