"""What the letters of a pasted derivation mean: declared, defined on the way, directions, steps, another name of the function."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from derive.expressions.spelling import GREEK
from derive.review.ground import Ground
from derive.review.indices import indices_of
from derive.review.placed import Placed
from derive.review.reading.cursor import Unread
from derive.review.reading.lexicon import PLAIN, READINGS, Lexicon, Reading
from derive.review.reading.parser import read
from derive.review.reading.words import BEST, SMALL, VARIANTS
from derive.review.relations import Chain
from derive.review.situation import Definition
from derive.review.tree import (
    Add,
    Along,
    Call,
    Const,
    Differential,
    Evaluated,
    Limit,
    Mul,
    Name,
    Neg,
    Num,
    Partial,
    Sub,
    Total,
    Tree,
    Turn,
    children,
    key,
    rebuilt,
    walk,
)

_HEAD = re.compile(
    r"^\s*(?:\\(?:mathcal|mathscr|mathrm|mathbf|boldsymbol|bm|mathsf)\s*\{?\s*)?(\\?[A-Za-z]+?)\}?(?:_\{?[A-Za-z0-9]+\}?)?\s*(?:\\left|\\[bB]igg?l?)?\s*\("
)
_CALLED = re.compile(r"(?<![A-Za-z\\])(\\(?:ell|phi|psi|varphi|Phi|Psi|mathcal\s*\{?[A-Z]\}?)|[A-Za-z])\s*(?:\\left|\\[bB]igg?l?)?\s*\(")
_APPLIED = re.compile(
    r"(?:\\nabla(?:_\{?[^}\s]*\}?)?(?:\^\{?2\}?)?|\\partial|\\mathrm\s*\{?\s*[dD]\s*\}?|(?<![A-Za-z\\])[dD](?:\^2)?(?:_\{?\w\}?)?|\\delta)\s*\{?\s*"
    r"(?:\\(?:mathcal|mathscr)\s*\{?\s*)?(\\ell|\\phi|\\psi|\\Phi|\\mathcal|[A-Za-z])(?![A-Za-z])"
)
LIKELY = frozenset(("f", "g", "J", "L", "E", "F", "ell", "phi", "psi", "Q", "Phi", "Psi", "R", "C", "V", "h", "l", "U", "S", "H", "G", "N", "D"))
_COLUMNS = re.compile(r"columns?\s+(?:vectors?\s+)?of\s+(?:the\s+)?(?:matrix\s+)?\$?\\?\(?\s*(?:\\(?:mathbf|boldsymbol|bm|mathsf)\s*\{?)?\s*(\\?[A-Za-z]+)")


@dataclass
class Context:
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
    trees: dict[int, Tree] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = frozenset(self.ground.spoken.values()) | {s.name for s, _ in self.ground.problem.let}
        problem = self.ground.problem
        self.functions = {problem.name, "f", *problem.unnamed} - names
        for chain in self.chains:
            self.functions |= set(self._heads(chain)) - names
        self.lexicon = Lexicon(names - set(problem.unnamed), self.ground.size_names, frozenset(self.functions),
                               frozenset(self.ground.variables), frozenset(), _spelled(names))
        self.columns = frozenset(_letter(m) for m in _COLUMNS.findall(self.words))
        self._define()
        self._roles()

    # ------------------------------------------------------------------------------------------ reading
    def read(self, member: Placed, reading: Reading = PLAIN) -> Tree:
        """The tree of a member.  Unread, with an offset in the member."""
        tree, defined = read(member.text.strip(), self.lexicon, reading)
        for name, body in defined:
            self._underbraced(name, body)
        return tree

    def readings(self, member: Placed) -> list[Tree]:
        """The trees that a member may be, the likeliest first.  Unread where it is none."""
        out: list[Tree] = []
        failure: Unread | None = None
        for reading in READINGS:
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

    def tree(self, member: Placed) -> Tree | None:
        """The likeliest tree; None where it cannot be read."""
        try:
            return self.readings(member)[0]
        except Unread:
            return None

    def _heads(self, chain: Chain) -> Iterator[str]:
        """Letters before a bracket at the head of a chain, and letters that a derivative is taken of."""
        for k, member in enumerate(chain.members):
            head = _HEAD.match(member.text)
            if head and k == 0 and _whole_call(member.text):
                yield _letter(head.group(1))
            for found in _APPLIED.findall(member.text):
                letter = _letter(found)
                if letter in LIKELY:
                    yield letter
            for found in re.findall(r"\\(?:mathcal|mathscr)\s*\{?\s*([A-Z])\}?", member.text):
                yield found

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

    def _underbraced(self, name: Tree, body: Tree) -> None:
        self._defined(name, body, -1)

    def _defined(self, left: Tree, right: Tree, line: int) -> bool:
        """Whether `left = right` says what a new name is."""
        known = self.lexicon.names
        match left:
            case Name() if key(left) not in known and key(left) not in self.definitions:
                if left.name == self.ground.problem.name and not left.marks and left.name not in known:
                    return False
                if set(left.marks) & BEST and left.name in self.lexicon.wrt:
                    return False
                if left.marks and left.name in self.lexicon.wrt and left.marks == ("hat",):
                    return False
                if left.name in self.lexicon.sizes or (isinstance(right, Num) and (left.name in SMALL or left.name in "ijklrs")):
                    return False
                if key(left) in _names(right):
                    return False
                if left.name in self.functions and not left.marks:
                    self.candidates.append(left.name)
                self.definitions[key(left)] = Definition(right)
            case Sub(base=Name() as base, indices=indices) if key(base) not in known and key(base) not in self.definitions:
                names = [i.name for i in indices if isinstance(i, Name)]
                if len(names) != len(indices) or set(names) & (known | self.lexicon.sizes):
                    return False
                twin = base.name.upper() if len(base.name) == 1 else base.name.capitalize()
                if twin in known and len(names) == 2:
                    return False
                if twin in known and not left.above and twin in self.ground.variables:
                    return False
                self.definitions[key(base)] = Definition(right, tuple(names))
            case Call(name=name, args=args, order=0) if name != self.ground.problem.name and name not in known and name not in self.definitions:
                if name in self.ground.problem.unnamed:
                    return False
                parameters = [key(a) for a in args if isinstance(a, Name)]
                if len(parameters) != len(args):
                    return False
                if all(p in known for p in parameters):
                    self.candidates.append(name)
                    self.definitions[name] = Definition(right)
                else:
                    self.definitions[name] = Definition(right, (), tuple(parameters))
                    self.steps |= {p for p in parameters if p not in known and p in SMALL}
            case _:
                return False
        self.defining[line] = key(left) if isinstance(left, Name) else left.name if isinstance(left, Call) else key(left.base)  # type: ignore[union-attr]
        return True

    def _matched(self, known: Tree, named: Tree) -> None:
        """`softmax(z) - y ≡ p - y` says what p is."""
        if isinstance(named, Name) and key(named) not in self.lexicon.names and key(named) not in self.definitions:
            if key(named) not in self.functions and key(named) not in self.lexicon.sizes and known != named:
                self.definitions[key(named)] = Definition(known)
            return
        if type(known) is not type(named):
            return
        ours, theirs = list(children(known)), list(children(named))
        if len(ours) == len(theirs):
            for a, b in zip(ours, theirs, strict=True):
                if a != b:
                    self._matched(a, b)

    # ------------------------------------------------------------------------------------------ roles
    def _roles(self) -> None:
        trees = [t for chain in self.chains for m in chain.members if (t := self.tree(m)) is not None]
        everything = [*trees, *(d.tree for d in self.definitions.values())]
        indices = {i for t in everything for node in walk(t) for i in (*indices_of(node), *_summed(node))}
        for t in everything:
            self._roles_in(t)
        parameters = {p for d in self.definitions.values() for p in (*d.parameters, *d.indices)}
        known = (self.lexicon.names | self.lexicon.sizes | self.definitions.keys() | self.functions | indices | parameters | self.steps
                 | self.directions.keys())
        for t in everything:
            for word in _names(t):
                base = word.split("@")[0]
                if word in known or base in ("", ",") or (word != base and base in known):
                    continue
                if (base.upper() if len(base) == 1 else base.capitalize()) in known and _only_indexed(word, everything):
                    continue
                if word not in self.unknown and word not in ("e", "δ"):
                    self.unknown.append(word)

    def _roles_in(self, tree: Tree) -> None:
        for node in walk(tree):
            match node:
                case Along(directions=directions, by=by):
                    variable = next((key(b) for b in by if isinstance(b, Name)), "")
                    for d in directions:
                        self._direction(d, variable)
                case Partial(by=by):
                    for b in by:
                        if isinstance(b, Name) and b.name and self._new(b) and (key(b) in SMALL or not b.marks):
                            self.steps.add(key(b))
                case Limit(name=name) | Evaluated(name=name):
                    if name not in self.lexicon.names and name not in self.definitions:
                        self.steps.add(name)
                case Call(name=name, args=args) if name in self.functions:
                    for k, a in enumerate(args):
                        self._moved(a, k if len(args) == len(self.ground.variables) else 0)
                case Add(terms=terms):
                    self._moved(node, -1)
                    del terms

    def _moved(self, tree: Tree, place: int) -> None:
        """X + tH: t is a step, H a direction of X."""
        if not isinstance(tree, Add) or len(tree.terms) != 2:
            return
        first, last = tree.terms
        last = last.arg if isinstance(last, Neg) else last
        if not (isinstance(first, Name) and key(first) in self.lexicon.wrt):
            return
        del place
        if isinstance(last, Mul) and len(last.factors) == 2:
            t, h = last.factors
            if isinstance(t, Name) and self._new(t) and isinstance(h, Name) and t.name in SMALL:
                self.steps.add(key(t))
            last = h if isinstance(t, (Name, Num)) else last
        self._direction(last, key(first))

    def _direction(self, tree: Tree, variable: str) -> None:
        if isinstance(tree, Name) and self._new(tree) and key(tree) not in self.steps:
            variable = variable if variable in self.lexicon.wrt else ""
            self.directions[key(tree)] = variable or self.directions.get(key(tree), "")

    def _new(self, name: Name) -> bool:
        return key(name) not in self.lexicon.names and key(name) not in self.definitions and key(name) not in self.lexicon.sizes


def _names(tree: Tree) -> set[str]:
    """Letters that stand for values, no indices."""
    out: set[str] = set()
    if isinstance(tree, Sub):
        return _names(tree.base)
    if isinstance(tree, Const) and tree.kind in ("delta", "unit"):
        return set()
    if isinstance(tree, Name):
        return {key(tree)}
    for child in children(tree):
        out |= _names(child)
    return out


def _summed(tree: Tree) -> tuple[str, ...]:
    return tree.indices if isinstance(tree, Total) else ()


def _only_indexed(word: str, trees: list[Tree]) -> bool:
    """Whether a letter always stands with indices."""
    def bare(tree: Tree) -> bool:
        if isinstance(tree, Sub) and isinstance(tree.base, Name):
            return False
        return (isinstance(tree, Name) and key(tree) == word) or any(bare(c) for c in children(tree))

    return not any(bare(t) for t in trees)


def _letter(text: str) -> str:
    word = text.strip().lstrip("\\").strip("{} ")
    if word.startswith("mathcal"):
        word = word.removeprefix("mathcal").strip("{} ")
    return VARIANTS.get(word, word)


def _whole_call(text: str) -> bool:
    """Whether a member is one letter and one bracket, f(X)."""
    opening = text.find("(")
    depth = 0
    for k, c in enumerate(text[opening:], opening):
        depth += (c == "(") - (c == ")")
        if not depth:
            return not text[k + 1 :].strip(" .,")
    return False


def _spelled(names: frozenset[str]) -> dict[tuple[str, str], str]:
    """(letter, subscript) of names such as W1, W_1, sigma_max."""
    out = {}
    for name in names:
        base, _, below = name.partition("_")
        digits = re.fullmatch(r"([A-Za-z]+?)(\d+)", base)
        if digits and not below:
            base, below = digits.groups()
        if below and (len(base) == 1 or base in GREEK):
            out[base, below.replace("_", "").replace(",", "")] = name
    return out


def sized(tree: Tree, units: bool = True) -> Tree:
    """The tree with a name for every size that is not written: of I, of ones, of a unit vector.

    units  e_i is a unit vector
    """
    count = 0

    def visit(node: Tree) -> Tree:
        nonlocal count
        if isinstance(node, Turn) and isinstance(node.arg, Num) and node.arg.value == 1:
            count += 1
            return Turn(Const("ones", (Name(f"?{count}"),)))
        if units and isinstance(node, Sub) and node.base == Name("e") and len(node.indices) == 1 and node.indices[0] is not None:
            count += 1
            return Const("unit", (node.indices[0], Name(f"?{count}")))
        if isinstance(node, Const):
            if node.kind in ("identity", "ones", "zeros") and not node.size:
                count += 1
                return Const(node.kind, (Name(f"?{count}"),))
            if node.kind == "unit" and len(node.size) == 1:
                count += 1
                return Const("unit", (node.size[0], Name(f"?{count}")))
            return node
        return rebuilt(node, visit)

    return visit(tree)


