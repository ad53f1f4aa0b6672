"""An equation in one unknown, read: its terms L X R, multiplied out; what can be divided out of it; moves and solutions.

Source: Magnus & Neudecker, Matrix Differential Calculus, ch. 2; Boyd & Vandenberghe, Convex Optimization, app. A.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from derive.calculus import algebra
from derive.calculus.simplify.collect import collect
from derive.calculus.simplify.index_sums import in_front
from derive.calculus.simplify.signs import positive_first
from derive.calculus.simplify.simplify import tidy
from derive.derivation.reason import Why, joined
from derive.expressions.build import ONE, add, coefficient, is_zero, matmul, scale, terms, times, total, transpose
from derive.expressions.nodes import Add, Expr, Identity, MatMul, Number, Scale, SizeValue, Sum, Symbol, Times, Transpose, number
from derive.expressions.properties.inference import is_invertible, is_nonzero
from derive.expressions.rewrite import transform
from derive.expressions.sizes import is_column
from derive.expressions.traverse import walk
from derive.values import dataclass


@dataclass(frozen=True)
class Term:
    """scalar · left · X · right (X' when transposed)."""

    scalar: Expr
    left: Expr | None
    right: Expr | None
    transposed: bool = False


@dataclass(frozen=True)
class Move:
    """left = right after one move, with the words that say which."""

    left: Expr
    right: Expr
    why: Why
    identity: bool = False


@dataclass(frozen=True)
class Solved:
    """The solution with the moves that lead to it and what was assumed.

    Of a family `solution` is every one of them, with a letter that ranges over everything; `particular` is the one of
    least norm, `least` says so, `family` says what the family is.  With `together` the equation gave it with others of their own.
    """

    solution: Expr
    moves: tuple[Move, ...]
    conditions: tuple[Why, ...]
    particular: Expr | None = None
    least: Why = ()
    family: Why = ()
    together: bool = False


def told(moves: Sequence[Move]) -> tuple[Move, ...]:
    """The moves as they are written: each equation once, and n x = c with x = c/n behind it, where n is a letter, in one line, unless the
    solution would then follow from the first equation at once."""
    out: list[Move] = []
    for move in moves:
        before = out[-1] if out else None
        if before is not None and (move.left, move.right) == (before.left, before.right):
            continue
        match move.why:
            case ("divide by ", Symbol() | SizeValue() as letter) if before is not None and len(out) > 1 and before.left is scale(letter, move.left):
                out[-1] = Move(move.left, move.right, joined([before.why, move.why]) if before.why else move.why)
            case _:
                out.append(move)
    return tuple(out)


def split_terms(expr: Expr, x: Symbol) -> tuple[list[Term], Expr] | None:
    """(the terms with the unknown, the rest), or None when it is not linear in it."""
    found: list[Term] = []
    rest: list[Expr] = []
    for term in terms(expr):
        if x.name not in term.free:
            rest.append(term)
            continue
        scalar: Expr = ONE
        body = term
        if isinstance(body, Scale):
            scalar, body = body.scalar, body.arg
        elif body.is_scalar and isinstance(body, Times):
            outside = [f for f in body.factors if x.name not in f.free]
            inside = [f for f in body.factors if x.name in f.free]
            if len(inside) != 1:
                return None
            scalar, body = times(*outside), inside[0]
        if x.name in scalar.free:
            return None
        factors = body.factors if isinstance(body, MatMul) else (body,)
        places = [k for k, f in enumerate(factors) if x.name in f.free]
        if len(places) != 1:
            return None
        (k,) = places
        here = factors[k]
        if here is not x and here is not transpose(x):
            return None
        left = matmul(*factors[:k]) if k else None
        right = matmul(*factors[k + 1 :]) if k + 1 < len(factors) else None
        if right is not None and right.is_scalar and not x.is_scalar:
            scalar, right = times(scalar, right), None
        if left is not None and left.is_scalar and not x.is_scalar:
            scalar, left = times(scalar, left), None
        found.append(Term(scalar, left, right, here is not x))
    return found, total(rest, expr.shape)


def gathered_left(expr: Expr, x: Symbol) -> Expr:
    """(a'x) b as b a'x, Σ (aᵢ'x) bᵢ as (Σ bᵢ aᵢ') x: the unknown column at the right end of a matrix product."""
    if not is_column(x.shape) or not is_column(expr.shape):
        return expr

    def at_the_end(term: Expr) -> Expr:
        match term:
            case Scale(scalar=s, arg=a) if x.name in s.free and x.name not in a.free:
                factors = s.factors if isinstance(s, Times) else (s,)
                inner = [f for f in factors if x.name in f.free]
                if len(inner) == 1 and isinstance(inner[0], MatMul):
                    row = inner[0] if inner[0].factors[-1] is x else tidy(_reversed(inner[0]))
                    if isinstance(row, MatMul) and row.factors[-1] is x and x.name not in matmul(*row.factors[:-1]).free:
                        return scale(times(*(f for f in factors if f is not inner[0])), matmul(a, *row.factors))
            case Scale(scalar=s, arg=Sum() as a):
                return scale(s, at_the_end(a))
            case Sum(body=body) if x.name in body.free:
                inside = at_the_end(body)
                c, rest = (inside.scalar, inside.arg) if isinstance(inside, Scale) else (ONE, inside)
                if isinstance(rest, MatMul) and rest.factors[-1] is x and x.name not in c.free:
                    front: Expr = Sum(term.index, term.lower, term.upper, scale(c, matmul(*rest.factors[:-1])))
                    return matmul(front, x)
        return term

    return add(*(at_the_end(t) for t in terms(expr)))


def _reversed(product: MatMul) -> Expr:
    return matmul(*(transpose(f) for f in reversed(product.factors)))


def only_number(before: Expr, after: Expr) -> bool:
    """Whether just a number was divided out, which needs no line of its own."""
    c, rest = coefficient(before)
    return c not in (0, 1) and rest is after


def strip(expr: Expr) -> tuple[Expr, Why]:
    """Without an outer factor that can be divided out: 2, an invertible matrix at one end."""
    now = expr
    whys: list[Why] = []
    if isinstance(now, Scale) and (is_nonzero(now.scalar)) and isinstance(now.arg, (Add, MatMul, Sum)):
        whys.append(_divide(now.scalar))
        now = now.arg
    elif isinstance(now, Times) and any(isinstance(f, Add) for f in now.factors):
        outside = [f for f in now.factors if not isinstance(f, Add)]
        if outside and all(is_nonzero(f) for f in outside):
            whys.append(_divide(times(*outside)))
            now = times(*(f for f in now.factors if isinstance(f, Add)))
    if isinstance(now, MatMul) and any(_bracket(f) for f in now.factors):
        factors = list(now.factors)
        while len(factors) > 1 and is_invertible(factors[0]) and not _bracket(factors[0]):
            whys.append((factors.pop(0), " is invertible"))
        while len(factors) > 1 and is_invertible(factors[-1]) and not _bracket(factors[-1]):
            whys.append((factors.pop(), " is invertible"))
        now = matmul(*factors)
    if now is expr:
        return expr, ()
    if len(whys) > 1 and isinstance(whys[0][-1], Number):
        whys.pop(0)
    return now, joined(whys)


def _divide(scalar: Expr) -> Why:
    c, rest = coefficient(scalar)
    if rest is ONE and abs(c) < 1:
        return ("multiply by ", number(1 / c))
    return ("divide by ", scalar)


def _bracket(factor: Expr) -> bool:
    inner = factor.arg if isinstance(factor, Transpose) else factor
    return isinstance(inner, Add | Sum)


def scaled(parts: list[Term], rest: Expr) -> tuple[list[Term], Expr]:
    """The common number of the terms divided out, and the sign so that the first is positive."""
    numbers = [coefficient(t.scalar)[0] for t in parts]
    sizes = {abs(c) for c in numbers}
    c = (sizes.pop() if len(sizes) == 1 else Fraction(1)) * (-1 if numbers[0] < 0 else 1)
    if c == 1:
        return parts, rest
    scaled = [Term(times(number(1 / c), t.scalar), t.left, t.right, t.transposed) for t in parts]
    return scaled, tidy(add(*(scale(number(1 / c), t) for t in terms(rest)))) if not is_zero(rest) else rest


def framed(expr: Expr) -> Expr:
    """X'(I − c 11')X for X'X − c X'11'X, 1'(y − Xw) for 1'y − 1'Xw: what all terms begin and end with, taken out.

    A scalar product in front of a vector, (1'y) X'1, is first written as X'11'y.
    """
    opened = terms(algebra.expand(expr)) if isinstance(expr, Add | MatMul | Scale) else ()
    if len(opened) < 2:
        return expr
    found = [_as_chain(term, is_column(expr.shape)) for term in opened]
    parts = [part for part in found if part is not None]
    if len(parts) < len(found):
        return expr
    left, right = _shared([chain for _, chain in parts])
    if not left + right or (left + right == 1 and not expr.is_scalar):
        return expr
    front, back = parts[0][1][:left], parts[0][1][len(parts[0][1]) - right :]
    size = front[-1].shape[1] if front else back[0].shape[0]
    middles = [scale(c, matmul(*chain[left : len(chain) - right]) if len(chain) > left + right else Identity(size)) for c, chain in parts]
    if any(m.shape != middles[0].shape for m in middles) or (expr.is_scalar and middles[0].is_scalar):
        return expr
    return matmul(*front, positive_first(collect(add(*middles))), *back)


def _as_chain(term: Expr, column: bool) -> tuple[Expr, tuple[Expr, ...]] | None:
    """A term as a number times a chain of matrices; None where it is no single chain.

    column  whether scalar products in front of a vector join its chain
    """
    scalar, body = (term.scalar, term.arg) if isinstance(term, Scale) else (ONE, term)
    if term.is_scalar:
        loose = list(term.factors if isinstance(term, Times) else (term,))
        products = [f for f in loose if isinstance(f, MatMul)]
        if len(products) != 1:
            return None
        scalar, body = times(*(f for f in loose if f not in products)), products[0]
    chain = body.factors if isinstance(body, MatMul) else (body,)
    numbers = scalar.factors if isinstance(scalar, Times) else (scalar,)
    inner = [f for f in numbers if isinstance(f, MatMul)] if column else []
    for product in inner:
        chain = (*chain, *product.factors)
    return (times(*(f for f in numbers if f not in inner)) if inner else scalar), chain


def _shared(chains: list[tuple[Expr, ...]]) -> tuple[int, int]:
    """How many factors all chains begin with, and end with."""
    shortest = min(map(len, chains))
    left = right = 0
    while left < shortest and len({chain[left] for chain in chains}) == 1:
        left += 1
    while right < shortest - left and len({chain[-1 - right] for chain in chains}) == 1:
        right += 1
    return left, right


def gathered(pieces: list[Expr]) -> list[Expr]:
    """I + λI is (1 + λ)I."""
    eyes = [p for p in pieces if isinstance(p, Identity) or (isinstance(p, Scale) and isinstance(p.arg, Identity))]
    if len(eyes) < 2:
        return pieces
    factors = [p.scalar if isinstance(p, Scale) else ONE for p in eyes]
    whole = scale(tidy(add(*factors)), eyes[0].arg if isinstance(eyes[0], Scale) else eyes[0])
    return [whole, *(p for p in pieces if p not in eyes)]


def split(expr: Expr, x: Symbol) -> Expr:
    """Sums whose body holds x term by term, constants in front and counted: N μ − Σ xᵢ of Σ (μ − xᵢ)."""
    from derive.calculus.simplify.distribute import expanded

    def visit(node: Expr) -> Expr:
        if not isinstance(node, Sum) or x.name not in node.body.free:
            return node
        body = expanded(node.body, x.name)
        parts = [t for t in terms(body) if x.name in t.free]
        rest = [t for t in terms(body) if x.name not in t.free]
        pieces = [*parts, *([add(*rest)] if rest else [])]
        return add(*(in_front(Sum(node.index, node.lower, node.upper, t)) for t in pieces))

    if not any(isinstance(node, Sum) for node in walk(expr)):
        return expr
    return tidy(transform(expr, visit))
