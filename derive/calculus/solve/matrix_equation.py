"""Linear matrix equations solved for the unknown, step by step; never by a noncommutative `solve`, which guesses.

An equation is G = 0.  Its terms are sorted into those that hold the unknown, L X R or L X' R, and the rest; from the left,
from the right, from both sides, as the sides allow.  What has to be invertible is said.
Source: Magnus & Neudecker, Matrix Differential Calculus, ch. 2; Boyd & Vandenberghe, Convex Optimization, app. A.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from derive.calculus.rules.identities import IDENTITIES
from derive.calculus.simplify.collect import collect
from derive.calculus.simplify.distribute import expanded
from derive.calculus.simplify.known_forms import known, known_result
from derive.calculus.simplify.result_form import neat
from derive.calculus.simplify.rewriting import Laws, laws, rewritten
from derive.calculus.simplify.simplify import tidy, tidy_with
from derive.calculus.simplify.terms import join
from derive.calculus.simplify.terms import split as collected_powers
from derive.calculus.simplify.transposes import outside
from derive.calculus.solve.entrywise import solve_entries
from derive.calculus.solve.grounds import grounds, is_invertible_as
from derive.calculus.solve.inverse_functions import by_inverse_function
from derive.calculus.solve.least_norm import Facts, Family, any_value, one_side, two_sides
from derive.calculus.solve.unknown import Move, Solved, Term, framed, gathered, gathered_left, only_number, scaled, split_terms, strip
from derive.calculus.solve.unknown import split as split_sums
from derive.derivation.reason import COMMA, Why, filled, full_rank, has_inverse, joined
from derive.expressions.build import ONE, add, coefficient, inverse, matmul, negate, power, scale, terms, times, transpose, zero
from derive.expressions.nodes import Add, Call, Expr, Identity, MatMul, Number, Power, Scale, Sum, Symbol, Zeros, number
from derive.expressions.properties.definite import STRICT, Definite
from derive.expressions.properties.inference import definiteness, is_invertible, is_nonzero, is_positive
from derive.expressions.rewrite import substitute, transform
from derive.expressions.sizes import Size
from derive.expressions.traverse import walk

NOTHING = Facts()


def solve(gradient: Expr, x: Symbol, facts: Facts = NOTHING) -> Solved | None:
    """gradient = 0 for x, where a linear equation in x or in its inverse, or in a power of a scalar x, gives it."""
    moves: list[Move] = []
    nothing = zero(gradient.shape)
    equation = gradient
    given: tuple[Why, ...] = ()
    letter = coefficient(equation.scalar)[1] if isinstance(equation, Scale) and isinstance(equation.arg, Add | MatMul) else None
    if isinstance(letter, Symbol) and letter is not x and not x.is_scalar and not is_nonzero(letter):
        assert isinstance(equation, Scale)
        given, equation = ((letter, " ≠ 0"),), equation.arg
        moves.append(Move(equation, nothing, given[0]))
    stripped, why = strip(equation)
    if stripped is not equation:
        if not only_number(equation, stripped):
            moves.append(Move(stripped, nothing, why))
        equation = stripped
    if "diagonal" in x.has:
        opened = _diagonal_parts(equation, x)
        if opened is not equation:
            moves.append(Move(opened, nothing, (x, " is diagonal")))
            equation = opened
    found = _solved(equation, x, moves, facts)
    return None if found is None else _with_transposes_outside(replace(found, conditions=(*given, *found.conditions)))


def _with_transposes_outside(found: Solved) -> Solved:
    """The solution as results are written: (Y − XW')'(Y − XW') for (Y' − WX')(Y − XW')."""
    final = known_result(outside(found.solution), [])
    moves = (
        replace(m, left=outside(m.left), right=final if m.right is found.solution else outside(m.right), why=filled(m.why, outside))
        for m in found.moves
    )
    return replace(
        found, solution=final, particular=None if found.particular is None else outside(found.particular), moves=tuple(moves),
        conditions=tuple(filled(c, outside) for c in found.conditions),
    )


def _solved(equation: Expr, x: Symbol, moves: list[Move], facts: Facts) -> Solved | None:
    """Of an equation without factors that can be divided out."""
    direct = (
        _linear(equation, x, moves, facts) or solve_entries(equation, x, moves)
        or solve_entries(expanded(equation, x.name), x, moves)
        or by_inverse_function(equation, x, moves, lambda e, y: _linear(e, y, []))
        or _linear(_by_diagonals(equation), x, moves, facts)
    )
    if direct is not None:
        return direct
    if x.is_scalar:
        return _by_powers(equation, x, moves)
    if x.shape[0] != x.shape[1]:
        return None
    return _by_inverse(equation, x, moves)


def _by_diagonals(equation: Expr) -> Expr:
    """diag(w)(Ax − b) for w ∘ (Ax − b), entry by entry products of columns."""
    return tidy(rewritten(equation, _diagonals()))


@lru_cache(maxsize=1)
def _diagonals() -> Laws:
    return laws(IDENTITIES["hadamard-diag"])


def _linear(equation: Expr, x: Symbol, before: list[Move], facts: Facts = NOTHING) -> Solved | None:
    open_form = expanded(gathered_left(expanded(split_sums(expanded(equation, x.name), x), x.name), x), x.name)
    found = split_terms(open_form, x) or split_terms(known(open_form, []), x)
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
    parts, rest = scaled(parts, rest)
    target = neat(add(*(negate(t) for t in terms(rest))), [])
    if all(t.right is None for t in parts):
        return _one_side(parts, target, x, moves, "left", facts)
    if all(t.left is None for t in parts):
        return _one_side(parts, target, x, moves, "right", facts)
    if len(parts) == 1:
        return _two_sides(parts[0], target, x, moves, facts)
    return _by_vec(parts, target, x, moves)


def _by_vec(parts: list[Term], target: Expr, x: Symbol, moves: list[Move]) -> Solved | None:
    """Σ L X R = C, as AX + XB = C (Sylvester, Lyapunov): (Σ R' ⊗ L) vec X = vec C."""
    if x.is_scalar or x.shape[1] == Size.of(1) or {"diagonal", "upper", "lower"} & x.has:
        return None
    # for a symmetric or skew X the equation is its own transpose: where it has one solution, that one is symmetric, skew
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
    conditions: tuple[Why, ...] = () if is_invertible(matrix) else (has_inverse(matrix),)
    solution = Call("unvec", (matmul(inverse(matrix), vec_c), Zeros(x.shape)))
    why: Why = conditions[0] if conditions else is_invertible_as(matrix)
    moves.append(Move(x, solution, why))
    return Solved(solution, tuple(moves), conditions)


def _one_side(parts: list[Term], target: Expr, x: Symbol, moves: list[Move], side: str, facts: Facts) -> Solved | None:
    """(Σ L) X = C, or X (Σ R) = C."""
    size = x.shape[0] if side == "left" else x.shape[1]
    pieces = []
    for t in parts:
        m = t.left if side == "left" else t.right
        pieces.append(scale(t.scalar, m if m is not None else (Identity(size) if not x.is_scalar else ONE)))
    matrix = framed(neat(add(*gathered(pieces)), []))
    target = framed(target)
    if matrix.is_scalar:
        pieces_scalar, target = known_result(matrix, []), known_result(target, [])
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
    family = one_side(matrix, target, x, facts, side)
    if family is not None:
        return _whole(family, product, target, x, moves)
    conditions: list[Why] = []
    assumed: list[Expr] = []
    if not is_invertible(matrix):
        kind = definiteness(matrix, assumed)
        if kind in STRICT:
            conditions.extend(full_rank(b) for b in assumed)
        elif isinstance(matrix, Scale) and is_invertible(matrix.arg):
            conditions.append((matrix.scalar, " ≠ 0"))
        else:
            conditions.append(has_inverse(matrix))
    solution = matmul(inverse(matrix), target) if side == "left" else matmul(target, inverse(matrix))
    final = tidy_with(solution, [])
    rests = grounds((matrix,), lambda less: definiteness(substitute(matrix, less), []) == kind) if assumed else ()
    why = joined([*conditions, *rests]) if conditions else is_invertible_as(matrix)
    moves.append(Move(x, final, why))
    return Solved(final, tuple(moves), tuple(conditions))


def _whole(family: Family, left: Expr, target: Expr, x: Symbol, moves: list[Move]) -> Solved:
    """The family as a solution, put back visibly."""
    back = substitute(left, {x: family.every})
    moves.append(Move(back, target, ("put back: it holds for every ", family.free), True))
    moves.append(Move(x, family.every, joined([family.why, *family.conditions])))
    said: Why = (family.every, COMMA, *any_value(family.free, x))
    return Solved(family.every, tuple(moves), family.conditions, family.least, (family.free, " = 0: the one of least norm"), said)


def _divided(scalar: Expr, target: Expr, x: Symbol, moves: list[Move]) -> Solved:
    conditions: tuple[Why, ...] = () if is_nonzero(scalar) or is_nonzero(_vector_of(scalar)) else ((_vector_of(scalar), " ≠ 0"),)
    quotient = tidy(scale(power(scalar, -1), target))
    if scalar is ONE and moves:  # x = … stands there already
        return Solved(quotient, (*moves[:-1], Move(x, quotient, moves[-1].why)), conditions)
    moves.append(Move(x, quotient, joined(list(conditions) or [("divide by ", scalar), *_not_zero(scalar)])))
    return Solved(quotient, tuple(moves), conditions)


def _not_zero(scalar: Expr) -> tuple[Why, ...]:
    """Why a scalar that is more than a letter is not 0."""
    return () if isinstance(scalar, Symbol) else grounds((scalar,), lambda less: is_nonzero(substitute(scalar, less)))


def _vector_of(form: Expr) -> Expr:
    """a of a'Va with V positive definite, which is 0 where a is; another number itself."""
    if isinstance(form, MatMul) and form.factors[0] is transpose(form.factors[-1]):
        between = form.factors[1:-1]
        if not between or definiteness(matmul(*between)) == Definite.POSITIVE:
            return form.factors[-1]
    return form


def _diagonal_parts(equation: Expr, x: Symbol) -> Expr:
    """D − diag(diag(A)) for diag(diag(D − A)), D diagonal."""

    def visit(node: Expr) -> Expr:
        match node:
            case Call(name="diag", args=(Call(name="diag", args=(arg,)),)) if x.name in arg.free:
                parts = []
                for term in terms(tidy(arg if isinstance(arg, Add) else expanded(arg, x.name))):
                    c, rest = coefficient(term)
                    parts.append(scale(number(c), rest if rest is x else Call("diag", (Call("diag", (rest,)),))))
                return add(*parts)
        return node

    return tidy(transform(equation, visit))


def _by_powers(equation: Expr, x: Symbol, before: list[Move]) -> Solved | None:
    """a s^p + b s^(p−1) = 0 for s > 0: multiplied by a power of s it is linear."""
    if "positive" not in x.has:
        return None
    open_form = expanded(equation, x.name)
    by_exponent: dict[Expr, list[Expr]] = {}
    for term in terms(open_form):
        c, powers, body = collected_powers(term)
        exponent = powers.pop(x, number(0))
        rest = join(c, powers, body)
        if x.name in rest.free or x.name in exponent.free:
            return None
        by_exponent.setdefault(exponent, []).append(rest)
    if len(by_exponent) != 2:
        return None
    if not all(isinstance(e, Number) for e in by_exponent):
        return _by_a_root(by_exponent, x, before)
    found = {e.value: parts for e, parts in by_exponent.items() if isinstance(e, Number)}
    high, low = max(found), min(found)
    if high - low != 1:
        return None
    up, down = tidy(add(*found[high])), tidy(negate(add(*found[low])))
    c, _ = coefficient(up)
    if c != 1:
        up, down = tidy(scale(number(1 / c), up)), tidy(scale(number(1 / c), down))
    factor = tidy(scale(number(abs(1 / c)), power(x, number(-low))))
    left = times(up, x)
    moves = [*before, Move(left, down, ("multiply by ", factor))]
    return _divided(up, down, x, moves)


def _by_a_root(found: dict[Expr, list[Expr]], x: Symbol, before: list[Move]) -> Solved | None:
    """a s^p + b s^q = 0 for s > 0 with exponents that are letters: s = (−b/a)^(1/(p − q)).

    found  by the exponent the coefficients, two of them
    """
    (p, above), (q, below) = found.items()
    d = collect(tidy_with(add(p, *(negate(t) for t in terms(q))), []))
    if coefficient(terms(d)[0])[0] < 0:
        d, above, below = tidy(negate(d)), below, above
    quotient = tidy(times(negate(add(*below)), power(add(*above), -1)))
    if coefficient(quotient)[0] < 0 and not isinstance(quotient, Add):
        return None
    conditions: list[Why] = [] if is_nonzero(d) else [(d, " ≠ 0")]
    if not is_positive(quotient):
        conditions.append((quotient, " > 0"))
    solution = power(quotient, tidy(power(d, -1)))
    if isinstance(quotient, Power) and quotient.exponent is d and is_positive(quotient.base):
        solution = quotient.base
    moves = (*before, Move(power(x, d), quotient, ("solve for ", power(x, d))), Move(x, solution, ("solve for ", x)))
    return Solved(solution, moves, tuple(conditions))


def _two_sides(term: Term, target: Expr, x: Symbol, moves: list[Move], facts: Facts) -> Solved | None:
    left, right = term.left, term.right
    assert left is not None and right is not None
    moves.append(Move(scale(term.scalar, matmul(left, x, right)), target, ("multiply out",)))
    family = two_sides(left, right, target, x, facts) if term.scalar is ONE else None
    if family is not None:
        return _whole(family, moves[-1].left, target, x, moves)
    conditions: list[Why] = []
    sides: list[Expr] = []
    from derive.expressions.sizes import is_square

    for m in (left, right):
        if not is_square(m.shape):
            return None
        assumed: list[Expr] = []
        if not is_invertible(m):
            if definiteness(m, assumed) in STRICT:
                conditions.extend(full_rank(b) for b in assumed)
            else:
                conditions.append(has_inverse(m))
        sides.append(inverse(m))
    final = tidy_with(scale(power(term.scalar, -1), matmul(sides[0], target, sides[1])), [])
    moves.append(Move(x, final, joined(list(conditions)) if conditions else ("multiply by the inverses",)))
    return Solved(final, tuple(moves), tuple(conditions))


def _by_inverse(equation: Expr, x: Symbol, before: list[Move]) -> Solved | None:
    """An equation in X⁻¹: solved for X⁻¹ itself, or multiplied by X from one side or both."""
    y: Symbol = Symbol("_inverse", x.shape, frozenset(x.has & {"symmetric", "spd", "invertible"}))
    inverted = inverse(x)
    if any(isinstance(n, Sum) for n in walk(equation)):
        opened = split_sums(expanded(equation, x.name), x)
        if opened is not equation:
            before = [*before, Move(opened, zero(opened.shape), ("split the sum",))]
            equation = opened
    swapped = substitute(tidy_with(equation, []), {inverted: y})
    if x.name not in swapped.free:
        solved = _linear(swapped, y, [])
        if solved is not None:
            moves = list(before)
            for move in solved.moves:
                left = substitute(move.left, {y: inverted})
                said = filled(move.why, lambda expr: substitute(expr, {y: inverted}))
                moves.append(Move(left, substitute(move.right, {y: inverted}), said))
            final = tidy_with(inverse(solved.solution), [])
            moves.append(Move(x, final, ("invert both sides",)))
            return Solved(final, tuple(moves), solved.conditions)
    sides = ((True, True, "from both sides"), (True, False, "from the left"), (False, True, "from the right"))
    for before_it, after_it, words in sides:
        if (before_it and equation.shape[0] != x.shape[1]) or (after_it and equation.shape[1] != x.shape[0]):
            continue
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
        if (root := _square_root(multiplied, x)) is not None:
            told = Move(power(x, number(2)), root.args[0], ("multiply by ", x, f" {words}"))
            return Solved(root, (*before, told, Move(x, root, ("the square root of both sides: ", x, " is positive definite"))), ())
    return None


def _square_root(equation: Expr, x: Symbol) -> Call | None:
    """C^½ where the equation is X² = C for a positive definite X, and C is positive definite for certain."""
    moving = [t for t in terms(equation) if x.name in t.free]
    if "spd" not in x.has or len(moving) != 1:
        return None
    c, square = coefficient(moving[0])
    if square is not power(x, number(2)) and square is not matmul(x, x):
        return None
    value = neat(scale(number(-1 / c), add(*(t for t in terms(equation) if t is not moving[0]))), [])
    return Call("sqrtm", (value,)) if definiteness(value) == Definite.POSITIVE else None


def _has_inverse(expr: Expr, x: Symbol) -> bool:
    return any(isinstance(e, Power) and x.name in e.free for e in walk(expr))
