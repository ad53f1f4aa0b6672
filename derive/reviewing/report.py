"""A review told: as JSON for programs, as text for people, as annotations for a pull request.

`name` is that of the claim's file, `offset` how many lines of it stand before the derivation, `assumed` the problem that was inferred.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from typing import Any

from derive.errors import visible
from derive.reviewing.inferring import Assumed
from derive.reviewing.judging.finding import RIGHT, UNCLEAR, WRONG, Finding
from derive.reviewing.review import Review

MAX_SHOWN = 160


def record(review: Review, assumed: Assumed | None = None) -> dict[str, Any]:
    """The JSON object: verdict, first_wrong, lines; what was inferred, where something was."""
    first = review.first_wrong
    return {
        **({} if assumed is None else {"assumed": {"symbols": dict(assumed.symbols), "function": assumed.function}}),
        "verdict": review.verdict,
        "first_wrong": None if first is None else {"line": first.line, "row": first.row},
        "lines": [
            {"line": f.line, "row": f.row, "verdict": f.verdict, "follows": f.follows, "message": f.message} for f in review.findings
        ],
    }


def as_json(found: dict[str, Any] | list[dict[str, Any]]) -> str:
    """One record; a list of them for the derivations of a deck."""
    return json.dumps(found, ensure_ascii=False, indent=2)


def line_numbers(review: Review, offset: int = 0) -> list[int]:
    """The line of the file, counted from 1, at which each relation stands; offset: lines before the text."""
    starts = [m.end() for m in re.finditer("\n", review.text)]
    return [offset + 1 + bisect_right(starts, f.place) for f in review.findings]


def as_text(review: Review, name: str, offset: int = 0, assumed: Assumed | None = None, one_of_many: bool = False) -> str:
    """What was inferred, what is wrong or unclear, each with its place, and a line that counts.

    one_of_many  whether other derivations are told beside it: the line that counts has its place too
    """
    out = [] if assumed is None else [f"{name}:{offset + 1}: {assumed.words}"]
    wrong_before: int | None = None
    for finding, number in zip(review.findings, line_numbers(review, offset), strict=True):
        place = f"{name}:{number}: line {finding.line}"
        shown = _shown(finding)
        if finding.verdict == WRONG:
            if wrong_before is not None and finding.follows:
                out.append(f"{place} follows from line {wrong_before}, but not from the problem: {shown}")
            else:
                out.append(f"{place} is wrong: {shown}")
                out += [f"    {part}" for part in finding.message.split("\n") if part]
                wrong_before = finding.line
        elif finding.verdict == UNCLEAR:
            out.append(f"{place} could not be told: {shown}")
            out += [f"    {part}" for part in finding.message.split("\n") if part]
    out.append(f"{name}:{offset + 1}: {summary(review)}" if one_of_many else summary(review))
    return visible("\n".join(out))


def summary(review: Review) -> str:
    """`5 lines: 2 right, 1 wrong, 1 follows a wrong one, 1 could not be read`."""
    counts: dict[str, int] = {}
    wrong = False
    for f in review.findings:
        word = f.verdict
        if word == WRONG:
            word = "follows a wrong one" if wrong and f.follows else WRONG
            wrong = True
        elif word == UNCLEAR:
            word = "could not be told"
        elif word != RIGHT:
            word = f"a {word}"
        counts[word] = counts.get(word, 0) + 1
    total = len(review.findings)
    if not total:
        return "no relation was found: there is no =, ≤ or ≈ in what was pasted"
    parts = ", ".join(f"{n} {word}" for word, n in counts.items())
    return f"{total} {'line' if total == 1 else 'lines'}: {parts}"


def as_github(review: Review, name: str, offset: int = 0, assumed: Assumed | None = None) -> str:
    """One workflow command for each line that is wrong or unclear, and one for what was inferred."""
    out = [] if assumed is None else [f"::notice file={_property(name)},line={offset + 1}::{_data(assumed.words)}"]
    for finding, number in zip(review.findings, line_numbers(review, offset), strict=True):
        if finding.verdict not in (WRONG, UNCLEAR):
            continue
        kind = "error" if finding.verdict == WRONG else "warning"
        said = f"{_shown(finding)}\n{finding.message}".strip()
        title = f"line {finding.line} is wrong" if kind == "error" else f"line {finding.line} could not be told"
        out.append(f"::{kind} file={_property(name)},line={number},title={_property(title)}::{_data(said)}")
    return "\n".join(out)


def _data(text: str) -> str:
    return visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _shown(finding: Finding) -> str:
    text = " ".join(finding.source.split())
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"
