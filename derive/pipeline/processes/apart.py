"""A command that works in a child of ours: it can be ended alone, and we are there to say why."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from types import FrameType

from derive.pipeline import budget

PATIENCE = 2.0
"""Seconds that the child has after Ctrl-C, which a terminal tells it as well, before we tell it ourselves."""


def code_of_child() -> int | None:
    """None in the child, which goes on; in us its exit code, once it has ended.  Where there are no forks we are the child.

    DeriveError [budget] when it had to be ended, [killed] when somebody else ended it.
    """
    if not hasattr(os, "fork"):
        return None
    sys.stdout.flush()
    sys.stderr.flush()
    report = budget.report_file()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        libc = ctypes.CDLL(None)
        if hasattr(libc, "prctl"):
            libc.prctl(1, signal.SIGKILL, 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)
        budget.may_be_ended(report)
        return None
    return _waited(child, report)


def _waited(child: int, report: int) -> int:
    """The exit code of the child, which is told whatever we are told."""

    def tell(number: int, _frame: FrameType | None) -> None:
        os.kill(child, signal.SIGINT if number == signal.SIGALRM else number)

    def tell_later(_number: int, _frame: FrameType | None) -> None:
        signal.setitimer(signal.ITIMER_REAL, PATIENCE)

    acts = {signal.SIGTERM: tell, signal.SIGHUP: tell, signal.SIGALRM: tell, signal.SIGINT: tell_later}
    before = {number: signal.signal(number, act) for number, act in acts.items()}
    try:
        _, status = os.waitpid(child, 0)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, act in before.items():
            signal.signal(number, act)
    if os.WIFEXITED(status):
        return os.WEXITSTATUS(status)
    if os.WTERMSIG(status) == budget.LAST_SIGNAL:
        raise budget.ended(report)
    if os.WTERMSIG(status) == signal.SIGKILL:
        raise budget.killed()
    return 128 + os.WTERMSIG(status)
