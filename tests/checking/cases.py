"""Problems from text and lines from text: hand-built derivations for the tests of the check."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from derive.checking.report import Report
from derive.checking.verification import verify
from derive.derivation.derivation import Chain, Derivation, Head, Line, Result
from derive.expressions.build import add, matmul, negate, scale, times, transpose
from derive.expressions.nodes import Add, Expr, MatMul, Number, Scale, Symbol, Times, Transpose, number
from derive.expressions.rewrite import replace
from derive.expressions.traverse import at
from derive.language.problems.problem import Problem
from derive.language.problems.read import read
from derive.language.scope import Scope
from derive.language.text.grammar import parse


def problem(symbols: str, function: str, find: str = "derivative", **keys: str) -> Problem:
    """`symbols` is `X: matrix(m, n); A: symmetric(m)`."""
    lines = ["id: test", "symbols:"]
    for part in symbols.split(";"):
        name, kind = part.strip().split(":", 1)
        lines.append(f"  {name}: {kind.strip() if kind.strip()[0] == '{' else repr(kind.strip())}")
    lines += [f"function: {function!r}", f"find: [{find}]"] if '"' not in function else []
    lines += [f"{key.replace('_', '-')}: {value}" for key, value in keys.items()]
    return read("\n".join(lines) + "\n", "test.yaml")


def scope(p: Problem, *more: Symbol) -> Scope:
    symbols = {**p.symbols, **{s.name: s for s, _ in p.let}}
    for one in (*p.directions, *p.second_directions, *more):
        symbols[one.name] = one
    sizes = frozenset(name for s in p.symbols.values() for d in s.dims for name in d.names)
    return Scope(symbols, p.unnamed, sizes)


def expr(p: Problem, text: str, *more: Symbol) -> Expr:
    return parse(text, scope(p, *more))


def derivation(p: Problem, *lines: Line, **results: Result) -> Derivation:
    """Each line a chain of its own, so that it may say anything."""
    chains = tuple(Chain(line.quantity, f"chain {k}", (line,)) for k, line in enumerate(lines))
    return Derivation(p, chains, {name.replace("_", "-"): r for name, r in results.items()})


def check(p: Problem, *lines: Line, points: int = 3, **results: Result) -> Report:
    return verify(derivation(p, *lines, **results), points)


def head(p: Problem, quantity: str, *directions: str, wrt: str | None = None) -> Head:
    variables = tuple(s for s in p.wrt if wrt is None or s.name in wrt.split())
    return Head(quantity, p.name, variables, tuple(expr(p, d) for d in directions))


def paths(e: Expr, prefix: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    yield prefix
    for k, child in enumerate(e.children):
        yield from paths(child, (*prefix, k))


def corruptions(e: Expr, symbols: tuple[Symbol, ...]) -> Iterator[tuple[str, Expr]]:
    """What a slip of the pen makes of an expression: signs, factors, transposes, dropped terms and factors, other symbols."""
    for path in paths(e):
        here = at(e, path)
        changes: list[tuple[str, Expr]] = [("factor 1.001", scale(number("1.001"), here))]
        if not isinstance(here, Number):
            changes.append(("sign", negate(here)))
        if not here.is_scalar and here.shape[0] == here.shape[1]:
            changes.append(("transposed", here.arg if isinstance(here, Transpose) else transpose(here)))
        if isinstance(here, Add):
            changes += [(f"term {k} dropped", add(*here.terms[:k], *here.terms[k + 1 :])) for k in range(len(here.terms))]
        if isinstance(here, Times):
            rest = (here.factors[:k] + here.factors[k + 1 :] for k in range(len(here.factors)))
            changes += [("factor dropped", times(*factors)) for factors in rest]
        if isinstance(here, Scale):
            changes.append(("scalar dropped", here.arg))
        if isinstance(here, MatMul):
            for k in range(len(here.factors)):
                left = here.factors[:k] + here.factors[k + 1 :]
                if left and matches(left) and matmul(*left).shape == here.shape:
                    changes.append(("matrix dropped", matmul(*left)))
        if isinstance(here, Number):
            changes.append(("number", number(here.value + 1)))
        if isinstance(here, Symbol):
            changes += [(f"{s.name} for {here.name}", s) for s in symbols if s.shape == here.shape and s is not here]
        for name, new in changes:
            try:
                yield f"{name} at {path}", replace(e, path, new)
            except (ValueError, AssertionError):
                continue


def matches(factors: tuple[Expr, ...]) -> bool:
    return all(a.shape[1] == b.shape[0] for a, b in pairwise(factors))


