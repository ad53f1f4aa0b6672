"""When two terms are one: scalars are their own transposes, traces are cyclic, X' − X is −(X − X'); and what is said of it."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from math import prod

from derive.calculus.simplify.signs import opposite
from derive.calculus.simplify.simplify import tidy_with
from derive.calculus.simplify.used import Used
from derive.expressions.build import entry_factors, entry_product, matmul, power, transpose
from derive.expressions.nodes import Add, Call, Expr, Map, MatMul, Number, Ones, Power, Symbol, Transpose
from derive.expressions.sizes import is_column

Term = tuple[dict[Expr, Expr], Expr | None]
"""What `split` leaves beside the number."""


@lru_cache(maxsize=100_000)
def fingerprint(expr: Expr) -> str:
    """A string that orders expressions and tells unequal ones apart; independent of the run."""
    match expr:
        case Symbol():
            return expr.name
        case Number(value=value):
            return str(value)
        case Transpose(arg=arg):
            return fingerprint(arg) + "'"
    head = type(expr).__name__
    match expr:
        case Call(name=name):
            head = name
        case Map(function=function, order=order):
            head = f"{function if isinstance(function, str) else function.name}.{order}"
    extra = "" if expr.children else repr(expr)
    out = f"{head}({','.join(fingerprint(c) for c in expr.children)}{extra})"
    # of bounded length: a part that occurs twice, layer for layer, would double the text each time
    return out if len(out) <= 200 else f"{out[:80]}…{blake2b(out.encode(), digest_size=16).hexdigest()}"


@lru_cache(maxsize=50_000)
def representative(expr: Expr) -> Expr:
    """One representative of all the ways to write a scalar product or trace."""
    match expr:
        case MatMul() if expr.is_scalar:
            return min((expr, _flip(expr)), key=fingerprint)
        case Call(name="tr", args=(MatMul(factors=factors),)):
            flipped = _flip(expr.args[0])
            other = flipped.factors if isinstance(flipped, MatMul) else (flipped,)
            best = matmul(*_first_rotation(factors, other))
            return best if best.is_scalar else Call("tr", (best,))
        case Call(name="tr", args=(arg,)):
            return Call("tr", (min((arg, _flip(arg)), key=fingerprint),))
        case Call(name="sum", args=(arg,)) if is_column(arg.shape):
            return representative(matmul(transpose(Ones(arg.shape)), arg))
        case Call(name="inner") | Call(name="dot"):
            return Call(expr.name, tuple(sorted(expr.args, key=fingerprint)))
        case Call(name="hadamard"):
            return entry_product(*sorted(map(representative, entry_factors(expr)), key=fingerprint))
        case Call(name="diag", args=(arg,)):
            return Call("diag", (representative(arg),))
        case _:
            return expr


def _first_rotation(*chains: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """The cyclic rotation of one of the chains whose fingerprints come first; only those that begin with the least one compete."""
    prints = [[fingerprint(f) for f in chain] for chain in chains]
    least = min(min(p) for p in prints)
    starts = ((chain, p, k) for chain, p in zip(chains, prints, strict=True) for k in range(len(p)) if p[k] == least)
    chain, _, k = min(starts, key=lambda start: start[1][start[2] :] + start[1][: start[2]])
    return chain[k:] + chain[:k]


def _flip(expr: Expr) -> Expr:
    used: Used = []
    return tidy_with(Transpose(expr), used) if not expr.is_scalar else tidy_with(_reversed(expr), used)


def _reversed(expr: Expr) -> Expr:
    assert isinstance(expr, MatMul)
    return matmul(*(transpose(f) for f in reversed(expr.factors)))


def signed(powers: dict[Expr, Expr], body: Expr | None) -> tuple[int, Term]:
    """A term with X' − X for X − X', b − a for a − b, wherever such a sum or a product with it stands, and the sign that this takes."""
    sign, out = 1, {}
    for base, exponent in powers.items():
        own, turned = _one_way(base)
        k = exponent.value if isinstance(exponent, Number) else None
        if own < 0 and (k is None or k.denominator != 1):
            turned = base  # a root of a − b is none of b − a
        elif own < 0 and k is not None and k.numerator % 2:
            sign = -sign
        out[turned] = exponent
    if body is None:
        return sign, (out, None)
    own, turned = _one_way(body)
    return sign * own, (out, turned)


def _one_way(expr: Expr) -> tuple[int, Expr]:
    """(sign, e) with expr = sign · e, in which each sum that is a factor is written in one of its two ways."""
    match expr:
        case Add() if expr.is_scalar:
            return _sum_one_way(expr)
        case Power(base=Add() as base, exponent=Number(value=k)) if base.is_scalar and k.denominator == 1:
            sign, turned = _sum_one_way(base)
            return (sign if k.numerator % 2 else 1), power(turned, expr.exponent)
        case Call(name="tr", args=(arg,)):
            sign, turned = _one_way(arg)
            return sign, expr.rebuild((turned,))
        case MatMul():
            signs, factors = zip(*map(_factor_one_way, expr.factors), strict=True)
            return prod(signs), matmul(*factors)
    return 1, expr


def _factor_one_way(factor: Expr) -> tuple[int, Expr]:
    if isinstance(factor, Transpose) and isinstance(factor.arg, Add):
        sign, turned = _sum_one_way(factor.arg)
        return sign, transpose(turned)
    return _sum_one_way(factor) if isinstance(factor, Add) else (1, factor)


def _sum_one_way(expr: Add) -> tuple[int, Expr]:
    other = opposite(expr)
    if fingerprint(other) >= fingerprint(expr) or set(map(fingerprint, other.children)) == set(map(fingerprint, expr.children)):
        return 1, expr
    return -1, other


def tell(term: Term, like: Term, words: list[str], used: Used) -> None:
    """Why a term is like another one: said of each part that is written in another way.

    words  the sentences so far; what is said is appended
    used   the properties that were used, with their symbols; appended likewise
    """
    ours, theirs = ({*powers, *([] if body is None else [body])} for powers, body in (term, like))
    for part in ours - theirs:
        other = next((o for o in theirs if representative(o) is representative(part)), None)
        if other is None:
            continue  # of the other sign
        said, mine = _likeness(part, other)
        words.extend(w for w in said if w not in words)
        used.extend(u for u in mine if u not in used)


def _likeness(a: Expr, b: Expr) -> tuple[tuple[str, ...], Used]:
    """The words and properties by which two scalar products, or two traces, are one."""
    if isinstance(a, Call) and isinstance(b, Call) and a.name == b.name == "tr":
        (a,), (b,) = a.args, b.args
        if b in _rotations(a):
            return ("cyclic",), []
        for start, goal in ((a, b), (b, a)):
            mine: Used = []
            flipped = tidy_with(Transpose(start), mine)
            if goal in _rotations(flipped):
                return ("tr M = tr M'", *(() if flipped is goal else ("cyclic",))), mine
    if isinstance(a, MatMul) and isinstance(b, MatMul) and a.is_scalar:
        for start, goal in ((a, b), (b, a)):
            mine = []
            if tidy_with(_reversed(start), mine) is goal:
                return ("a scalar is its own transpose",), mine
    return (), []


def _rotations(expr: Expr) -> tuple[Expr, ...]:
    factors = expr.factors if isinstance(expr, MatMul) else (expr,)
    return tuple(matmul(*factors[k:], *factors[:k]) for k in range(len(factors)))
