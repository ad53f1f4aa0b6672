"""The first derivative once more, by the other methods of a list: chains of their own, and that they end in the same result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from derive.calculus.linear.bilinear import Directions, directions, normal, same_value
from derive.calculus.routes.by_indices import by_indices
from derive.calculus.routes.definition import derivative_lines
from derive.calculus.setting.prepare import differentials, informed, spelled_out
from derive.calculus.setting.setting import Setting, setting
from derive.calculus.simplify.collect import collect
from derive.calculus.simplify.simplify import tidy
from derive.derivation.derivation import Chain, Head, Line, Step
from derive.derivation.reason import COLON, Why, enumerated
from derive.errors import DeriveError
from derive.expressions.nodes import Expr, Symbol
from derive.expressions.rewrite import substitute
from derive.language.problems.problem import Problem
from derive.notation.text import text

_ORDINALS = ("Second method", "Third method", "Fourth method")
_WHICH = ("by the first method", "by the second method", "by the third method", "by the fourth method")
_BY = {"directional": "along a direction", "differential": "by differentials", "expansion": "by expansion", "entries": "by indices"}


def by_further_methods(
    written: Problem, s: Setting, first: Expr, where: tuple[tuple[Symbol, Expr], ...]
) -> list[Chain]:
    """The chains of each further method of `written`, and the one in which all of them agree; none where one method is named.

    s, first   the setting of the first method and the derivative that it found
    where      the letters that were named on the way, which the other methods do not know

    DeriveError [method] where the results are not seen to be the same expression, or where a method does not apply.
    """
    further = written.further_methods
    if not further:
        return []
    along = written.directions
    spelled = _spelled(first, (*written.let, *s.problem.let, *where), dict(zip(s.problem.directions, along, strict=True)))
    chains: list[Chain] = []
    results: list[Expr] = []
    for ordinal, method in zip(_ORDINALS, further, strict=False):
        more, found = by_method(replace(written, method=method, further_methods=(), find=("derivative",)), (ordinal, COLON, _BY[method]))
        chains += more
        results.append(found)
    chains.append(_agreement(written, s.unit_speed, spelled, results))
    return chains


def by_method(problem: Problem, heading: Why) -> tuple[list[Chain], Expr]:
    """The chains of one method under this heading, and the derivative along the problem's own directions.

    DeriveError [method] for a method that names letters on the way.
    """
    p = informed(problem)
    if p.method == "expansion":
        p = replace(p, function=spelled_out(p), let=())
    if p.method == "differential":
        p = replace(p, directions=tuple(differentials(p)))
    s = setting(p)
    if p.method == "entries":
        found = by_indices(s)
        last = found.derivative
        chains = [Chain("agreement", text.why(heading), tuple(line for c in found.chains for line in c.lines), heading)]
    else:
        lines, letters = derivative_lines(s)
        last = lines[-1].expr
        chains = [Chain("agreement", text.why(heading), tuple(lines), heading)]
        if letters:
            raise DeriveError(
                f"the method `{p.method}` names letters on the way here; let it be the first of the list", code="method",
                where=p.positions.get("method"),
            )
    return chains, _spelled(last, p.let, dict(zip(p.directions, problem.directions, strict=True)))


def _spelled(expr: Expr, definitions: tuple[tuple[Symbol, Expr], ...], turned: Mapping[Expr, Expr]) -> Expr:
    """Without the letters of intermediates, and along the problem's own directions."""
    for symbol, definition in reversed(definitions):
        expr = substitute(expr, {symbol: definition})
    return substitute(expr, turned)


def _agreement(p: Problem, unit_speed: bool, first: Expr, others: list[Expr]) -> Chain:
    """Each result turned into the first one by the laws of sums, products, transpose and trace."""
    head = Head("derivative", p.name, p.wrt, () if unit_speed else p.directions)
    along = directions(p.directions)
    groups: dict[Expr, list[str]] = {first: [_WHICH[0]]}
    for which, other in zip(_WHICH[1:], others, strict=False):
        if not _same(other, first, along):
            raise DeriveError(
                f"the results of the methods {', '.join((p.method, *p.further_methods))} are not seen to be the same expression",
                code="method", where=p.positions.get("method"),
            )
        groups.setdefault(other, []).append(which)
    lines: list[Line] = []
    for expr, whose in groups.items():
        listed = enumerated([(which,) for which in whose])
        said = (*listed, COLON, "the results are identical") if len(lines) + 1 == len(groups) else listed
        steps = (Step(lines[-1].expr, expr, "agreement", ()),) if lines else ()
        lines.append(Line(expr, "agreement", said, "derivative", None if lines else head, steps=steps))
    return Chain("agreement", "The methods agree", tuple(lines))


def _same(a: Expr, b: Expr, along: Directions) -> bool:
    """Whether the two are one expression."""
    if a is b or same_value(a, b):
        return True
    if a.is_scalar:
        return same_value(normal(a, along)[0], normal(b, along)[0])
    return same_value(tidy(collect(tidy(a))), tidy(collect(tidy(b))))


__all__ = ["by_further_methods"]
