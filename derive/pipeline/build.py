"""Building many problems: each once, what is unchanged not at all, in several processes, and going on when one fails."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

from derive.documents.page.modes import BUILT, MODES, Mode
from derive.documents.page.settings import Fit, Settings
from derive.documents.wording.words import words
from derive.errors import DeriveError, Position
from derive.language.problems import read as problemfile
from derive.pipeline import keys, produce
from derive.pipeline.ledger import Ledger
from derive.pipeline.look import Look
from derive.pipeline.project import Project
from derive.pipeline.sources import Source
from derive.pipeline.subject import dependencies, read
from derive.pipeline.writing import write

A = TypeVar("A")
B = TypeVar("B")


@dataclass(frozen=True)
class Task:
    """What a worker is given: a file's text and everything that its documents depend on, or a check alone."""

    source: Source
    text: str
    modes: tuple[str, ...]
    settings: Settings
    templates: tuple[Path, ...]
    pdf: bool
    points: int = 3
    look: Look = field(default_factory=dict)


@dataclass(frozen=True)
class Done:
    """What a worker hands back: files by name, a line for the terminal, and what went wrong."""

    source: Source
    files: dict[str, bytes]
    summary: str
    error: DeriveError | None = None
    warning: DeriveError | None = None


@dataclass(frozen=True)
class Outcome:
    """One file's end: `made`, `unchanged`, `failed`; `reasons` why it was made."""

    source: Source
    state: str
    summary: str = ""
    error: DeriveError | None = None
    warning: DeriveError | None = None
    reasons: tuple[str, ...] = ()


def jobs(asked: int | None) -> int:
    """How many workers: as many as asked, else the cores; one below a make that already runs several."""
    if asked is not None:
        return max(asked, 1)
    if "jobserver" in os.environ.get("MAKEFLAGS", ""):
        return 1
    return os.cpu_count() or 1


def kinds(chosen: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """What is made of each kind of file: what was chosen, else what is usual."""
    return dict.fromkeys(BUILT, chosen) if chosen else BUILT


def names(stem: str, mode: Mode, pdf: bool) -> tuple[str, ...]:
    """The files of a document below the output folder."""
    return (f"{stem}-{mode.name}.{mode.suffix}", *((f"{stem}-{mode.name}.pdf",) if pdf and mode.pdf else ()))


def run(task: Task) -> Done:
    """Derive, check and typeset one file; errors come back as values, so that the others go on."""
    files: dict[str, bytes] = {}
    warning: DeriveError | None = None
    try:
        subject = read(task.text, task.source.path, task.points, task.settings)
        for mode in (MODES[name] for name in task.modes):
            document = partial(subject.document, mode, task.settings)
            made: produce.Made | None = None
            if task.pdf and mode.pdf and warning is None:
                try:
                    made = produce.make(document, mode, task.settings, task.templates, task.look)
                except DeriveError as error:
                    if error.code != "missing-program":
                        raise
                    warning = error
            text = made.tex if made else produce.tex(document(Fit()), mode, task.templates)
            files[names(task.source.stem, mode, False)[0]] = text.encode()
            if made:
                files[names(task.source.stem, mode, True)[1]] = made.pdf
        return Done(task.source, files, subject.summary(), None, warning)
    except DeriveError as error:
        if error.where is None:
            error.where = Position(task.source.path)
        return Done(task.source, {}, "", error)
    except Exception as error:
        return Done(task.source, {}, "", internal(error, task.source.path))


def internal(error: BaseException, file: str | None) -> DeriveError:
    """A mistake of the program itself, as a sentence; DERIVE_DEBUG=1 shows where."""
    import traceback

    hint = "this is a mistake in derive, not in your file: please report it with the file"
    if os.environ.get("DERIVE_DEBUG"):
        hint += "\n" + "".join(traceback.format_exception(error))
    first = str(error).splitlines()[0] if str(error) else ""
    return DeriveError(
        f"derive failed: {type(error).__name__}{': ' if first else ''}{first}", code="internal",
        where=Position(file) if file else None, hint=hint,
    )


def work(tasks: Sequence[A], workers: int, act: Callable[[A], B]) -> Iterator[B]:
    """The tasks done, in the order in which they end; with one worker in this process, one after the other."""
    if workers <= 1 or len(tasks) <= 1:
        yield from map(act, tasks)
        return
    pool = ProcessPoolExecutor(min(workers, len(tasks)))
    try:
        pending: set[Future[B]] = {pool.submit(act, task) for task in tasks}
        while pending:
            done, pending = wait(pending, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
    finally:
        for process in list(getattr(pool, "_processes", {}).values()):
            if process.is_alive() and _interrupted():
                process.terminate()
        pool.shutdown(wait=True, cancel_futures=True)


def _interrupted() -> bool:
    import sys

    return isinstance(sys.exc_info()[1], (KeyboardInterrupt, GeneratorExit))


def build(
    sources: Sequence[Source],
    output: Path,
    project: Project,
    modes: Mapping[str, tuple[str, ...]] = BUILT,
    workers: int = 1,
    force: bool = False,
    fail_fast: bool = False,
    dry_run: bool = False,
    pdf: bool = True,
) -> Iterator[Outcome]:
    """Bring the output folder up to date; what happened to each file, as it happens.

    A file that fails leaves none of its products behind.  The record is saved after every file, so that an interrupted
    build goes on where it was.
    """
    from derive.pipeline.examine import read_text

    ledger = Ledger.load(output)
    common = ingredients(project, pdf)
    tasks: list[Task] = []
    wanted: dict[str, tuple[keys.Key, tuple[str, ...]]] = {}
    for source in sources:
        try:
            text = read_text(source.path)
            kind = problemfile.kind(text)
            behind = () if kind == "problem" else dependencies(text, source.path)
        except DeriveError as error:
            if not dry_run:
                _drop(ledger, source)
            yield Outcome(source, "failed", error=error)
            if fail_fast:
                return
            continue
        key = {"problem": keys.digest(source.path, text, *behind), "modes": " ".join(modes[kind]), **common}
        reasons = ("forced",) if force else ledger.stale(source.stem, key)
        if not reasons:
            yield Outcome(source, "unchanged")
        elif dry_run:
            yield Outcome(source, "stale", reasons=reasons)
        else:
            wanted[source.path] = (key, reasons)
            tasks.append(Task(source, text, modes[kind], project.settings, project.templates, pdf, look=project.look))
    if any(not MODES[name].pdf and MODES[name].suffix == "tex" for task in tasks for name in task.modes):
        write(output / "derive.sty", style(project.templates))
    for done in work(tasks, workers, run):
        key, reasons = wanted[done.source.path]
        if done.error is not None:
            _drop(ledger, done.source)
        elif done.warning is not None:
            # Without TeX the .tex is written and nothing is remembered: the next build tries again.
            ledger.forget(done.source.stem)
            ledger.record(done.source.stem, {}, done.files)
        else:
            ledger.record(done.source.stem, key, done.files)
        ledger.save()
        yield Outcome(
            done.source, "failed" if done.error else "made", done.summary, done.error, done.warning, reasons
        )
        if done.error is not None and fail_fast:
            return


def style(templates: tuple[Path, ...]) -> str:
    """derive.sty, which documents need that are put into others."""
    from derive.documents.rendering.fill import fill

    return fill("derive.sty.j2", {}, templates)


def _drop(ledger: Ledger, source: Source) -> None:
    """Nothing of a file that failed stays, wherever it came from."""
    ledger.forget(source.stem, tuple(file for mode in MODES.values() for file in names(source.stem, mode, True)))
    ledger.save()


def ingredients(project: Project, pdf: bool) -> keys.Key:
    """What all documents of a build have in common, hashed."""
    from derive.documents.rendering.fill import files
    from derive.pipeline.tex import engine as latex

    templates = files(project.templates)
    return {
        "templates": keys.digest(*(part for name, path in sorted(templates.items()) for part in (name, path.read_bytes()))),
        "options": keys.digest(repr(project.settings), str(pdf)),
        "look": keys.digest(*(part for name in sorted(project.look) for part in (name, project.look[name]))) if pdf else "none",
        "engine": keys.engine(),
        "tex": latex.version(words(project.settings.notation.language)["engine"]) if pdf else "none",
    }
