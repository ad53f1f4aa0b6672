"""Second derivatives: D²f[H, K] by the mixed, the polarization and the gradient route; Hessian operator and matrix; Taylor.

Source: Magnus & Neudecker, Matrix Differential Calculus, ch. 6 and 10; Absil, Mahony & Sepulchre, ch. 5.
"""

from __future__ import annotations

from derive.calculus.degree import degree
from derive.calculus.linear.bilinear import Directions, directions, normal, same_value
from derive.calculus.quantities.second_lines import along_a_scalar, differentiated, finished, vanishing
from derive.calculus.routes.lines import levels
from derive.calculus.setting.setting import Setting, parameter, shifted
from derive.calculus.simplify.collect import collect
from derive.calculus.simplify.distribute import multiplied_out
from derive.calculus.simplify.result_form import neat
from derive.calculus.simplify.simplify import tidy, tidy_with
from derive.derivation.derivation import Chain, Head, Line, Result, Step
from derive.derivation.reason import COLON, Why, Word, joined
from derive.errors import DeriveError
from derive.expressions.build import add, is_zero, scale, subtract, times
from derive.expressions.nodes import Call, D, Expr, Rate, Symbol, number
from derive.expressions.rewrite import substitute

EXACT = 6
"""Up to this degree in the variable d/ds d/dt is written out: the quotient of quotients that checks the line is then exact up to rounding."""


def second_derivative(s: Setting, first: Expr, gradients: dict[str, Expr]) -> tuple[list[Chain], Result]:
    """The chains for D²f[H, K], one a method asked for, and the result.

    first      Df(X)[H], as its last line has it
    gradients  by variable ∇f, for the method that goes by it; may be empty for the others
    DeriveError [method] for the method `gradient` of a function that has none.
    """
    p = s.problem
    method = p.method if p.method in ("polarization", "mixed", "gradient", "all") else "mixed"
    if s.unit_speed:
        chain = along_a_scalar(s, first)
        return [chain], Result(chain.lines[-1].expr)
    ways = ("gradient", "mixed", "polarization") if method == "all" else (method,)
    chains: list[Chain] = []
    names: list[str] = []
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
        names.append(_METHODS[way])
        like = chains[-1].lines[-1].expr
    if len(chains) > 1:
        chains.append(_agreement(s, chains, names))
    return chains, Result(chains[-1].lines[-1].expr if len(chains) < 2 else chains[-2].lines[-1].expr, p.second_directions)


def _head(s: Setting) -> Head:
    p = s.problem
    return Head("second-derivative", p.name, p.wrt, (*p.directions, *p.second_directions))


def _along(s: Setting) -> Directions:
    return directions(s.problem.directions, s.problem.second_directions)


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
    title = "Second derivative along two directions" if p.method in ("mixed", "all") else "Second derivative"
    return Chain("second-derivative", title, tuple(finished(lines, "second-derivative", _along(s), p.method == "all", like)))


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
        lines.append(Line(once, "derivative", ("the first derivative, at ", *joined([(shifted(x, t, m),) for x in p.wrt])), "second-derivative",
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
    lines = [Line(start, "gradient-derivative", differentiated(p, *p.wrt), "second-derivative", _head(s))]
    if not any(m.depends(g) for g in gradients.values()):
        return Chain("second-derivative", "Second derivative by the gradient",
                     tuple(vanishing(s, lines[0], first, "second-derivative")))
    lines += levels(start, m, "second-derivative")
    return Chain("second-derivative", "Second derivative by the gradient",
                 tuple(finished(lines, "second-derivative", _along(s), True)))


def _agreement(s: Setting, chains: list[Chain], names: list[str]) -> Chain:
    """The results of the methods are one bilinear form: each turned into the next by the laws of the trace and transpose."""
    results = [chain.lines[-1].expr for chain in chains]
    groups: list[tuple[Expr, list[str]]] = []
    for expr, name in zip(results, names, strict=True):
        if groups and groups[-1][0] is expr:
            groups[-1][1].append(name)
        else:
            groups.append((expr, [name]))
    lines: list[Line] = []
    for k, (expr, whose) in enumerate(groups):
        between = (*[", the "] * (len(whose) - 2), " and the ")
        by = (part for n, method in enumerate(whose) for part in (between[n - 1] if n else "by the ", Word(method)))
        why: Why = (*by, *((COLON, "the same terms, written otherwise") if k else ()))
        steps = (Step(groups[k - 1][0], expr, "agreement", ()),) if k else ()
        lines.append(Line(expr, "agreement", why, "second-derivative", None if k else _head(s), steps=steps))
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
    said: Why = ("symmetric in ", p.directions[0], " and ", p.second_directions[0], *((COLON, *why) if why else ()))
    return Line(form, "symmetry", said, "second-derivative", head, start=exchanged,
                steps=(Step(exchanged, form, "symmetry", ()),) if exchanged is not form else ())


_METHODS = {
    "gradient": "gradient",
    "mixed": "mixed derivative",
    "polarization": "polarization identity",
}



