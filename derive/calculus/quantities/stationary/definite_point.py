"""The second derivative at X* = c V by a letter for V, which is positive definite because X* is said to be or evidently is."""

from __future__ import annotations

from derive.calculus.simplify.collect import collect
from derive.calculus.simplify.distribute import expanded
from derive.calculus.simplify.simplify import tidy, tidy_with
from derive.calculus.simplify.transposes import outside
from derive.derivation.reason import Why
from derive.expressions.build import ONE, add, coefficient, matmul, power, scale, terms
from derive.expressions.nodes import Add, Expr, MatMul, Power, Scale, Symbol, number
from derive.expressions.properties.definite import Definite
from derive.expressions.properties.inference import definiteness, is_positive
from derive.expressions.properties.symmetry import is_symmetric
from derive.expressions.rewrite import substitute, transform


def positive_scale(here: Expr, at: Expr, x: Symbol) -> tuple[Expr, list[Why], dict[Expr, Expr]]:
    """At X* = c V with X and V positive definite c is positive: that may be used.

    here  the Hessian at the point, in which c is looked for
    """
    if "spd" not in x.has or not isinstance(at, Scale) or is_positive(at.scalar):
        return here, [], {}
    c, rest = coefficient(at.scalar)
    if definiteness(at.arg) != Definite.POSITIVE or definiteness(at.scalar) is not None or c <= 0:
        return here, [], {}
    base = rest
    if isinstance(base, Power) and base.exponent is number(-1):
        base = base.base
    marker: Symbol = Symbol("_c", base.shape, frozenset({"positive"}))
    opposite = {tidy(scale(number(-1), t)) for t in terms(base)}

    def mark(node: Expr) -> Expr:
        if isinstance(node, Add) and node.is_scalar and set(node.terms) in (set(terms(base)), opposite):
            return marker if set(node.terms) == set(terms(base)) else scale(number(-1), marker)
        return node

    marked = tidy(collect(tidy(transform(substitute(here, {base: marker}), mark))))
    return marked, [(base, " > 0, as ", x, " is positive definite")], {marker: base}


def definite_point(applied: Expr, at: Expr, x: Symbol) -> tuple[Expr, dict[Expr, Expr]]:
    """The Hessian at X* = cV, V a letter that is positive definite because X* is said to be.

    applied  the Hessian along a direction, at any x
    """
    core = at.arg if isinstance(at, Scale) else at
    if "spd" in x.has and isinstance(core, Add) and definiteness(core) == Definite.POSITIVE and (found := _by_the_sum(applied, at, core, x)):
        return found
    if "spd" not in x.has or definiteness(core) == Definite.POSITIVE or not is_symmetric(core):
        return tidy_with(substitute(applied, {x: at}), []), {}
    letter: Symbol = Symbol("_V", core.shape, frozenset({"spd", "symmetric", "invertible"}))
    point = scale(at.scalar, letter) if isinstance(at, Scale) else letter
    return tidy_with(substitute(with_letter(applied, core, letter), {x: point}), []), {letter: core}


def _by_the_sum(applied: Expr, at: Expr, core: Add, x: Symbol) -> tuple[Expr, dict[Expr, Expr]] | None:
    """The Hessian at X* = c (aC + bT) by a letter V for the sum: C is (V − bT)/a, and T goes."""
    letter: Symbol = Symbol("_V", core.shape, frozenset({"spd", "symmetric", "invertible"}))
    point = scale(at.scalar, letter) if isinstance(at, Scale) else letter
    for term in core.terms:
        a, body = (term.scalar, term.arg) if isinstance(term, Scale) else (ONE, term)
        others = add(*(t for t in core.terms if t is not term))
        if not isinstance(body, Symbol) or body.name in others.free or body.name in a.free:
            continue
        there = tidy(substitute(applied, {body: scale(power(a, -1), add(letter, scale(number(-1), others)))}))
        there = tidy(collect(expanded(there, letter.name)))
        return tidy_with(collect(tidy_with(substitute(there, {x: point}), [])), []), {letter: core}
    return None


def with_letter(expr: Expr, core: Expr, letter: Expr) -> Expr:
    """The letter for the core wherever it stands, also as a run of the factors of a longer product.

    expr  in which the core is looked for, transposed too
    """
    run = core.factors if isinstance(core, MatMul) else (core,)

    def visit(node: Expr) -> Expr:
        if not isinstance(node, MatMul) or node is core:
            return node
        factors: list[Expr] = []
        rest = list(node.factors)
        while rest:
            if tuple(rest[: len(run)]) == run:
                factors.append(letter)
                rest = rest[len(run) :]
            else:
                factors.append(rest.pop(0))
        return matmul(*factors) if len(factors) < len(node.factors) else node

    return substitute(transform(outside(expr), visit), {core: letter})
