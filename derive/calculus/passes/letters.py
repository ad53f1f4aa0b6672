"""What a derivation repeats gets letters: Q for Q(X), λ for λ₁(X'X), the factors of a factorization; a = μ'V⁻¹μ, the numbers of a point.

Only what stands at the point itself is renamed, Q(X), not Q(X + tH); every line keeps its value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from derive.calculus.indices.explicit import by_entries
from derive.calculus.simplify.measure import measure
from derive.calculus.simplify.names import named as put_back
from derive.calculus.simplify.result_form import neat
from derive.calculus.simplify.simplify import tidy
from derive.derivation.derivation import BrokenChain, Chain, Found, Head, Line, Result, Step, members, of_each
from derive.derivation.reason import Why, filled, joined
from derive.expressions.build import add, coefficient, negate
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


def by_its_value(
    problem: Problem, chains: list[Chain], results: Results, taken: frozenset[str]
) -> tuple[list[Chain], Results, Where]:
    """The gradient and the Hessian of a quotient with the letter of the function for its value, r for x'Ax/x'x, and what it stands for.

    chains  in which the results stand
    taken   names that a letter must not have
    """
    value = tidy(problem.function)
    if not _is_named(problem, value, taken):
        return chains, results, ()
    letter: Symbol = Symbol(problem.name, value.shape, value_properties(value))
    found = [one.expr for q in ("gradient", "hessian") if q in results for _, one in members(results[q])]
    found += [line.expr for chain in chains for line in chain.lines[-1:] if line.quantity == "hessian" and isinstance(line.left, Head)]
    short = _by_letter(found, letter, value)
    if not short:
        return chains, results, ()
    told = [replace(chain, lines=tuple(_with_value(chain, short, (letter, " = ", value)))) for chain in chains]
    stated = {line.expr for chain in told for line in chain.lines}
    short = {old: new for old, new in short.items() if new in stated}
    return told, {q: _by(r, short) if q in ("gradient", "hessian") else r for q, r in results.items()}, ((letter, value),)


def _is_named(problem: Problem, value: Expr, taken: frozenset[str]) -> bool:
    """Whether it is a quotient by vectors or matrices, and the name of the function is that of nothing else."""
    sizes = {name for x in problem.symbols.values() for size in x.shape for name in size.names}
    if not value.is_scalar or not LEAST <= measure(value) <= MOST or problem.name in (taken - {problem.name}) | sizes | set(problem.symbols):
        return False
    quotient = any(isinstance(f, Power) and isinstance(f.exponent, Number) and f.exponent.value < 0 for f in value.children)
    return quotient and not all(x.is_scalar or by_entries(problem.function, x) for x in problem.wrt)


def _by_letter(found: list[Expr], letter: Symbol, value: Expr) -> dict[Expr, Expr]:
    """The expressions that are shorter with the letter; none where it saves little, or the value stands in none of them."""
    short: dict[Expr, Expr] = {}
    worth = False
    for expr in dict.fromkeys(found):
        new = neat(put_back(expr, ((letter, value),)), [])
        often = sum(node is letter for node in _occurrences(new))
        shorter = sum(1 for _ in _occurrences(expr)) - sum(1 for _ in _occurrences(new))
        if often and shorter > 0:
            short[expr] = new
            worth = worth or (shorter >= SAVED * often and any(coefficient(node)[1] is value for node in walk(expr)))
    return short if worth else {}


def _with_value(chain: Chain, short: Mapping[Expr, Expr], why: Why) -> Iterator[Line]:
    """The lines with the letter where a result is read off, and where it stands."""
    told = False
    for k, line in enumerate(chain.lines):
        after = chain.lines[k + 1] if k + 1 < len(chain.lines) else None
        goes_on = after is not None and not isinstance(after.left, Head)
        new = short.get(line.expr) if isinstance(line.left, Head) else _read_off(line.expr, short)
        if new is None or goes_on or line.quantity not in ("derivative", "gradient", "hessian"):
            yield line
            continue
        steps = (*line.steps, Step(line.expr, new, "intermediate", ())) if line.steps else ()
        yield replace(line, expr=new, steps=steps, why=line.why if told else joined([w for w in (line.why, why) if w]))
        told = True


def _read_off(expr: Expr, short: Mapping[Expr, Expr]) -> Expr | None:
    """⟨G, H⟩, or a sum of such, with the letter in each G; None of another expression."""
    if isinstance(expr, Add):
        parts = [_read_off(term, short) for term in expr.terms]
        return None if all(part is None for part in parts) else add(*(new or old for new, old in zip(parts, expr.terms, strict=True)))
    if not isinstance(expr, Call) or not FUNCTIONS[expr.name].bilinear or expr.args[0] not in short:
        return None
    out: Expr = Call(expr.name, (short[expr.args[0]], expr.args[1]))
    return out


def _by(found: Found, short: Mapping[Expr, Expr]) -> Found:
    return of_each(found, lambda one: replace(one, expr=short.get(one.expr, one.expr)))


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


SAVED = 5
"""How many nodes fewer a letter must leave, each time that it stands in a result."""
LEAST, MOST, PAIRS = 4, 40, 2
"""How much is written of a number that gets a letter, at least, and at most of a value that is looked for in a result; how many
numbers there are at least where one stands twice in a result."""

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
        if isinstance(whole, Add) and isinstance(letter, Symbol) and letter.name in POOL:
            opposite = frozenset(map(negate, whole.terms))
            turned: dict[Expr, Expr] = {n: negate(letter) for n in walk(expr) if isinstance(n, Add) and frozenset(n.terms) == opposite}
            expr = tidy(substitute(expr, turned)) if turned else expr
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
