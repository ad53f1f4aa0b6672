"""What moves along a direction: the variables, and with them intermediates and paths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from functools import cached_property

from derive.calculus.degree import degree
from derive.expressions.build import terms, transpose, zero
from derive.expressions.nodes import Apply, D, Expr, Power, Symbol, Times, Transpose
from derive.expressions.rewrite import substitute
from derive.expressions.traverse import walk
from derive.values import dataclass


@dataclass(frozen=True)
class Motion:
    """What moves: each variable along its direction, and with it the intermediates and paths that depend on it.

    active  the names of everything that moves
    lets    the definitions of the intermediates that move
    definitions  those of all intermediates
    """

    moves: tuple[tuple[Symbol, Expr], ...]
    active: frozenset[str]
    lets: Mapping[Symbol, Expr] = field(default_factory=dict)
    definitions: tuple[tuple[Symbol, Expr], ...] = ()

    def depends(self, expr: Expr) -> bool:
        return bool(expr.free & self.active)

    def direction(self, name: str) -> Expr | None:
        return self._directions.get(name)

    @cached_property
    def _directions(self) -> dict[str, Expr]:
        return {s.name: d for s, d in self.moves}

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of the directions."""
        return frozenset().union(*(direction.free for _, direction in self.moves))

    @cached_property
    def named(self) -> dict[Expr, Symbol]:
        """The intermediate that a vector or matrix is the definition of."""
        return {definition: u for u, definition in self.lets.items() if not u.is_scalar}

    @cached_property
    def of_lets(self) -> frozenset[Expr]:
        """The pending derivatives of the intermediates that move."""
        return frozenset(D(u, self.moves) for u in self.lets)

    def pending(self, expr: Expr) -> Expr:
        """D(expr)[…], or what it plainly is: zero for a constant, the direction for the variable itself."""
        if not self.depends(expr):
            return zero(expr.shape)
        if isinstance(expr, Symbol):
            found = self.direction(expr.name)
            if found is not None:
                return found
        if isinstance(expr, Transpose) and isinstance(expr.arg, Symbol):
            found = self.direction(expr.arg.name)
            if found is not None:
                return transpose(found)
        out: Expr = D(expr, self.moves)
        return out

    def is_affine(self, expr: Expr) -> bool:
        """Whether its derivative is written down at once: it is affine, but for functions without a formula at the variable itself, or
        a number that is a sum of powers of a number: a + b s²."""
        if degree(_without_formulas(expr), self.active) <= 1:
            return True
        numbers = not self.lets and all(x.is_scalar for x, _ in self.moves)
        return numbers and expr.is_scalar and all(_is_power(t, self.active) for t in terms(expr))


def _without_formulas(expr: Expr) -> Expr:
    """With a letter for Y(X), whose derivative is DY(X)[H] by definition."""
    found: dict[Expr, Expr] = {
        e: Symbol(e.arg.name, e.shape) for e in walk(expr) if isinstance(e, Apply) and e.order == 0 and isinstance(e.arg, Symbol)
    }
    return substitute(expr, found) if found else expr


def _is_power(expr: Expr, names: frozenset[str]) -> bool:
    """Whether a number is a constant times a power of what moves, with a constant exponent."""
    if not expr.free & names or isinstance(expr, Symbol):
        return True
    match expr:
        case Power(base=base, exponent=exponent):
            return not exponent.free & names and _is_power(base, names)
        case Times(factors=factors):
            moving = [f for f in factors if f.free & names]
            return len(moving) == 1 and _is_power(moving[0], names)
        case _:
            return False


def motion(moves: tuple[tuple[Symbol, Expr], ...], lets: tuple[tuple[Symbol, Expr], ...], paths: tuple[Symbol, ...]) -> Motion:
    """The motion of these variables, with what depends on them.

    moves  (variable, direction), in the order of the variables
    lets   (name, definition) of intermediates, which move as what they stand for does
    paths  symbols that depend on a number: A with dA where their parameter moves
    """
    active = {s.name for s, _ in moves}
    for path in paths:
        if path.of in active:
            active |= {path.name, *(f"d{path.name}" if k == 1 else f"d{k}{path.name}" for k in (1, 2, 3))}
    moving: dict[Symbol, Expr] = {}
    for symbol, definition in lets:
        if definition.free & active:
            active.add(symbol.name)
            moving[symbol] = definition
    return Motion(moves, frozenset(active), moving, lets)
