"""One member of a family as the variable: `wrt: K_1` of `K_i: {type: symmetric(n), for: i = 1..N}`.

The member is a symbol of its own, and a sum over the members is written as its term and the sum of the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from derive.expressions.build import add
from derive.expressions.nodes import Entry, Expr, Number, Sum, Symbol, number
from derive.expressions.rewrite import substitute, transform
from derive.expressions.sizes import ONE, Size
from derive.expressions.traverse import walk
from derive.language.problems.function import HEADER, Bindings
from derive.language.problems.problem import SizeRelation
from derive.language.text.tokens import name_form
from derive.language.yaml.nodes import Node
from derive.values import dataclass


@dataclass(frozen=True)
class Member:
    """The k-th of a family, a symbol of its own; `place` is where it is named."""

    family: Symbol
    k: int
    symbol: Symbol
    place: Node

    @property
    def count(self) -> Size:
        """How many there are."""
        return self.family.count or self.family.dims[0 if self.symbol.is_scalar else 1]

    def at(self, index: Expr) -> Expr:
        """The member of another index, as an expression has it."""
        if self.family.count is not None:
            return replace(self.family, index=index)
        return Entry(self.family, index, None) if self.symbol.is_scalar else Entry(self.family, None, index)

    def apart(self, expr: Expr) -> Expr:
        """The expression with the member as its own symbol, which stands in a term of its own in each sum over the members.

        DeriveError where the family stands in another way
        """
        own: dict[Expr, Expr] = {self.at(number(self.k)): self.symbol}
        free: set[Expr] = set()

        def visit(node: Expr) -> Expr:
            if not isinstance(node, Sum) or self.at(node.index) not in set(walk(node.body)):
                return own.get(node, node)
            lower, upper = node.lower, node.upper
            first = lower.value if isinstance(lower, Number) else None
            free.add(self.at(node.index))
            if first is None or first > self.k or (isinstance(upper, Number) and upper.value < self.k):
                return node
            inside = substitute(substitute(node.body, {node.index: number(self.k)}), own)
            others = ((lower, number(self.k - 1)), (number(self.k + 1), upper))
            before, behind = (_terms(node, a, b) for a, b in others)
            return add(*before, inside, *behind)

        out = transform(expr, visit)
        if not all(self._stands_well(node, free) for node in walk(out)) or out is self.family:
            raise self.place.error(
                f"the members of the family stand here in another way than {self.family.name}_i in a sum over i, so that the terms "
                f"with {self.symbol.name} are not known", code="wrt", hint="write a sum over the members, from 1 on",
            )
        return out

    def _stands_well(self, node: Expr, free: set[Expr]) -> bool:
        """Whether what stands here is another member, by its number or in a sum, or none."""
        if isinstance(node, Entry) and node.arg is self.family:
            place = node.row if self.symbol.is_scalar else node.column
            return node in free or (isinstance(place, Number) and node is self.at(place))
        if isinstance(node, Symbol) and node.name == self.family.name and node.count is not None:
            return node in free or isinstance(node.index, Number)
        return all(child is not self.family for child in node.children)


def _terms(over: Sum, first: Expr, last: Expr) -> tuple[Expr, ...]:
    """The terms of a sum between two bounds: a sum, its one term, or none."""
    if first is last:
        return (substitute(over.body, {over.index: first}),)
    empty = isinstance(first, Number) and isinstance(last, Number) and first.value > last.value
    return () if empty else (Sum(over.index, first, last, over.body),)


def read_members(value: Mapping[str, Node], bindings: Bindings) -> list[Member]:
    """The members of families that `wrt` or the header names, each a symbol of the problem from now on."""
    header = HEADER.match(value["function"].text if value["function"].kind == "scalar" else "")
    arguments = (header.group("arguments") or "").split(",") if header is not None else []
    named = [(text, value["wrt"]) for text in value["wrt"].texts()] if "wrt" in value else []
    families = set(bindings.written.values())
    out: list[Member] = []
    for text, place in (*named, *((text, value["function"]) for text in arguments)):
        name = name_form(text.strip())
        match = re.fullmatch(r"(.+)_(?:(\d+)|\{(\d+)\})", name)
        family = bindings.symbols.get(match.group(1)) if match is not None else None
        if match is None or family is None or name in bindings.symbols or family.name not in families:
            continue
        k = int(match.group(2) or match.group(3))
        symbol = _member(family, f"{family.name}_{k}")
        if k < 1:
            raise place.error("the members of a family are counted from 1", code="wrt")
        bindings.symbols[symbol.name] = symbol
        bindings.places[symbol.name] = place
        out.append(Member(family, k, symbol, place))
        bindings.apart.append(out[-1].apart)
    return out


def enough(members: Iterable[Member]) -> tuple[SizeRelation, ...]:
    """That a family has the members that are named."""
    return tuple(SizeRelation(m.count, ">=", Size.of(m.k)) for m in members if m.k > 1 and not m.count.is_number)


def _member(family: Symbol, name: str) -> Symbol:
    latex = None if family.latex is None else f"{family.latex}_{{{name.rpartition('_')[2]}}}"
    if family.count is not None:
        return replace(family, name=name, latex=latex, count=None)
    dims = (ONE, ONE) if family.columns is None else (family.dims[0], ONE)
    return Symbol(name, dims, family.has, latex=latex)
