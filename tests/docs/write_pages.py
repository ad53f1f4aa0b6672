"""`python -m tests.docs.write_pages`: what docs/ takes from the program, written anew: the functions of the language and the commands."""

from __future__ import annotations

import os
from pathlib import Path

import click
from click.testing import CliRunner

from derive.cli.main import COMMANDS, group

DOCS = Path(__file__).resolve().parents[2] / "docs"
MARKS = ("<!-- functions -->\n", "<!-- end -->")


def functions() -> str:
    """The table of the language page."""
    return CliRunner().invoke(group, ["functions", "--format", "markdown"]).output.strip() + "\n"


def commands() -> str:
    """The page of the commands: what each says of itself."""
    os.environ["COLUMNS"] = "110"
    out = ["# Commands", "What each command says with `--help`; this page is written by `python -m tests.docs.write_pages`."]
    context = click.Context(group)
    for name in COMMANDS:
        command = group.get_command(context, name)
        assert command is not None
        out.append(f"## derive {name}\n\n```text\n{_help(command, name)}\n```")
        if isinstance(command, click.Group):
            out += [f"```text\n{_help(inner, f'{name} {word}')}\n```" for word, inner in command.commands.items()]
    return "\n\n".join(out) + "\n"


def _help(command: click.Command, name: str) -> str:
    above = click.Context(group, info_name="derive", help_option_names=["-h", "--help"])
    context = click.Context(command, above, info_name=name, terminal_width=110, max_content_width=110)
    return "\n".join(line.rstrip() for line in command.get_help(context).splitlines())


def main() -> None:
    """Both pages."""
    page = DOCS / "language.md"
    before, rest = page.read_text(encoding="utf-8").split(MARKS[0], 1)
    page.write_text(before + MARKS[0] + functions() + MARKS[1] + rest.split(MARKS[1], 1)[1], encoding="utf-8")
    (DOCS / "commands.md").write_text(commands(), encoding="utf-8")


if __name__ == "__main__":
    main()
