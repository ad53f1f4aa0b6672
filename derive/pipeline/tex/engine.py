"""Running pdflatex, or xelatex for languages that need its fonts: in a cell, to the same bytes every time."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from pathlib import Path

from derive.errors import DeriveError, Position
from derive.pipeline import workspace
from derive.pipeline.keys import digest
from derive.pipeline.tex import cell, formats, installed, needs
from derive.pipeline.tex import log as texlog
from derive.pipeline.tex.begun import begun, may_begin
from derive.pipeline.tex.installed import program, version
from derive.pipeline.tex.plain import plain
from derive.pipeline.writing import write
from derive.values import dataclass

__all__ = ["Typeset", "program", "typeset", "version"]

SECONDS = cell.SECONDS
"""A pass longer than this is stopped, unless the document is long."""
BYTES_A_SECOND = 20_000
"""So much more LaTeX is given a second more."""
LOG_BYTES = 64_000_000
MAX_PASSES = 3
LOGS = 16
"""So many logs of failures are kept, the last."""

_THEME = re.compile(r"beamertheme([\w-]+)\.sty")
_JOB = "@document"
"""No file that TeX reads beside it can be called so: an author's image may be called document.pdf."""
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


@dataclass(frozen=True)
class _Run:
    """One end of TeX: what its log says, its PDF where there is one, why it was stopped, if it was, and the text that it read."""

    log: texlog.Log
    pdf: bytes | None
    stopped: str
    passes: int
    raw: bytes = b""
    text: str = ""


def typeset(
    tex: str, beside: Mapping[str, bytes] | None = None, seconds: float | None = None, engine: str = "pdflatex", own: bool = True,
) -> Typeset:
    """The PDF of a LaTeX text; `beside` are further files that it reads, by name.  xelatex cannot keep its fonts in a format, and
    reads the whole preamble every time.

    seconds  of the processor that a pass may take; None for the usual limit
    engine   `pdflatex` or `xelatex`
    own      whether there is TeX of the author's own in it; what is all of the program's starts from a format that has begun it

    A further pass is run only when the log asks for one.  A format that TeX cannot read is made again, once; after that the document
    is set without one.  DeriveError: [missing-program] (exit code 4) where TeX, or a file of it, is not installed; [tex-cell],
    [temporary] where the machine lets nothing run; [latex] (exit code 3) with LaTeX's sentence at the author's line otherwise.
    """
    path = program(engine)
    files = {Path(file).name: content for file, content in (beside or {}).items()}
    seconds = seconds or SECONDS + len(tex) / BYTES_A_SECOND
    parts = formats.split(tex) if engine == "pdflatex" else None
    forks = engine != "pdflatex"
    run: _Run | None = None
    starts = [] if parts is None else [begun(parts[0]), parts[0]] if not own and may_begin(*parts) else [parts[0]]
    for preamble in starts:
        run = _from_format(path, preamble, parts[1] if parts else "", files, seconds)
        if run is not None:
            break
    if run is None:
        run = _passes(path, tex, files, seconds, None, forks)
    if run.pdf is None:
        raise _with_log(_failure(run, Path(path).name, files), run.raw)
    return Typeset(run.pdf, run.log, run.passes)


def _from_format(path: str, preamble: str, rest: str, files: Mapping[str, bytes], seconds: float) -> _Run | None:
    """The document set from its preamble's format; None where there is none that TeX can read."""
    key = formats.key_of(preamble, path, files)
    for _ in range(2):
        dumped = formats.get(key, preamble, path, _SETTINGS, files)
        if dumped is None:
            return None
        run = _passes(path, rest, files, seconds, dumped, False)
        if run.pdf is not None or run.log.begun:
            return run
        formats.renew(key)
    formats.without(key)
    return None


def _passes(path: str, tex: str, files: Mapping[str, bytes], seconds: float, dumped: Path | None, forks: bool) -> _Run:
    """The document set as often as its log asks for."""
    with workspace.inner() as folder:
        try:
            for file, content in files.items():
                (folder / file).write_bytes(content)
            (folder / f"{_JOB}.tex").write_text(tex, encoding="utf-8")
        except OSError as error:
            raise workspace.unusable(error) from None
        start = (f"-fmt={formats.NAME}",) if dumped else ()
        shown = {f"{formats.NAME}.fmt": dumped} if dumped else {}
        command = [path, *start, *_ARGUMENTS, f"{_JOB}.tex"]
        for count in range(1, MAX_PASSES + 1):
            ended = cell.run(command, folder, _SETTINGS, seconds, shown, forks)
            raw = _read(folder / f"{_JOB}.log", LOG_BYTES)
            log = texlog.read(raw.decode("utf-8", "replace"))
            if ended.code != 0 or ended.stopped:
                return _Run(log, None, ended.stopped, count, raw, tex)
            if not log.rerun:
                break
        pdf = _read(folder / f"{_JOB}.pdf", cell.FILE_BYTES)
        return _Run(log, pdf or None, "", count)


def _read(file: Path, most: int) -> bytes:
    """The first bytes of a file that TeX wrote; b'' when it is none."""
    if file.is_symlink() or not file.is_file():
        return b""
    with file.open("rb") as stream:
        return stream.read(most)


def _with_log(error: DeriveError, raw: bytes) -> DeriveError:
    """The error, with where TeX's whole log stands; the last few are kept in the cache."""
    if raw and error.code == "latex":
        place = installed.cache_folder() / "logs" / f"{digest(raw)}.log"
        with contextlib.suppress(DeriveError, OSError):
            write(place, raw)
            for old in sorted(place.parent.glob("*.log"), key=lambda path: path.stat().st_mtime)[:-LOGS]:
                old.unlink(missing_ok=True)
            error.hint = f"{error.hint}\n" if error.hint else ""
            error.hint += f"TeX's log is {place}"
    return error


def _failure(run: _Run, name: str, own: Mapping[str, bytes]) -> DeriveError:
    """What went wrong, at the author's place; `own` are the project's styles and images, by name."""
    log = run.log
    if run.stopped:
        last = log.last
        where = f" ({last.what})" if last else ""
        return DeriveError(f"{name} {run.stopped}{where}", code="latex", where=last.where if last else None)
    if theme := next((found[1] for name in log.missing if (found := _THEME.fullmatch(name))), None):
        return needs.theme_error(theme)
    files = tuple(need for need in needs.NEEDS if need.name in log.missing) or needs.missing()
    if log.missing and files:
        return needs.missing_error(files)
    if log.error is None:
        return DeriveError("LaTeX failed and its log names no error", code="latex")
    message, mark = log.error
    said = plain(message)
    if log.place is not None and log.place[0] in own:
        file, line = log.place
        lines = own[file].decode("utf-8", "replace").splitlines()
        source = lines[line - 1] if 0 < line <= len(lines) else None
        return DeriveError(f"LaTeX cannot read this: {said}", code="latex", where=Position(file, line), source=source)
    step = f" ({mark.what})" if mark else ""
    reading = f", in the line `{log.reading[-60:]}`" if log.reading and not mark else ""
    if image := next((name for name in log.missing if f"`{name}'" in message or f"'{name}'" in message), None):
        install = "install the package of TeX that has it, or " if image.endswith((".sty", ".cls")) else ""
        hint = f"{install}put {image} beside derive.toml or into templates/"
    elif message.startswith("pdfTeX error"):
        hint = "save the image again with the program that made it"
    elif mark is None:
        hint = "it stands before the first slide or page: in a template's block, a theme, or the macro file"
    else:
        hint = "in prose, check what stands between $ and $; otherwise it is a mistake in a template or in derive"
    said = f"LaTeX cannot typeset this{step}: {said}{reading}"
    return DeriveError(said, code="latex", where=mark.where if mark else None, source=_stopped_at(run), hint=hint)


def _stopped_at(run: _Run) -> str | None:
    """The line of the document at which TeX stopped, where it says so."""
    if run.log.place is None or run.log.place[0] != f"{_JOB}.tex":
        return None
    lines = run.text.splitlines()
    return lines[run.log.place[1] - 1] if 0 < run.log.place[1] <= len(lines) else None
