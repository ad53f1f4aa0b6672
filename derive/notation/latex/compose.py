"""How boxes are put together: side by side, with scripts, in braces; the pieces that formulas are made of again and again."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from derive.notation.latex.boxes import (
    Blank,
    Box,
    Digits,
    Fenced,
    Fraction,
    Group,
    Letters,
    Marked,
    Row,
    Scripted,
    Sign,
    Sized,
    as_row,
    beside,
    mapped,
    parts,
    printed,
)

NOTHING = Row()
BLANK = Blank()
MINUS, EQUALS, SLASH, STAR = Sign("-"), Sign("="), Sign("/"), Sign("*")
THIN = Row((BLANK, Sign(r"\,"), BLANK))
COMMA = Row((Sign(","), BLANK))


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
    """The row with primes or scripts at its last box, where TeX sets them, beside the scripts that this has already.

    primes        how many
    below, above  what is lowered and raised, None for nothing
    """
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
        before = out[-1] if out else None
        if isinstance(box, Digits) and isinstance(before, Digits):
            out[-1] = Digits(before.text + box.text)
        else:
            out.append(box)
    return Row(tuple(out))


def ends_in_letter(row: Row) -> bool:
    """Whether its last sign is a letter, or a command that is named by letters."""
    return printed(row)[-1:].isalpha()


def is_subscripted(row: Row) -> bool:
    """Whether something in it is lowered."""
    return any(isinstance(box, Scripted) and box.below is not None for box in parts(row))


def holds(row: Row, sign: str) -> bool:
    """Whether a sign stands in it, as a bracket of a fixed size too."""
    return any(sign in _signs(box) for box in parts(row))


def _signs(box: Box) -> tuple[str, ...]:
    match box:
        case Sign(text=text) | Sized(delimiter=text) | Fenced(left=text):
            return (text,)
        case _:
            return ()


def has_fraction(row: Row) -> bool:
    """Whether a fraction stands in it."""
    return any(isinstance(box, Fraction) for box in parts(row))


_BRACKETS = frozenset("()[]")


def flat(row: Row, fences: bool = True) -> Row:
    r"""The row with brackets of the usual size, as in a script or a line of text.

    fences  whether those go too that grow with what stands between them; one that has no sign at one side stays
    """

    def change(box: Box) -> Box:
        match box:
            case Sized(command=command, delimiter=delimiter) if command[-1] in "lr":
                return Sign(delimiter)
            case Fenced(left=left, inside=inside, right=right) if fences and _has_signs(left, right):
                return beside(Sign(left), change(inside), Sign(right or ""))
            case _:
                return mapped(box, change)

    return as_row(change(row)) if any(isinstance(box, Sized | Fenced) for box in parts(row)) else row


def _has_signs(left: str, right: str | None) -> bool:
    return right is not None and all(sign[0] in "\\()[]" for sign in (left, right))


def unmarked(row: Row, *commands: str) -> Row:
    """The row without the marks of these commands, what is marked in their place; without the gap too that a mark keeps before an operator."""

    def change(box: Box) -> Box:
        match box:
            case Marked(command=found, inside=inside) if found in commands:
                return change(inside.inside if isinstance(inside, Group) else inside)
            case Row(items=items):
                kept = (one for k, one in enumerate(items) if one != KEPT[0] and (one != KEPT[1] or not k or items[k - 1] != KEPT[0]))
                return mapped(Row(tuple(kept)), change)
            case _:
                return mapped(box, change)

    return as_row(change(row)) if is_marked(row, *commands) else row


def is_marked(row: Row, *commands: str) -> bool:
    """Whether something in it is marked by one of these commands."""
    return any(isinstance(box, Marked) and box.command in commands for box in parts(row))


KEPT = (Marked("mathop", "", Group(Row())), Sign(r"\!"))
"""What stands before a mark so that TeX sets the gap that it sets before an operator."""


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

