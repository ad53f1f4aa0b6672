"""`derive render`: one document of one file."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from derive.cli import options
from derive.cli.options import Form
from derive.documents.page.modes import MODES

if TYPE_CHECKING:
    from derive.documents.page.modes import Mode
    from derive.pipeline.project import Project


MARKED = "marked"
"""A pasted derivation with marks, our solution after it: no kind of document that `derive build` makes."""


@click.command("render")
@click.argument("file")
@click.option("--to", "mode_name", type=click.Choice([*MODES, MARKED]), required=True, help="The kind of document.")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path),
    help="X.tex or X.pdf; the LaTeX goes to standard output without it.",
)
@click.option("--claim", metavar="FILE", help="Of marked: the pasted derivation; without it the problem's own `claim`.")
@click.option("--no-overlays", is_flag=True, help="Slides without clicks: one page a frame.")
@click.option("--width", metavar="LENGTH", help="How wide the text is that displays go into: 8.4cm, 240pt, 3.3in.")
@click.option("--size", type=click.Choice(["10pt", "11pt", "12pt"]), help="The size of its type.")
@click.option("--hints", is_flag=True, help="With the hints: of a sheet or a web page.")
@click.option(
    "--depfile", type=click.Path(dir_okay=False, path_type=Path), help="Write what OUTPUT depends on there, for make and ninja.",
)
@options.depfile_format
@options.template_dir
@options.points
@options.allowances
@options.apart
def command(
    file: str, mode_name: str, output: Path | None, claim: str | None,
    no_overlays: bool, width: str | None, size: str | None, hints: bool, depfile: Path | None,
    form: Form,
    template_dirs: tuple[Path, ...], points: int, trust_tex: bool,
) -> None:
    """Make one document of FILE (`-` reads standard input).

    \b
    Examples:
      derive render problems/trace.yaml --to slides -o trace.pdf
      derive render problems/trace.yaml --to solutions -o trace.tex
      derive render problems/trace.yaml --to fragment --width 8.4cm -o trace.tex
      derive render problems/ridge.yaml --to marked --claim homework.tex -o marked.pdf
    """
    from dataclasses import replace

    from derive.pipeline import project as projects
    from derive.pipeline.render import render, with_package
    from derive.pipeline.writing import write

    project = projects.load(projects.folder_of(file), template_dirs, trust_tex)
    options.not_over((output, depfile), (file, claim), project)
    settings = replace(project.settings, overlays=project.settings.overlays and not no_overlays, hints=project.settings.hints or hints)
    if claim is not None and mode_name != MARKED:
        raise click.UsageError(f"--claim is of --to {MARKED}")
    if mode_name == MARKED:
        _marked(file, claim, replace(project, settings=settings), output, points)
        return
    mode = MODES[mode_name]
    allowed = [f".{mode.suffix}", *([".pdf"] if mode.pdf else [])]
    if output is not None and output.suffix not in allowed:
        raise click.UsageError(f"-o names a {' or a '.join(allowed)} file for {mode_name}, not {output.name}")
    _refused(mode, output, depfile, file, hints, bool(width or size))
    if width or size:
        wide = options.millimetres(width) if width else 120.0
        settings = replace(settings, width=wide, size=int((size or "10pt").removesuffix("pt")))
    pdf = output is not None and output.suffix == ".pdf"
    content = render(file, mode, replace(project, settings=settings), pdf, points, options.note, hints, output is not None)
    if output is None:
        sys.stdout.buffer.write(content)
        return
    if output.suffix == ".tex":
        content = with_package(content.decode()).encode()
        _style_beside(output, project, content)
    write(output, content)
    if depfile is not None:
        _depfile(file, project, output, depfile, form)
    # Whoever asked for it compares times: it is as new as what it was made from, also where it did not change.
    os.utime(output)


def _refused(mode: Mode, output: Path | None, depfile: Path | None, file: str, hints: bool, sized: bool) -> None:
    """UsageError for options that say nothing of this kind of document."""
    if depfile is not None and (output is None or file == "-"):
        raise click.UsageError("--depfile needs a FILE and -o: it says what the one is made from")
    if hints and mode.reveals != "nothing" and mode.suffix != "html":
        printing = [one.name for one in MODES.values() if one.reveals == "nothing" or one.suffix == "html"]
        raise click.UsageError(f"{mode.name} prints no hints, which {' and '.join(printing)} do")
    if sized and (mode.pdf or mode.suffix != "tex"):
        foreign = [one.name for one in MODES.values() if not one.pdf and one.suffix == "tex"]
        raise click.UsageError(f"--width and --size are of {', '.join(foreign)}, which go into documents of your own")


def _marked(file: str, claim: str | None, project: Project, output: Path | None, points: int) -> None:
    from derive.pipeline.render import marked, with_package
    from derive.pipeline.writing import write

    if output is not None and output.suffix not in (".tex", ".pdf"):
        raise click.UsageError(f"-o names a .tex or a .pdf file for {MARKED}, not {output.name}")
    content = marked(file, claim, project, output is not None and output.suffix == ".pdf", points, options.note)
    if output is None:
        sys.stdout.buffer.write(content)
        return
    if output.suffix == ".tex":
        content = with_package(content.decode()).encode()
        _style_beside(output, project, content)
    write(output, content)


def _style_beside(output: Path, project: Project, content: bytes) -> None:
    """`derive.sty` beside LaTeX that needs it, and how a fragment loads it; nothing beside a document that holds its macros itself."""
    from derive.documents.rendering.fill import fill
    from derive.pipeline.writing import write

    whole = b"\\documentclass" in content
    if whole and b"{derive}" not in content:
        return
    style = output.parent / "derive.sty"
    if write(style, fill("derive.sty.j2", {}, project.templates)):
        option = "[figures]" if b"{tikzpicture}" in content else ""
        click.echo(f"{style} is written beside it" + ("" if whole else f": \\usepackage{option}{{derive}}"), err=True)


def _depfile(file: str, project: Project, output: Path, depfile: Path, form: Form) -> None:
    """What the document was made from, for make or ninja."""
    from derive.pipeline import depfile as depfiles
    from derive.pipeline.examine import read_text
    from derive.pipeline.writing import write

    reads = depfiles.of_document(file, read_text(file), project)
    tool = depfiles.tool() if form == "auto" else form
    folders = reads.folders(project.folder, (output, depfile)) if tool == "ninja" else ()
    write(depfile, depfiles.depfile(str(output), reads, folders, tool))
