"""A long argument of a function that is not linear gets a name, S = X'AX: the derivative of the function repeats it."""

from __future__ import annotations

from dataclasses import replace

from derive.calculus.degree import degree
from derive.calculus.setting.setting import taken_names
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Add, Call, Expr, MatMul, Number, Power, Symbol
from derive.expressions.rewrite import substitute
from derive.expressions.traverse import walk
from derive.language.problems.problem import Problem

LEAVES = 3
"""An argument with fewer letters is repeated as it stands."""

_LETTERS = ("S", "M", "G", "U", "V", "Z", "C", "T")


def named(problem: Problem) -> tuple[Problem, tuple[tuple[Symbol, Expr], ...]]:
    """The problem with such an argument as an intermediate, and (name, definition); unchanged when there is none."""
    if problem.let or problem.method not in ("directional", "gradient", "mixed", "polarization", "all"):
        return problem, ()
    active = frozenset(x.name for x in problem.wrt)
    found: list[Expr] = []
    for node in walk(problem.function):
        argument = _argument(node)
        if argument is not None and argument not in found and argument.free & active and degree(argument, active) > 1:
            found.append(argument)
    found = [e for e in found if _leaves(e) >= LEAVES and not e.is_scalar]
    if len(found) != 1:
        return problem, ()
    taken = taken_names(problem)
    name = next((n for n in _LETTERS if n not in taken), None)
    if name is None:
        return problem, ()
    (argument,) = found
    symbol: Symbol = Symbol(name, argument.shape)
    function = substitute(problem.function, {argument: symbol})
    return replace(problem, function=function, let=((symbol, argument),)), ((symbol, argument),)


def _argument(node: Expr) -> Expr | None:
    """The matrix argument that the derivative of the function repeats."""
    inner: Expr | None = None
    if isinstance(node, Call) and FUNCTIONS[node.name].repeats:
        inner = node.args[0]
    elif isinstance(node, Power) and isinstance(node.exponent, Number) and node.exponent.value < 0:
        inner = node.base
    return inner if isinstance(inner, (MatMul, Add)) else None


def _leaves(expr: Expr) -> int:
    return 1 if not expr.children else sum(_leaves(c) for c in expr.children)
