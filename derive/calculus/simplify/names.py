"""Names put back: what a name stands for is written as the name wherever it arises, and what is known of it is known of the name.

For s = √(x'x), 3 s²/√(x'x) · x is 3 s x and x'x is s²; for z = A⁻¹y, A⁻ᵀw y'A⁻ᵀ is A⁻ᵀw z'; for μ = mean(x), (x − μ𝟏)'𝟏 is 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from fractions import Fraction

from derive.calculus.rules.everyday import EITHER_WAY
from derive.calculus.simplify.known_forms import known
from derive.calculus.simplify.laws.monomial import Monomial, monomial, written
from derive.calculus.simplify.matching import Env, found
from derive.calculus.simplify.measure import measure
from derive.calculus.simplify.simplify import tidy, tidy_with
from derive.expressions.build import is_zero, matmul, on_diagonal, power, remake, scale, transpose
from derive.expressions.nodes import Add, Call, D, Expr, Identity, Map, MatMul, Number, Ones, Power, Rate, Scale, SizeValue, Symbol, Times
from derive.expressions.rewrite import substitute
from derive.expressions.sizes import Size
from derive.values import dataclass

Definitions = tuple[tuple[Symbol, Expr], ...]
"""Names with what they stand for, each in terms of those before it."""

MAX_MEASURE = 60
"""A longer expression is not opened to see whether a definition makes it shorter."""
MAX_OPENED = 1000
"""One that becomes longer than this is closed again: names that stand for each other twice double at each."""


def named(expr: Expr, definitions: Definitions) -> Expr:
    """The expression with the names for what they stand for, and shorter where a definition says so."""
    rows = [_Name(u, tidy(d)) for u, d in reversed(definitions) if measure(d) > 2 and not d.pending]
    if not rows:
        return expr
    return _Naming(rows, definitions).run(expr)


@dataclass
class _Name:
    """A name, what it stands for, and what follows.

    turned  the transpose of the definition, as it is written
    base, power, rest  of a number rest · base^power, whose base alone varies: base is (name / rest)^(1/power)
    whole   of a number that is a product of several things that vary, the product
    array   of a multiple s B of an array: B and what it is by the name
    scaled  of diag(d) B, whose rows are those of B times the entries of d: both factors
    """

    symbol: Symbol
    definition: Expr
    turned: Expr | None = None
    base: Expr | None = None
    power: Fraction = Fraction(1)
    array: tuple[Expr, Expr] | None = None
    scaled: tuple[Expr, Expr] | None = None
    rest: Monomial = field(default_factory=lambda: Monomial(Fraction(1), {}))
    whole: Monomial | None = None

    def __post_init__(self) -> None:
        if not self.definition.is_scalar:
            turned = tidy_with(transpose(self.definition), [])
            self.turned = turned if turned is not self.definition else None
            if isinstance(self.definition, MatMul) and on_diagonal(first := self.definition.factors[0]) is not None:
                self.scaled = first, matmul(*self.definition.factors[1:])
            if isinstance(self.definition, Scale) and not isinstance(self.definition.arg, Symbol | Ones | Identity):
                self.array = self.definition.arg, tidy(scale(power(self.definition.scalar, -1), self.symbol))
            return
        m = monomial(self.definition)
        varying = [b for b in m.powers if not isinstance(b, SizeValue)]
        if len(varying) == 1 and not isinstance(varying[0], Symbol) and m.number:
            (self.base,) = varying
            self.power = m.powers[self.base]
            self.rest = Monomial(m.number, {b: k for b, k in m.powers.items() if b is not self.base})
        elif len(varying) > 1 and m.number:
            self.whole = m

    def at(self, node: Expr) -> Expr | None:
        """The node with the name for the definition where it stands at the top; None where it does not."""
        if node is self.definition:
            return self.symbol
        if self.array is not None and node is self.array[0]:
            return self.array[1]
        if self.scaled is not None and isinstance(node, Call) and node.name in EITHER_WAY and not node.is_scalar:
            new = self._by_rows(node)
            if new is not None:
                return new
        if self.base is not None and self.base.free <= node.free:
            new = self._by_power(node)
            if new is not None:
                return new
        if self.whole is not None and isinstance(node, Times | Scale) and self.definition.free <= node.free:
            ours = monomial(node)
            if ours.holds(self.whole):
                new = written(ours * self.whole ** Fraction(-1) * Monomial(Fraction(1), {self.symbol: Fraction(1)}), node.shape)
                if measure(new) < measure(node):
                    return new
        for text, value in ((self.definition, self.symbol), (self.turned, None)):
            if text is None or not isinstance(node, _HEADS) or not text.free <= node.free:
                continue
            there = next(found(text, node, Env(dict(_symbols(text)), _sizes(text))), None)
            if there is not None:
                return there[1](transpose(self.symbol) if value is None else value)
        return None

    def _by_rows(self, node: Call) -> Expr | None:
        """P ∘ M for B ∘ diag(d) M, with P = diag(d) B."""
        assert self.scaled is not None
        rows, array = self.scaled
        for one, other in (node.args, node.args[::-1]):
            if one is array and isinstance(other, MatMul) and other.factors[0] is rows:
                out: Expr = Call(node.name, (self.symbol, matmul(*other.factors[1:])))
                return out
        return None

    def _by_power(self, node: Expr) -> Expr | None:
        """u² for x'x, with u = √(x'x)."""
        assert self.base is not None
        if not isinstance(node, Times | Scale | Power | Call | Map | MatMul):
            return None
        m = monomial(node)
        k = m.powers.get(self.base)
        if k is None or (k / self.power).denominator != 1:
            return None
        q = k / self.power
        others = Monomial(m.number, {b: j for b, j in m.powers.items() if b is not self.base})
        new = written(others * Monomial(Fraction(1), {self.symbol: q}) * self.rest ** (-q), node.shape)
        return new if measure(new) < measure(node) else None


_HEADS = (Add, MatMul, Scale, Times, Call)


def _symbols(expr: Expr) -> Iterator[tuple[str, Expr]]:
    stack = [expr]
    while stack:
        node = stack.pop()
        if isinstance(node, Symbol):
            yield node.name, node
        stack.extend(node.children)


def _sizes(expr: Expr) -> dict[str, Size]:
    names: set[str] = set()
    stack = [expr]
    while stack:
        node = stack.pop()
        for size in node.shape:
            names |= size.names
        if isinstance(node, SizeValue):
            names |= node.size.names
        stack.extend(node.children)
    return {n: Size.of(n) for n in names}


@dataclass
class _Naming:
    rows: list[_Name]
    definitions: Definitions
    memo: dict[Expr, Expr] = field(default_factory=dict)

    def run(self, expr: Expr) -> Expr:
        if isinstance(expr, D | Rate) or not expr.children:
            return expr
        out = self.memo.get(expr)
        if out is None:
            out = self.memo[expr] = self._run(expr)
        return out

    def _run(self, expr: Expr) -> Expr:
        for row in self.rows:
            new = row.at(expr)
            if new is not None and new is not expr:
                return self.run(tidy(new))
        children = tuple(map(self.run, expr.children))
        if any(a is not b for a, b in zip(children, expr.children, strict=True)):
            return self.run(tidy(remake(expr, children)))
        self.memo[expr] = expr  # what its definition says is made of the name again
        return self._by_definition(expr)

    def _by_definition(self, expr: Expr) -> Expr:
        """A number shorter than it is written, by what its names stand for: 0 for (x − μ𝟏)'𝟏."""
        if not isinstance(expr, MatMul | Call) or measure(expr) > MAX_MEASURE:
            return expr
        names = {u.name for u, _ in self.definitions} & expr.free
        if not names:
            return expr
        opened: Expr = expr
        for u, d in reversed(self.definitions):
            if u.name in opened.free:
                opened = substitute(opened, {u: d})
                if measure(opened) > MAX_OPENED:
                    return expr
        new = known(tidy_with(opened, []), [])
        if is_zero(new) or isinstance(new, Number | SizeValue):
            return new
        back = self.run(new) if new is not opened else expr
        short = measure(expr) if expr.is_scalar else measure(expr) / 2  # a matrix is what its definition is, or stays
        return back if measure(back) < short else expr

