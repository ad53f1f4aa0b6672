"""What kind of point a stationary point in several variables is: by convexity, block by block, under constraints, by the profile.

Source: Boyd & Vandenberghe, Convex Optimization, sec. 3.2.5 and 5.1; Magnus & Neudecker, Matrix Differential Calculus, ch. 7 and 15.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace

from derive.calculus.differentiate.level import level
from derive.calculus.differentiate.variation import Motion
from derive.calculus.quantities.stationary.convexity import curvature
from derive.calculus.quantities.stationary.lines import constraint
from derive.calculus.quantities.stationary.second_order_test import by_convexity, classify, convexity, sign_of, sum_kind
from derive.calculus.setting.setting import Setting, setting
from derive.calculus.simplify.distribute import expanded
from derive.calculus.simplify.result_form import neat
from derive.calculus.simplify.simplify import tidy
from derive.calculus.solve.unknown import Solved, split, split_terms
from derive.derivation.derivation import Chain
from derive.derivation.reason import COLON, SEMICOLON, Phrase, Why, Word, enumerated, full_rank
from derive.expressions.build import ONE, add, negate, scale, zero
from derive.expressions.nodes import D, Expr, Identity, Symbol
from derive.expressions.properties.definite import Definite
from derive.expressions.properties.inference import definiteness
from derive.expressions.rewrite import substitute
from derive.expressions.spelling import starred
from derive.values import dataclass


@dataclass(frozen=True)
class Verdict:
    """kind      minimum, maximum, saddle; undetermined, None where no test was made
    why       the reason, behind the last line of the solution
    chains    further chains that show it
    subjects  by the name of a variable what the point is under the constraints
    """

    kind: str | None
    why: Why = ()
    chains: tuple[Chain, ...] = ()
    subjects: Mapping[str, Why] = field(default_factory=dict)


def classified(
    s: Setting, gradients: dict[str, Expr], order: Sequence[tuple[Symbol, Expr, Solved]], solutions: Mapping[Symbol, Expr]
) -> Verdict:
    """Convexity; a block without curvature beside a coupling is a saddle of a Lagrangian; blocks that do not couple decide alone;
    a block that is curved alike everywhere is maximized first, the others by the profile.

    gradients  by variable
    order      (variable, gradient, its solution) as the system was solved
    solutions  the point
    """
    shape = convexity(s)
    if shape is not None:
        return Verdict(*by_convexity(shape, s.problem))
    variables = s.problem.wrt
    known = [c for _, _, solved in order for c in solved.conditions]
    blocks = {x: _block(gradients[x.name], x, known) for x in variables}
    coupled = any(y.name in gradients[x.name].free for x in variables for y in variables if y is not x)
    flat = [x for x in variables if blocks[x] is Definite.ZERO]
    if flat and coupled and len(flat) < len(variables):
        return _lagrangian(s, flat, gradients, solutions)
    signs = set(blocks.values())
    if {Definite.POSITIVE, Definite.NEGATIVE} <= signs:
        return Verdict("saddle", ("curved upwards in one variable and downwards in another: a saddle",))
    for kind, sign in (("minimum", Definite.POSITIVE), ("maximum", Definite.NEGATIVE)):
        if not coupled and signs == {sign}:
            return Verdict(kind, (f"{sign} in each variable, and they do not couple: a {kind}",))
    return _profile(s, gradients, blocks, order) or Verdict(None)


def _block(g: Expr, x: Symbol, known: Sequence[Why] = ()) -> Definite | None:
    """The definiteness of the Hessian by one variable, for every value of the others: of a gradient that is linear in it."""
    if x.name not in g.free:
        return Definite.ZERO
    found = split_terms(expanded(split(g, x), x.name), x)
    if found is None or not found[0]:
        return None
    if any(t.right is not None or t.transposed for t in found[0]):
        return sum_kind(found[0], family=True)[0]
    sides = [t.left if t.left is not None else (Identity(x.shape[0]) if not x.is_scalar else ONE) for t in found[0]]
    assumed: list[Expr] = []
    whole = neat(add(*(scale(t.scalar, m) for t, m in zip(found[0], sides, strict=True))), [])
    kind = definiteness(whole, assumed)
    return kind if all(full_rank(b) in known for b in assumed) else definiteness(whole)


def _profile(
    s: Setting, gradients: dict[str, Expr], blocks: Mapping[Symbol, Definite | None], order: Sequence[tuple[Symbol, Expr, Solved]]
) -> Verdict | None:
    """f(x, y) ≤ f(x*, y) for every y, with an x* that does not depend on y: where y* is a maximum of f(x, y) for every x that it
    goes with, it is one of f(x*, y), and (x*, y*) is one of f."""
    p = s.problem
    if len(p.wrt) != 2:
        return None
    for x in p.wrt:
        (y,) = [v for v in p.wrt if v is not x]
        block = blocks[x]
        kind = None if block is None else {Definite.POSITIVE: "minimum", Definite.NEGATIVE: "maximum"}.get(block)
        if kind is None or not any(v is x and not solved.solution.free & {y.name} for v, _, solved in order):
            continue
        at = next(solved.solution for v, _, solved in order if v is y)
        k = p.wrt.index(y)
        letter, second = p.directions[k], p.second_directions[k]
        one = setting(replace(p, wrt=(y,), directions=(letter,), second_directions=(second,), wrt_list=False))
        applied = derivative_along(gradients[y.name], y, ONE if y.is_scalar else second)
        found = _second(one, y, at, applied, second)
        if found is None or found[0] != kind:
            return Verdict(found[0]) if found is not None and found[0] == "undetermined" else None
        above = "concave" if kind == "maximum" else "convex"
        why: Why = (Word(above), " in ", x, " for every ", y, SEMICOLON, starred(y), " is the ", Word(kind), " of the profile", COLON,
                    "a ", Word(kind))
        return Verdict(kind, why, tuple(found[1]))
    return None


def _second(one: Setting, y: Symbol, at: Expr, applied: Expr, k: Symbol) -> tuple[str | None, list[Chain]] | None:
    """The kind of y* by the second derivative by y alone."""
    if y.is_scalar:
        from derive.calculus import algebra

        sign, _ = sign_of(algebra.simplify_scalar(tidy(substitute(applied, {y: at}))))
        return {"+": "minimum", "-": "maximum"}.get(sign or ""), []
    kind, _, _ = classify(one, y, at, applied, k)
    return kind, []


def derivative_along(g: Expr, y: Symbol, k: Expr) -> Expr:
    """D(g)(y)[k]."""
    m = Motion(((y, k),), frozenset({y.name}))
    if not m.depends(g):
        return zero(g.shape)
    out: Expr = D(g, m.moves)
    while out.pending:
        out = level(out, m).expr
    return tidy(out)


def _lagrangian(s: Setting, flat: list[Symbol], gradients: dict[str, Expr], solutions: Mapping[Symbol, Expr]) -> Verdict:
    """A function that is linear in its multipliers is a saddle; where it is convex in the rest, that is the minimum under the constraints."""
    p = s.problem
    rest = [x for x in p.wrt if x not in flat]
    function = p.function
    for symbol, definition in reversed(p.let):
        function = substitute(function, {symbol: definition})
    found = curvature(tidy(_with_signs(function, flat, solutions)), frozenset(x.name for x in rest))
    said: Why = ("linear in ", _listed(flat), " and coupled", COLON, "a saddle of ", Symbol(p.name, flat[0].shape))
    if found is None or found.kind not in ("convex", "concave"):
        return Verdict("saddle", said)
    kind = by_convexity(found, p)[0]
    constraints: list[Why] = [constraint(gradients[m.name], rest) for m in flat]
    subject: Why = (Word(kind), " subject to ", Phrase(enumerated(constraints)))
    points = _listed([starred(x) for x in rest])
    why: Why = (Word(found.kind), " in ", _listed(rest), COLON, points, " is the ", Word(kind), " where the constraint holds")
    subjects: dict[str, Why] = {x.name: subject for x in rest} | {m.name: ("multiplier",) for m in flat}
    return Verdict("saddle", why, (), subjects)


def _with_signs(function: Expr, flat: list[Symbol], solutions: Mapping[Symbol, Expr]) -> Expr:
    """With multipliers whose sign at the point is known as positive letters, or minus such: convexity may depend on it."""
    signed: dict[Expr, Expr] = {}
    for m in flat:
        sign, _ = sign_of(solutions[m]) if m.is_scalar else (None, [])
        letter: Symbol = Symbol(m.name, m.dims, frozenset({"positive"}))
        if sign in ("+", "-"):
            signed[m] = letter if sign == "+" else negate(letter)
    return tidy(substitute(function, signed))


def _listed(symbols: Sequence[Symbol]) -> Phrase:
    """a; a and b; a, b and c."""
    return Phrase(enumerated([(x,) for x in symbols]))
