"""`derive review`: a pasted derivation checked line by line."""

from __future__ import annotations

from pathlib import Path

import click

from derive.cli import options


@click.command("review")
@click.argument("problem")
@click.argument("claim", required=False)
@click.option("--format", "form", type=click.Choice(["text", "json", "github"]), default="text", show_default=True,
              help="text: for people; json: for programs; github: marks in a pull request.")
@click.option("--json", "form", flag_value="json", help="The same as --format json.")
@click.option("--strict", is_flag=True, help="A line that could not be told is a failure too.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Of a folder: the report, as CSV.")
@options.jobs
@options.budget
@options.apart
def command(problem: str, claim: str | None, form: str, strict: bool, output: Path | None, jobs: int | None) -> int:
    """Check a derivation, pasted as LaTeX, against PROBLEM.

    CLAIM is a file of LaTeX, or `-` for standard input; without it the problem file's own `claim`. A folder is one of submissions.
    A LaTeX file alone is a deck: what stands behind its comments `% derive: problem.yaml` is checked. Behind an empty `% derive:`, and in a
    file without any, the symbols are inferred where the shapes of the first line `f(w) = …` leave no choice; what is assumed is printed.

    \b
    Examples:
      derive review problems/ridge.yaml homework.tex
      pbpaste | derive review problems/ridge.yaml -
      derive review problems/ridge.yaml submissions/ -j 2 -o report.csv
      derive review deck.tex --format github
    """
    if claim is not None and Path(claim).is_dir():
        return _folder(problem, claim, form, strict, output, jobs)
    if output is not None:
        raise click.UsageError("-o is the report of a folder of submissions")
    from derive.pipeline.review import reviewed, reviewed_deck
    from derive.reviewing import report

    deck = claim is None and problem.endswith(".tex")
    found = reviewed_deck(problem) if deck else [reviewed(problem, claim)]
    if form == "json":
        told = [report.record(one.result, one.assumed) for one in found]
        click.echo(report.as_json(told if deck else told[0]))
    else:
        for one in found:
            about = (one.result, one.name, one.offset, one.assumed)
            text = report.as_github(*about) if form == "github" else report.as_text(*about, one_of_many=len(found) > 1)
            if text:
                click.echo(text)
    verdicts = {one.result.verdict for one in found}
    nothing = any(not one.result.findings for one in found)
    return int("wrong" in verdicts or nothing or (strict and verdicts != {"right"}))


def _folder(problem: str, folder: str, form: str, strict: bool, output: Path | None, jobs: int | None) -> int:
    from derive.pipeline.processes.pool import available
    from derive.pipeline.review import SUBMISSIONS, as_csv, reviewed_folder, summary
    from derive.pipeline.writing import write

    options.not_over((output,), (problem, *(path for path in Path(folder).rglob("*") if path.suffix in SUBMISSIONS)))
    rows = reviewed_folder(problem, folder, available(jobs))
    table = as_csv(rows)
    if output is not None:
        write(output, table)
        click.echo(summary(rows))
    elif form == "json":
        import json
        from dataclasses import asdict

        click.echo(json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=2))
    else:
        click.echo(table, nl=False)
        click.echo(summary(rows), err=True)
    verdicts = {row.verdict for row in rows}
    return int(bool(verdicts & {"wrong", "unreadable"}) or (strict and verdicts != {"right"}))
