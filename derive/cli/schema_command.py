"""`derive schema`: the JSON Schemas of problem, lecture and set files."""

from __future__ import annotations

from importlib.resources import files

import click


@click.command("schema")
@click.argument("kind", type=click.Choice(["problem", "lecture", "set"]), default="problem")
def command(kind: str) -> None:
    """Print the JSON Schema (draft-07) of problem files, of lectures or of sets.

    \b
    Example:
      derive schema > .derive-schema.json
      # yaml-language-server: $schema=../.derive-schema.json      (first line of a problem file)
    """
    click.echo(files("derive.language").joinpath(f"{kind}.schema.json").read_text(encoding="utf-8"), nl=False)
