"""What a product was made from, as hashes: equal keys, equal products."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

Key = dict[str, str]
"""By ingredient (`problem`, `templates`, `options`, `engine`, `tex`) a hash or a version."""


def digest(*parts: bytes | str) -> str:
    """A short hash of the parts, each with its length, so that no two lists of parts run together."""
    out = hashlib.blake2b(digest_size=12)
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        out.update(len(data).to_bytes(8, "big"))
        out.update(data)
    return out.hexdigest()


def of_files(files: Iterable[Path], root: Path | None = None) -> str:
    """A hash of files by name (below `root`) and content."""
    parts: list[bytes | str] = []
    for path in sorted(files):
        parts += [(path.relative_to(root) if root else path).as_posix(), path.read_bytes()]
    return digest(*parts)


@lru_cache(maxsize=1)
def engine() -> str:
    """A hash of the package's own sources, and of the versions of the libraries whose output is printed."""
    from importlib.metadata import PackageNotFoundError, version

    package = Path(__file__).resolve().parent.parent
    versions = []
    for name in ("sympy", "jinja2", "pylatexenc", "numpy", "scipy", "PyYAML", "pybtex"):
        try:
            versions.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            versions.append(f"{name} absent")
    sources = (path for path in package.rglob("*.py") if "__pycache__" not in path.parts)
    return digest(of_files(sources, package), *versions)


def changed(old: Key | None, new: Key) -> tuple[str, ...]:
    """Which ingredients differ, by name; `first` when there is no record."""
    if old is None:
        return ("first",)
    return tuple(name for name in new if old.get(name) != new[name])
