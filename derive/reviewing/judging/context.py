"""What the letters of a pasted derivation mean: declared, defined on the way, directions, steps, another name of the function."""

from __future__ import annotations

from dataclasses import field, replace

from derive.expressions.sizes import is_column
from derive.notation.latex.latex import latex
from derive.reviewing.evaluating.situation import Definition
from derive.reviewing.indices import indices_of
from derive.reviewing.judging.definitions import Definitions
from derive.reviewing.judging.ground import Ground
from derive.reviewing.judging.heads import COLUMNS, OPERATORS, TWINS, heads, operators_defined, squares, with_numbers
from derive.reviewing.judging.letters import (
    following,
    is_log_of,
    is_named,
    last_factors,
    numbered_letters,
    only_indexed,
    plain_letter,
    sampled,
    summation_indices,
    unaddressed,
    value_names,
)
from derive.reviewing.pasted.placed import Placed
from derive.reviewing.pasted.relations import Chain
from derive.reviewing.reading.cursor import Unread
from derive.reviewing.reading.lexicon import PLAIN, READINGS, Lexicon, Reading
from derive.reviewing.reading.parser import read
from derive.reviewing.reading.words import SMALL
from derive.reviewing.tree import (
    Add,
    Along,
    Call,
    Evaluated,
    Fun,
    Limit,
    Mul,
    Name,
    Neg,
    Num,
    Partial,
    Sub,
    Total,
    Tree,
    key,
    names_in,
    rebuilt,
    walk,
)
from derive.values import dataclass


@dataclass
class Context(Definitions):
    """The lexicon, the definitions and the roles of letters.

    directions  letter → the variable of which it is a direction, "" where it is not said
    unknown     letters whose meaning the text does not say
    """

    ground: Ground
    chains: list[Chain]
    words: str = ""
    lexicon: Lexicon = field(init=False)
    definitions: dict[str, Definition] = field(default_factory=dict)
    defining: dict[int, str] = field(default_factory=dict)
    """By the line of the relation, the name that it defines."""
    candidates: list[str] = field(default_factory=list)
    steps: set[str] = field(default_factory=set)
    directions: dict[str, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    columns: frozenset[str] = frozenset()
    indices: frozenset[str] = frozenset()
    letters: dict[str, str] = field(default_factory=dict)
    logged: set[str] = field(default_factory=set)
    """Letters whose logarithm is a name of the function: `log L(w)`."""
    habits: frozenset[str] = frozenset()
    """What the author may mean by a sign that mostly means something else: minus, the function is minus their logarithm; star, plus
    and dots of the lexicon; columns, x_i is a column of X."""
    wholes: dict[Tree, str] = field(default_factory=dict)
    """Members that are names of the function as a whole, as e'e where nothing says what e is."""
    curves: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By its step the variable and the direction of X + tH."""
    samples: frozenset[str] = frozenset()
    """Functions f of which the text defines an f_i of each sample."""
    iterates: set[tuple[str, str]] = field(default_factory=set)
    """(x, k) of variables of which x_k is the value now and x_{k+1} the next one."""

    def __post_init__(self) -> None:
        names = frozenset(self.ground.spoken.values()) | {s.name for s, _ in self.ground.problem.let}
        problem = self.ground.problem
        self.functions = {problem.name, "f", *TWINS.get(problem.name, ()), *self.ground.unnamed} - names
        for chain in self.chains:
            self.functions |= {head for head in heads(chain) if not (head.isupper() and len(head) > 1 and set(head) & names)} - names
        self.lexicon = Lexicon(
            frozenset(names - self.ground.unnamed.keys()), self.ground.size_names, frozenset(self.functions), frozenset(self.ground.variables),
            frozenset(),
            operators_defined(self.chains) | ({problem.name} & OPERATORS), self._primes_turn, with_numbers(self.chains, names),
            self.habits | {"dots"} if len(problem.wrt) == 1 and problem.wrt[0].is_scalar else self.habits, squares(names),
        )
        self._read_lets()
        self._same_letters()
        self._spoken_of()
        self.columns = frozenset(plain_letter(m) for m in COLUMNS.findall(self.words)) | (self.rows_named if "columns" in self.habits else set())
        self._define()
        self._roles()
        self._named_on_the_right()

    @property
    def rows_named(self) -> frozenset[str]:
        """Declared matrices X of which the text writes an x_i."""
        small = {x for x in numbered_letters(self.trees) - self.lexicon.names if self.lexicon.twin(x)}
        return frozenset(x.upper() if len(x) == 1 else x.capitalize() for x in small)

    @property
    def _primes_turn(self) -> bool:
        problem = self.ground.problem
        return not problem.function.is_scalar and not any(v.is_scalar for v in problem.wrt)

    # ------------------------------------------------------------------------------------------ reading
    def read(self, member: Placed, reading: Reading = PLAIN) -> Tree:
        """The tree of a member.  Unread, with an offset in the member."""
        tree, defined = read(member.text.strip(), self.lexicon, reading)
        for name, body in defined:
            self._underbraced(name, self._translated(body))
        return self._translated(tree)

    def _read_lets(self) -> None:
        """The intermediate functions of the problem are definitions that the text need not give."""
        for symbol, expr in self.ground.problem.let:
            tree = self.tree(Placed.whole(latex(expr)))
            if tree is not None:
                self.definitions[symbol.name] = Definition(tree)

    def _same_letters(self) -> None:
        """`where Σ := S`: another letter for a declared one."""
        known = self.lexicon.names
        for chain in self.chains:
            left, right = (self.tree(m) for m in chain.members[:2])
            if not (isinstance(left, Name) and isinstance(right, Name) and len(chain.links) == 1 and chain.links[0].op in ("=", "≡")):
                continue
            for one, other in ((left, right), (right, left)):
                fresh = key(one) not in known and not one.marks and one.name not in self.lexicon.sizes | self.functions
                if fresh and key(other) in known and one.name not in self.letters:
                    self.letters[one.name] = key(other)

    def _spoken_of(self) -> None:
        """log L, which is one name of the function; f_i of a sample; x_k and x_{k+1}."""
        known = self.lexicon.names
        trees = self.trees
        heads_of = [t for chain in self.chains if chain.links[0].op == "=" and (t := self.tree(chain.members[0])) is not None]
        scalar = self.ground.problem.function.is_scalar
        self.samples = frozenset(name for t in heads_of if scalar and (name := sampled(t)) in self.functions)
        self.iterates = {(x, k) for t in trees for n in walk(t) for x, k in following(n) if x in self.lexicon.wrt and k not in known}
        for name in self.functions - known:
            inside = sum(is_log_of(n, name) for t in trees for n in walk(t))
            if inside and inside == sum(is_named(n, name) for t in trees for n in walk(t)):
                self.logged.add(name)

    def _by_entries(self, by: tuple[Tree, ...]) -> tuple[Tree, ...]:
        """∂_k and ∇_k are the derivative by the k-th entry of the variable, ∂_{jk} that by the entry jk of a matrix, or by two of a vector."""
        variables = self.ground.problem.wrt
        counting = [b.indices[0] for b in by if isinstance(b, Sub) and b.base == Name("")]
        plain = tuple(b.indices[0] if isinstance(b, Sub) and b.base == Name("") else b for b in by)
        if len(variables) != 1 or variables[0].is_scalar or any(
            isinstance(b, Name) and (key(b) in self.definitions or key(b) in self.steps) for b in counting):
            return plain  # type: ignore[return-value]
        x = Name(variables[0].name)
        if is_column(variables[0].shape) or len(counting) < len(by):
            return tuple(Sub(x, b.indices) if isinstance(b, Sub) and b.base == Name("") else b for b in by)
        return (Sub(x, plain),) if len(by) == 2 else plain  # type: ignore[return-value]

    def _translated(self, tree: Tree) -> Tree:
        if not (self.letters or self.logged or self.iterates or self.samples or self.wholes) and not any(isinstance(n, Partial) for n in walk(tree)):
            return tree

        def visit(node: Tree) -> Tree:
            if isinstance(node, Partial):
                node = replace(node, by=self._by_entries(node.by))
            if node in self.wholes:
                return Name(self.wholes[node])
            if isinstance(node, Name) and node.name in self.letters:
                return Name(self.letters[node.name], node.marks)
            if isinstance(node, Fun) and any(is_log_of(node, n) for n in self.logged):
                named = unaddressed(node.args[0])
                return Neg(visit(named)) if "minus" in self.habits else visit(named)
            if sampled(node) in self.samples and isinstance(node, Sub):
                return Sub(Name(f"{sampled(node)}_each"), node.indices)
            if isinstance(node, Sub) and isinstance(node.base, Name) and len(node.indices) == 1 and node.indices[0] is not None:
                for x, k in self.iterates:
                    if node.base == Name(x) and k in names_in(node.indices[0]):
                        return Name(x) if node.indices[0] == Name(k) else Name(x, ("next",))
            if isinstance(node, Total):
                node = replace(node, indices=tuple(self.letters.get(i, i) for i in node.indices))
            out = rebuilt(node, visit)
            return out.arg.arg if isinstance(out, Neg) and isinstance(out.arg, Neg) else out

        return visit(tree)

    def readings(self, member: Placed, wide: bool = True) -> list[Tree]:
        """The trees that a member may be, the likeliest first; wide: whether d x y may be d(x y).  Unread where it is none."""
        out: list[Tree] = []
        failure: Unread | None = None
        for reading in READINGS:
            if reading.wide_differential and not wide:
                continue
            try:
                tree = self.read(member, reading)
            except Unread as error:
                failure = failure or error
                continue
            if tree not in out:
                out.append(tree)
        if not out:
            assert failure is not None
            raise failure
        return out

    @property
    def trees(self) -> list[Tree]:
        """The likeliest trees of all members that can be read."""
        return [t for chain in self.chains for m in chain.members if (t := self.tree(m)) is not None]

    def tree(self, member: Placed) -> Tree | None:
        """The likeliest tree; None where it cannot be read."""
        try:
            return self.readings(member)[0]
        except Unread:
            return None

    # ------------------------------------------------------------------------------------------ definitions
    def _define(self) -> None:
        for chain in self.chains:
            trees = [self.tree(m) for m in chain.members]
            for k, link in enumerate(chain.links):
                left, right = trees[k], trees[k + 1]
                if left is None or right is None or link.op not in ("=", "≡", "=:"):
                    continue
                if link.op == "=:":
                    self._defined(right, left, link.line)
                elif k == 0 and not self._defined(left, right, link.line):
                    pass
                elif link.op == "≡" and k:
                    self._matched(left, right)

    def _named_on_the_right(self) -> None:
        """`∂f/∂X_ij = C_ij` says what C is, where nothing else does."""
        for chain in self.chains:
            trees = [self.tree(m) for m in chain.members]
            for k, link in enumerate(chain.links):
                left, right = trees[k], trees[k + 1]
                head = right.base if isinstance(right, Sub) else right
                if link.op != "=" or left is None or not isinstance(head, Name) or key(head) not in self.unknown or (head.name in ("c", "C") and (
                    not isinstance(right, Sub))):
                    continue
                if key(head) not in value_names(left) and not value_names(left) & set(self.unknown) and self._defined(right, left, link.line):  # type: ignore[arg-type]
                    self.unknown.remove(key(head))

    # ------------------------------------------------------------------------------------------ roles
    def _roles(self) -> None:
        everything = [*self.trees, *(d.tree for d in self.definitions.values())]
        indices = {i for t in everything for node in walk(t) for i in (*indices_of(node), *summation_indices(node))}
        self.indices = frozenset(indices)
        for t in everything:
            self._roles_in(t)
        parameters = {p for d in self.definitions.values() for p in d.indices}
        known = (self.lexicon.names | self.lexicon.sizes | self.definitions.keys() | self.functions | indices | parameters | self.steps
                 | self.directions.keys())
        for t in everything:
            for word in value_names(t):
                base = word.split("@")[0]
                if word in known or base in ("", ",") or (word != base and base in known):
                    continue
                twin = (base.upper() if len(base) == 1 else base.capitalize()) in known
                if twin and (only_indexed(word, everything) or word == f"{base}@bar"):
                    continue
                if "_" in word and word.partition("_")[2] in self.lexicon.wrt:
                    self.directions[word] = word.partition("_")[2]
                elif word not in self.unknown and word not in ("e", "δ"):
                    self.unknown.append(word)

    def _roles_in(self, tree: Tree) -> None:
        for node in walk(tree):
            match node:
                case Along(directions=directions, by=by):
                    variable = next((key(b) for b in by if isinstance(b, Name)), "")
                    for d in directions:
                        for part in last_factors(d):
                            self._direction(part, variable)
                case Partial(by=by):
                    for b in by:
                        if isinstance(b, Name) and b.name and self._new(b) and (key(b) in SMALL or not b.marks):
                            self.steps.add(key(b))
                case Limit(name=name) | Evaluated(name=name):
                    if name not in self.lexicon.names and name not in self.definitions:
                        self.steps.add(name)
                case Call(name=name, args=args) if name in self.functions:
                    for a in args:
                        self._moved(a)
                case Add():
                    self._moved(node)

    def _moved(self, tree: Tree) -> None:
        """X + tH: t is a step, H a direction of X."""
        if not isinstance(tree, Add) or len(tree.terms) != 2:
            return
        first, last = tree.terms
        last = last.arg if isinstance(last, Neg) else last
        if not (isinstance(first, Name) and key(first) in self.lexicon.wrt):
            return
        if isinstance(last, Mul) and len(last.factors) == 2:
            t, h = last.factors
            if isinstance(t, Name) and self._new(t) and isinstance(h, Name) and t.name in SMALL:
                self.steps.add(key(t))
                self.curves.setdefault(key(t), (key(first), key(h)))
            last = h if isinstance(t, (Name, Num)) else last
        self._direction(last, key(first))

    def _direction(self, tree: Tree, variable: str) -> None:
        if isinstance(tree, Name) and self._new(tree) and key(tree) not in self.steps:
            variable = variable if variable in self.lexicon.wrt else ""
            self.directions[key(tree)] = variable or self.directions.get(key(tree), "")
