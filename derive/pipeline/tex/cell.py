"""A cell for TeX: it sees its own folder, the TeX tree and the fonts, may use so much time, memory and disk, and ends with us.

Where the system gives namespaces, whatever else there is on the machine is not there for it (no home, no /etc, no /proc, no network);
everywhere its environment is empty but for what is given, and its limits are the kernel's.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import select
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from derive.errors import DeriveError
from derive.pipeline import workspace
from derive.values import dataclass

SECONDS = 20.0
"""Processor seconds that a pass may take, unless the document is long."""
PATIENCE = 6.0
"""So many times longer it may take by the clock: a machine that many share is slow for all."""
MEMORY = 2 << 30
FILE_BYTES = 256 << 20
TOTAL_BYTES = 384 << 20
FILES = 400
"""What one file and all files of the folder may hold, and how many there may be."""
TICK = 0.25
"""Seconds between two looks at the folder."""

VISIBLE = (
    "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc/texmf", "/etc/fonts", "/etc/ld.so.cache", "/etc/paperspecs",
    "/etc/papersize", "/var/lib/texmf", "/var/cache/fontconfig", "/nix/store", "/opt/texlive", "/opt/homebrew",
)
"""What of the machine a cell shows, read-only: programs, the TeX tree, fonts."""

WORK = "/work"
"""The folder, as TeX sees it inside the walls."""


@dataclass(frozen=True)
class Ended:
    """How a run ended: its exit code, and in words why it was stopped, if it was."""

    code: int
    stopped: str = ""


@dataclass(frozen=True)
class Walls:
    """Which walls stand on this machine.

    namespace  whether a cell shows nothing of the machine but `VISIBLE`; `why` says what the system answered where it does not
    network    whether a cell has no network
    """

    namespace: bool
    network: bool
    why: str = ""


def environment(settings: Mapping[str, str], home: str) -> dict[str, str]:
    """The whole environment of a run: nothing of ours but the path of programs; TeX's own trees of the user are empty folders."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": home,
        "TEXMFHOME": f"{home}/texmf", "TEXMFVAR": f"{home}/texmf-var", "TEXMFCONFIG": f"{home}/texmf-config",
        "MKTEXPK": "0", "MKTEXTFM": "0", "MKTEXMF": "0", "MKTEXTEX": "0", "MKTEXFMT": "0", "MKTEXTFMCNF": "0",
        **settings,
    }


def run(
    command: Sequence[str], folder: Path, settings: Mapping[str, str], seconds: float = SECONDS, shown: Mapping[str, Path] | None = None,
    forks: bool = False,
) -> Ended:
    """Run a program in the folder, which alone it can write to; standard streams are closed.

    command   the program and its arguments
    settings  the environment, of which nothing else is handed on
    seconds   of the processor; beyond them it is ended
    shown     files that it reads under a name of the folder, which it cannot change: shown read-only, or copied in
    forks     whether it starts other programs
    DeriveError [tex-cell] when it cannot be started at all.
    """
    walls = standing()
    shown = dict(shown or {})
    # The folder's own name is given where there is no other, so that nothing depends on where temporary folders are.
    home = f"{WORK}/home" if walls.namespace else str(folder / "home")
    if not walls.namespace:
        for name, source in shown.items():
            _copy(source, folder / name)
        shown = {}
    for name in shown:
        (folder / name).touch()
    prepare = _prepared(folder, walls, tuple(shown.items()), seconds, forks)
    try:
        process = subprocess.Popen(
            list(command), cwd=folder, env=environment(settings, home), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, preexec_fn=prepare, start_new_session=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        reason = error.strerror if isinstance(error, OSError) else "the system refuses its limits"
        raise DeriveError(f"{Path(command[0]).name} cannot be started: {reason}", code="tex-cell") from None
    try:
        return _watched(process, folder, seconds)
    finally:
        end(process)
        for name in shown:
            with contextlib.suppress(OSError):
                (folder / name).unlink()


def end(process: subprocess.Popen[bytes]) -> None:
    """The process and every other of its group are no more."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _watched(process: subprocess.Popen[bytes], folder: Path, seconds: float) -> Ended:
    """Wait for its end; it is stopped when it has taken its time, or filled its folder."""
    import time

    latest = time.monotonic() + PATIENCE * seconds
    ended = _waiter(process)
    while not ended(TICK):
        if time.monotonic() > latest:
            return Ended(-9, f"was stopped after {PATIENCE * seconds:.0f} s by the clock")
        count, size = _held(folder)
        if size > TOTAL_BYTES or count > FILES:
            return Ended(-9, f"was stopped: it had written {count} files of {size >> 20} MB")
    code = process.wait()
    if code == -signal.SIGXCPU:
        return Ended(code, f"was stopped after {seconds:.0f} s")
    if code == -signal.SIGXFSZ:
        return Ended(code, f"was stopped: a file of it was longer than {FILE_BYTES >> 20} MB")
    if code < 0:
        return Ended(code, f"was ended by signal {-code} ({signal.strsignal(-code)}): it crashed, or the system ended it")
    return Ended(code)


def _waiter(process: subprocess.Popen[bytes]) -> Callable[[float], bool]:
    """A function that waits so many seconds and says whether the process has ended; it wakes at once when it does."""
    try:
        descriptor = os.pidfd_open(process.pid)
    except (AttributeError, OSError):
        return lambda tick: _polled(process, tick)
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)

    def ended(tick: float) -> bool:
        done = bool(poll.poll(tick * 1000))
        if done:
            os.close(descriptor)
        return done

    return ended


def _polled(process: subprocess.Popen[bytes], tick: float) -> bool:
    try:
        process.wait(tick)
    except subprocess.TimeoutExpired:
        return False
    return True


def _held(folder: Path) -> tuple[int, int]:
    """How many files a folder holds, and their bytes."""
    count = size = 0
    for place, _, names in os.walk(folder):
        for name in names:
            count += 1
            with contextlib.suppress(OSError):
                size += os.lstat(f"{place}/{name}").st_size
    return count, size


def _copy(source: Path, there: Path) -> None:
    import shutil

    shutil.copyfile(source, there)


# --------------------------------------------------------------------------------------------- the child, before the program
_NEWNS, _NEWUTS, _NEWIPC, _NEWUSER, _NEWNET = 0x20000, 0x4000000, 0x8000000, 0x10000000, 0x40000000
_RDONLY, _NOSUID, _NODEV, _REMOUNT, _BIND, _REC, _PRIVATE = 1, 2, 4, 32, 4096, 16384, 1 << 18
_MOUNT_SETATTR = 442
_PDEATHSIG, _NO_NEW_PRIVS = 1, 38


@lru_cache(maxsize=1)
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _prepared(folder: Path, walls: Walls, shown: tuple[tuple[str, Path], ...], seconds: float, forks: bool) -> Callable[[], None]:
    """What the child does before it becomes the program: whatever can be made ready is, since it must not import."""
    parent = os.getpid()
    limits = _limits(seconds, forks)
    libc = _libc() if os.name == "posix" and hasattr(os, "fork") else None
    root = folder.parent / f"{folder.name}.root"
    inside = [(part.encode(), part) for part in _visible()] if walls.namespace else []
    if walls.namespace:
        root.mkdir(exist_ok=True)

    def prepare() -> None:
        for which, soft, hard in limits:
            resource.setrlimit(which, (soft, hard))
        if walls.namespace:
            _enter(_libc(), root, folder, inside, shown, walls.network)
        if libc is not None and hasattr(libc, "prctl"):
            libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0)
            libc.prctl(_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            if not walls.namespace and os.getppid() != parent:
                os._exit(1)

    return prepare


def _limits(seconds: float, forks: bool) -> list[tuple[int, int, int]]:
    """(what, soft, hard), never above what this process may ask for."""
    wanted = {
        resource.RLIMIT_CPU: (int(seconds) + 1, int(seconds) + 3),
        resource.RLIMIT_FSIZE: (FILE_BYTES, FILE_BYTES),
        resource.RLIMIT_CORE: (0, 0),
        resource.RLIMIT_AS: (MEMORY, MEMORY),
        resource.RLIMIT_NOFILE: (128, 128),
        **({} if forks or os.geteuid() == 0 else {resource.RLIMIT_NPROC: (0, 0)}),
    }
    out = []
    for which, (soft, hard) in wanted.items():
        _, most = resource.getrlimit(which)
        bound = hard if most == resource.RLIM_INFINITY else min(hard, most)
        out.append((which, min(soft, bound), bound))
    return out


def _visible() -> list[str]:
    return [part for part in (*VISIBLE, *_texlive()) if os.path.lexists(part)]


@lru_cache(maxsize=1)
def _texlive() -> tuple[str, ...]:
    """The root of a TeX that is installed by itself, elsewhere than among the system's programs."""
    import shutil

    found = shutil.which("pdflatex") or shutil.which("xelatex")
    if found is None:
        return ()
    real = Path(found).resolve()
    if real.is_relative_to("/usr") and not real.is_relative_to("/usr/local"):
        return ()
    # …/texlive/2024/bin/x86_64-linux/pdftex: the year's folder, and texmf-local beside it
    bottom = next((part for part in real.parents if part.name == "bin"), real.parent)
    return tuple(str(part) for part in (bottom.parent, bottom.parent.parent / "texmf-local", Path(found).parent))


def _enter(
    libc: ctypes.CDLL, root: Path, folder: Path, inside: Sequence[tuple[bytes, str]], shown: Sequence[tuple[str, Path]], network: bool
) -> None:
    """Into a root of our own, in which there is what is shown and the folder.  OSError when the system refuses."""
    user, group = os.geteuid(), os.getegid()
    _call(libc.unshare(_NEWUSER | _NEWNS | _NEWIPC | _NEWUTS | (_NEWNET if network else 0)))
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)
    _call(libc.mount(None, b"/", None, _REC | _PRIVATE, None))
    place = str(root)
    _call(libc.mount(b"tmpfs", place.encode(), b"tmpfs", _NOSUID | _NODEV, b"size=1m,mode=755"))
    for source, name in inside:
        there = place + name
        os.makedirs(os.path.dirname(there), exist_ok=True)
        if os.path.islink(name):
            os.symlink(os.readlink(name), there)
            continue
        _bind(libc, source, there, os.path.isdir(name), _RDONLY)
    _bind(libc, str(folder).encode(), place + WORK, True, 0)
    for name, kept in shown:
        _bind(libc, str(kept).encode(), f"{place}{WORK}/{name}", False, _RDONLY)
    os.makedirs(f"{place}/dev", exist_ok=True)
    _bind(libc, b"/dev/null", f"{place}/dev/null", False, 0)
    os.chroot(place)
    os.chdir(WORK)


def _bind(libc: ctypes.CDLL, source: bytes, there: str, folder: bool, flags: int) -> None:
    """Show a file or a folder with what is mounted below it at another place."""
    if folder:
        os.makedirs(there, exist_ok=True)
    elif not os.path.exists(there):
        os.close(os.open(there, os.O_CREAT | os.O_WRONLY, 0o600))
    _call(libc.mount(source, there.encode(), None, _BIND | _REC, None))
    if not flags:
        return
    attributes = (ctypes.c_uint64 * 4)(_RDONLY | _NOSUID, 0, 0, 0)
    if libc.syscall(_MOUNT_SETATTR, -100, there.encode(), 0x8000, ctypes.byref(attributes), 32) != 0:
        _call(libc.mount(None, there.encode(), None, _REMOUNT | _BIND | _RDONLY | _NOSUID | _NODEV, None))


def _call(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


# --------------------------------------------------------------------------------------------- what the system gives
@lru_cache(maxsize=1)
def standing() -> Walls:
    """Which walls stand here: tried once, in a child."""
    if os.environ.get("DERIVE_CELL") == "off" or not hasattr(os, "fork"):
        return Walls(False, False, "switched off by DERIVE_CELL=off")
    why = ""
    for network in (True, False):
        why = _tried(network)
        if not why:
            return Walls(True, network)
    return Walls(False, False, why)


def _tried(network: bool) -> str:
    """'' when a child can go behind the walls, else what the system answers."""
    if not hasattr(_libc(), "unshare"):
        return "this system has no namespaces"
    with workspace.inner("try") as folder:
        root = folder.with_name(f"{folder.name}.root")
        root.mkdir()
        inside = [(part.encode(), part) for part in _visible()]
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                _enter(_libc(), root, folder, inside, (), network)
            except BaseException as error:
                os.write(write, (str(error) or type(error).__name__).encode()[:200])
            os._exit(0)
        os.close(write)
        with os.fdopen(read, "rb") as answer:
            said = answer.read().decode("utf-8", "replace")
        os.waitpid(child, 0)
    return said
