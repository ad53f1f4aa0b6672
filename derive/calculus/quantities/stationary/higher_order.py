"""Where the second derivative decides nothing: the first derivative that is not 0, the lowest order along lines, what else is positive.

Source: Apostol, Mathematical Analysis (1974), sec. 13.7.
"""

from __future__ import annotations

from collections.abc import Mapping

from derive.calculus import algebra
from derive.calculus.passes.conditions import conditions
from derive.calculus.setting.setting import Setting
from derive.calculus.simplify.simplify import tidy
from derive.derivation.reason import COLON, COMMA, Why, Word
from derive.expressions.build import power, scale, times
from derive.expressions.nodes import Expr, Number, Stack, Symbol, number
from derive.expressions.rewrite import substitute
from derive.expressions.sizes import SCALAR

Verdict = tuple[str, Why]
"""minimum, maximum or saddle, with the reason."""


def whole_function(s: Setting) -> Expr:
    """The function with what the names of `let` stand for put in."""
    function = s.problem.function
    for symbol, definition in reversed(s.problem.let):
        function = substitute(function, {symbol: definition})
    return tidy(function)


def sign_there(s: Setting, x: Symbol, root: Expr, value: Expr) -> tuple[str, list[Expr]] | None:
    """(+ or -, the numbers that are positive wherever the root is a point of the function) of a value at the root."""
    there: dict[Expr, Expr] = {x: root}
    found = [part[0] for part in conditions((whole_function(s),), ()) if part[1:] == (" > 0",) and isinstance(part[0], Expr)]
    given = [root] if "positive" in x.has else []
    given += [tidy(substitute(f, there)) for f in found if x.name in f.free]
    for facts in (*([f] for f in given), given):
        sign = algebra.sign_given(value, facts)
        if sign is not None:
            return sign, facts
    return None


def in_one_number(s: Setting, x: Symbol, root: Expr) -> Verdict | None:
    """By the first derivative of f that is not 0 at the root, where it is a number."""
    found = algebra.lowest_derivative(whole_function(s), x, root)
    if found is None:
        return None
    k, value = found
    if not isinstance(value, Number):
        return None
    if k % 2:
        return "saddle", ("0", COMMA, "the derivative of order ", number(k), " is ", value, COLON, "an inflection, no extremum")
    kind = "minimum" if value.value > 0 else "maximum"
    sign = ">" if value.value > 0 else "<"
    return kind, ("0", COMMA, "the first derivative that is not 0 has order ", number(k), " and is ", value, f" {sign} 0", COLON, Word(kind))


def in_several_numbers(s: Setting, point: Mapping[Expr, Expr], function: Expr | None = None) -> Verdict | None:
    """By the lowest order of a polynomial along lines through the point: an odd one, or two of different sign, make a saddle.

    function  f in the letters of the point; None: the problem's, its names put in
    """
    function = whole_function(s) if function is None else function
    signs: dict[str, algebra.Along] = {}
    for line in algebra.along_lines(function, point):
        if line.sign == "both":
            return "saddle", (*_along(s, line, point), COLON, "both signs", COMMA, "a saddle")
        signs.setdefault(line.sign, line)
        if len(signs) == 2:
            (one, other) = (signs["+"], signs["-"])
            return "saddle", (*_along(s, one, point), COMMA, *_along(s, other, point), COLON, "a saddle")
    even = algebra.even_powers(function, point)
    if even is None:
        return None
    kind = "minimum" if even == "+" else "maximum"
    return kind, ("even powers alone, with coefficients ", f"{'>' if even == '+' else '<'} 0", COLON, "a ", Word(kind))


def _along(s: Setting, line: algebra.Along, point: Mapping[Expr, Expr]) -> Why:
    """`along (1, 0) f changes by t³ + …`"""
    taken = {symbol.name for symbol in s.problem.symbols.values()}
    t: Symbol = Symbol(next(name for name in ("t", "s", "tau") if name not in taken), SCALAR)
    direction: Expr = Stack(tuple((number(k),) for k in line.direction))
    change = times(line.coefficient, power(t, line.order))
    name: Symbol = Symbol(s.problem.name, SCALAR)
    return ("along ", scale(t, direction), " ", name, " changes by ", change, " to lowest order")
