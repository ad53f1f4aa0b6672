"""The choices of notation: one frozen value that every printer takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from derive.values import dataclass


@dataclass(frozen=True)
class Notation:
    """How mathematics looks.  Shapes and values never depend on it.

    transpose        `mathsf` X with an upright sans-serif T, `top` X with ⊤, `prime` X'
    trace            `parentheses` tr(X), `braces` Tr{X}
    bold             `none`, `vectors` (bold vectors), `matrices`, `all` (bold vectors and matrices)
    derivative       `D` Df(X)[H], `partial` ∂f/∂X[H] (by several variables at once D), `d` df(X)[H]
    quotient         `d` df/dx, `partial` ∂f/∂x, where one number is the variable; by one of several it is ∂ always
    gradient         `nabla` ∇f(X), `grad` grad f(X)
    inner_subscript  `F` under the Frobenius inner product of matrices ⟨·,·⟩, or nothing
    frobenius        `F` under the norm of a matrix, or nothing
    layout           of Jacobians, where the problem does not say: `numerator`, `denominator`, `both`
    language         of the fixed words: `en`, `zh-Hant`
    colours          (letter, colour) of those that keep a colour throughout: a problem sets them
    cases            its words in a function by cases, of a number and entry by entry: not set by itself
    """

    transpose: Literal["mathsf", "top", "prime"] = "mathsf"
    trace: Literal["parentheses", "braces"] = "parentheses"
    bold: Literal["none", "vectors", "matrices", "all"] = "none"
    derivative: Literal["D", "partial", "d"] = "D"
    quotient: Literal["d", "partial"] = "d"
    gradient: Literal["nabla", "grad"] = "nabla"
    inner_subscript: Literal["", "F"] = ""
    frobenius: Literal["F", ""] = "F"
    layout: Literal["numerator", "denominator", "both"] = "numerator"
    language: str = "en"
    colours: tuple[tuple[str, str], ...] = ()
    cases: tuple[str, str, str, str] = ("if ", "otherwise", "where ", "elsewhere")

    @property
    def styles(self) -> frozenset[str]:
        """`trace=braces` and the like: the keys by which a row of the function table offers another LaTeX."""
        return frozenset((f"trace={self.trace}", f"frobenius={self.frobenius}", f"inner={self.inner_subscript}"))

    def chosen(self, choices: Mapping[str, str]) -> Notation:
        """With these settings changed, as a file says them (`none` for no subscript)."""
        values = {key: "" if word == NOTHING and key in SUBSCRIPTS else word for key, word in choices.items()}
        return replace(self, **values)  # type: ignore[arg-type]


SUBSCRIPTS = ("inner_subscript", "frobenius")
NOTHING = "none"
"""How a file says that a subscript is left out."""

DEFAULT = Notation()
