"""Which TeX this is, asked of the programs once and remembered until they change."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import stat
import subprocess
from functools import lru_cache
from pathlib import Path
from typing import Any

from derive.errors import DeriveError
from derive.language.files import read_bytes
from derive.pipeline.tex import needs
from derive.pipeline.writing import write

MOST_BYTES = 100_000


def cache_folder() -> Path:
    """Where what can be made again is kept: $DERIVE_CACHE, or the user's cache folder; a folder that there is none of, where it is not ours."""
    place = named_cache()
    return place if _is_ours(place) else Path(os.devnull) / "derive"


def named_cache() -> Path:
    """What is named as the cache, whoever's it is."""
    own = os.environ.get("DERIVE_CACHE")
    if own:
        return Path(own)
    try:
        home = Path.home()
    except RuntimeError:
        home = Path("/nonexistent")
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "derive"


def _is_ours(folder: Path) -> bool:
    """Whether a folder is not there yet, or is our own or the administrator's and not everybody's: who else can write there could plant a
    format, in which every formula is printed as another."""
    try:
        state = folder.stat()
    except OSError:
        return True
    return not hasattr(os, "getuid") or (state.st_uid in (os.getuid(), 0) and not state.st_mode & stat.S_IWOTH)


@lru_cache(maxsize=4)
def program(engine: str = "pdflatex") -> str:
    """The path of the engine.  DeriveError [missing-program] when it, or something that its documents use, is not there."""
    found = shutil.which(engine)
    if found is None or (engine != "pdflatex" and needs.missing(engine=engine)):
        raise needs.missing_error(needs.missing(engine=engine))
    return found


@lru_cache(maxsize=4)
def version(engine: str = "pdflatex") -> str:
    """The engine's own version line, '' where there is none."""
    found = shutil.which(engine)
    if found is None:
        return ""
    known = _remembered(found)
    if known is None or "version" not in known:
        out = _answer([found, "--version"])
        known = _remember(found, {"version": out.splitlines()[0] if out else ""})
    return str(known.get("version", ""))


@lru_cache(maxsize=2)
def base(pdflatex: str) -> str:
    """The version of pdfTeX, and the state of the format that every other is dumped from (made anew when packages change)."""
    known = _remembered(pdflatex) or {}
    kept = str(known.get("format", ""))
    if not kept or not Path(kept).is_file():
        kept = _answer([str(Path(pdflatex).with_name("kpsewhich")), "-engine=pdftex", "pdflatex.fmt"]).strip()
        _remember(pdflatex, {"format": kept})
    try:
        state = Path(kept).stat()
    except OSError:
        return version("pdflatex")
    return f"{version('pdflatex')} {state.st_mtime_ns} {state.st_size}"


def _answer(command: list[str]) -> str:
    """What a program prints; '' when it does not answer."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, errors="replace").stdout
    except (OSError, subprocess.SubprocessError):
        return ""


def _state(path: str) -> str:
    real = os.path.realpath(path)
    found = Path(real).stat()
    return f"{real} {found.st_mtime_ns} {found.st_size}"


def _file() -> Path:
    return cache_folder() / "programs.json"


def _all() -> dict[str, Any]:
    try:
        known = json.loads(read_bytes(_file(), MOST_BYTES))
    except (DeriveError, ValueError, RecursionError):
        return {}
    return known if isinstance(known, dict) else {}


def _remembered(path: str) -> dict[str, str] | None:
    """What is remembered of a program, as long as it is the same file."""
    known = _all().get(path)
    if not isinstance(known, dict) or known.get("state") != _state(path) or not all(isinstance(v, str) for v in known.values()):
        return None
    return known


def _remember(path: str, said: dict[str, str]) -> dict[str, str]:
    known = {**(_remembered(path) or {}), "state": _state(path), **said}
    # Without a cache it is asked again.
    with contextlib.suppress(DeriveError):
        write(_file(), json.dumps({**_all(), path: known}, indent=1) + "\n")
    return known
