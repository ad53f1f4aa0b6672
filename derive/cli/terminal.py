"""A derivation in the terminal: numbered lines aligned at their relation, the reason at the right, as wide as the window."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping

import click
from wcwidth import wcswidth as cell_len

from derive.derivation.derivation import Chain, Head, Line
from derive.derivation.reason import Why
from derive.documents.page.rows import EQUIVALENCES
from derive.documents.page.views import Boxed, passages, says_not
from derive.documents.wording.translation import translated
from derive.documents.wording.words import words as words_of
from derive.expressions.nodes import Expr
from derive.expressions.sizes import show as show_shape
from derive.language.problems.problem import Problem
from derive.notation import shapes
from derive.notation.settings import DEFAULT, Notation
from derive.notation.text import text
from derive.pipeline.examine import Examined

NARROWEST = 40


def show(examined: Examined) -> None:
    """Print it on standard output; without colour when NO_COLOR is set or it is not a terminal."""
    plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb" or not sys.stdout.isatty()
    width = max(shutil.get_terminal_size((100, 24)).columns, NARROWEST)
    for line in lines(examined, width):
        click.echo(click.unstyle(line) if plain else line, color=not plain)


def lines(examined: Examined, width: int) -> Iterator[str]:
    """The lines of a derivation, none wider than `width` unless a single term is."""
    problem, derivation, notation = examined.problem, examined.derivation, examined.settings.notation
    words = words_of(notation.language)
    yield click.style(problem.title, bold=True)
    yield ""
    yield f"  {_function(problem, notation)} = {text.pretty(problem.function, notation)}"
    for symbol, expr in problem.let:
        yield f"  {text.pretty(symbol)} = {text.pretty(expr, notation)}"
    for symbol, expr in derivation.letters:
        yield f"  {words['with']} {text.pretty(symbol)} = {text.pretty(expr, notation)}"
    given = ", ".join(f"{text.pretty(s)} {_kind(s.shape, s.has, words)}" for s in problem.symbols.values())
    yield from (click.style(f"  {line}", dim=True) for line in wrapped(given, width - 2, ", "))
    number = 0
    for passage in passages(derivation):
        yield ""
        yield click.style(_said((passage.chain.title,), notation), bold=True, fg="blue")
        left, beside = _left_width(passage.chain, notation), _beside_width(passage.chain, notation)
        for view in passage.views:
            number += 1
            yield from _row(number, view.line, left, width, notation, beside)
        for box in passage.boxed:
            yield from _answer(box, width, notation)
    said = [c for passage in passages(derivation) for box in passage.boxed for c in box.result.conditions]
    for condition in derivation.conditions:
        told = _said(condition, notation)
        if says_not(condition):
            yield from (f"  {part}" for part in wrapped(f"{told[:1].upper()}{told[1:]}{words['stop']}", width - 2, " "))
        elif condition not in said:
            yield f"  {words['where']} {told}"
    for remark in derivation.remarks:
        yield from (f"  {part}" for part in wrapped(_said(remark, notation), width - 2, " "))
    report = examined.report
    yield ""
    yield click.style(
        words["checked"].format(points=report.points, error=f"{report.max_relative_error:.0e}"), dim=True
    )


def _said(why: Why, notation: Notation) -> str:
    return text.why(translated(why, notation.language), notation)


def _function(problem: Problem, notation: Notation) -> str:
    return text.head(Head("value", problem.name, problem.wrt), notation)


def _kind(shape: object, has: frozenset[str], words: Mapping[str, str]) -> str:
    from derive.documents.page.question import said

    english = words["language"] == "en"
    told = " ".join(name.replace("-", " ") if english else words[f"has.{name}"] for name in said(has))
    size = show_shape(shape)  # type: ignore[arg-type]
    return f"({told + ' ' if told else ''}{words['is.scalar'] if size == 'a scalar' else size})"


def rows(chain: Chain, width: int) -> Iterator[str]:
    """The lines of one chain, numbered from 1."""
    left = _left_width(chain)
    for k, line in enumerate(chain.lines):
        yield from _row(k + 1, line, left, width)


def _left_width(chain: Chain, notation: Notation = DEFAULT) -> int:
    return max((cell_len(_left(line, notation)) for line in chain.lines), default=0)


def _beside_width(chain: Chain, notation: Notation) -> int:
    """What the definitions of a table of intermediates take, in front of their derivatives."""
    return max((cell_len(_beside(line, notation)) + 2 for line in chain.lines if line.beside), default=0)


def _beside(line: Line, notation: Notation) -> str:
    if line.beside is None:
        return ""
    name, definition = line.beside
    return f"{_side(name, notation)} = {text.pretty(definition, notation)},"


def _left(line: Line, notation: Notation = DEFAULT) -> str:
    left = "" if line.left is None else _side(line.left, notation)
    return f"{line.relation} {left}" if left and line.relation in EQUIVALENCES else left


def _side(side: Head | Expr, notation: Notation) -> str:
    return text.head(side, notation) if isinstance(side, Head) else text.pretty(side, notation)


def _row(number: int, line: Line, left: int, width: int, notation: Notation = DEFAULT, beside: int = 0) -> Iterator[str]:
    relation = "=" if line.left is not None and line.relation in EQUIVALENCES else line.relation
    here = _left(line, notation)
    before = _beside(line, notation)
    before += " " * (beside - cell_len(before))
    start = f"{number:>4}  {before}{here.rjust(left + len(here) - cell_len(here))} {relation} "
    whole = f"{text.pretty(line.expr, notation)} {shapes.space_text(line)}".rstrip()
    body = wrapped(whole, max(width - cell_len(start), 20), " + ", " - ", " − ")
    why = _said(line.why, notation) if line.why else ""
    for k, part in enumerate(body):
        row = (start if k == 0 else " " * cell_len(start)) + part
        if k == len(body) - 1 and why and cell_len(row) + cell_len(why) + 2 <= width:
            row += " " * (width - cell_len(row) - cell_len(why)) + click.style(why, fg="cyan")
            why = ""
        yield row
    if why:
        for part in wrapped(why, width - 8, ", "):
            yield click.style(part.rjust(width - max(cell_len(part) - len(part), 0)), fg="cyan")
    if line.shaped:
        for part in wrapped(shapes.listed(line.expr), width - 10, ", "):
            yield click.style(f"{'':10}{part}", dim=True)


_KINDS = {"none": "no stationary point", "undetermined": "not decided by the second-order test"}
"""How the kinds of a stationary point are said where they are not said by their names."""


def _answer(box: Boxed, width: int, notation: Notation) -> Iterator[str]:
    left = _side(box.left, notation)
    result = box.result
    notes = [_said(condition, notation) for condition in result.conditions]
    if result.subject:
        notes.append(_said(result.subject, notation))
    elif result.classification:
        notes.append(_said((_KINDS.get(result.classification, result.classification),), notation))
    row = f"      {left} {box.relation} {text.pretty(result.expr, notation)}"
    note = f"   ({'; '.join(notes)})" if notes else ""
    yield click.style(row, bold=True, fg="green") + (note if cell_len(row + note) <= width else "")
    if note and cell_len(row + note) > width:
        yield f"      {note.strip()}"


def wrapped(words: str, width: int, *breaks: str) -> list[str]:
    """The text on lines of at most `width` cells, broken before (after, for a comma) one of the separators."""
    lines: list[str] = []
    rest = words
    while cell_len(rest) > width:
        places = [
            p + (len(mark.rstrip()) if mark.startswith(",") else 0)
            for mark in breaks
            for p in _places(rest, mark)
            if 0 < p <= width - 1
        ]
        if not places:
            break
        cut = max(places)
        lines.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*lines, rest]


def _places(words: str, mark: str) -> Iterator[int]:
    place = words.find(mark)
    while place >= 0:
        yield place
        place = words.find(mark, place + 1)
