"""Tasks done by several processes; one that is ended takes no other task along, and none outlives us."""

from __future__ import annotations

import ctypes
import os
import pickle
import re
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar, cast

from derive.errors import DeriveError
from derive.pipeline import budget, workspace
from derive.pipeline.processes import cluster
from derive.pipeline.processes.jobserver import Jobserver, connected
from derive.values import dataclass

A = TypeVar("A")
B = TypeVar("B")

@dataclass(frozen=True)
class Workers:
    """How many processes there may be, and the jobserver that lends one for each beyond the first; or the scheduler of a cluster.

    apart  whether even a single one is not this process, so that it can be ended alone
    """

    count: int
    jobserver: Jobserver | None = None
    scheduler: str = ""
    apart: bool = False

    def limit(self) -> int:
        """How many tasks may be under way now."""
        return self.count if self.jobserver is None else 1 + self.jobserver.take(self.count - 1)

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
        return Workers(max(asked, 1), apart=True)
    flags = os.environ.get("MAKEFLAGS", "")
    cores = os.cpu_count() or 1
    if "jobserver" not in flags:
        return Workers(cores, apart=True)
    jobserver = connected()
    most = re.search(r"(?:^|\s)-j(\d{1,3})\b", flags)
    return Workers(int(most[1]) if most else cores, jobserver, apart=True) if jobserver is not None else Workers(1, apart=True)


Lost = Callable[[A, DeriveError], B]


def work(tasks: Sequence[A], workers: Workers | int, act: Callable[[A], B], lost: Lost[A, B] | None = None) -> Iterator[B]:
    """The tasks done, in the order in which they end; with one worker that is not apart in this process, one after the other.

    workers  how many processes, or those that stand ready
    act      on one task, in a worker; its result is pickled
    lost     what stands for a task whose process was ended: since it was over its budget and did not stop (DeriveError [budget]), or by the
             system, when memory is short, twice ([killed]); without it that error is raised
    """
    workers = workers if isinstance(workers, Workers) else Workers(workers)
    if workers.scheduler:
        yield from cluster.work(tasks, workers.scheduler, partial(_elsewhere, act, lost))
        return
    if workers.count <= 1 and not workers.apart:
        yield from map(act, tasks)
        return
    crew = _Crew(tasks, act)
    again: list[int] = []
    try:
        for number, result, error in crew.done(range(len(tasks)), workers):
            if error is None:
                yield result
            elif error.code == "killed":
                again.append(number)
            else:
                yield _instead(tasks[number], error, lost)
        # What was killed may have had too little memory beside the others: once more, alone.
        crew.dismiss()
        for number, result, error in crew.done(again, Workers(1)):
            yield result if error is None else _instead(tasks[number], error, lost)
    finally:
        crew.dismiss()


def _instead(task: A, error: DeriveError, lost: Lost[A, B] | None) -> B:
    if lost is None:
        raise error
    return lost(task, error)


def _elsewhere(act: Callable[[A], B], lost: Lost[A, B] | None, tasks: Sequence[A]) -> list[B]:
    """What a worker of a cluster does: the tasks, in a process of their own.  It works in a thread, where no signal says that time is up."""
    script = f"import sys; sys.path[:] = {sys.path!r}; from derive.pipeline.processes.pool import serve; serve({os.getpid()})"
    done = subprocess.run([sys.executable, "-c", script], input=pickle.dumps((act, lost, tasks)), capture_output=True, check=False)
    if done.returncode != 0:
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise ChildProcessError(" ".join(last) or f"a process ended with {done.returncode}")
    return cast(list[B], pickle.loads(done.stdout))


def serve(parent: int) -> None:
    """Do the tasks that stand on standard input, for a worker of a cluster, and write what comes out; end with it.

    parent  the worker's process
    """
    _begin(parent)
    act, lost, tasks = pickle.load(sys.stdin.buffer)
    sys.stdout.buffer.write(pickle.dumps(list(work(tasks, Workers(1, apart=True), act, lost))))


@dataclass
class _Worker:
    """A process, our end of the pipe to it, where it says what it was at when the kernel ended it, and the task that it has."""

    process: Any
    pipe: Connection
    report: int
    task: int | None = None


class _Crew:
    """Processes that wait for the numbers of tasks; what they know of the tasks they have from their birth."""

    def __init__(self, tasks: Sequence[A], act: Callable[[A], B]) -> None:
        self.tasks, self.act = tasks, act
        self.workers: list[_Worker] = []

    def done(self, numbers: Sequence[int], most: Workers) -> Iterator[tuple[int, Any, DeriveError | None]]:
        """(number, result, None) of these tasks as they end, or (number, None, why there is none)."""
        waiting = deque(numbers)
        while True:
            self._fill(waiting, most)
            busy = {worker.pipe: worker for worker in self.workers if worker.task is not None}
            most.needed(len(busy))
            if not busy:
                return
            ended = []
            for pipe in wait(list(busy)):
                worker = busy[pipe]  # type: ignore[index]
                number, worker.task = worker.task, None
                ended.append((number, *self._result(worker)))
            # The next are begun before anyone looks at these.
            self._fill(waiting, most)
            for number, result, error in ended:
                assert number is not None
                yield number, result, error

    def _fill(self, waiting: deque[int], most: Workers) -> None:
        """Give tasks to who has none, as many as may be under way."""
        under_way = sum(worker.task is not None for worker in self.workers)
        limit = min(most.limit(), most.count) if waiting else 0
        while waiting and under_way < limit:
            free = next((worker for worker in self.workers if worker.task is None), None) or self._hired()
            free.task = waiting.popleft()
            under_way += 1
            try:
                free.pipe.send(free.task)
            except OSError:
                # It was killed while it waited.
                waiting.appendleft(free.task)
                free.task = None
                under_way -= 1
                self._buried(free)

    def _hired(self) -> _Worker:
        ours, theirs = Pipe()
        report = budget.report_file()
        process = get_context("fork").Process(target=_serve, args=(theirs, self.tasks, self.act, os.getpid(), report), daemon=True)
        process.start()
        theirs.close()
        self.workers.append(_Worker(process, ours, report))
        return self.workers[-1]

    def _result(self, worker: _Worker) -> tuple[Any, DeriveError | None]:
        """What a process hands back, or why it does not; what it raised is raised."""
        try:
            good, value = worker.pipe.recv()
        except (EOFError, OSError):
            return None, self._buried(worker)
        if not good:
            raise value
        return value, None

    def _buried(self, worker: _Worker) -> DeriveError:
        """A process that is gone, or shall be, leaves the crew; why it has gone."""
        self.workers.remove(worker)
        worker.process.join(1)
        worker.process.kill()
        worker.process.join()
        error = budget.ended(worker.report) if worker.process.exitcode == -budget.LAST_SIGNAL else budget.killed()
        worker.pipe.close()
        if worker.report >= 0:
            os.close(worker.report)
        return error

    def dismiss(self) -> None:
        """All go: at once, where they are at something."""
        for worker in self.workers:
            if worker.task is None:
                try:
                    worker.pipe.send(None)
                except OSError:
                    worker.process.kill()
            else:
                worker.process.kill()
        for worker in list(self.workers):
            self._buried(worker)


PATIENCE = 5.0
"""Seconds after which a worker that has nothing to do looks whether we are still there."""


def _serve(pipe: Connection, tasks: Sequence[A], act: Callable[[A], B], parent: int, report: int) -> None:
    """What a worker does: the tasks whose numbers it is told, until it is told none."""
    _begin(parent)
    budget.may_be_ended(report)
    while True:
        while not pipe.poll(PATIENCE):
            if os.getppid() != parent:
                _leave(signal.SIGHUP, None)
        try:
            number = pipe.recv()
        except EOFError:
            number = None
        if number is None:
            workspace.leave()
            return
        try:
            answer: tuple[bool, Any] = (True, act(tasks[number]))
        except Exception as error:
            answer = (False, error)
        pipe.send(answer)


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
