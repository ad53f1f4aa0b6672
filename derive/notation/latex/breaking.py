"""Where a long formula may be broken."""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"\\(?:begin|end)\{[a-z*]+\}|\\(?:left|right)(?![a-zA-Z])|\\(?:big|Big|bigg|Bigg)[lr](?![a-zA-Z])|\\[a-zA-Z]+|\\.|\s+|."
)
_OPENING = {"(", "[", r"\lvert", r"\lVert", r"\langle", r"\{"}
_CLOSING = {")", "]", r"\rvert", r"\rVert", r"\rangle", r"\}"}


_NOT_BEFORE_BINARY = {"", "{", ",", "=", "&", r"\cdot", r"\left", r"\\", *_OPENING}


def split(text: str, depth: int) -> list[str]:
    r"""Cut at every binary + and - that stands inside exactly `depth` pairs of brackets, outside all braces.

    Each piece after the first begins with its sign.  Nothing inside \left…\right or an environment is cut, so every piece can
    stand in a line of its own.
    """
    out: list[str] = []
    piece = ""
    brace = bracket = block = 0
    before = ""
    for token in _TOKEN.findall(text):
        if token.startswith(r"\begin") or token == r"\left":
            block += 1
        elif token.startswith(r"\end{") or token == r"\right":
            block -= 1
        elif token == "{":
            brace += 1
        elif token == "}":
            brace -= 1
        elif token in _OPENING and not block:
            bracket += 1
        elif token in _CLOSING and not block and before != r"\right":
            bracket -= 1
        binary = before not in _NOT_BEFORE_BINARY
        if token in "+-" and binary and bracket == depth and not brace and not block and piece.strip():
            out.append(piece.rstrip())
            piece = ""
        piece += token
        if not token.isspace():
            before = token
    out.append(piece.rstrip())
    return out


def pieces(text: str) -> list[str]:
    """The pieces at the outermost + and -; when there are none, those inside one pair of brackets, then two."""
    for depth in range(3):
        found = split(text, depth)
        if len(found) > 1:
            return found
    return [text]
