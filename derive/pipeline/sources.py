"""The files that a command works on, and what each of them is."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from derive.errors import DeriveError, Position
from derive.values import dataclass

DEFAULT = "problems"
SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True)
class Source:
    """A file as it is called in messages, and the name (with its folder) of what is built from it."""

    path: str
    stem: str


def find(paths: Iterable[str], home: Path | None = None) -> tuple[Source, ...]:
    """The problem, lecture and set files among the paths: folders are searched, sorted, hidden names left out.

    home  the project's folder, whose `problems` are meant where no path is given
    DeriveError [no-such-file], and [no-problems] when nothing is found.
    """
    found: dict[str, Source] = {}
    paths = list(paths)
    given = paths or [((home or Path()) / DEFAULT).as_posix()]
    for name in given:
        path = Path(name)
        if _is_folder(path):
            for file in sorted(path.rglob("*")):
                inside = file.relative_to(path)
                if file.suffix in SUFFIXES and not any(p.startswith(".") for p in inside.parts) and _is_file(file):
                    found.setdefault(file.as_posix(), Source(file.as_posix(), inside.with_suffix("").as_posix()))
        elif _is_file(path):
            found.setdefault(path.as_posix(), Source(path.as_posix(), _stem(path)))
        else:
            raise DeriveError("there is no such file or folder", code="no-such-file", where=Position(name),
                              hint=_nearby(path) if paths else "`derive new NAME` writes a first one")
    if not found:
        raise DeriveError(
            f"there are no problem files (*.yaml) in {', '.join(given)}", code="no-problems",
            hint="`derive new NAME` writes a first one",
        )
    _distinct(found.values())
    return tuple(found.values())


def _is_file(path: Path) -> bool:
    """Whether there is something to read, which may turn out to be no file."""
    try:
        return path.exists() and not path.is_dir()
    except (OSError, ValueError):
        return False


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _stem(path: Path) -> str:
    """The path below a folder `problems`, else the file's own name, without its suffix."""
    parts = path.parts
    below = len(parts) - 1 - parts[::-1].index(DEFAULT) if DEFAULT in parts[:-1] else len(parts) - 2
    return Path(*parts[below + 1 :]).with_suffix("").as_posix()


def _distinct(sources: Iterable[Source]) -> None:
    seen: dict[str, Source] = {}
    for source in sources:
        other = seen.setdefault(source.stem, source)
        if other is not source:
            raise DeriveError(
                f"{other.path} and this would both be built as {source.stem}", code="same-name", where=Position(source.path),
                hint="rename one of them",
            )


def _nearby(path: Path) -> str | None:
    from derive.language.words import closest

    folder = path.parent if path.parent.is_dir() else Path()
    close = closest(path.name, [p.name for p in folder.iterdir()])
    return f"did you mean {(folder / close).as_posix()}?" if close else None
