"""f(X + H) − f(X) expanded: the part linear in H."""

from __future__ import annotations

from dataclasses import replace

from derive.calculus.linear.inner_product import turn
from derive.calculus.routes.lines import cleaned
from derive.calculus.setting.setting import Setting
from derive.calculus.simplify.simplify import tidy
from derive.derivation.derivation import Head, Line
from derive.derivation.reason import COMMA, Why
from derive.errors import DeriveError
from derive.expressions.build import ONE, add, subtract, times
from derive.expressions.nodes import Add, Apply, Expr, Power, Symbol, Times, Unnamed
from derive.expressions.rewrite import substitute


def expansion_lines(s: Setting) -> list[Line]:
    """f(X + H) − f(X) multiplied out by SymPy on noncommuting symbols, and the part that is linear in H; of several variables
    the part that is linear in all directions together.  DeriveError [no-rule] for what is no polynomial, a path among it."""
    from derive.calculus import algebra

    p = s.problem
    h = p.directions[0]
    moved_along = [symbol for symbol in p.symbols.values() if symbol.of in {x.name for x in p.wrt} and symbol.name in p.function.free]
    if moved_along:
        raise DeriveError(
            f"the method `expansion` multiplies out polynomials, and of {moved_along[0].name}({moved_along[0].of}) it knows no more than that it "
            "moves; `directional` or `differential` derive it", code="no-rule", where=p.positions.get("method"),
        )
    moved = substitute(p.function, {x: add(x, d) for x, d in zip(p.wrt, p.directions, strict=True)})
    found = algebra.linear_part(moved, *p.directions)
    difference = subtract(moved, p.function)
    whole: Unnamed = Unnamed(p.name, p.wrt[0].shape, p.function.shape)
    read: Why = (subtract(Apply(whole, add(p.wrt[0], h)), Apply(whole, p.wrt[0])), COMMA, "multiplied out")
    if len(p.wrt) > 1:
        read = ("the increment, multiplied out",)
    everything = _last(tidy(add(found.linear, *([found.higher] if found.higher is not None else []))), h)
    lines = []
    if found.higher is not None:
        lines.append(Line(everything, "expansion", read, "equation", difference, equation=True))
    head = Head("derivative", p.name, p.wrt, s.directions)
    lines.append(Line(_last(tidy(found.linear), h), "linear-part", linear_in(p.directions), left=head))
    line = cleaned(lines[-1].expr, "derivative") if not lines[-1].expr.is_scalar else None
    if line is not None:
        lines.append(line)
    if lines[-1].expr.is_scalar:
        turned = turn(lines[-1].expr, s.directions)
        if turned is not None:
            lines.append(Line(turned.expr, turned.steps[0].rule, turned.why, steps=turned.steps))
    if s.unit_speed:
        speed = tidy(substitute(lines[-1].expr, {h: ONE}))
        lines.append(Line(speed, "read-off", ("read off: the factor of ", h), left=replace(head, directions=())))
    return lines


def linear_in(directions: tuple[Symbol, ...]) -> Why:
    """`the part linear in H`, `the part linear in H and k together`."""
    first, *rest = directions
    if not rest:
        return ("the part linear in ", first)
    between: list[str | Expr] = [part for d in rest[:-1] for part in (", ", d)]
    return ("the part linear in ", first, *between, " and ", rest[-1], " together")


def _last(expr: Expr, h: Symbol) -> Expr:
    """A sum of products of scalars with the powers of h behind the other factors: 3ax²h."""
    if isinstance(expr, Add):
        return add(*(_last(t, h) for t in expr.terms))
    if not isinstance(expr, Times) or not h.is_scalar:
        return expr
    return times(*sorted(expr.factors, key=lambda f: h in (f, f.base if isinstance(f, Power) else f)))
