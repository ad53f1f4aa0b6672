"""`derive functions`: the functions of the language, from the table."""

from __future__ import annotations

import click

from derive.errors import DeriveError, Position


@click.command("functions")
@click.argument("name", default="")
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True,
              help="text: for the terminal; json: for programs; markdown: the table of the language page.")
def command(name: str, form: str) -> None:
    """List the functions of the language, or say what NAME is: its arguments, where it has a derivative, its source.

    \b
    Examples:
      derive functions                     all of them
      derive functions softmax
      derive functions --format markdown   as a table
    """
    import json

    from derive.expressions.functions import FUNCTIONS
    from derive.language.words import closest

    if name and name not in FUNCTIONS:
        guess = closest(name, FUNCTIONS)
        raise DeriveError(
            f"{name} is not a function of the language", code="unknown-function", where=Position("NAME"),
            hint=f"did you mean {guess}?" if guess else "`derive functions` lists them",
        )
    rows = [FUNCTIONS[name]] if name else list(FUNCTIONS.values())
    match form:
        case "json":
            fields = ({"name": f.name, "written": f.written, "signature": f.signature, "about": f.about, "source": f.source} for f in rows)
            click.echo(json.dumps(list(fields), ensure_ascii=False, indent=1))
        case "markdown":
            click.echo("| written | meaning | of |\n| --- | --- | --- |")
            for f in rows:
                click.echo(f"| `{f.written}` | {_cell(f.about)} | {_cell(f.signature.replace(' -> ', ' → '))} |")
        case _:
            wide = max(len(f.written) for f in rows)
            for f in rows:
                click.echo(f"{f.written:<{wide}}  {f.about}")
            if name:
                click.echo(f"\n{rows[0].signature.replace(' -> ', ' → ')}\n`derive rules {name}` shows its derivative.")


def _cell(words: str) -> str:
    """Words in a cell of a Markdown table, where a bar would end it."""
    return words.replace("|", "\\|")
