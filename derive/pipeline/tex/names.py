"""Which commands, environments and colours TeX knows after a class, packages and themes: a table that TeX itself has filled.

`python -m tests.docs.write_names` writes names.txt.  Where a document reads what is not in it, or this machine has another LaTeX than the one
that was asked, what the folders of TeX's tree mention counts as known too: nothing is refused that only might be a mistake.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

TABLE = Path(__file__).with_name("names.txt")
MOST_BYTES = 4_000_000
"""Of a file of TeX's tree."""
TEXTS = (".sty", ".cls", ".def", ".clo", ".tex", ".ltx", ".cfg", ".ldf")
_LOADS = re.compile(rb"\\(?:RequirePackage|usepackage|RequirePackageWithOptions|LoadClass|input)\s*(?:\[[^\]]*\])?\s*\{?([\w.,+-]+)")
_OTHERWISE = re.compile(
    r"\\DeclareOption\s*(?:\*|\\|\{[^}]*[\\#])|Process\w*[KP]\w*Options|SetupKeyval|@ptionlist|@declaredoptions|ProcessOptionsX"
    r"|Declare(?:Keys|StringOption|BoolOption|VoidOption)"
)
"""Where these stand, a package has options that it does not name."""
_VERSION = re.compile(r"\\edef\\fmtversion[^{}]*\{(\d{4}-\d\d-\d\d)")


@lru_cache(maxsize=1)
def table() -> tuple[str, Mapping[str, tuple[tuple[str, ...], frozenset[str]]]]:
    """The date of the LaTeX that was asked; by file the files below it, and the names that it adds: `c:` colours, `k:` keys of an image."""
    first, *lines = TABLE.read_text(encoding="ascii").splitlines()
    rows: dict[str, tuple[tuple[str, ...], frozenset[str]]] = {}
    for line in lines:
        name, _, rest = line.partition(":")
        words = rest.split()
        rows[name] = tuple(word[1:] for word in words if word[0] == "+"), frozenset(word for word in words if word[0] != "+")
    return first.rpartition(" ")[2], rows


@lru_cache(maxsize=256)
def after(file: str) -> frozenset[str] | None:
    """What is known after this file, and all below it; None where the table does not have it."""
    rows = table()[1]
    if file not in rows:
        return None
    below, own = rows[file]
    return own.union(*(after(one) or () for one in below if one != file))


@lru_cache(maxsize=1)
def asked() -> bool:
    """Whether the table speaks of the LaTeX of this machine, or there is none."""
    found = _paths(["latex.ltx"])
    if not found:
        return True
    said = _VERSION.search(found[0].read_bytes()[:MOST_BYTES].decode("utf-8", "replace"))
    return said is not None and said[1] == table()[0]


def mentioned(names: Iterable[str], files: tuple[str, ...]) -> frozenset[str]:
    """Those of the names that TeX's tree mentions in the folders of these files, and of what they load; all where there is no TeX to look at,
    or one of the files is not found."""
    wanted = frozenset(names)
    text = _texts(files)
    if text is None:
        return wanted
    return frozenset(name for name in wanted if re.search(rb"(?<![A-Za-z])" + re.escape(name.encode()) + rb"(?![A-Za-z])", text))


@lru_cache(maxsize=4)
def _texts(start_files: tuple[str, ...]) -> bytes | None:
    """All that stands in the folders of these files, and of those that they load by name; None where one is not found."""
    start = _paths(list(start_files))
    if len(start) < len(set(start_files)):
        return None
    folders: dict[Path, bytes] = {}
    new = start
    while new:
        loaded: set[str] = set()
        for folder in {path.parent for path in new} - set(folders):
            files = (path for path in sorted(folder.iterdir()) if path.suffix in TEXTS and path.is_file())
            folders[folder] = b"\n".join(path.read_bytes()[:MOST_BYTES] for path in files)
            for found in _LOADS.findall(folders[folder]):
                loaded |= {name if "." in name else f"{name}.sty" for name in found.decode().split(",") if name}
        new = [path for path in _paths(sorted(loaded)) if path.parent not in folders] if loaded else []
    return b"\n".join(folders.values())


def _paths(names: list[str]) -> list[Path]:
    """Where TeX finds these files."""
    program = shutil.which("kpsewhich")
    if program is None or not names:
        return []
    out = subprocess.run([program, *names], capture_output=True, text=True, check=False, timeout=60).stdout
    return [Path(line) for line in out.splitlines()]


@lru_cache(maxsize=256)
def options(package: str) -> frozenset[str] | None:
    """The options of a package of TeX's tree; None where they cannot be told from its text."""
    found = _paths([f"{package}.sty"])
    if not found:
        return None
    text = re.sub(r"(?<!\\)%.*", "", found[0].read_bytes()[:MOST_BYTES].decode("utf-8", "replace"))
    declared = frozenset(re.findall(r"\\DeclareOption\s*\{([\w-]+)\}", text))
    if not declared or _OTHERWISE.search(text):
        return None
    return declared
