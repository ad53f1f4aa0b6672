"""Building expressions: products and sums kept flat, numbers in front, nothing else evaluated.

These are the only normalizations there are on construction; the parser, the rules and the printers' round trips rely on them:
a sum holds no sum, a product no product of its own kind, a numeric factor stands first and once, a scalar factor of a
matrix product stands in front of it (`Scale`), the transpose of a scalar is the scalar, a number to an integer power is a number.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import chain, count

from derive.expressions.nodes import Add, Call, Expr, MatMul, Number, Power, Scale, SizeValue, Sum, Times, Transpose, Zeros, number
from derive.expressions.sizes import Shape, ShapeError, Size, is_column, is_scalar, show
from derive.expressions.traverse import walk

ZERO = number(0)
ONE = number(1)
MINUS_ONE = number(-1)


def zero(shape: Shape) -> Expr:
    """0 of a shape: the number for a scalar."""
    return ZERO if is_scalar(shape) else Zeros(shape)


def fresh_letter(*near: Expr, letters: str = "ijlrqcd") -> str:
    """A name for an index that no symbol, index or size in these expressions has: the first of the letters, then i1, i2, …"""
    taken = {name for expr in near for name in expr.free}
    for node in (node for expr in near for node in walk(expr)):
        taken |= {node.index.name} if isinstance(node, Sum) else set()
        taken |= {name for size in node.shape for name in size.names}
    return next(name for name in chain(letters, (f"i{k}" for k in count(1))) if name not in taken)


def primes(expr: Expr) -> int:
    """How many transposes are written in it."""
    return isinstance(expr, Transpose) + sum(primes(c) for c in expr.children)


def is_zero(expr: Expr) -> bool:
    """Whether it is written as 0."""
    return expr is ZERO or isinstance(expr, Zeros)


def add(*terms: Expr) -> Expr:
    """A flat sum; one term is itself.  ShapeError when shapes differ."""
    flat: list[Expr] = []
    for term in terms:
        flat.extend(term.terms if isinstance(term, Add) else (term,))
    return flat[0] if len(flat) == 1 else Add(tuple(flat))


def times(*factors: Expr) -> Expr:
    """A flat product of scalars, the number first and once; without factors 1."""
    front: Number | None = None
    rest: list[Expr] = []
    for factor in factors:
        for part in factor.factors if isinstance(factor, Times) else (factor,):
            if isinstance(part, Number):
                front = part if front is None else Number(front.value * part.value)
            else:
                rest.append(part)
    if front is not None and front.value == 0:
        return ZERO
    if not rest:
        return ONE if front is None else number(front.value)
    if front is not None and front.value != 1:
        rest.insert(0, number(front.value))
    return rest[0] if len(rest) == 1 else Times(tuple(rest))


def scale(scalar: Expr, arg: Expr) -> Expr:
    """scalar · arg, for an arg of any shape."""
    if arg.is_scalar:
        return times(scalar, arg)
    if isinstance(arg, Scale):
        scalar, arg = times(scalar, arg.scalar), arg.arg
    if scalar is ONE:
        return arg
    return Scale(scalar, arg)


def matmul(*factors: Expr) -> Expr:
    """The product of the factors from left to right, whatever their shapes: scalars come to the front.

    A product of vectors and matrices that is a scalar, as x'Ax, is one scalar factor.  ShapeError when inner sizes differ.
    """
    scalars: list[Expr] = []
    chain: list[Expr] = []
    for factor in factors:
        if chain and is_scalar((chain[0].shape[0], chain[-1].shape[1])):
            scalars.append(_chain(chain))  # before whatever follows, so that the scalars keep their order
            chain = []
        if isinstance(factor, Scale):
            scalars.append(factor.scalar)
            factor = factor.arg
        if factor.is_scalar:
            scalars.append(factor)
            continue
        chain.extend(factor.factors if isinstance(factor, MatMul) else (factor,))
        if len(chain) > 1:
            _check(chain)
    if not chain:
        return times(*scalars)
    body = _chain(chain)
    return scale(times(*scalars), body) if scalars else body


def _check(chain: list[Expr]) -> None:
    left, right = chain[-2], chain[-1]
    if left.shape[1] != right.shape[0]:
        MatMul((left, right))


def _chain(chain: list[Expr]) -> Expr:
    return chain[0] if len(chain) == 1 else MatMul(tuple(chain))


def counted(size: Size) -> Expr:
    """A size as a number in the form in which it is written: `n`, `m n`, `n + 1`."""
    ordered = sorted(size.terms, key=lambda term: (-len(term[0]), term[0]))
    named = (times(number(c), *(SizeValue(Size.of(name)) for name in names)) for names, c in ordered)
    return add(*named) if ordered else ZERO


def negate(expr: Expr) -> Expr:
    """−e."""
    return scale(MINUS_ONE, expr)


def subtract(left: Expr, right: Expr) -> Expr:
    """left − right."""
    return add(left, negate(right))


def power(base: Expr, exponent: Expr | int) -> Expr:
    """base^exponent; numbers with small integer exponents are numbers.  ShapeError for a matrix that is not square."""
    if isinstance(exponent, int):
        exponent = number(exponent)
    if isinstance(base, Number) and isinstance(exponent, Number) and exponent.value.denominator == 1:
        k = int(exponent.value)
        size = base.value.numerator.bit_length() + base.value.denominator.bit_length()
        if abs(k) * size <= 256 and not (base.value == 0 and k < 0):
            return number(base.value**k)
    return Power(base, exponent)


def divide(expr: Expr, divisor: Expr) -> Expr:
    """expr / divisor for a scalar divisor.  ShapeError otherwise."""
    if not divisor.is_scalar:
        raise ShapeError(
            f"division is by a scalar, and this is {show(divisor.shape)}",
            "write `./` for entry by entry division, or `inv(A)` for the inverse",
            code="division",
        )
    return scale(power(divisor, -1), expr) if not expr.is_scalar else times(expr, power(divisor, -1))


def entry_product(*factors: Expr) -> Expr:
    """The product entry by entry of arrays of one shape."""
    out = factors[0]
    for factor in factors[1:]:
        out = Call("hadamard", (out, factor))
    return out


def entry_factors(expr: Expr) -> tuple[Expr, ...]:
    """The factors of a product entry by entry, however it is bracketed; the expression alone where it is none."""
    if isinstance(expr, Call) and expr.name == "hadamard":
        return tuple(factor for arg in expr.args for factor in entry_factors(arg))
    return (expr,)


def on_diagonal(expr: Expr) -> Expr | None:
    """u of the diagonal matrix diag(u); None for any other, diag(A) too, which is the column of the diagonal of A."""
    named = isinstance(expr, Call) and expr.name == "diag" and is_column(expr.args[0].shape)
    return expr.args[0] if named and isinstance(expr, Call) else None


def transpose(expr: Expr) -> Expr:
    """e', written with its prime; of a number the number."""
    return expr if expr.is_scalar else Transpose(expr)


def inverse(expr: Expr) -> Expr:
    """e⁻¹."""
    return power(expr, -1)


def remake(node: Expr, children: tuple[Expr, ...]) -> Expr:
    """The node over other children, through the constructors above, so that the result is as flat as it would be read."""
    match node:
        case Add():
            return add(*children)
        case Times():
            return times(*children)
        case Scale():
            return scale(*children)
        case MatMul():
            return matmul(*children)
        case Power():
            return power(*children)
        case Transpose():
            return transpose(children[0])
        case _:
            return node.rebuild(children)


def terms(expr: Expr) -> tuple[Expr, ...]:
    """The terms of a sum, or the expression alone."""
    return expr.terms if isinstance(expr, Add) else (expr,)


def coefficient(expr: Expr) -> tuple[Fraction, Expr]:
    """(c, rest) with expr = c · rest: the numeric factor in front, 1 when there is none."""
    if isinstance(expr, Number):
        return expr.value, ONE
    if isinstance(expr, Times) and isinstance(expr.factors[0], Number):
        rest = expr.factors[1:]
        return expr.factors[0].value, rest[0] if len(rest) == 1 else Times(rest)
    if isinstance(expr, Scale):
        c, rest_scalar = coefficient(expr.scalar)
        return c, expr.arg if rest_scalar is ONE else Scale(rest_scalar, expr.arg)
    return ONE.value, expr


def total(items: Iterable[Expr], shape: Shape) -> Expr:
    """The sum of the items, or the zero of the shape when there are none."""
    items = list(items)
    return add(*items) if items else zero(shape)
