"""The gradient, read off the directional derivative."""

from __future__ import annotations

from dataclasses import replace

from derive.calculus.indices.explicit import by_entries, explicit
from derive.calculus.indices.products import as_products
from derive.calculus.linear.adjoint import half_way
from derive.calculus.linear.inner_product import gradient
from derive.calculus.linear.structure import CURVED, in_structure
from derive.calculus.routes.scalar_form import scalar_form
from derive.calculus.rules.adjoints import moved_by
from derive.calculus.rules.identities import IDENTITIES
from derive.calculus.setting.setting import Setting, one_of, taken_names
from derive.calculus.simplify.measure import measure
from derive.calculus.simplify.names import Definitions
from derive.calculus.simplify.property_reasons import property_whys
from derive.calculus.simplify.result_form import neat, result
from derive.calculus.simplify.simplify import tidy, tidy_with
from derive.calculus.simplify.used import Used
from derive.derivation.derivation import Head, Line, Step
from derive.derivation.reason import Why, joined
from derive.errors import DeriveError
from derive.expressions.build import add, coefficient, inverse, matmul, scale, times, transpose
from derive.expressions.nodes import Add, Call, Expr, Symbol, number
from derive.expressions.rewrite import substitute


def gradient_lines(s: Setting, first: Expr, letters: Definitions = ()) -> tuple[list[Line], dict[str, Expr], dict[str, Expr]]:
    """The lines from Df to ∇f; the gradients with those by curved variables on the surrounding space, and all in the structure.

    first    Df(X)[H], as its last line has it
    letters  (letter, definition) of what was named on the way
    """
    p = s.problem
    if s.unit_speed:
        (x,) = p.wrt
        if "gradient" not in p.find:
            return [], {x.name: first}, {x.name: first}
        line = Line(first, "read-off", ("a scalar variable: the derivative",), "gradient", Head("gradient", p.name, p.wrt))
        return [line], {x.name: first}, {x.name: first}
    lines, structured = read_off(s, first, letters)
    free = structured
    curved = {x.name: gradient(first, h, p.let)[0] for x, h in zip(p.wrt, s.directions, strict=True) if CURVED & x.has}
    if curved:
        free = {**structured, **curved}
    if p.inner_product is not None:
        more, structured = in_other_inner_product(s, structured)
        lines += more
    told = bool(lines)
    for x, h in zip(p.wrt, s.directions, strict=True):
        g = structured[x.name]
        lines.append(Line(g, "gradient", () if told else ("read off: the factor of ", h), "gradient", one_of("gradient", p, x)))
        short = scalar_form(g, p.wrt) if x.is_scalar else None
        if short is not None and measure(short) < measure(g):
            lines.append(Line(short, "simplify", ("simplify",), "gradient", steps=(Step(g, short, "simplify", ()),)))
            structured[x.name] = g = short
        if s.written is not p.function:
            used: Used = []
            full = result(tidy_with(substitute(g, dict(p.let)), used), used)
            if full is not g:
                whys = joined([*((u, " = ", d) for u, d in p.let if u.name in g.free), *property_whys(used)])
                lines.append(Line(full, "intermediate", whys, "gradient", steps=(Step(g, full, "intermediate", ()),)))
                structured[x.name] = full
    return lines, free, structured


def in_other_inner_product(s: Setting, gradients: dict[str, Expr]) -> tuple[list[Line], dict[str, Expr]]:
    """⟨G, H⟩ = ⟨M⁻¹G, H⟩_M for ⟨X, Y⟩_M = tr(X'MY): the gradient under another inner product.

    DeriveError [inner-product] for several variables, or one of other rows; [missing-rule] for a structured variable.
    """
    p = s.problem
    metric = p.inner_product
    assert metric is not None
    if len(p.wrt) > 1 or p.wrt[0].shape[0] != metric.shape[0]:
        raise DeriveError("the inner product is by one variable with as many rows as its matrix", code="inner-product",
                          where=p.positions.get("inner-product"))
    (x,), (h,) = p.wrt, p.directions
    if {"symmetric", "skew", "diagonal", "upper", "lower", "orthogonal", "stiefel", "unit"} & x.has:
        raise DeriveError(f"the gradient of a structured variable under another inner product is not done yet: {x.name}",
                          code="missing-rule", where=p.positions.get("inner-product"))
    g = neat(matmul(inverse(metric), gradients[x.name]), [])
    pair = matmul(transpose(g), metric, h)
    expr = pair if pair.is_scalar else Call("tr", (pair,))
    line = Line(expr, "inner-product", ("the inner product with ", metric, ": ", matmul(metric, inverse(metric)), " = I"), "derivative")
    old = Call("inner", (gradients[x.name], h))
    return [replace(line, steps=(Step(old, expr, "inner-product", ()),))], {x.name: g}


def read_off(s: Setting, expr: Expr, letters: Definitions = ()) -> tuple[list[Line], dict[str, Expr]]:
    """The lines Df = ⟨G, H⟩ (and the projection onto the structure), and G for each variable.

    expr     Df(X)[H], a number
    letters  (letter, definition) of what was named on the way

    DeriveError where a term is not turned towards a direction
    """
    p = s.problem
    found: dict[str, Expr] = {}
    whys: list[Why] = [("read off",)]
    products: list[Expr] = []
    half = _half_way(expr, s.directions, (*letters, *p.let)) if p.detail != "brief" else None
    across: list[Why] = [(IDENTITIES["adjoint"].words,)]
    for x, h in zip(p.wrt, s.directions, strict=True):
        g, used = gradient(expr, h, (*letters, *p.let))
        if by_entries(p.function, x):
            g = explicit(g, p.let) or g
        products_of = as_products(g, s.written)
        if products_of is not None:
            g = neat(products_of, [])
            whys.append(("the sums written as products",))
        found[x.name] = g
        whys.extend(property_whys(used))
        later = moved_by(half or expr, h.name, taken_names(p))
        whys.extend(later)
        if half is not None:
            across.extend(why for why in moved_by(expr, h.name, taken_names(p)) if why not in later)
        products.append(Call("inner", (g, h)) if not h.is_scalar else times(g, h))
    total = add(*products)
    lines: list[Line] = []
    if half is not None and half is not expr and half is not total:
        told = across[1:] if len(across) > 2 else across  # several moves by name say that factors are moved
        lines.append(Line(half, "adjoint", joined(told), steps=(Step(expr, half, "adjoint", ()),)))
        expr = half
    if total is not expr and all(x.is_scalar for x in p.wrt):
        return [], found
    if total is not expr:
        lines.append(Line(total, "read-off", joined(list(dict.fromkeys(whys))), steps=(Step(expr, total, "read-off", ()),)))
    projected: list[Expr] = []
    reasons: list[Why] = []
    for x, h in zip(p.wrt, s.directions, strict=True):
        g, why = in_structure(found[x.name], x, h)
        if g is not found[x.name]:
            reasons.append(why)
            found[x.name] = g
        projected.append(Call("inner", (g, h)) if not h.is_scalar else times(g, h))
    after = add(*projected)
    if after is not total:
        lines.append(Line(after, "structure", joined(reasons), steps=(Step(total, after, "structure", ()),)))
    return lines, found


def _half_way(expr: Expr, directions: tuple[Symbol, ...], definitions: Definitions) -> Expr | None:
    """⟨A'PB, diag(h)⟩ for ⟨P, A diag(h) B'⟩ in each term where reading off at once would hide how the factors move; None where it does in none."""
    number_, rest = coefficient(expr)
    if isinstance(rest, Add):
        halves = [_half_way(term, directions, definitions) for term in rest.terms]
        if all(half is None for half in halves):
            return None
        return tidy(add(*(scale(number(number_), half or term) for half, term in zip(halves, rest.terms, strict=True))))
    present = [h for h in directions if h.name in rest.free]
    found = half_way(rest, present[0]) if rest.is_scalar and len(present) == 1 else None
    if found is None:
        return None
    weight, linear = found
    return scale(number(number_), Call("inner", (result(weight, [], definitions), linear)))
