"""What may be asked, and what a left side may name: a row a quantity."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from derive.expressions.sizes import ONE, Shape, is_column, is_scalar
from derive.values import dataclass

Shapes = Callable[[Shape, Shape, str], list[Shape]]
Along = Literal["", "first", "second", "both"]


@dataclass(frozen=True)
class Quantity:
    """One row.

    name     as `find` has it
    order    how often it differentiates
    asked    whether `find` may ask it; the others are left sides of lines
    scalar   what a function that is not scalar has none of, with its article; '' where every function has one
    each     there is one for each variable of a list, and a table of them for `answer`
    shapes   of an answer, from those of the function and of the variable and the layout; [] where there is more than one form of it
    along    the directions that its left side has: none, the first ones, the second ones, or both
    partly   its left side names its variable where there are others
    point    it has a value at a point
    start    second derivatives, stationary points and expansions start from it
    shaped   the shapes under the factors of its lines are shown where they are asked for
    title    of a passage that ends in it, '' for the passage's own
    states   what a line with this left side may state
    """

    name: str
    order: int
    asked: bool = True
    scalar: str = ""
    each: bool = False
    shapes: Shapes = lambda f, x, layout: []
    along: Along = ""
    partly: bool = False
    point: bool = True
    start: bool = False
    shaped: bool = False
    title: str = ""
    states: frozenset[str] = frozenset()


def _value(f: Shape, x: Shape, layout: str) -> list[Shape]:
    return [f]


def _variable(f: Shape, x: Shape, layout: str) -> list[Shape]:
    return [x]


def _hessian(f: Shape, x: Shape, layout: str) -> list[Shape]:
    return [(x[0], x[0])] if is_column(x) else [x]


def _jacobian(f: Shape, x: Shape, layout: str) -> list[Shape]:
    rows = f[0] if f[1] == ONE else f[1]
    across: Shape = (rows, x[0])
    down: Shape = (x[0], rows)
    return [across] if layout == "numerator" else [down] if layout == "denominator" else [across, down]


def _vectorized(f: Shape, x: Shape, layout: str) -> list[Shape]:
    return [(f[0] * f[1], x[0] * x[1])]


def _vectorized_hessian(f: Shape, x: Shape, layout: str) -> list[Shape]:
    return [(x[0] * x[1], x[0] * x[1])]


def _entries(f: Shape, x: Shape, layout: str) -> list[Shape]:
    return [x] if is_scalar(f) else []


_ROWS = (
    Quantity("derivative", 1, shapes=_value, along="first", start=True, shaped=True, title="Directional derivative",
             states=frozenset(("derivative", "differential"))),
    Quantity("differential", 1, shapes=_value, along="first", start=True, shaped=True, states=frozenset(("derivative", "differential"))),
    Quantity("gradient", 1, scalar="a gradient", each=True, shapes=_variable, partly=True, start=True, shaped=True,
             title="Gradient", states=frozenset(("gradient",))),
    Quantity("jacobian", 1, each=True, shapes=_jacobian, partly=True, start=True, shaped=True, title="Jacobian",
             states=frozenset(("jacobian",))),
    Quantity("second-derivative", 2, shapes=_value, along="both", states=frozenset(("second-derivative", "hessian"))),
    Quantity("hessian", 2, scalar="a Hessian", each=True, shapes=_hessian, along="second", partly=True, title="Hessian",
             states=frozenset(("hessian",))),
    Quantity("stationary", 2, scalar="a stationary point", each=True, shapes=_variable, point=False),
    Quantity("vectorized", 1, each=True, shapes=_vectorized, shaped=True, states=frozenset(("vectorized",))),
    Quantity("entries", 1, each=True, shapes=_entries, start=True),
    Quantity("taylor", 2, shapes=_value, states=frozenset(("taylor",))),
    Quantity("linearity", 1, point=False, start=True),
    Quantity("vectorized-hessian", 2, scalar="a Hessian", each=True, shapes=_vectorized_hessian, states=frozenset(("vectorized-hessian",))),
    # left sides that nobody asks for by name
    Quantity("value", 0, asked=False, start=True, states=frozenset(("value",))),
    Quantity("quadratic", 2, asked=False, states=frozenset(("second-derivative",))),
    Quantity("jacobian-denominator", 1, asked=False, states=frozenset(("jacobian",))),
    Quantity("jacobian-determinant", 1, asked=False),
    Quantity("vectorized-derivative", 1, asked=False, states=frozenset(("vectorized",))),
    Quantity("entry", 1, asked=False, states=frozenset(("gradient", "jacobian"))),
    Quantity("entry-array", 1, asked=False, states=frozenset(("jacobian",))),
    Quantity("second-entry", 2, asked=False, states=frozenset(("hessian",))),
)

QUANTITIES: Mapping[str, Quantity] = {row.name: row for row in _ROWS}


def states(left: str) -> frozenset[str]:
    """What a line may state whose left side is of this quantity; nothing for one that there is no row of."""
    return QUANTITIES[left].states if left in QUANTITIES else frozenset()


FIND = tuple(row.name for row in _ROWS if row.asked)
"""What may be asked, in the order in which it is listed."""
