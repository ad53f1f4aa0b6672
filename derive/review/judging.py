"""Each relation of a derivation held against the truth that its chain names, and against the member before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from derive.review import indices
from derive.review.comparing import (
    DIFFERENT,
    EQUAL,
    NEAR,
    NEAR_SECOND,
    UNDEFINED,
    UNKNOWN,
    Comparison,
    Outcome,
    dropped,
    plain_name,
)
from derive.review.context import Context, sized
from derive.review.differences import slope
from derive.review.ground import Ground
from derive.review.placed import Placed
from derive.review.reading.cursor import Unread
from derive.review.reading.parser import is_zero
from derive.review.reading.words import BEST
from derive.review.relations import Chain, Link
from derive.review.situation import LAYOUTS, Definition, Layout, Meanings, Situation
from derive.review.tree import (
    Along,
    Call,
    Const,
    Differential,
    Fun,
    Name,
    Partial,
    Sub,
    Total,
    Tree,
    key,
    names_in,
    rebuilt,
    walk,
)
from derive.review.values import Array, Undefined, Unknown, as_array, scalar

_Found = Callable[..., "Finding"]
RIGHT, WRONG, UNCLEAR, DEFINITION, CONDITION = "right", "wrong", "unclear", "definition", "condition"
INEQUALITIES = frozenset(("<", ">", "≤", "≥", "≻", "⪰", "≺", "⪯", "≠", "≫", "≪"))
STEP = 0.29
_RULE_WORDS = ("by ", "by", "using", "since", "recall", "rule", "identity", "because", "from", "formula", "lemma", "for any", "note that", "with",
               "fact", "as ", "property", "use ", "known")


@dataclass(frozen=True)
class Finding:
    """What is found of one relation.  follows: it follows from the member before it; place: its offset in the text."""

    line: int
    row: int
    verdict: str
    follows: bool = True
    message: str = ""
    place: int = 0
    outcome: Outcome | None = None
    left: Tree | None = None
    right: Tree | None = None
    before: Tree | None = None
    layouts: tuple[Layout, ...] = ()


class Judge:
    """The relations of one derivation, in order."""

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
        self._choose_aliases()
        self._choose_roles()
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
        return self.ground.direction(k, role or variables[0], letter)

    def _extent(self, k: int, name: str) -> int:
        return int(name) if name.isdigit() else self.ground.points[k].sizes[name]

    def _renew(self) -> None:
        self._situations = None
        self._stationary = {}

    # ------------------------------------------------------------------------------------------ what letters mean
    def _choose_aliases(self) -> None:
        """Which letters are other names of the function: those that are defined as it, or are not defined at all."""
        context, problem = self.context, self.ground.problem
        functions = set(context.functions) - self.names - set(problem.unnamed)
        self.aliases = frozenset(n for n in functions if n not in self.definitions)
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
        return self.comparison.equal(Name("f"), self._prepared(tree, frozenset()), self._with_f()).equal

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
            values = self.comparison.alternatives(lambda at: self.comparison.value(self._prepared(tree, frozenset()), at), s)
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
            best = max(self._roles_for(), key=lambda role: self._fits(letter, role, holding))  # noqa: B023
            if self._fits(letter, best, holding):
                self.roles[letter] = best
                self._renew()

    def _added(self, letter: str) -> bool:
        """Whether a letter only ever stands as a term: an arbitrary constant."""
        from derive.review.tree import Add

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
                if name in self.definitions:
                    todo.append(self.definitions[name].tree)
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
            tree = self._prepared(t, frozenset())
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
                    prepared = self._prepared(tree, frozenset())
                    if self._is_function(prepared):
                        found.append(prepared)
        self.expansions = tuple(found)
        self._renew()

    # ------------------------------------------------------------------------------------------ trees
    def _prepared(self, tree: Tree, kept: frozenset[str]) -> Tree:
        entries = self.names | self.definitions.keys()
        return sized(indices.summed(tree, kept, self.comparison.known), not {"e", "E"} & entries)

    def trees(self, member: Placed, kept: frozenset[str]) -> list[Tree]:
        return list(dict.fromkeys(self._prepared(t, kept) for t in self.context.readings(member)))

    def laid_out(self, tree: Tree) -> bool:
        """Whether its value depends on the layout."""
        for name in self._deep(tree):
            definition = self.definitions.get(name)
            if definition is not None and any(isinstance(n, (Partial, Call)) for n in walk(definition.tree)):
                return True
        return any(isinstance(n, Partial) and not n.nabla or isinstance(n, Call) and n.order for n in walk(tree))

    def plain(self, tree: Tree) -> bool:
        """Whether it names neither the function nor a derivative: an equation between symbols."""
        deep = self._deep(tree)
        if deep & (self.aliases | {self.ground.problem.name}) - self.names or deep & self.roles.keys():
            return False
        nodes = [*walk(tree), *(n for w in deep if w in self.definitions for n in walk(self.definitions[w].tree))]
        return not any(isinstance(n, (Partial, Differential, Along)) for n in nodes)

    # ------------------------------------------------------------------------------------------ judging
    def findings(self) -> list[Finding]:
        out: list[Finding] = []
        for chain in self.context.chains:
            out += _Chain(self, chain).findings()
        return out

    def equal(self, lefts: list[Tree], rights: list[Tree], situations: list[Situation] | None = None) -> tuple[Outcome, tuple[Layout, ...]]:
        """The best outcome over the readings, and the layouts in which it is reached."""
        best: Outcome | None = None
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
                    if best is None or _rank(outcome) > _rank(best):
                        best = outcome
                if good:
                    return Outcome(EQUAL), tuple(good) if len(layouts) > 1 else self.layouts
        assert best is not None
        return best, reached

    def _second(self, tree: Tree) -> bool:
        return any((isinstance(n, Partial) and len(n.by) > 1) or (isinstance(n, (Differential, Along)) and _order(n) > 1) or (
            isinstance(n, Partial) and any(isinstance(m, (Partial, Differential)) for m in walk(n.arg))) for n in walk(tree))

    # ------------------------------------------------------------------------------------------ stationary points
    def stationary(self, variables: tuple[str, ...]) -> list[list[Situation]]:
        """For each of several stationary points, itself at the first points."""
        if variables not in self._stationary:
            found: list[Situation] = []
            for k in range(min(2, len(self.situations))):
                found += self.ground.stationary(self.situations[k], k, variables)[:3]
            self._stationary[variables] = found
        return [[s] for s in self._stationary[variables]]

    def solves(self, lefts: list[Tree], rights: list[Tree]) -> Outcome | None:
        """Whether an equation holds where the function is stationary: equal, different, or None where that is not known."""
        for a in lefts:
            for b in rights:
                if self._explicit(a, b):
                    return Outcome(EQUAL)
        variables = self.ground.variables
        subsets = [variables, *((v,) for v in variables if len(variables) > 1)]
        known = False
        different: Outcome | None = None
        for subset in subsets:
            points = self.stationary(subset)
            if not points:
                continue
            known = known or subset == variables
            results = [self.equal(lefts, rights, at)[0] for at in points]
            if any(r.equal for r in results):
                return Outcome(EQUAL)
            different = different or next((r for r in results if r.state in (DIFFERENT, UNDEFINED)), None)
        return different if known or different is not None and len(subsets) == 1 else None

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

                def slopes(at: Situation) -> Array:
                    return np.array([slope(lambda t, e=e: function({**at.values, variable: at.values[variable] + t * e}))[0, 0]  # type: ignore[misc]  # noqa: B023
                                     for e in s.meanings.bases[variable]])  # noqa: B023

                if np.max(np.abs(slopes(there))) > 1e-6 * max(float(np.max(np.abs(slopes(s)))), 1e-3):
                    return False
            except (Undefined, Unknown):
                return False
        return True

    # ------------------------------------------------------------------------------------------ quoted rules
    def general_rule(self, lefts: list[Tree], rights: list[Tree]) -> bool:
        """Whether it holds with letters of its own: square matrices for all that stand for one."""
        a, b = lefts[0], rights[0]
        names = sorted({n for n in self._deep(a) | self._deep(b)} - {""})
        capitals = [n for n in names if n[:1].isupper() or n in self.names]
        results = []
        for k in range(2):
            s = self.situations[k]
            rng = self.ground.points[k].random("rule")
            values = dict(s.values)
            for n in capitals:
                small = n[:1].islower() and n in s.values and 1 in s.values[n].shape
                if n in s.values and s.values[n].size == 1:
                    continue
                values[n] = rng.normal(size=(4, 1) if small else (4, 4)) / 2
            sizes = {**{name: 4 for name in s.sizes}}
            meanings = replace(s.meanings, definitions={n: d for n, d in s.meanings.definitions.items() if n not in capitals})
            there = replace(s, values=values, sizes=sizes, meanings=meanings, cache={})
            results.append(self.comparison.equal(a, b, [there]).equal)
        return all(results)

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
                    shape = self.comparison.value(self._prepared(Name(n), frozenset()), s).shape
                except (Undefined, Unknown):
                    return False
                values[n] = as_array(self.ground.points[k].random("constant", n).normal(size=shape))
            rest = {n: d for n, d in s.meanings.definitions.items() if n not in used}
            situations.append(replace(s, values=values, meanings=replace(s.meanings, definitions=rest), cache={}))
        return self.equal(lefts, rights, situations)[0].equal


class _Chain:
    """One chain: its first member names what is true, unless that cannot be read."""

    def __init__(self, judge: Judge, chain: Chain) -> None:
        self.judge, self.chain = judge, chain
        self.trees: list[list[Tree]] = []
        self.failures: list[Unread | None] = []
        kept: frozenset[str] = frozenset()
        for k, member in enumerate(chain.members):
            try:
                if k == 0:
                    first = judge.context.readings(member)
                    others = [t for m in chain.members[1:] if (t := judge.context.tree(m)) is not None]
                    kept = self._kept(first[0], others)
                    self.trees.append(judge.trees(member, kept))
                else:
                    self.trees.append(judge.trees(member, kept))
                self.failures.append(None)
            except Unread as error:
                self.trees.append([])
                self.failures.append(error)
        self.rough = False

    def _kept(self, first: Tree, others: list[Tree]) -> frozenset[str]:
        """The free indices of the first member."""
        known = self.judge.comparison.known
        names = indices.free(first, known)
        elsewhere = {n for t in others for n in indices.free(t, known) if indices.count(t, n) == 1}
        sums = any(isinstance(n, Total) for t in (first, *others) for n in walk(t))
        return frozenset(n for n in names if sums or n in elsewhere or indices.count(first, n) < 2)

    def findings(self) -> list[Finding]:
        out = []
        for k, link in enumerate(self.chain.links, 1):
            finding = self.finding(k, link)
            out.append(finding)
        return out

    # ------------------------------------------------------------------------------------------ one relation
    def finding(self, k: int, link: Link) -> Finding:
        def found(verdict: str, message: str = "", follows: bool = True, outcome: Outcome | None = None) -> Finding:
            return Finding(link.line, link.row, verdict, follows, message, link.place, outcome, *self._members(k), self.judge.layouts)

        if k == 1 and link.line in self.judge.context.defining and (
            self.judge.context.defining[link.line] not in self.judge.aliases):
            return found(DEFINITION)
        if link.op == "=:":
            return found(DEFINITION)
        failure = self.failures[k] or (self.failures[0] if not self.trees[0] else None)
        if self.failures[k] is not None or not self.trees[k]:
            return found(UNCLEAR, f"this could not be read: {failure.message if failure else 'nothing stands here'}")
        anchor = 0 if self.trees[0] else k - 1 if self.trees[k - 1] else None
        if anchor is None:
            return found(UNCLEAR, f"this could not be read: {failure.message if failure else 'nothing stands here'}")
        if link.op in INEQUALITIES:
            return self.inequality(k, link, anchor, found)
        return self.equality(k, link, anchor, found)

    def _members(self, k: int) -> tuple[Tree | None, Tree | None, Tree | None]:
        return tuple(self.trees[i][0] if self.trees[i] else None for i in (0, k, k - 1))  # type: ignore[return-value]

    def equality(self, k: int, link: Link, anchor: int, found: _Found) -> Finding:
        judge = self.judge
        left, right, before = self.trees[anchor], self.trees[k], self.trees[k - 1]
        self.rough = self.rough or link.op == "≈" or any(dropped(t) is not None for t in (*right, *left))
        if link.op == "∝":
            return self.verdict(judge.comparison.up_to(left[0], right[0], judge.situations, True), found)
        if any(isinstance(n, Const) and n.kind == "any" for w in right[:1] for n in self._all_nodes(w)) or (
            k > 1 and any(isinstance(n, Const) and n.kind == "any" for w in before[:1] for n in self._all_nodes(w))):
            return self.verdict(judge.comparison.up_to(left[0], right[0], judge.situations, False), found)
        outcome, layouts = judge.equal(left, right)
        if outcome.equal:
            if judge.laid_out(left[0]) or judge.laid_out(right[0]):
                judge.layouts = layouts
            return found(RIGHT, "", self.follows(k))
        zero = is_zero(right[0]) or is_zero(before[0] if before else right[0])
        plain = judge.plain(left[0]) and judge.plain(right[0])
        if zero and (not plain or link.demanded):
            return found(CONDITION)
        if link.demanded:
            return found(CONDITION)
        if self.rough:
            rough = self.to_order(left, right)
            if rough.state != UNKNOWN:
                return self.verdict(rough, found, self.follows(k))
        if plain:
            solved = judge.solves(left, right)
            if solved is not None and solved.equal:
                return found(RIGHT, "where the function is stationary")
            if self.chain.before and k == 1 and _assumed(self.chain.before):
                return found(CONDITION)
            if outcome.state == DIFFERENT and solved is None and self._varies(left[0], right[0]):
                return found(UNCLEAR, "whether this holds could not be told: no stationary point was found")
            outcome = solved if solved is not None and outcome.state != UNDEFINED else outcome
        if k == 1 and judge.as_constants(left, right):
            return found(RIGHT, "with what it names taken as constant")
        if outcome.state == UNDEFINED and k == 1 and judge.general_rule(left, right):
            return found(DEFINITION, "a rule with letters of its own")
        if outcome.state == UNDEFINED and k == 1 and not self.chain.display and _quoted(self.chain.before):
            return found(UNCLEAR, f"a rule with letters of its own is not checked here: {outcome.reason}")
        other = self.other_layout(left, right)
        if other:
            return found(WRONG, other, self.follows(k), outcome)
        if outcome.state == UNKNOWN and anchor == 0 and k > 1 and before:
            outcome, _ = judge.equal(before, right)
            if outcome.equal:
                return found(RIGHT, "it follows from the member before", True)
        return self.verdict(outcome, found, None if outcome.state == UNKNOWN else self.follows(k))

    def _all_nodes(self, tree: Tree) -> list[Tree]:
        deep = self.judge._deep(tree)
        return [*walk(tree), *(n for w in deep if w in self.judge.definitions for n in walk(self.judge.definitions[w].tree))]

    def _varies(self, left: Tree, right: Tree) -> bool:
        return bool((self.judge._deep(left) | self.judge._deep(right)) & set(self.judge.ground.variables))

    def other_layout(self, left: list[Tree], right: list[Tree]) -> str:
        """What is said where the line is right in a layout that the lines before do not have."""
        judge = self.judge
        if judge.layouts == LAYOUTS or not (judge.laid_out(left[0]) or judge.laid_out(right[0])):
            return ""
        kept, judge.layouts = judge.layouts, LAYOUTS
        outcome, _ = judge.equal(left, right)
        judge.layouts = kept
        return "the layouts are mixed: the lines before have it the other way round" if outcome.equal else ""

    def verdict(self, outcome: Outcome, found: _Found, follows: bool | None = None) -> Finding:
        if outcome.equal:
            return found(RIGHT, "", True if follows is None else follows)
        if outcome.state == UNKNOWN:
            return found(UNCLEAR, outcome.reason)
        return found(WRONG, outcome.reason, bool(follows), outcome)

    def follows(self, k: int) -> bool:
        """Whether the member follows from the one before it."""
        if k == 1 or not self.trees[k - 1]:
            return True
        outcome, _ = self.judge.equal(self.trees[k - 1], self.trees[k])
        return outcome.equal or outcome.state == UNKNOWN

    def to_order(self, left: list[Tree], right: list[Tree]) -> Outcome:
        judge = self.judge
        orders = [d for t in (*left[:1], *right[:1]) if (d := dropped(t)) is not None]
        letters = judge._deep(left[0]) | judge._deep(right[0])
        steps = letters & judge.context.steps
        small = frozenset(steps) or frozenset(letters & judge.roles.keys()) | {"d"}
        best = Outcome(UNKNOWN)
        for a in left:
            for b in right:
                outcome = judge.comparison.to_order(a, b, judge.situations, small, min(orders) if orders else None)
                if outcome.equal:
                    return outcome
                best = outcome if best.state == UNKNOWN else best
        return best

    def inequality(self, k: int, link: Link, anchor: int, found: _Found) -> Finding:
        judge = self.judge
        left, right, before = self.trees[anchor], self.trees[k], self.trees[k - 1]
        if plain_name(right[0]) and before and plain_name(before[0]):
            held = judge.comparison.ordered(before[0], link.op, right[0], judge.situations)
            return found(RIGHT if held.equal else CONDITION)
        outcomes = []
        for members in ([left, before] if before and before is not left else [left]):
            op = link.op
            outcomes.append(judge.comparison.ordered(members[0], op, right[0], judge.situations))
        outcome = outcomes[0]
        if outcome.state == UNKNOWN and len(outcomes) > 1 and "strictly" not in outcome.reason:
            outcome = outcomes[1]
        if outcome.state == DIFFERENT and judge.plain(left[0]) and _assumed(self.chain.before):
            return found(CONDITION)
        return self.verdict(outcome, found, outcomes[-1].equal)


def _rank(outcome: Outcome) -> int:
    return {EQUAL: 3, DIFFERENT: 2, UNDEFINED: 1, UNKNOWN: 0}[outcome.state]


def _order(node: Tree) -> int:
    return len(node.directions) if isinstance(node, Along) else node.order if isinstance(node, Differential) else 1


def _quoted(before: str) -> bool:
    words = before.lower()[-60:]
    return any(w in words for w in _RULE_WORDS)


def _assumed(before: str) -> bool:
    words = before.lower()[-60:]
    return any(w in words for w in ("assume", "suppose", "if ", "provided", "let ", "subject to", "constraint", "such that", "with ", "whenever"))


def key_of(tree: Tree) -> str:
    return key(tree) if isinstance(tree, Name) else tree.name if isinstance(tree, (Call, Fun)) else ""


