"""A lecture or a set with its problems: references found, every problem examined once, one document of it all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from derive.documents import prose
from derive.documents.collection import Collection, Heading, Use, Words
from derive.documents.compose import collected, problem_page
from derive.documents.document import Document, Item, Prose, Section
from derive.documents.glossary import term
from derive.documents.modes import Mode
from derive.documents.rows import mark
from derive.documents.settings import Fit, Settings
from derive.errors import DeriveError
from derive.notation.settings import Notation
from derive.pipeline.examine import Examined, examine, problem_of, read_text
from derive.pipeline.sources import DEFAULT, SUFFIXES


@dataclass(frozen=True)
class Gathered:
    """A collection with its problems by reference."""

    collection: Collection
    examined: Mapping[str, Examined]


def references(collection: Collection) -> dict[str, str]:
    """The file of every problem that a collection names, by the name it uses.

    DeriveError [unknown-problem] at the reference, with the names that are near.
    """
    here = Path(collection.file).parent
    roots = [here, *(parent for parent in (here, *here.parents) if parent.name == DEFAULT), here.parent]
    known: dict[str, list[Path]] = {}
    for root in dict.fromkeys(roots):
        for suffix in SUFFIXES:
            for path in sorted(root.rglob(f"*{suffix}")) if root.is_dir() else ():
                known.setdefault(path.stem, []).append(path)
        if root.name == DEFAULT:
            break
    out: dict[str, str] = {}
    for use in collection.uses:
        out[use.problem] = _found(use, roots, known)
    return out


def _found(use: Use, roots: list[Path], known: Mapping[str, list[Path]]) -> str:
    for root in roots:
        for path in (root / use.problem, *(root / f"{use.problem}{suffix}" for suffix in SUFFIXES)):
            if path.is_file():
                return Path(os.path.normpath(path)).as_posix()
    several = list(dict.fromkeys(known.get(use.problem, ())))
    if len(several) == 1:
        return several[0].as_posix()
    if several:
        shown = ", ".join(path.as_posix() for path in several)
        raise DeriveError(f"`{use.problem}` may be any of {shown}", code="unknown-problem", where=use.where,
                          hint="write its folder too")
    from derive.language.words import closest

    guess = closest(use.problem, known)
    raise DeriveError(
        f"there is no problem `{use.problem}`" + (f"; did you mean `{guess}`?" if guess else ""), code="unknown-problem",
        where=use.where,
    )


def gather(collection: Collection, points: int = 3) -> Gathered:
    """Derive and check every problem of a collection; the first that fails is the collection's error."""
    files = references(collection)
    done: dict[str, Examined] = {}
    for file in dict.fromkeys(files.values()):
        done[file] = examine(problem_of(read_text(file), file), points)
    return Gathered(collection, {name: done[file] for name, file in files.items()})


def document(gathered: Gathered, mode: Mode, settings: Settings, fit: Fit) -> Document:
    """The document of a collection in a mode."""
    collection = gathered.collection
    head = collection.head
    settings = replace(
        settings,
        author=head.get("author", settings.author),
        institute=head.get("institute", settings.institute),
        date=head.get("date", settings.date),
        hints=settings.hints or collection.hints,
    )
    items: list[Item] = []
    numbers = {"section": 0, "problem": 0}
    total = Decimal(0)
    for entry in collection.entries:
        if isinstance(entry, Heading):
            numbers["section"] += 1
            title = prose.to_latex(entry.title, entry.where)
            items.append(Section(title, prose.plain(entry.title), numbers["section"]))
        elif isinstance(entry, Words):
            items.append(_prose(entry, settings.notation))
        else:
            numbers["problem"] += 1
            one = gathered.examined[entry.problem]
            page = problem_page(
                one.problem, one.derivation, one.report, mode, settings, fit,
                number=numbers["problem"] if collection.kind == "set" else 0, points=entry.points, show=entry.show,
            )
            if entry.title:
                page = replace(page, title=prose.to_latex(entry.title, entry.where), title_plain=prose.plain(entry.title))
            if not (settings.hints or entry.hint):
                page = replace(page, question=replace(page.question, hint=""))
            total += Decimal(page.points or 0)
            items.append(page)
    return collected(
        tuple(items), mode, settings,
        title=_text(collection, "title"), title_plain=prose.plain(head["title"]),
        subtitle=_text(collection, "subtitle") or _text(collection, "course"),
        intro=tuple(p for p in _text(collection, "intro").split("\n\n") if p),
        due=_text(collection, "due"), points=str(total) if total else "",
    )


def _text(collection: Collection, key: str) -> str:
    words = collection.head.get(key)
    return prose.to_latex(words, collection.places.get(key)) if words else ""


def _prose(entry: Words, notation: Notation) -> Prose:
    known = term(entry.term, notation) if entry.term else None
    title = entry.title or (known.title if known else "")
    return Prose(
        entry.style,
        prose.to_latex(title, entry.where) if title else "",
        prose.plain(title) if title else "",
        tuple(prose.to_latex(known.text if known else entry.text, entry.where).split("\n\n")),
        tuple(prose.to_latex(point, entry.where) for point in entry.points),
        mark(entry.where, "this frame"),
    )
