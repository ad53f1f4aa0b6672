r"""An author's macro file, read as definitions: own commands, operators, delimiters and colours, their bodies by the same allow-list.

Nothing else passes, and nothing that is defined here can loop: a body may hold what stands above it in the file alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import field
from functools import lru_cache
from typing import NoReturn

from derive.language.markup.bibliography import Bibliography
from derive.language.markup.formula import Own, Refuse, Weight, weight_of
from derive.language.markup.words import GRAMMAR, IN_DEFINITIONS, PACKAGES, RENEWED, VARIANTS, WORDS, Word
from derive.language.origin import Origin
from derive.values import dataclass

LONGEST = 100_000
"""Characters of a macro file."""
MOST = 2_000
"""Definitions in it."""
HEAVIEST = 2_000
OFTENEST = 64
"""Pieces that the body of one command may stand for, and how often it may hold one of its arguments."""


@dataclass(frozen=True)
class Definition:
    """One own command as it was written: how many parameters, the default of the first, the body."""

    name: str
    parameters: int
    default: str | None
    body: str

    def tex(self) -> str:
        """The definition in a form that refuses a name with another meaning."""
        count = f"[{self.parameters}]" if self.parameters else ""
        default = f"[{self.default}]" if self.default is not None else ""
        return f"\\newcommand{{\\{self.name}}}{count}{default}{{{self.body}}}"


@dataclass(frozen=True)
class Macros:
    """What a macro file defines: the commands that prose may hold, by name, their definitions in its order, and what TeX reads.

    tex      the file's text, in which `\\providecommand` and `\\def` are `\\newcommand`: a name that TeX knows already is an error, not
             another meaning
    sources  the works that prose may cite, None where the project has no bibliography
    trusted  whether it is run as it is
    """

    commands: Mapping[str, Own] = field(default_factory=dict)
    definitions: tuple[Definition, ...] = ()
    tex: str = ""
    sources: Bibliography | None = None
    trusted: bool = False


NONE = Macros()

_current: ContextVar[Macros] = ContextVar("own commands", default=NONE)


def current() -> Macros:
    """The commands that prose may hold now, beside those of the list."""
    return _current.get()


@contextmanager
def with_commands_of(macros: Macros) -> Iterator[None]:
    """Within it prose may hold, beside the commands of the list, those that a macro file defines."""
    token = _current.set(macros)
    try:
        yield
    finally:
        _current.reset(token)


_DEFINES = re.compile(
    r"\\(?:(?:re|provide)?newcommand|(?:New|Renew|Provide|Declare)DocumentCommand|DeclareMathOperator|DeclarePairedDelimiter\w{0,9})\*?"
    r"\s{0,9}\{?\s{0,9}\\([A-Za-z]+)|\\(?:def|let)\s{0,9}\\([A-Za-z]+)"
)


@lru_cache(maxsize=8)
def trusted(text: str) -> Macros:
    """The commands of a macro file that is run as it is, since its user said so."""
    names = (found[1] or found[2] for found in _DEFINES.finditer(_without_comments(text)))
    return Macros({name: Own(Word(text=True), (1,)) for name in names}, (), text, trusted=True)


@lru_cache(maxsize=8)
def read(text: str, file: str) -> Macros:
    """The definitions of a macro file.  DeriveError [macros], with line and column, for whatever is no definition."""
    origin = Origin.of_text(text, file)

    def refuse(message: str, at: int) -> NoReturn:
        raise origin.error(message, min(at, max(len(text) - 1, 0)), code="macros", hint=_HINT)

    if len(text) > LONGEST:
        refuse(f"a macro file holds at most {LONGEST} characters", 0)
    return _File(_without_comments(text), refuse).read()


_HINT = (
    r"a macro file holds \newcommand, \DeclareMathOperator, \DeclarePairedDelimiter, \definecolor and their like, made of mathematics; "
    "`--trust-tex` on the command line runs it as it is"
)

_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%[^\n]*")
_BLANK = re.compile(r"\s*")
_COMMAND = re.compile(r"\\([A-Za-z@]+|.|$)(\*?)", re.DOTALL)
_NAME = re.compile(r"\s*(?:\{\s*\\([A-Za-z]+)\s*\}|\\([A-Za-z]+))")
_COUNT = re.compile(r"\s*\[([1-9])\]")
_DEFAULT = re.compile(r"\s*\[([^\[\]{}]*)\]")
_COLOUR = re.compile(
    r"\s*\{([A-Za-z][A-Za-z0-9]*)\}\s*\{(HTML|rgb|RGB|gray|cmyk|named)\}\s*\{([0-9A-Za-z., ]{1,40})\}"
)
_LET = re.compile(r"\s*\{([A-Za-z][A-Za-z0-9]*)\}\s*\{([A-Za-z][A-Za-z0-9]*(?:![0-9]{1,3}(?:![A-Za-z][A-Za-z0-9]*)?)?)\}")
_PACKAGE = re.compile(r"\s*\{\s*([A-Za-z0-9-]+)\s*\}")
_PARAMETERS = re.compile(r"\s*(?:#[1-9]){0,9}")
_SPECIFIED = re.compile(r"\s*\{([m\s]*)\}")


def _without_comments(text: str) -> str:
    """The text with its comments as blanks, so that every offset stays."""
    return _COMMENT.sub(lambda found: found[1] + " " * (len(found.group()) - len(found[1])), text)


class _File:
    def __init__(self, text: str, refuse: Refuse) -> None:
        self.text, self.fail = text, refuse
        self.at = 0
        self.commands: dict[str, Own] = {}
        self.definitions: list[Definition] = []
        self.words: dict[str, Word] = {**WORDS, **IN_DEFINITIONS}
        self.pieces: list[str] = []

    def read(self) -> Macros:
        while True:
            before = self.at
            self.at = _BLANK.match(self.text, self.at).end()  # type: ignore[union-attr]
            self.pieces.append(self.text[before : self.at])
            if self.at == len(self.text):
                return Macros(self.commands, tuple(self.definitions), "".join(self.pieces))
            if len(self.commands) > MOST:
                self.fail(f"a macro file holds at most {MOST} definitions", self.at)
            self.definition()

    def definition(self) -> None:
        here = self.at
        found = _COMMAND.match(self.text, here)
        if not found:
            self.fail("a macro file holds definitions, and this is none", here)
        name = found[1]
        self.at = found.end() if name in _STARRED else found.end(1)
        act = _READERS.get(name)
        if act is None:
            instead = r": write \newcommand{\name}{…}" if name in ("gdef", "edef", "let") else ""
            self.fail(f"\\{name[:40]} is not among the definitions that a macro file may hold{instead}", here)
        known = len(self.commands)
        act(self, name, here)
        if name == "providecommand" and len(self.commands) == known:
            return  # the word has its meaning already, and keeps it
        if name in ("def", "providecommand"):
            self.pieces.append(self.definitions[-1].tex())
        else:
            self.pieces.append(self.text[here : self.at])

    # ------------------------------------------------------------------------------------- kinds
    def newcommand(self, kind: str, here: int) -> None:
        name = self.name(here)
        count = self.match(_COUNT)
        parameters = int(count[1]) if count else 0
        default = self.match(_DEFAULT) if count else None
        body, at = self.braced(here)
        if kind == "providecommand" and (name in WORDS or name in GRAMMAR or name in IN_DEFINITIONS):
            return
        if kind == "renewcommand":
            self.renewable(name, body, here)
        self.define(name, parameters, default[1] if default else None, body, at, here, again=kind == "renewcommand")

    def plain(self, kind: str, here: int) -> None:
        """`\\def\\name#1#2{…}`, which is taken as a \\newcommand."""
        name = self.name(here)
        found = self.match(_PARAMETERS)
        given = found[0].replace(" ", "") if found else ""
        if given != "".join(f"#{k}" for k in range(1, len(given) // 2 + 1)):
            self.fail(r"the parameters of \\def are #1#2…, with nothing between them", here)
        body, at = self.braced(here)
        self.define(name, len(given) // 2, None, body, at, here)

    def documentcommand(self, kind: str, here: int) -> None:
        name = self.name(here)
        given = self.match(_SPECIFIED)
        if not given or len(given[1].split()) > 9 or len(given[1].replace(" ", "")) > 9:
            self.fail("the arguments of such a command are up to nine `m`: {m m}", self.at)
        body, at = self.braced(here)
        self.define(name, given[1].count("m"), None, body, at, here)

    def operator(self, kind: str, here: int) -> None:
        name = self.name(here)
        body, at = self.braced(here)
        self.define(name, 0, None, f"\\operatorname{{{body}}}", at - len("\\operatorname{"), here)

    def paired(self, kind: str, here: int) -> None:
        name = self.name(here)
        sides = [self.braced(here) for _ in range(2)]
        for body, at in sides:
            weight_of(f"\\left{body}\\right.", self.moved(at - len("\\left")), {}, WORDS, 0)
        self.define(name, 1, None, f"\\left{sides[0][0].strip()} #1 \\right{sides[1][0].strip()}", here, here, word=Word("*sm"))

    def colour(self, kind: str, here: int) -> None:
        if not self.match(_COLOUR if kind == "definecolor" else _LET):
            self.fail(r"a colour is \definecolor{name}{HTML}{0B5A8A} or \colorlet{name}{blue!50}", here)

    def package(self, kind: str, here: int) -> None:
        found = self.match(_PACKAGE)
        if not found or found[1] not in PACKAGES:
            self.fail(f"a macro file may load {', '.join(PACKAGES)}, and no other package", here)
        self.words.update(PACKAGES[found[1]])
        self.commands.update({word: Own(row, (1, *(row.copies for _ in row.arguments))) for word, row in PACKAGES[found[1]].items()})

    # ------------------------------------------------------------------------------------- parts
    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.at)
        if found:
            self.at = found.end()
        return found

    def name(self, here: int) -> str:
        found = self.match(_NAME)
        if not found:
            self.fail("the name of a command is \\ and letters: {\\name}", self.at if self.at < len(self.text) else here)
        name = found[1] or found[2]
        if name.startswith(("derive", "dvchange", "end")) or len(name) > 40:
            self.fail(f"\\{name[:40]} cannot be defined: names with derive and end belong to the program and to LaTeX", found.start())
        return name

    def braced(self, here: int) -> tuple[str, int]:
        """What stands in the next braces, and where."""
        start = _BLANK.match(self.text, self.at).end()  # type: ignore[union-attr]
        if self.text[start : start + 1] != "{":
            self.fail("a { is missing here", min(start, len(self.text) - 1))
        depth, at = 0, start
        while at < len(self.text):
            character = self.text[at]
            if character == "\\":
                at += 2
                continue
            depth += (character == "{") - (character == "}")
            at += 1
            if not depth:
                self.at = at
                return self.text[start + 1 : at - 1], start + 1
        return self.fail("the braces { } of this definition are not balanced", start)

    def moved(self, by: int) -> Refuse:
        def refuse(message: str, at: int) -> NoReturn:
            self.fail(message, max(at + by, 0))

        return refuse

    def renewable(self, name: str, body: str, here: int) -> None:
        if name in RENEWED or (name in VARIANTS and body.strip() == f"\\{VARIANTS[name]}"):
            return
        if name in WORDS or name in GRAMMAR:
            self.fail(f"\\{name} cannot be renewed: formulas of the program are written with it", here)
        self.fail(f"\\{name} is not defined above: \\newcommand defines it", here)

    def define(
        self, name: str, parameters: int, default: str | None, body: str, at: int, here: int, *, again: bool = False, word: Word | None = None
    ) -> None:
        if name in self.commands:
            self.fail(f"\\{name} is defined twice", here)
        if not again and (name in WORDS or name in GRAMMAR or name in IN_DEFINITIONS):
            self.fail(f"\\{name} has a meaning already", here)
        known = {key: own for key, own in self.commands.items() if key != name}
        words = {key: row for key, row in self.words.items() if key != name} if again else self.words
        weight = weight_of(body, self.moved(at), known, words, parameters)
        if default is not None:
            first = weight_of(default, self.moved(here), known, words, 0)
            weight = (weight[0] + weight[1] * first[0], *weight[1:])
        self.light(name, weight, here)
        arguments = ("o" if default is not None else "m" if parameters else "") + "m" * max(parameters - 1, 0)
        as_text = body.strip().startswith("\\ensuremath{") and parameters == 0
        self.commands[name] = Own(word or Word(arguments, 1, as_text), weight)
        self.definitions.append(Definition(name, parameters, default, body))

    def light(self, name: str, weight: Weight, here: int) -> None:
        if weight[0] > HEAVIEST or max(weight[1:], default=0) > OFTENEST:
            self.fail(f"\\{name} stands for more than TeX can set in reasonable time", here)


_STARRED = frozenset(["newcommand", "renewcommand", "providecommand", "DeclareMathOperator", "DeclarePairedDelimiter"])
_READERS = {
    "def": _File.plain,
    **dict.fromkeys(("newcommand", "renewcommand", "providecommand"), _File.newcommand),
    **dict.fromkeys(("NewDocumentCommand",), _File.documentcommand),
    "DeclareMathOperator": _File.operator,
    "DeclarePairedDelimiter": _File.paired,
    "definecolor": _File.colour, "providecolor": _File.colour, "colorlet": _File.colour,
    "usepackage": _File.package,
}
"""How each kind of definition is read."""
