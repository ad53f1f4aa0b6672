"""Every page that can be made of a folder, typeset, and a scan of all logs: `python -m tests.every_page [FOLDER]… [options]`.

Printed: by kind of document how many were made and how many pages they have; overfull and underfull boxes, undefined
references, missing characters, sheets that hold a line of their solution; and each of them with its file.  Exit code 1 when
there is one.  The whole of `problems/` takes about a quarter of an hour on two cores: run it under `nice`.
"""

from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from derive.documents.page.document import Document
from derive.documents.page.modes import MODES
from derive.documents.page.settings import Fit, Settings
from derive.errors import DeriveError
from derive.notation.latex.text import Text
from derive.pipeline.examine import read_text
from derive.pipeline.produce import make
from derive.pipeline.subject import Subject, read

STILL = Settings(overlays=False)
"""A click shows a part of what the last click shows: a frame without clicks is as full as one with them."""

KINDS: dict[str, tuple[str, Settings]] = {
    "slides 16:9": ("slides", STILL),
    "slides 4:3": ("slides", replace(STILL, aspect=43)),
    "blank": ("blank", STILL),
    "solutions a4": ("solutions", STILL),
    "solutions letter": ("solutions", replace(STILL, paper="letter")),
    "article a4": ("article", STILL),
    "article letter": ("article", replace(STILL, paper="letter")),
    "handout": ("handout", STILL),
    "sheet": ("sheet", replace(STILL, hints=True)),
    "key": ("key", STILL),
}
"""By the name that is printed: mode and settings."""


@dataclass(frozen=True)
class Found:
    """What one document came to: its pages, and what is wrong with it."""

    file: str
    kind: str
    pages: int
    faults: tuple[str, ...]
    fills: tuple[float, ...] = ()


def filled(pdf: bytes) -> tuple[float, ...]:
    """Of the height between title and footline of each page, the share that is within 2 % of the page's height of ink; tints are none."""
    shown = subprocess.run(["pdftoppm", "-r", "40", "-gray", "-"], input=pdf, capture_output=True, check=True, timeout=300).stdout
    out: list[float] = []
    while shown:
        head = re.match(rb"P5\s+(\d+)\s+(\d+)\s+\d+\s", shown)
        assert head
        width, height = int(head[1]), int(head[2])
        page = np.frombuffer(shown, np.uint8, width * height, head.end()).reshape(height, width)
        near = max(int(0.02 * height), 1)
        ink = (page[int(0.14 * height) : int(0.92 * height)] < 190).any(axis=1)
        out.append(float((np.convolve(ink, np.ones(2 * near + 1), mode="same") > 0).mean()))
        shown = shown[head.end() + width * height :]
    return tuple(out)


def documents(file: str, kinds: Iterable[str]) -> Iterator[Found]:
    """The documents of a file, each typeset and looked through."""
    try:
        subject = read(read_text(file), file)
    except DeriveError as error:
        yield Found(file, "", 0, (f"derivation: {error.message}",))
        return
    for kind in kinds:
        yield look(subject, file, kind, *(KINDS[kind]))


def look(subject: Subject, file: str, kind: str, mode_name: str, settings: Settings) -> Found:
    """One document: everything that its log complains of, and what its page must not hold."""
    mode = MODES[mode_name]
    compose = partial(subject.document, mode, settings)
    try:
        made = make(compose, mode, settings)
    except DeriveError as error:
        return Found(file, kind, 0, (f"{error.code}: {error.message} ({error.where})",))
    faults = [f"overfull: {box.points:.1f} pt ({box.mark})" for box in made.log.overfull]
    faults += [f"underfull: {box.box}box, badness {box.points:.0f} ({box.mark})" for box in made.log.underfull]
    faults += [f"undefined: {name}" for name in made.log.undefined]
    faults += [f"missing character: {c}" for c in made.log.characters]
    if mode.reveals == "nothing" and "/lectures/" not in file:  # a lecture's words are its author's
        faults += [f"solution on a sheet: {line}" for line in solution_lines(subject, settings) if line in bare(made.tex)]
    return Found(file, kind, made.log.pages, tuple(faults), filled(made.pdf) if mode.slides and mode.name != "blank" else ())


def solution_lines(subject: Subject, settings: Settings) -> tuple[str, ...]:
    """Every line of the solution that its question does not state."""
    document: Document = subject.document(MODES["solutions"], settings, Fit())
    out: list[str] = []
    for page in document.pages:
        words = (page.question.statement, page.question.hint, *(word for part in page.parts for word in (part.statement, part.hint)))
        given = (*(str(left) + " ".join(map(str, lines)) for left, lines in page.question.lines), *page.question.given, *words)
        asked = bare(" ".join(map(str, given)))
        lines = [str(line) for block in page.blocks for row in block.rows for line in row.lines]
        lines += [str(line) for one in page.answers for line in one.lines]
        out += [bare(line) for line in lines if len(bare(line)) > 3 and bare(line) not in asked]
    return tuple(dict.fromkeys(out))


def bare(text: Text | str) -> str:
    return re.sub(r"\s+", "", str(text))


def _all(file: str, kinds: Sequence[str]) -> list[Found]:
    return list(documents(file, kinds))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.every_page", description=__doc__)
    parser.add_argument("paths", nargs="*", default=["problems"], help="files and folders")
    parser.add_argument("-j", "--jobs", type=int, default=1)
    parser.add_argument("--kinds", default=",".join(KINDS), help=f"some of: {', '.join(KINDS)}")
    chosen = parser.parse_args(arguments)
    files = sorted(
        path.as_posix() for name in chosen.paths for path in (Path(name).rglob("*.yaml") if Path(name).is_dir() else [Path(name)])
    )
    kinds = tuple(chosen.kinds.split(","))
    started = time.monotonic()
    made, pages, faults = Counter[str](), Counter[str](), Counter[str]()
    fills: dict[str, list[float]] = {kind: [] for kind in kinds}
    with ProcessPoolExecutor(chosen.jobs) as pool:
        for file, results in zip(files, pool.map(partial(_all, kinds=kinds), files), strict=True):
            print(f"{time.monotonic() - started:5.0f} s  {file}", file=sys.stderr, flush=True)
            for found in results:
                made[found.kind] += 1
                pages[found.kind] += found.pages
                fills.setdefault(found.kind, []).extend(found.fills)
                for fault in found.faults:
                    faults[fault.partition(":")[0]] += 1
                    print(f"{found.file}  {found.kind}  {fault}", flush=True)
    for kind in kinds:
        full = fills[kind]
        said = f"; median fill {statistics.median(full):.2f}, below a third {sum(f < 1 / 3 for f in full) / len(full):.0%}" if full else ""
        print(f"{kind:20} {made[kind]:5} documents {pages[kind]:6} pages{said}")
    wrong = ", ".join(f"{count} {name}" for name, count in faults.items()) or "nothing overfull, underfull, undefined or missing"
    print(f"{len(files)} files in {time.monotonic() - started:.0f} s: {wrong}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
