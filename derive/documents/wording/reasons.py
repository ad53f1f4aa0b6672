"""Reasons as text with mathematics: the short formulas in the engine's words are set as formulas."""

from __future__ import annotations

import re

from derive.derivation.reason import Why, printed
from derive.documents.layout.measure import width
from derive.documents.wording import formulas
from derive.documents.wording.prose import read
from derive.documents.wording.translation import translated
from derive.notation.latex import lines as latex_lines
from derive.notation.latex.boxes import Box, Digits, Row, Sign, begins, beside
from derive.notation.latex.compose import BLANK, EQUALS
from derive.notation.latex.glyphs import WIDE
from derive.notation.latex.reading import read as read_formula
from derive.notation.latex.text import Cited, Display, Link, Listing, Piece, Styled, Text, joined, worded
from derive.notation.settings import Notation

_TEXT_WIDTH = 0.48 * 0.82
"""Of a letter of a reason, in em of the document's type: a sans-serif at nine points."""

_LINE = 40.0
"""What a formula on a line of its own leaves empty around it, in em."""


def reason(why: Why, notation: Notation) -> Text:
    """A reason in the language of the notation: expressions and the formulas in its messages as mathematics."""
    return set_as_text(translated(why, notation.language), notation)


def set_as_text(said: Why, notation: Notation) -> Text:
    """What is said in the language already."""
    return _united(Text.of(*printed(
        said, worded, lambda expr: Text((latex_lines.inline(expr, notation),)), lambda own: read(own, language=notation.language),
        lambda letters: Text((read_formula(formulas.latex(letters, notation)),)),
    )))


_RELATIONS = frozenset(Sign(text) for text in (r"\ne", r"\succ", r"\prec", r"\succeq", r"\preceq", r"\le", r"\ge", r"\approx", "<", ">"))
_NUMBER = re.compile(r" (?:(=) )?(\d+)(?!\w|\.\d)")


def _united(text: Text) -> Text:
    """Pieces of one formula, a relation and a number among them, are one: `h ≠ 0`, `−9 < 0`."""
    out: list[Piece] = []
    for piece in text.pieces:
        last, between = (out[-2] if len(out) > 1 else None), (out[-1] if out else None)
        if isinstance(piece, Row) and isinstance(last, Row) and isinstance(between, str) and (sign := _between(last, between, piece)) is not None:
            out[-2:] = [beside(last, *sign, piece)]
        elif (
            isinstance(piece, str) and isinstance(between, Row) and (found := _NUMBER.match(piece)) and (found[1] or between.items[-1] in _RELATIONS)
        ):
            out[-1] = beside(between, *((BLANK, EQUALS) if found[1] else ()), BLANK, Digits(found[2]))
            out += [piece[found.end() :]] if found.end() < len(piece) else []
        else:
            out.append(piece)
    return Text(tuple(out))


def _between(left: Row, words: str, right: Row) -> tuple[Box, ...] | None:
    """What stands between two formulas that are one, where there are such words between them; None where they are two."""
    if words.strip() in ("=", "+"):
        return BLANK, Sign(words.strip()), BLANK
    if words != " ":
        return None
    if left.items[-1] in _RELATIONS or (len(right.items) == 1 and right.items[0] in _RELATIONS):
        return (BLANK,)
    return (Sign(r"\,"), BLANK) if begins(right) == r"\lVert" else None


def reason_width(text: Text) -> float:
    """About how wide a reason prints, in em of the document's type."""
    return sum(map(_width, text.pieces))


def _width(piece: Piece) -> float:
    match piece:
        case str():
            wide = len(WIDE.findall(piece))
            return 0.82 * wide + _TEXT_WIDTH * (len(piece) - wide)
        case Row():
            return 0.82 * width(piece)
        case Display(formula=formula):
            return _LINE + 0.82 * width(formula)
        case Styled(inside=inside):
            return reason_width(inside)
        case Link(said=said):
            return _width(said)
        case Cited(keys=keys, note=note):
            return _width(note) + 2.0 * len(keys)
        case Listing(items=items):
            return sum(_LINE / 2 + reason_width(item) for item in items)


MOST = 56.0
"""A reason longer than this, in em, is a list that nobody reads to its end: its first items stand for it."""


def shortened(text: Text) -> Text:
    """The reason, as far as it may go, with dots for the rest; whole where it is one sentence."""
    if reason_width(text) <= MOST:
        return text
    items = text.split(", ")
    kept = items[:1]
    for item in items[1:]:
        if reason_width(joined(", ", (*kept, item))) > MOST:
            break
        kept.append(item)
    return joined(", ", (*kept, "…")) if len(kept) < len(items) else text
