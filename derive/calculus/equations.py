"""Linear matrix equations solved for the unknown, step by step; never by a noncommutative `solve`, which guesses.

An equation is G = 0.  Its terms are sorted into those that hold the unknown, L X R or L X' R, and the rest; from the left,
from the right, from both sides, as the sides allow.  What has to be invertible is said.
Source: Magnus & Neudecker, Matrix Differential Calculus, ch. 2; Boyd & Vandenberghe, Convex Optimization, app. A.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from derive.calculus.collect import collect, neat
from derive.calculus.conditions import full_rank
from derive.calculus.derivation import Why
from derive.calculus.differentiate import spread
from derive.calculus.properties import definiteness, is_invertible, is_nonzero
from derive.calculus.tidy import tidy, tidy_with
from derive.language.build import (
    ONE,
    add,
    coefficient,
    inverse,
    is_zero,
    matmul,
    negate,
    power,
    scale,
    terms,
    times,
    total,
    transpose,
    zero,
)
from derive.language.nodes import (
    Add,
    Call,
    Expr,
    Identity,
    MatMul,
    Power,
    Scale,
    Symbol,
    Times,
    Transpose,
    Zeros,
    number,
    substitute,
    transform,
)
from derive.language.sizes import Size


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


@dataclass(frozen=True)
class Solved:
    """The solution with the moves that lead to it and what was assumed."""

    solution: Expr
    moves: tuple[Move, ...]
    conditions: tuple[Why, ...]


def expanded(expr: Expr, name: str) -> Expr:
    """Multiplied out where the unknown stands in a sum, like terms collected."""
    names = frozenset({name})

    def open_up(e: Expr) -> Expr:
        match e:
            case Scale(scalar=s, arg=Add() as a) if a.free & names:
                return add(*(scale(s, t) for t in a.terms))
            case Transpose(arg=Add() as a) if a.free & names:
                return add(*(tidy(Transpose(t)) for t in a.terms))
            case Times() if any(isinstance(f, Add) and f.free & names for f in e.factors):
                out: list[Expr] = [ONE]
                for f in e.factors:
                    choices = f.terms if isinstance(f, Add) and f.free & names else (f,)
                    out = [times(x, c) for x in out for c in choices]
                return add(*out)
        return e

    for _ in range(20):
        new = tidy_with(transform(spread(expr, names), open_up), [])
        if new is expr:
            break
        expr = new
    return tidy(collect(expr))


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
        found.append(Term(scalar, left, right, here is not x))
    return found, total(rest, expr.shape)


def solve(gradient: Expr, x: Symbol) -> Solved | None:
    """gradient = 0 for x, where a linear equation in x or in its inverse gives it."""
    moves: list[Move] = []
    nothing = zero(gradient.shape)
    equation = gradient
    stripped, why = strip(equation)
    if stripped is not equation:
        if not _only_number(equation, stripped):
            moves.append(Move(stripped, nothing, why))
        equation = stripped
    direct = _linear(equation, x, moves)
    if direct is not None:
        return direct
    if x.is_scalar or x.shape[0] != x.shape[1]:
        return None
    return _by_inverse(equation, x, moves)


def _only_number(before: Expr, after: Expr) -> bool:
    """Whether just a number was divided out, which needs no line of its own."""
    c, rest = coefficient(before)
    return c not in (0, 1) and rest is after


def strip(expr: Expr) -> tuple[Expr, Why]:
    """Without an outer factor that can be divided out: 2, an invertible matrix at one end."""
    now = expr
    whys: list[Why] = []
    if isinstance(now, Scale) and (is_nonzero(now.scalar)) and isinstance(now.arg, (Add, MatMul)):
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
    from derive.calculus.reading import joined

    return now, joined(whys)


def _divide(scalar: Expr) -> Why:
    c, rest = coefficient(scalar)
    if rest is ONE and abs(c) < 1:
        return ("multiply by ", number(1 / c))
    return ("divide by ", scalar)


def _bracket(factor: Expr) -> bool:
    return isinstance(factor, Add) or (isinstance(factor, Transpose) and isinstance(factor.arg, Add))


def _linear(equation: Expr, x: Symbol, before: list[Move]) -> Solved | None:
    open_form = expanded(equation, x.name)
    found = split_terms(open_form, x)
    if found is None or not found[0]:
        return None
    parts, rest = found
    if any(t.transposed for t in parts):
        if not all(t.transposed for t in parts):
            return None
        flipped = expanded(tidy_with(transpose(open_form), []), x.name)
        found = split_terms(flipped, x)
        if found is None or any(t.transposed for t in found[0]):
            return None
        parts, rest = found
    moves = list(before)
    parts, rest = _scaled(parts, rest)
    target = neat(negate(rest), [])
    if all(t.right is None for t in parts):
        return _one_side(parts, target, x, moves, "left")
    if all(t.left is None for t in parts):
        return _one_side(parts, target, x, moves, "right")
    if len(parts) == 1:
        return _two_sides(parts[0], target, x, moves)
    return _by_vec(parts, target, x, moves)


def _by_vec(parts: list[Term], target: Expr, x: Symbol, moves: list[Move]) -> Solved | None:
    """Σ L X R = C, as AX + XB = C (Sylvester, Lyapunov): (Σ R' ⊗ L) vec X = vec C."""
    if x.is_scalar or x.shape[1] == Size.of(1) or {"symmetric", "skew", "diagonal", "upper", "lower"} & x.has:
        return None
    rows, columns = x.shape
    pieces = [
        scale(t.scalar, Call("kron", (
            tidy_with(transpose(t.right), []) if t.right is not None else Identity(columns),
            t.left if t.left is not None else Identity(rows),
        )))
        for t in parts
    ]
    matrix = add(*pieces)
    moved = add(*(scale(t.scalar, matmul(*(f for f in (t.left, x, t.right) if f is not None))) for t in parts))
    moves.append(Move(moved, target, ("the terms with ", x, " on one side")))
    vec_x, vec_c = Call("vec", (x,)), tidy(Call("vec", (target,)))
    a, b = Symbol("A", (rows, rows)), Symbol("B", (columns, columns))
    law: Why = (Call("vec", (matmul(a, x, b),)), " = ", matmul(Call("kron", (transpose(b), a)), vec_x))
    moves.append(Move(matmul(matrix, vec_x), vec_c, law))
    conditions: tuple[Why, ...] = () if is_invertible(matrix) else ((Call("det", (matrix,)), " ≠ 0"),)
    solution = Call("unvec", (matmul(inverse(matrix), vec_c), Zeros(x.shape)))
    why: Why = conditions[0] if conditions else (matrix, " is invertible")
    moves.append(Move(x, solution, why))
    return Solved(solution, tuple(moves), conditions)


def _scaled(parts: list[Term], rest: Expr) -> tuple[list[Term], Expr]:
    """The common number of the terms divided out, and the sign so that the first is positive."""
    numbers = [coefficient(t.scalar)[0] for t in parts]
    sizes = {abs(c) for c in numbers}
    c = (sizes.pop() if len(sizes) == 1 else Fraction(1)) * (-1 if numbers[0] < 0 else 1)
    if c == 1:
        return parts, rest
    scaled = [Term(times(number(1 / c), t.scalar), t.left, t.right, t.transposed) for t in parts]
    return scaled, tidy(add(*(scale(number(1 / c), t) for t in terms(rest)))) if not is_zero(rest) else rest


def _one_side(parts: list[Term], target: Expr, x: Symbol, moves: list[Move], side: str) -> Solved | None:
    """(Σ L) X = C, or X (Σ R) = C."""
    size = x.shape[0] if side == "left" else x.shape[1]
    pieces = []
    for t in parts:
        m = t.left if side == "left" else t.right
        pieces.append(scale(t.scalar, m if m is not None else (Identity(size) if not x.is_scalar else ONE)))
    matrix = neat(add(*_gathered(pieces)), [])
    if matrix.is_scalar:
        pieces_scalar = matrix
        moves.append(Move(times(pieces_scalar, x), target, ("collect the terms with ", x)))
        return _divided(pieces_scalar, target, x, moves)
    if isinstance(matrix, Identity):
        moves.append(Move(x, target, ()))
        return Solved(target, tuple(moves), ())
    if matrix.shape[0] != matrix.shape[1]:
        return None
    c, rest = (matrix.scalar, matrix.arg) if isinstance(matrix, Scale) else (ONE, matrix)
    if isinstance(rest, Identity):
        moves.append(Move(scale(c, x), target, ("collect the terms with ", x)))
        return _divided(c, target, x, moves)
    product = matmul(matrix, x) if side == "left" else matmul(x, matrix)
    moves.append(Move(product, target, ("collect the terms with ", x)))
    conditions: list[Why] = []
    assumed: list[Expr] = []
    if not is_invertible(matrix):
        kind = definiteness(matrix, assumed)
        if kind in ("positive definite", "negative definite"):
            conditions.extend(full_rank(b) for b in assumed)
        else:
            conditions.append((Call("det", (matrix,)), " ≠ 0"))
    solution = matmul(inverse(matrix), target) if side == "left" else matmul(target, inverse(matrix))
    final = tidy_with(solution, [])
    from derive.calculus.reading import joined

    why = joined(list(conditions)) if conditions else (matrix, " is invertible")
    moves.append(Move(x, final, why))
    return Solved(final, tuple(moves), tuple(conditions))


def _gathered(pieces: list[Expr]) -> list[Expr]:
    """I + λI is (1 + λ)I."""
    eyes = [p for p in pieces if isinstance(p, Identity) or (isinstance(p, Scale) and isinstance(p.arg, Identity))]
    if len(eyes) < 2:
        return pieces
    factors = [p.scalar if isinstance(p, Scale) else ONE for p in eyes]
    whole = scale(tidy(add(*factors)), eyes[0].arg if isinstance(eyes[0], Scale) else eyes[0])
    return [whole, *(p for p in pieces if p not in eyes)]


def _divided(scalar: Expr, target: Expr, x: Symbol, moves: list[Move]) -> Solved:
    conditions: tuple[Why, ...] = () if is_nonzero(scalar) else ((scalar, " ≠ 0"),)
    quotient = tidy(scale(power(scalar, -1), target))
    from derive.calculus.reading import joined

    moves.append(Move(x, quotient, joined(list(conditions)) if conditions else ("divide by ", scalar)))
    return Solved(quotient, tuple(moves), conditions)


def _two_sides(term: Term, target: Expr, x: Symbol, moves: list[Move]) -> Solved | None:
    left, right = term.left, term.right
    assert left is not None and right is not None
    moves.append(Move(scale(term.scalar, matmul(left, x, right)), target, ("multiply out",)))
    conditions: list[Why] = []
    sides: list[Expr] = []
    from derive.language.sizes import is_square

    for m in (left, right):
        if not is_square(m.shape):
            return None
        assumed: list[Expr] = []
        if not is_invertible(m):
            if definiteness(m, assumed) in ("positive definite", "negative definite"):
                conditions.extend(full_rank(b) for b in assumed)
            else:
                conditions.append((Call("det", (m,)), " ≠ 0"))
        sides.append(inverse(m))
    final = tidy_with(scale(power(term.scalar, -1), matmul(sides[0], target, sides[1])), [])
    from derive.calculus.reading import joined

    moves.append(Move(x, final, joined(list(conditions)) if conditions else ("multiply by the inverses",)))
    return Solved(final, tuple(moves), tuple(conditions))


def _by_inverse(equation: Expr, x: Symbol, before: list[Move]) -> Solved | None:
    """An equation in X⁻¹: solved for X⁻¹ itself, or multiplied by X from one side or both."""
    y: Symbol = Symbol("_inverse", x.shape, frozenset(x.has & {"symmetric", "spd", "invertible"}))
    inverted = inverse(x)
    swapped = substitute(tidy_with(equation, []), {inverted: y})
    if x.name not in swapped.free:
        solved = _linear(swapped, y, [])
        if solved is not None:
            moves = list(before)
            for move in solved.moves:
                left = substitute(move.left, {y: inverted})
                moves.append(Move(left, substitute(move.right, {y: inverted}), move.why))
            final = tidy_with(inverse(solved.solution), [])
            moves.append(Move(x, final, ("invert both sides",)))
            return Solved(final, tuple(moves), solved.conditions)
    sides = ((True, True, "from both sides"), (True, False, "from the left"), (False, True, "from the right"))
    for before_it, after_it, words in sides:
        parts = []
        for t in terms(equation):
            c, rest = (t.scalar, t.arg) if isinstance(t, Scale) else (ONE, t)
            product = matmul(*((x,) if before_it else ()), rest, *((x,) if after_it else ()))
            parts.append(tidy_with(scale(c, product), []))
        multiplied = collect(add(*parts))
        if not _has_inverse(multiplied, x):
            solved = _linear(multiplied, x, [])
            if solved is not None:
                opening, *others = solved.moves
                told = Move(opening.left, opening.right, ("multiply by ", x, f" {words}"))
                moves = [*before, told, *others]
                return Solved(solved.solution, tuple(moves), solved.conditions)
    return None


def _has_inverse(expr: Expr, x: Symbol) -> bool:
    from derive.language.nodes import walk

    return any(isinstance(e, Power) and x.name in e.free for e in walk(expr))


