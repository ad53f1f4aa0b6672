"""Other ways to say or show a derivative: its linearity in the direction, and what a route need not repeat where it is not alone."""

from __future__ import annotations

from dataclasses import replace

from derive.calculus.setting.setting import Setting, free_name, taken_names
from derive.calculus.simplify.collect import collect
from derive.calculus.simplify.distribute import multiplied_out
from derive.calculus.simplify.like_terms import fingerprint
from derive.calculus.simplify.simplify import tidy
from derive.derivation.derivation import Chain, Head, Line, Result, Step
from derive.derivation.reason import joined
from derive.expressions.build import add, scale, times
from derive.expressions.nodes import D, Expr, Symbol, Times
from derive.expressions.rewrite import substitute, transform
from derive.expressions.sizes import SCALAR


def _sorted(expr: Expr) -> Expr:
    """The expression with the factors of every product of numbers in one order."""
    return transform(expr, lambda e: times(*sorted(e.factors, key=fingerprint)) if isinstance(e, Times) else e)


def linearity(s: Setting, first: Expr) -> tuple[list[Chain], Result]:
    """Df(X)[aH + K] = a Df(X)[H] + Df(X)[K], shown by multiplying out."""
    p = s.problem
    a: Symbol = Symbol(free_name(taken_names(p), ("a", "c", "lambda")), SCALAR)
    hs = p.directions
    ks = p.second_directions
    if s.unit_speed:
        first = times(first, hs[0]) if first.is_scalar else scale(hs[0], first)
    moved: dict[Expr, Expr] = {h: add(scale(a, h), k) for h, k in zip(hs, ks, strict=True)}
    start = substitute(first, moved)
    names = frozenset(d.name for d in (*hs, *ks))
    goal = add(scale(a, first), substitute(first, dict(zip(hs, ks, strict=True))))
    opened = tidy(collect(multiplied_out(start, names)))
    if _sorted(opened) is _sorted(goal):
        opened = goal
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


def at_once(chain: Chain, first: tuple[Line, ...]) -> Chain:
    """The polarization route on its own: what leads to the first derivative is said where that is put in."""
    whys = joined([line.why for line in first[1:]])
    return replace(chain, lines=tuple(
        replace(line, rule=first[1].rule, why=whys) if line.rule == "derivative" else line for line in chain.lines))


def read_from_gradient(chains: list[Chain]) -> list[Chain]:
    """The Hessian where D²f[H, K] = ⟨D(∇f)[K], H⟩ stands above: read off, without the lines that have led to D(∇f)[K]."""
    out: list[Chain] = []
    for chain in chains:
        below = next((k for k, line in enumerate(chain.lines) if k and line.left is not None), len(chain.lines))
        read = replace(chain.lines[below - 1], rule="read-off", why=("read off",), left=chain.lines[0].left, steps=(), start=None)
        rest = chain.lines[below:]
        matrix = bool(rest) and rest[0].rule == "read-off" and rest[0].why != ("read off the blocks",)
        out.append(replace(chain, lines=rest if matrix else (read, *rest)))
    return out
