"""Large matrices of numbers get a letter on the page: f(w) = ‖Mw − c‖² with M and c beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import field, replace

from derive.derivation.derivation import Derivation, Head, Line, Result
from derive.derivation.reason import Why
from derive.documents.layout.measure import width
from derive.expressions.build import transpose
from derive.expressions.nodes import Expr, Number, Stack, Sum, Symbol
from derive.expressions.rewrite import substitute
from derive.expressions.sizes import is_column
from derive.expressions.traverse import walk
from derive.language.problems.problem import Problem
from derive.notation.latex.latex import formula
from derive.values import dataclass

LARGE = 6
"""So many entries are worth a letter, when they are written more than once."""

_MATRICES, _VECTORS = "MNPQRSTUVW", "cdpqrsuvz"


SHORT = 2.0
"""A subexpression narrower than this, in em, is worth no letter."""

LONG = 6.0
"""What occurs once is worth a letter when it is longer than this, in em."""


WIDEST = 20.0
"""A matrix of entries that is wider than this, in em, cannot be broken beside its letter either."""


@dataclass(frozen=True)
class Names:
    """What is written instead of what, and what the letters stand for."""

    values: Mapping[Expr, Expr] = field(default_factory=dict)
    definitions: tuple[tuple[Symbol, Expr], ...] = ()

    def of(self, expr: Expr) -> Expr:
        """The expression, letters in place of what they stand for."""
        return substitute(expr, self.values) if self.values else expr

    def of_side(self, side: Head | Expr | None) -> Head | Expr | None:
        """The same of a left side."""
        return self.of(side) if isinstance(side, Expr) else side

    def of_why(self, why: Why) -> Why:
        """The same of a reason."""
        return tuple(self.of(part) if isinstance(part, Expr) else part for part in why)

    def of_line(self, line: Line) -> Line:
        """The line as it is written; its steps are left out, which are about what is not."""
        if not self.values:
            return line
        return replace(
            line, expr=self.of(line.expr), left=self.of_side(line.left), why=self.of_why(line.why), steps=(), start=None,
            solution=None,
        )

    def of_result(self, result: Result) -> Result:
        """The same of a result."""
        if not self.values:
            return result
        return replace(
            result, expr=self.of(result.expr), conditions=tuple(self.of_why(c) for c in result.conditions),
            family=self.of_why(result.family),
        )


NONE = Names()


def names(problem: Problem, derivation: Derivation | None) -> Names:
    """Letters for the large matrices of numbers in a problem and its derivation; a matrix and its transpose share one."""
    exprs: list[Expr] = [problem.function, *(expr for _, expr in problem.let)]
    if derivation is not None:
        exprs += [line.expr for chain in derivation.chains for line in chain.lines]
    taken = set(problem.symbols) | {s.name for s, _ in problem.let} | problem.function.free
    taken |= {d.name for d in (*problem.directions, *problem.second_directions)}
    if derivation is not None:
        taken |= {s.name for s, _ in derivation.where} | {name for expr in exprs for name in expr.free}
    values: dict[Expr, Expr] = {}
    definitions: list[tuple[Symbol, Expr]] = []
    counted = Counter(node for expr in exprs for node in walk(expr) if _is_large(node))
    for node in counted:
        if node in values or sum(counted[one] for one in {node, _turned(node)}) < 2:
            continue
        letters = _VECTORS if is_column(node.shape) else _MATRICES
        name = next((letter for letter in letters if letter not in taken), None)
        if name is None:
            continue
        taken.add(name)
        symbol: Symbol = Symbol(name, node.shape)
        definitions.append((symbol, node))
        values[_turned(node)] = transpose(symbol)
        values[node] = symbol
    return Names(values, tuple(definitions)) if values else NONE


def abbreviations(derivation: Derivation, letters: Names, count: int) -> Names:
    """Letters for so many more subexpressions of the lines, chosen so that most is saved: what occurs often, and is long.

    count  of the letters

    They stand for what does not vary with a parameter and holds no direction; inside a sum over i one may be r_i.
    `definitions` are theirs alone.
    """
    problem = derivation.problem
    lines = [letters.of(line.expr) for chain in derivation.chains for line in chain.lines]
    indices = {node.index.name for expr in lines for node in walk(expr) if isinstance(node, Sum)}
    known = {*problem.symbols, *(s.name for s, _ in (*problem.let, *derivation.where, *letters.definitions))}
    taken = known | {d.name for d in (*problem.directions, *problem.second_directions)}
    taken |= {name for expr in (*lines, problem.function, *(d for _, d in problem.let)) for name in expr.free}
    stated = {letters.of(expr) for _, expr in (*problem.let, *derivation.where)} | {problem.function}
    values = dict(letters.values)
    meant: dict[Expr, Expr] = {}
    found: list[tuple[Symbol, Expr]] = []
    for _ in range(count):
        counted = Counter(node for expr in lines for node in walk(substitute(expr, values)) if _is_long(node, known, indices))
        widths = {node: width(formula(node)) for node in counted if node not in stated}
        saved = {node: counted[node] * (wide - 1.0) for node, wide in widths.items() if wide <= WIDEST or not _has_entries(node)}
        saved = {node: gain for node, gain in saved.items() if counted[node] > 1 or gain > LONG}
        node = max(saved, key=lambda one: saved[one], default=None)
        letter = next((x for x in _letters(node) if x not in taken), None) if node is not None else None
        if node is None or letter is None:
            break
        index = "".join(f"_{name}" for name in node.free & indices)
        symbol: Symbol = Symbol(letter + index, node.shape)
        taken.add(letter)
        known.add(symbol.name)
        whole = substitute(node, meant)
        meant[symbol], values[whole] = whole, symbol
        found.append((symbol, node))
    return Names(values, tuple(found))


def _has_entries(node: Expr) -> bool:
    return any(isinstance(e, Stack) for e in walk(node))


def _letters(node: Expr) -> str:
    return "rsqpcd" if node.is_scalar else _VECTORS if is_column(node.shape) else "S" + _MATRICES


def _is_long(node: Expr, known: set[str], indices: set[str]) -> bool:
    """Whether it may have a letter: of symbols alone, with at most one index, which makes it a number."""
    if not node.children or node.pending or width(formula(node)) <= SHORT:
        return False
    bound = node.free & indices
    return node.free <= known | bound and (not bound or (len(bound) == 1 and node.is_scalar))


def _is_large(node: Expr) -> bool:
    if not isinstance(node, Stack):
        return False
    entries = node.children
    return (len(entries) >= LARGE or len(node.rows) > 3) and all(isinstance(entry, Number) for entry in entries)


def _turned(node: Expr) -> Expr:
    assert isinstance(node, Stack)
    turned: Expr = Stack(tuple(zip(*node.rows, strict=True)))
    return turned
