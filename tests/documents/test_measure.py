"""The estimate of widths against TeX's own, and the filling of lines."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from derive.documents.layout.breaking import even, fill
from derive.documents.layout.cutting import Piece
from derive.documents.layout.measure import width
from derive.notation.latex.boxes import Row
from derive.notation.latex.latex import formula as formula_of
from derive.notation.latex.latex import latex as latex_of
from derive.notation.latex.reading import read
from tests.notation.test_latex import TABLE, expr

# Widths in em as TeX measures them (lmodern, 10 pt): \setbox0\hbox{$\displaystyle …$}\the\wd0.
MEASURED = [
    (r"\operatorname{tr}(H^{\mathsf T}AXB)+\operatorname{tr}(H^{\mathsf T}AXB)", 12.545),
    (r"\left.\frac{\mathrm d}{\mathrm dt}\operatorname{tr}\bigl((X+tH)^{\mathsf T}A(X+tH)B\bigr)\right|_{t=0}", 15.316),
    (r"\begin{pmatrix} a & b \\ c & d+1\end{pmatrix}", 5.244),
]


@pytest.mark.parametrize(("latex", "measured"), MEASURED)
def test_width_is_near_what_tex_measures(latex: str, measured: float) -> None:
    assert width(read(latex)) == pytest.approx(measured, rel=0.06)


def test_marks_take_no_place() -> None:
    assert width(read(r"a + \dvchange<2,3>{x y}")) == width(read("a + x y"))


def test_the_gap_after_a_row_takes_no_width() -> None:
    assert width(read(r"\begin{pmatrix} a \\[5pt] b \end{pmatrix}")) == width(read(r"\begin{pmatrix} a \\ b \end{pmatrix}"))


def test_scripts_do_not_add_up() -> None:
    assert width(read("x_{ij}^{2}")) < width(read("x_{ij}")) + width(read("x^{2}")) - width(read("x"))


@pytest.mark.parametrize("latex", ["", "{", "}", "\\", "x^", r"\frac{a}", r"\begin{pmatrix} a &", r"\dvchange<2{x}"])
def test_width_of_anything_is_a_number(latex: str) -> None:
    assert width(read(latex)) >= 0


PIECES = ("aaaa", "+ bbbb", "+ cccc", "+ dddd")


def texts(lines: Sequence[Row]) -> tuple[str, ...]:
    return tuple(map(str, lines))


def test_fill_uses_the_fewest_lines() -> None:
    pieces = [Piece(read(one)) for one in PIECES]
    assert texts(fill(pieces, 100)) == ("aaaa + bbbb + cccc + dddd",)
    assert texts(fill(pieces, 1)) == PIECES
    two = fill(pieces, width(read("aaaa + bbbb + cccc")) + 0.01)
    assert texts(two) == ("aaaa + bbbb + cccc", "+ dddd")


def test_even_leaves_no_lonely_term() -> None:
    pieces = [Piece(read(one)) for one in PIECES]
    assert texts(even(pieces, width(read("aaaa + bbbb + cccc")) + 0.01)) == ("aaaa + bbbb", "+ cccc + dddd")


def test_width_grows_with_the_formula() -> None:
    widths = [width(formula_of(expr(e))) for e in ("A", "A C", "A C + A C", "tr(A C + A C)")]
    assert widths == sorted(set(widths))
    assert width(read(r"\frac{a}{b + c}")) < width(read("a b + c"))
    assert width(formula_of(expr("A^-1"))) < width(formula_of(expr("A A A")))


@pytest.mark.tex
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_width_is_within_a_fifth_of_what_tex_sets(tmp_path: Path) -> None:
    texts = [row[0] for row in TABLE]

    formulas = [latex_of(expr(text)) for text in texts]
    lines = "".join(rf"\setbox0=\hbox{{$\displaystyle {f}$}}\typeout{{WIDTH \the\wd0}}" + "\n" for f in formulas)
    source = (
        r"\documentclass[10pt]{article}\usepackage{amsmath}\begin{document}" + "\n" + r"\typeout{EM \the\fontdimen6\textfont2}"
        + "\n" + lines + r"\end{document}"
    )
    (tmp_path / "w.tex").write_text(source)
    run = subprocess.run(
        ["pdflatex", "-interaction=batchmode", "-halt-on-error", "w.tex"], cwd=tmp_path, capture_output=True, timeout=120
    )
    log = (tmp_path / "w.log").read_text(errors="replace")
    assert run.returncode == 0, log[-1500:]
    measured = [float(found) / 10 for found in re.findall(r"WIDTH ([\d.]+)pt", log)]
    assert len(measured) == len(formulas)
    wrong = [
        (formula, round(width(read(formula)), 2), round(real, 2))
        for formula, real in zip(formulas, measured, strict=True)
        if abs(width(read(formula)) - real) > 0.2 * real + 0.4
    ]
    assert not wrong, wrong
    total = sum(width(read(f)) for f in formulas) / sum(measured)
    assert 0.93 < total < 1.12, total
