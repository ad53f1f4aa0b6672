r"""Formulas cut into relations: `a = b \le c` is two, in the rows of displays and in inline mathematics, in reading order."""

from __future__ import annotations

import re
from dataclasses import field
from typing import NamedTuple

from derive.reviewing.pasted.macros import group_end
from derive.reviewing.pasted.passages import DISPLAYS, Passage, passages
from derive.reviewing.pasted.placed import Placed, join
from derive.values import dataclass

OPERATORS = {
    "=": "=", ":=": "=", "=:": "=:", r"\coloneqq": "=", r"\eqqcolon": "=:", r"\triangleq": "=", r"\doteq": "=", r"\equiv": "≡",
    r"\approx": "≈", r"\simeq": "≈", r"\cong": "≈", r"\propto": "∝", "<": "<", ">": ">", r"\lt": "<", r"\gt": ">",
    r"\le": "≤", r"\leq": "≤", r"\leqslant": "≤", r"\ge": "≥", r"\geq": "≥", r"\geqslant": "≥", r"\succ": "≻", r"\succeq": "⪰",
    r"\succcurlyeq": "⪰", r"\prec": "≺", r"\preceq": "⪯", r"\preccurlyeq": "⪯", r"\ne": "≠", r"\neq": "≠", r"\eqsim": "≈",
    r"\stackrel": "=", r"\xlongequal": "=", r"\lesssim": "≤", r"\gtrsim": "≥", r"\longequal": "=", "≈": "≈", "≤": "≤", "≥": "≥",
    "∝": "∝", "≠": "≠", "≡": "≡", "≻": "≻", "⪰": "⪰", r"\gg": "≫", r"\ll": "≪",
}
"""What relates two members, and what it is called here."""

_ARROWS = frozenset((
    r"\Rightarrow", r"\implies", r"\Longrightarrow", r"\iff", r"\Leftrightarrow", r"\Longleftrightarrow", r"\therefore", r"\because",
    r"\Leftarrow", r"\impliedby", r"\leadsto", r"\rightsquigarrow", "⇒", "⇔", "⟹", "⟺",
))
_BREAKS = frozenset((",", ";", r"\quad", r"\qquad", r"\text", r"\mbox", r"\intertext", r"\shortintertext", r"\textrm", r"\textbf", r"\textit", ".",
                     r"\mapsto", r"\longmapsto", r"\to"))
_STOPS = frozenset((r"\in", r"\notin", r"\forall", r"\exists", r"\mid", r"\hfill", r"\subset"))
"""What follows these, up to the next break, is no part of a relation."""
_OPEN = frozenset(("(", "[", r"\{", r"\langle", r"\lbrace", r"\lbrack", "{"))
_CLOSE = frozenset((")", "]", r"\}", r"\rangle", r"\rbrace", r"\rbrack", "}"))
_SIGNS = frozenset(("+", "-", r"\cdot", r"\times", r"\pm", "/", r"\circ", r"\odot", r"\otimes", ":"))
_INNER = frozenset(("*",))
_INSIDE = re.compile(r"\s*\{\s*(tr|Tr|diag|vec|det|const\.?|constant|sign|cst\.?|rank|trace|softmax|ReLU|relu)\s*\}")
_NAMED = re.compile(r"\s*\{\s*[A-Z][A-Za-z]*\s*\}\s*(?:[(_]|\\left\s*\(|\\[bB]ig+l?\s*\()")
r"""`\text{Loss}(w)`: a word that is the name of a function."""
_TOKEN = re.compile(r"\\(begin|end)\s*\{([A-Za-z]+)\*?\}(?:\{[^{}]*\})?|\\[A-Za-z]+|\\.|:=|=:|\s+|.", re.DOTALL)


class Token(NamedTuple):
    text: str
    start: int
    end: int
    depth: int
    """How many brackets stand around it."""
    inside: bool = False
    """Whether it stands in a matrix or in cases."""


@dataclass
class Link:
    """One relation.  line, row: counted from 1; demanded: an exclamation mark says that a condition is set."""

    op: str
    line: int
    row: int
    demanded: bool = False
    place: int = 0


@dataclass
class Chain:
    """m₀ op m₁ op m₂ …; before: the words before it; implied: it follows an arrow; display: it stands in a display."""

    members: list[Placed]
    links: list[Link] = field(default_factory=list)
    before: str = ""
    implied: bool = False
    display: bool = True
    lead: str = ""
    """The text before its formula, what stands in other formulas included."""
    trail: str = ""
    """The text behind its formula, where it is the last chain of this."""


def chains(latex: str, preamble: str = "") -> list[Chain]:
    """The chains of relations of a text, in reading order, numbered through; preamble: further text whose macros are known."""
    out: list[Chain] = []
    counter = _Counter()
    for passage in passages(latex, preamble):
        out += _Reader(passage, counter, out[-1] if out else None).chains()
    return [c for c in out if c.links]


@dataclass
class _Counter:
    line: int = 0
    row: int = 0


class _Reader:
    """The chains of one formula; one that begins with a relation goes on with the chain before it."""

    def __init__(self, passage: Passage, counter: _Counter, last: Chain | None) -> None:
        self.passage, self.counter = passage, counter
        self.text = passage.body
        self.out: list[Chain] = []
        self.current: Chain | None = None
        self.last = last
        self.implied = False
        self.row_counted = False
        self.leading: Chain | None = None
        """The chain that a row beginning with a relation goes on with: not one that stands in a column beside."""

    def chains(self) -> list[Chain]:
        for tokens in self.rows():
            self.row_counted = False
            self.row(tokens)
        if self.out:
            self.out[-1].trail = self.passage.trail
        return self.out

    # ------------------------------------------------------------------------------------------ rows
    def rows(self) -> list[list[Token]]:
        rows: list[list[Token]] = [[]]
        depth = inner = 0
        transparent: list[bool] = []
        skip = -1
        previous = ""
        for found in _TOKEN.finditer(self.text.text):
            edge, environment, words = found.group(1), found.group(2), found.group()
            if found.start() < skip:
                continue
            if edge:
                if environment == "array" and inner <= 0 and (edge == "end" or self._lines(found.end())):
                    previous = r"\\"
                    continue
                if environment in DISPLAYS:
                    if edge == "begin" and environment in ("alignedat", "alignat"):
                        pass
                    previous = r"\\"
                    continue
                inner += 1 if edge == "begin" else -1
                depth += 1 if edge == "begin" else -1
                rows[-1].append(Token(words, found.start(), found.end(), depth))
                continue
            if words == r"\\" and inner <= 0:
                rows.append([])
                previous = words
                spacing = re.compile(r"\s*\[\s*-?[\d.]+\s*(?:pt|em|ex|mm|cm|baselineskip)\s*\]|\*").match(self.text.text, found.end())
                skip = spacing.end() if spacing else skip
                if depth and self._fresh(found.end()):
                    depth = 0
                    transparent.clear()
                continue
            if words.isspace():
                rows[-1].append(Token(" ", found.start(), found.end(), depth))
                continue
            if words in ("{", "}"):
                if words == "{":
                    hollow = previous in ("", r"\\", "&", r"\quad", ",", r"\qquad")
                    transparent.append(hollow)
                else:
                    hollow = transparent.pop() if transparent else False
                if not hollow:
                    depth = max(0, depth + (1 if words == "{" else -1))
                    rows[-1].append(Token(words, found.start(), found.end(), depth + (words == "}")))
                    previous = words
                continue
            if words in _OPEN:
                depth += 1
            elif words in _CLOSE:
                depth = max(0, depth - 1)
            rows[-1].append(Token(words, found.start(), found.end(), depth + (words in _CLOSE), inner > 0))
            previous = words
        return rows

    def _fresh(self, at: int) -> bool:
        """Whether a new row begins with a relation, so that no bracket can be open around it."""
        return bool(re.match(r"\s*(?:\[[^\]]*\])?\s*&?\s*(?:=|\\(?:le|ge|approx|propto|Rightarrow|implies|succ|prec)\b)", self.text.text[at:]))

    def _lines(self, at: int) -> bool:
        """Whether the array that begins here holds the lines of a derivation, and no matrix."""
        inside = self.text.text[at : self.text.text.find(r"\end{array}", at)]
        return re.search(r"&\s*(?:=|\\(?:le|ge|approx|propto|equiv|Rightarrow|Leftrightarrow|iff|implies)\b)|=\s*&", inside) is not None

    def row(self, tokens: list[Token]) -> None:
        solid = [t for t in tokens if t.text not in (" ",)]
        if not solid:
            return
        has = any(t.text in OPERATORS and t.depth == 0 for t in solid)
        first = solid[0].text
        after = next((t.text for t in solid if t.text not in ("&", r"\quad", r"\qquad")), "")
        if after in OPERATORS and self.leading is not None:
            self.current = self.leading
        goes_on = self.current is not None and bool(self.current.links)
        sign = after in _SIGNS and (first == "&" or not has or self.passage.environment == "multline")
        unfinished = goes_on and (not self.current.members[-1] or _ends_open(self.current.members[-1].text))  # type: ignore[union-attr]
        inside = solid[0].depth > 0 and first not in _OPEN and first != "{"
        if goes_on and (sign or unfinished or inside or (not has and self.passage.environment == "multline")):
            pass
        else:
            self.implied = False
            if after not in OPERATORS:
                self.current = None
        self.clauses(tokens)

    # ------------------------------------------------------------------------------------------ clauses
    def _waits(self) -> bool:
        """Whether a relation sign stands there whose right side is still to come."""
        return self.current is not None and bool(self.current.links) and not self.current.members[-1]

    def _breaks(self, tokens: list[Token], k: int) -> bool:
        """Whether a clause ends at a comma, a wide space or a word: not at a decimal point, not inside of what belongs together."""
        token = tokens[k]
        return token.text in _BREAKS and not (token.text == "." and self._decimal(token)) and not self._glued(tokens, k)

    def clauses(self, tokens: list[Token]) -> None:
        """One row: its clauses end at commas, wide spaces, words and arrows outside brackets, and at every second `&`."""
        ampersands = 0
        k = 0
        start: int | None = None
        pending = self.current is not None
        stopped = False
        demanded = False
        beside = False

        def flush(end: int) -> None:
            nonlocal start
            if start is not None and not stopped:
                self.member(join([self.text[t.start : t.end] for t in tokens[start:end]]), pending)
            start = None

        while k < len(tokens):
            token = tokens[k]
            text = token.text
            if token.depth > 0 and (text != "&" or token.inside):
                start = k if start is None else start
                k += 1
                continue
            if text == "&":
                flush(k)
                pending = True
                related = self._waits()  # between `&=&`
                ampersands += not related
                if ampersands and ampersands % 2 == 0 and token.depth == 0 and not related:
                    beside = True
                    after = next((t.text for t in tokens[k + 1 :] if t.text != " "), "")
                    if after not in OPERATORS:
                        self.current, pending, stopped = None, False, False
                k += 1
                continue
            if text == r"\setequal":
                demanded = True
                flush(k)
            elif text in OPERATORS:
                flush(k)
                stopped = False
                self.link(OPERATORS[text], token, demanded)
                self.leading = self.leading if beside else self.current
                demanded, pending = False, True
            elif text in _ARROWS:
                flush(k)
                self.current, pending, stopped, self.implied = None, False, False, True
            elif text in (r"\quad", r"\qquad") and start is None and self._waits():
                pass
            elif self._breaks(tokens, k):
                flush(k)
                self.current, pending, stopped = None, False, False
                k = self._past_words(tokens, k)
            elif text in _STOPS:
                flush(k)
                stopped = True
            elif text not in (" ", r"\quad", r"\qquad"):
                start = k if start is None else start
            k += 1
        flush(len(tokens))

    def _past_words(self, tokens: list[Token], k: int) -> int:
        r"""The last token of the `\text{…}` that begins at k; k where none does."""
        token = tokens[k]
        if token.text.startswith(r"\text") or token.text in (r"\mbox", r"\intertext", r"\shortintertext"):
            words_start = self.text.text.find("{", token.end)
            end = group_end(self.text.text, words_start) if words_start >= 0 else token.end
            while k + 1 < len(tokens) and tokens[k + 1].start < end:
                k += 1
        return k

    def _decimal(self, token: Token) -> bool:
        behind = self.text.text[token.end : token.end + 1]
        before = self.text.text[max(0, token.start - 6) : token.start].strip()
        return behind.isdecimal() or before.endswith((r"\left", r"\right")) or before[-5:] in (r"\left",)

    def _glued(self, tokens: list[Token], k: int) -> bool:
        """Whether a wide space stands before something that goes on: a sign, a word set as text inside a product."""
        if tokens[k].text in (r"\quad", r"\qquad"):
            after = next((t.text for t in tokens[k + 1 :] if t.text not in (" ", r"\quad", r"\qquad")), "")
            return after in _SIGNS and self.current is not None
        if tokens[k].text in (r"\text", r"\textrm", r"\mbox"):
            return (_INSIDE.match(self.text.text, tokens[k].end) or _NAMED.match(self.text.text, tokens[k].end)) is not None
        return False

    # ------------------------------------------------------------------------------------------ members
    def member(self, text: Placed, goes_on: bool) -> None:
        if not text:
            return
        if self.current is not None and goes_on:
            last = self.current.members[-1]
            self.current.members[-1] = join([last, last.literal(" ", len(last.text)), text]) if last else text
            return
        self.current = Chain([text], [], self.passage.before, self.implied, self.passage.display, self.passage.lead)
        self.out.append(self.current)
        self.implied = False

    def link(self, op: str, token: Token, demanded: bool) -> None:
        if self.current is None:
            self.current = self.out[-1] if self.out else self.last
            if self.current is None or not self.current.links:
                self.current = Chain([Placed("", ())], [], self.passage.before, False, self.passage.display)
                self.out.append(self.current)
        if not self.row_counted:
            self.counter.row += 1
            self.row_counted = True
        if self.current.links and not self.current.members[-1]:
            return
        self.counter.line += 1
        place = self.text.offsets[token.start]
        self.current.links.append(Link(op, self.counter.line, self.counter.row, demanded, place))
        self.current.members.append(Placed("", ()))


def _ends_open(text: str) -> bool:
    """Whether a member ends in an operator, so that the next row goes on with it."""
    return bool(re.search(r"(?:[+\-/]|\\(?:cdot|times|circ|odot|otimes))\s*$", text))
