from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from derive.errors import DeriveError, Position
from derive.language.files import read_text
from derive.language.problems.answer import read_answers, read_part_answers
from derive.language.problems.colours import read_colours
from derive.language.problems.data import read_at, read_data
from derive.language.problems.figure import read_figures
from derive.language.problems.find import read_find, read_parts, read_total
from derive.language.problems.function import Bindings, read_function, read_let, read_sample_letters, read_symbols
from derive.language.problems.keys import (
    ASKS,
    DETAILS,
    ELSEWHERE,
    INDICES,
    KEYS,
    LAYOUTS,
    PROSE,
    SHAPES,
    read_choice,
    read_id,
    read_inner_product,
    read_methods,
    read_names,
    read_order,
    read_prose,
    read_reasons,
    read_relations,
)
from derive.language.problems.member import enough, read_members
from derive.language.problems.notation import read_notation
from derive.language.problems.problem import Choice, Options, Part, Problem
from derive.language.problems.variants import bind_values, counts, read_variants, refuse_unused, with_declarations
from derive.language.problems.wrt import read_directions, read_wrt
from derive.language.yaml.nodes import Node, Source
from derive.language.yaml.reading import compose

__all__ = ["kind", "load", "read", "values"]


def load(path: str | Path, asked: bool = True) -> Problem:
    """The problem of a file.  DeriveError, with file, line and column, for whatever is wrong with it.

    asked  it must say what is asked; a review needs no `find`
    """
    return read(read_text(path), str(path), asked=asked)


def kind(text: str) -> Literal["problem", "lecture", "set"]:
    """What a file is, by its top-level keys: `sections` make a lecture, `problems` a set."""
    keys = set(re.findall(r"^([A-Za-z][\w-]*)[ \t]*:", text, re.MULTILINE))
    if "function" in keys:
        return "problem"
    return "lecture" if "sections" in keys else "set" if "problems" in keys else "problem"


def values(text: str, file: str) -> dict[str, int]:
    """How many values each name under `variants` has; empty where the problem has no variants.  DeriveError of reading."""
    node = compose(text, file)
    pairs = {key.text: value for key, value in node.pairs} if node is not None else {}
    return counts(pairs.get("variants"), pairs.get("symbols"))


def read(text: str, file: str, chosen: Mapping[str, int] | None = None, asked: bool = True) -> Problem:
    """The problem of a text; `file` is the name for messages (`<stdin>` for standard input).

    chosen  which value each name under `variants` has, counted from 0; the first where it is not said
    asked   it must say what is asked; a review needs no `find`

    DeriveError, with a position, for whatever is wrong with it.
    """
    node = compose(text, file)
    if node is None or (node.kind == "scalar" and not node.text.strip()):
        raise Source(file, text).error(
            "the file is empty: a problem is a mapping with the keys symbols, function, find", 1, 1, code="empty"
        )
    if node.kind != "mapping":
        found = "a list" if node.kind == "list" else "a text"
        raise node.error(
            f"a problem is a mapping with the keys symbols, function, find, and this is {found}", code="type"
        )
    if kind(text) != "problem":
        raise node.error(f"this is a {kind(text)}, where a problem is expected", code="not-a-problem",
                         hint="`derive check` and `derive render` take it; `derive show` and `derive review` take one of its problems")
    return resolved(node, text, file, chosen, asked)


def resolved(node: Node, text: str, file: str, chosen: Mapping[str, int] | None = None, asked: bool = True) -> Problem:
    """The problem of a mapping: names bound, shapes checked; DeriveError, with a position, for whatever is wrong with it.

    text    the whole file, which messages quote
    file    its name
    chosen  by name under `variants` which of its values is taken, from 0; None: the first
    asked   whether something must be asked for
    """
    try:
        return _resolved(node, text, file, chosen or {}, asked)
    except DeriveError as error:
        raise error.at(node.position) from None


def _keys(node: Node) -> dict[str, Node]:
    """The values of a problem by key.  DeriveError for a key that is unknown, or missing."""
    root = node.known("the problem", KEYS, ELSEWHERE)
    for key in ("symbols", "function"):
        if key not in root:
            raise node.error(f"the key `{key}` is missing", code="missing-key", hint=_EXAMPLE[key])
    return {key: pair[1] for key, pair in root.items()}


def _asks_stacked(value: Mapping[str, Node], find: tuple[str, ...]) -> bool:
    """Whether a Jacobian is asked for that another quantity answers: of a matrix, by stacked columns."""
    return "jacobian" not in find and "jacobian" in (text for key in ("find", "parts") if key in value for text in value[key].texts())


def _resolved(node: Node, text: str, file: str, chosen: Mapping[str, int], asked: bool) -> Problem:
    value = _keys(node)
    bindings = Bindings()
    alternatives = read_variants(value.get("variants"), value["symbols"], chosen)
    read_symbols(with_declarations(value["symbols"], alternatives), bindings)
    read_sample_letters([value[key] for key in ("let", "function", "answer", "parts") if key in value], bindings)
    choices = bind_values(value["symbols"], alternatives, bindings)
    refuse_unused(node, alternatives)
    relations = read_relations(value.get("sizes"), bindings)
    members = read_members(value, bindings)
    let = read_let(value.get("let"), bindings)
    header = read_function(value["function"], bindings)
    bindings.refuse_unused_sizes([header.expr, *(definition for _, definition in let)])
    wrt, wrt_list = read_wrt(value.get("wrt"), node, header, bindings)
    directions, second = read_directions(value.get("direction"), wrt, wrt_list, bindings)
    parts = read_parts(value.get("parts"), header.expr, wrt)
    find = read_find(value.get("find"), node, parts, header.expr, wrt, asked, "claim" in value)
    layout = read_choice(value.get("layout"), "layout", LAYOUTS)
    methods = read_methods(value.get("method"))
    if "differential" in find or "differential" in methods:
        bindings.refuse_differentials(wrt)
    known = bindings.knowing(header, wrt)
    answer = read_answers(value.get("answer"), find, header.expr, wrt, wrt_list, (*directions, *second), layout, known)
    of_parts, places = read_part_answers(
        value.get("parts"), answer, header.expr, wrt, wrt_list, (*directions, *second), layout, known
    )
    options = replace(_options(value, bindings, choices, parts), stacked=_asks_stacked(value, find))
    _refuse_claims_without_answers(value, options.ask, parts, find, {**answer, **of_parts})
    return Problem(
        id=read_id(value.get("id"), file),
        name=header.name,
        function=header.expr,
        wrt=wrt,
        wrt_list=wrt_list,
        directions=directions,
        second_directions=second,
        direction_named="direction" in value,
        find=find,
        symbols=dict(bindings.symbols),
        unnamed=dict(bindings.unnamed),
        let=tuple(let),
        sizes=(*relations, *enough(members)),
        method=methods[0],
        further_methods=methods[1:],
        layout=layout,
        inner_product=read_inner_product(value.get("inner-product"), wrt, bindings),
        detail=read_choice(value.get("detail"), "detail", DETAILS),
        hide=frozenset(read_names(value["hide"], "hide")) if "hide" in value else frozenset(),
        reasons=read_reasons(value.get("reasons")),
        answer={**answer, **of_parts},
        prose={key: read_prose(value[key], key) for key in PROSE if key in value},
        parts=parts,
        options=options,
        positions={**_positions(node), **places},
        text=text,
        file=file,
    )


def _refuse_claims_without_answers(
    value: Mapping[str, Node], ask: str, parts: tuple[Part, ...], find: tuple[str, ...], answers: Mapping[str, Any]
) -> None:
    """`ask: show` prints the author's answers, which must be there.  DeriveError [ask] at it."""
    of_parts = {quantity for part in parts for quantity in part.find}
    asked = [(value["ask"], find, "answer")] if ask == "show" else []
    asked = [(node, tuple(quantity for quantity in found if quantity not in of_parts), key) for node, found, key in asked]
    for part, node in zip(parts, value["parts"].items if parts else (), strict=True):
        if part.ask == "show":
            asked.append((node.mapping("a part")["ask"][1], part.find, "answer"))
    for node, quantities, key in asked:
        for quantity in quantities:
            if quantity not in answers and quantity != "linearity":
                raise node.error(
                    f"`ask: show` needs what is to be shown of the {quantity}", code="ask", hint=f"{key}: {{{quantity}: …}}, which is checked"
                )


def _options(value: Mapping[str, Node], bindings: Bindings, choices: tuple[Choice, ...], parts: tuple[Part, ...]) -> Options:
    """What stands beside the mathematics; what is not said is as `Options` has it."""
    read: dict[str, Callable[[Node], Any]] = {
        "tags": lambda node: read_names(node, "tags"),
        "level": lambda node: node.words("`level`"),
        "notation": read_notation,
        "indices": lambda node: read_choice(node, "indices", INDICES),
        "shapes": lambda node: read_choice(node, "shapes", SHAPES) == "true",
        "order": read_order,
        "claim": lambda node: node.words("`claim`"),
        "ask": lambda node: read_choice(node, "ask", ASKS),
        "at": lambda node: read_at(node, bindings),
        "colours": lambda node: read_colours(node, (*bindings.symbols, *bindings.lets)),
    }
    said = {key: how(value[key]) for key, how in read.items() if key in value}
    data, columns = read_data(value["data"], bindings) if "data" in value else ({}, {})
    return Options(
        **said, layout_named="layout" in value, points=read_total(value.get("points"), parts), data=data, columns=columns, variants=choices,
        figures=read_figures(value["figure"]) if "figure" in value else (),
    )


_EXAMPLE = {
    "symbols": "symbols:\n          X: matrix(m, n)",
    "function": "function: f(X) = tr(X' X)",
}


def _positions(node: Node, prefix: str = "", depth: int = 0) -> dict[str, Position]:
    """`function`, `answer.gradient`, `symbols.X`, `find.1`, … and where their values stand."""
    out: dict[str, Position] = {}
    entries = [(key.text, value) for key, value in node.pairs] or [(str(k + 1), v) for k, v in enumerate(node.items)]
    for name, value in entries:
        out[prefix + name] = value.position
        if depth < 3:
            out.update(_positions(value, f"{prefix}{name}.", depth + 1))
    return out
