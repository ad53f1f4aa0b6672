"""Why a line follows, as values: messages with what fills their places, one after the other.

A reason is a sequence of parts.  Its words are fixed: they are the message, by which every table of words looks it up, and they are never
taken apart.  An expression or a `Word` fills a place of the message.  Reasons of one line stand apart by a `Mark`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from derive.expressions.nodes import Call, Expr, Transpose
from derive.values import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """Words that fill a place of a message, and are looked up by themselves: the kind of a point, a function's name, a number."""

    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands between one reason and the next; `text` in English, by which the tables of languages have it, or by `key`."""

    text: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A message within a message."""

    said: Why


@dataclass(frozen=True, slots=True)
class Listed:
    """Expressions in one place of a message, with commas between them."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Own:
    """The author's own words, prose with mathematics: no table has them, and they are said as they are written."""

    text: str


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula in the letters in which one writes it, the same in every language: `(A ⊗ B)' = A' ⊗ B'`, `m×n`."""

    text: str


COMMA = Mark(", ")
COLON = Mark(": ")
SEMICOLON = Mark("; ")
AND = Mark(" and ")
AND_THAT = Mark(" and ", "between clauses")
STOP = Mark(".")

Filler = Expr | Word | Phrase | Listed | Own | Formula
"""What fills a place of a message."""
Part = str | Filler | Mark
Said = str | Expr | Own | Formula
"""A part of what is said, with no message in another."""
Why = tuple[Part, ...]
"""A reason as it is said: ("symmetric: ", Transpose(A), " = ", A); or several, with marks between them."""


def joined(parts: Iterable[Why], mark: Mark = COMMA) -> Why:
    """Reasons one after the other, separated by a mark, each once."""
    out: list[Part] = []
    for k, part in enumerate(dict.fromkeys(parts)):
        if k:
            out.append(mark)
        out.extend(part)
    return tuple(out)


def enumerated(parts: Sequence[Why], last: Mark = AND) -> Why:
    """Reasons with commas between them and `and` before the last."""
    return (*joined(parts[:-1]), last, *parts[-1]) if len(parts) > 1 else joined(parts)


def reasons(why: Why) -> list[tuple[Why, Mark | None]]:
    """The reasons one by one, each with the mark behind it, None behind the last."""
    out: list[tuple[Why, Mark | None]] = []
    here: list[Part] = []
    for part in why:
        if isinstance(part, Mark):
            out.append((tuple(here), part))
            here = []
        else:
            here.append(part)
    return [*out, (tuple(here), None)]


def message(reason: Why) -> tuple[str, tuple[Filler, ...]]:
    """(the message, with `{}` where something fills it; what fills its places) of one reason."""
    words = "".join(part if isinstance(part, str) else "{}" for part in reason)
    return words, tuple(part for part in reason if isinstance(part, Filler))


def flattened(why: Why) -> tuple[Said, ...]:
    """What is said, with nothing but words between the expressions."""
    out: list[Said] = []
    for part in why:
        match part:
            case Word(text=text) | Mark(text=text):
                inside: tuple[Said, ...] = (text,)
            case Phrase(said=said):
                inside = flattened(said)
            case Listed(items=items):
                inside = flattened(joined((item,) for item in items))
            case _:
                inside = (part,)
        for one in inside:
            if out and isinstance(one, str) and isinstance(out[-1], str):
                out[-1] += one
            else:
                out.append(one)
    return tuple(out)


def printed(
    why: Why, words: Callable[[str], str], expr: Callable[[Expr], str], own: Callable[[str], str] = str, formula: Callable[[str], str] = str,
) -> str:
    """A reason as text: `words` writes what is said, `expr` an expression, `own` the author's words, `formula` a formula in letters."""
    out: list[str] = []
    for part in flattened(why):
        match part:
            case str():
                out.append(words(part))
            case Own(text=text):
                out.append(own(text))
            case Formula(text=text):
                out.append(formula(text))
            case _:
                out.append(expr(part))
    return "".join(out)


def filled(why: Why, change: Callable[[Expr], Expr]) -> Why:
    """The same words about other expressions."""
    out: list[Part] = []
    for part in why:
        match part:
            case str() | Word() | Mark() | Own() | Formula():
                out.append(part)
            case Phrase(said=said):
                out.append(Phrase(filled(said, change)))
            case Listed(items=items):
                out.append(Listed(tuple(map(change, items))))
            case _:
                out.append(change(part))
    return tuple(out)


def told(text: str, read: Callable[[str], Expr]) -> Why:
    """The words of a row of a table; what stands between backticks is mathematics, read a side of an equation at a time."""
    out: list[Part] = []
    for k, part in enumerate(re.split(r"`([^`]*)`", text)):
        if not k % 2:
            out.append(part)
            continue
        for n, side in enumerate(part.split(" = ")):
            out.extend((" = ",) if n else ())
            out.append(read(side))
    return tuple(part for part in out if part != "")


KINK = "not differentiable where "
MEETING = "not where the cases meet: "
"""With these words begins what tells where something fails; every other condition tells where a result holds."""
AN_ENTRY = "an entry of "
"""Behind them, where it is about the entries of a matrix."""


def says_not(condition: Why) -> bool:
    """Whether it tells where something fails, not where the result holds."""
    return bool(condition) and condition[0] in (KINK, MEETING)


def has_inverse(matrix: Expr) -> Why:
    """det(A) ≠ 0, as a condition; of diag(u), that no entry of u is 0."""
    if isinstance(matrix, Call) and matrix.name == "diag":
        return ("no entry of ", matrix.args[0], " is 0")
    return (Call("det", (matrix,)), " ≠ 0")


def full_rank(factor: Expr) -> Why:
    """B has full column rank; for B = C', C has full row rank; of a square matrix, det(B) ≠ 0."""
    if factor.shape[0] == factor.shape[1]:
        return has_inverse(factor.arg if isinstance(factor, Transpose) else factor)
    if isinstance(factor, Transpose):
        return (factor.arg, " has full row rank")
    return (factor, " has full column rank")
