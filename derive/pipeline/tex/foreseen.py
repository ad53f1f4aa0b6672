"""What TeX would refuse in a project's own templates and styles, and can be told without running it."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from derive.errors import DeriveError, Position
from derive.language.files import read_text
from derive.pipeline.look import IMAGES, STYLES
from derive.pipeline.tex import needs

_TAG = re.compile(r"\\(?:VAR|BLOCK|COMMENT)\{.*?\}", re.DOTALL)
_COMMENT = re.compile(r"(?<!\\)%.*")
_TRICK = re.compile(r"`\\?[{}]|\\iffalse|\\verb|\\catcode")
"""Where these stand, braces need not come in pairs."""
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_LOADED = re.compile(r"\\(?P<command>usepackage|RequirePackage|input|includegraphics\*?)(?:\[[^\]]*\])?\{(?P<names>[\w./+, -]+)\}")
_SUFFIXES = {"usepackage": (".sty",), "RequirePackage": (".sty",), "input": (".tex",), "includegraphics": IMAGES}


def refuse(text: str, folders: tuple[Path, ...], beside: Mapping[str, bytes]) -> None:
    """DeriveError [latex] at the line of a brace without a partner, or of a file that TeX does not find, where there is a TeX to ask.

    text     of a document that was made with them
    folders  of the project's own templates
    beside   its styles and images, by name
    """
    for path, number, line in unpaired(text, folders, beside):
        raise DeriveError("a brace has no partner here", code="latex", where=Position(path, number), source=line)
    for path, content in _own(folders, beside):
        for number, line in enumerate(content.splitlines(), 1):
            for found in _LOADED.finditer(line):
                suffixes = _SUFFIXES[found["command"].rstrip("*")]
                for name in (name.strip() for name in found["names"].split(",")):
                    several = tuple({name: None, **{f"{name}{suffix}": None for suffix in suffixes}})
                    if not any(one in beside for one in several) and not needs.finds_any(several):
                        raise DeriveError(
                            f"there is no file {name if Path(name).suffix else several[-1] if len(several) == 2 else name}", code="latex",
                            where=Position(path, number), source=line, hint="put it beside derive.toml or into templates/",
                        )


def unpaired(text: str, folders: tuple[Path, ...], beside: Mapping[str, bytes]) -> Iterator[tuple[str, int, str]]:
    """File, line, and what stands in it, of the first brace without a partner in each style, and in each template where the document has
    such a brace too: what one template opens, another may close."""
    document = _first_unpaired(_COMMENT.sub("", text)) if folders else None
    for path, content in _own(folders, beside):
        if path.endswith(STYLES) or document is not None:
            number = _first_unpaired(content)
            if number is not None and not _TRICK.search(content):
                yield path, number, content.splitlines()[number - 1]


def _own(folders: tuple[Path, ...], beside: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Name and text of the project's styles and templates, line by line as they stand there, without comments and what is Jinja's."""
    for name, text in own_texts(folders, beside):
        plain = text if name.endswith(STYLES) else _TAG.sub(lambda found: "\n" * found[0].count("\n"), text)
        yield name, _COMMENT.sub("", plain)


def own_texts(folders: tuple[Path, ...], beside: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Name and text of the project's styles, and of its templates of TeX that can be read.

    folders  of the templates
    beside   styles and images, by name
    """
    from derive.documents.rendering.sandbox import own_files  # with Jinja: a tenth of a second

    for name, content in sorted(beside.items()):
        if name.endswith(STYLES):
            yield name, content.decode("utf-8", "replace")
    for folder in folders:
        with contextlib.suppress(DeriveError):
            for path in own_files(folder):
                if path.name.endswith(".tex.j2"):
                    yield path.as_posix(), read_text(path)


def _first_unpaired(text: str) -> int | None:
    """The line, from 1, of the first brace that has no partner; None where all have one."""
    opened: list[int] = []
    for found in _BRACE.finditer(text):
        if found[0] == "{":
            opened.append(found.start())
        elif found[0] == "}":
            if not opened:
                return text.count("\n", 0, found.start()) + 1
            opened.pop()
    return text.count("\n", 0, opened[-1]) + 1 if opened else None
