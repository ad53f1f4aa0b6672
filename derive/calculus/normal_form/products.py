"""Products, inner products and powers as polynomials."""

from __future__ import annotations

from fractions import Fraction

from derive.calculus.normal_form import polynomial as words
from derive.calculus.normal_form import reduction
from derive.calculus.normal_form.polynomial import UNIT, Poly, Word, scalar_atom, scaled, to_expr
from derive.calculus.normal_form.recursion import polynomial, written
from derive.calculus.normal_form.reduction import product
from derive.calculus.normal_form.transposes import flip, transposed
from derive.expressions import build
from derive.expressions.nodes import Call, Expr, Map, Number, Ones, Power, Symbol, Transpose, number
from derive.expressions.sizes import ONE as SIZE_ONE
from derive.expressions.sizes import SCALAR, Shape


def of_product(factors: tuple[Expr, ...]) -> Poly:
    """A product of any factors, multiplied out."""
    out = UNIT
    for factor in factors:
        out = product(out, polynomial(factor))
    if any(abs(k) >= 2 and _root(atom) is not None for scalars, _ in out for atom, k in scalars):
        return words.add(_norms({key: c}) for key, c in out.items())
    return out


def _root(atom: Expr) -> Poly | None:
    """The polynomial whose square root the atom is: ‖A‖ and √s."""
    if isinstance(atom, Call) and atom.name == "norm":
        return inner(atom.args[0], atom.args[0])
    return polynomial(atom.arg) if isinstance(atom, Map) and atom.function == "sqrt" else None


def of_ones(dims: Shape) -> Poly:
    """Ones of a shape: of a matrix 11'."""
    m, n = dims
    column: Word = (Ones((m, SIZE_ONE)),) if m != SIZE_ONE else ()
    row: Word = (Transpose(Ones((n, SIZE_ONE))),) if n != SIZE_ONE else ()
    return {((), column + row): Fraction(1)}


def inner(a: Expr, b: Expr) -> Poly:
    """⟨A, B⟩ as the trace of A'B."""
    if a.is_scalar:
        return product(polynomial(a), polynomial(b))
    return reduction.trace(product(transposed(polynomial(a)), polynomial(b)), a.shape[1])


def primitive(poly: Poly) -> tuple[Fraction, Poly]:
    """(c, p) with poly = c p and the first coefficient of p equal to 1."""
    c = poly[min(poly, key=words.term_key)]
    return c, scaled(poly, 1 / c)


def scalar_power(base: Expr, exponent: Expr) -> Poly:
    """A power of a number; whole powers of sums are multiplied out."""
    poly = polynomial(base)
    k = exponent.value if isinstance(exponent, Number) else None
    if k is None or not poly:
        return scalar_atom(Power(written(base), written(exponent)))
    if k.denominator == 1 and len(poly) == 1:
        ((scalars, _), c), = poly.items()
        if abs(k) > 64 and c not in (1, -1):
            return scalar_atom(Power(written(base), exponent))
        return _norms({(tuple((a, p * k) for a, p in scalars), ()): c ** int(k)})
    if k.denominator == 1 and 0 < k <= 16:
        out = UNIT
        for _ in range(int(k)):
            out = product(out, poly)
        return out
    if k.denominator == 1 and abs(k) <= 64:
        c, rest = primitive(poly)
        return scaled(scalar_atom(to_expr(rest, SCALAR), k), c ** int(k))
    return scalar_atom(Power(written(base), exponent))


def _norms(poly: Poly) -> Poly:
    """‖A‖² = tr(A'A) wherever a norm stands to an even power, √s² = s likewise."""
    out = UNIT
    ((scalars, word), c), = poly.items()
    for atom, k in scalars:
        square = _root(atom) if abs(k) >= 2 else None
        if square is None:
            out = product(out, scalar_atom(atom, k))
            continue
        half = int(k / 2)
        out = product(out, scalar_power(to_expr(square, SCALAR), number(half)))
        if k != 2 * half:
            out = product(out, scalar_atom(atom, k - 2 * half))
    return {(s, word): c * d for (s, _), d in out.items()}


def matrix_power(base: Expr, exponent: Expr) -> Poly:
    """A power of a matrix; small whole ones are products."""
    poly = polynomial(base)
    k = int(exponent.value) if isinstance(exponent, Number) and exponent.value.denominator == 1 else None
    if k is not None and 0 < k <= 12:
        out = UNIT
        for _ in range(k):
            out = product(out, poly)
        return out
    if k == 0:
        return UNIT
    if not poly:
        return {((), (Power(base, exponent),)): Fraction(1)}
    if k is None:
        return {((), (Power(written(base), written(exponent)),)): Fraction(1)}
    if len(poly) == 1:
        ((scalars, word), c), = poly.items()
        if all(letter.shape[0] == letter.shape[1] for letter in word):
            inverse = UNIT
            for letter in reversed(word):
                inverse = product(inverse, _inverse_letter(letter))
            inverse = words.times_scalars(inverse, tuple((a, -p) for a, p in scalars), 1 / c)
            return _repeat(inverse, -k)
    c, rest = primitive(poly)
    one: Poly = {((), (Power(to_expr(rest, base.shape), number(-1)),)): 1 / c}
    return _repeat(one, -k) if -k <= 12 else {((), (Power(to_expr(rest, base.shape), exponent),)): c**k}


def _repeat(poly: Poly, k: int) -> Poly:
    out = UNIT
    for _ in range(k):
        out = product(out, poly)
    return out


def _inverse_letter(letter: Expr) -> Poly:
    if isinstance(letter, Power):
        return matrix_power(letter.base, build.negate(letter.exponent))
    if isinstance(letter, Symbol) and "orthogonal" in letter.has:
        sign, flipped = flip(letter)
        return {((), (flipped,)): Fraction(sign)}
    if isinstance(letter, Transpose) and isinstance(letter.arg, Symbol) and "orthogonal" in letter.arg.has:
        return {((), (letter.arg,)): Fraction(1)}
    return {((), (Power(letter, number(-1)),)): Fraction(1)}


