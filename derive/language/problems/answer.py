"""The author's own results: `answer`, parsed and held against the shape that each quantity has."""

from __future__ import annotations

from collections.abc import Mapping

from derive.errors import Position
from derive.expressions.build import ZERO, zero
from derive.expressions.nodes import Expr, Symbol
from derive.expressions.sizes import Shape, show
from derive.language.problems.find import answered_by
from derive.language.problems.function import Bindings
from derive.language.problems.quantity import FIND, QUANTITIES
from derive.language.words import closest
from derive.language.yaml.nodes import Node


def read_answers(
    node: Node | None,
    asked: tuple[str, ...],
    function: Expr,
    wrt: tuple[Symbol, ...],
    wrt_list: bool,
    directions: tuple[Symbol, ...],
    layout: str,
    bindings: Bindings,
) -> dict[str, Expr | Mapping[str, Expr]]:
    """By quantity an expression, or one for each variable of a list.

    node        the value of `answer`; None where there is none
    asked       the quantities of the problem
    wrt         the variables
    wrt_list    whether the author gave a list of them, and so lists of answers
    directions  the first and the second ones, which an answer may name
    layout      `numerator` or `denominator`, in which a Jacobian is given
    """
    if node is None:
        return {}
    names = [*directions]
    out: dict[str, Expr | Mapping[str, Expr]] = {}
    for said, (key, value) in node.mapping("`answer`").items():
        quantity = answered_by(said, function, wrt)
        if quantity not in FIND:
            guess = closest(quantity, FIND)
            raise key.error(
                f"`answer` does not know `{quantity[:40]}`" + (f"; did you mean `{guess}`?" if guess else ""),
                code="unknown-key", hint=f"its keys are what `find` asks for: {', '.join(asked)}",
            )
        if quantity not in asked:
            raise key.error(
                f"an answer is given for {quantity}, which `find` does not ask for", code="answer-unasked",
                hint=f"find: [{', '.join((*asked, quantity))}]",
            )
        out[quantity] = _of_quantity(quantity, value, function, wrt, wrt_list, names, layout, bindings)
    return out


def read_part_answers(
    node: Node | None,
    whole: Mapping[str, Expr | Mapping[str, Expr]],
    function: Expr,
    wrt: tuple[Symbol, ...],
    wrt_list: bool,
    directions: tuple[Symbol, ...],
    layout: str,
    bindings: Bindings,
) -> tuple[dict[str, Expr | Mapping[str, Expr]], dict[str, Position]]:
    """The answers that stand in `parts`, by quantity, and where each stands.

    node        the value of `parts`; None where there is none
    whole       the answers that stand under `answer`
    wrt         the variables
    wrt_list    whether the author gave a list of them
    directions  the first and the second ones, which an answer may name
    layout      `numerator` or `denominator`, in which a Jacobian is given

    A part that asks one thing may give its answer without naming it.  DeriveError when a quantity has two answers.
    """
    out: dict[str, Expr | Mapping[str, Expr]] = {}
    places: dict[str, Position] = {}
    for part in node.items if node is not None else ():
        keys = part.mapping("a part")
        if "answer" not in keys:
            continue
        find = read_words(keys["find"][1])
        value = keys["answer"][1]
        named = value.mapping("`answer`") if value.kind == "mapping" else {}
        if len(find) == 1 and not named.keys() & set(FIND):
            given = {find[0]: (keys["answer"][0], value)}
        elif not named:
            raise value.error("this part asks for several things: which of them is this?", code="answer",
                              hint=f"answer: {{{find[0]}: …}}")
        else:
            given = named
        for quantity, (key, one) in given.items():
            if quantity not in find:
                guess = closest(quantity, find)
                raise key.error(
                    f"an answer is given for {quantity[:40]}, which this part does not ask for"
                    + (f"; did you mean `{guess}`?" if guess else ""), code="answer-unasked",
                )
            if quantity in whole or quantity in out:
                raise key.error(f"the {quantity} has an answer already", code="answer")
            quantity = answered_by(quantity, function, wrt)
            out[quantity] = _of_quantity(quantity, one, function, wrt, wrt_list, [*directions], layout, bindings)
            places[f"answer.{quantity}"] = one.position
            if one.kind == "mapping":
                places |= {f"answer.{quantity}.{name}": v.position for name, (_, v) in one.mapping("`answer`").items()}
    return out, places


def read_words(node: Node) -> tuple[str, ...]:
    return tuple(item.words("`find`").strip() for item in node.entries("`find`"))


def _of_quantity(
    quantity: str, value: Node, function: Expr, wrt: tuple[Symbol, ...], wrt_list: bool, directions: list[Symbol],
    layout: str, bindings: Bindings,
) -> Expr | Mapping[str, Expr]:
    if quantity == "linearity":
        raise value.error("linearity is shown, and has no answer of its own", code="answer")
    names = [*directions]
    if quantity == "differential":
        names += [_differential(v) for v in wrt]
    if value.kind == "mapping":
        return _by_variable(quantity, value, function, wrt, wrt_list, names, layout, bindings)
    if wrt_list and len(wrt) > 1 and QUANTITIES[quantity].each:
        example = ", ".join(f"{v.name}: …" for v in wrt)
        raise value.error(f"the {quantity} is one expression for each variable: {{{example}}}", code="answer")
    return _answer(quantity, value, function, wrt[0], names, layout, bindings)


def _differential(variable: Symbol) -> Symbol:
    from derive.language.problems.declarations import direction_symbol

    return direction_symbol(variable, f"d{variable.name}")


def _by_variable(
    quantity: str, node: Node, function: Expr, wrt: tuple[Symbol, ...], wrt_list: bool, names: list[Symbol],
    layout: str, bindings: Bindings,
) -> dict[str, Expr] | Expr:
    variables = {v.name: v for v in wrt}
    if not QUANTITIES[quantity].each:
        raise node.error(f"the {quantity} is one expression, not one for each variable", code="answer")
    pairs = node.known(f"the answer for {quantity}", variables)
    out = {
        name: _answer(quantity, pairs[name][1], function, variables[name], names, layout, bindings) for name in pairs
    }
    if not wrt_list and len(out) == 1:
        return next(iter(out.values()))
    return out


def _answer(
    quantity: str, node: Node, function: Expr, variable: Symbol, names: list[Symbol], layout: str, bindings: Bindings
) -> Expr:
    text = node.words(f"the answer for {quantity}")
    shapes = QUANTITIES[quantity].shapes(function.shape, variable.dims, layout)
    expr = bindings.parse(text, node.origin, names, shapes[0] if shapes else None)
    if not shapes or expr.shape in shapes:
        return expr
    if expr is ZERO:
        return zero(shapes[0])
    raise node.error(
        f"the {quantity} is {' or '.join(dict.fromkeys(show(s) for s in shapes))}, and this answer is {show(expr.shape)}",
        code="size-mismatch", hint=_hint(quantity, expr.shape, shapes, variable),
    )


def _hint(quantity: str, found: Shape, shapes: list[Shape], variable: Symbol) -> str | None:
    if (found[1], found[0]) in shapes:
        return "did you mean the transpose?"
    return f"the gradient has the shape of {variable.name}" if quantity == "gradient" else None
