r"""A file's own `\newcommand`s, read and put in as text: nothing is executed, and nothing grows without bound."""

from __future__ import annotations

import re

from derive.errors import DeriveError
from derive.reviewing.pasted.placed import Placed, join
from derive.values import dataclass

MAX_LENGTH = 200_000
"""Characters that a text may have, before and after its macros are put in."""
MAX_EXPANSIONS = 5_000
MAX_DEPTH = 20

_DEFINED = re.compile(
    r"\\(?:re)?newcommand\*?\s*\{?\s*(\\[A-Za-z]+)\s*\}?\s*(?:\[(\d)\])?\s*(?:\[([^\]]*)\])?\s*(?=\{)"
    r"|\\providecommand\*?\s*\{?\s*(\\[A-Za-z]+)\s*\}?\s*(?:\[(\d)\])?\s*(?:\[([^\]]*)\])?\s*(?=\{)"
    r"|\\DeclareMathOperator\*?\s*\{?\s*(\\[A-Za-z]+)\s*\}?\s*(?=\{)"
    r"|\\def\s*(\\[A-Za-z]+)\s*((?:#\d)*)\s*(?=\{)"
)


@dataclass(frozen=True)
class Macro:
    """What a macro stands for: `#1` … in its body are its arguments; the first is optional when it has a default."""

    count: int
    body: str
    default: str | None = None


def group_end(text: str, start: int) -> int:
    """The offset behind the `}` that closes the `{` at `start`; the end of the text when nothing does."""
    depth, k = 0, start
    while k < len(text):
        c = text[k]
        if c == "\\":
            k += 2
            continue
        depth += (c == "{") - (c == "}")
        k += 1
        if not depth:
            return k
    return len(text)


def definitions(text: Placed) -> tuple[Placed, dict[str, Macro]]:
    """The text without its definitions of macros, and these."""
    found: dict[str, Macro] = {}
    pieces: list[Placed] = []
    done = 0
    for match in _DEFINED.finditer(text.text):
        if match.start() < done:
            continue
        end = group_end(text.text, match.end())
        body = text.text[match.end() + 1 : end - 1]
        a, n, d, b, n2, d2, operator, plain, places = match.groups()
        if operator:
            found[operator] = Macro(0, rf"\operatorname{{{body}}}")
        elif plain:
            found[plain] = Macro(places.count("#"), body)
        else:
            found[a or b] = Macro(int(n or n2 or 0), body, d if a else d2)
        pieces.append(text[done : match.start()])
        done = end
    return join([*pieces, text[done:]]) if done else text, found


def expanded(text: Placed, macros: dict[str, Macro]) -> Placed:
    """The text with the macros put in.  DeriveError [too-long] when they grow beyond all bounds."""
    budget = MAX_EXPANSIONS
    if not macros:
        return text
    pattern = re.compile("(" + "|".join(re.escape(name) for name in sorted(macros, key=len, reverse=True)) + r")(?![A-Za-z])")
    for _ in range(MAX_DEPTH):
        pieces: list[Placed] = []
        done = length = 0
        for match in pattern.finditer(text.text):
            if match.start() < done or text.text[match.start() - 1 : match.start()] == "\\":
                continue
            macro = macros[match.group(1)]
            arguments, end = _arguments(text.text, match.end(), macro)
            body = re.sub(r"#(\d)", lambda m, given=arguments: given.get(int(m.group(1)), ""), macro.body)  # type: ignore[misc]
            spaced = f" {body} " if body[:1].isalpha() or body[-1:].isalpha() else body
            pieces += [text[done : match.start()], text.literal(spaced, match.start())]
            length += len(spaced) + match.start() - done
            done = end
            budget -= 1
            if budget < 0 or length > MAX_LENGTH:
                raise DeriveError("the macros of this text grow beyond all bounds when they are put in", code="too-long")
        if not done:
            return text
        text = join([*pieces, text[done:]])
    raise DeriveError(f"macros stand in one another more than {MAX_DEPTH} deep", code="too-deep")


def _arguments(text: str, at: int, macro: Macro) -> tuple[dict[int, str], int]:
    out: dict[int, str] = {}
    for k in range(1, macro.count + 1):
        while at < len(text) and text[at] in " \t\n":
            at += 1
        if k == 1 and macro.default is not None:
            if text[at : at + 1] == "[" and "]" in text[at:]:
                end = text.index("]", at) + 1
                out[1], at = text[at + 1 : end - 1], end
            else:
                out[1] = macro.default
            continue
        if text[at : at + 1] == "{":
            end = group_end(text, at)
            out[k], at = text[at + 1 : end - 1], end
        else:
            one = re.compile(r"\\[A-Za-z]+|\\?.", re.DOTALL).match(text, at)
            out[k], at = (one.group(), one.end()) if one else ("", at)
    return out, at
