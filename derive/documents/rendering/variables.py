"""What a template sees, described: every field of the document's values, and where a template asks for something else."""

from __future__ import annotations

import dataclasses
import re
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from derive.documents.page.document import Document
from derive.documents.page.modes import Mode
from derive.errors import DeriveError, Position
from derive.notation.latex.boxes import Formula

VARIABLES = {
    "document": "the whole document",
    "mode": "the kind of document",
    "item": "one of `document.items`",
    "problem": "an item that is a problem",
    "block": "one of `problem.blocks` or `frame.blocks`",
    "frame": "one of `problem.frames`",
    "row": "one of `block.rows`",
    "kept": "`kept.count` numbers what of a frame is set once and copied",
    "leading": "the block is the first of its frame",
    "answer": "one of `block.answers`",
    "words": "one of `problem.opening` or `problem.ending`",
    "cell": "one of `item.columns`, or an item that is words",
    "figure": "one of `problem.figures` or `frame.figures`",
    "late": "the click that shows what of a figure belongs to the answer",
    "rows": "those of a block, or of one of `block.displays`",
    "style": "how their left sides stand: `block.style`",
    "numbered": "rows have their numbers and reasons",
    "boxed": "the keys of rows whose right sides are answers",
    "kind": "what the title says of the document: answers, solutions, or nothing",
    "named": "this frame is the first of its problem",
    "before": "what the paragraph of a statement begins with",
    "hidden": "right sides are left blank, in their places",
    "template_api": "the version of all this",
}
"""What the templates use; the ones that a template may, its first comment names."""

_DESCRIBED = re.compile(r"^    (?P<names>[a-z_]+(?:, [a-z_]+)*) {2,}(?P<text>\S.*(?:\n {10,}\S.*)*)", re.MULTILINE)
_NAMED = re.compile(r"Variables: ([a-z_]+(?:, [a-z_]+)*)")


def described() -> dict[str, tuple[str, dict[str, str]]]:
    """By the name of each kind of value: what it is, and what each of its fields holds."""
    out: dict[str, tuple[str, dict[str, str]]] = {}
    for kind in _kinds(Document, Mode):
        text = kind.__doc__ or ""
        fields = {
            name: " ".join(found["text"].split()) for found in _DESCRIBED.finditer(text) for name in found["names"].split(", ")
        }
        out[kind.__name__] = (text.split("\n")[0], {field.name: fields.get(field.name, "") for field in dataclasses.fields(kind)})
    return out


def _kinds(*roots: type[Any]) -> Iterator[type[Any]]:
    """The classes of values that can be reached, each once, the outer ones first."""
    waiting, seen = list(roots), set()
    while waiting:
        kind = waiting.pop(0)
        if kind in seen:
            continue
        seen.add(kind)
        yield kind
        hints = typing.get_type_hints(kind)
        waiting += [one for field in dataclasses.fields(kind) for one in _inside(hints[field.name])]


def _inside(hint: Any) -> Iterator[type[Any]]:
    """The classes of values that a type is made of; a formula is one value, which a template prints."""
    if hint is Formula:
        return
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        yield hint
    for part in typing.get_args(hint):
        yield from _inside(part)


def named(source: str) -> frozenset[str]:
    """The variables that a template's first comment names."""
    found = _NAMED.search(source)
    return frozenset(re.findall(r"[a-z_]+", found[1])) if found else frozenset()


def used(source: str, name: str) -> dict[str, int]:
    """The variables that a template does not set itself, each with its line.

    DeriveError [template] for a template that Jinja cannot read.
    """
    from jinja2 import TemplateSyntaxError, meta, nodes

    from derive.documents.rendering.fill import environment

    try:
        tree = environment().parse(source, name)
    except TemplateSyntaxError as error:
        raise DeriveError(f"template: {error.message}", code="template", where=Position(name, error.lineno)) from None
    wanted = meta.find_undeclared_variables(tree) - {node.name for node in tree.find_all(nodes.Name) if node.ctx == "store"} - {"super"}
    places: dict[str, int] = {}
    for node in tree.find_all(nodes.Name):
        if node.name in wanted:
            places[node.name] = min(node.lineno, places.get(node.name, node.lineno))
    return places


def unknown(path: Path, shown: str) -> DeriveError | None:
    """What is wrong with a project's template before it is filled: the first variable in it that there is none of."""
    from derive.documents.rendering.fill import suggestion

    places = used(path.read_text(encoding="utf-8"), shown)
    for name, line in sorted(places.items(), key=lambda pair: pair[1]):
        if name not in VARIABLES:
            return DeriveError(f"template: there is no `{name}` here", code="template", where=Position(shown, line),
                               hint=suggestion(name, VARIABLES))
    return None
