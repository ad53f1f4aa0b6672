"""A build with nothing to do, told by the times of what it would read and of what it wrote, before anything of the program is loaded.

It is only ever a shortcut: where a time or a size differs, or a folder has changed, the build looks at what the files hold.  What is
compared is kept as it is: loading a hash, or what finds programs, would take as long as comparing 1,500 files.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from array import array
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from derive.pipeline.project import Project
    from derive.pipeline.sources import Source

FOLDER = ".derive"
NAME = "idle"
MOST_BYTES = 200_000_000


def key_of(*arguments: object) -> str:
    """What a build was asked for, by which program, and where: another one, and the record is no use."""
    programs = [_program(name) for name in ("pdflatex", "xelatex")]
    tools = [*programs, *map(os.path.realpath, programs), *(path for path in sys.path if path.endswith("-packages"))]
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
    own = [package, os.path.join(os.path.dirname(package), "templates")]  # noqa: PTH118, PTH120
    walked = [(place, name) for top in own for place, _, names in os.walk(top) if not place.endswith("__pycache__") for name in names]
    files = [os.path.join(*parts) for parts in walked]  # noqa: PTH118
    told = repr((arguments, sys.version, os.getcwd(), tools))  # noqa: PTH109
    return f"{told} {_states(sorted(files))} {_states([tool for tool in tools if tool])}"


def _program(name: str) -> str:
    """Where a program is, "" where it is not."""
    places = (os.path.join(folder, name) for folder in os.get_exec_path())  # noqa: PTH118
    return next((place for place in places if os.access(place, os.X_OK)), "")


def up_to_date(output: Path, key: str) -> int | None:
    """How many files' documents are up to date, when all are; None where that is not known."""
    try:
        # A link, a device and a pipe are no record: who commits one would have us wait for it, or read another file.
        if (output / FOLDER).is_symlink():
            return None
        record = os.open(output / FOLDER / NAME, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(record, encoding="utf-8") as stream:
            if not stat.S_ISREG(os.fstat(record).st_mode):
                return None
            found = stream.read(MOST_BYTES).split("\n")
        known, state, count, *paths = found
        return int(count) if known == key and state == _states(paths) else None
    except (OSError, ValueError):
        return None


def ended(output: Path, key: str, sources: Sequence[Source], given: Sequence[str], project: Project, good: bool) -> None:
    """Record what a build of the paths `given` that has just ended well would read, and what it wrote; what failed leaves no record.

    key      of the program and of what was asked
    sources  what the paths held
    good     whether nothing failed
    """
    from derive.errors import DeriveError
    from derive.pipeline.writing import write

    record = output / FOLDER / NAME
    with contextlib.suppress(DeriveError, OSError, ValueError):
        if not good:
            record.unlink(missing_ok=True)
            return
        paths = list(dict.fromkeys(_watched(output, sources, [Path(path) for path in given if Path(path).is_dir()], project)))
        if not any("\n" in path for path in paths):
            write(record, "\n".join([key, _states(paths), str(len(sources)), *paths]))


def _watched(output: Path, sources: Sequence[Source], given: Sequence[Path], project: Project) -> Iterable[str]:
    """Every file that is read or was written, and every folder in which one could appear."""
    from derive.language.problems import read as problemfile
    from derive.pipeline import depfile, trust
    from derive.pipeline.examine import read_text
    from derive.pipeline.ledger import NAME as LEDGER
    from derive.pipeline.ledger import Ledger

    ledger = Ledger.load(output)
    read = depfile.of_project(project)
    for source in sources:
        yield source.path
        yield from ((output / file).as_posix() for file in ledger.files(source.stem))
        text = read_text(source.path)
        if problemfile.kind(text) != "problem":
            read += depfile.of_document(source.path, text, project)
    yield from read.present
    yield from read.absent
    yield str(trust.configuration())
    for folder in (*given, project.folder, *project.templates, *(project.folder / name for name in ("problems", "templates"))):
        if folder.is_dir():
            yield folder.as_posix()
    for folder in (*given, *project.templates):
        yield from (path.as_posix() for path in folder.rglob("*") if path.is_dir())
    yield (output / FOLDER / LEDGER).as_posix()


def _states(paths: Iterable[str]) -> str:
    """The times and sizes of files and folders, -1 for what is not there."""
    state, found = os.stat, []
    for path in paths:
        try:
            known = state(path)
        except (OSError, ValueError):
            found.append(-1)
        else:
            found += known.st_mtime_ns, known.st_size
    return array("q", found).tobytes().hex()
