"""Sums that taking derivatives has made: distributed over products, or gathered in front of one pending derivative."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import partial

from derive.calculus.simplify.collect import collect
from derive.calculus.simplify.signs import positive_first
from derive.calculus.simplify.simplify import is_constant, tidy, tidy_with
from derive.expressions.build import ONE, add, entry_product, matmul, on_diagonal, scale, terms, times, transpose
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Add, Apply, Call, D, Entry, Expr, Identity, MatMul, Number, Power, Rate, Scale, Symbol, Times, Transpose
from derive.expressions.rewrite import transform
from derive.expressions.sizes import is_column


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

    return outside_pending(expr, visit)


def collected(expr: Expr, end: Expr) -> Expr:
    """The terms of a sum that end in one vector, added up in front of it, where the first of them stood: v + A v + b is (I + A) v + b."""
    if not isinstance(expr, Add) or not is_column(end.shape):
        return expr
    ours = [t for t in expr.terms if t is end or (isinstance(t, MatMul) and t.factors[-1] is end)]
    if len(ours) < 2:
        return expr
    fronts = [matmul(*t.factors[:-1]) if isinstance(t, MatMul) else Identity(end.shape[0]) for t in ours]
    whole = matmul(add(*fronts), end)
    return add(*(whole if t is ours[0] else t for t in expr.terms if t is ours[0] or t not in ours))


def directions_last(expr: Expr, names: frozenset[str], variables: frozenset[str] = frozenset()) -> Expr:
    """x₁x₂h for x₁hx₂: in a product of numbers the directions, or entries of them, stand behind the other factors, and where one of these
    `variables` stands behind a function, the letters before it, in their order: y² cos(x) h, 2bx.

    names  of the directions
    """

    def letter(f: Expr, of: frozenset[str] | None = None) -> bool:
        base = f.base if isinstance(f, Power) else f
        return isinstance(base, Symbol | Entry) and bool(base.free) and (of is None or base.free <= of)

    def visit(e: Expr) -> Expr:
        if not isinstance(e, Times):
            return e
        first = any(letter(f, variables) for f in e.factors)

        def rank(f: Expr) -> int:
            if isinstance(f, Number) or is_constant(f):
                return 0
            return 3 if letter(f, names) else 1 if first and letter(f) else 2

        return times(*sorted(e.factors, key=rank))

    return outside_pending(expr, visit)


def hessian_between(expr: Expr) -> Expr:
    """k'∇²E(x)h for ∇²E(x)[h]'k."""

    def visit(e: Expr) -> Expr:
        if not isinstance(e, MatMul) or not e.is_scalar or not isinstance(e.factors[0], Transpose):
            return e
        hessian = e.factors[0].arg
        if not isinstance(hessian, Apply) or hessian.order != 2 or len(hessian.directions) != 1 or not is_column(hessian.arg.shape):
            return e
        rest = matmul(*e.factors[1:])
        return matmul(transpose(rest), Apply(hessian.function, hessian.arg, 2, ()), hessian.directions[0])

    return outside_pending(expr, visit)


def positive_terms_first(expr: Expr) -> Expr:
    """Every sum begins with a positive term where it has one."""
    return outside_pending(expr, positive_first)


def spread(expr: Expr, names: frozenset[str]) -> Expr:
    """Products and linear functions distributed over the sums that taking derivatives has made."""

    def moving(e: Expr) -> bool:
        return isinstance(e, Add) and any((t.free & names) or t.pending for t in e.terms)

    def visit(e: Expr) -> Expr:
        if not ((e.free & names) or e.pending):
            return e
        make: Callable[..., Expr]
        match e:
            case MatMul(factors=parts):
                make = matmul
            case Call(name=name, args=parts) if FUNCTIONS[name].linear or FUNCTIONS[name].bilinear:
                make = partial(_called, name)
            case Scale(scalar=Number() as c, arg=arg):
                parts, make = (arg,), partial(scale, c)
            case Times(factors=(Number(value=-1) as c, Add() as arg)):
                parts, make = (arg,), partial(times, c)
            case _:
                return e
        if not any(map(moving, parts)):
            return e
        choices = [part.terms if moving(part) and isinstance(part, Add) else (part,) for part in parts]
        return add(*(make(*chosen) for chosen in itertools.product(*choices)))

    return outside_pending(expr, visit)


def _called(name: str, *args: Expr) -> Expr:
    out: Expr = Call(name, args)
    return out


def outside_pending(expr: Expr, visit: Callable[[Expr], Expr]) -> Expr:
    """The expression with `visit` applied outside of derivatives that are still pending."""
    memo: dict[Expr, Expr] = {}
    for node in pending_nodes(expr):
        memo[node] = node
    return transform(expr, visit, memo)


def pending_nodes(expr: Expr) -> list[Expr]:
    """The derivatives in it that are still pending."""
    out: list[Expr] = []
    stack = [expr]
    while stack:
        node = stack.pop()
        if isinstance(node, (D, Rate)):
            out.append(node)
        elif node.pending:
            stack.extend(node.children)
    return out


Names = frozenset[str]

_FEW, _MOST = 32, 1000
"""So many terms of a product are multiplied out before like ones are collected, and so many stay at most."""


def multiplied_out(expr: Expr, names: Names) -> Expr:
    """Sums that hold a direction multiplied out, small powers of such sums as well."""

    def moving(e: Expr) -> bool:
        return isinstance(e, Add) and bool(e.free & names)

    def once(e: Expr) -> Expr:
        match e:
            case Times(factors=(Number() as c, Add() as a)):
                return add(*(times(c, t) for t in a.terms))
            case Scale(scalar=c, arg=Add() as a):
                return add(*(scale(c, t) for t in a.terms))
            case Scale(scalar=c, arg=a) if moving(c):
                assert isinstance(c, Add)
                return add(*(scale(t, a) for t in c.terms))
            case Scale(scalar=Times() as c, arg=a) if any(moving(f) for f in c.factors):
                return scale(once(c), a)
            case Transpose(arg=Add() as a) if moving(a):
                return add(*(tidy(Transpose(t)) for t in a.terms))
            case Power(base=Add() as a, exponent=Number(value=k)) if moving(a) and k in (2, 3, 4):
                return once(Times((a,) * int(k))) if e.is_scalar else matmul(*(a,) * int(k))
            case Times() if any(moving(f) for f in e.factors):
                return _product(e, moving)
        return e

    for _ in range(12):
        new = transform(spread(tidy(transform(expr, once)), names), once)
        if new is expr:
            break
        expr = new
    return expr


def expanded(expr: Expr, name: str) -> Expr:
    """Multiplied out where the unknown stands in a sum, like terms collected."""
    names = frozenset({name})

    def open_up(e: Expr) -> Expr:
        match e:
            case Scale(scalar=s, arg=Add() as a) if a.free & names:
                return add(*(scale(s, t) for t in a.terms))
            case Scale(scalar=Add() as s, arg=a) if s.free & names:
                return add(*(scale(t, a) for t in s.terms))
            case Transpose(arg=Add() as a) if a.free & names:
                return add(*(tidy(Transpose(t)) for t in a.terms))
            case Call(name=function, args=(Add() as a, *rest)) if a.free & names and FUNCTIONS[function].linear_in == 0:
                return add(*(Call(function, (t, *rest)) for t in a.terms))
            case Call(name="diag", args=(MatMul() as product,)) if product.free & names and on_diagonal(e) is None:
                return _diagonal_of(product, names)
            case Times() if any(isinstance(f, Add) and f.free & names for f in e.factors):
                return _product(e, lambda f: bool(f.free & names))
        return e

    for _ in range(20):
        new = tidy_with(transform(spread(expr, names), open_up), [])
        if new is expr:
            break
        expr = new
    return tidy(collect(expr))


def _product(product: Times, opens: Callable[[Expr], bool]) -> Expr:
    """A product of numbers multiplied out over the sums among its factors that `opens` holds of; as it is where that is too long.

    Where there are many terms, like ones are collected on the way: (x − 1)(x − 2) … (x − 20) has 21, not a million.
    """
    out: list[Expr] = [ONE]
    for f in product.factors:
        choices = f.terms if isinstance(f, Add) and opens(f) else (f,)
        out = [times(x, c) for x in out for c in choices]
        if len(out) > _FEW:
            out = list(terms(collect(tidy(add(*out)))))
        if len(out) > _MOST:
            return product
    return add(*out)


def _diagonal_of(product: MatMul, names: frozenset[str]) -> Expr:
    """diag(A diag(x) B) = (A ∘ B')x, diag(A diag(x)) = diag(A) ∘ x."""
    for k, f in enumerate(product.factors):
        entries = on_diagonal(f)
        if entries is not None and entries.free & names:
            left, right = product.factors[:k], product.factors[k + 1 :]
            if any(g.free & names for g in (*left, *right)):
                continue
            if left and right:
                return matmul(entry_product(matmul(*left), tidy_with(transpose(matmul(*right)), [])), entries)
            return entry_product(Call("diag", (matmul(*left, *right),)), entries)
    return Call("diag", (product,))
