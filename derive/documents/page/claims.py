"""`Show that ∇f(X) = 2AXB`: what a problem claims, in the author's words for its result, which is checked like every answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from derive.derivation.derivation import left_side
from derive.documents.wording.translation import closed_up
from derive.expressions.nodes import Symbol
from derive.expressions.sizes import is_column
from derive.language.problems.problem import Problem
from derive.notation.latex import latex
from derive.notation.latex import lines as latex_lines
from derive.notation.settings import Notation


def shown(problem: Problem, find: Sequence[str], notation: Notation, words: Mapping[str, str]) -> str:
    """What is to be shown of these quantities, a sentence; each has an answer of the author's, but for linearity.

    find  the quantities
    """
    said: list[str] = []
    for quantity in find:
        if quantity == "linearity":
            said.append(words["show.linearity"])
            continue
        given = problem.answer[quantity]
        for name, expr in given.items() if isinstance(given, Mapping) else (("", given),):
            said.append(f"${_left(problem, quantity, name, notation)} = {latex.latex(expr, notation)}$")
    listed = words["comma"].join(said[:-1]) + (words["last"] if len(said) > 1 else "") + said[-1]
    return closed_up(words["show"].format(what=listed))


def _left(problem: Problem, quantity: str, name: str, notation: Notation) -> str:
    """The left side of a result: the quantity at the function, or the variable at a stationary point."""
    wrt = tuple(symbol for symbol in problem.wrt if not name or symbol.name == name)
    if quantity == "stationary" and len(wrt) == 1:
        return latex.latex(Symbol(f"{wrt[0].name}", wrt[0].shape), notation) + "^{*}"
    second = () if is_column(wrt[0].shape) else problem.second_directions
    return latex_lines.head(left_side(problem, quantity, wrt, second), notation)
