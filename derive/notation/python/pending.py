"""Derivatives that are still to be taken: their difference quotients, and what moves with a parameter."""

from __future__ import annotations

from collections.abc import Callable

from derive.expressions.nodes import D, Expr, Symbol
from derive.notation.python.identifiers import identifier

FIRST_DIFFERENCE = "(lambda F: (8*(F(1e-3)-F(-1e-3))-(F(2e-3)-F(-2e-3)))/12e-3)"
"""Fourth order: error h⁴/30 f⁽⁵⁾ + ε|f|/h, about 1e-12 for smooth functions of moderate size."""
NESTED_DIFFERENCE = "(lambda F: (45*(F(5e-3)-F(-5e-3))-9*(F(1e-2)-F(-1e-2))+(F(15e-3)-F(-15e-3)))/0.3)"
"""Sixth order, for a derivative of a derivative: two of them round as (4ε|f|/h)², about 1e-11."""
SECOND_DIFFERENCE = "(lambda F: (2*(F(3e-2)+F(-3e-2))-27*(F(2e-2)+F(-2e-2))+270*(F(1e-2)+F(-1e-2))-490*F(0.0))/180e-4)"
"""Sixth order: error h⁶/560 f⁽⁸⁾ + 6ε|f|/h², about 1e-11: the rounding of a linear function is small against the function."""


def derivative_name(name: str, order: int) -> str:
    return name if order == 0 else f"d{name}" if order == 1 else f"d{order}{name}"


def moved_path(path: str, order: int, step: str) -> str:
    """A(t + τ) = A + τ dA + τ²/2 d2A to second order, which is all that a derivative at τ = 0 sees of it.

    path   the name A
    order  of the derivative that moves: 0 for A itself
    step   τ, as NumPy source
    """
    value, first, second = (identifier(derivative_name(path, k)) for k in range(3))
    if order == 0:
        return f"{value} + {step} * {first} + {step}**2 / 2 * {second}"
    return f"{first} + {step} * {second}" if order == 1 else identifier(derivative_name(path, order))


def paths(
    expr: Expr, parameter: Symbol, definition: Callable[[str], Expr | None]
) -> set[tuple[str, int]]:
    """The paths A(t) in an expression, or in the definitions that it uses, each with its order; where t moves in a
    derivative inside, dA is used there as well.

    definition  by name what an intermediate stands for; None for what is none
    """
    found: set[tuple[str, int]] = set()
    seen: set[Expr] = set()
    again = False
    stack = [expr]
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        if isinstance(node, Symbol):
            if node.of == parameter.name:
                found.add((node.path or node.name, node.order))
            inlined = definition(node.name)
            if inlined is not None:
                stack.append(inlined)
        elif isinstance(node, D):
            again = again or any(symbol is parameter for symbol, _ in node.moves)
        stack.extend(node.children)
    return found | {(path, order + 1) for path, order in found if again and order < 2}
