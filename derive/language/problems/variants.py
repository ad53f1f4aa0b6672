"""`variants:` of a problem: names with several values, of which one problem has one each.

    variants: {c: [2, 3, 5], g: [exp, tanh], S: [A, A + I, 2 A], A: [symmetric(m), spd(m)]}

A value is a declaration (the name is a symbol, declared so), the name of a function (the name is called), or an expression, a number
being one: where the name stands, its tree stands, as if it had been written in parentheses.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from derive.expressions.functions import FUNCTIONS
from derive.expressions.nodes import Expr, Unnamed
from derive.expressions.sizes import Shape, show
from derive.language.problems.declarations import TYPES, declare
from derive.language.problems.function import Bindings
from derive.language.problems.names import declared_name
from derive.language.problems.problem import Choice, Kind
from derive.language.words import CALLABLE, CONSTANTS, closest
from derive.language.yaml.nodes import Node
from derive.values import dataclass

MOST_VALUES = 1000
"""Values of one name."""

_NO_FUNCTIONS = frozenset({"where", *CONSTANTS})
_KINDS = {"declaration": "declarations", "function": "functions", "expression": "expressions"}


@dataclass(frozen=True)
class Alternatives:
    """A name under `variants` while the file is read: where it stands, its values, and the one that was chosen."""

    name: str
    key: Node
    values: tuple[Node, ...]
    kind: Kind
    number: int

    @property
    def chosen(self) -> Node:
        return self.values[self.number]


def read_variants(node: Node | None, symbols: Node | None, chosen: Mapping[str, int]) -> tuple[Alternatives, ...]:
    """The names with their values; `chosen` says which value a name has, the first where it says nothing.

    symbols  the node of `symbols`, which may declare functions without a formula
    DeriveError: [type], [empty] for what is not a mapping of lists, [variants] for values of several kinds, or equal ones.
    """
    if node is None:
        return ()
    pairs = node.mapping("`variants`")
    if not pairs:
        raise node.error("`variants` is empty: {c: [2, 3, 5]}", code="empty")
    out = []
    unnamed = _unnamed(symbols)
    for key, value in pairs.values():
        name = declared_name(key, "a variant")
        values = value.entries(f"the list of the values of {name}")
        if len(values) > MOST_VALUES:
            raise value.error(f"{name} has more than {MOST_VALUES} values", code="too-long")
        kinds = [_kind(name, one, unnamed) for one in values]
        _refuse_equal(name, values)
        for one, kind in zip(values, kinds, strict=True):
            if kind != kinds[0]:
                raise one.error(
                    f"the values of {name} are {_KINDS[kinds[0]]} and {_KINDS[kind]}: they must be of one kind", code="variants",
                    hint="a kind of symbol, as symmetric(n); a function, as exp; or an expression, as 2 or A + I",
                )
        out.append(Alternatives(name, key, values, kinds[0], min(max(chosen.get(name, 0), 0), len(values) - 1)))
    return tuple(out)


def counts(node: Node | None, symbols: Node | None) -> dict[str, int]:
    """How many values each name under `variants` has."""
    return {one.name: len(one.values) for one in read_variants(node, symbols, {})}


def first_of(choices: Sequence[Choice]) -> str:
    """Which of its variants a problem is where none is asked for: a line, '' where it has none."""
    count = math.prod(choice.count for choice in choices)
    return f"the first of {count} variants ({said(choices)}); `derive variants` makes others" if choices else ""


def said(choices: Sequence[Choice]) -> str:
    """The values as a line: `c = 2, g = exp, A: symmetric(m)`."""
    return ", ".join(f"{c.name}{': ' if c.kind == 'declaration' else ' = '}{c.text}" for c in choices)


def _unnamed(symbols: Node | None) -> frozenset[str]:
    """The functions without a formula that `symbols` declares."""
    pairs = symbols.pairs if symbols is not None else ()
    types = {key.text: next((of.text for name, of in value.pairs if name.text == "type"), value.text) for key, value in pairs}
    return frozenset(name for name, kind in types.items() if re.match(r"\s*(elementwise|function)\b", kind))


def _kind(name: str, value: Node, unnamed: frozenset[str]) -> Kind:
    if value.kind == "mapping":
        return "declaration"
    text = value.words(f"a value of {name}").strip()
    if text.count("(") != text.count(")") and not value.style:
        raise value.error(
            "inside [ ] a comma ends the value for YAML", code="yaml-comma", hint=f"put it in single quotes: '{text}, …'"
        )
    word = re.match(r"([A-Za-z]\w*)\s*(\(|$)", text)
    if word and word[1] in TYPES:
        return "declaration"
    if text in unnamed or (text in CALLABLE and text not in _NO_FUNCTIONS and not (text in FUNCTIONS and 0 in FUNCTIONS[text].arities)):
        return "function"
    return "expression"


def _refuse_equal(name: str, values: Sequence[Node]) -> None:
    seen: set[str] = set()
    for one in values:
        text = " ".join(one.raw.split())
        if text in seen:
            raise one.error(f"{name} has this value twice", code="variants")
        seen.add(text)


# --------------------------------------------------------------------------------------------- into the problem
def with_declarations(symbols: Node, alternatives: Sequence[Alternatives]) -> Node:
    """The node of `symbols`, declared names as they were chosen, and without the names that are given a value.

    DeriveError for whatever is wrong with a declaration, chosen or not.
    """
    pairs = {key.text: (key, value) for key, value in symbols.pairs}
    for one in alternatives:
        if one.kind == "declaration":
            for value in one.values:
                declare(one.key, value)
            pairs[one.name] = (one.key, one.chosen)
        else:
            pairs.pop(one.name, None)
    return replace(symbols, pairs=tuple(pairs.values()))


def bind_values(symbols: Node, alternatives: Sequence[Alternatives], bindings: Bindings) -> tuple[Choice, ...]:
    """Give the names their values; a value may hold declared symbols and the names above it.

    alternatives  the names under `variants`, each with the value that was chosen
    symbols       the node of `symbols` as it was written: a name that is declared there too has a value of its shape
    DeriveError for whatever is wrong with a value, chosen or not.
    """
    declared = {key.text: (key, value) for key, value in symbols.pairs}
    out = []
    for one in alternatives:
        if one.kind == "declaration":
            out.append(Choice(one.name, one.kind, one.number, len(one.values), " ".join(one.chosen.raw.split())))
            continue
        if one.name in bindings.sizes:
            raise one.key.error(f"{one.name} is a size here: it has a value under `sizes`", code="name-taken", hint="sizes: [n = 3]")
        bindings.names.add(one.name, one.key.origin, "a name under `variants`")
        bindings.places[one.name] = one.key
        value: Expr | str
        if one.kind == "function":
            value = bindings.called[one.name] = one.chosen.text.strip()
            out.append(Choice(one.name, "function", one.number, len(one.values), value, value))
            continue
        shape = _declared_shape(one, declared)
        trees = [_tree(one, node, shape, bindings) for node in one.values]
        value = bindings.given[one.name] = trees[one.number]
        out.append(Choice(one.name, "expression", one.number, len(one.values), " ".join(one.chosen.text.split()), value))
    return tuple(out)


def _declared_shape(one: Alternatives, declared: Mapping[str, tuple[Node, Node]]) -> Shape | None:
    """The shape of a name that `symbols` declares too."""
    if one.name not in declared:
        return None
    declaration = declare(*declared[one.name])
    if isinstance(declaration.value, Unnamed):
        raise one.key.error(f"{one.name} is a function, and its values here are expressions", code="variants", hint=f"{one.name}: [exp, tanh]")
    return declaration.value.dims


def _tree(one: Alternatives, node: Node, shape: Shape | None, bindings: Bindings) -> Expr:
    tree = bindings.parse(node.words(f"a value of {one.name}"), node.origin, shape=shape)
    if shape is not None and tree.shape != shape:
        raise node.error(f"{one.name} is declared as {show(shape)}, and this value is {show(tree.shape)}", code="size-mismatch")
    return tree


def refuse_unused(root: Node, alternatives: Sequence[Alternatives]) -> None:
    """DeriveError [variants] for a name that stands nowhere else in the problem: it may be a slip of the pen."""
    for one in alternatives:
        if not any(_stands_in(one, key.text, value) for key, value in root.pairs):
            words = {word for key, value in root.pairs if key.text != "variants" for word in re.findall(r"[^\W\d]\w*", value.raw)}
            guess = closest(one.name, words)
            raise one.key.error(
                f"{one.name} is used nowhere in the problem" + (f"; did you mean {guess}?" if guess else ""), code="variants",
                hint="a name under `variants` stands for its value in function, let, answer, at, data and in the words",
            )


def _stands_in(one: Alternatives, key: str, value: Node) -> bool:
    if key == "variants":
        others = [node for name, node in value.pairs if name.text != one.key.text]
        return any(_holds(node.raw, one.name) for node in others)
    if key == "symbols" and one.kind != "declaration":
        return any(_holds(node.raw, one.name) for name, node in value.pairs if name.text != one.key.text)
    return key not in ("id", "symbols") and _holds(value.raw, one.name)


def _holds(text: str, name: str) -> bool:
    return name in text if "\\" in text or "$" in text else re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None
