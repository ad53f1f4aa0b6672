"""Words beside a formula, put to the test: minimum, convex, positive definite, symmetric."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from derive.reviewing.evaluating.along import bend
from derive.reviewing.evaluating.letters import SizeNeeded
from derive.reviewing.evaluating.situation import Situation
from derive.reviewing.evaluating.values import Array, Undefined, Unknown, is_number
from derive.reviewing.judging.judge import Judge
from derive.reviewing.tree import Tree

DIRECTIONS = 8
_IF = re.compile(
    r"\b(?:if|when|where|for|provided|assuming|whenever|unless|since|as)\b.*(?:\\succ|\\prec|definite|positive|negative|>|<)",
    re.IGNORECASE | re.DOTALL,
)
"""A condition on which it is said."""
CLEARLY = 1e-4
"""How large a value of the other sign is, beside the largest, where a word is false."""
_LINKS = (r"^[\s,.:;)(]*(?:(?:which|this|that|it|and|so|hence|thus|therefore|then|the|matrix|Hessian|stationary|critical|point|indeed|as|is|are|"
          r"an?|unique|only|global|local|strict|always|clearly|everywhere|also)[\s,:]+)*")
_BEST = re.compile(_LINKS + r"(?:minimum|maximum|minimi[sz]er|maximi[sz]er)\b(?!\s*(?:of|norm|variance|eigenvalue|likelihood|entropy|value|"
                   r"a\s|principle|-))", re.IGNORECASE)
_DEFINITE = re.compile(
    _LINKS + r"(?:symmetric[\s,]+(?:and\s+)?)?(positive|negative)[-\s]+(?:semi-?)?definite\b"
    r"(?!\s+(?:if|when|for|iff|provided|near|at|only|on|whenever|unless))", re.IGNORECASE)
_SYMMETRIC = re.compile(_LINKS + r"symmetric\b(?!\s+(?:if|when|for|iff|provided|part|positive|only|in|under|matri))", re.IGNORECASE)
_CONVEX = re.compile(
    r"(?:\$\s*\\?(?:mathcal\s*\{?)?(\w+)\}?\s*(?:\([^()$]*\))?\s*\$"
    r"|\b(?:the|our|this)\s+(?:objective|function|loss|cost|problem|criterion)(?:\s+function)?)\s+is\s+"
    r"(?:therefore\s+|hence\s+|thus\s+|strictly\s+|strongly\s+|clearly\s+|also\s+)*(convex|concave)\b"
    r"(?!\s+(?:if|when|in|on|near|for|iff|provided|only))", re.IGNORECASE)


def falsely_said(judge: Judge, words: str, right: Tree | None) -> str:
    """What is false of the words behind a relation with this right side; empty where nothing is, or it cannot be told."""
    try:
        return next(_falsehoods(judge, words, right), "")
    except (Undefined, Unknown, SizeNeeded, ValueError, LookupError, np.linalg.LinAlgError):
        return ""


def _falsehoods(judge: Judge, words: str, right: Tree | None) -> Iterator[str]:
    if _IF.search(words):
        return
    best = _BEST.match(words)
    if best is not None and "minus" not in judge.context.habits:
        yield from _extremum(judge, "minimum" if re.search(r"minim\w*$", best.group(), re.IGNORECASE) else "maximum")
    definite = _DEFINITE.match(words)
    if definite is not None and right is not None:
        sign = 1 if definite.group(1).lower() == "positive" else -1
        for value in _values(judge, right):
            if value.shape[0] == value.shape[1]:
                numbers = sign * np.linalg.eigvalsh((value + value.T) / 2)
                if numbers[0] < -CLEARLY * np.max(np.abs(numbers)):
                    yield f"this is not {definite.group(1).lower()} definite: it has an eigenvalue {sign * numbers[0]:.3g} at a point"
    if _SYMMETRIC.match(words) and right is not None:
        for value in _values(judge, right):
            if not is_number(value) and (value.shape[0] != value.shape[1] or np.max(np.abs(value - value.T)) > CLEARLY * np.max(np.abs(value))):
                yield "this is not symmetric"
    for convex in _CONVEX.finditer(words):
        if convex.group(1) is None or convex.group(1) in judge.aliases:
            yield from _bent(judge, convex.group(2).lower())


def _values(judge: Judge, tree: Tree) -> Iterator[Array]:
    for s in judge.situations:
        found = judge.comparison.alternatives(lambda at: judge.comparison.value(tree, at), s)
        if len(found) == 1:
            yield found[0]


def _curvatures(judge: Judge, at: Situation, k: int) -> list[float]:
    """The second derivatives of the function along some directions of its one variable."""
    (variable,) = judge.ground.variables
    tangents = judge.ground.tangents(variable, at.values[variable], at)
    rng = judge.ground.points[k].random("bend")
    function, out = at.meanings.function, []
    for _ in range(DIRECTIONS):
        along = sum(c * t for c, t in zip(rng.normal(size=len(tangents)), tangents, strict=True))
        step = np.asarray(along / max(float(np.linalg.norm(along)), 1e-12))
        out.append(float(bend(lambda t, step=step: function({**at.values, variable: at.values[variable] + t * step}), 1e-3)[0, 0]))  # type: ignore[misc]
    return out


def _judgeable(judge: Judge) -> bool:
    variables = judge.ground.variables
    return judge.ground.problem.function.is_scalar and len(variables) == 1 and not (
        judge.ground.symbol(variables[0]).has & {"unit", "orthogonal", "stiefel", "integer"})


def _extremum(judge: Judge, word: str) -> Iterator[str]:
    if not _judgeable(judge):
        return
    sign = 1 if word == "minimum" else -1
    bends = [sign * np.array(_curvatures(judge, point, 0)) for point in judge.stationary(judge.ground.variables)]
    # What a letter has is assumed in words, or before: false is only what is so at every point, whatever the letters are.
    if len(bends) > 1 and all(np.all(one < -CLEARLY) for one in bends):
        yield f"this is a {'maximum' if sign > 0 else 'minimum'}, no {word}: the second derivative is {'negative' if sign > 0 else 'positive'}"


def _bent(judge: Judge, word: str) -> Iterator[str]:
    if not _judgeable(judge):
        return
    sign = 1 if word == "convex" else -1
    for k, s in enumerate(judge.situations):
        bends = sign * np.array(_curvatures(judge, s, k))
        if np.min(bends) < -10 * CLEARLY * max(float(np.max(np.abs(bends))), 1.0):
            yield f"the function is not {word}: its second derivative along a direction is {sign * np.min(bends):.3g} at a point"
