"""Two members held against each other: in all readings, in the layouts that remain, at stationary points."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np

from derive.errors import DeriveError
from derive.reviewing.evaluating.along import slope
from derive.reviewing.evaluating.situation import Layout, Situation
from derive.reviewing.evaluating.values import Array, Undefined, Unknown, as_array
from derive.reviewing.judging.comparing import (
    DIFFERENT,
    EQUAL,
    NEAR,
    NEAR_SECOND,
    UNDEFINED,
    UNKNOWN,
    Outcome,
)
from derive.reviewing.judging.ground import ELSEWHERE
from derive.reviewing.judging.roles import Roles
from derive.reviewing.reading.words import BEST
from derive.reviewing.tree import (
    Along,
    Block,
    Differential,
    Name,
    Partial,
    Tree,
    key,
    names_in,
    walk,
)

SECONDS = 20.0
"""For stationary points of one derivation."""
ROUNDED = 2e-3
"""Relative tolerance of numbers that are said to be rounded."""
FAR = 1e6
"""Times as far as a random point nothing is stationary, but for rounding."""
STEPS = (1e-3, 2e-4)
"""Of differences: the short one where the function bends much."""


class Judge(Roles):
    """Equality as a derivation means it."""

    # ------------------------------------------------------------------------------------------ judging
    def equal(self, lefts: list[Tree], rights: list[Tree], situations: list[Situation] | None = None) -> tuple[Outcome, tuple[Layout, ...]]:
        """The best outcome over the readings, and the layouts in which it is reached.

        lefts, rights  the readings of each side
        situations     where they are compared; None: at the usual points
        """
        best: Outcome | None = None
        plainest: Outcome | None = None
        reached: tuple[Layout, ...] = ()
        points = situations or self.situations
        for a in lefts:
            for b in rights:
                tolerance = NEAR_SECOND if self._second(a) or self._second(b) else NEAR
                layouts = self.layouts if self.laid_out(a) or self.laid_out(b) else self.layouts[:1]
                good = []
                for layout in layouts:
                    outcome = self.comparison.equal(a, b, [s.with_layout(layout) for s in points], tolerance)
                    if outcome.equal:
                        good.append(layout)
                    plainest = plainest or outcome
                    if best is None or _rank(outcome) > _rank(best):
                        best = outcome
                if good:
                    return Outcome(EQUAL), tuple(good) if len(layouts) > 1 else self.layouts
        assert best is not None and plainest is not None
        # the likeliest reading decides, unless it is undefined and another one has a value
        return (best if plainest.state == UNDEFINED and best.state == DIFFERENT else plainest), reached

    def _second(self, tree: Tree) -> bool:
        return any((isinstance(n, Partial) and len(n.by) > 1) or (isinstance(n, (Differential, Along)) and _order(n) > 1) or (
            isinstance(n, Partial) and any(isinstance(m, (Partial, Differential)) for m in walk(n.arg))) for n in walk(tree))

    # ------------------------------------------------------------------------------------------ stationary points
    def stationary(self, variables: tuple[str, ...]) -> Iterator[Situation]:
        """Stationary points, found one after the other as they are asked for."""
        if variables not in self._stationary:
            self._stationary[variables] = self._stated(variables)
        known = self._stationary[variables]
        yield from list(known)
        for k, start in ((0, 0), (1, 0), (0, 1), (0, 2), *(((0, ELSEWHERE), (1, ELSEWHERE)) if len(self.ground.variables) == 1 else ())):
            if (variables, k, start) in self._tried or (start and self._linear.get(variables)) or time.process_time() > self.started + SECONDS:
                continue
            if start == ELSEWHERE and any(s.sizes == self.situations[k].sizes for s in known):
                continue
            self._tried.add((variables, k, start))
            found, linear = self.ground.stationary(self.situations[k], k, variables, start)
            self._linear[variables] = linear
            if found is not None and not any(_same(found, other, variables) for other in known):
                known.append(found)
                yield found
        if not known:
            for s in self.situations[:2]:
                nought = s.with_values({v: 0 * s.values[v] for v in variables})
                try:
                    vanishes = all(self._vanishes(v, nought, s) for v in variables)
                except (Undefined, Unknown, ValueError):
                    continue
                if vanishes:
                    known.append(nought)
                    yield nought

    def _stated(self, variables: tuple[str, ...]) -> list[Situation]:
        """Stationary points that the text itself states and that are ones."""
        said: dict[str, Tree] = {}
        for chain in self.context.chains:
            for a, b in pairwise([self.context.tree(m) for m in chain.members]):
                if b is not None and isinstance(a, Name) and a.name in variables and set(a.marks) <= BEST and a.name not in self.deep(b):
                    said.setdefault(a.name, self.prepared_tree(b, frozenset()))
        if said.keys() != set(variables):
            return []
        found = []
        for k in (0, 1):
            s = there = self.situations[k]
            try:
                for _ in variables:
                    values = {v: self.comparison.alternatives(lambda at, t=t: self.comparison.value(t, at), there)[0]  # type: ignore[misc]
                              for v, t in said.items()}
                    there = s.with_values(values)
                fits = all(there.values[v].shape == s.values[v].shape and self._vanishes(v, there, s) for v in variables)
            except (Undefined, Unknown, ValueError):
                continue
            if fits:
                found.append(there)
        return found

    def solves(self, lefts: list[Tree], rights: list[Tree]) -> Outcome | None:
        """Whether an equation holds where the function is stationary: equal, different, or None where that is not known."""
        if any(self._explicit(a, b) for a in lefts for b in rights):
            return Outcome(EQUAL)
        variables = self.ground.variables
        subsets = [*((v,) for v in variables if len(variables) > 1), variables]
        different: Outcome | None = None
        for subset in subsets:
            for n, point in enumerate(self.stationary(subset)):
                outcome, _ = self.equal(lefts, rights, [point])
                if outcome.equal and self._again(subset, lefts, rights):
                    return Outcome(EQUAL)
                if subset == variables or (n == 0 and len(variables) == 1):
                    different = different or (outcome if outcome.state in (DIFFERENT, UNDEFINED) else None)
        return different

    def _again(self, subset: tuple[str, ...], lefts: list[Tree], rights: list[Tree]) -> bool:
        """Whether it holds at a stationary point of other sizes, where one is known: sizes may agree by chance."""
        points = [p for p in self._stationary.get(subset, []) if p.sizes == self.situations[1].sizes]
        return not points or any(self.equal(lefts, rights, [p])[0].equal for p in points)

    def _explicit(self, a: Tree, b: Tree) -> bool:
        """Whether `w = expression` makes the derivative by w vanish."""
        assigned = self._several(a, b)
        if assigned:
            return self._explicit_all(assigned)
        if not isinstance(a, Name):
            return False
        variable = a.name
        if variable not in self.ground.variables or variable in self.deep(b) or not set(a.marks) <= BEST:
            return False
        for s in self.situations[:2]:
            try:
                value = self.comparison.alternatives(lambda at: self.comparison.value(b, at), s)[0]
                if value.shape != s.values[variable].shape:
                    return False
                if not self._vanishes(variable, s.with_values({variable: value}), s):
                    return False
            except (Undefined, Unknown):
                return False
        return True

    def _vanishes(self, variable: str, there: Situation, here: Situation) -> bool:
        """Whether the derivative by a variable is 0 there, on the scale that it has here."""
        if there.meanings.function(there.values).shape != (1, 1):
            return False
        largest = float(np.max(np.abs(there.values[variable])))
        if not largest < FAR * max(float(np.max(np.abs(here.values[variable]))), 1.0):  # steps would be lost in it
            return False
        bases = self.ground.tangents(variable, there.values[variable], there)
        scale = max(float(np.max(np.abs(slopes(here, variable, bases)))), 1e-3)
        return any(np.max(np.abs(slopes(there, variable, bases, step))) <= 1e-6 * scale for step in STEPS)

    def is_gradient(self, trees: list[Tree]) -> bool:
        """Whether a member is the gradient by a variable, or a multiple of it by one number: set to 0 it is the condition itself."""
        for tree in trees:
            for variable in self.ground.variables:
                factors = [self._factor(tree, variable, s) for s in self.situations]
                if all(f is not None and np.isclose(f, factors[0] or 0.0, rtol=1e-5) for f in factors):
                    return True
        return False

    def _factor(self, tree: Tree, variable: str, s: Situation) -> float | None:
        try:
            value = self.comparison.alternatives(lambda at: self.comparison.value(tree, at), s)[0]
            if value.size != s.values[variable].size or s.meanings.function(s.values).shape != (1, 1):
                return None
            bases = self.ground.tangents(variable, s.values[variable], s)
            true = slopes(s, variable, bases)
        except (Undefined, Unknown, ValueError):
            return None
        upright = value if value.shape == s.values[variable].shape else value.T
        along = np.array([float(np.ravel(e) @ np.ravel(upright)) for e in bases])
        norm = float(along @ along)
        factor = float(true @ along) / norm if norm > 1e-18 else 0.0
        near = factor and np.max(np.abs(true - factor * along)) <= 1e-5 * max(float(np.max(np.abs(true))), 1e-9)
        return factor if near else None

    def _several(self, a: Tree, b: Tree) -> dict[str, Tree]:
        """`(x^*, y^*) = (0, 0)`: the variables with what stands for each; nothing where it is no such equation."""
        if not (isinstance(a, Block) and isinstance(b, Block)):
            return {}
        names, said = ([t for row in block.rows for t in row] for block in (a, b))
        if len(names) != len(said) or not all(isinstance(n, Name) and set(n.marks) <= BEST for n in names):
            return {}
        found = {n.name: t for n, t in zip(names, said, strict=True) if isinstance(n, Name)}
        return found if found.keys() == set(self.ground.variables) else {}

    def _explicit_all(self, assigned: dict[str, Tree]) -> bool:
        """Whether the gradient by all variables vanishes where they have these values."""
        try:
            for s in self.situations[:2]:
                there = s.with_values({v: self.comparison.value(t, s) for v, t in assigned.items()})
                if any(there.values[v].shape != s.values[v].shape for v in assigned):
                    return False
                if not all(self._vanishes(v, there, s) for v in assigned):
                    return False
        except (Undefined, Unknown):
            return False
        return True

    # ------------------------------------------------------------------------------------------ numbers
    def in_numbers(self, left: Tree, right: Tree, rough: bool) -> Outcome | None:
        """Whether an equation with a member of numbers alone holds with the numbers that the problem gives; None where it is none.

        left, right  the sides
        rough        whether the numbers are written rounded
        """
        numbers = self.ground.in_numbers
        if numbers is None or not (names_in(left) - self.context.lexicon.sizes) or names_in(right) - self.context.lexicon.sizes:
            return None
        tolerance = ROUNDED if rough else NEAR
        before, self.ground, kept = self.ground, numbers, (self._situations, self._stationary, self._tried, self._linear)
        self._situations, self._stationary, self._tried, self._linear = None, {}, set(), {}
        try:
            outcome = self.comparison.equal(left, right, self.situations[:1], tolerance)
            if outcome.equal or not {n.split("@")[0] for n in self.deep(left)} & set(self.ground.variables):
                return outcome
            for point in self.stationary(self.ground.variables):
                outcome = self.comparison.equal(left, right, [point], tolerance)
                if outcome.equal:
                    break
            return outcome
        except (Undefined, Unknown, DeriveError, ValueError):
            return None
        finally:
            self.ground = before
            self._situations, self._stationary, self._tried, self._linear = kept

    # ------------------------------------------------------------------------------------------ quoted rules
    def general_rule(self, lefts: list[Tree], rights: list[Tree]) -> str:
        """Equal where it holds with letters of its own, square matrices for all that stand for one; or else the state of what was found."""
        a, b = lefts[0], rights[0]
        names = sorted((self.deep(a) | self.deep(b)) - {""})
        capitals = [n for n in names if n[:1].isupper() or n in self.names]
        state = UNKNOWN
        for k in range(2):
            s = self.situations[k]
            rng = self.ground.points[k].random("rule")
            values = dict(s.values)
            for n in capitals:
                small = n[:1].islower() and n in s.values and 1 in s.values[n].shape
                if n in s.values and s.values[n].size == 1 and n not in self.context.unknown:
                    continue
                values[n] = rng.normal(size=(4, 1) if small else (4, 4)) / 2
            sizes = dict.fromkeys(s.sizes, 4)
            meanings = replace(s.meanings, definitions={n: d for n, d in s.meanings.definitions.items() if n not in capitals})
            there = replace(s, values=values, sizes=sizes, meanings=meanings, cache={})
            state = self.comparison.equal(a, b, [there]).state
            if state != EQUAL:
                break
        return state

    def own_letters(self, *trees: Tree) -> bool:
        """Whether letters stand there that neither the problem nor the text explains."""
        said = self.names | self.context.lexicon.sizes | self.definitions.keys() | self.aliases | frozenset(self.context.steps) | self.context.indices
        return any(not {n.split("@")[0] for n in self.deep(t)} <= said | {""} for t in trees)

    def in_other_words(self, lefts: list[Tree], rights: list[Tree]) -> bool:
        """Whether it holds with ∂v/∂y the explicit derivative, or with the direction H for dX."""
        nodes = [n for t in (lefts[0], rights[0]) for n in walk(t)]
        if any(isinstance(n, Partial) and not n.nabla and not n.straight for n in nodes):
            for held in ("all", "defined"):
                explicit = [replace(s, explicit=held, cache={}) for s in self.situations]
                if self.equal(lefts, rights, explicit)[0].equal and self._appears(lefts[0], explicit[0]):
                    return True
        letters = self.deep(lefts[0]) | self.deep(rights[0])
        if self._from_point(letters) and self.equal(lefts, rights, self._from_point(letters))[0].equal:
            return True
        named = {letter: role for letter, role in self.roles.items() if letter in letters and role != "number" and not role.startswith("shape")}
        if not named or not any(isinstance(n, Differential) for n in nodes):
            return False
        moved = []
        for s in self.situations:
            moves = dict(s.moves)
            for letter, role in named.items():
                variable = letter.partition("_")[2] if letter.partition("_")[2] in moves else role or self.ground.variables[0]
                if s.values[letter].shape == moves[variable].shape:
                    moves[variable] = s.values[letter]
            moved.append(replace(s, moves=moves, cache={}))
        return self.equal(lefts, rights, moved)[0].equal

    def _from_point(self, letters: frozenset[str]) -> list[Situation]:
        """The situations in which a direction of x is x - a, where the problem gives the point a; none where it does not."""
        spoken = self.ground.spoken
        given = {spoken[n]: as_array(np.array(a, dtype=float)) for n, a in self.ground.problem.options.at.items() if n in spoken}
        of = {letter: letter.partition("_")[2] or role or self.ground.variables[0] for letter, role in self.roles.items() if letter in letters}
        moving = {letter: v for letter, v in of.items() if v in given and v in self.ground.variables}
        return [s.with_values({letter: s.values[v] - given[v] for letter, v in moving.items()}) for s in self.situations] if moving else []

    def symmetric_situations(self) -> list[Situation]:
        """The points, with the symmetric part of every square matrix that is declared."""
        return [s.with_values({n: (a + a.T) / 2 for n, a in s.values.items() if n in self.names and a.shape[0] == a.shape[1] > 1})
                for s in self.situations]

    def as_numbers(self, lefts: list[Tree], rights: list[Tree]) -> bool:
        """Whether it holds with the letter of d/dz a number: a rule of one variable, quoted for what is used entry by entry."""
        by = {key(b) for n in walk(lefts[0]) if isinstance(n, Partial) for b in n.by if isinstance(b, Name)}
        letters = names_in(lefts[0]) | names_in(rights[0])
        if not by or letters & (self.names | self.aliases | self.roles.keys()):
            return False
        rng = self.ground.points[0].random("number")
        situations = []
        for s in self.situations:
            rest = {n: d for n, d in s.meanings.definitions.items() if n not in by}
            values = {**s.values, **{n: as_array(rng.normal()) for n in sorted(by)}}
            bases = {n: b for n, b in s.meanings.bases.items() if n not in by}
            situations.append(replace(s, values=values, meanings=replace(s.meanings, definitions=rest, bases=bases), cache={}))
        return self.equal(lefts, rights, situations)[0].equal

    def as_constants(self, lefts: list[Tree], rights: list[Tree]) -> bool:
        """Whether it holds with what is defined elsewhere as a constant: a rule quoted before its letters are explained."""
        used = [n for n in self.deep(lefts[0]) | self.deep(rights[0]) if n in self.definitions and not self.definitions[n].parameters]
        if not used:
            return False
        situations = []
        for k, s in enumerate(self.situations):
            values = dict(s.values)
            for n in used:
                try:
                    shape = self.comparison.value(self.prepared_tree(Name(n), frozenset()), s).shape
                except (Undefined, Unknown):
                    return False
                values[n] = as_array(self.ground.points[k].random("constant", n).normal(size=shape))
            rest = {n: d for n, d in s.meanings.definitions.items() if n not in used}
            situations.append(replace(s, values=values, meanings=replace(s.meanings, definitions=rest), cache={}))
        outcome, _ = self.equal(lefts, rights, situations)
        if not outcome.equal:
            return False
        return self._appears(lefts[0], situations[0])

    def _appears(self, tree: Tree, at: Situation) -> bool:
        """Whether it is not 0 everywhere: that 0 is 0 says nothing."""
        places = self.comparison.places((tree,), at)
        found = [self.comparison.alternatives(lambda s: self.comparison.value(tree, s), at.binding(p))[0] for p in places]
        return any(float(np.max(np.abs(a))) > 1e-9 for a in found)


def slopes(at: Situation, variable: str, directions: tuple[Array, ...], step: float = STEPS[0]) -> Array:
    """The derivatives of the function by a variable along directions.

    step  of the difference quotient
    """
    function, start = at.meanings.function, at.values[variable]
    return np.array([slope(lambda t, e=e: function({**at.values, variable: start + t * e}), step)[0, 0] for e in directions])  # type: ignore[misc]


def _rank(outcome: Outcome) -> int:
    return {EQUAL: 3, DIFFERENT: 2, UNKNOWN: 1, UNDEFINED: 0}[outcome.state]


def _order(node: Tree) -> int:
    return len(node.directions) if isinstance(node, Along) else node.order if isinstance(node, Differential) else 1


def _same(one: Situation, other: Situation, variables: tuple[str, ...]) -> bool:
    return one.sizes == other.sizes and all(np.allclose(one.values[v], other.values[v], rtol=1e-5, atol=1e-6) for v in variables)
