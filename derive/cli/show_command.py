"""`derive show`: a derivation in the terminal, as LaTeX, or as JSON."""

from __future__ import annotations

import click

from derive.cli import options


@click.command("show")
@click.argument("file")
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "latex"]), default="text", show_default=True,
    help="text: for the terminal; json: for programs; latex: one display.",
)
@click.option("--json", "form", flag_value="json", help="The same as --format json.")
@options.points
@options.allowances
@options.apart
def command(file: str, form: str, points: int, trust_tex: bool) -> None:
    """Print the derivation of FILE (`-` reads standard input).

    \b
    Examples:
      derive show problems/trace.yaml
      derive show - --format json < problem.yaml
    """
    from derive.language.problems.variants import first_of
    from derive.pipeline import project as projects
    from derive.pipeline.examine import STANDARD_INPUT, examine, problem_of, read_text

    text = read_text(file)
    settings = projects.load(projects.folder_of(file), trust=trust_tex).settings
    examined = examine(problem_of(text, STANDARD_INPUT if file == "-" else file, settings=settings), points, settings)
    options.note(first_of(examined.problem.options.variants))
    notation = examined.settings.notation
    if form == "json":
        import json

        from derive.notation.record import record

        click.echo(json.dumps(record(examined.derivation, examined.report, notation), ensure_ascii=False, indent=2))
    elif form == "latex":
        from derive.documents.page.display import display

        click.echo(display(examined.derivation, notation))
    else:
        from derive.cli.terminal import show

        show(examined)
