"""Tasks done by several processes; one that is killed takes no other task along, and none outlives us."""

from __future__ import annotations

import ctypes
import os
import re
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from typing import TypeVar

from derive.errors import DeriveError, Position
from derive.pipeline import workspace
from derive.pipeline.processes import cluster
from derive.pipeline.processes.jobserver import Jobserver, connected

A = TypeVar("A")
B = TypeVar("B")

AHEAD = 2
"""Tasks a worker is given at a time, so that it never waits for the next."""


@dataclass(frozen=True)
class Workers:
    """How many processes there may be, and the jobserver that lends one for each beyond the first; or the scheduler of a cluster."""

    count: int
    jobserver: Jobserver | None = None
    scheduler: str = ""

    def limit(self) -> int:
        """How many tasks may be under way now."""
        return self.count * AHEAD if self.jobserver is None else 1 + self.jobserver.take(self.count - 1)

    def needed(self, under_way: int) -> None:
        """Nothing more is begun: what is lent for more than this is given back."""
        if self.jobserver is not None:
            self.jobserver.give_back(under_way - 1)


def available(asked: int | None, scheduler: str = "") -> Workers:
    """As many as asked; else what make's jobserver lends, where we run below one; else as many as there are cores.

    Below a make that runs several recipes and does not hand us its jobserver it is one.
    """
    if scheduler:
        return Workers(1, scheduler=scheduler)
    if asked is not None:
        return Workers(max(asked, 1))
    flags = os.environ.get("MAKEFLAGS", "")
    cores = os.cpu_count() or 1
    if "jobserver" not in flags:
        return Workers(cores)
    jobserver = connected()
    most = re.search(r"(?:^|\s)-j(\d{1,3})\b", flags)
    return Workers(int(most[1]) if most else cores, jobserver) if jobserver is not None else Workers(1)


def work(tasks: Sequence[A], workers: Workers | int, act: Callable[[A], B], lost: Callable[[A], B] | None = None) -> Iterator[B]:
    """The tasks done, in the order in which they end; with one worker in this process, one after the other.

    lost  what stands for a task whose process was killed, alone with it (by the system, when memory is short); without it that is a
          DeriveError [killed]
    """
    workers = workers if isinstance(workers, Workers) else Workers(workers)
    if workers.scheduler:
        yield from cluster.work(tasks, workers.scheduler, act)
        return
    if workers.count <= 1 or len(tasks) <= 1:
        yield from map(act, tasks)
        return
    left = list(range(len(tasks)))
    while left:
        done: set[int] = set()
        suspects: list[int] = []
        for number, result in _in_pool(tasks, left, replace(workers, count=min(workers.count, len(left))), act, suspects):
            done.add(number)
            yield result
        left = [number for number in left if number not in done]
        # A process was killed: whatever was being done then is done again, each alone, to find out which it was.
        for number in suspects:
            left.remove(number)
            again = [result for _, result in _in_pool(tasks, [number], Workers(1), act, [])]
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
    tasks: Sequence[A], numbers: Sequence[int], workers: Workers, act: Callable[[A], B], suspects: list[int]
) -> Iterator[tuple[int, B]]:
    """(number, result) of these tasks, until a worker is killed: then the numbers of what was under way are in `suspects`."""
    pool = ProcessPoolExecutor(workers.count, initializer=_begin, initargs=(os.getpid(),))
    finished = False
    try:
        waiting = iter(numbers)
        pending: dict[Future[B], int] = {}
        while True:
            limit = workers.limit()
            while len(pending) < limit and (number := next(waiting, None)) is not None:
                pending[pool.submit(act, tasks[number])] = number
            workers.needed(len(pending))
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
        workers.needed(0)


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
