"""What a figure is drawn from: the problem, its derivation where the page may show it, the notation, the room."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from derive.derivation.derivation import Derivation, Result
from derive.documents.layout.measure import width
from derive.errors import DeriveError
from derive.expressions.nodes import Expr
from derive.expressions.rewrite import substitute
from derive.expressions.sizes import Shape
from derive.expressions.spelling import size_latex
from derive.language.problems.problem import Problem, Wanted
from derive.notation.latex import latex
from derive.notation.latex import lines as latex_lines
from derive.notation.latex.reading import read
from derive.notation.python.identifiers import identifier
from derive.notation.python.source import Names
from derive.notation.settings import Notation
from derive.values import dataclass

if TYPE_CHECKING:
    from derive.checking.random_arrays import Array

EM = 0.352
"""Centimetres in an em of a figure's labels: ten points."""


@dataclass(frozen=True)
class Scene:
    """derivation  None where nothing of a solution may be shown
    width, height  the room, in cm
    """

    problem: Problem
    derivation: Derivation | None
    notation: Notation
    wanted: Wanted
    width: float
    height: float

    def tex(self, expr: Expr) -> str:
        """The LaTeX of an expression in the notation of the page."""
        return str(latex_lines.inline(expr, self.notation))

    def refused(self, message: str, hint: str | None = None) -> DeriveError:
        """The error that a figure does not apply, with what would."""
        lines = self.problem.text.splitlines()
        where = self.wanted.where
        source = lines[where.line - 1] if 0 < where.line <= len(lines) else None
        return DeriveError(f"figure {self.wanted.kind}: {message}", code="figure", where=where, hint=hint, source=source)

    def inlined(self, expr: Expr) -> Expr:
        """Without the names of `let` and of what the derivation names."""
        named = (*self.problem.let, *(self.derivation.where if self.derivation else ()))
        for symbol, definition in reversed(named):
            expr = substitute(expr, {symbol: definition})
        return expr

    def result(self, quantity: str, variable: str = "") -> Result | None:
        """What the derivation found, by one variable where there is a list of them; the first of several."""
        found = self.derivation.results.get(quantity) if self.derivation else None
        first = found[0] if isinstance(found, tuple) else found
        if isinstance(first, Mapping):
            return first.get(variable) if variable else None
        return first

    def value(self, expr: Expr, numbers: Mapping[str, Any]) -> Array:
        """The expression at numbers by name, from the NumPy source that the check evaluates too.

        DeriveError [figure] where it has no value there.
        """
        from derive.checking.evaluation import Unevaluable, evaluate
        from derive.notation.python.run import compiled, quiet

        named = (*self.problem.let, *(self.derivation.where if self.derivation else ()))
        names = Names(named)
        try:
            with quiet():
                return evaluate(compiled(expr, names), {identifier(name): value for name, value in numbers.items()})
        except Unevaluable as error:
            raise self.refused(f"{latex.latex(expr)} has no value there ({error})") from None


def em(label: str) -> float:
    """The width of a formula as a label, in cm."""
    return width(read(label)) * EM


def tall(label: str) -> float:
    """The height of a formula as a label, in cm."""
    rows = max((body.count("\\\\") + 1 for body in re.findall(r"\\begin\{\w+\}(.*?)\\end", label, re.DOTALL)), default=0)
    fraction = 0.2 if "frac" in label else 0.0
    return max(0.34 + fraction, rows * (0.42 + fraction / 2) + 0.08 if rows else 0.0, 0.9 if "\\sum" in label else 0.0)


def shape_latex(shape: Shape) -> str:
    """`m \\times n`."""
    rows, columns = (f"({size_latex(s)})" if len(s.terms) > 1 else size_latex(s) for s in shape)
    return rf"{rows} \times {columns}"


def numeric(value: object) -> Any:
    """Fractions of the problem file as floats and arrays of floats."""
    import numpy as np

    if isinstance(value, Fraction):
        return float(value)
    return np.array(value, dtype=float)


def formulas(problem: Problem) -> tuple[Expr, ...]:
    """The function and what `let` defines."""
    return (problem.function, *(definition for _, definition in problem.let))


def without_formula(problem: Problem, expr: Expr) -> str:
    """The first function without a formula that an expression speaks of, '' when there is none."""
    return next((name for name in problem.unnamed if name in expr.free), "")
