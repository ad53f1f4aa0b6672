"""The fixed words of a document, one table a language."""

from __future__ import annotations

from collections.abc import Mapping

ENGLISH: Mapping[str, str] = {
    "language": "en",
    "babel": "english",
    "find": "Find",
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
    "layout_gradient": "{gradient} has the shape of {variable}: {derivative} equals {inner}.",
    "layout_jacobian": "Numerator layout: row $i$ of the Jacobian belongs to entry $i$ of the function.",
    "layout_denominator": "Denominator layout: column $i$ belongs to entry $i$ of the function.",
    "minimum": "a minimum",
    "maximum": "a maximum",
    "saddle": "a saddle point",
    "undetermined": "not decided by the second-order test",
    "classified": "The stationary point is {which}.",
    # what is asked, with the head that is printed after it
    "find.derivative": "the directional derivative",
    "find.differential": "the differential",
    "find.gradient": "the gradient",
    "find.jacobian": "the Jacobian",
    "find.second-derivative": "the second derivative",
    "find.hessian": "the Hessian",
    "find.stationary": "the stationary points",
    "find.vectorized": "the vectorized derivative",
    "find.entries": "the derivative, entry by entry",
    "find.taylor": "the Taylor polynomial of second order",
    "find.linearity": "that the derivative is linear in its direction",
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
    # how a derivation is read in an article: by the rule of a line, and otherwise with its reasons
    "say": "We {done}:",
    "say.use": "use",
    "say.nothing": "This is",
    "say.definition": "By the definition of the directional derivative,",
    "say.read-off": "This is an inner product with the direction, and the other factor is the gradient:",
    "say.collect": "Equal terms are collected:",
    "say.simplify": "This simplifies to",
    "say.cyclic": "The trace does not change when its factors are permuted cyclically:",
    "say.stationary": "At a stationary point the gradient is zero:",
    "say.answer": "The result is",
    "say.equivalence": "This is equivalent to",
}

LANGUAGES: Mapping[str, Mapping[str, str]] = {"en": ENGLISH}


def words(language: str) -> Mapping[str, str]:
    """The table of a language; KeyError for one that there is none of."""
    return LANGUAGES[language]
