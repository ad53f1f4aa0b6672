"""The fixed words of a document, one table a language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from derive.documents.wording.languages import tables
from derive.notation.settings import Notation

ENGLISH: Mapping[str, str] = {
    "language": "en",
    "babel": "english",
    # the program that typesets it, and for xelatex the fonts of its script
    "engine": "pdflatex",
    "serif": "",
    "sans": "",
    # what stands between the items of a list, before its last one, at the end of a sentence, behind a heading
    "comma": ", ",
    "last": " and ",
    "stop": ".",
    "colon": ": ",
    # in a function by cases: of a number, and entry by entry
    "if": "if ",
    "otherwise": "otherwise",
    "if-entries": "where ",
    "otherwise-entries": "elsewhere",
    "find": "Find",
    "ask": "Find {what}.",
    "and": "and",
    "solution": "Solution",
    "problem": "Problem",
    "answer": "Answer",
    "answers": "Answers",
    "hint": "Hint",
    "remark": "Remark",
    "source": "Source",
    "notes": "Notes",
    "points": "points",
    "point": "point",
    "reached": "Derived in part (%s):",
    "total": "Total",
    "due": "Due",
    "where": "where",
    "write": "Write",
    "with": "with",
    "holds": "It holds where",
    "conditions": "Conditions",
    "name": "Name",
    "contents": "Contents",
    "continued": "continued",
    "definition": "Definition",
    "proposition": "Proposition",
    "example": "Example",
    "frame": "",
    "step": "step",
    "page": "Page",
    "of": "of",
    "check": "Checked numerically: every line agrees with a difference quotient of the function at {points} random points "
             "(largest relative error ${error}$).",
    "check_short": "Checked numerically at {points} random points, largest relative error ${error}$.",
    "checked": "checked at {points} random points, largest relative error {error}",
    "layout_gradient": "{gradient} has the shape of {variable}: {derivative} equals {inner}.",
    "layout_jacobian": "Numerator layout: row $i$ of the Jacobian belongs to entry $i$ of the function.",
    "layout_denominator": "Denominator layout: column $i$ belongs to entry $i$ of the function.",
    "minimum": "a minimum",
    "maximum": "a maximum",
    "saddle": "a saddle point",
    "undetermined": "not decided by the second-order test",
    "classified": "The stationary point is {which}.",
    # what stands under a figure; `.question` where it shows nothing of the answer
    "figure": "Figure",
    "figure.data": "The data and the fitted curve; thin lines are the residuals.",
    "figure.data.question": "The data.",
    "figure.table": "The data, the design matrix, and the fitted values.",
    "figure.table.plain": "The data and the fitted values.",
    "figure.table.data": "The data.",
    "figure.table.question": "The data and the design matrix.",
    "figure.tangent": "The graph and its tangent.",
    "figure.tangent.plane": "The graph and its tangent plane.",
    "figure.tangent.question": "The graph.",
    "figure.graph": "Every edge carries the derivative of its head by its tail: along a path they multiply, paths add.",
    "figure.graph.question": "What is computed from what.",
    "figure.network": "The layers; each matrix with its size between them.",
    "figure.network.neuron": "A neuron: its inputs are weighted, summed, and the sum is transformed.",
    "figure.shapes": "The shapes of the factors: a height for the rows, a width for the columns.",
    "figure.blocks": "The derivative as a block array.",
    # the table of notation
    "notation": "Notation",
    "symbol": "Symbol",
    "meaning": "Meaning",
    "shape": "Shape",
    "is.scalar": "scalar",
    "is.vector": "vector",
    "is.matrix": "matrix",
    "is.function": "function",
    "is.variable": "variable",
    "is.direction": "direction",
    "is.size": "size",
    "is.intermediate": "intermediate",
    "is.value": "value of the function",
    # what is asked, with the head that is printed after it
    "find.derivative": "the directional derivative",
    "find.derivative-by-number": "the derivative",
    "find.differential": "the differential",
    "find.gradient": "the gradient",
    "find.jacobian": "the Jacobian",
    "find.second-derivative": "the second derivative",
    "find.hessian": "the Hessian",
    "find.stationary": "the stationary points",
    "find.vectorized": "the vectorized derivative",
    "find.entries": "the derivative, entry by entry",
    "find.taylor-1": "the linear approximation",
    "find.taylor": "the Taylor polynomial of second order",
    "find.linearity": "that the derivative is linear in its direction",
    "find.vectorized-hessian": "the Hessian by the stacked columns",
    # declared properties
    "has.symmetric": "symmetric",
    "has.skew": "skew-symmetric",
    "has.diagonal": "diagonal",
    "has.upper": "upper triangular",
    "has.lower": "lower triangular",
    "has.spd": "symmetric positive definite",
    "has.psd": "symmetric positive semidefinite",
    "has.invertible": "invertible",
    "has.orthogonal": "orthogonal",
    "has.stiefel": "with orthonormal columns",
    "has.positive": "positive",
    "has.integer": "an integer",
    "has.full-column-rank": "of full column rank",
    "has.full-row-rank": "of full row rank",
    "has.unit": "of norm 1",
    # how a derivation is told in an article: what leads to a display (the sentence of a rule, or its reasons), and what is said
    # behind it.  A language with a plain sentence for every reason (`say.plain`, `tell.plain`; `say.act`
    # where it begins with one of the words `acts`) needs none of the
    # others but those of rules.
    "say.we": "We {done}",
    "say.using": ", using {done}",
    "say.that": "that {done}",
    "say.by": "By {by},",
    "say.since": "Since {since},",
    "say.by-since": "By {by}, and since {since},",
    "say.with": "With {done},",
    "say.begin": "We begin with {done}:",
    "say.have": "We have",
    "say.have-with": "We have, {done},",
    "say.then": "{first} then by {by},",
    "say.plain": "",
    "say.act": "",
    "acts": "",
    "say.definition": "By the definition of the directional derivative,",
    "say.read-off": "The factor of the direction{since} is read off:",
    "say.gradient": "The other factor of this inner product is the gradient:",
    "say.stationary": "At a stationary point the gradient is zero:",
    "say.answer": "The result is",
    "definition-reason": "definition",
    "tell.here": "Here {clauses}.",
    "tell.between": "; ",
    "tell.only": "the {relation}",
    "tell.which": "the {ordinal}{relation}",
    "tell.last": "the last{relation}",
    "tell.by": "{which} uses {by}",
    "tell.and-that": " and that {since}",
    "tell.since": "{which} holds since {since}",
    "tell.since-inside": ", since {since},",
    "tell.we": "in {which} we {done}",
    "tell.is": "{which} is {done}",
    "tell.goes": "{which} goes {done}",
    "tell.named": "{which}: {done}",
    "tell.product": "{which}{reason} writes this as an inner product with the direction",
    "tell.read-off": "in {which}{reason} the factor of the direction is read off",
    "tell.shown": "It is {done}.",
    "tell.plain": "",
    "ordinals": "first second third fourth fifth sixth seventh eighth ninth",
    "relation.=": "equality",
    "relation.≈": "approximation",
    "relation.⇔": "equivalence",
    "relation.⇒": "implication",
    "relation.line": "line",
}

LANGUAGES: Mapping[str, Mapping[str, str]] = {"en": ENGLISH, **{tag: {**ENGLISH, **table.words} for tag, table in tables().items()}}
"""The tables by their languages; a word that one lacks is English."""


def words(language: str) -> Mapping[str, str]:
    """The table of a language; KeyError for one that there is none of."""
    return LANGUAGES[language]


def spoken(notation: Notation) -> Notation:
    """The notation with the words of its language that stand in formulas."""
    table = words(notation.language)
    return replace(notation, cases=(table["if"], table["otherwise"], table["if-entries"], table["otherwise-entries"]))
