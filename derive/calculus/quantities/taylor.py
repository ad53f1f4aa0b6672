"""Taylor's formula to first and second order: f(X) + Df(X)[H] + ½ D²f(X)[H, H].

It is an equality where f is a polynomial of no higher degree, and an approximation otherwise: the sign says which.
Source: Magnus & Neudecker, Matrix Differential Calculus, ch. 7.
"""

from __future__ import annotations

from derive.calculus.degree import degree
from derive.calculus.linear.bilinear import directions as named
from derive.calculus.quantities.second_lines import along_a_scalar, finished, vanishing
from derive.calculus.routes.lines import levels
from derive.calculus.setting.setting import Setting
from derive.calculus.simplify.collect import collect
from derive.calculus.simplify.simplify import tidy
from derive.derivation.derivation import Chain, Head, Line, Result, Step
from derive.derivation.reason import COLON, COMMA, Listed, Why
from derive.errors import DeriveError
from derive.expressions.build import add, coefficient, is_zero, power, scale, terms
from derive.expressions.nodes import D, Expr, number
from derive.expressions.rewrite import substitute


def taylor(s: Setting, first: Expr) -> tuple[list[Chain], Result]:
    """The chain of the second derivative along H, and f(X + H) to the order asked for.  DeriveError for another order."""
    p, m = s.problem, s.motion
    chains: list[Chain] = []
    order = p.options.order
    if order not in (1, 2):
        raise DeriveError(
            f"taylor is done to order 1 or 2, not {order}", code="order", where=p.positions.get("order"),
            hint="the term of order 3 needs the third derivative, for which there are no rules",
        )
    directions = p.directions
    linear = first if not s.unit_speed else scale(directions[0], first)
    parts: list[Expr] = [p.function, linear]
    if order == 2:
        q: Expr
        if s.unit_speed:
            chain = along_a_scalar(s, first)
            q = scale(power(directions[0], 2), chain.lines[-1].expr)
            chains.append(chain)
        else:
            pending: Expr = D(first, m.moves)
            head = Head("quadratic", p.name, p.wrt, directions)
            line = Line(pending, "definition", ("differentiate along ", Listed(directions), " once more"), "second-derivative", head)
            if not m.depends(first):
                lines = vanishing(s, line, first, "second-derivative")
            else:
                lines = finished([line, *levels(pending, m, "second-derivative")], "second-derivative", named(directions))
            q = lines[-1].expr
            chains.append(Chain("second-derivative", "Second derivative along the direction", tuple(lines)))
        parts.append(_half(q))
    start = tidy(add(*parts))
    head = Head("taylor", p.name, p.wrt, directions)
    exact = _degree(s) <= order
    why: Why = ("Taylor's formula",) if not exact else ("Taylor's formula", COMMA, "exact", COLON, "f is of degree ", number(_degree(s)))
    lines = [Line(start, "taylor", why, "taylor", head, "=" if exact else "≈")]
    merged = tidy(collect(start))
    if merged is not start:
        lines.append(Line(merged, "collect", ("collect",), "taylor", steps=(Step(start, merged, "collect", ()),)))
    chains.append(Chain("taylor", "Taylor expansion", tuple(lines)))
    return chains, Result(lines[-1].expr, directions)


def _half(q: Expr) -> Expr:
    """½ q, its number put into each term: h² y + 2xhk, not ½(2h² y + 4xhk)."""
    if is_zero(q):
        return q
    c, rest = coefficient(q)
    halves = tuple(scale(number(c / 2), t) for t in terms(rest))
    if all((coefficient(t)[0]).denominator == 1 for t in halves):
        return add(*halves)
    return scale(number("1/2"), q)


def _degree(s: Setting) -> int:
    p = s.problem
    function = p.function
    for symbol, definition in reversed(p.let):
        function = substitute(function, {symbol: definition})
    return degree(function, frozenset(x.name for x in p.wrt))
