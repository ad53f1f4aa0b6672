"""`derive review`: a pasted derivation checked line by line."""

from __future__ import annotations

import click


@click.command("review")
@click.argument("problem")
@click.argument("claim", required=False)
@click.option("--format", "form", type=click.Choice(["text", "json", "github"]), default="text", show_default=True,
              help="text: for people; json: for programs; github: marks in a pull request.")
@click.option("--json", "form", flag_value="json", help="The same as --format json.")
@click.option("--strict", is_flag=True, help="A line that could not be told is a failure too.")
def command(problem: str, claim: str | None, form: str, strict: bool) -> int:
    """Check a derivation, pasted as LaTeX, against PROBLEM.

    CLAIM is a file of LaTeX, or `-` for standard input; without it the problem file's own `claim`.

    \b
    Examples:
      derive review problems/ridge.yaml homework.tex
      pbpaste | derive review problems/ridge.yaml -
    """
    from derive.pipeline.review import reviewed

    name, offset, result = reviewed(problem, claim)
    from derive.reviewing import report

    if form == "json":
        click.echo(report.as_json(result))
    else:
        told = report.as_github(result, name, offset) if form == "github" else report.as_text(result, name, offset)
        if told:
            click.echo(told)
    return int(result.verdict == "wrong" or (strict and result.verdict != "right"))


