"""Is an expression zero, are two equal: sound answers, True only when it is proved."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from derive.calculus.algebra.door import own, sp
from derive.calculus.algebra.scalars import Atoms, to_sympy_scalar
from derive.calculus.normal_form.normal_form import polynomial_of
from derive.calculus.normal_form.polynomial import Poly, Scalars, TooManyTerms
from derive.expressions import build
from derive.expressions.nodes import Add, Expr, Map, Power, SizeValue, Where, number

CANCELLED, SIMPLIFIED = 1000, 200
"""Operations in an expression up to which SymPy's `cancel` and `simplify` answer within a second or so."""


def is_zero(expr: Expr) -> bool:
    """Whether the expression, of any shape, is zero for all values of its symbols with their declared properties.

    True is proved: by the normal form of words, or by SymPy on the scalar coefficients of each word.  False means that
    neither showed it.
    """
    try:
        poly = polynomial_of(expr)
    except TooManyTerms:
        return False
    if not poly:
        return True
    words: dict[tuple[Expr, ...], list[tuple[Scalars, Fraction]]] = {}
    for (scalars, word), c in poly.items():
        words.setdefault(word, []).append((scalars, c))
    return all(_scalar_zero(terms) for terms in words.values())


def equal(left: Expr, right: Expr) -> bool:
    """Whether two expressions of one shape are proved equal."""
    return left is right or (left.shape == right.shape and is_zero(build.subtract(left, right)))


def equal_scalar(left: Expr, right: Expr) -> bool:
    """Whether two scalar expressions are proved equal; ValueError when one is not a scalar."""
    if not (left.is_scalar and right.is_scalar):
        raise ValueError("equal_scalar takes two scalars")
    return equal(left, right)


def _scalar_zero(terms: list[tuple[Scalars, Fraction]]) -> bool:
    if len(terms) < 2 or not any(_composite(atom) for scalars, _ in terms for atom, _ in scalars):
        return False
    parts = [build.times(number(c), *(build.power(a, number(k)) for a, k in scalars)) for scalars, c in terms]
    return sympy_zero(to_sympy_scalar(build.add(*parts), Atoms()))


def _composite(atom: Expr) -> bool:
    """Whether SymPy may know more about it than the words do."""
    return isinstance(atom, Add | Map | Power | Where | SizeValue)


def sympy_zero(value: Any) -> bool:
    """Whether SymPy proves a scalar zero; its answer must agree with numbers at two points.

    Numbers are asked first: they tell what is not zero at once.  What is too long for SymPy's methods is not proved.
    """
    sympy = sp()
    if value.has(sympy.nan, sympy.zoo, sympy.oo, -sympy.oo):
        return False
    if not _numbers_agree(value):
        return False
    proved = bool(value == 0)
    length = value.count_ops()
    for simplify, most in ((sympy.cancel, CANCELLED), (sympy.simplify, SIMPLIFIED)):
        if not proved and length <= most:
            try:
                proved = simplify(defined(value)) == 0
            except (NotImplementedError, ValueError, ArithmeticError, TypeError, AttributeError, sympy.PolynomialError):
                continue
    return proved


def defined(value: Any) -> Any:
    """relu, sigmoid and softplus by their definition."""
    for kind in own().values():
        value = value.replace(kind, kind.formula)
    return value


def _numbers_agree(value: Any) -> bool:
    sympy = sp()
    value = defined(value)
    symbols = sorted(value.free_symbols, key=str)
    for k in (1, 2):
        point = {
            s: i + k + 1 if s.is_integer else sympy.Rational(7 * i + 3 * k + 2, 11 + k) for i, s in enumerate(symbols)
        }
        try:
            number_ = complex(value.subs(point).evalf(20))
        except (TypeError, ValueError):
            continue  # an unnamed function, or outside the domain: nothing to compare
        if number_ == number_ and abs(number_) > 1e-9:
            return False
    return True


__all__ = ["Poly", "equal", "equal_scalar", "is_zero", "sympy_zero"]
