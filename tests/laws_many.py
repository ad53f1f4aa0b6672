"""Thousands of random functions against the laws: `python -m tests.laws_many FIRST LAST FILE`, a line of JSON a function.

A function is its seed: `case_of(seed)` is the same problem whenever it is asked for.  What FILE holds already is not tried again,
so that a run can be stopped and go on.  `python -m tests.laws_many --report FILE…` counts, `--again FILE` tries its failures once more.
"""

from __future__ import annotations

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import json
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median
from types import FrameType
from typing import Any

from derive.expressions.nodes import Apply, Expr, Map, Symbol, Unnamed
from derive.expressions.sizes import is_column, is_scalar
from derive.expressions.traverse import at, walk
from derive.notation.text.text import text
from tests.laws import Outcome, outcome_of
from tests.laws_cases import DECLARED, Case, case_of
from tests.strategies import SYMBOLS

BAD = frozenset(("FAILED", "unverified", "slow"))
SLOW = 15.0
"""Seconds after which a function is given up."""


class Slow(BaseException):
    """A function took too long."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Slow is raised after that time of the processor, whatever else runs on it."""

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise Slow

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def timed(file: str, written: Expr | None = None, seconds: float = SLOW) -> Outcome:
    try:
        with at_most(seconds):
            return outcome_of(file, written)
    except Slow:
        return Outcome("slow", f"more than {seconds:g} s")


def outcome_within(case: Case, seconds: float) -> Outcome:
    return timed(case.file, case.written, seconds)


def tried(seed: int) -> dict[str, Any]:
    """The record of one function."""
    case = case_of(seed)
    start = time.process_time()
    found = timed(case.file, case.written)
    seconds = round(time.process_time() - start, 3)
    record = {"seed": seed, "kind": found.kind, "name": found.name, "feature": case.feature, "law": case.law, "seconds": seconds}
    return record if found.kind == "verified" else {**record, "detail": found.detail[:600], "file": case.file}


def many(first: int, last: int, file: Path) -> None:
    """Tries the functions with seeds first, …, last - 1 that the file does not hold yet."""
    done = {record["seed"] for record in records(file)}
    with file.open("a", encoding="utf-8") as out:
        for seed in range(first, last):
            if seed not in done:
                out.write(json.dumps(tried(seed), ensure_ascii=False) + "\n")
                out.flush()


def records(*files: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for f in files if f.exists() for line in f.read_text(encoding="utf-8").splitlines()]


def report(found: list[dict[str, Any]]) -> str:
    """How many of which kind, and the groups of what is not verified."""
    kinds = Counter(r["kind"] for r in found)
    times = sorted(r["seconds"] for r in found)
    lines = [
        f"{len(found)} functions, seeds {min(r['seed'] for r in found)} to {max(r['seed'] for r in found)}: "
        + ", ".join(f"{n} {kind}" for kind, n in kinds.most_common()),
        f"processor time a function: median {median(times):.2f} s, mean {sum(times) / len(times):.2f} s, largest {times[-1]:.1f} s",
    ]
    groups: dict[tuple[str, str], list[int]] = {}
    for r in found:
        if r["kind"] != "verified":
            groups.setdefault((r["kind"], r["name"]), []).append(r["seed"])
    for (kind, name), seeds in sorted(groups.items(), key=lambda g: (g[0][0], -len(g[1]))):
        lines.append(f"{len(seeds):6} {kind:10} {name}  (seeds {', '.join(map(str, seeds[:4]))}{', …' if len(seeds) > 4 else ''})")
    return "\n".join(lines)


# --------------------------------------------------------------------------------------------- smaller
def smaller(case: Case, name: str, budget: int = 150, seconds: float = 20.0) -> Case:
    """A case with the same failure and fewer nodes, found by putting parts of a subexpression in its place."""
    end = time.monotonic() + seconds
    progress = True
    while progress:
        progress = False
        for path in _paths(case.function):
            here = at(case.function, path)
            for part in sorted({*_parts(here)} - {here}, key=lambda e: len(text(e))):
                budget -= 1
                if budget < 0 or time.monotonic() > end:
                    return case
                try:
                    function = replace(case.function, path, part)
                    if not set(case.wrt) <= function.free:
                        continue
                    found = outcome_within(replace(case, function=function), 5.0)
                except Exception:
                    continue
                if found.name == name:
                    case, progress = replace(case, function=function), True
                    break
            if progress:
                break
    return case


def _paths(expr: Expr, prefix: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    yield prefix
    for k, child in enumerate(expr.children):
        yield from _paths(child, (*prefix, k))


def _parts(expr: Expr) -> Iterator[Expr]:
    """What may stand in its place: parts of its shape, and declared symbols in place of something longer."""
    if isinstance(expr, Symbol):
        return
    if not isinstance(expr, (Map, Apply)) or not isinstance(expr.function, Unnamed):
        yield from (p for p in walk(expr) if p.shape == expr.shape)
    if expr.children:
        yield from (s for s, _ in DECLARED.values() if s.shape == expr.shape and not s.has and s.name in expr.free)
    if is_scalar(expr.shape) or is_column(expr.shape):
        yield from (s for s in (SYMBOLS["s"], SYMBOLS["x"], SYMBOLS["y"]) if s.shape == expr.shape)


def again(found: list[dict[str, Any]]) -> int:
    """Tries what was bad once more, makes small what still is, and counts it."""
    left = 0
    for record in found:
        if record["kind"] not in BAD:
            continue
        now = timed(record["file"])
        if now.kind not in BAD:
            print(f"{record['seed']}: {record['kind']} {record['name']} -> {now.kind} {now.name}", flush=True)
            continue
        left += 1
        case = case_of(record["seed"])
        same = case.file == record["file"] and now.kind != "slow"  # another table draws another function
        file = smaller(replace(case, named=None), now.name).file if same else record["file"]
        print(f"-- {record['seed']} {now.kind}: {now.name}\n   {now.detail[:500]}\n{file}", flush=True)
    return left


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--report", *files]:
            print(report(records(*map(Path, files))))
        case ["--again", *files]:
            sys.exit(1 if again(records(*map(Path, files))) else 0)
        case [first, last, file]:
            many(int(first), int(last), Path(file))
        case _:
            sys.exit(__doc__)
