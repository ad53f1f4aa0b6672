"""What stands for the letters of a pattern in an expression, up to the order of terms and of scalar factors.

A pattern of a product matches any run of the factors of a product (scalars any of its scalars), a pattern of a sum any of its
terms, whatever number stands before them all; what is left over is put around the replacement again.  A letter of a product may
stand for several factors: `inv(M) M` is found in (X'X)⁻¹X'X.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction

from derive.calculus.rules.law import ONE_FACTOR
from derive.calculus.rules.rule import fill
from derive.calculus.simplify.recursion import tidied
from derive.expressions.build import ONE, add, coefficient, counted, entry_factors, entry_product, matmul, scale, times, transpose
from derive.expressions.nodes import (
    Add,
    Call,
    Expr,
    Identity,
    Map,
    MatMul,
    Number,
    Ones,
    Scale,
    SizeValue,
    Symbol,
    Times,
    Transpose,
    Zeros,
    number,
)
from derive.expressions.sizes import Shape, Size
from derive.values import dataclass

MAX_LETTERS = 24
"""Longer products and sums than that are left alone: no pattern is looked for in a thousand terms."""


@dataclass(frozen=True)
class Env:
    """What the letters and the sizes of the pattern stand for so far."""

    letters: Mapping[str, Expr]
    sizes: Mapping[str, Size]


EMPTY = Env({}, {})
Around = Callable[[Expr], Expr]
"""Puts a replacement back among what was left over."""


def found(pattern: Expr, expr: Expr, env: Env = EMPTY) -> Iterator[tuple[Env, Around]]:
    """Every way in which the expression holds the pattern at its top, with what stands around it there; letters of `env` are told.

    expr  one node: what stands below it is looked at in its own turn
    """
    match pattern:
        case Add():
            yield from _in_sum(pattern, expr, env)
        case Times() | Scale() | MatMul():
            yield from _in_product(pattern, expr, env)
        case Call(name="hadamard"):
            yield from _in_hadamard(pattern, expr, env)
        case _:
            for new in matches(pattern, expr, env):
                yield new, _alone


def _alone(new: Expr) -> Expr:
    return new


def matches(pattern: Expr, expr: Expr, env: Env) -> Iterator[Env]:
    """Every way in which the whole expression has the pattern's form.

    expr  without anything left over
    """
    match pattern:
        case Symbol():
            yield from _letter(pattern, expr, env)
        case Number():
            if pattern is expr:
                yield env
        case SizeValue(size=size):
            fitted = _fitted_number(size, expr, env)
            if fitted is not None:
                yield fitted
        case Identity() | Ones() | Zeros():
            if type(expr) is type(pattern) and (fitted := _fitted(pattern.shape, expr.shape, env)) is not None:
                yield fitted
        case Add():
            for new, _, rest, ratio in _terms(pattern, expr, env):
                if not rest and ratio == 1:
                    yield new
        case Times() | Scale() | MatMul():
            for new, scalars, before, after, front in _factors(pattern, expr, env):
                if not scalars and not before and not after and front == 1:
                    yield new
        case Call(name="hadamard"):
            for new, rest in _entry_factors(entry_factors(pattern), entry_factors(expr), env):
                if not rest:
                    yield new
        case Transpose(arg=arg):
            if isinstance(expr, Transpose):
                yield from matches(arg, expr.arg, env)
            elif isinstance(expr, Symbol) and expr.has & {"symmetric", "diagonal"}:
                yield from matches(arg, expr, env)
        case _:
            if type(expr) is type(pattern) and _head(pattern) == _head(expr) and len(pattern.children) == len(expr.children):
                yield from _each(pattern.children, expr.children, env)


def _head(node: Expr) -> tuple[object, object]:
    match node:
        case Call(name=name):
            return name, 0
        case Map(function=function, order=order):
            return function, order
        case _:
            return None, 0


def _each(patterns: tuple[Expr, ...], exprs: tuple[Expr, ...], env: Env) -> Iterator[Env]:
    if not patterns:
        yield env
        return
    for new in matches(patterns[0], exprs[0], env):
        yield from _each(patterns[1:], exprs[1:], new)


def _letter(pattern: Symbol, expr: Expr, env: Env) -> Iterator[Env]:
    known = env.letters.get(pattern.name)
    if known is not None:
        if known is expr:
            yield env
        return
    if expr.is_scalar != pattern.is_scalar:
        return
    fitted = _fitted(pattern.dims, expr.shape, env)
    if fitted is not None:
        yield Env({**fitted.letters, pattern.name: expr}, fitted.sizes)


def _fitted(dims: Shape, shape: Shape, env: Env) -> Env | None:
    sizes = dict(env.sizes)
    for want, size in zip(dims, shape, strict=True):
        if want.is_number:
            if want != size:
                return None
        elif want.letter is not None:
            if sizes.setdefault(want.letter, size) != size:
                return None
        elif want.names <= sizes.keys() and want.substitute(sizes) != size:
            return None
    return Env(env.letters, sizes)


def _fitted_number(size: Size, expr: Expr, env: Env) -> Env | None:
    if size.names <= env.sizes.keys():
        return env if counted(size.substitute(env.sizes)) is expr else None
    if size.letter is None:
        return None
    if isinstance(expr, SizeValue):
        return Env(env.letters, {**env.sizes, size.letter: expr.size})
    if isinstance(expr, Number) and expr.value.denominator == 1 and expr.value > 0:
        return Env(env.letters, {**env.sizes, size.letter: Size.of(int(expr.value))})
    return None


# --------------------------------------------------------------------------------------------- sums
def _in_sum(pattern: Add, expr: Expr, told: Env) -> Iterator[tuple[Env, Around]]:
    for env, place, rest, ratio in _terms(pattern, expr, told):
        def around(new: Expr, place: int = place, rest: tuple[Expr, ...] = rest, ratio: Fraction = ratio) -> Expr:
            return add(*rest[:place], scale(number(ratio), new), *rest[place:])

        yield env, around


def _terms(pattern: Add, expr: Expr, env: Env) -> Iterator[tuple[Env, int, tuple[Expr, ...], Fraction]]:
    """(letters, where the first term stood, the terms left over, the number before all)."""
    if not isinstance(expr, Add) or len(expr.terms) < len(pattern.terms) or len(expr.terms) > MAX_LETTERS:
        return
    wanted = [coefficient(t) for t in pattern.terms]
    wanted.sort(key=lambda pair: isinstance(pair[1], Symbol))  # letters alone last: what else stands there tells them

    def go(k: int, used: tuple[int, ...], env: Env, ratio: Fraction | None) -> Iterator[tuple[Env, tuple[int, ...], Fraction]]:
        if k == len(wanted):
            yield env, used, ratio or Fraction(1)
            return
        number_, body = wanted[k]
        for j, term in enumerate(expr.terms):
            if j in used:
                continue
            c, rest = coefficient(term)
            if ratio is not None and c / number_ != ratio:
                continue
            for new in matches(body, rest, env):
                yield from go(k + 1, (*used, j), new, c / number_)

    for new, used, ratio in go(0, (), env, None):
        yield new, sum(j < used[0] for j in range(min(used))), tuple(t for j, t in enumerate(expr.terms) if j not in used), ratio


# --------------------------------------------------------------------------------------------- products
def _parts(expr: Expr) -> tuple[Fraction, tuple[Expr, ...], tuple[Expr, ...]]:
    """(number, scalar factors, chain of matrices) of a product; the product x'Ay alone is a chain."""
    c, rest = coefficient(expr)
    if isinstance(rest, Scale):
        scalars, body = (rest.scalar.factors if isinstance(rest.scalar, Times) else (rest.scalar,)), rest.arg
    elif isinstance(rest, Times):
        return c, rest.factors, ()
    elif rest is ONE:
        return c, (), ()
    elif rest.is_scalar and not isinstance(rest, MatMul):
        return c, (rest,), ()
    else:
        scalars, body = (), rest
    return c, scalars, body.factors if isinstance(body, MatMul) else (body,)


def _in_product(pattern: Expr, expr: Expr, told: Env) -> Iterator[tuple[Env, Around]]:
    for env, scalars, before, after, front in _factors(pattern, expr, told):
        def around(
            new: Expr, scalars: tuple[Expr, ...] = scalars, before: tuple[Expr, ...] = before,
            after: tuple[Expr, ...] = after, front: Fraction = front,
        ) -> Expr:
            return scale(times(number(front), *scalars), matmul(*before, new, *after))

        yield env, around


def _factors(
    pattern: Expr, expr: Expr, env: Env
) -> Iterator[tuple[Env, tuple[Expr, ...], tuple[Expr, ...], tuple[Expr, ...], Fraction]]:
    """(letters, scalars left over, factors before the run, factors behind it, the number left over)."""
    number_, scalars, chain = _parts(pattern)
    c, ours, factors = _parts(expr)
    if len(factors) < len(chain) or len(factors) > MAX_LETTERS or len(ours) < len(scalars) or (number_ < 0 and c > 0):
        return
    if not {type(f) for f in chain if not isinstance(f, Symbol | Transpose)} <= {type(f) for f in factors}:
        return
    for start in range(len(factors) - len(chain) + 1):
        for new, stop in _run(chain, factors, start, env):
            for last, left in _subset(scalars, ours, new):
                yield last, left, factors[:start], factors[stop:], c / number_
        if not chain:
            break


def _run(chain: tuple[Expr, ...], factors: tuple[Expr, ...], start: int, env: Env) -> Iterator[tuple[Env, int]]:
    """The chain of the pattern from a factor on, and the factor behind it; a letter takes one factor or more."""
    if not chain:
        yield env, start
        return
    pattern, *others = chain
    rest = tuple(others)
    known = _known(pattern, env)
    if known is not None:
        length = len(known)
        if factors[start : start + length] == known:
            yield from _run(rest, factors, start + length, env)
        return
    longest = len(factors) - start - len(rest)
    several = isinstance(pattern, Symbol) and ONE_FACTOR not in pattern.has
    for length in range(1, longest + 1 if several else min(2, longest + 1)):
        piece = factors[start] if length == 1 else matmul(*factors[start : start + length])
        if piece.is_scalar:
            continue
        for new in matches(pattern, piece, env):
            yield from _run(rest, factors, start + length, new)


def _known(pattern: Expr, env: Env) -> tuple[Expr, ...] | None:
    """The factors that a part of the pattern stands for where all its letters are told."""
    if isinstance(pattern, Symbol):
        value = env.letters.get(pattern.name)
    elif isinstance(pattern, Transpose) and isinstance(pattern.arg, Symbol) and pattern.arg.name in env.letters:
        value = tidied(transpose(env.letters[pattern.arg.name]))
    elif pattern.free and pattern.free <= env.letters.keys():
        value = tidied(fill(pattern, env.letters, env.sizes))
    else:
        return None
    if value is None:
        return None
    return value.factors if isinstance(value, MatMul) else (value,)


def _subset(wanted: tuple[Expr, ...], factors: tuple[Expr, ...], env: Env) -> Iterator[tuple[Env, tuple[Expr, ...]]]:
    """Scalar factors, each a different one, and those that are left."""
    if not wanted:
        yield env, factors
        return
    for k, factor in enumerate(factors):
        for new in matches(wanted[0], factor, env):
            yield from _subset(wanted[1:], (*factors[:k], *factors[k + 1 :]), new)


# --------------------------------------------------------------------------------------------- entrywise products
def _in_hadamard(pattern: Expr, expr: Expr, told: Env) -> Iterator[tuple[Env, Around]]:
    if not isinstance(expr, Call):
        return
    for env, rest in _entry_factors(entry_factors(pattern), entry_factors(expr), told):
        def around(new: Expr, rest: tuple[Expr, ...] = rest) -> Expr:
            return entry_product(*rest, new) if rest else new

        yield env, around


def _entry_factors(wanted: tuple[Expr, ...], factors: tuple[Expr, ...], env: Env) -> Iterator[tuple[Env, tuple[Expr, ...]]]:
    if len(factors) > MAX_LETTERS or len(factors) < len(wanted):
        return
    yield from _subset(wanted, factors, env)
