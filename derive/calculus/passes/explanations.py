"""What the notation means that a derivation brings in and the author did not write: a Sylvester solution, a Fréchet derivative."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from derive.calculus.simplify.measure import measure
from derive.derivation.reason import Why
from derive.expressions.build import matmul, transpose
from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Apply, Call, Expr, Symbol
from derive.expressions.rewrite import substitute
from derive.expressions.sizes import SCALAR, is_column
from derive.expressions.traverse import walk

SHORT = 8
"""How much is written of an argument that a sentence speaks of in place of a letter."""
MATRICES, VECTORS = "AMNPQRS", "xzuvw"
"""The letters of a sentence, in the order in which they are given."""


def explanations(written: Iterable[Expr], brought: Iterable[Expr], where: Iterable[tuple[Symbol, Expr]] = ()) -> tuple[Why, ...]:
    """A sentence for each function of the table that says what it is, in the order of appearance; of what the derivation
    speaks of, in its letters, where that is a letter itself.

    written  the author's expressions: what stands there needs no word
    brought  the expressions of the derivation
    where    what its letters stand for
    """
    letters, written = tuple(where), tuple(written)
    brought = (*(d for _, d in letters), *brought)
    known = {node.name for node in walk(*written) if isinstance(node, Call)}
    found: dict[str, Call] = {}
    nodes = list(walk(*brought))
    for node in (n for n in nodes if isinstance(n, Call)):
        if node.name not in known and FUNCTIONS[node.name].explained:
            found.setdefault(node.name, node)
    short: dict[Expr, Expr] = {d: s for s, d in letters if not d.pending}
    taken = frozenset(name for e in (*written, *brought) for name in e.free)
    out = list(dict.fromkeys(_about(node, short, taken) for node in found.values()))
    out += [_adjoint(node) for node in {n.function: n for n in nodes if isinstance(n, Apply) and n.adjoint}.values()]
    return (*_eigenvectors(letters), *_velocities(nodes, written), *out)


def _velocities(nodes: Iterable[Expr], written: Iterable[Expr]) -> Iterator[Why]:
    """What the derivatives of the paths are called."""
    named = {node.name: node for node in walk(*written) if isinstance(node, Symbol)}
    for node in dict.fromkeys(nodes):
        if isinstance(node, Symbol) and node.order == 1 and node.name not in named and (path := named.get(node.path or "")) is not None:
            yield (node, " is the derivative of ", path, " by ", named.get(node.of or "", Symbol(node.of or "", SCALAR)), ".")


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


def _about(node: Call, short: Mapping[Expr, Expr], taken: frozenset[str]) -> Why:
    """The sentence of the table: about the argument itself where that is a letter, or is factorized and short; else in letters
    that are not taken."""
    said = general(node.name)
    letters = list(dict.fromkeys(s for part in said if isinstance(part, Expr) for s in walk(part) if isinstance(s, Symbol)))
    arg = node.args[0]
    if all(s.name == "A" for s in letters) and (isinstance(arg, Symbol) or (FUNCTIONS[node.name].letter and measure(arg) <= SHORT)):
        values: dict[Expr, Expr] = dict.fromkeys(letters, arg)
    else:
        pools = [(s, iter(VECTORS if is_column(s.shape) else MATRICES)) for s in letters if s.name in taken]
        used = taken | {s.name for s in letters}
        values = {}
        for s, pool in pools:
            name = next((n for n in pool if n not in used), s.name)
            used |= {name}
            values[s] = replace(s, name=name)
        short = {}
    told = (substitute(part, values) if isinstance(part, Expr) else part for part in said)
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
