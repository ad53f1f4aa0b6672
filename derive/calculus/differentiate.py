"""Pending derivatives taken, one rule at one place at a time, a level of the expression per line.

One line takes the derivative of everything structural (sums, products, linear functions) as far down as it goes, and of
the first function that is not: the derivative of what stands in that function is taken at once where it is affine in the
variable, and stays pending for the next line where it is not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from derive.calculus.adjoint import missing
from derive.calculus.derivation import Step
from derive.calculus.properties import degree, is_invertible
from derive.calculus.rules.differentials import DIFFERENTIALS
from derive.calculus.rules.rule import Rule, compiled, fill, match
from derive.calculus.tidy import tidy
from derive.errors import DeriveError
from derive.language.build import (
    ONE,
    add,
    is_zero,
    matmul,
    negate,
    power,
    scale,
    subtract,
    times,
    transpose,
    zero,
)
from derive.language.functions import FUNCTIONS
from derive.language.nodes import (
    Add,
    Apply,
    Call,
    D,
    Entry,
    Expr,
    Identity,
    Map,
    MatMul,
    Number,
    Ones,
    Path,
    Power,
    Rate,
    Scale,
    Stack,
    Sum,
    Symbol,
    Times,
    Transpose,
    Unnamed,
    Where,
    at,
    number,
    replace,
    transform,
)
from derive.language.sizes import Size, is_column, is_scalar


@dataclass(frozen=True)
class Motion:
    """What moves: each variable along its direction, and with it the intermediates and paths that depend on it.

    active  the names of everything that moves
    lets    the definitions of the intermediates that move
    """

    moves: tuple[tuple[Symbol, Expr], ...]
    active: frozenset[str]
    lets: Mapping[Symbol, Expr] = field(default_factory=dict)

    def depends(self, expr: Expr) -> bool:
        return bool(expr.free & self.active)

    def direction(self, name: str) -> Expr | None:
        return next((d for s, d in self.moves if s.name == name), None)

    @property
    def names(self) -> frozenset[str]:
        """The names of the directions."""
        out: frozenset[str] = frozenset()
        for _, direction in self.moves:
            out |= direction.free
        return out

    def pending(self, expr: Expr) -> Expr:
        """D(expr)[…], or what it plainly is: zero for a constant, the direction for the variable itself."""
        if not self.depends(expr):
            return zero(expr.shape)
        if isinstance(expr, Symbol):
            found = self.direction(expr.name)
            if found is not None:
                return found
        if isinstance(expr, Transpose) and isinstance(expr.arg, Symbol):
            found = self.direction(expr.arg.name)
            if found is not None:
                return transpose(found)
        out: Expr = D(expr, self.moves)
        return out

    def is_affine(self, expr: Expr) -> bool:
        return degree(expr, self.active) <= 1


def motion(moves: tuple[tuple[Symbol, Expr], ...], lets: tuple[tuple[Symbol, Expr], ...], paths: tuple[Symbol, ...]) -> Motion:
    """The motion of these variables, with what depends on them."""
    active = {s.name for s, _ in moves}
    for path in paths:
        if path.of in active:
            active |= {path.name, *(f"d{path.name}" if k == 1 else f"d{k}{path.name}" for k in (1, 2, 3))}
    moving: dict[Symbol, Expr] = {}
    for symbol, definition in lets:
        if definition.free & active:
            active.add(symbol.name)
            moving[symbol] = definition
    return Motion(moves, frozenset(active), moving)


@dataclass(frozen=True)
class Level:
    """One line's work: the expression it ends with, the steps, the rules that a reader is told.

    maps  (name, of a scalar, of the variable itself) for each entry-by-entry function whose derivative was taken
    """

    expr: Expr
    steps: tuple[Step, ...]
    rules: tuple[Rule, ...]
    chained: bool
    linear: tuple[str, ...]
    maps: tuple[tuple[str, bool, bool], ...] = ()


def level(expr: Expr, m: Motion, held: frozenset[Expr] = frozenset()) -> Level:
    """Take the pending derivatives of one level, but for those `held`.

    Raises DeriveError [missing-rule], which names the subexpression without a rule.
    """
    deferred: set[Expr] = set(held)
    due = set(_pending_nodes(expr))
    steps: list[Step] = []
    rules: list[Rule] = []
    chained = False
    linear: list[str] = []
    maps: list[tuple[str, bool, bool]] = []
    while (path := _first(expr, deferred, m)) is not None:
        node = at(expr, path)
        assert isinstance(node, D)
        if node.arg in m.lets and node not in due:
            deferred.add(node)
            continue
        new, name, inner = take(node, m)
        rule = _row(name, node.arg)
        for part in inner:
            if isinstance(part, D) and not m.is_affine(part.arg):
                deferred.add(part)
        if rule.nonlinear and not isinstance(node.arg, Symbol):
            chained = chained or not all(_is_variable(part) for part in inner)
        if isinstance(node.arg, Map):
            plain = all(_is_variable(part) for part in inner)
            function = node.arg.function
            maps.append((function if isinstance(function, str) else function.name, node.arg.is_scalar, plain))
        if name == "linear" and isinstance(node.arg, Call) and node.arg.name not in linear:
            linear.append(node.arg.name)
        if rule not in rules:
            rules.append(rule)
        steps.append(Step(node, new, name, path))
        expr = replace(expr, path, new)
    names = m.names
    for rewrite, name in (
        (tidy, "tidy"), (gathered, "collect"), (lambda e: spread(e, names), "distributive"), (tidy, "tidy"),
    ):
        new = rewrite(expr)
        if new is not expr:
            steps.append(Step(expr, new, name, ()))
            expr = new
    return Level(expr, tuple(steps), tuple(rules), chained, tuple(linear), tuple(dict.fromkeys(maps)))


def _is_variable(part: Expr) -> bool:
    """Whether the inner derivative was the direction itself."""
    return not isinstance(part, D)


def _row(name: str, expr: Expr) -> Rule:
    found = DIFFERENTIALS.get(name)
    if found is None:
        raise missing(expr, f"differential ({name})")
    return found


def _first(expr: Expr, deferred: set[Expr], m: Motion) -> Path | None:
    """The path of the leftmost pending derivative that is due on this line."""
    stack: list[tuple[Expr, Path]] = [(expr, ())]
    while stack:
        node, path = stack.pop()
        if isinstance(node, D):
            if node not in deferred:
                return path
            continue
        for k in range(len(node.children) - 1, -1, -1):
            child = node.children[k]
            if child.pending:
                stack.append((child, (*path, k)))
    return None


def take(node: D, m: Motion) -> tuple[Expr, str, tuple[Expr, ...]]:
    """One rule applied to D(arg): (what it becomes, the rule's name, the derivatives of what stands inside)."""
    e, d = node.arg, m.pending
    match e:
        case Symbol():
            return _symbol(e, m)
        case _ if not m.depends(e):
            return zero(e.shape), "constant-factor", ()
        case Add():
            return add(*(d(t) for t in e.terms if m.depends(t))), "sum-rule", ()
        case Transpose():
            return transpose(d(e.arg)), "transpose", ()
        case Times():
            quotient = _quotient(e, m)
            if quotient is not None:
                return quotient, "quotient-rule", ()
            return (*_product(e.factors, times, m), ())
        case Scale():
            return (*_product((e.scalar, e.arg), scale, m), ())
        case MatMul():
            return (*_product(e.factors, matmul, m), ())
        case Where():
            return Where(e.condition, d(e.then), d(e.otherwise)), "cases", ()
        case Entry():
            return Entry(d(e.arg), e.row, e.column), "structure", ()
        case Stack():
            return Stack(tuple(tuple(d(b) for b in row) for row in e.rows)), "structure", ()
        case Sum():
            return Sum(e.index, e.lower, e.upper, d(e.body)), "structure", ()
        case Map():
            return _map(e, m)
        case Apply():
            return _apply(e, m)
        case Call(name="expm", args=(Scale(scalar=c, arg=fixed),)) if not m.depends(fixed):
            return scale(d(c), matmul(fixed, e)), "expm-commuting", (d(c),)
        case Call(name="max" | "min", args=(a, b)) if not m.depends(a) and a.shape == b.shape:
            return D(Call(e.name, (b, a)), m.moves), "sum-rule", ()
        case Power(base=base, exponent=Number(value=k)) if not base.is_scalar and k != -1 and abs(k) <= 6:
            return _power(e, m)
    found = _tabled(e, m)
    if found is not None:
        return found
    match e:
        case Call(name=name, args=(arg,)) if FUNCTIONS[name].linear:
            return Call(name, (d(arg),)), "linear", ()
        case Call(name=name) if FUNCTIONS[name].bilinear:
            return (*_product(e.args, lambda *a: Call(name, a), m), ())
        case Call(name="max" | "min", args=(a, b)) if a.shape != b.shape:
            wide = [_widen(x, e) for x in (a, b)]
            return D(Call(e.name, tuple(wide)), m.moves), "sum-rule", ()
        case Call(name="quotient") | Call(name="entrypower"):
            return _entrywise(e, m)
        case Power():
            return _power(e, m)
    raise missing(e, "differential")


def _symbol(e: Symbol, m: Motion) -> tuple[Expr, str, tuple[Expr, ...]]:
    found = m.direction(e.name)
    if found is not None:
        return found, "variable", ()
    definition = m.lets.get(e)
    if definition is not None:
        return m.pending(definition), "intermediate", ()
    if e.of is not None and e.name in m.active:
        from derive.language.declarations import path_derivative

        speed = m.direction(e.of)
        assert speed is not None
        return scale(speed, path_derivative(e)), "path", ()
    return zero(e.shape), "constant-factor", ()


def _product(factors: tuple[Expr, ...], build: Callable[..., Expr], m: Motion) -> tuple[Expr, str]:
    moving = [k for k, f in enumerate(factors) if m.depends(f)]
    out = add(*(build(*factors[:k], m.pending(factors[k]), *factors[k + 1 :]) for k in moving))
    return out, "product-rule" if len(moving) > 1 else "constant-factor"


def _quotient(e: Times, m: Motion) -> Expr | None:
    """(da b − a db)/b² for a product with one moving reciprocal and a moving numerator."""
    below = [f for f in e.factors if isinstance(f, Power) and f.exponent is _MINUS and m.depends(f.base)]
    if len(below) != 1:
        return None
    rest = [f for f in e.factors if f is not below[0]]
    fixed = [f for f in rest if not m.depends(f)]
    above = [f for f in rest if m.depends(f)]
    if not above:
        return None
    a, b = times(*above), below[0].base
    top = subtract(times(m.pending(a), b), times(a, m.pending(b)))
    return times(*fixed, top, power(b, -2))


_MINUS = number(-1)


def _tabled(e: Expr, m: Motion) -> tuple[Expr, str, tuple[Expr, ...]] | None:
    """A row of the table whose pattern the expression has."""
    for row in _rows_for(e):
        assert row.of is not None and row.to is not None
        sizes: dict[str, Size] = {}
        binding: dict[str, Expr] = {}
        if not match(compiled(row.of, row.given), e, binding, sizes):
            continue
        if any(m.depends(x) and not _mentions(row.to, s) for s, x in binding.items()):
            continue
        if row.only == "singular" and not (isinstance(binding["A"], Symbol) and not is_invertible(binding["A"])):
            continue
        if "symmetric" in row.given:
            from derive.calculus.properties import is_symmetric

            letter = next(p.split(":")[0].strip() for p in row.given.split(",") if "symmetric" in p)
            if not is_symmetric(binding[letter]):
                continue
        values: dict[str, Expr] = dict(binding)
        inner = []
        for s, x in binding.items():
            values["d" + s] = m.pending(x)
            if m.depends(x):
                inner.append(values["d" + s])
        for s in ("i",):
            if s in row.given and s not in values:
                values[s] = Symbol(_index(e, m), (_ONE, _ONE), frozenset({"integer"}))
        return _filled(row, values, sizes), row.name, tuple(inner)
    return None


_ONE = Size.of(1)


def _mentions(template: str, letter: str) -> bool:
    return re.search(rf"\bd{letter}\b", template) is not None


def _index(e: Expr, m: Motion) -> str:
    taken = e.free | m.names | m.active
    return next(name for name in ("i", "j", "l", "r", "q", "u") if name not in taken)


def _filled(row: Rule, values: Mapping[str, Expr], sizes: Mapping[str, Size]) -> Expr:
    assert row.to is not None
    template = compiled(row.to, row.given)
    if isinstance(template, Sum):
        index = values["i"]
        assert isinstance(index, Symbol)
        return Sum(
            index, fill(template.lower, values, sizes), fill(template.upper, values, sizes),
            fill(template.body, values, sizes),
        )
    return fill(template, values, sizes)


def _rows_for(e: Expr) -> tuple[Rule, ...]:
    key = e.name if isinstance(e, Call) else type(e).__name__
    return _by_head(tuple(DIFFERENTIALS)).get(key, ())


@lru_cache(maxsize=8)
def _by_head(names: tuple[str, ...]) -> dict[str, tuple[Rule, ...]]:
    """Rows by the head of their pattern, for the rows that the table has now."""
    out: dict[str, list[Rule]] = {}
    for name in names:
        row = DIFFERENTIALS[name]
        if row.of is None:
            continue
        pattern = compiled(row.of, row.given)
        head = pattern.name if isinstance(pattern, Call) else type(pattern).__name__
        out.setdefault(head, []).append(row)
    return {k: tuple(v) for k, v in out.items()}


def _map(e: Map, m: Motion) -> tuple[Expr, str, tuple[Expr, ...]]:
    """f(u) entry by entry: f'(u) ∘ du, written diag(f'(u)) du for a vector."""
    inner = m.pending(e.arg)
    if isinstance(e.function, Unnamed):
        outer: Expr = Map(e.function, e.arg, e.order + 1)
    else:
        from derive.calculus import algebra

        outer = algebra.lift(algebra.map_derivative(e.function), e.arg)
    return entrywise(outer, inner), "chain-rule", (inner,)


def entrywise(outer: Expr, inner: Expr) -> Expr:
    """outer ∘ inner as it is written: a product of scalars, diag(outer) inner for vectors, a Hadamard product otherwise."""
    if inner.is_scalar:
        return times(outer, inner)
    if isinstance(outer, Ones):
        return inner
    if isinstance(outer, Scale):
        return scale(outer.scalar, entrywise(outer.arg, inner))
    if is_column(inner.shape):
        return matmul(Call("diag", (outer,)), inner)
    return Call("hadamard", (outer, inner))


def _apply(e: Apply, m: Motion) -> tuple[Expr, str, tuple[Expr, ...]]:
    inner = m.pending(e.arg)
    fn = e.function
    assert fn.value is not None and fn.argument is not None
    if any(m.depends(v) for v in e.directions):
        raise missing(e, "differential")
    if e.order == 0:
        if is_scalar(fn.value):
            gradient = Apply(fn, e.arg, 1, ())
            if is_column(fn.argument):
                return matmul(transpose(gradient), inner), "unnamed-function", (inner,)
            return Call("inner", (gradient, inner)), "unnamed-function", (inner,)
        if is_column(fn.value) and is_column(fn.argument):
            return matmul(Apply(fn, e.arg, 1, ()), inner), "unnamed-function", (inner,)
        return Apply(fn, e.arg, 1, (inner,)), "unnamed-function", (inner,)
    if e.order == 1 and not e.directions and is_scalar(fn.value):
        return Apply(fn, e.arg, 2, (inner,)), "unnamed-function", (inner,)
    if e.order == 1 and e.directions:
        return Apply(fn, e.arg, 2, (*e.directions, inner)), "unnamed-function", (inner,)
    raise missing(e, "differential")


def _widen(x: Expr, whole: Expr) -> Expr:
    return x if x.shape == whole.shape else scale(x, Ones(whole.shape))


def _entrywise(e: Call, m: Motion) -> tuple[Expr, str, tuple[Expr, ...]]:
    a, b = e.args
    if e.name == "quotient":
        if not m.depends(b):
            return Call("quotient", (m.pending(a), b)), "constant-factor", ()
        top = a if not a.is_scalar or e.is_scalar else Ones(e.shape) if a is ONE else scale(a, Ones(e.shape))
        square = Call("entrypower", (b, number(2)))
        second = negate(entrywise(Call("quotient", (top, square)), m.pending(b)))
        if m.depends(a):
            return add(Call("quotient", (_widen(m.pending(a), e), b)), second), "power-entries", ()
        return second, "power-entries", (m.pending(b),)
    if not m.depends(b) and b.is_scalar:
        lowered = tidy(add(b, _MINUS))
        outer: Expr = a if lowered is ONE else Ones(a.shape) if is_zero(lowered) else Call("entrypower", (a, lowered))
        return scale(b, entrywise(outer, m.pending(a))), "power-entries", (m.pending(a),)
    if not m.depends(a) and not b.is_scalar:
        logs = Map("log", a)
        return entrywise(scale(logs, e) if a.is_scalar else Call("hadamard", (logs, e)), m.pending(b)), "power-entries", (
            m.pending(b),
        )
    raise missing(e, "differential")


def _power(e: Power, m: Motion) -> tuple[Expr, str, tuple[Expr, ...]]:
    base, exponent = e.base, e.exponent
    if base.is_scalar:
        inner = m.pending(base)
        if not m.depends(exponent):
            lowered = tidy(add(exponent, _MINUS))
            outer = times(exponent, base if lowered is ONE else ONE if is_zero(lowered) else power(base, lowered))
            return times(outer, inner), "power-rule", (inner,)
        moving = times(Map("log", base), m.pending(exponent))
        if m.depends(base):
            moving = add(moving, times(exponent, inner, power(base, -1)))
        return times(e, moving), "exponential-rule", ()
    if isinstance(exponent, Number) and exponent.value.denominator == 1 and abs(exponent.value) <= 6:
        k = int(exponent.value)
        inner = m.pending(base)
        terms = []
        if k > 0:
            for i in range(k):
                terms.append(matmul(*_powers(base, i), inner, *_powers(base, k - 1 - i)))
            return add(*terms), "product-rule", ()
        for i in range(1, -k + 1):
            terms.append(negate(matmul(power(base, -i), inner, power(base, k - 1 + i))))
        return add(*terms), "inverse", (inner,)
    raise missing(e, "differential")


def _powers(base: Expr, k: int) -> tuple[Expr, ...]:
    return () if k == 0 else (base,) if k == 1 else (power(base, k),)


def gathered(expr: Expr) -> Expr:
    """Terms that end in one pending derivative, added up in front of it: Du + AW Du is (I + AW) Du."""

    def visit(e: Expr) -> Expr:
        if not isinstance(e, Add) or not e.pending or len(e.terms) < 2:
            return e
        ends = {t.factors[-1] if isinstance(t, MatMul) else t for t in e.terms}
        if len(ends) != 1:
            return e
        (end,) = ends
        if not isinstance(end, D) or not is_column(end.shape):
            return e
        fronts = [matmul(*t.factors[:-1]) if isinstance(t, MatMul) else Identity(end.shape[0]) for t in e.terms]
        return matmul(add(*fronts), end)

    return _outside_pending(expr, visit)


def spread(expr: Expr, names: frozenset[str]) -> Expr:
    """Products and linear functions distributed over the sums that taking derivatives has made."""

    def moving(e: Expr) -> bool:
        return isinstance(e, Add) and any((t.free & names) or t.pending for t in e.terms)

    def visit(e: Expr) -> Expr:
        if not ((e.free & names) or e.pending):
            return e
        match e:
            case MatMul() if any(moving(f) for f in e.factors):
                out: list[list[Expr]] = [[]]
                for f in e.factors:
                    choices = f.terms if moving(f) and isinstance(f, Add) else (f,)
                    out = [[*chain, c] for chain in out for c in choices]
                return add(*(matmul(*chain) for chain in out))
            case Scale(scalar=s, arg=a) if moving(a) and isinstance(a, Add) and isinstance(s, Number):
                return add(*(scale(s, t) for t in a.terms))
            case Times(factors=(Number() as c, Add() as a)) if moving(a) and c.value == -1:
                return add(*(times(c, t) for t in a.terms))
            case Call(name=name, args=(Add() as a,)) if FUNCTIONS[name].linear and moving(a):
                return add(*(Call(name, (t,)) for t in a.terms))
            case Call(name=name, args=(a, b)) if FUNCTIONS[name].bilinear and (moving(a) or moving(b)):
                left = a.terms if moving(a) and isinstance(a, Add) else (a,)
                right = b.terms if moving(b) and isinstance(b, Add) else (b,)
                return add(*(Call(name, (x, y)) for x in left for y in right))
        return e

    return _outside_pending(expr, visit)


def _outside_pending(expr: Expr, visit: Callable[[Expr], Expr]) -> Expr:
    memo: dict[Expr, Expr] = {}
    for node in _pending_nodes(expr):
        memo[node] = node
    return transform(expr, visit, memo)


def _pending_nodes(expr: Expr) -> list[Expr]:
    out: list[Expr] = []
    stack = [expr]
    while stack:
        node = stack.pop()
        if isinstance(node, (D, Rate)):
            out.append(node)
        elif node.pending:
            stack.extend(node.children)
    return out


__all__ = ["DeriveError", "Level", "Motion", "entrywise", "level", "motion", "spread", "take"]
