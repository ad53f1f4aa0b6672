"""The record of what every product was made from, beside the products: `build/.derive/ledger.json`."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator
from dataclasses import field
from pathlib import Path

from derive.errors import DeriveError
from derive.language.files import read_bytes
from derive.pipeline.keys import Key, digest
from derive.pipeline.writing import remove, write
from derive.values import dataclass

FORMAT = 1
FOLDER = ".derive"
NAME = "ledger.json"
LOCK = "lock"
MOST_BYTES = 100_000_000
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
    """What stands in one output folder.  A record that cannot be read counts as none: everything is made again."""

    folder: Path
    entries: dict[str, Entry] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    saved: float = 0.0

    @staticmethod
    def load(folder: Path) -> Ledger:
        """The record of a folder; what stands in it and could not have been written by it is left out."""
        if (folder / FOLDER).is_symlink():
            return Ledger(folder)
        try:
            data = json.loads(read_bytes(folder / FOLDER / NAME, MOST_BYTES))
            if data["format"] != FORMAT:
                return Ledger(folder)
            entries = {
                name: Entry(
                    _texts(e["key"]), {f: h for f, h in _texts(e["files"]).items() if is_own(f, folder)}, str(e.get("source", "")),
                    _texts(e.get("times", {})),
                )
                for name, e in data["entries"].items()
            }
        except (DeriveError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return Ledger(folder)
        return Ledger(folder, entries)

    def save(self, every: float = 0.0) -> None:
        """Write the record; what another process recorded meanwhile of other products stays.

        every  not before so many seconds have passed since the last time: then what is killed makes a second's work again, and a build
               of many files does not write the whole record after each
        """
        if every and time.monotonic() - self.saved < every:
            return
        refuse_links(self.folder / FOLDER / NAME, self.folder)
        with _alone(self.folder / FOLDER):
            others = Ledger.load(self.folder).entries
            for name in self.touched:
                others.pop(name, None)
            self.entries = {**others, **{name: entry for name, entry in self.entries.items() if name in self.touched or name in others}}
            entries = {
                name: {"key": e.key, "files": e.files, "source": e.source, "times": e.times} for name, e in sorted(self.entries.items())
            }
            write(self.folder / FOLDER / NAME, json.dumps({"format": FORMAT, "entries": entries}, indent=1) + "\n")
        self.saved = time.monotonic()

    def stale(self, name: str, key: Key) -> tuple[str, ...]:
        """Why the product must be made: the ingredients that changed, or `missing`/`edited` files; () when it need not."""
        from derive.pipeline.keys import changed

        entry = self.entries.get(name)
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
        before = self.entries.get(name)
        others = {file: content for file, content in (before.files if before else {}).items() if file not in files}
        for file in () if keep else others:
            remove(self.folder / file)
        for file, content in files.items():
            refuse_links(self.folder / file, self.folder)
            write(self.folder / file, content)
        kept = others if keep else {}
        hashes = {**kept, **{file: digest(content) for file, content in files.items()}}
        times = {file: _time(self.folder / file) for file in files}
        self.entries[name] = Entry(key, hashes, os.path.relpath(source, self.folder) if source else "", times)
        self.touched.add(name)

    def forget(self, name: str, files: tuple[str, ...] = ()) -> None:
        """Remove a product and everything it wrote, and `files` too."""
        entry = self.entries.pop(name, None)
        self.touched.add(name)
        for file in {*(entry.files if entry else ()), *files}:
            if is_own(file, self.folder):
                remove(self.folder / file)


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
