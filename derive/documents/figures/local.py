"""The derivative of one intermediate by another it is made of: derived by the engine as a problem of its own, and checked."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from derive.documents.figures.scene import Scene
from derive.errors import DeriveError
from derive.expressions.nodes import Expr, Symbol
from derive.expressions.sizes import is_column, is_scalar
from derive.language.problems.declarations import direction_symbol
from derive.language.problems.problem import Options, Problem


def local_derivative(scene: Scene, definition: Expr, by: Symbol) -> Expr | None:
    """∂(definition)/∂by, every other name in it held fixed; None where it is an operator on matrices, not a number or matrix.

    DeriveError [figure] where the engine has no rule, or the check does not pass.
    """
    value = definition.shape
    if not (is_scalar(value) or is_column(value)) or not (by.is_scalar or is_column(by.shape)):
        return None
    try:
        return _derived(_problem(scene.problem, definition, by))
    except DeriveError as error:
        raise scene.refused(f"the derivative by {by.name} is not known: {error.message}") from None


def _problem(problem: Problem, definition: Expr, by: Symbol) -> _Key:
    quantity = "derivative" if by.is_scalar else "jacobian"
    named = {s.name: s for s, _ in problem.let}
    symbols = {name: s for name, s in {**problem.symbols, **named, by.name: by}.items() if name in definition.free}
    taken = {*symbols, *problem.unnamed}
    first, second = (next(n for n in names if n not in taken) for names in (("h", "l", "q", "v"), ("k", "r", "z", "g")))
    return _Key(
        replace(
            problem, id=f"{problem.id}/{by.name}", function=definition, wrt=(by,), wrt_list=False, direction_named=False,
            directions=(direction_symbol(by, first),), second_directions=(direction_symbol(by, second),), find=(quantity,), let=(),
            symbols=symbols, name="f", method="directional", layout="numerator", inner_product=None, answer={}, prose={}, parts=(),
            options=Options(), hide=frozenset(), reasons={},
        )
    )


class _Key:
    """A problem that is equal to another when the derivation of both is the same."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.parts = (problem.file, problem.text, problem.function, problem.wrt)

    def __hash__(self) -> int:
        return hash(self.parts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.parts == other.parts


@lru_cache(maxsize=256)
def _derived(key: _Key) -> Expr:
    from derive.calculus.derive import derive
    from derive.checking.verification import verify
    from derive.derivation.derivation import Result

    derivation = derive(key.problem)
    error = verify(derivation).error(derivation)
    if error is not None:
        raise error
    found = derivation.results[key.problem.find[0]]
    assert isinstance(found, Result)
    return found.expr
