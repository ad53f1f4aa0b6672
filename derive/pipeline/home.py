"""Where a project ends: what its files name is looked for inside, and no link leads out."""

from __future__ import annotations

import os
from pathlib import Path

from derive.errors import DeriveError, Position, visible
from derive.language.files import read_text

PROJECT = "derive.toml"
PROBLEMS = "problems"


def home_of(file: str | Path) -> Path:
    """The folder of the project that a file belongs to: with a `derive.toml`, or above `problems`; otherwise the one above its own,
    but not above the working folder."""
    path = Path(file).absolute()
    for folder in path.parents:
        if (folder / PROJECT).is_file():
            return folder
    for folder in path.parents:
        if folder.name == PROBLEMS:
            return folder.parent
    here = Path.cwd()
    above = path.parent.parent
    return here if here.is_relative_to(above) and path.is_relative_to(here) else above


def own_text(path: str) -> str:
    """The text of a problem, lecture or set file.  DeriveError [outside] for a link out of its project, and those of reading."""
    if visible(path) != path or "\n" in path or "\t" in path:
        raise DeriveError(
            "the name of this file holds characters that cannot be seen or that others obey, or is not UTF-8", code="file-name",
            where=Position(path), hint="rename it",
        )
    if os.path.realpath(path) != os.path.normpath(Path(path).absolute()):
        inside(path, home_of(path))
    return read_text(path)


def inside(path: str | Path, home: Path, where: Position | None = None) -> None:
    """DeriveError [outside], before anything of it is read, when a file does not lie below a folder, links followed.

    path   of the file, as it was named
    where  the place that names it, for the message; None: the path itself
    """
    try:
        real = Path(path).resolve()
        lies_in = real.is_relative_to(home.resolve())
    except (OSError, ValueError, RuntimeError):
        lies_in = False
    if not lies_in:
        raise DeriveError(
            f"{str(path)[:200]!r} leads out of the project's folder, and is left alone", code="outside", where=where or Position(str(path)[:200]),
            hint="copy it into the project",
        )
