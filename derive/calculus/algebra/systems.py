"""Polynomial equations in several scalars: solved by SymPy where few solutions are to be expected, each put back.

Source: Cox, Little & O'Shea, Using Algebraic Geometry, ch. 2 (elimination by a Groebner basis) and ch. 3 (Bézout's bound); Morgan & Sommese,
A homotopy for solving general polynomial systems that respects m-homogeneous structures, 1987 (the bound for two groups of unknowns).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import gcd, prod
from typing import Any

from derive.calculus.algebra.door import sp
from derive.calculus.algebra.equality import sympy_zero
from derive.calculus.algebra.scalar_calculus import LONGEST, below_zero, is_real, solve_scalar
from derive.calculus.algebra.scalars import Atoms, from_sympy_scalar, to_sympy_scalar
from derive.expressions.nodes import Expr, Symbol

MOST_SOLUTIONS = 64
"""Equations that may have more solutions, complex ones counted, are not solved, and no more points are listed."""


def solve_system(equations: Sequence[Expr], unknowns: Sequence[Symbol]) -> list[tuple[Expr, ...]] | None:
    """All real common zeros of polynomial equations in scalar unknowns; None when not all have a closed form.

    Each solution is put back.  Other symbols are parameters; solutions with conditions on them are listed as they are.  That there is none
    is proved.  None too where Bézout's bound allows for more than `MOST_SOLUTIONS`.
    """
    if len(unknowns) == 1 and len(equations) == 1:
        roots = solve_scalar(equations[0], unknowns[0])
        return None if roots is None else [(r,) for r in roots]
    sympy, atoms = sp(), Atoms()
    values = [sympy.fraction(sympy.together(to_sympy_scalar(e, atoms)))[0] for e in equations]
    xs = [atoms.of(x) for x in unknowns]
    names = {x.name for x in unknowns}
    if any(expr.free & names and s not in xs for s, expr in atoms.meaning.items()):
        return None
    if not all(v.is_polynomial(*xs) for v in values):
        return None
    points: list[dict[Any, Any]] = [{}]
    unsolved = False
    for some, ours in _apart(values, xs):
        found = _points(some, ours)
        if found == []:
            return []
        unsolved = unsolved or found is None
        points = [] if found is None else [{**a, **b} for a, b in product(points, found)]
        unsolved = unsolved or len(points) > MOST_SOLUTIONS
        points = points[: MOST_SOLUTIONS + 1]
    return None if unsolved else [tuple(from_sympy_scalar(point[x], atoms.meaning) for x in xs) for point in points]


def _apart(values: Sequence[Any], xs: Sequence[Any]) -> list[tuple[list[Any], list[Any]]]:
    """The equations in groups that have no unknown in common, each with its unknowns; all in one group where one has none."""
    groups: list[tuple[list[int], set[Any]]] = [([], {x}) for x in xs]
    for n, value in enumerate(values):
        inside = value.free_symbols & set(xs)
        if not inside:
            return [(list(values), list(xs))]
        met = [g for g in groups if g[1] & inside]
        groups = [g for g in groups if not g[1] & inside]
        groups.append((sorted([n, *(k for g in met for k in g[0])]), set().union(*(g[1] for g in met))))
    return [([values[n] for n in at], [x for x in xs if x in ours]) for at, ours in groups]


def _points(values: Sequence[Any], xs: Sequence[Any]) -> list[dict[Any, Any]] | None:
    """All real common zeros, put back; None when that is not certain, or there may be too many."""
    sympy = sp()
    if _most_solutions(values, xs) > MOST_SOLUTIONS:
        return None
    parts = _real_parts(values, xs)
    if parts is None:
        return None
    if sympy.S.One in parts:
        return []
    try:
        found = sympy.solve([*values, *parts], xs, dict=True)
    except (NotImplementedError, ValueError):
        return None
    points = _real_points(found, xs)
    if not points or any(not sympy_zero(v.subs(point, simultaneous=True)) for point in points for v in values):
        return None
    return points


def _most_solutions(values: Sequence[Any], xs: Sequence[Any]) -> int:
    """Bézout's bound for the number of isolated common zeros: the product of the degrees, or the least of the bounds in two groups of
    unknowns, one of which is a single one, as a multiplier is.  0 where there are fewer equations than unknowns."""
    polynomials = [p for p in (sp().Poly(v, *xs) for v in values) if not p.is_zero][: len(xs)]
    if len(polynomials) < len(xs):
        return 0
    bounds = [prod(max(p.total_degree(), 1) for p in polynomials)]
    for k in range(len(xs)):
        alone = [p.degree(k) for p in polynomials]
        others = [max(sum(m) - m[k] for m in p.monoms()) for p in polynomials]
        bounds.append(sum(a * prod(others[:n] + others[n + 1 :]) for n, a in enumerate(alone)))
    return int(min(bounds))


def _real_parts(values: Sequence[Any], xs: Sequence[Any]) -> list[Any] | None:
    """What the equations with numbers as coefficients say of each unknown alone, without the factors that have no real root, where
    there are such; 1 among them where no real zero is left.  None where a root of high degree is left, for which there is no formula."""
    sympy = sp()
    plain = sympy.symbols(f"x0:{len(xs)}")
    out = []
    try:
        polynomials = [sympy.Poly(v.subs(dict(zip(xs, plain, strict=True))), *plain, domain="QQ") for v in values]
        polynomials = [p for p in polynomials if not p.is_zero]
        for k, x in enumerate(plain if polynomials else ()):
            order = (*plain[:k], *plain[k + 1 :], x)
            basis = sympy.groebner(polynomials, *order, order="grevlex", domain="QQ")
            if basis.exprs == [1]:
                return [sympy.S.One]
            finite = basis.is_zero_dimensional
            last = (basis.fglm("lex") if finite else sympy.groebner(basis.exprs, *order, order="lex", domain="QQ")).exprs[-1]
            if last.free_symbols != {x}:
                continue
            factors = [factor for factor, _ in sympy.Poly(last, x, domain="QQ").factor_list()[1]]
            kept = [factor for factor in factors if factor.count_roots()]
            if any(_degree(factor) > HIGHEST_SOLVED for factor in kept):
                return None
            if len(kept) < len(factors):
                out.append(prod((f.as_expr() for f in kept), start=sympy.S.One).subs(x, xs[k]))
    except (sympy.CoercionFailed, sympy.PolynomialError):
        return []
    return out


HIGHEST_SOLVED = 4


def _degree(factor: Any) -> int:
    """The degree of an irreducible polynomial p(x); 2 for p(xᵏ) with p of the degree 2 at most."""
    powers = [m for (m,) in factor.monoms()]
    return int(min(factor.degree(), max(2, factor.degree() // gcd(*powers))))


def _real_points(found: Sequence[Any], xs: Sequence[Any]) -> list[dict[Any, Any]] | None:
    """The real ones of SymPy's solutions; None where one is a family, is not short, or is not certain to be real or not."""
    sympy = sp()
    out: list[dict[Any, Any]] = []
    for solution in found:
        if set(solution) != set(xs):
            return None
        point = [sympy.simplify(solution[x]) for x in xs]
        if any(v.has(sympy.CRootOf) or v.count_ops() > LONGEST for v in point):
            return None
        real = [is_real(v) for v in point]
        if False in real or below_zero(xs, point):
            continue
        if None in real:
            return None
        out.append(dict(zip(xs, point, strict=True)))
    return out
