"""Temporary folders that leave nothing behind, however the process ends.

Each process has one folder at most.  A watcher, a shell that only waits for us to be gone, removes it after a kill that leaves no
time to do so ourselves; in every other case it finds nothing to do.
"""

from __future__ import annotations

import atexit
import contextlib
import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from derive.errors import DeriveError

PREFIX = "derive-"

_WATCHER = 'trap "" HUP INT TERM QUIT; cat >/dev/null; rm -rf -- "$1"'

_mine: dict[int, tuple[Path, subprocess.Popen[bytes] | None]] = {}
"""By process: its folder, and the watcher, which waits at a pipe from us.  A worker that was forked has its own."""
_numbers = itertools.count(1)


def folder() -> Path:
    """The folder of this process, made when it is first asked for.  DeriveError [temporary] when there is no place for it."""
    mine = _mine.get(os.getpid())
    if mine is not None and mine[0].is_dir():
        return mine[0]
    try:
        place = Path(tempfile.mkdtemp(prefix=PREFIX))
    except OSError as error:
        raise unusable(error) from None
    # What stands there from the process that we were forked from is not ours: its watcher must see it end, though we live.
    for _, watcher in _mine.values():
        _let_go(watcher)
    _mine.clear()
    _mine[os.getpid()] = (place, _watched(place))
    return place


def unusable(error: OSError) -> DeriveError:
    """Why there is no place for temporary files, as an error of the machine."""
    return DeriveError(
        f"temporary files cannot be written to {tempfile.gettempdir()}: {error.strerror or error}", code="temporary",
        hint="TMPDIR names another folder",
    )


@contextmanager
def inner(name: str = "run") -> Iterator[Path]:
    """A new folder in it, removed at the end."""
    place = folder() / f"{name}-{next(_numbers)}"
    try:
        place.mkdir()
    except OSError as error:
        raise unusable(error) from None
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)
        shutil.rmtree(place.with_name(f"{place.name}.root"), ignore_errors=True)


def leave() -> None:
    """Remove the folder of this process."""
    place, watcher = _mine.pop(os.getpid(), (None, None))
    if place is not None:
        shutil.rmtree(place, ignore_errors=True)
        _let_go(watcher)
        if watcher is not None:
            watcher.wait()


atexit.register(leave)


def _let_go(watcher: subprocess.Popen[bytes] | None) -> None:
    if watcher is not None and watcher.stdin is not None:
        with contextlib.suppress(OSError):
            watcher.stdin.close()


def _watched(place: Path) -> subprocess.Popen[bytes] | None:
    """Start the watcher of a folder; None where there is no shell."""
    try:
        return subprocess.Popen(
            ["/bin/sh", "-c", _WATCHER, "derive-watcher", str(place)], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True, cwd="/", env={"PATH": os.defpath},
        )
    except OSError:
        return None
