"""Left sides, relations and reasons in LaTeX."""

from __future__ import annotations

import pytest

from derive.derivation.derivation import Head, Line
from derive.expressions.nodes import Expr, Symbol, number
from derive.notation.latex.lines import RELATIONS, head, inline, line_left, relation
from derive.notation.settings import Notation
from tests.notation.test_latex import SYMBOLS, A, H, X, expr, symbol

K = symbol("K", *X.shape)
x, h, y, s = (SYMBOLS[name] for name in ("x", "h", "y", "s"))
i, j, k = (SYMBOLS[name] for name in ("i", "j", "k"))
H_A = symbol("H_A", *A.shape)


def make(quantity: str, wrt: tuple[Symbol, ...] = (X,), directions: tuple[Expr, ...] = (), **more: object) -> Head:
    return Head(quantity, "f", wrt, directions, **more)  # type: ignore[arg-type]


HEADS = [
    (make("value"), "f(X)"),
    (make("value", (X,), (i,)), "f_{i}(X)"),
    (make("derivative", (X,), (H,)), r"\mathrm{D}f(X)[H]"),
    (make("derivative", (X, A), (H, H_A)), r"\mathrm{D}f(X, A)[H, H_{A}]"),
    (make("derivative", (s,)), r"\frac{\mathrm{d} f}{\mathrm{d} s}"),
    (make("derivative", (s,), (number(1),)), r"\frac{\mathrm{d} f}{\mathrm{d} s}"),
    (make("derivative", (s,), arguments=(s, x)), r"\frac{\partial f}{\partial s}"),
    (make("differential"), r"\mathrm{d} f"),
    (make("gradient"), r"\nabla f(X)"),
    (make("gradient", (X,), arguments=(X, A)), r"\nabla_{X} f(X, A)"),
    (make("jacobian", (x,)), "J_{f}(x)"),
    (make("jacobian", (x,), arguments=(x, y)), r"\frac{\partial f}{\partial x}"),
    (make("jacobian-denominator", (x,)), r"J_{f}(x)^{\mathsf T}"),
    (make("second-derivative", (X,), (H, K)), r"\mathrm{D}^{2} f(X)[H, K]"),
    (make("quadratic", (X,), (H,)), r"\mathrm{D}^{2} f(X)[H, H]"),
    (make("hessian", (X,), (K,)), r"\operatorname{Hess} f(X)[K]"),
    (make("hessian", (x,)), r"\nabla^{2} f(x)"),
    (make("vectorized"), r"\frac{\mathrm{d} \operatorname{vec} f}{\mathrm{d} \operatorname{vec} X}"),
    (make("vectorized-derivative", (X,), (H,)), r"\operatorname{vec}\bigl(\mathrm{D}f(X)[H]\bigr)"),
    (make("taylor", (X,), (H,)), "f(X + H)"),
    (make("entry", (X,), (j, k)), r"\frac{\partial f}{\partial X_{jk}}"),
    (make("entry", (X,), (i, j, k)), r"\frac{\partial f_{i}}{\partial X_{jk}}"),
    (make("entry", (x,), (i, j)), r"\frac{\partial f_{i}}{\partial x_{j}}"),
    (make("entries"), r"\frac{\partial f}{\partial X}"),
]


@pytest.mark.parametrize(("it", "wanted"), HEADS, ids=[f"{h.quantity}-{n}" for n, (h, _) in enumerate(HEADS)])
def test_head(it: Head, wanted: str) -> None:
    assert head(it) == wanted


def test_notation_of_derivatives() -> None:
    it = make("derivative", (X,), (H,))
    assert head(it, Notation(derivative="partial")) == r"\frac{\partial f}{\partial X}[H]"
    assert head(it, Notation(derivative="d")) == r"\mathrm{d}f(X)[H]"
    assert head(make("gradient"), Notation(gradient="grad")) == r"\operatorname{grad} f(X)"
    assert head(make("gradient", (x,)), Notation(bold="vectors")) == r"\nabla f(\boldsymbol{x})"


def test_names_of_functions() -> None:
    assert head(Head("value", "phi1", (x,))) == r"\phi_{1}(x)"
    assert head(Head("derivative", "loss", (x,), (h,))) == r"\mathrm{D}\mathit{loss}(x)[h]"
    assert head(Head("second-derivative", "phi", (x,), (h, h))) == r"\mathrm{D}^{2} \phi(x)[h, h]"


def test_left_side_of_a_line() -> None:
    e = expr("A C")
    assert line_left(Line(e, "rule")) == ""
    assert line_left(Line(e, "rule", left=make("gradient"))) == r"\nabla f(X)"
    assert line_left(Line(e, "rule", left=expr("A^-1"))) == "A^{-1}"


def test_relations() -> None:
    assert str(relation("⇔")) == r"\iff" and str(relation("≻")) == r"\succ"
    assert set("=⇔⇒≻⪰") <= set(RELATIONS)
    with pytest.raises(KeyError):
        relation("~~")


def test_inline_brackets_are_plain() -> None:
    assert r"\bigg" not in inline(expr("1/2 log(sum(i, 1, n, exp(x[i])))"))
    assert str(inline(expr("log(det(S))"))) == r"\log(\det(S))"
