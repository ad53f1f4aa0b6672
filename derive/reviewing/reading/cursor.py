"""The tokens of one formula and the place that has been reached."""

from __future__ import annotations

import re

from derive.errors import DeriveError
from derive.language.latex.tokens import Tex, tokenize
from derive.language.origin import Origin
from derive.reviewing.reading.lexicon import Lexicon, Reading
from derive.reviewing.reading.words import CLOSERS, FONTS, INFIX, TRANSPOSES
from derive.reviewing.tree import Tree

_NO_FACTOR = frozenset(("+", "-", "^", "_", "&", "=", "<", ">", "!", r"\pm", r"\mp", r"\\"))
MAX_TOKENS = 3000
MAX_DEPTH = 60


class Unread(Exception):
    """What cannot be read, and the offset in the formula where it stands."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.message, self.at = message, at


class Cursor:
    """What the layers of the grammar share; `defined` are the names that underbraces give."""

    def __init__(self, text: str, lexicon: Lexicon, reading: Reading) -> None:
        self.text, self.lexicon, self.reading = text, lexicon, reading
        try:
            self.tokens = _sides(tokenize(_spelled(text), Origin.of_text(text), own=True))
        except DeriveError as error:
            raise Unread(error.message, 0) from None
        if len(self.tokens) > MAX_TOKENS:
            raise Unread("this formula is too long", 0)
        self.i = 0
        self.depth = 0
        self.bars: list[str] = []
        self.defined: list[tuple[Tree, Tree]] = []

    # ------------------------------------------------------------------------------------------ places
    @property
    def token(self) -> Tex:
        return self.tokens[self.i]

    def ahead(self, k: int = 1) -> Tex:
        return self.tokens[min(self.i + k, len(self.tokens) - 1)]

    def take(self) -> Tex:
        token = self.token
        if token.kind != "end":
            self.i += 1
        return token

    def skip(self, *texts: str) -> bool:
        if self.token.text in texts and self.token.kind != "end":
            self.i += 1
            return True
        return False

    def unread(self, message: str, token: Tex | None = None) -> Unread:
        return Unread(message, (token or self.token).start)

    def leftover(self) -> Unread:
        token = self.token
        if token.kind == "end":
            return self.unread("the formula ends where an operand is missing")
        return self.unread(f"`{token.text}` is not understood here")

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.unread("brackets are nested too deep")

    # ------------------------------------------------------------------------------------------ groups
    def group_texts(self, at: int | None = None) -> tuple[list[str], int]:
        """The texts of the group (or token) at a place, and the place behind it."""
        i = self.i if at is None else at
        if self.tokens[i].kind == "end":
            return [], i
        if self.tokens[i].kind != "open":
            if self.tokens[i].text in FONTS or self.tokens[i].text == "-":
                rest, end = self.group_texts(i + 1)
                return [self.tokens[i].text, *rest], end
            return [self.tokens[i].text], i + 1
        depth, k = 0, i
        while self.tokens[k].kind != "end":
            depth += (self.tokens[k].kind == "open") - (self.tokens[k].kind == "close")
            k += 1
            if not depth:
                break
        return [t.text for t in self.tokens[i + 1 : k - 1]], k

    def script(self) -> tuple[str, int]:
        """What stands behind `^` or `_`, its tokens with spaces between, and the place behind it."""
        texts, end = self.group_texts(self.i + 1)
        return " ".join(texts), end

    def turns(self) -> bool:
        """Whether a transpose begins here."""
        if self.token.text == "'":
            return True
        if self.token.text != "^":
            return False
        text, _ = self.script()
        return self.is_turn(text)

    def is_turn(self, text: str) -> bool:
        if text in ("T", "t", "H") and text in self.lexicon.names | self.lexicon.steps:
            return False
        return text in TRANSPOSES or text in ("t", "t r", r"\text t", "{ T }", "' ", r"\ast T") or re.sub(r"[{} ]", "", text) in (
            r"\mathsfT", r"\mathrmT", r"\textT", r"\operatornameT", r"\scriptscriptstyleT", r"\!T", r"\mathrm{T}")

    def starts_factor(self) -> bool:
        token = self.token
        if token.kind in ("close", "end", "end-env") or token.text in INFIX or token.text in CLOSERS or token.text in _NO_FACTOR:
            return False
        return not (token.text in ("|", r"\|") and self.closes_bar(token.text))

    def closes_bar(self, text: str) -> bool:
        """Whether a bar at this place closes one, or separates the arguments of D(p‖q)."""
        return bool(self.bars) and (self.bars[-1] == text or (self.bars[:2] == [r"\|", "|"] and len(self.bars) == 2))


def _spelled(text: str) -> str:
    """Marks that mean the same, written in one way."""
    text = text.replace("ᵀ", r"^{\top}").replace("⁻¹", "^{-1}").replace("²", "^{2}").replace("∇", r"\nabla ").replace("∂", r"\partial ")
    text = re.sub(r"\\mid(?![A-Za-z])", "|", text)
    return re.sub(r"\\(?:smash|mathchoice|hfill|strut|mathstrut|scriptscriptstyle|scriptstyle|!)(?![A-Za-z])", " ", text)


def _sides(tokens: list[Tex]) -> list[Tex]:
    r"""`\left` and `\right` left out; a bar that closes `\left.` is a bar of evaluation."""
    out: list[Tex] = []
    open_sides: list[str] = []
    k = 0
    while k < len(tokens):
        token, after = tokens[k], tokens[min(k + 1, len(tokens) - 1)]
        if token.text in (r"\left", r"\right") and token.kind == "macro":
            left = token.text == r"\left"
            if left:
                open_sides.append(after.text)
            opened = "" if left else (open_sides.pop() if open_sides else "")
            k += 2
            if after.text == ".":
                continue
            if after.text == "|":
                name = r"\lvert" if left else (r"\evalbar" if opened == "." else r"\rvert")
                out.append(after._replace(kind="macro", text=name))
            elif after.text == r"\|":
                out.append(after._replace(kind="macro", text=r"\lVert" if left else r"\rVert"))
            else:
                out.append(after)
            continue
        if token.text == "|" and after.text == "_" and not _open_bar(out):
            token = token._replace(kind="macro", text=r"\evalbar")
        if token.text == r"\vert" or (token.text == r"\rvert" and after.text == "_" and not any(t.text == r"\lvert" for t in out)):
            token = token._replace(kind="macro", text=r"\evalbar")
        out.append(token)
        k += 1
    return out


def _open_bar(tokens: list[Tex]) -> bool:
    """Whether an odd number of bars stands before."""
    return sum(t.text == "|" for t in tokens) % 2 == 1
