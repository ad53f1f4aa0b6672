"""What TeX would refuse in a project's own templates and styles, and can be told without running it."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from derive.errors import DeriveError, Position
from derive.language.files import read_text
from derive.pipeline.look import IMAGES, STYLES
from derive.pipeline.tex import known, needs, reading

_TAG = re.compile(r"\\(?:VAR|BLOCK|COMMENT)\{.*?\}", re.DOTALL)
_COMMENT = re.compile(r"(?<!\\)%.*")
_TRICK = re.compile(r"`\\?[{}]|\\iffalse|\\verb|\\catcode")
"""Where these stand, braces need not come in pairs."""
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_LOADED = re.compile(r"\\(?P<command>usepackage|RequirePackage|input|includegraphics\*?)(?:\[[^\]]*\])?\{(?P<names>[\w./+, -]+)\}")
_ADDRESS = re.compile(r"\\(?:url|nolinkurl|href|path)\s*\{[^{}\n]*\}")
_GUARDED = re.compile(r"\\(?:If\w*|@ifpackageloaded|@ifundefined)\s*\{([\w./-]+)\}")
_BUILT = re.compile(r"(?:\\csname|(?:@name(?:def|use)|cs[gex]?def|cslet|letcs|:c\w*)\s*\{)[^{}\\\n]*\\(?!endcsname)")
"""Where names are put together of pieces."""
_SUFFIXES = {"usepackage": (".sty",), "RequirePackage": (".sty",), "input": (".tex",), "includegraphics": IMAGES}


def refuse(marked: str, folders: tuple[Path, ...], beside: Mapping[str, bytes]) -> None:
    """DeriveError [latex] at the line of the first mistake that TeX would refuse, as far as it can be told: a brace without a partner, a file
    that TeX does not find, where there is a TeX to ask, and what `reading` finds.

    marked   a document that was made with them, in which their lines are marked
    folders  of the project's own templates
    beside   its styles and images, by name
    """
    from derive.documents.rendering.marking import unmarked

    text, place = unmarked(marked)
    text = _without_comments_in_addresses(text)
    for path, number, line in unpaired(text, folders, beside):
        raise DeriveError("a brace has no partner here", code="latex", where=Position(path, number), source=line)
    _refuse_missing(folders, beside)
    own = dict(own_texts(folders, beside))
    if any(known.TRICK.search(content) for name, content in own.items() if not name.endswith(STYLES)):
        return
    reader = known.Reader({name: _without_comments_in_addresses(content) for name, content in own.items() if name.endswith(STYLES)})
    reader.built = any(_BUILT.search(content) for content in own.values())
    reading.begin(reader, text, place)
    for found in known.kept(reader):
        lines = next((content for name, content in own.items() if Path(name).resolve() == Path(found.where.file).resolve()), "").splitlines()
        source = lines[found.where.line - 1] if 0 < found.where.line <= len(lines) else None
        raise DeriveError(found.message, code="latex", where=found.where, source=source)


def _refuse_missing(folders: tuple[Path, ...], beside: Mapping[str, bytes]) -> None:
    """DeriveError [latex] for a file that TeX does not find."""
    for path, content in _own(folders, beside):
        guarded = {Path(name).stem for name in _GUARDED.findall(content)}
        for number, line in enumerate(content.splitlines(), 1):
            for found in _LOADED.finditer(line):
                suffixes = _SUFFIXES[found["command"].rstrip("*")]
                for name in (name.strip() for name in found["names"].split(",")):
                    several = tuple({name: None, **{f"{name}{suffix}": None for suffix in suffixes}})
                    if name not in guarded and not any(one in beside for one in several) and not needs.finds_any(several):
                        raise DeriveError(
                            f"there is no file {name if Path(name).suffix else several[-1] if len(several) == 2 else name}", code="latex",
                            where=Position(path, number), source=line, hint="put it beside derive.toml or into templates/",
                        )


def unpaired(text: str, folders: tuple[Path, ...], beside: Mapping[str, bytes]) -> Iterator[tuple[str, int, str]]:
    """File, line, and what stands in it, of the first brace without a partner in each style, and in each template where the document has
    such a brace too: what one template opens, another may close.

    text     of a document that was made with the templates of these folders
    beside   the project's styles and images, by name
    """
    document = _first_unpaired(_COMMENT.sub("", text)) if folders else None
    for path, content in _own(folders, beside):
        if path.endswith(STYLES) or document is not None:
            number = _first_unpaired(content)
            if number is not None and not _TRICK.search(content):
                yield path, number, content.splitlines()[number - 1]


def _own(folders: tuple[Path, ...], beside: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Name and text of the project's styles and templates, line by line as they stand there, without comments and what is Jinja's."""
    for name, text in own_texts(folders, beside):
        text = _without_comments_in_addresses(text)
        plain = text if name.endswith(STYLES) else _TAG.sub(lambda found: "\n" * found[0].count("\n"), text)
        yield name, _COMMENT.sub("", plain)


def _without_comments_in_addresses(text: str) -> str:
    """A text of the same length in which % begins a comment wherever it stands."""
    return _ADDRESS.sub(lambda found: found[0].replace("%", "x").replace("#", "x"), text)


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
