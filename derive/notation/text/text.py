"""Expressions as text: in the problem language, and as one would type them to a colleague in the terminal."""

from __future__ import annotations

from derive.derivation.derivation import Head, Line
from derive.derivation.reason import Why, printed
from derive.expressions.nodes import Expr
from derive.notation import heads
from derive.notation.latex.left import Pieces
from derive.notation.settings import DEFAULT, Notation
from derive.notation.text.boxes import written
from derive.notation.text.plain import Plain
from derive.notation.text.pretty import formula, in_text


def text(expr: Expr) -> str:
    """The expression in the problem language: `grammar.parse(text(e), scope) is e` for every e without pending
    derivatives.  ValueError for a pending derivative, which the language cannot say."""
    return Plain(expr).whole().text


def pretty(expr: Expr, notation: Notation = DEFAULT) -> str:
    """The expression for the terminal: `2AXB`, `X⁻¹`, `⟨AX, H⟩`, `d/dt … |t=0`, `D(X⁻¹)[H]`."""
    return written(formula(expr, notation))


def why(reason: Why, notation: Notation = DEFAULT) -> str:
    """A reason as text: words as they are, expressions as `pretty` writes them."""
    return printed(reason, str, lambda expr: pretty(expr, notation))


def head(it: Head, notation: Notation = DEFAULT) -> str:
    """The left side that names what is derived: `Df(X)[H]`, `∇f(X)`, `D²f(X)[H, K]`, `Hess f(X)[K]`, …"""
    return written(heads.head(it, Pieces(in_text(notation), formula)))


def line(it: Line) -> str:
    """One displayed relation without its reason: the left side where it has one, the relation, the right side."""
    left = "" if it.left is None else head(it.left) if isinstance(it.left, Head) else pretty(it.left)
    if it.equation and it.relation != "=":
        return f"{it.relation} {left} = {pretty(it.expr)}"
    return f"{left} {it.relation} {pretty(it.expr)}".lstrip()
