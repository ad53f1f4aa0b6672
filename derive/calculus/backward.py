"""The chain rule through many intermediates: backwards, each intermediate's gradient named and derived once.

⟨g, Du[H]⟩ = ⟨J* g, Dv[H]⟩ + …: the derivative of u's definition is taken once, every factor is moved across the inner
product, and what then stands before Dv is (a part of) the gradient by v.  Size and time are linear in the number of intermediates.
Source: Griewank & Walther, Evaluating Derivatives, ch. 3 (the reverse mode).
"""

from __future__ import annotations

from dataclasses import dataclass

from derive.calculus.adjoint import pull
from derive.calculus.collect import neat
from derive.calculus.derivation import Chain, Head, Line, Step
from derive.calculus.differentiate import level
from derive.calculus.first import Setting
from derive.calculus.narration import reason
from derive.calculus.structure import in_structure
from derive.calculus.tidy import tidy
from derive.language.build import ONE, add, matmul, times, total, transpose
from derive.language.nodes import Call, D, Expr, Symbol, substitute
from derive.language.sizes import is_column
from derive.notation.text import pretty


@dataclass(frozen=True)
class Backward:
    """The chains, the gradients by the variables, and the names given to the gradients by intermediates."""

    chains: tuple[Chain, ...]
    derivative: Expr
    gradients: dict[str, Expr]
    where: tuple[tuple[Symbol, Expr], ...]


MANY = 6
"""More moving intermediates than this are done backwards, and so are several variables at once."""


def applies(s: Setting) -> bool:
    """Whether the backward form is the readable one: several variables reached through intermediates, or a deep chain."""
    m = s.motion
    through = list(m.lets)
    return s.problem.function.is_scalar and bool(through) and (len(s.problem.wrt) > 1 or len(through) > MANY)


def backward(s: Setting) -> Backward:
    p, m = s.problem, s.motion
    chains = [_forward(s)]
    lets = list(m.lets.items())
    arrows: dict[Symbol, Symbol] = {u: Symbol(f"D_{u.name}", u.dims) for u, _ in lets}
    pending: dict[Expr, Expr] = {D(u, m.moves): arrows[u] for u, _ in lets}
    back: dict[Expr, Expr] = {v: k for k, v in pending.items()}
    contributions: dict[str, list[Expr]] = {}
    where: list[tuple[Symbol, Expr]] = []
    lines: list[Line] = []

    def spread_back(weight: Expr, derivative: Expr, shape_is_scalar: bool) -> Expr:
        """The right-hand side Σ ⟨part, D…⟩, with each part noted."""
        opened = substitute(derivative, pending)
        pieces: list[Expr] = []
        for symbol in (*reversed(arrows.values()), *s.directions):
            if symbol.name not in opened.free:
                continue
            part = neat(tidy(pull(opened, symbol, weight)), [])
            name = symbol.name[2:] if symbol in back else next(
                x.name for x, h in zip(p.wrt, s.directions, strict=True) if h is symbol
            )
            contributions.setdefault(name, []).append(part)
            pieces.append(_inner(part, back.get(symbol, symbol)))
        return add(*pieces)

    start: Expr = D(p.function, m.moves)
    first = level(start, m, m.of_lets)
    rest = _finish(first.expr, s)
    name, why = reason(first)
    head = Head("derivative", p.name, p.wrt, s.directions)
    lines.append(Line(rest, name, why, left=head, start=start, steps=_steps(start, rest, first.steps)))
    right = spread_back(ONE, rest, True)
    if right is not rest:
        lines.append(Line(right, "adjoint", ("move every factor across the inner product",),
                          steps=(Step(rest, right, "adjoint", ()),)))
    chains.append(Chain("derivative", "Backward: the outermost function", tuple(lines)))
    for u, definition in reversed(lets):
        parts = contributions.get(u.name)
        if not parts:
            continue
        g = _named(u)
        value = neat(add(*parts), []) if len(parts) > 1 else parts[0]
        where.append((g, value))
        derivative = _finish(D(definition, m.moves), s)
        left = _inner(g, D(u, m.moves))
        middle = _inner(g, derivative)
        right = spread_back(g, derivative, definition.is_scalar)
        named_as = ("the gradient by ", u, ": the factor of its derivative")
        here = [Line(value, "intermediate-gradient", named_as, "equation", g, equation=True)]
        here.append(Line(middle, "chain-rule", ("the derivative of ", u), "equation", left, equation=True))
        if right is not middle:
            here.append(Line(right, "adjoint", ("move every factor across the inner product",), "equation", left,
                             equation=True))
        chains.append(Chain("derivative", f"Backward: through {pretty(u)}", tuple(here)))
    gradients = {x.name: neat(total(contributions.get(x.name, []), x.shape), []) for x in p.wrt}
    whole = add(*(_inner(gradients[x.name], h) for x, h in zip(p.wrt, s.directions, strict=True)))
    final = [Line(whole, "collect", ("the factors of the directions",), "derivative", head)]
    projected = {x.name: in_structure(gradients[x.name], x, h) for x, h in zip(p.wrt, s.directions, strict=True)}
    for x in p.wrt:
        g_x, why = projected[x.name]
        final.append(Line(g_x, "gradient", why, "gradient", Head("gradient", p.name, (x,), (), p.wrt if len(p.wrt) > 1 else ())))
    chains.append(Chain("gradient", "Gradients" if len(p.wrt) > 1 else "Gradient", tuple(final)))
    return Backward(tuple(chains), whole, {n: g for n, (g, _) in projected.items()}, tuple(where))


def _steps(start: Expr, end: Expr, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The recorded steps, or one when more than a level was needed."""
    from derive.calculus.derivation import BrokenChain

    here = start
    try:
        for step in steps:
            here = step.apply(here)
    except BrokenChain:
        here = start
    return steps if here is end else (Step(start, end, "chain-rule", ()),)


def _finish(expr: Expr, s: Setting) -> Expr:
    """All pending derivatives taken but those of intermediates."""
    m = s.motion
    while (done := level(expr, m, m.of_lets)).steps:
        expr = done.expr
    return expr


def _forward(s: Setting) -> Chain:
    """The derivative of each intermediate in terms of the earlier ones."""
    m = s.motion
    lines: list[Line] = []
    for u, definition in m.lets.items():
        start: Expr = D(u, m.moves)
        done = _finish(D(definition, m.moves), s)
        name, why = reason(level(D(definition, m.moves), m, m.of_lets))
        lines.append(Line(done, name, why, "derivative", start, of=definition))
    return Chain("lemma", "The intermediates", tuple(lines))


def _inner(g: Expr, move: Expr) -> Expr:
    if g.is_scalar:
        return times(g, move)
    if is_column(g.shape):
        return matmul(transpose(g), move)
    return Call("inner", (g, move))


def _named(u: Symbol) -> Symbol:
    from derive.notation.latex import latex

    out: Symbol = Symbol(f"delta_{u.name}", u.dims, u.has & {"symmetric"}, None, rf"\delta_{{{latex(u)}}}")
    return out



