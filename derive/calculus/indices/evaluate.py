"""Values at a point: of an expression whose letters all have numbers, exact where that is short, else to four digits."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from derive.calculus.simplify.simplify import tidy
from derive.expressions.nodes import Apply, Call, Expr, Map, Number, Rounded, Stack, Symbol
from derive.expressions.rewrite import substitute
from derive.expressions.sizes import ONE, Size
from derive.expressions.traverse import walk
from derive.notation.python.identifiers import identifier
from derive.notation.python.run import run
from derive.notation.python.source import Names
from derive.values import dataclass

DIGITS = 4
"""Significant digits of a rounded value."""
PLAIN = 20
"""The largest denominator of a fraction that is not also given as a decimal."""
LONGEST = 5
"""Numbers and functions in an entry that is written exactly: ½ sqrt(5) has two numbers and a function."""
LONGEST_IN_ALL = 30
"""In all its entries."""
WIDEST = 1000
"""Above this a numerator or denominator, but of a whole number, is no longer read: the decimal stands alone."""


@dataclass(frozen=True)
class Value:
    """exact    numbers in closed form, None where there is none that one would write
    rounded  the same to DIGITS significant digits; None where the exact one says as much"""

    exact: Expr | None
    rounded: Expr | None


@dataclass(frozen=True)
class Place:
    """The numbers that letters have, names of `let` among them by their definitions, and sizes."""

    values: Mapping[Symbol, Expr]
    let: tuple[tuple[Symbol, Expr], ...] = ()

    @property
    def sizes(self) -> dict[str, int]:
        """What the sizes of the letters are, by the shapes of their values."""
        return {
            str(size): there.value({}) for symbol, value in self.values.items()
            for size, there in zip(symbol.shape, value.shape, strict=True) if there.is_number and not size.is_number
        }

    def defined(self, expr: Expr) -> Expr:
        """With the names of `let` replaced by what they stand for."""
        for symbol, definition in reversed(self.let):
            expr = substitute(expr, {symbol: definition})
        return expr

    def covers(self, expr: Expr) -> bool:
        """Whether every letter and size of an expression has a number, and no function is unnamed."""
        known = {s.name for s in self.values}
        sizes = self.sizes
        nodes = tuple(walk(self.defined(expr)))
        return not expr.pending and self.defined(expr).free <= known and not any(
            isinstance(n, Apply) or (isinstance(n, Map) and not isinstance(n.function, str))
            or any(not size.is_number and not size.names <= sizes.keys() for size in _sizes(n)) for n in nodes
        )


def _sizes(node: Expr) -> tuple[Size, ...]:
    found = [*node.shape, *getattr(node, "dims", ())]
    size = getattr(node, "size", None)
    return (*found, size) if isinstance(size, Size) else tuple(found)


def value_at(expr: Expr, place: Place) -> Value | None:
    """The value of an expression at a place that covers it; None where it has none, or none that is finite."""
    closed = exact_value(expr, place)
    numbers = floats(expr, place)
    row = expr.shape[0] == ONE
    if numbers is None and closed is None:
        return None
    if closed is None:
        return Value(None, rounded(numbers, row))
    entries = closed.children if isinstance(closed, Stack) else (closed,)
    if all(isinstance(e, Number) and e.value.denominator <= PLAIN for e in entries):
        return Value(closed, None)
    decimals = None if numbers is None else rounded(numbers, row)
    lengths = [_length(e) for e in entries]
    readable = max(lengths) <= LONGEST and sum(lengths) <= LONGEST_IN_ALL
    return Value(closed if readable or decimals is None else None, decimals)


def exact_value(expr: Expr, place: Place) -> Expr | None:
    """The value as a number or a stack of numbers, in closed form; None where a function on the way has none."""
    from derive.calculus import algebra

    values = {s.name: v for s, v in place.values.items()}
    try:
        return algebra.in_entries(algebra.exact(place.defined(expr), values, place.sizes))
    except algebra.Inexact:
        return None


def floats(expr: Expr, place: Place, moved: Mapping[Symbol, Any] | None = None) -> Any | None:
    """The value in floating point, None where it is not finite; some letters `moved` by arrays."""
    import numpy as np

    namespace = _namespace(place)
    for symbol, step in (moved or {}).items():
        namespace[identifier(symbol.name)] = namespace[identifier(symbol.name)] + np.reshape(step, np.shape(namespace[identifier(symbol.name)]))
    found = run(place.defined(expr), namespace, Names())
    return found if found is not None and np.isfinite(found).all() else None


def _namespace(place: Place) -> dict[str, Any]:
    import numpy as np

    def array(value: Expr) -> Any:
        if isinstance(value, Number):
            return float(value.value)
        assert isinstance(value, Stack)
        rows = [[float(e.value) for e in row if isinstance(e, Number)] for row in value.rows]
        table = np.array(rows)
        return np.ravel(table) if 1 in table.shape else table

    return {**{identifier(s.name): array(v) for s, v in place.values.items()}, **place.sizes}


def rounded(numbers: Any, row: bool = False) -> Expr:
    """An array as a number, a column (a `row`) or a matrix of numbers with DIGITS significant digits; rounding beside the largest is 0."""
    import numpy as np

    size = float(np.max(np.abs(numbers), initial=0.0))

    def one(value: float) -> Expr:
        digits = f"{0.0 if abs(value) < 1e-13 * size else value:.{DIGITS}g}"
        out: Expr = Rounded(Fraction(digits))
        return out

    if np.ndim(numbers) == 0:
        return one(float(numbers))
    table = numbers if np.ndim(numbers) == 2 else np.reshape(numbers, (1, -1) if row else (-1, 1))
    out: Expr = Stack(tuple(tuple(one(float(v)) for v in row) for row in table))
    return out


def _length(expr: Expr) -> int:
    """The numbers and functions written in it; a long fraction counts as too many."""
    if isinstance(expr, Number):
        long = expr.value.denominator > 1 and max(abs(expr.value.numerator), expr.value.denominator) > WIDEST
        return LONGEST + 1 if long else 1
    return int(isinstance(expr, Map | Call)) + sum(_length(child) for child in expr.children)


def partly(expr: Expr, place: Place) -> Expr:
    """With every part that the place covers at its value: det(X) tr(X⁻¹K) as −2 tr([…] K); what has no short value stays."""
    covered: dict[Expr, Expr] = {}

    def visit(node: Expr) -> None:
        if not isinstance(node, Number) and place.covers(node):
            value = exact_value(node, place)
            if value is not None:
                covered[node] = value
                return
        for child in node.children:
            visit(child)

    whole = place.defined(expr)
    visit(whole)
    return tidy(substitute(whole, covered))


def in_figures(expr: Expr) -> Value | None:
    """The value of an expression of numbers alone that is not a number, or a column of numbers, yet."""
    if expr.free or isinstance(expr, Stack | Number) or not NOWHERE.covers(expr):
        return None
    found = value_at(expr, NOWHERE)
    return None if found is None or found.exact is expr else found


NOWHERE = Place({})
"""Where no letter has a value: of expressions of numbers."""
