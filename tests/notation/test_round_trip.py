"""What the printers write is read back as the very same expression, over random expressions of the whole table."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.documents.layout import cutting
from derive.documents.layout.measure import width
from derive.expressions import build
from derive.expressions.nodes import D, Expr, Map, Rate, Symbol
from derive.expressions.rewrite import substitute
from derive.expressions.sizes import ONE
from derive.language.latex import input as latex_input
from derive.language.scope import Scope
from derive.language.text import grammar
from derive.notation.latex.latex import formula, latex
from derive.notation.latex.piece import Mark
from derive.notation.readback import misread
from derive.notation.settings import Notation
from derive.notation.text import text
from tests.strategies import SCOPE, SYMBOLS, UNNAMED, M, N, expressions

NOTATIONS = (
    Notation(), Notation(transpose="top", trace="braces"), Notation(transpose="prime", bold="vectors"),
    Notation(bold="all", frobenius="", inner_subscript="F", derivative="d"), Notation(derivative="partial", bold="vectors", quotient="partial"),
    Notation(derivative="partial", trace="braces"), Notation(quotient="partial", transpose="prime"),
)
H: Symbol = Symbol("H", (M, N))
h: Symbol = Symbol("h", (N, ONE))
t: Symbol = Symbol("t", (ONE, ONE))
r: Symbol = Symbol("r", (ONE, ONE))
X, x, s = SYMBOLS["X"], SYMBOLS["x"], SYMBOLS["s"]
MOVES = ((X, H), (x, h))
MOVING = Scope({**SYMBOLS, "H": H, "h": h}, UNNAMED, SCOPE.sizes)


@settings(max_examples=120, deadline=None)
@given(expressions())
def test_text_reads_back(expr: Expr) -> None:
    assert grammar.parse(text.text(expr), SCOPE, shape=expr.shape) is expr


@settings(max_examples=120, deadline=None)
@given(expressions(), st.sampled_from(NOTATIONS))
def test_latex_reads_back(expr: Expr, notation: Notation) -> None:
    printed = latex(expr, notation)
    assert latex_input.parse(printed, SCOPE, shape=expr.shape, own=True) is expr


@settings(max_examples=80, deadline=None)
@given(expressions(depth=4), expressions(shape=(N, N), depth=2), st.sampled_from(NOTATIONS), st.integers(0, 5))
def test_latex_of_pending_derivatives_reads_back(expr: Expr, other: Expr, notation: Notation, kind: int) -> None:
    along = build.add(x, build.scale(t, h), build.scale(r, h))
    pending: Expr
    if kind == 0:
        pending = D(expr, MOVES)
    elif kind == 1:
        pending = Rate(substitute(expr, {X: build.add(X, build.scale(t, H))}), (t,))
    elif kind == 2 and expr.is_scalar:
        pending = build.scale(Rate(substitute(expr, {x: along}), (r, t)), other)
    elif kind == 3 and expr.shape[0] == N:
        pending = build.matmul(other, D(expr, MOVES[:1]))
    elif kind == 4:
        pending = build.add(D(expr, ((s, build.ONE),)), expr)
    else:
        pending = D(D(expr, MOVES[:1]), MOVES[1:])
    printed = latex(pending, notation)
    found = latex_input.parse(printed, MOVING, shape=pending.shape, own=True, moves=MOVES, bound=(t, r))
    assert found is pending
    assert misread(pending, notation) is None
    assert text.pretty(pending)


@pytest.mark.parametrize("notation", NOTATIONS)
def test_a_nested_derivative_of_a_bare_symbol_reads_back(notation: Notation) -> None:
    for pending in (D(D(s, MOVES[:1]), MOVES[1:]), D(s, MOVES[:1]), D(D(x, MOVES[1:]), MOVES[:1]), D(s, ((s, build.ONE),))):
        printed = latex(pending, notation)
        assert latex_input.parse(printed, MOVING, shape=pending.shape, own=True, moves=MOVES, bound=(t, r)) is pending


@settings(max_examples=40, deadline=None)
@given(expressions(depth=5))
def test_pieces_are_the_whole_cut_at_signs(expr: Expr) -> None:
    found = [str(piece.row) for piece in cutting.pieces(formula(expr))]
    assert " ".join(found).split() == latex(expr).split()
    assert all(piece[0] in "+-" for piece in found[1:])
    for piece in found:
        assert piece.count("{") == piece.count("}")
        assert piece.count(r"\left") == piece.count(r"\right")
        assert piece.count(r"\begin") == piece.count(r"\end")
    assert width(formula(expr)) > 0


@settings(max_examples=40, deadline=None)
@given(expressions(depth=4), st.data())
def test_marks_only_add_their_macro(expr: Expr, data: st.DataObject) -> None:
    path: tuple[int, ...] = ()
    node = expr
    while node.children and data.draw(st.booleans()):
        k = data.draw(st.integers(0, len(node.children) - 1))
        path, node = (*path, k), node.children[k]
    printed = latex(expr, marks={path: Mark("new")})
    assert printed.count(r"\new{") <= 1
    assert _without(printed).split() == latex(expr).split()


def _without(text: str) -> str:
    """The text without the macro and its braces."""
    before, macro, rest = text.partition(r"\new{")
    depth, k = 1, 0
    while macro and depth:
        depth += (rest[k] == "{") - (rest[k] == "}")
        k += 1
    return before + rest[: k - 1] + rest[k:] if macro else before


def test_misread_finds_a_wrong_printer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check of the LaTeX can fail: a printer that loses a sign or a transpose is found out."""
    expr = grammar.parse("X' A - X' A' ", SCOPE)
    assert misread(expr) is None
    for wrong in (r"X^{\mathsf T} A + X^{\mathsf T} A^{\mathsf T}", r"X^{\mathsf T} A - X^{\mathsf T} A", r"X^{\mathsf T} A -"):
        monkeypatch.setattr("derive.notation.readback.latex", lambda *_, wrong=wrong: wrong)
        assert misread(expr) is not None


def test_two_readings_of_our_own_that_are_not_an_authors() -> None:
    e = Map("exp", SYMBOLS["B"])
    assert latex_input.parse(latex(e), SCOPE) is e
    expm = grammar.parse("expm(B)", SCOPE)
    assert latex_input.parse("e^{B}", SCOPE, own=True) is expm


@pytest.mark.parametrize("name", ["delta_x2", "K_1", "e_1", "I_2", "J_1", "Delta"])
def test_a_bold_letter_is_no_sign_of_the_language(name: str) -> None:
    for shape in ((N, ONE), (N, N)):
        symbol: Symbol = Symbol(name, shape)
        for notation in (Notation(bold="all"), Notation(bold="vectors")):
            assert misread(build.matmul(build.transpose(symbol), symbol), notation) is None
