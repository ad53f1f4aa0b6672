"""The first derivative: definition, X + tH, rule by rule, turned towards H, read off as an inner product."""

from __future__ import annotations

from dataclasses import replace

from derive.calculus.linear.inner_product import turn
from derive.calculus.routes.expansion import expansion_lines
from derive.calculus.routes.implicit import Letters, Named, defining_lines
from derive.calculus.routes.lines import cleaned, in_known_form, levels
from derive.calculus.routes.mirrored import mirrored
from derive.calculus.routes.scalar_form import in_order, put_back, scalar_form
from derive.calculus.routes.unfold import unfold
from derive.calculus.setting.setting import Setting, parameter, shifted, taken_names
from derive.calculus.simplify.known_forms import known
from derive.calculus.simplify.laws.functions import traced
from derive.calculus.simplify.property_reasons import property_whys
from derive.calculus.simplify.simplify import tidy
from derive.calculus.simplify.used import Used
from derive.derivation.derivation import Head, Line, Step
from derive.derivation.reason import Why, joined, reasons
from derive.expressions.nodes import D, Expr, Rate
from derive.expressions.rewrite import transform
from derive.expressions.traverse import walk

_LETTERS_FOR = frozenset({"derivative", "differential", "gradient"})


def derivative_lines(s: Setting) -> tuple[list[Line], Named]:
    """Df(X)[H] from its definition to the form in which the gradient is read off, and the letters named on the way."""
    p, m = s.problem, s.motion
    if not (p.function.free & m.active):
        raise AssertionError("the function does not depend on the variable")
    if p.method == "expansion":
        return expansion_lines(s), ()
    head = Head("derivative", p.name, p.wrt, () if s.unit_speed else s.directions)
    letters = Letters(taken_names(p) if set(p.find) <= _LETTERS_FOR else None, "differential" not in p.find)
    defined = defining_lines(p.function, m, head, letters) if p.method == "directional" else None
    lines, named = defined if defined is not None else (_by_rules(s, head), ())
    last = lines[-1].expr
    if last.is_scalar and not s.unit_speed:
        return _turned(s, lines), named
    clean = cleaned(last, "derivative")
    whole = lines if clean is None else [*lines, clean]
    return (_of_a_number(s, whole) if last.is_scalar else whole), named


def _by_rules(s: Setting, head: Head) -> list[Line]:
    """From what the left side says to the last level of d/dt."""
    p, m = s.problem, s.motion
    pending: Expr = D(p.function, m.moves)
    if s.unit_speed:
        lines, rest = _by_a_number(s, head, pending)
    elif p.method == "differential":
        lines, rest = [], levels(pending, m, "derivative")
        rest[0] = replace(rest[0], left=Head("differential", p.name, p.wrt), start=pending)
    elif m.lets and s.written is not p.function:
        plain: Expr = D(s.written, m.moves)
        lines = [_definition(s, s.written, head)]
        rate = lines[0].expr
        rest = levels(pending, m, "derivative", (Step(rate, plain, "definition", ()), Step(plain, pending, "intermediate", ())))
    elif m.lets:
        lines, rest = [], levels(pending, m, "derivative")
        if rest:
            rest[0] = replace(rest[0], left=head, start=pending)
    else:
        lines, rest = _from_definition(s, head, pending)
    if s.unit_speed and s.written is p.function and len(rest) > 1 and all(node.is_scalar for node in walk(p.function)):
        rest = [_at_once(rest)]
    return [*lines, *rest]


def _definition(s: Setting, function: Expr, head: Head) -> Line:
    """d/dt f(X + tH) at t = 0."""
    t = parameter(s.problem)
    return Line(Rate(shifted(function, t, s.motion), (t,)), "definition", ("definition",), left=head)


def _by_a_number(s: Setting, head: Head, pending: Expr) -> tuple[list[Line], list[Line]]:
    """(df/dx and the function written otherwise by a law, the levels below)."""
    p, m = s.problem, s.motion
    lines = [Line(pending, "definition", (), left=head)]
    found = unfold(p.function, parameter(p), m)
    if found is not None and found.same is not None:
        again: Expr = D(found.same, m.moves)
        lines.append(Line(again, found.row, found.why, steps=(Step(pending, again, found.by.rule, ()),)))
        pending = again
    return lines, levels(pending, m, "derivative")


def _from_definition(s: Setting, head: Head, pending: Expr) -> tuple[list[Line], list[Line]]:
    """(the definition and the function written otherwise by a law, the levels below)."""
    p, m = s.problem, s.motion
    t = parameter(p)
    lines = [_definition(s, p.function, head)]
    rate = lines[0].expr
    found = unfold(p.function, t, m)
    if found is not None:
        moved = found.moved if found.same is None else shifted(found.same, t, m)
        assert moved is not None
        before, rate = rate, Rate(moved, (t,))
        rule = found.by.rule if found.by.then else found.row
        lines.append(Line(rate, rule, found.why, steps=(Step(before, rate, found.by.rule, ()),)))
        pending = D(found.same, m.moves) if found.same is not None else pending
    rest = levels(pending, m, "derivative", (Step(rate, pending, "definition", ()),))
    if found is not None and found.by.then:
        step = Step(rate, rest[0].expr, found.by.then, ())
        rest[0] = replace(rest[0], why=found.then, steps=(step,))
    return lines, rest


def _turned(s: Setting, lines: list[Line]) -> list[Line]:
    """The lines with the one in which every term is turned towards the direction."""
    out = list(lines)
    turned = turn(out[-1].expr, s.directions)
    if turned is not None:
        out.append(Line(turned.expr, turned.steps[0].rule, turned.why, steps=turned.steps))
    if set(s.problem.find) <= {"derivative", "differential"}:
        out[-1] = _with_known_forms(out[-1])
    return out


def _of_a_number(s: Setting, lines: list[Line]) -> list[Line]:
    """The lines of a number by a number, and those in which it is written as people write it."""
    out = [*lines[:-1], in_order(lines[-1])]

    def say(expr: Expr | None, rule: str, why: Why) -> None:
        if expr is not None and expr is not out[-1].expr:
            out.append(Line(expr, rule, why, steps=(Step(out[-1].expr, expr, rule, ()),)))

    say(tidy(transform(out[-1].expr, traced)), "entries", ("the trace is the sum of the diagonal",))
    taken: Used = []
    words: list[str] = []
    one_way = mirrored(out[-1].expr, taken, words)
    say(one_way, "scalar-transpose", joined([*((word,) for word in words), *property_whys(taken)]))
    say(scalar_form(out[-1].expr), "simplify", ("simplify",))
    out += [line for line in (in_known_form(out[-1].expr),) if line is not None]
    return [*out, *(line for line in (put_back(out[-1].expr, s.problem),) if line is not None)]


def _with_known_forms(line: Line) -> Line:
    """The last line of a directional derivative with the laws that run in every line used in it."""
    used: Used = []
    form = known(line.expr, used)
    if form is line.expr:
        return line
    return replace(line, expr=form, why=joined([line.why, *property_whys(used)]), steps=(*line.steps, Step(line.expr, form, "simplify", ())))


def _at_once(rest: list[Line]) -> Line:
    """The levels of the derivative of a number by a number as one line, with every rule that it takes."""
    steps = tuple(step for line in rest for step in line.steps)
    whys = list(dict.fromkeys(why for line in rest for why, _ in reasons(line.why)))
    return replace(rest[-1], left=rest[0].left, start=rest[0].start, steps=steps, why=joined(whys))
