"""What a derivation repeats gets letters: Q for Q(X), λ for λ₁(X'X), the factors of a factorization; a = μ'V⁻¹μ, the numbers of a point.

Only what stands at the point itself is renamed, Q(X), not Q(X + tH); every line keeps its value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from derive.calculus.simplify.measure import measure
from derive.derivation.derivation import BrokenChain, Chain, Found, Result, Step, members, of_each
from derive.derivation.reason import Why, filled
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Add, Call, Expr, MatMul, Number, Power, Symbol
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
    """The chains and results with letters, and what the letters stand for; unchanged where there is nothing to name.

    taken  names that a letter must not have
    """
    names = _letters(problem, chains, taken) if set(problem.find) <= FOR else _of_numbers(problem, chains, results, taken)
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
    lettered_calls = (node for node in walk(*sides) if isinstance(node, Call) and FUNCTIONS[node.name].letter)
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


LEAST, PAIRS = 4, 2
"""How much is written of a number that gets a letter, and how many of them there are at least where one stands twice in a result."""

POOL = ("a", "b", "c", "d", "p", "q", "s", "u", "v")
"""The letters of numbers, in the order in which they are given."""


def _of_numbers(problem: Problem, chains: list[Chain], results: Results, taken: frozenset[str]) -> dict[Expr, Symbol]:
    """Letters for the products of vectors in a stationary point that stand in it twice, then for what it divides by."""
    found = [r.expr for _, r in members(results["stationary"]) if r.equation is None] if "stationary" in results else []
    together = _repeated(found, set(problem.symbols) - {x.name for x in problem.wrt})
    if not together:
        return {}
    sizes = {name for e in together for node in walk(e) for size in node.shape for name in size.names}
    free = iter(n for n in POOL if n not in taken | sizes)
    written = [n for e in (*_sides(chains), *found) for n in _occurrences(e) if n in together]
    named = zip(dict.fromkeys(written), free, strict=False)
    out: dict[Expr, Symbol] = {node: Symbol(name, node.shape, value_properties(node)) for node, name in named}
    short: dict[Expr, Expr] = dict(out)
    letters = {s.name for s in out.values()}
    divided = [n.base for e in found for n in set(_occurrences(substitute(e, short))) if isinstance(n, Power) and isinstance(n.base, Add)]
    again = [base for base, times in Counter(divided).items() if times > 1 and base.is_scalar and base.free <= letters]
    return out | {base: Symbol(name, base.shape) for base, name in zip(again, free, strict=False)}


def _repeated(found: list[Expr], known: set[str]) -> set[Expr]:
    """The products of vectors in what was found, where one of them stands twice in one of the expressions; () where none does."""
    counts = [Counter(n for n in _occurrences(e) if isinstance(n, MatMul) and n.is_scalar and n.free <= known and measure(n) >= LEAST) for e in found]
    repeated = {n for count in counts for n, times in count.items() if times > 1}
    together: set[Expr] = {n for count in counts if repeated & count.keys() for n in count}
    return together if repeated and len(together) >= PAIRS else set()


def _sides(chains: list[Chain]) -> Iterator[Expr]:
    """The left and the right sides of the lines that solve."""
    for line in (line for chain in chains if chain.quantity == "stationary" for line in chain.lines):
        if isinstance(line.left, Expr):
            yield line.left
        yield line.expr


def _occurrences(expr: Expr) -> Iterator[Expr]:
    """Every node as often as it is written."""
    yield expr
    for child in expr.children:
        yield from _occurrences(child)


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


def shortened(expr: Expr, short: Mapping[Expr, Expr]) -> Expr:
    """The expression with the letters for what they stand for; what a letter's definition holds of others is written by them."""
    for whole, letter in short.items():
        expr = substitute(expr, {whole: letter})
    return expr


def _chain(chain: Chain, short: Mapping[Expr, Expr]) -> Chain:
    def new(expr: Expr) -> Expr:
        return shortened(expr, short)

    def why(words: Why) -> Why:
        return filled(words, new)

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
        return replace(r, expr=shortened(r.expr, short), conditions=tuple(filled(c, lambda e: shortened(e, short)) for c in r.conditions))

    return of_each(result, one)
