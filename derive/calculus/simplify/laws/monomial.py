"""Products of numbers, and products entry by entry of arrays, as one monomial; rows about numbers found in them.

2 x² / cosh(x) and (2 x ∘ x) ⊘ cosh(x) are both the number 2 and the powers x: 2, cosh(x): −1.  A root is a power one half, a norm
one of x'x.  A row about numbers, `sinh(x)/cosh(x)` → `tanh(x)`, so holds of numbers, vectors and matrices.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import reduce

from derive.expressions.build import ONE, add, entry_product, matmul, power, scale, times, transpose
from derive.expressions.nodes import Add, Call, Expr, Map, MatMul, Number, Ones, Power, Scale, Symbol, Times, Transpose, number
from derive.expressions.sizes import Shape, is_column, is_scalar
from derive.values import dataclass

Letters = Mapping[str, Expr]
HALF = Fraction(1, 2)
NONE: Letters = {}


@dataclass(frozen=True)
class Monomial:
    """number · Π base^exponent, the bases numbers or arrays of one shape, in the order in which they are written."""

    number: Fraction
    powers: Mapping[Expr, Fraction]

    def __mul__(self, other: Monomial) -> Monomial:
        powers = dict(self.powers)
        for base, k in other.powers.items():
            powers[base] = powers.get(base, Fraction(0)) + k
        return Monomial(self.number * other.number, {b: k for b, k in powers.items() if k})

    def __pow__(self, k: Fraction) -> Monomial:
        return Monomial(self.number ** int(k), {b: e * k for b, e in self.powers.items()})

    def holds(self, other: Monomial) -> bool:
        """Whether every power of the other is a part of one here."""
        return all(k * (mine := self.powers.get(b, Fraction(0))) > 0 and abs(mine) >= abs(k) for b, k in other.powers.items())

    def key(self) -> tuple[Fraction, frozenset[tuple[Expr, Fraction]]]:
        return self.number, frozenset(self.powers.items())


def monomial(expr: Expr) -> Monomial:
    """The expression as a monomial; what is no product is its own base."""
    match expr:
        case Number(value=value):
            return Monomial(value, {})
        case Ones():
            return Monomial(Fraction(1), {})
        case Times(factors=factors):
            return _product(factors)
        case Scale(scalar=scalar, arg=arg):
            return monomial(scalar) * monomial(arg)
        case Power(base=base, exponent=Number(value=k)) if expr.is_scalar:
            return _power(base, k)
        case Map(function="sqrt", arg=arg):
            return _power(arg, HALF)
        case Call(name="norm", args=(arg,)) if is_column(arg.shape):
            return Monomial(Fraction(1), {matmul(transpose(arg), arg): HALF})
        case Call(name="hadamard", args=args):
            return _product(args)
        case Call(name="quotient", args=(a, b)):
            return monomial(a) * _power(b, Fraction(-1))
        case Call(name="entrypower", args=(a, Number(value=k))):
            return _power(a, k)
        case MatMul(factors=(Call(name="diag", args=(u,)), *rest)) if is_column(expr.shape) and is_column(u.shape):
            return monomial(u) * monomial(matmul(*rest))
        case _:
            return Monomial(Fraction(1), {expr: Fraction(1)})


def _product(factors: tuple[Expr, ...]) -> Monomial:
    return reduce(lambda a, b: a * b, map(monomial, factors))


def _power(base: Expr, k: Fraction) -> Monomial:
    inner = monomial(base)
    if k.denominator == 1 and (inner.number or k > 0):
        return inner**k
    if k == HALF and inner.number == 1 and len(inner.powers) == 1:
        ((under, power_of_it),) = inner.powers.items()
        if under is base or (power_of_it % 2 == 1 and base.is_scalar):  # u³ under a root: u is not negative
            return Monomial(Fraction(1), {under: power_of_it / 2})
    return Monomial(Fraction(1), {base: k})


def written(m: Monomial, shape: Shape) -> Expr:
    """The monomial as people write it: numbers in front, above and below the bar entry by entry."""
    scalars = [_number(b, k) for b, k in m.powers.items() if b.is_scalar]
    front = times(number(m.number), *scalars)
    if is_scalar(shape):
        return front
    above = [_array(b, k) for b, k in m.powers.items() if not b.is_scalar and k > 0]
    below = [_array(b, -k) for b, k in m.powers.items() if not b.is_scalar and k < 0]
    top = entry_product(*above) if above else None
    if not below:
        return scale(front, top if top is not None else Ones(shape))
    bottom = entry_product(*below)
    return scale(front, Call("quotient", (ONE if top is None else top, bottom)))


def _number(base: Expr, k: Fraction) -> Expr:
    """base^k of a number: roots as roots, the root of x'x as the norm."""
    if k.denominator != 2:
        return base if k == 1 else power(base, number(k))
    if isinstance(base, MatMul) and len(base.factors) == 2 and base.factors[0] is Transpose(base.factors[1]):
        root: Expr = Call("norm", (base.factors[1],))
        return root if k == HALF else power(root, number(2 * k))
    if abs(k) == HALF:
        return Map("sqrt", base) if k > 0 else power(Map("sqrt", base), -1)
    return power(base, number(k))


def _array(base: Expr, k: Fraction) -> Expr:
    """base^k entry by entry, k > 0."""
    if k == HALF:
        return Map("sqrt", base)
    return base if k == 1 else Call("entrypower", (base, number(k)))


# --------------------------------------------------------------------------------------------- rows about numbers
def heads(left: Expr) -> tuple[type[Expr], ...]:
    """The node types at whose top the left side of a row about numbers can stand."""
    if isinstance(left, Add):
        return (Add,)
    return (Map,) if isinstance(left, Map) else (Times, Scale, Power, Call, MatMul)


def row(left: Expr, right: Expr) -> Callable[[Expr, Callable[[Letters], bool]], Expr | None]:
    """The rewriting of a row: from an expression, and whether letters have what they must, to the other side, or None."""
    if isinstance(left, Add):
        return lambda node, ok: _sum_row(left, right, node, ok)
    if isinstance(left, Map):
        return lambda node, ok: next(
            (lifted(right, letters, node.shape) for letters in matches(left, node, {}) if ok(letters)), None
        )
    return lambda node, ok: _product_row(left, right, node, ok)


def _product_row(left: Expr, right: Expr, node: Expr, ok: Callable[[Letters], bool]) -> Expr | None:
    ours = monomial(node)
    if len(ours.powers) < 2 and not any(abs(k) > 1 for k in ours.powers.values()):
        return None
    for letters, rest in _inside(monomial(left), ours):
        if ok(letters):
            return written(rest * monomial(lifted(right, letters, _shape(letters))), node.shape)
    return None


def _shape(letters: Letters) -> Shape:
    return next(iter(letters.values())).shape


def _inside(pattern: Monomial, ours: Monomial, bound: Letters = NONE) -> Iterator[tuple[Letters, Monomial]]:
    """(letters, what is left of a monomial) wherever it holds the pattern; `bound` letters stand for something already."""
    shapes = [(b, k) for b, k in pattern.powers.items() if not isinstance(b, Symbol)]
    shapes.sort(key=lambda pair: isinstance(pair[0], Add), reverse=True)  # what tells most comes first

    def bind(k: int, letters: Letters) -> Iterator[Letters]:
        if k == len(shapes):
            yield letters
            return
        base, exponent = shapes[k]
        for other, mine in ours.powers.items():
            if mine * exponent > 0 and abs(mine) >= abs(exponent):
                for new in matches(base, other, letters):
                    yield from bind(k + 1, new)

    for letters in bind(0, bound):
        if not letters or any(isinstance(b, Symbol) and b.name not in letters for b in pattern.powers):
            continue
        filled = Monomial(Fraction(1), {})
        for base, exponent in pattern.powers.items():
            filled = filled * monomial(lifted(base, letters, _shape(letters))) ** exponent
        if ours.holds(filled):
            yield letters, ours * filled ** Fraction(-1) * Monomial(1 / pattern.number, {})


def _sum_row(left: Add, right: Expr, node: Expr, ok: Callable[[Letters], bool]) -> Expr | None:
    """Terms of a sum that are the terms of the row, each times one monomial."""
    if not isinstance(node, Add) or len(node.terms) > 24:
        return None
    patterns = sorted(map(monomial, left.terms), key=lambda m: -len(m.powers))
    ours = [monomial(t) for t in node.terms]
    for first in ours:
        if (first.number < 0) != (patterns[0].number < 0) and not _turned(ours, first):
            continue
        for letters, rest in _inside(patterns[0], first):
            if not ok(letters):
                continue
            shape = _shape(letters)
            wanted = [_lifted_monomial(p, letters, shape) * rest for p in patterns]
            keys = [m.key() for m in ours]
            if not all(w.key() in keys for w in wanted):
                continue
            gone = {w.key() for w in wanted}
            place = min(k for k, key in enumerate(keys) if key in gone)
            new = written(monomial(lifted(right, letters, shape)) * rest, node.shape)
            kept = [t for t, key in zip(node.terms, keys, strict=True) if key not in gone]
            before = sum(key not in gone for key in keys[:place])
            return add(*kept[:before], new, *kept[before:])
    return None


def _turned(ours: list[Monomial], first: Monomial) -> bool:
    return len(ours) > 1 and bool(first.powers)


def _lifted_monomial(pattern: Monomial, letters: Letters, shape: Shape) -> Monomial:
    out = Monomial(pattern.number, {})
    for base, exponent in pattern.powers.items():
        out = out * monomial(lifted(base, letters, shape)) ** exponent
    return out


def matches(pattern: Expr, expr: Expr, letters: Letters) -> Iterator[Letters]:
    """Every way in which an expression, entry by entry, has the form of a pattern about numbers.

    expr  an array, or a number
    """
    match pattern:
        case Symbol(name=name):
            known = letters.get(name)
            if known is None and (not letters or _shape(letters) == expr.shape):
                yield {**letters, name: expr}
            elif known is expr:
                yield letters
        case Number(value=value):
            m = monomial(expr)
            if not m.powers and m.number == value:
                yield letters
        case Map(function=function, arg=arg, order=0):
            if isinstance(expr, Map) and expr.function == function and expr.order == 0:
                yield from matches(arg, expr.arg, letters)
        case Add(terms=terms):
            if isinstance(expr, Add) and len(expr.terms) == len(terms):
                yield from _matching_terms(terms, expr.terms, letters)
        case _:
            yield from _matching_product(monomial(pattern), monomial(expr), expr.shape, letters)


def _matching_terms(patterns: tuple[Expr, ...], terms: tuple[Expr, ...], letters: Letters) -> Iterator[Letters]:
    if not patterns:
        yield letters
        return
    for k, term in enumerate(terms):
        for new in matches(patterns[0], term, letters):
            yield from _matching_terms(patterns[1:], (*terms[:k], *terms[k + 1 :]), new)


def _matching_product(pattern: Monomial, ours: Monomial, shape: Shape, letters: Letters) -> Iterator[Letters]:
    """A whole product; a letter alone in it takes what is left, −x a product with a number < 0."""
    free = [b for b, k in pattern.powers.items() if isinstance(b, Symbol) and b.name not in letters and k == 1]
    if len(free) == 1 and len(pattern.powers) == 1:
        if (pattern.number < 0) == (ours.number < 0):
            rest = Monomial(ours.number / pattern.number, ours.powers)
            yield from matches(free[0], written(rest, shape), letters)
        return
    for new, rest in _inside(pattern, ours, letters):
        if not rest.powers and rest.number == 1 and all(letters.get(n, v) is v for n, v in new.items()):
            yield {**letters, **new}


def lifted(template: Expr, letters: Letters, shape: Shape) -> Expr:
    """The side of a row about numbers, for arrays of a shape."""
    match template:
        case Symbol(name=name):
            return letters[name]
        case Number():
            return template if is_scalar(shape) else scale(template, Ones(shape))
        case Map(function=function, arg=arg, order=order):
            return Map(function, lifted(arg, letters, shape), order)
        case Add(terms=terms):
            return add(*(lifted(t, letters, shape) for t in terms))
        case _:
            return written(_lifted_monomial(monomial(template), letters, shape), shape)
