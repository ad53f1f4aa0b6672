"""Options that several commands share, and how errors and progress are printed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

import click

from derive.errors import DeriveError
from derive.pipeline.budget import MEMORY, SECONDS, Budget, using
from derive.pipeline.home import PROJECT

if TYPE_CHECKING:
    from derive.pipeline.project import Project

F = TypeVar("F", bound=Callable[..., Any])


def paths(command: F) -> F:
    """Files and folders; `problems` when there are none."""
    return click.argument("paths", nargs=-1, metavar="[PATHS]...")(command)


def points(command: F) -> F:
    return click.option(
        "--points", type=click.IntRange(1, 100), default=3, show_default=True, help="Random points at which lines are checked."
    )(command)


def jobs(command: F) -> F:
    return click.option("-j", "--jobs", type=click.IntRange(1), metavar="N", help="Worker processes (the cores by default).")(
        command
    )


def fail_fast(command: F) -> F:
    return click.option("--fail-fast", is_flag=True, help="Stop at the first failure; otherwise all are tried.")(command)


def quiet(command: F) -> F:
    return click.option("-q", "--quiet", is_flag=True, help="Print failures only.")(command)


PROGRAM = "program"
"""The object of click's context when the command line is the whole process."""

Form = Literal["auto", "make", "ninja"]


def depfile_format(command: F) -> F:
    return click.option(
        "--depfile-format", "form", type=click.Choice(["auto", "make", "ninja"]), default="auto", show_default=True,
        help="How the depfile names what is not there yet: make's $(wildcard …), or the folders; make is known by its environment.",
    )(command)


def budget(command: F) -> F:
    """`--timeout` and `--memory`, which hold while the command runs."""

    @click.option(
        "--timeout", type=click.FloatRange(0), default=SECONDS, show_default=True, metavar="SECONDS",
        help="What one problem may take; 0 is no limit.",
    )
    @click.option(
        "--memory", type=click.IntRange(0), default=MEMORY >> 20, show_default=True, metavar="MB",
        help="What one problem may use; 0 is no limit.",
    )
    @wraps(command)
    def limited(*arguments: Any, timeout: float, memory: int, **others: Any) -> Any:
        with using(Budget(timeout, memory << 20)):
            return command(*arguments, **others)

    return cast(F, limited)


def apart(command: F) -> F:
    """What the command does is done by a child, which can be ended alone; not where it is called as a function."""

    @wraps(command)
    def watched(*arguments: Any, **others: Any) -> Any:
        from derive.pipeline.processes.apart import code_of_child

        code = code_of_child() if click.get_current_context().obj == PROGRAM else None
        return command(*arguments, **others) if code is None else code

    return cast(F, watched)


def allowances(command: F) -> F:
    """The budget, and `--trust-tex`, which the command is given."""
    trusted = click.option(
        "--trust-tex", is_flag=True, help="Run the project's own TeX (macros, templates, themes) as it is, and where no cell stands.",
    )(command)
    return budget(trusted)


def template_dir(command: F) -> F:
    return click.option(
        "--template-dir", "template_dirs", multiple=True, type=click.Path(exists=True, file_okay=False, path_type=Path),
        help="A folder of templates, looked in first.",
    )(command)


MILLIMETRES = {"mm": 1.0, "cm": 10.0, "in": 25.4, "pt": 25.4 / 72.27}
NARROWEST_TEXT, WIDEST_TEXT = 50.0, 600.0
"""In millimetres, the text that displays can go into."""


def millimetres(length: str) -> float:
    """A length as TeX writes it, in millimetres.  UsageError for anything else, and for a text too narrow for formulas."""
    import re

    found = re.fullmatch(r"(\d{1,4}(?:\.\d{1,3})?)\s*(mm|cm|in|pt)", length.strip())
    if not found:
        raise click.UsageError(f"a width is a length such as 8.4cm, 240pt or 3.3in, not {length!r}")
    wide = float(found[1]) * MILLIMETRES[found[2]]
    if not NARROWEST_TEXT <= wide <= WIDEST_TEXT:
        raise click.UsageError(f"a text is between {NARROWEST_TEXT:.0f}mm and {WIDEST_TEXT:.0f}mm wide, not {length}")
    return wide


def kinds(given: tuple[str, ...]) -> tuple[str, ...]:
    """The kinds of document of `--to slides,blank --to key`, each once.  UsageError for what is none."""
    from derive.documents.page.modes import MODES
    from derive.language.words import closest

    names = [name.strip() for part in given for name in part.split(",") if name.strip()]
    for name in names:
        if name not in MODES:
            guess = closest(name, MODES)
            rest = f"; did you mean {guess!r}?" if guess else f": there are {', '.join(MODES)}"
            raise click.UsageError(f"{name!r} is not a kind of document{rest}")
    return tuple(dict.fromkeys(names))


def not_over(written: Iterable[Path | None], read: Iterable[str | Path | None], project: Project | None = None) -> None:
    """UsageError where a file that is written would take the place of one that is read, or of another that is written.

    written, read  paths, None where there is none
    project        whose own files are read too
    """
    brought: list[Path] = []
    if project is not None:
        own = (PROJECT, project.settings.macros_file, project.settings.bibliography_file, *project.look)
        brought = [folder / name for folder in (project.folder, *project.templates) for name in own if name]
    known = {os.path.realpath(path) for path in (*brought, *read) if path is not None and str(path) != "-"}
    for path in written:
        if path is not None and os.path.realpath(path) in known:
            raise click.UsageError(f"{path} is read, or written already: it would be lost")
        known |= {os.path.realpath(path)} if path is not None else set()


def note(words: str) -> None:
    """A line on standard error, about what was done; nothing where there is nothing to say."""
    if words:
        click.echo(words, err=True)


def report(error: DeriveError) -> None:
    """An error on standard error, in its own form."""
    click.echo(error.render(), err=True)
