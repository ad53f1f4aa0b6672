"""A random point with everything that letters mean at it: values, directions, definitions, layouts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field, replace
from functools import cached_property
from typing import Any

from derive.reviewing.evaluating.values import Array, Undefined, scalar
from derive.reviewing.tree import Tree, names_in
from derive.values import dataclass

Function = Callable[[Mapping[str, Array]], Array]


@dataclass(frozen=True)
class Definition:
    """What the text says that a name is: `indices` of its entries, or `parameters` of the function that it names; `at`, the declared
    letters that it is a function of."""

    tree: Tree
    indices: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    at: tuple[str, ...] = ()

    @cached_property
    def letters(self) -> frozenset[str]:
        return names_in(self.tree)


@dataclass(frozen=True)
class Layout:
    """numerator: whether ∂f/∂X of a number is turned; jacobian: whether ∂y/∂x has a row for each entry of y."""

    numerator: bool = False
    jacobian: bool = True


LAYOUTS = (Layout(False, True), Layout(True, True), Layout(False, False), Layout(True, False))


@dataclass(frozen=True)
class Meanings:
    """What does not change from point to point.

    function     the problem's function of its variables, given values of all symbols
    aliases      names of it in the text
    variables    its variables, in order
    bases        of each symbol the directions that its entries move in: of a symmetric one entry and its mirror image together
    definitions  what the text defines
    matrix_functions  exp, log of a square matrix are those of the matrix
    spectral     ‖A‖₂ of a matrix is its largest singular value
    columns      matrices of which x_i is a column
    sums_to      index → size name, where nothing but custom says how far it runs
    entrywise    functions without a formula that apply entry by entry
    paths        path → (its parameter, the value of that ↦ the path and its derivatives)
    expansions   what the text says that f is, in names that it defines: ∂f/∂r is taken of the one that holds r
    """

    function: Function
    aliases: frozenset[str]
    variables: tuple[str, ...]
    bases: Mapping[str, tuple[Array, ...]]
    definitions: Mapping[str, Definition]
    matrix_functions: bool = True
    columns: frozenset[str] = frozenset()
    sums_to: Mapping[str, str] = field(default_factory=dict)
    expansions: tuple[Tree, ...] = ()
    spectral: bool = True
    entrywise: frozenset[str] = frozenset()
    paths: Mapping[str, tuple[str, Callable[[float], tuple[Array, Array, Array]]]] = field(default_factory=dict)
    curves: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """By its step t the variable and the direction of X + tH: df/dt is along it."""
    metric: Array | None = None
    """The M of the inner product x'My under which ∇ is meant."""


@dataclass(frozen=True)
class Situation:
    """Values of the symbols and directions; `moves`: of each variable along its differential; `bound`: indices and parameters;
    `assigned`: sizes of constants that do not say theirs; `scale`: how far small things are scaled."""

    meanings: Meanings
    sizes: Mapping[str, int]
    values: Mapping[str, Array]
    moves: Mapping[str, Array]
    calls: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    bound: Mapping[str, Array] = field(default_factory=dict)
    assigned: Mapping[str, int] = field(default_factory=dict)
    layout: Layout = Layout()
    explicit: str = ""
    """Whether ∂v/∂y holds fixed what v is written in: of `all`, of what is `defined` on the way alone, or of nothing."""
    cache: dict[Any, Any] = field(default_factory=dict)

    def moved(self, changes: Mapping[str, Array], t: float) -> Situation:
        """The same with some symbols t times a change further.

        Undefined for a change of another shape.
        """
        for name, change in changes.items():
            if self.values[name].shape != change.shape:
                raise Undefined(f"a direction of {name} has its shape")
        new = {name: self.values[name] + t * change for name, change in changes.items()}
        return replace(self, values={**self.values, **new}, cache={})

    def with_values(self, values: Mapping[str, Array]) -> Situation:
        return replace(self, values={**self.values, **values}, cache={})

    def binding(self, names: Mapping[str, Array]) -> Situation:
        return replace(self, bound={**self.bound, **names})

    def at_index(self, name: str, value: int) -> Situation:
        return replace(self, bound={**self.bound, name: scalar(value)})

    def with_layout(self, layout: Layout) -> Situation:
        return self if layout == self.layout else replace(self, layout=layout, cache={})

    def assigning(self, name: str, size: int) -> Situation:
        return replace(self, assigned={**self.assigned, name: size}, cache={})

    def scaled(self, names: frozenset[str], s: float) -> Situation:
        """Directions and steps s times as long."""
        values = {name: self.values[name] * s for name in names if name in self.values}
        moves = {name: move * s for name, move in self.moves.items()} if "d" in names else self.moves
        return replace(self, values={**self.values, **values}, moves=moves, cache={})
