r"""Derivatives in a LaTeX formula: those of unnamed functions, and the pending ones of our own lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from derive.errors import DeriveError
from derive.expressions.build import ONE
from derive.expressions.nodes import Apply, D, Expr, Rate, Symbol, Unnamed
from derive.expressions.sizes import SCALAR
from derive.language.operands import Operand

if TYPE_CHECKING:
    from derive.language.latex.parser import Parser
    from derive.language.latex.tokens import Tex


def _order(p: Parser) -> int:
    """The number behind `^`, 1 when there is none."""
    if p.token.text != "^":
        return 1
    p.take()
    token = p.token
    text = p.peek()
    if text not in tuple("123456789"):
        raise p.fail("the order of a derivative is a small number", token.start, "derivative")
    p.group()
    return int(text)


def _unnamed(p: Parser, start: int) -> Unnamed:
    found = p.names.best(p.tokens, p.i)
    if found is None or not isinstance(found[1], Unnamed) or found[1].argument is None:
        raise refused(p, start)
    p.i += found[0]
    return found[1]


def refused(p: Parser, start: int) -> DeriveError:
    return p.fail("a derivative is asked for under `find`, not written in a function", start, "derivative",
                  "the derivatives of a declared `function` E are \\nabla E(x), \\mathrm{D}E(x)[h]")


def _applied(p: Parser, function: Unnamed, order: int, directions: int, start: int) -> Operand:
    """E at its argument, with the directions in [ ] when there should be some."""
    if p.opening() != "(":
        raise p.fail(f"expected `(` and the argument of {function.name}, {p.found()}", p.token.start)
    argument = p.combine.sized(p.only(p.bracket(), start))
    toward: tuple[Expr, ...] = ()
    assert function.argument is not None and function.value is not None
    adjoint = False
    if order == directions == 1 and p.token.text == "^":
        p.take()
        if p.peek() != "*":
            raise p.fail(f"expected `{{*}}` or the direction of the derivative, {p.found()}", p.token.start)
        p.group()
        adjoint = True
    if order == 2 and directions == 1 and function.value == SCALAR and p.opening() != "[":
        directions = 0
    if directions:
        if p.opening() != "[":
            raise p.fail(f"expected `[` and the direction of the derivative, {p.found()}", p.token.start)
        toward = tuple(p.combine.sized(operand) for operand in p.bracket())
    if len(toward) != directions:
        raise p.fail(f"this derivative has {directions} direction(s), not {len(toward)}", start, "arguments")
    fits, words = (function.value, "value") if adjoint else (function.argument, "argument")
    for direction in toward:
        if direction.shape != fits:
            raise p.fail(f"a direction of {function.name} has the shape of its {words}", start, "size-mismatch")
    return Operand(p.made(Apply, start, function, argument, order, toward, adjoint), start, p.last_end)


def apply_derivative(p: Parser, kind: str) -> Operand:
    r"""`\nabla E(x)`, `\nabla^{2} E(x)[h]`, `J_{E}(x)`."""
    token = p.take()
    if kind == "J":
        p.take()
        grouped = p.token.kind == "open"
        if grouped:
            p.take()
        function = _unnamed(p, token.start)
        if grouped:
            if p.token.kind != "close":
                raise p.leftover()
            p.take()
        return _applied(p, function, 1, 0, token.start)
    order = _order(p)
    function = _unnamed(p, token.start)
    if function.value != SCALAR:
        raise p.fail(f"{function.name} is not scalar: its derivative is J_{{{function.name}}}(x)", token.start, "derivative")
    return _applied(p, function, order, order - 1, token.start)


def pending(p: Parser, token: Tex, letter: str) -> Operand:
    r"""What follows `\mathrm{D}`: `E(x)[h]` of an unnamed function, `J_{E}(x)[h]`, or `(…)[H]`, a pending derivative of ours.

    letter  `D` or `d`, as it was written
    """
    if letter == "d" and not p.own:
        raise refused(p, token.start)
    order = _order(p)
    if p.token.text == "J" and p.ahead().text == "_":
        p.take()
        p.take()
        first, last = p.group()
        end, p.i = p.i, first
        function = _unnamed(p, token.start)
        if p.i != last:
            raise refused(p, token.start)
        p.i = end
        return _applied(p, function, order + 1, order, token.start)
    found = p.names.best(p.tokens, p.i)
    if found is not None and isinstance(found[1], Unnamed) and found[1].argument is not None:
        return _applied(p, _unnamed(p, token.start), order, order, token.start)
    if not p.own or order != 1:
        raise refused(p, token.start)
    return _toward(p, token)


def _toward(p: Parser, token: Tex) -> Operand:
    """`(…)[H]`: what is differentiated, and the directions in which our own line moves its variables."""
    if p.opening() == "(":
        arg = p.combine.sized(p.only(p.bracket(), token.start))
    else:
        arg = p.combine.sized(p.atom())
    if p.opening() != "[":
        raise p.fail(f"expected `[` and the direction, {p.found()}", p.token.start)
    directions = [p.combine.sized(operand) for operand in p.bracket()]
    moves = []
    rest = list(p.moves)
    for direction in directions:
        move = next((m for m in rest if m[1] is direction), None)
        if move is None:
            raise p.fail("no variable moves in this direction", token.start, "derivative")
        rest.remove(move)
        moves.append(move)
    return Operand(p.made(D, token.start, arg, tuple(moves)), token.start, p.last_end)


def _parameter(p: Parser) -> Symbol:
    """The t of d/dt, from its tokens in a denominator."""
    for symbol in p.binders.values():
        from derive.expressions.spelling import latex_of
        from derive.language.latex.tokens import spelled

        key = spelled(latex_of(symbol))
        if tuple(t.text for t in p.tokens[p.i : p.i + len(key)]) == key:
            p.i += len(key)
            return symbol
    found = p.names.best(p.tokens, p.i)
    if found is not None and isinstance(found[1], Symbol):
        p.i += found[0]
        return found[1]
    token = p.take()
    out: Symbol = Symbol(token.text.lstrip("\\"), SCALAR)
    return out


def _begins_partial(p: Parser) -> bool:
    return p.token.text == r"\partial" and p.ahead().kind == "open" and p.ahead(2).text == r"\partial"


def _scalar_partial(p: Parser) -> tuple[Symbol, int] | None:
    r"""(x, 1) of `\frac{\partial}{\partial x}`, behind the name of the macro, when x moves by 1."""
    if not _begins_partial(p):
        return None
    i = p.i
    p.i += 3
    symbol = _parameter(p) if p.token.text != "(" else None
    if symbol is None or p.token.kind != "close":
        p.i = i
        return None
    p.take()
    here = p.i
    if p.opening() != "(":
        p.i = i
        return None
    if (symbol, ONE) not in p.moves:
        p.bracket()
        if p.opening() == "[":
            p.i = i
            return None
    p.i = here
    return symbol, 1


def _operator(p: Parser, partial: bool = False) -> tuple[Symbol, int] | None:
    r"""(t, k) of `\frac{\mathrm{d}^{k}}{\mathrm{d} t^{k}}` when it begins here, which is then gone past."""
    i = p.i
    if partial and (found := _scalar_partial(p)) is not None:
        return found
    if p.token.text == r"\frac":
        p.take()
    if p.token.kind != "open" or p.ahead().text != r"\mathrm" or p.ahead(2).text != "d":
        p.i = i
        return None
    p.i += 3
    order = _order(p)
    if p.token.kind != "close" or p.ahead().kind != "open" or p.ahead(2).text != r"\mathrm" or p.ahead(3).text != "d":
        p.i = i
        return None
    p.i += 4
    symbol = _parameter(p)
    if _order(p) != order or p.token.kind != "close":
        p.i = i
        return None
    p.take()
    return symbol, order


def rate_fraction(p: Parser, token: Tex) -> Operand | None:
    r"""`\frac{\mathrm{d}}{\mathrm{d} x}(…)`, behind the name of the macro: a pending derivative by a scalar that moves by 1."""
    i = p.i
    found = _operator(p, partial=p.own)
    if found is None:
        return _partial(p, token) if p.own else None
    symbol, order = found
    if not p.own or order != 1 or p.opening() != "(":
        p.i = i
        raise refused(p, token.start)
    arg = p.combine.sized(p.only(p.bracket(), token.start))
    return Operand(p.made(D, token.start, arg, ((symbol, ONE),)), token.start, p.last_end)


def _partial(p: Parser, token: Tex) -> Operand | None:
    r"""`\frac{\partial}{\partial X}(…)[H]`, behind the name of the macro: our own pending derivative by a matrix."""
    if not _begins_partial(p):
        return None
    p.take()
    p.group()
    return _toward(p, token)


def rate(p: Parser) -> Operand:
    r"""`\left. \frac{\mathrm{d}}{\mathrm{d} t} … \right|_{t=0}`."""
    token = p.token
    p.deeper(token.start)
    p.i += 2
    parameters: list[Symbol] = []
    while (found := _operator(p)) is not None:
        parameters.extend([found[0]] * found[1])
    if not parameters or not p.own:
        raise refused(p, token.start)
    added = [s for s in dict.fromkeys(parameters) if s.name not in p.scope.symbols]
    from derive.expressions.spelling import latex_of

    for symbol in added:
        p.names.add(symbol.name, latex_of(symbol), symbol)
    bars, p.bars = p.bars, []
    body = p.combine.sized(p.sum())
    p.bars = bars
    for symbol in added:
        p.names.remove(symbol)
    p.expect(r"\right", "at the end of what is differentiated")
    p.expect("|", "at the end of what is differentiated")
    p.expect("_", "and the place, t=0")
    p.group()
    p.depth -= 1
    return Operand(p.made(Rate, token.start, body, tuple(parameters)), token.start, p.last_end)
