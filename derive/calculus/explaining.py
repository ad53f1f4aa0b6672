"""What the notation means that a derivation brings in and the author did not write: a Sylvester solution, a Fréchet derivative."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from derive.calculus.derivation import Why
from derive.language.functions import FUNCTIONS
from derive.language.nodes import Call, Expr, walk


def explanations(written: Iterable[Expr], brought: Iterable[Expr]) -> tuple[Why, ...]:
    """A sentence for each function of the table that says what it is, in the order of appearance."""
    known = {node.name for e in written for node in walk(e) if isinstance(node, Call)}
    found = dict.fromkeys(node.name for e in brought for node in walk(e) if isinstance(node, Call))
    return tuple(_explained(name) for name in found if name not in known and FUNCTIONS[name].explained)


@lru_cache(maxsize=32)
def _explained(name: str) -> Why:
    from derive.calculus.proving import problem_of, reason

    return reason(problem_of("words", "A: square(n); x: vector(n)", "x' A x", "x"), FUNCTIONS[name].explained)
