"""The choices of notation: one frozen value that every printer takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Notation:
    """How mathematics looks.  Shapes and values never depend on it.

    transpose        `mathsf` X with an upright sans-serif T, `top` X with ⊤, `prime` X'
    trace            `parentheses` tr(X), `braces` Tr{X}
    bold             `none`, `vectors` (bold columns), `all` (bold vectors and matrices)
    derivative       `D` Df(X)[H], `partial` ∂f/∂X[H], `d` df(X)[H]
    gradient         `nabla` ∇f(X), `grad` grad f(X)
    inner_subscript  `F` under the Frobenius inner product of matrices ⟨·,·⟩, or nothing
    frobenius        `F` under the norm of a matrix, or nothing
    language         of the fixed words: `en`
    """

    transpose: Literal["mathsf", "top", "prime"] = "mathsf"
    trace: Literal["parentheses", "braces"] = "parentheses"
    bold: Literal["none", "vectors", "all"] = "none"
    derivative: Literal["D", "partial", "d"] = "D"
    gradient: Literal["nabla", "grad"] = "nabla"
    inner_subscript: Literal["", "F"] = ""
    frobenius: Literal["", "F"] = "F"
    language: str = "en"

    @property
    def styles(self) -> frozenset[str]:
        """`trace=braces` and the like: the keys by which a row of the function table offers another LaTeX."""
        return frozenset((f"trace={self.trace}", f"frobenius={self.frobenius}", f"inner={self.inner_subscript}"))


DEFAULT = Notation()
