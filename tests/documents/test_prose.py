"""Author's prose: escaped, but for harmless mathematics."""

from __future__ import annotations

import pytest

from derive.documents.wording.prose import formulas, plain, to_latex
from derive.errors import DeriveError, Position

HERE = Position("p.yaml", 3, 9)


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("50% of A_1 & B #2", r"50\% of A\_1 \& B \#2"),
        (r"\input{/etc/passwd}", r"\textbackslash{}input\{/etc/passwd\}"),
        ("Let $A^{\\top} B$ be given.", "Let $A^{\\top} B$ be given."),
        (r"costs \$5", r"costs \$5"),
        ("one\n\n\ntwo", "one\n\ntwo"),
        (r"$\{x : x_1 > 0\}$", r"$\{x : x_1 > 0\}$"),
        (r"$\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}$", r"$\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}$"),
        ("a **strong $x$** word", r"a \textbf{strong $x$} word"),
        ("Müller — “so”", r"M\"uller \textemdash{} \textquotedblleft{}so\textquotedblright{}"),
    ],
)
def test_text_is_escaped_and_mathematics_is_kept(text: str, latex: str) -> None:
    assert to_latex(text) == latex


@pytest.mark.parametrize(
    "math",
    [
        r"\input{x}", r"\write18{ls}", r"\csname end\endcsname", "a^^41", r"\def\a{\a}", r"\immediate", r"\openin5=x",
        r"\catcode`\%=12", r"\loop", r"\pdfobj stream file {x}", r"\begin{verbatim} x \end{verbatim}", "{a", "a}", "a & b",
        r"\left( a", "a % b", "#1", r"\begin{pmatrix} 1", r"\end{pmatrix}", r"\usepackage{x}", r"\includegraphics{x}",
    ],
)
def test_what_is_not_harmless_is_refused_at_its_place(math: str) -> None:
    with pytest.raises(DeriveError) as caught:
        to_latex(f"text ${math}$ text", HERE)
    assert caught.value.code == "prose-math"
    assert caught.value.where == HERE


@pytest.mark.parametrize("text", ["a $ b", "$x$ and $", "$$x$", "$x$$", "$ $", "$$x$$"])
def test_dollars_come_in_pairs(text: str) -> None:
    with pytest.raises(DeriveError) as caught:
        to_latex(text, HERE)
    assert caught.value.code == "prose-math"


def test_a_character_without_a_glyph_is_named() -> None:
    with pytest.raises(DeriveError, match="日"):
        to_latex("日本", HERE, language="en")


def test_plain_is_one_line_without_markup() -> None:
    assert plain("The gradient of $\\operatorname{tr}(A^{\\top} X)$\n  here") == "The gradient of tr(A^⊤ X) here"


def test_displays_stand_in_paragraphs() -> None:
    assert to_latex("so $$x = 1$$ holds", displays=True) == r"so \[x = 1\] holds"
    with pytest.raises(DeriveError, match="a display"):
        to_latex("so $$x = 1$$", HERE)


@pytest.mark.parametrize("text", ["a **b", "**a\n\nb**"])
def test_strong_words_end_in_their_paragraph(text: str) -> None:
    with pytest.raises(DeriveError) as caught:
        to_latex(text, HERE)
    assert (caught.value.code, caught.value.where) == ("prose", HERE)


def test_formulas_are_those_between_dollars() -> None:
    assert formulas(r"a $x$, \$5 and $$y = 1$$") == ("x", "y = 1")
