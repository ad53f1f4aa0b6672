"""Building many problems: each once, what is unchanged not at all, in several processes, and going on when one fails."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import field
from functools import partial
from pathlib import Path

from derive.documents.page.document import Document
from derive.documents.page.modes import BUILT, MODES, Mode
from derive.documents.page.settings import Fit, Settings
from derive.documents.wording.words import words
from derive.errors import DeriveError, Position
from derive.language.problems import read as problemfile
from derive.pipeline import keys, produce
from derive.pipeline.budget import Budget, current, using
from derive.pipeline.ledger import Ledger
from derive.pipeline.look import Look, embedded
from derive.pipeline.processes import pool
from derive.pipeline.project import Project
from derive.pipeline.sources import Source
from derive.pipeline.subject import Subject, dependencies, read
from derive.pipeline.tex.needs import has_theme, theme_error
from derive.pipeline.writing import write
from derive.values import dataclass

TOGETHER = 500
"""So many files are given to processes at a time; the next ones to new processes."""


@dataclass(frozen=True)
class Task:
    """What a worker is given: a file's text and everything that its documents depend on.

    kept  the files are made and handed back; for a check nothing is made but what tells what would be refused
    """

    source: Source
    text: str
    modes: tuple[str, ...]
    settings: Settings
    templates: tuple[Path, ...]
    pdf: bool
    points: int = 3
    look: Look = field(default_factory=dict)
    budget: Budget = field(default_factory=Budget)
    kept: bool = True


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


def kinds(chosen: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """What is made of each kind of file: what was chosen, else what is usual."""
    return dict.fromkeys(BUILT, chosen) if chosen else BUILT


def tried(chosen: Mapping[str, tuple[str, ...]], kind: str, templates: tuple[Path, ...]) -> tuple[str, ...]:
    """The documents that a check fills: what is made of the kind of file, and of a problem those that the project has a template for.

    chosen     by kind of file, what is made of it
    templates  the folders of the project's own
    """
    own = (mode for mode in MODES.values() if mode.pdf and kind == "problem" and any((folder / mode.template).is_file() for folder in templates))
    return tuple(dict.fromkeys((*chosen[kind], *(mode.name for mode in own))))


def names(stem: str, mode: Mode, pdf: bool) -> tuple[str, ...]:
    """The files of a document below the output folder.

    stem  of the source: its path without the ending
    pdf   whether there is a PDF beside the LaTeX
    """
    return (f"{stem}-{mode.name}.{mode.suffix}", *((f"{stem}-{mode.name}.pdf",) if pdf and mode.pdf else ()))


def run(task: Task) -> Done:
    """Derive, check and typeset one file; errors come back as values, so that the others go on."""
    with using(task.budget):
        return _run(task)


def _run(task: Task) -> Done:
    files: dict[str, bytes] = {}
    warning: DeriveError | None = None
    try:
        subject = read(task.text, task.source.path, task.points, task.settings)
        beside = subject.beside()
        if not task.kept:
            _refuse(subject, task, beside)
        for mode in (MODES[name] for name in task.modes if task.kept):
            document = partial(subject.document, mode, task.settings)
            made: produce.Made | None = None
            if task.pdf and mode.pdf and warning is None:
                try:
                    made = produce.make(document, mode, task.settings, task.templates, {**task.look, **beside})
                except DeriveError as error:
                    if error.code != "missing-program":
                        raise
                    warning = error
            text = made.tex if made else embedded(_unfitted(document(Fit()), mode, task, beside), beside)
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


def _refuse(subject: Subject, task: Task, beside: Mapping[str, bytes]) -> None:
    """DeriveError for what could not be printed, or would be refused without TeX.

    Of the documents that stand by themselves, one on paper is composed: the others have its words and formulas.  Templates are filled where
    one, or a style, is the project's own; the built-in ones refuse nothing of an author's but in what is put into documents of somebody else's.
    """
    modes = [MODES[name] for name in task.modes]
    own = produce.own(task.templates, {**task.look, **beside})
    whole = [mode for mode in modes if mode.pdf]
    one = next((mode for mode in whole if not mode.slides and mode.reveals == "everything"), whole[-1] if whole else None)
    for mode in modes:
        if not (own or mode is one or not mode.pdf):
            continue
        document = subject.document(mode, task.settings, Fit())
        if own or not mode.pdf:
            embedded(_unfitted(document, mode, task, beside), beside)
        elif any(mode.slides for mode in modes):
            _refuse_theme(document.theme, task, beside)


def _refuse_theme(theme: str, task: Task, beside: Mapping[str, bytes]) -> None:
    """DeriveError [latex] for a theme that TeX would not find."""
    if theme and f"beamertheme{theme}.sty" not in {**task.look, **beside} and not has_theme(theme):
        raise theme_error(theme)


def _unfitted(document: Document, mode: Mode, task: Task, beside: Mapping[str, bytes]) -> str:
    """The LaTeX of a document that is not typeset."""
    _refuse_theme(document.theme if mode.slides else "", task, beside)
    if mode.pdf:
        produce.foresee(document, mode, task.templates, {**task.look, **beside})
    return produce.tex(document, mode, task.templates)


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


def lost(task: Task, error: DeriveError) -> Done:
    """What is said of a file whose process was ended."""
    error.where = Position(task.source.path)
    return Done(task.source, {}, "", error)


def build(
    sources: Sequence[Source],
    output: Path,
    project: Project,
    modes: Mapping[str, tuple[str, ...]] = BUILT,
    workers: pool.Workers | int = 1,
    force: bool = False,
    fail_fast: bool = False,
    dry_run: bool = False,
    pdf: bool = True,
) -> Iterator[Outcome]:
    """Bring the output folder up to date; what happened to each file, as it happens.

    sources    what is to be made, in order
    modes      by kind of a source (problem, lecture, set) the documents that it gets
    workers    how many processes, or those that stand ready
    force      everything is made, also what is up to date
    fail_fast  nothing more is begun after the first failure
    dry_run    nothing is made; each is told as if it had been
    pdf        False for the LaTeX alone

    A file that fails leaves none of its products behind.  What is made is recorded at once, so that an interrupted build goes on where it
    was; and so many files are held at a time that a build of many takes no more memory than one of a few.
    """
    from derive.pipeline.examine import read_text

    ledger = Ledger.load(output)
    common = ingredients(project, pdf)
    workers = workers if isinstance(workers, pool.Workers) else pool.Workers(workers)
    wanted: list[_Wanted] = []
    for source in sources:
        try:
            text = read_text(source.path)
            kind = problemfile.kind(text)
            behind = () if kind == "problem" else dependencies(text, source.path, project.settings)
        except DeriveError as error:
            if not dry_run and is_authors(error):
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
            task = Task(source, text, modes[kind], project.settings, project.templates, pdf, look=project.look, budget=current())
            wanted.append(_Wanted(task, key, reasons))
        if len(wanted) == TOGETHER and not workers.scheduler:
            if (yield from _made(wanted, ledger, workers, fail_fast)):
                return
            wanted = []
    yield from _made(wanted, ledger, workers, fail_fast)


@dataclass(frozen=True)
class _Wanted:
    """What is to be made, what it is made from, and why."""

    task: Task
    key: keys.Key
    reasons: tuple[str, ...]


def _made(wanted: Sequence[_Wanted], ledger: Ledger, workers: pool.Workers, fail_fast: bool) -> Generator[Outcome, None, bool]:
    """Make these, and record them; whether nothing more is to be begun."""
    tasks, by_path = [one.task for one in wanted], {one.task.source.path: one for one in wanted}
    if any(not MODES[name].pdf and MODES[name].suffix == "tex" for task in tasks for name in task.modes):
        write(ledger.folder / "derive.sty", produce.style(tasks[0].templates))
    for done in pool.work(tasks, workers, run, lost):
        one = by_path[done.source.path]
        failure = _recorded(ledger, done, one.key) if done.error is None else done.error
        if done.error is not None and is_authors(done.error):
            _drop(ledger, done.source)
        yield Outcome(done.source, "failed" if failure else "made", done.summary, failure, done.warning, one.reasons)
        if failure is not None and fail_fast:
            return True
    return False


OF_THE_MACHINE = frozenset(
    [
        "missing-program", "latex", "look", "tex-cell", "temporary", "write-failed", "unreadable", "killed", "internal", "untrusted-tex", "template",
        "templates-missing",
    ]
)
"""Codes of errors that no problem is to blame for, or not for certain."""


def is_authors(error: DeriveError) -> bool:
    """Whether a file failed by what stands in it: then its old products are wrong."""
    return error.code not in OF_THE_MACHINE


def _recorded(ledger: Ledger, done: Done, key: keys.Key) -> DeriveError | None:
    """Write what was made; what went wrong with that.  Without TeX the .tex is written, what there was of PDFs stays, and the next
    build tries again."""
    try:
        if done.warning is not None:
            ledger.record(done.source.stem, {}, done.files, keep=True, source=done.source.path)
        else:
            ledger.record(done.source.stem, key, done.files, source=done.source.path)
    except DeriveError as error:
        return error
    return None


def _drop(ledger: Ledger, source: Source) -> None:
    """Nothing of a file that failed stays, wherever it came from."""
    with contextlib.suppress(DeriveError, OSError):
        ledger.forget(source.stem, tuple(file for mode in MODES.values() for file in names(source.stem, mode, True)))


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
