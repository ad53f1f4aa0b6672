"""Where formulas are broken, and the estimate of their width against TeX's own measure."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from derive.notation.latex import breaking
from derive.notation.latex.breaking import split
from derive.notation.latex.latex import latex
from tests.notation.test_latex import TABLE, expr


def test_pieces_begin_with_their_signs() -> None:
    assert breaking.pieces(latex(expr("A - 2 C + A C"))) == ["A", "- 2 C", "+ A C"]
    assert breaking.pieces(latex(expr("-A + C"))) == ["-A", "+ C"]
    assert breaking.pieces(latex(expr("A C"))) == ["A C"]


def test_one_term_is_cut_inside_its_brackets() -> None:
    assert breaking.pieces(latex(expr("tr(A C - C A)"))) == [r"\operatorname{tr}(A C", r"- C A)"]
    assert breaking.pieces(latex(expr("2 A (A + C) X"))) == ["2 A (A", "+ C) X"]
    assert breaking.pieces(latex(expr("(a + b) / (a - b)"))) == [r"\frac{a + b}{a - b}"]


def test_brackets_that_grow_by_themselves_are_not_torn() -> None:
    text = r"\left( \begin{pmatrix} a + b \end{pmatrix} - c \right) + d"
    assert split(text, 0) == [r"\left( \begin{pmatrix} a + b \end{pmatrix} - c \right)", "+ d"]
    assert split(text, 1) == [text]


def test_a_leading_minus_inside_brackets_is_no_place_to_break() -> None:
    assert split(r"\langle -A + B, H \rangle", 1) == [r"\langle -A", r"+ B, H \rangle"]
    assert split("f(a, -b)", 1) == ["f(a, -b)"]
    assert split(r"a \cdot -b - c", 0) == [r"a \cdot -b", "- c"]


def test_width_grows_with_the_formula() -> None:
    widths = [breaking.width(latex(expr(e))) for e in ("A", "A C", "A C + A C", "tr(A C + A C)")]
    assert widths == sorted(set(widths))
    assert breaking.width(r"\frac{a}{b + c}") < breaking.width("a b + c")
    assert breaking.width(latex(expr("A^-1"))) < breaking.width(latex(expr("A A A")))


@pytest.mark.tex
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_width_is_within_a_fifth_of_what_tex_sets(tmp_path: Path) -> None:
    texts = [row[0] for row in TABLE]

    formulas = [latex(expr(text)) for text in texts]
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
        (formula, round(breaking.width(formula), 2), round(real, 2))
        for formula, real in zip(formulas, measured, strict=True)
        if abs(breaking.width(formula) - real) > 0.2 * real + 0.4
    ]
    assert not wrong, wrong
    total = sum(breaking.width(f) for f in formulas) / sum(measured)
    assert 0.93 < total < 1.12, total
