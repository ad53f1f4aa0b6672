"""Expressions as text: in the problem language, and as one would type them to a colleague in the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from derive.derivation.derivation import Head, Line
from derive.derivation.reason import Why, printed
from derive.expressions.nodes import Expr, Number
from derive.notation import heads
from derive.notation.settings import DEFAULT, Notation
from derive.notation.text.plain import Plain
from derive.notation.text.pretty import Pretty, pretty_name


def text(expr: Expr) -> str:
    """The expression in the problem language: `grammar.parse(text(e), scope) is e` for every e without pending
    derivatives.  ValueError for a pending derivative, which the language cannot say."""
    return Plain(expr).whole().text


def pretty(expr: Expr, notation: Notation = DEFAULT) -> str:
    """The expression for the terminal: `2AXB`, `X⁻¹`, `⟨AX, H⟩`, `d/dt … |t=0`, `D(X⁻¹)[H]`."""
    return Pretty(expr, notation).whole().text


def why(reason: Why, notation: Notation = DEFAULT) -> str:
    """A reason as text: words as they are, expressions as `pretty` writes them."""
    return "".join(printed(reason, str, lambda expr: pretty(expr, notation), str, str))


class _Left:
    """The pieces of a left side for the terminal."""

    def __init__(self, notation: Notation) -> None:
        self.notation = notation

    def beside(self, *parts: str) -> str:
        return "".join(parts)

    def name(self, function: str) -> str:
        return pretty_name(function)

    def expr(self, expr: Expr) -> str:
        return pretty(expr, self.notation)

    def indexed(self, name: str, indices: Sequence[Expr]) -> str:
        whole = f"[{name}]" if "(" in name else name
        if indices and all(isinstance(i, Number) for i in indices):
            return whole + ",".join(str(pretty(i)) for i in indices).translate(_LOWERED)
        return f"{whole}_{self._scripts(indices)}" if indices else name

    def _scripts(self, indices: Sequence[Expr]) -> str:
        texts = list(map(pretty, indices))
        return ("" if all(len(t) == 1 for t in texts) else ",").join(texts)

    def below(self, variables: str) -> str:
        return f"_{variables}"

    def applied(self, sign: heads.Sign, order: int, below: str, name: str, rest: str) -> str:
        return f"{sign}{'²' if order > 1 else ''}{below}{' ' if below or len(sign) > 1 else ''}{name}{rest}"

    def quotient(self, sign: heads.Sign, above: str, below: Sequence[str]) -> str:
        power = "²" if len(below) > 1 else ""
        under = f"{sign}{below[0]}{power}" if len(set(below)) == 1 else "".join(f"{sign}{x}" for x in below)
        return f"{sign}{power}{above}/{under}"

    def operator(self, name: str, inside: str, bracketed: bool) -> str:
        return f"{name} {inside}"

    def jacobian(self, name: str) -> str:
        return f"J_{name}"

    def transposed(self, inside: str, quotient: bool) -> str:
        return (f"({inside})" if quotient else inside) + ("⊤" if self.notation.transpose == "top" else "'")

    def stacked(self, name: str, variable: str, order: int) -> str:
        if order == 1:
            d = "∂" if self.notation.quotient == "partial" else "d"
            return f"{d} vec {name} / {d} vec {variable}"
        return f"∂²{name}/∂(vec {variable}) ∂(vec {variable})'"

    def summed(self, indices: Sequence[Expr], terms: Sequence[str]) -> str:
        return (f"Σ_{self._scripts(indices)} " if indices else "") + " ".join(terms)


_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def head(it: Head, notation: Notation = DEFAULT) -> str:
    """The left side that names what is derived: `Df(X)[H]`, `∇f(X)`, `D²f(X)[H, K]`, `Hess f(X)[K]`, …"""
    return heads.head(it, _Left(notation))


def line(it: Line) -> str:
    """One displayed relation without its reason: the left side where it has one, the relation, the right side."""
    left = "" if it.left is None else head(it.left) if isinstance(it.left, Head) else pretty(it.left)
    if it.equation and it.relation != "=":
        return f"{it.relation} {left} = {pretty(it.expr)}"
    return f"{left} {it.relation} {pretty(it.expr)}".lstrip()
