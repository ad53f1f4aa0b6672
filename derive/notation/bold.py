"""Which letters are bold: those of vectors, of matrices, of both, of none, in formulas of ours and of the author's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from derive.expressions.nodes import Symbol
from derive.expressions.sizes import ONE, Shape, is_scalar
from derive.notation.latex.boxes import Accent, Box, Fraction, Group, Letters, Marked, Root, Row, Scripted, Sign, Under, as_row, mapped, printed
from derive.notation.latex.reading import read
from derive.notation.settings import Notation

Kind = str
"""`vector` or `matrix`."""

def kind_of(shape: Shape) -> Kind:
    """What a letter of this shape stands for; a number is ''."""
    return "" if is_scalar(shape) else "vector" if ONE in shape else "matrix"


def is_bold(kind: Kind, notation: Notation) -> bool:
    """Whether letters of that kind are bold."""
    return bool(kind) and notation.bold in {"vector": ("vectors", "all"), "matrix": ("matrices", "all")}[kind]


def kinds_of(symbols: Iterable[Symbol]) -> dict[str, Kind]:
    """Name -> what it stands for, where all symbols of that name that are no numbers agree and are not outnumbered by numbers."""
    counts: dict[str, dict[Kind, int]] = {}
    for symbol in symbols:
        of = counts.setdefault(symbol.name, {})
        kind = kind_of(symbol.shape)
        of[kind] = of.get(kind, 0) + 1
    out: dict[str, Kind] = {}
    for name, of in counts.items():
        most = max(of, key=lambda kind: of[kind])
        if most and 2 * of[most] > sum(of.values()):
            out[name] = most
    return out


def emboldened(formula: str, kinds: Mapping[str, Kind], notation: Notation) -> str:
    """An author's formula with the letters in bold that are of their kind: an entry `x_i` of x is a number, and what the author set in a
    font of its own stays, as an exponent of one letter does.

    kinds  by name, of a letter with an index too: `W_1`
    """
    if notation.bold == "none":
        return formula

    def change(box: Box) -> Box:
        match box:
            case Scripted(base=base, below=below, above=above):
                index = "" if below is None else printed(below).strip("{}").replace("\\", "").strip()
                raised = above if above is None or _is_letter(above) else argument(above)
                return replace(box, base=None if base is None else one(base, index), above=raised)
            case Accent() | Fraction() | Root() | Marked() | Under():
                return mapped(box, argument)
            case Sign():
                return one(box, "")
            case _:
                return mapped(box, change)

    def argument(box: Box) -> Box:
        out = change(box)
        return out if out == box or isinstance(out, Group) else Group(as_row(out))

    def one(box: Box, index: str) -> Box:
        name = name_of(box) if isinstance(box, Sign) else ""
        kind = kinds.get(f"{name}_{index}", kinds.get(f"{name}{index}", "")) if index else kinds.get(name, "")
        if name and is_bold(kind, notation):
            return Letters("boldsymbol", printed(box), Row((box,)))
        return box if isinstance(box, Sign) else change(box)

    row = read(formula)
    return formula if (out := change(row)) == row else printed(out)


def _is_letter(box: Box) -> bool:
    """Whether it is a letter, or the sign of a transpose."""
    inside = box.inside.items if isinstance(box, Group) else (box,)
    return len(inside) == 1 and (isinstance(inside[0], Letters) or (isinstance(inside[0], Sign) and inside[0].text.lstrip("\\").isalpha()))


def name_of(sign: Sign) -> str:
    r"""The name of a letter: W, phi of \phi and \varphi; '' of another sign."""
    name = sign.text.removeprefix("\\")
    return (name.removeprefix("var") if name != sign.text else name) if name.isalpha() else ""
