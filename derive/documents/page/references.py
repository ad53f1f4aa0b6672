"""The works that a document cites, numbered: found in its own words, so that what it leaves out is not listed either."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from derive.documents.page.asides import opened
from derive.documents.page.document import Document
from derive.documents.page.items import Reference
from derive.documents.page.modes import Mode
from derive.documents.page.settings import Settings
from derive.documents.wording import prose
from derive.notation.latex.text import Cited, Text, parts


def cited(document: Document, mode: Mode, settings: Settings, line: float) -> tuple[tuple[Reference, ...], ...]:
    """The works in the order of their authors: on slides as many in a group as a frame holds, otherwise one group.

    line  how wide a line of words is, in em
    A document that is put into another one has none: that one has its own list.
    DeriveError of `Bibliography.listed`, or at the work for what no document could print.
    """
    if not settings.bibliography_file or not (mode.pdf or mode.suffix == "html"):
        return ()
    texts = _texts(document, mode.slides and document.notes != "none")
    keys = {key for text in texts for piece in parts(text) if isinstance(piece, Cited) for key in piece.keys}
    sources = settings.commands.sources
    if not keys or sources is None:
        return ()
    works = tuple(
        Reference(key, str(number), prose.work(sources, key, settings.notation.language))
        for number, (key, _) in enumerate(sources.listed(keys), 1)
    )
    if not mode.slides:
        return (works,)
    out: list[tuple[Reference, ...]] = []
    for group in opened([work.text for work in works], line):
        start = sum(map(len, out))
        out.append(works[start : start + len(group)])
    return tuple(out)


def _texts(value: object, notes: bool) -> Iterator[Text]:
    """Every text of a document, the lecturer's notes where they are shown."""
    if isinstance(value, Text):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _texts(one, notes)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            if field.name not in ("words", "commands", "macros") and (notes or field.name != "notes"):
                yield from _texts(getattr(value, field.name), notes)
