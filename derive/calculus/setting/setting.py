"""What a derivation is about: the function, its variables, their directions and the parameter t."""

from __future__ import annotations

from itertools import chain, count

from derive.calculus.differentiate.variation import Motion, motion
from derive.derivation.derivation import Head, Result
from derive.expressions.build import ONE, add, scale
from derive.expressions.nodes import Expr, Symbol
from derive.expressions.rewrite import substitute
from derive.expressions.sizes import SCALAR
from derive.language.markup.symbol import look
from derive.language.problems.problem import Problem
from derive.values import dataclass


@dataclass(frozen=True)
class Setting:
    """A problem with its motion: what the engine needs everywhere.

    written  the function as the author wrote it, when the engine has named an intermediate in it
    """

    problem: Problem
    motion: Motion
    second: Motion
    written: Expr

    @property
    def directions(self) -> tuple[Symbol, ...]:
        return self.problem.directions

    @property
    def unit_speed(self) -> bool:
        """A scalar variable without a named direction moves by 1, and f' is written."""
        p = self.problem
        return len(p.wrt) == 1 and p.wrt[0].is_scalar and not p.direction_named


def setting(problem: Problem, written: Expr | None = None) -> Setting:
    """What is derived; `written` is the function as its author wrote it where the problem's has names for parts of it, else None."""
    paths = tuple(s for s in problem.symbols.values() if s.of is not None)
    one = len(problem.wrt) == 1 and problem.wrt[0].is_scalar and not problem.direction_named

    def moving(directions: tuple[Symbol, ...]) -> Motion:
        along: tuple[Expr, ...] = (ONE,) if one else directions
        return motion(tuple(zip(problem.wrt, along, strict=True)), problem.let, paths)

    return Setting(problem, moving(problem.directions), moving(problem.second_directions), written or problem.function)


def free_name(taken: frozenset[str], names: tuple[str, ...]) -> str:
    """The first of the names that is not taken."""
    return next(n for n in chain(names, (f"{names[0]}_{k}" for k in count(1))) if n not in taken)


def taken_names(problem: Problem) -> frozenset[str]:
    """Names that a letter of a derivation may not have: of symbols and as they are printed, of directions, functions, and whatever the
    function names."""
    out = {look(s.latex, {}) for s in problem.symbols.values() if s.latex is not None}
    out |= set(problem.symbols) | set(problem.unnamed) | {s.name for s, _ in problem.let}
    out |= {d.name for d in (*problem.directions, *problem.second_directions)}
    out |= problem.function.free
    return frozenset(out)


def parameter(problem: Problem, names: tuple[str, ...] = ("t", "r", "u")) -> Symbol:
    """The t of d/dt, or the first of the names that the problem does not use."""
    out: Symbol = Symbol(free_name(taken_names(problem), names), SCALAR)
    return out


def shifted(expr: Expr, t: Symbol, m: Motion) -> Expr:
    """f(X + tH)."""
    return substitute(expr, {x: add(x, scale(t, h)) for x, h in m.moves})


def per_variable(problem: Problem, found: dict[str, Result]) -> Result | dict[str, Result]:
    """One result for each of a list of variables, or the only one."""
    return found if problem.wrt_list else found[problem.wrt[0].name]


def one_of(quantity: str, p: Problem, x: Symbol) -> Head:
    """∇f(X), or ∇_A f(A, b) by one of several variables.

    quantity  as `Head` has it
    x         one of the problem's variables
    """
    return Head(quantity, p.name, (x,), (), p.wrt if len(p.wrt) > 1 else ())
