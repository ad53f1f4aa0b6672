"""Large matrices of numbers get a letter on the page: f(w) = ‖Mw − c‖² with M and c beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from derive.calculus.derivation import Derivation, Head, Line, Result, Why
from derive.language.build import transpose
from derive.language.nodes import Expr, Number, Stack, Symbol, substitute, walk
from derive.language.problem import Problem
from derive.language.sizes import is_column

LARGE = 6
"""So many entries are worth a letter, when they are written more than once."""

_MATRICES, _VECTORS = "MNPQRSTUVW", "cdpqrsuvz"


@dataclass(frozen=True)
class Names:
    """What is written instead of what, and what the letters stand for."""

    values: Mapping[Expr, Expr] = field(default_factory=dict)
    definitions: tuple[tuple[Symbol, Expr], ...] = ()

    def of(self, expr: Expr) -> Expr:
        return substitute(expr, self.values) if self.values else expr

    def of_side(self, side: Head | Expr | None) -> Head | Expr | None:
        return self.of(side) if isinstance(side, Expr) else side

    def of_why(self, why: Why) -> Why:
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
        if node in values or counted[node] + counted[_turned(node)] < 2:
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


def _is_large(node: Expr) -> bool:
    if not isinstance(node, Stack):
        return False
    entries = node.children
    return (len(entries) >= LARGE or len(node.rows) > 3) and all(isinstance(entry, Number) for entry in entries)


def _turned(node: Expr) -> Expr:
    assert isinstance(node, Stack)
    turned: Expr = Stack(tuple(zip(*node.rows, strict=True)))
    return turned
