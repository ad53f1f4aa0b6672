"""Tasks done by several processes; one that is killed takes no other task along, and none outlives us."""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from derive.errors import DeriveError, Position
from derive.pipeline import workspace

A = TypeVar("A")
B = TypeVar("B")

AHEAD = 2
"""Tasks a worker is given at a time, so that it never waits for the next."""


def work(tasks: Sequence[A], workers: int, act: Callable[[A], B], lost: Callable[[A], B] | None = None) -> Iterator[B]:
    """The tasks done, in the order in which they end; with one worker in this process, one after the other.

    lost  what stands for a task whose process was killed, alone with it (by the system, when memory is short); without it that is a
          DeriveError [killed]
    """
    if workers <= 1 or len(tasks) <= 1:
        yield from map(act, tasks)
        return
    left = list(range(len(tasks)))
    while left:
        done: set[int] = set()
        suspects: list[int] = []
        for number, result in _in_pool(tasks, left, min(workers, len(left)), act, suspects):
            done.add(number)
            yield result
        left = [number for number in left if number not in done]
        # A process was killed: whatever was being done then is done again, each alone, to find out which it was.
        for number in suspects:
            left.remove(number)
            again = [result for _, result in _in_pool(tasks, [number], 1, act, [])]
            if not again and lost is None:
                raise killed()
            yield again[0] if again or lost is None else lost(tasks[number])


def killed(file: str | None = None) -> DeriveError:
    """What is said of work whose process is gone."""
    return DeriveError(
        "the process that worked on this was killed: by the system when memory is short, or by hand", code="killed",
        where=Position(file) if file else None, hint="fewer processes at a time: -j 1",
    )


def _in_pool(
    tasks: Sequence[A], numbers: Sequence[int], workers: int, act: Callable[[A], B], suspects: list[int]
) -> Iterator[tuple[int, B]]:
    """(number, result) of these tasks, until a worker is killed: then the numbers of what was under way are in `suspects`."""
    pool = ProcessPoolExecutor(workers, initializer=_begin, initargs=(os.getpid(),))
    finished = False
    try:
        waiting = iter(numbers)
        pending: dict[Future[B], int] = {}
        while True:
            for number in waiting:
                pending[pool.submit(act, tasks[number])] = number
                if len(pending) >= workers * AHEAD:
                    break
            if not pending:
                finished = True
                return
            ended, _ = wait(pending, return_when=FIRST_COMPLETED)
            for future in ended:
                number = pending.pop(future)
                try:
                    result = future.result()
                except BrokenProcessPool:
                    suspects += [number, *pending.values()]
                    return
                yield number, result
    except BrokenProcessPool:
        suspects += pending.values()
    finally:
        if not finished:
            for process in (getattr(pool, "_processes", None) or {}).values():
                process.kill()
        pool.shutdown(wait=True, cancel_futures=True)


def _begin(parent: int) -> None:
    """A worker ends with its parent, and leaves the keyboard to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGHUP, _leave)
    libc = ctypes.CDLL(None)
    if hasattr(libc, "prctl"):
        libc.prctl(1, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)


def _leave(number: int, _frame: object) -> None:
    workspace.leave()
    os._exit(128 + number)
