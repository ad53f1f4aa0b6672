"""`derive clean`: remove what `derive build` wrote, and nothing else."""

from __future__ import annotations

from pathlib import Path

import click

from derive.errors import DeriveError


@click.command("clean")
@click.option(
    "-o", "--output", type=click.Path(file_okay=False, path_type=Path), default=None,
    help="The folder that was built into (build/ by default).",
)
@click.option("--stale", is_flag=True, help="Only the documents whose problem is gone: deleted, or renamed.")
def command(output: Path | None, stale: bool) -> None:
    """Remove what `derive build` wrote.

    Only files that its record names are removed (with --stale also those that a depfile of `derive render` names); anything else in the
    folder stays.
    """
    if output is None:
        output = Path("build")
        if output.is_symlink():
            raise DeriveError(f"{output} is a symbolic link: nothing is removed through it", code="outside", hint="-o names the folder that is meant")
    if stale:
        from derive.pipeline.stale import remove_stale

        for name in (gone := remove_stale(output)):
            click.echo(name)
        click.echo(f"{len(gone)} files removed, whose problems are gone" if gone else f"nothing in {output}/ is of a problem that is gone")
        return
    from derive.pipeline import idle
    from derive.pipeline.ledger import FOLDER, LOCK, NAME, Ledger
    from derive.pipeline.writing import remove

    ledger = Ledger.load(output)
    count = 0
    for name in ledger.names():
        count += len(ledger.files(name))
        ledger.forget(name)
    for name in (NAME, LOCK, idle.NAME) if not (output / FOLDER).is_symlink() else ():
        remove(output / FOLDER / name)
    for folder in sorted((p for p in output.rglob("*") if p.is_dir() and not p.is_symlink()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()
    click.echo(f"{count} files removed from {output}/")
