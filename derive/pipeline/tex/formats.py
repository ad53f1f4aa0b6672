"""Preambles compiled once: a format for each, kept in the user's cache, that a document starts from in a third of the time.

A document is always set from a format, so that its bytes do not depend on whether one was there.
"""

from __future__ import annotations

import contextlib
import gzip
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from derive.pipeline.keys import digest
from derive.pipeline.writing import write

END = "%DERIVE-PREAMBLE-END\n"
"""The line of a template up to which its preamble is the same for every document."""

NAME = "derive"

KEPT = 16
"""So many formats are kept, those last used."""


def split(tex: str) -> tuple[str, str] | None:
    """(what can be compiled beforehand, the rest), or None where the template does not say."""
    before, mark, rest = tex.partition(END)
    return (before, rest) if mark else None


def folder() -> Path:
    """Where formats are kept: $DERIVE_CACHE, or the user's cache folder."""
    own = os.environ.get("DERIVE_CACHE")
    if own:
        return Path(own) / "formats"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "derive" / "formats"


def get(preamble: str, pdflatex: str, settings: Mapping[str, str], files: Mapping[str, bytes], seconds: float) -> Path | None:
    """The file of the format of a preamble, from the cache or made now; None where it cannot be dumped.

    files  what the preamble reads beside TeX's own tree
    """
    key = digest(preamble, base(pdflatex), *(part for name in sorted(files) for part in (name, files[name])))
    if key in _held and (_held[key] is None or Path(str(_held[key])).is_file()):
        return _held[key]
    kept = folder() / f"{key}.fmt"
    if kept.is_file():
        with contextlib.suppress(OSError):
            os.utime(kept)
        _held[key] = kept
    else:
        content = _dump(preamble, pdflatex, settings, files, seconds)
        _held[key] = _keep(kept, content) if content is not None else None
    return _held[key]


def place(kept: Path, there: Path) -> None:
    """The format at another place, which stays when the cache drops it.  OSError when it was dropped before."""
    try:
        os.link(kept, there)
    except OSError:
        shutil.copyfile(kept, there)


_held: dict[str, Path | None] = {}
"""The formats that this process has used; there are a few."""


def _keep(path: Path, content: bytes) -> Path:
    """Write it to the cache, and drop the oldest when there are many; without a cache it lasts as long as the process."""
    from derive.errors import DeriveError

    try:
        write(path, content)
        others = sorted(path.parent.glob("*.fmt"), key=lambda p: p.stat().st_mtime)
        for old in others[:-KEPT]:
            old.unlink(missing_ok=True)
    except (DeriveError, OSError):
        path = Path(_own_folder().name) / path.name
        write(path, content)
    return path


@lru_cache(maxsize=1)
def _own_folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="derive-formats-")


@lru_cache(maxsize=1)
def base(pdflatex: str) -> str:
    """Which TeX this is: its version, and the format that every other is dumped from (made anew when packages change)."""
    version = subprocess.run([pdflatex, "--version"], capture_output=True, text=True, check=False, timeout=60).stdout
    found = subprocess.run(
        [str(Path(pdflatex).with_name("kpsewhich")), "-engine=pdftex", "pdflatex.fmt"], capture_output=True, text=True,
        check=False, timeout=60,
    ).stdout.strip()
    try:
        state = Path(found).stat()
    except OSError:
        return version
    return f"{version} {state.st_mtime_ns} {state.st_size}"


def _dump(
    preamble: str, pdflatex: str, settings: Mapping[str, str], files: Mapping[str, bytes], seconds: float
) -> bytes | None:
    with tempfile.TemporaryDirectory(prefix="derive-") as name:
        place = Path(name)
        (place / "preamble.tex").write_text(preamble + "\\dump\n", encoding="utf-8")
        for file, content in files.items():
            (place / Path(file).name).write_bytes(content)
        try:
            done = subprocess.run(
                [pdflatex, "-ini", "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", f"-jobname={NAME}",
                 "&pdflatex", "preamble.tex"],
                cwd=place, env={**os.environ, **settings}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, timeout=seconds, check=False,
            )
        except (subprocess.TimeoutExpired, OSError):
            return None
        dumped = place / f"{NAME}.fmt"
        if done.returncode != 0 or not dumped.is_file():
            return None
        content = dumped.read_bytes()
    # TeX reads an uncompressed format as well, and three times as fast.
    return gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
