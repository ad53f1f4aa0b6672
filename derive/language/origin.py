"""Where a text stands in the author's file: from an offset in an expression to a line and a column."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace

from derive.errors import DeriveError, Position
from derive.values import dataclass


@dataclass(frozen=True)
class Origin:
    """The place of a text in a file.

    file    the name printed in messages
    source  the whole text of the file
    starts  (offset, line, column) of the runs of the text that stand together in the file: one for a plain scalar, one a
            line for a folded one; the first offset is 0
    offset  of the text's first character in the scalar, when the text is only a part of it
    """

    file: str
    source: str
    starts: tuple[tuple[int, int, int], ...] = ((0, 1, 1),)
    offset: int = 0

    @staticmethod
    def of_text(text: str, file: str = "<expression>") -> Origin:
        """The origin of a text that is the whole file."""
        starts = [(0, 1, 1)]
        for k, character in enumerate(text):
            if character == "\n":
                starts.append((k + 1, len(starts) + 1, 1))
        return Origin(file, text, tuple(starts))

    def shift(self, by: int) -> Origin:
        """The origin of the text from its `by`-th character on."""
        return replace(self, offset=self.offset + by)

    def position(self, offset: int) -> Position:
        """Where the character at `offset` (counted from 0) stands."""
        offset += self.offset
        start, line, column = self.starts[max(bisect_right(self.starts, (offset, 1 << 60, 0)) - 1, 0)]
        return Position(self.file, line, column + max(offset - start, 0))

    def line(self, number: int) -> str:
        """The author's line with that number, or '' when there is none."""
        lines = self.source.split("\n", number)
        return lines[number - 1].rstrip("\r") if 0 < number <= len(lines) else ""

    def error(self, message: str, offset: int = 0, *, code: str, hint: str | None = None) -> DeriveError:
        """An error at a character of the text, with the author's line.

        message  a sentence
        code     for programs
        hint     what to write instead; None for none
        """
        where = self.position(offset)
        return DeriveError(message, code=code, where=where, hint=hint, source=self.line(where.line))
