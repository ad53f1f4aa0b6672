"""Problem files and pasted derivations, read and reviewed: one, a folder of submissions, a deck with its own comments."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from derive.errors import DeriveError, Position
from derive.language.problems.problem import Problem
from derive.language.problems.read import read
from derive.language.yaml.reading import compose
from derive.pipeline.budget import within
from derive.pipeline.build import internal
from derive.pipeline.examine import STANDARD_INPUT, read_text
from derive.pipeline.home import home_of, inside
from derive.pipeline.processes import pool
from derive.pipeline.writing import cell
from derive.reviewing.inferring import Assumed, assumed
from derive.reviewing.judging.finding import RIGHT, UNCLEAR, WRONG
from derive.reviewing.judging.ground import Ground
from derive.reviewing.report import summary as told
from derive.reviewing.review import Review, review
from derive.values import dataclass

SUBMISSIONS = (".tex", ".txt", ".md")
_MARK = re.compile(r"^[ \t]*%+[ \t]*derive:[ \t]*(.*)$", re.MULTILINE)
_END = re.compile(r"^[ \t]*(?:\\end\{(?:frame|document)\}|\\(?:sub)*section\b|\\chapter\b|\\frame\b|\\begin\{frame\})", re.MULTILINE)


@dataclass(frozen=True)
class Reviewed:
    """A review with the name of its text for messages, the lines of the file before it, and the problem that was inferred, if one was."""

    name: str
    offset: int
    result: Review
    assumed: Assumed | None = None


def _judged(problem: Problem, text: str, before: str = "", ground: Ground | None = None) -> Review:
    """The review of a text that anybody may have written: it has the budget of a problem.  DeriveError [budget]."""
    with within():
        return review(problem, text, before, ground)


def reviewed(problem_file: str, claim_file: str | None) -> Reviewed:
    """The review of one claim: a file, standard input, or the problem's own.

    DeriveError for a file that cannot be read, a problem that is none, and a problem without a claim [claim].
    """
    if problem_file == claim_file == "-":
        raise DeriveError("standard input is either the problem or the claim", code="usage")
    name = STANDARD_INPUT if problem_file == "-" else problem_file
    problem = read(read_text(problem_file), name, asked=False)
    if claim_file is not None:
        text = read_text(claim_file)
        return Reviewed(STANDARD_INPUT if claim_file == "-" else claim_file, 0, _judged(problem, text))
    return _own_claim(problem, name)


def _own_claim(problem: Problem, name: str) -> Reviewed:
    claim = problem.options.claim
    if not claim:
        raise DeriveError("what is to be reviewed? Give a file of LaTeX, or `claim: |` in the problem file", code="claim", where=Position(name))
    position = problem.positions.get("claim")
    block = position is not None and problem.text.split("\n")[position.line - 1].rstrip().endswith(("|", "|-", "|+"))
    offset = position.line if position and block else position.line - 1 if position else 0
    return Reviewed(name, offset, _judged(problem, claim))


# ------------------------------------------------------------------------------------------ a deck
def reviewed_deck(path: str) -> list[Reviewed]:
    """The derivations of a LaTeX file that stand behind a comment `% derive: problems/ridge.yaml`, or behind comments that hold the
    lines of a problem, up to the next such comment, frame or section.  Behind an empty one, or one that declares symbols alone, and in a
    file without any, the rest is inferred.

    DeriveError [claim] where no function is stated, [shapes] where a letter may be more than one thing; at the comment for a problem
    that is none.
    """
    text = read_text(path)
    marks = list(_MARK.finditer(text))
    if not marks:
        return [_inferred(text, "", {}, path, 1, 0)]
    out = []
    for group in _groups(marks, text):
        start = group[-1].end()
        following = _MARK.search(text, start)
        end = following.start() if following else len(text)
        stop = _END.search(text, start, end)
        body = text[start : stop.start() if stop else end]
        line = text.count("\n", 0, group[0].start()) + 1
        said, before, offset = [m.group(1).rstrip() for m in group], text[: group[0].start()], text.count("\n", 0, start)
        symbols = _symbols_alone(said, path)
        if symbols is not None:
            out.append(_inferred(body, before, symbols, path, line, offset))
        else:
            out.append(Reviewed(path, offset, _judged(_named_problem(said, path, line), body, before)))
    return out


def _symbols_alone(lines: list[str], path: str) -> dict[str, str] | None:
    """The declarations of comments that say nothing else; None where they name or state a problem."""
    text = "\n".join(lines).strip()
    if not text:
        return {}
    try:
        node = compose(text + "\n", path)
    except DeriveError:
        return None
    if node is None or node.kind != "mapping" or [name.text for name, _ in node.pairs] != ["symbols"]:
        return None
    symbols = node.pairs[0][1]
    plain = symbols.kind == "mapping" and all(said.kind == "scalar" for _, said in symbols.pairs)
    return {name.text: said.text for name, said in symbols.pairs} if plain else None


def _inferred(body: str, before: str, symbols: dict[str, str], path: str, line: int, offset: int) -> Reviewed:
    try:
        found = assumed(body, before, symbols)
        return Reviewed(path, offset, _judged(found.problem, body, before), found)
    except DeriveError as error:
        error.where, error.source = Position(path, line), None
        raise


def _groups(marks: list[re.Match[str]], text: str) -> Iterator[list[re.Match[str]]]:
    """Comments directly below each other are one."""
    group: list[re.Match[str]] = []
    for mark in marks:
        if group and text[group[-1].end() : mark.start()].strip():
            yield group
            group = []
        group.append(mark)
    yield group


def _named_problem(lines: list[str], path: str, line: int) -> Problem:
    first = lines[0].strip()
    try:
        if len(lines) == 1 and first.endswith((".yaml", ".yml")):
            file = str(Path(path).parent / first) if path != "-" else first
            inside(file, home_of(path if path != "-" else "deck.tex"), Position(path, line))
            return read(read_text(file), file, asked=False)
        return read("\n".join(lines) + "\n", path, asked=False)
    except DeriveError as error:
        where = error.where
        if where is None or where.file == path:
            error.where = Position(path, line + (where.line - 1 if where else 0))
            error.source = None
        raise


# ------------------------------------------------------------------------------------------ a folder
@dataclass(frozen=True)
class Row:
    """One submission in a report."""

    file: str
    verdict: str
    line: int | None = None
    row: int | None = None
    slip: str = ""
    right: int = 0
    wrong: int = 0
    unclear: int = 0
    message: str = ""


COLUMNS = ("file", "verdict", "first_wrong_line", "first_wrong_row", "slip", "right", "wrong", "unclear", "message")


def reviewed_folder(problem_file: str, folder: str, workers: pool.Workers | int = 1) -> list[Row]:
    """Every submission of a folder against one problem, in the order of their names; one that cannot be read is a row too.

    problem_file  its path
    workers       how many processes, or those that stand ready
    DeriveError for the problem, and for a folder without submissions [claim].
    """
    text = read_text(problem_file)
    read(text, problem_file, asked=False)
    files = sorted(p for p in Path(folder).rglob("*") if p.suffix in SUBMISSIONS and p.is_file())
    if not files:
        raise DeriveError(f"there is no submission in {folder}: {', '.join(SUBMISSIONS)}", code="claim", where=Position(folder))
    tasks = [_Submission(text, problem_file, str(p), p.relative_to(folder).as_posix(), folder) for p in files]
    return sorted(pool.work(tasks, workers, _row, _lost), key=lambda row: row.file)


@dataclass(frozen=True)
class _Submission:
    """What a worker is given: the problem, the file, and its name in the folder."""

    text: str
    problem_file: str
    path: str
    name: str
    folder: str


def _lost(task: _Submission, error: DeriveError) -> Row:
    return Row(task.name, "unreadable", message=error.message)


@lru_cache(maxsize=4)
def _ground(text: str, problem_file: str) -> Ground:
    """The problem of a folder at its points, once a process."""
    return Ground.of(read(text, problem_file, asked=False))


def _row(task: _Submission) -> Row:
    name = task.name
    try:
        inside(task.path, Path(task.folder))
        ground = _ground(task.text, task.problem_file)
        result = _judged(ground.problem, read_text(task.path), ground=ground)
    except DeriveError as error:
        return _lost(task, error)
    except Exception as error:
        return _lost(task, internal(error, task.path))
    if not result.findings:
        return Row(name, "unreadable", message=told(result))
    verdicts = [f.verdict for f in result.findings]
    first = result.first_wrong
    counts = (sum(v not in (WRONG, UNCLEAR) for v in verdicts), verdicts.count(WRONG), verdicts.count(UNCLEAR))
    if first is None:
        unread = next((f.message for f in result.findings if f.verdict == UNCLEAR), "")
        return Row(name, result.verdict, None, None, "", *counts, unread)
    return Row(name, result.verdict, first.line, first.row, first.slip, *counts, first.message)


def as_csv(rows: Iterable[Row]) -> str:
    """The report of a folder, one submission a line."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for r in rows:
        counts = (r.right, r.wrong, r.unclear)
        writer.writerow([cell(r.file), r.verdict, r.line or "", r.row or "", r.slip, *counts, cell(r.message.replace("\n", "; "))])
    return out.getvalue()


def summary(rows: list[Row]) -> str:
    """`40 submissions: 31 right, 8 wrong, 1 unclear`."""
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.verdict] = counts.get(row.verdict, 0) + 1
    words = ", ".join(f"{counts[v]} {v}" for v in (RIGHT, WRONG, UNCLEAR, "unreadable") if v in counts)
    return f"{len(rows)} {'submission' if len(rows) == 1 else 'submissions'}: {words}"
