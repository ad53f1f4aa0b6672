"""A bibliography in BibTeX's format, read as data by pybtex: each work as a piece of prose, which is held to what prose may hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, NoReturn
from urllib.parse import quote

from derive.errors import DeriveError, Position
from derive.language.words import closest
from derive.values import dataclass

LONGEST = 2_000_000
"""Characters of a bibliography."""
_TOO_LONG = f"a bibliography holds at most {LONGEST} characters, those of its @strings counted as often as they are put in"
KEY = r"[A-Za-z0-9][A-Za-z0-9:._/+'-]{0,119}"
"""What a key may look like."""

_MATH = re.compile(r"(?<!\\)\$(?:[^$\\]|\\.)+\$")
_HELD = "\ue000{}\ue001"
"""What stands for a formula while its entry is formatted, which would change its letters."""
_TYPES = {"report": "techreport", "thesis": "phdthesis", "mvbook": "book", "collection": "book", "inreference": "incollection"}
_FIELDS = {"journaltitle": "journal", "location": "address", "institution": "school"}
"""Names of biblatex, and what BibTeX calls them."""


@dataclass(frozen=True)
class Bibliography:
    """The works that prose may cite.

    text  of the file
    file  the name printed in messages
    """

    text: str
    file: str

    def refuse_unknown(self, key: str, refuse: Callable[[str, str | None], NoReturn]) -> None:
        """Call `refuse` with a message and what would be right when no work has this key.  DeriveError of `listed`."""
        known = _works(self.text, self.file)
        if key not in known:
            guess = closest(key, known)
            refuse(f"`{key}` is not in {self.file}", f"did you mean `{guess}`?" if guess else None)

    def listed(self, keys: Iterable[str]) -> tuple[tuple[str, str], ...]:
        """(key, prose) of the works with these keys, by author, year and title.

        DeriveError [bibliography], at its line, for a file that is none, or a work without what its kind must have.
        """
        return _listed(self.text, self.file, tuple(sorted(set(keys))))

    def place(self, key: str) -> Position:
        """Where a work stands."""
        return _place(self.text, self.file, key)


@lru_cache(maxsize=8)
def _works(text: str, file: str) -> Mapping[str, Any]:
    """The works by key, as pybtex has them."""
    from pybtex import errors
    from pybtex.database.input.bibtex import Parser
    from pybtex.exceptions import PybtexError

    if len(text) > LONGEST:
        raise _error(_TOO_LONG, Position(file, 1), text)
    if strange := re.search("[\ue000-\ue003]", text):
        where = Position(file, text.count("\n", 0, strange.start()) + 1)
        raise _error(f"the character U+{ord(strange[0]):04X} may not stand in it", where, text)
    found: Any = None
    wrong: list[PybtexError] = []
    with errors.capture() as reported:
        try:
            parser = Parser(encoding="utf-8")
            parser.macros = _strings(parser.macros, lambda: _error(_TOO_LONG, Position(file, 1), text))
            found = parser.parse_string(text)
        except PybtexError as error:
            wrong.append(error)
    if wrong := [*reported, *wrong]:
        said = re.sub(r"^syntax error in line \d+: |^(undefined string) in line \d+", r"\1", str(wrong[0]))
        named = re.search(r"\bentry:? (\S+)$", said)
        line = getattr(wrong[0], "lineno", None)
        raise _error(said, Position(file, line) if line else _place(text, file, named[1]) if named else Position(file, 1), text)
    return {key: entry for key, entry in found.entries.items() if re.fullmatch(KEY, key)}


def _strings(macros: Any, refused: Callable[[], DeriveError]) -> Any:
    """What `@string` defines; DeriveError when so many of them are put in that the whole would be longer than a bibliography may be:
    each may stand in the next one twice."""
    from pybtex.utils import CaseInsensitiveDict

    class Strings(CaseInsensitiveDict):  # type: ignore[misc]
        given = 0

        def __getitem__(self, name: str) -> str:
            value = str(super().__getitem__(name))
            self.given += len(value)
            if self.given > LONGEST:
                raise refused()
            return value

    return Strings(macros)


@lru_cache(maxsize=64)
def _listed(text: str, file: str, keys: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    from pybtex import errors
    from pybtex.database import BibliographyData
    from pybtex.exceptions import PybtexError
    from pybtex.style.formatting.plain import Style

    works = _works(text, file)
    style, prose = Style(), _prose()
    held: list[str] = []
    behind = [works[key].fields.get("crossref", "") for key in keys]
    data = BibliographyData({key: _plain(works[key], style, held) for key in dict.fromkeys((*keys, *behind)) if key in works})
    out: list[tuple[str, str]] = []
    key = keys[0] if keys else ""
    with errors.capture() as wrong:
        try:
            for entry in style.format_bibliography(data, keys).entries if keys else ():
                key = entry.key
                out.append((key, _said(entry.text.render(prose), held)))
        except PybtexError as error:
            wrong.append(error)
    if wrong:
        named = next((name for name in keys if re.search(rf"\b{re.escape(name)}$", str(wrong[0]))), key)
        lacking = re.match(r"missing (.+) in ", str(wrong[0]))
        what = "author" if lacking and lacking[1] == "editor" else lacking[1] if lacking else ""
        raise _error(f"`{named}` has no {what}" if lacking else str(wrong[0]), _place(text, file, named), text)
    return tuple(out)


def _plain(entry: Any, style: Any, held: list[str]) -> Any:
    """The entry in BibTeX's own words, its formulas held aside."""
    from pybtex.database import Entry

    def hold(found: re.Match[str]) -> str:
        held.append(found[0])
        return "{" + _HELD.format(len(held) - 1) + "}"

    fields = {name: _MATH.sub(hold, value) for name, value in entry.fields.items()}
    for name, usual in _FIELDS.items():
        if name in fields and usual not in fields:
            fields[usual] = fields[name]
    if "year" not in fields and (year := re.match(r"\d{4}", fields.get("date", ""))):
        fields["year"] = year[0]
    kind = _TYPES.get(entry.type.lower(), entry.type.lower())
    return Entry(kind if hasattr(style, f"get_{kind}_template") else "misc", fields=fields, persons=entry.persons)


def _said(words: str, held: list[str]) -> str:
    """Prose in one line, its formulas back in their places."""
    whole = re.sub("\ue000(\\d+)\ue001", lambda found: held[int(found[1])], words)
    grouped = re.sub("(\\\\[A-Za-z]+) *\ue002([^\ue002\ue003]*)\ue003", r"\1{\2}", whole)
    return re.sub("[\ue002\ue003]", "", grouped).replace("\n", " ").strip()


@lru_cache(maxsize=1)
def _prose() -> Any:
    """What writes a formatted work in the markup of our prose."""
    from pybtex.backends import BaseBackend

    class Prose(BaseBackend):  # type: ignore[misc]
        symbols = {"ndash": "–", "newblock": " ", "nbsp": "\N{NO-BREAK SPACE}"}  # noqa: RUF012 (pybtex's own form)

        def format_str(self, text: str) -> str:
            return re.sub(r"(?<!\\)([*]{2})", "* *", text)

        def format_protected(self, text: str) -> str:
            return f"\ue002{text}\ue003"

        def format_tag(self, name: str, text: str) -> str:
            return {"em": rf"\emph{{{text}}}", "i": rf"\emph{{{text}}}", "strong": f"**{text}**", "b": f"**{text}**"}.get(name, text) if text else ""

        def format_href(self, url: str, text: str, external: bool = False) -> str:
            return rf"\href{{{quote(url, safe=':/?#@!$&*+,;=._~%-')}}}{{{text}}}" if text else ""

        def write_entry(self, key: str, label: str, text: str) -> None:
            raise NotImplementedError

    return Prose("utf-8")


def _place(text: str, file: str, key: str) -> Position:
    found = re.search(rf"@\w+\s*[{{(]\s*({re.escape(key)})\s*,", text)
    if not found:
        return Position(file, 1)
    start = text.rfind("\n", 0, found.start(1)) + 1
    return Position(file, text.count("\n", 0, found.start(1)) + 1, found.start(1) - start + 1)


def _error(message: str, where: Position, text: str) -> DeriveError:
    lines = text.splitlines()
    source = lines[where.line - 1] if 0 < where.line <= len(lines) else None
    return DeriveError(f"the bibliography: {message}", code="bibliography", where=where, source=source)
