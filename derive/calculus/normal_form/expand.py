"""Expanding products over sums without touching the order of factors: what a person does by hand, term by term."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import groupby

from derive.calculus.normal_form.polynomial import LIMIT, TooManyTerms
from derive.expressions import build
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Add, Call, Expr, Identity, Map, MatMul, Number, Power, Scale, Symbol, Times, Transpose, number
from derive.expressions.sizes import Shape
from derive.values import dataclass


@dataclass(frozen=True)
class Term:
    """coefficient · scalars · word: scalar factors and matrix factors in the order in which they stand."""

    coefficient: Fraction
    scalars: tuple[Expr, ...]
    word: tuple[Expr, ...]

    def expr(self, shape: Shape) -> Expr:
        front = build.times(number(self.coefficient), *_powers(self.scalars))
        if self.word:
            return build.scale(front, build.matmul(*_runs(self.word)))
        return front if shape == build.ONE.shape else build.scale(front, Identity(shape[0]))

    def letters(self) -> tuple[Expr, ...]:
        return self.scalars + self.word


def _powers(scalars: tuple[Expr, ...]) -> list[Expr]:
    """Equal scalar factors as a power, at the place of the first."""
    counts: dict[Expr, int] = {}
    for factor in scalars:
        counts[factor] = counts.get(factor, 0) + 1
    return [f if k == 1 else build.power(f, k) for f, k in counts.items()]


def _runs(word: tuple[Expr, ...]) -> list[Expr]:
    """Equal square neighbours as a power: H X X is H X²."""
    out: list[Expr] = []
    for letter, group in groupby(word):
        k = len(list(group))
        out.append(letter if k == 1 else build.power(letter, k))
    return out


class NotPolynomial(ValueError):
    """A function that is not a polynomial stands around the symbol; `part` is that subexpression."""

    def __init__(self, part: Expr) -> None:
        super().__init__("not a polynomial")
        self.part = part


def terms_of(expr: Expr, inside: tuple[Symbol, ...] = (), degree: int | None = None) -> list[Term]:
    """The terms of an expression when products are expanded over sums, linear functions taken term by term.

    Factors keep their order, terms the order of multiplying out from left to right.  With `inside`, only what holds
    one of these symbols is expanded, what does not stays together as one factor, and terms of more than `degree` of them
    are left out. TooManyTerms beyond a few thousand; with `inside`, NotPolynomial when a symbol of it stands in another
    function.
    """
    return _Distribute(inside, degree).of(expr)


def expand(expr: Expr) -> Expr:
    """The expression multiplied out; equal terms are added, zero terms dropped, the order of first appearance kept.

    As it is where that has thousands of terms.
    """
    try:
        return gather(terms_of(expr), expr.shape)
    except TooManyTerms:
        return expr


def gather(terms: Sequence[Term], shape: Shape) -> Expr:
    """The sum of terms, like ones added up."""
    total: dict[object, Fraction] = {}
    first: dict[object, Term] = {}
    for term in terms:
        key = (frozenset(Counter(term.scalars).items()), term.word)
        total[key] = total.get(key, Fraction(0)) + term.coefficient
        first.setdefault(key, term)
    return build.total((replace(first[key], coefficient=c).expr(shape) for key, c in total.items() if c), shape)


def occurrences(expr: Expr, symbols: tuple[Symbol, ...]) -> int:
    """How often the symbols stand in an expression: its degree in them, in a term that is expanded."""
    if expr in symbols:
        return 1
    if not any(symbol.name in expr.free for symbol in symbols):
        return 0
    if isinstance(expr, Power) and isinstance(expr.exponent, Number) and expr.exponent.value.denominator == 1:
        return occurrences(expr.base, symbols) * int(expr.exponent.value)
    return sum(occurrences(child, symbols) for child in expr.children)


def term_degree(term: Term, symbols: tuple[Symbol, ...]) -> int:
    """In how many factors of a term one of the symbols stands."""
    return sum(occurrences(letter, symbols) for letter in term.letters())


class _Distribute:
    def __init__(self, inside: tuple[Symbol, ...], degree: int | None) -> None:
        self.inside, self.degree = inside, degree
        self.memo: dict[Expr, list[Term]] = {}

    def of(self, expr: Expr) -> list[Term]:
        if expr not in self.memo:
            self.memo[expr] = self.expand(expr)
        return self.memo[expr]

    def expand(self, e: Expr) -> list[Term]:
        if build.is_zero(build.coefficient(e)[1]):
            return []
        if self.inside and not any(symbol.name in e.free for symbol in self.inside):
            return [self.letter(e)]
        match e:
            case Number(value):
                return [Term(value, (), ())] if value else []
            case Add(terms):
                return self.group([t for term in terms for t in self.of(term)], e.shape)
            case Times() | MatMul() | Scale():
                out = self.of(e.children[0])
                for factor in e.children[1:]:
                    out = self.multiply(out, self.of(factor))
                return [self.close(t) for t in out] if isinstance(e, MatMul) and e.is_scalar else out
            case Transpose(arg):
                return [Term(t.coefficient, t.scalars, _transposed(t.word)) for t in self.of(arg)]
            case Power(base, Number(k)) if k.denominator == 1 and 0 < k <= 24:
                return self.power(base, int(k))
            case Call("inner" | "dot", (a, b)) if a.is_scalar:
                return self.of(build.times(a, b))
            case Call(name) if FUNCTIONS[name].linear or FUNCTIONS[name].bilinear:
                return self.multilinear(e)
            case _:
                return self.atom(e)

    def group(self, terms: list[Term], shape: Shape) -> list[Term]:
        """What does not hold the symbol as one term: (Ax − y) + Ah has two."""
        if not self.inside:
            return terms
        fixed = [t for t in terms if not term_degree(t, self.inside)]
        if len(fixed) < 2:
            return terms
        moving = [t for t in terms if term_degree(t, self.inside)]
        together = build.add(*(t.expr(shape) for t in fixed))
        letter = Term(Fraction(1), (together,), ()) if together.is_scalar else Term(Fraction(1), (), (together,))
        return [letter, *moving]

    def power(self, base: Expr, k: int) -> list[Term]:
        if isinstance(base, Call) and base.name == "norm" and k % 2 == 0:
            u = base.args[0]
            square = build.matmul(build.transpose(u), u) if u.shape[1] == build.ONE.shape[1] else Call("inner", (u, u))
            return self.of(build.power(square, k // 2))
        if isinstance(base, Map) and base.function == "sqrt" and k % 2 == 0:
            return self.of(build.power(base.arg, k // 2))
        if not self.inside and isinstance(base, Symbol):
            return [self.letter(build.power(base, k))]
        out = self.of(base)
        for _ in range(k - 1):
            out = self.multiply(out, self.of(base))
        return out

    def multilinear(self, e: Call) -> list[Term]:
        combos: list[tuple[Fraction, tuple[Expr, ...], tuple[Expr, ...]]] = [(Fraction(1), (), ())]
        for arg in e.args:
            here = self.of(arg)
            if len(combos) * len(here) > LIMIT:
                raise TooManyTerms
            combos = [
                (c * t.coefficient, s + t.scalars, (*built, Term(Fraction(1), (), t.word).expr(arg.shape)))
                for c, s, built in combos
                for t in here
            ]
        out = []
        for c, s, built in combos:
            node = e.rebuild(built)
            out.append(Term(c, (*s, node), ()) if node.is_scalar else Term(c, s, (node,)))
        return self.within(out)

    def multiply(self, left: list[Term], right: list[Term]) -> list[Term]:
        if len(left) * len(right) > 4 * LIMIT:
            raise TooManyTerms
        return self.within(
            [Term(a.coefficient * b.coefficient, a.scalars + b.scalars, a.word + b.word) for a in left for b in right]
        )

    def within(self, terms: list[Term]) -> list[Term]:
        if self.inside and self.degree is not None:
            terms = [t for t in terms if term_degree(t, self.inside) <= self.degree]
        if len(terms) > LIMIT:
            raise TooManyTerms
        return terms

    def close(self, t: Term) -> Term:
        """A product of scalar shape is one scalar factor."""
        return Term(t.coefficient, (*t.scalars, build.matmul(*t.word)), ()) if t.word else t

    def letter(self, e: Expr) -> Term:
        c, rest = build.coefficient(e)
        if rest.is_scalar:
            factors = rest.factors if isinstance(rest, Times) else (rest,)
            return Term(c, tuple(f for f in factors if f is not build.ONE), ())
        scalars: tuple[Expr, ...] = ()
        if isinstance(rest, Scale):
            scalars = rest.scalar.factors if isinstance(rest.scalar, Times) else (rest.scalar,)
            rest = rest.arg
        if isinstance(rest, Identity):
            return Term(c, scalars, ())
        return Term(c, scalars, rest.factors if isinstance(rest, MatMul) else (rest,))

    def atom(self, e: Expr) -> list[Term]:
        if self.inside and e not in self.inside:
            raise NotPolynomial(e)
        return [self.letter(e)]


def _transposed(word: tuple[Expr, ...]) -> tuple[Expr, ...]:
    return tuple(_flip(letter) for letter in reversed(word))


def _flip(letter: Expr) -> Expr:
    if isinstance(letter, Transpose):
        return letter.arg
    if isinstance(letter, Call):
        how = FUNCTIONS[letter.name].transposes
        if how == "self" or (how == "self-if-square" and letter.shape[0] == letter.shape[1]):
            return letter
        if how == "args":
            return letter.rebuild(tuple(_flip(a) for a in letter.args))
    if isinstance(letter, Power):
        return build.transpose(letter)
    if isinstance(letter, MatMul):
        return build.matmul(*_transposed(letter.factors))
    return build.transpose(letter)
