"""What the notation means that a derivation brings in and the author did not write: a Sylvester solution, a Fréchet derivative."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from derive.calculus.derivation import Why
from derive.language.functions import FUNCTIONS
from derive.language.nodes import Apply, Call, Expr, Symbol, walk
from derive.language.sizes import is_column


def explanations(written: Iterable[Expr], brought: Iterable[Expr]) -> tuple[Why, ...]:
    """A sentence for each function of the table that says what it is, in the order of appearance."""
    brought = tuple(brought)
    known = {node.name for e in written for node in walk(e) if isinstance(node, Call)}
    found = dict.fromkeys(node.name for e in brought for node in walk(e) if isinstance(node, Call))
    out = [_explained(name) for name in found if name not in known and FUNCTIONS[name].explained]
    out += [_adjoint(node) for node in {n.function: n for e in brought for n in walk(e) if isinstance(n, Apply) and n.adjoint}.values()]
    return tuple(out)


def _adjoint(node: Apply) -> Why:
    """⟨W, DY(X)[H]⟩ = ⟨DY(X)*[W], H⟩."""
    fn, (value, moved) = node.function, (node.function.value, node.function.argument)
    assert value is not None and moved is not None
    letters = ("w" if is_column(value) else "W"), ("h" if is_column(moved) else "H")
    w, h = (Symbol(letter, shape) for letter, shape in zip(letters, (value, moved), strict=True))
    left: Expr = Call("inner", (w, Apply(fn, node.arg, 1, (h,))))
    right: Expr = Call("inner", (Apply(fn, node.arg, 1, (w,), True), h))
    return ("The star marks the adjoint: ", left, " = ", right, " for all ", w, " and ", h, ".")


@lru_cache(maxsize=32)
def _explained(name: str) -> Why:
    from derive.calculus.proving import problem_of, reason

    return reason(problem_of("words", "A: square(n); x: vector(n)", "x' A x", "x"), FUNCTIONS[name].explained)
