"""A problem as the engine takes it: evident properties declared, intermediates spelled out, differentials for directions."""

from __future__ import annotations

from dataclasses import replace

from derive.expressions.nodes import Expr, Symbol
from derive.expressions.properties.definite import Definite
from derive.expressions.properties.elimination import has_independent_columns
from derive.expressions.properties.inference import definiteness, is_invertible, is_positive
from derive.expressions.properties.symmetry import is_symmetric
from derive.expressions.rewrite import substitute
from derive.language.problems.problem import Problem


def informed(problem: Problem) -> Problem:
    """The problem with what is evident about each intermediate (X'X is symmetric) declared of its name."""
    if not problem.let:
        return problem
    known: dict[Expr, Expr] = {}
    let: list[tuple[Symbol, Expr]] = []
    for symbol, definition in problem.let:
        definition = substitute(definition, known)
        has = set(symbol.has)
        if not definition.is_scalar and is_symmetric(definition):
            has.add("symmetric")
            if definiteness(definition) == Definite.POSITIVE:
                has |= {"spd", "invertible"}
        if is_positive(definition):
            has.add("positive")
        if is_invertible(definition):
            has.add("invertible")
        elif has_independent_columns(definition):
            has.add("full-column-rank")
        if has != symbol.has:
            told: Symbol = replace_symbol(symbol, frozenset(has))
            known[symbol] = told
            symbol = told
        let.append((symbol, definition))
    return replace(problem, let=tuple(let), function=substitute(problem.function, known))


def differentials(problem: Problem) -> list[Symbol]:
    """dX for each variable."""
    return [
        Symbol(f"d{x.name}", x.dims, h.has, None, _differential_latex(x))
        for x, h in zip(problem.wrt, problem.directions, strict=True)
    ]


def spelled_out(problem: Problem) -> Expr:
    """The function with its intermediates replaced by what they stand for."""
    out = problem.function
    for symbol, definition in reversed(problem.let):
        out = substitute(out, {symbol: definition})
    return out


def replace_symbol(symbol: Symbol, has: frozenset[str]) -> Symbol:
    """The symbol with other properties."""
    return replace(symbol, has=has)


def _differential_latex(x: Symbol) -> str:
    from derive.notation.latex.latex import latex

    return r"\mathrm{d}" + latex(x)
