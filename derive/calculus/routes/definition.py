"""The first derivative: definition, X + tH, rule by rule, turned towards H, read off as an inner product."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from derive.calculus.differentiate.caption import reason
from derive.calculus.differentiate.level import Motion, level, motion
from derive.calculus.indices.explicit import by_entries, explicit
from derive.calculus.linear.inner_product import gradient, joined, property_whys, turn
from derive.calculus.linear.structure import in_structure
from derive.calculus.properties import is_invertible
from derive.calculus.routes.implicit import Letters, Named, defining_lines
from derive.calculus.routes.scalar_form import in_order, put_back, scalar_form
from derive.calculus.rules.differentials import DIFFERENTIALS
from derive.calculus.rules.rule import Rule, Unfold, compiled, fill, match
from derive.calculus.simplify.collect import collect, neat
from derive.calculus.simplify.laws.functions import traced
from derive.calculus.simplify.simplify import Used, tidy, tidy_with
from derive.derivation.derivation import Head, Line, Step, Why, told
from derive.expressions.build import ONE, add, scale, subtract, times
from derive.expressions.nodes import Add, Apply, Call, D, Expr, Power, Rate, Symbol, Times, Unnamed, substitute, transform
from derive.expressions.sizes import SCALAR, Size
from derive.language.problems.problem import Problem


@dataclass(frozen=True)
class Setting:
    """A problem with its motion: what the engine needs everywhere.

    written  the function as the author wrote it, when the engine has named an intermediate in it
    """

    problem: Problem
    motion: Motion
    second: Motion
    written: Expr

    @property
    def directions(self) -> tuple[Symbol, ...]:
        return self.problem.directions

    @property
    def unit_speed(self) -> bool:
        """A scalar variable without a named direction moves by 1, and f' is written."""
        p = self.problem
        return len(p.wrt) == 1 and p.wrt[0].is_scalar and not p.direction_named


def setting(problem: Problem, written: Expr | None = None) -> Setting:
    paths = tuple(s for s in problem.symbols.values() if s.of is not None)
    one = len(problem.wrt) == 1 and problem.wrt[0].is_scalar and not problem.direction_named

    def moving(directions: tuple[Symbol, ...]) -> Motion:
        along: tuple[Expr, ...] = (ONE,) if one else directions
        return motion(tuple(zip(problem.wrt, along, strict=True)), problem.let, paths)

    return Setting(problem, moving(problem.directions), moving(problem.second_directions), written or problem.function)


def free_name(taken: frozenset[str], names: tuple[str, ...]) -> str:
    return next(n for n in (*names, *(f"{names[0]}_{k}" for k in range(1, 100))) if n not in taken)


def taken_names(problem: Problem) -> frozenset[str]:
    out = set(problem.symbols) | set(problem.unnamed) | {s.name for s, _ in problem.let}
    out |= {d.name for d in (*problem.directions, *problem.second_directions)}
    out |= problem.function.free
    return frozenset(out)


def parameter(problem: Problem, names: tuple[str, ...] = ("t", "r", "u")) -> Symbol:
    out: Symbol = Symbol(free_name(taken_names(problem), names), SCALAR)
    return out


def shifted(expr: Expr, t: Symbol, m: Motion) -> Expr:
    """f(X + tH)."""
    return substitute(expr, {x: add(x, scale(t, h)) for x, h in m.moves})


def levels(start: Expr, m: Motion, quantity: str, first: tuple[Step, ...] = ()) -> list[Line]:
    """Lines until nothing is pending; `first` are steps that lead from the line above to `start`."""
    lines: list[Line] = []
    expr = start
    while expr.pending:
        done = level(expr, m)
        name, why = reason(done)
        lines.append(Line(done.expr, name, why, quantity, steps=(*first, *done.steps)))
        first = ()
        expr = done.expr
        if len(lines) > 400:
            raise AssertionError("a derivative stays pending")
    return lines


def cleaned(expr: Expr, quantity: str) -> Line | None:
    """A line that uses what is declared and collects like terms, when that changes something."""
    used: Used = []
    words: list[str] = []
    now = tidy_with(expr, used)
    steps = []
    if now is not expr:
        steps.append(Step(expr, now, "declared-properties", ()))
    after = neat(collect(now), used) if not expr.is_scalar else tidy(transform(now, lambda e: collect(e, words, used)))
    if after is not now:
        steps.append(Step(now, after, "collect", ()))
    if not steps or (not used and _same_terms(expr, after)):
        return None
    whys: list[Why] = [*((w,) for w in words), *property_whys(used)] or [("collect",)]
    return Line(after, "declared-properties" if used else "collect", joined(whys), quantity, steps=tuple(steps))


def _said(words: str, row: Rule, values: Mapping[str, Expr], sizes: Mapping[str, Size]) -> Why:
    """The words of an `unfold`, their mathematics about what the letters of the row stand for, M for any matrix of that size."""
    return told(words, lambda formula: tidy(fill(compiled(formula, f"{row.given}, t:, M: n n"), values, sizes)))


@dataclass(frozen=True)
class Unfolded:
    """The function written otherwise (`same`), or f(A + tH) (`moved`), with the row of the table that says so."""

    row: str
    by: Unfold
    why: Why
    then: Why
    same: Expr | None = None
    moved: Expr | None = None


def unfold(function: Expr, t: Symbol, m: Motion) -> Unfolded | None:
    """exp(tr A) for det(exp A), det(A) det(I + t A⁻¹H) for det(A + tH), where the whole function is one of the table whose row says so."""
    for row in DIFFERENTIALS.values():
        if row.unfold is None or row.of is None:
            continue
        values: dict[str, Expr] = {}
        sizes: dict[str, Size] = {}
        if not match(compiled(row.of, row.given), function, values, sizes):
            continue
        a = values["A"]
        letter: Symbol = Symbol(free_name(function.free | {t.name}, ("M", "Z", "L")), a.shape)
        values.update(t=t, M=letter)
        why, then = (_said(words, row, values, sizes) for words in (row.unfold.words, row.unfold.then_words))
        if "dA" not in row.unfold.to:
            same = tidy(traced(fill(compiled(row.unfold.to, row.given), values, sizes)))
            return Unfolded(row.name, row.unfold, why, then, same)
        if not isinstance(a, Symbol) or m.direction(a.name) is None or not is_invertible(a):
            continue
        values.update(dA=m.pending(a))
        return Unfolded(row.name, row.unfold, why, then, moved=fill(compiled(row.unfold.to, row.given + ", t:"), values, sizes))
    return None


def _same_terms(a: Expr, b: Expr) -> bool:
    """Whether only the order of a sum differs."""
    return isinstance(a, Add) and isinstance(b, Add) and set(a.terms) == set(b.terms)


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
    lines.extend(rest)
    last = lines[-1].expr
    if last.is_scalar and not s.unit_speed:
        turned = turn(last, s.directions)
        if turned is not None:
            lines.append(Line(turned.expr, turned.steps[0].rule, turned.why, steps=turned.steps))
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
        better = scalar_form(lines[-1].expr)
        if better is not None:
            lines.append(Line(better, "simplify", ("simplify",), steps=(Step(lines[-1].expr, better, "simplify", ()),)))
        back = put_back(lines[-1].expr, p)
        if back is not None:
            lines.append(back)
    return lines, named


def expansion_lines(s: Setting) -> list[Line]:
    """f(X + H) − f(X) multiplied out by SymPy on noncommuting symbols, and the part that is linear in H; of several variables
    the part that is linear in all directions together."""
    from derive.calculus import algebra

    p = s.problem
    h = p.directions[0]
    moved = substitute(p.function, {x: add(x, d) for x, d in zip(p.wrt, p.directions, strict=True)})
    found = algebra.linear_part(moved, *p.directions)
    difference = subtract(moved, p.function)
    whole: Unnamed = Unnamed(p.name, p.wrt[0].shape, p.function.shape)
    read: Why = (subtract(Apply(whole, add(p.wrt[0], h)), Apply(whole, p.wrt[0])), ", multiplied out")
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


def read_off(s: Setting, expr: Expr) -> tuple[list[Line], dict[str, Expr]]:
    """The lines Df = ⟨G, H⟩ (and the projection onto the structure), and G for each variable."""
    p = s.problem
    found: dict[str, Expr] = {}
    whys: list[Why] = [("read off",)]
    products: list[Expr] = []
    for x, h in zip(p.wrt, s.directions, strict=True):
        g, used = gradient(expr, h)
        if by_entries(p.function, x):
            g = explicit(g) or g
        found[x.name] = g
        whys.extend(property_whys(used))
        products.append(Call("inner", (g, h)) if not h.is_scalar else times(g, h))
    total = add(*products)
    lines: list[Line] = []
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
