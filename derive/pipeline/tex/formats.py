"""Preambles compiled once: a format for each, kept in the user's cache, that a document starts from in a third of the time.

`pdflatex` is the path of the program, `settings` its environment, `files` what it reads beside TeX's own tree, by name.

A document is always set from a format where one can be dumped, so that its bytes do not depend on whether one was there.  What is kept
has its checksum in its name; each process reads it once, into a folder of its own, and TeX sees it read-only or as a copy.
"""

from __future__ import annotations

import contextlib
import gzip
import mmap
import os
import shutil
import stat
import zlib
from collections.abc import Mapping
from pathlib import Path

from derive.errors import DeriveError
from derive.pipeline import workspace
from derive.pipeline.keys import digest
from derive.pipeline.tex import cell, installed
from derive.pipeline.writing import write

END = "%DERIVE-PREAMBLE-END\n"
"""The line of a template up to which its preamble is the same for every document."""

NAME = "derive"

KEPT = 16
"""So many formats are kept, those last used."""

SECONDS = 60.0
"""A preamble is read in less."""


def split(tex: str) -> tuple[str, str] | None:
    """(what can be compiled beforehand, the rest), or None where the template does not say."""
    before, mark, rest = tex.partition(END)
    return (before, rest) if mark else None


def folder() -> Path:
    """Where formats are kept."""
    return installed.cache_folder() / "formats"


def key_of(preamble: str, pdflatex: str, files: Mapping[str, bytes]) -> str:
    """What a format is made from, as a hash: the preamble, the TeX, the files that it reads beside TeX's own tree."""
    return digest(preamble, installed.base(pdflatex), *(part for name in sorted(files) for part in (name, files[name])))


def get(key: str, preamble: str, pdflatex: str, settings: Mapping[str, str], files: Mapping[str, bytes]) -> Path | None:
    """A format in this process's own folder, from the cache or made now; None where it cannot be dumped.

    key       of the format, as `key_of` says
    preamble  what it is made from, where it is not in the cache
    """
    held = (os.getpid(), key)
    if held in known_formats:
        known = known_formats[held]
        if known is None or known.is_file():
            return known
    kept = _kept(key)
    if kept is None and not _hopeless(key).exists():
        content = dump(preamble, pdflatex, settings, files)
        if content:
            kept = _keep(key, content)
        elif content is not None:
            with contextlib.suppress(DeriveError):
                write(_hopeless(key), b"")
    known_formats[held] = kept
    return kept


def _hopeless(key: str) -> Path:
    """The file that says that no format keeps what this preamble does."""
    return folder() / f"{key}.none"


def renew(key: str) -> None:
    """Forget a format that TeX could not read, here and in the cache."""
    known_formats.pop((os.getpid(), key), None)
    for path in folder().glob(f"{key}-*.fmt"):
        with contextlib.suppress(OSError):
            path.unlink()


def without(key: str) -> None:
    """Documents of this preamble are set without a format from now on."""
    known_formats[os.getpid(), key] = None


known_formats: dict[tuple[int, str], Path | None] = {}
"""The formats that this process has used; there are a few."""


def _kept(key: str) -> Path | None:
    """What the cache holds, when it is whole, in our own folder."""
    for path in sorted(folder().glob(f"{key}-*.fmt")):
        try:
            if not stat.S_ISREG(path.lstat().st_mode):
                continue  # a pipe would be waited for
            os.utime(path)
            own = _own(key, path)
            if path.stem == f"{key}-{checksum(own):08x}":
                return own
            own.unlink()
            path.unlink()
        except (OSError, ValueError):
            continue
    return None


def checksum(path: Path) -> int:
    """The CRC-32 of a file.  ValueError for an empty one."""
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return zlib.crc32(content)


def _own(key: str, kept: Path) -> Path:
    """The file in this process's folder: the same one where TeX cannot change it, otherwise a copy."""
    own = workspace.folder() / f"{key}.fmt"
    own.unlink(missing_ok=True)
    if cell.standing().namespace:
        with contextlib.suppress(OSError):
            os.link(kept, own)
            return own
    shutil.copyfile(kept, own)
    return own


def _keep(key: str, content: bytes) -> Path:
    """Write it to our own folder and to the cache, where the oldest are dropped when there are many."""
    own = workspace.folder() / f"{key}.fmt"
    try:
        own.unlink(missing_ok=True)
        own.write_bytes(content)
    except OSError as error:
        raise workspace.unusable(error) from None
    with contextlib.suppress(DeriveError, OSError):
        path = folder() / f"{key}-{zlib.crc32(content):08x}.fmt"
        write(path, content)
        for old in sorted(path.parent.glob("*.fmt"), key=lambda p: p.stat().st_mtime)[:-KEPT]:
            old.unlink(missing_ok=True)
    return own


def dump(preamble: str, pdflatex: str, settings: Mapping[str, str], files: Mapping[str, bytes]) -> bytes | None:
    """A format of the preamble, uncompressed; None where TeX fails, b'' where a format would not keep all of it."""
    with workspace.inner("format") as place:
        try:
            (place / "preamble.tex").write_text(preamble + "\\dump\n", encoding="utf-8")
            for file, content in files.items():
                (place / Path(file).name).write_bytes(content)
        except OSError as error:
            raise workspace.unusable(error) from None
        ended = cell.run(
            [pdflatex, "-ini", "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", f"-jobname={NAME}", "&pdflatex",
             "preamble.tex"],
            place, settings, SECONDS,
        )
        dumped, log = place / f"{NAME}.fmt", place / f"{NAME}.log"
        if ended.code != 0 or not dumped.is_file():
            return None
        # Shadings and the like of a theme are objects of the PDF, which a format does not keep.
        if b"dangling" in log.read_bytes():
            return b""
        written = dumped.read_bytes()
    # TeX reads an uncompressed format as well, and three times as fast.
    return gzip.decompress(written) if written[:2] == b"\x1f\x8b" else written
