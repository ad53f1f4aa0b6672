"""The project file `derive.toml`: notation, slides, pages, who and when; and the project's own templates."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from derive.documents.page.modes import MODES
from derive.documents.page.settings import MOST_ROWS, THEME, Settings
from derive.documents.wording import prose
from derive.documents.wording.words import LANGUAGES, spoken
from derive.errors import DeriveError, Position
from derive.language.files import read_text
from derive.language.markup import bibliography, macros
from derive.language.problems.notation import CHOICES, LANGUAGE
from derive.language.words import closest
from derive.notation.settings import NOTHING, SUBSCRIPTS, Notation
from derive.pipeline import home, look
from derive.pipeline.budget import within
from derive.pipeline.look import Look
from derive.pipeline.trust import trusted
from derive.values import dataclass

T = TypeVar("T", Settings, Notation)

FILE = "derive.toml"
TEMPLATES = "templates"
PROBLEMS = "problems"

MOST_BYTES = 50_000
_DEEP = re.compile(r"(?:[\w\"'-]+[ \t]*\.[ \t]*){8}|(?:[\[{][ \t]*){8}")

_SECTIONS: dict[str, tuple[str, ...]] = {
    "slides": ("rows", "overlays", "highlight", "reason", "aspect", "theme", "notes"),
    "page": ("paper", "hints", "symbols"),
    "document": ("author", "institute", "date", "macros", "bibliography"),
    "build": ("kinds",),
}
"""Which fields of `Settings` each section holds; `notation` holds those of `Notation`."""


@dataclass(frozen=True)
class Project:
    """folder     where `derive.toml` is (or would be)
    settings   what it says
    templates  folders that are looked in before the built-in templates
    look       its own themes, packages and images, which TeX reads
    """

    folder: Path
    settings: Settings
    templates: tuple[Path, ...]
    look: Look = field(default_factory=dict)


def load(folder: Path | None = None, templates: tuple[Path, ...] = (), trust: bool = False) -> Project:
    """The project of a folder (the working folder): `derive.toml` where there is one, its `templates/` where it has any.

    templates  further folders, looked in first
    trust      whether its TeX is run as it is; the user's own configuration may say so too
    DeriveError [project-file] with the line of what is wrong; [outside] for a link that leads out of it.
    """
    folder = folder or Path()
    file = folder / FILE
    own = folder / TEMPLATES
    found = (*templates, *((own,) if _is_own(own) else ()))
    trust = trust or trusted(folder)
    for path in (file, own):
        if path.is_symlink():
            home.inside(path, folder)
    with within():
        given = read(read_text(file, MOST_BYTES), file.as_posix(), folder, trust) if file.is_file() else Settings()
    settings = replace(given, trust_tex=trust)
    return Project(folder, settings, found, look.read(tuple(dict.fromkeys((folder, *found))), settings.macros))


def folder_of(file: str | Path | None = None) -> Path:
    """The folder of the project that a file belongs to (without one, of the project that we work in).

    It is the nearest folder above with `derive.toml`, looked for as far as the repository or our home reaches; where there is none,
    the one in which its folder `problems` stands, else the working folder.
    """
    here = Path.cwd()
    start = here if file is None or str(file) == "-" else Path(file).resolve()
    above = [start, *start.parents] if start.is_dir() else list(start.parents)
    for folder in above:
        if _is_ours(folder / FILE):
            return _shown(folder, here)
        if (folder / ".git").exists() or folder == Path.home():
            break
    home = next((folder.parent for folder in above if folder.name == PROBLEMS), here)
    return _shown(home, here)


def looked_in(file: str | Path | None = None) -> tuple[Path, ...]:
    """The folders in which the project file of a file is looked for before it is found, the nearest first."""
    here = Path.cwd()
    start = here if file is None or str(file) == "-" else Path(file).resolve()
    out: list[Path] = []
    for folder in [start, *start.parents] if start.is_dir() else list(start.parents):
        if _is_ours(folder / FILE):
            break
        out.append(_shown(folder, here))
        if (folder / ".git").exists() or folder == Path.home():
            break
    return tuple(out)


def _is_ours(file: Path) -> bool:
    """A project file of the user's own, or of the administrator's: not one that somebody left in a folder that all can write to."""
    try:
        return file.is_file() and (file.parent == Path.cwd() or not hasattr(os, "getuid") or file.stat().st_uid in (os.getuid(), 0))
    except OSError:
        return False


def _shown(folder: Path, here: Path) -> Path:
    """The folder as seen from where we are."""
    return Path() if folder == here else Path(os.path.relpath(folder, here))


def _is_own(folder: Path) -> bool:
    """A folder of overrides: not the program's own templates, which stand in the same place in its checkout."""
    if not folder.is_dir():
        return False
    from derive.documents.rendering.fill import builtin_folder  # with Jinja: a tenth of a second

    return folder.resolve() != builtin_folder().resolve()


def read(text: str, file: str, folder: Path | None = None, trust: bool = False) -> Settings:
    """The settings that a project file's text says.  DeriveError [project-file] at the line of what is wrong.

    folder  that the file stands in, from which paths count; None: it names none
    trust   whether TeX of the author's own may run
    """
    if found := _DEEP.search(text):
        raise _refused(text, Position(file, text.count("\n", 0, found.start()) + 1), "names and brackets are nested too deeply here")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        where = Position(file, int(place[1]), int(place[2])) if place else Position(file)
        message = re.sub(r"\s*\(at .*\)$", "", str(error))
        raise _refused(text, where, f"this is not TOML: {message}") from None
    except (ValueError, RecursionError):
        raise _refused(text, Position(file), "this is not TOML: a number is too long, or brackets are nested too deeply") from None
    settings = Settings()
    places = _Places(text, file)
    for section, values in data.items():
        known = ("notation", *_SECTIONS)
        if section not in known or not isinstance(values, dict):
            raise _refused(text, places.key("", section), f"`{section}` is not a section of {FILE}",
                           _near(section, known, "the sections are"))
        names = _names(section)
        for key in values:
            if key not in names:
                raise _refused(text, places.key(section, key), f"`{key}` is not a setting of [{section}]",
                               _near(key, names, "there are"))
        if section == "build":
            settings = replace(settings, kinds=_kinds(values.get("kinds", []), places))
        elif section == "notation":
            settings = replace(settings, notation=_fields(settings.notation, values, section, places))
        else:
            settings = _fields(settings, values, section, places)
    if settings.rows and not 1 <= settings.rows <= MOST_ROWS:
        raise _refused(text, places.value("slides", "rows"), f"a frame holds 1 to {MOST_ROWS} rows, not {settings.rows}")
    if settings.theme and not re.fullmatch(THEME, settings.theme):
        raise _refused(text, places.value("slides", "theme"), "a theme is the name of a Beamer theme, such as Madrid")
    if settings.notation.language not in LANGUAGES:
        raise _refused(text, places.value("notation", "language"), f"there is no table of words for the language `{settings.notation.language}`",
                       _guess(settings.notation.language, tuple(LANGUAGES)) or f"there is {', '.join(LANGUAGES)}")
    settings = replace(settings, notation=spoken(settings.notation))
    if settings.macros:
        own = _macros(folder or Path(), settings.macros, text, places.value("document", "macros"), trust)
        settings = replace(settings, macros=own, macros_file=settings.macros)
    if settings.bibliography:
        works = _own(folder or Path(), settings.bibliography, "bibliography", bibliography.LONGEST, text, places.value("document", "bibliography"))
        settings = replace(settings, bibliography=works, bibliography_file=settings.bibliography)
    if said := [key for key in ("author", "institute", "date") if getattr(settings, key)]:
        with macros.with_commands_of(replace(settings, trust_tex=trust).commands):
            for key in said:
                _said(getattr(settings, key), settings.notation.language, text, places.value("document", key))
    return settings


def _said(words: str, language: str, text: str, where: Position) -> None:
    """DeriveError [project-file] for words that no document could print."""
    try:
        prose.read(words, where, displays=False, language=language)
    except DeriveError as error:
        raise _refused(text, where, error.message) from None


def _kinds(given: Any, places: _Places) -> tuple[str, ...]:
    """The kinds of document that are built, each once."""
    where = places.value("build", "kinds")
    if not isinstance(given, list) or not all(isinstance(name, str) for name in given):
        raise _refused(places.text, where, f'`kinds` is a list such as ["slides", "blank"], not {given!r}')
    for name in given:
        if name not in MODES:
            raise _refused(places.text, where, f"`{name}` is not a kind of document", _near(name, tuple(MODES), "there are"))
    return tuple(dict.fromkeys(given))


def _macros(folder: Path, name: str, text: str, where: Position, trust: bool) -> str:
    """The text of the author's own preamble, a file of the project, as TeX reads it: definitions alone, unless it is trusted.

    DeriveError of `_own`, [macros] at its own line for what is no definition.
    """
    content = _own(folder, name, "macro file", macros.LONGEST, text, where)
    return macros.trusted(content).tex if trust else macros.read(content, (folder / name).as_posix()).tex


def _own(folder: Path, name: str, what: str, longest: int, text: str, where: Position) -> str:
    """The text of a file of the project.  DeriveError [project-file] when it cannot be read, or stands elsewhere."""
    path = folder / name
    if "\0" in name or not path.resolve().is_relative_to(folder.resolve()):
        raise _refused(text, where, f"the {what} {name!r} is outside of the project's folder", "copy it beside derive.toml")
    try:
        return read_text(path.as_posix(), longest)
    except DeriveError as error:
        raise _refused(text, where, f"the {what} {name} cannot be read: {error.message}") from None


def _refused(text: str, where: Position, message: str, hint: str | None = None) -> DeriveError:
    lines = text.splitlines()
    source = lines[where.line - 1] if where.line <= len(lines) else None
    return DeriveError(message, code="project-file", where=where, hint=hint, source=source)


def _fields(value: T, given: Mapping[str, Any], section: str, places: _Places) -> T:
    """The value with the given fields, each of its type."""
    types = get_type_hints(type(value))
    for key, new in given.items():
        if new == NOTHING and key in SUBSCRIPTS:
            new = ""
        wanted = types[key]
        allowed = get_args(wanted) if get_origin(wanted) is not None else ()
        if allowed and (new not in allowed or isinstance(new, bool)):
            words = ", ".join(str(word) or NOTHING for word in allowed)
            raise _refused(places.text, places.value(section, key), f"`{key}` is one of {words}, not {new!r}", _guess(new, allowed))
        if not allowed and type(new) is not wanted:
            raise _refused(places.text, places.value(section, key), f"`{key}` is {_KINDS[wanted]}, not {new!r}")
        value = replace(value, **{key: new})
    return value


_KINDS = {int: "a whole number", bool: "true or false", str: "a text in quotes"}


@dataclass(frozen=True)
class _Places:
    """Where the keys of a TOML text stand, and their values."""

    text: str
    file: str

    def key(self, section: str, key: str) -> Position:
        return self._place(section, key, 1)

    def value(self, section: str, key: str) -> Position:
        return self._place(section, key, 2)

    def _place(self, section: str, key: str, group: int) -> Position:
        name = re.compile(rf"\s*(?:{re.escape(section)}\s*\.\s*)?[\"']?({re.escape(key)})\b[\"']?\s*[=.]\s*(\S?)")
        here = ""
        for number, line in enumerate(self.text.splitlines(), 1):
            if header := re.match(r"\s*\[+\s*[\"']?(.*?)[\"']?\s*\]", line):
                here = header[1]
                if not section and here == key:
                    return Position(self.file, number, header.start(1) + 1)
                continue
            if here in (section, "") and (found := name.match(line)):
                return Position(self.file, number, found.start(group) + 1)
            if not here and section and (inline := re.search(rf"[{{,]\s*({re.escape(key)})\s*=\s*(\S?)", line)):
                return Position(self.file, number, inline.start(group) + 1)
        return Position(self.file)


def _guess(new: Any, allowed: tuple[Any, ...]) -> str | None:
    close = closest(str(new), map(str, allowed))
    return f"did you mean `{close}`?" if close else None


def _names(section: str) -> Sequence[str]:
    return [*CHOICES, LANGUAGE] if section == "notation" else _SECTIONS[section]


def _elsewhere(name: str) -> str:
    """Which section a setting belongs to; nothing for what is none."""
    return next((f"`{name}` stands under [{section}]" for section in ("notation", *_SECTIONS) if name in _names(section)), "")


def _near(name: str, known: Any, what: str) -> str:
    if known_there := _elsewhere(name):
        return known_there
    close = closest(name, known)
    return f"did you mean `{close}`?" if close else f"{what} {', '.join(known)}"
