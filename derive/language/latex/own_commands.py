r"""What authors paste: the signs of displays around a formula, and own commands in it: `\norm{Xw - y}^2` is read as what its definition
says, put in as text and never executed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace

from derive.language.markup.macros import Definition, current
from derive.language.origin import Origin
from derive.language.text.tokens import MAX_LENGTH

MAX_DEPTH = 12
"""Commands in the definitions of one another."""


def expanded(text: str, origin: Origin, keep: Collection[str] = ()) -> tuple[str, Origin]:
    r"""The formula with the author's own commands replaced, and its origin, in which what was put in stands where the command does.

    keep  the LaTeX of symbols: a command that is one, as \vw, is read as its name
    DeriveError [too-long], [too-deep] when it grows without bound.
    """
    known = {d.name: d for d in current().definitions if f"\\{d.name}" not in keep}
    if not known or "\\" not in text:
        return text, origin
    for _ in range(MAX_DEPTH):
        pieces = list(_pieces(text, known))
        if all(piece is None for _, _, piece in pieces):
            return text, origin
        out, starts = "", []
        for begin, end, put in pieces:
            where = origin.position(begin)
            starts.append((len(out), where.line or 1, where.column or 1))
            out += text[begin:end] if put is None else put
        if len(out) > MAX_LENGTH:
            raise origin.error("the own commands of this formula make it too long", code="too-long")
        text, origin = out, replace(origin, starts=tuple(starts), offset=0)
    raise origin.error(f"own commands stand in one another more than {MAX_DEPTH} deep", code="too-deep")


def _pieces(text: str, known: dict[str, Definition]) -> Iterator[tuple[int, int, str | None]]:
    """(start, end, what is put in or None) of the parts of a text, one after the other."""
    done = 0
    for match in re.finditer(r"\\(?:([A-Za-z]+)|.)", text):
        definition = known.get(match.group(1) or "")
        if definition is None or match.start() < done:
            continue
        if done < match.start():
            yield done, match.start(), None
        values, end = _arguments(text, match.end(), definition)
        body = re.sub(r"#(\d)", lambda m, given=values: given.get(int(m.group(1)), ""), definition.body)  # type: ignore[misc]
        yield match.start(), end, f"{body} " if body[-1:].isalpha() and text[end : end + 1].isalpha() else body
        done = end
    if done < len(text):
        yield done, len(text), None


def _arguments(text: str, at: int, definition: Definition) -> tuple[dict[int, str], int]:
    """The arguments that stand from here on, and where they end; a starred form is the same."""
    out: dict[int, str] = {}
    if definition.parameters and text[at : at + 1] == "*":
        at += 1
    for k in range(1, definition.parameters + 1):
        start = at + len(text[at:]) - len(text[at:].lstrip())
        if k == 1 and definition.default is not None:
            closing = text.find("]", start) if text[start : start + 1] == "[" else -1
            out[1], at = (text[start + 1 : closing], closing + 1) if closing > 0 else (definition.default, at)
            continue
        one = re.compile(r"\\[A-Za-z]+|\\?.", re.DOTALL).match(text, start)
        end = _group_end(text, start) if text[start : start + 1] == "{" else one.end() if one else len(text)
        out[k] = text[start + 1 : end - 1] if text[start : start + 1] == "{" else text[start:end]
        at = end
    return out, at


def _group_end(text: str, start: int) -> int:
    """Behind the `}` that closes the `{` here; the end of the text when nothing does."""
    depth, k = 0, start
    while k < len(text):
        if text[k] == "\\":
            k += 2
            continue
        depth += (text[k] == "{") - (text[k] == "}")
        k += 1
        if not depth:
            return k
    return len(text)


_DISPLAY = re.compile(
    r"\\(?:begin|end)\{(?:equation|align|aligned|alignat|gather|gathered|multline|split|displaymath)\*?\}"
    r"|\\(?:notag|nonumber)(?![a-zA-Z])|\\label\{[^{}]*\}|(?<!\\)&|\\\\(?:\[[^\]]*\])?"
)
"""What displays hold beside the formula; a formula with matrices or cases keeps its own."""


def _displayed(text: str) -> bool:
    """Whether environments of displays stand in a text, and no others, whose & and line ends mean something."""
    names = re.findall(r"\\begin\{([a-z]+)\*?\}", text)
    return bool(names) and all(re.fullmatch("equation|align|aligned|alignat|gather|gathered|multline|split|displaymath", name) for name in names)


def bare_formula(text: str) -> str:
    r"""A formula as people paste it, blanks for the $…$ or \[…\] around it and for the `.` or `,` behind it."""
    out = _DISPLAY.sub(lambda m: " " * len(m.group()), text) if _displayed(text) else text
    for opening, closing in (("$$", "$$"), ("$", "$"), (r"\[", r"\]"), (r"\(", r"\)")):
        inner = out.strip()
        if inner.startswith(opening) and inner.endswith(closing) and len(inner) > len(opening) + len(closing):
            at, end = out.index(opening), out.rindex(closing)
            out = out[:at] + " " * len(opening) + out[at + len(opening) : end] + " " * (len(out) - end)
    ends = r"(?<=[^\s.,;])" if "\\" in out else r"(?<=[^\s\d.,;])"
    return re.sub(rf"{ends}(\s*(?:\\[,;:!])?\s*)[.,;]\s*$|(?<=\s)[.,;]\s*$", lambda m: " " * len(m.group()), out)
