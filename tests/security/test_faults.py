"""What breaks around us: good products stay, what was begun goes on, and nothing is left behind."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.security.test_cell import children, state

PROBLEM = "title: T{k}\nsymbols: {{x: vector(n), A: symmetric(n)}}\nfunction: f(x) = x' A x + {k} x' x\nfind: [gradient]\n"


def derive(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "derive", *arguments], capture_output=True, text=True, timeout=300, check=False,
        env={**os.environ, "PYTHONPATH": ":".join(sys.path), **environment}, errors="replace",
    )


@pytest.fixture
def built(project: Path, cache: Path) -> dict[str, bytes]:
    """A project of two files that is built."""
    for k in range(2):
        (project / "problems" / f"p{k}.yaml").write_text(PROBLEM.format(k=k + 2))
    assert derive("build", "-j", "1", "-q").returncode == 0
    return products(project)


def products(project: Path) -> dict[str, bytes]:
    return {
        path.relative_to(project).as_posix(): path.read_bytes()
        for path in (project / "build").rglob("*") if path.is_file() and ".derive" not in path.parts
    }


def no_tex(project: Path, cache: Path) -> dict[str, str]:
    return {"PATH": "/nowhere"}


def full_temporary(project: Path, cache: Path) -> dict[str, str]:
    return {"TMPDIR": "/proc"} if not os.access("/proc", os.W_OK) or os.geteuid() == 0 else {"TMPDIR": "/sys"}


def no_cache(project: Path, cache: Path) -> dict[str, str]:
    return {"DERIVE_CACHE": "/proc/nothing"}


def damaged_cache(project: Path, cache: Path) -> dict[str, str]:
    for path in (cache / "formats").glob("*.fmt"):
        path.write_bytes(b"rubbish")
    return {}


def cut_cache(project: Path, cache: Path) -> dict[str, str]:
    for path in (cache / "formats").glob("*.fmt"):
        path.write_bytes(path.read_bytes()[:1000])
    return {}


def rubbish_in_the_cache(project: Path, cache: Path) -> dict[str, str]:
    (cache / "programs.json").write_text("[" * 10_000)
    return {}


def bare(project: Path, cache: Path) -> dict[str, str]:
    return {"HOME": "", "LANG": "C", "LC_ALL": "POSIX", "TEXINPUTS": "/nowhere", "TEXMFHOME": "/nowhere", "TEXFORMATS": "/nowhere"}


def no_walls(project: Path, cache: Path) -> dict[str, str]:
    return {"DERIVE_CELL": "off"}


def empty_cache(project: Path, cache: Path) -> dict[str, str]:
    for path in (cache / "formats").glob("*.fmt"):
        path.write_bytes(b"")
    return {}


def folders_in_the_cache(project: Path, cache: Path) -> dict[str, str]:
    for path in (cache / "formats").glob("*.fmt"):
        path.unlink()
        path.mkdir()
    (cache / "programs.json").unlink()
    (cache / "programs.json").mkdir()
    return {}


def a_file_for_a_cache(project: Path, cache: Path) -> dict[str, str]:
    (project.parent / "file").write_text("no folder")
    return {"DERIVE_CACHE": str(project.parent / "file")}


def no_home(project: Path, cache: Path) -> dict[str, str]:
    return {"HOME": "/nonexistent", "XDG_CACHE_HOME": "", "XDG_CONFIG_HOME": ""}


def a_device_for_a_home(project: Path, cache: Path) -> dict[str, str]:
    return {"HOME": "/dev/null", "XDG_CONFIG_HOME": "/dev/null", "XDG_CACHE_HOME": "/dev/null"}


def odd_language(project: Path, cache: Path) -> dict[str, str]:
    return {"LANG": "tr_TR.UTF-8", "LC_ALL": "xx_YY.nothing", "LC_NUMERIC": "de_DE", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


def no_temporary_folder(project: Path, cache: Path) -> dict[str, str]:
    return {"TMPDIR": str(project.parent / "nothing"), "TEMP": "/nothing", "TMP": "/nothing"}


def odd_temporary_folder(project: Path, cache: Path) -> dict[str, str]:
    odd = project.parent / "odd ' \" ü - % # ~ $ { } \\ \n x"
    odd.mkdir(exist_ok=True)
    return {"TMPDIR": str(odd)}


def a_file_for_a_temporary_folder(project: Path, cache: Path) -> dict[str, str]:
    (project.parent / "file").write_text("no folder")
    return {"TMPDIR": str(project.parent / "file")}


def no_kpsewhich(project: Path, cache: Path) -> dict[str, str]:
    programs = project.parent / "programs"
    programs.mkdir(exist_ok=True)
    (programs / "pdflatex").unlink(missing_ok=True)
    (programs / "pdflatex").symlink_to(shutil.which("pdflatex") or "/nothing")
    (cache / "programs.json").unlink()
    return {"PATH": str(programs)}


def a_tex_that_fails(project: Path, cache: Path) -> dict[str, str]:
    return _own_tex(project, "#!/bin/sh\nexit 1\n")


def a_tex_that_is_killed(project: Path, cache: Path) -> dict[str, str]:
    return _own_tex(project, "#!/bin/sh\nkill -9 $$\n")


def a_tex_that_is_none(project: Path, cache: Path) -> dict[str, str]:
    return _own_tex(project, "no program")


def _own_tex(project: Path, text: str) -> dict[str, str]:
    programs = project.parent / "programs"
    programs.mkdir(exist_ok=True)
    (programs / "pdflatex").write_text(text)
    (programs / "pdflatex").chmod(0o755)
    return {"PATH": f"{programs}:{os.environ['PATH']}"}


def a_setting_that_is_none(project: Path, cache: Path) -> dict[str, str]:
    (project.parent / "derive").mkdir(exist_ok=True)
    (project.parent / "derive" / "config.toml").write_text("trust-tex = [")
    return {"XDG_CONFIG_HOME": str(project.parent)}


def odd_tex_settings(project: Path, cache: Path) -> dict[str, str]:
    return {"TEXMFCNF": "/nowhere", "TEXMF": "/nowhere", "TEXINPUTS": ".:/etc//:", "openin_any": "a", "main_memory": "1", "TEXMFDIST": "/nowhere"}


def odd_dates(project: Path, cache: Path) -> dict[str, str]:
    return {"SOURCE_DATE_EPOCH": "-1", "TZ": "Nowhere/Else", "FORCE_SOURCE_DATE": "0"}


def odd_numbers(project: Path, cache: Path) -> dict[str, str]:
    settings = {"OMP_NUM_THREADS": "nothing", "OPENBLAS_NUM_THREADS": "0", "COLUMNS": "-3", "MAKEFLAGS": "-j --jobserver-auth=9,9"}
    return {"PYTHONHASHSEED": "4242", **settings}


LONG = "DERIVE_CAMPAIGN" in os.environ
"""Whether this is the campaign, or the short form of it that runs with all tests."""

FAULTS: list[Callable[[Path, Path], dict[str, str]]] = [
    no_tex, full_temporary, no_cache, damaged_cache, cut_cache, rubbish_in_the_cache, bare, no_walls, empty_cache, folders_in_the_cache,
    a_file_for_a_cache, no_home, a_device_for_a_home, odd_language, no_temporary_folder, odd_temporary_folder, a_file_for_a_temporary_folder,
    no_kpsewhich, a_tex_that_fails, a_tex_that_is_killed, a_tex_that_is_none, a_setting_that_is_none, odd_tex_settings, odd_dates, odd_numbers,
]


@pytest.mark.tex
@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS if LONG else [no_tex, full_temporary, damaged_cache, no_walls])
def test_good_products_stay_when_the_machine_is_broken(
    fault: Callable[[Path, Path], dict[str, str]], built: dict[str, bytes], project: Path, cache: Path
) -> None:
    done = derive("build", "-j", "1", "-f", **fault(project, cache))
    assert "[internal]" not in done.stderr and "Traceback" not in done.stderr
    assert products(project) == built
    assert derive("build", "-j", "1", "-f").returncode == 0
    assert products(project) == built


@pytest.mark.tex
@pytest.mark.slow
@pytest.mark.parametrize(("what", "limit"), [("FSIZE", 1 << 20), *([("NOFILE", 14), ("AS", 700 << 20), ("CPU", 2)] if LONG else [])])
def test_good_products_stay_under_low_limits(what: str, limit: int, built: dict[str, bytes], project: Path) -> None:
    def lower() -> None:
        resource.setrlimit(getattr(resource, f"RLIMIT_{what}"), (limit, limit))

    done = subprocess.run(
        [sys.executable, "-m", "derive", "build", "-j", "1", "-f"], capture_output=True, text=True, timeout=300, check=False, preexec_fn=lower,
        env={**os.environ, "PYTHONPATH": ":".join(sys.path)},
    )
    assert "[internal]" not in done.stderr
    assert {name for name in built if name not in products(project)} == set()
    assert derive("build", "-j", "1", "-f").returncode == 0
    assert products(project) == built


def test_a_file_that_fails_takes_no_other_along(project: Path) -> None:
    good = PROBLEM.format(k=2)
    (project / "problems" / "good.yaml").write_text(good)
    (project / "problems" / "long.yaml").write_text(f"title: S\nproblems: ['{'a' * 300}']\n")
    (project / "problems" / "latin.yaml").write_bytes(b"title: \xff\n")
    (project / "problems" / "x\x1b[31m.yaml").write_text("title: [")
    Path(os.fsdecode(os.fsencode(project / "problems") + b"/\xff.yaml")).write_text(good)
    (project / "problems" / "p-slides.tex").mkdir()
    (project / "problems" / "p-slides.tex" / "q.yaml").write_text(good)
    (project / "problems" / "p.yaml").write_text(good)
    done = derive("build", "--tex-only", "-j", "1")
    assert "[internal]" not in done.stderr and "Traceback" not in done.stderr and "\x1b" not in done.stderr
    made = {name for name in products(project) if name.endswith(".tex")}
    assert {"build/good-slides.tex", "build/good-solutions.tex"} <= made and "build/p-slides.tex/q-slides.tex" in made


def campaign(count: int) -> int:
    """How often: a few times in the suite, as often as DERIVE_CAMPAIGN says in the campaign."""
    return int(os.environ.get("DERIVE_CAMPAIGN", "1")) * count


@pytest.mark.tex
@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_killed_build_goes_on_and_leaves_nothing(
    number: signal.Signals, workers: str, built: dict[str, bytes], project: Path, tmp_path: Path
) -> None:
    own = tmp_path / "temporary"
    own.mkdir()
    rng = random.Random(f"{number} {workers}")
    began = time.monotonic()
    assert derive("build", "-f", "-q", "-j", workers).returncode == 0
    whole = time.monotonic() - began
    early = 0
    for _ in range(campaign(4) // (2 if number == signal.SIGKILL else 8) or 1):
        victim = subprocess.Popen(
            [sys.executable, "-m", "derive", "build", "-f", "-q", "-j", workers], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": ":".join(sys.path), "TMPDIR": str(own)},
        )
        time.sleep(rng.uniform(0.05, 1.05) * whole)
        early += victim.poll() is None
        below = children(victim.pid)
        victim.send_signal(number)
        victim.wait(20)
        for _ in range(50):
            alive = [pid for pid in below if state(pid) != "Z"]
            left = [path.name for path in own.iterdir()]
            if not alive and not left:
                break
            time.sleep(0.1)
        assert (alive, left) == ([], [])
        assert not [path for path in (project / "build").rglob(".*") if path.is_file()]
        assert derive("build", "-j", "1", "-q").returncode == 0
        assert products(project) == built
    print(f"{number.name} -j {workers}: {early} in the middle of a build")
