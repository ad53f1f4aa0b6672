r"""Reading LaTeX as TeX would, as far as that can be told without running it, and noting what it would refuse.

Only what certainly is a mistake is noted: what stands in arguments of commands that are in no row of `commands`, in environments that are in
none, and between `\if…` and `\fi` is passed over, and whatever is named there counts as known.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import field

from derive.pipeline.tex import names
from derive.pipeline.tex.commands import COMMANDS, ENVIRONMENTS, MATHEMATICS
from derive.pipeline.tex.known import Finding, Place, Reader
from derive.values import dataclass

TOKEN = re.compile(
    r"(?P<comment>%[^\n]*(?:\n[ \t]*|\Z))|(?P<par>\n[ \t]*(?:\n[ \t]*)+)|(?P<space>\s+)"
    r"|\\(?P<word>[A-Za-z@]+)|\\(?P<symbol>.)|(?P<char>\$\$|.)",
    re.DOTALL,
)
GAP = re.compile(r"(?:%[^\n]*\n|[ \t]|\n(?![ \t]*\n))*")
_IF = re.compile(r"\\(?:(if[A-Za-z@]*)|(fi))(?![A-Za-z@])")
_NEAR = re.compile(r"(?:%[^\n]*\n[ \t]*|[ \t])*")
_NO_IF = """iff ifthenelse ifboolexpr ifdefstring ifblank ifbool ifundef iftoggle ifstrequal ifstrempty ifnumcomp ifcsdef ifdefempty"""
_VERBATIM = re.compile(r"\\(?:verb\*?|lstinline(?:\[[^\]]*\])?)([^A-Za-z*\s{])")


@dataclass
class Open:
    """What is open: an environment, a group, mathematics between dollars.  `mode` is text, math, or '' where nobody can say; `after` the
    arguments that follow a group, for the command of that name."""

    kind: str
    name: str
    at: int
    mode: str
    after: str = ""
    scripts: set[str] = field(default_factory=set)
    pairs: int = 0
    frail: bool = False


class Source:
    """One text, and the way through it; `mode` what it is read as: `preamble`, `text`, or '' where nobody can say."""

    def __init__(self, reader: Reader, text: str, place: Place, mode: str = "preamble") -> None:
        self.reader, self.text, self.place, self.base = reader, text, place, mode
        self.stack: list[Open] = []
        self.named = self.element = ""
        self.beside = False
        self.fresh = self.upright = True
        self.end = len(text)

    @property
    def mode(self) -> str:
        return self.stack[-1].mode if self.stack else self.base

    def note(self, at: int, message: str, name: str = "") -> None:
        """A mistake at an offset, where the author wrote what stands there; message and name as of a finding."""
        where = self.place(at)
        if where is not None:
            self.reader.findings.append(Finding(where, message, name))

    def run(self, start: int = 0, end: int | None = None) -> None:
        """Read it."""
        at, self.end = start, len(self.text) if end is None else end
        while at < self.end and (found := TOKEN.match(self.text, at, self.end)):
            kind = str(found.lastgroup)
            if kind == "space":
                self.beside = self.beside and "\n" not in found[0]
                at = found.end()
            elif kind == "comment":
                at = found.end()
            elif kind == "par":
                at = self._par(found.end())
            else:
                at = (self._word if kind == "word" else self._symbol if kind == "symbol" else self._char)(found)

    def _par(self, at: int) -> int:
        while self.stack and self.stack[-1].kind == "dollar":
            self.note(self.stack.pop().at, "a $ has no partner in its paragraph", "!")
        self.beside, self.upright = False, True
        self.fresh = True
        return at

    def _word(self, found: re.Match[str]) -> int:
        name, at = found["word"], found.end()
        argument, self.beside = self.beside, False
        upright, self.upright = self.upright, name == "par"
        if self.stack:
            self.stack[-1].scripts.clear()
        own = OWN.get(name)
        if own is not None:
            return own(self, found)
        if name.startswith("if") and name not in _NO_IF.split():
            return self._conditional(found.start(), at)
        if name in ("verb", "lstinline"):
            return self._verb(found)
        if name in MATHEMATICS and self.mode == "text":
            self.note(found.start(), f"mathematics stands outside of $…$: \\{name}", "!")
        if argument:
            self.reader.maybe.add(name)
        elif not self.reader.possible(name):
            self.note(found.start(), f"there is no command \\{name}", name)
        if name in self.reader.bodies and not argument:
            source, start, end = self.reader.bodies.pop(name)
            Source(self.reader, source.text, source.place, "").run(start, end)
        taken = COMMANDS.get(name)
        if taken is not None and not argument:
            self.upright = upright and name in ("vspace", "par")
            self.fresh = True
            return self.arguments(taken, at, name)
        self.fresh = False
        return self.whatever(at, self.mode == "math" and self.reader.certain(name))

    def whatever(self, at: int, alone: bool = False) -> int:
        """Behind the arguments of a command that is in no row; what stands right beside them may be one too, unless it stands `alone`."""
        # What the program's own templates begin, they end in its line.
        between = GAP if self.place(at - 1) is not None else _NEAR
        while True:
            gap = between.match(self.text, at, self.end)
            begin = gap.end() if gap else at
            closing = {"{": "}", "[": "]", "<": ">", "(": ")", "*": "*"}.get(self.text[begin : begin + 1])
            if closing is None or (alone and closing in ">)*"):
                break
            end = begin + 1 if closing == "*" else self.brace(begin) if closing == "}" else self.to(begin, closing)
            if end is None:
                break
            self.reader.passed(self.text[begin:end])
            at = end
        chain = _CHAIN.match(self.text, at, self.end)
        self.beside = not alone and chain is not None and self.text[chain.end() : chain.end() + 1] == "\\"
        return chain.end() if chain is not None and self.beside else at

    def _conditional(self, start: int, at: int) -> int:
        depth = 1
        for found in _IF.finditer(self.text, at, self.end):
            if found[1] in _NO_IF.split():
                continue
            depth += 1 if found[1] else -1
            if not depth:
                self.reader.passed(self.text[start : found.end()])
                self.fresh = False
                return found.end()
        self.fresh = False
        return at

    def _verb(self, found: re.Match[str]) -> int:
        said = _VERBATIM.match(self.text, found.start())
        if said is None:
            return self.whatever(found.end())
        end = self.text.find(said[1], said.end())
        line = self.text.find("\n", said.end())
        self.no_verbatim(found.start(), f"\\{found['word']}")
        if end < 0 or 0 <= line < end:
            self.note(found.start(), f"\\{found['word']} does not end in its line")
            return said.end()
        return end + 1

    def no_verbatim(self, at: int, what: str) -> None:
        if any(one.frail for one in self.stack):
            self.note(at, f"{what} stands in a frame that is not fragile: \\begin{{frame}}[fragile]")
        elif any(one.kind == "argument" for one in self.stack):
            self.note(at, f"{what} stands in an argument of a command")

    def _symbol(self, found: re.Match[str]) -> int:
        symbol, at = found["symbol"], found.end()
        if symbol == "\\" and self.upright and self.mode == "text" and not self.within("table", "align"):
            self.note(found.start(), "\\\\ stands where there is no line to end", "!")
        self.upright = False
        if symbol in "([" and self.mode == "text":
            self.stack.append(Open("display", symbol, found.start(), "math"))
        elif symbol in ")]" and self.mode in ("text", "math"):
            if self.stack and self.stack[-1].kind == "display":
                self._closed(self.stack.pop(), found.start())
            else:
                self.note(found.start(), f"\\{symbol} has no partner", "!")
        elif symbol == "\\":
            return self.arguments("*D", at, "\\") if self.mode != "math" else at
        elif self.stack:
            self.stack[-1].scripts.clear()
        return at

    def within(self, *kinds: str) -> bool:
        return any(one.kind == "env" and ENVIRONMENTS.get(one.name, ("",))[0] in kinds for one in self.stack)

    def _char(self, found: re.Match[str]) -> int:
        char, at = found["char"], found.end()
        upright, self.upright = self.upright, False
        top = self.stack[-1] if self.stack else None
        if char == "{":
            self.stack.append(Open("group", "", found.start(), self.mode))
            self.upright = upright
        elif char == "}":
            return self._close(found.start())
        elif char[0] == "$":
            if top is not None and top.kind == "dollar":
                self._closed(self.stack.pop(), found.start())
                return at if len(char) == len(top.name) else found.start() + 1
            if self.mode in ("text", ""):
                self.stack.append(Open("dollar", char, found.start(), "math"))
        elif char in "^_" and self.mode == "math" and top is not None:
            if char in top.scripts:
                self.note(found.start(), f"two {'superscripts' if char == '^' else 'subscripts'} in a row: group with {{ }}")
            return self._script(char, top, at)
        elif self.mode == "preamble":
            if self.fresh and not self.reader.begun and char.isalnum():
                self.note(found.start(), "plain text stands before \\begin{document}")
                self.fresh = False
        elif stray := self._stray(char):
            self.note(found.start(), stray, "!")
        elif top is not None and char != "'":
            top.scripts.clear()
        return at

    def _stray(self, char: str) -> str:
        """What is wrong with a character where it stands, or ''."""
        if self.mode not in ("text", "math"):
            return ""
        if char in "^_" and self.mode == "text":
            return f"mathematics stands outside of $…$: {char}"
        if char == "&" and not self.within("table", "align"):
            return r"an & stands outside of a table: write \&"
        if char == "#" and self.base:
            return r"a # stands outside of a definition: write \#"
        if self.base and not char.isascii() and f"{ord(char):04X}" not in (names.after("characters") or ()):
            return f"the fonts have no glyph for {char}"
        return ""

    def _script(self, char: str, top: Open, at: int) -> int:
        scripts = {*top.scripts, char}
        gap = GAP.match(self.text, at, self.end)
        at = gap.end() if gap else at
        if self.text[at : at + 1] == "{" and (end := self.brace(at)) is not None:
            self.reader.passed(self.text[at:end])
            at = end
        elif (one := TOKEN.match(self.text, at, self.end)) and one.lastgroup == "char" and one[0] not in "}$&":
            at = one.end()
        else:
            return at
        top.scripts.update(scripts)
        return at

    def _close(self, at: int) -> int:
        """Behind a closing brace, and the arguments that follow it."""
        while self.stack and self.stack[-1].kind == "dollar":
            self.note(self.stack.pop().at, "a $ has no partner", "!")
        if not self.stack or self.stack[-1].kind not in ("group", "argument"):
            return at + 1
        group = self.stack.pop()
        if self.stack:
            self.stack[-1].scripts.clear()
        self.fresh = group.kind == "argument"
        return self.arguments(group.after, at + 1, group.name) if group.after else at + 1

    def _closed(self, mathematics: Open, at: int) -> None:
        if mathematics.pairs > 0:
            self.note(at, r"\left has no \right")

    def brace(self, at: int) -> int | None:
        """Behind the group that begins here."""
        depth = 0
        for found in _BRACES.finditer(self.text, at, self.end):
            depth += {"{": 1, "}": -1}.get(found[0], 0)
            if not depth:
                return found.end()
        return None

    def to(self, at: int, closing: str) -> int | None:
        """Behind the bracket that begins here, where it ends in its paragraph."""
        depth = 0
        for found in _BRACKETS.finditer(self.text, at, min(self.end, at + 4000)):
            if found[0] in "{}":
                depth += 1 if found[0] == "{" else -1
                if depth < 0:
                    return None
            elif found[0] == closing and not depth:
                return found.end()
            elif found[0].startswith("\n"):
                return None
        return None

    def _argument(self, letter: str, name: str, start: int, end: int) -> None:
        judge = ARGUMENTS.get(letter)
        if judge is None:
            self.reader.passed(self.text[start:end])
        else:
            judge(self, name, start, end)

    def arguments(self, taken: str, at: int, name: str) -> int:
        """Behind the arguments that a row names; where one is text, inside of it.

        taken  the letters of the row, of the command of that name; at where they begin
        """
        model = False
        while taken:
            letter, taken = taken[0], taken[1:]
            gap = GAP.match(self.text, at, self.end)
            begin = gap.end() if gap else at
            char = self.text[begin : begin + 1] if begin < self.end else ""
            if letter in "*a" or letter in "oDKC":
                wanted, closing = {"*": ("*", "*"), "a": ("<", ">")}.get(letter, ("[", "]"))
                end = None if char != wanted else begin + 1 if letter == "*" else self.to(begin, closing)
                if end is not None:
                    model = model or letter == "C"
                    self._argument(letter, name, begin + 1, end - 1)
                    at = end
            elif char == "{" and letter in "tT":
                self.stack.append(Open("argument", name, begin, "text" if letter == "t" and self.mode else self.mode, taken))
                return begin + 1
            elif char == "{" and (end := self.brace(begin)) is not None:
                if not (letter == "c" and model):
                    self._argument(letter, name, begin + 1, end - 1)
                at = end
            elif char == "\\" and letter in "nrp" and (token := TOKEN.match(self.text, begin, self.end)):
                self._argument(letter, name, begin, token.end())
                at = token.end()
            elif char == "\\" and letter in "xd" and (token := TOKEN.match(self.text, begin, self.end)):
                at = token.end()
            else:
                return at
        return at


OWN: dict[str, Callable[[Source, re.Match[str]], int]] = {}
"""Commands that are read in a way of their own, and where reading goes on behind them: `reading` fills it."""
ARGUMENTS: dict[str, Callable[[Source, str, int, int], None]] = {}
"""By letter, what an argument must be: of which command, from where to where."""
_CHAIN = re.compile(r"(?:[ \t]|[/=,<>*+\-0-9.:;|]|(?:to|in|as|by|from|at)\b)*")
_BRACES = re.compile(r"\\.|%[^\n]*|[{}]", re.DOTALL)
_BRACKETS = re.compile(r"\\.|%[^\n]*|[{}\[\]<>()*]|\n[ \t]*\n", re.DOTALL)
