"""Text that knows where each of its characters stood in the file it came from."""

from __future__ import annotations

import re
from collections.abc import Callable

from derive.values import dataclass


@dataclass(frozen=True)
class Placed:
    """A text, and for each of its characters the offset in the original."""

    text: str
    offsets: tuple[int, ...]

    @classmethod
    def whole(cls, text: str) -> Placed:
        return cls(text, tuple(range(len(text))))

    def __getitem__(self, part: slice) -> Placed:
        return Placed(self.text[part], self.offsets[part])

    def __add__(self, other: Placed) -> Placed:
        return Placed(self.text + other.text, self.offsets + other.offsets)

    def __bool__(self) -> bool:
        return bool(self.text.strip())

    @property
    def start(self) -> int:
        """Where it begins in the original, white space left out."""
        lead = len(self.text) - len(self.text.lstrip())
        if lead < len(self.offsets):
            return self.offsets[lead]
        return self.offsets[0] if self.offsets else 0

    @property
    def end(self) -> int:
        return self.offsets[-1] + 1 if self.offsets else 0

    def literal(self, words: str, at: int) -> Placed:
        """Words that stand for what was at one place of this text."""
        place = self.offsets[min(at, len(self.offsets) - 1)] if self.offsets else 0
        return Placed(words, (place,) * len(words))

    def replaced(self, pattern: re.Pattern[str], by: str | Callable[[re.Match[str]], str]) -> Placed:
        """Every match replaced; what is put in stands where the match began, characters of a group keep their places."""
        pieces: list[Placed] = []
        done = 0
        for found in pattern.finditer(self.text):
            words = by(found) if callable(by) else found.expand(by)
            pieces.append(self[done : found.start()])
            inner = next((k for k in range(1, (found.lastindex or 0) + 1) if found.group(k) == words), None)
            pieces.append(self[slice(*found.span(inner))] if inner else self.literal(words, found.start()))
            done = found.end()
        if not done:
            return self
        return join([*pieces, self[done:]])


def join(pieces: list[Placed]) -> Placed:
    return Placed("".join(p.text for p in pieces), tuple(k for p in pieces for k in p.offsets))
