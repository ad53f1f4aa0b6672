"""Where a long formula may be broken, and about how wide it is."""

from __future__ import annotations

import re
from functools import lru_cache

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
    return list(_split(text, depth))


@lru_cache(maxsize=4096)
def _split(text: str, depth: int) -> tuple[str, ...]:
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
    return tuple(out)


def pieces(text: str) -> list[str]:
    """The pieces at the outermost + and -; when there are none, those inside one pair of brackets, then two."""
    for depth in range(3):
        found = split(text, depth)
        if len(found) > 1:
            return found
    return [text]


_WIDE = {
    r"\sum": 1.5, r"\operatorname": 0.15, r"\mathrm": 0.0, r"\mathsf": 0.0, r"\mathit": 0.0, r"\mathbf": 0.0, r"\text": 0.0,
    r"\boldsymbol": 0.0, r"\,": 0.17, r"\cdot": 0.75, r"\circ": 0.95, r"\otimes": 1.2, r"\oslash": 1.2, r"\times": 1.2,
    r"\nabla": 0.83, r"\lVert": 0.5, r"\rVert": 0.5, r"\lvert": 0.28, r"\rvert": 0.28, r"\langle": 0.39, r"\rangle": 0.39,
    r"\log": 1.45, r"\det": 1.55, r"\exp": 1.65, r"\sin": 1.4, r"\cos": 1.55, r"\tan": 1.6, r"\max": 2.0, r"\min": 1.85,
    r"\arcsin": 2.7, r"\arccos": 2.85, r"\arctan": 2.9, r"\sinh": 1.95, r"\cosh": 2.1, r"\tanh": 2.15, r"\le": 1.3,
    r"\ge": 1.3, r"\iff": 2.8, r"\implies": 2.8, r"\dot": 0.0, r"\ddot": 0.0, r"\mathcal": 0.1, r"\left": 0.1, r"\right": 0.1,
    r"\quad": 1.0, r"\qquad": 2.0, r"\partial": 0.6, r"\succ": 1.3, r"\succeq": 1.3, r"\sqrt": 0.85, r"\dots": 1.2,
}
_CHARACTERS = {
    "+": 1.22, "-": 1.22, "=": 1.33, "<": 1.33, ">": 1.33, "(": 0.39, ")": 0.39, "[": 0.28, "]": 0.28, ",": 0.44, ".": 0.28,
    " ": 0.0, "\n": 0.0, "'": 0.28, "~": 0.33, "&": 1.0, "|": 0.28, ":": 0.8, "/": 0.5,
}
_SCRIPT = 0.72


@lru_cache(maxsize=8192)
def width(text: str) -> float:
    """About how wide a formula prints, in em of its font size; within a fifth, for deciding where to break."""
    tokens = [t for t in _TOKEN.findall(text) if not t.isspace()]
    return _Measure(tokens).sequence()


class _Measure:
    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.k = 0

    def sequence(self, until: str | None = None) -> float:
        total = 0.0
        scripts = 0.0
        while self.k < len(self.tokens):
            token = self.tokens[self.k]
            if token == until:
                break
            if token in "^_":
                self.k += 1
                wide = self.argument() * _SCRIPT
                total += max(0.0, wide - scripts)
                scripts = max(scripts, wide)
                continue
            scripts = _WIDE[token] if token == r"\sum" else 0.0  # its limits stand below and above
            total += self.item()
        return total

    def argument(self) -> float:
        if self.k < len(self.tokens) and self.tokens[self.k] == "{":
            self.k += 1
            inside = self.sequence("}")
            self.k += 1
            return inside
        return self.item() if self.k < len(self.tokens) else 0.0

    def item(self) -> float:
        token = self.tokens[self.k]
        if token == "{":
            return self.argument()
        self.k += 1
        if token in (r"\frac", r"\tfrac", r"\dfrac"):
            wide = max(self.argument(), self.argument()) + 0.25
            return wide * (_SCRIPT if token == r"\tfrac" else 1.0)
        if token.startswith(r"\begin"):
            return self.block()
        if token in _WIDE:
            return _WIDE[token]
        if token.startswith((r"\big", r"\Big")):
            return 0.2
        if token[0] == "\\":
            return 0.6
        if token in _CHARACTERS:
            return _CHARACTERS[token]
        return 0.5 if token.isdigit() else 0.75 if token.isupper() else 0.52

    def block(self) -> float:
        """A matrix or cases: the widest row."""
        widest = row = 0.0
        while self.k < len(self.tokens) and not self.tokens[self.k].startswith(r"\end{"):
            if self.tokens[self.k] == r"\\":
                widest, row = max(widest, row), 0.0
                self.k += 1
            elif self.tokens[self.k] in "^_":
                self.k += 1
                row += self.argument() * _SCRIPT
            else:
                row += self.item()
        self.k += 1
        return max(widest, row) + 1.0
