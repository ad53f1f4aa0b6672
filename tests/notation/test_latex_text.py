"""Words with formulas as one value: put together, cut, changed and printed, never read again."""

from __future__ import annotations

from derive.documents.rendering.mathml import html
from derive.documents.wording.plain import one_line
from derive.documents.wording.prose import read as read_prose
from derive.expressions.spelling import UNICODE_GREEK, symbol_latex
from derive.notation.latex.boxes import Row, Sign
from derive.notation.latex.reading import read
from derive.notation.latex.text import Display, Listing, Styled, Text, filled, from_latex, joined, printed, worded

A, B = read("A"), read("B^{2}")


def test_what_stands_side_by_side_is_put_together() -> None:
    assert Text.of("a ", "b ", A, B, Text.of(" c", "")) == Text(("a b ", read("A B^{2}"), " c"))
    assert Text.of() == Text() and not Text.of("", Text()) and str(Text()) == ""
    assert str(Text.of(read("e"), read("^{2}"))) == "$e^{2}$" and Text.of(read("e"), read("^{2}")) == Text((read("e ^{2}"),))


def test_a_dollar_of_a_word_is_no_formula() -> None:
    text = Text.of("5 $ of ", A)
    assert str(text) == r"5 \$ of $A$" and html(text).startswith("5 $ of <math") and one_line(text) == "5 $ of A"
    assert text.split(r"\$") == [Text(("5 ",)), Text((" of ", A))]


def test_formulas_are_not_cut() -> None:
    text = Text.of("a, ", read("f(x, y)"), ", b")
    assert text.split(", ") == [Text(("a",)), Text((read("f(x, y)"),)), Text(("b",))]
    assert joined(", ", text.split(", ")) == text and text.without_end(", b") == Text(("a, ", read("f(x, y)"))) and text.without_end("y") is None


def test_words_and_formulas_are_changed_where_they_stand() -> None:
    text = Text.of("a ", Styled("strong", Text(("b", A))), Listing(False, (Text(("c", A)),)))
    assert str(text.words(str.upper)) == "A \\textbf{B$A$}\\begin{itemize}\n\\item C$A$\n\\end{itemize}"
    assert str(text.formulas(lambda row: B)).count("$B^{2}$") == 2 and "$A$" not in text.formulas(lambda row: B)


def test_a_row_of_a_table_is_filled_with_values() -> None:
    assert filled("{which} holds, {}: row $i$", A, which=Text(("it",))) == Text(("it holds, ", A, ": row ", read("i")))


def test_signs_in_words_of_ours_are_formulas() -> None:
    assert str(worded("A⁻¹ ≻ 0")) == r"$A^{-1}$ $\succ$ 0" and str(worded("½σ² − m×n")) == r"$\tfrac{1}{2}\sigma^{2}$ $-$ m$\times$n"
    assert worded("·Bᵀ") == Text((Row((Sign(r"\cdot"), *read(r" B^{\mathsf T}").items)),))  # once \cdotB, no command
    assert str(worded("50 % of #1 & _x {y} ~ ^ \\ $")) == r"50 \% of \#1 \& \_x \{y\} \textasciitilde{} \textasciicircum{} \textbackslash{} \$"


def test_a_greek_letter_is_the_same_in_words_and_in_formulas() -> None:
    """Headings once said φ as another letter than the formulas below them."""
    for letter in "αβδθλμπσφΣΠ":
        assert str(worded(letter)) == f"${symbol_latex(UNICODE_GREEK[letter])}$"


def test_words_are_typed_as_they_are_for_mathjax() -> None:
    assert str(Text(("Fréchet & …",))) == r"Fr\'echet \& \textellipsis{}" and printed(Text(("Fréchet",)), str) == "Fréchet"


def test_a_line_of_text_keeps_blanks_about_groups() -> None:
    assert one_line(read_prose(r"a **b **c \emph{$x$} d")) == "a b c x d"


def test_latex_text_is_read() -> None:
    assert from_latex(r"\textbf{a $x$} \& b") == Text((Styled("strong", Text(("a ", read("x")))), " & b"))
    assert Display(A) in read_prose("so $$A$$", displays=True).formulas(lambda row: A).pieces
