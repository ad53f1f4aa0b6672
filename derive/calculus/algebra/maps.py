"""Derivatives of the entry-by-entry functions by `sympy.diff`, and their use on scalars, vectors and matrices."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from derive.calculus.algebra.door import function_of, sp
from derive.calculus.algebra.scalars import from_sympy_scalar
from derive.expressions import build
from derive.expressions.build import entry_product
from derive.expressions.nodes import Add, Call, Compare, Expr, Map, Number, Ones, Power, Scale, Symbol, Times, Unnamed, Where
from derive.expressions.rewrite import substitute
from derive.expressions.sizes import SCALAR, Shape

DUMMY: Symbol = Symbol("x", SCALAR)
"""The argument of the templates that `map_derivative` gives."""


@lru_cache(maxsize=256)
def map_derivative(name: str, order: int = 1) -> Expr:
    """The order-th derivative of the entry-by-entry function `name` of the table, an expression in the scalar DUMMY.

    Taken by sympy.diff: sin → cos(x), tanh → 1 − tanh(x)², sigmoid → sigmoid(x)(1 − sigmoid(x)), relu → by cases.  At
    a kink (abs, sign, relu at 0) it is the derivative beside the kink.  KeyError when the table has no such function.
    """
    sympy = sp()
    x = sympy.Symbol("x", real=True)
    derivative = function_of(name)(x)
    for _ in range(order):
        derivative = _tidy(sympy.diff(derivative, x))
    return from_sympy_scalar(derivative, {x: DUMMY})


def _tidy(derivative: Any) -> Any:
    sympy = sp()
    derivative = derivative.replace(sympy.DiracDelta, lambda *_: sympy.Integer(0))
    if derivative.is_Add or derivative.is_Mul:
        factored = sympy.factor(derivative).replace(lambda e: e.is_Mul, _conjugates)
        if factored.count_ops() < derivative.count_ops():
            return factored
    return derivative


def _conjugates(product: Any) -> Any:
    """(1 − f)(1 + f) written as 1 − f²."""
    sympy = sp()
    factors = list(product.args)
    for i, a in enumerate(factors):
        for j in range(i + 1, len(factors)):
            if a.is_Add and factors[j].is_Add and len(a.args) == len(factors[j].args) == 2:
                joined = sympy.expand(a * factors[j])
                if joined.is_Add and len(joined.args) == 2:
                    others = factors[:i] + factors[i + 1 : j] + factors[j + 1 :]
                    return _conjugates(sympy.Mul(joined, *others, evaluate=False))
    return product


def derivative_template(function: str | Unnamed, order: int = 1) -> Expr:
    """As `map_derivative`, for an unnamed σ too: σ'(x) as a Map with its order."""
    if isinstance(function, str):
        return map_derivative(function, order)
    out: Expr = Map(function, DUMMY, order)
    return out


def lift(template: Expr, arg: Expr) -> Expr:
    """The scalar template in DUMMY, entry by entry at an argument of any shape; the result has the argument's shape.

    1 − tanh(x)² at X is ones − tanh(X) .^ 2; products become Hadamard products, 1/x the entry by entry quotient.
    """
    if arg.is_scalar:
        return substitute(template, {DUMMY: arg})
    return _Lift({DUMMY: arg}).whole(template)


def lift_letters(template: Expr, args: Mapping[Symbol, Expr]) -> Expr:
    """The scalar template entry by entry, each letter at an argument of one common shape: a/(b + 1) is A ./ (B + ones)."""
    return _Lift(args).whole(template)


def lift_product(template: Expr, arg: Expr, other: Expr) -> Expr:
    """template(arg) ∘ other, entry by entry, as one writes it: H ./ X for 1/x, the number in front, σ'(X) ∘ H, 0 for 0.

    `other` has the shape of `arg`: a direction in the chain rule f'(X) ∘ H.
    """
    if arg.is_scalar:
        return build.times(substitute(template, {DUMMY: arg}), other)
    return _Lift({DUMMY: arg}).product((*_factors(template), other))


def _factors(template: Expr) -> tuple[Expr, ...]:
    return template.factors if isinstance(template, Times) else (template,)


class _Lift:
    """Turns scalar templates into entry-by-entry expressions of the shape of the arguments of their letters."""

    def __init__(self, args: Mapping[Symbol, Expr]) -> None:
        self.args = args
        self.names = frozenset(letter.name for letter in args)
        self.shape: Shape = next(iter(args.values())).shape

    def constant(self, node: Expr) -> bool:
        return not node.free & self.names

    def whole(self, node: Expr) -> Expr:
        """An expression of the shape of the argument."""
        if isinstance(node, Symbol) and node in self.args:
            return self.args[node]
        if self.constant(node) and node.is_scalar:
            return build.zero(self.shape) if build.is_zero(node) else build.scale(node, Ones(self.shape))
        match node:
            case Add(terms):
                return build.add(*(self.whole(t) for t in terms))
            case Times(factors):
                return self.product(factors)
            case Power():
                return self.product((node,))
            case Map(function, inner, order):
                return Map(function, self.whole(inner), order)
            case Where(Compare(op, left, right), then, otherwise):
                condition = Compare(op, self.whole(left), self.whole(right))
                return Where(condition, self.whole(then), self.whole(otherwise))
            case Call(name, args):
                return Call(name, tuple(a if self.constant(a) else self.whole(a) for a in args))
            case _ if node.shape == self.shape:
                return node
            case _:
                raise ValueError(f"no entry by entry form of {type(node).__name__}")

    def product(self, factors: tuple[Expr, ...]) -> Expr:
        """c · (a ∘ b ∘ …) ./ (p ∘ q ∘ …)"""
        scalars: list[Expr] = []
        above: list[Expr] = []
        below: list[Expr] = []
        for factor in factors:
            if factor.is_scalar and self.constant(factor):
                scalars.append(factor)
            elif isinstance(factor, Power):
                base, exponent = self.whole(factor.base), factor.exponent
                if isinstance(exponent, Number) and exponent.value < 0:
                    below.append(_entry_power(base, build.negate(exponent)))
                else:
                    above.append(_entry_power(base, exponent))
            else:
                above.append(self.whole(factor))
        if any(build.is_zero(f) for f in (*scalars, *above)):
            return build.zero(self.shape)
        signs, above = _pull_numbers(above)
        ones = [f for f in above if isinstance(f, Ones)]
        above = [f for f in above if not isinstance(f, Ones)]
        top: Expr = entry_product(*above) if above else (build.ONE if below else (ones[0] if ones else Ones(self.shape)))
        body: Expr = Call("quotient", (top, entry_product(*below))) if below else top
        return build.scale(build.times(*signs, *scalars), body)


def _pull_numbers(factors: list[Expr]) -> tuple[list[Expr], list[Expr]]:
    """Scalar coefficients of the factors, and the factors without them."""
    scalars, rest = [], []
    for factor in factors:
        if isinstance(factor, Scale):
            scalars.append(factor.scalar)
            factor = factor.arg
        rest.append(factor)
    return scalars, rest


def _entry_power(base: Expr, exponent: Expr) -> Expr:
    if exponent is build.ONE:
        return base
    out: Expr = Call("entrypower", (base, exponent))
    return out
