"""The same tasks on other machines: a Dask cluster, by the address of its scheduler."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import as_completed
from typing import TypeVar

from derive.errors import DeriveError

A = TypeVar("A")
B = TypeVar("B")

TOGETHER = 50
"""Documents in one task of the cluster: what it costs to send one is little beside them."""
SECONDS = "30s"
"""A scheduler that does not answer for so long is not there."""


def work(tasks: Sequence[A], address: str, act: Callable[[Sequence[A]], list[B]], together: int = TOGETHER) -> Iterator[B]:
    """The tasks done, in the order in which they end.  What a worker that is gone had not handed back, another one does.

    act       on several tasks; it must be importable by a worker
    together  how many tasks are sent at once

    Tasks are pure, and their results come back as values: only this process writes.
    DeriveError [missing-program] without the library, [cluster] when there is no scheduler, or workers die again and again.
    """
    try:
        from distributed import Client
    except ImportError:
        raise DeriveError(
            "--scheduler needs the library `distributed`", code="missing-program", hint="pip install 'derive[cluster]'"
        ) from None
    try:
        client = Client(address, timeout=SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise DeriveError(f"no scheduler answers at {address}: {error or type(error).__name__}", code="cluster") from None
    with client:
        pieces = [list(tasks[start : start + together]) for start in range(0, len(tasks), together)]
        pool = client.get_executor(pure=False, retries=2)
        for future in as_completed([pool.submit(act, piece) for piece in pieces]):
            try:
                found = future.result()
            except Exception as error:
                raise DeriveError(f"the cluster could not do this: {type(error).__name__}: {error}", code="cluster") from None
            yield from found
