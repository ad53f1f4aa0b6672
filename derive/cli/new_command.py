"""`derive new`: a first problem file."""

from __future__ import annotations

import re

import click

from derive.errors import DeriveError


@click.command("new")
@click.argument("name")
def command(name: str) -> None:
    """Write problems/NAME.yaml, a problem to change into your own.

    \b
    Example:
      derive new trace
    """
    if not re.fullmatch(r"[A-Za-z0-9][\w.-]*", name):
        raise click.UsageError(f"a name is letters, digits, - and _: not {name!r}")
    from derive.pipeline.home import inside
    from derive.pipeline.project import PROBLEMS, folder_of

    path = folder_of() / PROBLEMS / f"{name.removesuffix('.yaml')}.yaml"
    inside(path, folder_of())
    if path.exists():
        raise DeriveError(f"{path} is there already", code="file-exists")
    from derive.pipeline.sample import SAMPLE
    from derive.pipeline.writing import write

    write(path, SAMPLE)
    click.echo(f"{path} is written; now: derive show {path}")
