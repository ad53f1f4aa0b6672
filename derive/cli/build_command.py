"""`derive build`: every document up to date."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from derive.cli import options
from derive.cli.options import Form
from derive.errors import DeriveError

if TYPE_CHECKING:
    from derive.pipeline.build import Outcome
    from derive.pipeline.project import Project
    from derive.pipeline.sources import Source


@click.command("build")
@options.paths
@click.option(
    "-o", "--output", type=click.Path(file_okay=False, path_type=Path), default=None,
    help="The folder that everything is written to (build/ by default).",
)
@click.option("--to", "kinds", multiple=True, metavar="KINDS", help="Which kinds of document, with commas between: slides,blank,handout.")
@options.jobs
@options.fail_fast
@click.option("-f", "--force", is_flag=True, help="Make everything again.")
@click.option("-n", "--dry-run", is_flag=True, help="Say what would be made; make nothing.")
@click.option("--explain", is_flag=True, help="Say why each document is made.")
@click.option("--tex-only", is_flag=True, help="Write the .tex files only; no TeX is needed.")
@click.option("--scheduler", metavar="ADDRESS", default="", help="Of a Dask cluster that does the work: tcp://host:8786 (needs derive[cluster]).")
@click.option("--stamp", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write FILE when all is up to date, with the names of the documents: a target for make and ninja.")
@click.option("--depfile", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write what the stamp depends on there.")
@options.depfile_format
@options.template_dir
@options.quiet
@options.allowances
def command(
    paths: tuple[str, ...], output: Path | None, kinds: tuple[str, ...], jobs: int | None, fail_fast: bool, force: bool, dry_run: bool, explain: bool,
    tex_only: bool, scheduler: str, stamp: Path | None, depfile: Path | None, form: Form,
    template_dirs: tuple[Path, ...], quiet: bool, trust_tex: bool,
) -> int:
    """Derive, check and typeset everything in PATHS (problems/ by default).

    What a document is made from (problem, templates, options, the program, TeX) is recorded in OUTPUT/.derive; what is
    unchanged is not made again.

    \b
    Examples:
      derive build
      derive build problems/week3 -o out -j 4
      derive build -n --explain
      derive build --to slides,blank,handout
    """
    from derive.pipeline import idle
    from derive.pipeline.processes.jobserver import only_told

    if depfile is not None and stamp is None:
        raise click.UsageError("--depfile needs --stamp FILE: it says what that depends on")
    started = time.monotonic()
    dry_run = dry_run or only_told()
    asked = idle.key_of(paths, output, kinds, tex_only, template_dirs, trust_tex)
    usual = not (force or dry_run or explain or stamp or scheduler)
    if usual and _is_idle(output or Path("build"), asked, quiet):
        return 0
    from derive.pipeline import build as building
    from derive.pipeline import project as projects
    from derive.pipeline.processes import pool
    from derive.pipeline.sources import find

    here = projects.folder_of()
    sources = find(paths, here)
    project = projects.load(projects.folder_of(next(iter(paths), None)), template_dirs, trust_tex)
    for path in paths:
        if projects.folder_of(path) != project.folder:
            raise click.UsageError(f"{path} and {paths[0]} are of different projects: build each by itself")
    if output is None:
        output = Path("build") if paths else here / "build"
        if output.is_symlink():
            raise DeriveError(f"{output} is a symbolic link: nothing is written through it", code="outside", hint="-o names the folder that is meant")
    options.not_over((stamp, depfile), map(attrgetter("path"), sources), project)
    counts = {"made": 0, "unchanged": 0, "failed": 0, "stale": 0}
    outcomes = building.build(
        sources, output, project, building.kinds(options.kinds(kinds) or project.settings.kinds),
        workers=pool.available(jobs, scheduler), force=force, fail_fast=fail_fast, dry_run=dry_run,
        pdf=not tex_only,
    )
    code, warning = _told(outcomes, counts, quiet, explain, dry_run)
    if stamp is not None and not (code or warning or dry_run):
        _write_stamp(stamp, depfile, form, paths, sources, output, project)
    if warning is not None:
        options.report(warning)
        code = code or _code(warning.code)
    if usual:
        idle.ended(output, asked, sources, paths, project, good=not code)
    if not quiet or counts["failed"]:
        click.echo(_closing(counts, output, time.monotonic() - started, dry_run), err=bool(counts["failed"]))
    return code


def _told(
    outcomes: Iterable[Outcome], counts: dict[str, int], quiet: bool, explain: bool, dry_run: bool
) -> tuple[int, DeriveError | None]:
    """What happened to each file, said and counted: the exit code so far, and the first warning."""
    code, warning = 0, None
    for outcome in outcomes:
        counts[outcome.state] += 1
        if outcome.error is not None:
            options.report(outcome.error)
            code = max(code, _code(outcome.error.code))
        elif not quiet and outcome.state != "unchanged":
            why = f"   [{', '.join(outcome.reasons)}]" if explain or dry_run else ""
            verb = "would be made" if outcome.state == "stale" else f"ok   {outcome.summary}"
            click.echo(f"{outcome.source.path}: {verb}{why}")
        elif explain:
            click.echo(f"{outcome.source.path}: unchanged")
        warning = warning or outcome.warning
    return code, warning


def _is_idle(output: Path, asked: str, quiet: bool) -> bool:
    """Whether there is nothing to do, which is said."""
    from derive.pipeline import idle

    count = None if output.is_symlink() else idle.up_to_date(output, asked)
    if count is not None and not quiet:
        click.echo(_closing({"made": 0, "unchanged": count, "failed": 0, "stale": 0}, output, 0.0, False))
    return count is not None


def _write_stamp(
    stamp: Path, depfile: Path | None, form: Form, paths: Sequence[str], sources: Sequence[Source], output: Path, project: Project,
) -> None:
    """The stamp, as new as anything, and before it what it depends on."""
    import os

    from derive.pipeline import depfile as depfiles
    from derive.pipeline.ledger import Ledger
    from derive.pipeline.sources import DEFAULT
    from derive.pipeline.writing import write

    if depfile is not None:
        tool = depfiles.tool() if form == "auto" else form
        reads = depfiles.of_build(sources, project)
        given = [Path(path) for path in paths or (project.folder / DEFAULT,) if Path(path).is_dir()]
        below = [folder.as_posix() for path in given for folder in (path, *path.rglob("*")) if folder.is_dir()]
        folders = reads.folders(project.folder, (stamp, depfile)) if tool == "ninja" else ()
        write(depfile, depfiles.depfile(str(stamp), reads, (*below, *folders), tool))
    ledger = Ledger.load(output)
    files = sorted((output / file).as_posix() for source in sources for file in ledger.files(source.stem))
    write(stamp, "".join(f"{file}\n" for file in files))
    os.utime(stamp)


def _code(name: str) -> int:
    from derive.cli.main import CODES

    return CODES.get(name, 1)


def _closing(counts: dict[str, int], output: Path, seconds: float, dry_run: bool) -> str:
    if dry_run:
        return f"{counts['stale']} would be made, {counts['unchanged']} are up to date"
    if not counts["made"] and not counts["failed"]:
        return f"nothing to do: the documents of {counts['unchanged']} files in {output}/ are up to date"
    kept = f", {counts['unchanged']} up to date" if counts["unchanged"] else ""
    failed = f", {counts['failed']} failed" if counts["failed"] else ""
    return f"{counts['made']} made{kept}{failed}: {output}/   {seconds:.1f} s"
