"""Results entry by entry, for functions that are written by the entries of a short vector: f(x) = x₁² x₂."""

from __future__ import annotations

from fractions import Fraction

from derive.calculus.simplify.collect import collect
from derive.calculus.simplify.factor import common_number, common_scalars
from derive.calculus.simplify.simplify import tidy
from derive.calculus.simplify.terms import join, split
from derive.expressions.build import ONE, ZERO, add, is_zero, negate, power, scale, times
from derive.expressions.nodes import (
    Add,
    Call,
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
    Symbol,
    Transpose,
    Unit,
    Zeros,
    number,
)
from derive.expressions.properties.elimination import inverse, numbers
from derive.expressions.properties.inference import has
from derive.expressions.rewrite import substitute, transform
from derive.expressions.traverse import walk

LARGEST = 4

LARGEST_NUMERIC = 2000
"""Entries of a matrix of numbers."""

Table = list[list[Expr]]


def by_entries(function: Expr, x: Symbol) -> bool:
    """Whether the function is written by entries of a variable of a small numeric size."""
    if x.is_scalar or not all(size.is_number and size.value({}) <= LARGEST for size in x.shape):
        return False
    return any(isinstance(e, Entry) and e.arg is x for e in walk(function))


def explicit(expr: Expr, let: tuple[tuple[Symbol, Expr], ...] = ()) -> Expr | None:
    """The matrix or vector of its scalar entries, or None where an entry cannot be written.

    let  names with what they stand for: of a name for numbers the numbers are written
    """
    if expr.is_scalar:
        return None
    table = entries_of(in_its_numbers(expr, let))
    if table is None:
        return None
    out: Expr = Stack(tuple(tuple(row) for row in table))
    return out if out is not expr else None


def in_its_numbers(expr: Expr, let: tuple[tuple[Symbol, Expr], ...]) -> Expr:
    """The expression with its names for matrices of numbers opened."""
    known: dict[Expr, Expr] = {symbol: definition for symbol, definition in let if numbers(definition) is not None}
    return substitute(expr, known) if known else expr


def entries_of(expr: Expr) -> Table | None:
    """The scalar entries, rows of columns; None where one is not known or the sizes are not numbers."""
    rows, columns = expr.shape
    if not (rows.is_number and columns.is_number):
        return None
    m, n = rows.value({}), columns.value({})
    if m * n > (LARGEST_NUMERIC if _numeric(expr) else LARGEST * LARGEST):
        return None
    table = _table(expr, m, n)
    return None if table is None else [[tidy(collect(tidy(e))) for e in row] for row in table]


def _table(expr: Expr, m: int, n: int) -> Table | None:
    if m == n == 1:
        return [[expr]]
    match expr:
        case Zeros():
            return [[ZERO] * n for _ in range(m)]
        case Ones():
            return [[ONE] * n for _ in range(m)]
        case Identity():
            return [[ONE if i == j else ZERO for j in range(n)] for i in range(m)]
        case Unit(index=Number(value=k)):
            return [[ONE if i + 1 == k else ZERO] for i in range(m)]
        case Symbol():
            return [[_entry(expr, i, None if n == 1 else j) for j in range(n)] for i in range(m)]
        case Add():
            parts = [entries_of(t) for t in expr.terms]
            if any(p is None for p in parts):
                return None
            return [[add(*(p[i][j] for p in parts if p is not None)) for j in range(n)] for i in range(m)]
        case Scale(scalar=s, arg=a):
            inner = entries_of(a)
            return None if inner is None else [[ZERO if is_zero(e) else times(s, e) for e in row] for row in inner]
        case Transpose(arg=a):
            inner = entries_of(a)
            return None if inner is None else [list(row) for row in zip(*inner, strict=True)]
        case Stack():
            return _blocks(expr)
        case MatMul(factors=factors):
            return _product(factors)
        case Call(name="diag", args=(a,)) if a.shape != expr.shape and n == m:
            inner = entries_of(a)
            return None if inner is None else [[inner[i][0] if i == j else ZERO for j in range(n)] for i in range(m)]
        case Call(name="hadamard", args=(a, b)):
            left, right = entries_of(a), entries_of(b)
            if left is None or right is None:
                return None
            return [[times(left[i][j], right[i][j]) for j in range(n)] for i in range(m)]
        case Power(base=base, exponent=Number(value=k)) if k == -1:
            inner = entries_of(base)
            return None if inner is None else _inverse(inner)
        case Map(function=f, arg=a, order=k):
            inner = entries_of(a)
            return None if inner is None else [[Map(f, e, k) for e in row] for row in inner]
    return None


def _entry(symbol: Symbol, i: int, j: int | None) -> Expr:
    """An entry of a letter, counted from 0, as its structure tells it: S₁₂ for S₂₁ of a symmetric S, 0 above the diagonal of a lower one."""
    if j is not None and i != j:
        if has(symbol, "diagonal") or has(symbol, "lower" if i < j else "upper"):
            return ZERO
        if i > j and has(symbol, "symmetric"):
            return _entry(symbol, j, i)
        if i > j and has(symbol, "skew"):
            return negate(_entry(symbol, j, i))
    elif j is not None and has(symbol, "skew"):
        return ZERO
    out: Expr = Entry(symbol, number(i + 1), None if j is None else number(j + 1))
    return out


def determinant(table: Table) -> Expr:
    """The determinant of a square table of entries, expanded by its first row."""
    if len(table) == 1:
        return table[0][0]
    minors = [[[e for c, e in enumerate(row) if c != j] for row in table[1:]] for j in range(len(table))]
    signs = (number((-1) ** j) for j in range(len(table)))
    return add(*(times(sign, table[0][j], determinant(minors[j])) for j, sign in enumerate(signs)))


def _numeric(expr: Expr) -> bool:
    return not expr.free


def _inverse(table: Table) -> Table | None:
    """The inverse of a matrix of numbers; None for letters or a singular matrix."""
    rows = numbers(Stack(tuple(map(tuple, table))))
    out = None if rows is None else inverse(rows)
    return None if out is None else [[number(v) for v in row] for row in out]


def _blocks(expr: Stack) -> Table | None:
    out: Table = []
    for row in expr.rows:
        parts = [entries_of(block) for block in row]
        if any(p is None for p in parts):
            return None
        tables = [p for p in parts if p is not None]
        out.extend([e for t in tables for e in t[i]] for i in range(len(tables[0])))
    return out


def _product(factors: tuple[Expr, ...]) -> Table | None:
    total: Table | None = None
    for factor in factors:
        table = entries_of(factor)
        if table is None:
            return None
        if total is None:
            total = table
            continue
        left = total
        total = [
            [tidy(add(*(times(row[k], table[k][j]) for k in range(len(table))))) for j in range(len(table[0]))] for row in left
        ]
    return total


def multiplied(expr: Expr) -> Expr:
    """The expression with every product of a row and a column of entries as the sum that it is."""
    def visit(node: Expr) -> Expr:
        if isinstance(node, MatMul) and node.is_scalar and any(isinstance(f, Stack) for f in node.factors):
            table = _product(node.factors)
            return node if table is None else table[0][0]
        return node

    return transform(expr, visit)


def factored_out(matrix: Stack) -> Expr:
    """exp(xy) [y², xy; xy, x²]: what stands in front of every entry of a matrix of scalars, in front of the matrix."""
    entries = [c for c in matrix.children if not is_zero(c)]
    if len(entries) < 2 or not all(c.is_scalar for c in entries):
        return matrix
    parts = [split(c) for c in entries]
    common = common_scalars([powers for _, powers, _ in parts])
    front = join(Fraction(1), common, None)
    if front is ONE or isinstance(front, SizeValue):
        return matrix
    front = join(common_number([c for c, _, _ in parts], True), common, None)
    below = power(front, -1)
    return scale(front, Stack(tuple(tuple(c if is_zero(c) else tidy(times(c, below)) for c in row) for row in matrix.rows)))
