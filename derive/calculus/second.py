"""Second derivatives: D²f[H, K] by the mixed, the polarization and the gradient route; Hessian operator and matrix; Taylor.

Source: Magnus & Neudecker, Matrix Differential Calculus, ch. 6 and 10; Absil, Mahony & Sepulchre, ch. 5.
"""

from __future__ import annotations

from dataclasses import replace

from derive.calculus.collect import collect, neat
from derive.calculus.derivation import Chain, Head, Line, Result, Step
from derive.calculus.differentiate import spread
from derive.calculus.explicit import by_entries, explicit
from derive.calculus.first import Setting, cleaned, in_structure, levels, parameter, shifted
from derive.calculus.matrixform import matrix_of
from derive.calculus.reading import joined, property_whys, turn
from derive.calculus.tidy import Used, tidy, tidy_with
from derive.language.build import ONE, add, scale, subtract, times
from derive.language.nodes import Call, D, Expr, Rate, Symbol, number, substitute


def second_derivative(s: Setting, first: Expr, gradients: dict[str, Expr]) -> tuple[list[Chain], Result]:
    """The chains for D²f[H, K], one a method asked for, and the result."""
    p = s.problem
    method = p.method if p.method in ("polarization", "mixed", "gradient", "all") else "mixed"
    if s.unit_speed:
        chain = _by_scalar(s, first)
        return [chain], Result(chain.lines[-1].expr)
    ways = ("gradient", "mixed", "polarization") if method == "all" else (method,)
    chains: list[Chain] = []
    for way in ways:
        if way == "gradient" and (not gradients or len(p.wrt) > 1):
            if method == "gradient":
                way = "mixed"
            else:
                continue
        chains.append({"gradient": _by_gradient, "mixed": _mixed, "polarization": _polarized}[way](s, first, gradients))
    if len(chains) > 1:
        chains.append(_agreement(s, chains))
    return chains, Result(chains[-1].lines[-1].expr, p.second_directions)


def _head(s: Setting) -> Head:
    p = s.problem
    return Head("second-derivative", p.name, p.wrt, (*p.directions, *p.second_directions))


def finished(lines: list[Line], quantity: str, directions: tuple[Symbol, ...] = ()) -> list[Line]:
    """The lines with one more that cleans up, where that changes something."""
    last = lines[-1].expr
    if last.is_scalar and directions:
        turned = _merged(last)
        if turned is not None:
            lines.append(replace(turned, quantity=quantity))
        return lines
    line = cleaned(last, quantity)
    if line is not None:
        lines.append(line)
    return lines


def _merged(expr: Expr) -> Line | None:
    """Like terms of a scalar added up, equal up to transposition, cyclic order and declared properties."""
    used: Used = []
    clean = tidy_with(expr, used)
    merged = tidy(collect(clean))
    if merged is clean:
        return None
    steps = []
    if clean is not expr:
        steps.append(Step(expr, clean, "declared-properties", ()))
    steps.append(Step(clean, merged, "collect", ()))
    whys = [("equal terms",), *property_whys(used)]
    return Line(merged, "collect", joined(whys), steps=tuple(steps))


def _by_scalar(s: Setting, first: Expr) -> Chain:
    p, m = s.problem, s.motion
    start: Expr = D(first, m.moves)
    lines = [Line(start, "definition", ("differentiate once more",), "second-derivative",
                  Head("second-derivative", p.name, p.wrt))]
    if not m.depends(first):
        from derive.language.build import zero

        nothing = zero(first.shape)
        lines.append(Line(nothing, "constant", ("a constant",), "second-derivative",
                          steps=(Step(start, nothing, "constant-factor", ()),)))
        return Chain("second-derivative", "Second derivative", tuple(lines))
    lines += levels(start, m, "second-derivative")
    lines = finished(lines, "second-derivative")
    from derive.calculus.first import _scalar_form

    better = _scalar_form(lines[-1].expr)
    if better is not None:
        last = lines[-1].expr
        lines.append(Line(better, "simplify", ("simplify",), "second-derivative",
                          steps=(Step(last, better, "simplify", ()),)))
    return Chain("second-derivative", "Second derivative", tuple(lines))


def _constant(s: Setting, line: Line, first: Expr, quantity: str) -> list[Line]:
    from derive.language.build import zero

    nothing = zero(first.shape)
    return [line, Line(nothing, "constant", ("it does not depend on ", s.problem.wrt[0]), quantity,
                       steps=(Step(line.expr, nothing, "constant-factor", ()),))]


def _mixed(s: Setting, first: Expr, gradients: dict[str, Expr]) -> Chain:
    """d/ds d/dt f(X + tH + sK) at 0: differentiate Df(X + sK)[H] by s."""
    p, m = s.problem, s.second
    if not m.depends(first):
        start: Expr = D(first, m.moves)
        line = Line(start, "definition", ("differentiate Df(X)[H] along ", p.second_directions[0]), "second-derivative", _head(s))
        return Chain("second-derivative", "Second derivative", tuple(_constant(s, line, first, "second-derivative")))
    pending: Expr = D(first, m.moves)
    lines: list[Line] = []
    if m.lets:
        lines.append(Line(pending, "definition", ("differentiate once more",), "second-derivative", _head(s)))
        lines += levels(pending, m, "second-derivative")
    else:
        t = parameter(p, ("s", "r", "u"))
        rate: Expr = Rate(shifted(first, t, m), (t,))
        lines.append(Line(rate, "definition", ("differentiate once more",), "second-derivative", _head(s)))
        lines += levels(pending, m, "second-derivative", (Step(rate, pending, "definition", ()),))
    return Chain("second-derivative", "Second derivative, mixed", tuple(finished(lines, "second-derivative", p.directions)))


def _polarized(s: Setting, first: Expr, gradients: dict[str, Expr]) -> Chain:
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
    lines = finished(lines, "second-derivative", p.directions)
    q = lines[-1].expr
    plus = substitute(q, {h: add(h, k) for h, k in zip(p.directions, p.second_directions, strict=True)})
    minus = substitute(q, {h: subtract(h, k) for h, k in zip(p.directions, p.second_directions, strict=True)})
    quarter = number("1/4")
    start = scale(quarter, subtract(plus, minus)) if not q.is_scalar else times(quarter, subtract(plus, minus))
    lines.append(Line(start, "polarization", ("polarization identity",), "second-derivative", _head(s)))
    expanded = _expanded(start, frozenset(d.name for d in (*p.directions, *p.second_directions)))
    after = tidy(collect(tidy_with(expanded, [])))
    steps = [Step(start, expanded, "expand", ())]
    if after is not expanded:
        steps.append(Step(expanded, after, "collect", ()))
    why = ("the squares cancel, the mixed terms are equal",)
    lines.append(Line(after, "collect", why, "second-derivative", steps=tuple(steps)))
    return Chain("second-derivative", "Second derivative by polarization", tuple(lines))


def _expanded(expr: Expr, names: frozenset[str]) -> Expr:
    """Multiplied out in the directions."""
    from derive.language.nodes import Add, Number, Scale, Times, Transpose, transform

    def once(e: Expr) -> Expr:
        match e:
            case Times(factors=(Number() as c, Add() as a)):
                return add(*(times(c, t) for t in a.terms))
            case Scale(scalar=c, arg=Add() as a):
                return add(*(scale(c, t) for t in a.terms))
            case Transpose(arg=Add() as a):
                return add(*(tidy(Transpose(t)) for t in a.terms))
            case Times() if sum(isinstance(f, Add) and bool(f.free & names) for f in e.factors):
                out: list[Expr] = [ONE]
                for f in e.factors:
                    choices = f.terms if isinstance(f, Add) and f.free & names else (f,)
                    out = [times(x, c) for x in out for c in choices]
                return add(*out)
        return e

    for _ in range(12):
        new = transform(spread(tidy(transform(expr, once)), names), once)
        if new is expr:
            break
        expr = new
    return expr


def _by_gradient(s: Setting, first: Expr, gradients: dict[str, Expr]) -> Chain:
    """D²f[H, K] = ⟨D(∇f)(X)[K], H⟩."""
    p, m = s.problem, s.second
    (x,), (h,) = p.wrt, p.directions
    g = gradients[x.name]
    inside: Expr = D(g, m.moves)
    start: Expr = Call("inner", (inside, h)) if not h.is_scalar else times(inside, h)
    why = ("differentiate the gradient",)
    lines = [Line(start, "definition", why, "second-derivative", _head(s))]
    if not m.depends(g):
        return Chain("second-derivative", "Second derivative by the gradient",
                     tuple(_constant(s, lines[0], first, "second-derivative")))
    lines += levels(start, m, "second-derivative")
    return Chain("second-derivative", "Second derivative by the gradient",
                 tuple(finished(lines, "second-derivative", p.directions)))


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
        why = "by the " + " and the ".join(whose) + ("" if not k else ": a scalar is its own transpose, the trace is cyclic")
        steps = (Step(groups[k - 1][0], expr, "agreement", ()),) if k else ()
        lines.append(Line(expr, "agreement", (why,), "second-derivative", None if k else _head(s), steps=steps))
    return Chain("second-derivative", "The methods agree", tuple(lines))


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
        chain = _by_scalar(s, gradients[p.wrt[0].name])
        chain = Chain("hessian", "Hessian", tuple(replace(line, quantity="hessian") for line in chain.lines))
        return [chain], Result(chain.lines[-1].expr)
    vector = len(p.wrt) == 1 and p.wrt[0].shape[1] == p.wrt[0].shape[0].of(1) and not p.wrt[0].is_scalar
    m, along = (s.motion, p.directions) if vector else (s.second, p.second_directions)
    chains: list[Chain] = []
    results: dict[str, Result] = {}
    for x in p.wrt:
        g = gradients[x.name]
        start: Expr = D(g, m.moves)
        head = Head("hessian", p.name, (x,), along)
        lines = [Line(start, "definition", ("differentiate the gradient",), "hessian", head)]
        if not m.depends(g):
            from derive.language.build import zero

            nothing = zero(g.shape)
            lines.append(Line(nothing, "constant", ("the gradient does not depend on ", x), "hessian",
                              steps=(Step(start, nothing, "constant-factor", ()),)))
        else:
            lines += levels(start, m, "hessian")
            lines = finished(lines, "hessian")
        last = lines[-1].expr
        after, why = in_structure(last, x, along[p.wrt.index(x)])
        if not ({"orthogonal", "stiefel", "unit"} & x.has) and after is not last:
            lines.append(Line(after, "structure", why, "hessian", steps=(Step(last, after, "structure", ()),)))
        if vector:
            lines.append(_hessian_matrix(s, lines[-1].expr, x, along[0]))
            results[x.name] = Result(lines[-1].expr)
        else:
            results[x.name] = Result(lines[-1].expr, along)
        chains.append(Chain("hessian", "Hessian", tuple(lines)))
    return chains, results if p.wrt_list else results[p.wrt[0].name]


def _hessian_matrix(s: Setting, applied: Expr, x: Symbol, h: Symbol) -> Line:
    from derive.language.build import is_zero
    from derive.language.nodes import Zeros

    if is_zero(applied):
        matrix: Expr = Zeros((x.shape[0], x.shape[0]))
    else:
        matrix = neat(matrix_of(spread(applied, frozenset({h.name})), h), [])
        if by_entries(s.problem.function, x):
            matrix = explicit(matrix) or matrix
    return Line(matrix, "read-off", ("read off the matrix",), "hessian", Head("hessian", s.problem.name, (x,)))


def taylor(s: Setting, first: Expr) -> tuple[list[Chain], Result]:
    """f(X) + Df(X)[H] + ½ D²f(X)[H, H]."""
    p, m = s.problem, s.motion
    chains: list[Chain] = []
    order = int(p.options.get("order", 2) or 2)
    if order not in (1, 2):
        from derive.errors import DeriveError

        raise DeriveError(f"taylor is done to order 1 or 2, not {order}", code="order", where=p.positions.get("order"))
    directions = p.directions
    linear = first if not s.unit_speed else scale(directions[0], first)
    parts: list[Expr] = [p.function, linear]
    if order == 2:
        q: Expr
        if s.unit_speed:
            chain = _by_scalar(s, first)
            h = directions[0]
            q = scale(times(h, h), chain.lines[-1].expr)
            chains.append(chain)
        else:
            pending: Expr = D(first, m.moves)
            head = Head("quadratic", p.name, p.wrt, directions)
            line = Line(pending, "definition", ("differentiate along ", directions[0], " once more"), "second-derivative", head)
            if not m.depends(first):
                lines = _constant(s, line, first, "second-derivative")
            else:
                lines = finished([line, *levels(pending, m, "second-derivative")], "second-derivative", directions)
            q = lines[-1].expr
            chains.append(Chain("second-derivative", "Second derivative along the direction", tuple(lines)))
        parts.append(scale(number("1/2"), q))
    start = add(*parts)
    head = Head("taylor", p.name, p.wrt, directions)
    lines = [Line(start, "taylor", ("Taylor's formula",), "taylor", head)]
    neatened = tidy(start)
    if neatened is not start:
        lines.append(Line(neatened, "collect", ("collect",), "taylor", steps=(Step(start, neatened, "collect", ()),)))
    chains.append(Chain("taylor", "Taylor expansion", tuple(lines)))
    return chains, Result(lines[-1].expr, directions)


__all__ = ["hessian", "second_derivative", "taylor", "turn"]
