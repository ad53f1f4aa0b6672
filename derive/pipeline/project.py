"""The project file `derive.toml`: notation, slides, pages, who and when; and the project's own templates."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from derive.documents.collection import THEME
from derive.documents.settings import MOST_ROWS, Settings
from derive.documents.words import LANGUAGES
from derive.errors import DeriveError, Position
from derive.notation.settings import Notation

T = TypeVar("T", Settings, Notation)

FILE = "derive.toml"
TEMPLATES = "templates"

_SECTIONS: dict[str, tuple[str, ...]] = {
    "slides": ("rows", "overlays", "highlight", "reason", "aspect", "theme"),
    "page": ("paper", "hints"),
    "document": ("author", "institute", "date", "macros"),
}
"""Which fields of `Settings` each section holds; `notation` holds those of `Notation`."""


@dataclass(frozen=True)
class Project:
    """folder     where `derive.toml` is (or would be)
    settings   what it says
    templates  folders that are looked in before the built-in templates
    """

    folder: Path
    settings: Settings
    templates: tuple[Path, ...]


def load(folder: Path | None = None, templates: tuple[Path, ...] = ()) -> Project:
    """The project of a folder (the working folder): `derive.toml` where there is one, its `templates/` where it has any.

    templates  further folders, looked in first
    DeriveError [project-file] with the line of what is wrong.
    """
    folder = folder or Path()
    file = folder / FILE
    own = folder / TEMPLATES
    found = (*templates, *((own,) if _is_own(own) else ()))
    settings = read(file.read_text(encoding="utf-8"), file.as_posix(), folder) if file.is_file() else Settings()
    return Project(folder, settings, found)


def _is_own(folder: Path) -> bool:
    """A folder of overrides: not the program's own templates, which stand in the same place in its checkout."""
    from derive.documents.templates import builtin_folder

    return folder.is_dir() and folder.resolve() != builtin_folder().resolve()


def read(text: str, file: str, folder: Path | None = None) -> Settings:
    """The settings that a project file's text says."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        where = Position(file, int(place[1]), int(place[2])) if place else Position(file)
        message = re.sub(r"\s*\(at .*\)$", "", str(error))
        raise DeriveError(f"this is not TOML: {message}", code="project-file", where=where) from None
    settings = Settings()
    for section, values in data.items():
        where = _where(text, file, section)
        known = ("notation", *_SECTIONS)
        if section not in known or not isinstance(values, dict):
            raise DeriveError(f"`{section}` is not a section of {FILE}", code="project-file", where=where,
                              hint=_near(section, known, "the sections are"))
        if section == "notation":
            settings = replace(settings, notation=_fields(settings.notation, values, text, file))
        else:
            for key in values:
                if key not in _SECTIONS[section]:
                    raise DeriveError(f"`{key}` is not a setting of [{section}]", code="project-file",
                                      where=_where(text, file, key), hint=_near(key, _SECTIONS[section], "there are"))
            settings = _fields(settings, values, text, file)
    if not 1 <= settings.rows <= MOST_ROWS:
        raise DeriveError(f"a frame holds 1 to {MOST_ROWS} rows, not {settings.rows}", code="project-file",
                          where=_where(text, file, "rows"))
    if settings.theme and not re.fullmatch(THEME, settings.theme):
        raise DeriveError("a theme is the name of a Beamer theme, such as Madrid", code="project-file",
                          where=_where(text, file, "theme"))
    if settings.notation.language not in LANGUAGES:
        raise DeriveError(f"there is no table of words for the language `{settings.notation.language}`", code="project-file",
                          where=_where(text, file, "language"), hint=f"there is {', '.join(LANGUAGES)}")
    if settings.macros:
        settings = replace(settings, macros=_macros((folder or Path()) / settings.macros, _where(text, file, "macros")))
    return settings


def _macros(path: Path, where: Position) -> str:
    """The text of the author's own preamble."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise DeriveError(f"the macro file {path} cannot be read", code="project-file", where=where) from None


def _fields(value: T, given: Mapping[str, Any], text: str, file: str) -> T:
    """The value with the given fields, each of its type."""
    types = get_type_hints(type(value))
    for key, new in given.items():
        where = _where(text, file, key)
        if key not in types or key == "notation":
            raise DeriveError(f"`{key}` is not a setting", code="project-file", where=where,
                              hint=_near(key, [name for name in types if name != "notation"], "there are"))
        wanted = types[key]
        allowed = get_args(wanted) if get_origin(wanted) is not None else ()
        if allowed and new not in allowed:
            raise DeriveError(f"`{key}` is one of {', '.join(map(str, allowed))}, not {new!r}", code="project-file", where=where)
        if not allowed and type(new) is not wanted:
            raise DeriveError(f"`{key}` is {_KINDS[wanted]}, not {new!r}", code="project-file", where=where)
        value = replace(value, **{key: new})
    return value


_KINDS = {int: "a whole number", bool: "true or false", str: "a text in quotes"}


def _where(text: str, file: str, key: str) -> Position:
    """The line that a key or a section stands on."""
    for number, line in enumerate(text.splitlines(), 1):
        found = re.match(rf"\s*(\[\s*)?[\"']?{re.escape(key)}[\"']?\s*[\]=.]", line)
        if found:
            return Position(file, number, len(line) - len(line.lstrip()) + 1)
    return Position(file)


def _near(name: str, known: Any, what: str) -> str:
    close = difflib.get_close_matches(name, list(known), 1)
    return f"did you mean `{close[0]}`?" if close else f"{what} {', '.join(known)}"
