"""Documents whose problem is gone: deleted, or renamed."""

from __future__ import annotations

import re
from pathlib import Path

from derive.errors import DeriveError
from derive.language.files import read_text
from derive.pipeline.ledger import Ledger, is_own
from derive.pipeline.writing import remove


def remove_stale(output: Path) -> tuple[str, ...]:
    """Remove them from an output folder; their names.

    Which problem a document is of, the record of `derive build` says, or the depfile of `derive render`; nothing else is touched.
    """
    ledger = Ledger.load(output)
    removed: list[str] = []
    for stem in ledger.names():
        entry = ledger.get(stem)
        if entry is not None and entry.source and not (output / entry.source).is_file():
            removed += [(output / file).as_posix() for file in entry.files if (output / file).is_file()]
            ledger.forget(stem)
    for path in sorted(output.rglob("*.d")):
        target, source = _rule(path)
        name = _below(target, output) if target and source else None
        if name is not None and not Path(source).is_file() and is_own(name, output):
            removed += [target] if (output / name).is_file() else []
            remove(output / name)
            remove(path)
    return tuple(dict.fromkeys(removed))


def _rule(path: Path) -> tuple[str, str]:
    """The target of a depfile, and the first file that it depends on; '' where there is none."""
    try:
        first = read_text(path).partition("\n")[0] if not path.is_symlink() else ""
    except DeriveError:
        return "", ""
    parts = re.match(r"((?:\\.|[^\\:\s])+):\s+((?:\\.|[^\\\s])+)", first)
    return (_plain(parts[1]), _plain(parts[2])) if parts else ("", "")


def _plain(name: str) -> str:
    return re.sub(r"\\([\\ #:])", r"\1", name).replace("$$", "$")


def _below(target: str, output: Path) -> str | None:
    """The name of a target below the output folder, from wherever it was written."""
    try:
        return Path(target).resolve().relative_to(output.resolve()).as_posix()
    except ValueError:
        return None
