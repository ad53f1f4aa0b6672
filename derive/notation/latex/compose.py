"""How boxes are put together: side by side, with scripts, in braces; the pieces that formulas are made of again and again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from derive.notation.latex.boxes import (
    Accent,
    Array,
    Blank,
    Box,
    Digits,
    Fenced,
    Fraction,
    Group,
    Letters,
    Marked,
    Root,
    Row,
    Scripted,
    Sign,
    Sized,
    Under,
    parts,
    printed,
)

NOTHING = Row()
BLANK = Blank()
MINUS, EQUALS, SLASH, STAR = Sign("-"), Sign("="), Sign("/"), Sign("*")
THIN = Row((BLANK, Sign(r"\,"), BLANK))
COMMA = Row((Sign(","), BLANK))


def beside(*boxes: Box) -> Row:
    """The boxes as one row; rows among them are opened."""
    out: list[Box] = []
    for box in boxes:
        if type(box) is Row:
            out.extend(box.items)
        else:
            out.append(box)
    return Row(tuple(out))


def listed(rows: Iterable[Row], between: Box = COMMA) -> Row:
    """Rows with something between them."""
    out: list[Box] = []
    for row in rows:
        if out:
            out.append(between)
        out.append(row)
    return beside(*out)


def group(*boxes: Box) -> Group:
    """The boxes in braces."""
    return Group(beside(*boxes))


def scripted(row: Row, primes: int = 0, below: Box | None = None, above: Box | None = None) -> Row:
    """The row with primes or scripts at its last box, where TeX sets them, beside the scripts that this has already."""
    last = row.items[-1] if row.items else None
    if not isinstance(last, Scripted) or (below is not None and last.below is not None) or (above is not None and last.above is not None):
        return Row((*row.items[:-1], Scripted(last, primes, below, above)))
    late = bool(primes) and not last.primes and not (last.below is None and last.above is None)
    merged = Scripted(
        last.base, last.primes + primes, last.below if below is None else below, last.above if above is None else above, last.late or late
    )
    return Row((*row.items[:-1], merged))


@lru_cache(maxsize=256)
def letters(command: str, text: str) -> Letters:
    r"""`\mathrm{d}`, `\operatorname{tr}`, `\text{if }`: letters and blanks in an alphabet."""
    return Letters(command, text, Row(tuple(Blank() if c == " " else Digits(c) if c.isdigit() else Sign(c) for c in text)))


def in_bold(row: Row) -> Row:
    r"""A symbol with its letter in bold: what stands before its first subscript, and behind the d of a differential."""
    sign = row.items[:1] if row.items[:1] == (D,) else ()
    rest = row.items[len(sign) :]
    k = next((k for k, box in enumerate(rest) if isinstance(box, Scripted) and box.below is not None), len(rest))
    letter, behind = rest[:k], rest[k:]
    if not behind:
        return Row((*sign, _bold(letter)))
    lowered = behind[0]
    assert isinstance(lowered, Scripted)
    base = () if lowered.base is None else (lowered.base,)
    bold = _bold((*letter, *((Scripted(lowered.base, lowered.primes),) if lowered.primes and not lowered.late else base)))
    return Row((*sign, Scripted(bold, lowered.primes if lowered.late else 0, lowered.below, lowered.above, lowered.late), *behind[1:]))


def _bold(boxes: tuple[Box, ...]) -> Letters:
    """Boxes in bold, without the blanks around them."""
    while boxes and isinstance(boxes[0], Blank):
        boxes = boxes[1:]
    while boxes and isinstance(boxes[-1], Blank):
        boxes = boxes[:-1]
    return Letters("boldsymbol", printed(Row(boxes)), Row(boxes))


def is_single(row: Row) -> bool:
    """Whether it is one sign of one character."""
    return len(row.items) == 1 and isinstance(box := row.items[0], Sign | Digits) and len(box.text) == 1


def indices(rows: list[Row], close: bool) -> Row:
    """Indices with commas between them, or `close` to each other: digits of several are then one number."""
    if not close:
        return listed(rows)
    out: list[Box] = []
    for box in beside(*rows).items:
        if isinstance(box, Digits) and out and isinstance(out[-1], Digits):
            box = Digits(out.pop().text + box.text)  # type: ignore[union-attr]
        out.append(box)
    return Row(tuple(out))


def ends_in_letter(row: Row) -> bool:
    """Whether its last sign is a letter, or a command that is named by letters."""
    return printed(row)[-1:].isalpha()


def is_subscripted(row: Row) -> bool:
    """Whether something in it is lowered."""
    return any(isinstance(box, Scripted) and box.below is not None for box in parts(row))


def has_fraction(row: Row) -> bool:
    """Whether a fraction stands in it."""
    return any(isinstance(box, Fraction) for box in parts(row))


_BRACKETS = frozenset("()[]")


def flat(row: Row, fences: bool = True) -> Row:
    r"""The row with brackets of the usual size, as in a script or a line of text.

    fences  whether those go too that grow with what stands between them; one that has no sign at one side stays
    """
    if not any(isinstance(box, Sized | Fenced) for box in parts(row)):
        return row
    return beside(*(_flat(box, fences) for box in row.items))


def _flat(box: Box, fences: bool) -> Box:
    match box:
        case Sized(command=command, delimiter=delimiter) if command[-1] in "lr":
            return Sign(delimiter)
        case Fenced(left=left, inside=inside, right=right):
            within = flat(inside, fences)
            if fences and right is not None and all(sign[0] in "\\" or sign in _BRACKETS for sign in (left, right)):
                return beside(Sign(left), within, Sign(right))
            return Fenced(left, within, right)
        case Row():
            return flat(box, fences)
        case Group(inside=inside):
            return Group(flat(inside, fences))
        case Scripted(base=base, below=below, above=above):
            lower, upper = (None if script is None else _flat(script, fences) for script in (below, above))
            inside = beside(*(() if base is None else (_flat(base, fences),)))
            return Row((*inside.items[:-1], replace(box, base=inside.items[-1] if inside else None, below=lower, above=upper)))
        case Fraction(command=command, above=above, below=below):
            return Fraction(command, _flat(above, fences), _flat(below, fences))
        case Root(inside=inside):
            return Root(_flat(inside, fences))
        case Accent(command=command, inside=inside):
            return Accent(command, _flat(inside, fences))
        case Marked(command=command, option=option, inside=inside):
            return Marked(command, option, _flat(inside, fences))
        case Under(command=command, below=below, inside=inside):
            return Under(command, _flat(below, fences), _flat(inside, fences))
        case Array(name=name, rows=rows, option=option, gaps=gaps):
            return Array(name, tuple(tuple(flat(cell, fences) for cell in row) for row in rows), option, gaps)
        case _:
            return box


D = letters("mathrm", "d")
NAMED_D = letters("mathrm", "D")
PARTIAL, NABLA = Sign(r"\partial"), Sign(r"\nabla")
TRANSPOSED = Letters("mathsf", "T", Row((Sign("T"),)), braced=False)


def digits(text: str) -> Row:
    """A whole number or a decimal, with its sign."""
    return Row((MINUS, Digits(text[1:]))) if text[:1] == "-" else Row((Digits(text),))


def power(order: int) -> Box | None:
    """The raised order of a derivative, None for the first."""
    return group(Digits(str(order))) if order > 1 else None


def raised(box: Box, order: int) -> Row:
    """A sign of differentiation with the order of the derivative: nothing for the first."""
    return Row((box,)) if order < 2 else scripted(Row((box,)), above=power(order))


def frac(above: Box, below: Box) -> Fraction:
    r"""`\frac{…}{…}`."""
    return Fraction("frac", group(above), group(below))

