"""Two clones in different folders, of different users, in different time zones and languages: the same bytes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("trace-quadratic", "gram-matrix-two-ways")

pytestmark = [pytest.mark.tex, pytest.mark.slow]


def built(folder: Path, user: int, zone: str, language: str) -> dict[str, bytes]:
    """Every document of a clone, by name."""
    (folder / "problems").mkdir(parents=True)
    for name in NAMES:
        shutil.copy(ROOT / "problems" / f"{name}.yaml", folder / "problems")
    other = ["unshare", "--user", f"--map-user={user}", "--"]
    known = shutil.which("unshare") and subprocess.run([*other, "true"], capture_output=True, check=False).returncode == 0
    subprocess.run(
        [*(other if known else []), sys.executable, "-m", "derive", "build", "problems", "-o", "build", "-q", "-j", "1"], cwd=folder, check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "DERIVE_CACHE": str(folder / "cache"), "TZ": zone, "LC_ALL": language, "HOME": str(folder)},
    )
    return {path.name: path.read_bytes() for path in (folder / "build").glob("*.*") if path.is_file()}


def test_two_clones_write_the_same_bytes(tmp_path: Path) -> None:
    one = built(tmp_path / "one", 1234, "Asia/Taipei", "C")
    two = built(tmp_path / "elsewhere" / "a longer name", 4321, "America/Lima", "C.UTF-8")
    assert {f"{name}-{kind}.pdf" for name in NAMES for kind in ("slides", "solutions")} <= set(one)
    assert one == two
