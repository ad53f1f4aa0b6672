"""The opening of every first derivative: by which route it goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from derive.calculus.linear.structure import tangent_chain
from derive.calculus.quantities.gradient import gradient_lines, in_other_inner_product
from derive.calculus.routes import chain_rule as links
from derive.calculus.routes.by_indices import by_indices
from derive.calculus.routes.definition import derivative_lines
from derive.calculus.setting.setting import Setting, one_of, taken_names
from derive.derivation.derivation import Chain, Head, Line
from derive.expressions.build import add, times
from derive.expressions.nodes import Call, Expr, Symbol
from derive.expressions.sizes import is_scalar
from derive.values import dataclass

_NEEDS_GRADIENT = {"gradient", "hessian", "stationary", "vectorized-hessian"}


@dataclass(frozen=True)
class Opening:
    """The first derivative: its chains, what they give, and the letters named on the way.

    gradients are those that are differentiated further, by curved variables on the surrounding space; structured all in the
    structure; jacobian where the chains state it
    """

    chains: tuple[Chain, ...]
    derivative: Expr
    gradients: dict[str, Expr]
    structured: dict[str, Expr]
    jacobian: Expr | None = None
    letters: tuple[tuple[Symbol, Expr], ...] = ()


def opening_lines(s: Setting) -> Opening:
    """From the definition, along a direction."""
    problem = s.problem
    find = set(problem.find)
    if links.scalars(s):
        return _opening_by_links(s)
    lines, letters = derivative_lines(s)
    first = lines[-1].expr
    method_gradient = problem.method in ("gradient", "all") and "second-derivative" in find
    if not (find & _NEEDS_GRADIENT or (method_gradient and is_scalar(problem.function.shape))):
        title = "Derivative" if s.unit_speed else "Differential" if s.problem.method == "differential" else "Directional derivative"
        return Opening((Chain("derivative", title, tuple(lines)),), first, {}, {}, letters=letters)
    more, gradients, structured = gradient_lines(s, first, letters)
    tangents, free = tangent_spaces(s, gradients)
    chains = (*tangents, Chain("gradient", "Gradient", (*lines, *more)))
    return Opening(chains, first, gradients, structured, letters=(*letters, *free))


def tangent_spaces(s: Setting, gradients: Mapping[str, Expr]) -> tuple[tuple[Chain, ...], tuple[tuple[Symbol, Expr], ...]]:
    """For each variable in a curved set, which directions are tangent; the letters of the free gradients."""
    chains: list[Chain] = []
    letters: tuple[tuple[Symbol, Expr], ...] = ()
    for x in s.problem.wrt:
        taken = taken_names(s.problem) | {u.name for u, _ in letters}
        found = tangent_chain(x, s.motion, gradients[x.name], taken)
        if found is not None:
            chains.append(found[0])
            letters = (*letters, *found[1])
    return tuple(chains), letters


def _opening_by_links(s: Setting) -> Opening:
    """By a number through numbers and short vectors: the table of the intermediates, and the product of their derivatives."""
    p = s.problem
    if len(p.wrt) > 1:
        return _opening_by_partials(s)
    (x,) = p.wrt
    found = links.linked(s, x, "derivative", Head("derivative", p.name, p.wrt))
    first = found.lines[-1].expr
    chains = (found.table, Chain("derivative", "Derivative", found.lines))
    if not set(p.find) & _NEEDS_GRADIENT:
        return Opening(chains, first, {}, {})
    more, gradients, structured = gradient_lines(s, first)
    return Opening((*chains, Chain("gradient", "Gradient", tuple(more))) if more else chains, first, gradients, structured)


def _opening_by_partials(s: Setting) -> Opening:
    """By several numbers: one table, the chain rule for each of them."""
    p = s.problem
    table, lines = links.partials(s, "gradient", {x: one_of("gradient", p, x) for x in p.wrt})
    gradients = {x.name: found[-1].expr for x, found in lines.items()}
    along = add(*(times(gradients[x.name], h) for x, h in zip(p.wrt, s.directions, strict=True)))
    chains = [table, Chain("gradient", "Partial derivatives", tuple(line for found in lines.values() for line in found))]
    if set(p.find) - {"gradient", "hessian", "stationary"}:
        line = Line(along, "sum-of-entries", ("the sum over all variables",), "derivative", Head("derivative", p.name, p.wrt, s.directions))
        chains.append(Chain("derivative", "Directional derivative", (line,)))
    return Opening(tuple(chains), along, gradients, gradients)


def opening_by_indices(s: Setting) -> Opening:
    """By the entries of the variable."""
    found = by_indices(s)
    gradients = structured = found.gradients
    chains = list(found.chains)
    if s.problem.inner_product is not None and gradients:
        more, structured = in_other_inner_product(s, gradients)
        (x,) = s.problem.wrt
        summed = Line(Call("inner", (gradients[x.name], s.directions[0])), "sum-of-entries", ("entry times entry, summed: the inner product",),
                      "derivative", Head("derivative", s.problem.name, (x,), s.directions))
        head = one_of("gradient", s.problem, x)
        found_gradient = Line(structured[x.name], "gradient", (), "gradient", head)
        chains[-1] = replace(chains[-1], lines=(*chains[-1].lines, summed, *more, found_gradient))
    jacobian = found.jacobian if s.problem.layout == "numerator" else None
    return Opening(tuple(chains), found.derivative, gradients, structured, jacobian)
