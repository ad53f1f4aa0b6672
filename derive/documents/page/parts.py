"""The derivation under the parts (a), (b), … that it answers: passages cut where an answer is reached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from derive.documents.page.views import Boxed, Passage
from derive.language.problems.problem import Problem

TITLES = {"derivative": "Directional derivative", "gradient": "Gradient", "jacobian": "Jacobian", "hessian": "Hessian"}
"""What a passage that was cut is about."""


@dataclass(frozen=True)
class _Cut:
    """A passage, or a piece of one, with the part (from 0) that each of its boxes answers; -1 where no part asks for it."""

    passage: Passage
    homes: tuple[int, ...]


def label(part: int) -> str:
    """a, b, c, …"""
    return chr(ord("a") + part)


def under_parts(found: Sequence[Passage], problem: Problem) -> tuple[Passage, ...]:
    """The passages with the letters of the parts that they belong to.

    They stay in their order, each under the first part that needs it; what a later part asks for, and an earlier one has
    reached, is boxed again under the later one.
    """
    if not problem.parts:
        return tuple(found)
    cuts = [cut for passage in found for cut in _cuts(passage, problem)]
    out: list[Passage] = []
    place = 0
    held: list[tuple[int, Boxed, int]] = []
    for number in range(len(problem.parts)):
        last = max((k for k, cut in enumerate(cuts) if number in cut.homes), default=-1)
        for cut in cuts[place : last + 1]:
            out.append(_kept(cut, number))
            held += [(home, box, number) for home, box in zip(cut.homes, cut.passage.boxed, strict=True) if home > number]
        place = max(place, last + 1)
        again = [(box, before) for home, box, before in held if home == number]
        if again:
            shown = tuple(box for box, _ in again)
            out.append(replace(found[0], views=(), boxed=shown, part=label(number), title=(), reached=label(again[0][1])))
    for cut in cuts[place:]:
        numbered = label(len(problem.parts) - 1) if not cut.homes else ""
        out.append(replace(cut.passage, part=numbered))
    return tuple(out)


def _kept(cut: _Cut, number: int) -> Passage:
    """The passage under a part, without the boxes of later ones."""
    boxes = tuple(box for home, box in zip(cut.homes, cut.passage.boxed, strict=True) if home <= number)
    return replace(cut.passage, boxed=boxes, part=label(number))


def _cuts(passage: Passage, problem: Problem) -> Iterator[_Cut]:
    """The passage, cut behind the row that states the answer of one part where the answer of a later part follows."""
    homes = [_home(box.quantity, problem) for box in passage.boxed]
    ends = [_end(box, passage) for box in passage.boxed]
    begin = done = 0
    for k in range(1, len(homes)):
        end = max(ends[done:k])
        if homes[k - 1] < homes[k] and begin < end < min(ends[k:]):
            piece = _piece(passage, begin, end, passage.boxed[done:k])
            title = TITLES.get(passage.boxed[k - 1].quantity)
            yield _Cut(replace(piece, title=piece.title if title is None else (title,)), tuple(homes[done:k]))
            begin, done = end, k
    yield _Cut(_piece(passage, begin, len(passage.views), passage.boxed[done:]), tuple(homes[done:]))


def _piece(passage: Passage, begin: int, end: int, boxes: tuple[Boxed, ...]) -> Passage:
    """Some rows of a passage; the first of them has its left side again."""
    views = list(passage.views[begin:end])
    if begin and views and views[0].line.left is None:
        views[0] = replace(views[0], line=replace(views[0].line, left=views[0].left, steps=()), old=(), new=())
    return replace(passage, views=tuple(views), boxed=boxes)


def _home(quantity: str, problem: Problem) -> int:
    return next((k for k, part in enumerate(problem.parts) if quantity in part.find), -1)


def _end(box: Boxed, passage: Passage) -> int:
    """Behind the row that states the result; behind the last one where none does so literally."""
    found = [k + 1 for k, view in enumerate(passage.views) if view.line.expr is box.result.expr]
    return found[-1] if found else len(passage.views)
