"""`derive schema`: the JSON Schema of problem files."""

from __future__ import annotations

from importlib.resources import files

import click


@click.command("schema")
def command() -> None:
    """Print the JSON Schema (draft-07) of problem files.

    \b
    Example:
      derive schema > .derive-schema.json
      # yaml-language-server: $schema=../.derive-schema.json      (first line of a problem file)
    """
    click.echo(files("derive.language").joinpath("problem.schema.json").read_text(encoding="utf-8"), nl=False)
