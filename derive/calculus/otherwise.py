"""Other ways to say or show a derivative: its linearity in the direction, and the derivation by indices."""

from __future__ import annotations

from derive.calculus.bilinear import multiplied_out
from derive.calculus.collect import collect
from derive.calculus.derivation import Chain, Head, Line, Result, Step
from derive.calculus.first import Setting, free_name, taken_names
from derive.calculus.tidy import tidy
from derive.language.build import add, scale
from derive.language.nodes import D, Expr, Symbol, substitute
from derive.language.sizes import SCALAR


def linearity(s: Setting, first: Expr) -> tuple[list[Chain], Result]:
    """Df(X)[aH + K] = a Df(X)[H] + Df(X)[K], shown by multiplying out."""
    p = s.problem
    a: Symbol = Symbol(free_name(taken_names(p), ("a", "c", "lambda")), SCALAR)
    hs = p.directions
    ks = p.second_directions
    if s.unit_speed:
        first = scale(hs[0], first)
    moved: dict[Expr, Expr] = {h: add(scale(a, h), k) for h, k in zip(hs, ks, strict=True)}
    start = substitute(first, moved)
    names = frozenset(d.name for d in (*hs, *ks))
    goal = add(scale(a, first), substitute(first, dict(zip(hs, ks, strict=True))))
    opened = tidy(collect(multiplied_out(start, names)))
    head = Head("derivative", p.name, p.wrt, tuple(moved[h] for h in hs))
    lines = [Line(start, "definition", ("put ", moved[hs[0]], " for ", hs[0]), "derivative", head, note="linearity")]
    if opened is not start:
        lines.append(Line(opened, "distributive", ("multiply out",), "derivative", steps=(Step(start, opened, "expand", ()),),
                          note="linearity"))
    if goal is not opened:
        lines.append(Line(goal, "collect", ("the terms with ", hs[0], " and with ", ks[0]), "derivative",
                          steps=(Step(opened, goal, "collect", ()),), note="linearity"))
    along, other = (D(p.function, tuple(zip(p.wrt, vs, strict=True))) for vs in (hs, ks))
    parts = add(scale(a, along), other)
    why = ("the derivatives along ", hs[0], " and along ", ks[0])
    lines.append(Line(parts, "linearity", why, "derivative", steps=(Step(goal, parts, "linearity", ()),), note="linearity"))
    return [Chain("linearity", "The derivative is linear in its direction", tuple(lines))], Result(goal, ks)
