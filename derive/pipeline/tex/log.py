"""Reading a LaTeX log: the first error, boxes that do not fit, and which line of whose problem they belong to.

The documents write `DERIVE-AT file:line step k` to the log before every row; the last such marker before a message names
the author's place, which LaTeX's own line number does not (Beamer reports everything at the end of a frame).
"""

from __future__ import annotations

import re

from derive.errors import Position
from derive.values import dataclass

TOLERANCE = 0.5
"""Points by which a box may be too large before it counts (TeX's own rounding stays below 0.1)."""

_MARK = re.compile(r"^DERIVE-AT (?P<file>.*?):(?P<line>\d+) (?P<what>.*)$")
_BOX = re.compile(r"^Overfull \\(?P<box>[hv])box \((?P<points>[\d.]+)pt too (?:wide|high)\)(?P<rest>.*)$")
_UNDERFULL = re.compile(r"^Underfull \\(?P<box>[hv])box \(badness (?P<badness>\d+)\)")
_ROOM = re.compile(r"^DERIVE-ROOM (?P<points>[\d.]+)pt$")
_ERROR = re.compile(r"^(?:(?P<place>[^\s:]+):(?P<line>\d+): |! |!(?=pdfTeX error))(?P<message>.+)$")
_MISSING_FILE = re.compile(r"File [`'](?P<name>[^']+)' not found")
_RERUN = re.compile(r"Rerun to get|Label\(s\) may have changed|There were undefined references")
_UNDEFINED = re.compile(r"^LaTeX Warning: (?:Reference|Citation) [`'](?P<name>[^']+)'.*undefined")
_PAGES = re.compile(r"^Output written on .* \((?P<pages>\d+) pages?,")
_CHARACTER = re.compile(r"^Missing character: There is no (?P<character>.+?) in font")


@dataclass(frozen=True)
class Mark:
    """An author's place, as the document wrote it: `what` is `step 3`, `question`, …"""

    where: Position
    what: str


@dataclass(frozen=True)
class Box:
    """A box too large by `points` (too loose, with that badness); `mark` is the author's place, when one stands before it; a line of a
    paragraph, or not."""

    box: str
    points: float
    mark: Mark | None
    paragraph: bool = False


@dataclass(frozen=True)
class Log:
    """What a log says.

    overfull    boxes too large by more than TOLERANCE; `underfull` those that TeX finds too loose, by their badness
    error       LaTeX's first message and its place; `missing` files that TeX did not find
    undefined   references without a label; `characters` that a font does not have; `pages` of the PDF
    place       file and line that TeX says itself, `reading` what stands there, as far as it had come
    room        the least height, in points, that a theme left to the frames of derivations; 0 where nothing says it
    begun       whether TeX came as far as reading the document; `last` the author's place that it had come to
    """

    overfull: tuple[Box, ...]
    underfull: tuple[Box, ...]
    error: tuple[str, Mark | None] | None
    missing: tuple[str, ...]
    rerun: bool
    undefined: tuple[str, ...]
    characters: tuple[str, ...]
    pages: int = 0
    begun: bool = True
    last: Mark | None = None
    place: tuple[str, int] | None = None
    reading: str = ""
    room: float = 0.0


def read(log: str) -> Log:
    """The messages of a log, each with the last marker before it."""
    mark: Mark | None = None
    error: tuple[str, Mark | None] | None = None
    place: tuple[str, int] | None = None
    reading = ""
    overfull: list[Box] = []
    missing: list[str] = []
    undefined: list[str] = []
    characters: list[str] = []
    underfull: list[Box] = []
    pages, room = 0, 0.0
    lines = log.splitlines()
    for k, line in enumerate(lines):
        if found := _MARK.match(line):
            mark = Mark(Position(found["file"], int(found["line"])), found["what"])
        elif found := _BOX.match(line):
            if float(found["points"]) > TOLERANCE:
                overfull.append(Box(found["box"], float(found["points"]), mark, found["rest"].startswith(" in paragraph")))
        elif (found := _ROOM.match(line)) and mark is not None and mark.what.startswith("frame "):
            room = min(room or float(found["points"]), float(found["points"]))
        elif found := _UNDERFULL.match(line):
            underfull.append(Box(found["box"], float(found["badness"]), mark))
        elif found := _PAGES.match(line):
            pages = int(found["pages"])
        elif found := _UNDEFINED.match(line):
            undefined.append(found["name"])
        elif found := _CHARACTER.match(line):
            characters.append(found["character"])
        elif error is None and (found := _ERROR.match(line)) and not line.startswith("! ==>"):
            error = (_message(found["message"], lines[k + 1 : k + 8]), mark)
            place = (found["place"].removeprefix("./"), int(found["line"])) if found["place"] else None
            reading = next((after.partition(" ")[2].strip() for after in lines[k + 1 : k + 12] if re.match(r"l\.\d+ ", after)), "")
        if found := _MISSING_FILE.search(line):
            missing.append(found["name"])
    return Log(
        tuple(overfull), tuple(underfull), error, tuple(dict.fromkeys(missing)), bool(_RERUN.search(log)), tuple(undefined),
        tuple(dict.fromkeys(characters)), pages, "(./@document.tex" in log or "(@document.tex" in log, mark, place, reading, room,
    )


def _message(message: str, following: list[str]) -> str:
    """LaTeX's sentence, and for an undefined control sequence which one it is (the end of the `l.8 …` line)."""
    if message.startswith("Undefined control sequence"):
        for line in following:
            if found := re.search(r"(\\[A-Za-z@]+|\\.)\s*$", line):
                return f"undefined control sequence {found[1]}"
    return message.rstrip(".")
