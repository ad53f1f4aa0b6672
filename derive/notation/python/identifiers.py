"""Python identifiers for the names of the language: what an emitted NumPy expression calls a symbol."""

from __future__ import annotations

import keyword
import unicodedata
from functools import lru_cache

RESERVED = frozenset(("np", "sp", "abs", "min", "max", "sum", "len", "range", "float", "int"))
"""Names that an emitted expression uses itself; a symbol that is called so gets an underscore too."""


@lru_cache(maxsize=4096)
def identifier(name: str) -> str:
    """The name under NFKC; a Python keyword gets an underscore behind it (`lambda_`).

    Names of the language are identifiers; what is not one (an engine's own name with a prime) gets underscores.
    """
    text = unicodedata.normalize("NFKC", name)
    if keyword.iskeyword(text) or text in RESERVED:
        return text + "_"
    if text.isidentifier():
        return text
    text = "".join(c if ("a" + c).isidentifier() else "_" for c in text)
    return text if text.isidentifier() else "v" + text
