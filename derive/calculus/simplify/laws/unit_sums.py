"""Sums over the unit vectors: Σᵢ sᵢ eᵢ is the vector with the entries sᵢ, Σᵢ sᵢ eᵢeᵢ' the diagonal matrix of it.

A gradient entry by entry comes out as such a sum; people write 2x + exp(x) for Σᵢ (2xᵢ + exp(xᵢ)) eᵢ.
"""

from __future__ import annotations

from derive.calculus.simplify.law_value import law_value
from derive.calculus.simplify.recursion import tidied
from derive.expressions.build import ONE, ZERO, add, counted, entry_product, is_zero, matmul, scale, times, transpose
from derive.expressions.build import terms as each
from derive.expressions.nodes import (
    Add,
    Call,
    Compare,
    Entry,
    Expr,
    Map,
    MatMul,
    Number,
    Ones,
    Power,
    Scale,
    Sum,
    Symbol,
    Times,
    Transpose,
    Unit,
    Where,
)
from derive.expressions.sizes import ONE as ONE_SIZE
from derive.expressions.sizes import Size, is_column


def gathered(expr: Sum) -> Expr | None:
    """The same value without the sum, where every term has a unit vector of the index; None otherwise."""
    n = _unit_size(expr.body, expr.index)
    if n is None or expr.lower is not ONE or expr.upper is not counted(n):
        return None
    return _over(expr.body, ONE, expr.index, n)


def _unit_size(expr: Expr, index: Symbol) -> Size | None:
    """The size of a unit vector of the index that stands outside of any function; None where there is none."""
    seen: set[Expr] = set()
    waiting = [expr]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Unit) and node.index is index:
            return node.size
        if isinstance(node, Add | MatMul | Scale | Transpose | Where) and node not in seen:
            seen.add(node)
            waiting.extend(node.children)
    return None


def _over(expr: Expr, s: Expr, i: Symbol, n: Size) -> Expr | None:
    """Σᵢ s · expr."""
    match expr:
        case Unit(index=index, size=size) if index is i and size == n:
            found = column(s, i, n)
            return None if found is None else law_value("entries-gathered", {"x": found})
        case Add(terms=terms):
            return _total([_over(t, s, i, n) for t in terms])
        case Scale(scalar=factor, arg=arg):
            return _over(arg, times(s, factor), i, n)
        case Transpose(arg=arg):
            inner = _over(arg, s, i, n)
            return None if inner is None else transpose(inner)
        case Where(condition=Compare() as c, then=then, otherwise=otherwise) if c.is_scalar:
            # {a if c, b otherwise} is {1 if c, 0 otherwise} a + {0 if c, 1 otherwise} b
            cases = [(then, Where(c, ONE, ZERO)), (otherwise, Where(c, ZERO, ONE))]
            return _total([_over(e, times(s, choice), i, n) for e, choice in cases if not is_zero(e)])
        case MatMul(factors=factors):
            places = [k for k, f in enumerate(factors) if i.name in f.free]
            if len(places) == 1:
                middle = _over(factors[places[0]], s, i, n)
            elif len(places) == 2 and places[1] == places[0] + 1:
                middle = _diagonal(factors[places[0]], factors[places[1]], s, i, n)
            else:
                return None
            return None if middle is None else matmul(*factors[: places[0]], middle, *factors[places[-1] + 1 :])
    return None


def _diagonal(left: Expr, right: Expr, s: Expr, i: Symbol, n: Size) -> Expr | None:
    """Σᵢ s · left · right for multiples of eᵢ and eᵢ': a diagonal matrix."""
    a, b = _multiple(left, i), _multiple(_turned(right), i)
    entries = None if a is None or b is None else column(times(s, a, b), i, n)
    return None if entries is None else _total([law_value("diagonal-gathered", {"x": t}) for t in each(entries)])


def _total(parts: list[Expr | None]) -> Expr | None:
    """The sum of what was found; None where one part was not."""
    found = [p for p in parts if p is not None]
    return add(*found) if len(found) == len(parts) and found else None


def _turned(expr: Expr) -> Expr:
    return tidied(transpose(expr))


def _multiple(expr: Expr, i: Symbol) -> Expr | None:
    """c with expr = c eᵢ."""
    match expr:
        case Unit(index=index) if index is i:
            return ONE
        case Scale(scalar=s, arg=arg):
            inner = _multiple(arg, i)
            return None if inner is None else times(s, inner)
        case Add(terms=terms):
            return _total([_multiple(t, i) for t in terms])
    return None


def column(s: Expr, i: Symbol, n: Size) -> Expr | None:
    """The n×1 vector with the entries s, a scalar in which the index i stands; None where there is no such form."""
    if i.name not in s.free:
        return scale(s, Ones((n, ONE_SIZE)))
    match s:
        case Entry(arg=arg, row=row, column=None) if row is i and is_column(arg.shape) and i.name not in arg.free and arg.shape[0] == n:
            return arg
        case Entry(arg=arg, row=row, column=k) if row is i and k is not None and i.name not in (arg.free | k.free) and arg.shape[0] == n:
            return Entry(arg, None, k)
        case Entry(arg=arg, row=k, column=col) if col is i and k is not None and i.name not in (arg.free | k.free) and arg.shape[1] == n:
            return Entry(arg, k, None)
        case Add(terms=terms):
            return _total([column(t, i, n) for t in terms])
        case Times(factors=factors):
            fixed = times(*(f for f in factors if i.name not in f.free))
            moving = [f for f in factors if i.name in f.free]
            choice = next((f for f in moving if isinstance(f, Where) and {f.then, f.otherwise} == {ONE, ZERO}), None)
            if choice is not None:
                rest = times(*(f for f in factors if f is not choice))
                return column(Where(choice.condition, *(rest if v is ONE else ZERO for v in (choice.then, choice.otherwise))), i, n)
            columns = [column(f, i, n) for f in moving]
            return None if any(m is None for m in columns) else scale(fixed, entry_product(*(m for m in columns if m is not None)))
        case Power(base=base, exponent=k):
            below, above = column(base, i, n), column(k, i, n)
            if below is None or above is None:
                return None
            if isinstance(k, Number) and k.value == -1:
                return Call("quotient", (Ones(below.shape), below))
            return Call("entrypower", (below, k if i.name not in k.free else above))
        case Map(function=function, arg=arg, order=order):
            inner = column(arg, i, n)
            return None if inner is None else Map(function, inner, order)
        case Call(name="max" | "min" as name, args=(a, b)):
            left, right = column(a, i, n), column(b, i, n)
            return None if left is None or right is None else Call(name, (left, right))
        case MatMul(factors=factors):
            return _row_times(factors, i, n)
        case Where(condition=Compare(op=op, left=a, right=b), then=then, otherwise=otherwise):
            sides = [column(e, i, n) for e in (a, b, then, otherwise)]
            if any(e is None for e in sides):
                return None
            left, right, yes, no = (e for e in sides if e is not None)
            return Where(Compare(op, left, right), yes, no)
    return None


def _row_times(factors: tuple[Expr, ...], i: Symbol, n: Size) -> Expr | None:
    """X w for the entries (row i of X) w, and X' w for the entries w' (column i of X)."""
    places = [k for k, f in enumerate(factors) if i.name in f.free]
    if places == [len(factors) - 1]:
        return _row_times(tuple(_turned(f) for f in reversed(factors)), i, n)
    if places != [0] or not isinstance(factors[0], Transpose) or not isinstance(factors[0].arg, Entry):
        return None
    entry, rest = factors[0].arg, matmul(*factors[1:])
    if i.name in entry.arg.free or not is_column(entry.shape):
        return None
    if entry.row is i and entry.column is None and entry.arg.shape[0] == n:
        return matmul(entry.arg, rest)
    if entry.column is i and entry.row is None and entry.arg.shape[1] == n:
        return matmul(transpose(entry.arg), rest)
    return None
