"""The only exception a user meets: one sentence, where it is, what would be right."""

from __future__ import annotations

import re

from derive.values import dataclass

_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff0-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
"""What a terminal obeys, what turns a line around, and what takes no room at all."""


_ORDERS = re.compile(r"^(\s*:)(?=:)|(#)(?=#(?:vso)?\[)", re.MULTILINE)
"""What the runners of GitHub and Azure take for orders in a log: `::` at the beginning of a line, `##[` anywhere."""


def visible(text: str) -> str:
    """The text without what a terminal, or the runner of a CI, would obey: control characters, marks of direction and halves of characters
    are spelled out, and a backslash stands in what would be an order."""
    spelled = _HIDDEN.sub(lambda found: ascii(found[0])[1:-1] if ord(found[0]) > 31 else f"\\x{ord(found[0]):02x}", text)
    return _ORDERS.sub(lambda found: f"{found[0]}\\", spelled)


@dataclass(frozen=True)
class Position:
    """A place in a text: file name, line and column, both counted from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class DeriveError(Exception):
    """Something in the author's input, or beyond what the engine can do.

    message  one sentence: what is wrong and what would be right
    code     a stable kebab-case name, printed in brackets, e.g. `size-mismatch`
    where    the position in the author's file, or None when it is not known yet
    hint     a further sentence, printed on a line of its own
    source   the author's line, printed with a caret under the column
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "error",
        where: Position | None = None,
        hint: str | None = None,
        source: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.where = where
        self.hint = hint
        self.source = source

    def at(self, where: Position, source: str | None = None) -> DeriveError:
        """The same error with a position, if it has none yet."""
        if self.where is None:
            self.where, self.source = where, source if source is not None else self.source
        return self

    def render(self) -> str:
        """`file:line:column: error: message [code]`, the line with a caret, the hint."""
        return visible(self._rendered())

    def _rendered(self) -> str:
        place = str(self.where).replace("\n", "\\n") + ": " if self.where else ""
        text = f"{place}error: {self.message} [{self.code}]"
        if self.where and self.source is not None:
            line = self.source[:200].expandtabs(1)
            text += f"\n    {line}\n    {' ' * (min(self.where.column, 200) - 1)}^"
        if self.hint:
            text += f"\n  help: {self.hint}"
        return text

    def __str__(self) -> str:
        return self.render()
