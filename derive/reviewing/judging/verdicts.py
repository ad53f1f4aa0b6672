"""Each relation of a derivation held against the truth that its chain names, and against the member before."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from derive.reviewing import indices
from derive.reviewing.evaluating.letters import SizeNeeded
from derive.reviewing.evaluating.situation import LAYOUTS
from derive.reviewing.evaluating.values import Undefined, Unknown
from derive.reviewing.judging.comparing import (
    DIFFERENT,
    EQUAL,
    UNDEFINED,
    UNKNOWN,
    Outcome,
    dropped,
    plain_name,
)
from derive.reviewing.judging.finding import CONDITION, DEFINITION, RIGHT, UNCLEAR, WRONG, Finding
from derive.reviewing.judging.judge import Judge
from derive.reviewing.judging.said import falsely_said
from derive.reviewing.pasted.relations import Chain, Link
from derive.reviewing.reading.cursor import Unread
from derive.reviewing.reading.parser import is_zero
from derive.reviewing.reading.words import BEST
from derive.reviewing.tree import (
    Call,
    Const,
    Name,
    Num,
    Partial,
    Total,
    Tree,
    Turn,
    names_in,
    walk,
)

_Found = Callable[..., Finding]
INEQUALITIES = frozenset(("<", ">", "≤", "≥", "≻", "⪰", "≺", "⪯", "≠", "≫", "≪"))
_SOLVING = re.compile(
    r"stationar|minim|maxim|optim|critical|vanish|zero|normal equation|solv|solution|setting|\bset\b|equat|KKT|first[- ]order|condition|"
    r"\bbest\b|estimat|requir|hence|therefore|thus|so that|gives|yields|obtain", re.IGNORECASE)
"""Words after which an equation may be one that is solved, and no identity."""
_UNTOLD = (ValueError, ArithmeticError, LookupError, TypeError, RecursionError, MemoryError, np.linalg.LinAlgError, Undefined, Unknown, SizeNeeded)
"""What may come of a relation that nobody has foreseen: it is not told, and the others are."""
_LAYOUT = re.compile(r"(?:numerator|denominator)[- ]layout", re.IGNORECASE)
"""Words after which another layout may begin."""
_SYMMETRIC = re.compile(r"\b(?:if|when|for|in case)\b[^.]*(?<!skew.)(?<!anti-)\bsymmetric\b[^.]*$", re.IGNORECASE)
"""Words that set a case apart."""
_RULE_WORDS = ("by ", "by", "using", "since", "recall", "rule", "identity", "because", "from", "formula", "lemma", "for any", "note that", "with",
               "fact", "as ", "property", "use ", "known")


def findings(judge: Judge) -> list[Finding]:
    """The findings of all relations, in order."""
    out: list[Finding] = []
    solving = False
    for chain in judge.context.chains:
        solving = solving or chain.implied or bool(_SOLVING.search(chain.before))
        if _LAYOUT.search(chain.before):
            judge.layouts = LAYOUTS
        one = _Chain(judge, chain, solving)
        found = one.findings()
        if chain.trail and found and found[-1].verdict != WRONG and not _assumed(chain.before):
            said = falsely_said(judge, chain.trail, found[-1].right)
            found[-1] = replace(found[-1], verdict=WRONG, message=said) if said else found[-1]
        out += found
        solving = solving or one.sets_zero
    return _following(judge, out)


def _following(judge: Judge, found: list[Finding]) -> list[Finding]:
    """The findings, where a chain that begins wrong follows from a wrong line before it only if it says the same."""
    out: list[Finding] = []
    before: Finding | None = None
    for finding in found:
        if finding.verdict == WRONG:
            begins = not finding.source.startswith(finding.op)
            if begins and before is not None and before.right is not None and finding.right is not None:
                finding = replace(finding, follows=judge.equal([before.right], [finding.right])[0].equal)
            before = finding
        out.append(finding)
    return out


class _Chain:
    """One chain: its first member names what is true, unless that cannot be read."""

    def __init__(self, judge: Judge, chain: Chain, solving: bool) -> None:
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
                    self.trees.append(judge.trees(member, kept, wide=k < len(chain.links)))  # a last member says what d is
                self.failures.append(None)
            except Unread as error:
                self.trees.append([])
                self.failures.append(error)
        self.rough = False
        self.sets_zero = any(link.demanded for link in chain.links) or any(is_zero(ts[0]) for ts in self.trees if ts)
        self.solving = solving or self.sets_zero or self.solution()

    def solution(self) -> bool:
        """Whether a variable stands on the left, or one with a mark that says where it is best."""
        head = self.trees[0][0] if self.trees[0] else None
        marked = any(self.marked(ts[0]) for ts in self.trees if ts)
        return marked or (isinstance(head, Name) and head.name in self.judge.ground.variables)

    def marked(self, tree: Tree) -> bool:
        """Whether a variable stands in it with a mark that says where it is best."""
        variables = self.judge.ground.variables
        return any(isinstance(n, Name) and n.name in variables and bool(set(n.marks) & BEST) for n in walk(tree))

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
            try:
                out.append(self.finding(k, link))
            except _UNTOLD as error:
                out.append(Finding(link.line, link.row, UNCLEAR, True, f"this could not be told ({type(error).__name__})", link.place,
                                   source=self.source(k, link)))
        return out

    # ------------------------------------------------------------------------------------------ one relation
    def finding(self, k: int, link: Link) -> Finding:
        def found(verdict: str, message: str = "", follows: bool = True, outcome: Outcome | None = None) -> Finding:
            return Finding(link.line, link.row, verdict, follows, message, link.place, outcome, *self._members(k), self.judge.layouts,
                           self.source(k, link), op=link.op)

        if k == 1 and link.line in self.judge.context.defining and (
            self.judge.context.defining[link.line] not in self.judge.aliases):
            return self.defined(found)
        if link.op == "=:" or (k == 1 and self.names_function(self.trees[0])):
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

    def names_function(self, heads: list[Tree]) -> bool:
        """Whether the left side is a function that neither the problem nor the text explains: h(x_i) = g(w'x_i)."""
        head = heads[0] if heads else None
        judge = self.judge
        return isinstance(head, Call) and not head.order and head.name not in judge.aliases and head.name not in judge.definitions and (
            head.name not in judge.ground.unnamed and head.name != judge.ground.problem.name)

    def defined(self, found: _Found) -> Finding:
        """A definition; where the words before it say that the name is the gradient, the Hessian or the Jacobian, it is held to be."""
        quantity, right = self.quantity_named(), self.trees[1]
        if quantity is None or not right:
            return found(DEFINITION)
        outcome, _ = self.judge.equal([quantity], right)
        if outcome.equal:
            return found(RIGHT)
        return found(DEFINITION) if outcome.state == UNKNOWN else found(WRONG, outcome.reason, True, outcome)

    def quantity_named(self) -> Tree | None:
        """What a new name is by the words before it, or by custom: J of a vector function is its Jacobian."""
        if len(self.judge.ground.variables) != 1 or not self.judge.aliases:
            return None
        words = re.findall(r"gradient|Hessian|Jacobian", self.chain.before[-40:])
        scalar = self.judge.ground.problem.function.is_scalar
        head = self.trees[0][0] if self.trees[0] else None
        if not words and isinstance(head, Name) and head.name == "J" and not scalar:
            words = ["Jacobian"]
        function, by = Name(min(self.judge.aliases)), Name("")
        if not words or (words[-1] == "Jacobian") is scalar:
            return None
        return Partial(function, {"gradient": (by,), "Hessian": (by, by), "Jacobian": (Turn(by),)}[words[-1]], words[-1] != "Jacobian")

    def source(self, k: int, link: Link) -> str:
        """The relation as the author wrote it: from the head of the chain where it begins there."""
        left = self.chain.members[k - 1].text.strip() if k == 1 else ""
        return f"{left} {link.op} {self.chain.members[k].text.strip()}".strip()

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
        return self.otherwise(k, link, anchor, found, outcome)

    def otherwise(self, k: int, link: Link, anchor: int, found: _Found, outcome: Outcome) -> Finding:
        """What an equation is that does not hold at every point: a condition, one up to an order, one that is solved; or it is wrong."""
        judge = self.judge
        left, right, before = self.trees[anchor], self.trees[k], self.trees[k - 1]
        if isinstance(left[0], Name) and isinstance(right[0], Num) and left[0].name in judge.context.indices and left[0].name not in judge.names:
            return found(CONDITION)
        zero = is_zero(right[0]) or is_zero(before[0] if before else right[0])
        plain = judge.plain(left[0]) and judge.plain(right[0])
        if link.demanded or (zero and not plain):
            return found(CONDITION)
        numbers = judge.in_numbers(left[0], right[0], self.rough)
        if numbers is not None:
            return self.verdict(numbers, found, self.follows(k))
        rough = self.to_order(left, right) if self.rough else Outcome(UNKNOWN)
        if rough.state != UNKNOWN:
            return self.verdict(rough, found, self.follows(k))
        if zero and k == 1 and judge.is_gradient(left):
            return found(CONDITION)
        implied = self.chain.implied and judge.underived(left[0]) and judge.underived(right[0])
        called = self.composed(left[0]) and self.composed(right[0])
        if ((plain or implied or called) and self.solving) or self.marked(left[0]) or self.marked(right[0]):
            return self.solved(k, anchor, found, outcome)
        return self.told(k, anchor, found, outcome)

    def composed(self, tree: Tree) -> bool:
        """Whether it is underived, and no name of the function by itself: A x, f(x) x."""
        bare = isinstance(tree, (Name, Call)) and bool(names_in(tree) & (self.judge.aliases - self.judge.names))
        return not bare and self.judge.underived(tree) and not self.judge.deep(tree) & self.judge.roles.keys()

    def solved(self, k: int, anchor: int, found: _Found, outcome: Outcome) -> Finding:
        """An equation between symbols: whether it holds where the function is stationary."""
        left, right = self.trees[anchor], self.trees[k]
        solved = self.judge.solves(left, right)
        if solved is not None and solved.equal:
            return found(RIGHT, "where the function is stationary")
        if self.chain.before and k == 1 and _assumed(self.chain.before, self.marked(left[0])):
            return found(CONDITION)
        if outcome.state == DIFFERENT and solved is None and self._varies(left[0], right[0]):
            return replace(found(UNCLEAR, "whether this holds could not be told: no stationary point was found"), stationary=True)
        outcome = solved if solved is not None and outcome.state != UNDEFINED else outcome
        return replace(self.told(k, anchor, found, outcome), stationary=True)

    def told(self, k: int, anchor: int, found: _Found, outcome: Outcome) -> Finding:
        """An equation that holds with its letters meant in another way; or the verdict of its outcome."""
        judge = self.judge
        left, right, before = self.trees[anchor], self.trees[k], self.trees[k - 1]
        if judge.in_other_words(left, right):
            return found(RIGHT, "", self.follows(k))
        if k == 1 and judge.as_constants(left, right):
            return found(RIGHT, "with what it names taken as constant")
        if _SYMMETRIC.search(self.chain.lead) and judge.equal(left, right, judge.symmetric_situations())[0].equal:
            return found(RIGHT, "where the matrices are symmetric, as the words before it say", self.follows(k))
        if judge.as_numbers(left, right):
            return found(RIGHT, "a rule of one variable")
        letters = judge.deep(left[0]) | judge.deep(right[0])
        own_letters = outcome.state == UNDEFINED or bool(letters & set(judge.context.unknown))
        general = judge.general_rule(left, right) if own_letters and k == 1 else UNKNOWN
        if general == EQUAL:
            return found(DEFINITION, "a rule with letters of its own")
        quoted = outcome.state == UNDEFINED and k == 1 and not self.chain.display and _quoted(self.chain.before)
        if quoted and (general == UNKNOWN or judge.own_letters(left[0], right[0])):
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
        deep = self.judge.deep(tree)
        return [*walk(tree), *(n for w in deep if w in self.judge.definitions for n in walk(self.judge.definitions[w].tree))]

    def _varies(self, left: Tree, right: Tree) -> bool:
        return bool((self.judge.deep(left) | self.judge.deep(right)) & set(self.judge.ground.variables))

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
        finding = found(WRONG, outcome.reason, bool(follows), outcome)
        letters = [letter for letter in self.unexplained(finding) if not self.judge.settled(letter, finding.left, finding.right)]
        if letters:
            return found(UNCLEAR, f"the text does not say what {', '.join(letters)} {'is' if len(letters) == 1 else 'are'}")
        return finding

    def unexplained(self, finding: Finding) -> list[str]:
        """Letters that neither the problem nor the text explains, and whose shape was guessed."""
        deep = frozenset().union(*(self.judge.deep(t) for t in (finding.left, finding.right) if t is not None))
        return sorted(n for n in deep & set(self.judge.context.unknown) if n in self.judge.roles and n not in self.judge.ground.variables)

    def follows(self, k: int) -> bool:
        """Whether the member follows from the one before it."""
        if k == 1 or not self.trees[k - 1]:
            return True
        outcome, _ = self.judge.equal(self.trees[k - 1], self.trees[k])
        return outcome.equal or outcome.state == UNKNOWN

    def to_order(self, left: list[Tree], right: list[Tree]) -> Outcome:
        judge = self.judge
        orders = [d for t in (*left[:1], *right[:1]) if (d := dropped(t)) is not None]
        letters = judge.deep(left[0]) | judge.deep(right[0])
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
        if outcome.state == UNKNOWN and len(outcomes) > 1 and not outcome.loosely:
            outcome = outcomes[1]
        if outcome.state == DIFFERENT and judge.plain(left[0]) and _assumed(self.chain.before):
            return found(CONDITION)
        return self.verdict(outcome, found, outcomes[-1].equal)


def _quoted(before: str) -> bool:
    words = before.lower()[-60:]
    return any(w in words for w in _RULE_WORDS)


def _assumed(before: str, solution: bool = False) -> bool:
    """Whether the words before an equation assume it; what is said of a solution goes on after `with`."""
    words = before.lower()[-60:]
    said = ("assume", "suppose", "if ", "provided", "let ", "subject to", "constraint", "such that", "whenever")
    return any(w in words for w in (said if solution else (*said, "with ")))
