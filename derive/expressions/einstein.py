"""Einstein's convention: sums over an index that a term repeats are not written.

A `Sum` that is `silent` prints its body alone.  `silenced` brings an expression by entries to the one form that can be read back:
each term a number, the sums that stay, the silent sums in the order in which their indices appear, a product.  `bare` is what is
written, `summed` reads it: an index is summed in the smallest term that holds it twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product

from derive.expressions import build
from derive.expressions.nodes import Add, Delta, Entry, Expr, Number, Power, SizeValue, Sum, Symbol, Times, number
from derive.expressions.rewrite import substitute, transform
from derive.expressions.sizes import SCALAR, Size
from derive.expressions.traverse import walk
from derive.values import dataclass

NAMES = "ijklrstuvabcdgh"
MOST = 4
"""A power with a summed index in it is written as a product of at most so many factors."""


def bare(expr: Expr) -> Expr:
    """The expression without its silent sums: what is printed."""
    if not any(isinstance(node, Sum) and node.silent for node in walk(expr)):
        return expr
    return transform(expr, lambda e: e.body if isinstance(e, Sum) and e.silent else e)


def silenced(expr: Expr) -> Expr:
    """An equal expression in which every sum is silent that the convention tells; the same expression where it tells none."""
    taken = set(expr.free) | {n.index.name for n in walk(expr) if isinstance(n, Sum)}
    taken |= {name for n in walk(expr) for size in n.shape for name in size.names}
    out = _Silencer(taken).term(expr, frozenset())
    silent = {n.index.name: n.index for n in walk(out) if isinstance(n, Sum) and n.silent}
    return out if silent and summed(bare(out), silent) is out else expr


def summed(expr: Expr, indices: Mapping[str, Symbol]) -> Expr:
    """The expression that is meant by one written without the signs of the sums over these indices."""
    return _Reader(indices).term(expr)


# ------------------------------------------------------------------------------------------------ counting
UNEVEN = 99


def times_in(e: Expr, name: str) -> int:
    """How often a term holds an index: the same in every term of a sum in brackets, or more than any term may."""
    if name not in e.free:
        return 0
    match e:
        case Symbol():
            return 1
        case Add(terms):
            counts = {times_in(t, name) for t in terms}
            return counts.pop() if len(counts) == 1 else UNEVEN
        case Power(base, Number(value=k)) if k.denominator == 1 and k > 0:
            return int(k) * times_in(base, name)
        case _:
            return sum(times_in(child, name) for child in e.children)


def _range(e: Expr, name: str) -> Size | None:
    """The size through which an index runs, read off an entry at which it stands."""
    for node in walk(e):
        if isinstance(node, Entry):
            indices = iter(node.children[1:])
            for k, place in enumerate((node.row, node.column)):
                if place is None:
                    continue
                i = next(indices)
                if isinstance(i, Symbol) and i.name == name:
                    return node.arg.shape[k] if node.arg.shape[k] != Size.of(1) else node.arg.shape[1 - k]
    return None


def _appearing(e: Expr) -> Iterator[str]:
    """The names of integers free in an expression, in the order in which they are written."""
    if isinstance(e, Symbol):
        if "integer" in e.has:
            yield e.name
        return
    bound = e.index.name if isinstance(e, Sum) else None
    for child in e.children:
        yield from (name for name in _appearing(child) if name != bound)


def _wrapped(rest: Expr, indices: Mapping[str, Symbol]) -> Expr:
    """The silent sums of a term, the first index outermost."""
    todo = [name for name in dict.fromkeys(_appearing(rest)) if name in indices and times_in(rest, name) == 2]
    for name in reversed(todo):
        size = _range(rest, name)
        if size is not None:
            upper: Expr = number(size.value({})) if size.is_number else SizeValue(size)
            rest = Sum(indices[name], build.ONE, upper, rest, True)
    return rest


# ------------------------------------------------------------------------------------------------ reading
class _Reader:
    def __init__(self, indices: Mapping[str, Symbol]) -> None:
        self.indices = indices

    def term(self, e: Expr) -> Expr:
        if isinstance(e, Add):
            return build.add(*map(self.term, e.terms))
        c, rest = build.coefficient(e)
        if isinstance(rest, Sum):
            return build.times(number(c), Sum(rest.index, rest.lower, rest.upper, self.term(rest.body), rest.silent))
        factors = rest.factors if isinstance(rest, Times) else (rest,)
        inner = build.times(*map(self.factor, factors))
        return build.times(number(c), _wrapped(inner, self.indices))

    def factor(self, e: Expr) -> Expr:
        if not e.children or isinstance(e, (Entry, Delta)):
            return e
        if isinstance(e, Add):
            return self.term(e)
        children = tuple(self.term(c) if c.is_scalar else c for c in e.children)
        return e if all(a is b for a, b in zip(children, e.children, strict=True)) else build.remake(e, children)


# ------------------------------------------------------------------------------------------------ writing
@dataclass(frozen=True)
class _Product:
    """A term: its number, its sums (index, from, to), its factors."""

    c: Fraction
    sums: tuple[tuple[Symbol, Expr, Expr], ...]
    factors: tuple[Expr, ...]


class _Silencer:
    def __init__(self, taken: set[str]) -> None:
        self.taken = taken

    def fresh(self) -> Symbol:
        name = next(n for n in (*NAMES, *(f"i{k}" for k in range(1, 100))) if n not in self.taken)
        self.taken.add(name)
        out: Symbol = Symbol(name, SCALAR, frozenset({"integer"}))
        return out

    def term(self, e: Expr, around: frozenset[str]) -> Expr:
        """A term or a sum of terms, with the sums that the convention tells silent."""
        if isinstance(e, Add):
            return build.add(*(self.term(t, around) for t in e.terms))
        return build.add(*(self.written(p, around) for p in self.products(e, around)))

    def written(self, p: _Product, around: frozenset[str]) -> Expr:
        p = self.apart(p)
        names = around | {i.name for i, _, _ in p.sums}
        rest = build.times(*(self.inside(f, names) for f in p.factors))
        told: dict[str, Symbol] = {}
        stay = []
        for i, lower, upper in p.sums:
            size = _range(rest, i.name)
            whole = size is not None and lower is build.ONE and upper is (
                number(size.value({})) if size.is_number else SizeValue(size))
            if whole and times_in(rest, i.name) == 2:
                told[i.name] = i
            else:
                stay.append((i, lower, upper))
        out = _wrapped(rest, told)
        for i, lower, upper in reversed(stay):
            out = Sum(i, lower, upper, out)
        return build.times(number(p.c), out)

    def apart(self, p: _Product) -> _Product:
        """Summed indices with other letters than those that a factor binds inside."""
        for i, _, _ in p.sums:
            if any(isinstance(n, Sum) and n.index.name == i.name for f in p.factors for n in walk(f)):
                p = self.exchanged(p, i)
        return p

    def exchanged(self, p: _Product, i: Symbol) -> _Product:
        """The term with another letter for one of the indices that it sums over."""
        new = self.fresh()
        sums = tuple((new if k is i else k, lower, upper) for k, lower, upper in p.sums)
        return _Product(p.c, sums, tuple(substitute(f, {i: new}) for f in p.factors))

    def merged(self, parts: tuple[_Product, ...]) -> _Product:
        """The product of terms, each summing over letters of its own."""
        out = _Product(Fraction(1), (), ())
        names: set[str] = set().union(*(f.free for p in parts for f in p.factors if not p.sums))
        for p in parts:
            for i, _, _ in p.sums:
                others = names.union(*(f.free for q in parts if q is not p for f in q.factors))
                if i.name in others:
                    p = self.exchanged(p, i)
            names |= {i.name for i, _, _ in p.sums}
            out = _Product(out.c * p.c, (*out.sums, *p.sums), (*out.factors, *p.factors))
        return out

    def inside(self, f: Expr, around: frozenset[str]) -> Expr:
        """A factor, with the terms in it written."""
        if not f.children or isinstance(f, (Entry, Delta)):
            return f
        if isinstance(f, Add):
            return self.term(f, around)
        children = tuple(self.term(c, around) if c.is_scalar else c for c in f.children)
        return f if all(a is b for a, b in zip(children, f.children, strict=True)) else build.remake(f, children)

    def products(self, e: Expr, around: frozenset[str]) -> list[_Product]:
        """The terms of a product when the sums in it are taken to its front."""
        match e:
            case Number():
                return [_Product(e.value, (), ())]
            case Sum(index, lower, upper, body):
                terms = [p for t in build.terms(body) for p in self.products(t, around | {index.name})]
                terms = [self.exchanged(p, index) if any(i is index for i, _, _ in p.sums) else p for p in terms]
                return [_Product(p.c, ((index, lower, upper), *p.sums), p.factors) for p in terms]
            case Power(base, Number(value=k)) if k.denominator == 1 and 1 < k <= MOST and base.free & around:
                copies = [self.products(base if n == 0 else self.renamed(base), around) for n in range(int(k))]
                if any(len(terms) > 1 for terms in copies):
                    copies = [[_Product(Fraction(1), (), (c,))] for c in self.copies(base, int(k))]
                return [self.merged(choice) for choice in product(*copies)]
            case Times(factors):
                return [self.merged(choice) for choice in product(*(self.products(f, around) for f in factors))]
            case _:
                return [_Product(Fraction(1), (), (e,))]

    def copies(self, base: Expr, count: int) -> list[Expr]:
        return [base, *(self.renamed(base) for _ in range(count - 1))]

    def renamed(self, e: Expr) -> Expr:
        """The expression with other letters for the indices that it sums over."""
        def other(node: Expr) -> Expr:
            if not isinstance(node, Sum):
                return node
            new = self.fresh()
            return Sum(new, node.lower, node.upper, substitute(node.body, {node.index: new}), node.silent)

        return transform(e, other)
