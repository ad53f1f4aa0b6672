"""Equations solved entry by entry: 1 − 1 ⊘ v = 0, W ∘ (X − Y) = 0; where no entry can be 0 that is found as well.

An expression all of whose operations go entry by entry is one scalar equation with letters for the entries.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from fractions import Fraction

from derive.calculus import algebra
from derive.calculus.simplify.simplify import tidy
from derive.calculus.solve.unknown import Move, Solved
from derive.derivation.reason import Why, joined
from derive.expressions.build import ONE, ZERO, add, coefficient, entry_product, negate, power, scale, terms, times
from derive.expressions.nodes import Add, Call, Expr, Map, MatMul, Number, Ones, Power, Scale, Symbol, Transpose, Zeros, number
from derive.expressions.properties.inference import is_nonzero, is_positive
from derive.expressions.rewrite import transform
from derive.expressions.sizes import SCALAR, is_column
from derive.expressions.traverse import walk
from derive.values import dataclass


@dataclass
class Entries:
    """A vector or matrix equation read entry by entry.

    letters  what a letter of the scalar form stands for, of the shape of the unknown
    """

    x: Symbol
    letters: dict[Symbol, Expr] = field(default_factory=dict)

    @property
    def unknown(self) -> Symbol:
        return next(letter for letter, expr in self.letters.items() if expr is self.x)

    def letter(self, expr: Expr) -> Symbol:
        for known, meaning in self.letters.items():
            if meaning is expr:
                return known
        has = frozenset({"positive"}) if is_positive(expr) else frozenset()
        out: Symbol = Symbol(f"_e{len(self.letters)}", SCALAR, has)
        self.letters[out] = expr
        return out

    def scalar(self, expr: Expr) -> Expr | None:
        """The entry of an expression of the unknown's shape; None where it depends on other entries of the unknown."""
        moving = self.x.name in expr.free
        match expr:
            case Ones():
                return ONE
            case Zeros():
                return ZERO
            case Add():
                parts = [self.scalar(t) for t in expr.terms]
                return None if None in parts else add(*(p for p in parts if p is not None))
            case Scale(scalar=s, arg=arg) if self.x.name not in s.free:
                inner = self.scalar(arg)
                return None if inner is None else times(s, inner)
            case Call(name="hadamard" | "quotient", args=args):
                both = [a if a.is_scalar and self.x.name not in a.free else self.scalar(a) for a in args]
                if both[0] is None or both[1] is None:
                    return None
                return times(both[0], both[1] if expr.name == "hadamard" else power(both[1], -1))
            case Call(name="entrypower", args=(base, exponent)) if self.x.name not in exponent.free and exponent.is_scalar:
                inner = self.scalar(base)
                return None if inner is None else Power(inner, exponent)
            case Map(function=name, arg=arg, order=0) if isinstance(name, str) and moving:
                inner = self.scalar(arg)
                return None if inner is None else Map(name, inner)
            case Transpose(arg=arg) if moving and arg.shape == self.x.shape:
                return None
            case MatMul(factors=(Call(name="diag", args=(v,)), *rest)) if is_column(v.shape) and is_column(expr.shape) and moving:
                tail = MatMul(tuple(rest)) if len(rest) > 1 else rest[0]
                parts = [self.scalar(v), self.scalar(tail)]
                return None if None in parts else times(*(p for p in parts if p is not None))
        if moving and expr is not self.x:
            return None
        return self.letter(expr) if expr.shape == self.x.shape else None

    def lifted(self, expr: Expr) -> Expr:
        """An expression in the letters, entry by entry."""
        return short(tidy(algebra.lift_letters(expr, self.letters)))


def read_entries(equation: Expr, x: Symbol) -> tuple[Entries, Expr] | None:
    """The equation as a scalar one in the letters of its entries; None where the entries of the unknown mix."""
    if x.is_scalar or equation.shape != x.shape or x.has & {"symmetric", "skew", "diagonal", "upper", "lower"}:
        return None
    entries = Entries(x)
    entries.letter(x)
    found = entries.scalar(short(equation))
    return None if found is None or entries.unknown.name not in found.free else (entries, tidy(found))


def solve_entries(equation: Expr, x: Symbol, before: list[Move]) -> Solved | None:
    """Solved entry by entry, where every entry has one root.

    equation  an array that is 0
    x         the unknown, a vector or matrix
    before    moves that led to the equation; those that follow are put behind

    None where an entry has no root or several.
    """
    found = read_entries(equation, x)
    if found is None:
        return None
    entries, scalar = found
    roots = algebra.solve_scalar(scalar, entries.unknown)
    if roots is None or len(roots) != 1:
        return None
    (root,) = roots
    moves = list(before)
    linear = linear_entry(scalar, entries.unknown)
    if linear is not None and linear[0] is not ONE:
        factor, rest = linear
        left = entry_product(entries.lifted(factor), x) if factor.free & {s.name for s in entries.letters} else scale(factor, x)
        moves.append(Move(left, entries.lifted(rest), ("collect the terms with ", x)))
    solution = entries.lifted(root)
    conditions = tuple(dict.fromkeys(_conditions(root, entries)))
    moves.append(Move(x, solution, joined([*conditions, ("solve for ", x, ", entry by entry")])))
    return Solved(solution, tuple(moves), conditions)


def linear_entry(scalar: Expr, unknown: Symbol) -> tuple[Expr, Expr] | None:
    """(a, b) of a x − b; None where it is not linear in x, or x does not stand in it."""
    above: list[Expr] = []
    rest: list[Expr] = []
    for term in terms(tidy(algebra.expand(scalar))):
        factors = list(term.factors) if hasattr(term, "factors") else [term]
        if unknown.name not in term.free:
            rest.append(negate(term))
        elif factors.count(unknown) == 1 and sum(unknown.name in f.free for f in factors) == 1:
            factors.remove(unknown)
            above.append(times(*factors) if factors else ONE)
        else:
            return None
    if not above:
        return None
    a, b = tidy(add(*above)), tidy(add(*rest)) if rest else ZERO
    c = coefficient(terms(a)[0])[0]
    return (a, b) if c == 1 else (tidy(_over(a, c)), tidy(_over(b, c)))


def _over(expr: Expr, c: Fraction) -> Expr:
    return add(*(times(number(1 / c), t) for t in terms(expr)))


def _conditions(root: Expr, entries: Entries) -> Iterator[Why]:
    """What is divided by is not 0, what has a logarithm or a root is positive; of each entry."""
    names = {s.name for s in entries.letters}
    for node in walk(root):
        match node:
            case Power(base=base, exponent=Number(value=k)) if k < 0 and not is_nonzero(base):
                yield (base, " ≠ 0") if not base.free & names else ("every entry of ", entries.lifted(base), " is not 0")
            case Map(function="log" | "sqrt", arg=arg) if not is_positive(arg):
                yield (arg, " > 0") if not arg.free & names else ("every entry of ", entries.lifted(arg), " is positive")


def short(expr: Expr) -> Expr:
    """exp(u + s 𝟏) is exp(s) exp(u), entry by entry, where s is more than a number: exp(u − 𝟏) stays as it is."""

    def visit(node: Expr) -> Expr:
        match node:
            case Map(function="exp", arg=Add() | Scale(arg=Add()) as inside) if not inside.is_scalar:
                outside, whole = (inside.scalar, inside.arg) if isinstance(inside, Scale) else (ONE, inside)
                parts = [tidy(scale(outside, t)) for t in terms(whole)]
                shifts = [t.scalar if isinstance(t, Scale) else ONE for t in parts if _is_of_ones(t)]
                rest = [t for t in parts if not _is_of_ones(t)]
                if rest and any(s.free for s in shifts):
                    return scale(Map("exp", tidy(add(*shifts))), Map("exp", add(*rest)))
        return node

    return tidy(transform(expr, visit))


def _is_of_ones(term: Expr) -> bool:
    return isinstance(term.arg if isinstance(term, Scale) else term, Ones)
