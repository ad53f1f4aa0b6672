"""Which lines of a derivation hold exactly: as identities of rational functions, decided at random points of a field.

An identity that is false holds at a random point with a probability of at most its degree over the number of residues (Schwartz 1980,
Zippel 1979); `bits` says below which power of two the bound is.  A line that does not hold here is not decided, no more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import log2

from derive.checking.exact.degree import Bounds
from derive.checking.exact.evaluate import Place
from derive.checking.exact.field import ROOTS, NotExact, P, Rootless, Roots
from derive.checking.exact.growth import Bound, added
from derive.checking.exact.lines import holds
from derive.checking.exact.points import Points
from derive.checking.exact.spectral import SINGULAR, SPECTRAL
from derive.derivation.derivation import Derivation, Head, Line
from derive.expressions.nodes import Call, Expr, Symbol
from derive.expressions.traverse import walk
from derive.values import dataclass

BITS = 100
"""The error is below 2^-BITS, a line."""
MOST = 1000
CHOICES = 2
"""What holds for a size may hold for no other: adj(-A) = adj(A) for odd ones."""
COUNTS = (8, 24, 128, 520, 2200)
"""So many points are drawn at once: the fewest that are enough for a line."""
MANY = 2048
"""Points that are drawn where roots are to be in the field."""
Where = tuple[int, int]


@dataclass(frozen=True)
class Decided:
    """The lines that hold exactly, by their place, and the exponent of the bound 2^-bits on the error of each."""

    lines: frozenset[Where]
    bits: int


def decided(
    derivation: Derivation, sizes: Sequence[Mapping[str, int]], stated: list[tuple[Head, Line]], further: Mapping[str, Symbol],
    along: Mapping[str, Symbol],
) -> Decided:
    """stated: the results, each with its left side and a line that states it; further: symbols that only lines hold, along: of which
    variable one is a direction.

    sizes  what the names of sizes stand for, one choice after the other: a line holds for the first `CHOICES` that differ
    """
    lines = [*_lines(derivation), *(((len(derivation.chains), k), head, line) for k, (head, line) in enumerate(stated))]
    bits = MOST
    for chosen in [s for k, s in enumerate(sizes) if s not in sizes[:k]][:CHOICES]:
        try:
            decider = _Decider(derivation, chosen, further, along)
        except NotExact:
            return Decided(frozenset(), 0)
        lines = [one for one in lines if decider.decides(*one[1:])]
        bits = min(bits, decider.bits)
    return Decided(frozenset(where for where, *_ in lines), bits if lines else 0)


def _lines(derivation: Derivation) -> Iterator[tuple[Where, Head | None, Line]]:
    for c, chain in enumerate(derivation.chains):
        head: Head | None = None
        of: Expr | None = None
        for k, line in enumerate(chain.lines):
            if line.left is not None or line.of is not None:
                head = line.left if isinstance(line.left, Head) else None
                of = line.of
            yield (c, k), head, replace(line, of=of)


def _decomposed(derivation: Derivation, let: Mapping[str, Expr]) -> dict[str, bool]:
    """The symbols in arguments of functions that their eigenvectors or (True) their singular vectors tell."""
    found: dict[str, bool] = {}
    lines = [line for chain in derivation.chains for line in chain.lines]
    written = [e for line in lines for e in (line.expr, line.of, line.left, *(line.solution or {}).values()) if isinstance(e, Expr)]
    for expr in (derivation.problem.function, *let.values(), *written):
        for node in walk(expr):
            if not isinstance(node, Call) or node.name not in SPECTRAL:
                continue
            todo, seen = set(node.args[0].free), set[str]()
            while todo:
                name = todo.pop()
                seen.add(name)
                todo |= (let[name].free if name in let else set()) - seen
            found |= {name: found.get(name, False) or node.name in SINGULAR for name in seen & derivation.problem.symbols.keys()}
    dims = {name: derivation.problem.symbols[name].dims for name in found}
    return {name: singular for name, singular in found.items() if "1" not in map(str, dims[name]) and (singular or dims[name][0] == dims[name][1])}


@dataclass(frozen=True)
class _Drawn:
    """Points, with the roots that were taken at them."""

    points: Points
    place: Place
    roots: Roots

    def only(self, found: Rootless) -> _Drawn:
        place = self.place.only(found.good)
        return _Drawn(self.points.of_count(place.points), place, self.roots.only(found.of, found.good))

    def holds(self, head: Head | None, line: Line) -> bool:
        self.place.effort[0] = 0
        token = ROOTS.set(self.roots)
        try:
            return holds(self.points, self.place, head, line)
        finally:
            ROOTS.reset(token)


class _Decider:
    """bits: of the least certain line so far."""

    def __init__(
        self, derivation: Derivation, sizes: Mapping[str, int], further: Mapping[str, Symbol], along: Mapping[str, Symbol]
    ) -> None:
        problem = derivation.problem
        self.function = problem.function
        self.let = {s.name: e for s, e in (*problem.let, *derivation.where)}
        decomposed = _decomposed(derivation, self.let)
        self.points = Points(problem, sizes, COUNTS[0], further, along, decomposed)
        self.bounds = Bounds(sizes, self.let, decomposed)
        self.drawn: dict[int, _Drawn] = {}
        self.rooted: _Drawn | None = None
        self.bits = 0

    def decides(self, head: Head | None, line: Line) -> bool:
        """Whether a line holds at so many points that it is hardly false; False where that is not decided."""
        try:
            bits = self._bits(head, line)
        except (NotExact, RecursionError, KeyError, IndexError, ValueError):
            return False
        if bits >= BITS:
            self.bits = min(self.bits or bits, bits)
        return bits >= BITS

    def _bits(self, head: Head | None, line: Line) -> int:
        bound = self._bound(line)
        count = next((c for c in COUNTS if self._certain(bound, c) >= BITS), 0)
        if not count:
            raise NotExact("the degree is too high for the bound")
        try:
            at = self.drawn.get(count) or self._draw(count)
            self.drawn[count] = at
            if not at.holds(head, line):
                return 0
            if self._certain(bound, count, at.roots) >= BITS:
                return self._certain(bound, count, at.roots)
        except Rootless:
            pass
        return self._with_roots(bound, head, line)

    def _with_roots(self, bound: Bound, head: Head | None, line: Line) -> int:
        """At points where the roots of the line are in the field; these are kept for the lines that follow."""
        at = self.rooted or self._draw(MANY)
        for _ in range(24):
            try:
                found = at.place.points and at.holds(head, line)
                break
            except Rootless as rootless:
                at = at.only(rootless)
        else:
            return 0
        bits = self._certain(bound, at.place.points, at.roots) if found else 0
        if bits >= BITS:
            self.rooted = at
        return bits

    def _draw(self, count: int) -> _Drawn:
        points = self.points.of_count(count)
        return _Drawn(points, points.place(self.let), Roots())

    def _bound(self, line: Line) -> Bound:
        """Of the difference of the two sides, both brought to one denominator."""
        own = self.bounds.of(self.function if line.of is None else line.of)
        if line.partial is not None:
            own = self.bounds.of(line.partial.definition)
        sides = [self.bounds.of(e) for e in (line.expr, line.left) if isinstance(e, Expr)]
        solution = (line.expr,) if line.quantity == "stationary" and not line.solution else (line.solution or {}).values()
        solved = added([self.bounds.of(e) for e in solution])
        if solved.choices:
            raise NotExact("cases inside a solution")
        both = added([*sides, own])
        degree = (sum(s.degree for s in sides) + 4 * own.degree + 2) * (1 + solved.degree)
        letters = both.letters + 4 * own.letters + solved.letters
        return Bound(degree, letters, (both.within + 1) * (1 + solved.degree) + solved.within, both.choices)

    def _certain(self, bound: Bound, count: int, roots: Roots | None = None) -> int:
        """Bits of the bound at so many points.

        Two letters that differ are one at a point where their arguments are equal: this counts as a zero.  A polynomial of degree d
        in letters that are 0 or 1 is not 0 in one of 2^d cases at least.  A root doubles the degree, and half the points have it.
        """
        taken = roots.taken if roots is not None else 0
        count = count // self.points.components // (2 if taken and self.points.components > 1 else 1)
        each = log2(P) - log2(bound.degree + bound.letters**2 * bound.within) - 2 * taken
        tosses = bound.choices + (roots.tosses if roots is not None else 0)
        if tosses:
            each = min(each, -log2(1 - 2.0**-tosses) if tosses < 40 else 0.0)
        return int(min(count * each, MOST)) if each > 0 else 0
