"""Definiteness of a small symmetric matrix of scalar expressions by the signs of its minors, with conditions."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

from derive.calculus.algebra.door import sp
from derive.calculus.algebra.equality import sympy_zero
from derive.calculus.algebra.scalars import Atoms, from_sympy_scalar, to_sympy_scalar
from derive.expressions.nodes import Compare, Expr, Number
from derive.expressions.properties.definite import Definite
from derive.values import dataclass


@dataclass(frozen=True)
class Definiteness:
    """A verdict with its reasons.

    kind       never `zero`, which is both semidefinite kinds
    minors     the leading principal minors, f11 and det first among them
    conditions for `undecided`: comparisons that would make it positive definite (Sylvester: leading minors > 0)
    """

    kind: Definite
    minors: tuple[Expr, ...]
    conditions: tuple[Expr, ...] = ()


def definiteness(matrix: Sequence[Sequence[Expr]]) -> Definiteness:
    """The definiteness of a symmetric matrix given by its rows of scalars, for all values of its symbols.

    Sylvester's criterion with all leading minors (for two variables f11 > 0 and det > 0, never det alone);
    semidefinite by all principal minors; indefinite by a negative minor of even size, or two diagonal entries of
    different sign.  ValueError for a matrix that is not square or not shown to be symmetric.
    """
    n = len(matrix)
    if n == 0 or any(len(row) != n for row in matrix):
        raise ValueError("a Hessian matrix is square")
    sympy, atoms = sp(), Atoms()
    m = sympy.Matrix([[to_sympy_scalar(e, atoms) for e in row] for row in matrix])
    if any(not sympy_zero(m[i, j] - m[j, i]) for i in range(n) for j in range(i)):
        raise ValueError("a Hessian matrix is symmetric")
    leading = [_tidy(m[:k, :k].det()) for k in range(1, n + 1)]
    minors = tuple(from_sympy_scalar(v, atoms.meaning) for v in leading)
    kind = _kind(m, leading)
    conditions: tuple[Expr, ...] = ()
    if kind == Definite.UNDECIDED:
        zero = from_sympy_scalar(sympy.Integer(0))
        conditions = tuple(
            Compare(">", e, zero) for e, v in zip(minors, leading, strict=True) if v.is_positive is not True
        )
    return Definiteness(kind, minors, conditions)


def _tidy(value: Any) -> Any:
    return sp().factor(sp().cancel(value))


def _kind(m: Any, leading: list[Any]) -> Definite:
    n = m.shape[0]
    if all(_sign(v) == "+" for v in leading):
        return Definite.POSITIVE
    if all(_sign(v) == ("-" if k % 2 == 0 else "+") for k, v in enumerate(leading)):
        return Definite.NEGATIVE
    principal = {
        rows: _tidy(m.extract(list(rows), list(rows)).det())
        for k in range(1, n + 1)
        for rows in combinations(range(n), k)
    }
    diagonal = [_sign(m[i, i]) for i in range(n)]
    if ("+" in diagonal and "-" in diagonal) or any(
        _sign(v) == "-" for rows, v in principal.items() if len(rows) % 2 == 0
    ):
        return Definite.INDEFINITE
    if all(_sign(v) in ("+", "0", "+0") for v in principal.values()):
        return Definite.SEMI_POSITIVE
    if all(_sign(v if len(rows) % 2 == 0 else -v) in ("+", "0", "+0") for rows, v in principal.items()):
        return Definite.SEMI_NEGATIVE
    return Definite.UNDECIDED


def _sign(value: Any) -> str | None:
    """"+", "-", "0", "+0", "-0" when SymPy is certain for all values of the symbols, None otherwise."""
    value = sp().expand(value) if value.is_positive is None and value.is_negative is None else value
    for holds, sign in (
        (value.is_zero, "0"), (value.is_positive, "+"), (value.is_negative, "-"),
        (value.is_nonnegative, "+0"), (value.is_nonpositive, "-0"),
    ):
        if holds:
            return sign
    factored = sp().factor(value)
    if factored != value and factored.is_positive is not None:
        return "+" if factored.is_positive else "-" if factored.is_negative else None
    return None


def is_number(expr: Expr) -> bool:
    """Whether it is a number."""
    return isinstance(expr, Number)


def restricted(matrix: Sequence[Sequence[Expr]], normals: Sequence[Sequence[Expr]]) -> list[list[Expr]] | None:
    """Z'MZ with Z a basis of the directions orthogonal to the normals: the Hessian of a Lagrangian along its constraints; None where
    there is no such direction, or a normal is not told from 0."""
    sympy, atoms = sp(), Atoms()
    m = sympy.Matrix([[to_sympy_scalar(e, atoms) for e in row] for row in matrix])
    j = sympy.Matrix([[to_sympy_scalar(e, atoms) for e in row] for row in normals])
    basis = j.nullspace(simplify=True)
    if len(basis) != m.shape[0] - j.shape[0]:
        return None
    z = sympy.Matrix.hstack(*basis) if basis else None
    if z is None:
        return None
    return [[from_sympy_scalar(_tidy(e), atoms.meaning) for e in row] for row in (z.T * m * z).tolist()]
