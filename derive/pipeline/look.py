"""What a project brings to its own look: themes, packages and classes of TeX beside derive.toml or in templates/, and the images that they
name; and the images that a lecture names, files of its own folder or of its project."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from derive.documents.collection import Collection
from derive.documents.lecture import Cell, Panel, Picture, Stack
from derive.errors import DeriveError, Position
from derive.language.files import read_bytes
from derive.pipeline.home import home_of, inside

STYLES = (".sty", ".cls", ".def", ".clo")
OURS = "derive.sty"
"""What is written beside LaTeX that needs it: no file of the project's."""
_TYPES = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "pdf": "application/pdf"}
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
        if not path.name.startswith(".") and path.name != OURS and path.is_file() and path.resolve().is_relative_to(folder.resolve()):
            yield path


def _text(path: Path) -> str:
    try:
        return read_bytes(path, MOST_BYTES).decode("utf-8", "replace")
    except DeriveError:
        return ""




def pictures(collection: Collection) -> dict[str, Path]:
    """The files by name.  DeriveError [image] at the frame for one that is not there, [outside] for one that leads out of the project."""
    home = home_of(collection.file)
    out: dict[str, Path] = {}
    for picture in _named(collection):
        name = picture.file.rpartition("/")[2]
        found = next((path for folder in (Path(collection.file).parent, home) if (path := folder / picture.file).is_file()), None)
        if found is None:
            raise DeriveError(f"there is no image {picture.file}", code="image", where=picture.where,
                              hint="it is looked for beside the lecture, and in the folder of derive.toml")
        inside(found, home, picture.where)
        if out.setdefault(name, found).resolve() != found.resolve():
            raise DeriveError(f"there are two images called {name}", code="image", where=picture.where, hint="give one of them another name")
    return out


def read_pictures(collection: Collection) -> dict[str, bytes]:
    """What they hold, by name.  DeriveError of `pictures` and of reading."""
    return {name: read_bytes(path.as_posix(), MOST_BYTES) for name, path in pictures(collection).items()}


def embedded(page: str, images: Mapping[str, bytes]) -> str:
    """A web page with its images in it."""

    def one(found: re.Match[str]) -> str:
        content = images.get(found[1])
        kind = _TYPES.get(found[1].rpartition(".")[2].lower(), "")
        return f'<img src="data:{kind};base64,{base64.b64encode(content).decode()}"' if content is not None else found[0]

    return re.sub(r'<img src="([^"]+)"', one, page)


def _named(collection: Collection) -> Iterator[Picture]:
    cells: list[Cell] = [cell for entry in collection.entries if isinstance(entry, Panel) for cell in entry.columns]
    for cell in cells:
        for inner in cell.cells if isinstance(cell, Stack) else (cell,):
            if isinstance(inner, Picture):
                yield inner
