"""The record of what every product was made from, beside the products: `build/.derive/ledger.json`, a line a product.

A line is added when a product is made, or forgotten, and the last one counts: what is killed meanwhile leaves at most half a line, which
counts as none.  Only the places of the lines are held in memory.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import stat
from collections.abc import Iterator
from dataclasses import field
from pathlib import Path

from derive.errors import DeriveError
from derive.pipeline.keys import Key, digest
from derive.pipeline.writing import remove, write
from derive.values import dataclass

HEAD = b'{"format": 2}\n'
FOLDER = ".derive"
NAME = "ledger.json"
LOCK = "lock"
MOST_BYTES = 200_000_000
SPARE_BYTES = 1_000_000
"""A record is written anew when more than half of it, and so much, is of lines that count no more."""
SUFFIXES = (".tex", ".pdf", ".html", ".sty", ".csv")
"""Of what a build writes: a record that names anything else is not believed there."""


@dataclass
class Entry:
    """A product group.

    key     what it was made from
    files   by name, with the hash of what was written
    source  the file that it is made of, as seen from the output folder; '' where it is of several
    times   of the files, with their sizes, when they were written: one that still has them is not read to see whether it was edited
    """

    key: Key
    files: dict[str, str]
    source: str = ""
    times: dict[str, str] = field(default_factory=dict)


@dataclass
class Ledger:
    """What stands in one output folder.  A record that cannot be read counts as none: everything is made again.

    places  by product, where its line begins in the record, and how long it is
    file    the device and the number of the file that was read, and how much of it
    size    that all lines take which count
    """

    folder: Path
    places: dict[str, tuple[int, int]] = field(default_factory=dict)
    file: tuple[int, int, int] = (0, 0, 0)
    size: int = 0

    @staticmethod
    def load(folder: Path) -> Ledger:
        """The record of a folder."""
        ledger = Ledger(folder)
        ledger.names()
        return ledger

    def names(self) -> tuple[str, ...]:
        """All products that stand there now, sorted."""
        with contextlib.suppress(OSError), self._opened(os.O_RDONLY):
            pass
        return tuple(sorted(self.places))

    def get(self, name: str) -> Entry | None:
        """What is recorded of a product, as it stands there now; what could not have been written by a build is left out."""
        try:
            with self._opened(os.O_RDONLY) as record:
                start, length = self.places[name]
                line = json.loads(os.pread(record, length, start))
            files = {file: content for file, content in _texts(line["files"]).items() if is_own(file, self.folder)}
            return Entry(_texts(line["key"]), files, str(line.get("source", "")), _texts(line.get("times", {})))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None

    def files(self, name: str) -> tuple[str, ...]:
        """The files of a product, sorted."""
        entry = self.get(name)
        return tuple(sorted(entry.files)) if entry else ()

    def keep(self, name: str, entry: Entry | None) -> None:
        """Add the line of a product, or that it is forgotten.  DeriveError [write-failed]."""
        path = self.folder / FOLDER / NAME
        refuse_links(path, self.folder)
        said: dict[str, object] = {"name": name}
        if entry is not None:
            said |= {"key": entry.key, "files": entry.files, "source": entry.source, "times": entry.times}
        line = json.dumps(said).encode() + b"\n"
        try:
            with _alone(path.parent), self._opened(os.O_RDWR | os.O_CREAT) as record:
                end = os.fstat(record).st_size
                if os.pread(record, len(HEAD), 0) != HEAD:
                    os.ftruncate(record, 0)
                    end = os.pwrite(record, HEAD, 0)
                elif os.pread(record, 1, end - 1) != b"\n":
                    end += os.pwrite(record, b"\n", end)
                if os.pwrite(record, line, end) < len(line):
                    raise OSError("the disk is full")
                self._read(record)
                if end > 2 * self.size + SPARE_BYTES:
                    write(path, HEAD + b"".join(os.pread(record, length, start) for start, length in sorted(self.places.values())))
        except OSError as error:
            raise DeriveError(f"{path} cannot be written: {error.strerror or error}", code="write-failed") from None

    @contextlib.contextmanager
    def _opened(self, mode: int) -> Iterator[int]:
        """The record, what was added to it since it was read last; OSError where there is none that can be read."""
        place = self.folder / FOLDER
        if place.is_symlink():
            raise OSError("a link")
        record = os.open(place / NAME, mode | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
        try:
            self._read(record)
            yield record
        finally:
            os.close(record)

    def _read(self, record: int) -> None:
        """Note where the lines stand that were added; all of them, where another file stands there now."""
        state = os.fstat(record)
        if not stat.S_ISREG(state.st_mode) or state.st_size > MOST_BYTES:
            raise OSError("this is no record")
        if self.file[:2] != (state.st_dev, state.st_ino) or state.st_size < self.file[2]:
            self.places, self.size, self.file = {}, 0, (state.st_dev, state.st_ino, 0)
        start = self.file[2]
        if state.st_size == start:
            return
        with os.fdopen(record, "rb", closefd=False) as stream:
            stream.seek(start)
            if not start:
                if stream.readline(len(HEAD)) != HEAD:
                    return
                start = len(HEAD)
            for line in stream:
                if not line.endswith(b"\n"):
                    break
                self._note(line, start)
                start += len(line)
        self.file = (*self.file[:2], start)

    def _note(self, line: bytes, start: int) -> None:
        """A line that begins there; one that is none, the half of one that was killed, is passed over."""
        try:
            said = json.loads(line)
            name, there = said["name"], "key" in said
        except (ValueError, KeyError, TypeError, RecursionError):
            return
        if isinstance(name, str):
            self.size -= self.places.pop(name, (0, 0))[1]
            if there:
                self.places[name] = (start, len(line))
                self.size += len(line)

    def stale(self, name: str, key: Key) -> tuple[str, ...]:
        """Why the product must be made: the ingredients that changed, or `missing`/`edited` files; () when it need not."""
        from derive.pipeline.keys import changed

        entry = self.get(name)
        reasons = changed(entry.key if entry else None, key)
        if reasons or entry is None:
            return reasons
        for file, content in entry.files.items():
            path = self.folder / file
            if not path.is_file() or path.is_symlink():
                return (f"{file} is missing",)
            if entry.times.get(file) == _time(path):
                continue
            if digest(path.read_bytes()) != content:
                return (f"{file} was edited",)
        return ()

    def record(self, name: str, key: Key, files: dict[str, bytes], keep: bool = False, source: str = "") -> None:
        """Write the files and remember them; files of an earlier run that are not made any more are removed, unless they are kept.

        name    of what is remembered
        keep    files of an earlier run stay
        source  the path of the file that they are made of
        DeriveError [write-failed]; what was written before it stays, and is made again the next time.
        """
        before = self.get(name)
        others = {file: content for file, content in (before.files if before else {}).items() if file not in files}
        for file in () if keep else others:
            remove(self.folder / file)
        for file, content in files.items():
            refuse_links(self.folder / file, self.folder)
            write(self.folder / file, content)
        kept = others if keep else {}
        hashes = {**kept, **{file: digest(content) for file, content in files.items()}}
        times = {file: _time(self.folder / file) for file in files}
        self.keep(name, Entry(key, hashes, os.path.relpath(source, self.folder) if source else "", times))

    def forget(self, name: str, files: tuple[str, ...] = ()) -> None:
        """Remove a product and everything it wrote, and `files` too."""
        known = name in self.places
        for file in {*self.files(name), *files}:
            if is_own(file, self.folder):
                remove(self.folder / file)
        if known:
            self.keep(name, None)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Within it no other process of ours writes the record of the folder."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder / LOCK, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
    except OSError:
        yield
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _time(path: Path) -> str:
    """When a file was written last, and how long it is."""
    state = path.stat()
    return f"{state.st_mtime_ns} {state.st_size}"


def _texts(value: object) -> dict[str, str]:
    """A mapping of texts to texts.  TypeError for anything else."""
    if not isinstance(value, dict) or not all(isinstance(part, str) for pair in value.items() for part in pair):
        raise TypeError("no mapping of texts")
    return value


def is_own(name: str, folder: Path) -> bool:
    """Whether a build into the folder could have written a file of this name: below it, by no link, and no hidden one."""
    parts = name.split("/")
    if not name.endswith(SUFFIXES) or "\\" in name or "\0" in name or any(part in ("", ".", "..") or part.startswith(".") for part in parts):
        return False
    place = folder
    for part in parts[:-1]:
        place = place / part
        if place.is_symlink():
            return False
    return not (folder / name).is_dir()


def refuse_links(path: Path, folder: Path) -> None:
    """DeriveError [write-failed] when a link below the output folder leads to another place."""
    for place in path.parents:
        if place == folder:
            return
        if place.is_symlink():
            raise DeriveError(f"{place} is a symbolic link: nothing is written through it", code="write-failed")
