"""What a project brings to its own look: themes, packages and classes of TeX beside derive.toml or in templates/, and the images that they name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from derive.errors import DeriveError, Position
from derive.language.files import read_bytes

STYLES = (".sty", ".cls", ".def", ".clo")
IMAGES = (".pdf", ".png", ".jpg", ".jpeg")
MOST_BYTES = 32 << 20
"""What all of them may hold together."""

Look = Mapping[str, bytes]
"""By the name under which TeX asks for it, what a file holds."""


def files(folders: tuple[Path, ...], macros: str = "") -> dict[str, Path]:
    """The files of a look by name, those of the first folder first.

    folders  of the project, in which they are looked for, not below them
    macros   the project's own preamble, which may name images too
    """
    found: dict[str, Path] = {}
    images: dict[str, Path] = {}
    naming = [macros]
    for folder in folders:
        for path in _visible(folder):
            if path.suffix in STYLES:
                found.setdefault(path.name, path)
                naming.append(_text(path))
            elif path.suffix in IMAGES:
                images.setdefault(path.name, path)
            elif path.name.endswith(".j2"):
                naming.append(_text(path))
    words = set(re.findall(r"[\w.+-]+", "\n".join(naming)))
    found.update({name: path for name, path in images.items() if {name, path.stem} & words})
    return found


def missing(folders: tuple[Path, ...], macros: str = "") -> tuple[str, ...]:
    """The names of the images that the styles, templates and macros of a project include, and that are not there."""
    there = files(folders, macros)
    naming = [macros, *(_text(path) for folder in folders for path in _visible(folder) if path.suffix in STYLES or path.name.endswith(".j2"))]
    asked = dict.fromkeys(re.findall(r"\\(?:includegraphics|pgfdeclareimage)\*?(?:\[[^\]]*\])?(?:\{\w+\})?\{([\w.+-]+)\}", "\n".join(naming)))
    names = [name if name.endswith(IMAGES) else f"{name}{suffix}" for name in asked for suffix in (IMAGES if not name.endswith(IMAGES) else ("",))]
    found = {Path(name).stem for name in there}
    return tuple(name for name in names if name not in there and Path(name).stem not in found)


def read(folders: tuple[Path, ...], macros: str = "") -> Look:
    """The files of a look with what they hold.  DeriveError [unreadable], [too-long] for one, [look] when all are too large together."""
    out: dict[str, bytes] = {}
    for name, path in sorted(files(folders, macros).items()):
        out[name] = read_bytes(path, MOST_BYTES)
        if sum(map(len, out.values())) > MOST_BYTES:
            raise DeriveError(
                f"the styles and images of the project hold more than {MOST_BYTES >> 20} MB together", code="look", where=Position(path.as_posix())
            )
    return out


def _visible(folder: Path) -> Iterator[Path]:
    """The plain files of a folder; a link must not lead out of it."""
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if not path.name.startswith(".") and path.is_file() and path.resolve().is_relative_to(folder.resolve()):
            yield path


def _text(path: Path) -> str:
    try:
        return read_bytes(path, MOST_BYTES).decode("utf-8", "replace")
    except DeriveError:
        return ""
