"""`derive variants`: a set in variants, a sheet and a solution for each student, and the key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from derive.cli import options
from derive.errors import DeriveError

if TYPE_CHECKING:
    from derive.pipeline.variants.draw import Drawn
    from derive.pipeline.variants.make import Sheet
    from derive.pipeline.variants.roster import Recipient


@click.command("variants")
@click.argument("file")
@click.option("-n", "--number", type=click.IntRange(1, 10_000), metavar="N", help="How many variants (as many as the roster has).")
@click.option("--seed", required=True, metavar="S", help="A word or number: the same seed, the same variants.")
@click.option("--roster", type=click.Path(path_type=Path), metavar="FILE.csv",
              help="The students, a row each: columns `id` and `name`; one sheet a student.")
@click.option("-o", "--output", type=click.Path(file_okay=False, path_type=Path), required=True, metavar="DIR",
              help="The folder that everything is written to.")
@click.option("--only", metavar="NAME", default="", help="Make the variant of this name alone (an id of the roster, or a number).")
@click.option("-f", "--force", is_flag=True, help="Make everything again.")
@click.option("--tex-only", is_flag=True, help="Write .tex files only; no TeX is needed.")
@options.jobs
@options.template_dir
@options.quiet
@options.allowances
def command(
    file: str, number: int | None, seed: str, roster: Path | None, output: Path, only: str, force: bool, tex_only: bool, jobs: int | None,
    template_dirs: tuple[Path, ...], quiet: bool, trust_tex: bool,
) -> int:
    """Make the set FILE in variants: sheets/, solutions/, key.csv and print.pdf (all sheets) in DIR.

    Each variant has other values of what its problems name under `variants`, drawn from the seed, the problem's name and the
    variant's name; every one is derived and checked.  Two with equal answers are drawn again.

    \b
    Examples:
      derive variants problems/sets/week3.yaml -n 30 --seed 2026 -o week3
      derive variants problems/sets/week3.yaml --seed 2026 --roster students.csv -o week3
      derive variants problems/sets/week3.yaml --seed 2026 --roster students.csv -o week3 --only 1234
    """
    from derive.cli.main import CODES
    from derive.language.markup.macros import with_commands_of
    from derive.pipeline import project as projects
    from derive.pipeline.examine import read_text
    from derive.pipeline.processes import pool
    from derive.pipeline.variants import make as making

    project = projects.load(projects.folder_of(file), template_dirs, trust_tex)
    click.get_current_context().with_resource(with_commands_of(project.settings.commands))
    sheet = making.read_sheet(read_text(file), file)
    recipients = _recipients(number, roster, project.settings.notation.language)
    chosen = next((one.name for one in recipients if only in (one.name, one.shown, one.stem)), None) if only else ""
    if chosen is None:
        raise DeriveError(f"there is no variant `{only}`", code="variants", hint=f"the first is {recipients[0].name}")
    counts = {"made": 0, "unchanged": 0, "failed": 0}
    code = 0
    warning: DeriveError | None = None
    for event in making.make(sheet, recipients, seed, output, project, pool.available(jobs), pdf=not tex_only, only=chosen, force=force):
        if not isinstance(event, making.Made):
            for line in _drawn(sheet, event, len(recipients)):
                click.echo(line, err=True)
            continue
        counts[event.state] += 1
        warning = warning or event.warning
        if event.error is not None:
            options.report(event.error)
            code = max(code, CODES.get(event.error.code, 1))
        elif not quiet and event.state == "made":
            click.echo(f"{event.recipient.shown}: ok")
    if warning is not None:
        options.report(warning)
        code = code or CODES.get(warning.code, 1)
    if not quiet or counts["failed"]:
        kept = f", {counts['unchanged']} up to date" if counts["unchanged"] else ""
        failed = f", {counts['failed']} failed" if counts["failed"] else ""
        made = f"{counts['made']} variant{'' if counts['made'] == 1 else 's'} made"
        click.echo(f"{made}{kept}{failed}: {output}/", err=bool(counts["failed"]))
    return code


def _recipients(number: int | None, roster: Path | None, language: str) -> tuple[Recipient, ...]:
    """The students of the roster, and numbered variants for who is not in it when more are asked for."""
    from derive.documents.wording.words import words
    from derive.pipeline.examine import read_text
    from derive.pipeline.variants import roster as rosters

    word = words(language)["variant"]
    if roster is None:
        if number is None:
            raise click.UsageError("how many? -n 30, or --roster FILE.csv")
        return rosters.numbered(number, word)
    students = rosters.read(read_text(str(roster)), str(roster), language)
    if number is not None and number < len(students):
        raise click.UsageError(f"-n {number} is fewer than the {len(students)} students of {roster}: leave -n out")
    return (*students, *rosters.numbered((number or 0) - len(students), word))


def _drawn(sheet: Sheet, drawn: Mapping[str, Drawn], number: int) -> Sequence[str]:
    """What is to be said of the draw: a problem that is the same for all, equal answers, variants that are easier or harder."""
    out = []
    for file, one in drawn.items():
        if not sheet.counts[file]:
            out.append(f"{file}: the same for all: it has no `variants`")
        if one.equal and sheet.counts[file]:
            out.append(f"{file}: only {number - len(one.equal)} different answers for {number} variants: shared by {_listed(one.equal)}")
        if one.unlike:
            out.append(f"{file}: not as hard as the first variant (other rules, or more than a line more or less): {_listed(one.unlike)}")
    return out


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
