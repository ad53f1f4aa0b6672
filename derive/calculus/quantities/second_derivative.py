"""Second derivatives: D²f[H, K] by the mixed, the polarization and the gradient route; Hessian operator and matrix; Taylor.

Source: Magnus & Neudecker, Matrix Differential Calculus, ch. 6 and 10; Absil, Mahony & Sepulchre, ch. 5.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace

from derive.calculus import algebra
from derive.calculus.differentiate.level import spread
from derive.calculus.indices.explicit import by_entries, explicit, factored_out
from derive.calculus.linear.bilinear import Directions, applied, directions, finish, multiplied_out, normal, same_value
from derive.calculus.linear.inner_product import joined, property_whys
from derive.calculus.linear.matrix import matrix_of
from derive.calculus.linear.structure import CURVED, in_structure
from derive.calculus.routes.definition import Setting, cleaned, levels, parameter, shifted
from derive.calculus.simplify.collect import collect, in_powers, neat, only_factored
from derive.calculus.simplify.laws.functions import rooted
from derive.calculus.simplify.simplify import Used, tidy, tidy_with
from derive.derivation.derivation import Chain, Head, Line, Result, Step, Why
from derive.errors import DeriveError
from derive.expressions.build import ONE, add, is_zero, primes, scale, subtract, times, zero
from derive.expressions.nodes import Add, Apply, Call, D, Expr, Rate, Scale, Stack, Symbol, Times, Zeros, number, substitute, transform, walk
from derive.expressions.properties.degree import degree
from derive.expressions.sizes import is_column
from derive.language.problems.problem import Problem

EXACT = 6
"""Up to this degree in the variable d/ds d/dt is written out: the quotient of quotients that checks the line is then exact up to rounding."""


def second_derivative(s: Setting, first: Expr, gradients: dict[str, Expr]) -> tuple[list[Chain], Result]:
    """The chains for D²f[H, K], one a method asked for, and the result."""
    p = s.problem
    method = p.method if p.method in ("polarization", "mixed", "gradient", "all") else "mixed"
    if s.unit_speed:
        chain = along_a_scalar(s, first)
        return [chain], Result(chain.lines[-1].expr)
    ways = ("gradient", "mixed", "polarization") if method == "all" else (method,)
    chains: list[Chain] = []
    like: Expr | None = None
    for way in ways:
        if way == "gradient" and not gradients:
            if method == "gradient":
                raise DeriveError(
                    "only a scalar function has a gradient to differentiate; `method: mixed` applies", code="method",
                    where=p.positions.get("method"),
                )
            continue
        by = {"gradient": _by_gradient, "mixed": _mixed, "polarization": _polarized}[way]
        chains.append(by(s, first, gradients, like))
        like = chains[-1].lines[-1].expr
    if len(chains) > 1:
        chains.append(_agreement(s, chains))
    return chains, Result(chains[-1].lines[-1].expr if len(chains) < 2 else chains[-2].lines[-1].expr, p.second_directions)


def _head(s: Setting) -> Head:
    p = s.problem
    return Head("second-derivative", p.name, p.wrt, (*p.directions, *p.second_directions))


def _along(s: Setting) -> Directions:
    return directions(s.problem.directions, s.problem.second_directions)


def finished(
    lines: list[Line], quantity: str, along: Directions | None = None, always: bool = False, like: Expr | None = None
) -> list[Line]:
    """The lines with one more that cleans up, where that changes something.

    along   the directions of a scalar second derivative, which is then brought to its one form
    always  even where that is no shorter: the methods are to be compared
    like    the result of another method, in whose order equal terms are written
    """
    last = lines[-1].expr
    if last.is_scalar and along is not None:
        merged = _merged(last)
        if merged is not None and not always:
            lines.append(replace(merged, quantity=quantity))
        return finish(lines, along, quantity, always, like)
    line = cleaned(last, quantity)
    if line is not None:
        lines.append(line)
    if like is not None and lines[-1].expr is not like and same_value(lines[-1].expr, like):
        lines[-1] = replace(lines[-1], expr=like, steps=(*lines[-1].steps, Step(lines[-1].expr, like, "order", ())))
    return lines


def _merged(expr: Expr) -> Line | None:
    """Like terms of a scalar added up, equal up to transposition, cyclic order and declared properties."""
    used: Used = []
    words: list[str] = []
    clean = tidy_with(expr, used)
    merged = tidy(collect(clean, words, used))
    if merged is clean:
        return None
    steps = []
    if clean is not expr:
        steps.append(Step(expr, clean, "declared-properties", ()))
    steps.append(Step(clean, merged, "collect", ()))
    whys: list[Why] = [*((w,) for w in words or ["equal terms"]), *property_whys(used)]
    return Line(merged, "collect", joined(whys), steps=tuple(steps))


def along_a_scalar(s: Setting, first: Expr) -> Chain:
    p, m = s.problem, s.motion
    start: Expr = D(first, m.moves)
    lines = [Line(start, "definition", ("differentiate once more",), "second-derivative",
                  Head("second-derivative", p.name, p.wrt))]
    if not m.depends(first):
        nothing = zero(first.shape)
        lines.append(Line(nothing, "constant", ("a constant",), "second-derivative",
                          steps=(Step(start, nothing, "constant-factor", ()),)))
        return Chain("second-derivative", "Second derivative", tuple(lines))
    lines += levels(start, m, "second-derivative")
    lines = finished(lines, "second-derivative")
    from derive.calculus.routes.scalar_form import in_order, scalar_form

    lines[-1] = in_order(lines[-1])
    better = scalar_form(lines[-1].expr)
    if better is not None:
        last = lines[-1].expr
        lines.append(Line(better, "simplify", ("simplify",), "second-derivative",
                          steps=(Step(last, better, "simplify", ()),)))
    return Chain("second-derivative", "Second derivative", tuple(lines))


def vanishing(s: Setting, line: Line, first: Expr, quantity: str) -> list[Line]:
    nothing = zero(first.shape)
    return [line, Line(nothing, "constant", ("it does not depend on ", s.problem.wrt[0]), quantity,
                       steps=(Step(line.expr, nothing, "constant-factor", ()),))]


def _mixed(s: Setting, first: Expr, gradients: dict[str, Expr], like: Expr | None) -> Chain:
    """d/ds d/dt f(X + tH + sK) at 0: differentiate Df(X + sK)[H] by s."""
    p, m = s.problem, s.second
    if not m.depends(first):
        start: Expr = D(first, m.moves)
        line = Line(start, "definition", ("differentiate Df(X)[H] along ", p.second_directions[0]), "second-derivative", _head(s))
        return Chain("second-derivative", "Second derivative", tuple(vanishing(s, line, first, "second-derivative")))
    pending: Expr = D(first, m.moves)
    lines: list[Line] = []
    if m.lets:
        lines.append(Line(pending, "derivative", ("differentiate once more",), "second-derivative", _head(s)))
        lines += levels(pending, m, "second-derivative")
    else:
        t = parameter(p, ("s", "r", "u"))
        rate: Expr = Rate(shifted(first, t, m), (t,))
        if p.method in ("mixed", "all") and degree(p.function, s.motion.active) <= EXACT:
            outer = parameter(p)
            both: Expr = Rate(Rate(shifted(shifted(p.function, t, m), outer, s.motion), (outer,)), (t,))
            lines.append(Line(both, "definition", ("definition",), "second-derivative", _head(s)))
            lines.append(Line(rate, "derivative", ("the first derivative, at ", *_places(s, t)), "second-derivative",
                              steps=(Step(both, rate, "first-derivative", ()),)))
        else:
            lines.append(Line(rate, "derivative", ("differentiate once more",), "second-derivative", _head(s)))
        lines += levels(pending, m, "second-derivative", (Step(rate, pending, "definition", ()),))
    return Chain("second-derivative", "Second derivative, mixed", tuple(finished(lines, "second-derivative", _along(s), p.method == "all", like)))


def _places(s: Setting, t: Symbol) -> Why:
    """X + sK, where the first derivative is taken."""
    return joined([(shifted(x, t, s.second),) for x in s.problem.wrt])


def _polarized(s: Setting, first: Expr, gradients: dict[str, Expr], like: Expr | None) -> Chain:
    """q(H) = d²/dt² f(X + tH) at 0, then ¼(q(H + K) − q(H − K))."""
    p, m = s.problem, s.motion
    head = Head("quadratic", p.name, p.wrt, p.directions)
    pending: Expr = D(first, m.moves)
    t = parameter(p)
    lines: list[Line] = []
    if m.lets:
        lines.append(Line(pending, "definition", ("differentiate twice along ", p.directions[0]), "second-derivative", head))
        lines += levels(pending, m, "second-derivative")
    else:
        rate: Expr = Rate(shifted(p.function, t, m), (t, t))
        lines.append(Line(rate, "definition", ("definition",), "second-derivative", head))
        once: Expr = Rate(shifted(first, t, m), (t,))
        lines.append(Line(once, "derivative", ("the first derivative, on the line",), "second-derivative",
                          steps=(Step(rate, once, "first-derivative", ()),)))
        lines += levels(pending, m, "second-derivative", (Step(once, pending, "definition", ()),))
    lines = finished(lines, "second-derivative", directions(p.directions))
    q = lines[-1].expr
    plus = substitute(q, {h: add(h, k) for h, k in zip(p.directions, p.second_directions, strict=True)})
    minus = substitute(q, {h: subtract(h, k) for h, k in zip(p.directions, p.second_directions, strict=True)})
    quarter = number("1/4")
    start = scale(quarter, subtract(plus, minus)) if not q.is_scalar else times(quarter, subtract(plus, minus))
    lines.append(Line(start, "polarization", ("polarization identity",), "second-derivative", _head(s)))
    expanded = multiplied_out(start, _along(s).all)
    after = normal(expanded, _along(s))[0] if expanded.is_scalar else neat(tidy(collect(tidy_with(expanded, []))), [])
    if like is not None and same_value(after, like):
        after = like
    steps = [Step(start, expanded, "expand", ())]
    if after is not expanded:
        steps.append(Step(expanded, after, "collect", ()))
    why = ("the squares cancel, the mixed terms are equal",)
    lines.append(Line(after, "collect", why, "second-derivative", steps=tuple(steps)))
    return Chain("second-derivative", "Second derivative by polarization", tuple(lines))


def _by_gradient(s: Setting, first: Expr, gradients: dict[str, Expr], like: Expr | None) -> Chain:
    """D²f[H, K] = ⟨D(∇f)(X)[K], H⟩."""
    p, m = s.problem, s.second
    pairs: list[Expr] = []
    for x, h in zip(p.wrt, p.directions, strict=True):
        inside: Expr = D(gradients[x.name], m.moves)
        pairs.append(Call("inner", (inside, h)) if not h.is_scalar else times(inside, h))
    start = add(*pairs)
    lines = [Line(start, "gradient-derivative", _differentiated(p, *p.wrt), "second-derivative", _head(s))]
    if not any(m.depends(g) for g in gradients.values()):
        return Chain("second-derivative", "Second derivative by the gradient",
                     tuple(vanishing(s, lines[0], first, "second-derivative")))
    lines += levels(start, m, "second-derivative")
    return Chain("second-derivative", "Second derivative by the gradient",
                 tuple(finished(lines, "second-derivative", _along(s), True)))


def _differentiated(p: Problem, *variables: Symbol) -> Why:
    """Which gradient is differentiated, where the one that was found last is another one."""
    if p.inner_product is not None:
        return ("differentiate the gradient of the ordinary inner product",)
    curved = any(CURVED & x.has for x in variables)
    return ("differentiate the free gradient" if curved else "differentiate the gradient",)


def _agreement(s: Setting, chains: list[Chain]) -> Chain:
    """The results of the methods are one bilinear form: each turned into the next by the laws of the trace and transpose."""
    results = [chain.lines[-1].expr for chain in chains]
    names = [_METHODS[chain.title] for chain in chains]
    groups: list[tuple[Expr, list[str]]] = []
    for expr, name in zip(results, names, strict=True):
        if groups and groups[-1][0] is expr:
            groups[-1][1].append(name)
        else:
            groups.append((expr, [name]))
    lines: list[Line] = []
    for k, (expr, whose) in enumerate(groups):
        listed = " and the ".join(whose) if len(whose) < 3 else f"{', the '.join(whose[:-1])} and the {whose[-1]}"
        why = f"by the {listed}" + ("" if not k else ": the same terms, written otherwise")
        steps = (Step(groups[k - 1][0], expr, "agreement", ()),) if k else ()
        lines.append(Line(expr, "agreement", (why,), "second-derivative", None if k else _head(s), steps=steps))
    swapped = _swapped(s, results[-1])
    if swapped is not None:
        lines.append(swapped)
    return Chain("second-derivative", "The methods agree", tuple(lines))


def _swapped(s: Setting, form: Expr) -> Line | None:
    """D²f[K, H] is the same expression: the form with its directions exchanged, turned the one way."""
    p = s.problem
    if is_zero(form):
        return None
    pairs = list(zip(p.directions, p.second_directions, strict=True))
    exchanged = substitute(form, {a: b for h, k in pairs for a, b in ((h, k), (k, h))})
    back, why = normal(exchanged, _along(s)) if form.is_scalar else (exchanged, ())
    if not same_value(back, form):
        return None
    head = Head("second-derivative", p.name, p.wrt, (*p.second_directions, *p.directions))
    said: Why = ("symmetric in ", p.directions[0], " and ", p.second_directions[0]) + ((": ", *why) if why else ())
    return Line(form, "symmetry", said, "second-derivative", head, start=exchanged,
                steps=(Step(exchanged, form, "symmetry", ()),) if exchanged is not form else ())


_METHODS = {
    "Second derivative by the gradient": "gradient",
    "Second derivative, mixed": "mixed derivative",
    "Second derivative": "mixed derivative",
    "Second derivative by polarization": "polarization identity",
}


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
        lines = [Line(start, "definition", _differentiated(p, x), "hessian", head)]
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
    with contextlib.suppress(algebra.TooManyTerms):
        forms.append(neat(tidy(collect(tidy(algebra.expand(opened)))), []))
    short = neat(transform(forms[0], _simple_scalars), [])
    forms.append(short)
    best = min((last, *([plain.expr] if plain else []), *forms), key=lambda e: (sum(1 for _ in _leaves(e)), primes(e)))
    if best is last:
        return lines
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
    for x, image in zip(p.wrt, images, strict=True):
        row: list[Expr] = []
        for y, h in zip(p.wrt, p.second_directions, strict=True):
            others: dict[Expr, Expr] = {other: zero(other.shape) for other in p.second_directions if other is not h}
            part = tidy(substitute(image, others))
            if is_zero(part) or h.name not in part.free:
                row.append(zero((x.shape[0], y.shape[0])))
            elif h.is_scalar:
                entry = neat(tidy(substitute(part, {h: ONE})), [])
                row.append(algebra.simplify_scalar(entry) if entry.is_scalar else entry)
            else:
                row.append(neat(matrix_of(spread(part, frozenset({h.name})), h), []))
        for k, above in enumerate(rows):
            there = above[len(rows)]
            if there.is_scalar and algebra.equal(there, row[k]):
                row[k] = there
        rows.append(tuple(row))
    matrix = factored_out(Stack(tuple(rows)))
    return Line(matrix, "read-off", ("read off the blocks",), "hessian", Head("hessian", p.name, p.wrt), start=matrix)


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
        matrix = transform(transform(neat(matrix_of(spread(image, frozenset({h.name})), h), []), rooted), in_powers)
        if by_entries(s.problem.function, x):
            matrix = explicit(matrix) or matrix
    return Line(matrix, "read-off", ("read off the matrix",), "hessian", Head("hessian", s.problem.name, (x,)))


__all__ = ["hessian", "second_derivative"]
