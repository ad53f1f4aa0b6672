"""Families of symbols: `K_i: {type: symmetric(n), for: i = 1..N}` declares a matrix for each i.

Numbers are kept as the entries of one vector, vectors as the columns of one matrix, both written x_i; a matrix of a family is a
symbol with an index.
"""

from __future__ import annotations

import re
from dataclasses import replace

from derive.expressions.nodes import Symbol, Unnamed
from derive.expressions.sizes import ONE, Size, is_column
from derive.language.problems.names import checked_name
from derive.language.text.sizes import parse_size
from derive.language.yaml.nodes import Node

_RANGE = re.compile(r"\s*([^\W\d]\w*)\s*=\s*1\s*(?:\.{2,3}|…|,\s*(?:\.\.\.|…)\s*,)\s*(\S.*?)\s*")
_FORM = "for: i = 1..N"


def read_range(node: Node, name: str) -> tuple[str, Size]:
    """(i, N) of `i = 1..N`.  DeriveError for another form."""
    text = node.words(f"`for` of {name}")
    match = _RANGE.fullmatch(text)
    if match is None:
        raise node.error(f"`for` says over what {name} runs, from 1 on", code="family", hint=_FORM)
    index = checked_name(match.group(1), node.origin, "an index")
    return index, parse_size(match.group(2), node.origin.shift(match.start(2)))


def family(name: str, value: Symbol | Unnamed, node: Node) -> Symbol:
    """The symbol of a family, its name without the index: K of K_i.  DeriveError for what has no family.

    value  what the name is declared as, its index in the name
    """
    index, count = read_range(node, name)
    base = name.removesuffix(f"_{index}") or name
    if isinstance(value, Unnamed):
        raise node.error(f"{name} is a function: a family is one of numbers, vectors or matrices", code="family")
    if value.of is not None:
        raise node.error(f"{name} is a path, and `for` makes a family of it: one of the two", code="family")
    if not value.is_scalar and not is_column(value.dims):
        return replace(value, name=base, count=count)
    if value.has - {"positive"}:
        raise node.error(f"the members of the family {name} may be `positive`; other properties are those of single symbols", code="family")
    if value.is_scalar:
        return replace(value, name=base, dims=(count, ONE))
    return replace(value, name=base, dims=(value.dims[0], count), columns=base)
