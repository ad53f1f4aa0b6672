"""`derive check`: derive and verify, without TeX."""

from __future__ import annotations

import click

from derive.cli import options


@click.command("check")
@options.paths
@options.jobs
@options.points
@options.fail_fast
@options.quiet
@options.allowances
def command(paths: tuple[str, ...], jobs: int | None, points: int, fail_fast: bool, quiet: bool, trust_tex: bool) -> int:
    """Derive and verify every problem of PATHS (problems/ by default; `-` reads standard input).

    \b
    Examples:
      derive check
      derive check problems/week3 --fail-fast
    """
    from derive.errors import DeriveError
    from derive.language.problems import read as problemfile
    from derive.pipeline import build as building
    from derive.pipeline import project as projects
    from derive.pipeline.budget import current
    from derive.pipeline.examine import STANDARD_INPUT, read_text
    from derive.pipeline.processes import pool
    from derive.pipeline.sources import Source, find

    if "-" in paths:
        sources: tuple[Source, ...] = (Source(STANDARD_INPUT, "stdin"),)
    else:
        sources = find(paths, projects.folder_of())
    project = projects.load(projects.folder_of(next(iter(paths), None)), trust=trust_tex)
    kinds = building.kinds(project.settings.kinds)
    tasks, good, failed = [], 0, 0
    for source in sources:
        try:
            text = read_text("-" if source.path == STANDARD_INPUT else source.path)
        except DeriveError as error:
            options.report(error)
            failed += 1
            if fail_fast:
                break
            continue
        # A document is composed too: whatever would be refused without TeX is refused here.
        modes = building.tried(kinds, problemfile.kind(text), project.templates)
        tasks.append(building.Task(source, text, modes, project.settings, project.templates, False, points, project.look, current(), kept=False))
    if failed and fail_fast:
        return 1
    for done in pool.work(tasks, pool.available(jobs), building.run, building.lost):
        if done.error is not None:
            failed += 1
            options.report(done.error)
            if fail_fast:
                break
        else:
            good += 1
            if not quiet:
                click.echo(f"{done.source.path}: ok   {done.summary}")
    if not quiet or failed:
        click.echo(f"{good} ok, {failed} failed", err=bool(failed))
    return 1 if failed else 0
