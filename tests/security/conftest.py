"""What the attacks stand on: a secret outside, a cache of their own, walls that can be taken away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from derive.pipeline.tex import cell, formats

SECRET = "THE-SECRET-OF-THE-MACHINE"


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file outside of the project."""
    path = tmp_path / "outside" / "secret.txt"
    path.parent.mkdir()
    path.write_text(SECRET + "\n")
    return path


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project, which is the working folder."""
    path = tmp_path / "project"
    (path / "problems").mkdir(parents=True)
    monkeypatch.chdir(path)
    return path


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache that holds nothing yet."""
    path = tmp_path / "cache"
    monkeypatch.setenv("DERIVE_CACHE", str(path))
    formats.known_formats.clear()
    yield path
    formats.known_formats.clear()


@pytest.fixture
def no_namespace(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine that gives no namespaces."""
    monkeypatch.setenv("DERIVE_CELL", "off")
    cell.standing.cache_clear()
    yield
    cell.standing.cache_clear()
