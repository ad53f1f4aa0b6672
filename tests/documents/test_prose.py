"""Author's prose: escaped, but for harmless mathematics."""

from __future__ import annotations

import pytest

from derive.documents.rendering.mathml import html
from derive.documents.wording.prose import formulas, plain, to_latex
from derive.errors import DeriveError, Position
from derive.language.markup.prose import check

HERE = Position("p.yaml", 3, 9)


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("50% of A_1 & B #2", r"50\% of A\_1 \& B \#2"),
        (r"\emph{the $x$ axis}, \textbf{bold} {as it is}", r"\emph{the $x$ axis}, \textbf{bold} \{as it is\}"),
        ("see [the book](https://example.org/a_b?c=1#d)", r"see \href{https://example.org/a_b?c=1\#d}{the book}"),
        (r"\url{https://example.org}, 5\%", r"\href{https://example.org}{https://example.org}, 5\%"),
        ("Let $A^{\\top} B$ be given.", "Let $A^{\\top} B$ be given."),
        (r"costs \$5", r"costs \$5"),
        ("one\n\n\ntwo", "one\n\ntwo"),
        (r"$\{x : x_1 > 0\}$", r"$\{x : x_1 > 0\}$"),
        (r"$\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}$", r"$\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}$"),
        ("a **strong $x$** word", r"a \textbf{strong $x$} word"),
        ('a page "so called", 5" wide', r"a page \textquotedblleft{}so called'', 5'' wide"),
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
    assert plain("The gradient of $\\operatorname{tr}(A^{\\top} X)$\n  here") == "The gradient of tr(A⊤X) here"


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


@pytest.mark.parametrize(("text", "words"), [
    (r"\input{/etc/passwd}", "input"), (r"as \foo says", "foo"), (r"see \cite{x}", "cite"), (r"\emp{x}", "did you mean"), (r"\emph{x", "partner"),
    ("a **b\n\nc**", "partner"), (r"\(x\)", "between $"), ("[x](javascript:alert)", "no address"), (r"\emph{" * 9, "too deeply"),
])
def test_what_words_may_not_hold_is_refused(text: str, words: str) -> None:
    for refuse in (to_latex, check):
        with pytest.raises(DeriveError) as caught:
            refuse(text, HERE)
        assert caught.value.code == "prose" and words in caught.value.render()


def test_lines_that_begin_with_a_dash_or_a_number_are_a_list() -> None:
    assert to_latex("Two:\n- one $x$\n  more\n- two", displays=True) == "Two:\n\\begin{itemize}\n\\item one $x$\nmore\n\\item two\n\\end{itemize}"
    assert "enumerate" in to_latex("1. one\n2. two", displays=True)
    assert to_latex("a\n- b", displays=True) == "a\n- b" and "itemize" not in to_latex("- a\n- b")


def test_plain_words_have_no_markup() -> None:
    assert plain(r"\emph{The} **trace** of [this](https://x.org) costs \$5") == "The trace of this costs $5"


def test_a_web_page_has_the_same_markup() -> None:
    assert html(to_latex(r"\emph{a $x$} **b** [c](https://x.org/#d)")).startswith("<em>a <math")
    assert '<a href="https://x.org/#d">c</a>' in html(to_latex("[c](https://x.org/#d)"))
    assert html(to_latex("- a\n- b", displays=True)) == "<ul><li>a</li><li>b</li></ul>"


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (r"\frac{1}{2} x^{\mathsf T} A x", "½x'Ax"),
        (r"\left(\frac{a+b}{c}\right)^{-1}", "((a + b)/c)⁻¹"),
        (r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}", "[a, b; c, d]"),
        (r"\alpha \beta_{ij}", "α β_ij"),
        (r"\sqrt{x + y} \ne \mathbb{R}", "√(x + y) ≠ ℝ"),
    ],
)
def test_a_formula_of_a_title_is_a_line_of_text(formula: str, text: str) -> None:
    assert plain(f"${formula}$") == text
