"""`derive rules`: the rule catalogue, in the terminal, for programs, or as a document."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from derive.cli import options

if TYPE_CHECKING:
    from derive.calculus.catalogue.catalogue import Entry
    from derive.checking.report import Report
    from derive.derivation.derivation import Derivation
    from derive.pipeline.rulebook import Checked

NARROWEST = 60


@click.command("rules")
@click.argument("name", required=False)
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "latex"]), default="text", show_default=True,
    help="text: for the terminal; json: for programs; latex: displays.",
)
@click.option("--json", "form", flag_value="json", help="The same as --format json.")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path),
    help="The whole catalogue (or the one rule) as X.pdf or X.tex.",
)
@click.option(
    "--used-in", type=click.Path(exists=True, path_type=Path), metavar="PATH",
    help="List the problems of PATH whose derivations use the rule NAME.",
)
@options.template_dir
@options.points
def command(
    name: str | None, form: str, output: Path | None, used_in: Path | None, template_dirs: tuple[Path, ...], points: int
) -> None:
    """List the rules, or show the rule NAME: statement, conditions, proofs, an example, a source.  The first part of several
    names lists these.

    \b
    Examples:
      derive rules                         every rule with its statement
      derive rules det                     one, with three proofs
      derive rules qr                      those of QR
      derive rules cyclic --used-in problems
      derive rules -o catalogue.pdf        the catalogue, to hand out
    """
    from derive.calculus.catalogue import catalogue

    found = catalogue.family(name) if name is not None else catalogue.entries()
    if used_in is not None:
        if name is None:
            raise click.UsageError("--used-in lists where one rule is used: say which")
        _print_uses(name, used_in)
    elif output is not None:
        if output.suffix not in (".tex", ".pdf"):
            raise click.UsageError(f"-o names a .tex or a .pdf file, not {output.name}")
        _write(found, output, template_dirs, points)
    elif name is not None and len(found) == 1:
        from derive.pipeline.rulebook import checked

        _print_one(checked(found[0], points), form)
    elif form == "json":
        _print_json([_summary(e) for e in found])
    elif form == "latex":
        click.echo("\n".join(_listed_latex(e) for e in found))
    else:
        for line in _table(found, _width()):
            click.echo(line)


def _width() -> int:
    return max(shutil.get_terminal_size((100, 24)).columns, NARROWEST)


def _write(found: tuple[Entry, ...], output: Path, template_dirs: tuple[Path, ...], points: int) -> None:
    from derive.pipeline import project, rulebook
    from derive.pipeline.writing import write

    own = project.load(project.folder_of(), template_dirs)
    folders, notation = own.templates, own.settings.notation
    done = [rulebook.checked(e, points) for e in found]
    write(output, rulebook.pdf(done, folders, notation) if output.suffix == ".pdf" else rulebook.tex(done, folders, notation).encode())


def _print_uses(name: str, path: Path) -> None:
    from derive.pipeline.rulebook import used_in

    files = sorted(path.rglob("*.yaml")) if path.is_dir() else [path]
    uses = used_in(name, files)
    for file, count in uses:
        click.echo(f"{file}: {count} line{'s' if count > 1 else ''}")
    if not uses:
        click.echo(f"no derivation of {path} uses {name}", err=True)
        raise click.exceptions.Exit(1)


def _print_json(value: Any) -> None:
    import json

    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


# ------------------------------------------------------------------------------------------------ the list
def statement(e: Entry) -> str:
    """The statement on one line of text."""
    from derive.notation.text import text

    return "; ".join(f"{text.pretty(left)} = {text.pretty(right)}" for left, right in e.statement) or text.why(e.said)


def _table(found: tuple[Entry, ...], width: int) -> Iterator[str]:
    from derive.calculus.catalogue.catalogue import TABLES
    from derive.cli.terminal import wrapped

    names = max(len(e.name) for e in found)
    for table, (title, use) in TABLES.items():
        rows = [e for e in found if e.table == table]
        if not rows:
            continue
        yield click.style(title, bold=True, fg="blue") + click.style(f"  {use}", dim=True)
        for e in rows:
            said = statement(e) + ("   (SymPy)" if e.sympy and table != "entrywise" else "")
            for k, part in enumerate(wrapped(said, width - names - 4, " = ", " + ", " − ", ", ", "; ", " ")):
                yield f"  {click.style(e.name.ljust(names), bold=True) if k == 0 else ' ' * (names + 2)}  {part}"
        yield ""


def _summary(e: Entry) -> dict[str, Any]:
    from derive.notation.latex.latex import latex
    from derive.notation.text import text

    return {
        "name": e.name,
        "table": e.table,
        "statement": [
            {"latex": f"{latex(left)} = {latex(right)}", "text": f"{text.pretty(left)} = {text.pretty(right)}"}
            for left, right in e.statement
        ],
        "said": text.why(e.said),
        "words": e.words,
        "why": text.why(e.reason),
        "conditions": [text.why(c) for c in e.conditions],
        "source": e.source,
        "sympy": e.sympy,
    }


def _listed_latex(e: Entry) -> str:
    from derive.documents.wording.reasons import reason
    from derive.notation.latex.latex import latex
    from derive.notation.settings import DEFAULT

    said = r" \\ ".join(f"{latex(left)} &= {latex(right)}" for left, right in e.statement)
    body = f"\\begin{{align*}}{said}\\end{{align*}}" if said else str(reason(e.said, DEFAULT))
    return f"% {e.name}\n{body}"


# ------------------------------------------------------------------------------------------------ one rule
def _print_one(page: Checked, form: str) -> None:
    if form == "json":
        _print_json(_record(page))
    elif form == "latex":
        from derive.documents.page.display import display

        click.echo("\n".join((_listed_latex(page.entry), *(display(p) for p in page.entry.proofs))))
    else:
        for line in _page(page, _width()):
            click.echo(line)


def _record(page: Checked) -> dict[str, Any]:
    from derive.notation.record import record
    from derive.notation.text import text

    e = page.entry
    proofs = [
        {"title": proof.chains[0].title, "lines": _lines(proof), "remarks": [text.why(r) for r in proof.remarks],
         "verification": _verified(report)}
        for proof, report in zip(e.proofs, page.proofs, strict=True)
    ]
    example = record(e.example, page.example) if e.example is not None and page.example is not None else None
    return {**_summary(e), "remarks": [e.note] if e.note else [], "proofs": proofs, "example": example}


def _lines(proof: Derivation) -> list[dict[str, Any]]:
    from derive.notation.latex.latex import latex
    from derive.notation.latex.lines import line_left, relation
    from derive.notation.text import text

    return [
        {
            "latex": " ".join(filter(None, (line_left(line), str(relation("=" if line.equation else line.relation)), latex(line.expr)))),
            "text": text.line(line),
            "rule": line.rule,
            "why": text.why(line.why),
            "quantity": line.quantity,
        }
        for line in proof.chains[0].lines
    ]


def _verified(report: Report) -> dict[str, Any]:
    return {"passed": report.passed, "points": report.points, "max_relative_error": report.max_relative_error}


def _page(page: Checked, width: int) -> Iterator[str]:
    from derive.calculus.catalogue.catalogue import TABLES
    from derive.cli.terminal import rows, wrapped
    from derive.derivation.reason import says_not
    from derive.documents.catalogue import where_of
    from derive.notation.text import text

    e = page.entry
    yield click.style(e.name, bold=True) + click.style(f"   {TABLES[e.table][0]}", dim=True)
    yield ""
    for left, right in e.statement:
        for part in wrapped(f"{text.pretty(left)} = {text.pretty(right)}", width - 4, " = ", " + ", " − "):
            yield "  " + click.style(part, bold=True, fg="green")
    if e.said:
        yield "  " + click.style(text.why(e.said), bold=True, fg="green")
    for condition in e.conditions:
        yield f"  {'' if says_not(condition) else 'where '}{text.why(condition)}"
    yield ""
    for said in (text.why(e.reason), e.note, "This step is SymPy's." if e.sympy else ""):
        if said:
            yield from (f"  {part}" for part in wrapped(said, width - 2, " "))
    for proof, report in zip(e.proofs, page.proofs, strict=True):
        title = proof.chains[0].title
        yield ""
        yield click.style("Proof" if title == "Proof" else f"Proof: {title}", bold=True, fg="blue")
        yield from rows(proof.chains[0], width)
        yield from (f"      {part}" for r in (*where_of(proof), *proof.remarks) for part in wrapped(text.why(r), width - 6, " "))
        yield _checked(report)
    if e.example is not None and page.example is not None:
        yield ""
        yield click.style("Example", bold=True, fg="blue")
        for chain in e.example.chains:
            yield from rows(chain, width)
        yield _checked(page.example)
    yield ""
    yield from (click.style(part, dim=True) for part in wrapped(f"Source: {e.source}", width, " "))


def _checked(report: Report) -> str:
    error = report.max_relative_error
    return click.style(f"      checked at {report.points} random points, largest relative error {error:.0e}", dim=True)
