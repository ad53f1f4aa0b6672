r"""An author's formula held against the allow-list: every word known, every brace and delimiter with its partner, every argument
there, and no nesting that TeX would take long for.

Everywhere `refuse` makes of a sentence and an offset the error that is raised.

What is read here is never changed: what passes goes to TeX as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple, NoReturn

from derive.language.markup.words import (
    BRACKETS,
    DELIMITERS,
    ENVIRONMENTS,
    GRAMMAR,
    OPERATORS,
    SIGNS,
    TEXT_SIGNS,
    WORDS,
    Word,
)

Refuse = Callable[[str, int], NoReturn]
"""Raises an error with this message at an offset of the text."""

MAX_DEPTH = 30
MAX_WEIGHT = 20_000
"""So many pieces TeX may have to set for one formula, those that it sets several times counted as often."""

Weight = tuple[int, ...]
"""How many pieces TeX sets: a number, and for each parameter how often it is set."""

_TOKEN = re.compile(r"\\(?:[A-Za-z]+|.|$)|#[0-9]?|[^\\#]", re.DOTALL)
_DIMENSION = re.compile(r"\[\s*-?\d{0,2}(?:\.\d{0,3})?\s*(?:pt|em|ex|mm|cm)\s*\]")
_COLUMNS = re.compile(r"\{[lcr| ]{1,40}\}")
_PLACE = re.compile(r"\[[tcb]\]")
_BLANKS = (" ", "\n", "\t")
_SIZE = re.compile(r"\[\\(?:big|Big|bigg|Bigg)\]")


class Own(NamedTuple):
    """A command that the author defined: what follows it, and the weight of its body in its parameters."""

    word: Word
    weight: Weight


def check(text: str, refuse: Refuse, own: Mapping[str, Own], *, display: bool = False) -> None:
    """Refuse what is not harmless mathematics; `own` are the author's commands by name.

    text     what stands between dollars, without them
    display  whether it stands on a line of its own, where `&` and `\\` may stand
    """
    reader = _Reader(text, refuse, own, WORDS, 0, display)
    reader.whole()


def weight_of(text: str, refuse: Refuse, own: Mapping[str, Own], words: Mapping[str, Word], parameters: int) -> Weight:
    """The weight of the body of a definition with so many parameters, whose words are checked on the way.

    text  the body
    own   the author's commands by name
    """
    return _Reader(text, refuse, own, words, parameters, False).whole()


class _Reader:
    def __init__(
        self, text: str, refuse: Refuse, own: Mapping[str, Own], words: Mapping[str, Word], parameters: int, display: bool
    ) -> None:
        self.text, self.fail, self.own, self.words = text, refuse, own, words
        self.parameters, self.display = parameters, display
        self.at = 0
        self.depth = 0
        for position, character in enumerate(text):
            if (ord(character) < 32 and character not in "\n\t") or 0x7F <= ord(character) < 0xA0:
                refuse(f"the character U+{ord(character):04X} may not stand here", position)
        if "^^" in text:
            refuse("`^^` is not allowed in mathematics", text.index("^^"))

    # ------------------------------------------------------------------------------------- tokens
    def peek(self) -> str:
        """The next token, '' at the end."""
        found = _TOKEN.match(self.text, self.at)
        return found.group() if found else ""

    def take(self) -> str:
        token = self.peek()
        self.at += len(token)
        return token

    def skip_blanks(self) -> None:
        while self.at < len(self.text) and self.text[self.at] in " \t\n":
            self.at += 1

    def one(self) -> Weight:
        return self.pieces(1)

    def pieces(self, count: int) -> Weight:
        return (count, *(0 for _ in range(self.parameters)))

    def sum(self, *weights: Weight) -> Weight:
        return tuple(map(sum, zip(*weights, strict=True)))

    def times(self, count: int, weight: Weight) -> Weight:
        return tuple(count * w for w in weight)

    # ------------------------------------------------------------------------------------- grammar
    def whole(self) -> Weight:
        weight = self.run("", text=False)
        if weight[0] > MAX_WEIGHT or max(weight[1:], default=0) > MAX_WEIGHT:
            self.fail("this formula is nested too deeply for TeX to set it in reasonable time", 0)
        return weight

    def run(self, end: str, *, text: bool, columns: int = 0, rows: bool = False) -> Weight:
        r"""What stands before `end` (`}`, `]`, `\right`, `\end`, '' for the end of the text), which is not taken.

        columns  how many the environment has that this is the inside of: `&` parts them; rows  whether `\\` may stand
        """
        start = self.at
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail(f"braces and delimiters are nested more than {MAX_DEPTH} deep", start)
        total = self.pieces(0)
        column, scripts, last = 1, "", ""
        while True:
            here = self.at
            token = self.peek()
            if token == end or (end == "" and not token):
                self.depth -= 1
                return total
            if not token:
                self.fail(_UNCLOSED.get(end, f"`{end}` is missing"), max(start - 1, 0))
            if token in ("^", "_") and not text:
                total = self.sum(total, self.script(token, scripts))
                scripts += token
                continue
            if token == "'" and not text:
                if "^" in scripts:
                    self.fail("two superscripts: write {x^a}'", here)
                self.take()
                total = self.sum(total, self.one())
                scripts = scripts if scripts.endswith("'") else scripts + "'"
                continue
            if token == "&":
                if not columns:
                    self.fail("`&` stands only inside a matrix or cases", here)
                column += 1
                if column > columns:
                    self.fail(f"this row has more than {columns} columns", here)
                self.take()
            elif token == "\\\\" and not text:
                if not rows:
                    self.fail(r"`\\` stands only inside a matrix, cases or aligned", here)
                self.take()
                column = 1
                if spaced := _DIMENSION.match(self.text, self.at):
                    self.at = spaced.end()
                elif self.peek() == "[":
                    self.fail(r"after `\\` the bracket holds a small length as [3pt]; a bracket that is meant is {[}", self.at)
            else:
                if token in ("\\limits", "\\nolimits") and last[1:] not in OPERATORS:
                    self.fail(f"{token} follows an operator, as \\sum", here)
                total = self.sum(total, self.piece(text))
            last = last if token in _BLANKS else token
            scripts = scripts if token in (*_BLANKS, "\\limits", "\\nolimits") else ""

    def script(self, sign: str, before: str) -> Weight:
        here = self.at
        if sign in before:
            self.fail(f"two {'super' if sign == '^' else 'sub'}scripts: write {{x{sign}a}}{sign}b", here)
        self.take()
        self.skip_blanks()
        if self.peek() in ("", "}", "^", "_", "&", "'", "\\\\", "\\right", "\\end", "]"):
            self.fail(f"nothing follows `{sign}`", here)
        return self.argument(f"`{sign}`", here, text=False)

    def piece(self, text: bool) -> Weight:
        """One character, group or command with its arguments."""
        here = self.at
        token = self.take()
        if token == "{":
            inside = self.run("}", text=text)
            self.take()
            return self.sum(self.one(), inside)
        if token == "}":
            self.fail("the braces { } are not balanced: a } too many", here)
        if token.startswith("#"):
            number = int(token[1:] or 0)
            if not 1 <= number <= self.parameters:
                self.fail(f"`{token}` is written `\\#`" if not self.parameters else f"there is no parameter {token}", here)
            return tuple(int(k == number) for k in range(self.parameters + 1))
        if token == "%":
            self.fail(r"`%` between $ and $ is written `\%`", here)
        if token == "~" and text:
            return self.one()
        if token in "~$":
            self.fail(f"`{token}` is not allowed here", here)
        if text and token in "^_":
            self.fail(f"`{token}` does not stand in text", here)
        if not token.startswith("\\"):
            return self.one()
        name = token[1:]
        if not (name.isascii() and name.isalpha()):
            if name not in (TEXT_SIGNS if text else SIGNS):
                self.fail(f"`{token}` is not allowed between $ and $" if name else "a `\\` at the end", here)
            return self.one()
        return self.command(name, here, text)

    def command(self, name: str, here: int, text: bool) -> Weight:
        own = self.own.get(name)
        if own is not None:
            if text and not own.word.text:
                self.fail(f"\\{name} is mathematics, and this is text", here)
            return self.applied(own.word, name, here, own.weight)
        if name in GRAMMAR and not text:
            return self.structure(name, here)
        word = self.words.get(name)
        if word is None:
            self.fail(f"\\{name} is not among the commands that prose and macros may hold", here)
        if text and not word.text:
            self.fail(f"\\{name} is mathematics, and this is text", here)
        return self.applied(word, name, here, None)

    def applied(self, word: Word, name: str, here: int, weight: Weight | None) -> Weight:
        """A command with its arguments: those of a word of ours are set `copies` times, those of an own one as its body says."""
        inside: list[Weight] = []
        copies = word.copies
        for kind in word.arguments:
            if kind == "*":
                if self.peek() == "*":
                    self.take()
            elif kind == "o":
                copies = word.copies if self.peek() == "[" else 1
                inside.append(self.optional())
            elif kind == "s":
                if sized := _SIZE.match(self.text, self.at):
                    self.at = sized.end()
            elif kind == "d":
                self.delimiter(name, here)
            elif kind == "c":
                self.colour(here)
            else:
                self.skip_blanks()
                inside.append(self.argument(f"\\{name}", here, text=kind == "t"))
        if weight is None:
            return self.sum(self.one(), *(self.times(copies, w) for w in inside))
        given = (self.pieces(weight[0]), *(self.times(n, w) for n, w in zip(weight[1:], inside, strict=False)))
        return self.sum(self.one(), *given)

    def argument(self, what: str, here: int, *, text: bool) -> Weight:
        """A group, or one piece: without braces a command takes the next token alone."""
        token = self.peek()
        if token in ("", "}", "&", "]", "\\\\", "\\right", "\\end", "^", "_"):
            self.fail(f"an argument of {what} is missing", here)
        if token == "{":
            return self.piece(text)
        if token.startswith("\\") and token[1:].isalpha() and token[1:].isascii():
            if token in ("\\left", "\\middle", "\\begin", "\\substack"):
                self.fail(f"put what follows {what} in braces: {{{token} …}}", here)
            known = self.own[token[1:]].word if token[1:] in self.own else self.words.get(token[1:])
            if known is not None and known.arguments and not what.startswith("`"):
                self.fail(f"put what follows {what} in braces: {what}{{{token}…}}", here)
        return self.piece(text)

    def optional(self) -> Weight:
        if self.peek() != "[":
            return self.pieces(0)
        self.take()
        inside = self.run("]", text=False)
        self.take()
        return inside

    def colour(self, here: int) -> None:
        found = re.compile(r"\s*\{[A-Za-z][A-Za-z0-9]*(?:![0-9]{1,3}(?:![A-Za-z][A-Za-z0-9]*)?)?\}").match(self.text, self.at)
        if not found:
            self.fail("the name of a colour stands in braces: {blue}", here)
        self.at = found.end()

    def delimiter(self, name: str, here: int) -> None:
        self.skip_blanks()
        token = self.take()
        if token not in BRACKETS and token not in ("\\{", "\\}", "\\|") and token[1:] not in DELIMITERS:
            self.fail(f"after \\{name} stands a delimiter: ( ) [ ] \\{{ \\}} | \\| \\langle …", here)

    def structure(self, name: str, here: int) -> Weight:
        """`\\left … \\right`, `\\substack{…}`, `\\begin{…} … \\end{…}`."""
        if name == "left":
            self.delimiter(name, here)
            inside = self.run("\\right", text=False)
            self.take()
            self.delimiter("right", here)
            return self.sum(self.pieces(2), inside)
        if name == "middle":
            self.delimiter(name, here)
            return self.one()
        if name == "substack":
            self.skip_blanks()
            if self.take() != "{":
                self.fail("what \\substack holds stands in braces", here)
            inside = self.run("}", text=False, rows=True)
            self.take()
            return self.sum(self.one(), inside)
        if name == "begin":
            return self.environment(here)
        return self.fail("\\left and \\right are not balanced" if name == "right" else "\\end has no \\begin", here)

    def environment(self, here: int) -> Weight:
        name = self.name_of_environment(here)
        if name not in ENVIRONMENTS:
            self.fail(f"the environment `{name[:40]}` is not among those that prose may hold", here)
        if name == "split" and not self.display:
            self.fail("`split` stands only in a display $$…$$", here)
        columns = ENVIRONMENTS[name]
        if name in ("array", "aligned", "gathered") and (place := _PLACE.match(self.text, self.at)):
            self.at = place.end()
        if name == "array":
            found = _COLUMNS.match(self.text, self.at)
            if not found:
                self.fail(r"the columns of an array are at most 40 letters l, c, r and |: \begin{array}{cc|c}", here)
            self.at = found.end()
            columns = sum(found.group().count(letter) for letter in "lcr")
        if name == "alignedat":
            found = re.compile(r"\{([1-9])\}").match(self.text, self.at)
            if not found:
                self.fail(r"\begin{alignedat}{n} says how many columns of equations there are", here)
            self.at = found.end()
            columns = 2 * int(found[1])
        inside = self.run("\\end", text=False, columns=columns, rows=True)
        at = self.at
        self.take()
        end = self.name_of_environment(at)
        if end != name:
            self.fail(f"\\begin{{{name}}} ends with \\end{{{end[:40]}}}", at)
        return self.sum(self.one(), self.times(2, inside))

    def name_of_environment(self, here: int) -> str:
        found = re.compile(r"\s*\{\s*([^{}\\]*?)\s*\}").match(self.text, self.at)
        if not found:
            self.fail("\\begin and \\end are followed by a name in braces", here)
        self.at = found.end()
        return found[1]


_UNCLOSED = {
    "}": "the braces { } are not balanced: a } is missing",
    "]": "a bracket [ is not closed",
    "\\right": "\\left and \\right are not balanced",
    "\\end": "\\begin has no \\end",
}
