r"""The places where a formula may be cut: at its signs, between its factors, inside a bracket that was locked.

Every function takes a row of boxes and gives pieces of it, which together are the formula.  Nothing in braces, between \left and \right or in an
environment is cut, so that every piece can stand in a line of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import takewhile

from derive.notation.latex.boxes import Blank, Box, Digits, Fenced, Fraction, Group, Letters, Row, Scripted, Sign, Sized, begins, beside, plain
from derive.notation.latex.compose import group
from derive.values import dataclass


@dataclass(frozen=True)
class Piece:
    """A piece of a formula; `factor`: it was cut off a product, and has a dot before it where it begins a line."""

    row: Row
    factor: bool = False


_OPENING = frozenset(("(", "[", r"\{", r"\langle", r"\lVert", r"\lvert"))
_CLOSING = frozenset((")", "]", r"\}", r"\rangle", r"\rVert", r"\rvert"))
_NOT_BEFORE_BINARY = frozenset((",", "=", "&", r"\cdot", r"\\", *_OPENING))
_ENTRYWISE = frozenset((r"\circ", r"\otimes", r"\odot", r"\oslash", r"\times"))
"""Signs between factors: a line that is cut before one begins with it."""
_HOLDING = frozenset((r"\nabla", r"\sum", r"\prod"))


def _bare(box: Box) -> Box | None:
    """A box without its scripts."""
    return box.base if isinstance(box, Scripted) else box


def _delimiter(box: Box) -> str:
    """The sign of a bracket, of a fixed size or of none; '' for any other box."""
    bare = _bare(box)
    return bare.delimiter if isinstance(bare, Sized) else bare.text if isinstance(bare, Sign) else ""


def _depths(row: Row) -> Iterator[tuple[Box, int]]:
    """The boxes, each with how many brackets are open behind it."""
    depth = 0
    for box in row.items:
        sign = _delimiter(box)
        depth += (sign in _OPENING) - (sign in _CLOSING)
        yield box, depth


def split(formula: Row, depth: int) -> list[Piece]:
    """Cut at every binary + and - that stands inside exactly `depth` pairs of brackets; each piece but the first begins with its sign."""
    out: list[Piece] = []
    piece: list[Box] = []
    before: Box | None = None
    for box, inside in _depths(formula):
        signed = isinstance(box, Sign) and box.text in ("+", "-")
        if signed and inside == depth and before is not None and _delimiter(before) not in _NOT_BEFORE_BINARY:
            out.append(Piece(_ended(piece)))
            piece, before = [], None
        piece.append(box)
        before = before if isinstance(box, Blank) else box
    return [*out, Piece(_ended(piece))]


def _ended(boxes: Sequence[Box]) -> Row:
    """The boxes without blanks at their end."""
    end = len(boxes)
    while end and isinstance(boxes[end - 1], Blank):
        end -= 1
    return Row(tuple(boxes[:end]))


def pieces(formula: Row) -> list[Piece]:
    """The pieces at the outermost + and -; when there are none, those inside one pair of brackets, then two."""
    found = (split(formula, depth) for depth in range(3))
    return next((parts for parts in found if len(parts) > 1), [Piece(formula)])


def factors(formula: Row, depth: int = 0) -> list[Piece]:
    """The formula cut between factors that stand side by side inside so many brackets."""
    rows: list[list[Box]] = [[]]
    last: Box | None = None
    for box, inside in _depths(formula):
        if isinstance(box, Blank) and inside == depth and last is not None and not _holds_on(last):
            rows.append([])
            last = None
        rows[-1].append(box)
        last = last if isinstance(box, Blank) else box
    out = [rows[0]]
    for blank, *row in rows[1:]:
        if _stands_alone(row):
            out.append(row)
        else:
            out[-1] += [blank, *row]
    first, *rest = out
    return [Piece(Row(tuple(first))), *(Piece(Row(tuple(row)), not _is_sign(row)) for row in rest)]


def _holds_on(box: Box) -> bool:
    """Whether it is not parted from what follows it: the name of a function, d/dt, a sign, an opening bracket."""
    match box:
        case Sign(text=text):
            return (text[0] == "\\" and (text[1:].isalpha() or text[1:] in ",;:!")) or text in "-+=,(["
        case Sized(delimiter=delimiter):
            return delimiter[1:].isalpha() or delimiter in ("(", "[")
        case Letters(command="operatorname" | "mathrm", braced=True):
            return True
        case Scripted(base=Sign(text=text), primes=0):
            return text in _HOLDING
        case Fraction(below=Group(inside=inside)):
            return inside.items[:1] == (_D,) and len(inside.items) > 1
        case _:
            return False


_D = Letters("mathrm", "d", Row((Sign("d"),)))


def _stands_alone(row: Sequence[Box]) -> bool:
    """Whether a line may begin with these boxes: with a letter, a bracket or a command, not with a gap or a relation."""
    first = next(iter(plain(Row(tuple(row)))), None)
    sign = begins(first)
    if isinstance(bare := first and _bare(first), Sized):
        return not bare.command.endswith("r")
    if sign == r"\,":
        return len(row) > 2 and isinstance(row[1], Blank) and begins(row[2]) in (r"\mathit", r"\mathrm")
    if sign in (r"\;", r"\cdot", r"\in", r"\to", r"\right"):
        return False
    return bool(sign) and (sign[0] in "([\\{" or (sign[0].isascii() and sign[0].isalpha()))


def _is_sign(row: Sequence[Box]) -> bool:
    return len(row) > 1 and isinstance(row[0], Sign) and row[0].text in _ENTRYWISE and isinstance(row[1], Blank)


def opened(formula: Row) -> list[Piece]:
    r"""The pieces of d/dt (a + b) at t = 0: \left and \right allow no break between them, so the sum stands in brackets of
    fixed size; and of a fraction, as 1/c (a + b)."""
    match list(plain(formula)):
        case [Scripted(base=Fenced(left=".", inside=inside, right=r"\|" | "|"), below=Group() as at, above=None)]:
            front, body = _quotient(inside)
            inner = _inside(_unbracketed(body)) if front else []
            if len(inner) > 1:
                return _bracketed(beside(front, Sized("biggl", "[")), inner, Scripted(Sized("biggr", "]"), below=at))
        case [*sign, Fraction(command="frac", above=Group(inside=above), below=below)] if len(sign) < 2 and _is_plus_or_minus(sign):
            begin = Row(tuple(takewhile(lambda box: not isinstance(box, Fraction), formula.items)))
            front = beside(begin, Fraction("frac", group(Digits("1")), below))
            inner = split(above, 0)
            if len(inner) > 1:
                return _bracketed(beside(front, Sized("Bigl", "(")), inner, Sized("Bigr", ")"))
            if above != ONE:
                return [Piece(front), Piece(above, True)]
    return [Piece(formula)]


def _inside(body: Row) -> list[Piece]:
    """What d/dt is taken of, cut at its signs or between its factors, the outermost first; a derivative of a derivative in the inner one."""
    for depth in range(3):
        for found in (split(body, depth), factors(body, depth)):
            if len(found) > 1:
                return found
    return opened(body)


ONE = Row((Digits("1"),))


def _bracketed(front: Row, inner: Sequence[Piece], end: Box) -> list[Piece]:
    """Two or more pieces with something before the first of them and behind the last."""
    first, *between, last = inner
    return [replace(first, row=beside(front, first.row)), *between, replace(last, row=beside(last.row, end))]


def _is_plus_or_minus(boxes: Sequence[Box]) -> bool:
    return all(isinstance(box, Sign) and box.text in ("+", "-") for box in boxes)


def _quotient(inside: Row) -> tuple[Row, Row]:
    r"""(d/dt with the gap behind it, what it is of); nothing where the row does not begin with it."""
    items = list(inside.items)
    while items and isinstance(items[0], Blank):
        items.pop(0)
    if not items or not isinstance(items[0], Fraction) or not _holds_on(items[0]):
        return Row(), inside
    count = 3 if items[1:3] == [Blank(" "), Sign(r"\,")] else 1
    return Row(tuple(items[:count])), Row(tuple(items[count:]))


def _unbracketed(body: Row) -> Row:
    """A formula without the bracket of a fixed size that stands around the whole of it."""
    items = list(_ended(body.items).items)
    while items and isinstance(items[0], Blank):
        items.pop(0)
    whole = Row(tuple(items))
    if len(items) < 3 or not (isinstance(items[0], Sized) and items[0].delimiter == "(" and isinstance(items[-1], Sized)):
        return whole
    depth = 0
    for box in items[:-1]:
        command = bare.command if isinstance(bare := _bare(box), Sized) else ""
        depth += command.endswith("l") - command.endswith("r")
        if depth == 0:
            return whole
    return Row(tuple(items[1:-1]))


def unlocked(formula: Row) -> Row:
    r"""The formula with its first \left( … \right) as brackets of fixed size, between which a line may be broken."""
    for k, box in enumerate(formula.items):
        bare = _bare(box)
        if isinstance(bare, Fenced) and bare.left == "(" and bare.right == ")":
            closing = Sized("biggr", ")")
            end = replace(box, base=closing) if isinstance(box, Scripted) else closing
            return beside(*formula.items[:k], Sized("biggl", "("), bare.inside, end, *formula.items[k + 1 :])
    return formula
