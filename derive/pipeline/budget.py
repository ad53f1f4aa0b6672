"""What one problem may take: processor time and memory, and a sentence that names what took it when it is more."""

from __future__ import annotations

import faulthandler
import os
import re
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from types import FrameType
from typing import Any

from derive.errors import DeriveError, Position
from derive.values import dataclass

SECONDS = 60.0
MEMORY = 2 << 30


@dataclass(frozen=True)
class Budget:
    """Seconds of processor time, and bytes beside what the program itself holds; 0 is no limit."""

    seconds: float = SECONDS
    memory: int = MEMORY


class OverBudget(BaseException):
    """The time is up; no `except Exception` on the way keeps it."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


GRACE = 3.0
"""So many seconds after its time a process that may be ended is ended, when what it is at does not stop: code that no signal reaches."""
MOST_REPORTED = 100_000
LAST_SIGNAL = int(getattr(signal, "SIGVTALRM", signal.SIGTERM))

_current: ContextVar[Budget] = ContextVar("budget")
_running = False
_may_be_ended = False


def current() -> Budget:
    """The budget of each problem now."""
    return _current.get(Budget())


@contextmanager
def using(budget: Budget) -> Iterator[None]:
    """Within it each problem has this budget."""
    token = _current.set(budget)
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def within() -> Iterator[None]:
    """What is done in it has the current budget; in one another, the outer one holds.

    DeriveError [budget] names the quantity, and the term where it is short, that took more.
    """
    global _running
    if _running or threading.current_thread() is not threading.main_thread():
        yield
        return
    budget = current()
    _running = True
    try:
        with _limited_time(budget.seconds), _limited_memory(budget.memory):
            yield
    except OverBudget as over:
        raise _too_long(over.what, budget) from None
    except MemoryError as error:
        what = _told(_frames_of(error))
        raise DeriveError(
            f"this was stopped: {what} needs more than {budget.memory >> 20} MB of memory", code="budget",
            hint="make it smaller, or allow more with --memory",
        ) from None
    except RecursionError as error:
        what = _told(_frames_of(error))
        raise DeriveError(f"this is nested too deeply for {what}", code="budget", hint="give names to parts of it under `let`") from None
    finally:
        _running = False


def _too_long(what: str, budget: Budget) -> DeriveError:
    return DeriveError(
        f"this was stopped after {budget.seconds:g} s: {what} takes longer", code="budget",
        hint="give names to parts of it under `let`, or allow more with --timeout",
    )


# --------------------------------------------------------------------------------------------- a process that may be ended
def report_file() -> int:
    """A file without a name, for `may_be_ended` in a child and `ended` here; -1 where there is no place for one."""
    import tempfile

    try:
        return os.memfd_create("derive") if hasattr(os, "memfd_create") else os.dup(tempfile.TemporaryFile().fileno())
    except OSError:
        return -1


def may_be_ended(report: int) -> None:
    """From now on the kernel ends this process when a problem is over its budget and goes on all the same; where it was stands then
    in the file."""
    global _may_be_ended
    if not hasattr(signal, "setitimer"):
        return
    _may_be_ended = True
    signal.signal(LAST_SIGNAL, signal.SIG_DFL)
    if report >= 0:
        faulthandler.register(LAST_SIGNAL, report, all_threads=False, chain=True)


def ended(report: int) -> DeriveError:
    """[budget] what is said of a process that was ended, by what it left in the file."""
    text = os.pread(report, MOST_REPORTED, 0).decode("utf-8", "replace") if report >= 0 else ""
    return _too_long(_phase([name for name in map(_own_name, re.findall(r'File "([^"\n]*)"', text)) if name]), current())


def killed(file: str | None = None) -> DeriveError:
    """What is said of work whose process is gone."""
    return DeriveError(
        "the process that worked on this was killed: by the system when memory is short, or by hand", code="killed",
        where=Position(file) if file else None, hint="fewer processes at a time: -j 1",
    )


@contextmanager
def _limited_time(seconds: float) -> Iterator[None]:
    """A signal when the processor time is used up, and again every second, should something have kept it."""
    if not seconds or not hasattr(signal, "setitimer"):
        yield
        return

    def stop(_number: int, frame: FrameType | None) -> None:
        raise OverBudget(_described(frame))

    def unraised(found: Any) -> None:
        if not isinstance(found.exc_value, OverBudget):
            loud(found)

    loud = sys.unraisablehook
    before = signal.signal(signal.SIGPROF, stop)
    sys.unraisablehook = unraised
    signal.setitimer(signal.ITIMER_PROF, seconds, 1.0)
    if _may_be_ended:
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds + GRACE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        if _may_be_ended:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGPROF, before)
        sys.unraisablehook = loud


@contextmanager
def _limited_memory(memory: int) -> Iterator[None]:
    """A MemoryError for whoever asks for more than so many bytes beside what is held now."""
    held = _held()
    if not memory or not held:
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = held + memory
    bounds = [limit for limit in (soft, hard) if limit != resource.RLIM_INFINITY]
    try:
        resource.setrlimit(resource.RLIMIT_AS, (min([wanted, *bounds]), hard))
    except (OSError, ValueError):
        yield
        return
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _held() -> int:
    """The address space of this process, 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0


# --------------------------------------------------------------------------------------------- what took it
_PHASES = (
    ("calculus/quantities/stationary", "finding the stationary points"),
    ("calculus/quantities/hessian", "the Hessian"),
    ("calculus/quantities/second_derivative", "the second derivative"),
    ("calculus/quantities/second_lines", "the second derivative"),
    ("calculus/quantities/gradient", "the gradient"),
    ("calculus/quantities/jacobian", "the Jacobian"),
    ("calculus/quantities/taylor", "the Taylor polynomial"),
    ("calculus/quantities/vectorized", "the vectorized form"),
    ("calculus/quantities/linearity", "the derivative by linearity"),
    ("calculus/quantities/differential", "the differential"),
    ("calculus/quantities/first_derivative", "the first derivative"),
    ("calculus/passes/numbers", "the value at the point"),
    ("calculus/passes", "telling the steps"),
    ("reviewing", "the review"),
    ("checking", "the numeric check"),
    ("notation", "printing a line"),
    ("documents", "setting the page"),
    ("calculus", "the derivation"),
    ("language", "reading it"),
)
"""Parts of the program, the more special first, and what they are busy with, for the author."""

_PACKAGE = str(Path(__file__).resolve().parent.parent)
_MOST_PIECES = 24


def _described(frame: FrameType | None) -> str:
    """What the program is busy with in a frame."""
    frames = []
    while frame is not None:
        frames.append(frame)
        frame = frame.f_back
    return _told(frames)


def _told(frames: list[FrameType]) -> str:
    """The phase by the modules of the frames, the innermost first, and the expression at hand, when it is short."""
    ours = [(name, frame) for frame in frames if (name := _own_name(frame.f_code.co_filename))]
    return _phase([name for name, _ in ours]) + _term(ours)


def _own_name(file: str) -> str:
    """The name of a file of the program, as seen from its package; '' for any other."""
    return file[len(_PACKAGE) + 1 :].replace("\\", "/") if file.startswith(_PACKAGE) else ""


def _phase(files: list[str]) -> str:
    return next((words for prefix, words in _PHASES if any(name.startswith(prefix) for name in files)), "reading it")


def _term(frames: list[tuple[str, FrameType]]) -> str:
    """` of …`: the innermost expression at hand that is neither a letter nor long."""
    from derive.expressions.nodes import Expr
    from derive.expressions.traverse import walk

    for name, frame in frames:
        if not name.startswith(("calculus", "checking", "notation")):
            continue
        for value in list(frame.f_locals.values()):
            if not isinstance(value, Expr) or not value.children:
                continue
            pieces = 0
            for _ in walk(value):
                pieces += 1
                if pieces > _MOST_PIECES:
                    break
            if 3 < pieces <= _MOST_PIECES:
                try:
                    from derive.notation.text.text import text

                    said = text(value)
                except Exception:
                    continue
                if len(said) <= 80:
                    return f", at {said},"
    return ""


def _frames_of(error: BaseException) -> list[FrameType]:
    """The frames that an error came through, the innermost first."""
    trace = error.__traceback__
    frames = []
    while trace is not None:
        frames.append(trace.tb_frame)
        trace = trace.tb_next
    return frames[::-1]
