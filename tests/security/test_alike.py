"""What looks alike on a page, what cannot be seen, and what the fonts do not have: refused where it is read, or spelled out."""

from __future__ import annotations

from itertools import combinations

import pytest

from derive.documents.wording import prose
from derive.errors import DeriveError, visible
from derive.language.markup import macros
from derive.language.problems import read as problemfile
from derive.language.problems.names import printed_form
from derive.pipeline.examine import examine
from tests.security.attacks import quoted

OWN = r"\newcommand{\mine}{A}\newcommand{\again}[1]{\mathit{#1}}"

ALIKE = (
    "A", r"\mathit{A}", "{A}", " A ", r"\mathnormal A", r"\mathord{A}", "{{A}}", r"\mine", r"\again{A}", r"\mathop{A}",
)


def read(latex: str, symbols: str = "A: square(n)", function: str = "f(x) = x' A x + x' B x") -> object:
    with macros.with_commands_of(macros.read(OWN, "m.tex")):
        return problemfile.read(
            f"title: T\nsymbols: {{x: vector(n), {symbols}, B: {{type: square(n), latex: {quoted(latex)}}}}}\nfunction: {function}\n"
            "wrt: x\nfind: [gradient]\n", "p.yaml",
        )


@pytest.mark.parametrize("latex", ALIKE)
def test_two_symbols_do_not_print_alike(latex: str) -> None:
    with pytest.raises(DeriveError, match="print alike") as caught:
        read(latex)
    assert caught.value.code == "name-taken" and caught.value.where is not None and caught.value.where.line == 2


@pytest.mark.parametrize("latex", ["А", "Α", "в", r"\mathrm{потеря}", r"\mathbf{А}", "\ue000", "b\u0332", r"\text{αβ}", "x_\u200d1", "ש"])
def test_a_symbol_is_written_in_letters_that_the_fonts_have(latex: str) -> None:
    with pytest.raises(DeriveError) as caught:
        read(latex)
    assert caught.value.code == "latex"


def test_names_that_look_otherwise_stay_apart() -> None:
    fonts = ("A", r"\mathbf{A}", r"\mathcal{A}", r"\mathrm{A}", r"\boldsymbol{A}")
    apart = (*fonts, r"\hat{A}", r"\tilde{A}", "A_1", "A_{12}", r"A^\star", r"\alpha", "a")
    for one, other in combinations(apart, 2):
        assert printed_form("z", one) != printed_form("z", other)
    for one, other in ((r"\widehat{x}", r"\hat x"), ("α", r"\alpha"), (r"\text{new}", r"\mathrm{new}"), ("x_{1}", "x_1"), ("x^*", r"x^{\star}")):
        assert printed_form("z", one) == printed_form("z", other)


def test_a_symbol_does_not_print_like_a_function_or_a_derivative_of_ours() -> None:
    for latex, symbols, function in (
        ("f", "A: square(n)", "f(x) = x' B x"), (r"\mathit{f}", "A: square(n)", "f(x) = x' B x"),
        (r"\dot{A}", "t: scalar, A: {type: square(n), of: t}", "f(x) = x' B x + x' A x"),
    ):
        with pytest.raises(DeriveError, match="print alike"):
            read(latex, symbols, function)


@pytest.mark.parametrize(("latex", "function"), [("t", "f(X) = logdet(X' B X)"), ("S", "f(X) = logdet(X' B X)"), ("H", "f(X) = tr(X' B X)")])
def test_letters_on_the_way_do_not_look_like_a_symbol(latex: str, function: str) -> None:
    text = f"title: T\nsymbols: {{X: 'matrix(m, n)', B: {{type: spd(m), latex: {latex}}}}}\nfunction: {function}\nfind: [gradient, hessian]\n"
    assert examine(problemfile.read(text, "p.yaml"), 1).report.passed


HIDDEN = "\u00ad\u034f\u061c\u115f\u180e\u200b\u200c\u200d\u200e\u202e\u2028\u2060\u2066\u2069\u206a\u3164\ufeff\uffa0\ufff9\ud800\U000e0041"


def test_what_cannot_be_seen_is_spelled_out() -> None:
    said = visible("a" + "b".join(HIDDEN) + "é漢\U0001f600\n\tx\x1b\x85")
    assert not set(said) & {*HIDDEN, "\x1b", "\x85"}
    assert "é漢\U0001f600\n\tx" in said and r"\U000e0041" in said and r"\x1b" in said and r"\u202e" in said


def test_signs_that_are_typed_as_characters_are_set_in_formulas() -> None:
    assert str(prose.read("$α ≤ ∇f(x−y) → ℝ$")) == r"$\alpha  \leq  \nabla f(x-y) \to  \mathbb{R}$"
    for sign in ("\ue000", "a\u0302", "\u200d", "–", "A\u20d7", "А"):
        with pytest.raises(DeriveError) as caught:
            prose.read(f"$x{sign}$")
        assert caught.value.code == "character"
