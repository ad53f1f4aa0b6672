"""The images that a lecture names: files of its own folder or of its project, by the name under which a page asks for them."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from derive.documents.collection import Collection
from derive.documents.lecture import Cell, Panel, Picture, Stack
from derive.errors import DeriveError
from derive.language.files import read_bytes
from derive.pipeline.home import home_of, inside

MOST_BYTES = 32 << 20
"""What an image may hold."""
_TYPES = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "pdf": "application/pdf"}


def paths(collection: Collection) -> dict[str, Path]:
    """The files by name.  DeriveError [image] at the frame for one that is not there, [outside] for one that leads out of the project."""
    home = home_of(collection.file)
    out: dict[str, Path] = {}
    for picture in _pictures(collection):
        name = picture.file.rpartition("/")[2]
        found = next((path for folder in (Path(collection.file).parent, home) if (path := folder / picture.file).is_file()), None)
        if found is None:
            raise DeriveError(f"there is no image {picture.file}", code="image", where=picture.where,
                              hint="it is looked for beside the lecture, and in the folder of derive.toml")
        inside(found, home, picture.where)
        if out.setdefault(name, found).resolve() != found.resolve():
            raise DeriveError(f"there are two images called {name}", code="image", where=picture.where, hint="give one of them another name")
    return out


def read(collection: Collection) -> dict[str, bytes]:
    """What they hold, by name.  DeriveError of `paths` and of reading."""
    return {name: read_bytes(path.as_posix(), MOST_BYTES) for name, path in paths(collection).items()}


def embedded(page: str, images: Mapping[str, bytes]) -> str:
    """A web page with its images in it."""

    def one(found: re.Match[str]) -> str:
        content = images.get(found[1])
        kind = _TYPES.get(found[1].rpartition(".")[2].lower(), "")
        return f'<img src="data:{kind};base64,{base64.b64encode(content).decode()}"' if content is not None else found[0]

    return re.sub(r'<img src="([^"]+)"', one, page)


def _pictures(collection: Collection) -> Iterator[Picture]:
    cells: list[Cell] = [cell for entry in collection.entries if isinstance(entry, Panel) for cell in entry.columns]
    for cell in cells:
        for inner in cell.cells if isinstance(cell, Stack) else (cell,):
            if isinstance(inner, Picture):
                yield inner
