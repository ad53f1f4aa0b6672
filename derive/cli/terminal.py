"""A derivation in the terminal: numbered lines aligned at their relation, the reasons in a column near them."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import click
from wcwidth import wcswidth as cell_len

from derive.derivation.derivation import Chain, Head, Line
from derive.derivation.reason import Why, says_not
from derive.documents.page.rows import EQUIVALENCES
from derive.documents.page.views import Boxed, passages
from derive.documents.wording.prose import plain
from derive.documents.wording.translation import translated
from derive.documents.wording.words import words as words_of
from derive.errors import visible
from derive.expressions.nodes import Entry, Expr, SizeValue, Symbol, number
from derive.expressions.sizes import ONE
from derive.expressions.sizes import show as show_shape
from derive.language.problems.problem import Problem
from derive.notation import shapes
from derive.notation.settings import DEFAULT, Notation
from derive.notation.text import text
from derive.pipeline.examine import Examined
from derive.values import dataclass

NARROWEST = 40
GAP = 3
"""Cells between the longest line that has its reason beside it and the column of the reasons."""
FAR = 70
"""Lines longer than this have their reasons behind them, so that those of short lines are near."""
INDENT = 8
"""Where a right side stands whose left side has a line alone."""


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
    yield click.style(visible(plain(problem.title)), bold=True)
    yield ""
    yield f"  {_function(problem, notation)} = {text.pretty(problem.function, notation)}"
    for symbol, expr in problem.let:
        yield f"  {text.pretty(symbol)} = {text.pretty(expr, notation)}"
    for symbol, expr in derivation.letters:
        yield f"  {words['with']} {text.pretty(symbol)} = {text.pretty(expr, notation)}"
    if problem.inner_product is not None:
        from derive.documents.page.question import own_inner_product

        under = own_inner_product(problem)
        pair, metric, form = (text.pretty(one, notation) for one in under or ())
        yield f"  {words['with']} {pair}_{metric} = {form}"
    given = ", ".join(_given(s, words) for s in problem.symbols.values() if not problem.is_member(s))
    yield from (click.style(f"  {line}", dim=True) for line in wrapped(given, width - 2, ", "))
    number = 0
    for passage in passages(derivation):
        yield ""
        yield click.style(_said(passage.chain.heading or (passage.chain.title,), notation), bold=True, fg="blue")
        left, beside = _left_width(passage.chain, width, notation), _beside_width(passage.chain, notation)
        rows = [_Row.of(number + k, view.line, left, width, notation, beside) for k, view in enumerate(passage.views, 1)]
        number += len(rows)
        column = _column(rows, width)
        for row in rows:
            yield from row.printed(column, width)
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
    checked = words["checked_exactly" if report.exact_lines else "checked"].format(
        points=report.points, error=f"{report.max_relative_error:.0e}", exact=report.exact_lines, count=report.count,
    )
    yield from (click.style(part, dim=True) for part in wrapped(checked, width, " "))


def _said(why: Why, notation: Notation) -> str:
    return text.why(translated(why, notation.language), notation)


def _function(problem: Problem, notation: Notation) -> str:
    return text.head(Head("value", problem.name, problem.wrt), notation)


def _given(symbol: Symbol, words: Mapping[str, str]) -> str:
    """`A (spd n×n)`: a symbol and what it is."""
    shape = (symbol.shape[0], ONE) if symbol.columns == symbol.name else symbol.shape
    return f"{_declared(symbol)} {_kind(shape, symbol.has, words)}"


def _declared(symbol: Symbol) -> str:
    """A symbol; of a family its members, of a matrix of samples its rows or columns too: `X = [x₁, …, xₙ]'`."""
    if symbol.count is None and not symbol.rows and not symbol.columns:
        return text.pretty(symbol)
    count = symbol.count or symbol.shape[1 if symbol.columns else 0]
    last: Expr = number(count.value({})) if count.is_number else SizeValue(count)
    if symbol.count is not None:
        ends = [text.pretty(replace(symbol, index=place)) for place in (number(1), last)]
    else:
        ends = [text.pretty(Entry(symbol, None, place) if symbol.columns else Entry(symbol, place, None)) for place in (number(1), last)]
    if symbol.count is not None or symbol.columns == symbol.name:
        return f"{ends[0]}, …, {ends[1]}"
    return f"{text.pretty(symbol)} = [{ends[0]}, …, {ends[1]}]{chr(39) if symbol.rows else ''}"


def _kind(shape: object, has: frozenset[str], words: Mapping[str, str]) -> str:
    from derive.documents.page.question import said

    english = words["language"] == "en"
    told = " ".join(name.replace("-", " ") if english else words[f"has.{name}"] for name in said(has))
    size = show_shape(shape)  # type: ignore[arg-type]
    return f"({told + ' ' if told else ''}{words['is.scalar'] if size == 'a scalar' else size})"


def rows(chain: Chain, width: int) -> Iterator[str]:
    """The lines of one chain, numbered from 1."""
    left = _left_width(chain, width)
    found = [_Row.of(k, line, left, width) for k, line in enumerate(chain.lines, 1)]
    column = _column(found, width)
    for row in found:
        yield from row.printed(column, width)


def _column(rows: Sequence[_Row], width: int) -> int:
    """Where the reasons begin: behind the longest line that leaves its reason room, and not far from the others."""
    return max((row.length + GAP for row in rows if row.reason and row.length < FAR and row.length + GAP + cell_len(row.reason) <= width), default=0)


@dataclass(frozen=True)
class _Row:
    """A line of a derivation, broken to the window; `shapes` are those of its factors."""

    parts: tuple[str, ...]
    reason: str
    shapes: str = ""

    @property
    def length(self) -> int:
        """Of its last line, beside which the reason stands."""
        return cell_len(self.parts[-1])

    @staticmethod
    def of(number: int, line: Line, left: int, width: int, notation: Notation = DEFAULT, beside: int = 0) -> _Row:
        """The row of a line: `left` cells are for left sides, `beside` for definitions of intermediates before them."""
        relation = "=" if line.left is not None and line.relation in EQUIVALENCES else line.relation
        here, before = _left(line, notation), _beside(line, notation)
        before += " " * (beside - cell_len(before))
        start = f"{number:>4}  {before}{here.rjust(left + len(here) - cell_len(here))} {relation} "
        whole = f"{text.pretty(line.expr, notation)} {shapes.space_text(line)}".rstrip()
        if cell_len(start) > width // 2 and cell_len(start) + cell_len(whole) > width:
            # A long left side has a line alone, so that the right side has room.
            head = [start.rstrip().removesuffix(relation).rstrip()] if here else []
            lead = " " * INDENT + f"{relation} "
            body = broken(whole, max(width - len(lead), 20))
            parts = [*(part for one in head for part in broken(one, width))]
            parts += [lead + body[0], *(" " * (INDENT + 2) + part for part in body[1:])]
        else:
            body = broken(whole, max(width - cell_len(start), 20))
            parts = [start + body[0], *(" " * cell_len(start) + part for part in body[1:])]
        why = _said(line.why, notation) if line.why else ""
        return _Row(tuple(parts), why, shapes.listed(line.expr) if line.shaped else "")

    def printed(self, column: int, width: int) -> Iterator[str]:
        """Its lines, the reason in the column where there is room for it, behind the line where there is not, else below it."""
        yield from self.parts[:-1]
        last = self.parts[-1]
        room = max(column, self.length + GAP)
        if self.reason and room + cell_len(self.reason) <= width:
            yield last + " " * (room - self.length) + click.style(self.reason, fg="cyan")
        else:
            yield last
            for part in wrapped(self.reason, width - INDENT, ", ", " ") if self.reason else ():
                yield " " * INDENT + click.style(part, fg="cyan")
        if self.shapes:
            for part in wrapped(self.shapes, width - 10, ", "):
                yield click.style(f"{'':10}{part}", dim=True)


def _left_width(chain: Chain, width: int, notation: Notation = DEFAULT) -> int:
    """What left sides take; one that is long beside the others stands out, and they keep their place."""
    found = [cell_len(_left(line, notation)) for line in chain.lines]
    return max((one for one in found if one <= width // 4), default=max(found, default=0))


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
    start = f"      {left} {box.relation} "
    room = " " * min(cell_len(start), width // 2)
    body = broken(text.pretty(result.expr, notation), max(width - len(room), 20))
    fits = cell_len(start + body[0]) <= width
    lines = [start + body[0], *(room + part for part in body[1:])] if fits else [start.rstrip(), *(room + part for part in body)]
    note = f"   ({'; '.join(notes)})" if notes else ""
    beside = cell_len(lines[-1] + note) <= width
    for k, line in enumerate(lines):
        yield click.style(line, bold=True, fg="green") + (note if beside and k == len(lines) - 1 else "")
    if note and not beside:
        yield from (f"      {part}" for part in wrapped(note.strip(), width - 6, "; ", ", ", " "))


BREAKS = ((" + ", " - ", " − "), (", ", " ∘ ", " ⊗ "), (" ", ")("), ("(", "["))
"""Where a formula is broken, by preference: at a sign of a sum, between arguments or at another product, between factors (but not behind
∑ with its bounds), behind a bracket."""


def broken(formula: str, width: int) -> list[str]:
    """A formula on lines of at most `width` cells, none shorter than a quarter of it: broken where the fewest brackets are open, at the sign
    that `BREAKS` prefers, as far to the right as may be."""
    lines: list[str] = []
    rest = formula
    while cell_len(rest) > width:
        depths = _depths(rest)
        found = [
            (depths[p] + (marks is BREAKS[-1]), rank, -p) for rank, marks in enumerate(BREAKS) for p in _breaks(rest, marks)
            if width // 4 < cell_len(rest[:p]) <= width and not rest[:p].rstrip().endswith("}")
        ]
        if not found:
            break
        cut = -min(found)[2]
        lines.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*lines, rest]


def _depths(formula: str) -> list[int]:
    """How many brackets are open before each place."""
    depth, out = 0, []
    for character in formula:
        depth -= character in ")]}⟩"
        out.append(depth)
        depth += character in "([{⟨"
    return out


def wrapped(words: str, width: int, *marks: str) -> list[str]:
    """The text on lines of at most `width` cells, broken before (after, for a comma) one of the separators.

    words  the text
    """
    lines: list[str] = []
    rest = words
    while cell_len(rest) > width:
        places = [p for p in _breaks(rest, marks) if 0 < p <= width - 1]
        if not places:
            break
        cut = max(places)
        lines.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*lines, rest]


def _breaks(words: str, marks: Sequence[str]) -> Iterator[int]:
    """Where a text may be broken: before a mark, behind a comma, a semicolon and a bracket."""
    for mark in marks:
        behind = len(mark.rstrip()) if mark[0] in ",;([" else int(mark == ")(")
        yield from (place + behind for place in _places(words, mark))


def _places(words: str, mark: str) -> Iterator[int]:
    place = words.find(mark)
    while place >= 0:
        yield place
        place = words.find(mark, place + 1)
