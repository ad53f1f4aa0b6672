"""Documents through pdflatex: nothing overfull, nothing that moves, the same bytes every time."""

from __future__ import annotations

import re
import subprocess
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from derive.calculus.derive import derive
from derive.checking.report import Report
from derive.checking.verification import verify
from derive.derivation.derivation import Derivation
from derive.documents.compose import problem_page, single
from derive.documents.page.document import Document
from derive.documents.page.modes import MODES
from derive.documents.page.settings import Fit, Settings
from derive.errors import DeriveError
from derive.expressions.build import add, matmul, transpose
from derive.expressions.nodes import Call, Symbol
from derive.notation.latex.reading import read
from derive.pipeline import subject
from derive.pipeline.produce import Made, make, tex
from derive.pipeline.tex import engine as latex
from tests.documents.samples import M, N, trace_quadratic

pytestmark = pytest.mark.tex


@lru_cache(maxsize=4)
def derived(terms: int = 1) -> tuple[Derivation, Report]:
    """The sample, or a sum of many traces, whose rows no page is wide enough for."""
    problem = trace_quadratic()
    if terms > 1:
        x = problem.wrt[0]
        names = [Symbol(f"A_{k}", (M, M)) for k in range(terms)]
        b: Symbol = Symbol("B", (N, N))
        f = add(*(Call("tr", (matmul(transpose(x), a, x, b),)) for a in names))
        problem = trace_quadratic(function=f, symbols={"X": x, "B": b, **{a.name: a for a in names}}, id="long")
    derivation = derive(problem)
    return derivation, verify(derivation)


def made(name: str, settings: Settings | None = None, terms: int = 1) -> Made:
    settings = settings or Settings()
    derivation, report = derived(terms)

    def compose(fit: Fit) -> Document:
        page = problem_page(derivation.problem, derivation, report, MODES[name], settings, fit)
        return single(page, MODES[name], settings)

    return make(compose, MODES[name], settings)


def text_of(pdf: bytes, folder: Path, *options: str) -> str:
    (folder / "x.pdf").write_bytes(pdf)
    out = subprocess.run(["pdftotext", *options, "x.pdf", "-"], cwd=folder, capture_output=True, check=True)
    return out.stdout.decode()


@pytest.mark.parametrize("name", [name for name, mode in MODES.items() if mode.pdf])
def test_every_mode_makes_a_pdf_with_the_title(name: str, tmp_path: Path) -> None:
    pdf = made(name).pdf
    assert pdf is not None and pdf.startswith(b"%PDF")
    assert "Trace of a quadratic form" in text_of(pdf, tmp_path)
    info = subprocess.run(["pdfinfo", "x.pdf"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert re.search(r"Title:\s+Trace of a quadratic form", info)


def test_the_same_document_is_the_same_bytes() -> None:
    assert made("slides").pdf == made("slides").pdf
    assert made("solutions").pdf == made("solutions").pdf


def pictures(pdf: bytes, folder: Path) -> list[np.ndarray[tuple[int, ...], np.dtype[np.int64]]]:
    """Every page as an array of pixels, rows × columns × 3."""
    (folder / "x.pdf").write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", "72", "x.pdf", "p"], cwd=folder, check=True)
    out = []
    for file in sorted(folder.glob("p-*.ppm")):
        header, data = file.read_bytes()[:15].split(b"\n")[:3], file.read_bytes()
        width, height = map(int, header[1].split())
        out.append(np.frombuffer(data[-3 * width * height :], np.uint8).reshape(height, width, 3).astype(np.int64))
    return out


def test_nothing_moves_from_one_click_to_the_next(tmp_path: Path) -> None:
    """What is on a page is on the next page of its frame, at the same place: only the colour of what changed comes and goes."""
    pdf = made("slides").pdf
    assert pdf is not None
    numbers = [text.split()[-1] for text in text_of(pdf, tmp_path).split("\f")[:-1]]
    pages = pictures(pdf, tmp_path)
    assert len(pages) == len(numbers)
    pairs = [(a, b) for a, b, m, n in zip(pages, pages[1:], numbers, numbers[1:], strict=False) if m == n]
    assert len(pairs) >= 6

    def marked(page: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        return np.asarray(page[:, :, 0] > page[:, :, 1] + 12)

    changes = 0
    for before, after in pairs:
        ink = (before.sum(axis=2) < 740) & ~marked(before)
        lost = ink & (np.abs(before - after).sum(axis=2) > 40) & ~marked(after)
        # A marked glyph has a grey edge where it touches its underline: single pixels.
        assert lost.sum() <= 4
        changes += int(marked(after).sum() > 20)
    assert changes >= 2


def test_a_sheet_holds_nothing_of_a_solution(tmp_path: Path) -> None:
    sheet = made("sheet")
    assert sheet.pdf is not None
    text = text_of(sheet.pdf, tmp_path)
    derivation, _ = derived()
    solution = problem_page(derivation.problem, derivation, None, MODES["solutions"], Settings())
    lines = [str(line) for block in solution.blocks for row in block.rows for line in row.lines]
    lines += [str(line) for answer in solution.answers for line in answer.lines]
    assert lines and not any(line in sheet.tex for line in lines)
    assert "Solution" not in text and "definition" not in text and "rule" not in text


@pytest.mark.parametrize("aspect", [169, 43])
def test_long_rows_are_broken_on_slides(aspect: int) -> None:
    result = made("slides", Settings(aspect=aspect), terms=14)  # type: ignore[arg-type]
    assert result.pdf is not None and r"\quad{} + " in result.tex
    assert not latex.typeset(result.tex).log.overfull


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_long_rows_are_broken_on_paper(paper: str) -> None:
    result = made("solutions", Settings(paper=paper), terms=14)  # type: ignore[arg-type]
    assert not latex.typeset(result.tex).log.overfull


def test_what_cannot_be_broken_fails_and_says_where() -> None:
    derivation, report = derived()
    mode = MODES["solutions"]

    def compose(fit: Fit) -> Document:
        page = problem_page(derivation.problem, derivation, report, mode, Settings(), fit)
        from dataclasses import replace

        row = replace(page.blocks[0].rows[1], lines=(read("X" * 300),))
        block = replace(page.blocks[0], rows=(page.blocks[0].rows[0], row))
        return single(replace(page, blocks=(block,)), mode, Settings())

    with pytest.raises(DeriveError) as caught:
        make(compose, mode, Settings())
    assert caught.value.code == "overfull"
    assert str(caught.value.where) == "problems/trace-quadratic.yaml:6:1"
    assert "step 2" in caught.value.message and "`let`" in (caught.value.hint or "")


@pytest.mark.tex
@pytest.mark.parametrize("mode", ["solutions", "slides"])
def test_a_word_too_long_for_a_line_is_no_row(mode: str) -> None:
    problem = trace_quadratic(prose={"title": "T", "statement": f"See https://example.org/{'a' * 200}."})
    derivation = derive(problem)
    report = verify(derivation, 1)

    def compose(fit: Fit) -> Document:
        return single(problem_page(problem, derivation, report, MODES[mode], Settings(), fit), MODES[mode], Settings())

    with pytest.raises(DeriveError) as caught:
        make(compose, MODES[mode], Settings())
    assert caught.value.message.startswith("a line of words at the question") and "let" not in (caught.value.hint or "").split()


def test_an_error_of_latex_is_reported_at_the_authors_line() -> None:
    text = made("solutions").tex.replace(r"\langle", r"\frobnicate", 1)
    with pytest.raises(DeriveError) as caught:
        latex.typeset(text)
    assert caught.value.code == "latex"
    assert r"\frobnicate" in caught.value.message
    assert str(caught.value.where).startswith("problems/trace-quadratic.yaml:6")


@pytest.mark.parametrize(
    "attack", [r"\input{/etc/hostname}", r"\input{../../../../etc/hostname}", r"\openin5=/etc/hostname \ifeof5 \errmessage{closed}\fi"]
)
def test_a_document_reads_nothing_outside_its_folder(attack: str) -> None:
    text = "\\documentclass{article}\\begin{document}x" + attack + "\\end{document}"
    with pytest.raises(DeriveError):
        latex.typeset(text)


def test_a_runaway_is_stopped() -> None:
    with pytest.raises(DeriveError, match="stopped after"):
        latex.typeset("\\documentclass{article}\\begin{document}\\loop\\iftrue\\repeat\\end{document}", seconds=2)


FOREIGN = {
    "fragment": "\\documentclass{article}\\usepackage{derive}\\begin{document}Text. \\input{part}\\end{document}",
    "fragment in exam": "\\documentclass{exam}\\usepackage{derive}\\printanswers\\begin{document}\\begin{questions}\\question Q"
                        "\\begin{solution}\\input{part}\\end{solution}\\end{questions}\\end{document}",
    "exam": "\\documentclass[addpoints]{exam}\\usepackage{derive}\\printanswers\\begin{document}\\begin{questions}\\input{part}"
            "\\end{questions}\\gradetable\\end{document}",
    "xsim": "\\documentclass{article}\\usepackage{xsim,derive}\\xsimsetup{solution/print=true}\\begin{document}\\input{part}\\end{document}",
    "frames": "\\documentclass[aspectratio=169]{beamer}\\usepackage{derive}\\begin{document}\\input{part}\\end{document}",
}
"""Documents of somebody else: any class, with derive.sty alone."""

PARTS = """\
title: Least squares
statement: 'The error is $e = X w - y$.'
symbols: {X: {type: 'matrix(m, n)', is: [full-column-rank]}, y: vector(m), w: vector(n)}
function: f(w) = (X w - y)' (X w - y)
parts: [{find: [gradient], points: 2.5}, {find: [stationary], points: 3, statement: Where is it smallest?}]
"""


@pytest.mark.parametrize("name", FOREIGN)
@pytest.mark.parametrize("file", ["parts", "trace-quadratic-hessian", "two-sided-least-squares"])
def test_fragments_go_into_documents_of_others(name: str, file: str, tmp_path: Path) -> None:
    from derive.documents.rendering.fill import fill

    mode = MODES[name.split()[0]]
    path = f"problems/{file}.yaml"
    text = PARTS if file == "parts" else Path(path).read_text(encoding="utf-8")
    part = tex(subject.read(text, path).document(mode, Settings(), Fit()), mode)
    assert "documentclass" not in part
    style = fill("derive.sty.j2", {}).encode()
    done = latex.typeset(FOREIGN[name], {"part.tex": part.encode(), "derive.sty": style})
    assert not [box for box in done.log.overfull if box.points > 1.0]
    shown = text_of(done.pdf, tmp_path).replace(" ", "")
    assert "∇f(" in shown
    if file == "parts" and name == "exam":
        assert "(a)(21/2points)" in shown and "(b)(3points)" in shown and "Total:51/2" in re.sub(r"\s", "", shown)
    if file == "parts" and name == "xsim":
        assert "Exercise1Leastsquares" in shown and "Solution1" in shown and "5.5" in shown
