"""Stationary points that are eigenvectors: Su = λu of a Lagrangian or on the sphere, Ax = r(x) Bx of a quotient, SW = WL.

Source: Golub & Van Loan, Matrix Computations (2013), ch. 8; Horn & Johnson, Matrix Analysis (2013), sec. 4.2.
"""

from __future__ import annotations

from collections.abc import Mapping

from derive.calculus.simplify.distribute import expanded
from derive.calculus.simplify.simplify import tidy
from derive.derivation.reason import COLON, Why
from derive.expressions.build import ONE, coefficient, inverse, matmul, power, scale, terms, times, transpose
from derive.expressions.nodes import Add, Call, Expr, MatMul, Number, Power, Scale, SizeValue, Sum, Symbol, Times, Unit, number
from derive.expressions.properties.definite import Definite
from derive.expressions.properties.inference import definiteness, is_nonzero
from derive.expressions.properties.symmetry import is_symmetric
from derive.expressions.sizes import SCALAR, is_column
from derive.expressions.traverse import walk
from derive.values import dataclass

EXTREMES: Why = ("its eigenvalue the value there", COLON, "maximum for the largest, minimum for the smallest")
"""Behind `x is an eigenvector of A`, where the function's value at it is the eigenvalue."""


@dataclass(frozen=True)
class EigenEquation:
    """left = right: Au = λu, with B on the right where it is a generalized one.

    matrix  the A; `metric` the B, None for the identity
    factor  the λ: another unknown, or a quotient in the eigenvector itself
    point   a solution, by which the equation is checked; None where none can be written
    """

    left: Expr
    right: Expr
    matrix: Expr
    metric: Expr | None
    factor: Expr
    why: Why
    point: Mapping[Symbol, Expr] | None = None


def _two_terms(g: Expr, x: Symbol, others: frozenset[str]) -> tuple[Expr, Expr] | None:
    """(Ax, r Bx) of Ax + r Bx with A and B constant and a number r that is not; None for another sum."""
    moving_names = others | {x.name}
    fixed: list[Expr] = []
    moving: list[Expr] = []
    opened = expanded(g, x.name)
    for name in sorted(others):
        opened = expanded(opened, name)
    for term in terms(opened):
        scalar, body = (term.scalar, term.arg) if isinstance(term, Scale) else (ONE, term)
        chain = body.factors if isinstance(body, MatMul) else (body,)
        if len(chain) > 2 and chain[0] is x:  # x x'Sx
            scalar, chain, term = times(scalar, matmul(*chain[1:])), (x,), scale(times(scalar, matmul(*chain[1:])), x)
        if chain[-1] is not x or any(moving_names & f.free for f in chain[:-1]):
            return None
        (moving if moving_names & scalar.free else fixed).append(term)
    if not fixed and len(moving) == 2:  # Ax/(x'Ax) − x/x'x
        (s, ours), (r, theirs) = ((t.scalar, t.arg) for t in moving if isinstance(t, Scale))
        divides = all(_below(f) or is_nonzero(f) for f in (s.factors if isinstance(s, Times) else (s,)))
        return (ours, scale(times(r, power(s, -1)), theirs)) if divides else None
    return (fixed[0], moving[0]) if len(fixed) == len(moving) == 1 else None


def _below(factor: Expr) -> bool:
    """Whether a number is divided by, and so is not 0."""
    return isinstance(factor, Power) and isinstance(factor.exponent, Number) and factor.exponent.value < 0


def eigen_equation(g: Expr, x: Symbol, others: frozenset[str] = frozenset(), nonzero: bool = False) -> EigenEquation | None:
    """Ax = rBx of c (Ax − rBx) = 0, with a scalar r that holds x, or another unknown: x is an eigenvector of A, or 0.

    others   names of the other unknowns
    nonzero  whether x = 0 is excluded
    """
    if not is_column(x.shape):
        return None
    found = _two_terms(g.arg if isinstance(g, Scale) else g, x, others)
    if found is None:
        return None
    c, left = coefficient(found[0])
    right = tidy(scale(number(-1 / c), found[1]))
    if not isinstance(left, MatMul) or not isinstance(right, Scale):
        return None
    matrix = matmul(*left.factors[:-1])
    metric = matmul(*right.arg.factors[:-1]) if isinstance(right.arg, MatMul) else None
    excluded = nonzero or "unit" in x.has or any(
        isinstance(n, Power) and x.name in n.free and isinstance(n.exponent, Number) and n.exponent.value < 0 for n in walk(g)
    )
    of: Why = (matrix,) if metric is None else (matrix, " and ", metric)
    words = "an eigenvector of " if metric is None else "a generalized eigenvector of "
    return EigenEquation(left, right, matrix, metric, right.scalar, (x, f" is {'' if excluded else '0 or '}{words}", *of))


def unit_eigenvector(matrix: Expr, metric: Expr | None) -> tuple[Expr, Expr] | None:
    """(u, λ): the eigenvector of the largest eigenvalue, u'Bu = 1 (B = I without a metric); None where it has no name."""
    top = SizeValue(matrix.shape[0])
    if not is_symmetric(matrix):
        return None
    if metric is None:
        return Call("eigvec", (matrix, top)), Call("eigval", (matrix, top))
    if definiteness(metric) != Definite.POSITIVE:
        return None
    whole = tidy(matmul(inverse(metric), matrix))
    raw = Call("eigvec_right", (whole, top))
    size = power(matmul(transpose(raw), metric, raw), number("-1/2"))
    return scale(size, raw), Call("eigval", (whole, top))


def invariant_equation(g: Expr, w: Symbol, multiplier: Symbol) -> tuple[Expr, Expr] | None:
    """(SW, WL) of c (SW − WL) = 0 for matrices: the columns of W span an invariant subspace of S.

    g           the gradient of a Lagrangian
    w           the matrix that is looked for
    multiplier  of the constraint W'W = I

    None where g has not that form.
    """
    inner = g.arg if isinstance(g, Scale) else g
    if not isinstance(inner, Add) or len(inner.terms) != 2:
        return None
    ours = [t for t in inner.terms if multiplier.name in t.free]
    rest = [t for t in inner.terms if multiplier.name not in t.free]
    if len(ours) != 1 or len(rest) != 1:
        return None
    c, left = coefficient(rest[0])
    right = tidy(scale(number(-1 / c), ours[0]))
    if not isinstance(left, MatMul) or left.factors[-1] is not w or w.name in matmul(*left.factors[:-1]).free:
        return None
    if not isinstance(right, MatMul) or right.factors[-2:] != (w, multiplier):
        return None
    return left, right


def eigenvectors(matrix: Expr, w: Symbol) -> tuple[Expr, Expr]:
    """(W, L) of the first eigenvectors of a symmetric matrix, as many as W has columns, and the diagonal matrix of their eigenvalues."""
    i: Symbol = Symbol("_i", SCALAR, frozenset({"integer"}))
    unit: Expr = Unit(i, w.shape[1])
    top = SizeValue(w.shape[1])
    vectors: Expr = Sum(i, ONE, top, matmul(Call("eigvec", (matrix, i)), transpose(unit)))
    values: Expr = Sum(i, ONE, top, scale(Call("eigval", (matrix, i)), matmul(unit, transpose(unit))))
    return vectors, values
