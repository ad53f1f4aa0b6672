"""`derive templates`: what there is, a copy to change, a check of what was changed."""

from __future__ import annotations

import re
from pathlib import Path

import click

from derive.cli import options
from derive.errors import DeriveError


@click.group("templates")
def command() -> None:
    """List, copy out, explain or check the templates.

    A project's templates/ is looked in first: a file there replaces the built-in one of the same name, or extends it with
    `\\BLOCK{extends 'builtin/slides.tex.j2'}` and overrides single blocks.

    \b
    Examples:
      derive templates list
      derive templates eject slides/closing.tex.j2
      derive templates variables Row
      derive templates check
    """


@command.command("list")
@click.option("-v", "--verbose", is_flag=True, help="Say what each is, which variables it uses and which blocks it has.")
@options.template_dir
def list_templates(verbose: bool, template_dirs: tuple[Path, ...]) -> None:
    """Every template, and which file of it is used."""
    from derive.documents.rendering.fill import builtin_folder, files
    from derive.pipeline import project as projects

    builtin = builtin_folder()
    for name, path in sorted(files(projects.load(projects.folder_of(), template_dirs).templates).items()):
        click.echo(name if path.is_relative_to(builtin) else f"{name}   {path}")
        if verbose:
            source = path.read_text(encoding="utf-8")
            comment = re.search(r"\\COMMENT\{ (?!Copied from derive)(.*?) \}", source, re.DOTALL)
            blocks = re.findall(r"\\BLOCK\{block (\w+)", source)
            if comment:
                click.echo("    " + " ".join(comment[1].split()))
            if blocks:
                click.echo(f"    Blocks: {', '.join(dict.fromkeys(blocks))}.")


@command.command("eject")
@click.argument("name")
@click.option("-f", "--force", is_flag=True, help="Replace a file that is there.")
def eject(name: str, force: bool) -> None:
    """Copy the built-in template NAME to templates/, to be changed."""
    from derive.documents.rendering.fill import API, builtin_folder
    from derive.language.words import closest
    from derive.pipeline.home import inside
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
    inside(target, Path())
    if target.exists() and not force:
        raise DeriveError(f"{target} is there already", code="file-exists", hint="--force replaces it")
    header = f"\\COMMENT{{ Copied from derive, template API {API}; `derive templates check` tries it. }}\n"
    write(target, header + (builtin / wanted).read_text(encoding="utf-8"))
    click.echo(f"{target} is written; what you do not change you may delete")


@command.command("check")
@options.template_dir
@options.allowances
@options.apart
def check(template_dirs: tuple[Path, ...], trust_tex: bool) -> int:
    """Fill every kind of document with samples; exit code 1 when a template has a mistake.

    The samples are a problem with figures, one with parts, a lecture and a set.
    """
    import tempfile

    from derive.documents.page.modes import MODES
    from derive.documents.page.settings import Fit
    from derive.documents.rendering.fill import files, shown
    from derive.documents.rendering.variables import unknown
    from derive.pipeline import project as projects
    from derive.pipeline.produce import tex
    from derive.pipeline.sample import samples

    project = projects.load(projects.folder_of(), template_dirs, trust_tex)
    own = [path for path in files(project.templates).values() if any(path.is_relative_to(folder) for folder in project.templates)]
    errors: dict[str, DeriveError] = {}
    for path in own:
        try:
            error = unknown(path, shown(str(path)))
        except DeriveError as wrong:
            error = wrong
        if error is not None:
            errors[error.render()] = error
    bad: set[str] = set()
    with tempfile.TemporaryDirectory(prefix="derive-") as folder:
        for subject in samples(Path(folder)):
            for mode in MODES.values():
                try:
                    tex(subject.document(mode, project.settings, Fit()), mode, project.templates)
                except DeriveError as wrong:
                    if wrong.code == "usage":
                        continue  # a lecture is no exam
                    errors[wrong.render()] = wrong
                    bad.add(mode.name)
    for one in errors.values():
        options.report(one)
    click.echo(f"{len(own)} templates of your own; {len(MODES) - len(bad)} kinds of document are good, {len(bad)} are not", err=bool(errors))
    return 1 if errors else 0


@command.command("variables")
@click.argument("name", required=False)
def variables(name: str | None) -> None:
    """What a template sees: every value with its fields, or the one called NAME."""
    from derive.documents.rendering.variables import VARIABLES, described
    from derive.language.words import closest

    kinds = described()
    if name is None:
        for variable, text in VARIABLES.items():
            click.echo(f"{variable:14}{text}")
    wanted = list(kinds) if name is None else [kind for kind in kinds if kind.lower() == name.lower()]
    if not wanted:
        guess = closest(name or "", kinds)
        raise DeriveError(f"there is no value {name}", code="template", hint=f"did you mean {guess}?" if guess else f"there are {', '.join(kinds)}")
    for kind in wanted:
        about, fields = kinds[kind]
        click.echo(f"\n{kind}: {about}" if name is None else f"{kind}: {about}")
        for field, text in fields.items():
            click.echo(f"  {field:14}{text}")
