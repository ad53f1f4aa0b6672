"""Dependency files in the form of GCC, for make and ninja."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from derive.documents.rendering.fill import builtin_folder, files
from derive.language.problems import read as problemfile
from derive.pipeline import look
from derive.pipeline.project import FILE, Project
from derive.pipeline.subject import dependencies


def depfile(target: str, sources: Iterable[str]) -> str:
    """`target: sources`, and an empty rule for each source, so that one that is deleted does not stop make."""
    names = [_escaped(source) for source in dict.fromkeys(sources)]
    return f"{_escaped(target)}: {' '.join(names)}\n" + "".join(f"\n{name}:\n" for name in names)


def sources(file: str, text: str, project: Project) -> tuple[str, ...]:
    """What a document of a file is made from and its author may change: the file, the problems behind it, settings, templates."""
    behind = [] if problemfile.kind(text) == "problem" else list(dependencies(text, file, project.settings))[::2]
    settings = project.folder / FILE
    builtin = builtin_folder()
    own = sorted(path.as_posix() for path in files(project.templates).values() if not path.is_relative_to(builtin))
    macros = [(project.folder / project.settings.macros_file).as_posix()] if project.settings.macros_file else []
    brought = look.files(tuple(dict.fromkeys((project.folder, *project.templates))), project.settings.macros)
    own += sorted(path.as_posix() for path in brought.values())
    return (file, *behind, *([settings.as_posix()] if settings.is_file() else []), *macros, *own)


def _escaped(name: str) -> str:
    """A file name as make reads it."""
    return Path(name).as_posix().replace("\\", "\\\\").replace("$", "$$").replace("#", "\\#").replace(" ", "\\ ").replace(":", "\\:")
