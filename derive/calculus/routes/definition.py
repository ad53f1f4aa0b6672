"""The first derivative: definition, X + tH, rule by rule, turned towards H, read off as an inner product."""

from __future__ import annotations

from dataclasses import replace

from derive.calculus.linear.inner_product import turn
from derive.calculus.routes.expansion import expansion_lines
from derive.calculus.routes.implicit import Letters, Named, defining_lines
from derive.calculus.routes.lines import cleaned, levels
from derive.calculus.routes.mirrored import mirrored
from derive.calculus.routes.scalar_form import in_order, put_back, scalar_form
from derive.calculus.routes.unfold import unfold
from derive.calculus.setting.setting import Setting, parameter, shifted, taken_names
from derive.calculus.simplify.known_forms import known, known_result
from derive.calculus.simplify.laws.functions import traced
from derive.calculus.simplify.property_reasons import property_whys
from derive.calculus.simplify.simplify import tidy
from derive.calculus.simplify.used import Used
from derive.derivation.derivation import Head, Line, Step
from derive.derivation.reason import joined, reasons
from derive.expressions.nodes import D, Expr, Rate
from derive.expressions.rewrite import transform
from derive.expressions.traverse import walk

_LETTERS_FOR = frozenset({"derivative", "differential", "gradient"})


def derivative_lines(s: Setting) -> tuple[list[Line], Named]:
    """Df(X)[H] from its definition to the form in which the gradient is read off, and the letters named on the way."""
    p, m = s.problem, s.motion
    head = Head("derivative", p.name, p.wrt, () if s.unit_speed else s.directions)
    pending: Expr = D(p.function, m.moves)
    if not (p.function.free & m.active):
        raise AssertionError("the function does not depend on the variable")
    lines: list[Line] = []
    rate: Expr
    if p.method == "expansion":
        return expansion_lines(s), ()
    letters = Letters(taken_names(p) if set(p.find) <= _LETTERS_FOR else None, "differential" not in p.find)
    defined = defining_lines(p.function, m, head, letters) if p.method == "directional" else None
    named: Named = ()
    if defined is not None:
        lines.extend(defined[0])
        named = defined[1]
        rest = []
    elif s.unit_speed:
        lines.append(Line(pending, "definition", (), left=head))
        found = unfold(p.function, parameter(p), m)
        if found is not None and found.same is not None:
            again: Expr = D(found.same, m.moves)
            step = Step(pending, again, found.by.rule, ())
            lines.append(Line(again, found.row, found.why, steps=(step,)))
            pending = again
        rest = levels(pending, m, "derivative")
    elif p.method == "differential":
        rest = levels(pending, m, "derivative")
        rest[0] = replace(rest[0], left=Head("differential", p.name, p.wrt), start=pending)
    elif m.lets and s.written is not p.function:
        t = parameter(p)
        plain: Expr = D(s.written, m.moves)
        rate = Rate(shifted(s.written, t, m), (t,))
        lines.append(Line(rate, "definition", ("definition",), left=head))
        steps = (Step(rate, plain, "definition", ()), Step(plain, pending, "intermediate", ()))
        rest = levels(pending, m, "derivative", steps)
    elif m.lets:
        rest = levels(pending, m, "derivative")
        if rest:
            rest[0] = replace(rest[0], left=head, start=pending)
    else:
        t = parameter(p)
        rate = Rate(shifted(p.function, t, m), (t,))
        lines.append(Line(rate, "definition", ("definition",), left=head))
        found = unfold(p.function, t, m)
        if found is not None:
            moved = found.moved if found.same is None else shifted(found.same, t, m)
            assert moved is not None
            before, rate = rate, Rate(moved, (t,))
            rule = found.by.rule if found.by.then else found.row
            lines.append(Line(rate, rule, found.why, steps=(Step(before, rate, found.by.rule, ()),)))
            pending = D(found.same, m.moves) if found.same is not None else pending
        first: tuple[Step, ...] = (Step(rate, pending, "definition", ()),)
        rest = levels(pending, m, "derivative", first)
        if found is not None and found.by.then:
            step = Step(rate, rest[0].expr, found.by.then, ())
            rest[0] = replace(rest[0], why=found.then, steps=(step,))
    if s.unit_speed and defined is None and s.written is p.function and len(rest) > 1 and all(node.is_scalar for node in walk(p.function)):
        rest = [_at_once(rest)]
    lines.extend(rest)
    last = lines[-1].expr
    if last.is_scalar and not s.unit_speed:
        turned = turn(last, s.directions)
        if turned is not None:
            lines.append(Line(turned.expr, turned.steps[0].rule, turned.why, steps=turned.steps))
        if last.is_scalar and set(p.find) <= {"derivative", "differential"}:
            lines[-1] = _with_known_forms(lines[-1])
    else:
        line = cleaned(last, "derivative")
        if line is not None:
            lines.append(line)
    if s.unit_speed and last.is_scalar:
        lines[-1] = in_order(lines[-1])
        summed = tidy(transform(lines[-1].expr, traced))
        if summed is not lines[-1].expr:
            step = Step(lines[-1].expr, summed, "entries", ())
            lines.append(Line(summed, "entries", ("the trace is the sum of the diagonal",), steps=(step,)))
        taken: Used = []
        one_way = mirrored(lines[-1].expr, taken)
        if one_way is not None:
            step = Step(lines[-1].expr, one_way, "scalar-transpose", ())
            lines.append(Line(one_way, "scalar-transpose", joined([("a scalar is its own transpose",), *property_whys(taken)]), steps=(step,)))
        better = scalar_form(lines[-1].expr)
        if better is not None:
            lines.append(Line(better, "simplify", ("simplify",), steps=(Step(lines[-1].expr, better, "simplify", ()),)))
        form = _in_known_form(lines[-1].expr)
        if form is not None:
            lines.append(form)
        back = put_back(lines[-1].expr, p)
        if back is not None:
            lines.append(back)
    return lines, named


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


def _in_known_form(expr: Expr) -> Line | None:
    """The line with the laws of results used; None where none applies."""
    used: Used = []
    form = known_result(expr, used)
    if form is expr:
        return None
    return Line(form, "simplify", joined(property_whys(used) or [("simplify",)]), steps=(Step(expr, form, "simplify", ()),))
