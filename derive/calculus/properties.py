"""What follows about an expression from the declared properties of its symbols.

Each question answers True only when it is certain; `conditions` collects what had to be assumed on the way (full column rank,
det ≠ 0) when the caller allows that.
"""

from __future__ import annotations

from derive.expressions.build import coefficient, negate, transpose
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
)
from derive.expressions.sizes import is_square


def has(expr: Expr, name: str) -> bool:
    """Whether a letter is declared to have it, or a function gives it."""
    return (isinstance(expr, Symbol) and name in expr.has) or (isinstance(expr, Call) and name in FUNCTIONS[expr.name].gives)


def value_properties(expr: Expr) -> frozenset[str]:
    """What a letter for the expression is declared to have."""
    given = FUNCTIONS[expr.name].gives if isinstance(expr, Call) else frozenset()
    if definiteness(expr) == "positive definite":
        return given | ({"positive"} if expr.is_scalar else {"spd", "symmetric", "invertible"})
    return given


def is_symmetric(expr: Expr) -> bool:
    """expr' = expr."""
    if expr.is_scalar:
        return True
    if not is_square(expr.shape):
        return False
    from derive.calculus.simplify.simplify import tidy_with

    return tidy_with(transpose(expr), []) is tidy_with(expr, [])


def is_skew(expr: Expr) -> bool:
    """expr' = -expr."""
    if expr.is_scalar or not is_square(expr.shape):
        return False
    from derive.calculus.simplify.simplify import tidy_with

    return tidy_with(transpose(expr), []) is tidy_with(negate(expr), [])


def is_diagonal(expr: Expr) -> bool:
    match expr:
        case Symbol():
            return "diagonal" in expr.has
        case Identity():
            return True
        case Zeros():
            return is_square(expr.shape)
        case Call(name="diag"):
            return is_square(expr.shape)
        case Transpose(arg=arg) | Scale(arg=arg):
            return is_diagonal(arg)
        case Power(base=base):
            return is_diagonal(base)
        case Add() | MatMul():
            return all(is_diagonal(c) for c in expr.children)
        case Call(name="hadamard"):
            return any(is_diagonal(c) for c in expr.children)
        case _:
            return False


def is_triangular(expr: Expr, which: str) -> bool:
    """Upper or lower triangular."""
    other = {"upper": "lower", "lower": "upper"}[which]
    match expr:
        case Symbol():
            return which in expr.has or "diagonal" in expr.has
        case Call(name="tril"):
            return which == "lower"
        case Call(name="triu"):
            return which == "upper"
        case Call() if has(expr, which):
            return True
        case Transpose(arg=arg):
            return is_triangular(arg, other)
        case Scale(arg=arg):
            return is_triangular(arg, which)
        case Power(base=base):
            return is_triangular(base, which)
        case Add() | MatMul():
            return all(is_triangular(c, which) for c in expr.children)
        case Call(name="hadamard"):
            return any(is_triangular(c, which) for c in expr.children)
        case _:
            return is_diagonal(expr)


def is_positive(expr: Expr) -> bool:
    """Every entry (the number itself, for a scalar) is > 0."""
    match expr:
        case Number(value=value):
            return value > 0
        case SizeValue() | Ones():
            return True
        case Symbol():
            return "positive" in expr.has
        case Entry(arg=arg):
            return is_positive(arg)
        case Map(function="exp") | Map(function="sigmoid") | Map(function="softplus") | Map(function="cosh"):
            return True
        case Map(function="sqrt", arg=arg):
            return is_positive(arg)
        case Power(base=base, exponent=exponent):
            return base.is_scalar and (
                is_positive(base) or (is_even(exponent) and is_nonzero(base))
            )
        case Times() | Scale() | MatMul() | Transpose():
            return all(is_positive(c) for c in expr.children)
        case Map(function="log", arg=Number(value=value)):
            return value > 1
        case Add(terms=(Number(value=value) | Scale(scalar=Number(value=value), arg=Ones()), rest)) if value >= 1:
            return _is_below_one(negate(rest)) or is_nonnegative(rest)
        case Add(terms=(Ones(), rest)):
            return _is_below_one(negate(rest)) or is_nonnegative(rest)
        case Add():
            return all(is_nonnegative(c) for c in expr.terms) and any(is_positive(c) for c in expr.terms)
        case Call(name="det", args=(Call(name="expm"),)):
            return True
        case Call(name="det", args=(arg,)) | Call(name="tr", args=(arg,)):
            return definiteness(arg) == "positive definite"
        case Call(name="sum" | "mean", args=(arg,)):
            return is_positive(arg)
        case Sum():
            return is_positive(expr.body) and expr.is_scalar
        case Call():
            return has(expr, "positive")
        case _:
            return False


def _is_below_one(expr: Expr) -> bool:
    """Every entry < 1 for certain: of a sigmoid, a hyperbolic tangent."""
    return isinstance(expr, Map) and expr.function in ("sigmoid", "tanh")


def is_nonzero(expr: Expr) -> bool:
    match expr:
        case Map(function="log", arg=Number(value=value)):
            return value != 1
        case Number(value=value):
            return value != 0
        case Times():
            return all(is_nonzero(f) for f in expr.factors)
        case Call(name="det", args=(arg,)):
            return is_invertible(arg)
        case _:
            return is_positive(expr)


def is_nonnegative(expr: Expr) -> bool:
    """Every entry ≥ 0 for certain."""
    if is_positive(expr):
        return True
    match expr:
        case Number(value=value):
            return value >= 0
        case Zeros() | Call(name="norm") | Call(name="norm1") | Map(function="abs") | Map(function="relu"):
            return True
        case Power(exponent=exponent):
            return expr.is_scalar and (is_even(exponent) or is_nonnegative(expr.base))
        case Times() | Add() | Scale():
            return all(is_nonnegative(c) for c in expr.children)
        case MatMul():
            return expr.is_scalar and _quadratic(expr) is not None
        case Call(name="inner" | "dot", args=(a, b)):
            return a is b
        case Call(name="tr", args=(arg,)):
            return definiteness(arg) in ("positive definite", "positive semidefinite")
        case _:
            return False


def is_even(exponent: Expr) -> bool:
    """Whether an exponent is an even integer."""
    return isinstance(exponent, Number) and exponent.value.denominator == 1 and exponent.value % 2 == 0


def congruence_halves(expr: MatMul) -> tuple[tuple[Expr, ...], Expr | None, tuple[Expr, ...]] | None:
    """B' M B as (factors of B', M or None, factors of B) when the two halves are each other's transposes."""
    from derive.calculus.simplify.simplify import tidy_with

    factors = expr.factors
    half = len(factors) // 2
    for left, right in zip(factors[:half], reversed(factors[len(factors) - half :]), strict=True):
        if tidy_with(transpose(left), []) is not tidy_with(right, []):
            return None
    middle = factors[half] if len(factors) % 2 else None
    return factors[:half], middle, factors[len(factors) - half :]


def _quadratic(expr: MatMul) -> str | None:
    found = congruence_halves(expr)
    if found is None:
        return None
    _, middle, _ = found
    if middle is None:
        return "positive semidefinite"
    kind = definiteness(middle)
    return {"positive definite": "positive semidefinite", "negative definite": "negative semidefinite"}.get(kind or "", kind)


def definiteness(expr: Expr, assumed: list[Expr] | None = None) -> str | None:
    """`positive definite`, `positive semidefinite`, their negatives, `zero`, or None when it is not evident.

    With a list `assumed`, B'MB with M positive definite is positive definite and B is appended to it: B has full
    column rank.
    """
    if expr.is_scalar:
        if is_positive(expr):
            return "positive definite"
        c, rest = coefficient(expr)
        if c < 0 and is_positive(rest):
            return "negative definite"
        return "positive semidefinite" if is_nonnegative(expr) else None
    match expr:
        case Identity():
            return "positive definite"
        case Zeros():
            return "zero"
        case Symbol():
            return "positive definite" if "spd" in expr.has else "positive semidefinite" if "psd" in expr.has else None
        case Power(base=base, exponent=Number(value=k)) if k == -1:
            kind = definiteness(base, assumed)
            return kind if kind in ("positive definite", "negative definite") else None
        case Power(base=base, exponent=exponent) if is_even(exponent) and is_symmetric(base):
            return "positive definite" if is_invertible(base) else "positive semidefinite"
        case Call(name="kron", args=(a, b)):
            sides = {definiteness(a), definiteness(b)}
            if sides == {"positive definite"}:
                return "positive definite"
            return "positive semidefinite" if sides <= {"positive definite", "positive semidefinite"} else None
        case Call(name="expm", args=(arg,)) if is_symmetric(arg):
            return "positive definite"
        case Call(name="sqrtm", args=(arg,)):
            kind = definiteness(arg, assumed)
            return kind if kind is not None and kind.startswith("positive") else None
        case Call() if has(expr, "spd"):
            return "positive definite"
        case Call(name="diag", args=(arg,)) if is_square(expr.shape):
            return "positive definite" if is_positive(arg) else "positive semidefinite" if is_nonnegative(arg) else None
        case Transpose(arg=arg):
            return definiteness(arg, assumed)
        case Scale(scalar=scalar, arg=arg):
            c, rest = coefficient(scalar)
            kind = definiteness(arg, assumed)
            if kind is None or kind == "zero" or c == 0:
                return kind
            if not (is_positive(rest) or is_nonnegative(rest)):
                return None
            if not is_positive(rest):
                kind = kind.replace("definite", "semidefinite") if "semi" not in kind else kind
            return _flip(kind) if c < 0 else kind
        case Add():
            trial: list[Expr] | None = [] if assumed is not None else None
            plain = [definiteness(t) for t in expr.terms]
            kinds = plain
            if "positive definite" not in plain and "negative definite" not in plain:
                kinds = [definiteness(t, trial) for t in expr.terms]
            for sign in ("positive", "negative"):
                if all(k is not None and (k.startswith(sign) or k == "zero") for k in kinds):
                    if kinds is not plain and assumed is not None and trial is not None:
                        assumed.extend(trial)
                    return f"{sign} definite" if f"{sign} definite" in kinds else f"{sign} semidefinite"
            return None
        case Sum(body=body):
            return definiteness(body)
        case MatMul():
            found = congruence_halves(expr)
            if found is None:
                return None
            _, middle, right = found
            kind = "positive definite" if middle is None else definiteness(middle, assumed)
            if kind is None:
                return None
            if all(is_invertible(f) for f in right) or _full_rank(right):
                return kind
            if assumed is not None and kind in ("positive definite", "negative definite"):
                from derive.expressions.build import matmul

                assumed.append(matmul(*right))
                return kind
            return kind.replace(" definite", " semidefinite")
        case _:
            return None


def _flip(kind: str) -> str:
    return kind.replace("positive", "_").replace("negative", "positive").replace("_", "negative")


def _full_rank(factors: tuple[Expr, ...]) -> bool:
    return all(is_invertible(f) or has(f, "full-column-rank") or _numbers_of_full_rank(f) for f in factors)


def _numbers_of_full_rank(expr: Expr) -> bool:
    """A matrix of numbers with independent columns, by elimination in fractions."""
    if not isinstance(expr, Stack) or not all(isinstance(e, Number) for row in expr.rows for e in row):
        return False
    rows = [[e.value for e in row if isinstance(e, Number)] for row in expr.rows]
    for column in range(len(rows[0])):
        pivot = next((k for k in range(column, len(rows)) if rows[k][column]), None)
        if pivot is None:
            return False
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for k in range(column + 1, len(rows)):
            c = rows[k][column] / rows[column][column]
            rows[k] = [a - c * b for a, b in zip(rows[k], rows[column], strict=True)]
    return True


def is_invertible(expr: Expr) -> bool:
    match expr:
        case Identity():
            return True
        case Symbol():
            return "invertible" in expr.has
        case Transpose(arg=arg):
            return is_invertible(arg)
        case Scale(scalar=scalar, arg=arg):
            return is_nonzero(scalar) and is_invertible(arg)
        case Power(base=base):
            return is_invertible(base)
        case Call() if has(expr, "invertible"):
            return True
        case Call(name="sqrtm", args=(arg,)):
            return is_invertible(arg)
        case MatMul() if all(is_square(f.shape) for f in expr.factors):
            return all(is_invertible(f) for f in expr.factors)
        case _:
            kind = definiteness(expr)
            return kind in ("positive definite", "negative definite") and not expr.is_scalar


def is_orthogonal(expr: Expr) -> bool:
    match expr:
        case Identity():
            return True
        case Symbol() | Call():
            return has(expr, "orthogonal") or (has(expr, "stiefel") and is_square(expr.shape))
        case Transpose(arg=arg):
            return is_orthogonal(arg)
        case MatMul():
            return all(is_orthogonal(f) for f in expr.factors)
        case _:
            return False


def has_orthonormal_columns(expr: Expr) -> bool:
    return is_orthogonal(expr) or has(expr, "stiefel") or has(expr, "unit")
