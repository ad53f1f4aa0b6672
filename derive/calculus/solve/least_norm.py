"""Singular linear equations that are solvable all the same: a whole family of solutions, and the one of least norm.

B'B X = B'C with B of less than full column rank: X = B⁺C + (I − B⁺B) H for every H, because B'BB⁺ = B'.
Source: Magnus & Neudecker, Matrix Differential Calculus, ch. 2 (sec. 9-10); Boyd & Vandenberghe, Convex Optimization, app. A.5.
"""

from __future__ import annotations

from derive.calculus.simplify.simplify import tidy, tidy_with
from derive.derivation.reason import COLON, COMMA, Why
from derive.expressions.build import ONE, add, inverse, matmul, negate, power, scale, subtract, transpose
from derive.expressions.nodes import Call, Expr, Identity, MatMul, Scale, Symbol, Transpose
from derive.expressions.properties.inference import congruence_halves, has, is_nonzero
from derive.expressions.sizes import ONE as ONE_SIZE
from derive.expressions.sizes import Size
from derive.language.problems.problem import Problem, SizeRelation
from derive.values import dataclass


@dataclass(frozen=True)
class Facts:
    """What a problem says about sizes, and a letter of its variable's shape that ranges over everything: its direction."""

    relations: tuple[SizeRelation, ...] = ()
    free: Expr | None = None

    def less(self, a: Size, b: Size) -> bool:
        """a < b for certain."""
        if a.is_number and b.is_number:
            return a.value({}) < b.value({})
        a, b = self.fixed(a), self.fixed(b)
        if a.is_number and b.is_number:
            return a.value({}) < b.value({})
        return any(
            (r.op == "<" and (r.left, r.right) == (a, b)) or (r.op == ">" and (r.left, r.right) == (b, a)) for r in self.relations
        )

    def fixed(self, a: Size) -> Size:
        for r in self.relations:
            if r.op in ("=", "==") and r.left == a and r.right.is_number:
                return r.right
        return a

    def short(self, b: Expr) -> bool:
        """Whether b cannot have full column rank: more columns than rows, or a factor that lets less through."""
        columns = b.shape[1]
        if columns == ONE_SIZE:
            return False
        for f in b.factors if isinstance(b, MatMul) else (b,):
            inner = f.arg if isinstance(f, Transpose) else f
            full = has(inner, "full-column-rank" if isinstance(f, Transpose) else "full-row-rank")
            if ONE_SIZE in f.shape and f.shape != (ONE_SIZE, ONE_SIZE):
                return True
            if self.less(f.shape[0], columns) or self.less(f.shape[1], columns):
                return True
            if full and f.shape[0] != f.shape[1] and f.shape[1] == columns and not has(inner, "invertible"):
                return True
        return False


def short_sizes(p: Problem) -> Facts:
    """What the problem says of its sizes, and its one direction, by whose letter a free matrix is named."""
    return Facts(p.sizes, p.directions[0] if len(p.wrt) == 1 else None)


@dataclass(frozen=True)
class Family:
    """Every solution, the one of least norm, the words of the line, what was assumed, and the letter that ranges over everything."""

    every: Expr
    least: Expr
    why: Why
    conditions: tuple[Why, ...]
    free: Expr


def pseudo_inverse(b: Expr) -> tuple[Expr, tuple[Why, ...]]:
    """B⁺, as B'(BB')⁻¹ where B has full row rank, as a / a'a for a row a'."""
    if b.shape[0] == ONE_SIZE:
        a = tidy(transpose(b))
        square = matmul(b, a)
        conditions: tuple[Why, ...] = () if is_nonzero(square) else ((a, " ≠ 0"),)
        return scale(power(square, -1), a), conditions
    inner = b.arg if isinstance(b, Transpose) else b
    if has(inner, "full-column-rank" if isinstance(b, Transpose) else "full-row-rank"):
        return tidy(matmul(transpose(b), inverse(tidy(matmul(b, transpose(b)))))), ()
    return Call("pinv", (b,)), ()


def one_side(matrix: Expr, target: Expr, x: Symbol, facts: Facts, side: str) -> Family | None:
    """Of B'B X = B'C, or X BB' = C B'; None where B may have full rank, or the right side is not of that form.

    matrix  B'B for the side `left`, BB' for `right`
    target  the right side
    """
    if side == "right":
        flipped = one_side(tidy_with(transpose(matrix), []), tidy_with(transpose(target), []), x, _turned(facts), "left")
        if flipped is None:
            return None
        return Family(tidy(transpose(flipped.every)), tidy(transpose(flipped.least)), flipped.why, flipped.conditions,
                      tidy(transpose(flipped.free)))
    b = _root(matrix)
    if b is None or facts.free is None or not facts.short(b):
        return None
    rest = _without(tidy(transpose(b)), target)
    if rest is None:
        return None
    plus, conditions = pseudo_inverse(b)
    least = tidy(matmul(plus, rest))
    projector = subtract(Identity(b.shape[1]), tidy(matmul(plus, b)))
    every = add(least, matmul(projector, facts.free))
    singular: Why = (matrix, " is singular") if b.shape[0] == ONE_SIZE else (b, " does not have full column rank")
    why: Why = (*singular, COLON, "a family", COMMA, *any_value(facts.free, x))
    return Family(every, least, why, conditions, facts.free)


def two_sides(left: Expr, right: Expr, target: Expr, x: Symbol, facts: Facts) -> Family | None:
    """Of A'A X BB' = A'CB': X = A⁺CB⁺ + H − A⁺A H BB⁺.

    left, right, target  A'A, BB' and A'CB'
    x                    the unknown
    facts                what is known of ranks

    None where the sides have not that form, or nothing is free.
    """
    a, b = _root(left), _root(tidy(transpose(right)))
    if a is None or b is None or facts.free is None or not (facts.short(a) or facts.short(b)):
        return None
    b = tidy(transpose(b))
    middle = _without(tidy(transpose(a)), target)
    middle = None if middle is None else _without(b, tidy(transpose(middle)))
    if middle is None:
        return None
    (a_plus, one), (b_plus, two) = pseudo_inverse(a), pseudo_inverse(b)
    least = tidy(matmul(a_plus, transpose(middle), b_plus))
    seen = tidy(matmul(a_plus, a, facts.free, b, b_plus))
    every = add(least, facts.free, negate(seen))
    short: Why = (a, " does not have full column rank") if facts.short(a) else (b, " does not have full row rank")
    why: Why = (*short, COLON, "a family", COMMA, *any_value(facts.free, x))
    return Family(every, least, why, (*one, *two), facts.free)


def _turned(facts: Facts) -> Facts:
    return Facts(facts.relations, tidy(transpose(facts.free)) if facts.free is not None else None)


def any_value(free: Expr, x: Symbol) -> Why:
    """`h is any vector`: a letter of the variable's shape ranges over everything."""
    return (free, " is any vector" if ONE_SIZE in x.shape else " is any matrix")


def _root(matrix: Expr) -> Expr | None:
    """B of B'B."""
    if not isinstance(matrix, MatMul):
        return None
    halves = congruence_halves(matrix)
    if halves is None or halves[1] is not None:
        return None
    return matmul(*halves[2])


def _without(first: Expr, target: Expr) -> Expr | None:
    """C of B'C (a sum of such, a multiple of one)."""
    if isinstance(target, Scale):
        inner = _without(first, target.arg)
        return None if inner is None else scale(target.scalar, inner)
    factors = first.factors if isinstance(first, MatMul) else (first,)
    whole = target.factors if isinstance(target, MatMul) else (target,)
    if whole[: len(factors)] != factors:
        return None
    rest = whole[len(factors) :]
    return matmul(*rest) if rest else (ONE if first.shape[1] == ONE_SIZE else Identity(first.shape[1]))
