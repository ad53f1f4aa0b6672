"""`Show that ∇f(X) = 2AXB`: what a problem claims, in the author's words for its result, which is checked like every answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from derive.derivation.derivation import left_side
from derive.documents.wording.translation import closed_up
from derive.expressions.nodes import Symbol
from derive.expressions.sizes import is_column
from derive.language.problems.problem import Problem
from derive.notation.latex.boxes import Row, Sign, beside
from derive.notation.latex.compose import BLANK, EQUALS, group, scripted
from derive.notation.latex.latex import formula
from derive.notation.latex.lines import side
from derive.notation.latex.text import Text, filled, joined
from derive.notation.settings import Notation


def shown(problem: Problem, find: Sequence[str], notation: Notation, words: Mapping[str, str]) -> Text:
    """What is to be shown of these quantities, a sentence; each has an answer of the author's, but for linearity.

    find  the quantities
    """
    said: list[Text | Row] = []
    for quantity in find:
        if quantity == "linearity":
            said.append(filled(words["show.linearity"]))
            continue
        given = problem.answer[quantity]
        for name, expr in given.items() if isinstance(given, Mapping) else (("", given),):
            said.append(beside(_left(problem, quantity, name, notation), BLANK, EQUALS, BLANK, formula(expr, notation)))
    listed = Text.of(joined(words["comma"], said[:-1]), words["last"] if len(said) > 1 else "", said[-1])
    return filled(words["show"], what=listed).words(closed_up)


def _left(problem: Problem, quantity: str, name: str, notation: Notation) -> Row:
    """The left side of a result: the quantity at the function, or the variable at a stationary point."""
    wrt = tuple(symbol for symbol in problem.wrt if not name or symbol.name == name)
    if quantity == "stationary" and len(wrt) == 1:
        return scripted(formula(Symbol(f"{wrt[0].name}", wrt[0].shape), notation), above=group(Sign("*")))
    second = () if is_column(wrt[0].shape) else problem.second_directions
    return side(left_side(problem, quantity, wrt, second), notation)
