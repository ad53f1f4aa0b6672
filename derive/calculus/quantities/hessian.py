"""The Hessian: an operator on directions, a matrix for a vector variable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from derive.calculus import algebra
from derive.calculus.indices.explicit import by_entries, explicit, factored_out
from derive.calculus.linear.bilinear import Directions, applied, directions
from derive.calculus.linear.matrix import matrix_of
from derive.calculus.linear.structure import CURVED, in_structure
from derive.calculus.quantities.second_lines import along_a_scalar, differentiated
from derive.calculus.routes.lines import cleaned, in_known_form, levels
from derive.calculus.routes.scalar_form import scalar_form
from derive.calculus.setting.setting import Setting
from derive.calculus.simplify.collect import collect
from derive.calculus.simplify.distribute import spread
from derive.calculus.simplify.property_reasons import property_whys
from derive.calculus.simplify.result_form import neat, only_factored, result
from derive.calculus.simplify.simplify import tidy, tidy_with
from derive.calculus.simplify.used import Used
from derive.derivation.derivation import Chain, Head, Line, Result, Step
from derive.derivation.reason import Why, joined
from derive.expressions.build import ONE, add, is_zero, matmul, power, primes, scale, transpose, zero
from derive.expressions.nodes import Add, Apply, Call, D, Expr, Scale, Stack, Symbol, Times, Zeros
from derive.expressions.rewrite import substitute, transform
from derive.expressions.sizes import is_column
from derive.expressions.traverse import walk


def hessian(s: Setting, gradients: dict[str, Expr]) -> tuple[list[Chain], Result | dict[str, Result]]:
    """Hess f(X)[K] = D(∇f)(X)[K]; for a vector variable the Hessian matrix is read off."""
    p = s.problem
    if len(p.wrt) == 1 and s.unit_speed:
        chain = along_a_scalar(s, gradients[p.wrt[0].name])
        chain = Chain("hessian", "Hessian", tuple(replace(line, quantity="hessian") for line in chain.lines))
        return [chain], Result(chain.lines[-1].expr)
    vector = len(p.wrt) == 1 and p.wrt[0].shape[1] == p.wrt[0].shape[0].of(1) and not p.wrt[0].is_scalar
    m, along = (s.motion, p.directions) if vector else (s.second, p.second_directions)
    chains: list[Chain] = []
    results: dict[str, Result] = {}
    for x in p.wrt:
        g = gradients[x.name]
        start: Expr = D(g, m.moves)
        head = Head("hessian", p.name, (x,), along, p.wrt if len(p.wrt) > 1 else ())
        lines = [Line(start, "definition", differentiated(p, x), "hessian", head)]
        if not m.depends(g):
            nothing = zero(g.shape)
            lines.append(Line(nothing, "constant", ("the gradient does not depend on ", x), "hessian",
                              steps=(Step(start, nothing, "constant-factor", ()),)))
        else:
            lines += levels(start, m, "hessian")
            tidied = _applied(lines, directions(along))
            bare = vector and tidied[-1].why == ("collect",) and only_factored(lines[-1].expr, tidied[-1].expr)
            lines = lines if bare else tidied
        last = lines[-1].expr
        after, why = in_structure(last, x, along[p.wrt.index(x)])
        if not (CURVED & x.has) and after is not last:
            lines.append(Line(after, "structure", why, "hessian", steps=(Step(last, after, "structure", ()),)))
        matrix = _hessian_matrix(s, lines[-1].expr, x, along[0]) if vector else None
        if matrix is not None:
            lines.append(matrix)
        results[x.name] = Result(lines[-1].expr, () if matrix is not None else along)
        chains.append(Chain("hessian", "Hessian", tuple(lines)))
    block = _block_matrix(s, [chain.lines[-1].expr for chain in chains])
    if block is not None:
        chains[-1] = replace(chains[-1], lines=(*chains[-1].lines, block))
    return chains, results if p.wrt_list else results[p.wrt[0].name]


def _applied(lines: list[Line], along: Directions) -> list[Line]:
    """Hess[K] with one line that cleans up: its scalar products turned, sums of K multiplied out, like terms collected."""
    last = lines[-1].expr
    used: Used = []
    opened = applied(spread(tidy_with(last, used), along.all), along)
    plain = cleaned(last, "hessian")
    forms = [neat(collect(opened), used)]
    forms.append(neat(tidy(collect(tidy(algebra.expand(opened)))), []))
    short = neat(transform(forms[0], _simple_scalars), [])
    forms.append(short)
    best = min((last, *([plain.expr] if plain else []), *forms), key=lambda e: (sum(1 for _ in _leaves(e)), primes(e)))
    if best is last:
        known_form = in_known_form(last)
        return lines if known_form is None else [*lines, replace(known_form, quantity="hessian")]
    if plain is not None and best is plain.expr:
        return [*lines, plain]
    rule = "simplify" if best is short is not forms[0] else "collect"
    opened_up = rule == "collect" and isinstance(best, Add) and not isinstance(last, Add)
    whys: list[Why] = property_whys(used) or [("multiply out" if opened_up else rule,)]
    return [*lines, Line(best, rule, joined(whys), "hessian", steps=(Step(last, best, rule, ()),))]


def _simple_scalars(node: Expr) -> Expr:
    """The number in front of a vector or matrix in its shortest form, by SymPy."""
    if not isinstance(node, Scale) or not isinstance(node.scalar, Add | Times):
        return node
    return scale(algebra.simplify_scalar(node.scalar), node.arg)


def _block_matrix(s: Setting, images: list[Expr]) -> Line | None:
    """[f_xx, f_xy; f_yx, f_yy] of scalar and vector variables: the block in row x, column y is the factor of k_y in Hess_x[K]."""
    p = s.problem
    if len(p.wrt) < 2 or not all(x.is_scalar or is_column(x.shape) for x in p.wrt):
        return None
    rows: list[tuple[Expr, ...]] = []
    found: dict[tuple[Symbol, Symbol], Expr] = {}
    squared = {n.args[0]: power(n, 2) for n in walk(p.function) if isinstance(n, Call) and n.name == "norm" and is_column(n.args[0].shape)}
    norms: dict[Expr, Expr] = {matmul(transpose(u), u): square for u, square in squared.items()}
    for x, image in zip(p.wrt, images, strict=True):
        row: list[Expr] = []
        for y, h in zip(p.wrt, p.second_directions, strict=True):
            part = _along(image, h, p.second_directions)
            if is_zero(part) or h.name not in part.free:
                row.append(zero((x.shape[0], y.shape[0])))
            elif h.is_scalar:
                entry = found[x, y] = neat(tidy(substitute(part, {h: ONE})), [])
                if x is not y and found.get((y, x)) is entry:
                    row.append(rows[len(row)][len(rows)])
                else:
                    row.append(substitute(scalar_form(entry, p.wrt) or algebra.simplify_scalar(entry), norms) if entry.is_scalar else entry)
            else:
                row.append(neat(matrix_of(spread(part, frozenset({h.name})), h), []))
        for k, above in enumerate(rows):
            there = above[len(rows)]
            if there.is_scalar and algebra.equal(there, row[k]):
                row[k] = there
        rows.append(tuple(row))
    matrix = factored_out(Stack(tuple(rows)))
    return Line(matrix, "read-off", ("read off the blocks",), "hessian", Head("hessian", p.name, p.wrt), start=matrix)


def _along(image: Expr, h: Symbol, directions: Sequence[Symbol]) -> Expr:
    """What a linear image is along one of the directions alone: of a sum the terms that have no other."""
    names = {other.name for other in directions}
    if isinstance(image, Add) and all(len(term.free & names) == 1 for term in image.terms):
        terms = [term for term in image.terms if h.name in term.free]
        return tidy(add(*terms)) if terms else zero(image.shape)
    others: dict[Expr, Expr] = {other: zero(other.shape) for other in directions if other is not h}
    return tidy(substitute(image, others))


def _leaves(expr: Expr) -> Iterator[Expr]:
    """Every symbol and number as often as it is written."""
    if not expr.children:
        yield expr
    for child in expr.children:
        yield from _leaves(child)


def _hessian_matrix(s: Setting, image: Expr, x: Symbol, h: Symbol) -> Line | None:
    """None where Hess[h] has no form as a matrix times h: DJ(x)[h]'v, the second derivative of a function without a formula."""
    if is_zero(image):
        matrix: Expr = Zeros((x.shape[0], x.shape[0]))
    elif any(isinstance(e, Apply) and e.order > 1 and e.directions and e.shape != e.arg.shape for e in walk(image)):
        return None
    else:
        matrix = result(matrix_of(spread(image, frozenset({h.name})), h), [], s.problem.let)
        if by_entries(s.problem.function, x):
            matrix = explicit(matrix, s.problem.let) or matrix
    return Line(matrix, "read-off", ("read off the matrix",), "hessian", Head("hessian", s.problem.name, (x,)))
