"""Fractions, roots and sums over an index in a LaTeX formula."""

from __future__ import annotations

from typing import TYPE_CHECKING

from derive.expressions.build import counted
from derive.expressions.nodes import Expr, Number, Sum, Symbol, number
from derive.expressions.sizes import SCALAR, ShapeError
from derive.expressions.spelling import latex_of
from derive.language.indices import index_range
from derive.language.latex.functions import call_function
from derive.language.latex.pending import rate_fraction
from derive.language.latex.tokens import Tex
from derive.language.latex.tokens import spelled as tokens_of
from derive.language.operands import Operand
from derive.language.products import product_over

if TYPE_CHECKING:
    from derive.language.latex.parser import Parser

BOUNDS = r"a sum has its bounds: \sum_{i=1}^{n}"
COMPARED = frozenset((r"\ne", r"\neq", "<", ">", r"\le", r"\ge", r"\in", r"\notin"))


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
    r"""`\sum_{i=1}^{n}`, `\sum_i`, `\sum_{i,j=1}^n` and the product behind it."""
    token = p.take()
    indices: list[tuple[str, Operand | None]] = []
    upper: Operand | None = None
    for _ in range(2):
        if p.token.text == "_" and not indices:
            p.take()
            indices = _lower(p)
        elif p.token.text == "^" and upper is None:
            p.take()
            upper = p.argument("the last value of the index")
    if not indices:
        raise p.fail(BOUNDS, token.start, "index")
    return Operand(_summed(p, token, indices, upper), token.start, p.last_end)


def _summed(p: Parser, token: Tex, indices: list[tuple[str, Operand | None]], upper: Operand | None) -> Expr:
    """The sum over the first of the indices of the sum over the others."""
    (name, first), *others = indices
    taken = p.scope.symbols.get(name)
    if (taken is not None and "integer" not in taken.has) or any(k == name for k in p.ranges):
        raise p.fail(f"the index {name} is already in use: take another letter", token.start, "index")
    if name in p.scope.sizes or name in p.scope.unnamed:
        raise p.fail(f"{name} is no index: take a letter that is free", token.start, "index")
    if first is not None and upper is None and others == []:
        raise p.fail(BOUNDS, token.start, "index")
    lower = number(1) if first is None else p.integer(first)
    last = None if upper is None else p.integer(upper)
    found = p.binders.get(name)
    symbol: Symbol = found if found is not None else Symbol(name, SCALAR, frozenset(("integer",)))
    p.names.add(name, latex_of(symbol), symbol)
    p.ranges[name] = (index_range(lower, p.ranges)[0], None if last is None else index_range(last, p.ranges)[1])
    if last is None:
        p.open[name] = {}
    body = _summed(p, token, others, upper) if others else p.combine.sized(p.product())
    p.names.remove(symbol)
    if taken is not None:
        p.names.add(name, latex_of(taken), taken)
    del p.ranges[name]
    if last is None:
        last = _last_value(p, name, token)
    if token.text == r"\prod":
        try:
            return product_over(symbol, lower, last, body)
        except ShapeError as error:
            raise p.combine.failed(error, token.start) from None
    return p.made(Sum, token.start, symbol, lower, last, body)


def _last_value(p: Parser, name: str, token: Tex) -> Expr:
    """The last value of an index without bounds: the size of what it counts."""
    sizes = list(p.open.pop(name))
    if len(sizes) != 1:
        why = "it counts nothing" if not sizes else f"it counts {' and '.join(map(str, sizes))}"
        raise p.fail(
            f"how far {name} runs cannot be told ({why}): write \\sum_{{{name}=1}}^{{n}}", token.start, "index"
        )
    return counted(sizes[0])


def _lower(p: Parser) -> list[tuple[str, Operand | None]]:
    """The names of the indices and the first value of each, from `{i=1}`, `i`, `{i,j=1}`, `{ij}`; None where it is not said."""
    opening = p.token
    if opening.kind != "open":
        return [(_index_name(p, [p.take().text], opening), None)]
    p.take()
    names: list[list[str]] = [[]]
    inside = 0  # in braces of its own, as the index i_{13}
    while p.token.text != "=" and p.token.kind != "end" and (inside or p.token.kind != "close"):
        if p.token.text in COMPARED:
            raise p.fail(
                r"the language sums over all values of an index: \sum_{i=1}^{n}", p.token.start, "index",
                r"what is left out is taken off: \sum_{i,j} … - \sum_{i} …",
            )
        inside += (p.token.kind == "open") - (p.token.kind == "close")
        if p.token.text == "," and not inside:
            p.take()
            names.append([])
            continue
        names[-1].append(p.take().text)
    first: Operand | None = None
    if p.skip("="):
        first = p.sum()
    if p.token.kind != "close":
        raise p.leftover()
    p.take()
    if first is None and len(names) == 1 and len(names[0]) > 1 and all(len(text) == 1 and text.isalpha() for text in names[0]):
        names = [[text] for text in names[0]]
    return [(_index_name(p, texts, opening), first) for texts in names]


def _index_name(p: Parser, texts: list[str], opening: Tex) -> str:
    spelled = "".join(texts)
    for symbol in (*p.binders.values(), *p.scope.symbols.values()):
        if "".join(tokens_of(latex_of(symbol))) == spelled:
            return symbol.name
    name = spelled.replace("\\", "").replace("{", "").replace("}", "").removeprefix("mathit").replace(",", "_")
    if not name.isidentifier():
        raise p.fail(f"`{spelled}` is no index" if spelled else BOUNDS, opening.start, "index")
    return name
