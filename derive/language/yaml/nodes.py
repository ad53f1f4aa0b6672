"""The parts of a YAML file as problem files use them: mappings, lists and texts, each with its place.

Every scalar is the text that was written; what type it has is said by the key that it stands under.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from derive.errors import DeriveError, Position
from derive.language.origin import Origin
from derive.language.words import closest
from derive.values import dataclass


@dataclass(frozen=True)
class Source:
    """A file's name and its whole text."""

    file: str
    text: str

    def error(self, message: str, line: int, column: int, *, code: str, hint: str | None = None) -> DeriveError:
        """An error at a line and a column, both counted from 1.

        message  a sentence
        code     for programs
        hint     what to write instead; None for none
        """
        lines = self.text.split("\n", line)
        shown = lines[line - 1] if 0 < line <= len(lines) else ""
        return DeriveError(message, code=code, where=Position(self.file, line, column), hint=hint, source=shown)


Mark = tuple[int, int, int]
"""(offset, line, column) in the file, all counted from 0."""


@dataclass(frozen=True)
class Node:
    """A scalar with its `text`, a list with its `items`, or a mapping with its `pairs` (keys are scalars, all different).

    message  of an error: a sentence; code for programs, hint what to write instead, None for none
    start, end   where it begins and ends
    style        of a scalar: '' plain, or one of ' " | >
    flow         whether a list or mapping is written with brackets
    """

    source: Source
    kind: Literal["scalar", "list", "mapping"]
    start: Mark
    end: Mark
    text: str = ""
    style: str = ""
    flow: bool = False
    items: tuple[Node, ...] = ()
    pairs: tuple[tuple[Node, Node], ...] = ()

    # ------------------------------------------------------------------------------------- places
    @property
    def position(self) -> Position:
        return Position(self.source.file, self.start[1] + 1, self.start[2] + 1)

    @property
    def raw(self) -> str:
        """The text of the file between its marks."""
        return self.source.text[self.start[0] : self.end[0]]

    def error(self, message: str, *, code: str, hint: str | None = None) -> DeriveError:
        """The error of this place in the file, to be raised."""
        return self.source.error(message, self.start[1] + 1, self.start[2] + 1, code=code, hint=hint)

    @property
    def origin(self) -> Origin:
        """From an offset in `text` to a place in the file, also for quoted and folded scalars."""
        if not self.style and "\n" not in self.raw:
            start = (0, self.start[1] + 1, self.start[2] + 1)
            return Origin(self.source.file, self.source.text, (start,))
        return Origin(self.source.file, self.source.text, tuple(_runs(self)))

    # ------------------------------------------------------------------------------------- reading
    def texts(self) -> Iterator[str]:
        """The text of every scalar in it."""
        if self.kind == "scalar":
            yield self.text
        for node in (*self.items, *(value for _, value in self.pairs)):
            yield from node.texts()

    def words(self, what: str) -> str:
        """The text of a scalar that is not empty.  `what` names the key in messages."""
        if self.kind == "list" and self.flow and self.items:
            raw = " ".join(self.raw.split())
            shown = raw if len(raw) <= 60 else "[…]"
            raise self.error(
                f"YAML reads {shown} as a list, and {what} is a text", code="yaml-list",
                hint=f"put it in single quotes: '{shown}'",
            )
        if self.kind != "scalar":
            kind = "a list" if self.kind == "list" else "a mapping"
            raise self.error(f"{what} is a text, and this is {kind}", code="type")
        if not self.text.strip():
            raise self.error(f"{what} is empty", code="empty")
        return self.text

    def entries(self, what: str) -> tuple[Node, ...]:
        """The items of a list; one scalar is a list of one."""
        if self.kind == "mapping":
            raise self.error(f"{what} is a list, and this is a mapping", code="type")
        if self.kind == "scalar":
            self.words(what)
            return (self,)
        if not self.items:
            raise self.error(f"{what} is empty", code="empty")
        return self.items

    def mapping(self, what: str) -> dict[str, tuple[Node, Node]]:
        """(key, value) nodes by the key's text; duplicate keys were refused when the file was read."""
        if self.kind != "mapping":
            found = "a list" if self.kind == "list" else f"the text `{self.text[:40]}`" if self.text else "empty"
            raise self.error(f"{what} is a mapping (key: value), and this is {found}", code="type")
        return {key.text: (key, value) for key, value in self.pairs}

    def known(self, what: str, keys: Iterable[str]) -> dict[str, tuple[Node, Node]]:
        """The same; a key that is not among `keys` is refused."""
        allowed = list(keys)
        out = self.mapping(what)
        for text, (key, _) in out.items():
            if text not in allowed:
                guess = closest(text, allowed)
                raise key.error(
                    f"unknown key `{text[:40]}` in {what}" + (f"; did you mean `{guess}`?" if guess else ""),
                    code="unknown-key", hint=None if guess else f"the keys are {', '.join(allowed)}",
                )
        return out

    def plain(self) -> Any:
        """Texts, lists and dicts."""
        if self.kind == "scalar":
            return self.text
        if self.kind == "list":
            return [item.plain() for item in self.items]
        return {key.text: value.plain() for key, value in self.pairs}


def _runs(node: Node) -> Iterator[tuple[int, int, int]]:
    """(offset, line, column), counted from 1, wherever the text and the file part: at quotes, escapes, folds and breaks."""
    source, end = node.source.text, node.end[0]
    position, line, column = node.start
    if node.style in ("|", ">"):
        while position < end and source[position] != "\n":
            position += 1
    elif node.style:
        position, column = position + 1, column + 1
    expected: tuple[int, int] | None = None
    for offset, character in enumerate(node.text):
        blank = character in " \n"
        while position < end and not blank and source[position] != character:
            if source[position] == "\n":
                line, column = line + 1, -1
            position, column = position + 1, column + 1
        if expected != (line, column):
            yield offset, line + 1, column + 1
        if position >= end:
            continue
        doubled = (node.style == "'" and character == "'") or (node.style == '"' and source[position] == "\\")
        step = 2 if doubled else 1
        if source[position] == "\n":
            line, column, expected = line + 1, 0, None
        else:
            column += step
            expected = (line, column) if step == 1 else None
        position += step
    if not node.text:
        yield 0, line + 1, column + 1
