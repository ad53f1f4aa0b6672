"""Letters that keep a colour from the statement to the result, in formulas of ours and of the author's."""

from __future__ import annotations

from dataclasses import replace

from derive.notation.bold import name_of
from derive.notation.latex.boxes import Blank, Box, Group, Letters, Marked, Row, Scripted, Sign, as_row, mapped, printed
from derive.notation.settings import Notation

LETTER, INDEX = "derivetone", "deriveindex"
"""The commands that give a letter, and its index, a colour: each for itself, so that an exponent stands above the index."""


def coloured(row: Row, name: str, notation: Notation) -> Row:
    r"""The letter of this name in its colour, `\derivetone<orange>{W}_{\deriveindex<orange>{1}}`; as it is where it has none."""
    colour = dict(notation.colours).get(name) if notation.colours else None
    return row if colour is None else Row(tuple(_whole(box, colour) for box in row.items))


def _whole(box: Box, colour: str) -> Box:
    """A part of a letter in a colour, its index by itself."""
    if isinstance(box, Blank):
        return box
    if not isinstance(box, Scripted):
        return _marked(LETTER, colour, box)
    base = None if box.base is None else _marked(LETTER, colour, box.base)
    return replace(box, base=base, below=None if box.below is None else Group(Row((_marked(INDEX, colour, box.below),))))


def toned(row: Row, notation: Notation) -> Row:
    """A formula of the author's in which each letter that has a colour is printed in it."""
    return as_row(_toned(row, dict(notation.colours))) if notation.colours else row


def _toned(box: Box, colours: dict[str, str]) -> Box:
    """The box with its letters in their colours; words and names of functions are none."""
    if isinstance(box, Scripted) and box.below is not None and box.base is not None and (name := _name(box.base)):
        index = printed(box.below).strip("{}").lstrip("\\").strip()
        colour = next((colours[one] for one in (f"{name}_{index}", f"{name}{index}") if one in colours), None)
        if colour is not None:
            below = Group(Row((_marked(INDEX, colour, box.below),)))
            above = None if box.above is None else _toned(box.above, colours)
            return replace(box, base=_marked(LETTER, colour, box.base), below=below, above=above)
    if (name := _name(box)) in colours:
        return _marked(LETTER, colours[name], box)
    return mapped(box, lambda one: _toned(one, colours))


def _marked(command: str, colour: str, box: Box) -> Marked:
    return Marked(command, colour, box if isinstance(box, Group) else Group(Row((box,))))


def _name(box: object) -> str:
    r"""The name of a letter, also of one in bold: W, phi of \varphi and \phi; '' of anything else."""
    match box:
        case Sign():
            return name_of(box)
        case Letters(command="boldsymbol" | "mathbf" | "bm", inside=Row(items=(one,))):
            return _name(one)
        case _:
            return ""
