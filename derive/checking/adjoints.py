"""A backward pass through many intermediates, checked locally: in time linear in their number, however deep it is.

A line that names the gradient δ_u of f by an intermediate u is true exactly where, for every value of the gradients δ_v of
those v that u goes into, δ_u is what the chain rule makes of them: ⟨δ_u, h⟩ = Σ ⟨δ_v, Dv[h]⟩ along every h, with Dv the derivative of
v's own definition.  That is held against difference quotients of the definitions as the user wrote them, with random δ_v: nothing
vanishes or explodes on the way through a thousand layers.  By induction from the outermost function all of them are right, and with
them the gradients by the variables.  Likewise dv, the derivative of an intermediate along all directions, for random du.
Source: Griewank & Walther, Evaluating Derivatives (2008), ch. 3.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from types import CodeType
from typing import Any

import numpy as np

from derive.checking.evaluation import NAMESPACE, Estimate, Unevaluable, derivative, evaluate, largest
from derive.checking.intermediates import INLINED, letters, plain
from derive.checking.line import groups, site_at
from derive.checking.random_arrays import Array, Style, array_shape, direction, draw
from derive.checking.sampling import Point, candidates, speed
from derive.checking.statements import DIRECTIONS, FIRST, Outcome, compare
from derive.derivation.derivation import Derivation, Head, Line
from derive.errors import DeriveError
from derive.expressions.build import terms
from derive.expressions.nodes import D, Expr, Symbol
from derive.language.problems.problem import Problem
from derive.notation.python.identifiers import identifier
from derive.notation.python.run import compiled, quiet
from derive.notation.python.source import NO_NAMES, Names
from derive.values import dataclass

MODERATE = (1e-2, 1e2)
"""The size of the largest entry of an intermediate that is used as it is; another one is brought to size 1."""

PAIRED = 100.0
"""A pairing is held against its own value, or a hundredth of the largest entries multiplied (1e-4 of this): its terms may cancel."""


@dataclass(frozen=True)
class Backward:
    """A derivation by a backward pass.

    arrows    by the name of a letter dv the intermediate v, None for f itself
    adjoints  by the name of an intermediate u the letter δ_u
    """

    problem: Problem
    lets: Mapping[str, tuple[Symbol, Expr]]
    arrows: Mapping[str, Symbol | None]
    adjoints: Mapping[str, Symbol]

    def consumers(self, name: str) -> Sequence[str | None]:
        """The intermediates in whose definitions a name stands, None for the function itself."""
        return self._used.get(name, ())

    @cached_property
    def _used(self) -> dict[str, list[str | None]]:
        found: dict[str, list[str | None]] = {}
        for v, (_, definition) in self.lets.items():
            for name in definition.free:
                found.setdefault(name, []).append(v)
        for name in self.problem.function.free:
            found.setdefault(name, []).append(None)
        return found

    @cached_property
    def letters_of(self) -> dict[str, str]:
        """By the name of a variable its direction, by that of an intermediate its letter dv."""
        directions = {x.name: h.name for x, h in zip(self.problem.wrt, self.problem.directions, strict=True)}
        return directions | {u.name: arrow for arrow, u in self.arrows.items() if u is not None}

    def definition(self, v: str | None) -> Expr:
        return self.problem.function if v is None else self.lets[v][1]


def backward_pass(derivation: Derivation) -> Backward | None:
    """The derivation as a backward pass; None where it is none, or a short one, which is checked as a whole."""
    problem = derivation.problem
    if len(problem.let) <= INLINED or not problem.function.is_scalar or any(s.of is not None for s in problem.symbols.values()):
        return None
    lets = {u.name: (u, definition) for u, definition in problem.let}
    arrows: dict[str, Symbol | None] = {}
    for name, node in letters(Names(derivation.where)).items():
        if node.arg is not problem.function and not (isinstance(node.arg, Symbol) and node.arg.name in lets):
            return None
        arrows[name] = node.arg if isinstance(node.arg, Symbol) else None
    defined = dict(derivation.where)
    adjoints: dict[str, Symbol] = {}
    for chain in derivation.chains:
        for line in chain.lines:
            if line.by is not None:
                if not isinstance(line.left, Symbol) or defined.get(line.left) is not line.expr or line.by.name in adjoints:
                    return None
                adjoints[line.by.name] = line.left
    told = {*arrows, *(g.name for g in adjoints.values())}
    if not adjoints or any(s.name not in told for s in defined) or any(d.pending and not isinstance(d, D) for d in defined.values()):
        return None
    return Backward(problem, lets, arrows, adjoints)


@dataclass(frozen=True)
class Place:
    """One random point, with values for every letter.

    namespace  by identifier; the letters of derivatives and gradients are random
    own        by name the value of an intermediate by its definition, where the one that goes on was brought to size 1
    """

    of: Backward
    point: Point
    namespace: dict[str, Any]
    own: Mapping[str, Any]

    def value(self, expr: Expr, owners: tuple[str | None, ...] = (), known: Mapping[str, Any] | None = None) -> Array:
        """The value of an expression, the intermediates `owners` by their definitions.

        known  values of intermediates that are given; None: all by their definitions
        """
        code = compiled(expr, NO_NAMES)
        used = {name: self.namespace[name] for name in _names(code) if name in self.namespace} | NAMESPACE
        namespace = {**used, **{identifier(v): self.own[v] for v in owners if v is not None and v in self.own}, **(known or {})}
        return evaluate(code, namespace, array_shape(expr.shape, self.point.sizes))

    def along(self, v: str | None, moves: Mapping[str, Any]) -> Estimate:
        """The derivative of the definition of v along moves of the names in it, all by themselves."""
        definition = self.of.definition(v)
        code, shape = compiled(definition, NO_NAMES), array_shape(definition.shape, self.point.sizes)
        moving = {identifier(name): h for name, h in moves.items() if name in definition.free}
        if not moving:
            return Estimate(np.zeros(shape), 0.0)
        base = {name: self.namespace[name] for name in _names(code) if name in self.namespace} | NAMESPACE

        def at(t: float) -> Array:
            return evaluate(code, {**base, **{name: base[name] + t * h for name, h in moving.items()}}, shape)

        return derivative(at, 1, speed(moving), 1e-9)


def _names(code: CodeType) -> Iterator[str]:
    """The names that compiled source looks up, also inside a lambda or a comprehension."""
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner)


def places(of: Backward, count: int, seed: tuple[int, ...]) -> list[Place]:
    """`count` random points with all intermediates finite.  DeriveError `no-point` when there is none.

    seed  of the random numbers
    """
    out: list[Place] = []
    with quiet():
        for k in range(count):
            for point in candidates(of.problem, (*seed, k), k % 2):
                try:
                    out.append(_place(of, point))
                except Unevaluable:
                    continue
                break
            else:
                raise DeriveError("no random point was found at which every intermediate is defined", code="no-point",
                                  where=of.problem.positions.get("function"))
    return out


def _place(of: Backward, point: Point) -> Place:
    """The point with weights of gain about 1, its intermediates one after the other, and random letters."""
    values = dict(point.values)
    for name, symbol in of.problem.symbols.items():
        if np.ndim(values[name]) == 2 and not symbol.has:
            values[name] = values[name] / np.sqrt(np.shape(values[name])[1])
    point = point.with_values(values)
    namespace, own = dict(point.namespace), {}
    rng = point.random("letters")
    for name, (symbol, definition) in of.lets.items():
        shape = array_shape(symbol.shape, point.sizes)
        value = plain(evaluate(compiled(definition, NO_NAMES), namespace, shape))
        size = largest(value)
        if not MODERATE[0] <= size <= MODERATE[1]:
            own[name] = value
            value = value / size if size > 1e-200 else draw(symbol.has, shape, rng, Style(full=True))
        namespace[identifier(name)] = value
    evaluate(compiled(of.problem.function, NO_NAMES), namespace, ())
    for arrow, u in of.arrows.items():
        if u is not None:
            namespace[identifier(arrow)] = direction(u.has, namespace[identifier(u.name)], rng)
    for g in of.adjoints.values():
        namespace[identifier(g.name)] = draw(g.has, array_shape(g.shape, point.sizes), rng, Style(full=True))
    return Place(of, point, namespace, own)


# ------------------------------------------------------------------------------------------------ what a line states
def check_line(place: Place, line: Line, left: Head | Expr | None) -> Outcome | None:
    """How far a line is from what it states; `left` is its own left side or the one that it continues.  None: it is no line of
    a backward pass."""
    of = place.of
    if line.by is not None:
        return _gradient(place, line.by, place.value(line.expr, tuple(of.consumers(line.by.name))))
    if line.equation:
        return _pairing(place, line) if isinstance(line.left, Expr) else None
    if isinstance(left, Symbol) and left.name in of.arrows:
        u = of.arrows[left.name]
        v = None if u is None else u.name
        got = place.value(line.expr, (v,))
        return compare(got, place.along(v, _moves(place, v)), largest(got), 1, "difference quotients of the definition")
    if isinstance(left, Head):
        return check_statement(place, left, line.expr)
    return None


def check_statement(place: Place, head: Head, expr: Expr) -> Outcome | None:
    """Of ∇_W f = …, of Df[H] = …

    place  the point, with what is known of the intermediates there
    head   the left side
    expr   what it is said to be

    None where the left side is neither.
    """
    if head.quantity == "gradient" and len(head.wrt) == 1:
        x = head.wrt[0]
        got = place.value(expr, tuple(place.of.consumers(x.name)))
        return _gradient(place, x, got)
    if head.quantity in ("derivative", "differential"):
        moves = groups(site_at(place.of.problem, NO_NAMES, place.point), head)[0]
        owners = tuple(v for name in moves for v in place.of.consumers(name))
        want = _total(place, moves, owners)
        got = np.asarray(sum(place.value(term, _owners(place, term)) for term in terms(expr)))
        return compare(got, want, largest(got), 1, "difference quotients of the definitions")
    return None


def _owners(place: Place, term: Expr) -> tuple[str | None, ...]:
    """The intermediates that the variables go into along whose directions a term is."""
    problem = place.of.problem
    along = [x.name for x, h in zip(problem.wrt, problem.directions, strict=True) if h.name in term.free]
    return tuple(v for name in along for v in place.of.consumers(name))


def _moves(place: Place, v: str | None) -> dict[str, Any]:
    """The variables in the definition of v along their directions, the intermediates in it along their letters."""
    free, letters_of = place.of.definition(v).free, place.of.letters_of
    return {name: place.namespace[identifier(letters_of[name])] for name in free if name in letters_of}


def _total(place: Place, moves: Mapping[str, Any], owners: tuple[str | None, ...]) -> Estimate:
    """Σ ⟨δ_v, Dv[moves]⟩ over the intermediates that what moves goes into."""
    total = Estimate(np.asarray(0.0), 0.0)
    for v in dict.fromkeys(owners):
        if v is not None and v not in place.of.adjoints:
            continue  # f does not depend on it
        found = place.along(v, moves)
        weight = 1.0 if v is None else place.namespace[identifier(place.of.adjoints[v].name)]
        pairing = Estimate(np.asarray(np.sum(weight * found.value)), found.error * float(np.sum(np.abs(weight))))
        total = total.combined(pairing, 1.0, 1.0)
    return total


def _gradient(place: Place, x: Symbol, got: Array) -> Outcome:
    """⟨G, h⟩ = Σ ⟨δ_v, Dv[h]⟩ along random directions h of x."""
    at = place.namespace[identifier(x.name)]
    if np.shape(got) != np.shape(at):
        return Outcome(float("inf"), FIRST, "", f"its shape is not that of {x.name}")
    owners = tuple(place.of.consumers(x.name))
    worst: Outcome | None = None
    for k in range(DIRECTIONS):
        h = direction(x.has, at, place.point.random(x.name, f"local {k}"))
        want = _total(place, {x.name: h}, owners)
        mine = np.asarray(np.sum(got * h))
        outcome = compare(mine, want, PAIRED * largest(got) * largest(h), 1, "difference quotients of the definitions it goes into")
        worst = outcome if worst is None else worst.and_(outcome)
    assert worst is not None
    return worst


def _pairing(place: Place, line: Line) -> Outcome | None:
    """⟨δ_u, du⟩ = ⟨…, dv⟩ + …: with du the derivative of u's definition along random dv."""
    assert isinstance(line.left, Expr)
    named = [(arrow, place.of.arrows[arrow]) for arrow in line.left.free & place.of.arrows.keys()]
    arrow, u = named[0] if len(named) == 1 else ("", None)
    if u is None:
        return None
    moved = place.along(u.name, _moves(place, u.name))
    known = {identifier(arrow): plain(moved.value)}
    left, right = place.value(line.left, (u.name,), known), place.value(line.expr, (u.name,))
    scale = largest(moved.value) * largest(place.namespace[identifier(place.of.adjoints[u.name].name)])
    error = moved.error * scale / max(largest(moved.value), 1e-300)
    return compare(right, Estimate(left, error), PAIRED * scale, 1, "difference quotients of the definition")
