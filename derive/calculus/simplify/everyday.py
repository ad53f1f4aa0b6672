"""The rows that run wherever anything is written: at the head of a call, and at neighbours in a product of matrices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache

from derive.calculus.rules.everyday import CALLS, DECLARED, EITHER_WAY, NEIGHBOURS, PSEUDO_INVERSE
from derive.calculus.rules.identities import IDENTITIES
from derive.calculus.rules.law import Law, declared, side
from derive.calculus.rules.rule import fill
from derive.calculus.simplify.law_value import law_value
from derive.calculus.simplify.matching import EMPTY, Env, matches
from derive.calculus.simplify.recursion import tidied
from derive.calculus.simplify.used import Used, note_use
from derive.derivation.reason import Why
from derive.expressions.build import transpose
from derive.expressions.nodes import Add, Call, Expr, Identity, MatMul, Ones, Symbol, Transpose
from derive.expressions.properties.inference import holds
from derive.values import dataclass

Heads = tuple[str, ...]
PROPERTIES = ("orthogonal", "stiefel", "full-column-rank", "full-row-rank")
"""What a letter of these rows may be declared to have."""


@dataclass(frozen=True)
class Row:
    """A law as it is run; its text is read when an expression first has its head."""

    law: Law

    @cached_property
    def left(self) -> Expr:
        return side(self.law, self.law.left)

    @cached_property
    def right(self) -> Expr:
        return side(self.law, self.law.right)

    @cached_property
    def factors(self) -> tuple[tuple[int, Expr], ...]:
        """What it is about with its places, neighbours or arguments, those first that tell what their letters stand for."""
        found = enumerate(self.left.factors if isinstance(self.left, MatMul) else self.left.children)
        return tuple(sorted(found, key=lambda pair: isinstance(pair[1], Symbol) + 2 * isinstance(pair[1], Transpose)))

    @cached_property
    def kinds(self) -> tuple[tuple[int, type[Expr] | None, bool], ...]:
        """(place, the kind of node that stands there, None for a letter, whether it is a number): what is looked at first."""
        return tuple((k, None if isinstance(p, Symbol | Transpose) else type(p), p.is_scalar) for k, p in self.factors)

    @cached_property
    def mirrored(self) -> tuple[int, int] | None:
        """The places of a letter and of its transpose, where it has both."""
        places = {p: k for k, p in self.factors if isinstance(p, Symbol)}
        turned = {p.arg: k for k, p in self.factors if isinstance(p, Transpose)}
        return next(((k, turned[p]) for p, k in places.items() if p in turned), None)

    def at(self, nodes: tuple[Expr, ...]) -> Iterator[Env]:
        """What its letters stand for where the neighbours have its form, and have what the letters are declared to have."""
        for place, kind, is_number in self.kinds:
            node = nodes[place]
            if (kind is not None and type(node) is not kind) or node.is_scalar != is_number:
                return
        if self.mirrored is not None:
            plain, turned = nodes[self.mirrored[0]], nodes[self.mirrored[1]]
            if not ((isinstance(turned, Transpose) and turned.arg is plain) or (isinstance(plain, Transpose) and plain.arg is turned)):
                return
        letters = declared(self.law.given)
        for env in _fitting(self.factors, nodes, EMPTY):
            if all(_has(letters[name], value) for name, value in env.letters.items()):
                yield env

    def value(self, nodes: tuple[Expr, ...], used: Used | None) -> Expr | None:
        """What the neighbours are by the row, its use noted; None where it does not apply."""
        if self.law.tells and used is None:
            return None
        env = next(self.at(nodes), None)
        if env is None:
            return None
        if self.law.tells and used is not None:
            letter = env.letters[next(iter(declared(self.law.given)))]
            note_use(used, self.law.name, letter.arg if isinstance(letter, Transpose) else letter)
        return tidied(fill(self.right, env.letters, env.sizes))


def _has(letter: Symbol, value: Expr) -> bool:
    asked = next((p for p in PROPERTIES if p in letter.has), "")
    return holds(value, asked)


def _fitting(patterns: tuple[tuple[int, Expr], ...], nodes: tuple[Expr, ...], env: Env) -> Iterator[Env]:
    if not patterns:
        yield env
        return
    (place, pattern), *rest = patterns
    if pattern.free and pattern.free <= env.letters.keys():
        known = transpose(env.letters[pattern.arg.name]) if isinstance(pattern, Transpose) and isinstance(pattern.arg, Symbol) else None
        if nodes[place] is tidied(known if known is not None else fill(pattern, env.letters, env.sizes)):
            yield from _fitting(tuple(rest), nodes, env)
        return
    for new in matches(pattern, nodes[place], env):
        yield from _fitting(tuple(rest), nodes, new)


@dataclass(frozen=True)
class Table:
    """The rows that there are."""

    calls: Mapping[str, tuple[Row, ...]]
    neighbours: Mapping[Heads, tuple[Row, ...]]
    windows: Mapping[Heads, tuple[Row, ...]]


@lru_cache(maxsize=1)
def table() -> Table:
    """The rows that there are, as they are run; made once."""
    calls = {name: _present(rows) for name, rows in CALLS.items()}
    return Table(calls, *({heads: _present(rows) for heads, rows in where.items()} for where in (NEIGHBOURS, PSEUDO_INVERSE)))


def _present(rows: Iterable[Law]) -> tuple[Row, ...]:
    return tuple(Row(law) for law in rows if law.name in IDENTITIES)


def of_call(name: str, args: tuple[Expr, ...], used: Used | None) -> Expr | None:
    """What a call is by a row; None where none applies.

    name, args  of the call
    used        what was used is appended; None: only rows of which nobody is told
    """
    rows = table().calls.get(name)
    if not rows:
        return None
    new = _first(rows, args, used)
    return _first(rows, args[::-1], used) if new is None and name in EITHER_WAY else new


def of_neighbours(left: Expr, right: Expr, used: Used | None) -> Expr | None:
    """What two neighbours in a product are by a row; None where none applies.

    left, right  factors beside each other
    used         what was used is appended; None: only rows of which nobody is told
    """
    return _first(fits_neighbours(_head(left), _head(right)), (left, right), used)


def of_windows(factors: tuple[Expr, ...], used: Used) -> tuple[tuple[Expr, ...], Expr, tuple[Expr, ...]] | None:
    """(the factors before, what neighbours are by a row about the pseudo-inverse, the factors behind); None where none applies."""
    heads = tuple([_head(f) for f in factors])
    if "pinv" not in heads and "I+" not in heads:
        return None
    for k in range(len(factors) - 1):
        for stop in (k + 3, k + 2):
            if stop <= len(factors) and (new := _first(fits_windows(heads[k:stop]), factors[k:stop], used)) is not None:
                return factors[:k], new, factors[stop:]
    return None


def of_letter(letter: Symbol, property_: str, used: Used) -> Expr | None:
    """What a property of a letter says of its transpose or inverse, noted; None where the row is not there.

    property_  a key of `DECLARED`
    used       what was used is appended
    """
    law = DECLARED[property_]
    value = law_value(law.name, {law.wrt: letter})
    if value is not None:
        note_use(used, law.name, letter)
    return value


def _first(rows: tuple[Row, ...], nodes: tuple[Expr, ...], used: Used | None) -> Expr | None:
    for row in rows:
        new = row.value(nodes, used)
        if new is not None:
            return new
    return None


@lru_cache(maxsize=4096)
def fits_neighbours(left: str, right: str) -> tuple[Row, ...]:
    """The rows about two neighbours with these heads."""
    return _fits(table().neighbours, (left, right))


@lru_cache(maxsize=4096)
def fits_windows(heads: Heads) -> tuple[Row, ...]:
    """The rows about the pseudo-inverse for neighbours with these heads."""
    return _fits(table().windows, heads)


def _fits(rows: Mapping[Heads, tuple[Row, ...]], heads: Heads) -> tuple[Row, ...]:
    """The rows that neighbours with these heads may have the form of."""
    return tuple(
        row for wanted, found in rows.items()
        if len(wanted) == len(heads) and all(w in (h, "*") or (w == "*'" and h.endswith("'")) for w, h in zip(wanted, heads, strict=True))
        for row in found
    )


def _head(factor: Expr) -> str:
    kind = type(factor)
    if kind is Symbol:
        return ""
    if isinstance(factor, Transpose):
        return "'" if type(factor.arg) is Symbol else f"{_head(factor.arg)}'"
    if isinstance(factor, Call):
        return factor.name
    if isinstance(factor, Add):
        return "" if len(factor.terms) != 2 else "I+" if isinstance(factor.terms[0], Identity) else "+"
    return "1" if kind is Ones else ""


def forget() -> None:
    """The tables are made anew from the rows that there are."""
    for cached in (table, fits_neighbours, fits_windows):
        cached.cache_clear()


def told(law: Law, about: Expr) -> Why:
    """The equation that a row tells, of what its first letter stands for."""
    left, right = (side(law, text.strip()) for text in law.tells.split(" = "))
    first, *_ = (s for s in declared(law.given).values())
    sizes = {str(want): size for want, size in zip(first.dims, about.shape, strict=True) if not want.is_number}
    values = {first.name: about}
    if isinstance(right, Identity):
        return (fill(left, values, sizes), " = I")
    return (fill(left, values, sizes), " = ", fill(right, values, sizes))


__all__ = ["forget", "of_call", "of_letter", "of_neighbours", "of_windows", "table", "told"]
