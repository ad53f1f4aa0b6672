"""Expressions in numbers, exactly: every entry a SymPy number, while each function on the way has an exact value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from derive.calculus.algebra.door import function_of, own, sp
from derive.calculus.algebra.exact_functions import EXACT
from derive.calculus.algebra.scalars import Untranslatable, from_sympy_scalar
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import (
    Add,
    Call,
    Commutation,
    Compare,
    Entry,
    Expr,
    Identity,
    Map,
    MatMul,
    Number,
    Ones,
    Power,
    Scale,
    SizeValue,
    Stack,
    Sum,
    Symbol,
    Times,
    Transpose,
    Unit,
    Where,
    Zeros,
)
from derive.expressions.sizes import Size

LARGEST_EXACT = 400
"""Entries of a matrix that is evaluated exactly."""


class Inexact(Exception):
    """A value that has no exact form here."""


def exact(expr: Expr, values: Mapping[str, Expr], sizes: Mapping[str, int]) -> Any:
    """The value as a SymPy matrix of numbers, a scalar as a 1×1 one; Inexact where there is none.

    values  what the names stand for: numbers, and stacks of numbers
    sizes   what the names of sizes stand for
    """
    try:
        found = _Evaluation(values, sizes).of(expr, ())
    except (KeyError, IndexError, TypeError, ValueError, NotImplementedError, ZeroDivisionError) as error:
        raise Inexact(str(error)) from None
    found = found.applyfunc(_simplified)
    if not all(e.is_number and e.is_extended_real and e.is_finite for e in found):
        raise Inexact("it is not a real number")
    return found


def in_entries(matrix: Any) -> Expr:
    """A SymPy matrix of numbers as a number or a stack of numbers.  Inexact where an entry has no word in the language."""
    try:
        rows = tuple(tuple(from_sympy_scalar(e) for e in row) for row in matrix.tolist())
    except Untranslatable as error:
        raise Inexact(str(error)) from None
    if matrix.shape == (1, 1):
        return rows[0][0]
    out: Expr = Stack(rows)
    return out


def _simplified(value: Any) -> Any:
    sympy = sp()
    if value.is_Rational or value.count_ops() > 300:
        return value
    whole = sympy.radsimp(sympy.simplify(value))
    return whole if whole.count_ops() <= value.count_ops() else value


class _Evaluation:
    """Values of subexpressions, each computed once; `bound` holds the indices of the sums around, with their numbers."""

    def __init__(self, values: Mapping[str, Expr], sizes: Mapping[str, int]) -> None:
        self.values, self.sizes = values, sizes
        self.memo: dict[tuple[Expr, tuple[tuple[str, int], ...]], Any] = {}

    def of(self, expr: Expr, bound: tuple[tuple[str, int], ...]) -> Any:
        own_names = tuple(pair for pair in bound if pair[0] in expr.free)
        key = (expr, own_names)
        if key not in self.memo:
            m, n = (self.size(s) for s in expr.shape)
            if m * n > LARGEST_EXACT:
                raise Inexact("it has too many entries")
            found = self.computed(expr, own_names, m, n)
            if found.has(sp().zoo, sp().nan, sp().oo, -sp().oo):
                raise Inexact("it is not finite")
            self.memo[key] = found
        return self.memo[key]

    def size(self, size: Size) -> int:
        return size.value(self.sizes)

    def scalar(self, expr: Expr, bound: tuple[tuple[str, int], ...]) -> Any:
        return self.of(expr, bound)[0]

    def computed(self, expr: Expr, bound: tuple[tuple[str, int], ...], m: int, n: int) -> Any:
        sympy = sp()
        parts = [self.of(child, bound) for child in expr.children] if not isinstance(expr, Sum | Where | Stack | Call) else []
        match expr:
            case Number(value):
                return sympy.Matrix([[sympy.Rational(value.numerator, value.denominator)]])
            case SizeValue(size):
                return sympy.Matrix([[self.size(size)]])
            case Symbol(name):
                index = dict(bound).get(name)
                return sympy.Matrix([[index]]) if index is not None else self.of(self.values[name], ())
            case Zeros() | Ones() | Identity():
                entry = {Zeros: sympy.zeros, Ones: sympy.ones, Identity: sympy.eye}[type(expr)]
                return entry(m, n)
            case Unit():
                return sympy.Matrix(m, 1, lambda i, _: int(i + 1 == parts[0][0]))
            case Commutation(rows, columns):
                r, c = self.size(rows), self.size(columns)
                return sympy.Matrix(m, n, lambda i, j: int((i % c) * r + i // c == j))
            case Add():
                return sum(parts[1:], parts[0])
            case Times() | Scale():
                scalars, rest = (parts, sympy.Matrix([[1]])) if isinstance(expr, Times) else (parts[:1], parts[1])
                return sympy.Mul(*(p[0] for p in scalars)) * rest
            case MatMul():
                out = parts[0]
                for p in parts[1:]:
                    out = out * p
                return out
            case Power(base) if base.is_scalar:
                return sympy.Matrix([[parts[0][0] ** parts[1][0]]])
            case Power():
                return parts[0] ** int(parts[1][0])
            case Transpose():
                return parts[0].T
            case Entry():
                return self.entry(expr, parts)
            case Stack(rows):
                return sympy.Matrix.vstack(*(sympy.Matrix.hstack(*(self.of(b, bound) for b in row)) for row in rows))
            case Map(str(name), _, 0):
                return parts[0].applyfunc(_function(name))
            case Sum(index, lower, upper, body):
                low, high = int(self.scalar(lower, bound)), int(self.scalar(upper, bound))
                terms = [self.of(body, (*(p for p in bound if p[0] != index.name), (index.name, k))) for k in range(low, high + 1)]
                return sum(terms[1:], terms[0]) if terms else sympy.zeros(m, n)
            case Where(Compare(op, left, right), then, otherwise):
                return self.cases(op, [self.of(e, bound) for e in (left, right, then, otherwise)], m, n)
            case Call(name, args):
                return self.call(name, args, bound)
        raise Inexact(f"no exact value of {type(expr).__name__}")

    def call(self, name: str, args: tuple[Expr, ...], bound: tuple[tuple[str, int], ...]) -> Any:
        compute = EXACT.get(name)
        if compute is None:
            raise Inexact(f"no exact value of {name}")
        shaped = FUNCTIONS[name].shaped_by
        taken = [
            sp().zeros(*(self.size(s) for s in arg.shape)) if k == shaped else self.of(arg, bound) for k, arg in enumerate(args)
        ]
        found = compute(*taken)
        if found is None:
            raise Inexact(f"no exact value of {name}")
        return found

    def entry(self, expr: Entry, parts: list[Any]) -> Any:
        whole, *indices = parts
        numbers = [int(i[0]) - 1 for i in indices]
        if expr.row is None:
            return whole[:, numbers[0]]
        if expr.column is None:
            return whole[numbers[0], :].T
        return whole[numbers[0], numbers[1]] * sp().eye(1)

    def cases(self, op: str, parts: list[Any], m: int, n: int) -> Any:
        left, right, then, otherwise = parts
        holds: Callable[[Any], Any] = _SIGNS[op]

        def at(table: Any, i: int, j: int) -> Any:
            return table[0] if table.shape == (1, 1) else table[i, j]

        return sp().Matrix(m, n, lambda i, j: at(then, i, j) if bool(holds(at(left, i, j) - at(right, i, j))) else at(otherwise, i, j))


_SIGNS: dict[str, Callable[[Any], Any]] = {
    "<": lambda d: d < 0, "<=": lambda d: d <= 0, ">": lambda d: d > 0, ">=": lambda d: d >= 0,
}
"""Of left − right, by the comparison."""


def _function(name: str) -> Any:
    """The entry-by-entry function of the table on a number, by its formula where SymPy has none of its own."""
    found = function_of(name)
    return found.formula if found in own().values() else found
