"""Other ways to say or show a derivative: its linearity in the direction, and the derivation by indices."""

from __future__ import annotations

from derive.calculus.bilinear import multiplied_out
from derive.calculus.collect import collect, neat
from derive.calculus.derivation import Chain, Head, Line, Result, Step
from derive.calculus.differentiate import spread
from derive.calculus.first import Setting, free_name, taken_names
from derive.calculus.matrixform import in_vec, vec_matrix
from derive.calculus.tidy import tidy
from derive.errors import DeriveError
from derive.language.build import add, scale
from derive.language.nodes import Entry, Expr, Symbol, substitute
from derive.language.sizes import SCALAR, is_column, is_scalar


def linearity(s: Setting, first: Expr) -> tuple[list[Chain], Result]:
    """Df(X)[aH + K] = a Df(X)[H] + Df(X)[K], shown by multiplying out."""
    p = s.problem
    a: Symbol = Symbol(free_name(taken_names(p), ("a", "c", "lambda")), SCALAR)
    hs = p.directions
    ks = p.second_directions
    if s.unit_speed:
        first = scale(hs[0], first)
    moved: dict[Expr, Expr] = {h: add(scale(a, h), k) for h, k in zip(hs, ks, strict=True)}
    start = substitute(first, moved)
    names = frozenset(d.name for d in (*hs, *ks))
    goal = add(scale(a, first), substitute(first, dict(zip(hs, ks, strict=True))))
    opened = tidy(collect(multiplied_out(start, names)))
    head = Head("derivative", p.name, p.wrt, tuple(moved[h] for h in hs))
    lines = [Line(start, "definition", ("put ", moved[hs[0]], " for ", hs[0]), "derivative", head, note="linearity")]
    if opened is not start:
        lines.append(Line(opened, "distributive", ("multiply out",), "derivative", steps=(Step(start, opened, "expand", ()),),
                          note="linearity"))
    if goal is not opened:
        lines.append(Line(goal, "collect", ("the terms with ", hs[0], " and with ", ks[0]), "derivative",
                          steps=(Step(opened, goal, "collect", ()),), note="linearity"))
    return [Chain("linearity", "The derivative is linear in its direction", tuple(lines))], Result(goal, ks)


def entries(s: Setting, first: Expr) -> tuple[list[Chain], Result]:
    """The derivation by indices: the function in entries, δ-symbols, contracted sums, the matrix form recognised."""
    from derive.calculus.indices import free_indices, index_lines

    p = s.problem
    if len(p.wrt) > 1:
        raise DeriveError("the derivation by indices is by one variable; give one in `wrt`", code="entries")
    (x,) = p.wrt
    function = _inlined(p.function, p.let)
    free = free_indices(function, x)
    found = index_lines(function, x)
    whole = (*free.value, *free.variable)
    scalar = is_scalar(function.shape)
    quantity = "gradient" if scalar else "jacobian"
    left = Head("value", p.name, p.wrt, tuple(i for i, _ in free.value))
    lines = [Line(found[0].expr, found[0].rule, found[0].why, "value", left, free=free.value)]
    previous = found[0].expr
    for k, (expr, rule, why) in enumerate(found[1:]):
        head = Head("entry", p.name, p.wrt, tuple(i for i, _ in whole)) if not k else None
        steps = (Step(previous, expr, rule, ()),) if k else ()
        lines.append(Line(expr, rule, why, quantity, head, steps=steps, free=whole))
        previous = expr
    last = lines[-1].expr
    chain_lines = list(lines)
    result = last
    if isinstance(last, Entry) and found[-1].rule == "recognise" and not (s.unit_speed and not is_column(last.arg.shape)):
        result = last.arg
        chain_lines.append(Line(result, "gradient" if scalar else "read-off", (), quantity, Head(quantity, p.name, p.wrt)))
    elif not scalar:
        (h,) = s.directions
        result = in_vec(first) if s.unit_speed else neat(vec_matrix(spread(first, frozenset({h.name})), h), [])
        why = ("the entries in the order of vec",)
        chain_lines.append(Line(result, "read-off", why, "vectorized", Head("vectorized", p.name, p.wrt)))
    return [Chain("entries", "By indices", tuple(chain_lines))], Result(result)


def _inlined(expr: Expr, let: tuple[tuple[Symbol, Expr], ...]) -> Expr:
    for symbol, definition in reversed(let):
        expr = substitute(expr, {symbol: definition})
    return expr
