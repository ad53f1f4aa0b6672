"""What a problem file says, as frozen values: the input of the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from derive.errors import Position
from derive.expressions.nodes import Expr, Symbol, Unnamed
from derive.expressions.sizes import Size

FIND = (
    "derivative", "differential", "gradient", "jacobian", "second-derivative", "hessian", "stationary", "vectorized",
    "entries", "taylor", "linearity", "vectorized-hessian",
)
"""What may be asked."""


@dataclass(frozen=True)
class SizeRelation:
    """`m >= n`, `p = 3`: op is one of = >= <= > <."""

    left: Size
    op: str
    right: Size


@dataclass(frozen=True)
class Part:
    """(a), (b), …: its own statement, points and what it asks."""

    find: tuple[str, ...]
    points: str | None = None
    statement: str | None = None
    hint: str | None = None


@dataclass(frozen=True)
class Problem:
    """One problem, resolved: names bound, shapes checked.

    name       of the function in its header, `f` when there is none
    function   the expression as written; the names of `let` stand in it as symbols
    let        (symbol, definition) in order; a definition may hold earlier ones
    wrt        the variables; `wrt_list` says whether the author gave a list
    directions, second_directions   a symbol for each variable, of its shape, with the structure's properties
                                    (symmetric for spd, …); a scalar variable without a named direction moves by 1
    symbols    every declared symbol; `unnamed` the functions without a formula
    answer     by quantity an expression, or one for each variable
    prose      title, statement, hint, remark, notes, source: as the author wrote them
    reasons    rule name -> the author's words; `hide` rule names
    options    further keys as text or plain data: layout, order, at, data, tags, points, level, notation; `figure` a tuple of
               problem_figure.Wanted, `variants` a tuple of variants.Choice
    positions  where each key stands, for messages: `function`, `find`, `answer.gradient`, `symbols.X`, …
    text       the source text, for messages
    """

    id: str
    function: Expr
    wrt: tuple[Symbol, ...]
    directions: tuple[Symbol, ...]
    second_directions: tuple[Symbol, ...]
    find: tuple[str, ...]
    symbols: Mapping[str, Symbol]
    name: str = "f"
    wrt_list: bool = False
    direction_named: bool = False
    unnamed: Mapping[str, Unnamed] = field(default_factory=dict)
    let: tuple[tuple[Symbol, Expr], ...] = ()
    sizes: tuple[SizeRelation, ...] = ()
    method: str = "directional"
    further_methods: tuple[str, ...] = ()
    layout: str = "numerator"
    inner_product: Expr | None = None
    detail: str = "normal"
    hide: frozenset[str] = frozenset()
    reasons: Mapping[str, str] = field(default_factory=dict)
    answer: Mapping[str, Expr | Mapping[str, Expr]] = field(default_factory=dict)
    prose: Mapping[str, str] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    positions: Mapping[str, Position] = field(default_factory=dict)
    text: str = ""
    file: str = ""

    @property
    def title(self) -> str:
        return self.prose.get("title", self.id)
