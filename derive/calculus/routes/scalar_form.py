"""How a derivative made of numbers is written: intermediates put back, like terms collected, letters before functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from derive.calculus.simplify.collect import collect
from derive.calculus.simplify.known_forms import known_result
from derive.calculus.simplify.laws.functions import traced
from derive.calculus.simplify.measure import measure
from derive.calculus.simplify.result_form import in_powers
from derive.calculus.simplify.signs import positive_first
from derive.calculus.simplify.simplify import tidy
from derive.derivation.derivation import Line, Step
from derive.derivation.reason import joined
from derive.expressions.build import add, times
from derive.expressions.nodes import Add, Call, Entry, Expr, Map, Number, Power, SizeValue, Stack, Symbol, Times, number
from derive.expressions.rewrite import substitute, transform
from derive.expressions.sizes import is_square
from derive.expressions.traverse import walk
from derive.language.problems.problem import Problem


def put_back(expr: Expr, p: Problem) -> Line | None:
    """The last line of a chain rule with numbers: the intermediates replaced by what they stand for, an entry of a short vector by
    its own definition, the trace of an explicit matrix by its value."""
    if not any(u.name in expr.free for u, _ in p.let) or any(not u.is_scalar and not isinstance(d, Stack) for u, d in p.let):
        return None
    full = expr
    used: list[tuple[Symbol, Expr]] = []
    for u, d in reversed(p.let):
        if u.name in full.free:
            used.insert(0, (u, d))
        full = substitute(full, {u: d} if u.is_scalar else _entries(u, d))
    if full.free & {u.name for u, _ in p.let}:
        return None
    order = [x for x in p.wrt if x.is_scalar]
    short = Stack(tuple(tuple(_shortest(e, order) for e in row) for row in full.rows)) if isinstance(full, Stack) else _shortest(full, order)
    return Line(short, "intermediate", joined([(u, " = ", d) for u, d in used]), steps=(Step(expr, short, "intermediate", ()),))


def _entries(u: Symbol, definition: Expr) -> dict[Expr, Expr]:
    assert isinstance(definition, Stack)
    trace: dict[Expr, Expr] = {Call("tr", (u,)): tidy(traced(Call("tr", (definition,))))} if is_square(u.shape) else {}
    return trace | {Entry(u, number(k), None): row[0] for k, row in enumerate(definition.rows, 1)}


def _shortest(full: Expr, order: list[Symbol]) -> Expr:
    """The value with like terms collected, or a shorter form by SymPy; variables in the order in which they are listed."""
    plain = tidy(transform(tidy(full), collect))
    forms = [plain]
    if plain.is_scalar and (better := scalar_form(plain)) is not None:
        forms.append(better)
    short = min(forms, key=lambda e: (_letters(e), _leaves(e)))

    def sort(e: Expr) -> Expr:
        if not isinstance(e, Times):
            return e
        places = [k for k, f in enumerate(e.factors) if _base(f) in order]
        sorted_ = iter(sorted((e.factors[k] for k in places), key=lambda f: order.index(_base(f))))  # type: ignore[arg-type]
        return times(*(next(sorted_) if k in places else f for k, f in enumerate(e.factors)))

    return transform(_letters_first(short), sort)


def _letters(expr: Expr) -> int:
    """How often letters are written in it."""
    return 1 if isinstance(expr, Symbol) else sum(map(_letters, expr.children))


def _base(f: Expr) -> Expr:
    return f.base if isinstance(f, Power) else f


def scalar_form(expr: Expr, order: Sequence[Symbol] = ()) -> Expr | None:
    """A shorter form, by SymPy and the laws of known forms, of a derivative that is made of scalars only.

    order  symbols that come first, in this order
    """
    if not all(isinstance(e, (Map, Number, Power, SizeValue, Times, Add, Symbol)) and e.is_scalar for e in walk(expr)):
        return None
    from derive.calculus import algebra

    plain = algebra.simplify_scalar(expr, order=order)
    forms = [plain, known_result(plain, []), algebra.simplify_scalar(known_result(expr, []), order=order)]
    better = min(forms, key=measure) if measure(forms[2]) < measure(plain) else forms[1]
    return _letters_first(better) if better is not expr else None


def _leaves(expr: Expr) -> int:
    return 1 if not expr.children else sum(_leaves(c) for c in expr.children)


def in_order(line: Line) -> Line:
    """The line with letters before functions, and a positive term first in every sum: 2x cos(x²), tr(B − A)."""
    ordered = _letters_first(transform(transform(line.expr, positive_first), in_powers))
    if ordered is line.expr or not line.steps:
        return line
    return replace(line, expr=ordered, steps=(*line.steps, Step(line.expr, ordered, "order", ())))


def _letters_first(expr: Expr) -> Expr:
    """6πx²(1 + x) cos(x³), not 6 cos(x³) (1 + x) x²π; what is divided by stands behind a sum, so that the sum stands above it."""
    if isinstance(expr, Add):
        return add(*(_letters_first(t) for t in expr.terms))
    if not isinstance(expr, Times):
        return expr

    of_a_sum = any(isinstance(f, Add) for f in expr.factors)

    def rank(f: Expr) -> int:
        base = f.base if isinstance(f, Power) else f
        if of_a_sum and isinstance(f, Power) and isinstance(f.exponent, Number) and f.exponent.value < 0:
            return 5
        if not base.free:  # numbers and π
            return 0 if isinstance(f, Number) else 1
        return 2 if isinstance(base, Symbol) else 4 if any(isinstance(e, Map) for e in walk(f)) else 3

    return times(*sorted(expr.factors, key=rank))
