"""GNU make's jobserver: how many processes we may run beside the one that make counts already.

make lends a token, one byte, for each process more; it stands in a pipe whose two ends, or whose name, MAKEFLAGS says.
Source: GNU make manual, 13.1 "Sharing Job Slots with GNU make".
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from contextlib import suppress


class Jobserver:
    """The tokens that were taken; every one is given back."""

    def __init__(self, reading: int, writing: int) -> None:
        self.reading, self.writing = reading, writing
        self.taken: list[bytes] = []

    def take(self, most: int) -> int:
        """Take as many tokens as there are just now, up to `most` in all; how many are held."""
        while len(self.taken) < most:
            try:
                token = os.read(self.reading, 1)
            except (BlockingIOError, InterruptedError):
                break
            except OSError:
                break
            if not token:
                break
            self.taken.append(token)
        return len(self.taken)

    def give_back(self, all_but: int = 0) -> None:
        """Give back what is held beyond so many."""
        while len(self.taken) > max(all_but, 0):
            with suppress(OSError):
                os.write(self.writing, self.taken[-1])
            self.taken.pop()

    def close(self) -> None:
        self.give_back()
        for end in {self.reading, self.writing}:
            with suppress(OSError):
                os.close(end)


def only_told(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the make that runs us was asked only to say what it would do: a recipe with `+` is run all the same.

    Source: GNU make manual, 5.7.3 "Communicating Options to a Sub-make": options of one letter are the first word of MAKEFLAGS.
    """
    first = environment.get("MAKEFLAGS", "").partition(" ")[0]
    return "n" in first and not first.startswith("-") and "=" not in first


def connected(environment: Mapping[str, str] = os.environ) -> Jobserver | None:
    """The jobserver of the make that runs us; None where there is none, or where it did not hand it to our recipe (no `+`)."""
    found = re.search(r"--jobserver-(?:auth|fds)=(?:fifo:(\S+)|(-?\d+),(-?\d+))", environment.get("MAKEFLAGS", ""))
    if found is None:
        return None
    try:
        if found[1] is not None:
            end = os.open(found[1], os.O_RDWR | os.O_NONBLOCK)
            return Jobserver(end, end)
        given = int(found[2]), int(found[3])
        if min(given) < 0 or not all(stat.S_ISFIFO(os.fstat(end).st_mode) for end in given):
            return None
        # Opened anew: that it does not wait must not concern make and its other children, who share the ends that we were given.
        reading = os.open(f"/proc/self/fd/{given[0]}", os.O_RDONLY | os.O_NONBLOCK)
        return Jobserver(reading, os.dup(given[1]))
    except (OSError, ValueError):
        return None
