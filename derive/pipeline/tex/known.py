r"""What is known while a document is read, and what was found wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from derive.errors import Position
from derive.pipeline.tex import names
from derive.values import dataclass

Place = Callable[[int], Position | None]
"""Where the author wrote what stands at an offset of a text; None for what is not the author's."""

TRICK = re.compile(
    r"\\(?:catcode|ExplSyntaxOn|(?:lst)?MakeShort\w+|endlinechar|DeclareUnicodeCharacter|newunicodechar|active|scantokens|newverbcommand|let\\(?:begin|end|par|if\w*)\b"
    r"|def\\(?:begin|end|par)\b)"
)
"""Where these stand, TeX reads letters otherwise."""
_WORDS = re.compile(r"\\([A-Za-z@]+)|\{\s*([A-Za-z@]+\*?)\s*\}|[\w=,{\[ (]([A-Za-z]+)(?==|/)")


@dataclass(frozen=True)
class Finding:
    """A mistake, and the name that makes it none where it turns out to be known: `c:` of a colour, `k:` of a key, `!` where a package may say
    otherwise."""

    where: Position
    message: str
    name: str = ""


class Reader:
    """What was read so far; `styles` are the project's own, by name.

    sure           all that is loaded stands in the table; `further` what does not
    named_colours  all colours are known by their names
    loose          a command opens what it does not close, or closes what it did not open
    built          names are put together of pieces
    bodies, drawn  what a command of the author's stands for, and what is carried out later: where it is read, from where to where
    """

    def __init__(self, styles: Mapping[str, str]) -> None:
        self.styles = styles
        self.findings: list[Finding] = []
        self.maybe: set[str] = set()
        self.defined: set[str] = set()
        self.colours: set[str] = set()
        self.files: list[str] = ["latex"]
        self.further: list[str] = []
        self.options: dict[str, frozenset[str]] = {}
        self.sure = True
        self.loose = self.built = False
        self.named_colours = True
        self.begun = False
        self.bodies: dict[str, tuple[Any, int, int]] = {}
        self.drawn: dict[str, tuple[Any, int, int]] = {}
        self.read: set[str] = set()

    def certain(self, name: str) -> bool:
        """Whether a name has a meaning by now, for certain."""
        return name in self.defined or any(name in (names.after(file) or ()) for file in self.files)

    def possible(self, name: str) -> bool:
        """Whether a name may have a meaning."""
        return name in self.defined or name in self.maybe or "@" in name or self.certain(name)

    def load(self, file: str, options: str, mine: bool) -> str | None:
        """A class, package or library is read: the text of one of the project's own that is to be read now; of another its row in the table.

        file     its name, with what it ends in
        options  it is loaded with; `mine` whether the author says so
        """
        if file in self.read:
            return None
        self.read.add(file)
        if names.after(file) is not None:
            self.files.append(file)
        if file in self.styles:
            text = self.styles[file]
            if not TRICK.search(text):
                return text
            self.passed(text)
            self.named_colours = False
        elif names.after(file) is None or (options and mine):
            self.sure = self.named_colours = False
            self.further.append(file)
        return None

    def passed(self, text: str) -> None:
        """Whatever is named in a text that is passed over may be defined there."""
        self.maybe.update(word for found in _WORDS.findall(text) for word in found if word)
        self.maybe.update(f"{word[2:]}{end}" for word in re.findall(r"\\newif\s*\\(if[A-Za-z@]+)", text) for end in ("true", "false"))
        if re.search(r"color", text):
            self.colours.update(re.findall(r"\{([\w .-]+)\}", text))


def kept(reader: Reader) -> list[Finding]:
    """What is a mistake for certain, now that everything is read."""
    out, doubtful = [], []
    for one in reader.findings:
        kind, _, name = one.name.rpartition(":")
        if (
            (kind == "c" and (not reader.named_colours or name in reader.colours))
            or (kind == "k" and not (reader.sure and names.asked()))
            or (one.name == "!" and (reader.further or reader.loose))
            or (one.name not in ("", "!") and (reader.possible(one.name) or (reader.built and not kind)))
        ):
            continue
        out.append(one)
        if not kind and name not in ("", "!"):
            doubtful.append(name)
    if doubtful and not (reader.sure and names.asked()):
        files = tuple(dict.fromkeys("latex.ltx" if file == "latex" else file for file in (*reader.files, *reader.further)))
        known = names.mentioned(doubtful, files)
        out = [one for one in out if one.name not in known]
    return out
