"""What the letters of a derivation stand for, chosen by numbers: other names of the function, directions, constants."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np

from derive.notation.latex.latex import latex
from derive.reviewing import indices
from derive.reviewing.evaluating.letters import SizeNeeded
from derive.reviewing.evaluating.situation import LAYOUTS, Definition, Layout, Meanings, Situation
from derive.reviewing.evaluating.values import Array, Undefined, Unknown, scalar
from derive.reviewing.judging.comparing import (
    NEAR,
    Comparison,
    close,
)
from derive.reviewing.judging.context import Context
from derive.reviewing.judging.ground import Ground
from derive.reviewing.judging.letters import sized
from derive.reviewing.pasted.placed import Placed
from derive.reviewing.reading.cursor import Unread
from derive.reviewing.reading.parser import is_zero
from derive.reviewing.reading.words import BEST
from derive.reviewing.tree import (
    Along,
    Call,
    Const,
    Differential,
    Fun,
    Name,
    Neg,
    Num,
    Partial,
    Total,
    Tree,
    Turn,
    key,
    names_in,
    rebuilt,
    walk,
)

USUAL = frozenset(("f", "J", "L", "E", "F", "ell", "phi", "Phi", "psi", "Q", "C", "l", "g", "R"))
"""Names of a function that need not be introduced."""
STEP = 0.29
"""The value of the step t in f(X + tH)."""



class Roles:
    """The points with all letters in place."""

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
        self.started = time.monotonic()
        self._size_definitions()
        self._choose_aliases()
        self._choose_roles()
        self._size_definitions()
        self._collect_expansions()

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
            context.columns, {}, self.expansions, True, frozenset(n for n, u in ground.problem.unnamed.items() if u.argument is None),
            ground.paths(k),
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
        return int(name) if name.isdigit() else self.ground.points[k].sizes[name]

    def _renew(self) -> None:
        self._situations = None
        self._stationary = {}
        self._tried = set()

    def _size_definitions(self) -> None:
        """The sizes of I and ones in a definition, which are those with which it has a value."""
        names = sorted(self.ground.size_names)
        for name, definition in list(self.definitions.items()):
            tree = sized(definition.tree, not {"e", "E"} & (self.names | self.definitions.keys()), f"{name} ")
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

    # ------------------------------------------------------------------------------------------ what letters mean
    def _choose_aliases(self) -> None:
        """Which letters are other names of the function: those that are defined as it, or are not defined at all."""
        context, problem = self.context, self.ground.problem
        functions = set(context.functions) - self.names - set(problem.unnamed)
        ground_variables = self.ground.variables
        called = {n.name for chain in context.chains for m in chain.members if (t := context.tree(m)) is not None for n in walk(t)
                  if isinstance(n, Call) and set(ground_variables) & set().union(*(names_in(a) for a in n.args), ())}
        self.aliases = frozenset(n for n in functions if n not in self.definitions and (n in called or n in USUAL or n in ("f", problem.name)))
        candidates = list(dict.fromkeys(context.candidates))
        if not candidates:
            return
        self._choose_roles(quick=True)
        equal = [c for c in candidates if self._is_function(self.definitions[c].tree)]
        spoken = {problem.name, "f"} if not equal else set()
        mentioned = bool(equal) or any(self._mentions(spoken, m) for chain in context.chains for m in chain.members)
        for c in equal:
            del self.definitions[c]
        self.aliases |= set(equal)
        if not mentioned:
            first = next((c for c in candidates if c not in equal and self._comparable(self.definitions[c].tree)), None)
            if first is not None and not self._function_elsewhere(first):
                del self.definitions[first]
                self.aliases |= {first}
        self._renew()

    def _mentions(self, names: set[str], member: Placed) -> bool:
        tree = self.context.tree(member)
        return tree is not None and bool(names & names_in(tree))

    def _is_function(self, tree: Tree) -> bool:
        return self.comparison.equal(Name("f"), self.prepared_tree(tree, frozenset()), self._with_f()).equal

    def _with_f(self) -> list[Situation]:
        out = []
        for s in self.situations:
            out.append(replace(s, meanings=replace(s.meanings, aliases=s.meanings.aliases | {"f"}), values={
                k: v for k, v in s.values.items() if k != "f"}, cache={}))
        return out

    def _comparable(self, tree: Tree) -> bool:
        """Whether it has a value of the shape of the function's."""
        try:
            s = self._with_f()[0]
            values = self.comparison.alternatives(lambda at: self.comparison.value(self.prepared_tree(tree, frozenset()), at), s)
            return values[0].shape == self.comparison.value(Name("f"), s).shape
        except (Undefined, Unknown):
            return False

    def _function_elsewhere(self, besides: str) -> bool:
        """Whether another member of the text has the function's value."""
        for chain in self.context.chains:
            for member in chain.members:
                tree = self.context.tree(member)
                if tree is None or isinstance(tree, (Name, Call)) or is_zero(tree):
                    continue
                inner = [n.arg for n in walk(tree) if isinstance(n, (Partial, Differential, Along))]
                if any(self._is_function(t) for t in (tree, *inner) if not isinstance(t, (Name, Call)) or key_of(t) != besides):
                    return True
        return False

    def _choose_roles(self, quick: bool = False) -> None:
        """Letters that nothing explains: what shape lets the members in which they stand have a value."""
        letters = [w for w in self.context.unknown if w not in self.roles and w not in self.aliases]
        for w in letters:
            if w in ("c", "C") and self._added(w):
                self.definitions.setdefault(w, Definition(Const("any")))
        letters = [w for w in letters if w not in self.definitions][:4]
        if not letters or quick:
            return
        trees = [t for chain in self.context.chains for m in chain.members if (t := self.context.tree(m)) is not None]
        for letter in letters:
            holding = [t for t in trees if letter in self._deep(t)]
            best = max(self._roles_for(), key=lambda role: self._fits(letter, role, holding))
            if self._fits(letter, best, holding):
                self.roles[letter] = best
                self._renew()

    def _added(self, letter: str) -> bool:
        """Whether a letter only ever stands as a term: an arbitrary constant."""
        from derive.reviewing.tree import Add

        for chain in self.context.chains:
            for member in chain.members:
                tree = self.context.tree(member)
                if tree is None or letter not in names_in(tree):
                    continue
                if not (isinstance(tree, Add) and any(t == Name(letter) for t in tree.terms)):
                    return False
        return True

    def _deep(self, tree: Tree) -> frozenset[str]:
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

    def _roles_for(self) -> list[str]:
        shapes: dict[str, None] = dict.fromkeys(self.ground.variables)
        names: list[str] = ["1"]
        for symbol in self.ground.problem.symbols.values():
            m, n = (str(s) for s in symbol.dims)
            if all(x.isdigit() or x in self.ground.size_names for x in (m, n)):
                shapes[f"shape:{m},{n}"] = None
                names += [x for x in (m, n) if x not in names]
        shapes["number"] = None
        for m in names:
            for n in names:
                if m != "1":
                    shapes[f"shape:{m},{n}"] = None
        return list(shapes)[:24]

    def _fits(self, letter: str, role: str, trees: list[Tree]) -> int:
        before = dict(self.roles)
        self.roles[letter] = role
        try:
            at = self.situation(0)
        finally:
            self.roles = before
        count = 0
        for t in trees:
            tree = self.prepared_tree(t, frozenset())
            try:
                for place in self.comparison.places((tree,), at)[:1]:
                    self.comparison.alternatives(lambda s, tree=tree: self.comparison.value(tree, s), at.binding(place))  # type: ignore[misc]
                count += 1
            except (Undefined, Unknown):
                pass
        return count

    def _collect_expansions(self) -> None:
        """What the text writes the function as, where it is the function."""
        found: list[Tree] = []
        for chain in self.context.chains:
            head = self.context.tree(chain.members[0])
            if not isinstance(head, (Name, Call)) or key_of(head) not in self.aliases | {self.ground.problem.name}:
                continue
            for member in chain.members[1:]:
                tree = self.context.tree(member)
                if tree is not None and names_in(tree) & self.definitions.keys():
                    prepared = self.prepared_tree(tree, frozenset())
                    if self._is_function(prepared):
                        found.append(prepared)
        own = self._own_tree() if self.definitions else None
        if own is not None and any(s.name in names_in(own) for s, _ in self.ground.problem.let):
            found.append(own)
        for name in self.definitions if own is not None else ():
            written = self._written_in(own, name)  # type: ignore[arg-type]
            if written is not None:
                found.append(written)
        self.expansions = tuple(found)
        self._renew()

    def _own_tree(self) -> Tree | None:
        """The problem's function, as the reader would have it."""
        try:
            text = Placed.whole(latex(self.ground.problem.function))
            return self.prepared_tree(self.context.read(text), frozenset())
        except Unread:
            return None

    def _written_in(self, tree: Tree, name: str) -> Tree | None:
        """The tree with whatever has the value of a defined name replaced by it; None where nothing has."""
        definition = self.definitions[name]
        if definition.parameters or ("@" in name and name.split("@")[1] in BEST - {"hat"}):
            return None
        letter = Name(name.split("@")[0], tuple(name.split("@")[1:]))
        situations = self.situations[:2]
        try:
            wanted = [self.comparison.value(letter, s) for s in situations]
        except (Undefined, Unknown, SizeNeeded):
            return None
        done = False

        def visit(node: Tree) -> Tree:
            nonlocal done
            if isinstance(node, (Num, Total)):
                return node
            try:
                values = [self.comparison.value(node, s) for s in situations]
            except (Undefined, Unknown, SizeNeeded):
                return rebuilt(node, visit)
            forms: list[tuple[Tree, list[Array]]] = [
                (letter, wanted), (Neg(letter), [-w for w in wanted]), (Turn(letter), [w.T for w in wanted])]
            for form, others in forms:
                if all(close(v, w, NEAR) for v, w in zip(values, others, strict=True)) and np.any(wanted[0]):
                    done = True
                    return form
            return rebuilt(node, visit)

        out = visit(tree)
        return out if done and out != letter else None

    # ------------------------------------------------------------------------------------------ trees
    def prepared_tree(self, tree: Tree, kept: frozenset[str]) -> Tree:
        entries = self.names | self.definitions.keys()
        return sized(indices.summed(tree, kept, self.comparison.known), not {"e", "E"} & entries)

    def trees(self, member: Placed, kept: frozenset[str]) -> list[Tree]:
        return list(dict.fromkeys(self.prepared_tree(t, kept) for t in self.context.readings(member)))

    def laid_out(self, tree: Tree) -> bool:
        """Whether its value depends on the layout."""
        for name in self._deep(tree):
            definition = self.definitions.get(name)
            if definition is not None and any(isinstance(n, (Partial, Call)) for n in walk(definition.tree)):
                return True
        return any((isinstance(n, Partial) and not n.nabla) or (isinstance(n, Call) and n.order) for n in walk(tree))

    def plain(self, tree: Tree) -> bool:
        """Whether it names neither the function nor a derivative: an equation between symbols."""
        deep = self._deep(tree)
        if names_in(tree) & (self.aliases | {self.ground.problem.name}) - self.names or deep & self.roles.keys():
            return False
        nodes = [*walk(tree), *(n for w in deep if w in self.definitions for n in walk(self.definitions[w].tree))]
        return not any(isinstance(n, (Partial, Differential, Along)) for n in nodes)


def key_of(tree: Tree) -> str:
    return key(tree) if isinstance(tree, Name) else tree.name if isinstance(tree, (Call, Fun)) else ""


def _without(tree: Tree, names: frozenset[str]) -> Tree:
    """The tree with letters that it binds replaced by a number."""
    if not names:
        return tree
    return Num(Fraction(0)) if isinstance(tree, Name) and tree.name in names else rebuilt(tree, lambda t: _without(t, names))
