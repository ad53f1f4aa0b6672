"""Steps, lines, chains and the derivation: frozen, well-formed by construction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from functools import cached_property
from typing import Literal

from derive.derivation.reason import Why
from derive.expressions.nodes import D, Expr, Symbol
from derive.expressions.rewrite import replace
from derive.expressions.sizes import Shape, Size
from derive.expressions.traverse import Path, at
from derive.language.problems.problem import Problem
from derive.language.problems.quantity import QUANTITIES
from derive.values import dataclass


def adjoint(name: str) -> str:
    """The name of the gradient by an intermediate of this name: δ_z of z."""
    return f"delta_{name}"


class BrokenChain(ValueError):
    """A line does not follow from the one above by its steps."""


@dataclass(frozen=True)
class Step:
    """One rule applied at one place: the subexpression `before` at `path` of the line becomes `after`."""

    before: Expr
    after: Expr
    rule: str
    path: Path
    why: Why = ()

    def apply(self, whole: Expr) -> Expr:
        """The whole with this step taken.  BrokenChain where its left side does not stand at its path, or the path leads nowhere."""
        try:
            there: Expr | None = at(whole, self.path)
        except IndexError:
            there = None
        if there is not self.before:
            raise BrokenChain(f"step {self.rule}: its left side does not stand at {self.path}")
        return replace(whole, self.path, self.after)


@dataclass(frozen=True)
class Head:
    """The left side that names what a chain derives: Df(X)[H], ∇f(X), D²f(X)[H, K], Hess f(X)[K], …

    quantity    a row of `QUANTITIES`; a Hessian is an operator with a direction, a matrix without; an entry (∂f_i/∂X_pq) has its
                indices as directions
    function    the name in the header
    wrt         the variables; one of them for a gradient by one of several
    directions  in the order in which they are written
    arguments   all variables, where `wrt` is one of several: the A, b of ∇_A f(A, b); empty when they are `wrt`
    indices     of the entry that is meant: the i, j of [Df(X)[H]]_ij
    through     the entry of an intermediate through which an `entry` goes: = Σ_k ∂f/∂g_k ∂g_k/∂X_pq is printed behind it, without Σ
                by `einstein`
    at          the values of the variables, where it is meant at one point: the 1, 2 of f(1, 2)
    """

    quantity: str
    function: str
    wrt: tuple[Symbol, ...]
    directions: tuple[Expr, ...] = ()
    arguments: tuple[Symbol, ...] = ()
    indices: tuple[Expr, ...] = ()
    through: Expr | None = None
    einstein: bool = False
    at: tuple[Expr, ...] = ()


def left_side(problem: Problem, quantity: str, wrt: tuple[Symbol, ...], second: tuple[Symbol, ...]) -> Head:
    """The left side of a result by some of the variables; `second` are the directions that a result with one direction has.

    quantity  of the result
    wrt       the variables, one or more
    """
    row = QUANTITIES[quantity]
    directions = {
        "": (), "first": problem.directions, "second": second, "both": (*problem.directions, *problem.second_directions),
    }[row.along]
    return Head(quantity, problem.name, wrt, directions, problem.wrt if row.partly and len(wrt) < len(problem.wrt) else ())


@dataclass(frozen=True)
class Partial:
    """The derivative of a definition by one of the names in it, all others fixed (of matrices with columns stacked); `quotient` says
    the same as an expression that is still pending."""

    definition: Expr
    name: Symbol
    quotient: Expr


@dataclass(frozen=True)
class Line:
    """One displayed relation; its last member is `expr`.

    left      the left side; None continues the line above
    relation  "=", "⇔", "⇒", "≻", "⪰" … between left (or the line above) and expr.  After ⇔ or ⇒ an equation stands:
              `left` and `expr` are its two sides and `equation` is True
    quantity  what it states (docs/language.md); `of` the intermediate that it is about, when not the function itself
    rule      the name of the main rule, `why` the reason as printed
    steps     the rewrites from the expression of the line above (of `start`, where given) to this one
    solution  for an equation: the values of symbols at which it holds
    free      (index, size) of free indices, those of the value first, then those of the variable: the line is about the
              whole array over them
    partial   what a row of a table of intermediates is about
    beside    an equation that is printed in front: the intermediate and its definition, in a table of them
    space     the shapes of value and variable of a derivative, printed behind as the space (p×q)×(m×n) of the whole array
    shaped    whether the shapes stand under its factors
    by        the intermediate by which the gradient is that the left side, a letter, names
    """

    expr: Expr
    rule: str
    why: Why = ()
    quantity: str = "derivative"
    left: Head | Expr | None = None
    relation: str = "="
    equation: bool = False
    of: Expr | None = None
    steps: tuple[Step, ...] = ()
    start: Expr | None = None
    solution: Mapping[Symbol, Expr] | None = None
    note: str | None = None
    free: tuple[tuple[Symbol, Size], ...] = ()
    partial: Partial | None = None
    beside: tuple[Head | Expr, Expr] | None = None
    space: tuple[Shape, Shape] | None = None
    shaped: bool = False
    by: Symbol | None = None


@dataclass(frozen=True)
class Chain:
    """Lines that follow from one another.

    quantity  the `find` key that it answers, or `lemma`
    title     a few words for the frame or the heading
    heading   the same as a reason, where an expression stands in it
    part      `test` where it classifies what other chains of the quantity found
    """

    quantity: str
    title: str
    lines: tuple[Line, ...]
    heading: Why = ()
    part: Literal["", "test"] = ""

    def __post_init__(self) -> None:
        previous: Expr | None = None
        for k, line in enumerate(self.lines):
            here = line.start if line.start is not None else previous
            if line.steps:
                if here is None:
                    raise BrokenChain(f"{self.title}, line {k + 1}: steps from nowhere")
                for step in line.steps:
                    here = step.apply(here)
                if here is not line.expr:
                    raise BrokenChain(f"{self.title}, line {k + 1} ({line.rule}): its steps do not lead to it")
            elif here is not None and line.left is None and line.relation == "=" and here is not line.expr:
                raise BrokenChain(f"{self.title}, line {k + 1} ({line.rule}): it differs from the line above without a step")
            previous = line.expr


@dataclass(frozen=True)
class Result:
    """What was asked, read off a line: `expr` is that line's expression (or the argument of its inner product).

    direction       the second direction, for the results that have one
    classification  of a stationary point minimum, maximum, saddle; undetermined where the second-order test was made and left it
                    open, none where there is no stationary point (`expr` is the gradient, which is nowhere 0), None where no test was made
    conditions      under which it holds
    free            free indices, as of a line
    equation        the right side, where the result is an equation for the stationary points, `expr` = `equation`: Su = λu, ∇f = 0
    point           a solution of that equation, by which it is checked
    subject         what a stationary point of a Lagrangian is under its constraints: the minimum subject to a'w = 1
    """

    expr: Expr
    direction: tuple[Symbol, ...] = ()
    classification: str | None = None
    conditions: tuple[Why, ...] = ()
    family: Why = ()
    free: tuple[tuple[Symbol, Size], ...] = ()
    equation: Expr | None = None
    point: Mapping[Symbol, Expr] | None = None
    subject: Why = ()


Found = Result | Mapping[str, Result] | tuple[Result, ...] | tuple[Mapping[str, Result], ...]
"""What answers a `find` key: a result, one for each variable of a list `wrt`, or several (stationary points) of either kind."""


def members(found: Found) -> list[tuple[str, Result]]:
    """Each result with the name of its variable, '' where there is one variable."""
    if isinstance(found, Result):
        return [("", found)]
    if isinstance(found, Mapping):
        return list(found.items())
    return [pair for one in found for pair in members(one)]


def of_each(found: Found, new: Callable[[Result], Result]) -> Found:
    """What was found, each result of it replaced."""

    def point(one: Result | Mapping[str, Result]) -> Result | Mapping[str, Result]:
        return new(one) if isinstance(one, Result) else {name: new(r) for name, r in one.items()}

    return tuple(map(point, found)) if isinstance(found, tuple) else point(found)  # type: ignore[return-value]


@dataclass(frozen=True)
class Derivation:
    """A problem and the chains that answer it.

    results     by quantity a Result, or one for each variable of a list `wrt`; several stationary points are a tuple
    conditions  under which the derivation holds, each a reason-like sequence of words and expressions
    where       (symbol, definition) of intermediates named on the way: S = X'AX
    remarks     what is worth saying beside it
    explained   those of them that say what its letters and signs mean
    """

    problem: Problem
    chains: tuple[Chain, ...]
    results: Mapping[str, Found]
    conditions: tuple[Why, ...] = ()
    where: tuple[tuple[Symbol, Expr], ...] = ()
    remarks: tuple[Why, ...] = field(default=())
    explained: tuple[Why, ...] = ()

    def __post_init__(self) -> None:
        stated = {line.expr for chain in self.chains for line in chain.lines}
        stated |= {child for e in tuple(stated) for child in e.children}
        for quantity, result in self.results.items():
            for _, one in members(result):
                if one.expr not in stated and (one.equation is None or one.equation not in stated):
                    raise BrokenChain(f"the {quantity} is not on any line")

    @property
    def letters(self) -> tuple[tuple[Symbol, Expr], ...]:
        """The intermediates that a reader is told of: not dQ, the derivative of what has the letter Q, nor what a table says."""
        return tuple((symbol, expr) for symbol, expr in self.where if not isinstance(expr, D) and "link" not in symbol.has)

    def free(self, result: Result) -> tuple[tuple[Symbol, Size], ...]:
        """The free indices of a result: its own, or those of the line that it stands on."""
        stating = self._free_of_lines.get(result.expr, [])
        return result.free or (() if () in stating else next(iter(stating), ()))

    @cached_property
    def _free_of_lines(self) -> dict[Expr, list[tuple[tuple[Symbol, Size], ...]]]:
        """By the expression of a line its free indices."""
        found: dict[Expr, list[tuple[tuple[Symbol, Size], ...]]] = {}
        for chain in self.chains:
            for line in chain.lines:
                found.setdefault(line.expr, []).append(line.free)
        return found


Results = dict[str, Found]
