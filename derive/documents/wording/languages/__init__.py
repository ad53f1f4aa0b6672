"""The languages of documents, beside English: one file each, found by itself, named after its tag.

A file holds `TABLE`, a `Language`: the fixed words (the keys of `documents.words.ENGLISH`), the engine's reasons and titles, and the
glossary (the keys of `documents.glossary.ENGLISH`).  `tests/documents/test_languages.py` says what a table lacks.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import import_module

from derive.documents.wording.languages.language import Language

_NO_TABLES = ("language", "english")


class _Tables(Mapping[str, Language]):
    """Every table by its language's tag; one is loaded when it is asked for."""

    def __init__(self) -> None:
        self.files = {_tag(module.name): module.name for module in pkgutil.iter_modules(__path__) if module.name not in _NO_TABLES}

    def __getitem__(self, tag: str) -> Language:
        table: Language = import_module(f"{__name__}.{self.files[tag]}").TABLE
        return table

    def __iter__(self) -> Iterator[str]:
        return iter(self.files)

    def __len__(self) -> int:
        return len(self.files)


def _tag(file: str) -> str:
    """The tag that a file is named after: zh-Hant of zh_hant, pt-BR of pt_br (BCP 47 writes scripts and regions so)."""
    first, *rest = file.split("_")
    return "-".join((first, *(part.title() if len(part) == 4 else part.upper() for part in rest)))


@lru_cache(maxsize=1)
def tables() -> Mapping[str, Language]:
    """Every table by its language's tag."""
    return _Tables()
