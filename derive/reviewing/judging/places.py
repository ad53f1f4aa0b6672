"""The points that a derivation is judged at, with the letters in place."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import product

from derive.reviewing import indices
from derive.reviewing.evaluating.letters import SizeNeeded
from derive.reviewing.evaluating.situation import LAYOUTS, Definition, Layout, Meanings, Situation
from derive.reviewing.evaluating.values import Array, Undefined, Unknown, scalar
from derive.reviewing.judging.comparing import (
    Comparison,
)
from derive.reviewing.judging.context import Context
from derive.reviewing.judging.ground import Ground
from derive.reviewing.judging.letters import sized
from derive.reviewing.pasted.placed import Placed
from derive.reviewing.tree import (
    Along,
    Call,
    Differential,
    Fun,
    Name,
    Num,
    Partial,
    Total,
    Tree,
    key,
    names_in,
    rebuilt,
    walk,
)

USUAL = frozenset(("f", "J", "L", "E", "F", "ell", "phi", "Phi", "psi", "Q", "C", "l", "g", "R"))
"""Names of a function that need not be introduced."""
MOST_TRIED = 4
"""Relations by which a letter's shape is chosen where several shapes fit."""
ENTRIES = "entries"
"""Begins the name of a vector of which the text writes the entries alone."""
DIAGONAL = "diag"
STEP = 0.29
"""The value of the step t in f(X + tH)."""



class Points:
    """The points with letters in place, and trees prepared for them."""

    def __init__(self, ground: Ground, context: Context) -> None:
        self.ground, self.context = ground, context
        self.names = context.lexicon.names
        known = (context.lexicon.names | context.lexicon.sizes | frozenset(context.steps)) - frozenset("ijkl")
        self.comparison = Comparison(known | (context.lexicon.names & frozenset("ijkl")))
        self.layouts: tuple[Layout, ...] = LAYOUTS
        self.aliases: frozenset[str] = frozenset()
        self.definitions = dict(context.definitions)
        self.roles: dict[str, str] = dict(context.directions)
        self.expansions: tuple[Tree, ...] = ()
        self._situations: list[Situation] | None = None
        self._stationary: dict[tuple[str, ...], list[Situation]] = {}
        self._tried: set[tuple[tuple[str, ...], int, int]] = set()
        self._linear: dict[tuple[str, ...], bool] = {}
        self.started = time.process_time()

    # ------------------------------------------------------------------------------------------ the points
    @property
    def situations(self) -> list[Situation]:
        if self._situations is None:
            self._situations = [self.situation(k) for k in range(len(self.ground.points))]
        return self._situations

    def situation(self, k: int, extra: Mapping[str, Array] | None = None) -> Situation:
        ground, context = self.ground, self.context
        meanings = Meanings(
            ground.function(k), self.aliases, ground.variables, ground.bases(k), self.definitions, ground.matrix_functions,
            context.columns, {}, self.expansions, True, frozenset(n for n, u in ground.unnamed.items() if u.argument is None),
            ground.paths(k), context.curves, ground.metric(k),
        )
        values: dict[str, Array] = {}
        for n, step in enumerate(sorted(context.steps)):
            values[step] = scalar(STEP + 0.07 * n + 0.02 * k)
        for letter, role in self.roles.items():
            values[letter] = self._role(k, letter, role)
        return ground.situation(k, meanings, {**values, **(extra or {})}, ground.moves(k))

    def _role(self, k: int, letter: str, role: str) -> Array:
        """A direction of a variable; or a constant of the shape that a role says: `shape:X`, `number`."""
        variables = self.ground.variables
        if role == "number":
            return scalar(0.6 + 0.1 * k + 0.01 * (ord(letter[0]) % 17))
        if role.startswith("shape:"):
            m, n = role.removeprefix("shape:").split(",")
            rng = self.ground.points[k].random("constant", letter)
            return rng.normal(size=(self._extent(k, m), self._extent(k, n)))
        of = letter.partition("_")[2]
        return self.ground.direction(k, of if of in variables else role or variables[0], letter)

    def _extent(self, k: int, name: str) -> int:
        return int(name) if name.isdecimal() else self.ground.points[k].sizes[name]

    def _renew(self) -> None:
        self._situations = None
        self._stationary = {}
        self._tried = set()

    def _size_definitions(self) -> None:
        """The sizes of I and ones in a definition, which are those with which it has a value."""
        names = sorted(self.ground.size_names)
        for name, definition in list(self.definitions.items()):
            tree = sized(definition.tree, self.has_units, f"{name} ", self.ground.size_names)
            wanted = sorted({n.name for n in walk(tree) if isinstance(n, Name) and n.name.startswith("?")})
            if not wanted or len(wanted) > 3:
                continue
            for choice in product(names, repeat=len(wanted)):
                chosen = dict(zip(wanted, choice, strict=True))

                def visit(node: Tree, chosen: dict[str, str] = chosen) -> Tree:
                    return Name(chosen[node.name]) if isinstance(node, Name) and node.name in chosen else rebuilt(node, visit)

                candidate = visit(tree)
                if self._has_value(candidate, definition):
                    self.definitions[name] = replace(definition, tree=candidate)
                    self._renew()
                    break

    def _has_value(self, tree: Tree, definition: Definition) -> bool:
        at = self.situations[0].binding({n: scalar(1) for n in (*definition.indices, *definition.parameters)})
        try:
            self.comparison.value(tree, at)
        except (Undefined, Unknown, SizeNeeded, ValueError):
            return False
        return True

    def deep(self, tree: Tree) -> frozenset[str]:
        out: set[str] = set()
        todo = [tree]
        while todo:
            for name in names_in(todo.pop()) - out:
                out.add(name)
                definition = self.definitions.get(name)
                if definition is not None:
                    out |= names_in(definition.tree) & {*definition.parameters, *definition.indices} & self.names
                    todo.append(_without(definition.tree, frozenset((*definition.parameters, *definition.indices)) - self.names))
        return frozenset(out)

    # ------------------------------------------------------------------------------------------ trees
    def prepared_tree(self, tree: Tree, kept: frozenset[str]) -> Tree:
        tree = indices.summed(self._with_diagonals(tree, kept), kept, self.comparison.known)
        return sized(tree, self.has_units, sizes=self.ground.size_names)

    def _with_diagonals(self, tree: Tree, bound: frozenset[str]) -> Tree:
        """diag(a_i) of a number for each i is diag(a) of the vector with these entries.

        bound  indices that something else runs through
        """
        if isinstance(tree, Total):
            bound = bound | set(tree.indices)
        match tree:
            case Fun(name=name, args=(arg,)) if name == DIAGONAL:
                open_indices = [n for n in indices.free(arg, self.comparison.known) if n not in bound]
                if len(open_indices) == 1:
                    before = (n for n, d in self.definitions.items() if n.startswith(ENTRIES) and d.tree == arg)
                    name = next(before, f"{ENTRIES} {len(self.definitions)}")
                    self.definitions[name] = Definition(arg, (open_indices[0],))
                    return Fun(DIAGONAL, (Name(name),))
        return rebuilt(tree, lambda t: self._with_diagonals(t, bound))

    @property
    def has_units(self) -> bool:
        """Whether e_i is a unit vector: neither an entry of what is declared nor one of what the text defines by itself."""
        own = self.definitions.get("E")
        return not ({"e", "E"} & self.names or "e" in self.definitions or (own is not None and "e" not in own.letters))

    def trees(self, member: Placed, kept: frozenset[str], wide: bool = True) -> list[Tree]:
        """The readings of a member, each once, made ready to be evaluated.

        kept  indices that are free on the left
        wide  whether d x y may be d(x y)
        """
        return list(dict.fromkeys(self.prepared_tree(t, kept) for t in self.context.readings(member, wide)))

    def laid_out(self, tree: Tree) -> bool:
        """Whether its value depends on the layout."""
        for name in self.deep(tree):
            definition = self.definitions.get(name)
            if definition is not None and any(isinstance(n, (Partial, Call)) for n in walk(definition.tree)):
                return True
        return any((isinstance(n, Partial) and not n.nabla) or (isinstance(n, Call) and n.order) for n in walk(tree))

    def plain(self, tree: Tree) -> bool:
        """Whether it names neither the function nor a derivative: an equation between symbols."""
        deep = self.deep(tree)
        if names_in(tree) & (self.aliases | {self.ground.problem.name}) - self.names or deep & self.roles.keys():
            return False
        return self.underived(tree)

    def underived(self, tree: Tree) -> bool:
        """Whether no derivative stands in it, nor in what it names."""
        nodes = [*walk(tree), *(n for w in self.deep(tree) if w in self.definitions for n in walk(self.definitions[w].tree))]
        return not any(isinstance(n, (Partial, Differential, Along)) for n in nodes)


def key_of(tree: Tree) -> str:
    return key(tree) if isinstance(tree, Name) else tree.name if isinstance(tree, (Call, Fun)) else ""


def _without(tree: Tree, names: frozenset[str]) -> Tree:
    """The tree with letters that it binds replaced by a number."""
    if not names:
        return tree
    return Num(Fraction(0)) if isinstance(tree, Name) and tree.name in names else rebuilt(tree, lambda t: _without(t, names))
