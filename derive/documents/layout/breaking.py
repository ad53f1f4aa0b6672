"""Breaking a row: its pieces, at the outermost + first and between factors last, on as few lines as they need."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from derive.documents.layout.measure import width
from derive.notation.latex import breaking

INDENT = 1.0
"""What a continued line is moved to the right, in em."""

TIMES = "\\derivetimes "
"""Stands before a factor that was cut off: a dot where it begins a line, nothing elsewhere."""

LARGE = 0.75
"""A factor that takes more than this of its product is broken inside."""

_PENDING = re.compile(r"^\\left\. (?P<front>\\frac\{.*?\}\{\\mathrm\{d\} \S+?\}(?: \\,)?) (?P<body>.*) \\right\|(?P<at>_\{[^{}]*\})$")
_BRACKETS = re.compile(r"^\\(?:[bB]igg?)l\((?P<inside>.*)\\(?:[bB]igg?)r\)$")
_OPENING = ("(", "[", r"\{", r"\langle", r"\lVert", r"\lvert")
_CLOSING = (")", "]", r"\}", r"\rangle", r"\rVert", r"\rvert")
_HOLDS_ON = re.compile(
    r"(?:\\[A-Za-z]+|\\nabla(?:_\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}|\^\{\d\})*|\\(?:operatorname|mathrm)\{[^{}]*\}|\\(?:sum|prod)(?:_\{[^{}]*\}|\^\{[^{}]*\})*|\{\\mathrm\{d\}\^?\S* [^{}]*\}"
    r"|\\[,;:!]|[-+=,]|[(\[]|\\cdot)$"
)
"""What is not parted from what follows it."""
_SIGN = re.compile(r"\\(?:circ|otimes|odot|oslash) ")
"""A sign between factors: a line that is cut before it begins with it."""


def opened(latex: str) -> list[str]:
    r"""The pieces of d/dt (a + b) at t = 0: \left and \right allow no break between them, so the sum stands in brackets of
    fixed size; and of a fraction, as 1/c (a + b)."""
    found = _PENDING.match(latex)
    if found:
        bare = _BRACKETS.match(found["body"])
        inner = breaking.pieces(bare["inside"] if bare and _one_pair(found["body"]) else found["body"])
        if len(inner) > 1:
            return [found["front"] + r"\biggl[" + inner[0], *inner[1:-1], inner[-1] + r"\biggr]" + found["at"]]
    fraction = _fraction(latex)
    if fraction:
        sign, above, below = fraction
        inner = breaking.split(above, 0)
        if len(inner) > 1:
            return [rf"{sign}\frac{{1}}{{{below}}}\Bigl({inner[0]}", *inner[1:-1], inner[-1] + r"\Bigr)"]
        if above != "1":
            return [rf"{sign}\frac{{1}}{{{below}}}", TIMES + above]
    return [latex]


def _one_pair(body: str) -> bool:
    r"""Whether the first bracket, \biggl(, is closed by the last one and not before."""
    depth = 0
    for found in re.finditer(r"\\[bB]igg?([lr])(?=[^A-Za-z])", body):
        depth += 1 if found[1] == "l" else -1
        if depth == 0 and found.end() < len(body) - 1:
            return False
    return True


def _fraction(latex: str) -> tuple[str, str, str] | None:
    r"""(sign, numerator, denominator) of a formula that is one \frac."""
    start = re.match(r"(?P<sign>[-+]? ?)\\frac\{", latex)
    if not start:
        return None
    middle = _closing(latex, start.end())
    if middle < 0 or latex[middle : middle + 2] != "}{":
        return None
    end = _closing(latex, middle + 2)
    return (start["sign"], latex[start.end() : middle], latex[middle + 2 : end]) if end == len(latex) - 1 else None


def _closing(latex: str, place: int) -> int:
    """Where the brace closes that is open at `place`; -1 where it does not."""
    depth = 1
    while place < len(latex):
        if latex[place] == "\\":
            place += 1
        else:
            depth += (latex[place] == "{") - (latex[place] == "}")
            if depth == 0:
                return place
        place += 1
    return -1


def unlocked(latex: str) -> str:
    r"""The formula with its outermost \left( … \right) as brackets of fixed size, between which a line may be broken."""
    start = latex.find(r"\left(")
    depth = 0
    for found in re.finditer(r"\\(left|right)(?![a-z])", latex[start:]) if start >= 0 else ():
        depth += 1 if found[1] == "left" else -1
        if depth == 0 and latex[start + found.end()] == ")":
            end = start + found.start()
            inside = latex[start + len(r"\left(") : end]
            behind = latex[start + found.end() + 1 :]
            return rf"{latex[:start]}\biggl({inside}\biggr){behind}"
    return latex


def factors(latex: str, inside: int = 0) -> list[str]:
    """The formula cut between factors that stand side by side inside so many brackets; all but the first begin with TIMES."""
    return list(_factors(latex, inside))


@lru_cache(maxsize=4096)
def _factors(latex: str, inside: int) -> tuple[str, ...]:
    out: list[str] = []
    piece = before = ""
    brace = bracket = block = 0
    for token in re.findall(r"\\(?:begin|end)\{[a-z*]+\}|\\[A-Za-z]+|\\.|.", latex, re.DOTALL):
        if token == r"\left" or token.startswith(r"\begin{"):
            block += 1
        elif token == r"\right" or token.startswith(r"\end{"):
            block -= 1
        elif before not in (r"\left", r"\right") and not block:
            brace += (token == "{") - (token == "}")
            bracket += (token in _OPENING) - (token in _CLOSING)
        parted = token == " " and bracket == inside and not brace and not block
        if parted and piece.strip() and not _HOLDS_ON.search(piece.rstrip()):
            out.append(piece)
            piece = ""
        else:
            piece += token
        before = token if token != " " else before
    out.append(piece)
    for k in range(len(out) - 1, 0, -1):
        if not re.match(r"[A-Za-z(\[\\{]", out[k]) or re.match(r"\\(?:,(?! \\mathit)|;|cdot|in|to|right|[bB]igg?r)(?![A-Za-z])", out[k]):
            out[k - 1 : k + 1] = [f"{out[k - 1]} {out[k]}"]
    return (out[0], *(rest if _SIGN.match(rest) else TIMES + rest for rest in out[1:]))


def finer(found: Sequence[str], available: float) -> list[str]:
    """The pieces, those that are too wide for a line cut further: inside their brackets, and at last between factors."""
    out: list[str] = []
    for k, piece in enumerate(found):
        room = available - (INDENT if k else 0.0)
        if width(piece.removeprefix(TIMES)) <= room:
            out.append(piece)
            continue
        inner = _cut(piece, room) if not piece.startswith(TIMES) else [piece]
        if len(inner) == 1:
            inner = _last_resort(piece, room)
        out.extend(finer(inner, available) if len(inner) > 1 else inner)
    return out


def _cut(piece: str, room: float) -> list[str]:
    """At + and -, the outermost first; but rather between factors than inside a bracket that is only a part of the piece."""
    for depth in range(3):
        signs = breaking.split(piece, depth)
        if len(signs) > 1:
            return signs
        parts = factors(piece, depth)
        largest = max(width(part.removeprefix(TIMES)) for part in parts)
        if len(parts) > 1 and largest <= min(room, LARGE * width(piece)):
            return parts
    return opened(piece)


def _last_resort(piece: str, room: float) -> list[str]:
    """Cut between factors, outside of brackets or else inside one pair; or at the signs inside a bracket that was locked."""
    bare = piece.removeprefix(TIMES)
    open_bracket = unlocked(bare)
    for cut in (factors(bare), _cut(open_bracket, room), factors(open_bracket, 1)):
        if len(cut) > 1:
            return [piece[: len(piece) - len(bare)] + cut[0], *cut[1:]]
    return [piece]


def fill(found: Sequence[str], available: float) -> tuple[str, ...]:
    """The pieces, each beginning with its sign, on lines of at most `available` em where that can be; the fewest lines.

    A piece that is too wide alone has a line alone: it cannot be broken further here.
    """
    lines: list[str] = []
    used = 0.0
    for piece in found:
        plain = piece.removeprefix(TIMES)
        size = width(plain)
        if lines and used + size <= available - (INDENT if len(lines) > 1 else 0.0):
            lines[-1] += " " + plain
            used += size
        else:
            lines.append(plain if plain == piece else r"\cdot " + plain)
            used = size + (0.8 if plain != piece else 0.0)
    return tuple(lines)


def even(found: Sequence[str], available: float) -> tuple[str, ...]:
    """The fewest lines, and among those about equally long ones, so that no line holds a lonely last term."""
    lines = fill(found, available)
    if len(lines) < 2:
        return lines
    low, high = max((width(piece.removeprefix(TIMES)) for piece in found), default=0.0), available
    for _ in range(12):
        middle = (low + high) / 2
        if len(fill(found, middle)) > len(lines):
            low = middle
        else:
            high = middle
    return fill(found, high)
