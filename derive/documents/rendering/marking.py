"""Documents in which every piece of a project's own templates says which line it was."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from jinja2 import nodes

from derive.documents.rendering.sandbox import Sandbox
from derive.errors import Position

_MARK = re.compile("\x01(?:([^\x01\x02\x03]*)\x03(\\d+))?\x02")


class Marking(Sandbox):
    """Writes a mark before each line of a template that is not below `builtin`, and behind each piece of one; `shown` gives its name."""

    def __init__(self, builtin: Path, shown: Callable[[str], str], **options: Any) -> None:
        super().__init__(**options)
        self.builtin, self.shown = builtin, shown

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        if filename and not Path(filename).is_relative_to(self.builtin):
            for data in _written(tree):
                lines = data.data.splitlines(keepends=True)
                file = self.shown(filename)
                data.data = "".join(f"\x01{file}\x03{data.lineno + k}\x02{line}" for k, line in enumerate(lines)) + "\x01\x02"
        return tree


def _written(node: nodes.Node) -> Iterator[nodes.TemplateData]:
    """What a template writes, and does not look at before."""
    for child in node.iter_child_nodes():
        if isinstance(child, nodes.TemplateData):
            yield child
        elif not isinstance(child, nodes.AssignBlock | nodes.FilterBlock | nodes.CallBlock | nodes.Macro):
            yield from _written(child)


def unmarked(text: str) -> tuple[str, Callable[[int], Position | None]]:
    """A text without its marks, and a function that says of an offset which line of whose template wrote what stands there; None for what is
    no template of the project's."""
    plain, file, line = [], "", ""
    starts: list[int] = [0]
    places: list[Position | None] = [None]
    length = at = 0
    for found in _MARK.finditer(text):
        plain.append(text[at : found.start()])
        length += found.start() - at
        at = found.end()
        file, line = found[1], found[2]
        starts.append(length)
        places.append(Position(file, int(line)) if file else None)
    plain.append(text[at:])
    return "".join(plain), lambda offset: places[bisect(starts, offset) - 1]
