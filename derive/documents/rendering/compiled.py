"""The program's own templates compiled once, where Python keeps its own modules compiled; what a project brings is compiled every time."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import sys
from pathlib import Path
from typing import Any

import jinja2
from jinja2.bccache import Bucket

from derive.documents.rendering import sandbox


class Compiled(jinja2.BytecodeCache):
    """Beside the compiled modules of this package, and written as they are: not where Python is told to write none, nor where it cannot.

    folder   of the templates that are kept
    filters  the file that gives templates their filters: how one is called is compiled too
    """

    def __init__(self, folder: Path, filters: Path) -> None:
        self.folder = folder
        states = [Path(file).stat() for file in (__file__, sandbox.__file__, jinja2.__file__, filters)]
        self.state = "-".join(f"{state.st_mtime_ns:x}" for state in states)

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """'' for a template that is not kept."""
        return super().get_cache_key(name, filename) if filename and Path(filename).is_relative_to(self.folder) else ""

    def load_bytecode(self, bucket: Bucket) -> None:
        with contextlib.suppress(OSError, EOFError, ValueError, TypeError), self._file(bucket).open("rb") as stream:
            if bucket.key:
                bucket.load_bytecode(stream)

    def dump_bytecode(self, bucket: Bucket) -> None:
        if not bucket.key or sys.dont_write_bytecode:
            return
        path = self._file(bucket)
        own = path.with_name(f"{path.name}.{os.getpid()}")
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            own.write_bytes(bucket.bytecode_to_string())
            own.replace(path)

    def _file(self, bucket: Any) -> Path:
        beside = Path(importlib.util.cache_from_source(__file__))
        return beside.with_name(f"{beside.stem}.{bucket.key}.{self.state}")
