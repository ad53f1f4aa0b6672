"""The record of what every product was made from, beside the products: `build/.derive/ledger.json`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from derive.pipeline.keys import Key, digest
from derive.pipeline.writing import remove, write

FORMAT = 1
FOLDER = ".derive"


@dataclass
class Entry:
    """A product group: its key, and its files by name with the hash of what was written."""

    key: Key
    files: dict[str, str]


@dataclass
class Ledger:
    """What stands in one output folder.  A record that cannot be read counts as none: everything is made again."""

    folder: Path
    entries: dict[str, Entry] = field(default_factory=dict)

    @staticmethod
    def load(folder: Path) -> Ledger:
        try:
            data = json.loads((folder / FOLDER / "ledger.json").read_text(encoding="utf-8"))
            if data["format"] != FORMAT:
                return Ledger(folder)
            entries = {name: Entry(dict(e["key"]), dict(e["files"])) for name, e in data["entries"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return Ledger(folder)
        return Ledger(folder, entries)

    def save(self) -> None:
        entries = {name: {"key": e.key, "files": e.files} for name, e in sorted(self.entries.items())}
        write(self.folder / FOLDER / "ledger.json", json.dumps({"format": FORMAT, "entries": entries}, indent=1) + "\n")

    def stale(self, name: str, key: Key) -> tuple[str, ...]:
        """Why the product must be made: the ingredients that changed, or `missing`/`edited` files; () when it need not."""
        from derive.pipeline.keys import changed

        entry = self.entries.get(name)
        reasons = changed(entry.key if entry else None, key)
        if reasons or entry is None:
            return reasons
        for file, content in entry.files.items():
            path = self.folder / file
            if not path.is_file():
                return (f"{file} is missing",)
            if digest(path.read_bytes()) != content:
                return (f"{file} was edited",)
        return ()

    def record(self, name: str, key: Key, files: dict[str, bytes]) -> None:
        """Write the files and remember them; files of an earlier run that are not made any more are removed."""
        before = self.entries.get(name)
        for file in set(before.files if before else ()) - set(files):
            remove(self.folder / file)
        for file, content in files.items():
            write(self.folder / file, content)
        self.entries[name] = Entry(key, {file: digest(content) for file, content in files.items()})

    def forget(self, name: str, files: tuple[str, ...] = ()) -> None:
        """Remove a product and everything it wrote, and `files` too."""
        entry = self.entries.pop(name, None)
        for file in {*(entry.files if entry else ()), *files}:
            remove(self.folder / file)
