"""Sums over an index beside unit vectors, written as products of matrices: Σᵢ Σⱼ Aᵢⱼ (xⱼ eᵢ + xᵢ eⱼ) is (A + A')x."""

from __future__ import annotations

import re

from derive.calculus.indices.entries import Writer, fresh
from derive.calculus.indices.lines import read_as_matrix
from derive.calculus.indices.partial import contract
from derive.errors import DeriveError
from derive.expressions.build import ONE as FIRST
from derive.expressions.build import counted
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Call, Entry, Expr, Map, Number, Power, Sum, Symbol, Unit
from derive.expressions.sizes import ONE
from derive.expressions.traverse import walk


def as_products(expr: Expr, function: Expr) -> Expr | None:
    """The vector or matrix without its sums, where that is not longer; else None.

    A sum without unit vectors stays where the author's function speaks of rows or columns, and where it is as short.
    """
    units = _sums_units(expr)
    summed = [node for node in walk(expr) if isinstance(node, Sum)]
    rows = any(isinstance(node, Entry) and not node.is_scalar for node in walk(function))
    if not summed or (rows and not units) or not all(map(_over_all_units, summed)):
        return None
    taken = set(expr.free) | {name for node in walk(expr) for size in node.shape for name in size.names}
    taken |= {node.index.name for node in summed}
    names = fresh(taken)
    places: list[Symbol | None] = [next(names) if size != ONE else None for size in expr.shape]
    free = {s.name for s in places if s is not None}
    try:
        entry = contract(Writer(taken | free).entry(expr, *(s for s in places if s is not None)))
    except DeriveError:
        return None
    sizes = {s.name: size for s, size in zip(places, expr.shape, strict=True) if s is not None}
    found = read_as_matrix(entry, places[0], places[1], sizes)
    if found is None or found.shape != expr.shape or any(isinstance(node, Sum) for node in walk(found)):
        return None
    if _letters(found) >= _letters(expr) + units:
        return None
    return found


def _over_all_units(node: Sum) -> bool:
    """Whether the unit vectors of its index, where it holds any, are all of their kind: the sum of xᵢeᵢ from i = 2 is not x."""
    units = [e for e in walk(node.body) if isinstance(e, Unit) and node.index.name in e.free]
    return all(node.lower is FIRST and node.upper is counted(e.size) for e in units)


def _sums_units(expr: Expr) -> bool:
    """Whether a sum over an index holds a unit vector of that index."""
    return any(
        isinstance(node, Sum) and any(isinstance(e, Unit) and node.index.name in e.free for e in walk(node.body)) for node in walk(expr)
    )


def _letters(expr: Expr) -> int:
    """How many letters, numbers and names of functions are written; nothing counts below, and no exponent -1."""
    match expr:
        case Entry(arg):
            return _letters(arg)
        case Sum(body=body):
            return 1 + _letters(body)
        case Power(base, Number(k)) if k == -1:
            return _letters(base)
        case Unit():
            return 1
        case Call(name) | Map(str(name)):
            named = re.match(r"\\operatorname|\\[a-z]+\(", FUNCTIONS[name].latex) is not None
            return named + sum(_letters(child) for child in expr.children)
    return sum(_letters(child) for child in expr.children) if expr.children else 1
