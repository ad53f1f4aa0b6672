"""An author's prose cut into words and formulas, each formula held against the allow-list at its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple, NoReturn

from derive.errors import DeriveError, Position
from derive.language.markup import formula, inline, macros
from derive.language.origin import Origin

LONGEST = 20_000
HINT = "prose is text with simple mathematics between $ and $"

Place = Origin | Position | None
"""Where a text stands: with an origin an error is at its very character, with a position at the beginning."""

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_DELIMITER = re.compile(r"(?<!\\)(\$\$?)")


class Piece(NamedTuple):
    """A piece of prose: words (no delimiter) or what stands between `$` and `$`, `$$` and `$$`; `at` its offset."""

    text: str
    delimiter: str
    at: int


def error(message: str, place: Place, at: int = 0, *, code: str, hint: str | None = None) -> DeriveError:
    """An error at an offset of a text that stands at `place`.

    message  a sentence
    code     for programs
    hint     what to write instead; None for none
    """
    if isinstance(place, Origin):
        return place.error(message, at, code=code, hint=hint)
    return DeriveError(message, code=code, where=place, hint=hint)


def pieces(text: str, place: Place = None) -> Iterator[Piece]:
    """The pieces in turn.  DeriveError [prose-math] for a `$` without its partner, [character] for one that cannot be seen."""
    if hidden := _CONTROL.search(text):
        raise error(f"the character U+{ord(hidden[0]):04X} may not stand here", place, hidden.start(), code="character")
    found = _DELIMITER.split(text)
    opened, at, began = "", 0, 0
    for k, piece in enumerate(found):
        if k % 2 == 0:
            if opened and not piece.strip():
                raise error("nothing stands between $ and $", place, at, code="prose-math")
            yield Piece(piece, opened, at)
        elif not opened:
            opened, began = piece, at
        elif opened != piece:
            raise error(f"a formula that begins with {opened} ends with {piece}", place, at, code="prose-math",
                        hint="a formula in a line is written $…$, a displayed one $$…$$")
        else:
            opened = ""
        at += len(piece)
    if opened:
        raise error(f"a `{opened}` has no partner: it is never closed", place, began, code="prose-math", hint="a dollar sign itself is written `\\$`")


def with_formulas(text: str, formula: Callable[[str], str], words: Callable[[str], str] = str) -> str:
    """The prose with its formulas and its words changed, as it is written.

    text     the author's
    formula  changes what stands between dollars, words what stands between formulas
    """
    return "".join(f"{mark}{formula(part)}{mark}" if mark else words(part) for part, mark, _ in pieces(text))


def check(text: str, place: Place = None, *, displays: bool = True) -> None:
    """DeriveError at its character for whatever no document could print: [prose-length], [prose-math], [prose], [character].

    text      the author's, with `$…$` and marks
    displays  whether formulas may stand on lines of their own
    """
    if len(text) > LONGEST:
        raise error(f"this text is longer than {LONGEST} characters", place, code="prose-length")
    reader = inline.Reader()
    for piece in pieces(text, place):
        if not piece.delimiter:
            for _ in reader.tokens(piece.text, refusing(place, piece.at)):
                pass
        else:
            check_math(piece.text, place, piece.at, display=piece.delimiter == "$$")
        if piece.delimiter == "$$" and not displays:
            raise error("a display $$…$$ stands in a paragraph, not here", place, piece.at, code="prose-math", hint="write it as $…$")
    reader.end(refusing(place, 0))


def refusing(place: Place, at: int) -> inline.Refuse:
    """What raises an error about words at an offset of a piece that begins at `at`."""

    def refuse(message: str, offset: int, hint: str | None) -> NoReturn:
        raise error(message, place, at + offset, code="prose", hint=hint)

    return refuse


def check_math(math: str, place: Place, at: int = 0, *, display: bool = False) -> None:
    """Refuse what is not harmless mathematics (DeriveError [prose-math] with what would be right).

    display  whether the formula stands on a line of its own
    """

    def refuse(message: str, offset: int) -> NoReturn:
        raise error(message, place, at + offset, code="prose-math", hint=HINT)

    formula.check(math, refuse, macros.current().commands, display=display)
