"""The factors of a factorization get their letters: Q for Q(X), λ for λ₁(X'X), where a derivation repeats them.

Only what stands at the point itself is renamed, Q(X), not Q(X + tH); every line keeps its value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from derive.derivation.derivation import BrokenChain, Chain, Found, Result, Step, of_each
from derive.derivation.reason import Why
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Call, Expr, Number, Symbol
from derive.expressions.properties.evident import value_properties
from derive.expressions.rewrite import substitute
from derive.expressions.traverse import walk
from derive.language.problems.problem import Problem

Results = dict[str, Found]
Where = tuple[tuple[Symbol, Expr], ...]

FOR = frozenset({"derivative", "gradient", "differential", "jacobian", "vectorized", "second-derivative", "hessian"})
"""What may be asked: elsewhere lines hold solutions or indices."""


def lettered(
    problem: Problem, chains: list[Chain], results: Results, taken: frozenset[str]
) -> tuple[list[Chain], Results, Where]:
    """The chains and results with letters, and what the letters stand for; unchanged where there is nothing to name."""
    names = _letters(problem, chains, taken) if set(problem.find) <= FOR else {}
    if not names:
        return chains, results, ()
    short: dict[Expr, Expr] = dict(names)
    try:
        told = [_chain(chain, short) for chain in chains]
    except BrokenChain:  # a step rewrote the inside of a factor
        return chains, results, ()
    return told, {k: _result(r, short) for k, r in results.items()}, tuple((s, e) for e, s in names.items())


def _letters(problem: Problem, chains: list[Chain], taken: frozenset[str]) -> dict[Expr, Symbol]:
    """The factors in the order in which they appear, but for those whose letter is taken."""
    variables = {x.name for x in problem.wrt}
    variables |= {s.name for s in problem.symbols.values() if s.of in variables}
    declared = set(problem.symbols)
    lines = [line for chain in chains for line in chain.lines]
    inside = {name for s, d in problem.let for name in (s.name, *d.free)}
    sides = (e for line in lines for e in (line.expr, *((line.left,) if isinstance(line.left, Expr) else ())))
    lettered_calls = (node for expr in sides for node in walk(expr) if isinstance(node, Call) and FUNCTIONS[node.name].letter)
    found = {node: FUNCTIONS[node.name].letter for node in lettered_calls if _at_a_point(node, variables, inside, declared)}
    out: dict[Expr, Symbol] = {}
    sizes = _named_sizes(found)
    written = (node for node in walk(problem.function) if isinstance(node, Call) and FUNCTIONS[node.name].letter)
    numbered = len({node.args[1] for node in (*found, *written) if len(node.args) > 1}) > 1
    for node, letter in found.items():
        name = _numbered(letter, node) if numbered else letter
        if name is None or name in taken or name in sizes or any(name == s.name for s in out.values()):
            continue
        out[node] = Symbol(name, node.shape, value_properties(node))
    return out


def _named_sizes(calls: Iterable[Call]) -> set[str]:
    """The names in the shapes of first arguments."""
    return {name for e in calls for size in e.args[0].shape for name in size.names}


def _numbered(letter: str, node: Call) -> str | None:
    """λ₂ for the second eigenvalue, where there are others."""
    if len(node.args) == 1:
        return letter
    index = node.args[1]
    return f"{letter}_{index.value}" if isinstance(index, Number) else None


def _at_a_point(node: Call, variables: set[str], inside: set[str], declared: set[str]) -> bool:
    """The factor of what moves, at the point itself: of X, of X'X, not of X + tH, and not the i-th one of a sum over i."""
    free = node.args[0].free
    return bool(free & variables) and node.free <= declared and not free & inside


def _chain(chain: Chain, short: Mapping[Expr, Expr]) -> Chain:
    def new(expr: Expr) -> Expr:
        return substitute(expr, short)

    def why(words: Why) -> Why:
        return tuple(new(w) if isinstance(w, Expr) else w for w in words)

    lines = []
    for line in chain.lines:
        steps = tuple(Step(new(s.before), new(s.after), s.rule, s.path, why(s.why)) for s in line.steps)
        lines.append(replace(
            line, expr=new(line.expr), why=why(line.why), steps=steps,
            left=new(line.left) if isinstance(line.left, Expr) else line.left,
            start=new(line.start) if line.start is not None else None,
        ))
    return Chain(chain.quantity, chain.title, tuple(lines))


def _result(result: Found, short: Mapping[Expr, Expr]) -> Found:
    def one(r: Result) -> Result:
        return replace(r, expr=substitute(r.expr, short))

    return of_each(result, one)
