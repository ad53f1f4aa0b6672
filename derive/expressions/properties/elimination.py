"""Matrices of numbers, by elimination in fractions."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from derive.expressions.nodes import Expr, MatMul, Number, Scale, Stack
from derive.expressions.properties.definite import Definite
from derive.expressions.sizes import is_column

Rows = list[list[Fraction]]


def numbers(expr: Expr) -> Rows | None:
    """The entries of a matrix that is written in numbers; None of another expression."""
    if not isinstance(expr, Stack) or not all(isinstance(e, Number) for row in expr.rows for e in row):
        return None
    return [[e.value for e in row if isinstance(e, Number)] for row in expr.rows]


def has_independent_columns(expr: Expr) -> bool:
    """Whether it is a matrix of numbers with independent columns."""
    rows = numbers(expr)
    if rows is None:
        return False
    for column in range(len(rows[0])):
        pivot = next((k for k in range(column, len(rows)) if rows[k][column]), None)
        if pivot is None:
            return False
        rows[column], rows[pivot] = rows[pivot], rows[column]
        _clear(rows, column, range(column + 1, len(rows)))
    return True


def inverse(rows: Rows) -> Rows | None:
    """The inverse of a square matrix; None of a singular one."""
    n = len(rows)
    wide = [[*row, *(Fraction(int(i == j)) for j in range(n))] for i, row in enumerate(rows)]
    for k in range(n):
        pivot = next((i for i in range(k, n) if wide[i][k]), None)
        if pivot is None:
            return None
        wide[k], wide[pivot] = wide[pivot], wide[k]
        wide[k] = [v / wide[k][k] for v in wide[k]]
        _clear(wide, k, (i for i in range(n) if i != k))
    return [row[n:] for row in wide]


def contradiction(rows: Rows, right: list[Fraction]) -> list[Fraction] | None:
    """y with y'A = 0 and y'b = 1, which shows that Ax = b has no solution; None where it has one.

    Source: the theorem of the alternative of Fredholm (Strang, Linear Algebra and Its Applications, sec. 3.1).
    """
    n, m = len(rows[0]), len(rows)
    wide = [[*row, b, *(Fraction(int(i == j)) for j in range(m))] for i, (row, b) in enumerate(zip(rows, right, strict=True))]
    done = 0
    for column in range(n):
        pivot = next((k for k in range(done, m) if wide[k][column]), None)
        if pivot is not None:
            wide[done], wide[pivot] = wide[pivot], wide[done]
            for k in range(done + 1, m):
                c = wide[k][column] / wide[done][column]
                wide[k] = [a - c * b for a, b in zip(wide[k], wide[done], strict=True)]
            done += 1
    left = next((row for row in wide[done:] if row[n]), None)
    return None if left is None else [v / left[n] for v in left[n + 1 :]]


def solutions(rows: Rows, right: list[Fraction]) -> tuple[list[Fraction], dict[int, list[Fraction]]] | None:
    """(p, N) of Ax = b: every solution is p + Σ x_j N[j] over the unknowns j that stay free; None where there is none.

    Source: Strang, Linear Algebra and Its Applications, sec. 2.2 (the reduced echelon form, free variables).
    """
    n, m = len(rows[0]), len(rows)
    wide = [[*row, b] for row, b in zip(rows, right, strict=True)]
    pivots: list[int] = []
    for column in range(n):
        k = len(pivots)
        pivot = next((i for i in range(k, m) if wide[i][column]), None)
        if pivot is None:
            continue
        wide[k], wide[pivot] = wide[pivot], wide[k]
        wide[k] = [v / wide[k][column] for v in wide[k]]
        for i in range(m):
            if i != k and wide[i][column]:
                wide[i] = [a - wide[i][column] * b for a, b in zip(wide[i], wide[k], strict=True)]
        pivots.append(column)
    if any(row[n] for row in wide[len(pivots) :]):
        return None
    place = {column: k for k, column in enumerate(pivots)}
    particular = [wide[place[j]][n] if j in place else Fraction(0) for j in range(n)]
    free = [j for j in range(n) if j not in place]
    return particular, {j: [-wide[place[i]][j] if i in place else Fraction(int(i == j)) for i in range(n)] for j in free}


def definite(expr: Expr) -> Definite | None:
    """What kind of form a symmetric matrix of numbers has, by the signs of its pivots; None of another expression.

    Source: Sylvester's law of inertia (Horn & Johnson, Matrix Analysis, 2013, thm. 4.5.8).
    """
    rows = numbers(expr)
    if rows is None or len(rows) != len(rows[0]) or any(rows[i][j] != rows[j][i] for i in range(len(rows)) for j in range(i)):
        return None
    left, signs = list(range(len(rows))), set()
    while left:
        pivot = next((k for k in left if rows[k][k]), None)
        if pivot is None:
            if any(rows[i][j] for i in left for j in left):
                return Definite.INDEFINITE
            signs.add(0)
            break
        left.remove(pivot)
        signs.add(1 if rows[pivot][pivot] > 0 else -1)
        _clear(rows, pivot, left)
    if {1, -1} <= signs:
        return Definite.INDEFINITE
    if signs == {0}:
        return Definite.ZERO
    strict = Definite.POSITIVE if 1 in signs else Definite.NEGATIVE
    return strict.weakened if 0 in signs else strict


def _clear(rows: Rows, pivot: int, others: Iterable[int]) -> None:
    """Take a multiple of the pivot's row from the others, so that they have 0 in its column."""
    for k in others:
        c = rows[k][pivot] / rows[pivot][pivot]
        if c:
            rows[k] = [a - c * b for a, b in zip(rows[k], rows[pivot], strict=True)]


def is_singular(expr: Expr) -> bool:
    """Whether a square matrix certainly has no inverse: one of numbers, or a column times a row, whose rank is one at most."""
    match expr:
        case Scale(arg=arg):
            return is_singular(arg)
        case MatMul(factors=factors):
            return not expr.is_scalar and any(is_column(f.shape) for f in factors[:-1])
        case _:
            return numbers(expr) is not None and not has_independent_columns(expr)
