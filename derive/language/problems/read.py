"""Problem files: from the text of a YAML document to a `Problem`, every name bound and every shape checked."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal

from derive.errors import DeriveError, Position
from derive.language.problems.answer import read_answers, read_part_answers
from derive.language.problems.data import read_at, read_data
from derive.language.problems.figure import read_figures
from derive.language.problems.find import read_find, read_parts, read_total
from derive.language.problems.function import Bindings, read_function, read_let, read_sample_letters, read_symbols
from derive.language.problems.keys import (
    DETAILS,
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
from derive.language.problems.notation import read_notation
from derive.language.problems.problem import Problem
from derive.language.problems.wrt import read_directions, read_wrt
from derive.language.yaml.nodes import Node, Source
from derive.language.yaml.reading import compose, read_file

__all__ = ["kind", "load", "read"]


def load(path: str | Path, asked: bool = True) -> Problem:
    """The problem of a file.  DeriveError, with file, line and column, for whatever is wrong with it.

    asked  it must say what is asked; a review needs no `find`
    """
    return read(read_file(path), str(path), asked)


def kind(text: str) -> Literal["problem", "lecture", "set"]:
    """What a file is, by its top-level keys: `sections` make a lecture, `problems` a set."""
    keys = set(re.findall(r"^([A-Za-z][\w-]*)[ \t]*:", text, re.MULTILINE))
    if "function" in keys:
        return "problem"
    return "lecture" if "sections" in keys else "set" if "problems" in keys else "problem"


def read(text: str, file: str, asked: bool = True) -> Problem:
    """The problem of a text; `file` is the name for messages (`<stdin>` for standard input).

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
        raise node.error(f"this is a {kind(text)}, where a problem is expected", code="not-a-problem")
    try:
        return _problem(node, text, file, asked)
    except DeriveError as error:
        raise error.at(node.position) from None


def _problem(node: Node, text: str, file: str, asked: bool) -> Problem:
    root = node.known("the problem", KEYS)
    for key in ("symbols", "function"):
        if key not in root:
            raise node.error(f"the key `{key}` is missing", code="missing-key", hint=_EXAMPLE[key])
    value = {key: pair[1] for key, pair in root.items()}
    bindings = Bindings()
    read_symbols(value["symbols"], bindings)
    read_sample_letters([value[key] for key in ("let", "function", "answer", "parts") if key in value], bindings)
    relations = read_relations(value.get("sizes"), bindings)
    let = read_let(value.get("let"), bindings)
    header = read_function(value["function"], bindings)
    bindings.refuse_unused_sizes([header.expr, *(definition for _, definition in let)])
    wrt, wrt_list = read_wrt(value.get("wrt"), node, header, bindings)
    directions, second = read_directions(value.get("direction"), wrt, wrt_list, bindings)
    parts = read_parts(value.get("parts"), header.expr, wrt)
    find = read_find(value.get("find"), node, parts, header.expr, wrt, asked)
    layout = read_choice(value.get("layout"), "layout", LAYOUTS)
    methods = read_methods(value.get("method"))
    if "differential" in find or "differential" in methods:
        bindings.refuse_differentials(wrt)
    answer = read_answers(
        value.get("answer"), find, header.expr, wrt, wrt_list, (*directions, *second), layout, bindings
    )
    of_parts, places = read_part_answers(
        value.get("parts"), answer, header.expr, wrt, wrt_list, (*directions, *second), layout, bindings
    )
    options: dict[str, Any] = {
        key: value[key].plain() if key == "variants" else read_names(value[key], key)
        if key == "tags" else value[key].words(f"`{key}`")
        for key in ("tags", "level", "variants", "layout") if key in value
    }
    total = read_total(value.get("points"), parts)
    if total is not None:
        options["points"] = total
    if "notation" in value:
        options["notation"] = read_notation(value["notation"])
    if "figure" in value:
        options["figure"] = read_figures(value["figure"])
    if "indices" in value:
        options["indices"] = read_choice(value["indices"], "indices", INDICES)
    if "shapes" in value:
        options["shapes"] = read_choice(value["shapes"], "shapes", SHAPES) == "true"
    if "claim" in value:
        options["claim"] = value["claim"].words("`claim`")
    if "order" in value:
        options["order"] = read_order(value["order"])
    if "at" in value:
        options["at"] = read_at(value["at"], bindings)
    if "data" in value:
        options["data"], options["columns"] = read_data(value["data"], bindings)
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
        sizes=relations,
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
