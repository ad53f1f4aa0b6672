"""What the last run drew and answered, in the record of its folder: believed where it is what a run could have written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from derive.pipeline.ledger import Entry, Ledger
from derive.pipeline.variants.draw import Drawn
from derive.pipeline.variants.key import Row

NAME = "variants/"
"""The entry of the record; no variant has a name with a slash."""

Rows = dict[str, list[list[str]]]
"""By the stem of a variant, its rows of the key."""


def drawn(ledger: Ledger, key: str, counts: Mapping[str, Sequence[int]], names: Sequence[str]) -> dict[str, Drawn] | None:
    """By file what an earlier run drew, when it would be drawn again: values that there are, for each of the variants.

    names   of the variants, in their order
    key     of what they are drawn from
    counts  by file, how many values each name has
    """
    entry = ledger.get(NAME)
    if entry is None or entry.key.get("plan") != key:
        return None
    known = _parsed(entry, "drawn")
    out: dict[str, Drawn] = {}
    for file, most in counts.items():
        given = known.get(file)
        one: dict[str, Any] = given if isinstance(given, dict) else {}
        values = one.get("values")
        if not isinstance(values, dict) or not all(_are_values(values.get(name), most) for name in names):
            return None
        equal, unlike = one.get("equal"), one.get("unlike")
        if not isinstance(equal, list) or not isinstance(unlike, list) or not set(map(str, (*equal, *unlike))) <= set(names):
            return None
        out[file] = Drawn({name: tuple(values[name]) for name in names}, tuple(map(str, equal)), tuple(map(str, unlike)))
    return out


def _are_values(given: object, most: Sequence[int]) -> bool:
    return isinstance(given, list) and len(given) == len(most) and all(
        type(k) is int and 0 <= k < bound for k, bound in zip(given, most, strict=True)
    )


def rows(ledger: Ledger) -> Rows:
    """The rows of the key of every variant that an earlier run made."""
    entry = ledger.get(NAME)
    width = len(fields(Row))
    found = _parsed(entry, "rows") if entry is not None else {}
    return {
        stem: several for stem, several in found.items()
        if isinstance(several, list) and all(isinstance(row, list) and len(row) == width and all(isinstance(c, str) for c in row) for row in several)
    }


def _parsed(entry: Entry, what: str) -> dict[str, Any]:
    try:
        found = json.loads(entry.key.get(what, "{}"))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def remember(ledger: Ledger, key: str, found: Mapping[str, Drawn], said: Rows, files: dict[str, bytes] | None = None) -> None:
    """Keep what was drawn and answered, and, at the end, write `files`.

    key    of what was drawn from
    found  by file what was drawn
    """
    record = {"plan": key, "drawn": json.dumps({file: asdict(one) for file, one in found.items()}), "rows": json.dumps(said)}
    if files is not None:
        ledger.record(NAME, record, files)
    else:
        before = ledger.get(NAME)
        ledger.keep(NAME, Entry(record, before.files if before else {}))
