"""Two members held against each other: in all readings, in the layouts that remain, at stationary points."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from derive.reviewing.evaluating.differences import slope
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
from derive.reviewing.judging.roles import Roles
from derive.reviewing.reading.words import BEST
from derive.reviewing.tree import (
    Along,
    Differential,
    Name,
    Partial,
    Tree,
    walk,
)

SECONDS = 20.0
"""For stationary points of one derivation."""



class Judge(Roles):
    """Equality as a derivation means it."""

    # ------------------------------------------------------------------------------------------ judging
    def equal(self, lefts: list[Tree], rights: list[Tree], situations: list[Situation] | None = None) -> tuple[Outcome, tuple[Layout, ...]]:
        """The best outcome over the readings, and the layouts in which it is reached."""
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
        known = self._stationary.setdefault(variables, [])
        yield from list(known)
        for k, start in ((0, 0), (1, 0), (0, 1), (0, 2)):
            if (variables, k, start) in self._tried or (start and self._linear.get(variables)) or time.monotonic() > self.started + SECONDS:
                continue
            self._tried.add((variables, k, start))
            found, linear = self.ground.stationary(self.situations[k], k, variables, start)
            self._linear[variables] = linear
            if found is not None and not any(_same(found, other, variables) for other in known):
                known.append(found)
                yield found

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
        if not isinstance(a, Name):
            return False
        variable = a.name
        if variable not in self.ground.variables or variable in self._deep(b) or not set(a.marks) <= BEST:
            return False
        for s in self.situations[:2]:
            try:
                value = self.comparison.alternatives(lambda at: self.comparison.value(b, at), s)[0]
                if value.shape != s.values[variable].shape:
                    return False
                there = s.with_values({variable: value})
                function = s.meanings.function
                if function(there.values).shape != (1, 1):
                    return False

                bases = self.ground.tangents(variable, value, s)

                def slopes(at: Situation) -> Array:
                    return np.array([slope(lambda t, e=e: function({**at.values, variable: at.values[variable] + t * e}))[0, 0]  # type: ignore[misc]  # noqa: B023
                                     for e in bases])  # noqa: B023

                if np.max(np.abs(slopes(there))) > 1e-6 * max(float(np.max(np.abs(slopes(s)))), 1e-3):
                    return False
            except (Undefined, Unknown):
                return False
        return True

    # ------------------------------------------------------------------------------------------ quoted rules
    def general_rule(self, lefts: list[Tree], rights: list[Tree]) -> bool:
        """Whether it holds with letters of its own: square matrices for all that stand for one."""
        a, b = lefts[0], rights[0]
        names = sorted((self._deep(a) | self._deep(b)) - {""})
        capitals = [n for n in names if n[:1].isupper() or n in self.names]
        results = []
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
            results.append(self.comparison.equal(a, b, [there]).equal)
        return all(results)

    def in_other_words(self, lefts: list[Tree], rights: list[Tree]) -> bool:
        """Whether it holds with ∂v/∂y the explicit derivative, or with the direction H for dX."""
        nodes = [n for t in (lefts[0], rights[0]) for n in walk(t)]
        if any(isinstance(n, Partial) and not n.nabla for n in nodes):
            explicit = [replace(s, explicit=True, cache={}) for s in self.situations]
            if self.equal(lefts, rights, explicit)[0].equal:
                return True
        letters = self._deep(lefts[0]) | self._deep(rights[0])
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

    def as_constants(self, lefts: list[Tree], rights: list[Tree]) -> bool:
        """Whether it holds with what is defined elsewhere as a constant: a rule quoted before its letters are explained."""
        used = [n for n in self._deep(lefts[0]) | self._deep(rights[0]) if n in self.definitions and not self.definitions[n].parameters]
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
        found = self.comparison.alternatives(lambda at: self.comparison.value(lefts[0], at), situations[0])
        return bool(np.max(np.abs(found[0])) > 1e-9)


def _rank(outcome: Outcome) -> int:
    return {EQUAL: 3, DIFFERENT: 2, UNKNOWN: 1, UNDEFINED: 0}[outcome.state]


def _order(node: Tree) -> int:
    return len(node.directions) if isinstance(node, Along) else node.order if isinstance(node, Differential) else 1


def _same(one: Situation, other: Situation, variables: tuple[str, ...]) -> bool:
    return one.sizes == other.sizes and all(np.allclose(one.values[v], other.values[v], rtol=1e-5, atol=1e-6) for v in variables)
