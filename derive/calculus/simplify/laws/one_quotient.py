"""A sum entry by entry on one denominator: 1 ⊘ s − r ∘ r ⊘ (s ∘ s ∘ s) is 1 ⊘ (s ∘ s ∘ s) where s ∘ s is 𝟏 + r ∘ r."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from derive.calculus.simplify.laws.monomial import Monomial, monomial, written
from derive.calculus.simplify.measure import measure
from derive.expressions.build import ONE, add, power, times
from derive.expressions.nodes import Add, Expr, Ones, Symbol, Zeros, number
from derive.expressions.properties.inference import is_positive
from derive.expressions.sizes import SCALAR

Simplify = Callable[[Expr], Expr]
MAX_TERMS = 3
MAX_MEASURE = 60


def one_quotient(node: Expr, _: Simplify) -> Expr | None:
    """The sum as SymPy writes it on one denominator, with a letter for each array that is no product; None where that is no shorter."""
    if not isinstance(node, Add) or node.is_scalar or len(node.terms) > MAX_TERMS or measure(node) > MAX_MEASURE:
        return None
    from derive.calculus import algebra

    letters = _Letters(node)
    scalar = letters.sum(node)
    if scalar is None or not letters.arrays:
        return None
    short = algebra.simplify_scalar(scalar)
    if short is scalar:
        return None
    new = algebra.lift_letters(short, letters.arrays)
    return new if measure(new) < measure(node) else None


class _Letters:
    """Numbers for the entries of arrays of one shape."""

    def __init__(self, node: Expr) -> None:
        self.shape = node.shape
        self.arrays: dict[Symbol, Expr] = {}

    def sum(self, node: Add) -> Expr | None:
        parts = [self.product(monomial(t)) for t in node.terms]
        return None if None in parts else add(*(p for p in parts if p is not None))

    def product(self, m: Monomial) -> Expr | None:
        arrays = {b: k for b, k in m.powers.items() if not b.is_scalar}
        if any(b.shape != self.shape for b in arrays):
            return None
        scalars = written(Monomial(m.number, {b: k for b, k in m.powers.items() if b.is_scalar}), SCALAR)
        factors = [self.power(b, k) for b, k in arrays.items()]
        return None if None in factors else times(scalars, *(f for f in factors if f is not None))

    def power(self, base: Expr, k: Fraction) -> Expr | None:
        inside = self.sum(base) if isinstance(base, Add) else ONE if isinstance(base, Ones) else self.letter(base)
        if inside is None or isinstance(base, Zeros):
            return None
        return power(inside, number(k))

    def letter(self, array: Expr) -> Symbol:
        found = next((s for s, a in self.arrays.items() if a is array), None)
        if found is None:
            has = frozenset({"positive"}) if is_positive(array) else frozenset()
            found = Symbol(f"_q{len(self.arrays)}", SCALAR, has)
            self.arrays[found] = array
        return found
