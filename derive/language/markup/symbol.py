r"""The LaTeX of one symbol: a letter, or a word in a font, with accents and marks, and nothing that could be read as an operation on it.

Whatever else mathematics may hold, a symbol that is printed as `\nabla f = 3`, `{-1}`, `A^\top` or `\det` would make a formula say
what was never derived.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from derive.expressions.functions import FUNCTIONS
from derive.expressions.spelling import GREEK, UNICODE_GREEK
from derive.language.markup.formula import Refuse
from derive.language.markup.macros import Definition

_TOKEN = re.compile(r"\\(?:[A-Za-z]+|.)|.", re.DOTALL)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LETTERS = GREEK | _words("hbar imath jmath aleph wp Re Im digamma varGamma mho eth beth gimel daleth")
_FONTS = _words(
    "mathbb mathbf mathcal mathfrak mathit mathrm mathsf mathtt mathnormal mathscr mathds mathbbm boldsymbol pmb bm operatorname "
    "text textbf textit textrm textsf texttt textup textsc emph mbox"
)
_ACCENTS = _words(
    "hat widehat tilde widetilde bar vec dot ddot dddot acute grave breve check mathring overline underline overrightarrow overleftarrow"
)
_PLAIN = _words("mathcal mathfrak mathscr mathbb mathtt mathsf")
"""Fonts in which no sign of ours is set."""
_SINGLE = _words("mathbf mathcal mathfrak mathscr mathbb mathds mathbbm boldsymbol bm pmb mathnormal")
"""Fonts in which two letters look like a product."""
_AROUND = _words("ensuremath mathord mathop mathit")
_STYLES = _words("displaystyle textstyle scriptstyle scriptscriptstyle limits nolimits")
_MARKS = _words("star ast dagger ddagger circ bullet perp parallel sharp flat natural diamond wedge")
"""What may stand above a symbol alone: no power, transpose or inverse is written so."""
_SIGNS = _words("infty max min sup inf ell cdot cdots dots ldots to mid pm emptyset varnothing quad in out perp") | _MARKS
"""What may stand in an index beside letters and digits."""

_TAKEN = frozenset({"I", "D", "d", "T", "e"})
"""Letters that formulas of ours write upright, or for the identity."""

_MOST_EXPANSIONS = 200


def check(text: str, refuse: Refuse, own: Mapping[str, Definition]) -> None:
    """Refuse what is not one symbol; `own` are the author's definitions by name.  The text is known to be harmless mathematics.

    refuse  makes of a sentence and an offset the error that is raised
    """
    for at, letter in enumerate(text):
        if not (letter.isascii() or letter in UNICODE_GREEK or _LETTER.match(letter)):
            refuse(f"no formula of a document has a sign for `{letter}` (U+{ord(letter):04X})", at)
    _Reader(text, refuse, own).whole()


def spelled(text: str) -> str:
    """The LaTeX of a symbol with a command for each Greek letter that is typed as one."""
    return "".join(f"\\{UNICODE_GREEK[letter]} " if letter in UNICODE_GREEK else letter for letter in text).strip()


_LETTER = re.compile("[\xc0-\u017f\u2e80-\uffdc]")
"""Letters of Latin with their accents, and wide ones; what a font of ours has beside ASCII."""


LOOKALIKE = str.maketrans("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοАВЕЅІЈКМНОРСТХаеорсухіјѕ", "ABEZHIKMNOPTYXoABESIJKMHOPCTXaeopcyxijs")
"""Greek and Cyrillic letters as the Latin ones that they look like."""
_ALIKE = {
    **dict.fromkeys(_words("operatorname text textrm textup mbox"), "mathrm"), **dict.fromkeys(_words("pmb bm"), "boldsymbol"),
    **dict.fromkeys(_words("mathds mathbbm"), "mathbb"), "textbf": "mathbf", "textsf": "mathsf", "texttt": "mathtt", "widehat": "hat",
    "widetilde": "tilde", "overline": "bar", "overrightarrow": "vec", "ast": "star",
    **{letter: rf"\{name}" for letter, name in UNICODE_GREEK.items()},
}
"""What looks the same as another command, or nearly so."""
_UNSEEN = _words("mathit mathnormal textit emph ensuremath mathord mathop limits nolimits") | _STYLES | frozenset(",;:!{} *")
"""What changes nothing that one sees: the letters of formulas are italic anyhow."""


def look(text: str, own: Mapping[str, Definition]) -> str:
    """What the LaTeX of a symbol looks like: two that have the same look cannot be told apart on a page.

    own  the author's definitions by name
    """
    reader = _Reader(text.replace("^*", r"^\star"), lambda message, at: None, own)  # type: ignore[arg-type, return-value]
    out: list[str] = []
    while (token := reader.peek()) and reader.left >= 0:
        reader.take()
        name = token.lstrip("\\")
        if name in _UNSEEN:
            continue
        known = _ALIKE.get(name, name)
        out.append(f"\\{known.lstrip(chr(92))} " if len(known) > 1 and (token[0] == "\\" or name in UNICODE_GREEK) else known.translate(LOOKALIKE))
    return "".join(out)


class _Reader:
    def __init__(self, text: str, refuse: Refuse, own: Mapping[str, Definition]) -> None:
        self.fail, self.own = refuse, own
        self.tokens = [(found.group(), found.start()) for found in _TOKEN.finditer(text) if not found.group().isspace()]
        self.left = _MOST_EXPANSIONS

    # ------------------------------------------------------------------------------------- tokens
    def peek(self) -> str:
        """The next token, own commands replaced by what they stand for; '' at the end."""
        while self.tokens and (definition := self.own.get(self.tokens[0][0][1:] if self.tokens[0][0][0] == "\\" else "")):
            _, at = self.tokens.pop(0)
            self.left -= 1
            if self.left < 0:
                self.fail("this stands for more than a symbol", at)
            self.tokens = [(token, at) for token in self.stands_for(definition, at)] + self.tokens
        return self.tokens[0][0] if self.tokens else ""

    def stands_for(self, definition: Definition, at: int) -> list[str]:
        arguments: list[list[str]] = []
        for k in range(definition.parameters):
            if k == 0 and definition.default is not None and (not self.tokens or self.tokens[0][0] != "["):
                arguments.append(_tokens(definition.default))
            else:
                arguments.append(self.raw(at))
        body = _tokens(definition.body)
        return [part for token in body for part in (arguments[int(token[1:]) - 1] if re.fullmatch(r"#[1-9]", token) else [token])]

    def raw(self, at: int) -> list[str]:
        """The tokens of the next argument, as they stand."""
        if not self.tokens:
            self.fail("an argument is missing", at)
        first, _ = self.tokens.pop(0)
        if first not in ("{", "["):
            return [first]
        out, depth = [], 1
        while self.tokens:
            token, _ = self.tokens.pop(0)
            depth += (token in ("{", "[")) - (token in ("}", "]"))
            if not depth:
                break
            out.append(token)
        return ["{", *out, "}"]

    def take(self) -> tuple[str, int]:
        self.peek()
        return self.tokens.pop(0) if self.tokens else ("", 0)

    # ------------------------------------------------------------------------------------- grammar
    def whole(self) -> None:
        self.symbol()
        if self.peek():
            token, at = self.take()
            self.fail(f"`{token}` does not belong to one symbol", at)

    def symbol(self) -> None:
        """A nucleus with its index and mark."""
        self.nucleus()
        for _ in range(2):
            if self.peek() == "_":
                self.take()
                self.group(self.index)
            elif self.peek() == "^":
                _, at = self.take()
                self.mark(at)

    def nucleus(self) -> None:
        token, at = self.take()
        name = token[1:]
        if token == "{":
            self.symbol()
            self.close(at)
        elif token.startswith("\\") and name in _LETTERS:
            return
        elif token.startswith("\\") and name in _FONTS:
            self.word(name, at)
        elif token.startswith("\\") and name in _ACCENTS | _AROUND:
            self.group(self.symbol)
        elif len(token) != 1 or not token.isalpha():
            self.fail(f"`{token}` is no letter" if token else "there is no letter in this", at)
        elif token == "I":
            self.fail("I is printed for the identity", at)

    def word(self, font: str, at: int) -> None:
        """What stands in a font: a word that is no function of ours, or a symbol again."""
        if self.peek() == "*":
            self.take()
        if self.peek() != "{":
            self.nucleus()
            return
        self.take()
        letters = ""
        while self.peek() and self.peek() not in "{}" and not self.peek().startswith("\\") and self.peek() not in ("_", "^"):
            letters += self.take()[0]
        if letters and self.peek() == "}":
            if not re.fullmatch(r"[^\W\d_](?:[\w-]|[.,](?=.))*", letters) or set(letters) & UNICODE_GREEK.keys():
                self.fail(f"`{letters}` is no word", at)
            if letters in _TAKEN | _functions() and (font not in _PLAIN or len(letters) > 1):
                self.fail(f"`{letters}` in this font is a sign of the formulas themselves", at)
            if len(letters) > 1 and font in _SINGLE:
                self.fail(f"`{letters}` in this font is several letters: write \\mathrm{{{letters}}}", at)
        elif letters:
            if len(letters) > 1:
                self.fail(f"`{letters}` is several letters", at)
            self.tokens.insert(0, (letters, at))
            self.symbol()
        else:
            self.symbol()
        self.close(at)

    def group(self, inside: Callable[[], None]) -> None:
        """One piece, or one in braces."""
        if self.peek() != "{":
            inside()
            return
        _, at = self.take()
        inside()
        while inside == self.index and self.peek() not in ("}", ""):
            inside()
        self.close(at)

    def index(self) -> None:
        """A piece of an index: letters, digits and their like."""
        token, at = self.take()
        name = token[1:]
        if token == "{":
            while self.peek() not in ("}", ""):
                self.index()
            self.close(at)
        elif token in ("_", "^"):
            self.group(self.index)
        elif token.startswith("\\") and name in _FONTS | _ACCENTS | _AROUND:
            if self.peek() == "*":
                self.take()
            self.group(self.index)
        elif token.startswith("\\"):
            if name not in _LETTERS | _SIGNS | _STYLES and token not in ("\\,", "\\;", "\\:", "\\!", "\\ ", "\\%"):
                self.fail(f"{token} does not stand in an index", at)
        elif not (token.isalnum() or token in ",+-*:;|/'().~"):
            self.fail(f"`{token}` does not stand in an index" if token else "an index is missing", at)

    def mark(self, at: int) -> None:
        """What stands above: a mark, a word of two letters or more, an index in parentheses."""
        tokens = self.raw(at)
        inside = [token for token in tokens if token not in "{}"] if tokens != ["{"] else []
        apart = "".join(f"{token} " if token.startswith("\\") else token for token in inside)
        inner = _Reader(apart, lambda message, _: self.fail(message, at), self.own)
        first = inner.peek()
        plain = "".join(token for token, _ in inner.tokens if token not in "{}")
        if plain == "*" or (first[1:] in _MARKS and plain == first):
            return
        if (first, plain[-1:]) in (("(", ")"), ("[", "]")):
            inner.take()
            inner.tokens.pop()
            while inner.peek():
                inner.index()
            return
        if first.startswith("\\") and first[1:] in _FONTS and re.fullmatch(re.escape(first) + r"[A-Za-z-]{2,}", plain):
            return
        self.fail("above a symbol this would be read as a power, a transpose or an inverse; a mark is ^*, ^\\star, ^{(k)} or ^{\\mathrm{old}}", at)

    def close(self, at: int) -> None:
        token, here = self.take()
        if token != "}":
            self.fail(f"`{token}` does not belong to one symbol" if token else "a } is missing", here if token else at)


def _tokens(text: str) -> list[str]:
    return [token for token in re.findall(r"\\(?:[A-Za-z]+|.)|#[1-9]|.", text, re.DOTALL) if not token.isspace()]


@lru_cache(maxsize=1)
def _functions() -> frozenset[str]:
    """The names of functions, which stand upright in formulas."""
    return frozenset(FUNCTIONS) | _words("tr det log exp sin cos tan diag vec sgn sign rank span Re Im max min arg argmin argmax where if")
