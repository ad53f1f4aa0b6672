"""Dependency files in the form of GCC, for make and ninja: what a document was made from, and what is not there but would be read.

A file that is not there yet is named as each tool can stand it.  GNU make takes `$(wildcard derive.toml)`, which is the file as soon as
there is one.  ninja holds a target whose dependency is missing for out of date for ever, and is given the folder instead in which
the file would stand: the folder's time changes when one is added.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

from derive.documents.rendering.fill import builtin_folder, files
from derive.errors import DeriveError
from derive.language.markup.macros import with_commands_of
from derive.language.problems import read as problemfile
from derive.pipeline import gather, look
from derive.pipeline.examine import read_text
from derive.pipeline.project import FILE, TEMPLATES, Project, looked_in
from derive.pipeline.sources import Source
from derive.pipeline.subject import dependencies
from derive.values import dataclass

Tool = Literal["make", "ninja"]

THEMES = ("beamertheme", "beamercolortheme", "beamerfonttheme", "beamerinnertheme", "beameroutertheme")


@dataclass(frozen=True)
class Reads:
    """What a document is made from, and its author may change.

    present  files that were read
    absent   files that are not there, and would be read if they were
    """

    present: tuple[str, ...]
    absent: tuple[str, ...] = ()

    def __add__(self, other: Reads) -> Reads:
        present = tuple(dict.fromkeys((*self.present, *other.present)))
        return Reads(present, tuple(name for name in dict.fromkeys((*self.absent, *other.absent)) if name not in present))

    def folders(self, home: Path, besides: Iterable[Path] = ()) -> tuple[str, ...]:
        """The folders whose times tell of a file that is not there yet: the project's own, `home`, and those of its templates.

        A folder of problems changes whenever an editor saves one of them, and is not among them.
        besides  files that are written: their folders change with every run, and tell nothing
        """
        written = {path.parent.resolve() for path in besides}
        out: dict[str, None] = {}
        for name in self.absent:
            folder = Path(name).parent
            while not folder.is_dir() and folder != home:
                folder = folder.parent
            ours = folder == home or folder.is_relative_to(home / TEMPLATES)
            if ours and folder.resolve() not in written:
                out[folder.as_posix()] = None
        return tuple(out)


def tool(environment: Mapping[str, str] = os.environ) -> Tool:
    """Who asks: make says so in the environment of its recipes, ninja does not."""
    return "make" if environment.get("MAKELEVEL") else "ninja"


def depfile(target: str, reads: Reads, folders: Iterable[str] = (), form: Tool = "ninja") -> str:
    """`target: files`, and an empty rule for each, so that one that is deleted does not stop make; then what is not there yet.

    folders  whose times matter
    """
    head = _escaped(target)
    present = [_escaped(name) for name in dict.fromkeys(reads.present)]
    watched = [_escaped(name) for name in dict.fromkeys(folders)]
    out = f"{head}: {' '.join(present)}\n"
    if watched:
        out += f"\n{head}: {' '.join(watched)}\n"
    if form == "make" and reads.absent:
        out += f"\n{head}: $(wildcard {' '.join(map(_escaped, reads.absent))})\n"
    return out + "".join(f"\n{name}:\n" for name in (*present, *watched))


def of_build(sources: Iterable[Source], project: Project) -> Reads:
    """What all documents of a build read."""
    out = of_project(project)
    for source in sources:
        out += of_document(source.path, read_text(source.path), project)
    return out


def of_document(file: str, text: str, project: Project) -> Reads:
    """What the document of a file reads.

    text  of the file
    """
    return _of_file(file, text, project) + of_project(project, file)


def of_project(project: Project, file: str | None = None) -> Reads:
    """What every document of a project reads: its settings, templates, macros, bibliography, styles and images."""
    home, templates = project.folder, project.templates
    builtin = builtin_folder()
    all_templates = files(templates)
    own = sorted(path.as_posix() for path in all_templates.values() if not path.is_relative_to(builtin))
    named = (project.settings.macros_file, project.settings.bibliography_file)
    macros = [(home / name).as_posix() for name in named if name]
    folders = tuple(dict.fromkeys((home, *templates)))
    brought = sorted(path.as_posix() for path in look.files(folders, project.settings.macros).values())
    settings = (home / FILE).as_posix()
    above = [(folder / FILE).as_posix() for folder in looked_in(file)]
    mine = home / TEMPLATES
    missing = [(mine / name).as_posix() for name, path in sorted(all_templates.items()) if path.is_relative_to(builtin)]
    if mine.resolve() == builtin.resolve():
        missing = []
    styles_named = (*_themes(project.settings.theme), *look.missing(folders, project.settings.macros))
    styles = [(folder / name).as_posix() for name in styles_named for folder in folders]
    present = [*([settings] if (home / FILE).is_file() else []), *macros, *own, *brought]
    absent = [name for name in (*above, settings, *missing, *styles) if not Path(name).is_file()]
    return Reads(tuple(dict.fromkeys(present)), tuple(dict.fromkeys(absent)))


def _of_file(file: str, text: str, project: Project) -> Reads:
    """The file, and of a lecture or a set the problems behind it, its own theme, and the files that would come before a problem's."""
    if problemfile.kind(text) == "problem":
        return Reads((file,))
    behind = list(dependencies(text, file, project.settings))[::2]
    with with_commands_of(project.settings.commands):
        collection = gather.collection_of(text, file)
    folders = dict.fromkeys((project.folder, *project.templates))
    themes = [(folder / name).as_posix() for name in _themes(collection.theme) for folder in folders]
    before = gather.looked_for(collection)
    absent = [name for name in (*themes, *before) if not Path(name).is_file()]
    return Reads((file, *behind, *(name for name in themes if Path(name).is_file())), tuple(absent))


def _themes(theme: str) -> tuple[str, ...]:
    return tuple(f"{kind}{theme}.sty" for kind in THEMES) if theme else ()


_OBEYED = re.compile(r"[\x00-\x1f\x7f;=|%*?\[\]]|^~")


def _escaped(name: str) -> str:
    """A file name as make reads it.  DeriveError [file-name] for one in which make, which has no way to write it, would see a rule or an order."""
    if _OBEYED.search(name):
        raise DeriveError(
            f"{name!r} cannot be written into a depfile: make takes its signs for orders", code="file-name",
            hint="rename it: letters, digits, blanks and . - + _ , @ ( ) are safe",
        )
    return Path(name).as_posix().replace("\\", "\\\\").replace("$", "$$").replace("#", "\\#").replace(" ", "\\ ").replace(":", "\\:")
