"""Running pdflatex, or xelatex for languages that need its fonts: in a private folder, without shell escape, with limits, to
the same bytes every time."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from derive.errors import DeriveError
from derive.pipeline.tex import formats, needs
from derive.pipeline.tex import log as texlog

SECONDS = 300
"""A run longer than this is stopped."""
LOG_BYTES = 64_000_000
MAX_PASSES = 3

_JOB = "document"
_ARGUMENTS = ("-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "-file-line-error")
_SETTINGS = {
    "openin_any": "p",
    "openout_any": "p",
    "max_print_line": "10000",
    "error_line": "254",
    "half_error_line": "238",
    "SOURCE_DATE_EPOCH": "0",
    "FORCE_SOURCE_DATE": "1",
    "TZ": "UTC",
    "LC_ALL": "C",
    "save_size": "200000",
}


@dataclass(frozen=True)
class Typeset:
    """A PDF and what its log says."""

    pdf: bytes
    log: texlog.Log
    passes: int


@lru_cache(maxsize=2)
def program(engine: str = "pdflatex") -> str:
    """The path of the engine.  DeriveError [missing-program] when it, or something that its documents use, is not there."""
    found = shutil.which(engine)
    if found is None or (engine != "pdflatex" and needs.missing(engine=engine)):
        raise needs.missing_error(needs.missing(engine=engine))
    return found


@lru_cache(maxsize=2)
def version(engine: str = "pdflatex") -> str:
    """The engine's own version line, '' where there is none."""
    found = shutil.which(engine)
    if found is None:
        return ""
    out = subprocess.run([found, "--version"], capture_output=True, text=True, check=False, timeout=60).stdout
    return out.splitlines()[0] if out else ""


def typeset(tex: str, beside: Mapping[str, bytes] | None = None, seconds: float = SECONDS, engine: str = "pdflatex") -> Typeset:
    """The PDF of a LaTeX text; `beside` are further files that it reads, by name.  xelatex cannot keep its fonts in a format, and
    reads the whole preamble every time.

    A second pass is run only when the log asks for one.  DeriveError: [missing-program] (exit code 4) where TeX, or a
    file of it, is not installed; [latex] (exit code 3) with LaTeX's sentence at the author's line otherwise.
    """
    path = program(engine)
    files = {Path(file).name: content for file, content in (beside or {}).items()}
    parts = formats.split(tex) if engine == "pdflatex" else None
    dumped = formats.get(parts[0], path, _SETTINGS, files, seconds) if parts else None
    with tempfile.TemporaryDirectory(prefix="derive-") as name:
        folder = Path(name)
        for file, content in files.items():
            (folder / file).write_bytes(content)
        start: tuple[str, ...] = ()
        if parts and dumped is not None:
            try:
                formats.place(dumped, folder / f"{formats.NAME}.fmt")
            except OSError:
                # Another process cleaned the cache in between: it is dumped again.
                return typeset(tex, beside, seconds, engine)
            start = (f"-fmt={formats.NAME}",)
        (folder / f"{_JOB}.tex").write_text(parts[1] if parts and start else tex, encoding="utf-8")
        for count in range(1, MAX_PASSES + 1):
            log, good = _run(path, start, folder, seconds)
            if not good:
                raise _failure(log)
            if not log.rerun:
                break
        return Typeset((folder / f"{_JOB}.pdf").read_bytes(), log, count)


def _run(path: str, start: tuple[str, ...], folder: Path, seconds: float) -> tuple[texlog.Log, bool]:
    environment = {**os.environ, **_SETTINGS}
    try:
        done = subprocess.run(
            [path, *start, *_ARGUMENTS, f"{_JOB}.tex"],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
            preexec_fn=_limits,
        )
    except subprocess.TimeoutExpired:
        raise DeriveError(f"{Path(path).name} was stopped after {seconds:.0f} s", code="latex") from None
    file = folder / f"{_JOB}.log"
    with file.open("rb") if file.exists() else open(os.devnull, "rb") as stream:  # noqa: PTH123
        log = texlog.read(stream.read(LOG_BYTES).decode("utf-8", "replace"))
    return log, done.returncode == 0 and (folder / f"{_JOB}.pdf").exists()


def _limits() -> None:
    """A document of ours never writes this much: what does is a runaway."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (512 * 1024 * 1024, 512 * 1024 * 1024))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _failure(log: texlog.Log) -> DeriveError:
    files = tuple(need for need in needs.NEEDS if need.name in log.missing) or needs.missing()
    if log.missing and files:
        return needs.missing_error(files)
    if log.error is None:
        return DeriveError("LaTeX failed and its log names no error", code="latex")
    message, mark = log.error
    step = f" ({mark.what})" if mark else ""
    return DeriveError(
        f"LaTeX cannot typeset this{step}: {message}",
        code="latex",
        where=mark.where if mark else None,
        hint="in prose, check what stands between $ and $; otherwise it is a mistake in a template or in derive",
    )
