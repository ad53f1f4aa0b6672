"""Signs, definiteness, rank and invertibility of an expression, as far as they are certain from what is declared of its symbols.

Each question answers True only when it is certain.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from derive.expressions.build import coefficient, matmul, negate, scale, terms, total
from derive.expressions.functions import FUNCTIONS
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
    Sum,
    Symbol,
    Times,
    Transpose,
    Zeros,
    number,
)
from derive.expressions.properties.definite import AT_LEAST_SEMI, STRICT, Definite, of_sum
from derive.expressions.properties.elimination import definite as of_numbers
from derive.expressions.properties.elimination import has_independent_columns
from derive.expressions.properties.facts import BY_VALUE, IMPLIED
from derive.expressions.properties.symmetry import collected, is_diagonal, is_skew, is_symmetric, is_triangular
from derive.expressions.properties.transpose import spread
from derive.expressions.sizes import is_square

_CACHE = 50_000


def has(expr: Expr, name: str) -> bool:
    """Whether a letter is declared to have it, or a function gives it."""
    return (isinstance(expr, Symbol) and name in expr.has) or (isinstance(expr, Call) and _gives(expr.name, name))


def _gives(function: str, word: str) -> bool:
    return any(given == word or word in IMPLIED.get(given, ()) for given in FUNCTIONS[function].gives)


def holds(expr: Expr, word: str) -> bool:
    """Whether what a word of declarations says is certain of an expression; "" says nothing."""
    match word:
        case "":
            return True
        case "positive":
            return is_positive(expr)
        case "nonnegative":
            return is_nonnegative(expr)
        case "nonzero":
            return is_nonzero(expr)
        case "symmetric":
            return is_symmetric(expr)
        case "skew":
            return is_skew(expr)
        case "diagonal":
            return is_diagonal(expr)
        case "upper" | "lower":
            return is_triangular(expr, word)
        case "spd":
            return definiteness(expr) == Definite.POSITIVE and is_symmetric(expr)
        case "psd":
            return definiteness(expr) in (Definite.POSITIVE, Definite.SEMI_POSITIVE, Definite.ZERO) and is_symmetric(expr)
        case "invertible":
            return is_invertible(expr)
        case "orthogonal":
            return is_orthogonal(expr)
        case "stiefel" | "unit":
            return has_orthonormal_columns(expr)
        case "positive-determinant":
            return by_fact(expr, word) or holds(expr, "spd")
        case "even":
            return is_even(expr)
        case "full-column-rank":
            return has_full_column_rank((expr,))
        case _:
            return has(expr, word)


def by_fact(expr: Expr, word: str) -> bool:
    """Whether the function table, or a fact about what its arguments have, gives it."""
    match expr:
        case Call(name=name, args=args):
            given = _gives(name, word)
        case Map(function=str(name), arg=arg, order=0):
            given, args = _gives(name, word), (arg,)
        case _:
            return False
    return given or any(
        len(fact.arguments) == len(args) and all(holds(a, w) for a, w in zip(args, fact.arguments, strict=True))
        for fact in BY_VALUE.get((name, word), ())
    )


# --------------------------------------------------------------------------------------------- signs
@lru_cache(maxsize=_CACHE)
def is_positive(expr: Expr) -> bool:
    """Every entry (the number itself, for a scalar) is > 0."""
    match expr:
        case Number(value=value):
            return value > 0
        case SizeValue(size=size):
            return not any(c < 0 for _, c in size.terms)
        case Ones():
            return True
        case Symbol():
            return "positive" in expr.has
        case Entry(arg=arg):
            return is_positive(arg)
        case Power(base=base, exponent=exponent):
            return base.is_scalar and (is_positive(base) or (is_even(exponent) and is_nonzero(base)))
        case Times() | Scale() | Transpose():
            return all(is_positive(c) for c in expr.children)
        case Map(function="log", arg=Number(value=value)):
            return value > 1
        case Add(terms=(Number(value=value) | Scale(scalar=Number(value=value), arg=Ones()), rest)) if value >= 1:
            return _is_below_one(negate(rest)) or is_nonnegative(rest)
        case Add(terms=(Ones(), rest)):
            return _is_below_one(negate(rest)) or is_nonnegative(rest)
        case Add():
            return all(is_nonnegative(c) for c in expr.terms) and any(is_positive(c) for c in expr.terms)
        case Call(name="inner" | "dot", args=(a, b)):
            return a is b and is_nonzero(a)
        case Sum():
            return is_positive(expr.body) and expr.is_scalar
        case MatMul() if expr.is_scalar:
            return quadratic_form(expr) == Definite.POSITIVE or all(is_positive(f) for f in expr.factors)
        case _:
            return by_fact(expr, "positive")


def _is_below_one(expr: Expr) -> bool:
    """Every entry < 1 for certain."""
    return isinstance(expr, Map) and expr.function in ("sigmoid", "tanh")


@lru_cache(maxsize=_CACHE)
def is_nonzero(expr: Expr) -> bool:
    """No entry is 0."""
    match expr:
        case Map(function="log", arg=Number(value=value)):
            return value != 1
        case Number(value=value):
            return value != 0
        case Times() | Scale():
            return all(is_nonzero(f) for f in expr.children)
        case Power(base=base):
            return base.is_scalar and is_nonzero(base)
        case _:
            return is_positive(expr) or by_fact(expr, "nonzero")


@lru_cache(maxsize=_CACHE)
def is_nonnegative(expr: Expr) -> bool:
    """Every entry ≥ 0 for certain."""
    if is_positive(expr):
        return True
    match expr:
        case Number():
            return expr.value >= 0
        case Power(exponent=exponent):
            return expr.is_scalar and (is_even(exponent) or is_nonnegative(expr.base))
        case Times():
            counts = Counter(f for f in expr.factors if not is_nonnegative(f))
            return all(n % 2 == 0 for n in counts.values())
        case Add() | Scale() | Zeros():
            return all(is_nonnegative(c) for c in expr.children)
        case MatMul():
            return expr.is_scalar and quadratic_form(expr) in AT_LEAST_SEMI
        case Sum():
            return expr.is_scalar and is_nonnegative(expr.body)
        case Call(name="inner" | "dot", args=(a, b)):
            return a is b
        case _:
            return by_fact(expr, "nonnegative") or (isinstance(expr, Symbol) and any("nonnegative" in IMPLIED.get(w, ()) for w in expr.has))


def is_even(exponent: Expr) -> bool:
    """Whether an exponent is an even integer."""
    return isinstance(exponent, Number) and exponent.value.denominator == 1 and exponent.value % 2 == 0


# --------------------------------------------------------------------------------------------- definiteness
def congruence_halves(expr: MatMul) -> tuple[tuple[Expr, ...], Expr | None, tuple[Expr, ...]] | None:
    """B' M B as (factors of B', M or None, factors of B) when the two halves are each other's transposes."""
    factors = expr.factors
    half = len(factors) // 2
    for left, right in zip(factors[:half], reversed(factors[len(factors) - half :]), strict=True):
        if spread(left, True) is not spread(right, False):
            return None
    middle = factors[half] if len(factors) % 2 else None
    return factors[:half], middle, factors[len(factors) - half :]


def quadratic_form(expr: MatMul) -> Definite | None:
    """The sign of a number x'Mx: x may be 0, so that it is at best semidefinite."""
    found = congruence_halves(expr)
    if found is None:
        return None
    _, middle, right = found
    kind = Definite.POSITIVE if middle is None else definiteness(middle)
    if kind == Definite.POSITIVE and len(right) == 1 and has(right[0], "unit"):
        return kind
    return None if kind is None else kind.weakened


@lru_cache(maxsize=_CACHE)
def _certain(expr: Expr) -> Definite | None:
    return _definiteness(expr, None)


def definiteness(expr: Expr, assumed: list[Expr] | None = None) -> Definite | None:
    """`positive definite`, `positive semidefinite`, their negatives, `zero`, or None when it is not evident.

    assumed  a list, or None: with a list, B'MB with M positive definite is positive definite and B is appended, which then has
             full column rank
    """
    return _certain(expr) if assumed is None else _definiteness(expr, assumed)


def _definiteness(expr: Expr, assumed: list[Expr] | None) -> Definite | None:
    if expr.is_scalar:
        return _sign(expr)
    match expr:
        case Identity():
            return Definite.POSITIVE
        case Zeros():
            return Definite.ZERO
        case Symbol():
            return Definite.POSITIVE if "spd" in expr.has else Definite.SEMI_POSITIVE if "psd" in expr.has else None
        case Power(base=base, exponent=exponent):
            return _of_power(base, exponent, assumed)
        case Transpose(arg=arg):
            return definiteness(arg, assumed)
        case Scale():
            return _of_multiple(expr, assumed)
        case Add():
            return _of_sum(expr, assumed)
        case Sum(body=body):
            return definiteness(body)
        case MatMul():
            return _of_product(expr, assumed)
        case Call(name="sqrtm", args=(arg,)):
            kind = definiteness(arg, assumed)
            return kind if kind in AT_LEAST_SEMI else None
        case Stack():
            return kind if (kind := of_numbers(expr)) != Definite.INDEFINITE else None
        case _:
            return Definite.POSITIVE if by_fact(expr, "spd") else Definite.SEMI_POSITIVE if by_fact(expr, "psd") else None


def _sign(expr: Expr) -> Definite | None:
    if is_positive(expr):
        return Definite.POSITIVE
    c, rest = coefficient(expr)
    if c < 0 and is_positive(rest):
        return Definite.NEGATIVE
    return Definite.SEMI_POSITIVE if is_nonnegative(expr) else None


def _of_power(base: Expr, exponent: Expr, assumed: list[Expr] | None) -> Definite | None:
    """S^k: definite as S for odd k, positive for even ones."""
    if not isinstance(exponent, Number):
        return Definite.POSITIVE if definiteness(base) == Definite.POSITIVE else None
    if is_even(exponent) and is_symmetric(base):
        return Definite.POSITIVE if is_invertible(base) else Definite.SEMI_POSITIVE
    if exponent.value.denominator != 1:
        kind = definiteness(base, assumed)
        return kind if kind in AT_LEAST_SEMI else None
    kind = definiteness(base, assumed)
    return kind if exponent.value > 0 or kind in STRICT else None


def _of_multiple(expr: Scale, assumed: list[Expr] | None) -> Definite | None:
    c, rest = coefficient(expr.scalar)
    kind = definiteness(expr.arg, assumed)
    if kind is None or not is_nonnegative(rest):
        whole = spread(expr, False)  # s X (s X)' is s s X X'
        again = isinstance(whole, Scale) and whole.scalar is not expr.scalar
        return definiteness(whole, assumed) if again else None
    if kind == Definite.ZERO or c == 0:
        return Definite.ZERO
    if not is_positive(rest):
        kind = kind.weakened
    return kind.negated if c < 0 else kind


def _of_sum(expr: Add, assumed: list[Expr] | None) -> Definite | None:
    merged = total((scale(number(c), rest) for rest, c in collected(expr).items() if c), expr.shape)
    if len(terms(merged)) < len(expr.terms):
        return definiteness(merged, assumed)
    trial: list[Expr] | None = [] if assumed is not None else None
    plain = [definiteness(t) for t in expr.terms]
    kinds = plain
    if Definite.POSITIVE not in plain and Definite.NEGATIVE not in plain:
        kinds = [definiteness(t, trial) for t in expr.terms]
    whole = of_sum(kinds)
    if whole is not None and kinds is not plain and assumed is not None and trial is not None:
        assumed.extend(trial)
    return whole


def _of_product(expr: MatMul, assumed: list[Expr] | None) -> Definite | None:
    """B'MB: as M, strictly where B has full column rank."""
    found = congruence_halves(expr)
    if found is None:
        whole = spread(expr, False)  # (A B)'(A B) is B'A'A B, (s A)(s A)' is s s A A'
        return definiteness(whole, assumed) if whole is not expr and not isinstance(whole, Add) else None
    _, middle, right = found
    kind = Definite.POSITIVE if middle is None else definiteness(middle, assumed)
    if kind is None:
        return None
    if has_full_column_rank(right):
        return kind
    if assumed is not None and kind in STRICT:
        assumed.append(matmul(*right))
        return kind
    return kind.weakened


# --------------------------------------------------------------------------------------------- rank
def has_full_column_rank(factors: tuple[Expr, ...]) -> bool:
    """Whether each factor of a product has, so that the product has."""
    return all(_has_full_column_rank(f) for f in factors)


def _has_full_column_rank(expr: Expr) -> bool:
    match expr:
        case Transpose(arg=arg) if isinstance(arg, Symbol) and "full-row-rank" in arg.has:
            return True
        case Scale(scalar=scalar, arg=arg):
            return is_nonzero(scalar) and _has_full_column_rank(arg)
        case MatMul(factors=factors):
            return all(map(_has_full_column_rank, factors)) or is_invertible(expr)
        case _:
            return (
                has(expr, "full-column-rank") or has(expr, "stiefel") or by_fact(expr, "full-column-rank")
                or has_independent_columns(expr) or is_invertible(expr)
            )


@lru_cache(maxsize=_CACHE)
def is_invertible(expr: Expr) -> bool:
    """A square matrix with an inverse, for certain; an inverse that is written has one."""
    if expr.is_scalar or not is_square(expr.shape):
        return False
    match expr:
        case Identity():
            return True
        case Symbol():
            return "invertible" in expr.has
        case Transpose(arg=arg):
            return is_invertible(arg)
        case Scale(scalar=scalar, arg=arg):
            return is_nonzero(scalar) and is_invertible(arg)
        case Power(base=base, exponent=exponent):
            return is_invertible(base) or (isinstance(exponent, Number) and exponent.value < 0)
        case Call() if by_fact(expr, "invertible"):
            return True
        case MatMul() if all(is_square(f.shape) for f in expr.factors):
            return all(is_invertible(f) for f in expr.factors)
        case _:
            return definiteness(expr) in STRICT or has_independent_columns(expr)


def is_orthogonal(expr: Expr) -> bool:
    """expr' expr = I and expr is square."""
    match expr:
        case Identity():
            return True
        case Symbol():
            return bool(expr.has & {"orthogonal"}) or ("stiefel" in expr.has and is_square(expr.shape))
        case Call():
            return by_fact(expr, "orthogonal") or (has(expr, "stiefel") and is_square(expr.shape))
        case Transpose(arg=arg):
            return is_orthogonal(arg)
        case MatMul():
            return all(is_orthogonal(f) for f in expr.factors)
        case _:
            return False


def has_orthonormal_columns(expr: Expr) -> bool:
    """expr' expr = I."""
    return is_orthogonal(expr) or has(expr, "stiefel") or has(expr, "unit")

