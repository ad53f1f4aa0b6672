"""The LaTeX that this program prints, and that an author may write, as boxes: the one place where a formula is cut into tokens."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Protocol

from derive.notation.latex.boxes import (
    COLOURED,
    Accent,
    Array,
    Arrow,
    Blank,
    Box,
    Digits,
    Fenced,
    Fraction,
    Group,
    Letters,
    Marked,
    Over,
    Own,
    Root,
    Row,
    Scripted,
    Sign,
    Sized,
    Under,
    parts,
    printed,
)
from derive.notation.latex.signs import LETTERS, OPERATORS

TOKEN = re.compile(r"\\(?:begin|end)\{[A-Za-z]+\*?\}|\\operatorname\*|\\[A-Za-z]+|\\.|\s+|.", re.DOTALL)
r"""A command with its backslash, `\begin{…}` and `\end{…}` whole, blanks together, every other character alone."""

STARRED = r"\operatorname*"
"""The one command whose star is a part of its name."""
FRACTIONS = frozenset(("frac", "tfrac", "dfrac", "binom"))
ALPHABETS = frozenset((
    "operatorname", "mathrm", "mathsf", "mathit", "mathbf", "mathcal", "mathscr", "mathbb", "mathds", "mathbbm", "mathfrak", "mathtt", "boldsymbol",
    "bm",
    "text", "textrm", "textsf", "textit", "textbf",
))
ACCENTS = frozenset(("dot", "ddot", "hat", "widehat", "tilde", "widetilde", "bar", "overline", "vec",
                     "acute", "grave", "breve", "check", "mathring", "dddot", "overrightarrow", "overleftarrow"))
MARKS = frozenset((
    "dvchange", "derivetone", "deriveindex", "underbrace", "phantom", "mathopen", "mathclose", "mathord", "mathbin", "mathrel", "mathinner",
    "mathop", "smash", "boxed", "color", "underline", "overbrace", "cancel", "bcancel", "xcancel", "not", "pmod", "ensuremath",
))
UNDER = frozenset(("deriveshape", "underset"))
OVER = frozenset(("overset", "stackrel"))
ARROWS = frozenset(("xrightarrow", "xleftarrow"))
WITH_COLUMNS = frozenset(("array", "alignedat"))
"""Environments that say in braces how many columns they have."""
LIMITS = frozenset((r"\limits", r"\nolimits"))
SIZES = re.compile(r"([bB]igg?)[lrm]?$")
WORDS = FRACTIONS | ALPHABETS | ACCENTS | MARKS | COLOURED | UNDER | OVER | ARROWS | LETTERS.keys() | OPERATORS.keys() | {
    "sqrt", "left", "right", "middle", "substack", "dvchange",
}
"""Commands that have a meaning here; no other one is given to them."""
MOST, DEEPEST = 500, 40
"""So many commands of the author's own are replaced in one formula, and so deep in one another."""


_LETTERS = {letter: Sign(letter) for letter in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+-=(),[]"}
_SCRIPTS = frozenset(("^", "_", "'", " "))
"""What may stand behind a letter that it has a script of; a blank may stand before it."""


class Defined(Protocol):
    """A command of the author's own: how many parameters it has, the default of the first (None for none), what it stands for."""

    @property
    def name(self) -> str: ...
    @property
    def parameters(self) -> int: ...
    @property
    def default(self) -> str | None: ...
    @property
    def body(self) -> str: ...


@lru_cache(maxsize=8192)
def read(latex: str, own: tuple[Defined, ...] = ()) -> Row:
    """The boxes of a formula; the author's own commands are replaced by what they stand for.

    Whatever is typed has some tree: what is never closed ends with the formula, and a command that is not known is a sign.
    """
    return _Reader(TOKEN.findall(latex), {one.name: one for one in own}, [0]).row(lambda token: False)


@lru_cache(maxsize=8192)
def declared(latex: str) -> Row:
    """The boxes of a name, which is given in LaTeX; one with commands of its author's own, or that boxes do not say, as it is written."""
    row = read(latex)
    known = all(not isinstance(box, Sign) or not box.text[1:].isalpha() or box.text[1:] in LETTERS or box.text[1:] in OPERATORS
                for box in parts(row))
    return row if known and printed(row) == latex else Row((Own(latex, row),))


class _Reader:
    """The tokens of a formula, read once from the left.

    replaced  how many own commands were replaced so far, in all readers of the formula
    """

    def __init__(self, tokens: list[str], own: Mapping[str, Defined], replaced: list[int], depth: int = 0) -> None:
        self.tokens = tokens
        self.own = own
        self.replaced = replaced
        self.depth = depth
        self.k = 0

    @property
    def token(self) -> str | None:
        """The token at hand, None at the end."""
        return self.tokens[self.k] if self.k < len(self.tokens) else None

    def skip_blanks(self) -> None:
        """To the next token that prints."""
        while self.token is not None and self.token.isspace():
            self.k += 1

    def row(self, ends: Callable[[str], bool]) -> Row:
        """Everything to the token that ends it, which is left."""
        out: list[Box] = []
        tokens = self.tokens
        while self.k < len(tokens) and not ends(token := tokens[self.k]):
            if token in _LETTERS and self.k + 1 < len(tokens) and tokens[self.k + 1] not in _SCRIPTS:
                out.append(_LETTERS[token])
                self.k += 1
            else:
                out.append(self.scripted())
        return Row(tuple(out))

    def scripted(self) -> Box:
        """A box with its scripts and primes."""
        token = self.token
        assert token is not None
        base = None if token in ("^", "_", "'") else self.number() if token.isdigit() else self.box()
        if isinstance(base, Blank):
            return base
        if self.token in LIMITS:
            base = Row((*((base,) if base else ()), Sign(self.tokens[self.k])))
            self.k += 1
        primes, below, above, late = 0, None, None, False
        while True:
            start = self.k
            self.skip_blanks()
            if self.token == "_":
                self.k += 1
                below = self.argument()
            elif self.token == "^":
                self.k += 1
                above = self.argument()
            elif self.token == "'":
                self.k += 1
                late = late or (not primes and not (below is None and above is None))
                primes += 1
            else:
                self.k = start
                break
        bare = not primes and below is None and above is None
        return base if bare and base is not None else Scripted(base, primes, below, above, late)

    def number(self) -> Digits:
        """Digits, and a point with digits behind it."""
        start = self.k
        while self.token is not None and self.token.isdigit():
            self.k += 1
        if self.token == "." and self.k + 1 < len(self.tokens) and self.tokens[self.k + 1].isdigit():
            self.k += 1
            while self.token is not None and self.token.isdigit():
                self.k += 1
        return Digits("".join(self.tokens[start : self.k]))

    def argument(self) -> Box:
        """One argument: a group, or a single sign; an empty row where none stands."""
        self.skip_blanks()
        if self.token is None or self.token == "}":
            return Row()
        return self.box()

    def box(self) -> Box:
        """The next box, without scripts."""
        token = self.token
        assert token is not None
        self.k += 1
        if token.isspace():
            return Blank(token)
        if token == "{":
            inside = self.row(lambda t: t == "}")
            self.k += 1
            return Group(inside)
        if token.startswith("\\begin{"):
            return self.array(token[7:-1])
        if token.isdigit():
            return Digits(token)
        if token.startswith("\\") and len(token) > 1:
            return self.command(token[1:].removesuffix("*") or token[1:], token == STARRED)
        return Sign(token)

    def command(self, name: str, star: bool) -> Box:
        """The box of a command and of its arguments; `star`: it is written with one."""
        if name in self.own and self.replaced[0] < MOST and self.depth < DEEPEST:
            return self.expand(self.own[name])
        if name in FRACTIONS:
            above = self.argument()
            return Fraction(name, above, self.argument())
        if name == "sqrt":
            self.skip_blanks()
            degree = self.bracketed()
            return Root(self.argument(), degree)
        if name in ALPHABETS:
            braced = self.braced
            tokens = self.group()
            inside = _Reader(list(tokens), self.own, self.replaced, self.depth).row(lambda token: False)
            return Letters(name, "".join(tokens), inside, braced, star)
        if name in ACCENTS:
            return Accent(name, self.argument())
        if name in COLOURED:
            colour = "".join(self.group())
            return Marked(name, colour, self.argument())
        if name in MARKS:
            option = self.option("<", ">")
            return Marked(name, option, self.argument())
        if name in UNDER:
            below = self.argument()
            return Under(name, below, self.argument())
        if name in OVER:
            above = self.argument()
            return Over(name, above, self.argument())
        if name in ARROWS:
            under = self.bracketed()
            return Arrow(name, under, self.argument())
        if name == "substack":
            return _Reader(self.group(), self.own, self.replaced, self.depth).array(name)
        if name == "left":
            left = self.delimiter()
            inside = self.row(lambda token: token == r"\right")
            if self.token is None:
                return Fenced(left, inside, None)
            self.k += 1
            return Fenced(left, inside, self.delimiter())
        if name in ("right", "middle") or SIZES.match(name):
            return Sized(name, self.delimiter())
        return Sign("\\" + name)

    @property
    def braced(self) -> bool:
        """Whether an argument in braces follows."""
        self.skip_blanks()
        return self.token == "{"

    def delimiter(self) -> str:
        """The next token, as a delimiter."""
        self.skip_blanks()
        token = self.token or ""
        self.k += 1
        return token

    def group(self) -> list[str]:
        """The tokens of an argument, as they were typed."""
        self.skip_blanks()
        start = self.k
        if self.token != "{":
            self.k += 1
            return self.tokens[start : self.k]
        depth = 0
        while self.k < len(self.tokens):
            depth += (self.tokens[self.k] == "{") - (self.tokens[self.k] == "}")
            self.k += 1
            if depth == 0:
                return self.tokens[start + 1 : self.k - 1]
        return self.tokens[start + 1 :]

    def option(self, opening: str, closing: str) -> str:
        """What stands between two signs, '' where nothing does."""
        if self.token != opening or closing not in self.tokens[self.k :]:
            return ""
        end = self.tokens.index(closing, self.k)
        given = "".join(self.tokens[self.k + 1 : end])
        self.k = end + 1
        return given

    def bracketed(self) -> Row | None:
        """What stands in brackets, read; None where none do."""
        start = self.k
        given = self.option("[", "]")
        return _Reader(TOKEN.findall(given), self.own, self.replaced, self.depth).row(lambda token: False) if self.k > start else None

    def expand(self, command: Defined) -> Box:
        """What an own command stands for is read in its place."""
        self.replaced[0] += 1
        arguments: list[str] = []
        if command.default is not None:
            self.skip_blanks()
            arguments = [self.option("[", "]") if self.token == "[" else command.default]
        elif self.tokens[self.k : self.k + 1] == ["["] and SIZES.match("".join(self.tokens[self.k + 1 : self.k + 2])[1:]):
            # A pair of delimiters has a size: \abs[\big]{x}.
            self.option("[", "]")
        arguments += ["".join(self.group()) for _ in range(command.parameters - len(arguments))]
        body = re.sub(r"#([1-9])", lambda found: arguments[int(found[1]) - 1] if int(found[1]) <= len(arguments) else "", command.body)
        return Group(_Reader(TOKEN.findall(body), self.own, self.replaced, self.depth + 1).row(lambda token: False))

    def array(self, name: str) -> Array:
        """The cells of an environment, with its option and the gaps between its rows."""
        option = self.option("[", "]")
        argument = "".join(self.group()) if name in WITH_COLUMNS and self.token == "{" else ""
        gaps: list[str] = []
        rows: list[list[Row]] = [[]]
        while self.token is not None:
            rows[-1].append(self.row(lambda t: t in ("&", r"\\") or t.startswith("\\end{")))
            token = self.token
            self.k += 1
            if token is None or token.startswith("\\end{"):
                break
            if token == r"\\":
                rows.append([])
                gaps.append(self.option("[", "]"))
        return Array(name, tuple(tuple(row) for row in rows), option, tuple(gaps), argument)
