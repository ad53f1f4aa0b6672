"""What a pasted derivation says that its new letters are."""

from __future__ import annotations

from fractions import Fraction

from derive.reviewing.evaluating.situation import Definition
from derive.reviewing.judging.ground import Ground
from derive.reviewing.judging.letters import value_names
from derive.reviewing.reading.lexicon import Lexicon
from derive.reviewing.reading.words import BEST, SMALL
from derive.reviewing.tree import Call, Fun, Mul, Name, Num, Pow, Sub, Tree, Turn, children, key

_ROOT = "sqrt"


class Definitions:
    """New letters and what they stand for.

    candidates  letters that may be other names of the function
    defining    by the line of the relation, the name that it defines
    steps       letters that are steps along a direction
    """

    ground: Ground
    lexicon: Lexicon
    functions: set[str]
    definitions: dict[str, Definition]
    defining: dict[int, str]
    candidates: list[str]
    steps: set[str]

    def _underbraced(self, name: Tree, body: Tree) -> None:
        self._defined(name, body, -1)

    def _may_name(self, left: Name, right: Tree) -> bool:
        """Whether a letter may be defined as the right side: it is not the problem's function, no best value of a variable, no index that
        counts, no size, and does not stand there itself."""
        if left.name == self.ground.problem.name and not left.marks and left.name not in self.lexicon.names:
            return False
        scaled = left.marks == ("hat",) and left.name in value_names(right) and not self.ground.problem.function.is_scalar
        if set(left.marks) & BEST and left.name in self.lexicon.wrt and not scaled:
            return False
        known_inside = value_names(right) & (self.lexicon.names | self.definitions.keys())
        counts = isinstance(right, Num) and (left.name in SMALL or left.name in "ijklrs")
        if counts or (left.name in self.lexicon.sizes and not known_inside):
            return False
        return key(left) not in value_names(right)

    def _defines_name(self, left: Name, right: Tree) -> bool:
        if not self._may_name(left, right):
            return False
        if left.name in self.functions and not left.marks:
            self.candidates.append(left.name)
        self.definitions[key(left)] = Definition(right)
        return True

    def _defines_entries(self, left: Sub, base: Name, right: Tree) -> bool:
        """a_ij = … as the definition of the array a; not where a is what the problem calls A."""
        known = self.lexicon.names
        names = [i.name for i in left.indices if isinstance(i, Name)]
        if len(names) != len(left.indices) or set(names) & (known | self.lexicon.sizes):
            return False
        twin = base.name.upper() if len(base.name) == 1 else base.name.capitalize()
        if twin in known and (len(names) == 2 or (not left.above and twin in self.ground.variables)):
            return False
        self.definitions[key(base)] = Definition(right, tuple(names))
        return True

    def _defines_function(self, left: Call, right: Tree) -> bool:
        """g(x) = … as the definition of the function g, or of a value where its arguments are what the problem declares."""
        known = self.lexicon.names
        parameters = [key(a) for a in left.args if isinstance(a, Name)]
        if left.name in self.ground.unnamed or len(parameters) != len(left.args):
            return False
        if all(p in known for p in parameters):
            self.candidates.append(left.name)
            self.definitions[left.name] = Definition(right, at=tuple(parameters))
        else:
            self.definitions[left.name] = Definition(right, (), tuple(parameters))
            self.steps |= {p for p in parameters if p not in known and p in SMALL}
        return True

    def _defined(self, left: Tree, right: Tree, line: int) -> bool:
        """Whether `left = right` says what a new name is."""
        known = self.lexicon.names
        match left:
            case Name() if self._fresh(left):
                done = self._defines_name(left, right)
            case Pow(base=Name() as base, exponent=Num(value=two)) if two == 2 and key(base) not in known and not set(base.marks) & BEST:
                return self._defined(base, Fun(_ROOT, (right,)), line)
            case Name():
                match right:
                    case Pow(base=Name() as base, exponent=Num(value=two)) if two == 2 and key(left) in known and self._fresh(base):
                        return self._defined(base, Fun(_ROOT, (left,)), line)
                return False
            case Sub(base=Name() as base) if self._fresh(base):
                done = self._defines_entries(left, base, right)
            case Mul(factors=(*rest, Name() as last)) if self._solved_for(last, rest, right):
                inverse = Pow(Mul(tuple(rest)) if len(rest) > 1 else rest[0], Num(Fraction(-1)))
                return self._defined(last, Mul((inverse, right)), line)
            case Call(name=name, order=0) if name != self.ground.problem.name and name not in known and name not in self.definitions:
                done = self._defines_function(left, right)
            case _:
                return False
        if not done:
            return False
        head = left.base if isinstance(left, Sub) else left
        self.defining[line] = key(head) if isinstance(head, Name) else head.name if isinstance(head, Call) else ""
        return True

    def _solved_for(self, last: Name, matrices: list[Tree], right: Tree) -> bool:
        """Whether `A u = b` says what u is: nothing else does, and A is a product of declared square matrices."""
        plain = [m.arg if isinstance(m, Turn) else m for m in matrices]
        square = bool(plain) and all(isinstance(m, Name) and key(m) in self.ground.square for m in plain)
        return square and self._new(last) and last.name not in self.functions and set() < value_names(right) <= (
            self.lexicon.names | self.definitions.keys())

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

    def _fresh(self, name: Name) -> bool:
        return key(name) not in self.lexicon.names and key(name) not in self.definitions

    def _new(self, name: Name) -> bool:
        return self._fresh(name) and key(name) not in self.lexicon.sizes
