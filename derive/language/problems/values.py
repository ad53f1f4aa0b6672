"""Problems from values: what a problem file would say, as texts, numbers, lists and mappings of Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from derive.errors import DeriveError
from derive.language.problems.problem import Problem
from derive.language.problems.read import resolved
from derive.language.yaml.nodes import Node, Source

Value = str | int | float | Fraction | bool | Sequence["Value"] | Mapping[str, "Value"]
"""A text (of the language, where the key asks for an expression), a number, a list or a mapping of such."""


def problem(values: Mapping[str, Value], name: str = "<python>") -> Problem:
    """The problem that a file with these keys would hold; `name` stands in its `id` where none is given.

    DeriveError for whatever is wrong: its place is the key (`symbols.X`, `find.2`) and the column in that key's text.
    """
    return resolved(node_of(values), "", name)


def node_of(value: Value, path: str = "") -> Node:
    """The node of a value; each text is a source of its own, named by the path of its key, so that a message points into it.

    DeriveError [type] for a value that is no text, number, list or mapping.
    """
    if isinstance(value, Mapping):
        pairs = tuple((_scalar(str(key), path), node_of(inner, f"{path}.{key}".strip("."))) for key, inner in value.items())
        return Node(Source(path, ""), "mapping", (0, 0, 0), (0, 0, 0), pairs=pairs)
    if isinstance(value, str):
        return _scalar(value, path)
    if isinstance(value, bool):
        return _scalar("true" if value else "false", path)
    if isinstance(value, int | float | Fraction):
        return _scalar(str(value), path)
    if isinstance(value, Sequence):
        items = tuple(node_of(inner, f"{path}.{k}") for k, inner in enumerate(value, 1))
        return Node(Source(path, ""), "list", (0, 0, 0), (0, 0, 0), items=items)
    raise DeriveError(f"`{path}` is a text, a number, a list or a mapping, not {type(value).__name__}", code="type")


def _scalar(text: str, path: str) -> Node:
    lines = text.split("\n")
    return Node(Source(path, text), "scalar", (0, 0, 0), (len(text), len(lines) - 1, len(lines[-1])), text)
