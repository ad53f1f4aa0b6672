"""For whom the variants are: the students of a CSV file, or numbers."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator, Sequence

from derive.documents.wording.prose import literal
from derive.errors import DeriveError, Position
from derive.language.words import closest
from derive.values import dataclass

MOST = 10_000
"""Variants in one run."""
LONGEST = 100
"""Characters of a name, by which files are called."""

_IDS = ("id", "student id", "student", "number", "matriculation", "matriculation number", "username", "user", "login", "email", "e-mail")
_NAMES = ("name", "full name", "student name")
_FIRST = ("first name", "firstname", "given name")
_LAST = ("last name", "lastname", "surname", "family name")
_KNOWN = {"id": _IDS, "name": _NAMES, "first": _FIRST, "last": _LAST}
"""What a column is for, by the words that stand above it."""


@dataclass(frozen=True)
class Recipient:
    """Whom a variant is for.

    name   of the variant: what its values are drawn from, and its files are called by
    shown  what its pages say
    """

    name: str
    shown: str

    @property
    def stem(self) -> str:
        """The name of its files: letters, digits, `.`, `-` and `_`."""
        return re.sub(r"[^\w.@+-]+", "-", unicodedata.normalize("NFC", self.name)).strip("-.") or "variant"


def numbered(count: int, word: str, first: int = 1) -> tuple[Recipient, ...]:
    """Variants by number, `001`, `002`, …; `word` is what a page calls one.

    count  how many
    first  the first number
    """
    return tuple(Recipient(f"{k:03}", f"{word} {k:03}") for k in range(first, first + count))


def read(text: str, file: str, language: str = "en") -> tuple[Recipient, ...]:
    """The students of a roster: a column `id` (or `email`, `username`, …), a column `name` (or `first name`, `last name`), or both.

    text      of the file; one without a header has the names, or identifiers, in its first column, and the names in its second
    language  of the pages, whose fonts must have the letters of the names
    DeriveError at the row of what is wrong: [roster], [character] for a name that a page in this language cannot print.
    """
    try:
        rows = list(_rows(text.removeprefix("\ufeff")))
    except csv.Error as error:
        raise DeriveError(f"this is no CSV: {error}", code="roster", where=Position(file)) from None
    if not rows:
        raise DeriveError("the roster is empty", code="roster", where=Position(file), hint="id,name\n1234,Ada Lovelace")
    if len(rows) > MOST + 1:
        raise DeriveError(f"the roster has more than {MOST} rows", code="roster", where=Position(file))
    columns = _columns(rows[0][1])
    _refuse_misspelt(rows[0][1], columns, Position(file, rows[0][0]))
    found: dict[str, Recipient] = {}
    for line, row in rows[columns is not None :]:
        recipient = _recipient(row, columns)
        if recipient is None:
            raise DeriveError("this row names nobody", code="roster", where=Position(file, line))
        if len(recipient.name) > LONGEST or len(recipient.shown) > 2 * LONGEST:
            raise DeriveError(f"a name has at most {LONGEST} characters", code="roster", where=Position(file, line))
        if not (recipient.name + recipient.shown).isprintable():
            raise DeriveError("a name holds characters that cannot be seen", code="roster", where=Position(file, line))
        literal(recipient.shown, Position(file, line), language=language)
        if recipient.stem in found:
            raise DeriveError(f"{recipient.name} stands in the roster twice", code="roster", where=Position(file, line),
                              hint="give the students an `id`" if recipient.name == recipient.shown else None)
        found[recipient.stem] = recipient
    if not found:
        raise DeriveError("the roster has a header and nobody below it", code="roster", where=Position(file))
    return tuple(found.values())


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of every row that is not empty; cells are parted by commas, semicolons or tabs, as the first row is."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max((",", ";", "\t"), key=first.count)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter, skipinitialspace=True)
    for row in reader:
        cells = [" ".join(cell.split()) for cell in row]
        if any(cells):
            yield reader.line_num, cells


def _columns(header: Sequence[str]) -> dict[str, int] | None:
    """The column of `id`, `name`, `first`, `last`; None where the row is no header."""
    words = _words(header)
    found = {key: words.index(word) for key, names in _KNOWN.items() for word in reversed(names) if word in words}
    return found or None


def _words(header: Sequence[str]) -> list[str]:
    return [cell.casefold().replace("_", " ") for cell in header]


def _refuse_misspelt(header: Sequence[str], columns: dict[str, int] | None, where: Position) -> None:
    """DeriveError [roster] for a column that is nearly called as one that is read, in a row that is a header by another column or as a
    whole; columns of other names are the teacher's own."""
    near: dict[str, str] = {}
    for cell, word in zip(header, _words(header), strict=True):
        for key, names in _KNOWN.items():
            meant = closest(word, names, 0.75) if len(word) > 3 and key not in (columns or ()) else None
            if meant and word not in names:
                near.setdefault(cell, meant)
    if near and (columns is not None or len(near) == len(header)):
        first = next(iter(near))
        raise DeriveError(f"a roster has no column `{first}`", code="roster", where=where, hint=f"did you mean `{near[first]}`?")


def _recipient(row: Sequence[str], columns: dict[str, int] | None) -> Recipient | None:
    columns = columns or ({"id": 0, "name": 1} if len(row) > 1 else {"name": 0})
    cell = {key: row[k] if k < len(row) else "" for key, k in columns.items()}
    shown = cell.get("name") or " ".join(filter(None, (cell.get("first"), cell.get("last"))))
    identifier = cell.get("id") or shown
    if not identifier:
        return None
    beside = f" ({identifier})" if shown and identifier != shown and "@" not in identifier else ""
    # A letter and an accent behind it are one letter, for which there is a glyph.
    return Recipient(identifier, unicodedata.normalize("NFC", f"{shown}{beside}" if shown else identifier))
