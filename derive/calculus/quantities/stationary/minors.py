"""A Hessian matrix of scalars: its leading minors, or two directions along which it has both signs.

Source: Horn & Johnson, Matrix Analysis (2013), sec. 7.2 (Sylvester's criterion).
"""

from __future__ import annotations

from itertools import product

from derive.calculus.simplify.simplify import tidy
from derive.derivation.reason import COLON, COMMA, Phrase, Why, Word, joined
from derive.expressions.build import coefficient, scale
from derive.expressions.nodes import Expr, Number, Stack, number
from derive.expressions.properties.definite import Definite
from derive.expressions.properties.inference import is_positive

_SADDLE = {Definite.POSITIVE: "minimum", Definite.NEGATIVE: "maximum", "indefinite": "saddle"}


def second_order(matrix: list[list[Expr]]) -> tuple[str, list[Why]]:
    """(minimum, maximum, saddle or undetermined, the reason) of a Hessian matrix of scalars: its leading minors, or two directions."""
    from derive.calculus import algebra

    found = algebra.definiteness(matrix)
    kind = _SADDLE.get(found.kind, "undetermined")
    if found.kind == "undecided" and len(found.minors) == 2:
        return kind, [("first entry ", found.minors[0], COMMA, "determinant ", found.minors[1], COLON, *_open(*found.minors))]
    why: list[Why] = [(found.kind, COLON, *(("a ", Word(kind)) if kind != "undetermined" else ("the test decides nothing",)))]
    directions = _two_directions(matrix) if found.kind == "indefinite" and len(matrix) > 2 else None
    if directions is not None:
        why = [*directions, *why]
    elif len(found.minors) == 2:
        first, whole = found.minors
        why.insert(0, ("first entry ", first, _sign(first), COMMA, "determinant ", whole, _sign(whole)))
    elif len(found.minors) > 2:
        why.insert(0, ("leading minors ", Phrase(joined([(m, _sign(m)) for m in found.minors]))))
    return kind, why


def _two_directions(matrix: list[list[Expr]]) -> list[Why] | None:
    """h'Mh < 0 for one h of small whole numbers, > 0 for another."""
    values = [[e.value for e in row if isinstance(e, Number)] for row in matrix]
    n = len(matrix)
    if any(len(row) < n for row in values):
        return None
    found: dict[str, Why] = {}
    tries = sorted(product(range(-3, 4), repeat=n), key=lambda h: (sum(map(abs, h)), tuple(-k for k in h)))
    for h in tries:
        form = sum(values[i][j] * h[i] * h[j] for i in range(n) for j in range(n))
        sign = "<" if form < 0 else ">" if form > 0 else ""
        if sign and sign not in found:
            direction: Expr = Stack(tuple((number(k),) for k in h))
            found[sign] = (number(form), f" {sign} 0 along ", direction)
        if len(found) == 2:
            return list(found.values())
    return None


def _open(first: Expr, whole: Expr) -> Why:
    """What kind of point it is by signs that are not known."""
    a, d = coefficient(first)[1], coefficient(whole)[1]
    if _sign(first) == " > 0":
        return ("minimum where ", d, " > 0, a saddle where ", d, " < 0")
    if _sign(first) == " < 0":
        return ("maximum where ", d, " > 0, a saddle where ", d, " < 0")
    return ("minimum where ", a, " > 0 and ", d, " > 0, maximum where ", a, " < 0 and ", d, " > 0, a saddle where ", d, " < 0")


def _sign(value: Expr) -> str:
    """` > 0` beside a minor whose sign is known."""
    c = coefficient(value)[0] if isinstance(value, Number) else None
    if c is not None:
        return " > 0" if c > 0 else " < 0" if c < 0 else ""
    return " > 0" if is_positive(value) else " < 0" if is_positive(tidy(scale(number(-1), value))) else ""
