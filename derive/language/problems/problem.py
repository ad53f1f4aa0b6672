"""What a problem file says, as frozen values: the input of the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from fractions import Fraction
from typing import Literal

from derive.errors import Position
from derive.expressions.nodes import Expr, Symbol, Unnamed
from derive.expressions.sizes import Size
from derive.values import dataclass

Numbers = Fraction | tuple[Fraction, ...] | tuple[tuple[Fraction, ...], ...]
"""A number, a vector, or a matrix by its rows."""
Kind = Literal["declaration", "function", "expression"]
"""What a name under `variants` stands for."""


@dataclass(frozen=True)
class SizeRelation:
    """`m >= n`, `p = 3`: op is one of = >= <= > <."""

    left: Size
    op: str
    right: Size


@dataclass(frozen=True)
class Part:
    """(a), (b), …: its own statement, points and what it asks; `ask` as of `Options`."""

    find: tuple[str, ...]
    points: str | None = None
    statement: str | None = None
    hint: str | None = None
    ask: str = "find"


@dataclass(frozen=True)
class Wanted:
    """One figure as it was asked for.

    range    by name of an axis from where to where; under '' for the only one
    of       of `shapes`: `function`, or a quantity of `find` whose result is meant; '' leaves it to the figure
    caption  in the author's words, '' for the figure's own
    """

    kind: str
    where: Position
    range: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    of: str = ""
    caption: str = ""


@dataclass(frozen=True)
class Choice:
    """A name under `variants`, and which of its values this problem has.

    number, count  the value is the one of this number, from 0, of so many
    text           the value as the author wrote it
    value          what it is: an expression, the name of a function, or None for a declaration
    """

    name: str
    kind: Kind
    number: int
    count: int
    text: str
    value: Expr | str | None = None


@dataclass(frozen=True)
class Options:
    """What a problem file says beside the mathematics of its function.

    layout_named   whether the author chose the layout, so that settings do not
    order          of `taylor`
    indices        `sums`, or `einstein`
    shapes         whether shapes stand under the factors
    at             by symbol the numbers of a point; `data` those of the columns and of the symbols that they fill, and `columns` the
                   texts of the columns of a matrix
    notation       setting -> word, of this file alone
    figures        in the order in which they are drawn
    variants       the values that this problem has of those under `variants`
    claim          a derivation in LaTeX, to be reviewed
    ask            how the question is put: `find`; `show`, that the author's answers hold; `false`: in the author's words alone
    colours        letter -> the colour that it keeps
    stacked        whether a Jacobian was asked of a matrix, or by one: the answer is the vectorized derivative
    """

    tags: tuple[str, ...] = ()
    level: str | None = None
    points: str | None = None
    layout_named: bool = False
    order: int = 2
    indices: str = "sums"
    shapes: bool = False
    at: Mapping[str, Numbers] = field(default_factory=dict)
    data: Mapping[str, Numbers] = field(default_factory=dict)
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notation: Mapping[str, str] = field(default_factory=dict)
    figures: tuple[Wanted, ...] = ()
    variants: tuple[Choice, ...] = ()
    claim: str = ""
    ask: str = "find"
    colours: Mapping[str, str] = field(default_factory=dict)
    stacked: bool = False


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
    options    what the file says beside the mathematics
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
    options: Options = field(default_factory=Options)
    positions: Mapping[str, Position] = field(default_factory=dict)
    text: str = ""
    file: str = ""

    def is_member(self, x: Symbol) -> bool:
        """Whether a variable is one member of a declared family, K_1 of K_i."""
        base, _, k = x.name.rpartition("_")
        return x in self.wrt and k.isdecimal() and base in self.symbols

    @property
    def title(self) -> str:
        return self.prose.get("title", self.id)
