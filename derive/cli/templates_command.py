"""`derive templates`: what there is, a copy to change, a check of what was changed."""

from __future__ import annotations

from pathlib import Path

import click

from derive.cli import options
from derive.errors import DeriveError


@click.group("templates")
def command() -> None:
    """List, copy out or check the templates.

    A project's templates/ is looked in first: a file there replaces the built-in one of the same name, or extends it with
    `\\BLOCK{extends 'builtin/slides.tex.j2'}` and overrides single blocks.

    \b
    Examples:
      derive templates list
      derive templates eject slides/closing.tex.j2
      derive templates check
    """


@command.command("list")
@options.template_dir
def list_templates(template_dirs: tuple[Path, ...]) -> None:
    """Every template, and which file of it is used."""
    from derive.documents.templates import builtin_folder, files
    from derive.pipeline import project as projects

    builtin = builtin_folder()
    for name, path in sorted(files(projects.load(templates=template_dirs).templates).items()):
        click.echo(name if path.is_relative_to(builtin) else f"{name}   {path}")


@command.command("eject")
@click.argument("name")
@click.option("-f", "--force", is_flag=True, help="Replace a file that is there.")
def eject(name: str, force: bool) -> None:
    """Copy the built-in template NAME to templates/, to be changed."""
    from derive.documents.templates import API, builtin_folder
    from derive.language.words import closest
    from derive.pipeline.writing import write

    builtin = builtin_folder()
    names = {path.relative_to(builtin).as_posix() for path in builtin.rglob("*.j2")}
    wanted = next((n for n in (name, f"{name}.tex.j2", f"{name}.j2") if n in names), None)
    if wanted is None:
        guess = closest(name, names)
        raise DeriveError(f"there is no template {name}", code="template", hint=f"did you mean {guess}?" if guess else None)
    target = Path("templates") / wanted
    if target.resolve().is_relative_to(builtin.resolve()):
        raise DeriveError("this folder is the program's own: run it in your project", code="template")
    if target.exists() and not force:
        raise DeriveError(f"{target} is there already", code="file-exists", hint="--force replaces it")
    header = f"\\COMMENT{{ Copied from derive, template API {API}; `derive templates check` tries it. }}\n"
    write(target, header + (builtin / wanted).read_text(encoding="utf-8"))
    click.echo(f"{target} is written; what you do not change you may delete")


@command.command("check")
@options.template_dir
def check(template_dirs: tuple[Path, ...]) -> int:
    """Fill every kind of document with a sample; exit code 1 when a template has a mistake."""
    from derive.documents.modes import MODES
    from derive.documents.settings import Fit
    from derive.pipeline import project as projects
    from derive.pipeline.produce import tex
    from derive.pipeline.sample import FIGURES, SAMPLE
    from derive.pipeline.subject import read

    project = projects.load(templates=template_dirs)
    subject = read(SAMPLE + FIGURES, "sample.yaml")
    failed = 0
    for mode in MODES.values():
        try:
            tex(subject.document(mode, project.settings, Fit()), mode, project.templates)
        except DeriveError as error:
            options.report(error)
            failed += 1
    click.echo(f"{len(MODES) - failed} kinds of document are good, {failed} are not", err=bool(failed))
    return 1 if failed else 0
