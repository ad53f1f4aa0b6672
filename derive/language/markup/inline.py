r"""The markup of words in an author's prose: `**strong**`, \emph{…}, \textbf{…}, [links](https://…), \url{…}, \cite{…}; nothing else is a command."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple, NoReturn

from derive.language.markup import macros
from derive.language.markup.bibliography import KEY
from derive.language.words import closest

Kind = Literal["words", "open", "close", "link", "cite"]
Refuse = Callable[[str, int, str | None], NoReturn]
"""Takes a message, the offset in the piece, and what would be right."""

GROUPS = {"emph": "emph", "textit": "emph", "textbf": "strong"}
SIGNS = "$%&#_{}"
"""What a backslash before it makes a plain character."""
DEEPEST = 8
_KNOWN = r"words may be **strong**, \emph{…}, \textbf{…} or a [link](https://…); formulas stand between $ and $"
_TOKEN = re.compile(
    r"\\(?:(?P<name>[A-Za-z]+)|(?P<sign>.|$))|(?P<stars>\*\*)|(?P<brace>[{}])"
    r"|\[(?P<said>[^\[\]\n]{1,300})\]\((?P<target>[^()\s]{1,500})\)", re.DOTALL,
)
_URL = re.compile(r"(?:https?://|mailto:)[A-Za-z0-9:/?#@!$&'*+,;=._~%-]+")
_ARGUMENT = re.compile(r"\{([^{}\n]{1,500})\}")
_CITED = re.compile(r"(?:\[([^\[\]{}$\\\n]{0,200})\])?\{([^{}\n]{1,500})\}")


class Token(NamedTuple):
    """Words as they are; the beginning or end of a group (`text` says of which: strong, emph); a link to `target`; works that are
    cited by the keys in `target`, with commas between, `text` being where in them."""

    kind: Kind
    text: str
    target: str = ""


class Reader:
    """The words of a text, piece by piece between its formulas; groups may go on over formulas, and end in their paragraph."""

    def __init__(self) -> None:
        self.groups: list[str] = []

    def tokens(self, text: str, refuse: Refuse) -> Iterator[Token]:
        """The tokens of a piece.  `refuse` is called, at its place, for what is not known."""
        place = 0
        while found := _TOKEN.search(text, place):
            yield from self._words(text[place : found.start()], place, refuse)
            place = found.end()
            if found["stars"]:
                yield self._stars()
            elif found["brace"]:
                yield self._brace(found["brace"])
            elif found["said"]:
                yield Token("link", found["said"], self._url(found["target"], found.start(), refuse))
            elif found["name"]:
                token, place = self._command(found["name"], text, found.start(), place, refuse)
                yield token
            elif found["sign"] in SIGNS and found["sign"]:
                yield Token("words", found["sign"])
            else:
                refuse(f"`\\{found['sign']}` is no command that words may hold", found.start(), "formulas stand between $ and $")
        yield from self._words(text[place:], place, refuse)

    def end(self, refuse: Refuse) -> None:
        """The text is over: every group was closed."""
        if self.groups:
            refuse(*self._unclosed(), None)

    def _words(self, text: str, at: int, refuse: Refuse) -> Iterator[Token]:
        if text and (blank := re.search(r"\n[ \t]*\n", text)) and [group for group in self.groups if group != "{"]:
            message, _ = self._unclosed()
            refuse(message, at + blank.start(), "strong words are written **so**")
        if text:
            yield Token("words", text)

    def _unclosed(self) -> tuple[str, int]:
        last = self.groups[-1]
        return ("a `**` has no partner in its paragraph" if last == "**" else "a { has no partner in its paragraph"), 0

    def _stars(self) -> Token:
        if "**" in self.groups:
            self.groups.remove("**")
            return Token("close", "strong")
        self.groups.append("**")
        return Token("open", "strong")

    def _brace(self, brace: str) -> Token:
        if brace == "{":
            if any(group not in ("{", "**") for group in self.groups):
                self.groups.append("{")
            return Token("words", "{")
        top = self.groups[-1] if self.groups else ""
        if not top or top == "**":
            return Token("words", "}")
        self.groups.pop()
        return Token("words", "}") if top == "{" else Token("close", top)

    def _command(self, name: str, text: str, at: int, place: int, refuse: Refuse) -> tuple[Token, int]:
        if name in GROUPS and text[place : place + 1] == "{":
            if len(self.groups) >= DEEPEST:
                refuse("groups of words are nested too deeply here", at, None)
            self.groups.append(GROUPS[name])
            return Token("open", GROUPS[name]), place + 1
        if name in ("url", "href") and (target := _ARGUMENT.match(text, place)):
            url = self._url(target[1], at, refuse)
            said = _ARGUMENT.match(text, target.end()) if name == "href" else target
            if said:
                return Token("link", said[1], url), said.end()
        if name == "cite" and (cited := _CITED.match(text, place)):
            return self._works(cited[2], cited[1] or "", at, refuse), cited.end()
        guess = closest(name, (*GROUPS, "url", "href", "cite"))
        return refuse(f"\\{name} is no command that words may hold", at, f"did you mean \\{guess}{{…}}?" if guess else _KNOWN)

    def _works(self, keys: str, note: str, at: int, refuse: Refuse) -> Token:
        sources = macros.current().sources
        if sources is None:
            return refuse("there is no bibliography to cite from", at, 'name it in derive.toml, under [document]: bibliography = "references.bib"')
        wanted = [key.strip() for key in keys.split(",")]
        for key in wanted:
            if not re.fullmatch(KEY, key):
                refuse(f"`{key[:60]}` is no key of a bibliography", at, r"\cite{KEY}, or \cite[ch. 8]{KEY}")
            sources.refuse_unknown(key, lambda message, hint: refuse(message, at, hint))
        return Token("cite", note.strip(), ",".join(wanted))

    def _url(self, url: str, at: int, refuse: Refuse) -> str:
        if not _URL.fullmatch(url):
            refuse(f"`{url[:60]}` is no address of a page", at, "an address begins with https:// or mailto:")
        return url
