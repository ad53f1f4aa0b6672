"""Calculus of scalars by SymPy: simplify, differentiate, expand in a series, solve."""

from __future__ import annotations

from collections.abc import Sequence
from math import comb, prod
from typing import Any

from derive.calculus.algebra.door import sp
from derive.calculus.algebra.equality import defined, sympy_zero
from derive.calculus.algebra.scalars import Atoms, Untranslatable, from_sympy_scalar, to_sympy_scalar
from derive.errors import DeriveError
from derive.expressions.nodes import Add, Expr, Map, Number, Power, Stack, Sum, Symbol, Times

LARGEST_POWER = 24
"""A sum to a higher power is not multiplied out."""
MOST_TERMS = 120
MOST_FUNCTIONS = 12
"""What is more than so many terms when it is multiplied out, or holds more different functions, stays as it is."""


def simplify_scalar(expr: Expr, trigonometric: bool = False, order: Sequence[Symbol] = ()) -> Expr:
    """A readable form of a scalar, equal to it where both are defined: one fraction, factored, multiplied out or as it was,
    whichever is shortest; identities like sin² + cos² = 1 only when `trigonometric`.

    SymPy's own evaluation is part of it (√x² = |x|, e^a e^b = e^(a+b)).

    order  symbols that come first in sums and products, in this order; the others as they are met
    """
    if _is_monomial(expr):
        return expr
    atoms = Atoms()
    for symbol in order:
        atoms.of(symbol)
    value = to_sympy_scalar(expr, atoms)
    sympy = sp()
    candidates = [expr]
    extra = (sympy.trigsimp,) if trigonometric else ()
    if not value.has(sympy.zoo, sympy.nan, sympy.oo) and not _steep(value):
        for rewrite in (lambda v: v, _cancelled, sympy.factor, _one_fraction, sympy.expand, *extra):
            try:
                candidates.append(from_sympy_scalar(_as_written(rewrite(value), value), atoms.meaning))
            except (Untranslatable, sympy.PolynomialError, NotImplementedError):
                continue
    return min(candidates, key=cost)


def _is_monomial(expr: Expr) -> bool:
    """Whether it is a product of powers of different symbols, in which nothing is shorter."""
    factors = expr.factors if isinstance(expr, Times) else (expr,)
    numbers = [f for f in factors if isinstance(f, Number)]
    bases = [f.base if isinstance(f, Power) and isinstance(f.exponent, Number) and f.exponent.value > 1 else f for f in factors if f not in numbers]
    return len(numbers) < 2 and all(isinstance(base, Symbol) for base in bases) and len(set(bases)) == len(bases)


def _cancelled(value: Any) -> Any:
    """One fraction without common factors, its denominator in factors."""
    above, below = sp().fraction(sp().cancel(value))
    return above / sp().factor(below)


def _as_written(form: Any, value: Any) -> Any:
    """A product with its sums turned as they are in `value`: p(1 − p), not −p(p − 1), where that has 1 − p."""
    sympy = sp()
    known = value.atoms(sympy.Add)
    out = sympy.S.One
    for factor in sympy.Mul.make_args(form):
        base, exponent = factor.as_base_exp()
        turned = base.is_Add and exponent.is_Integer and -base in known and base not in known
        out *= (-1) ** exponent * (-base) ** exponent if turned else factor
    return out


def _one_fraction(value: Any) -> Any:
    sympy = sp()
    above, below = sympy.fraction(sympy.together(value))
    return sympy.factor_terms(sympy.expand(above)) / sympy.factor(below)


def _steep(value: Any) -> bool:
    """Whether multiplying out would give more than anyone reads: a high power of a sum, a product of many sums,
    many functions, each of which is another letter to SymPy."""
    sympy = sp()
    if any(p.exp.is_Integer and abs(p.exp) > LARGEST_POWER and p.base.is_Add for p in value.atoms(sympy.Pow)):
        return True
    if len(value.atoms(sympy.Function)) > MOST_FUNCTIONS:
        return True
    known: dict[Any, int] = {}
    for node in sympy.postorder_traversal(value):
        known[node] = _count(node, known)
        if known[node] > MOST_TERMS:
            return True
    return False


def _count(node: Any, known: dict[Any, int]) -> int:
    """The terms of an expression when it is multiplied out, those of its parts being known."""
    if node.is_Add:
        return sum(known[part] for part in node.args)
    if node.is_Mul:
        return prod(known[part] for part in node.args)
    if node.is_Pow and node.exp.is_Integer:
        base, n = known[node.base], abs(int(node.exp))
        return comb(base + n - 1, n) if base > 1 else 1
    return 1


def cost(expr: Expr) -> int:
    """How long an expression is on paper: its leaves, a little for each sum, power and function, and more for a fraction below a
    fraction line and for a common factor that is left in a sum there."""
    total = 0
    stack = [expr]
    while stack:
        node = stack.pop()
        match node:
            case Number(value):
                total += 1 + (value.denominator != 1)
            case Power(base, Number(k)) if k < 0 and isinstance(base, Add):
                total += 1 + (k != -1) * 2 + 4 * any(map(_has_fraction, base.terms)) + 2 * _has_common_factor(base)
                stack.append(base)
                continue
            case Power(base, Number(k)) if k == -1:
                total += 1
                stack.append(base)
                continue
            case _ if not node.children:
                total += 2
            case Map() | Power():
                total += 1
        stack.extend(node.children)
    return total


def _has_fraction(term: Expr) -> bool:
    factors = term.factors if isinstance(term, Times) else (term,)
    return any(isinstance(f, Power) and isinstance(f.exponent, Number) and f.exponent.value < 0 and f.free for f in factors)


def _has_common_factor(total: Add) -> bool:
    def bases(term: Expr) -> set[Expr]:
        return {f.base if isinstance(f, Power) else f for f in (term.factors if isinstance(term, Times) else (term,)) if f.free}

    return bool(set.intersection(*map(bases, total.terms)))


def exponential(table: Sequence[Sequence[Expr]]) -> Expr | None:
    """The exponential of a square matrix of rational numbers, entry by entry; None where an entry has no closed form here."""
    if not all(isinstance(entry, Number) for row in table for entry in row):
        return None
    sympy = sp()
    matrix = sympy.Matrix([[to_sympy_scalar(entry, Atoms()) for entry in row] for row in table])
    try:
        # The exponential of a real matrix is real, whatever its eigenvalues are.
        real = matrix.exp().applyfunc(lambda value: sympy.simplify(value.as_real_imag()[0]))
        out: Expr = Stack(tuple(tuple(from_sympy_scalar(value, {}) for value in row) for row in real.tolist()))
    except (Untranslatable, NotImplementedError, ValueError):
        return None
    return out


def scalar_diff(expr: Expr, x: Symbol, order: int = 1) -> Expr:
    """The order-th derivative of a scalar expression by a scalar symbol, by sympy.diff, other symbols held fixed.

    Sums over an index are differentiated term by term.  DeriveError [no-rule] when x stands inside something that SymPy
    cannot look into (a trace, a norm, a path).
    """
    for _ in range(order):
        expr = _diff_once(expr, x)
    return expr


def _diff_once(expr: Expr, x: Symbol) -> Expr:
    atoms = _Dependent(x)
    value = to_sympy_scalar(expr, atoms)
    derivative = sp().powsimp(sp().diff(value, atoms.of(x)), combine="exp")
    return from_sympy_scalar(derivative, atoms.meaning)


class _Dependent(Atoms):
    """Atoms among which sums over an index know their derivative by x, and others that hold x are refused."""

    def __init__(self, x: Symbol) -> None:
        super().__init__()
        self.x = x

    def of(self, expr: Expr) -> Any:
        if expr is self.x or self.x.name not in expr.free:
            return super().of(expr)
        if isinstance(expr, Sum) and expr.is_scalar:
            if expr not in self.symbols:
                inner = Sum(expr.index, expr.lower, expr.upper, scalar_diff(expr.body, self.x))
                atoms = self

                def fdiff(this: Any, argindex: int = 1) -> Any:
                    return to_sympy_scalar(inner, atoms)

                kind = type(f"a{len(self.symbols):04d}", (sp().Function,), {"nargs": 1, "fdiff": fdiff})
                held = kind(self.of(self.x))
                self.symbols[expr], self.meaning[held] = held, expr
            return self.symbols[expr]
        from derive.notation.text.text import pretty

        raise DeriveError(
            f"{pretty(expr)} is no function of scalars alone: its derivative by {self.x.name} is not SymPy's to take",
            code="no-rule",
        )


MOST_FACTORED = 24
"""Polynomials of a higher degree are not factored."""
LARGEST_TRIED = 1_000_000
"""First and last coefficients whose divisors are tried as roots."""


def solve_scalar(equation: Expr, x: Symbol) -> list[Expr] | None:
    """All real x with equation = 0 where they are finitely many in closed form; None where that is not proved.

    Each root is put back.  Symbols are real, and positive or integer where declared; a root that needs a condition on
    the other symbols (a nonzero divisor, a discriminant ≥ 0) is listed as it is, and None is answered when the
    equation holds for every x.
    """
    atoms = Atoms()
    try:
        value = to_sympy_scalar(equation, atoms)
    except ValueError:
        return None
    symbol = atoms.of(x)
    if any(x.name in expr.free and s != symbol for s, expr in atoms.meaning.items()):
        return None
    roots = _roots(value, symbol)
    if roots is None:
        return None
    try:
        return [simplify_scalar(from_sympy_scalar(r, atoms.meaning)) for r in roots]
    except Untranslatable:
        return None


MOST_COUNTED = 50_000
"""The roots of a polynomial are counted up to this product of its degree and the binary digits of its longest coefficient."""


def _roots(value: Any, x: Any) -> list[Any] | None:
    sympy = sp()
    above, _ = sympy.fraction(sympy.together(defined(value)))
    if above == 0 or not above.has(x):
        return None if above == 0 else []
    high = _roots_of_high_degree(above, x)
    if high is not None:
        return high if all(sympy_zero(value.subs(x, root)) for root in high) else None
    if above.is_polynomial(x) and sympy.degree(above, x) > MOST_FACTORED:
        return None
    try:
        found = sympy.solveset(above, x, sympy.S.Reals)
    except (NotImplementedError, ValueError, TypeError):
        return None
    finite = _finite(found)
    if finite is None:
        return None
    out = []
    for root in sorted(finite, key=sympy.default_sort_key):
        if root.has(sympy.I) or root.is_real is False or root.has(sympy.CRootOf) or root.count_ops() > LONGEST:
            return None
        if x.is_positive and root.is_nonpositive:
            continue
        at_root = value.subs(x, root)
        if at_root.has(sympy.zoo, sympy.nan, sympy.oo):
            continue  # a zero of the numerator that is one of the denominator too
        if not sympy_zero(at_root):
            return None
        out.append(root)
    return sorted(out, key=lambda r: (float(r),) if r.is_number else (0.0,)) if all(r.is_number for r in out) else out


def _roots_of_high_degree(above: Any, x: Any) -> list[Any] | None:
    """The real roots of a polynomial of high degree with numbers as coefficients, when all of them are rational: those are divided
    out, and of the rest it is counted that it has none.  None where that is not so; nothing is factored, which takes for ever."""
    sympy = sp()
    if not above.is_polynomial(x) or sympy.degree(above, x) <= MOST_FACTORED or above.free_symbols != {x}:
        return None
    try:
        poly = sympy.Poly(above, x, domain="QQ")
    except sympy.CoercionFailed:
        return None
    poly = poly.clear_denoms(convert=True)[1]
    if poly.degree() * max(int(c).bit_length() for c in poly.coeffs()) > MOST_COUNTED:
        return None
    poly = poly.sqf_part()
    found = []
    if not poly.eval(0):
        found.append(sympy.S.Zero)
        poly = poly.quo(sympy.Poly(x, x))
    first, last = abs(int(poly.LC())), abs(int(poly.TC()))
    if first > LARGEST_TRIED or last > LARGEST_TRIED:
        return None
    for p in sympy.divisors(last):
        for q in sympy.divisors(first):
            for root in (sympy.Rational(p, q), sympy.Rational(-p, q)):
                if root.q == q and not poly.eval(root):
                    found.append(root)
    for root in found:
        if root:
            poly = poly.quo(sympy.Poly(root.q * x - root.p, x))
    if poly.count_roots():
        (n, _), *others = [(degree, c) for (degree,), c in poly.terms()]
        if len(others) != 1 or others[0][0]:
            return None
        # a xⁿ + b
        power = sympy.Rational(-poly.TC(), poly.LC())
        root = sympy.sign(power) * abs(power) ** sympy.Rational(1, n)
        found += [root] if n % 2 else [root, -root]
    return sorted(root for root in found if not (x.is_positive and root <= 0))


def _finite(found: Any) -> set[Any] | None:
    """The elements of a set that is proved finite; of sets "within the reals" or "without a point" too."""
    sympy = sp()
    if isinstance(found, sympy.FiniteSet):
        return set(found.args)
    if found is sympy.S.EmptySet:
        return set()
    if isinstance(found, sympy.Intersection) and sympy.S.Reals in found.args:
        inner = [s for s in found.args if s != sympy.S.Reals]
        return _finite(inner[0]) if len(inner) == 1 else None
    if isinstance(found, sympy.Complement) and isinstance(found.args[1], sympy.FiniteSet):
        return _finite(found.args[0])
    if isinstance(found, sympy.Union):
        parts = [_finite(s) for s in found.args]
        return None if any(p is None for p in parts) else {r for p in parts if p is not None for r in p}
    return None


LONGEST = 60
"""Operations in a root: one that takes more is no closed form that anyone reads."""


def is_real(value: Any) -> bool | None:
    """Whether a root is real; None where that is not certain: a real root of a cubic may be written with i."""
    if not value.has(sp().I):
        return value.is_real is not False
    if value.is_real is not None:
        return bool(value.is_real)
    if not value.is_number:
        return None
    imaginary = abs(sp().im(value.evalf(50)))
    return False if imaginary > IMAGINARY else None


IMAGINARY = 1e-20
"""An imaginary part above that is no rounding of 50 digits."""


def below_zero(unknowns: Sequence[Any], point: Sequence[Any]) -> bool:
    """Whether an unknown that is declared positive is not."""
    return any(x.is_positive and v.is_nonpositive for x, v in zip(unknowns, point, strict=True))
