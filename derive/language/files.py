"""Reading a file that somebody wrote: regular files alone, up to a limit, as UTF-8 text."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from derive.errors import DeriveError, Position

MAX_BYTES = 1_000_000


def read_bytes(path: str | Path, most: int = MAX_BYTES) -> bytes:
    """The content of a file.

    DeriveError [unreadable] with the reason: there is none, it is a folder, a device or a pipe; [too-long] when it holds more than
    `most` bytes, of which no more are read.
    """
    name = str(path)
    try:
        # A pipe is not waited for.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise DeriveError("this is not a file but a device or a pipe, and is not read", code="unreadable", where=Position(name))
            data = file.read(most + 1)
    except FileNotFoundError:
        raise DeriveError("there is no such file", code="unreadable", where=Position(name)) from None
    except IsADirectoryError:
        raise DeriveError("this is a directory, not a file", code="unreadable", where=Position(name)) from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise DeriveError(f"this file cannot be read: {why}", code="unreadable", where=Position(name[:200])) from None
    if len(data or b"") > most:
        raise DeriveError(f"this file is larger than {most} bytes, and is not read", code="too-long", where=Position(name))
    return data or b""


def decoded(data: bytes, name: str) -> str:
    """Text of UTF-8 bytes; DeriveError [not-utf8] says at which line and column they are not."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before.rsplit(b"\n", 1)[-1].decode("utf-8", "replace")) + 1
        raise DeriveError(
            f"this is not UTF-8 text: byte 0x{data[error.start]:02x} at offset {error.start}", code="not-utf8",
            where=Position(name, line, column), hint="save the file as UTF-8",
        ) from None


def read_text(path: str | Path, most: int = MAX_BYTES) -> str:
    """The text of a file.  DeriveError [unreadable], [too-long], [not-utf8]."""
    return decoded(read_bytes(path, most), str(path))
