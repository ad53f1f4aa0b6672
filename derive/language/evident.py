"""Properties of an expression that follow from the declared ones of its symbols, as far as the front end needs them.

What `cholesky` (spd) and `eigvec` (symmetric) ask of their argument, and what a `let` name inherits from its definition.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from derive.expressions.build import add, matmul, negate, power, scale, terms, transpose, zero
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Add, Call, Expr, Identity, Map, MatMul, Number, Ones, Power, Scale, SizeValue, Symbol, Times, Transpose, Zeros
from derive.expressions.sizes import is_square


def evident(expr: Expr) -> frozenset[str]:
    """Which of symmetric, spd, psd, diagonal it has for certain; of a scalar, `positive`."""
    out = set()
    if expr.is_scalar:
        return frozenset({"positive"} if positive(expr) else ())
    if not is_square(expr.shape):
        return frozenset()
    if symmetric(expr):
        out.add("symmetric")
        if definite(expr, strict=True):
            out.add("spd")
        elif definite(expr, strict=False):
            out.add("psd")
    if diagonal(expr):
        out.add("diagonal")
    return frozenset(out)


@lru_cache(maxsize=4096)
def symmetric(expr: Expr) -> bool:
    """expr' = expr, by pushing the transpose to the symbols."""
    if expr.is_scalar:
        return True
    if not is_square(expr.shape):
        return False
    return Counter(terms(_spread(expr, False))) == Counter(terms(_spread(expr, True)))


def settled(name: str, args: tuple[Expr, ...]) -> tuple[str, tuple[Expr, ...]]:
    """The call of a function as it is built: nothing that varies stands in an argument of which only the shape counts, and what has a
    name of its own for a symmetric argument goes by that."""
    row = FUNCTIONS[name]
    if row.shaped_by is not None:
        args = tuple(zero(a.shape) if k == row.shaped_by else a for k, a in enumerate(args))
    return (row.symmetric_as if row.symmetric_as and symmetric(args[0]) else name), args


def _spread(expr: Expr, flip: bool) -> Expr:
    """The expression, or its transpose, with transposes on symbols only."""
    if expr.is_scalar:
        return expr
    match expr:
        case Transpose(arg):
            return _spread(arg, not flip)
        case Symbol():
            return transpose(expr) if flip and not expr.has & {"symmetric", "diagonal"} else expr
        case Identity():
            return expr
        case Add(parts):
            return add(*(_spread(p, flip) for p in parts))
        case Scale(s, arg):
            return scale(s, _spread(arg, flip))
        case MatMul(factors):
            spread = [_spread(f, flip) for f in factors]
            return matmul(*(reversed(spread) if flip else spread))
        case Power(base, k):
            return power(_spread(base, flip), k)
        case Ones(dims) | Zeros(dims):
            return type(expr)((dims[1], dims[0])) if flip else expr
        case Map(function, arg, order):
            return Map(function, _spread(arg, flip), order)
        case Call(name, args):
            return _spread_call(expr, name, args, flip)
        case _:
            return transpose(expr) if flip else expr


def _spread_call(expr: Expr, name: str, args: tuple[Expr, ...], flip: bool) -> Expr:
    """As the function table says what the transpose of a value is."""
    rule = FUNCTIONS[name].transposes
    if rule == "args":
        return Call(name, tuple(_spread(a, flip) for a in args))
    if not flip or rule == "self" or (rule == "self-if-square" and is_square(expr.shape)):
        return expr
    if rule == "minus":
        return negate(expr)
    return transpose(expr)


@lru_cache(maxsize=4096)
def definite(expr: Expr, strict: bool) -> bool:
    """Positive definite (strict) or semidefinite, for an expression that is symmetric."""
    match expr:
        case Symbol():
            return "spd" in expr.has or (not strict and "psd" in expr.has)
        case Identity():
            return True
        case Add(parts):
            return all(definite(p, False) for p in parts) and (not strict or any(definite(p, True) for p in parts))
        case Scale(s, arg):
            if (positive(s) or (not strict and _square(s))) and definite(arg, strict):
                return True
            whole = _spread(expr, False)  # (s A)(s A)' is s s A A'
            return whole is not expr and isinstance(whole, Scale) and definite(whole, strict)
        case Transpose(arg):
            return definite(arg, strict)
        case Power(base, Number(k)) if k.denominator == 1:
            if k % 2 == 0 and symmetric(base):
                return not strict or _invertible(base)
            return definite(base, True) or (k > 0 and not strict and definite(base, False))
        case Call("expm", (arg,)):
            return symmetric(arg)
        case Call("sqrtm" | "kron" | "hadamard", args):
            return all(definite(a, strict) for a in args)
        case Call(name):
            return "spd" in FUNCTIONS[name].gives
        case MatMul(factors):
            return _congruent(factors, strict)
        case _:
            return False


def _congruent(factors: tuple[Expr, ...], strict: bool) -> bool:
    """B' M B with M definite; strictly when B has full column rank; x x', X' X with M = I."""
    whole = _spread(matmul(*factors), False)  # (A B)(A B)' is A B B' A'
    body = whole.arg if isinstance(whole, Scale) else whole
    factors = body.factors if isinstance(body, MatMul) else factors
    half = len(factors) // 2
    right = factors[-half:]
    left = factors[:half]
    mirrored = matmul(*(_spread(f, True) for f in reversed(right)))
    if mirrored is not matmul(*(_spread(f, False) for f in left)):
        return False
    if len(factors) % 2 and not definite(factors[half], strict):
        return False
    if isinstance(whole, Scale) and not (positive(whole.scalar) if strict else positive(whole.scalar) or _square(whole.scalar)):
        return False
    return not strict or all(_full_column_rank(f) for f in right)


def _full_column_rank(expr: Expr) -> bool:
    match expr:
        case Symbol():
            return bool(expr.has & {"full-column-rank", "invertible", "stiefel", "spd", "orthogonal"})
        case Transpose(Symbol() as arg):
            return bool(arg.has & {"full-row-rank", "invertible", "spd", "orthogonal"})
        case _:
            return _invertible(expr)


@lru_cache(maxsize=4096)
def _invertible(expr: Expr) -> bool:
    match expr:
        case Symbol():
            return bool(expr.has & {"invertible", "spd", "orthogonal"})
        case Identity() | Power(_, Number(-1)):
            return True
        case Call(name) if "invertible" in FUNCTIONS[name].gives:
            return True
        case Transpose(arg) | Power(arg, _):
            return _invertible(arg)
        case MatMul(factors):
            return all(_invertible(f) for f in factors)
        case _:
            return is_square(expr.shape) and symmetric(expr) and definite(expr, True)


def diagonal(expr: Expr) -> bool:
    match expr:
        case Symbol():
            return "diagonal" in expr.has
        case Identity():
            return True
        case Call("diag"):
            return is_square(expr.shape)
        case Scale(_, arg) | Transpose(arg) | Power(arg, _):
            return diagonal(arg)
        case Add(parts) | MatMul(parts):
            return all(not p.is_scalar and diagonal(p) for p in parts)
        case _:
            return False


def _square(expr: Expr) -> bool:
    """A scalar that is a square but for factors that are positive: s s, 2 s^2."""
    factors = expr.factors if isinstance(expr, Times) else (expr,)
    counts = Counter(f for f in factors if not positive(f))
    return all(
        n % 2 == 0 or (isinstance(f, Power) and isinstance(f.exponent, Number) and f.exponent.value % 2 == 0) for f, n in counts.items()
    )


def positive(expr: Expr) -> bool:
    """A scalar that is greater than 0 for certain."""
    match expr:
        case Number(value):
            return value > 0
        case SizeValue():
            return not any(c < 0 for _, c in expr.size.terms)
        case Symbol():
            return "positive" in expr.has
        case Times(parts) | Add(parts):
            return all(positive(p) for p in parts)
        case Power(base, _):
            return positive(base)
        case Map("exp"):
            return True
        case Map("sqrt", arg):
            return positive(arg)
        case Call("det", (arg,)):
            return symmetric(arg) and definite(arg, True)
        case _:
            return False
