"""What the letters of a derivation stand for, chosen by numbers: other names of the function, directions, constants."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from derive.notation.latex.latex import latex
from derive.reviewing.evaluating.letters import SizeNeeded
from derive.reviewing.evaluating.situation import Definition, Situation
from derive.reviewing.evaluating.values import Array, Undefined, Unknown
from derive.reviewing.judging.comparing import (
    NEAR,
    close,
)
from derive.reviewing.judging.context import Context
from derive.reviewing.judging.ground import Ground
from derive.reviewing.judging.letters import value_names
from derive.reviewing.judging.places import Points, key_of
from derive.reviewing.pasted.placed import Placed
from derive.reviewing.reading.cursor import Unread
from derive.reviewing.reading.parser import is_zero
from derive.reviewing.reading.words import BEST
from derive.reviewing.tree import (
    Along,
    Binary,
    Call,
    Const,
    Differential,
    Mul,
    Name,
    Neg,
    Num,
    Partial,
    Total,
    Tree,
    Turn,
    names_in,
    rebuilt,
    walk,
)

USUAL = frozenset(("f", "J", "L", "E", "F", "ell", "phi", "Phi", "psi", "Q", "C", "l", "g", "R"))
"""Names of a function that need not be introduced."""
MOST_TRIED = 4
"""Relations by which a letter's shape is chosen where several shapes fit."""
STEP = 0.29
"""The value of the step t in f(X + tH)."""



class _Run(NamedTuple):
    """Neighbours in a product, and what stands around them."""

    before: tuple[Tree, ...]
    factors: tuple[Tree, ...]
    after: tuple[Tree, ...]


def _runs(tree: Tree) -> Iterator[_Run]:
    """The neighbours in a product, the longest first."""
    factors = tree.factors if isinstance(tree, Mul) and len(tree.factors) <= 8 else ()
    for length in range(len(factors) - 1, 1, -1):
        for k in range(len(factors) - length + 1):
            yield _Run(factors[:k], factors[k : k + length], factors[k + length :])


class Roles(Points):
    """What letters stand for, chosen by numbers."""

    def __init__(self, ground: Ground, context: Context) -> None:
        super().__init__(ground, context)
        self.shaped_by_truth: dict[str, bool] = {}
        """By letter whether a relation holds with its shape."""
        self._size_definitions()
        self._choose_aliases()
        self._choose_roles()
        self._size_definitions()
        self._collect_expansions()

    # ------------------------------------------------------------------------------------------ what letters mean
    def _choose_aliases(self) -> None:
        """Which letters are other names of the function: those that are defined as it, or are not defined at all."""
        context, problem = self.context, self.ground.problem
        functions = set(context.functions) - self.names - self.ground.unnamed.keys()
        ground_variables = self.ground.variables
        called = {n.name for t in context.trees for n in walk(t)
                  if isinstance(n, Call) and set(ground_variables) & set().union(*(names_in(a) for a in n.args), ())}
        usual = USUAL | called | context.logged | {"f", problem.name}
        self.aliases = frozenset(functions & usual - self.definitions.keys())
        self._choose_wholes()
        candidates = list(dict.fromkeys(context.candidates))
        if not candidates:
            return
        self._choose_roles(quick=True)
        equal = [c for c in candidates if self._is_function(self.definitions[c].tree)]
        spoken = {problem.name, "f"} | self.aliases if not equal else set()
        mentioned = bool(equal) or any(self._mentions(spoken, m) for chain in context.chains for m in chain.members)
        for c in equal:
            del self.definitions[c]
        self.aliases |= set(equal)
        if not mentioned:
            fits = {c: self._comparable(self.definitions[c].tree) for c in candidates if c not in equal}
            first = next((c for c in fits if fits[c]), None) or next((c for c in fits if fits[c] is None), None)
            if first is not None and not self._function_elsewhere(first):
                del self.definitions[first]
                self.aliases |= {first}
        self._renew()

    def _choose_wholes(self) -> None:
        """Which heads of chains, of letters that nothing explains, are names of the function as a whole."""
        said = self.names | self.context.lexicon.sizes | self.definitions.keys() | self.context.functions
        for chain in self.context.chains:
            head = self.context.tree(chain.members[0])
            if head is None or isinstance(head, (Name, Call, Num)) or chain.links[0].op != "=" or value_names(head) <= said:
                continue
            if not self.underived(head):
                continue
            trees = [t for m in chain.members[1:] if (t := self.context.tree(m)) is not None and value_names(t) <= said]
            if any(self._is_function(t) for t in trees):
                self.context.wholes[head] = min(self.aliases | {"f"})

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

    def _comparable(self, tree: Tree) -> bool | None:
        """Whether it has a value of the shape of the function's; None where its shapes do not fit."""
        try:
            s = self._with_f()[0]
            values = self.comparison.alternatives(lambda at: self.comparison.value(self.prepared_tree(tree, frozenset()), at), s)
            return values[0].shape == self.comparison.value(Name("f"), s).shape
        except Undefined:
            return None
        except Unknown:
            return False

    def _function_elsewhere(self, besides: str) -> bool:
        """Whether another member of the text has the function's value."""
        for chain in self.context.chains:
            head = self.context.tree(chain.members[0])
            for member in chain.members if head is None or key_of(head) != besides else ():
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
            own = self.definitions.get(w.lower())
            if w.isupper() and w.lower() in self.context.definitions and own is not None and len(own.indices) == 1:  # P has the rows p_i
                self.definitions.setdefault(w, Definition(Name(w.lower())))
        letters = [w for w in letters if w not in self.definitions][:4]
        if not letters or quick:
            return
        trees = self.context.trees
        for letter in letters:
            holding = [t for t in trees if letter in self.deep(t)]
            fits = {role: self._fits(letter, role, holding) for role in self._roles_for()}
            likely = [role for role, count in fits.items() if count == max(fits.values())]
            if max(fits.values()):
                self.roles[letter] = likely[0] if len(likely) == 1 else max(likely, key=lambda role: self._true(letter, role))
                self._renew()

    def _true(self, letter: str, role: str) -> int:
        """How many of the first relations with a letter hold at one point where it has a role."""
        before = dict(self.roles)
        self.roles[letter] = role
        count = tried = 0
        try:
            at = self.situation(0)
            for chain in self.context.chains:
                trees = [self.context.tree(m) for m in chain.members]
                for a, b in pairwise(trees):
                    if a is None or b is None or letter not in self.deep(a) | self.deep(b) or tried >= MOST_TRIED:
                        continue
                    tried += 1
                    prepared = [self.prepared_tree(t, frozenset()) for t in (a, b)]
                    count += self.comparison.equal(prepared[0], prepared[1], [at]).equal
        finally:
            self.roles = before
        return count

    def settled(self, letter: str, left: Tree | None, right: Tree | None) -> bool:
        """Whether other relations hold with the shape that a letter was given, and this one with no other.

        left, right  of this relation; None where one cannot be read: then it settles nothing
        """
        if letter not in self.shaped_by_truth:
            self.shaped_by_truth[letter] = self._true(letter, self.roles[letter]) > 0
        if not self.shaped_by_truth[letter] or left is None or right is None:
            return False
        chosen = self.roles[letter]
        try:
            for role in self._roles_for():
                self.roles[letter] = role
                if self.comparison.equal(left, right, [self.situation(0)]).equal:
                    return False
        finally:
            self.roles[letter] = chosen
        return True

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

    def _roles_for(self) -> list[str]:
        shapes: dict[str, None] = dict.fromkeys(self.ground.variables)
        names: list[str] = ["1"]
        for symbol in self.ground.problem.symbols.values():
            m, n = (str(s) for s in symbol.dims)
            if all(x.isdecimal() or x in self.ground.size_names for x in (m, n)):
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

    def _forms(self, letter: Name, wanted: list[Array], tree: Tree, situations: list[Situation]) -> list[tuple[Tree, list[Array]]]:
        """Trees in a letter with their values: itself, minus it, its transpose; and what it is a multiple of, with the number put back."""
        out: list[tuple[Tree, list[Array]]] = [(letter, wanted), (Neg(letter), [-w for w in wanted]), (Turn(letter), [w.T for w in wanted])]
        match tree:
            case Binary(op="over", left=inner, right=number):
                form: Tree = Mul((number, letter))
            case Mul(factors=(number, *rest)) if rest:
                inner, form = Mul(tuple(rest)), Binary("over", letter, number)
            case _:
                return out
        try:
            if all(self.comparison.value(number, s).size == 1 for s in situations):
                out.append((form, [self.comparison.value(inner, s) for s in situations]))
        except (Undefined, Unknown, SizeNeeded):
            pass
        return out

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
        forms = self._forms(letter, wanted, definition.tree, situations) if np.any(wanted[0]) else []

        def form_of(node: Tree) -> Tree | None:
            nonlocal done
            values = [self.comparison.value(node, s) for s in situations]
            found = next((form for form, others in forms if all(close(v, w, NEAR) for v, w in zip(values, others, strict=True))), None)
            done = done or found is not None
            return found

        def visit(node: Tree) -> Tree:
            if isinstance(node, (Num, Total)):
                return node
            try:
                found = form_of(node)
                if found is not None:
                    return found
                for run in _runs(node):
                    found = form_of(Mul(run.factors))
                    if found is not None:
                        return Mul((*run.before, found, *run.after))
            except (Undefined, Unknown, SizeNeeded):
                pass
            return rebuilt(node, visit)

        out = visit(tree)
        return out if done and out != letter else None
