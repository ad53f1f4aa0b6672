"""What the notation means that a derivation brings in and the author did not write: a Sylvester solution, a Fréchet derivative."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from derive.derivation.reason import Why
from derive.expressions.build import matmul, transpose
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Apply, Call, Expr, Symbol
from derive.expressions.rewrite import substitute
from derive.expressions.sizes import is_column
from derive.expressions.traverse import walk


def explanations(written: Iterable[Expr], brought: Iterable[Expr], where: Iterable[tuple[Symbol, Expr]] = ()) -> tuple[Why, ...]:
    """A sentence for each function of the table that says what it is, in the order of appearance; of what the derivation
    speaks of, in its letters, where that is a letter itself.

    written  the author's expressions: what stands there needs no word
    brought  the expressions of the derivation
    where    what its letters stand for
    """
    letters = tuple(where)
    brought = (*(d for _, d in letters), *brought)
    known = {node.name for node in walk(*written) if isinstance(node, Call)}
    found: dict[str, Call] = {}
    nodes = list(walk(*brought))
    for node in (n for n in nodes if isinstance(n, Call)):
        if node.name not in known and FUNCTIONS[node.name].explained:
            found.setdefault(node.name, node)
    short: dict[Expr, Expr] = {d: s for s, d in letters if not d.pending}
    out = list(dict.fromkeys(_about(node, short) for node in found.values()))
    out += [_adjoint(node) for node in {n.function: n for n in nodes if isinstance(n, Apply) and n.adjoint}.values()]
    return (*_eigenvectors(letters), *out)


def _eigenvectors(letters: Iterable[tuple[Symbol, Expr]]) -> list[Why]:
    """What the letters of eigenvectors stand for, and how they are scaled."""
    said: list[Why] = []
    left: dict[tuple[Expr, ...], Symbol] = {}
    for symbol, definition in letters:
        if isinstance(definition, Call) and definition.name == "eigvec_left":
            left[definition.args] = symbol
    for symbol, definition in letters:
        if not isinstance(definition, Call):
            continue
        if definition.name == "eigvec":
            said.append((symbol, " is the unit eigenvector of ", definition.args[0], " that goes with ", Call("eigval", definition.args), "."))
        elif definition.name == "eigvec_right" and definition.args in left:
            other = left[definition.args]
            said.append((other, " is the left and ", symbol, " the right eigenvector of ", definition.args[0], " that go with ",
                         Call("eigval", definition.args), ": ", matmul(transpose(other), symbol), " = 1."))
    return said


def _about(node: Call, short: Mapping[Expr, Expr]) -> Why:
    """The sentence of the table, about the argument itself where that is a letter."""
    said = general(node.name)
    arg = node.args[0]
    if not isinstance(arg, Symbol):
        return said
    subject: dict[Expr, Expr] = {s: arg for part in said if isinstance(part, Expr) for s in walk(part)
                                 if isinstance(s, Symbol) and s.name == "A"}
    if any(isinstance(part, Expr) and part.free - {"A"} for part in said):
        return said
    told = (substitute(part, subject) if isinstance(part, Expr) else part for part in said)
    return tuple(substitute(part, short) if isinstance(part, Expr) else part for part in told)


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
def general(name: str) -> Why:
    """The sentence of the table about a function, in the table's own letters."""
    from derive.calculus.rules.row_text import problem_of, reason

    return reason(problem_of("words", "A: square(n); x: vector(n)", "x' A x", "x"), FUNCTIONS[name].explained)
