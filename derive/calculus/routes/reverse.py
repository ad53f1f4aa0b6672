"""The chain rule through many intermediates: backwards, each intermediate's gradient named and derived once.

⟨g, Du[H]⟩ = ⟨J* g, Dv[H]⟩ + …: the derivative of u's definition is taken once, every factor is moved across the inner
product, and what then stands before Dv is (a part of) the gradient by v.  Size and time are linear in the number of intermediates.
Source: Griewank & Walther, Evaluating Derivatives, ch. 3 (the reverse mode).
"""

from __future__ import annotations

from derive.calculus.differentiate.caption import reason
from derive.calculus.differentiate.level import level
from derive.calculus.differentiate.variation import Motion
from derive.calculus.linear.adjoint import pull
from derive.calculus.linear.structure import in_structure
from derive.calculus.setting.setting import Setting, free_name, taken_names
from derive.calculus.simplify.distribute import collected
from derive.calculus.simplify.measure import measure
from derive.calculus.simplify.names import Definitions, named
from derive.calculus.simplify.result_form import neat, result
from derive.calculus.simplify.signs import unsigned
from derive.calculus.simplify.simplify import tidy
from derive.derivation.derivation import Chain, Head, Line, Step, adjoint
from derive.derivation.reason import COLON, Why, joined
from derive.expressions.build import ONE, add, matmul, times, total, transpose
from derive.expressions.nodes import Call, D, Expr, Symbol
from derive.expressions.properties.symmetry import is_symmetric
from derive.expressions.rewrite import substitute
from derive.expressions.sizes import SCALAR, Shape, is_column
from derive.expressions.spelling import symbol_latex
from derive.notation.text.text import pretty
from derive.values import dataclass


@dataclass(frozen=True)
class Backward:
    """The chains, the gradients by the variables, free and in their structure, and the names given to the gradients by
    intermediates."""

    chains: tuple[Chain, ...]
    derivative: Expr
    free: dict[str, Expr]
    gradients: dict[str, Expr]
    where: tuple[tuple[Symbol, Expr], ...]


MANY = 6
"""More moving intermediates than this are done backwards, and so are several variables at once."""


MAX_NAMES = 16
"""With more intermediates than these none is looked for inside the others: a network names its layers as it goes."""

LONGEST = 40
"""How much is written at most of what is put back into what."""


def applies(s: Setting) -> bool:
    """Whether the backward form is the readable one: several variables reached through intermediates, or a deep chain."""
    m = s.motion
    through = list(m.lets)
    return s.problem.function.is_scalar and not s.unit_speed and bool(through) and (len(s.problem.wrt) > 1 or len(through) > MANY)


def backward(s: Setting) -> Backward:
    """The gradients of the intermediates from the outermost function to the variables, and the derivative that they make up."""
    p, m = s.problem, s.motion
    lets = list(m.lets.items())
    taken = set(taken_names(p))
    arrows: dict[Symbol, Symbol] = {u: _letter(u.name, u.dims, _latex(u), taken) for u, _ in lets}
    whole = _letter(p.name, SCALAR, symbol_latex(p.name), taken)
    pending: dict[Expr, Expr] = {D(u, m.moves): arrows[u] for u, _ in lets}
    variable_of = {arrow: u.name for u, arrow in arrows.items()}
    variable_of |= {h: x.name for x, h in zip(p.wrt, s.directions, strict=True)}
    names = p.let if len(p.let) <= MAX_NAMES else ()
    contributions: dict[str, list[Expr]] = {}
    where: list[tuple[Symbol, Expr]] = []
    chains = [_forward(s, arrows)]

    def spread_back(weight: Expr, opened: Expr) -> Expr:
        """The right-hand side Σ ⟨part, d…⟩, with each part noted."""
        pieces: list[Expr] = []
        for symbol in (*reversed(arrows.values()), *s.directions):
            if symbol.name in opened.free:
                part = collected(neat(named(tidy(pull(opened, symbol, weight)), names), []), weight)
                contributions.setdefault(variable_of[symbol], []).append(part)
                pieces.append(_inner(part, symbol))
        return total(pieces, opened.shape)

    start: Expr = D(p.function, m.moves)
    name, why = reason(level(start, m, m.of_lets))
    rest = substitute(_finish(start, s), pending)
    lines = [Line(rest, name, why, "derivative", whole)]
    right = spread_back(ONE, rest)
    if right is not rest:
        lines.append(Line(right, "adjoint", ACROSS, "derivative", steps=(Step(rest, right, "adjoint", ()),)))
    chains.append(Chain("derivative", "Backward: the outermost function", tuple(lines), ("Backward", COLON, "the outermost function")))
    for u, definition in reversed(lets):
        parts = contributions.get(u.name)
        if not parts:
            continue
        value = neat(add(*parts), []) if len(parts) > 1 else parts[0]
        for later, _ in where:
            if later.name in value.free:
                value = collected(value, later)
        g = _named(u, value)
        short = _put_back(value, where, names)
        where.append((g, short or value))
        right = spread_back(g, _told(definition, _locally(s, definition, arrows))[0])
        factor: Why = ("the gradient by ", u, ": the factor of ", arrows[u])
        here = [
            Line(value, "intermediate-gradient", factor, "equation", g, equation=True, by=u),
            *([Line(short, "intermediate", _by(value, where), "equation", g, equation=True, by=u)] if short is not None else []),
            Line(right, "adjoint", ("put in ", arrows[u], "; move the factors across"), "equation", _inner(g, arrows[u]), equation=True),
        ]
        chains.append(Chain("derivative", f"Backward: through {pretty(u)}", tuple(here), ("Backward", COLON, "through ", u)))
    gradients = {x.name: neat(total(contributions.get(x.name, []), x.shape), []) for x in p.wrt}
    along = add(*(_inner(gradients[x.name], h) for x, h in zip(p.wrt, s.directions, strict=True)))
    head = Head("derivative", p.name, p.wrt, s.directions)
    final = [Line(along, "collect", ("the factors of the directions",), "derivative", head)]
    projected = {x.name: in_structure(gradients[x.name], x, h) for x, h in zip(p.wrt, s.directions, strict=True)}
    final += _stated(s, projected, where, names)
    chains.append(Chain("gradient", "Gradients" if len(p.wrt) > 1 else "Gradient", tuple(final)))
    letters = ((whole, start), *((arrow, D(u, m.moves)) for u, arrow in arrows.items()))
    return Backward(tuple(chains), along, gradients, {n: g for n, (g, _) in projected.items()}, (*letters, *where))


def _stated(s: Setting, projected: dict[str, tuple[Expr, Why]], where: list[tuple[Symbol, Expr]], names: Definitions) -> list[Line]:
    """∇f by each variable, and where it is shorter without the letters of intermediates what it then is, which becomes the result."""
    p, lines = s.problem, []
    for x in p.wrt:
        g, why = projected[x.name]
        lines.append(Line(g, "gradient", why, "gradient", Head("gradient", p.name, (x,), (), p.wrt if len(p.wrt) > 1 else ())))
        short = _put_back(g, where, names)
        if short is not None:
            lines.append(Line(short, "intermediate", _by(g, where), "gradient", steps=(Step(g, short, "intermediate", ()),)))
            projected[x.name] = short, why
    return lines


def _put_back(expr: Expr, where: list[tuple[Symbol, Expr]], names: Definitions) -> Expr | None:
    """With what the gradients of intermediates stand for, where that is shorter: Σy p − y for (diag(p) − pp')δ_p; None elsewhere."""
    inside = [(g, value) for g, value in where if g.name in expr.free and measure(value) <= LONGEST]
    if not names or not inside or measure(expr) > LONGEST:
        return None
    out = unsigned(result(tidy(substitute(expr, dict(inside))), [], names))
    return out if measure(out) < measure(expr) else None


def _by(expr: Expr, where: list[tuple[Symbol, Expr]]) -> Why:
    return joined([(g, " = ", value) for g, value in where if g.name in expr.free])


ACROSS: Why = ("move every factor across the inner product",)


def _letter(name: str, dims: Shape, latex: str, taken: set[str]) -> Symbol:
    """dx for the derivative of x along all directions together."""
    own = free_name(frozenset(taken), (f"d{name}",))
    taken.add(own)
    out: Symbol = Symbol(own, dims, frozenset(), None, rf"\mathrm{{d}} {latex}" if latex[:1] == "\\" else rf"\mathrm{{d}}{latex}")
    return out


def _latex(u: Symbol) -> str:
    from derive.notation.latex.latex import latex

    return latex(u)


def _locally(s: Setting, definition: Expr, arrows: dict[Symbol, Symbol]) -> Motion:
    """The names in a definition in motion, the intermediates along their letters: of as many as stand in it, however many there are."""
    moves: list[tuple[Symbol, Expr]] = [(u, arrow) for u, arrow in arrows.items() if u.name in definition.free]
    moves += [(x, h) for x, h in s.motion.moves if x.name in definition.free]
    paths = s.motion.active - {x.name for x, _ in s.motion.moves} - {u.name for u in arrows}
    return Motion(tuple(moves), frozenset(x.name for x, _ in moves) | paths, {}, s.motion.definitions)


def _finish(expr: Expr, s: Setting) -> Expr:
    """All pending derivatives taken but those of intermediates."""
    m = s.motion
    while (done := level(expr, m, m.of_lets)).steps:
        expr = done.expr
    return expr


def _told(definition: Expr, m: Motion) -> tuple[Expr, list[tuple[str, Why]]]:
    """The derivative of a definition, all at once, and the main rule of each level with its words."""
    expr: Expr = D(definition, m.moves)
    whys: list[tuple[str, Why]] = []
    while (done := level(expr, m)).steps:
        expr = done.expr
        whys.append(reason(done))
    return expr, whys


def _forward(s: Setting, arrows: dict[Symbol, Symbol]) -> Chain:
    """The derivative of each intermediate in terms of the earlier ones."""
    lines: list[Line] = []
    for u, definition in s.motion.lets.items():
        opened, whys = _told(definition, _locally(s, definition, arrows))
        done = neat(opened, [])
        for arrow in arrows.values():
            if arrow.name in done.free:
                done = collected(done, arrow)
        name, why = whys[0][0], joined([w for k, (_, w) in enumerate(whys) if not k or w != ("linearity",)])
        lines.append(Line(done, name, why, "derivative", arrows[u], of=definition))
    return Chain("lemma", "Forward: the intermediates along all directions", tuple(lines))


def _inner(g: Expr, move: Expr) -> Expr:
    if g.is_scalar:
        return times(g, move)
    if is_column(g.shape):
        return matmul(transpose(g), move)
    return Call("inner", (g, move))


def _named(u: Symbol, value: Expr) -> Symbol:
    """The letter of the gradient by u; that of a symmetric u need not be symmetric."""
    from derive.notation.latex.latex import latex

    has = frozenset({"symmetric"}) if "symmetric" in u.has and is_symmetric(value) else frozenset()
    out: Symbol = Symbol(adjoint(u.name), u.dims, has, None, rf"\delta_{{{latex(u)}}}")
    return out
