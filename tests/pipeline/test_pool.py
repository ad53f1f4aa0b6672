"""Processes: as many as make's jobserver lends, and what is lent is given back."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from derive.pipeline.processes.jobserver import connected
from derive.pipeline.processes.pool import available, work

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def tokens(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A jobserver with two tokens; the end that they are counted at."""
    reading, writing = os.pipe()
    os.write(writing, b"++")
    monkeypatch.setenv("MAKEFLAGS", f" -j3 --jobserver-auth={reading},{writing}")
    os.set_blocking(reading, False)
    yield reading
    os.close(reading)
    os.close(writing)


def double(n: int) -> int:
    time.sleep(0.05)
    return 2 * n


def die(n: int) -> int:
    if n == 3:
        os.kill(os.getpid(), 9)
    return n


def test_tokens_are_taken_and_given_back(tokens: int) -> None:
    workers = available(None)
    assert workers.count == 3 and workers.limit() == 3 and workers.jobserver is not None
    workers.needed(2)
    assert workers.jobserver.take(0) == 1
    assert sorted(work(list(range(8)), workers, double)) == [2 * n for n in range(8)]
    assert workers.jobserver.take(0) == 0 and os.read(tokens, 9) == b"++"
    assert available(5).jobserver is None and available(5).count == 5


def test_what_was_lent_is_given_back_when_a_process_is_killed(tokens: int) -> None:
    workers = available(None)
    found = sorted(work(list(range(6)), workers, die, lambda n, _error: -n))
    assert found == [-3, 0, 1, 2, 4, 5] and os.read(tokens, 9) == b"++"


def test_a_named_pipe_and_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "fifo")
    monkeypatch.setenv("MAKEFLAGS", f" -j2 --jobserver-auth=fifo:{tmp_path / 'fifo'}")
    server = connected()
    assert server is not None and server.take(2) == 0
    server.close()
    for flags in ("", " -k", " -j4 --jobserver-auth=-2,-2", f" -j2 --jobserver-auth=fifo:{tmp_path / 'none'}"):
        monkeypatch.setenv("MAKEFLAGS", flags)
        assert connected() is None
    monkeypatch.setenv("MAKEFLAGS", " -j4 --jobserver-auth=-2,-2")
    assert available(None).count == 1


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_counts_our_processes(tmp_path: Path) -> None:
    """Under make -j3 two recipes that each want many processes never run more than three tasks at a time."""
    (tmp_path / "task.py").write_text(
        "import os, sys, time\nsys.path.insert(0, sys.argv[1])\nfrom derive.pipeline.processes.pool import available, work\n"
        "def act(n):\n    name = f'run/{os.getpid()}-{n}'\n    open(name, 'w').close()\n    os.write(1, b'%d\\n' % len(os.listdir('run')))\n"
        "    time.sleep(0.1)\n    os.remove(name)\n    return n\n"
        "workers = available(None)\nassert workers.jobserver is not None\nassert sorted(work(list(range(10)), workers, act)) == list(range(10))\n"
    )
    (tmp_path / "Makefile").write_text(f"all: a b\na b:\n\t+{sys.executable} task.py {ROOT}\n.PHONY: all a b\n")
    (tmp_path / "run").mkdir()
    here = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    done = subprocess.run(["make", "-s", "-j3"], cwd=tmp_path, capture_output=True, text=True, check=False, env=here, timeout=120)
    assert done.returncode == 0, done.stderr
    seen = [int(line) for line in done.stdout.split()]
    assert len(seen) == 20 and max(seen) <= 3 and max(seen) >= 2
