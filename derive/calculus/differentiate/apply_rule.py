"""One rule applied to one pending derivative: the rows of the table, and the structural rules, which need code."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from derive.calculus.differentiate.variation import Motion
from derive.calculus.rules.differentials import DIFFERENTIALS
from derive.calculus.rules.rule import Rule, compiled, fill, match, missing
from derive.calculus.simplify.simplify import tidy
from derive.expressions.build import (
    ONE,
    add,
    coefficient,
    entry_product,
    is_zero,
    matmul,
    negate,
    power,
    scale,
    subtract,
    terms,
    times,
    transpose,
    zero,
)
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import (
    Add,
    Apply,
    Call,
    D,
    Entry,
    Expr,
    Map,
    MatMul,
    Number,
    Ones,
    Power,
    Scale,
    Stack,
    Sum,
    Symbol,
    Times,
    Transpose,
    Unnamed,
    Where,
    number,
)
from derive.expressions.properties.inference import is_invertible
from derive.expressions.rewrite import substitute
from derive.expressions.sizes import ShapeError, Size, is_column, is_scalar


def take(node: D, m: Motion) -> tuple[Expr, str, tuple[Expr, ...]]:
    """One rule applied to D(arg): (what it becomes, the rule's name, the derivatives of what stands inside).

    Where it repeats the definition of an intermediate, the name is written: softmax' is diag(s) − ss' with s = softmax(z).
    """
    out, rule, inner = _taken(node, m)
    name = m.named.get(node.arg)
    return (out if name is None else substitute(out, {node.arg: name})), rule, inner


Taken = tuple[Expr, str, tuple[Expr, ...]]
"""What a derivative is, the rule that says so, and what of it is still pending."""


def _taken(node: D, m: Motion) -> Taken:
    for way in (_by_structure, _by_arguments, _tabled, _by_columns):
        found = way(node.arg, m)
        if found is not None:
            return found
    raise missing(node.arg, "differential")


def _by_structure(e: Expr, m: Motion) -> Taken | None:
    """By the rules of sums, products, transposes and cases; None for functions and powers."""
    d = m.pending
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
            return (*_product(e.factors, times, m), ()) if quotient is None else (quotient, "quotient-rule", ())
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
        case _:
            return None


def _by_arguments(e: Expr, m: Motion) -> Taken | None:
    """A function of which only one argument moves, and of a special form; None where its row decides."""
    d = m.pending
    match e:
        case Call(name="expm", args=(Scale(scalar=c, arg=fixed),)) if not m.depends(fixed):
            return scale(d(c), matmul(fixed, e)), "expm-commuting", (d(c),)
        case Call(name="polygamma", args=(k, a)) if not m.depends(k):
            slope = Call("polygamma", (add(k, ONE) if not isinstance(k, Number) else number(k.value + 1), a))
            return entrywise(slope, d(a)), "chain-rule", (d(a),)
        case Call(name="max" | "min", args=(a, b)) if not m.depends(a) and a.shape == b.shape:
            return D(Call(e.name, (b, a)), m.moves), "sum-rule", ()
        case Power(base=base, exponent=Number(value=k)) if not base.is_scalar and k != -1 and abs(k) <= 6:
            return _power(e, m)
        case Call(name=name, args=args) if _linear_there(name, args, m):
            return Call(name, tuple(d(a) if m.depends(a) else a for a in args)), "linear", ()
        case _:
            return None


def _by_columns(e: Expr, m: Motion) -> Taken | None:
    """A function that has no row of its own, by what the function table says of it."""
    match e:
        case Call(name=name, args=(arg,)) if FUNCTIONS[name].linear:
            return Call(name, (m.pending(arg),)), "linear", ()
        case Call(name=name) if FUNCTIONS[name].bilinear:
            return (*_product(e.args, lambda *a: Call(name, a), m), ())
        case Call(name="max" | "min", args=(a, b)) if a.shape != b.shape:
            wide = [_widen(x, e) for x in (a, b)]
            return D(Call(e.name, tuple(wide)), m.moves), "sum-rule", ()
        case Call(name="quotient") | Call(name="entrypower"):
            return _entrywise(e, m)
        case Power():
            return _power(e, m)
        case _:
            return None


def _linear_there(name: str, args: tuple[Expr, ...], m: Motion) -> bool:
    """Whether only the argument in which the function is linear moves."""
    k = FUNCTIONS[name].linear_in
    return k is not None and all(m.depends(a) == (i == k) for i, a in enumerate(args))


def _symbol(e: Symbol, m: Motion) -> tuple[Expr, str, tuple[Expr, ...]]:
    found = m.direction(e.name)
    if found is not None:
        return found, "variable", ()
    definition = m.lets.get(e)
    if definition is not None:
        return m.pending(definition), "intermediate", ()
    if e.of is not None and e.name in m.active:
        from derive.language.problems.declarations import path_derivative

        speed = m.direction(e.of)
        assert speed is not None
        return scale(speed, path_derivative(e)), "path", ()
    return zero(e.shape), "constant-factor", ()


def _product(factors: tuple[Expr, ...], build: Callable[..., Expr], m: Motion) -> tuple[Expr, str]:
    moving = [k for k, f in enumerate(factors) if m.depends(f)]
    out = add(*(build(*factors[:k], m.pending(factors[k]), *factors[k + 1 :]) for k in moving))
    return out, "product-rule" if len(moving) > 1 else "constant-factor"


def _quotient(e: Times, m: Motion) -> Expr | None:
    """(da b − a db)/b² for a product with one moving reciprocal and a moving numerator; what is constant stands before it.

    None where numerator and denominator hold no variable together.
    """
    below = [f for f in e.factors if isinstance(f, Power) and f.exponent is _MINUS and m.depends(f.base)]
    if len(below) != 1:
        return None
    rest = [f for f in e.factors if f is not below[0]]
    fixed = [f for f in rest if not m.depends(f)]
    above = [f for f in rest if m.depends(f)]
    if not above:
        return None
    a, base = times(*above), below[0].base
    under = base.factors if isinstance(base, Times) else (base,)
    b = times(*(f for f in under if m.depends(f)))
    if not a.free & b.free & m.active and not m.lets:
        return None  # of different variables the product rule gives each its own term
    fixed += [power(f, -1) for f in under if not m.depends(f)]
    top = subtract(times(m.pending(a), b), times(a, m.pending(b)))
    return times(*fixed, top, power(b, -2))


_MINUS = number(-1)


def _upwards(e: Expr) -> Expr:
    """(A⁻¹)^k for A^(−k) of a matrix: a power whose exponent is not negative."""
    if not isinstance(e, Power) or e.is_scalar or not e.exponent.free or any(coefficient(t)[0] > 0 for t in terms(e.exponent)):
        return e
    return Power(Power(e.base, number(-1)), tidy(negate(e.exponent)))


def _tabled(e: Expr, m: Motion) -> tuple[Expr, str, tuple[Expr, ...]] | None:
    """A row of the table whose pattern the expression has."""
    e = _upwards(e)
    for row in _rows_for(e):
        assert row.of is not None and row.to is not None
        sizes: dict[str, Size] = {}
        binding: dict[str, Expr] = {}
        if not match(compiled(row.of, row.given), e, binding, sizes):
            continue
        if any(m.depends(x) and not _mentions(row.to, s) for s, x in binding.items()):
            continue
        if row.only == "power" and isinstance(binding["k"], Number) and binding["k"].value < 0:
            continue
        if row.only == "matrix" and is_column(binding["A"].shape):
            continue
        if row.only == "singular" and not (isinstance(binding["A"], Symbol) and not is_invertible(binding["A"])):
            continue
        if "symmetric" in row.given:
            from derive.expressions.properties.symmetry import is_symmetric

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
        try:
            return _filled(row, values, sizes), row.name, tuple(inner)
        except ShapeError:  # a factorization of one column: its rule speaks of matrices
            raise missing(e, "differential") from None
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
    return entry_product(outer, inner)


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
    if e.order == 1 and not e.directions and not e.adjoint and is_column(fn.value) and is_column(fn.argument):
        return Apply(fn, e.arg, 2, (inner,)), "unnamed-function", (inner,)
    if e.order == 1 and e.directions:
        return Apply(fn, e.arg, 2, (*e.directions, inner)), "unnamed-function", (inner,)
    raise missing(e, "differential")


def _widen(x: Expr, whole: Expr) -> Expr:
    return x if x.shape == whole.shape else scale(x, Ones(whole.shape))


def _entrywise(e: Call, m: Motion) -> tuple[Expr, str, tuple[Expr, ...]]:
    a, b = e.args
    if e.name == "quotient":
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
        return entrywise(scale(logs, e) if a.is_scalar else entry_product(logs, e), m.pending(b)), "power-entries", (
            m.pending(b),
        )
    if a.shape != b.shape:
        return D(Call(e.name, (_widen(a, e), _widen(b, e))), m.moves), "sum-rule", ()
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
