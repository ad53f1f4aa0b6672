"""Sizes that a LaTeX formula does not say: the n of e_i in R^n is told by what stands beside it."""

from __future__ import annotations

from collections.abc import Mapping

from derive.expressions.nodes import Expr, Ones, Unit, Zeros
from derive.expressions.rewrite import transform
from derive.expressions.sizes import ONE, SCALAR, Shape, Size, is_scalar
from derive.language.operands import Operand

UNKNOWN = "?"
"""What the name of a size that is not known yet begins with."""


def unknown_size(offset: int) -> Size:
    """A size to be found out, for a unit vector at this place of the text."""
    return Size.of(f"{UNKNOWN}{offset}")


def unknowns(size: Size) -> str | None:
    """The name when this is a size that is not known yet."""
    name = str(size)
    return name if name.startswith(UNKNOWN) else None


def bind(expr: Expr, sizes: Mapping[str, Size]) -> Expr:
    """The expression with its unknown sizes replaced."""
    def visit(node: Expr) -> Expr:
        if isinstance(node, (Ones, Zeros)):
            return type(node)((node.dims[0].substitute(sizes), node.dims[1].substitute(sizes)))
        return Unit(node.index, node.size.substitute(sizes)) if isinstance(node, Unit) else node

    return transform(expr, visit)


def unify(left: Size, right: Size) -> dict[str, Size]:
    """The values under which two sizes are equal, as far as one of them is unknown."""
    if left == right:
        return {}
    for one, other in ((left, right), (right, left)):
        name = unknowns(one)
        if name is not None and other != ONE:
            return {name: other}
    return {}


def bound(operand: Operand, sizes: Mapping[str, Size]) -> Operand:
    return operand._replace(value=bind(operand.value, sizes)) if isinstance(operand.value, Expr) else operand


def match_sum(terms: list[Operand]) -> list[Operand]:
    """The terms of a sum, unknown sizes told by the other terms."""
    for _ in range(2 * len(terms)):
        shapes = [t.value.shape for t in terms if isinstance(t.value, Expr)]
        found: dict[str, Size] = {}
        for shape in shapes[1:]:
            found = unify(shapes[0][0], shape[0]) or unify(shapes[0][1], shape[1])
            if found:
                break
        if not found:
            return terms
        terms = [bound(t, found) for t in terms]
    return terms


def match_product(factors: list[Operand]) -> list[Operand]:
    """The factors of a product, unknown sizes told by their neighbours."""
    for _ in range(2 * len(factors)):
        running: Shape = SCALAR
        found: dict[str, Size] = {}
        for factor in factors:
            if not isinstance(factor.value, Expr) or factor.value.is_scalar:
                continue
            shape = factor.value.shape
            if not is_scalar(running):
                found = unify(running[1], shape[0])
                if found:
                    break
                shape = (running[0], shape[1])
            running = shape
        if not found:
            return factors
        factors = [bound(f, found) for f in factors]
    return factors
