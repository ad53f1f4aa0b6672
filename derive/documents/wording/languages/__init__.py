"""The languages of documents, beside English: one file each, found by itself.

A file holds `TABLE`, a `Language`: the fixed words (the keys of `documents.words.ENGLISH`), the engine's reasons and titles, and the
glossary (the keys of `documents.glossary.ENGLISH`).  `tests/documents/test_languages.py` says what a table lacks.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module

from derive.documents.wording.languages.language import Language


@lru_cache(maxsize=1)
def tables() -> Mapping[str, Language]:
    """Every table by its language's tag."""
    found = (import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__) if module.name not in ("language", "english"))
    return {module.TABLE.tag: module.TABLE for module in found}
