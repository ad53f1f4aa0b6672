"""Fractions, roots and sums over an index in a LaTeX formula."""

from __future__ import annotations

from typing import TYPE_CHECKING

from derive.expressions.nodes import Number, Sum, Symbol, number
from derive.expressions.sizes import SCALAR
from derive.expressions.spelling import latex_of
from derive.language.indices import index_range
from derive.language.latex.functions import call_function
from derive.language.latex.pending import rate_fraction
from derive.language.operands import Operand

if TYPE_CHECKING:
    from derive.language.latex.parser import Parser


def fraction(p: Parser) -> Operand:
    token = p.take()
    pending_one = rate_fraction(p, token)
    if pending_one is not None:
        return pending_one
    above = p.argument("a numerator")
    if p.token.kind == "open" and p.ahead().kind == "open" and _double(p):
        p.i += 2
        inverse = p.inverted()
        p.i += 2
        out = p.combine.product([above, Operand(inverse, token.start, p.last_end)])
        return Operand(out, token.start, p.last_end)
    below = p.argument("a denominator")
    value = p.combine.quotient(above, below, token.start)
    return Operand(value, token.start, p.last_end, None, True)


def _double(p: Parser) -> bool:
    """Whether the argument that begins here is one group in braces."""
    i = p.i
    _, outer = p.group()
    p.i = i + 1
    _, inside = p.group()
    p.i = i
    return outer == inside + 1


def root(p: Parser) -> Operand:
    token = p.take()
    degree: Operand | None = None
    if p.token.text == "[":
        degree = p.only(p.bracket(), token.start)
    argument = p.argument("the argument of a root")
    if degree is not None:
        expr = p.combine.sized(degree)
        if not isinstance(expr, Number) or expr.value.denominator != 1 or expr.value < 1:
            raise p.fail("the degree of a root is a positive integer", degree.start)
        return Operand(p.to_power(argument, Operand(number(1 / expr.value), degree.start, degree.end), token.start),
                       token.start, p.last_end)
    return Operand(call_function(p, "sqrt", token, [argument], False, None), token.start, p.last_end)


def index_sum(p: Parser) -> Operand:
    r"""`\sum_{i=1}^{n}` and the product behind it."""
    token = p.take()
    lower: tuple[str, Operand] | None = None
    upper: Operand | None = None
    for _ in range(2):
        if p.token.text == "_" and lower is None:
            p.take()
            lower = _lower(p)
        elif p.token.text == "^" and upper is None:
            p.take()
            upper = p.argument("the last value of the index")
    if lower is None or upper is None:
        raise p.fail(r"a sum has its bounds: \sum_{i=1}^{n}", token.start, "index")
    name, first = lower
    taken = p.scope.symbols.get(name)
    if (taken is not None and "integer" not in taken.has) or any(k == name for k in p.ranges):
        raise p.fail(f"the index {name} is already in use: take another letter", token.start, "index")
    if name in p.scope.sizes or name in p.scope.unnamed:
        raise p.fail(f"{name} is no index: take a letter that is free", token.start, "index")
    bounds = [p.integer(first), p.integer(upper)]
    found = p.binders.get(name)
    symbol: Symbol = found if found is not None else Symbol(name, SCALAR, frozenset(("integer",)))
    low, high = (index_range(bound, p.ranges) for bound in bounds)
    p.names.add(name, _spelling(symbol), symbol)
    p.ranges[name] = (low[0], high[1])
    body = p.product()
    p.names.remove(symbol)
    if taken is not None:
        p.names.add(name, _spelling(taken), taken)
    del p.ranges[name]
    value = p.made(Sum, token.start, symbol, bounds[0], bounds[1], p.combine.sized(body))
    return Operand(value, token.start, p.last_end)


def _spelling(symbol: Symbol) -> str:

    return latex_of(symbol)


def _lower(p: Parser) -> tuple[str, Operand]:
    """The name of the index and its first value, from `{i=1}`."""
    opening = p.token
    if opening.kind != "open":
        raise p.fail(r"a sum has its bounds: \sum_{i=1}^{n}", opening.start, "index")
    p.take()
    texts: list[str] = []
    inside = 0  # in braces of its own, as the index i_{13}
    while p.token.text != "=" and p.token.kind != "end" and (inside or p.token.kind != "close"):
        inside += (p.token.kind == "open") - (p.token.kind == "close")
        texts.append(p.take().text)
    if not p.skip("="):
        raise p.fail(r"a sum has its bounds: \sum_{i=1}^{n}", opening.start, "index")
    first = p.sum()
    if p.token.kind != "close":
        raise p.leftover()
    p.take()
    spelled = "".join(texts)
    for symbol in (*p.binders.values(), *p.scope.symbols.values()):
        from derive.language.latex.tokens import spelled as tokens_of

        if "".join(tokens_of(_spelling(symbol))) == spelled:
            return symbol.name, first
    name = spelled.replace("\\", "").replace("{", "").replace("}", "").removeprefix("mathit").replace(",", "_")
    if not name.isidentifier():
        raise p.fail(f"`{spelled}` is no index", opening.start, "index")
    return name, first
