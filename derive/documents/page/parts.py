"""The derivation under the parts (a), (b), … that it answers: passages cut where an answer is reached, each where it was asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from derive.derivation.reason import Why
from derive.documents.page.document import Block
from derive.documents.page.views import Boxed, Passage, View
from derive.language.problems.problem import Problem
from derive.language.problems.quantity import QUANTITIES
from derive.notation.latex.text import Text
from derive.values import dataclass

FIRST = frozenset({"lemma", *(row.name for row in QUANTITIES.values() if row.start)})
"""What second derivatives, stationary points and expansions start from."""


@dataclass(frozen=True)
class _Piece:
    """A passage, or a part of one, with its home: the part (from 0) that asks for what it reaches, -1 for none; `chain` tells whose rows
    it holds."""

    passage: Passage
    home: int
    chain: int


def label(part: int) -> str:
    """a, b, c, …"""
    return chr(ord("a") + part)


def under_parts(found: Sequence[Passage], problem: Problem) -> tuple[Passage, ...]:
    """The passages with the letters of the parts that they belong to, in the order of the parts.

    A passage stands under the part that asks for it; under an earlier one where that needs it, and then the later part repeats what
    was found, so that every part has its letter and its answers.
    """
    if not problem.parts:
        return tuple(found)
    pieces = _homed([piece for c, passage in enumerate(found) for piece in _cuts(passage, c, problem)])
    out: list[Passage] = []
    placed: dict[int, int] = {}
    for number, part in enumerate(problem.parts):
        shown = _needed(pieces, number)
        for k in [k for k in shown if k not in placed]:
            placed[k] = number
            out.append(_under(pieces[k].passage, number, problem))
        before = [
            (box, placed[k]) for k, piece in enumerate(pieces) if placed.get(k, number) < number
            for box in _boxes(piece.passage) if box.quantity in part.find
        ]
        if before:
            again = tuple(box for box, _ in before)
            out.append(replace(found[0], views=(), boxed=again, part=label(number), title=(), reached=label(before[0][1])))
    rest = [piece.passage for k, piece in enumerate(pieces) if k not in placed]
    return (*out, *(replace(passage, part=label(len(problem.parts) - 1)) for passage in rest))


def _homed(pieces: list[_Piece]) -> list[_Piece]:
    """The pieces, those that no part asks for with the home of what follows them in their chain, or else of what they follow."""
    out = list(pieces)
    for k in range(len(out) - 1, -1, -1):
        if out[k].home < 0 and k + 1 < len(out) and (out[k].chain == out[k + 1].chain or out[k].passage.chain.quantity == "lemma"):
            out[k] = replace(out[k], home=out[k + 1].home)
    for k in range(1, len(out)):
        if out[k].home < 0:
            out[k] = replace(out[k], home=out[k - 1].home)
    first = next((piece.home for piece in out if piece.home >= 0), 0)
    return [piece if piece.home >= 0 else replace(piece, home=first) for piece in out]


def _needed(pieces: Sequence[_Piece], number: int) -> list[int]:
    """The places of the pieces that a part shows, in the order of the derivation: its own, what stands above them in their chains, and
    for what is not a first derivative the first derivatives."""
    own = [k for k, piece in enumerate(pieces) if piece.home == number]
    more: set[int] = set(own)
    for k in own:
        more |= {j for j in range(k) if pieces[j].chain == pieces[k].chain}
        if pieces[k].passage.chain.quantity not in FIRST:
            more |= {j for j in range(k) if pieces[j].passage.chain.quantity in FIRST}
    return sorted(more)


def _under(passage: Passage, number: int, problem: Problem) -> Passage:
    """The passage under a part, with the boxes of that part alone."""
    asked = problem.parts[number].find
    anywhere = {quantity for part in problem.parts for quantity in part.find}

    def stays(box: Boxed) -> bool:
        return box.quantity in asked or box.quantity not in anywhere

    views = tuple(replace(view, boxed=None) if view.boxed and not stays(view.boxed) else view for view in passage.views)
    return replace(passage, views=views, boxed=tuple(filter(stays, passage.boxed)), part=label(number))


def _boxes(passage: Passage) -> list[Boxed]:
    return [*(view.boxed for view in passage.views if view.boxed), *passage.boxed]


def _cuts(passage: Passage, chain: int, problem: Problem) -> Iterator[_Piece]:
    """The passage, cut behind the row that states the answer of one part where the answer of another part follows."""
    begin, home, last = 0, -1, ""
    for k, view in enumerate(passage.views):
        found = _home(view.boxed.quantity, problem) if view.boxed else -1
        if found < 0:
            continue
        if home >= 0 and found != home:
            end = _end(passage.views, begin, k)
            yield _Piece(_piece(passage, begin, end, (), _title(last, passage.title)), home, chain)
            begin = end
        home, last = found, view.boxed.quantity if view.boxed else ""
    alone = [home for home in (_home(box.quantity, problem) for box in passage.boxed) if home >= 0]
    home = alone[0] if home < 0 and alone else home
    title = _title(last, passage.title) if begin else passage.title
    home = home if home >= 0 else _home(passage.chain.quantity, problem)
    yield _Piece(_piece(passage, begin, len(passage.views), passage.boxed, title), home, chain)


def _end(views: Sequence[View], begin: int, k: int) -> int:
    """Behind the last boxed row before row k."""
    return max((j + 1 for j in range(begin, k) if views[j].boxed), default=k)


def _title(quantity: str, otherwise: Why) -> Why:
    title = QUANTITIES[quantity].title if quantity in QUANTITIES else ""
    return (title,) if title else otherwise


def _piece(passage: Passage, begin: int, end: int, boxes: tuple[Boxed, ...], title: Why) -> Passage:
    """Some rows of a passage; the first of them has its left side again."""
    views = list(passage.views[begin:end])
    if begin and views and views[0].line.left is None:
        views[0] = replace(views[0], line=replace(views[0].line, left=views[0].left, steps=()), old=(), new=())
    return replace(passage, views=tuple(views), boxed=boxes, title=title)


def _home(quantity: str, problem: Problem) -> int:
    return next((k for k, part in enumerate(problem.parts) if quantity in part.find), -1)


def titled_once(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks, one that goes on with what the block above is about without its heading again."""
    pairs = zip(blocks, (None, *blocks), strict=False)
    return tuple(replace(one, title=Text()) if above and (one.title, one.letter) == (above.title, above.letter) else one for one, above in pairs)
