"""Writing files so that no one ever sees half of one, and an unchanged one keeps its time."""

from __future__ import annotations

import contextlib
import os
import re
import stat
import tempfile
from pathlib import Path

from derive.errors import DeriveError


def write(path: Path, content: bytes | str) -> bool:
    """Write `content` to a temporary name beside `path` and rename it; an equal file is left alone.

    True when the file changed.  DeriveError [write-failed] when the folder cannot be made or written.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        if _holds(path, data):
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:64]}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(name).chmod(0o666 & ~_umask())
            Path(name).replace(path)
        except BaseException:
            remove(Path(name))
            raise
    except OSError as error:
        raise DeriveError(f"{path} cannot be written: {error.strerror or error}", code="write-failed") from None
    return True


def _holds(path: Path, data: bytes) -> bool:
    """Whether a file is there that holds this already; a link, a device and a file of another length are not read."""
    try:
        state = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return stat.S_ISREG(state.st_mode) and state.st_size == len(data) and path.read_bytes() == data


def cell(text: str) -> str:
    """A cell of CSV that a spreadsheet does not take for a formula, not even one that parts cells at semicolons."""
    return _FORMULA.sub(r"\1'", text)


_FORMULA = re.compile(r"(^|[;\t\r\n])(?=\s*[=+@\-\uff1d\uff0b\uff0d\uff20])")


def remove(path: Path) -> None:
    """Remove the file if it is there."""
    with contextlib.suppress(FileNotFoundError):
        path.unlink()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
